#pragma once
/* A check type: daemon/checks/NAME.c exports `const struct check_type check_NAME`; its fields are
 * in shared/resources/checks/NAME.c. Everything here runs on the net loop unless it says otherwise.
 */
#include <jansson.h>

#include "daemon/core/clock.h"
#include "daemon/core/loop.h"
#include "daemon/store/series.h"
#include "shared/buf.h"
#include "shared/err.h"

struct resolver;
struct transfers;
struct store;
struct extract;
struct config;
struct rdap;

struct check_env {
	struct loop *loop;
	const struct clock *clock;
	struct resolver *resolver;
	struct transfers *transfers;
	struct store *store;     /* secrets, and what a check keeps (versions of a text) */
	struct extract *extract; /* worker processes for foreign documents */
	struct rdap *rdap;       /* who knows which domain, and whose turn it is to ask */
	const struct config *_Atomic *config; /* what the configuration file allows */
};

enum { CHECK_CAUSE = 32, CHECK_MESSAGE = 200, CHECK_ADDRESS = 64, CHECK_EVIDENCE_MAX = 8192 };

/** What a run found. */
struct check_result {
	enum outcome outcome;
	char cause[CHECK_CAUSE];     /* stable word when not up: "nxdomain" "resolver" "refused"
					"timeout:first_byte" "http_status" "keyword" "tls_expired"
					"slow" … */
	char message[CHECK_MESSAGE]; /* one safe sentence: "HTTP 502 Bad Gateway, expected 200-299"
				      */
	char address[CHECK_ADDRESS]; /* the peer that was used */
	int64_t total_us;            /* -1 when nothing was measured */
	int64_t phase_us[PHASE_COUNT];
	/** JSON object, safe text only, <= CHECK_EVIDENCE_MAX: members that should not change
	 * between good answers (address, status, server, certificate fingerprint, redirects,
	 * headers, body_bytes, body_hash, tls_version…). Compared member by member for "changed
	 * since last good". NULL: none. Owned by the result. */
	char *evidence;
	/** JSON object as in the API's "certificate", or NULL. Owned. */
	char *certificate;
	int64_t certificate_not_after_ms; /* earliest of the chain; 0: none */
	int64_t domain_ends_ms;           /* of a registration; 0: not known */
	/** What a content check watches, UTF-8 as the page has it: not safe for a terminal. NULL:
	 *  none, or it could not be looked at. Owned. */
	char *text;
};
void check_result_init(struct check_result *r);
void check_result_fini(struct check_result *r);

struct check_run {
	/* set by the caller */
	const struct check_type *type;
	const void *config;
	const struct check_env *env;
	uint64_t monitor;
	bool fresh_session; /* a full TLS handshake and a fresh connection are wanted (confirmation)
			     */
	void (*done)(struct check_run *run,
		     void *arg); /* exactly once, never from within start() */
	void *arg;
	/** What the check keeps of this monitor between its runs (NULL at first, may be NULL ever
	 *  after); memory_free frees it. The compiled form is made anew for each run of a monitor
	 *  that is not checked often, so nothing that must last lives there. */
	void **memory;
	/* the check's */
	struct check_result result;
	void *state;
};

struct check_type {
	const char *name;
	bool passive; /* nothing to start: pings arrive (heartbeat) */
	/** Compile a canonical spec into the type's own form. A missing secret is ERR_NOT_FOUND.
	 *  Thread: any. */
	enum err (*prepare)(const json_t *spec, const struct check_env *env, void **config,
			    struct error *e);
	void (*config_free)(void *config);
	/** What run->memory points to; NULL for a type that keeps nothing. */
	void (*memory_free)(void *memory);
	/** The host whose limit counts, borrowed from config. */
	const char *(*host)(const void *config);
	/** start and cancel are NULL for a passive type. */
	void (*start)(struct check_run *run);
	/** Stop: done is still called, with OUTCOME_UNKNOWN and cause "cancelled". */
	void (*cancel)(struct check_run *run);
};

extern const struct check_type *const check_table[];
const struct check_type *check_type_find(const char *name);
