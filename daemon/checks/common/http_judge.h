#pragma once
/* From what a walk met to a verdict and its evidence. */
#include "daemon/checks/common/http_walk.h"

/** What patterns say about an answer. May take tens of milliseconds: not on a loop. */
struct http_matches {
	enum pattern_result pattern, pattern_absent;
	enum pattern_result expected[EXPECTED_MAX];
	enum pattern_result selected; /* of found.value */
	struct http_found found;      /* set by the caller when the config expects something */
};
/** Has this monitor patterns that must be looked for? */
bool http_needs_matching(const struct http_config *c);
/** Fills all but `found`, of which it reads the value. */
void http_match(const struct http_walk *w, struct http_matches *out);

/** Has w an answer whose body is worth looking through for what the config expects? */
bool http_wants_looking(const struct http_walk *w);

/** Judge the final answer of w: sets w->verdict unless the walk ended before an answer. m may be
 *  NULL when nothing needs matching. */
void http_judge(struct http_walk *w, const struct http_matches *m);
/** What is remembered of the certificate: taken from a full handshake, or given to a resumed one.
 */
void http_remember(struct http_walk *w);
/** Evidence as JSON. free(). */
char *http_evidence(struct http_walk *w);
