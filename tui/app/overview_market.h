#pragma once
/* The overview's section "Rivals and brands": one line each, what blocks us and who is cheaper
 * first. */
#include "tui/app/overview_draw.h"

/** Lines that it has. */
size_t overview_market_items(const struct overview *o);
/** Borrowed; NULL when there is none. */
const json_t *overview_market_item(const struct overview *o, size_t index);
/** Draws the section, title included.
 *  @param above  lines the cursor can be on before its own  @return rows used, 0: nothing to show
 */
int overview_market_draw(const struct overview *o, struct surface s, int above);
void overview_market_plain(const struct overview *o, struct buf *out);
