#pragma once
/* Numbers over time in a line of a table: higher is higher, the newest on the right. */
#include <jansson.h>
#include <stddef.h>

#include "tui/term/surface.h"

/** @param values  array of numbers, null where none is known; joined when there are more than width
 */
void trend_draw(struct surface s, int y, int x, int width, const json_t *values);
/** The same in ASCII: "__.-^^?^". */
void trend_text(char *out, size_t cap, const json_t *values);
