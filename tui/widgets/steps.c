#include "tui/widgets/steps.h"

#include <math.h>
#include <stdio.h>

#include "shared/json.h"
#include "tui/widgets/format.h"

enum { NAME_WIDTH = 18, NAME_NARROW = 10, STATUS_WIDTH = 4, MS_WIDTH = 7, BAR_MIN = 8 };

static double total_ms(const json_t *steps)
{
	double sum = 0;
	size_t i;
	json_t *one;

	json_array_foreach((json_t *)steps, i, one) sum += json_num(one, "ms", 0);
	return sum;
}

static size_t slowest(const json_t *steps)
{
	size_t best = 0, i;
	json_t *one;

	json_array_foreach((json_t *)steps, i, one)
	{
		if (json_num(one, "ms", 0) > json_num(json_array_get(steps, best), "ms", 0))
			best = i;
	}
	return best;
}

int steps_draw(struct surface s, int y, int x, const json_t *steps, bool failed)
{
	double sum = total_ms(steps), passed = 0;
	size_t n = json_array_size(steps), most = slowest(steps), i;
	int name = s.width >= 60 ? NAME_WIDTH : NAME_NARROW;
	int bar = x + 3 + name + STATUS_WIDTH + MS_WIDTH + 3, width = s.width - bar - 1;
	json_t *one;

	json_array_foreach((json_t *)steps, i, one)
	{
		bool ended = failed && i + 1 == n;
		enum role role = ended ? ROLE_DOWN : i == most ? ROLE_DEGRADED : ROLE_INFO;
		long long status = (long long)json_int(one, "status", 0);
		double ms = json_num(one, "ms", 0);
		char text[32];
		int from, to, row = y + (int)i, at = x + 3;

		surface_printf(s, row, x, ROLE_DIM, "%2zu", i + 1);
		surface_outside(s, row, at, ended || i == most ? ROLE_STRONG : ROLE_TEXT,
				json_str(one, "name", ""), name - 1);
		at += name;
		if (ended)
			surface_outside(s, row, at - 2, ROLE_DOWN, "x", 1);
		if (status)
			surface_printf(s, row, at, ended ? ROLE_DOWN : ROLE_DIM, "%lld", status);
		else
			surface_outside(s, row, at, ROLE_DIM, "-", 1);
		at += STATUS_WIDTH;
		surface_outside_right(s, row, at, ROLE_TEXT, format_ms(text, sizeof text, ms),
				      MS_WIDTH);
		if (width < BAR_MIN || sum <= 0)
			continue;
		from = (int)lround(passed / sum * width);
		passed += ms;
		to = (int)lround(passed / sum * width);
		/* Also what took no time to speak of is there. */
		to = to > from ? to : from + 1;
		if (to > width) {
			to = width;
			from = width - 1;
		}
		surface_line(s, row, bar + from, to - from, role,
			     ended ? GLYPH_SHADE : GLYPH_LIGHT);
	}
	return (int)n;
}
