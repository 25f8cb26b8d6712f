#pragma once
/* Where the time of one check went: resolve, connect, TLS, first byte, transfer, side by side. */
#include <jansson.h>

#include "tui/term/surface.h"

enum { PHASES = 5 };

/** One line: a bar in proportion, then "resolve 4  connect 18 ..." with the longest in capitals.
 *  @param phases  {"resolve": ms, ...}; absent ones are left out  @return rows used, 0..2 */
int phases_draw(struct surface s, int y, int x, const json_t *phases);
/** "resolve 4.0ms, connect 18ms, ...". */
void phases_text(const json_t *phases, char *out, size_t cap);
