#pragma once
/* The steps of one run, a row each: what it is called, what it answered, how long it took, as a bar
 * that begins where the one before ended. */
#include <jansson.h>
#include <stdbool.h>

#include "tui/term/surface.h"

/** @param steps   [{"name", "status", "ms"}]
 *  @param failed  the last one ended the run  @return rows used */
int steps_draw(struct surface s, int y, int x, const json_t *steps, bool failed);
