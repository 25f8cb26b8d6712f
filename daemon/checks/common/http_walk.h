#pragma once
/* One walk from a monitor's target along its redirects to the final answer, over one address family
 * (or whichever answers first). Each hop is a look-up and an exchange. Credentials and bodies
 * stay with the target's origin; a redirect never leads further into a network than it started.
 * Through a proxy that is known only of redirects to literal addresses. */
#include "daemon/checks/common/body.h"
#include "daemon/checks/common/http_config.h"
#include "daemon/checks/common/http_cookies.h"
#include "daemon/checks/common/verdict.h"
#include "daemon/net/address.h"

enum { NOTED_HEADERS = 10, NOTED_VALUE = 200, LOCATION_MAX = 2048, EXPECTED_VALUE_MAX = 4096 };

struct http_hop {
	int status;
	char *url; /* that was asked */
};

struct http_walk {
	/* set by http_walk_start */
	const struct http_config *config;
	struct http_memory **memory; /* the monitor's, or NULL */
	const struct check_env *env;
	enum ip_family family;
	bool fresh_session;
	bool chained; /* not the first of several that share connections */
	/** May hold those of an earlier walk; taken out of here before http_walk_fini by who wants
	 * them further. */
	struct http_cookies cookies;
	void (*done)(struct http_walk *w, void *arg);
	void *arg;
	const char *authorization; /* a header line for the target's origin, borrowed; NULL: none */
	int64_t spent_ms;          /* of the config's timeout, before the walk */

	/* where it is */
	struct url origin, url;
	struct http_hop hops[REDIRECTS_MAX + 1];
	int n_hops, loop_from; /* hops before loop_from were asked with other cookies */
	const char *method;
	bool with_body, crossed, class_known, full_handshake, cancelled;
	enum address_class inside;
	struct resolve_query *query;
	struct transfer *transfer;
	int64_t began_us, hop_began_us;
	struct curl_slist cookie_line, authorization_line; /* in front of the config's list */

	/* of the last answer */
	struct body_scan body;
	char *noted[NOTED_HEADERS];   /* by http_noted_names, safe */
	char *expected[EXPECTED_MAX]; /* values of the headers that are expected */
	size_t expected_len[EXPECTED_MAX];
	char location[LOCATION_MAX + 1];
	size_t location_len;

	/* what it found; read in done */
	struct verdict verdict; /* OUTCOME_NONE: there is an answer to judge */
	int status;
	bool cut, downgrade, ipv6_skipped, resumed;
	char address[ADDRESS_TEXT], tls_version[16], cipher[48], http_version[8];
	int64_t phase_us[PHASE_COUNT], total_us;
	char *certificate; /* of the first TLS hop; NULL when its session was resumed */
	char fingerprint[65], earliest[128];
	int earliest_at;
	int64_t not_after_ms;
	bool has_tls;
};

extern const char *const http_noted_names[NOTED_HEADERS];

/** A header of the last answer, one of http_noted_names; safe text, NULL: it was not there. */
const char *http_walk_noted(const struct http_walk *w, const char *name);

/** Begin. w is zeroed storage of the caller with its first members set; the config and what they
 *  borrow stay until done. done is called once, may be before this returns, and finds either a
 *  verdict (there is no answer) or OUTCOME_NONE and the final answer: status, headers, and of the
 *  body what body.keep asked for. Net loop. */
void http_walk_start(struct http_walk *w);
/** done is called (cause "cancelled") before this returns; not for a walk that is done. */
void http_walk_cancel(struct http_walk *w);
/** Frees what it found; the storage is the caller's and may be zeroed and used again. */
void http_walk_fini(struct http_walk *w);
