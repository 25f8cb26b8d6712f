#pragma once
/* A compiled http monitor, immutable; and what is kept of one between its runs. */

#include "daemon/checks/check.h"
#include "daemon/checks/common/client_cert.h"
#include "daemon/checks/common/http_expect.h"
#include "daemon/checks/common/http_proxy.h"
#include "daemon/checks/common/oauth.h"
#include "daemon/net/resolver.h"
#include "daemon/net/transfers.h"
#include "shared/pattern.h"
#include "shared/url.h"

/** What is kept of a monitor between its runs: what earlier answers said and a resumed TLS session
 *  does not repeat, and a token that is still good. There is one once there is something to keep.
 *  Net loop. */
struct http_memory {
	char *certificate; /* JSON; NULL: none was seen yet, then none of the next counts */
	char fingerprint[65], earliest[128];
	int earliest_at;
	int64_t not_after_ms;
	int64_t last_full_ms, last_run_ms; /* boot time */
	struct oauth_token *token;         /* NULL: none */
};

struct expected_header {
	char *name;
	char *text;              /* the pattern as written */
	struct pattern *pattern; /* NULL: only taken note of */
};

/** What few monitors have. */
struct http_special {
	struct http_proxy *proxy;     /* NULL: none; so all of these */
	struct client_cert *identity; /* to the target's origin */
	struct oauth *oauth;          /* its token goes to the target's origin */
	struct http_expect *expect;
};

enum { EXPECTED_MAX = 20, REDIRECTS_MAX = 20 };

struct http_config {
	char *target;
	char *host; /* as it is looked up: ASCII */
	char *method, *body, *user, *password, *status;
	struct curl_slist *headers;       /* to the target's origin */
	struct curl_slist *plain_headers; /* to any other: nothing that could be a credential */
	bool own_cookie;                  /* headers has a Cookie */
	char *keyword, *keyword_absent;
	struct pattern *pattern, *pattern_absent;
	struct expected_header expected[EXPECTED_MAX];
	size_t n_expected;
	int redirects, cert_days;
	bool verify, reuse, both_families;
	bool keep_body;  /* up to max_body, for who reads it */
	bool stay_https; /* a redirect from https to http is refused */
	bool chain;      /* connections are kept for the next walk of the same run */
	enum ip_family family;
	int64_t max_body;
	int64_t timeout_ms, slow_ms;                                        /* 0: no threshold */
	int64_t resolve_ms, connect_ms, tls_ms, first_byte_ms, transfer_ms; /* 0: only timeout_ms */
	struct http_special *special; /* NULL: nothing of it */
};

/** What the body must hold that only the worker processes can tell, NULL: nothing. */
static inline const struct http_expect *http_config_expect(const struct http_config *c)
{
	return c->special ? c->special->expect : NULL;
}

/** The proxy every hop goes through, NULL: none. */
static inline const struct http_proxy *http_config_proxy(const struct http_config *c)
{
	return c->special ? c->special->proxy : NULL;
}

/** Add a request header; plain ones also to those for other origins. Names the field of the spec in
 *  e. */
enum err http_config_add_header(struct http_config *c, const char *name, const char *value,
				struct error *e) __attribute__((warn_unused_result));
/** Overwrite and free headers and plain_headers. */
void http_config_wipe_headers(struct http_config *c);
/** Host names as they are looked up. out: URL_MAX + HOST_MAX + 32 bytes, what a walk's target is.
 */
enum err http_config_target(const char *target, struct url *u, char *out, size_t cap,
			    struct error *e) __attribute__((warn_unused_result));
extern const char http_user_agent[];

/** Compile a monitor with the fields of the http check: a wrong value or a secret that is missing
 *  or does not hold what it must is an error that names the field. Thread: any. */
enum err http_config_prepare(const json_t *spec, const struct check_env *env, void **config,
			     struct error *e);
/** Overwrites what is secret; NULL is fine. No walk uses it any more. */
void http_config_free(void *config);
void http_memory_free(void *memory);
/** The memory behind check_run.memory, made when there is none; NULL when nothing is kept. */
struct http_memory *http_memory_made(struct http_memory **memory);
