#pragma once
/* Asking registries: which server knows a name (the bootstrap list, kept in the store, asked for
 * at most daily and only when somebody needs it), and one question at a time to each server. Who
 * is told to wait waits. Everything on the net loop. */
#include <stdbool.h>
#include <stdint.h>

#include "daemon/checks/check.h"
#include "daemon/checks/common/rdap_bootstrap.h"
#include "daemon/checks/common/rdap_fetch.h"
#include "daemon/checks/common/verdict.h"

#define RDAP_BOOTSTRAP_URL "https://data.iana.org/rdap/dns.json"

struct rdap;
struct rdap_host;

/** @param env  borrowed until rdap_free */
struct rdap *rdap_new(const struct check_env *env);
/** Nothing is asked any more; on the net loop, when no question is open. */
void rdap_stop(struct rdap *r);
/** After rdap_stop and after the loop's work has ended; NULL is fine. */
void rdap_free(struct rdap *r);

/** One question, in the caller's zeroed storage until done. */
struct rdap_question {
	/* set by the caller; borrowed */
	const char *name;   /* ASCII, lower case */
	const char *server; /* base address, NULL: by the bootstrap list */
	int64_t timeout_ms; /* of the exchange, not of waiting for a turn */
	/** Once; may be called from within rdap_ask, is called from within rdap_cancel. */
	void (*done)(struct rdap_question *q, void *arg);
	void *arg;

	/* what came of it; read in done */
	struct verdict verdict; /* OUTCOME_NONE: fetch holds an answer */
	struct rdap_fetch *fetch;
	char host[HOST_MAX];   /* of the server, "" when none was found */
	int64_t list_stale_ms; /* age of the bootstrap list when it could not be refreshed, else 0
				*/

	/* rdap's */
	struct rdap *rdap;
	struct rdap_host *at;
	struct rdap_question *next;
	enum { RDAP_IDLE, RDAP_WAITS_FOR_LIST, RDAP_WAITS_FOR_TURN, RDAP_ASKS } state;
	char *base;
};
void rdap_ask(struct rdap *r, struct rdap_question *q);
void rdap_cancel(struct rdap_question *q);
/** Frees what rdap put there. */
void rdap_question_fini(struct rdap_question *q);
