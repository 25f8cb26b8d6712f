#pragma once
/* What changed between two texts: "-" and "+" in front of lines, what differs inside a line
 * underlined; long lines go on in the next row. */
#include <jansson.h>

#include "tui/term/surface.h"

/** @param diff  {"hunks": [{"from_line", "to_line", "lines": [{"op", "text"}]}]}
 *  @param left  receives the lines that found no room in s
 *  @return the row after the last */
int diff_draw(struct surface s, int y, const json_t *diff, size_t *left);

/** Bytes at the start and at the end that both texts have; what lies between differs. Never inside
 *  a character. */
void diff_common(const char *a, const char *b, size_t *prefix, size_t *suffix);
