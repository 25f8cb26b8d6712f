#pragma once
/* The last answer of the daemon, kept for a start at which it is away: a small file in the state
 * directory, of the daemon that was asked. */
#include "tui/app/app.h"

/** Keep data, which came at that time, under a name of a file. Losing it costs nothing: no message.
 */
void kept_save(const struct app *app, const char *name, const json_t *data, int64_t at_ms);
/** What was kept of this daemon: a new reference and when it came, or NULL. */
json_t *kept_load(const struct app *app, const char *name, int64_t *at_ms);
