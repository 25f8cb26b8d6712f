/* One job: how far it is; below, by turns, what it writes, what it gave up, the runs before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/asked.h"
#include "tui/app/details.h"
#include "tui/app/job_ops.h"
#include "tui/app/sheet.h"
#include "tui/widgets/format.h"
#include "tui/widgets/meter.h"
#include "tui/widgets/section.h"

enum { ASK_EVERY_MS = 1000, LOG_LINES = 200, TIME_WIDTH = 9 };
enum part { PART_LOG, PART_GIVEN_UP, PART_RUNS, PARTS };

static const char *const part_names[] = {"log", "given up", "runs before"};

static const struct column given_up_columns[] = {
	{.title = "item", .path = "item", .min_width = 16, .weight = 2, .priority = 0},
	{.title = "host", .path = "host", .min_width = 12, .weight = 1, .priority = 3},
	{.title = "tries", .path = "attempts", .format = COLUMN_INT, .min_width = 5, .priority = 2},
	{.title = "why", .path = "error", .min_width = 16, .weight = 3, .priority = 1},
};

static const struct column runs_columns[] = {
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 9, .priority = 0},
	{.title = "begun",
	 .path = "started_at",
	 .format = COLUMN_TIME,
	 .min_width = 12,
	 .priority = 0},
	{.title = "took", .path = "took_ms", .format = COLUMN_SPAN, .min_width = 5, .priority = 2},
	{.title = "found", .path = "found", .format = COLUMN_INT, .min_width = 6, .priority = 1},
	{.title = "failed", .path = "failed", .format = COLUMN_INT, .min_width = 6, .priority = 2},
	{.title = "result", .path = "result", .min_width = 12, .weight = 1, .priority = 3},
};

struct job_page {
	struct details *details; /* first: see details.h */
	struct asked log, whole; /* whole: with what it gave up and the runs before */
	struct scroll scroll;
	struct sheet given_up, runs;
	enum part part;
	bool away_from_end; /* the user reads further up: new lines do not move the page */
	bool stale, lives;
	uint64_t asked_at;
};

/* ---- asking ---------------------------------------------------------------------------------- */

static void on_whole(struct view *v)
{
	struct job_page *p = v->state;

	sheet_set(&p->given_up, json_object_get(p->whole.data, "given_up"), "item");
	sheet_set(&p->runs, json_object_get(p->whole.data, "runs"), "id");
}

static void ask_more(struct view *v)
{
	struct job_page *p = v->state;
	struct buf path = BUF_INIT(512);

	buf_add_str(&path, "/v1/jobs/");
	path_escape(&path, v->ref);
	asked_get(v, &p->whole, buf_str(&path), on_whole);
	buf_add_str(&path, "/log");
	path_add_int(&path, "last", LOG_LINES);
	asked_get(v, &p->log, buf_str(&path), NULL);
	buf_fini(&path);
	p->stale = false;
	p->asked_at = app_ticks(v->app);
}

/* A live row has the figures and no more. */
static void on_changed(struct view *v)
{
	struct job_page *p = v->state;

	p->stale = true;
	if (p->lives && !job_lives(v->object) && !p->log.call)
		ask_more(v);
	p->lives = job_lives(v->object);
}

static void freshen(struct view *v)
{
	struct job_page *p = v->state;

	if (!p->stale)
		return;
	if (p->log.call || app_ticks(v->app) - p->asked_at < ASK_EVERY_MS)
		app_damage_in(v->app, ASK_EVERY_MS);
	else
		ask_more(v);
}

static void job_refresh(struct view *v)
{
	struct job_page *p = v->state;

	details_refresh(v, p->details);
	ask_more(v);
}

static void show_part(struct view *v, enum part part)
{
	struct job_page *p = v->state;

	p->part = part;
	v->scroll = part == PART_LOG ? &p->scroll : NULL;
	v->sheet = part == PART_GIVEN_UP ? &p->given_up : part == PART_RUNS ? &p->runs : NULL;
}

static void job_open(struct view *v, const char *arg)
{
	struct job_page *p = mem_zalloc(sizeof *p);

	v->state = p;
	p->given_up = (struct sheet){
		.columns = given_up_columns, .n_columns = ARRAY_LEN(given_up_columns), .sort = -1};
	p->runs = (struct sheet){
		.columns = runs_columns, .n_columns = ARRAY_LEN(runs_columns), .sort = -1};
	p->details = details_open(v, arg, on_changed);
	show_part(v, PART_LOG);
	job_refresh(v);
}

static void job_close(struct view *v)
{
	struct job_page *p = v->state;

	details_close(v, p->details);
	asked_fini(&p->log);
	asked_fini(&p->whole);
	sheet_fini(&p->given_up);
	sheet_fini(&p->runs);
	scroll_fini(&p->scroll);
	free(p);
}

static void job_message(struct view *v, const struct live_message *m)
{
	struct job_page *p = v->state;

	details_message(v, p->details, m);
}

/* ---- drawing --------------------------------------------------------------------------------- */

static int draw_top(struct view *v, struct surface s)
{
	const json_t *j = v->object;
	const char *state = json_str(j, "state", "");
	char word[64], text[FORMAT_TEXT], begun[64], took[64];
	int64_t now = app_now_ms(v->app);
	int x = 1;

	x += surface_outside(s, 0, x, state_role(state), state_word(word, sizeof word, state), -1) +
	     2;
	x += surface_outside(s, 0, x, ROLE_DIM, json_str(j, "type", ""), -1) + 2;
	snprintf(text, sizeof text, "started by %s",
		 strcmp(json_str(j, "cause", ""), "person") ? json_str(j, "cause", "") : "you");
	surface_outside(s, 0, x, ROLE_DIM, text, -1);
	meter_bar(s, 1, 1, s.width - 2, json_int(j, "done", 0), json_int(j, "failed", 0),
		  json_int(j, "found", 0));
	job_progress_text(j, text, sizeof text);
	surface_outside(s, 2, 1, ROLE_TEXT, text, s.width - 2);
	format_time_of(begun, sizeof begun, j, "started_at", now);
	format_value(COLUMN_SPAN, json_object_get(j, "took_ms"), now, took, sizeof took,
		     &(unsigned){0});
	surface_printf(s, 3, 1, ROLE_DIM, "begun %s   %s %s", begun, job_lives(j) ? "for" : "took",
		       took);
	if (*json_str(j, "result", ""))
		return 4 + wrapped_draw(s, 4, 1, s.width - 2, state_role(state),
					json_str(j, "result", ""), 2);
	return 4;
}

static void draw_parts(const struct job_page *p, struct surface s, int y)
{
	const size_t counts[PARTS] = {json_array_size(p->log.data),
				      json_array_size(p->given_up.list),
				      json_array_size(p->runs.list)};
	char text[48];
	int x = 2;

	section_draw(s, y, "", "w which");
	for (size_t i = 0; i < PARTS; i++) {
		enum role role = i == p->part ? ROLE_TAB_HERE : ROLE_TAB;

		snprintf(text, sizeof text, counts[i] ? " %s %zu%s " : " %s ", part_names[i],
			 counts[i], i == PART_LOG && counts[i] == LOG_LINES ? "+" : "");
		x += surface_outside(s, y, x, role, text, -1);
	}
}

static void draw_log(struct view *v, struct job_page *p, struct surface s)
{
	struct surface page;
	const json_t *line;
	size_t i;
	int y = 0;

	if (!asked_ready(&p->log, s))
		return;
	if (json_array_size(p->log.data) == 0) {
		surface_outside(s, 0, 1, ROLE_DIM, "It has written nothing yet.", -1);
		return;
	}
	page = scroll_begin(&p->scroll, s);
	json_array_foreach(p->log.data, i, line)
	{
		const char *level = json_str(line, "level", "info");
		enum role role = !strcmp(level, "info") ? ROLE_TEXT : state_role(level);
		char at[64];
		int x = 1;

		if (!strcmp(level, "error"))
			role = ROLE_DOWN;
		format_time_of(at, sizeof at, line, "at", app_now_ms(v->app));
		surface_outside(page, y, x, ROLE_DIM, at, -1);
		x += outside_width(at) < TIME_WIDTH ? TIME_WIDTH : outside_width(at) + 1;
		if (role != ROLE_TEXT)
			x += surface_outside(page, y, x, role, level, -1) + 1;
		y += wrapped_draw(page, y, x, page.width - x - 1, role, json_str(line, "text", ""),
				  2);
	}
	if (!p->away_from_end)
		p->scroll.offset = y;
	scroll_end(&p->scroll, s, y);
	p->away_from_end = p->scroll.offset + p->scroll.height < p->scroll.used;
}

static void job_draw(struct view *v, struct surface s)
{
	struct job_page *p = v->state;
	struct surface rest;
	int y;

	if (!details_ready(v, p->details, s))
		return;
	freshen(v);
	y = draw_top(v, s);
	draw_parts(p, s, y++);
	rest = surface_part(s, y, 0, -1, -1);
	if (p->part == PART_LOG)
		draw_log(v, p, rest);
	else if (json_array_size(v->sheet->list) > 0)
		sheet_draw(v, v->sheet, rest);
	else
		surface_outside(rest, 0, 1, ROLE_DIM,
				p->part == PART_RUNS ? "This is its first run."
						     : "It gave nothing up.",
				-1);
}

static void job_plain(struct view *v, struct buf *out)
{
	struct job_page *p = v->state;
	char text[FORMAT_TEXT];
	const json_t *line;
	size_t i;

	if (!v->object)
		return;
	job_progress_text(v->object, text, sizeof text);
	buf_printf(out, "%s: %s, %s\n", json_str(v->object, "name", ""),
		   json_str(v->object, "state", ""), text);
	if (*json_str(v->object, "result", ""))
		buf_printf(out, "result: %s\n", json_str(v->object, "result", ""));
	json_array_foreach(p->log.data, i, line)
	{
		format_time_of(text, sizeof text, line, "at", app_now_ms(v->app));
		buf_printf(out, "%s %s: %s\n", text, json_str(line, "level", ""),
			   json_str(line, "text", ""));
	}
	if (json_array_size(p->given_up.list))
		buf_add_str(out, "given up:\n");
	sheet_plain(v, &p->given_up, out);
	if (json_array_size(p->runs.list))
		buf_add_str(out, "runs before:\n");
	sheet_plain(v, &p->runs, out);
}

static size_t job_watched(struct view *v, const char *ids[], size_t max)
{
	ids[0] = json_str(v->object, "id", "");
	return *ids[0] ? 1 : 0;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static bool run_part(struct view *v, const struct binding *b)
{
	struct job_page *p = v->state;
	int step = !strcmp(b->action, "part-next") ? 1 : PARTS - 1;

	show_part(v, (enum part)(((int)p->part + step) % PARTS));
	return true;
}

/* Whoever moves up wants to read; at the end the page follows again. */
static bool run_follow(struct view *v, const struct binding *b)
{
	struct job_page *p = v->state;

	if (p->part != PART_LOG)
		return false;
	p->away_from_end = false;
	return true;
}

static bool run_up(struct view *v, const struct binding *b)
{
	struct job_page *p = v->state;

	if (p->part == PART_LOG)
		p->away_from_end = true;
	return false; /* the page's own keys move */
}

static bool run_open(struct view *v, const struct binding *b)
{
	struct job_page *p = v->state;
	const json_t *row = v->sheet ? sheet_here(v->sheet) : NULL;

	if (!row)
		return false;
	if (p->part == PART_RUNS)
		app_open(v->app, SHAPE_DETAIL, v->kind, json_str(row, "id", ""), "");
	else
		app_tell(v->app, json_str(row, "item", ""), ROLE_TEXT,
			 json_str(row, "error", "no reason was kept"), "");
	return true;
}

static bool has_rows(const struct view *v)
{
	return v->sheet && sheet_here(v->sheet);
}

static const struct binding bindings[] = {
	{.context = "job-detail",
	 .keys = "w",
	 .action = "part-next",
	 .brief = "log, given up, runs",
	 .run = run_part,
	 .help = "what it writes, what it gave up, the runs before"},
	{.context = "job-detail",
	 .keys = "W",
	 .action = "part-previous",
	 .run = run_part,
	 .help = "the same backwards"},
	{.context = "job-detail",
	 .keys = "Enter Right l",
	 .action = "open",
	 .brief = "open",
	 .run = run_open,
	 .applies = has_rows,
	 .help = "the run under the cursor, or why the item was given up"},
	{.context = "job-detail",
	 .keys = "G End",
	 .action = "follow",
	 .run = run_follow,
	 .help = "to the end of the log, and follow it"},
	{.context = "job-detail",
	 .keys = "k Up PgUp Ctrl-B g Home",
	 .action = "read",
	 .run = run_up,
	 .help = "stop following the log and move up in it"},
};

extern const struct screen screen_job_detail;
const struct screen screen_job_detail = {
	.name = "job-detail",
	.shape = SHAPE_DETAIL,
	.kind = "job",
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.open = job_open,
	.close = job_close,
	.refresh = job_refresh,
	.message = job_message,
	.draw = job_draw,
	.plain = job_plain,
	.watched = job_watched,
};
