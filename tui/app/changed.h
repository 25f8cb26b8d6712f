#pragma once
/* "Changed since last good": what was different when a monitor broke. */
#include <jansson.h>

#include "tui/term/surface.h"

/** One line: "changed since last good: address .7 -> .20, server ...". Nothing when there is none.
 *  @return rows used, at most max_rows */
int changed_draw(struct surface s, int y, int x, const json_t *incident, int max_rows);
/** The same as text, "" when there is none. */
void changed_text(const json_t *incident, bool ascii, char *out, size_t cap);
