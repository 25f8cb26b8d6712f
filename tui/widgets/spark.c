#include "tui/widgets/spark.h"

#include <string.h>

#include "shared/mem.h"

struct mark {
	char c;
	enum role role;
	uint32_t block;
	const char *word;
};

/* Without colour the height tells: low is good, a full block is down. */
static const struct mark marks[] = {
	{'.', ROLE_UP, 0x2582, "up"},
	{'o', ROLE_DEGRADED, 0x2585, "slow"},
	{'x', ROLE_DOWN, 0x2588, "down"},
	{'?', ROLE_UNKNOWN, '?', "unknown"},
};

static void draw_mark(struct surface s, int y, int x, const struct mark *m)
{
	surface_code(s, y, x, m->role, s.canvas->ascii ? (uint32_t)m->c : m->block);
}

void spark_draw(struct surface s, int y, int x, int width, const char *hours)
{
	int n = (int)strlen(hours), skip = n > width ? n - width : 0;

	for (int i = skip; i < n; i++)
		for (size_t k = 0; k < ARRAY_LEN(marks); k++)
			if (marks[k].c == hours[i])
				draw_mark(s, y, x + width - n + i, &marks[k]);
}

int spark_legend_width(void)
{
	int width = 0;

	for (size_t k = 0; k < ARRAY_LEN(marks); k++)
		width += 2 + (int)strlen(marks[k].word) + (k ? 2 : 0);
	return width;
}

int spark_legend(struct surface s, int y, int x)
{
	int at = x;

	for (size_t k = 0; k < ARRAY_LEN(marks); k++) {
		at += k ? 2 : 0;
		draw_mark(s, y, at, &marks[k]);
		at += 2;
		at += surface_outside(s, y, at, ROLE_DIM, marks[k].word, -1);
	}
	return at - x;
}
