#include "daemon/checks/common/oauth.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/checks/common/oauth_answer.h"
#include "daemon/checks/common/spec.h"
#include "daemon/net/idn.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"

enum { FORM_MAX = 1 << 18 };

struct oauth {
	struct url url;
	char *user, *password; /* Basic, or NULL */
	char *form;
	char *secret; /* as given: an answer that repeats it is not shown */
	struct curl_slist *headers;
	bool verify;
};

struct oauth_ask {
	const struct oauth *source;
	const struct check_env *env;
	const struct http_proxy *proxy;
	oauth_fn *done; /* NULL: cancelled */
	void *arg;
	struct resolve_query *query;
	struct transfer *transfer;
	struct buf answer;
	int64_t began_ms, timeout_ms;
};

/* ---- compile ------------------------------------------------------------------------------- */

/* application/x-www-form-urlencoded, as RFC 6749, 2.3.1 wants it also for Basic. */
static void add_encoded(struct buf *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x80 && (strchr("-._~", c) || (c >= '0' && c <= '9') ||
				 ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')))
			buf_add_char(out, (char)c);
		else
			buf_printf(out, "%%%02X", c);
	}
}

static void add_pair(struct buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	buf_printf(out, "%s%s=", out->len ? "&" : "", name);
	add_encoded(out, value);
}

static char *encoded(const char *text)
{
	struct buf out = BUF_INIT(3 * strlen(text) + 1);

	add_encoded(&out, text);
	return buf_take(&out);
}

static void prepare_request(struct oauth *o, const json_t *spec)
{
	const struct resource_kind *k = monitor_kind();
	const char *id = spec_text(k, spec, "oauth_client_id");
	const char *style = spec_text(k, spec, "oauth_auth");
	struct buf form = BUF_INIT(FORM_MAX);

	add_pair(&form, "grant_type", "client_credentials");
	add_pair(&form, "scope", spec_text(k, spec, "oauth_scope"));
	add_pair(&form, "audience", spec_text(k, spec, "oauth_audience"));
	if (style && !strcmp(style, "post")) {
		add_pair(&form, "client_id", id);
		add_pair(&form, "client_secret", o->secret);
	} else {
		o->user = encoded(id);
		o->password = encoded(o->secret);
	}
	o->form = buf_take(&form);
	o->headers = curl_slist_append(NULL, "Content-Type: application/x-www-form-urlencoded");
	o->headers = curl_slist_append(o->headers, "Accept: application/json");
	o->headers = curl_slist_append(o->headers, "User-Agent: SellerSmart/" SELLERSMART_VERSION);
	o->headers = curl_slist_append(o->headers, "Expect:");
}

enum err oauth_prepare(const json_t *spec, const struct check_env *env, struct oauth **out,
		       struct error *e)
{
	const char *url = spec_text(monitor_kind(), spec, "oauth_token_url");
	struct oauth *o;
	enum err err;

	*out = NULL;
	if (!url)
		return ERR_NONE;
	o = mem_zalloc(sizeof *o);
	o->verify = spec_bool_of(spec, "verify");
	err = url_parse(url, &o->url, e);
	if (!err)
		err = idn_to_ascii(o->url.host, e);
	if (err)
		error_prefix(e, "oauth_token_url: ");
	if (!err && !spec_text(monitor_kind(), spec, "oauth_client_id"))
		err = error_field(e, ERR_INVALID, "oauth_client_id", "oauth_client_id: missing");
	if (!err && !(o->secret = spec_secret(
			      spec_value(monitor_kind(), spec, "oauth_client_secret"), env, e)))
		err = e && e->code ? e->code : ERR_NOT_FOUND;
	if (err) {
		oauth_free(o);
		return err;
	}
	prepare_request(o, spec);
	*out = o;
	return ERR_NONE;
}

void oauth_free(struct oauth *o)
{
	if (!o)
		return;
	spec_wipe(o->user);
	spec_wipe(o->password);
	spec_wipe(o->form);
	spec_wipe(o->secret);
	curl_slist_free_all(o->headers);
	free(o);
}

void oauth_token_free(struct oauth_token *t)
{
	if (t)
		spec_wipe(t->line);
	free(t);
}

/* ---- ask ----------------------------------------------------------------------------------- */

/* Used no longer than this before its end, so that no request meets it just expired. */
static int64_t margin_ms(int64_t lifetime_ms)
{
	enum { MARGIN_MAX_MS = 60000 };

	return lifetime_ms / 10 < MARGIN_MAX_MS ? lifetime_ms / 10 : MARGIN_MAX_MS;
}

static void conclude(struct oauth_ask *a, struct oauth_token *token, const struct verdict *v)
{
	oauth_fn *done = a->done;
	void *arg = a->arg;

	if (a->answer.data)
		sodium_memzero(a->answer.data, a->answer.cap);
	buf_fini(&a->answer);
	free(a);
	if (done)
		done(token, v, arg);
	else
		oauth_token_free(token);
}

static struct oauth_token *read_answer(struct oauth_ask *a, int status, struct verdict *v)
{
	struct oauth_answer answer;
	struct oauth_token *token = NULL;

	if (oauth_answer_read(a->answer.data, a->answer.len, status, a->source->secret, &answer)) {
		token = mem_alloc(sizeof *token);
		token->line = mem_printf("Authorization: Bearer %s", answer.token);
		token->good_until_ms =
			a->began_ms + answer.lifetime_ms - margin_ms(answer.lifetime_ms);
	} else {
		verdict_set(v, OUTCOME_UNKNOWN, "oauth", "%s", answer.fault);
	}
	oauth_answer_fini(&answer);
	return token;
}

static bool on_body(const char *data, size_t len, void *arg)
{
	return buf_add(&((struct oauth_ask *)arg)->answer, data, len);
}

static void on_end(struct transfer *t, void *arg)
{
	struct oauth_ask *a = arg;
	const struct transfer_result *r = transfer_result(t);
	struct oauth_token *token = NULL;
	struct verdict v = {0};

	switch (r->end) {
	case TRANSFER_DONE: token = read_answer(a, r->status, &v); break;
	case TRANSFER_TOO_LARGE:
	case TRANSFER_STOPPED:
		verdict_set(&v, OUTCOME_UNKNOWN, "oauth",
			    "no token: the answer is larger than %d bytes", OAUTH_ANSWER_MAX);
		break;
	case TRANSFER_PROXY:
	case TRANSFER_LOCAL:
	case TRANSFER_CANCELLED: verdict_of_end(&v, r->end, r->at, NULL, r->message); break;
	case TRANSFER_REFUSED:
	case TRANSFER_UNREACHABLE:
	case TRANSFER_RESET:
	case TRANSFER_TIMEOUT:
	case TRANSFER_TLS:
	case TRANSFER_PROTOCOL:
	case TRANSFER_INCOMPLETE:
		verdict_set(&v, OUTCOME_UNKNOWN, "oauth", "no token from %.60s: %.110s",
			    a->source->url.host, r->message);
		break;
	}
	conclude(a, token, &v);
}

static void exchange(struct oauth_ask *a, const struct resolved *r)
{
	const struct oauth *o = a->source;
	int64_t left_ms = a->timeout_ms - (clock_boot_ms(a->env->clock) - a->began_ms);
	struct transfer_request q = {
		.url = &o->url,
		.addrs = r->addr,
		.n_addrs = r->n,
		.method = "POST",
		.headers = o->headers,
		.body = o->form,
		.body_len = strlen(o->form),
		.user = o->user,
		.password = o->password,
		.proxy = a->proxy ? &a->proxy->to : NULL,
		.verify = o->verify,
		.fresh_connection = true,
		.total_timeout_ms = left_ms > 1 ? left_ms : 1,
		.body_max = OAUTH_ANSWER_MAX,
		.on_body = on_body,
		.on_end = on_end,
		.arg = a,
	};
	struct error e = {0};
	struct verdict v = {0};

	if (!transfer_start(a->env->transfers, &q, &a->transfer, &e))
		return;
	verdict_set(&v, OUTCOME_UNKNOWN, "local", "%.180s", e.text);
	conclude(a, NULL, &v);
}

static void on_resolved(const struct resolved *r, void *arg)
{
	struct oauth_ask *a = arg;
	struct verdict v = {0};

	a->query = NULL;
	if (r->status == RESOLVE_OK) {
		exchange(a, r);
		return;
	}
	if (r->status == RESOLVE_CANCELLED)
		verdict_of_name(&v, a->source->url.host, r);
	else if (a->proxy)
		http_proxy_nowhere(&v, a->proxy, r);
	else
		verdict_set(&v, OUTCOME_UNKNOWN, "oauth",
			    "no token: %.60s cannot be looked up: %.80s", a->source->url.host,
			    r->message);
	conclude(a, NULL, &v);
}

struct oauth_ask *oauth_ask(const struct oauth *o, const struct check_env *env,
			    const struct http_proxy *proxy, int64_t timeout_ms, oauth_fn *done,
			    void *arg)
{
	struct oauth_ask *a = mem_zalloc(sizeof *a);

	a->source = o;
	a->env = env;
	a->proxy = proxy;
	a->done = done;
	a->arg = arg;
	a->answer = BUF_INIT(OAUTH_ANSWER_MAX);
	a->began_ms = clock_boot_ms(env->clock);
	a->timeout_ms = timeout_ms;
	a->query = resolver_start_within(env->resolver, proxy ? proxy->host : o->url.host, IP_AUTO,
					 true, timeout_ms, on_resolved, a);
	return a;
}

void oauth_cancel(struct oauth_ask *a)
{
	a->done = NULL;
	if (a->query)
		resolver_cancel(a->query);
	else
		transfer_cancel(a->transfer);
}
