#pragma once
/* Users' regular expressions (PCRE2) on foreign bytes, with bounded work.
 *
 * Subjects need not be valid UTF-8: what is invalid matches nothing and breaks nothing. The match
 * limit is counted for each start position by PCRE2, so a subject is searched in growing windows
 * and the whole search has a budget of processor time as well. */
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
/** The first place at or after `from`: of the first group when the pattern has one that took part,
 *  else of the whole match. *next is where to look for another one. All are offsets of bytes.
 *  Thread: any. */
enum pattern_result pattern_find(const struct pattern *p, const char *subject, size_t len,
				 size_t from, size_t *begin, size_t *end, size_t *next);
