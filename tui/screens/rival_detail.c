/* One rival: where he stands, what he asks for what; by turns what he undercuts, what is new, gone,
 * out of stock. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/asked.h"
#include "tui/app/details.h"
#include "tui/app/job_ops.h"
#include "tui/app/listing.h"
#include "tui/app/rival_ops.h"
#include "tui/app/sheet.h"
#include "tui/widgets/format.h"
#include "tui/widgets/meter.h"
#include "tui/widgets/section.h"

enum { ASK_EVERY_MS = 2000, JOB_EVERY_MS = 1000, REF_MAX = 64, PLURAL_MAX = 96, LOW = 12 };

/* Parts of the analysis; the first one is the list of all prices. */
static const struct part {
	const char *name, *member, *empty;
} parts[] = {
	{"prices", NULL, NULL},
	{"undercuts", "undercuts", "He undercuts you nowhere, as far as is known."},
	{"drops", "drops", "He lowered no price of late."},
	{"rises", "rises", "He raised no price of late."},
	{"new", "new", "He has nothing new."},
	{"removed", "removed", "He dropped nothing."},
	{"out", "out_of_stock", "Nothing of his is known to be out of stock."},
	{"back", "back_in_stock", "Nothing came back into stock."},
	{"deals", "deals", "No price is near its lowest ever."},
};
enum { PARTS = ARRAY_LEN(parts) };

#define TITLE_COLUMN                                                                             \
	{                                                                                        \
		.title = "product", .path = "title", .min_width = 16, .weight = 3, .priority = 0 \
	}
#define PRICE_COLUMN                                                                             \
	{                                                                                        \
		.title = "price", .path = "price_minor", .format = COLUMN_MONEY, .min_width = 7, \
		.priority = 0                                                                    \
	}
#define WAS_COLUMN                                                                           \
	{                                                                                    \
		.title = "was", .path = "was_minor", .format = COLUMN_MONEY, .min_width = 7, \
		.priority = 3                                                                \
	}
#define GAP_COLUMNS                                                                       \
	{.title = "gap",                                                                  \
	 .path = "gap_minor",                                                             \
	 .format = COLUMN_MONEY,                                                          \
	 .min_width = 7,                                                                  \
	 .priority = 6},                                                                  \
	{                                                                                 \
		.title = "gap", .path = "gap_bp", .format = COLUMN_SHARE, .min_width = 7, \
		.priority = 1                                                             \
	}
#define STOCK_COLUMN                                                                              \
	{                                                                                         \
		.title = "stock", .path = "availability", .format = COLUMN_STOCK, .min_width = 5, \
		.priority = 2                                                                     \
	}

static const struct column price_columns[] = {
	TITLE_COLUMN,
	PRICE_COLUMN,
	WAS_COLUMN,
	{.title = "yours",
	 .path = "mine.price_minor",
	 .format = COLUMN_MONEY,
	 .min_width = 7,
	 .priority = 1},
	GAP_COLUMNS,
	STOCK_COLUMN,
	{.title = "seen", .path = "seen_at", .format = COLUMN_TIME, .min_width = 12, .priority = 4},
	{.title = "since",
	 .path = "price_since",
	 .format = COLUMN_TIME,
	 .min_width = 12,
	 .priority = 7},
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 7, .priority = 8},
};

static const struct column undercut_columns[] = {
	TITLE_COLUMN,
	PRICE_COLUMN,
	{.title = "yours",
	 .path = "mine_minor",
	 .format = COLUMN_MONEY,
	 .min_width = 7,
	 .priority = 1},
	GAP_COLUMNS,
	STOCK_COLUMN,
	{.title = "since", .path = "since", .format = COLUMN_TIME, .min_width = 12, .priority = 4},
};

static const struct column news_columns[] = {
	TITLE_COLUMN,
	PRICE_COLUMN,
	WAS_COLUMN,
	{.title = "change",
	 .path = "change_bp",
	 .format = COLUMN_SHARE,
	 .min_width = 7,
	 .priority = 1},
	STOCK_COLUMN,
	{.title = "deal", .path = "deal", .min_width = 4, .priority = 5},
	{.title = "when", .path = "at", .format = COLUMN_TIME, .min_width = 12, .priority = 3},
};

static const char *const price_sorts[] = {"gap", "-price_since", "title", "price_minor", NULL};

struct rival_page {
	struct details *details; /* first: see details.h */
	struct asked analysis, job;
	struct resource_kind rows; /* the prices as a list of the daemon's */
	char plural[PLURAL_MAX];
	char job_id[REF_MAX];
	struct sheet sheet;
	size_t part;
	bool stale;
	uint64_t asked_at, job_asked_at;
};

static const char *empty(struct view *v)
{
	return *json_str(v->object, "job", "") ? "He is being read; what is found appears here."
					       : "Nothing of his was ever read. s reads it now.";
}

static const struct listing_look look = {
	.columns = price_columns,
	.n_columns = ARRAY_LEN(price_columns),
	.empty = empty,
	.bare = true,
};

/* ---- asking ---------------------------------------------------------------------------------- */

static const json_t *part_rows(const struct rival_page *p, size_t part)
{
	return parts[part].member ? json_object_get(p->analysis.data, parts[part].member) : NULL;
}

static void show_part(struct view *v, size_t part)
{
	struct rival_page *p = v->state;
	json_t *rows = (json_t *)part_rows(p, part);
	bool undercuts = !strcmp(parts[part].name, "undercuts");

	if (part != p->part)
		p->sheet.at = p->sheet.top = 0;
	p->part = part;
	v->sheet = part ? &p->sheet : NULL;
	if (!part)
		return;
	p->sheet.columns = undercuts ? undercut_columns : news_columns;
	p->sheet.n_columns = undercuts ? ARRAY_LEN(undercut_columns) : ARRAY_LEN(news_columns);
	if (rows)
		sheet_set(&p->sheet, rows, "listing");
}

static void on_analysis(struct view *v)
{
	struct rival_page *p = v->state;

	show_part(v, p->part);
}

static void ask_analysis(struct view *v)
{
	struct rival_page *p = v->state;
	struct buf path = BUF_INIT(512);

	buf_add_str(&path, "/v1/rivals/");
	path_escape(&path, v->ref);
	buf_add_str(&path, "/analysis");
	asked_get(v, &p->analysis, buf_str(&path), on_analysis);
	buf_fini(&path);
	p->stale = false;
	p->asked_at = app_ticks(v->app);
}

static bool scanning(const struct view *v)
{
	return *json_str(v->object, "job", "") != '\0';
}

static void ask_job(struct view *v)
{
	struct rival_page *p = v->state;
	struct buf path = BUF_INIT(512);

	buf_add_str(&path, "/v1/jobs/");
	path_escape(&path, json_str(v->object, "job", ""));
	asked_get(v, &p->job, buf_str(&path), NULL);
	buf_fini(&path);
	p->job_asked_at = app_ticks(v->app);
}

static void on_rival(struct view *v)
{
	struct rival_page *p = v->state;

	p->stale = true;
	if (strcmp(p->job_id, json_str(v->object, "job", ""))) {
		snprintf(p->job_id, sizeof p->job_id, "%s", json_str(v->object, "job", ""));
		json_decref(p->job.data);
		p->job.data = NULL;
		p->job_asked_at = 0;
	}
}

static void rival_refresh(struct view *v)
{
	struct rival_page *p = v->state;

	details_refresh(v, p->details);
	listing_refresh(v);
	ask_analysis(v);
}

/* While he is scanned the figures move all the time. */
static void freshen(struct view *v)
{
	struct rival_page *p = v->state;
	uint64_t now = app_ticks(v->app);

	if (scanning(v) && !p->job.call &&
	    (!p->job_asked_at || now - p->job_asked_at >= JOB_EVERY_MS))
		ask_job(v);
	if (scanning(v))
		app_damage_in(v->app, JOB_EVERY_MS);
	if (!p->stale)
		return;
	if (p->analysis.call || now - p->asked_at < ASK_EVERY_MS) {
		app_damage_in(v->app, ASK_EVERY_MS);
		return;
	}
	ask_analysis(v);
	listing_refresh(v);
}

/* ---- life ------------------------------------------------------------------------------------ */

static void rival_open(struct view *v, const char *arg)
{
	struct rival_page *p = mem_zalloc(sizeof *p);

	v->state = p;
	snprintf(p->plural, sizeof p->plural, "rivals/%.63s/prices", v->ref);
	p->rows = (struct resource_kind){.kind = "rival price",
					 .plural = p->plural,
					 .title = "prices",
					 .help = "",
					 .columns = price_columns,
					 .n_columns = ARRAY_LEN(price_columns),
					 .sorts = price_sorts};
	p->sheet = (struct sheet){.sort = -1};
	p->details = details_open(v, arg, on_rival);
	listing_open_of(v, &p->rows, &look);
	details_refresh(v, p->details);
	ask_analysis(v);
}

static void rival_close(struct view *v)
{
	struct rival_page *p = v->state;

	listing_close(v);
	details_close(v, p->details);
	asked_fini(&p->analysis);
	asked_fini(&p->job);
	sheet_fini(&p->sheet);
	free(p);
}

static void rival_message(struct view *v, const struct live_message *m)
{
	struct rival_page *p = v->state;

	details_message(v, p->details, m);
}

static const json_t *rival_subject(const struct view *v, const struct resource_kind **kind)
{
	*kind = v->kind;
	return v->object;
}

/* ---- drawing --------------------------------------------------------------------------------- */

static int draw_top(struct view *v, struct surface s)
{
	const struct rival_page *p = v->state;
	const json_t *r = v->object;
	const char *state = json_str(r, "state", "");
	char word[64], text[FORMAT_TEXT], scanned[64], next[64];
	int64_t now = app_now_ms(v->app);
	int x = 1, y = 1;

	x += surface_outside(s, 0, x, state_role(state), state_word(word, sizeof word, state), -1) +
	     2;
	format_time_of(scanned, sizeof scanned, r, "scanned_at", now);
	format_time_of(next, sizeof next, r, "next_at", now);
	snprintf(text, sizeof text, "scanned %s, next %s", scanned, next);
	if (s.width >= 60)
		surface_outside_right(s, 0, s.width - 40, ROLE_DIM, text, 39);
	surface_outside(s, 0, x, ROLE_DIM, json_str(r, "url", ""),
			s.width - x - (s.width >= 60 ? outside_width(text) + 3 : 1));
	if (*json_str(r, "text", "") && strcmp(state, "ok") != 0)
		y += wrapped_draw(s, y, 1, s.width - 2, state_role(state), json_str(r, "text", ""),
				  2);
	if (scanning(v) && p->job.data && job_lives(p->job.data)) {
		job_progress_text(p->job.data, text, sizeof text);
		meter_bar(s, y++, 1, s.width - 2, json_int(p->job.data, "done", 0),
			  json_int(p->job.data, "failed", 0), json_int(p->job.data, "found", 0));
		surface_outside(s, y++, 1, ROLE_TEXT, text, s.width - 2);
	}
	if (s.height < LOW && y > 2)
		return y;
	rival_standing(r, text, sizeof text);
	surface_outside(s, y++, 1, ROLE_STRONG, text, s.width - 2);
	rival_news(r, text, sizeof text);
	if (*text && s.height >= LOW)
		surface_outside(s, y++, 1, ROLE_TEXT, text, s.width - 2);
	return y;
}

static size_t part_count(const struct view *v, size_t part)
{
	const struct rival_page *p = v->state;
	long total = pages_total(listing_pages(v->listing));

	return part ? json_array_size(part_rows(p, part)) : total > 0 ? (size_t)total : 0;
}

/* Of the analysis as many as there are; the lists have the first of them. */
static int64_t part_total(const struct view *v, size_t part)
{
	const struct rival_page *p = v->state;
	int64_t n = (int64_t)part_count(v, part);

	return part ? json_int(json_object_get(p->analysis.data, "counts"), parts[part].member, n)
		    : n;
}

static void draw_parts(struct view *v, struct surface s, int y)
{
	const struct rival_page *p = v->state;
	int x = 1;

	section_draw(s, y, "", "w which");
	for (size_t i = 0; i < PARTS; i++) {
		size_t n = part_count(v, i);
		char text[48], count[32];

		if (i != p->part && ((n == 0 && i) || s.width < 46))
			continue;
		snprintf(text, sizeof text, " %s %s ", parts[i].name,
			 format_count(count, sizeof count, part_total(v, i)));
		x += surface_outside(s, y, x, i == p->part ? ROLE_TAB_HERE : ROLE_TAB, text, -1);
	}
}

static void draw_part(struct view *v, struct surface s)
{
	struct rival_page *p = v->state;
	char from[64];

	if (!asked_ready(&p->analysis, s))
		return;
	if (part_count(v, p->part)) {
		sheet_draw(v, &p->sheet, s);
		return;
	}
	surface_outside(s, 0, 2, ROLE_TEXT, parts[p->part].empty, -1);
	format_time_of(from, sizeof from, p->analysis.data, "since", app_now_ms(v->app));
	if (*from != '-')
		surface_printf(s, 1, 2, ROLE_DIM, "Since %s.", from);
}

static void rival_draw(struct view *v, struct surface s)
{
	struct rival_page *p = v->state;
	int y;

	if (!details_ready(v, p->details, s))
		return;
	freshen(v);
	y = draw_top(v, s);
	draw_parts(v, s, y++);
	if (p->part)
		draw_part(v, surface_part(s, y, 0, -1, -1));
	else
		listing_draw(v, surface_part(s, y, 0, -1, -1));
}

static void rival_plain(struct view *v, struct buf *out)
{
	struct rival_page *p = v->state;
	char text[FORMAT_TEXT];

	if (!v->object)
		return;
	rival_standing(v->object, text, sizeof text);
	buf_printf(out, "%s: %s\n%s\n", json_str(v->object, "name", ""),
		   json_str(v->object, "state", ""), text);
	rival_news(v->object, text, sizeof text);
	buf_printf(out, "%s%s", text, *text ? "\n" : "");
	for (size_t i = 1; i < PARTS; i++) {
		if (!part_count(v, i))
			continue;
		buf_printf(out, "%s: %zu\n", parts[i].name, part_count(v, i));
		if (i == p->part)
			sheet_plain(v, &p->sheet, out);
	}
	if (!p->part)
		listing_plain(v, out);
}

static size_t rival_watched(struct view *v, const char *ids[], size_t max)
{
	ids[0] = json_str(v->object, "id", "");
	return *ids[0] ? 1 : 0;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static bool run_part(struct view *v, const struct binding *b)
{
	struct rival_page *p = v->state;
	size_t step = !strcmp(b->action, "part-next") ? 1 : PARTS - 1, to = p->part;

	/* What is empty has its own key. */
	do
		to = (to + step) % PARTS;
	while (to && part_count(v, to) == 0);
	show_part(v, to);
	return true;
}

static bool run_to_part(struct view *v, const struct binding *b)
{
	for (size_t i = 0; i < PARTS; i++)
		if (!strcmp(parts[i].name, b->action))
			show_part(v, i);
	return true;
}

/* Both are about the list of all prices. */
static bool run_order(struct view *v, const struct binding *b)
{
	show_part(v, 0);
	return listing_sort_next(v);
}

static bool run_filter(struct view *v, const struct binding *b)
{
	show_part(v, 0);
	return false; /* the list's own key asks */
}

static bool run_open(struct view *v, const struct binding *b)
{
	struct rival_page *p = v->state;
	const json_t *row = p->part ? sheet_here(&p->sheet) : listing_row(v->listing);
	const struct resource_kind *product = resource_kind_find("product");
	const char *id = json_str(row, "product", json_str(row, "product_id", ""));

	if (!product || !row || !*id)
		return row != NULL;
	app_open(v->app, SHAPE_DETAIL, product, id, json_str(v->object, "name", ""));
	return true;
}

static const struct binding bindings[] = {
	{.context = "rival-detail",
	 .keys = "Enter Right l",
	 .action = "open",
	 .brief = "prices",
	 .run = run_open,
	 .help = "the product under the cursor: its prices over time, all offers, what if"},
	{.context = "rival-detail",
	 .keys = "w",
	 .action = "part-next",
	 .brief = "which",
	 .run = run_part,
	 .help = "undercuts, drops, rises, new, removed, out of stock ... what there is of them"},
	{.context = "rival-detail",
	 .keys = "W",
	 .action = "part-previous",
	 .run = run_part,
	 .help = "the same backwards"},
	{.context = "rival-detail",
	 .keys = "A",
	 .action = "prices",
	 .run = run_to_part,
	 .help = "all his prices"},
	{.context = "rival-detail",
	 .keys = "U",
	 .action = "undercuts",
	 .run = run_to_part,
	 .help = "where he asks less than you"},
	{.context = "rival-detail",
	 .keys = "D",
	 .action = "drops",
	 .run = run_to_part,
	 .help = "prices that he lowered"},
	{.context = "rival-detail",
	 .keys = "N",
	 .action = "new",
	 .run = run_to_part,
	 .help = "what he has new"},
	{.context = "rival-detail",
	 .keys = "R",
	 .action = "removed",
	 .run = run_to_part,
	 .help = "what he has no longer"},
	{.context = "rival-detail",
	 .keys = "O",
	 .action = "out",
	 .run = run_to_part,
	 .help = "what is out of stock"},
	{.context = "rival-detail",
	 .keys = "o",
	 .action = "order",
	 .brief = "order",
	 .run = run_order,
	 .help = "all his prices by gap, latest change, title or price; S turns it round"},
	{.context = "rival-detail",
	 .keys = "/",
	 .action = "filter-prices",
	 .run = run_filter,
	 .help = "of all his prices only what matches"},
};

extern const struct screen screen_rival_detail;
const struct screen screen_rival_detail = {
	.name = "rival-detail",
	.shape = SHAPE_DETAIL,
	.kind = "rival",
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.open = rival_open,
	.close = rival_close,
	.refresh = rival_refresh,
	.message = rival_message,
	.draw = rival_draw,
	.plain = rival_plain,
	.watched = rival_watched,
	.subject = rival_subject,
};
