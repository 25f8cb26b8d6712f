/* A monitor's past: uptime and percentiles by hour or day, up to a year, with its incidents. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/timefmt.h"
#include "tui/app/asked.h"
#include "tui/widgets/chart.h"
#include "tui/widgets/format.h"
#include "tui/widgets/scroll.h"
#include "tui/widgets/section.h"
#include "tui/widgets/table.h"

enum { POINTS_MAX = 400, CHART_ROWS = 8, INCIDENTS_MAX = 20, HOUR_MS = 3600000, NUMBER = 12 };

/* Hours of more than a week are too many to read. */
static const struct {
	const char *name, *since;
	bool hours, days;
} spans[] = {
	{"24h", "24h", true, false}, {"7d", "7d", true, true},      {"30d", "30d", false, true},
	{"90d", "90d", false, true}, {"365d", "365d", false, true},
};

static const struct column columns[] = {
	{.title = "from", .path = "when", .min_width = 12},
	{.title = "uptime", .path = "uptime_pct", .format = COLUMN_PERCENT, .min_width = 7},
	{.title = "p50", .path = "p50_ms", .format = COLUMN_MS, .min_width = 6, .priority = 2},
	{.title = "p95", .path = "p95_ms", .format = COLUMN_MS, .min_width = 6, .priority = 1},
	{.title = "p99", .path = "p99_ms", .format = COLUMN_MS, .min_width = 6, .priority = 3},
	{.title = "checks", .path = "count", .format = COLUMN_INT, .min_width = 6, .priority = 5},
	{.title = "slow", .path = "degraded", .format = COLUMN_INT, .min_width = 4, .priority = 6},
	{.title = "down", .path = "down", .format = COLUMN_INT, .min_width = 4, .priority = 4},
	{.title = "?", .path = "unknown", .format = COLUMN_INT, .min_width = 3, .priority = 7},
	{.title = "incidents", .path = "numbers", .min_width = 9, .priority = 3},
};

struct past {
	struct scroll scroll;
	struct asked asked;
	size_t span;
	bool days; /* of spans that have both */
};

static bool by_days(const struct past *p)
{
	return spans[p->span].days && (p->days || !spans[p->span].hours);
}

/* ---- asking ---------------------------------------------------------------------------------- */

static int64_t time_of(const json_t *o, const char *member)
{
	int64_t at;

	return time_parse(json_str(o, member, ""), &at) ? at : 0;
}

/* "#12, 14": of the incidents that touch the stretch. */
static void numbers_of(const json_t *history, int64_t from, int64_t to, int64_t now, char *out,
		       size_t cap)
{
	const json_t *one;
	size_t i, n = 0;

	out[0] = '\0';
	json_array_foreach(json_object_get(history, "incidents"), i, one)
	{
		int64_t opened = time_of(one, "opened_at"), closed = time_of(one, "closed_at");

		if (opened >= to || (closed ? closed : now) <= from || n >= cap)
			continue;
		n += (size_t)snprintf(out + n, cap - n, "%s%lld", n ? ", " : "#",
				      (long long)json_int(one, "number", 0));
	}
}

/* Days are the daemon's: of UTC. */
static void when_of(int64_t at, bool days, int64_t now, char *out, size_t cap)
{
	time_t t = (time_t)(at / 1000);
	struct tm tm;

	if (!days) {
		format_time(out, cap, at, now);
		return;
	}
	gmtime_r(&t, &tm);
	strftime(out, cap, "%a %e %b", &tm);
}

static void on_history(struct view *v)
{
	struct past *p = v->state;
	const json_t *name = json_object_get(p->asked.data, "monitor");
	int64_t now = app_now_ms(v->app);
	bool days = by_days(p);
	json_t *point;
	size_t i;

	json_array_foreach(json_object_get(p->asked.data, "points"), i, point)
	{
		int64_t at = time_of(point, "at");
		char when[64], numbers[64];

		when_of(at, days, now, when, sizeof when);
		numbers_of(p->asked.data, at, at + (days ? 24 : 1) * (int64_t)HOUR_MS, now, numbers,
			   sizeof numbers);
		json_object_set_new(point, "when", json_string(when));
		json_object_set_new(point, "numbers", json_string(numbers));
	}
	if (json_is_string(name))
		snprintf(v->title, sizeof v->title, "history of %s", json_string_value(name));
}

static void refresh(struct view *v)
{
	struct past *p = v->state;
	struct buf path = BUF_INIT(1024);

	buf_add_str(&path, "/v1/monitors/");
	path_escape(&path, v->ref);
	buf_add_str(&path, "/history");
	path_add(&path, "since", spans[p->span].since);
	path_add(&path, "by", by_days(p) ? "day" : "hour");
	asked_get(v, &p->asked, buf_str(&path), on_history);
	buf_fini(&path);
}

static void history_open(struct view *v, const char *arg)
{
	struct past *p = mem_zalloc(sizeof *p);

	p->span = 1;
	p->days = false;
	v->state = p;
	v->scroll = &p->scroll;
	if (!*v->ref)
		snprintf(v->ref, sizeof v->ref, "%s", arg);
	snprintf(v->title, sizeof v->title, "history");
	refresh(v);
}

static void history_close(struct view *v)
{
	struct past *p = v->state;

	asked_fini(&p->asked);
	scroll_fini(&p->scroll);
	free(p);
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void draw_title(const struct past *p, struct surface s, int y)
{
	char title[64], remark[96];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(spans); i++)
		n += (size_t)snprintf(remark + n, sizeof remark - n, i == p->span ? "[%s] " : "%s ",
				      spans[i].name);
	remark[n - 1] = '\0';
	snprintf(title, sizeof title, "response time by %s", by_days(p) ? "day of UTC" : "hour");
	section_draw(s, y, title, remark);
}

static size_t read_points(const struct past *p, struct chart_point *out)
{
	const json_t *list = json_object_get(p->asked.data, "points"), *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		if (i == POINTS_MAX)
			break;
		out[i] = (struct chart_point){
			.low = json_num(one, "p50_ms", -1),
			.high = json_num(one, "p95_ms", -1),
			.mark = (char)(json_int(one, "down", 0) > 0       ? 'x'
				       : json_int(one, "degraded", 0) > 0 ? 'o'
				       : json_int(one, "unknown", 0) > 0 &&
						       json_int(one, "count", 0) == 0
					       ? '?'
					       : 0),
		};
	}
	return i;
}

/* Above the chart: which incident began where; of those too close together the newest. */
static void draw_marks(const struct past *p, struct surface s, int y, const struct chart *c)
{
	const json_t *list = json_object_get(p->asked.data, "incidents"), *one;
	int room = s.width;
	size_t i;

	json_array_foreach(list, i, one)
	{
		int64_t at = time_of(one, "opened_at");
		int x = chart_column(s, c, at < c->from_ms ? c->from_ms : at), len, from;
		char number[NUMBER];

		len = snprintf(number, sizeof number, "%lld",
			       (long long)json_int(one, "number", 0));
		from = x + 1 + len <= room ? x : x - len; /* at the edge: in front of the arrow */
		if (x < 0 || x >= room)
			continue;
		surface_glyph(s, y, x, ROLE_DOWN, GLYPH_DOWN);
		surface_outside(s, y, from < x ? from : x + 1, ROLE_DOWN, number, -1);
		room = from - 1;
	}
}

static int draw_chart(struct view *v, struct past *p, struct surface s, int y)
{
	struct chart_point points[POINTS_MAX];
	struct chart c = {.points = points,
			  .style = app_graph(v->app),
			  .from_ms = time_of(p->asked.data, "since"),
			  .to_ms = time_of(p->asked.data, "until")};
	struct surface part = surface_part(s, y + 1, 0, CHART_ROWS, s.width - 1);

	c.n = read_points(p, points);
	if (c.n == 0) {
		surface_outside(s, y, 1, ROLE_DIM, "nothing measured in this span", -1);
		return y + 1;
	}
	draw_marks(p, surface_part(s, 0, 0, -1, s.width - 1), y, &c);
	chart_draw(part, &c);
	return y + 1 + CHART_ROWS;
}

static int draw_figures(const struct past *p, struct surface s, int y)
{
	static const struct {
		const char *word, *member;
	} figures[] = {{"p50", "p50_ms"}, {"p95", "p95_ms"}, {"p99", "p99_ms"}};
	const json_t *h = p->asked.data;
	char text[32];
	int x = 8;

	x += surface_outside(s, y, x, ROLE_DIM, "up", -1) + 1;
	x += surface_outside(s, y, x, ROLE_STRONG,
			     format_percent(text, sizeof text, json_num(h, "uptime_pct", -1)), -1) +
	     3;
	for (size_t i = 0; i < ARRAY_LEN(figures); i++) {
		x += surface_outside(s, y, x, ROLE_DIM, figures[i].word, -1) + 1;
		x += surface_outside(
			     s, y, x, ROLE_STRONG,
			     format_ms(text, sizeof text, json_num(h, figures[i].member, -1)), -1) +
		     3;
	}
	surface_printf(s, y, x, ROLE_DIM, "%lld checks", (long long)json_int(h, "count", 0));
	return y + 1;
}

/* The newest first; stretches in which nobody looked have no row. */
static int draw_table(struct view *v, const struct past *p, struct surface s, int y)
{
	const json_t *list = json_object_get(p->asked.data, "points");
	struct table_layout layout;

	table_layout(&layout, columns, ARRAY_LEN(columns), s.width - 3);
	table_header(&layout, s, y++, 1, NULL);
	for (size_t i = json_array_size(list); i-- > 0;) {
		const json_t *one = json_array_get(list, i);

		if (json_int(one, "count", 0) || json_int(one, "maintenance", 0))
			table_row(&layout, s, y++, 1, one, app_now_ms(v->app));
	}
	return y;
}

static int draw_incidents(struct view *v, const struct past *p, struct surface s, int y)
{
	const json_t *list = json_object_get(p->asked.data, "incidents"), *one;
	char at[64], took[32], count[32];
	size_t i, n = json_array_size(list);

	snprintf(count, sizeof count, n ? "%zu" : "none in this span", n);
	section_draw(s, y++, "incidents", count);
	json_array_foreach(list, i, one)
	{
		if (i == INCIDENTS_MAX) {
			surface_printf(s, y++, 1, ROLE_DIM, "+%zu more", n - i);
			break;
		}
		surface_printf(s, y, 1, ROLE_DIM, "#%lld", (long long)json_int(one, "number", 0));
		surface_outside(
			s, y, 7, ROLE_DIM,
			format_time(at, sizeof at, time_of(one, "opened_at"), app_now_ms(v->app)),
			-1);
		surface_outside_right(
			s, y, 20, ROLE_TEXT,
			format_ms(took, sizeof took, json_num(one, "duration_ms", -1)), 6);
		surface_outside(s, y++, 28, ROLE_TEXT,
				json_str(one, "message", json_str(one, "cause", "")), s.width - 29);
	}
	return y;
}

static void history_draw(struct view *v, struct surface s)
{
	struct past *p = v->state;
	struct surface page;
	int y = 1;

	draw_title(p, s, 0);
	if (!asked_ready(&p->asked, surface_part(s, 1, 0, -1, -1)))
		return;
	page = scroll_begin(&p->scroll, s);
	draw_title(p, page, 0);
	y = draw_chart(v, p, page, y);
	y = draw_figures(p, page, y);
	y = draw_table(v, p, page, y);
	y = draw_incidents(v, p, page, y);
	scroll_end(&p->scroll, s, y);
}

static void history_plain(struct view *v, struct buf *out)
{
	struct past *p = v->state;
	const json_t *one;
	size_t i;
	char up[32], p50[32], p95[32];

	if (!asked_ready_plain(&p->asked, out))
		return;
	json_array_foreach(json_object_get(p->asked.data, "points"), i, one)
	{
		if (json_int(one, "count", 0) == 0)
			continue;
		buf_printf(out, "%s: up %s, p50 %s, p95 %s%s%s\n", json_str(one, "when", ""),
			   format_percent(up, sizeof up, json_num(one, "uptime_pct", -1)),
			   format_ms(p50, sizeof p50, json_num(one, "p50_ms", -1)),
			   format_ms(p95, sizeof p95, json_num(one, "p95_ms", -1)),
			   *json_str(one, "numbers", "") ? ", incidents " : "",
			   json_str(one, "numbers", ""));
	}
}

/* ---- keys ------------------------------------------------------------------------------------ */

static bool run_span(struct view *v, const struct binding *b)
{
	struct past *p = v->state;
	size_t n = ARRAY_LEN(spans);

	p->span = (p->span + (!strcmp(b->action, "longer") ? 1 : n - 1)) % n;
	p->scroll.offset = 0;
	refresh(v);
	return true;
}

static bool has_both(const struct view *v)
{
	const struct past *p = v->state;

	return p && spans[p->span].hours && spans[p->span].days;
}

static bool run_unit(struct view *v, const struct binding *b)
{
	struct past *p = v->state;

	if (!has_both(v))
		return false;
	p->days = !p->days;
	p->scroll.offset = 0;
	refresh(v);
	return true;
}

static const struct binding bindings[] = {
	{.context = "history",
	 .keys = "w +",
	 .action = "longer",
	 .brief = "longer",
	 .run = run_span,
	 .help = "a longer span of time: 24h 7d 30d 90d 365d"},
	{.context = "history",
	 .keys = "W -",
	 .action = "shorter",
	 .brief = "shorter",
	 .run = run_span,
	 .help = "a shorter span of time"},
	{.context = "history",
	 .keys = "b",
	 .action = "unit",
	 .brief = "hours or days",
	 .run = run_unit,
	 .applies = has_both,
	 .help = "by hour or by day"},
};

extern const struct screen screen_history;
const struct screen screen_history = {
	.name = "history",
	.title = "history",
	.shape = SHAPE_OWN,
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.open = history_open,
	.close = history_close,
	.refresh = refresh,
	.draw = history_draw,
	.plain = history_plain,
};
