#include "tui/widgets/table.h"

#include <stdio.h>
#include <string.h>

#include "shared/json.h"
#include "tui/widgets/format.h"
#include "tui/widgets/meter.h"
#include "tui/widgets/spark.h"
#include "tui/widgets/trend.h"

static int wanted(const struct column *const *kept, size_t n)
{
	int sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += kept[i]->min_width + (i ? TABLE_GAP : 0);
	return sum;
}

static void drop(const struct column **kept, size_t *n)
{
	size_t worst = 0;

	for (size_t i = 1; i < *n; i++)
		if (kept[i]->priority >= kept[worst]->priority)
			worst = i;
	memmove(kept + worst, kept + worst + 1, (*n - worst - 1) * sizeof *kept);
	--*n;
}

void table_layout(struct table_layout *l, const struct column *columns, size_t n, int width)
{
	const struct column *kept[TABLE_COLUMNS_MAX];
	int spare, weights = 0, x = 0;
	size_t count = 0;

	for (size_t i = 0; i < n && count < TABLE_COLUMNS_MAX; i++)
		kept[count++] = &columns[i];
	while (count > 1 && wanted(kept, count) > width)
		drop(kept, &count);
	spare = width - wanted(kept, count);
	for (size_t i = 0; i < count; i++)
		weights += kept[i]->weight;
	l->n = count;
	for (size_t i = 0; i < count; i++) {
		int w = kept[i]->min_width;

		if (weights > 0 && spare > 0 && kept[i]->weight > 0) {
			int share = spare * kept[i]->weight / weights;

			spare -= share;
			weights -= kept[i]->weight;
			w += share;
		}
		l->at[i].column = kept[i];
		l->at[i].x = x;
		l->at[i].width = w > width - x ? width - x : w;
		x += w + TABLE_GAP;
	}
}

void table_header(const struct table_layout *l, struct surface s, int y, int x, const char *sort)
{
	bool down = sort && *sort == '-';

	for (size_t i = 0; i < l->n; i++) {
		const struct column *c = l->at[i].column;
		int at = x + l->at[i].x, w = l->at[i].width, used = outside_width(c->title);

		if (format_is_right(c->format) && used < w)
			at += w - used;
		surface_outside(s, y, at, ROLE_HEADER, c->title, w);
		if (sort && !strcmp(c->path, sort + down) && used < w)
			surface_glyph(s, y, format_is_right(c->format) ? at - 1 : at + used,
				      ROLE_HEADER, down ? GLYPH_DOWN : GLYPH_UP);
	}
}

void table_row(const struct table_layout *l, struct surface s, int y, int x, const json_t *row,
	       int64_t now_ms)
{
	char text[FORMAT_TEXT];
	unsigned style;

	for (size_t i = 0; i < l->n; i++) {
		const struct column *c = l->at[i].column;
		const json_t *v = json_path(row, c->path);
		int at = x + l->at[i].x, w = l->at[i].width;

		if (c->format == COLUMN_SPARK) {
			spark_draw(s, y, at, w, json_is_string(v) ? json_string_value(v) : "");
			continue;
		}
		if (c->format == COLUMN_TREND) {
			trend_draw(s, y, at, w, v);
			continue;
		}
		if (c->format == COLUMN_METER && meter_draw(s, y, at, w, row))
			continue;
		format_cell(c, row, now_ms, text, sizeof text, &style);
		if (c->format == COLUMN_STATE && outside_width(text) > w &&
		    !strcmp(text, "maintenance"))
			snprintf(text, sizeof text, "maint");
		if (!strcmp(c->path, "name") && style == ROLE_TEXT)
			style = ROLE_STRONG;
		if (format_is_right(c->format))
			surface_outside_right(s, y, at, style, text, w);
		else
			surface_outside(s, y, at, style, text, w);
	}
}
