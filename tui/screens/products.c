/* Products: what is sold by whom and for how much; where somebody asks less, first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/money.h"
#include "tui/app/asked.h"
#include "tui/app/listing.h"
#include "tui/widgets/format.h"
#include "tui/widgets/format_trade.h"
#include "tui/widgets/section.h"

enum { PREVIEW_ROWS = 4 };

struct products {
	struct asked pending; /* one row of the pairs in doubt, for how many there are */
};

static const struct listing_view views[] = {
	{"all", NULL, "gap",
	 "No product is known yet. They come with the first scan: add a rival, and your own shop "
	 "with sellersmart add URL --mine."},
	{"yours", "filter[mine]=true", "gap",
	 "None of the products is yours yet: sellersmart add URL --mine reads your own shop."},
	{"undercut", "filter[undercut]=true", "gap", "Nobody undercuts you, as far as is known."},
	{"in doubt", "filter[pending]=true", "title",
	 "No listing is in doubt: each has found its product."},
};

static const struct column columns[] = {
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 8, .priority = 0},
	{.title = "product", .path = "title", .min_width = 9, .weight = 4, .priority = 0},
	{.title = "brand", .path = "brand", .min_width = 7, .priority = 4},
	{.title = "yours",
	 .path = "mine_minor",
	 .format = COLUMN_MONEY,
	 .min_width = 7,
	 .priority = 1},
	{.title = "best",
	 .path = "best_minor",
	 .format = COLUMN_MONEY,
	 .min_width = 7,
	 .priority = 1},
	{.title = "by", .path = "best_site", .min_width = 9, .priority = 2},
	{.title = "gap", .path = "gap_bp", .format = COLUMN_SHARE, .min_width = 6, .priority = 2},
	{.title = "of", .path = "listings", .format = COLUMN_INT, .min_width = 2, .priority = 5},
	{.title = "since",
	 .path = "undercut_since",
	 .format = COLUMN_TIME,
	 .min_width = 12,
	 .priority = 6},
	{.title = "GTIN", .path = "gtin", .min_width = 14, .priority = 7},
};

/* ---- what is in doubt ------------------------------------------------------------------------ */

static int64_t pending(const struct view *v)
{
	const struct products *p = v->state;

	return json_int(p->pending.meta, "total", 0);
}

static bool any_pending(const struct view *v)
{
	return pending(v) > 0;
}

static void remark(struct view *v, char *out, size_t cap)
{
	char count[32];

	if (pending(v) > 0)
		snprintf(out, cap, "%s to decide: d",
			 format_count(count, sizeof count, pending(v)));
}

/* ---- one product ----------------------------------------------------------------------------- */

static const char *amount(char out[static MONEY_TEXT], const json_t *row, const char *member)
{
	return format_money(out, json_int(row, member, 0), json_str(row, "currency", ""));
}

static bool has(const json_t *row, const char *member)
{
	return json_is_integer(json_object_get(row, member));
}

/* "You ask 36.50, brightco 34.90: 1.60 less, -4.4%". */
static void standing(const json_t *row, char *out, size_t cap)
{
	int64_t gap = json_int(row, "gap_minor", 0);
	char mine[MONEY_TEXT], best[MONEY_TEXT], by[MONEY_TEXT], share[32];
	const char *site = json_str(row, "best_site", "the best");
	bool sold = has(row, "mine_minor"), offered = has(row, "best_minor");
	size_t n;

	if (!sold && !offered) {
		snprintf(out, cap, "Nobody's price is known now.");
		return;
	}
	if (!offered) {
		snprintf(out, cap, "You ask %s %s; no rival's price is known.",
			 amount(mine, row, "mine_minor"), json_str(row, "currency", ""));
		return;
	}
	if (!sold) {
		snprintf(out, cap, "%.60s asks %s %s, the least; you do not sell it.", site,
			 amount(best, row, "best_minor"), json_str(row, "currency", ""));
		return;
	}
	n = (size_t)snprintf(out, cap, "You ask %s %s, %.60s %s", amount(mine, row, "mine_minor"),
			     json_str(row, "currency", ""), site, amount(best, row, "best_minor"));
	if (n >= cap || !has(row, "gap_minor"))
		return;
	if (gap == 0)
		snprintf(out + n, cap - n, ", the same.");
	else
		snprintf(out + n, cap - n, ": %s %s, %s",
			 format_money(by, gap < 0 ? -gap : gap, json_str(row, "currency", "")),
			 gap < 0 ? "less" : "more",
			 format_share(share, sizeof share, json_int(row, "gap_bp", 0)));
}

static void add(char *out, size_t cap, const char *label, const char *text)
{
	size_t n = strlen(out);

	if (*text && n < cap)
		snprintf(out + n, cap - n, "%s%s %s", n ? ", " : "", label, text);
}

/* What it is known by. */
static void codes(const json_t *row, char *out, size_t cap)
{
	out[0] = '\0';
	add(out, cap, "brand", json_str(row, "brand", ""));
	add(out, cap, "GTIN", json_str(row, "gtin", ""));
	add(out, cap, "MPN", json_str(row, "mpn", ""));
	add(out, cap, "SKU", json_str(row, "sku", ""));
	add(out, cap, "pack", json_str(json_object_get(row, "pack"), "text", ""));
}

static void limits(const json_t *row, char *out, size_t cap)
{
	int64_t n = json_int(row, "listings", 0), doubts = json_int(row, "pending", 0);
	char count[32], text[MONEY_TEXT];

	snprintf(out, cap, "%s offer%s", format_count(count, sizeof count, n), n == 1 ? "" : "s");
	if (has(row, "floor_minor"))
		add(out, cap, "your floor", amount(text, row, "floor_minor"));
	if (has(row, "map_minor"))
		add(out, cap, "minimum", amount(text, row, "map_minor"));
	n = (int64_t)strlen(out);
	if (doubts > 0 && (size_t)n < cap)
		snprintf(out + n, cap - (size_t)n, ", %s listing%s in doubt",
			 format_count(count, sizeof count, doubts), doubts == 1 ? "" : "s");
}

static int preview_height(struct view *v, const json_t *row, int width)
{
	return PREVIEW_ROWS;
}

static void preview(struct view *v, struct surface s, const json_t *row)
{
	char text[FORMAT_TEXT], since[64];
	bool undercut = !strcmp(json_str(row, "state", ""), "undercut");

	format_time_of(since, sizeof since, row, "undercut_since", app_now_ms(v->app));
	snprintf(text, sizeof text, "undercut since %s", since + (*since == ' '));
	section_draw_in(s, 0, json_str(row, "title", ""), ROLE_DEGRADED, undercut ? text : "");
	standing(row, text, sizeof text);
	surface_outside(s, 1, 2, undercut ? ROLE_DEGRADED : ROLE_TEXT, text, s.width - 4);
	codes(row, text, sizeof text);
	surface_outside(s, 2, 2, ROLE_TEXT, text, s.width - 4);
	limits(row, text, sizeof text);
	surface_outside(s, 3, 2, ROLE_DIM, text, s.width - 4);
}

static const struct listing_look look = {
	.remark = remark,
	.preview_height = preview_height,
	.preview = preview,
	.columns = columns,
	.n_columns = ARRAY_LEN(columns),
	.views = views,
	.n_views = ARRAY_LEN(views),
};

/* ---- life ------------------------------------------------------------------------------------ */

static void ask_pending(struct view *v)
{
	struct products *p = v->state;

	asked_get(v, &p->pending, "/v1/matches?limit=1", NULL);
}

static void products_open(struct view *v, const char *arg)
{
	v->state = mem_zalloc(sizeof(struct products));
	listing_open(v, &look, NULL, arg);
	ask_pending(v);
}

static void products_close(struct view *v)
{
	struct products *p = v->state;

	listing_close(v);
	asked_fini(&p->pending);
	free(p);
}

static void products_refresh(struct view *v)
{
	listing_refresh(v);
	ask_pending(v);
}

static void products_message(struct view *v, const struct live_message *m)
{
	const struct products *p = v->state;

	listing_message(v, m);
	if (m->what == LIVE_LIST && !strcmp(m->kind, "match") && !p->pending.call)
		ask_pending(v);
}

static void products_plain(struct view *v, struct buf *out)
{
	listing_plain(v, out);
	if (pending(v) > 0)
		buf_printf(out, "%lld to decide, type: matches\n", (long long)pending(v));
}

/* ---- keys ------------------------------------------------------------------------------------ */

static bool run_view(struct view *v, const struct binding *b)
{
	for (size_t i = 0; i < ARRAY_LEN(views); i++)
		if (!strcmp(views[i].name, b->arg))
			listing_show(v->listing, i);
	return true;
}

static bool run_decide(struct view *v, const struct binding *b)
{
	return app_go(v->app, "matches");
}

static const struct binding bindings[] = {
	{.context = "products",
	 .keys = "d",
	 .action = "decide",
	 .brief = "decide",
	 .run = run_decide,
	 .applies = any_pending,
	 .help = "listings that may be a product that is known: look at both sides, yes or no"},
	{.context = "products",
	 .keys = "U",
	 .action = "undercut",
	 .brief = "undercut",
	 .run = run_view,
	 .arg = "undercut",
	 .help = "only what somebody sells for less than you"},
	{.context = "products",
	 .keys = "M",
	 .action = "mine",
	 .brief = "yours",
	 .run = run_view,
	 .arg = "yours",
	 .help = "only what you sell, too"},
	{.context = "products",
	 .keys = "P",
	 .action = "pending",
	 .run = run_view,
	 .arg = "in doubt",
	 .help = "only what another listing may be, too"},
	{.context = "products",
	 .keys = "A",
	 .action = "all",
	 .run = run_view,
	 .arg = "all",
	 .help = "all products again"},
};

extern const struct screen screen_products;
const struct screen screen_products = {
	.name = "products",
	.tab = 44,
	.shape = SHAPE_LIST,
	.kind = "product",
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.open = products_open,
	.close = products_close,
	.refresh = products_refresh,
	.message = products_message,
	.draw = listing_draw,
	.plain = products_plain,
	.watched = listing_watched,
	.cursor = listing_cursor,
};
