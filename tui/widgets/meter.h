#pragma once
/* How far a job is: a bar and a share while it runs, a count once it is over. */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "tui/term/surface.h"

/** A bar of exactly width columns: done, failed ('x'), what is left. */
void meter_bar(struct surface s, int y, int x, int width, int64_t done, int64_t failed,
	       int64_t found);
/** Of a job that runs: "####x..... 71%" in width columns.
 *  @return false: it is over, has found nothing yet, or there is no room; nothing was drawn */
bool meter_draw(struct surface s, int y, int x, int width, const json_t *job);
/** "57 of 84". */
void meter_text(char *out, size_t cap, const json_t *job);
