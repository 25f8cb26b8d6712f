/* Brands: how they stand with buyers, where they are sold, what is said of them. */
#include <stdio.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/brand_ops.h"
#include "tui/app/listing.h"
#include "tui/app/ops.h"
#include "tui/widgets/format.h"
#include "tui/widgets/section.h"

enum { PREVIEW_ROWS = 4 };

static const struct column columns[] = {
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 6, .priority = 0},
	{.title = "name", .path = "name", .min_width = 9, .weight = 2, .priority = 0},
	{.title = "score", .path = "score", .format = COLUMN_INT, .min_width = 5, .priority = 0},
	{.title = "30 days",
	 .path = "trend",
	 .format = COLUMN_TREND,
	 .min_width = 8,
	 .priority = 3},
	{.title = "rating", .path = "rating", .min_width = 6, .priority = 1},
	{.title = "reviews",
	 .path = "reviews",
	 .format = COLUMN_INT,
	 .min_width = 7,
	 .priority = 4},
	{.title = "listings",
	 .path = "listings",
	 .format = COLUMN_INT,
	 .min_width = 8,
	 .priority = 2},
	{.title = "sellers",
	 .path = "sellers",
	 .format = COLUMN_INT,
	 .min_width = 7,
	 .priority = 2},
	{.title = "spread",
	 .path = "spread_bp",
	 .format = COLUMN_SHARE,
	 .min_width = 6,
	 .priority = 3},
	{.title = "in stock",
	 .path = "in_stock_bp",
	 .format = COLUMN_SHARE,
	 .min_width = 8,
	 .priority = 6},
	{.title = "changes",
	 .path = "changes",
	 .format = COLUMN_INT,
	 .min_width = 7,
	 .priority = 5},
	{.title = "said",
	 .path = "mentions_new",
	 .format = COLUMN_INT,
	 .min_width = 4,
	 .priority = 7},
};

static int preview_height(struct view *v, const json_t *row, int width)
{
	return PREVIEW_ROWS + (*json_str(row, "text", "") ? 1 : 0);
}

static void preview(struct view *v, struct surface s, const json_t *row)
{
	char text[FORMAT_TEXT], at[64];
	const char *state = json_str(row, "state", "");
	int y = 1;

	format_time_of(at, sizeof at, row, "analyzed_at", app_now_ms(v->app));
	snprintf(text, sizeof text, "as of %s", at + (*at == ' '));
	section_draw(s, 0, json_str(row, "brand", json_str(row, "name", "")), text);
	if (*json_str(row, "text", ""))
		surface_outside(s, y++, 2, state_role(state), json_str(row, "text", ""),
				s.width - 4);
	brand_standing(row, text, sizeof text);
	surface_outside(s, y++, 2, ROLE_TEXT, text, s.width - 4);
	brand_news(row, text, sizeof text);
	surface_outside(s, y++, 2, ROLE_TEXT, text, s.width - 4);
	surface_outside(s, y, 2, ROLE_DIM,
			json_bool(row, "map", false) ? "minimum prices are watched: m stops it"
						     : "minimum prices are not watched",
			s.width - 4);
}

static const char *empty(struct view *v)
{
	return "You look after no brand yet. Press n and type its name as pages write it: its "
	       "listings, ratings and prices come from what rivals and your shops are seen to "
	       "sell.";
}

static const struct listing_look look = {
	.preview_height = preview_height,
	.preview = preview,
	.empty = empty,
	.columns = columns,
	.n_columns = ARRAY_LEN(columns),
	.sort = "score",
};

static bool run_add(struct view *v, const struct binding *b)
{
	brand_ask_name(v->app);
	return true;
}

static bool run_compare(struct view *v, const struct binding *b)
{
	const struct targets *marked = listing_marks(v->listing);
	char names[BRANDS_TEXT];
	size_t n = 0;

	if (!marked || marked->n < 2) {
		app_say(v->app, ROLE_INFO, "mark two brands or more with Space, then c");
		return true;
	}
	if (marked->n > BRANDS_COMPARED) {
		app_say(v->app, ROLE_ERROR, "at most %d brands can be compared", BRANDS_COMPARED);
		return true;
	}
	for (size_t i = 0; i < marked->n; i++)
		n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", i ? "," : "",
				      marked->at[i].name);
	return app_open_page(v->app, "brand-compare", "", names);
}

static bool run_map(struct view *v, const struct binding *b)
{
	const struct resource_kind *kind;

	return brand_turn_map(v, view_subject(v, &kind));
}

static bool run_pause(struct view *v, const struct binding *b)
{
	return ops_pause(v);
}

static const struct binding bindings[] = {
	{.context = "brands",
	 .keys = "c",
	 .action = "compare",
	 .brief = "compare",
	 .run = run_compare,
	 .help = "the marked brands side by side; Space marks"},
	{.context = "brands",
	 .keys = "n",
	 .action = "new",
	 .brief = "add",
	 .run = run_add,
	 .help = "look after a brand: type its name"},
	{.context = "brand",
	 .keys = "m",
	 .action = "map",
	 .brief = "minimum",
	 .run = run_map,
	 .help = "watch prices below a product's minimum, or no longer; asks first"},
	{.context = "brand",
	 .keys = "p",
	 .action = "pause",
	 .run = run_pause,
	 .help = "tell nothing of it, or go on after a pause"},
};

extern const struct screen screen_brands;
const struct screen screen_brands = {
	.name = "brands",
	.tab = 46,
	.kind = "brand",
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.look = &look,
	LISTING_SCREEN,
};
