/* Rivals: who is cheaper, who is new, whose prices are not known; the worst first. */
#include <stdio.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/job_ops.h"
#include "tui/app/listing.h"
#include "tui/app/rival_ops.h"
#include "tui/widgets/format.h"
#include "tui/widgets/section.h"

enum { PREVIEW_ROWS = 4 };

static const struct column columns[] = {
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 8, .priority = 0},
	{.title = "name", .path = "name", .min_width = 10, .weight = 3, .priority = 0},
	{.title = "items", .path = "products", .format = COLUMN_INT, .min_width = 6, .priority = 3},
	{.title = "cheaper",
	 .path = "cheaper",
	 .format = COLUMN_INT,
	 .min_width = 7,
	 .priority = 1},
	{.title = "dearer", .path = "dearer", .format = COLUMN_INT, .min_width = 6, .priority = 2},
	{.title = "equal", .path = "equal", .format = COLUMN_INT, .min_width = 5, .priority = 7},
	{.title = "new", .path = "new", .format = COLUMN_INT, .min_width = 4, .priority = 4},
	{.title = "gone", .path = "gone", .format = COLUMN_INT, .min_width = 4, .priority = 5},
	{.title = "index",
	 .path = "index_median",
	 .format = COLUMN_SHARE,
	 .min_width = 6,
	 .priority = 2},
	{.title = "30 days",
	 .path = "trend",
	 .format = COLUMN_TREND,
	 .min_width = 8,
	 .priority = 4},
	{.title = "next", .path = "next_at", .format = COLUMN_TIME, .min_width = 12, .priority = 6},
	{.title = "made with", .path = "platform", .min_width = 11, .priority = 8},
};

static int preview_height(struct view *v, const json_t *row, int width)
{
	return PREVIEW_ROWS + (*json_str(row, "text", "") ? 1 : 0);
}

static void preview(struct view *v, struct surface s, const json_t *row)
{
	char text[FORMAT_TEXT], scanned[64], next[64], remark[160];
	const char *state = json_str(row, "state", "");
	int64_t now = app_now_ms(v->app);
	int y = 1;

	format_time_of(scanned, sizeof scanned, row, "scanned_at", now);
	format_time_of(next, sizeof next, row, "next_at", now);
	snprintf(remark, sizeof remark, "scanned %s, next %s", scanned, next);
	section_draw(s, 0, json_str(row, "name", ""), remark);
	if (*json_str(row, "text", ""))
		surface_outside(s, y++, 2, state_role(state), json_str(row, "text", ""),
				s.width - 4);
	rival_standing(row, text, sizeof text);
	surface_outside(s, y++, 2, ROLE_TEXT, text, s.width - 4);
	rival_news(row, text, sizeof text);
	surface_outside(s, y++, 2, ROLE_TEXT, text, s.width - 4);
	surface_printf(s, y, 2, ROLE_DIM, "%s%s%s", json_str(row, "url", ""),
		       *json_str(row, "platform", "") ? ", " : "", json_str(row, "platform", ""));
}

static const char *empty(struct view *v)
{
	return "You follow no rival yet. Press n and type the address of a shop: what it is made "
	       "with and what it sells is found out.";
}

static const struct listing_look look = {
	.preview_height = preview_height,
	.preview = preview,
	.empty = empty,
	.columns = columns,
	.n_columns = ARRAY_LEN(columns),
	.sort = "worst",
};

static bool run_add(struct view *v, const struct binding *b)
{
	rival_ask_address(v->app);
	return true;
}

static bool run_pause(struct view *v, const struct binding *b)
{
	return ops_pause(v);
}

static bool run_scan(struct view *v, const struct binding *b)
{
	const struct resource_kind *kind;
	const json_t *row = view_subject(v, &kind);

	if (!row || !kind)
		return false;
	return ops_start(v->app, kind, json_str(row, "id", ""), json_str(row, "name", ""), "scan");
}

static bool run_order(struct view *v, const struct binding *b)
{
	return listing_sort_next(v);
}

static const struct binding bindings[] = {
	{.context = "rival",
	 .keys = "n",
	 .action = "new",
	 .brief = "add",
	 .run = run_add,
	 .help = "follow a rival: type the address of his shop"},
	{.context = "rival",
	 .keys = "s r",
	 .action = "scan",
	 .brief = "scan now",
	 .run = run_scan,
	 .help = "read all its pages now; F5 asks the daemon again"},
	{.context = "rival",
	 .keys = "p",
	 .action = "pause",
	 .brief = "pause",
	 .run = run_pause,
	 .help = "do not scan, or go on after a pause"},
	{.context = "rivals",
	 .keys = "o",
	 .action = "order",
	 .run = run_order,
	 .help = "sort by the next order; S turns it round"},
};

extern const struct screen screen_rivals;
const struct screen screen_rivals = {
	.name = "rivals",
	.tab = 40,
	.kind = "rival",
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.look = &look,
	LISTING_SCREEN,
};
