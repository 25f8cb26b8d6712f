#pragma once
/* Users' regular expressions (PCRE2) on foreign bytes, with bounded work.
 *
 * Subjects need not be valid UTF-8: what is invalid matches nothing and breaks nothing. The match
 * limit is counted for each start position by PCRE2, so a subject is searched in growing windows
 * and the whole search has a budget of processor time as well. */
#include <stdbool.h>
#include <stddef.h>

#include "shared/err.h"

enum { PATTERN_MAX_BYTES = 4096, PATTERN_MATCH_LIMIT = 100000, PATTERN_BUDGET_MS = 50 };

enum pattern_result {
	PATTERN_MATCHED,
	PATTERN_NOT_MATCHED,
	PATTERN_LIMIT, /* too much work: neither is known */
};

struct pattern; /* immutable; any number of threads may match with it at once */

/** @return NULL with e filled: what is wrong and at which character. Owner: the caller. */
struct pattern *pattern_compile(const char *text, struct error *e);
void pattern_free(struct pattern *p);
/** Does the pattern occur anywhere in the subject?  Thread: any. */
enum pattern_result pattern_match(const struct pattern *p, const char *subject, size_t len);
/** A search for every place. The subject stays the caller's, and where it is. */
struct pattern_search {
	const struct pattern *pattern;
	const char *subject;
	size_t len, next; /* bytes; next > len: there is no further place */
	bool valid;       /* UTF-8: PCRE2 need not look at all of it for each place */
};
void pattern_search_init(struct pattern_search *s, const struct pattern *p, const char *subject,
			 size_t len);
/** The next place: of the first group when the pattern has one that took part, else of the whole
 *  match; offsets of bytes. Each place has the whole budget.  Thread: any. */
enum pattern_result pattern_search_next(struct pattern_search *s, size_t *begin, size_t *end);
