#include "tui/app/alert_draw.h"

#include <stdio.h>
#include <string.h>

#include "shared/json.h"
#include "shared/timefmt.h"
#include "tui/app/alert_ops.h"
#include "tui/app/changed.h"
#include "tui/widgets/format.h"
#include "tui/widgets/told.h"

void alert_standing(const struct view *v, const json_t *alert, char *out, size_t cap,
		    enum role *role)
{
	const char *state = json_str(alert, "state", "");
	const char *by = alert_by(json_str(alert, "acknowledged_by", ""));
	int64_t now = app_now_ms(v->app), snoozed = told_snoozed(alert, now);
	char at[64], took[FORMAT_TEXT];

	*role = ROLE_DIM;
	if (!strcmp(state, "resolved")) {
		snprintf(out, cap, "resolved %s, after %s",
			 format_time_of(at, sizeof at, alert, "resolved_at", now),
			 format_ms(took, sizeof took, json_num(alert, "duration_ms", -1)));
	} else if (!strcmp(state, "acknowledged")) {
		snprintf(out, cap, "acknowledged%s%s %s", *by ? " by " : "", by,
			 format_time_of(at, sizeof at, alert, "acknowledged_at", now));
	} else if (snoozed) {
		snprintf(out, cap, "snoozed until %s", told_time(at, sizeof at, snoozed, now));
	} else if (json_bool(alert, "silenced", false)) {
		snprintf(out, cap, "silenced");
	} else {
		*role = ROLE_STRONG;
		snprintf(out, cap, "not acknowledged%s",
			 json_bool(alert, "inhibited", false) ? ", held back" : "");
	}
}

void alert_delivery_text(const struct view *v, const json_t *d, char *out, size_t cap,
			 unsigned *style)
{
	int64_t now = app_now_ms(v->app);
	char at[64], outcome[ALERT_TEXT];

	told_outcome(d, now, outcome, sizeof outcome, style);
	snprintf(out, cap, "%s %s: %s",
		 format_time_of(at, sizeof at, d,
				*json_str(d, "sent_at", "") ? "sent_at" : "created_at", now),
		 json_str(d, "notifier", ""), outcome);
}

void alert_write_text(const struct view *v, const json_t *alert, struct buf *out)
{
	char since[64], standing[ALERT_TEXT], changed[1024];
	long long number = (long long)json_int(alert, "number", 0);
	const char *runbook = json_str(alert, "runbook", ""), *note = json_str(alert, "note", "");
	enum role role;

	alert_standing(v, alert, standing, sizeof standing, &role);
	changed_text(alert, false, changed, sizeof changed);
	buf_printf(out, "alert %lld, %s: %s: %s\nsince %s, %s\n", number,
		   json_str(alert, "severity", ""), json_str(alert, "subject", ""),
		   json_str(alert, "text", ""),
		   format_time_of(since, sizeof since, alert, "since", app_now_ms(v->app)),
		   standing);
	if (*note)
		buf_printf(out, "note: %s\n", note);
	if (*changed)
		buf_printf(out, "changed since last good: %s\n", changed);
	if (*runbook)
		buf_printf(out, "runbook: %s\n", runbook);
	if (strcmp(json_str(alert, "state", ""), "open") == 0)
		buf_printf(out, "sellersmart ack %lld\n", number);
}
