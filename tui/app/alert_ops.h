#pragma once
/* What a person does about alerts: sees to them, puts them off, sends again what was told, ends
 * them. About the marked rows, the row under the cursor, the alert shown, or the alert of a line of
 * the overview. */
#include "tui/app/ops.h"

/** The alerts that the keys of v are about; false: none. */
bool alert_targets(const struct view *v, struct targets *t);

/** At once; "u" takes it back for ten seconds. note: NULL or a remark. */
void alert_ack(struct view *v, const struct targets *t, const char *note);
/** Asks for the remark first. */
void alert_ack_note(struct view *v, const struct targets *t);
void alert_unack(struct view *v, const struct targets *t);
/** Asks for how long. */
void alert_snooze(struct view *v, const struct targets *t);
void alert_redeliver(struct view *v, const struct targets *t);
/** Asks first. */
void alert_resolve(struct view *v, const struct targets *t);

/** How long from now on: "45m", "2h", "8:00" (of today or tomorrow). @return ms, 0: neither */
int64_t alert_snooze_ms(const char *text, int64_t now_ms);
/** "you" when it is the user's own name, else that. */
const char *alert_by(const char *name);
