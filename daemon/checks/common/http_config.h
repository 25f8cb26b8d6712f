#pragma once
/* A compiled http monitor, immutable; and what is kept of one between its runs. */

#include "daemon/checks/check.h"
#include "daemon/net/resolver.h"
#include "daemon/net/transfers.h"
#include "shared/pattern.h"
#include "shared/url.h"

/** What earlier answers of this monitor said and a resumed TLS session does not repeat; there is
 * one once a certificate was seen. Net loop. */
struct http_memory {
	char *certificate; /* JSON */
	char fingerprint[65], earliest[128];
	int earliest_at;
	int64_t not_after_ms;
	int64_t last_full_ms, last_run_ms; /* boot time; 0: never */
};

struct expected_header {
	char *name;
	char *text; /* the pattern as written */
	struct pattern *pattern;
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
	enum ip_family family;
	int64_t max_body;
	int64_t timeout_ms, slow_ms;                                        /* 0: no threshold */
	int64_t resolve_ms, connect_ms, tls_ms, first_byte_ms, transfer_ms; /* 0: only timeout_ms */
};

enum err http_config_prepare(const json_t *spec, const struct check_env *env, void **config,
			     struct error *e);
void http_config_free(void *config);
void http_memory_free(void *memory);
