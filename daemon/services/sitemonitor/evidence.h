#pragma once
/* What an answer looked like, and what is different about another one. Evidence is a JSON object
 * written by a check, safe text only. */
#include <stdbool.h>
#include <stdint.h>

#include "shared/json.h"

/** True when both say the same but for the body, which may differ at each answer. NULL: none. */
bool evidence_same(const char *a, const char *b);

/** The hops of an answer as a JSON array and where they led, both to be freed; NULL when there was
 *  none. evidence may be NULL. */
void evidence_hops(const char *evidence, char **redirects, char **final_url);

/** Append [{"what", "from", "to"}] as a value: each member of bad that differs from good, each
 * header that came, went or differs. A member that bad does not have was not reached and is not a
 *  difference. Either may be NULL: []. */
void evidence_write_changes(struct json_writer *w, const char *good, const char *bad);
