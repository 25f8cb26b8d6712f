#include "tui/widgets/time_chart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/mem.h"
#include "shared/money.h"
#include "tui/widgets/format_trade.h"

#define DAY_MS INT64_C(86400000)
enum {
	COLUMNS_MAX = 512,
	ROWS_MAX = 64,
	LABEL_MIN = 6,
	LABEL_MAX = 14,
	DATE_APART = 22, /* columns between two dates, about */
	DATE_WIDTH = 9,
	FOOT_ROWS = 3,     /* stock, dates, legend */
	FLOOR_STRETCH = 3, /* a floor further below than so many spans is only named */
	LEVELS_BLOCK = 2,  /* in a row */
	LEVELS_BRAILLE = 4,
};

/* ---- values ---------------------------------------------------------------------------------- */

const char *time_chart_price(char *out, size_t cap, int64_t minor, const char *currency)
{
	char text[MONEY_TEXT];

	if (minor < 0) {
		snprintf(out, cap, "%s", minor == TIME_CHART_ABSENT ? "-" : "?");
		return out;
	}
	snprintf(out, cap, "%s", format_money(text, minor, currency));
	return out;
}

const struct time_stretch *time_series_at(const struct time_series *t, int64_t at_ms)
{
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (t->at[middle].from_ms <= at_ms)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &t->at[low - 1] : NULL;
}

int64_t time_chart_step(int64_t v)
{
	static const int64_t steps[] = {10, 20, 25, 50, 75};
	int64_t unit = 1;

	if (v <= 1)
		return 1;
	if (v <= 2)
		return 2;
	if (v <= 5)
		return 5;
	for (; unit <= MONEY_MINOR_MAX; unit *= 10)
		for (size_t i = 0; i < ARRAY_LEN(steps); i++)
			if (steps[i] * unit >= v)
				return steps[i] * unit;
	return v;
}

/* The stretches of a series that touch the span: fn may look at when each ends. */
static int64_t end_of(const struct time_chart *c, const struct time_series *t, size_t i)
{
	int64_t end = i + 1 < t->n ? t->at[i + 1].from_ms : c->to_ms;

	return end < c->to_ms ? end : c->to_ms;
}

bool time_chart_range(const struct time_chart *c, int64_t *low, int64_t *high)
{
	bool any = false;

	for (size_t k = 0; k < c->n; k++)
		for (size_t i = 0; i < c->series[k].n; i++) {
			const struct time_stretch *p = &c->series[k].at[i];

			if (p->minor < 0 || p->from_ms >= c->to_ms ||
			    end_of(c, &c->series[k], i) <= c->from_ms)
				continue;
			*low = any && *low < p->minor ? *low : p->minor;
			*high = any && *high > p->minor ? *high : p->minor;
			any = true;
		}
	return any;
}

/* ---- columns --------------------------------------------------------------------------------- */

/* One series within one column of time. */
struct span {
	int64_t low, high; /* of what is known; low > high: nothing is */
	int64_t held;      /* the last price known before or in it, for the place of the '?' */
	bool unknown, yes, no;
};

struct columns {
	int n;
	struct span of[TIME_CHART_SERIES][COLUMNS_MAX];
};

static int column_of(const struct time_chart *c, int n, int64_t at_ms)
{
	double share = (double)(at_ms - c->from_ms) / (double)(c->to_ms - c->from_ms);
	int x = (int)(share * n);

	return x < 0 ? 0 : x >= n ? n - 1 : x;
}

static void note(struct span *s, const struct time_stretch *p)
{
	s->unknown = s->unknown || p->minor == TIME_CHART_UNKNOWN;
	s->yes = s->yes || p->stock == 'y';
	s->no = s->no || p->stock == 'n';
	if (p->minor < 0)
		return;
	if (s->low > s->high) {
		s->low = s->high = p->minor;
		return;
	}
	s->low = p->minor < s->low ? p->minor : s->low;
	s->high = p->minor > s->high ? p->minor : s->high;
}

static void fill(const struct time_chart *c, const struct time_series *t, int n, struct span *out)
{
	int64_t held = TIME_CHART_ABSENT;

	for (int x = 0; x < n; x++)
		out[x] = (struct span){.low = 1, .high = 0, .held = TIME_CHART_ABSENT};
	for (size_t i = 0; i < t->n; i++) {
		const struct time_stretch *p = &t->at[i];
		int64_t from = p->from_ms > c->from_ms ? p->from_ms : c->from_ms;
		int64_t end = end_of(c, t, i);

		held = p->minor >= 0 ? p->minor : p->minor == TIME_CHART_ABSENT ? p->minor : held;
		if (end <= from)
			continue;
		for (int x = column_of(c, n, from), to = column_of(c, n, end - 1); x <= to; x++) {
			note(&out[x], p);
			out[x].held = held;
		}
	}
}

/* ---- the scale ------------------------------------------------------------------------------- */

struct scale {
	int rows, label; /* of prices; columns of the labels, their blank included */
	int levels;      /* in a row */
	int64_t top, step;
	bool floor_shown;
	const char *currency;
};

static int64_t ground(int64_t v, int64_t step)
{
	return v / step * step;
}

static void scale_fit(struct scale *k, int64_t low, int64_t high)
{
	int64_t least = high / 25 + 1; /* a price that stands still stands in the middle */
	int64_t span = high - low;

	if (span < least) {
		low -= (least - span) / 2;
		high += (least - span) / 2;
		low = low < 0 ? 0 : low;
	}
	k->step = time_chart_step((high - low + k->rows - 2) / (k->rows - 1));
	while (ground(low, k->step) + k->step * (k->rows - 1) < high)
		k->step = time_chart_step(k->step + 1);
	/* What room is left is shared between above and below. */
	k->top = ground(low, k->step) + k->step * (k->rows - 1);
	for (int64_t spare = (k->top - high) / k->step / 2;
	     spare > 0 && k->top - k->step * k->rows >= 0; spare--)
		k->top -= k->step;
}

static struct scale scale_of(const struct time_chart *c, int rows)
{
	struct scale k = {.rows = rows, .label = LABEL_MIN, .currency = c->currency, .step = 1};
	int64_t low = 0, high = 0, span;
	char text[MONEY_TEXT];

	if (time_chart_range(c, &low, &high)) {
		span = high - low > high / 25 ? high - low : high / 25;
		k.floor_shown = c->floor_minor >= 0 && c->floor_minor <= high + span &&
				c->floor_minor >= low - FLOOR_STRETCH * span;
		if (k.floor_shown && c->floor_minor < low)
			low = c->floor_minor;
		if (k.floor_shown && c->floor_minor > high)
			high = c->floor_minor;
		scale_fit(&k, low, high);
	}
	for (int r = 0; r < rows; r++) {
		int w = outside_width(
			time_chart_price(text, sizeof text, k.top - k.step * r, c->currency));

		k.label = w > k.label ? w : k.label;
	}
	k.label = (k.label > LABEL_MAX ? LABEL_MAX : k.label) + 1;
	return k;
}

/* The level of a price, 0 at the top of the first row. */
static int level_of(const struct scale *k, int64_t minor)
{
	double rows = (double)(k->top - minor) / (double)k->step + 0.5;
	int level = (int)(rows * k->levels), last = k->rows * k->levels - 1;

	return rows < 0 ? 0 : level > last ? last : level;
}

/* ---- cells ----------------------------------------------------------------------------------- */

static const enum role roles[TIME_CHART_SERIES] = {ROLE_DEGRADED, ROLE_CHART_LOW, ROLE_INFO,
						   ROLE_UNKNOWN};
/* Heavy, thin, dotted, dashed; the upper and the lower half of a cell. */
static const uint32_t halves[TIME_CHART_SERIES][2] = {
	{0x2580, 0x2584}, {0x2594, 0x2581}, {0x02D9, '.'}, {0x2550, 0x2550}};

static unsigned style_of(size_t series)
{
	return roles[series] & STYLE_ROLE;
}

/* What a row of a column holds of each series: its levels as bits, from above. */
struct pile {
	uint8_t levels[TIME_CHART_SERIES];
	bool between[TIME_CHART_SERIES]; /* the line passes through */
};

static void mark_levels(const struct scale *k, const struct span *s, size_t series,
			struct pile *rows)
{
	int top = level_of(k, s->high), bottom = level_of(k, s->low);

	rows[top / k->levels].levels[series] |= (uint8_t)(1u << (top % k->levels));
	rows[bottom / k->levels].levels[series] |= (uint8_t)(1u << (bottom % k->levels));
	for (int level = top + 1; level < bottom; level++)
		if (k->levels == LEVELS_BRAILLE)
			rows[level / k->levels].levels[series] |=
				(uint8_t)(1u << (level % k->levels));
		else if (level / k->levels != top / k->levels &&
			 level / k->levels != bottom / k->levels)
			rows[level / k->levels].between[series] = true;
}

static void draw_solid(struct surface s, int y, int x, const struct time_chart *c,
		       const struct pile *cell, bool ascii)
{
	size_t here = 0, first = 0;

	for (size_t i = c->n; i-- > 0;)
		if (cell->levels[i]) {
			here++;
			first = i;
		}
	if (here > 1) {
		surface_code(s, y, x, ROLE_STRONG, '#');
	} else if (here) {
		uint8_t levels = cell->levels[first];

		surface_code(s, y, x, style_of(first),
			     ascii         ? (uint32_t)(unsigned char)c->series[first].mark
			     : levels == 3 ? (first == 0 ? 0x2588 : 0x2502)
					   : halves[first][levels == 2]);
	} else {
		for (size_t i = c->n; i-- > 0;)
			if (cell->between[i])
				surface_glyph(s, y, x, style_of(i), GLYPH_BAR);
	}
}

/* 2x4 dots: the first series on both columns of them, the second on the left one, the others
 * likewise in every second cell. */
static uint32_t braille_of(size_t series, int x, uint8_t levels)
{
	static const uint8_t left[] = {0x01, 0x02, 0x04, 0x40}, right[] = {0x08, 0x10, 0x20, 0x80};
	bool level_line = !(levels & (levels - 1));
	uint32_t dots = 0;

	if (series >= 2 && x % 2 && level_line)
		return 0;
	for (int i = 0; i < LEVELS_BRAILLE; i++)
		if (levels & (1u << i))
			dots |= left[i] | (series % 2 == 0 && level_line ? right[i] : 0u);
	return dots;
}

static void draw_braille(struct surface s, int y, int x, const struct time_chart *c,
			 const struct pile *cell)
{
	uint32_t dots = 0;
	size_t first = 0;

	for (size_t i = c->n; i-- > 0;)
		if (cell->levels[i]) {
			dots |= braille_of(i, x, cell->levels[i]);
			first = i;
		}
	if (dots)
		surface_code(s, y, x, style_of(first), 0x2800 + dots);
}

/* ---- the parts ------------------------------------------------------------------------------- */

static enum graph_style style_on(struct surface s, const struct time_chart *c)
{
	return s.canvas->ascii ? GRAPH_ASCII : c->style;
}

static void draw_axis(struct surface s, const struct scale *k)
{
	char text[MONEY_TEXT];
	int every = k->rows > 10 ? 2 : 1;

	for (int y = 0; y < k->rows; y++) {
		bool labelled = y % every == 0;

		surface_glyph(s, y, k->label, ROLE_RULE, labelled ? GLYPH_TICK : GLYPH_AXIS);
		if (labelled)
			surface_outside_right(s, y, 0, ROLE_DIM,
					      time_chart_price(text, sizeof text,
							       k->top - k->step * y, k->currency),
					      k->label - 1);
	}
}

static void draw_floor(struct surface plot, const struct time_chart *c, const struct scale *k)
{
	struct scale whole = *k;
	int y;

	if (!k->floor_shown)
		return;
	whole.levels = 1;
	y = level_of(&whole, c->floor_minor);
	for (int x = 0; x < plot.width; x++)
		surface_code(plot, y, x, ROLE_DIM, '_');
}

static void draw_column(struct surface plot, int x, const struct time_chart *c,
			const struct scale *k, const struct columns *columns)
{
	enum graph_style style = style_on(plot, c);
	struct pile rows[ROWS_MAX];

	memset(rows, 0, sizeof rows);
	for (size_t i = 0; i < c->n; i++) {
		const struct span *s = &columns->of[i][x];

		if (s->low <= s->high)
			mark_levels(k, s, i, rows);
		else if (s->unknown)
			surface_code(plot,
				     s->held < 0 ? k->rows - 1 : level_of(k, s->held) / k->levels,
				     x, ROLE_UNKNOWN, '?');
	}
	for (int y = 0; y < k->rows; y++)
		if (style == GRAPH_BRAILLE)
			draw_braille(plot, y, x, c, &rows[y]);
		else
			draw_solid(plot, y, x, c, &rows[y], style == GRAPH_ASCII);
}

static void draw_stock(struct surface s, int y, const struct time_chart *c, const struct scale *k,
		       const struct columns *columns)
{
	surface_outside_right(s, y, 0, ROLE_DIM, "stock", k->label - 1);
	surface_glyph(s, y, k->label, ROLE_RULE, GLYPH_AXIS);
	for (int x = 0; x < columns->n && c->stock < c->n; x++) {
		const struct span *at = &columns->of[c->stock][x];
		bool there = at->low <= at->high || at->unknown || at->yes || at->no;

		if (at->no)
			surface_code(s, y, k->label + 1 + x, ROLE_DOWN, 'n');
		else if (at->yes)
			surface_code(s, y, k->label + 1 + x, ROLE_UP, 'y');
		else if (there)
			surface_code(s, y, k->label + 1 + x, ROLE_UNKNOWN, '?');
	}
}

static void date_text(char *out, size_t cap, int64_t at_ms, int64_t span_ms)
{
	time_t t = (time_t)(at_ms / 1000);
	struct tm tm;

	localtime_r(&t, &tm);
	strftime(out, cap,
		 span_ms <= 2 * DAY_MS     ? "%H:%M"
		 : span_ms <= 300 * DAY_MS ? "%e %b"
					   : "%b %Y",
		 &tm);
}

static void draw_dates(struct surface s, int y, const struct time_chart *c, const struct scale *k,
		       int n)
{
	int parts = n / DATE_APART < 1 ? 1 : n / DATE_APART;
	int64_t span = c->to_ms - c->from_ms;
	char text[32];

	for (int i = 0; i <= parts; i++) {
		int x = k->label + 1 + n * i / parts;
		const char *shown = text;

		date_text(text, sizeof text, c->from_ms + span / parts * i, span);
		shown += *shown == ' ';
		if (i == parts)
			surface_outside_right(s, y, x - DATE_WIDTH, ROLE_DIM, shown, DATE_WIDTH);
		else
			surface_outside(s, y, x, ROLE_DIM, shown, DATE_WIDTH);
	}
}

/* ---- legend and cursor ----------------------------------------------------------------------- */

static int sample(struct surface s, int y, int x, const struct time_chart *c, size_t i)
{
	switch (style_on(s, c)) {
	case GRAPH_ASCII:
		surface_code(s, y, x, style_of(i), (uint32_t)(unsigned char)c->series[i].mark);
		return 1;
	case GRAPH_BLOCK:
		surface_code(s, y, x, style_of(i), halves[i][1]);
		surface_code(s, y, x + 1, style_of(i), halves[i][1]);
		return 2;
	case GRAPH_BRAILLE:
		for (int k = 0; k < 2; k++)
			if (braille_of(i, k, 4))
				surface_code(s, y, x + k, style_of(i),
					     0x2800 + braille_of(i, k, 4));
		return 2;
	}
	return 0;
}

static void draw_legend(struct surface s, int y, int x, const struct time_chart *c,
			const struct scale *k)
{
	char floor[MONEY_TEXT], text[MONEY_TEXT + 24];

	for (size_t i = 0; i < c->n; i++) {
		int room = (s.width - x) / (int)(c->n - i);

		x += sample(s, y, x, c, i) + 1;
		x += surface_outside(s, y, x, ROLE_TEXT, c->series[i].title,
				     room > 6 ? room - 4 : 2) +
		     2;
	}
	if (c->n > 1 && style_on(s, c) != GRAPH_BRAILLE && x + 10 < s.width)
		x += surface_outside(s, y, x, ROLE_DIM, "# same row", -1) + 2;
	if (c->floor_minor >= 0) {
		time_chart_price(floor, sizeof floor, c->floor_minor, c->currency);
		snprintf(text, sizeof text,
			 k->floor_shown ? "_ floor %s" : "floor %s, not in sight", floor);
		if (x + outside_width(text) < s.width)
			x += surface_outside(s, y, x, ROLE_DIM, text, -1) + 2;
	}
	if (x + 22 < s.width)
		x += surface_outside(s, y, x, ROLE_DIM, "y/n stock", -1) + 2;
	if (x + 9 <= s.width)
		surface_outside(s, y, x, ROLE_DIM, "? unknown", -1);
}

static const char *stock_said(char stock)
{
	return stock == 'y' ? "in stock" : stock == 'n' ? "out of stock" : "stock unknown";
}

static void draw_cursor(struct surface s, const struct time_chart *c, const struct scale *k, int n)
{
	int column = k->label + 1 + column_of(c, n, c->cursor_ms), x = k->label + 1;
	const struct time_stretch *p;
	char text[MONEY_TEXT];
	struct tm tm;
	time_t t = (time_t)(c->cursor_ms / 1000);

	for (int y = 0; y <= k->rows; y++)
		surface_add_style(s, y, column, 1, STYLE_SELECTED);
	surface_code(s, k->rows + 1, column, ROLE_KEY, '^');
	localtime_r(&t, &tm);
	strftime(text, sizeof text, s.width >= 60 ? "%a %e %b %H:%M" : "%e %b", &tm);
	x += surface_outside(s, k->rows + 2, x, ROLE_STRONG, text, -1) + 2;
	for (size_t i = 0; i < c->n; i++) {
		p = time_series_at(&c->series[i], c->cursor_ms);
		x += sample(s, k->rows + 2, x, c, i) + 1;
		x += surface_outside(s, k->rows + 2, x, ROLE_DIM, c->series[i].title,
				     s.width >= 60 ? 14 : 5) +
		     1;
		time_chart_price(text, sizeof text, p ? p->minor : TIME_CHART_ABSENT, c->currency);
		x += surface_outside(s, k->rows + 2, x, ROLE_STRONG, text, -1) + 2;
	}
	p = c->stock < c->n ? time_series_at(&c->series[c->stock], c->cursor_ms) : NULL;
	if (p && p->minor != TIME_CHART_ABSENT)
		surface_outside(s, k->rows + 2, x, ROLE_TEXT, stock_said(p->stock), -1);
}

/* ---- the chart ------------------------------------------------------------------------------- */

static int rows_of(struct surface s)
{
	int rows = s.height - FOOT_ROWS;

	return rows > ROWS_MAX ? ROWS_MAX : rows;
}

static bool has_room(struct surface s, const struct time_chart *c)
{
	return s.height >= TIME_CHART_HEIGHT_MIN && s.width >= TIME_CHART_WIDTH_MIN &&
	       c->to_ms > c->from_ms && c->n <= TIME_CHART_SERIES;
}

static int columns_in(struct surface s, const struct scale *k)
{
	int n = s.width - k->label - 1;

	return n > COLUMNS_MAX ? COLUMNS_MAX : n;
}

int time_chart_columns(struct surface s, const struct time_chart *c)
{
	struct scale k;

	if (!has_room(s, c))
		return 0;
	k = scale_of(c, rows_of(s));
	return columns_in(s, &k);
}

void time_chart_draw(struct surface s, const struct time_chart *c)
{
	struct columns *columns;
	struct surface plot;
	struct scale k;

	if (!has_room(s, c))
		return;
	k = scale_of(c, rows_of(s));
	k.levels = style_on(s, c) == GRAPH_BRAILLE ? LEVELS_BRAILLE
		   : style_on(s, c) == GRAPH_BLOCK ? LEVELS_BLOCK
						   : 1;
	columns = mem_zalloc(sizeof *columns);
	columns->n = columns_in(s, &k);
	for (size_t i = 0; i < c->n; i++)
		fill(c, &c->series[i], columns->n, columns->of[i]);
	plot = surface_part(s, 0, k.label + 1, k.rows, columns->n);
	draw_axis(s, &k);
	draw_floor(plot, c, &k);
	for (int x = 0; x < columns->n; x++)
		draw_column(plot, x, c, &k, columns);
	draw_stock(s, k.rows, c, &k, columns);
	draw_dates(s, k.rows + 1, c, &k, columns->n);
	if (c->cursor_ms)
		draw_cursor(s, c, &k, columns->n);
	else
		draw_legend(s, k.rows + 2, k.label + 1, c, &k);
	free(columns);
}
