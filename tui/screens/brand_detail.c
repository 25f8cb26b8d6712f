/* One brand: its reputation with the arithmetic, where it is sold and for how much, what changed,
 * what is said of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/asked.h"
#include "tui/app/brand_ops.h"
#include "tui/app/details.h"
#include "tui/app/sheet.h"
#include "tui/widgets/format.h"
#include "tui/widgets/format_trade.h"
#include "tui/widgets/section.h"

enum { ASK_EVERY_MS = 2000, LOW = 12, WHY_ROWS = 3, NARROW = 46 };

static const struct column reputation_columns[] = {
	{.title = "part", .path = "title", .min_width = 16, .weight = 1, .priority = 0},
	{.title = "value",
	 .path = "value_bp",
	 .format = COLUMN_SHARE,
	 .min_width = 6,
	 .priority = 1},
	{.title = "weight", .path = "weight", .format = COLUMN_INT, .min_width = 6, .priority = 1},
	{.title = "points", .path = "points_text", .min_width = 7, .priority = 0},
	{.title = "why", .path = "why", .min_width = 24, .weight = 4, .priority = 2},
};
static const struct column price_columns[] = {
	{.title = "product", .path = "title", .min_width = 16, .weight = 3, .priority = 0},
	{.title = "least",
	 .path = "min_minor",
	 .format = COLUMN_MONEY,
	 .min_width = 8,
	 .priority = 0},
	{.title = "middle",
	 .path = "median_minor",
	 .format = COLUMN_MONEY,
	 .min_width = 8,
	 .priority = 2},
	{.title = "most",
	 .path = "max_minor",
	 .format = COLUMN_MONEY,
	 .min_width = 8,
	 .priority = 1},
	{.title = "spread",
	 .path = "spread_bp",
	 .format = COLUMN_SHARE,
	 .min_width = 7,
	 .priority = 1},
	{.title = "offers", .path = "offers", .format = COLUMN_INT, .min_width = 6, .priority = 3},
	{.title = "in", .path = "currency", .min_width = 3, .priority = 4},
};
static const struct column seller_columns[] = {
	{.title = "seller", .path = "seller", .min_width = 14, .weight = 2, .priority = 0},
	{.title = "at", .path = "site", .min_width = 10, .weight = 1, .priority = 1},
	{.title = "yours", .path = "mine", .min_width = 5, .priority = 3},
	{.title = "listings",
	 .path = "listings",
	 .format = COLUMN_INT,
	 .min_width = 8,
	 .priority = 0},
	{.title = "in stock",
	 .path = "in_stock",
	 .format = COLUMN_INT,
	 .min_width = 8,
	 .priority = 2},
};
static const struct column change_columns[] = {
	{.title = "when", .path = "at", .format = COLUMN_TIME, .min_width = 12, .priority = 1},
	{.title = "what", .path = "what_text", .min_width = 13, .priority = 0},
	{.title = "listing", .path = "title", .min_width = 14, .weight = 2, .priority = 0},
	{.title = "at", .path = "site", .min_width = 9, .priority = 2},
	{.title = "was", .path = "was", .min_width = 10, .weight = 1, .priority = 4},
	{.title = "now", .path = "now", .min_width = 10, .weight = 1, .priority = 3},
};
static const struct column mention_columns[] = {
	{.title = "when", .path = "at", .format = COLUMN_TIME, .min_width = 12, .priority = 1},
	{.title = "title", .path = "title", .min_width = 16, .weight = 3, .priority = 0},
	{.title = "source", .path = "source", .min_width = 12, .weight = 1, .priority = 2},
	{.title = "address", .path = "url", .min_width = 20, .weight = 2, .priority = 3},
};
static const struct column low_columns[] = {
	{.title = "from", .path = "from", .format = COLUMN_TIME, .min_width = 12, .priority = 1},
	{.title = "until", .path = "until", .format = COLUMN_TIME, .min_width = 12, .priority = 2},
	{.title = "ratings",
	 .path = "ratings",
	 .format = COLUMN_INT,
	 .min_width = 7,
	 .priority = 0},
	{.title = "about", .path = "topics", .min_width = 12, .weight = 1, .priority = 0},
	{.title = "the newest says", .path = "sample", .min_width = 16, .weight = 3, .priority = 3},
};

#define COLUMNS(c) c, ARRAY_LEN(c)
static const struct part {
	const char *name, *path, *total, *empty;
	const struct column *columns;
	size_t n_columns;
} parts[] = {
	{"reputation", "reputation.parts", NULL, "Nothing of it can be reckoned yet.",
	 COLUMNS(reputation_columns)},
	{"prices", "prices.products", NULL, "No product of it has two prices to compare.",
	 COLUMNS(price_columns)},
	{"sellers", "sellers.list", "sellers.total", "Nobody was seen to sell it.",
	 COLUMNS(seller_columns)},
	{"changes", "changes.latest", NULL, "Nothing of it changed of late.",
	 COLUMNS(change_columns)},
	{"mentions", "mentions.list", "mentions.total",
	 "Nothing was said of it in its feeds: e adds feeds.", COLUMNS(mention_columns)},
	{"low ratings", "reviews.low_clusters", NULL, "No bad ratings came together of late.",
	 COLUMNS(low_columns)},
};
enum { PARTS = ARRAY_LEN(parts) };

struct page {
	struct details *details; /* first: see details.h */
	struct asked analysis;
	struct sheet sheet;
	size_t part;
	bool stale;
	uint64_t asked_at;
};

/* ---- asking ---------------------------------------------------------------------------------- */

static json_t *rows_of(const struct page *p, size_t part)
{
	return (json_t *)json_path(p->analysis.data, parts[part].path);
}

static void show_part(struct view *v, size_t part)
{
	struct page *p = v->state;

	if (part != p->part)
		p->sheet.at = p->sheet.top = 0;
	p->part = part;
	p->sheet.columns = parts[part].columns;
	p->sheet.n_columns = parts[part].n_columns;
	if (rows_of(p, part))
		sheet_set(&p->sheet, rows_of(p, part), part == 0 ? "part" : "listing");
}

/* What columns cannot show as it is: points that are not known, words with a line below. */
static void prepare(const struct page *p)
{
	json_t *row;
	size_t i;

	json_array_foreach(rows_of(p, 0), i, row)
	{
		char text[32] = "unknown";

		if (json_is_number(json_object_get(row, "points")))
			snprintf(text, sizeof text, "%7.2f", json_num(row, "points", 0));
		json_object_set_new(row, "points_text", json_string(text));
	}
	json_array_foreach((json_t *)json_path(p->analysis.data, "changes.latest"), i, row)
	{
		char text[64];

		snprintf(text, sizeof text, "%s", json_str(row, "what", ""));
		for (char *c = text; *c; c++)
			*c = *c == '_' ? ' ' : *c;
		json_object_set_new(row, "what_text", json_string(text));
	}
}

static void on_analysis(struct view *v)
{
	struct page *p = v->state;

	prepare(p);
	show_part(v, p->part);
}

static void ask_analysis(struct view *v)
{
	struct page *p = v->state;
	struct buf path = BUF_INIT(512);

	buf_add_str(&path, "/v1/brands/");
	path_escape(&path, v->ref);
	buf_add_str(&path, "/analysis");
	asked_get(v, &p->analysis, buf_str(&path), on_analysis);
	buf_fini(&path);
	p->stale = false;
	p->asked_at = app_ticks(v->app);
}

static void on_brand(struct view *v)
{
	struct page *p = v->state;

	p->stale = true;
}

static void freshen(struct view *v)
{
	struct page *p = v->state;

	if (!p->stale)
		return;
	if (p->analysis.call || app_ticks(v->app) - p->asked_at < ASK_EVERY_MS)
		app_damage_in(v->app, ASK_EVERY_MS);
	else
		ask_analysis(v);
}

/* ---- life ------------------------------------------------------------------------------------ */

static void brand_open(struct view *v, const char *arg)
{
	struct page *p = mem_zalloc(sizeof *p);

	v->state = p;
	v->sheet = &p->sheet;
	p->sheet = (struct sheet){.sort = -1};
	show_part(v, 0);
	p->details = details_open(v, arg, on_brand);
	details_refresh(v, p->details);
	ask_analysis(v);
}

static void brand_close(struct view *v)
{
	struct page *p = v->state;

	details_close(v, p->details);
	asked_fini(&p->analysis);
	sheet_fini(&p->sheet);
	free(p);
}

static void brand_refresh(struct view *v)
{
	struct page *p = v->state;

	details_refresh(v, p->details);
	ask_analysis(v);
}

static void brand_message(struct view *v, const struct live_message *m)
{
	struct page *p = v->state;

	details_message(v, p->details, m);
}

static size_t brand_watched(struct view *v, const char *ids[], size_t max)
{
	ids[0] = json_str(v->object, "id", "");
	return *ids[0] ? 1 : 0;
}

/* ---- drawing --------------------------------------------------------------------------------- */

static int64_t total_of(const struct page *p, size_t part)
{
	const json_t *total =
		parts[part].total ? json_path(p->analysis.data, parts[part].total) : NULL;

	return json_is_integer(total) ? json_integer_value(total)
				      : (int64_t)json_array_size(rows_of(p, part));
}

static int draw_top(struct view *v, struct surface s)
{
	const char *state = json_str(v->object, "state", ""),
		   *why = json_str(v->object, "text", "");
	char word[64], text[FORMAT_TEXT];
	int y = 1, x = 1;

	x += surface_outside(s, 0, x, state_role(state), state_word(word, sizeof word, state), -1);
	brand_standing(v->object, text, sizeof text);
	surface_outside(s, 0, x + 2, ROLE_STRONG, text, s.width - x - 3);
	brand_news(v->object, text, sizeof text);
	surface_outside(s, y++, 1, ROLE_TEXT, text, s.width - 2);
	if (*why && s.height >= LOW)
		surface_outside(s, y++, 1, state_role(state), why, s.width - 2);
	return y;
}

static void draw_parts(const struct page *p, struct surface s, int y)
{
	int x = 1;

	section_draw(s, y, "", s.width >= NARROW ? "" : "w which");
	for (size_t i = 0; i < PARTS; i++) {
		bool here = i == p->part;
		char text[48], count[32];

		if (!here && s.width < NARROW)
			continue;
		if (i == 0)
			snprintf(text, sizeof text, " %s ", parts[i].name);
		else
			snprintf(text, sizeof text, " %s %s ", parts[i].name,
				 format_count(count, sizeof count, total_of(p, i)));
		x += surface_outside(s, y, x, here ? ROLE_TAB_HERE : ROLE_TAB, text, -1);
	}
}

/* Of the row under the cursor what its columns had no room for. */
static void below_text(const struct page *p, char *out, size_t cap)
{
	const json_t *row = sheet_here(&p->sheet);
	const char *name = parts[p->part].name;

	out[0] = '\0';
	if (!strcmp(name, "reputation"))
		snprintf(out, cap, "%s: %s", json_str(row, "title", ""), json_str(row, "why", ""));
	else if (!strcmp(name, "changes"))
		snprintf(out, cap, "%s: was \"%s\", now \"%s\"", json_str(row, "title", ""),
			 json_str(row, "was", "-"), json_str(row, "now", "-"));
	else if (!strcmp(name, "mentions"))
		snprintf(out, cap, "%s %s", json_str(row, "title", ""), json_str(row, "url", ""));
	else if (!strcmp(name, "low ratings"))
		snprintf(out, cap, "%s", json_str(row, "sample", "no text is known"));
}

static void draw_part(struct view *v, struct surface s)
{
	struct page *p = v->state;
	int below = s.height >= 8 ? WHY_ROWS : s.height >= 5 ? 1 : 0;
	char text[1024];

	if (!asked_ready(&p->analysis, s))
		return;
	if (json_array_size(rows_of(p, p->part)) == 0) {
		wrapped_draw(s, 0, 2, s.width - 4, ROLE_TEXT, parts[p->part].empty, 2);
		return;
	}
	below_text(p, text, sizeof text);
	below = *text ? below : 0;
	sheet_draw(v, &p->sheet, surface_part(s, 0, 0, s.height - below, -1));
	if (below)
		wrapped_draw(s, s.height - below, 2, s.width - 4, ROLE_DIM, text, below);
}

static void brand_draw(struct view *v, struct surface s)
{
	struct page *p = v->state;
	int y;

	if (!details_ready(v, p->details, s))
		return;
	freshen(v);
	y = draw_top(v, s);
	draw_parts(p, s, y++);
	draw_part(v, surface_part(s, y, 0, -1, -1));
}

static void brand_plain(struct view *v, struct buf *out)
{
	struct page *p = v->state;
	char text[FORMAT_TEXT];

	if (!v->object)
		return;
	brand_standing(v->object, text, sizeof text);
	buf_printf(out, "%s: %s\n%s\n", json_str(v->object, "name", ""),
		   json_str(v->object, "state", ""), text);
	brand_news(v->object, text, sizeof text);
	buf_printf(out, "%s\n", text);
	if (!asked_ready_plain(&p->analysis, out))
		return;
	for (size_t i = 1; i < PARTS; i++)
		buf_printf(out, "%s: %lld\n", parts[i].name, (long long)total_of(p, i));
	buf_printf(out, "%s:\n", parts[p->part].name);
	sheet_plain(v, &p->sheet, out);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static bool run_part(struct view *v, const struct binding *b)
{
	struct page *p = v->state;

	show_part(v, (p->part + (!strcmp(b->action, "part-next") ? 1 : PARTS - 1)) % PARTS);
	return true;
}

static bool run_open(struct view *v, const struct binding *b)
{
	struct page *p = v->state;
	const json_t *row = sheet_here(&p->sheet);
	const char *what = json_str(row, "product", NULL) ? "product" : "listing";
	const struct resource_kind *kind = resource_kind_find(what);

	if (!kind || !*json_str(row, what, ""))
		return false;
	app_open(v->app, SHAPE_DETAIL, kind, json_str(row, what, ""), "");
	return true;
}

static bool opens(const struct view *v)
{
	const struct page *p = v->state;
	const json_t *row = sheet_here(&p->sheet);

	return *json_str(row, "product", "") || *json_str(row, "listing", "");
}

static const struct binding bindings[] = {
	{.context = "brand-detail",
	 .keys = "w",
	 .action = "part-next",
	 .brief = "which",
	 .run = run_part,
	 .help = "reputation, prices, sellers, changes, mentions, low ratings"},
	{.context = "brand-detail",
	 .keys = "W",
	 .action = "part-previous",
	 .run = run_part,
	 .help = "the same backwards"},
	{.context = "brand-detail",
	 .keys = "Enter Right l",
	 .action = "open",
	 .brief = "open",
	 .run = run_open,
	 .applies = opens,
	 .help = "the product or the listing under the cursor"},
};

extern const struct screen screen_brand_detail;
const struct screen screen_brand_detail = {
	.name = "brand-detail",
	.shape = SHAPE_DETAIL,
	.kind = "brand",
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.open = brand_open,
	.close = brand_close,
	.refresh = brand_refresh,
	.message = brand_message,
	.draw = brand_draw,
	.plain = brand_plain,
	.watched = brand_watched,
};
