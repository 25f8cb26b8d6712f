#pragma once
/* What the descriptor of rules and the daemon's rules both need. */
#include <stdbool.h>
#include <stdint.h>

#include "shared/err.h"

/** A limit of a figure: "5", "99.95", "5%", "2s" (in ms), at most three decimals; in thousandths.
 */
bool rule_limit_parse(const char *text, int64_t *thousandths);

enum { RULE_ABSENT_USUAL = -1 };
/** "6h", or "usual": RULE_ABSENT_USUAL. */
bool rule_absent_parse(const char *text, int64_t *ms);

/** Can a rule's text name this: "subject", "data.reason", "labels.shop"? e says what can. */
bool rule_text_name_valid(const char *name, struct error *e);
