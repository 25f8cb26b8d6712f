/* Brands side by side: the figures of one kind in one line, the best of each marked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/asked.h"
#include "tui/app/brand_ops.h"
#include "tui/widgets/format.h"
#include "tui/widgets/format_trade.h"
#include "tui/widgets/scroll.h"
#include "tui/widgets/section.h"

enum { LABEL = 17, CELL = 11, CELL_TEXT = 48 };
enum figure_format { COUNT, SHARE, STARS, PACE };

static const struct figure {
	const char *label, *path;
	enum figure_format format;
	int better; /* 1: more is, -1: less is, 0: neither */
} figures[] = {
	{"score", "score", COUNT, 1},
	{"rating", "rating", STARS, 1},
	{"reviews", "reviews", COUNT, 0},
	{"new a day", "per_day_x1000", PACE, 0},
	{"low ratings", "low_ratings", COUNT, -1},
	{"listings", "listings", COUNT, 0},
	{"yours", "mine", COUNT, 0},
	{"products", "products", COUNT, 0},
	{"sellers", "sellers", COUNT, 0},
	{"sites", "sites", COUNT, 0},
	{"in stock", "in_stock_bp", SHARE, 1},
	{"price spread", "spread_bp", SHARE, -1},
	{"harmed", "listings_harmed", COUNT, -1},
	{"mentions", "mentions", COUNT, 0},
};

struct page {
	struct asked answer;
	struct scroll scroll;
	char names[BRANDS_TEXT];
	size_t first; /* brand on the left */
};

static const json_t *brands_of(const struct page *p)
{
	return json_object_get(p->answer.data, "brands");
}

static void figure_text(const struct figure *f, const json_t *brand, char out[static CELL_TEXT])
{
	const json_t *value = json_path(brand, f->path);
	double x = json_number_value(value);

	if (!json_is_number(value))
		snprintf(out, CELL_TEXT, "?");
	else if (f->format == SHARE)
		format_share(out, CELL_TEXT, json_integer_value(value));
	else if (f->format == STARS)
		snprintf(out, CELL_TEXT, "%.2f", x);
	else if (f->format == PACE)
		snprintf(out, CELL_TEXT, "%.1f", x / 1000);
	else
		format_count(out, CELL_TEXT, json_integer_value(value));
}

/* No other is better, and one is worse. */
static bool is_best(const json_t *brands, const struct figure *f, const json_t *brand)
{
	const json_t *own = json_path(brand, f->path), *one;
	bool worse = false;
	size_t i;

	if (!f->better || !json_is_number(own))
		return false;
	json_array_foreach(brands, i, one)
	{
		const json_t *other = json_path(one, f->path);
		double by = (json_number_value(other) - json_number_value(own)) * f->better;

		if (!json_is_number(other))
			continue;
		if (by > 0)
			return false;
		worse = worse || by < 0;
	}
	return worse;
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void draw_cell(struct surface s, int y, int x, int width, const char *text, bool best)
{
	surface_outside_right(s, y, x, best ? ROLE_STRONG : ROLE_TEXT, text, width - 3);
	if (best)
		surface_outside(s, y, x + width - 2, ROLE_KEY, "*", 1);
}

static int draw_figures(const struct page *p, struct surface s, int y, size_t shown, int width)
{
	const json_t *brands = brands_of(p);
	char text[CELL_TEXT];

	for (size_t f = 0; f < ARRAY_LEN(figures); f++, y++) {
		surface_outside(s, y, 1, ROLE_HEADER, figures[f].label, LABEL - 2);
		for (size_t i = 0; i < shown; i++) {
			const json_t *brand = json_array_get(brands, p->first + i);

			figure_text(&figures[f], brand, text);
			draw_cell(s, y, LABEL + (int)i * width, width, text,
				  is_best(brands, &figures[f], brand));
		}
	}
	return y;
}

/* "28.1 of 35", the parts of each reputation. */
static int draw_parts(const struct page *p, struct surface s, int y, size_t shown, int width)
{
	const json_t *brands = brands_of(p);
	const json_t *parts = json_object_get(json_array_get(brands, 0), "parts"), *part;
	size_t k;

	section_draw(s, y++, "points of the score", "");
	json_array_foreach(parts, k, part)
	{
		surface_outside(s, y, 1, ROLE_HEADER, json_str(part, "title", ""), LABEL - 2);
		for (size_t i = 0; i < shown; i++) {
			const json_t *theirs = json_array_get(
				json_object_get(json_array_get(brands, p->first + i), "parts"), k);
			char text[CELL_TEXT];

			if (json_is_number(json_object_get(theirs, "points")))
				snprintf(text, sizeof text, "%.1f/%lld",
					 json_num(theirs, "points", 0),
					 (long long)json_int(theirs, "weight", 0));
			else
				snprintf(text, sizeof text, "?");
			draw_cell(s, y, LABEL + (int)i * width, width, text, false);
		}
		y++;
	}
	return y;
}

static size_t shown_of(const struct page *p, int width)
{
	size_t n = json_array_size(brands_of(p)), room = (size_t)((width - LABEL - 1) / CELL);

	room = room ? room : 1;
	return n - p->first < room ? n - p->first : room;
}

static void compare_draw(struct view *v, struct surface s)
{
	struct page *p = v->state;
	struct surface page;
	size_t shown, n;
	int y = 1, width;

	if (!asked_ready(&p->answer, s))
		return;
	n = json_array_size(brands_of(p));
	shown = shown_of(p, s.width);
	width = shown ? (s.width - LABEL - 1) / (int)shown : CELL;
	width = width > 2 * CELL ? 2 * CELL : width;
	for (size_t i = 0; i < shown; i++)
		surface_outside_right(
			s, 0, LABEL + (int)i * width, ROLE_STRONG,
			json_str(json_array_get(brands_of(p), p->first + i), "brand", "?"),
			width - 3);
	if (p->first > 0 || p->first + shown < n)
		surface_printf(s, 0, 1, ROLE_DIM, "%zu-%zu of %zu", p->first + 1, p->first + shown,
			       n);
	s = surface_part(s, y, 0, -1, -1);
	page = scroll_begin(&p->scroll, s);
	y = draw_figures(p, page, 0, shown, width);
	y = draw_parts(p, page, y, shown, width);
	surface_outside(page, y++, 1, ROLE_DIM, "* best of the line  ? unknown", -1);
	scroll_end(&p->scroll, s, y);
}

static void compare_plain(struct view *v, struct buf *out)
{
	struct page *p = v->state;
	const json_t *brand;
	char text[CELL_TEXT];
	size_t i;

	if (!asked_ready_plain(&p->answer, out))
		return;
	json_array_foreach(brands_of(p), i, brand)
	{
		buf_printf(out, "%s", json_str(brand, "brand", "?"));
		for (size_t f = 0; f < ARRAY_LEN(figures); f++) {
			figure_text(&figures[f], brand, text);
			buf_printf(out, ", %s %s", figures[f].label, text);
		}
		buf_add_char(out, '\n');
	}
}

/* ---- life ------------------------------------------------------------------------------------ */

static void compare_refresh(struct view *v)
{
	struct page *p = v->state;
	struct buf path = BUF_INIT(BRANDS_TEXT * 3 + 64);

	buf_add_str(&path, "/v1/brands/compare");
	path_add(&path, "brands", p->names);
	asked_get(v, &p->answer, buf_str(&path), NULL);
	buf_fini(&path);
}

static void compare_open(struct view *v, const char *arg)
{
	struct page *p = mem_zalloc(sizeof *p);

	v->state = p;
	v->scroll = &p->scroll;
	snprintf(p->names, sizeof p->names, "%s", arg);
	for (char *c = p->names; *c; c++)
		*c = *c == ' ' ? ',' : *c;
	snprintf(v->title, sizeof v->title, "compared");
	compare_refresh(v);
}

static void compare_close(struct view *v)
{
	struct page *p = v->state;

	asked_fini(&p->answer);
	scroll_fini(&p->scroll);
	free(p);
}

static bool run_side(struct view *v, const struct binding *b)
{
	struct page *p = v->state;

	if (!strcmp(b->action, "right")) {
		p->first += p->first + 1 < json_array_size(brands_of(p));
		return true;
	}
	if (!p->first)
		return false; /* back, then */
	p->first--;
	return true;
}

static const struct binding bindings[] = {
	{.context = "brand-compare",
	 .keys = "Right l",
	 .action = "right",
	 .brief = "further",
	 .run = run_side,
	 .help = "brands further to the right"},
	{.context = "brand-compare",
	 .keys = "Left h",
	 .action = "left",
	 .run = run_side,
	 .help = "brands further to the left, then back"},
};

extern const struct screen screen_brand_compare;
const struct screen screen_brand_compare = {
	.name = "brand-compare",
	.shape = SHAPE_OWN,
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.open = compare_open,
	.close = compare_close,
	.refresh = compare_refresh,
	.draw = compare_draw,
	.plain = compare_plain,
};
