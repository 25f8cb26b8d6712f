#include "daemon/checks/common/http_walk.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/checks/common/http_redirect.h"
#include "daemon/net/idn.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "shared/text_safe.h"

/* What does not change from one good answer to the next, and tells who answers. */
const char *const http_noted_names[NOTED_HEADERS] = {
	"Server",
	"Content-Type",
	"Location",
	"X-Powered-By",
	"Via",
	"Cache-Control",
	"Retry-After",
	"Strict-Transport-Security",
	"WWW-Authenticate",
	"X-Cache",
};

static void ask(struct http_walk *w);

static int64_t now_us(const struct http_walk *w)
{
	return clock_boot_us(w->env->clock);
}

static void finish(struct http_walk *w)
{
	w->total_us = now_us(w) - w->began_us;
	w->done(w, w->arg);
}

static void add_phase(struct http_walk *w, enum phase p, int64_t us)
{
	if (us < 0)
		return;
	w->phase_us[p] = (w->phase_us[p] < 0 ? 0 : w->phase_us[p]) + us;
}

static int64_t left_ms(const struct http_walk *w)
{
	return w->config->timeout_ms - w->spent_ms - (now_us(w) - w->began_us) / 1000;
}

/* ---- the answer ---------------------------------------------------------------------------- */

static void forget_answer(struct http_walk *w)
{
	for (int i = 0; i < NOTED_HEADERS; i++) {
		free(w->noted[i]);
		w->noted[i] = NULL;
	}
	for (size_t i = 0; i < w->config->n_expected; i++) {
		free(w->expected[i]);
		w->expected[i] = NULL;
	}
	w->location_len = 0;
	w->location[0] = '\0';
	w->status = 0;
}

static void take_location(struct http_walk *w, const char *value, size_t len)
{
	w->location_len = len;
	if (len > LOCATION_MAX)
		len = 0; /* refused when it is followed */
	memcpy(w->location, value, len);
	w->location[len] = '\0';
}

static void on_header(const char *name, const char *value, size_t len, void *arg)
{
	struct http_walk *w = arg;
	const struct http_config *c = w->config;

	for (int i = 0; i < NOTED_HEADERS; i++) {
		if (w->noted[i] || strcasecmp(name, http_noted_names[i]))
			continue;
		w->noted[i] = text_safe_dup(value, len, NOTED_VALUE);
	}
	for (size_t i = 0; i < c->n_expected; i++) {
		if (strcasecmp(name, c->expected[i].name) || len > EXPECTED_VALUE_MAX)
			continue;
		/* A field that comes several times is one list (RFC 9110, 5.3). */
		if (w->expected[i] && w->expected_len[i] + len + 2 <= EXPECTED_VALUE_MAX) {
			char *both = mem_printf("%s, %.*s", w->expected[i], (int)len, value);

			free(w->expected[i]);
			w->expected[i] = both;
			w->expected_len[i] = strlen(both);
		} else if (!w->expected[i]) {
			w->expected[i] = mem_strndup(value, len);
			w->expected_len[i] = len;
		}
	}
	if (!strcasecmp(name, "Location"))
		take_location(w, value, len);
	else if (!strcasecmp(name, "Set-Cookie") && !c->own_cookie &&
		 http_cookies_set(&w->cookies, &w->url, value, len, clock_wall_ms(w->env->clock)))
		w->loop_from = w->n_hops + 1;
}

static bool on_body(const char *data, size_t len, void *arg)
{
	struct http_walk *w = arg;

	body_scan_add(&w->body, data, len);
	return true;
}

static void take_certificate(struct http_walk *w, const struct transfer_result *r)
{
	if (w->has_tls || strcmp(w->url.scheme, "https") || r->at < AT_TLS)
		return;
	w->has_tls = true;
	w->resumed = r->resumed_session || r->reused_connection;
	if (!r->certificate_json)
		return;
	w->certificate = mem_strdup(r->certificate_json);
	memcpy(w->fingerprint, r->certificate_fingerprint, sizeof w->fingerprint);
	memcpy(w->earliest, r->certificate_earliest, sizeof w->earliest);
	w->earliest_at = r->certificate_earliest_at;
	w->not_after_ms = r->certificate_not_after_ms;
}

static void take_result(struct http_walk *w, const struct transfer_result *r)
{
	add_phase(w, PHASE_CONNECT, r->times.connect_us);
	add_phase(w, PHASE_TLS, r->times.tls_us);
	add_phase(w, PHASE_FIRST_BYTE, r->times.first_byte_us);
	add_phase(w, PHASE_TRANSFER, r->times.transfer_us);
	memcpy(w->address, r->address, sizeof w->address);
	memcpy(w->tls_version, r->tls_version, sizeof w->tls_version);
	memcpy(w->cipher, r->cipher, sizeof w->cipher);
	memcpy(w->http_version, r->http_version, sizeof w->http_version);
	w->ipv6_skipped = w->ipv6_skipped || r->ipv6_skipped;
	w->status = r->status;
	take_certificate(w, r);
}

static void note_class(struct http_walk *w)
{
	struct sockaddr_storage peer;

	if (w->class_known || !address_parse(w->address, &peer))
		return;
	w->class_known = true;
	w->inside = address_class(&peer);
}

static void follow(struct http_walk *w)
{
	if (http_redirect_step(w))
		ask(w);
	else
		finish(w);
}

static void on_end(struct transfer *t, void *arg)
{
	struct http_walk *w = arg;
	const struct transfer_result *r = transfer_result(t);
	bool whole = r->end == TRANSFER_DONE;

	w->transfer = NULL;
	take_result(w, r);
	w->cut = r->end == TRANSFER_TOO_LARGE;
	note_class(w);
	if (w->cancelled || !(whole || w->cut)) {
		verdict_of_end(&w->verdict, w->cancelled ? TRANSFER_CANCELLED : r->end, r->at,
			       r->tls_cause, r->message);
		finish(w);
	} else if (http_redirect_wanted(w)) {
		follow(w);
	} else {
		finish(w);
	}
}

/* ---- the question -------------------------------------------------------------------------- */

static struct curl_slist *headers_for(struct http_walk *w)
{
	const struct http_config *c = w->config;
	struct curl_slist *list = w->crossed ? c->plain_headers : c->headers;

	if (w->authorization && !w->crossed) {
		w->authorization_line = (struct curl_slist){
			.data = (char *)(uintptr_t)w->authorization, .next = list};
		list = &w->authorization_line;
	}
	w->cookie_line.data = c->own_cookie ? NULL : http_cookies_line(&w->cookies, &w->url);
	if (!w->cookie_line.data)
		return list;
	w->cookie_line.next = list;
	return &w->cookie_line;
}

/* The proxy looks up names, so that only addresses tell where they lead. */
static bool leads_inside(const struct http_walk *w)
{
	struct sockaddr_storage from, to;

	return w->n_hops && address_parse(w->url.host, &to) &&
	       address_class(&to) > (address_parse(w->origin.host, &from) ? address_class(&from)
									  : ADDRESS_PUBLIC);
}

/* @return how many of the addresses a redirect may lead to, moved to the front */
static int keep_outside(const struct http_walk *w, struct resolved *r)
{
	int n = 0;

	if (http_config_proxy(w->config))
		return leads_inside(w) ? 0 : r->n;

	for (int i = 0; i < r->n; i++) {
		if (!w->class_known || address_class(&r->addr[i]) <= w->inside)
			r->addr[n++] = r->addr[i];
	}
	return n;
}

static void transfer(struct http_walk *w, struct resolved *r)
{
	const struct http_config *c = w->config;
	const struct http_proxy *proxy = http_config_proxy(c);
	const struct client_cert *identity = c->special ? c->special->identity : NULL;
	bool is_https = !strcmp(w->url.scheme, "https");
	struct transfer_request q = {
		.url = &w->url,
		.addrs = r->addr,
		.n_addrs = keep_outside(w, r),
		.method = w->method,
		.headers = headers_for(w),
		.body = w->with_body ? c->body : NULL,
		.body_len = w->with_body && c->body ? strlen(c->body) : 0,
		.user = w->crossed ? NULL : c->user,
		.password = w->crossed ? NULL : c->password,
		.proxy = proxy ? &proxy->to : NULL,
		.identity = identity && !w->crossed ? &identity->identity : NULL,
		.verify = c->verify,
		.fresh_connection = !w->chained && (!c->reuse || w->fresh_session ||
						    (is_https && w->full_handshake)),
		.keep_connection = c->chain,
		.full_handshake = w->full_handshake,
		.connect_timeout_ms = c->connect_ms,
		.tls_timeout_ms = c->tls_ms,
		.first_byte_timeout_ms = c->first_byte_ms,
		.transfer_timeout_ms = c->transfer_ms,
		.total_timeout_ms = left_ms(w),
		.body_max = c->max_body,
		.want_certificate = !w->has_tls,
		.on_header = on_header,
		.on_body = on_body,
		.on_end = on_end,
		.arg = w,
	};
	struct error e = {0};

	if (!q.n_addrs) {
		verdict_set(&w->verdict, OUTCOME_DOWN, "redirect_internal",
			    "redirect into an internal network was not followed: %.100s",
			    w->url.host);
		finish(w);
		return;
	}
	forget_answer(w);
	body_scan_restart(&w->body);
	if (q.total_timeout_ms < 1)
		q.total_timeout_ms = 1;
	if (transfer_start(w->env->transfers, &q, &w->transfer, &e)) {
		verdict_set(&w->verdict, OUTCOME_UNKNOWN, "local", "%.180s", e.text);
		finish(w);
	}
}

static void use_addresses(struct http_walk *w, struct resolved *r)
{
	add_phase(w, PHASE_RESOLVE, now_us(w) - w->hop_began_us);
	if (r->status == RESOLVE_OK) {
		transfer(w, r);
		return;
	}
	if (http_config_proxy(w->config))
		http_proxy_nowhere(&w->verdict, http_config_proxy(w->config), r);
	else
		verdict_of_name(&w->verdict, w->url.host, r);
	finish(w);
}

static void on_resolved(const struct resolved *r, void *arg)
{
	struct http_walk *w = arg;
	struct resolved copy = *r;

	w->query = NULL;
	use_addresses(w, &copy);
}

static void ask(struct http_walk *w)
{
	int64_t limit_ms = left_ms(w);
	bool use_cache = !w->fresh_session;
	const struct http_proxy *proxy = http_config_proxy(w->config);
	const char *host = proxy ? proxy->host : w->url.host;
	struct resolved known;

	w->hop_began_us = now_us(w);
	if (w->config->resolve_ms && w->config->resolve_ms < limit_ms)
		limit_ms = w->config->resolve_ms;
	if (resolver_known(w->env->resolver, host, w->family, use_cache, &known))
		use_addresses(w, &known);
	else
		w->query = resolver_start_within(w->env->resolver, host, w->family, use_cache,
						 limit_ms > 1 ? limit_ms : 1, on_resolved, w);
}

/* ---- life ---------------------------------------------------------------------------------- */

/* A resumed session shows no certificate, so that a changed one is seen late: at least every 15
 * minutes there is a full handshake, sooner when the next run would come too late for that. */
static bool needs_full_handshake(const struct http_walk *w)
{
	enum { FULL_EVERY_MS = 15 * 60 * 1000 };
	const struct http_memory *m = w->memory ? *w->memory : NULL;
	if (w->chained)
		return false;
	int64_t now_ms = now_us(w) / 1000;

	return w->fresh_session || !m || !m->certificate ||
	       now_ms - m->last_full_ms + now_ms - m->last_run_ms > FULL_EVERY_MS;
}

void http_walk_start(struct http_walk *w)
{
	const struct http_config *c = w->config;
	struct error e = {0};

	for (int i = 0; i < PHASE_COUNT; i++)
		w->phase_us[i] = -1;
	body_scan_init(&w->body, c->keyword, c->keyword_absent,
		       c->keep_body || c->pattern || c->pattern_absent ? (size_t)c->max_body : 0);
	w->began_us = now_us(w);
	w->method = c->method;
	w->with_body = c->body != NULL;
	w->full_handshake = needs_full_handshake(w);
	if (url_parse(c->target, &w->url, &e)) {
		verdict_set(&w->verdict, OUTCOME_UNKNOWN, "local", "%.180s", e.text);
		finish(w);
		return;
	}
	w->origin = w->url;
	ask(w);
}

const char *http_walk_noted(const struct http_walk *w, const char *name)
{
	for (int i = 0; i < NOTED_HEADERS; i++) {
		if (!strcmp(http_noted_names[i], name))
			return w->noted[i];
	}
	return NULL;
}

void http_walk_cancel(struct http_walk *w)
{
	w->cancelled = true;
	if (w->query)
		resolver_cancel(w->query);
	else if (w->transfer)
		transfer_cancel(w->transfer);
}

void http_walk_fini(struct http_walk *w)
{
	forget_answer(w);
	body_scan_fini(&w->body);
	http_cookies_fini(&w->cookies);
	for (int i = 0; i < w->n_hops; i++)
		free(w->hops[i].url);
	free(w->certificate);
}
