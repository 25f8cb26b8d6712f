/* Alerts: what needs a person, who was told, who sees to it. Four views: those that are open, those
 * that somebody sees to, those of which nothing is told, those that are over. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/alert_draw.h"
#include "tui/app/alert_ops.h"
#include "tui/app/changed.h"
#include "tui/app/listing.h"
#include "tui/widgets/format.h"
#include "tui/widgets/section.h"

enum { PREVIEW_LEAST = 4, DELIVERIES_SHOWN = 2, TABS_NARROW = 46 };

static const struct listing_view kinds[] = {
	{"open", "filter[state]=open&filter[silenced]=false", "worst", "Nothing waits for you."},
	{"acknowledged", "filter[state]=acknowledged", "worst",
	 "Nobody has acknowledged anything."},
	{"silenced", "filter[silenced]=true", "worst",
	 "Nothing is silenced. S on an alert makes a silence, z snoozes one alert."},
	{"resolved", "filter[state]=resolved&all=true", "-changed_at", "Nothing was resolved yet."},
};
enum { KINDS = ARRAY_LEN(kinds) };

/* ---- the line above the table ---------------------------------------------------------------- */

static int64_t count_of(const json_t *counts, size_t i)
{
	int64_t n = json_int(counts, kinds[i].name, 0);

	return i == 0 ? n - json_int(counts, "silenced", 0) : n;
}

static void summary(struct view *v, struct surface line, const json_t *meta)
{
	const struct listing_view *here = listing_view(v->listing);
	const json_t *counts = app_alert_counts(v->app);
	int x = 0;

	for (size_t i = 0; i < KINDS; i++) {
		enum role role = &kinds[i] == here ? ROLE_TAB_HERE : ROLE_TAB;
		char text[64], count[32];
		int64_t n = &kinds[i] == here ? pages_total(listing_pages(v->listing))
					      : count_of(counts, i);

		if (line.width < TABS_NARROW && &kinds[i] != here)
			continue;
		snprintf(text, sizeof text, " %s%s%s ", kinds[i].name, n ? " " : "",
			 n ? format_count(count, sizeof count, n) : "");
		x += surface_outside(line, 0, x, role, text, -1);
	}
}

/* ---- preview --------------------------------------------------------------------------------- */

static int preview_height(struct view *v, const json_t *row, int width)
{
	size_t told = json_array_size(json_object_get(row, "deliveries"));

	return PREVIEW_LEAST + (int)(told > DELIVERIES_SHOWN ? DELIVERIES_SHOWN : told) +
	       (json_array_size(json_object_get(row, "changed")) ? 2 : 0) +
	       (*json_str(row, "note", "") ? 1 : 0) + (*json_str(row, "runbook", "") ? 1 : 0);
}

static void preview(struct view *v, struct surface s, const json_t *row)
{
	const json_t *deliveries = json_object_get(row, "deliveries"), *d;
	char standing[ALERT_TEXT], remark[ALERT_TEXT + 32], text[ALERT_TEXT], since[64];
	enum role role;
	unsigned style;
	size_t i;
	int y = 1;

	alert_standing(v, row, standing, sizeof standing, &role);
	snprintf(remark, sizeof remark, "alert %lld, %s", (long long)json_int(row, "number", 0),
		 standing);
	section_draw_in(s, 0, json_str(row, "subject", ""), role, remark);
	y += wrapped_draw(s, y, 2, s.width - 4, ROLE_TEXT, json_str(row, "text", ""), 2);
	surface_printf(s, y++, 2, ROLE_DIM, "since %s   rule %s   events %lld",
		       format_time_of(since, sizeof since, row, "since", app_now_ms(v->app)),
		       json_str(row, "rule", ""), (long long)json_int(row, "events", 1));
	if (*json_str(row, "note", ""))
		surface_printf(s, y++, 2, ROLE_TEXT, "note: %s", json_str(row, "note", ""));
	json_array_foreach(deliveries, i, d)
	{
		if (i + DELIVERIES_SHOWN < json_array_size(deliveries))
			continue;
		alert_delivery_text(v, d, text, sizeof text, &style);
		surface_outside(s, y++, 2, style, text, s.width - 4);
	}
	y += changed_draw(s, y, 2, row, 2);
	if (*json_str(row, "runbook", ""))
		surface_printf(s, y, 2, ROLE_INFO, "runbook: %s", json_str(row, "runbook", ""));
}

static const struct listing_look look = {
	.summary = summary,
	.preview_height = preview_height,
	.preview = preview,
	.marks = true,
	.views = kinds,
	.n_views = KINDS,
};

/* ---- keys of an alert, wherever it is under the cursor --------------------------------------- */

static bool with_targets(struct view *v, void (*fn)(struct view *v, const struct targets *t))
{
	struct targets t;

	if (!alert_targets(v, &t))
		return false;
	fn(v, &t);
	return true;
}

static const json_t *alert_here(const struct view *v)
{
	const struct resource_kind *kind;

	return view_subject(v, &kind);
}

static bool is_in(const struct view *v, const char *state)
{
	return !strcmp(json_str(alert_here(v), "state", ""), state);
}

static bool is_open(const struct view *v)
{
	return is_in(v, "open");
}

static bool is_any(const struct view *v)
{
	return alert_here(v) != NULL;
}

static bool is_acknowledged(const struct view *v)
{
	return is_in(v, "acknowledged");
}

static bool lives(const struct view *v)
{
	return is_open(v) || is_acknowledged(v);
}

static bool run_ack(struct view *v, const struct binding *b)
{
	const json_t *row = alert_here(v);
	struct targets t;

	if (!alert_targets(v, &t))
		return false;
	if (t.n == 1 && is_acknowledged(v))
		app_say(v->app, ROLE_INFO, "%s is acknowledged already, by %s: u takes it back",
			t.at[0].name, alert_by(json_str(row, "acknowledged_by", "somebody")));
	else if (t.n == 1 && !is_open(v))
		app_say(v->app, ROLE_INFO, "%s is over: there is nothing to acknowledge",
			t.at[0].name);
	else
		alert_ack(v, &t, NULL);
	return true;
}

static bool run_note(struct view *v, const struct binding *b)
{
	return lives(v) && with_targets(v, alert_ack_note);
}

static bool run_unack(struct view *v, const struct binding *b)
{
	return app_undo(v->app) || (is_acknowledged(v) && with_targets(v, alert_unack));
}

static bool run_snooze(struct view *v, const struct binding *b)
{
	return lives(v) && with_targets(v, alert_snooze);
}

static bool run_redeliver(struct view *v, const struct binding *b)
{
	return with_targets(v, alert_redeliver);
}

static bool run_resolve(struct view *v, const struct binding *b)
{
	return lives(v) && with_targets(v, alert_resolve);
}

/* A silence of what is under the cursor, to be narrowed or widened in its form. */
static bool run_silence(struct view *v, const struct binding *b)
{
	const struct resource_kind *silence = resource_kind_find("silence");
	const json_t *row = alert_here(v);
	char match[ALERT_TEXT], *text;
	json_t *first;

	if (!silence || !row)
		return false;
	snprintf(match, sizeof match, "subject=%s", json_str(row, "subject", ""));
	first = json_pack("{s:[s], s:s}", "match", match, "for", "2h");
	text = json_dumps(first, JSON_COMPACT);
	app_open(v->app, SHAPE_FORM, silence, NULL, text);
	free(text);
	json_decref(first);
	return true;
}

static bool run_mark(struct view *v, const struct binding *b)
{
	return listing_mark(v);
}

static bool run_show(struct view *v, const struct binding *b)
{
	return app_act(v->app, "open");
}

static const struct binding bindings[] = {
	{.context = "alert",
	 .keys = "a",
	 .action = "ack",
	 .brief = "ack",
	 .run = run_ack,
	 .applies = is_open,
	 .help = "acknowledge: you see to it, no reminders until it is resolved"},
	{.context = "alert",
	 .keys = "A",
	 .action = "ack-note",
	 .run = run_note,
	 .applies = lives,
	 .help = "acknowledge with a note for others"},
	{.context = "alert",
	 .keys = "u",
	 .action = "unack",
	 .brief = "unack",
	 .run = run_unack,
	 .applies = is_acknowledged,
	 .help = "take the acknowledgement back"},
	{.context = "alert",
	 .keys = "z",
	 .action = "snooze",
	 .brief = "snooze",
	 .run = run_snooze,
	 .applies = lives,
	 .help = "tell nothing about it for a while"},
	{.context = "alert",
	 .keys = "r",
	 .action = "redeliver",
	 .brief = "resend",
	 .run = run_redeliver,
	 .applies = is_any,
	 .help = "send again what did not get out; F5 asks the daemon again"},
	{.context = "alert",
	 .keys = "S",
	 .action = "silence",
	 .brief = "silence",
	 .run = run_silence,
	 .applies = is_any,
	 .needs = "silence",
	 .help = "silence all alerts about this, for a time, in a form"},
	{.context = "alert",
	 .keys = "x",
	 .action = "resolve",
	 .run = run_resolve,
	 .applies = lives,
	 .help = "it is over: for what nothing resolves by itself; asks first"},
	{.context = "alerts",
	 .keys = "Space",
	 .action = "mark",
	 .run = run_mark,
	 .help = "mark the row: a, z, r and x are about all that are marked"},
	{.context = "alerts",
	 .keys = "o",
	 .action = "show",
	 .run = run_show,
	 .help = "open the alert under the cursor"},
};

extern const struct screen screen_alerts;
const struct screen screen_alerts = {
	.name = "alerts",
	.tab = 15,
	.kind = "alert",
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.look = &look,
	LISTING_SCREEN,
};
