#include "tui/widgets/chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tui/widgets/format.h"

enum { LABEL = 7, COLUMNS_MAX = 512, ROWS_MIN = 3, WIDTH_MIN = 20, TIME_LABEL = 24 };

static const char *const style_names[] = {"block", "braille", "ascii"};

bool graph_style_parse(const char *name, enum graph_style *out)
{
	for (int i = 0; i < 3; i++)
		if (!strcmp(name, style_names[i])) {
			*out = (enum graph_style)i;
			return true;
		}
	return false;
}

const char *graph_style_name(enum graph_style s)
{
	return style_names[s];
}

double chart_ceiling(double v)
{
	static const double steps[] = {1, 2, 4, 5, 8, 10};
	double unit = 1;

	if (v <= 1)
		return 1;
	while (unit * 10 < v)
		unit *= 10;
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (unit * steps[i] >= v)
			return unit * steps[i];
	return unit * 10;
}

static char worse(char a, char b)
{
	static const char order[] = "xo?";
	const char *pa = a ? strchr(order, a) : NULL, *pb = b ? strchr(order, b) : NULL;

	if (!pa || !pb)
		return pa ? a : b;
	return pa < pb ? a : b;
}

/* What a column shows: the highest values of the points that fall into it. */
static struct chart_point column_of(const struct chart *c, int x, int width)
{
	size_t from = (size_t)x * c->n / (size_t)width;
	size_t to = ((size_t)x + 1) * c->n / (size_t)width;
	struct chart_point p = {.low = -1, .high = -1};

	if (to <= from)
		to = from + 1;
	for (size_t i = from; i < to && i < c->n; i++) {
		p.low = fmax(p.low, c->points[i].low);
		p.high = fmax(p.high, c->points[i].high);
		p.mark = worse(p.mark, c->points[i].mark);
	}
	return p;
}

static void draw_mark(struct surface s, int y, int x, char mark)
{
	static const struct {
		char c;
		enum role role;
	} roles[] = {{'x', ROLE_DOWN}, {'?', ROLE_UNKNOWN}, {'o', ROLE_DEGRADED}};

	for (size_t i = 0; i < 3; i++)
		if (roles[i].c == mark)
			surface_code(s, y, x, roles[i].role, (uint32_t)mark);
}

static void bar_block(struct surface s, int x, const struct chart_point *p, double top)
{
	int low = (int)lround(p->low / top * s.height * 8);
	int high = (int)lround(p->high / top * s.height * 8);

	if (p->high >= 0 && high < 1)
		high = 1;
	for (int y = 0; y < s.height; y++) {
		int ground = (s.height - 1 - y) * 8;

		if (low >= ground + 8)
			surface_glyph(s, y, x, ROLE_CHART_LOW, GLYPH_FULL);
		else if (high >= ground + 8 && low <= ground)
			surface_glyph(s, y, x, ROLE_CHART_HIGH, GLYPH_LIGHT);
		else if (low > ground)
			surface_glyph(s, y, x, ROLE_CHART_LOW,
				      (enum glyph)(GLYPH_SLOPE_1 + (low - ground) - 1));
		else if (high > ground)
			surface_glyph(s, y, x, ROLE_CHART_HIGH,
				      high - ground >= 4 ? GLYPH_LIGHT : GLYPH_SLOPE_1);
	}
}

static void bar_ascii(struct surface s, int x, const struct chart_point *p, double top)
{
	int low = (int)lround(p->low / top * s.height),
	    high = (int)lround(p->high / top * s.height);

	if (p->high >= 0 && high < 1)
		high = 1;
	for (int y = 0; y < s.height; y++) {
		int level = s.height - y;

		if (low >= level)
			surface_code(s, y, x, ROLE_CHART_LOW, '#');
		else if (high >= level)
			surface_code(s, y, x, ROLE_CHART_HIGH, ':');
	}
}

/* Two lines of dots, 2x4 to a cell: bit numbers by row for the left and right column. */
static void bar_braille(struct surface s, int x, const struct chart_point *left,
			const struct chart_point *right, double top)
{
	static const int bits[2][4] = {{0, 1, 2, 6}, {3, 4, 5, 7}};
	const struct chart_point *half[2] = {left, right};

	for (int y = 0; y < s.height; y++) {
		uint32_t dots = 0;
		bool is_low = false;

		for (int k = 0; k < 2; k++) {
			double values[2] = {half[k]->low, half[k]->high};

			for (int v = 0; v < 2; v++) {
				int dot = (int)lround((1 - values[v] / top) * (s.height * 4 - 1));

				if (values[v] < 0 || dot / 4 != y)
					continue;
				dots |= 1u << bits[k][dot % 4];
				is_low = is_low || v == 0;
			}
		}
		if (dots)
			surface_code(s, y, x, is_low ? ROLE_CHART_LOW : ROLE_CHART_HIGH,
				     0x2800 + dots);
	}
}

static void draw_bars(struct surface s, const struct chart *c, double top)
{
	enum graph_style style = s.canvas->ascii ? GRAPH_ASCII : c->style;

	for (int x = 0; x < s.width; x++) {
		struct chart_point p = column_of(c, x, s.width), left, right;

		switch (style) {
		case GRAPH_BLOCK: bar_block(s, x, &p, top); break;
		case GRAPH_ASCII: bar_ascii(s, x, &p, top); break;
		case GRAPH_BRAILLE:
			left = column_of(c, 2 * x, 2 * s.width);
			right = column_of(c, 2 * x + 1, 2 * s.width);
			bar_braille(s, x, &left, &right, top);
			break;
		}
		if (p.mark)
			draw_mark(s, s.height - 1, x, p.mark);
	}
}

static void time_label(char *out, size_t cap, int64_t ms, int64_t span_ms)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	localtime_r(&t, &tm);
	if (span_ms <= INT64_C(2) * 86400000)
		strftime(out, cap, "%H:%M", &tm);
	else
		strftime(out, cap, "%e %b", &tm);
}

static void draw_times(struct surface s, int y, int x, int width, const struct chart *c)
{
	int64_t span = c->to_ms - c->from_ms;
	char text[TIME_LABEL];

	time_label(text, sizeof text, c->from_ms, span);
	surface_outside(s, y, x, ROLE_DIM, text, 8);
	if (width >= 40) {
		time_label(text, sizeof text, c->from_ms + span / 2, span);
		surface_outside(s, y, x + width / 2 - 2, ROLE_DIM, text, 8);
	}
	time_label(text, sizeof text, c->to_ms, span);
	surface_outside_right(s, y, x + width - 8, ROLE_DIM, text, 8);
}

void chart_draw(struct surface s, const struct chart *c)
{
	struct surface bars = surface_part(s, 0, LABEL + 1, s.height - 1, -1);
	double highest = 0, top;
	char text[FORMAT_TEXT];

	if (s.height < ROWS_MIN || s.width < WIDTH_MIN)
		return;
	for (size_t i = 0; i < c->n; i++)
		highest = fmax(highest, fmax(c->points[i].high, c->points[i].low));
	top = chart_ceiling(highest);
	for (int y = 0; y < bars.height; y++) {
		bool labelled = y == 0 || (bars.height >= 5 && y == bars.height / 2);
		double value = top * (bars.height - y) / bars.height;

		surface_glyph(s, y, LABEL, ROLE_RULE, labelled ? GLYPH_TICK : GLYPH_AXIS);
		if (labelled)
			surface_outside_right(s, y, 0, ROLE_DIM,
					      format_ms(text, sizeof text, value), LABEL - 1);
	}
	draw_bars(bars, c, top);
	draw_times(s, s.height - 1, LABEL + 1, bars.width, c);
}

int chart_column(struct surface s, const struct chart *c, int64_t at_ms)
{
	int width = s.width - LABEL - 1;

	if (c->to_ms <= c->from_ms || at_ms < c->from_ms || at_ms >= c->to_ms)
		return -1;
	return LABEL + 1 + (int)((at_ms - c->from_ms) * width / (c->to_ms - c->from_ms));
}
