#pragma once
/* A page that a person asked for: fetched as a scrape would, what is wrong with it in words. */
#include "daemon/net/fetch.h"
#include "daemon/services/service.h"

enum { FETCHED_PATIENCE_MS = 15000 /* a person waits for a host's turn so long */ };

/** Net loop. done as in fetch_request; body_max 0: FETCH_BODY.
 *  @return ERR_UNAVAILABLE, ERR_INVALID, ERR_BUSY: nothing was started */
enum err fetched_start(struct daemon *d, const char *url, int64_t body_max,
		       void (*done)(const struct fetch_result *r, void *arg), void *arg,
		       struct error *e) __attribute__((warn_unused_result));
/** Is there a page to read? Else e says why not, and what to try. */
enum err fetched_check(const struct fetch_result *r, struct error *e);
