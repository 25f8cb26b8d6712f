#include "tui/widgets/trend.h"

#include <string.h>

enum { TREND_MAX = 128, SLOPES = 8 };

static const char ascii_levels[] = "_.-^";

/* What `width` columns show: 0 nothing, '?' unknown, 1..SLOPES how high. Returns how many. */
static int levels_of(const json_t *values, int width, int out[static TREND_MAX])
{
	int n = (int)json_array_size(values), columns;
	double sums[TREND_MAX] = {0}, low = 0, high = 0;
	int counts[TREND_MAX] = {0};
	bool any = false, begun = false;

	width = width > TREND_MAX ? TREND_MAX : width;
	columns = n < width ? n : width;
	for (int i = 0; i < n && columns > 0; i++) {
		const json_t *v = json_array_get(values, (size_t)i);
		int x = (int)((int64_t)i * columns / n);

		if (!json_is_number(v))
			continue;
		sums[x] += json_number_value(v);
		counts[x]++;
	}
	for (int x = 0; x < columns; x++) {
		double mean = counts[x] ? sums[x] / counts[x] : 0;

		sums[x] = mean;
		if (!counts[x])
			continue;
		low = any && low < mean ? low : mean;
		high = any && high > mean ? high : mean;
		any = true;
	}
	for (int x = 0; x < columns; x++) {
		/* Before the first there was nothing to know. */
		begun = begun || counts[x];
		out[x] = !counts[x] ? (begun ? '?' : 0)
			 : high <= low
				 ? SLOPES / 2
				 : 1 + (int)((sums[x] - low) / (high - low) * (SLOPES - 1) + 0.5);
	}
	return columns;
}

static char ascii_of(int level)
{
	return level == 0 ? ' ' : level == '?' ? '?' : ascii_levels[(level - 1) * 4 / SLOPES];
}

void trend_draw(struct surface s, int y, int x, int width, const json_t *values)
{
	int levels[TREND_MAX], n = levels_of(values, width, levels);

	for (int i = 0; i < n; i++) {
		int at = x + width - n + i;

		if (levels[i] == 0)
			continue;
		if (levels[i] == '?')
			surface_code(s, y, at, ROLE_UNKNOWN, '?');
		else if (s.canvas->ascii)
			surface_code(s, y, at, ROLE_CHART_LOW,
				     (uint32_t)(unsigned char)ascii_of(levels[i]));
		else if (levels[i] == SLOPES)
			surface_glyph(s, y, at, ROLE_CHART_LOW, GLYPH_FULL);
		else
			surface_glyph(s, y, at, ROLE_CHART_LOW,
				      (enum glyph)(GLYPH_SLOPE_1 + levels[i] - 1));
	}
}

void trend_text(char *out, size_t cap, const json_t *values)
{
	int levels[TREND_MAX], n = levels_of(values, TREND_MAX, levels);
	size_t k = 0;

	for (int i = 0; i < n && k + 1 < cap; i++)
		if (levels[i])
			out[k++] = ascii_of(levels[i]);
	if (k < cap)
		out[k] = '\0';
}
