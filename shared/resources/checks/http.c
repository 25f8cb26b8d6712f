/* A request over HTTP or HTTPS, and what its answer must be. */
#include <stdio.h>
#include <strings.h>

#include "shared/css.h"
#include "shared/pattern.h"
#include "shared/proxy_url.h"
#include "shared/resources/checks/common.h"
#include "shared/resources/checks/headers.h"

static const char *const methods[] = {
	"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", NULL,
};
static const char *const oauth_auths[] = {"basic", "post", NULL};
static const char *const connections[] = {"fresh", "reuse", NULL};

enum { LOOKED_MAX = 4 << 20 }; /* as EXTRACT_DOCUMENT_MAX */

#define PHASE(field, what)                                                                      \
	{                                                                                       \
		.name = field, .type = FIELD_DURATION, .min = 10, .max = 120000,                \
		.flags = FIELD_ADVANCED, .help = "Deadline for " what " alone, within timeout", \
		.example = "2s",                                                                \
	}

static const struct field fields[] = {
	{.name = "target",
	 .type = FIELD_URL,
	 .flags = FIELD_REQUIRED | FIELD_POSITIONAL,
	 .help = "Address to ask",
	 .example = "https://shop.example/"},
	{.name = "method",
	 .type = FIELD_ENUM,
	 .choices = methods,
	 .dflt = "GET",
	 .help = "Request method",
	 .example = "HEAD"},
	{.name = "headers",
	 .type = FIELD_TEXT_MAP,
	 .max = 50,
	 .flags = FIELD_MAY_SECRET | FIELD_MULTILINE | FIELD_ADVANCED,
	 .help = "Request headers; a value may be a secret",
	 .example = "{X-Api-Key: {secret: shop-key}}"},
	{.name = "body",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 65536,
	 .flags = FIELD_MULTILINE | FIELD_ADVANCED,
	 .help = "Request body",
	 .example = "'{\"ping\": true}'"},
	{.name = "basic_user",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 255,
	 .flags = FIELD_ADVANCED,
	 .help = "User for Basic authentication",
	 .example = "monitor"},
	{.name = "basic_password",
	 .type = FIELD_SECRET,
	 .flags = FIELD_ADVANCED,
	 .help = "Password for Basic authentication",
	 .example = "{secret: shop-password}"},
	{.name = "bearer",
	 .type = FIELD_SECRET,
	 .flags = FIELD_ADVANCED,
	 .help = "Bearer token",
	 .example = "{secret: shop-token}"},
	{.name = "oauth_token_url",
	 .type = FIELD_URL,
	 .flags = FIELD_ADVANCED,
	 .help = "OAuth 2 token endpoint; the token is got by client credentials and kept",
	 .example = "https://login.shop.example/oauth/token"},
	{.name = "oauth_client_id",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 255,
	 .flags = FIELD_ADVANCED,
	 .help = "Client id for the token endpoint",
	 .example = "monitoring"},
	{.name = "oauth_client_secret",
	 .type = FIELD_SECRET,
	 .flags = FIELD_ADVANCED,
	 .help = "Client secret for the token endpoint",
	 .example = "{secret: oauth-client}"},
	{.name = "oauth_scope",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 1024,
	 .flags = FIELD_ADVANCED,
	 .help = "Scopes to ask for, parted by blanks",
	 .example = "orders.read stock.read"},
	{.name = "oauth_audience",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 1024,
	 .flags = FIELD_ADVANCED,
	 .help = "Audience to ask for, where the endpoint wants one",
	 .example = "https://api.shop.example/"},
	{.name = "oauth_auth",
	 .type = FIELD_ENUM,
	 .choices = oauth_auths,
	 .dflt = "basic",
	 .flags = FIELD_ADVANCED,
	 .help = "How the client shows itself: Basic authentication, or id and secret in the form",
	 .example = "post"},
	{.name = "client_certificate",
	 .type = FIELD_SECRET,
	 .flags = FIELD_ADVANCED,
	 .help = "Our certificate in PEM for servers that ask for one (mTLS); may hold the key too",
	 .example = "{secret: shop-client}"},
	{.name = "client_key",
	 .type = FIELD_SECRET,
	 .flags = FIELD_ADVANCED,
	 .help = "Private key of client_certificate in PEM, when it is not in the same secret",
	 .example = "{secret: shop-client-key}"},
	{.name = "proxy",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 512,
	 .flags = FIELD_ADVANCED,
	 .help = "Proxy to ask through: http://, https:// or socks5h:// with host and port",
	 .example = "http://proxy.example:3128"},
	{.name = "proxy_user",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 255,
	 .flags = FIELD_ADVANCED,
	 .help = "User for the proxy",
	 .example = "monitor"},
	{.name = "proxy_password",
	 .type = FIELD_SECRET,
	 .flags = FIELD_ADVANCED,
	 .help = "Password for the proxy",
	 .example = "{secret: proxy-password}"},
	{.name = "redirects",
	 .type = FIELD_INT,
	 .min = 0,
	 .max = 20,
	 .dflt = "10",
	 .help = "Redirects to follow; 0 takes the first answer",
	 .example = "0"},
	{.name = "status",
	 .type = FIELD_STATUS_SET,
	 .dflt = "200-299",
	 .help = "Statuses of a good answer",
	 .example = "200-299,401"},
	{.name = "keyword",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 1024,
	 .help = "Text that the body must contain",
	 .example = "Add to basket"},
	{.name = "keyword_absent",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 1024,
	 .help = "Text that the body must not contain",
	 .example = "Fatal error"},
	{.name = "pattern",
	 .type = FIELD_PATTERN,
	 .flags = FIELD_ADVANCED,
	 .help = "Regular expression (PCRE2) that the body must match",
	 .example = "(?i)in stock [1-9]"},
	{.name = "pattern_absent",
	 .type = FIELD_PATTERN,
	 .flags = FIELD_ADVANCED,
	 .help = "Regular expression (PCRE2) that the body must not match",
	 .example = "(?i)database error|fatal"},
	{.name = "expect_headers",
	 .type = FIELD_TEXT_MAP,
	 .max = 20,
	 .flags = FIELD_MULTILINE | FIELD_ADVANCED,
	 .help = "Response headers that must be there, each with a pattern for its value",
	 .example = "{Content-Type: ^text/html}"},
	{.name = "json_expect",
	 .type = FIELD_TEXT_LIST,
	 .max = 10,
	 .flags = FIELD_MULTILINE | FIELD_ADVANCED,
	 .help = "jq programs that must be true of the JSON body",
	 .example = "['.status == \"ok\"', '.items | length > 0']"},
	{.name = "css",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 4096,
	 .flags = FIELD_ADVANCED,
	 .help = "CSS selector that must find something on the page",
	 .example = "'#price'"},
	{.name = "xpath",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 4096,
	 .flags = FIELD_ADVANCED,
	 .help = "XPath that must find something on the page or in the XML",
	 .example = "//offer[@id='7']/price"},
	{.name = "select_pattern",
	 .type = FIELD_PATTERN,
	 .flags = FIELD_ADVANCED,
	 .help = "Regular expression (PCRE2) that the first text found by css or xpath must match",
	 .example = "^[0-9]+[.,][0-9]{2}"},
	FIELD_SLOW,
	{.name = "max_body",
	 .type = FIELD_SIZE,
	 .min = 1024,
	 .max = 16 << 20,
	 .dflt = "1MiB",
	 .flags = FIELD_ADVANCED,
	 .help = "Bytes of the decompressed body that are read",
	 .example = "64KiB"},
	PHASE("resolve_timeout", "looking up the name"),
	PHASE("connect_timeout", "connecting"),
	PHASE("tls_timeout", "the TLS handshake"),
	PHASE("first_byte_timeout", "the first byte of the answer"),
	PHASE("transfer_timeout", "the rest of the answer"),
	FIELD_VERIFY,
	FIELD_CERT_DAYS,
	{.name = "connection",
	 .type = FIELD_ENUM,
	 .choices = connections,
	 .dflt = "fresh",
	 .flags = FIELD_ADVANCED,
	 .help = "A fresh connection for each check, or one kept alive",
	 .example = "reuse"},
	{.name = "user_agent",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 256,
	 .flags = FIELD_ADVANCED,
	 .help = "User-Agent header instead of the program's own",
	 .example = "Mozilla/5.0"},
	FIELD_IP,
};

static const char *const examples[] = {
	"sellersmart monitor add https://shop.example/ --keyword \"Add to basket\" --slow 2s",
	"sellersmart monitor add https://shop.example/api --name api --bearer secret:api-token",
	"sellersmart monitor add https://shop.example/health --json-expect '.status == \"ok\"'",
	"sellersmart monitor add https://shop.example/lamp --css '#price' --select-pattern '^[1-9]'",
	"sellersmart monitor add https://shop.example/old --status 301 --redirects 0",
	"sellersmart monitor add https://api.shop.example/ --client-certificate secret:shop-client",
	"sellersmart monitor add https://shop.example/ --name via --proxy socks5h://127.0.0.1:1080",
	NULL,
};

static enum err check_request_headers(const json_t *spec, struct error *e)
{
	/* These frame the request: a wrong one would smuggle a second request into it. */
	static const char *const ours[] = {"Content-Length", "Transfer-Encoding", "Connection",
					   "Expect",         "Upgrade",           "TE",
					   "Trailer"};
	bool credentials = json_object_get(spec, "bearer") || json_object_get(spec, "basic_user") ||
			   json_object_get(spec, "oauth_token_url");
	const char *name;
	json_t *value;
	enum err err = check_headers(spec, ours, ARRAY_LEN(ours), e);
	if (err || !credentials)
		return err;
	json_object_foreach(json_object_get(spec, "headers"), name, value)
	{
		if (strcasecmp(name, "Authorization"))
			continue;
		error_field(
			e, ERR_INVALID, "headers",
			"headers: Authorization is already set by bearer, basic_user or oauth_token_url");
		error_hint(e, "give only one of them");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static enum err check_expected_headers(const json_t *spec, struct error *e)
{
	const char *name;
	json_t *value;
	json_object_foreach(json_object_get(spec, "expect_headers"), name, value)
	{
		struct error why = {0};
		if (!header_token(name)) {
			error_field(e, ERR_INVALID, "expect_headers",
				    "expect_headers: \"%.40s\" is not the name of a header", name);
			error_hint(e, "for example expect_headers: {Content-Type: ^text/html}");
			return ERR_INVALID;
		}
		struct pattern *p = pattern_compile(json_string_value(value), &why);
		pattern_free(p);
		if (p)
			continue;
		char path[96];
		snprintf(path, sizeof(path), "expect_headers.%.64s", name);
		error_field(e, ERR_INVALID, path, "%s: %s", path, why.text);
		error_hint(e, "for example expect_headers: {Content-Type: ^text/html}");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static enum err check_credentials(const json_t *spec, struct error *e)
{
	const json_t *user = json_object_get(spec, "basic_user");
	const json_t *password = json_object_get(spec, "basic_password");
	if (user && json_object_get(spec, "bearer")) {
		error_field(
			e, ERR_INVALID, "bearer",
			"bearer: not together with basic_user; a request has one Authorization");
		error_hint(e, "give only one of them");
		return ERR_INVALID;
	}
	if (!user != !password) {
		const char *missing = user ? "basic_password" : "basic_user";
		error_field(e, ERR_INVALID, missing,
			    "%s: missing; Basic authentication needs user and password", missing);
		error_hint(e, "give basic_user and basic_password: {secret: NAME}");
		return ERR_INVALID;
	}
	if (user && strchr(json_string_value(user), ':')) {
		error_field(e, ERR_INVALID, "basic_user", "basic_user: a user name has no colon");
		error_hint(e, "the password is its own field: basic_password: {secret: NAME}");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static enum err check_oauth(const json_t *spec, struct error *e)
{
	static const char *const needed[] = {"oauth_token_url", "oauth_client_id",
					     "oauth_client_secret"};
	static const char *const more[] = {"oauth_scope", "oauth_audience", "oauth_auth"};
	static const char *const others[] = {"bearer", "basic_user"};
	bool any = false;
	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		any = any || json_object_get(spec, needed[i]);
	for (size_t i = 0; i < ARRAY_LEN(more); i++)
		any = any || json_object_get(spec, more[i]);
	for (size_t i = 0; any && i < ARRAY_LEN(needed); i++) {
		if (json_object_get(spec, needed[i]))
			continue;
		error_field(
			e, ERR_INVALID, needed[i],
			"%s: missing; a token needs the endpoint, the client's id and its secret",
			needed[i]);
		error_hint(e, "give oauth_token_url, oauth_client_id and oauth_client_secret: "
			      "{secret: NAME}");
		return ERR_INVALID;
	}
	for (size_t i = 0; any && i < ARRAY_LEN(others); i++) {
		if (!json_object_get(spec, others[i]))
			continue;
		error_field(
			e, ERR_INVALID, "oauth_token_url",
			"oauth_token_url: not together with %s; a request has one Authorization",
			others[i]);
		error_hint(e, "give only one of them");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static enum err check_identity(const json_t *spec, struct error *e)
{
	const char *target = json_string_value(json_object_get(spec, "target"));
	bool certificate = json_object_get(spec, "client_certificate");
	if (json_object_get(spec, "client_key") && !certificate) {
		error_field(e, ERR_INVALID, "client_certificate",
			    "client_certificate: missing; client_key is its key");
		error_hint(e, "give client_certificate: {secret: NAME}");
		return ERR_INVALID;
	}
	if (certificate && target && !strncasecmp(target, "http://", 7)) {
		error_field(e, ERR_INVALID, "client_certificate",
			    "client_certificate: an http:// target is asked without TLS");
		error_hint(e, "use https:// in target, or leave client_certificate out");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

/* What the worker processes look at. */
static enum err check_selectors(const json_t *spec, struct error *e)
{
	static const char *const looked[] = {"json_expect", "css", "xpath"};
	const json_t *css = json_object_get(spec, "css"), *xpath = json_object_get(spec, "xpath");
	struct error why = {0};
	bool any = false;
	for (size_t i = 0; i < ARRAY_LEN(looked); i++)
		any = any || json_object_get(spec, looked[i]);
	if (any && spec_bytes(&resource_monitor, spec, "max_body") > LOOKED_MAX) {
		error_field(e, ERR_INVALID, "max_body",
			    "max_body: json_expect, css and xpath look at no more than 4MiB");
		error_hint(e, "max_body: 4MiB, or leave it out");
		return ERR_INVALID;
	}
	if (css && xpath) {
		error_field(e, ERR_INVALID, "xpath",
			    "xpath: not together with css; a check selects one thing");
		error_hint(e, "give only one of them, or add a second monitor");
		return ERR_INVALID;
	}
	if (json_object_get(spec, "select_pattern") && !css && !xpath) {
		error_field(e, ERR_INVALID, "select_pattern",
			    "select_pattern: nothing is selected whose text it could match");
		error_hint(e, "give css or xpath too, or use pattern for the whole body");
		return ERR_INVALID;
	}
	if (css && css_check(json_string_value(css), &why)) {
		error_field(e, ERR_INVALID, "css", "css: %s", why.text);
		error_hint(e, "%s", why.hint[0] ? why.hint : "for example css: '#price'");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static enum err check_proxy(const json_t *spec, struct error *e)
{
	static const char *const login[] = {"proxy_user", "proxy_password"};
	const char *proxy = json_string_value(json_object_get(spec, "proxy"));
	struct error why = {0};
	struct proxy_url u;
	for (size_t i = 0; i < ARRAY_LEN(login); i++) {
		const char *missing = proxy ? login[1 - i] : "proxy";
		if (!json_object_get(spec, login[i]) || json_object_get(spec, missing))
			continue;
		error_field(e, ERR_INVALID, missing, "%s: missing; %s is given", missing, login[i]);
		error_hint(e, "give proxy, proxy_user and proxy_password: {secret: NAME}");
		return ERR_INVALID;
	}
	if (!proxy)
		return ERR_NONE;
	if (proxy_url_parse(proxy, &u, &why)) {
		error_field(e, ERR_INVALID, "proxy", "proxy: %s", why.text);
		error_hint(e, "%s", why.hint);
		return ERR_INVALID;
	}
	if (!strcmp(spec_text(&resource_monitor, spec, "ip"), "both")) {
		error_field(e, ERR_INVALID, "ip",
			    "ip: both cannot be told apart through a proxy, which chooses itself");
		error_hint(e, "4 or 6 say how the proxy itself is reached");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static enum err check_phases(const json_t *spec, struct error *e)
{
	static const char *const phases[] = {"resolve_timeout", "connect_timeout", "tls_timeout",
					     "first_byte_timeout", "transfer_timeout"};
	int64_t timeout = spec_ms(&resource_monitor, spec, "timeout");
	for (size_t i = 0; i < ARRAY_LEN(phases); i++) {
		if (spec_ms(&resource_monitor, spec, phases[i]) <= timeout)
			continue;
		error_field(e, ERR_INVALID, phases[i], "%s: %s is longer than the whole timeout %s",
			    phases[i], spec_text(&resource_monitor, spec, phases[i]),
			    spec_text(&resource_monitor, spec, "timeout"));
		error_hint(e, "a phase's deadline is at most timeout");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

/* A HEAD request has no body, neither its own nor in the answer. */
static enum err check_head(const json_t *spec, struct error *e)
{
	static const char *const of_bodies[] = {
		"keyword", "keyword_absent", "pattern", "pattern_absent",
		"body",    "json_expect",    "css",     "xpath"};
	if (strcmp(spec_text(&resource_monitor, spec, "method"), "HEAD"))
		return ERR_NONE;
	for (size_t i = 0; i < ARRAY_LEN(of_bodies); i++) {
		if (!json_object_get(spec, of_bodies[i]))
			continue;
		error_field(e, ERR_INVALID, of_bodies[i], "%s: a HEAD request has no body",
			    of_bodies[i]);
		error_hint(e, "use method GET, or leave %s out", of_bodies[i]);
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static enum err check(const json_t *spec, struct error *e)
{
	enum err (*const rules[])(const json_t *, struct error *) = {
		check_times,           check_phases,           check_head,  check_credentials,
		check_request_headers, check_expected_headers, check_oauth, check_identity,
		check_proxy,           check_selectors,
	};
	enum err err = ERR_NONE;
	for (size_t i = 0; i < ARRAY_LEN(rules) && !err; i++)
		err = rules[i](spec, e);
	return err;
}

static const char *const schemes[] = {"http", "https", NULL};

const struct variant variant_http = {
	.name = "http",
	.schemes = schemes,
	.title = "HTTP or HTTPS request",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.examples = examples,
	.check = check,
};
