/* What each monitor did in a month: ":report 2026-10". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/asked.h"
#include "tui/app/sheet.h"
#include "tui/client/zone.h"
#include "tui/widgets/section.h"

enum { ROWS_MAX = 2000, ZONE = 128, MONTHS = 12 };

static const struct column columns[] = {
	{.title = "monitor", .path = "monitor", .min_width = 15, .weight = 1},
	{.title = "uptime", .path = "uptime_pct", .format = COLUMN_PERCENT, .min_width = 7},
	{.title = "down", .path = "down_ms", .format = COLUMN_MS, .min_width = 6, .priority = 1},
	{.title = "inc", .path = "incidents", .format = COLUMN_INT, .min_width = 3, .priority = 2},
	{.title = "longest",
	 .path = "longest_ms",
	 .format = COLUMN_MS,
	 .min_width = 7,
	 .priority = 3},
	{.title = "p95", .path = "p95_ms", .format = COLUMN_MS, .min_width = 6, .priority = 2},
	{.title = "p99", .path = "p99_ms", .format = COLUMN_MS, .min_width = 6, .priority = 7},
	{.title = "repair", .path = "mttr_ms", .format = COLUMN_MS, .min_width = 6, .priority = 6},
	{.title = "known",
	 .path = "known_pct",
	 .format = COLUMN_PERCENT,
	 .min_width = 7,
	 .priority = 5},
	{.title = "budget", .path = "budget.verdict", .min_width = 7, .priority = 4},
	{.title = "used",
	 .path = "budget.used_pct",
	 .format = COLUMN_PERCENT,
	 .min_width = 8,
	 .priority = 6},
};

struct report {
	struct asked count, asked;
	struct sheet sheet;
	int year, month; /* 1..12 */
	bool too_many;
};

/* ---- asking ---------------------------------------------------------------------------------- */

/* For people: nothing down is no time, not 0.0 ms. */
static void on_report(struct view *v)
{
	struct report *r = v->state;
	json_t *list = json_object_get(r->asked.data, "monitors"), *m;
	size_t i;

	json_array_foreach(list, i, m)
	{
		const json_t *unknown = json_object_get(m, "unknown_pct");

		if (json_int(m, "down_ms", 0) == 0)
			json_object_set_new(m, "down_ms", json_null());
		if (json_is_number(unknown))
			json_object_set_new(m, "known_pct",
					    json_real(100 - json_number_value(unknown)));
	}
	sheet_set(&r->sheet, list, "id");
}

static void ask_report(struct view *v)
{
	struct report *r = v->state;
	struct buf path = BUF_INIT(1024);
	char month[32], zone[ZONE];

	snprintf(month, sizeof month, "%04d-%02d", r->year, r->month);
	buf_add_str(&path, "/v1/reports/monitors");
	path_add(&path, "month", month);
	path_add(&path, "zone", local_zone(zone, sizeof zone));
	asked_get(v, &r->asked, buf_str(&path), on_report);
	buf_fini(&path);
}

/* A report of a hundred thousand is a file, not a screen. */
static void on_count(struct view *v)
{
	struct report *r = v->state;

	r->too_many =
		json_int(json_path(r->count.data, "counts.resources"), "monitors", 0) > ROWS_MAX;
	if (!r->too_many)
		ask_report(v);
}

static void refresh(struct view *v)
{
	struct report *r = v->state;

	asked_get(v, &r->count, "/v1/overview", on_count);
}

/* arg: "2026-10"; this month without it. */
static void report_open(struct view *v, const char *arg)
{
	struct report *r = mem_zalloc(sizeof *r);
	time_t now = (time_t)(app_now_ms(v->app) / 1000);
	struct tm tm;

	if (sscanf(arg, "%4d-%2d", &r->year, &r->month) != 2 || r->month < 1 || r->month > MONTHS) {
		localtime_r(&now, &tm);
		r->year = tm.tm_year + 1900;
		r->month = tm.tm_mon + 1;
		if (*arg)
			app_say(v->app, ROLE_ERROR, "%.20s is no month: write :report 2026-10",
				arg);
	}
	r->sheet = (struct sheet){.columns = columns, .n_columns = ARRAY_LEN(columns)};
	v->state = r;
	v->sheet = &r->sheet;
	snprintf(v->title, sizeof v->title, "report");
	refresh(v);
}

static void report_close(struct view *v)
{
	struct report *r = v->state;

	asked_fini(&r->count);
	asked_fini(&r->asked);
	sheet_fini(&r->sheet);
	free(r);
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void title_of(const struct report *r, char *out, size_t cap)
{
	static const char *const names[MONTHS] = {"January",   "February", "March",    "April",
						  "May",       "June",     "July",     "August",
						  "September", "October",  "November", "December"};

	snprintf(out, cap, "%s %d%s", names[r->month - 1], r->year,
		 json_bool(r->asked.data, "so_far", false) ? " so far" : "");
}

static void report_draw(struct view *v, struct surface s)
{
	struct report *r = v->state;
	char title[64], remark[128];

	title_of(r, title, sizeof title);
	snprintf(remark, sizeof remark, "%.80s   sort: %s%s", json_str(r->asked.data, "zone", ""),
		 r->sheet.descending ? "-" : "", columns[r->sheet.sort].title);
	section_draw(s, 0, title, remark);
	s = surface_part(s, 1, 0, -1, -1);
	if (r->too_many) {
		char text[192];

		snprintf(text, sizeof text,
			 "There are too many monitors for a screen. As a file: "
			 "sellersmart monitor report --month %04d-%02d -o csv > report.csv",
			 r->year, r->month);
		wrapped_draw(s, 1, 2, s.width - 4, ROLE_TEXT, text, 3);
		return;
	}
	if (r->count.failed ? !asked_ready(&r->count, s) : !asked_ready(&r->asked, s))
		return;
	sheet_draw(v, &r->sheet, s);
}

static void report_plain(struct view *v, struct buf *out)
{
	struct report *r = v->state;

	if (asked_ready_plain(&r->asked, out))
		sheet_plain(v, &r->sheet, out);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static bool run_month(struct view *v, const struct binding *b)
{
	struct report *r = v->state;
	int by = !strcmp(b->action, "next") ? 1 : -1, month = r->year * MONTHS + r->month - 1 + by;
	time_t now = (time_t)(app_now_ms(v->app) / 1000);
	struct tm tm;

	localtime_r(&now, &tm);
	if (month > (tm.tm_year + 1900) * MONTHS + tm.tm_mon) {
		app_say(v->app, ROLE_DIM, "that month has not begun");
		return true;
	}
	r->year = month / MONTHS;
	r->month = month % MONTHS + 1;
	if (r->asked.data)
		ask_report(v);
	else
		refresh(v);
	return true;
}

static bool run_open(struct view *v, const struct binding *b)
{
	const json_t *row = sheet_here(v->sheet);

	if (row)
		app_open(v->app, SHAPE_DETAIL, resource_kind_find("monitor"),
			 json_str(row, "id", ""), json_str(row, "monitor", ""));
	return true;
}

static const struct binding bindings[] = {
	{.context = "report",
	 .keys = "Enter Right l",
	 .action = "open",
	 .brief = "open",
	 .run = run_open,
	 .help = "open the monitor under the cursor"},
	{.context = "report",
	 .keys = "p [",
	 .action = "previous",
	 .brief = "month before",
	 .run = run_month,
	 .help = "the month before"},
	{.context = "report",
	 .keys = "n ]",
	 .action = "next",
	 .brief = "next month",
	 .run = run_month,
	 .help = "the next month"},
};

extern const struct screen screen_report;
const struct screen screen_report = {
	.name = "report",
	.title = "report",
	.shape = SHAPE_OWN,
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.open = report_open,
	.close = report_close,
	.refresh = refresh,
	.draw = report_draw,
	.plain = report_plain,
};
