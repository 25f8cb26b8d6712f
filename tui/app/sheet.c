#include "tui/app/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/widgets/format.h"
#include "tui/widgets/table.h"

enum { LEFT = 2 };

void sheet_fini(struct sheet *r)
{
	json_decref(r->list);
}

/* ---- order ----------------------------------------------------------------------------------- */

struct keyed {
	json_t *row;
	const json_t *value;
	size_t place;
	bool descending;
};

static bool absent(const json_t *v)
{
	return !v || json_is_null(v);
}

static int compare_values(const json_t *a, const json_t *b)
{
	double x, y;

	if (json_is_string(a) && json_is_string(b))
		return strcmp(json_string_value(a), json_string_value(b));
	x = json_number_value(a);
	y = json_number_value(b);
	return x < y ? -1 : x > y;
}

/* What has no value is last in either direction; equals stay as they came. */
static int compare(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	int order = absent(x->value) - absent(y->value);

	if (!order && !absent(x->value))
		order = x->descending ? compare_values(y->value, x->value)
				      : compare_values(x->value, y->value);
	return order ? order : x->place < y->place ? -1 : 1;
}

static void arrange(struct sheet *r)
{
	size_t n = json_array_size(r->list);
	const json_t *here = sheet_here(r);
	struct keyed *all;
	json_t *sorted;

	if (r->sort < 0 || n == 0)
		return;
	all = mem_array(NULL, n, sizeof *all);
	sorted = json_array();
	for (size_t i = 0; i < n; i++) {
		json_t *row = json_array_get(r->list, i);

		all[i] = (struct keyed){.row = row,
					.value = json_path(row, r->columns[r->sort].path),
					.place = i,
					.descending = r->descending};
	}
	qsort(all, n, sizeof *all, compare);
	for (size_t i = 0; i < n; i++) {
		if (all[i].row == here)
			r->at = (long)i;
		json_array_append(sorted, all[i].row);
	}
	free(all);
	json_decref(r->list);
	r->list = sorted;
}

void sheet_go(struct sheet *r, const char *member, const char *value)
{
	json_t *row;
	size_t i;

	json_array_foreach(r->list, i, row) if (!strcmp(json_str(row, member, ""), value))
	{
		r->at = (long)i;
		return;
	}
}

void sheet_set(struct sheet *r, json_t *list, const char *member)
{
	char name[256];

	snprintf(name, sizeof name, "%s", json_str(sheet_here(r), member, ""));
	json_decref(r->list);
	r->list = json_incref(list);
	if (*name)
		sheet_go(r, member, name);
	if (r->at >= (long)json_array_size(list))
		r->at = (long)json_array_size(list) - 1;
	if (r->at < 0)
		r->at = 0;
	arrange(r);
}

const json_t *sheet_here(const struct sheet *r)
{
	return r->at < 0 ? NULL : json_array_get(r->list, (size_t)r->at);
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void place(struct sheet *r)
{
	long n = (long)json_array_size(r->list);

	if (r->top > r->at)
		r->top = r->at;
	if (r->top < r->at - r->height + 1)
		r->top = r->at - r->height + 1;
	if (r->top + r->height > n)
		r->top = n - r->height;
	if (r->top < 0)
		r->top = 0;
}

void sheet_draw(struct view *v, struct sheet *r, struct surface s)
{
	struct table_layout l;
	long n = (long)json_array_size(r->list);
	char sort[80];

	r->height = s.height - 1;
	place(r);
	table_layout(&l, r->columns, r->n_columns, s.width - LEFT - 1);
	if (r->sort >= 0)
		snprintf(sort, sizeof sort, "%s%s", r->descending ? "-" : "",
			 r->columns[r->sort].path);
	table_header(&l, s, 0, LEFT, r->sort >= 0 ? sort : NULL);
	for (int y = 0; y < r->height && r->top + y < n; y++) {
		table_row(&l, s, y + 1, LEFT, json_array_get(r->list, (size_t)(r->top + y)),
			  app_now_ms(v->app));
		if (r->top + y != r->at)
			continue;
		surface_glyph(s, y + 1, 0, ROLE_KEY, GLYPH_CURSOR);
		surface_add_style(s, y + 1, 0, s.width, STYLE_SELECTED);
	}
	if (r->top > 0)
		surface_glyph(s, 0, s.width - 1, ROLE_KEY, GLYPH_UP);
	if (r->top + r->height < n)
		surface_glyph(s, s.height - 1, s.width - 1, ROLE_KEY, GLYPH_DOWN);
}

void sheet_plain(struct view *v, const struct sheet *r, struct buf *out)
{
	const json_t *row;
	size_t i;

	json_array_foreach(r->list, i, row)
	{
		for (size_t c = 0, shown = 0; c < r->n_columns; c++) {
			const json_t *value = json_path(row, r->columns[c].path);
			char text[FORMAT_TEXT];
			unsigned style;

			if (absent(value))
				continue;
			format_cell(&r->columns[c], row, app_now_ms(v->app), text, sizeof text,
				    &style);
			buf_printf(out, "%s%s %s", shown++ ? ", " : "", r->columns[c].title, text);
		}
		buf_add_char(out, '\n');
	}
}

/* ---- keys ------------------------------------------------------------------------------------ */

static bool run_move(struct view *v, const struct binding *b)
{
	struct sheet *r = v->sheet;
	long n = (long)json_array_size(r->list), page = r->height > 1 ? r->height - 1 : 1;

	r->at += !strcmp(b->action, "cursor-down") ? 1
		 : !strcmp(b->action, "cursor-up") ? -1
		 : !strcmp(b->action, "page-down") ? page
		 : !strcmp(b->action, "page-up")   ? -page
		 : !strcmp(b->action, "first")     ? -n
						   : n;
	r->at = r->at >= n ? n - 1 : r->at;
	r->at = r->at < 0 ? 0 : r->at;
	return true;
}

static bool run_sort(struct view *v, const struct binding *b)
{
	struct sheet *r = v->sheet;

	if (r->sort < 0)
		return false;
	if (!strcmp(b->action, "reverse")) {
		r->descending = !r->descending;
	} else {
		r->sort = (r->sort + 1) % (long)r->n_columns;
		r->descending = false;
	}
	arrange(r);
	return true;
}

static bool sortable(const struct view *v)
{
	return v->sheet && v->sheet->sort >= 0;
}

const struct binding sheet_bindings[] = {
	{.context = "table",
	 .keys = "j Down",
	 .action = "cursor-down",
	 .run = run_move,
	 .help = "next row"},
	{.context = "table",
	 .keys = "k Up",
	 .action = "cursor-up",
	 .run = run_move,
	 .help = "previous row"},
	{.context = "table",
	 .keys = "PgDn Ctrl-F",
	 .action = "page-down",
	 .run = run_move,
	 .help = "a page down"},
	{.context = "table",
	 .keys = "PgUp Ctrl-B",
	 .action = "page-up",
	 .run = run_move,
	 .help = "a page up"},
	{.context = "table",
	 .keys = "g Home",
	 .action = "first",
	 .run = run_move,
	 .help = "first row"},
	{.context = "table",
	 .keys = "G End",
	 .action = "last",
	 .run = run_move,
	 .help = "last row"},
	{.context = "table",
	 .keys = "s",
	 .action = "sort",
	 .brief = "sort",
	 .run = run_sort,
	 .applies = sortable,
	 .help = "sort by the next column"},
	{.context = "table",
	 .keys = "S",
	 .action = "reverse",
	 .run = run_sort,
	 .applies = sortable,
	 .help = "turn the order round"},
};
const size_t sheet_bindings_count = ARRAY_LEN(sheet_bindings);
