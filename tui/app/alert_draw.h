#pragma once
/* Words about an alert that more than one screen says. */
#include "tui/app/app.h"

enum { ALERT_TEXT = 256 };

/** "not acknowledged", "acknowledged by you 07:20", "snoozed until 08:00",
 *  "resolved 08:10, after 31m"; style receives its role. */
void alert_standing(const struct view *v, const json_t *alert, char *out, size_t cap,
		    enum role *role);
/** "07:11:53 ops: ok, 200 in 41ms". */
void alert_delivery_text(const struct view *v, const json_t *delivery, char *out, size_t cap,
			 unsigned *style);
/** The alert as text for a mail or a chat: what, since when, what changed, what to do. */
void alert_write_text(const struct view *v, const json_t *alert, struct buf *out);
