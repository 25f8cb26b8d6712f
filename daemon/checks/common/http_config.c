#include "daemon/checks/common/http_config.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/checks/common/spec.h"
#include "daemon/net/idn.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"

const char http_user_agent[] = "SellerSmart/" SELLERSMART_VERSION " (+https uptime check)";

enum { HEADER_LINE_MAX = 16384 };

/* Request headers that say nothing about who asks: all that another origin gets. */
static bool is_plain(const char *name)
{
	static const char *const plain[] = {"User-Agent", "Accept", "Accept-Language",
					    "Cache-Control", "Pragma"};

	for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
		if (!strcasecmp(name, plain[i]))
			return true;
	}
	return false;
}

static void append(struct curl_slist **list, const char *line)
{
	*list = curl_slist_append(*list, line);
}

enum err http_config_add_header(struct http_config *c, const char *name, const char *value,
				struct error *e)
{
	char *line;

	if (strpbrk(value, "\r\n") || strlen(name) + strlen(value) > HEADER_LINE_MAX)
		return error_field(e, ERR_INVALID, "headers",
				   "headers: the value of %s has a line end or is too long", name);
	/* curl's way to send a header without a value is a semicolon. */
	line = mem_printf(value[0] ? "%s: %s" : "%s;", name, value);
	append(&c->headers, line);
	if (is_plain(name))
		append(&c->plain_headers, line);
	sodium_memzero(line, strlen(line));
	free(line);
	return ERR_NONE;
}

struct given_headers {
	struct http_config *config;
	bool agent, content_type;
};

static enum err add_given_header(const char *name, const char *value, void *arg, struct error *e)
{
	struct given_headers *given = arg;

	given->agent = given->agent || !strcasecmp(name, "User-Agent");
	given->content_type = given->content_type || !strcasecmp(name, "Content-Type");
	given->config->own_cookie = given->config->own_cookie || !strcasecmp(name, "Cookie");
	return http_config_add_header(given->config, name, value, e);
}

static enum err prepare_headers(struct http_config *c, const json_t *spec,
				const struct check_env *env, struct error *e)
{
	const json_t *bearer = spec_value(monitor_kind(), spec, "bearer");
	const char *agent = spec_text(monitor_kind(), spec, "user_agent");
	struct given_headers given = {.config = c};
	enum err err = spec_each_header(spec, env, add_given_header, &given, e);

	if (!err && (agent || !given.agent))
		err = http_config_add_header(c, "User-Agent", agent ? agent : http_user_agent, e);
	if (!err && bearer) {
		char *token = spec_secret(bearer, env, e);
		char *value = token ? mem_printf("Bearer %s", token) : NULL;

		err = value          ? http_config_add_header(c, "Authorization", value, e)
		      : e && e->code ? e->code
				     : ERR_NOT_FOUND;
		spec_wipe(token);
		spec_wipe(value);
	}
	if (!err && c->body) {
		append(&c->headers, "Expect:"); /* no waiting for a 100 */
		if (!given.content_type)
			append(&c->headers,
			       c->body[0] == '{' || c->body[0] == '['
				       ? "Content-Type: application/json"
				       : "Content-Type: application/x-www-form-urlencoded");
	}
	return err;
}

static enum err prepare_patterns(struct http_config *c, const json_t *spec, struct error *e)
{
	const char *pattern = spec_text(monitor_kind(), spec, "pattern");
	const char *absent = spec_text(monitor_kind(), spec, "pattern_absent");
	const char *name;
	json_t *value;

	if (pattern && !(c->pattern = pattern_compile(pattern, e)))
		return e && e->code ? e->code : ERR_INVALID;
	if (absent && !(c->pattern_absent = pattern_compile(absent, e)))
		return e && e->code ? e->code : ERR_INVALID;
	json_object_foreach((json_t *)spec_value(monitor_kind(), spec, "expect_headers"), name,
			    value)
	{
		struct expected_header *x = &c->expected[c->n_expected];

		if (c->n_expected == EXPECTED_MAX || !json_is_string(value))
			return error_field(e, ERR_INVALID, "expect_headers",
					   "expect_headers: at most %d patterns", EXPECTED_MAX);
		x->pattern = pattern_compile(json_string_value(value), e);
		if (!x->pattern)
			return e && e->code ? e->code : ERR_INVALID;
		x->name = mem_strdup(name);
		x->text = mem_strdup(json_string_value(value));
		c->n_expected++;
	}
	return ERR_NONE;
}

enum err http_config_target(const char *target, struct url *u, char *out, size_t cap,
			    struct error *e)
{
	enum err err = target ? url_parse(target, u, e)
			      : error_field(e, ERR_INVALID, "target", "target: missing");

	if (!err)
		err = idn_to_ascii(u->host, e);
	if (!err)
		url_format(u, out, cap);
	return err;
}

static enum err prepare_target(struct http_config *c, const json_t *spec, struct error *e)
{
	char text[URL_MAX + HOST_MAX + 32];
	struct url u;
	enum err err = http_config_target(spec_text(monitor_kind(), spec, "target"), &u, text,
					  sizeof text, e);

	if (err)
		return err;
	c->target = mem_strdup(text);
	c->host = mem_strdup(u.host);
	return ERR_NONE;
}

static enum err prepare_credentials(struct http_config *c, const json_t *spec,
				    const struct check_env *env, struct error *e)
{
	const json_t *password = spec_value(monitor_kind(), spec, "basic_password");

	c->user = spec_copy(spec, "basic_user");
	if (!c->user)
		return ERR_NONE;
	c->password = password ? spec_secret(password, env, e) : mem_strdup("");
	return c->password ? ERR_NONE : e && e->code ? e->code : ERR_NOT_FOUND;
}

static void prepare_plain_fields(struct http_config *c, const json_t *spec)
{
	enum spec_families families = spec_families(spec);
	const char *connection = spec_text(monitor_kind(), spec, "connection");

	c->method = spec_copy(spec, "method");
	c->body = spec_copy(spec, "body");
	c->status = spec_copy(spec, "status");
	c->keyword = spec_copy(spec, "keyword");
	c->keyword_absent = spec_copy(spec, "keyword_absent");
	c->redirects = (int)spec_int_of(spec, "redirects");
	c->cert_days = (int)spec_int_of(spec, "cert_days");
	c->verify = spec_bool_of(spec, "verify");
	c->reuse = connection && !strcmp(connection, "reuse");
	c->both_families = families == FAMILIES_BOTH;
	c->family = families == FAMILIES_4 ? IP_4 : families == FAMILIES_6 ? IP_6 : IP_AUTO;
	c->max_body = spec_bytes(monitor_kind(), spec, "max_body");
	c->timeout_ms = spec_ms_of(spec, "timeout");
	c->slow_ms = spec_ms_of(spec, "slow");
	c->resolve_ms = spec_ms_of(spec, "resolve_timeout");
	c->connect_ms = spec_ms_of(spec, "connect_timeout");
	c->tls_ms = spec_ms_of(spec, "tls_timeout");
	c->first_byte_ms = spec_ms_of(spec, "first_byte_timeout");
	c->transfer_ms = spec_ms_of(spec, "transfer_timeout");
}

static enum err prepare_special(struct http_config *c, const json_t *spec,
				const struct check_env *env, struct error *e)
{
	struct http_special s = {0};
	enum err err = http_proxy_prepare(spec, env, &s.proxy, e);

	if (!err)
		err = client_cert_prepare(spec, env, &s.identity, e);
	if (!err)
		err = oauth_prepare(spec, env, &s.oauth, e);
	if (!err)
		err = http_expect_prepare(spec, &s.expect, e);
	if (s.proxy || s.identity || s.oauth || s.expect) {
		c->special = mem_alloc(sizeof s);
		*c->special = s;
		c->keep_body = c->keep_body || s.expect;
	}
	return err;
}

enum err http_config_prepare(const json_t *spec, const struct check_env *env, void **config,
			     struct error *e)
{
	struct http_config *c = mem_zalloc(sizeof *c);
	enum err err;

	prepare_plain_fields(c, spec);
	err = prepare_target(c, spec, e);
	if (!err)
		err = prepare_credentials(c, spec, env, e);
	if (!err)
		err = prepare_headers(c, spec, env, e);
	if (!err)
		err = prepare_patterns(c, spec, e);
	if (!err)
		err = prepare_special(c, spec, env, e);
	if (err) {
		http_config_free(c);
		return err;
	}
	*config = c;
	return ERR_NONE;
}

static void wipe_list(struct curl_slist *list)
{
	for (struct curl_slist *i = list; i; i = i->next)
		sodium_memzero(i->data, strlen(i->data));
	curl_slist_free_all(list);
}

static void special_free(struct http_special *s)
{
	if (!s)
		return;
	http_proxy_free(s->proxy);
	client_cert_free(s->identity);
	oauth_free(s->oauth);
	http_expect_free(s->expect);
	free(s);
}

void http_config_wipe_headers(struct http_config *c)
{
	wipe_list(c->headers);
	wipe_list(c->plain_headers);
	c->headers = c->plain_headers = NULL;
}

void http_config_free(void *config)
{
	struct http_config *c = config;

	if (!c)
		return;
	for (size_t i = 0; i < c->n_expected; i++) {
		free(c->expected[i].name);
		free(c->expected[i].text);
		pattern_free(c->expected[i].pattern);
	}
	pattern_free(c->pattern);
	pattern_free(c->pattern_absent);
	special_free(c->special);
	http_config_wipe_headers(c);
	spec_wipe(c->password);
	free(c->target);
	free(c->host);
	free(c->method);
	free(c->body);
	free(c->user);
	free(c->status);
	free(c->keyword);
	free(c->keyword_absent);
	free(c);
}

void http_memory_free(void *memory)
{
	struct http_memory *m = memory;

	if (!m)
		return;
	free(m->certificate);
	oauth_token_free(m->token);
	free(m);
}

struct http_memory *http_memory_made(struct http_memory **memory)
{
	if (memory && !*memory)
		*memory = mem_zalloc(sizeof **memory);
	return memory ? *memory : NULL;
}
