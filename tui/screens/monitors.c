/* Monitors: the list, how many are in which state, and why the one under the cursor is. */
#include <stdio.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/listing.h"
#include "tui/app/ops.h"
#include "tui/widgets/format.h"
#include "tui/widgets/phases.h"
#include "tui/widgets/section.h"
#include "tui/widgets/spark.h"

/* Worst first, as the list is. */
static const char *const states[] = {
	"down", "flapping", "unknown", "pending", "degraded", "up", "new", "maintenance", "paused",
};

static void summary(struct view *v, struct surface line, const json_t *meta)
{
	const json_t *counts = json_object_get(meta, "counts");
	char text[32], count[32];
	int64_t sum = 0;
	int x = 0;

	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		sum += json_int(counts, states[i], 0);
	x += surface_outside(line, 0, x, ROLE_STRONG, format_count(count, sizeof count, sum), -1);
	x += surface_outside(line, 0, x, ROLE_DIM, ":", -1) + 1;
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		int64_t n = json_int(counts, states[i], 0);

		if (n == 0)
			continue;
		snprintf(text, sizeof text, "%s %s", format_count(count, sizeof count, n),
			 states[i]);
		x += surface_outside(line, 0, x, state_role(states[i]), text, -1) + 2;
	}
	if (pages_total(listing_pages(v->listing)) != sum)
		surface_printf(line, 0, x, ROLE_DIM, "%ld shown",
			       pages_total(listing_pages(v->listing)));
}

/* ---- preview
 * ----------------------------------------------------------------------------------------- */

static bool is_bad(const json_t *row)
{
	enum role r = state_role(json_str(row, "state", ""));

	return r == ROLE_DOWN || r == ROLE_DEGRADED || r == ROLE_UNKNOWN;
}

/* Its reason says until when, and by which window. */
static bool is_held(const json_t *row)
{
	return !strcmp(json_str(row, "state", ""), "maintenance");
}

static int preview_height(struct view *v, const json_t *row, int width)
{
	const json_t *phases = json_path(row, "last.phases_ms");

	return 3 + (is_bad(row) || is_held(row) ? 1 : 0) + (json_object_size(phases) > 0 ? 2 : 0) +
	       (*json_str(row, "runbook", "") && is_bad(row) ? 1 : 0);
}

static void preview(struct view *v, struct surface s, const json_t *row)
{
	char remark[96], when[64], took[32], since[64];
	const json_t *last = json_object_get(row, "last");
	const char *state = json_str(row, "state", "");
	int64_t now = app_now_ms(v->app);
	int y = 1;

	format_time_of(when, sizeof when, last, "at", now);
	snprintf(remark, sizeof remark, "last check %s, %s", when,
		 format_ms(took, sizeof took, json_num(last, "duration_ms", -1)));
	section_draw(s, 0, json_str(row, "name", ""),
		     json_is_object(last) ? remark : "not checked yet");
	surface_outside(s, y++, 2, ROLE_TEXT,
			json_str(row, "target", json_str(row, "ping_url", "")), s.width - 4);
	if (is_held(row))
		surface_printf(s, y++, 2, ROLE_PAUSED, "maintenance %s",
			       json_str(row, "reason", ""));
	if (is_bad(row)) {
		format_time_of(since, sizeof since, row, "since", now);
		surface_printf(s, y++, 2, state_role(state), "%s since %s: %s", state, since,
			       json_str(row, "reason", json_str(last, "message", "")));
		if (*json_str(row, "runbook", ""))
			surface_printf(s, y++, 2, ROLE_INFO, "runbook: %s",
				       json_str(row, "runbook", ""));
	}
	phases_draw(s, y, 2, json_object_get(last, "phases_ms"));
	if (s.width > spark_legend_width() + 2)
		spark_legend(s, s.height - 1, s.width - spark_legend_width() - 1);
}

static const struct listing_look look = {
	.summary = summary, .preview_height = preview_height, .preview = preview};

/* ---- keys
 * ---------------------------------------------------------------------------------------------- */

static void on_address(void *arg, const char *text)
{
	struct view *v = arg;

	if (text && *text)
		ops_add_address(v->app, text, NULL, NULL);
}

static bool run_add(struct view *v, const struct binding *b)
{
	app_prompt(v->app, "address to watch: ", "", NULL, on_address, v);
	return true;
}

static bool run_pause(struct view *v, const struct binding *b)
{
	return ops_pause(v);
}

/* ---- pages about one monitor, from wherever it is under the cursor
 * --------------------------------------- */

static const json_t *monitor_here(const struct view *v)
{
	const struct resource_kind *kind;
	const json_t *row = view_subject(v, &kind);

	return row && kind && !strcmp(kind->kind, "monitor") ? row : NULL;
}

/* A line of the overview does not tell the type. */
static bool keeps_versions(const struct view *v)
{
	const json_t *row = monitor_here(v);

	return !strcmp(json_str(row, "type", ""), "content") ||
	       !strcmp(json_str(row, "level", ""), "CHANGED");
}

static bool run_page(struct view *v, const struct binding *b)
{
	const json_t *row = monitor_here(v);

	if (!row || (b->applies && !b->applies(v)))
		return false;
	return app_open_page(v->app, b->arg, json_str(row, "id", json_str(row, "name", "")), "");
}

static bool run_tree(struct view *v, const struct binding *b)
{
	return app_open_page(v->app, "tree", "", listing_cursor(v));
}

static const struct binding bindings[] = {
	{.context = "monitor",
	 .keys = "v",
	 .action = "changes",
	 .brief = "changes",
	 .run = run_page,
	 .arg = "diff",
	 .applies = keeps_versions,
	 .help = "what changed on the page, as a diff"},
	{.context = "monitor",
	 .keys = "H",
	 .action = "history",
	 .run = run_page,
	 .arg = "history",
	 .help = "uptime and percentiles by hour and day, up to a year"},
	{.context = "monitors",
	 .keys = "a",
	 .action = "watch",
	 .brief = "add",
	 .run = run_add,
	 .help = "watch an address: type it as in a browser"},
	{.context = "monitors",
	 .keys = "p",
	 .action = "pause",
	 .brief = "pause",
	 .run = run_pause,
	 .help = "pause, or go on after a pause"},
	{.context = "monitor-detail",
	 .keys = "p",
	 .action = "pause",
	 .brief = "pause",
	 .run = run_pause,
	 .help = "pause, or go on after a pause"},
	{.context = "monitor-detail",
	 .keys = "H",
	 .action = "history",
	 .brief = "history",
	 .run = run_page,
	 .arg = "history",
	 .help = "uptime and percentiles by hour and day, up to a year"},
	{.context = "monitors",
	 .keys = "t",
	 .action = "tree",
	 .brief = "tree",
	 .run = run_tree,
	 .help = "what depends on what, as a tree"},
};

extern const struct screen screen_monitors;
const struct screen screen_monitors = {
	.name = "monitors",
	.tab = 20,
	.kind = "monitor",
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.look = &look,
	LISTING_SCREEN,
};
