#pragma once
/* One GET to a server of facts (RDAP): redirects followed within https, the answer kept whole and
 * bounded, the headers that politeness needs. Net loop. */
#include "daemon/checks/common/http_walk.h"

struct rdap_fetch {
	/* set by the caller; borrowed */
	const char *url;
	const char *etag, *modified; /* of the copy that is there; NULL or "": none */
	int64_t timeout_ms;
	int64_t max_bytes;
	/** Once; may be called from within rdap_fetch_start, is called from within
	 *  rdap_fetch_cancel. */
	void (*done)(struct rdap_fetch *f, void *arg);
	void *arg;

	/* rdap_fetch's; walk's findings are read in done */
	struct http_config config;
	struct http_walk walk;
};

/** @param f  zeroed storage of the caller but for what it sets */
void rdap_fetch_start(struct rdap_fetch *f, const struct check_env *env);
void rdap_fetch_cancel(struct rdap_fetch *f);
void rdap_fetch_fini(struct rdap_fetch *f);

/** A header of the answer that was asked for by these names; "" when it did not come. */
enum rdap_header { RDAP_ETAG, RDAP_MODIFIED, RDAP_RETRY_AFTER, RDAP_HEADERS };
const char *rdap_fetch_header(const struct rdap_fetch *f, enum rdap_header which);
