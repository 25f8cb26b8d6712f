/* The body of list screens: where the cursor is, what is asked for, how it is drawn. */
#include "tui/app/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/text_safe.h"
#include "tui/app/listing_internal.h"
#include "tui/widgets/format.h"
#include "tui/widgets/section.h"
#include "tui/widgets/table.h"

enum {
	TABLE_LEFT = 2,
	VIEWS_NARROW = 46,
	ROWS_KEPT = 4, /* of the table, before a preview takes room */
	ASK_EVERY_MS = 500,
	REST_MS = 1000, /* a list under a moving hand keeps still until it rests */
};

static long cursor_index(const struct listing *l)
{
	return pages_find(l->pages, l->cursor);
}

void listing_put_cursor(struct listing *l, long index)
{
	long n = (long)pages_count(l->pages);

	l->owed = 0;
	if (n == 0) {
		l->cursor[0] = '\0';
		return;
	}
	if (index >= n && pages_has_after(l->pages))
		l->owed = index - (n - 1);
	else if (index < 0 && pages_has_before(l->pages))
		l->owed = index;
	index = index < 0 ? 0 : index >= n ? n - 1 : index;
	snprintf(l->cursor, sizeof l->cursor, "%s", pages_id(l->pages, (size_t)index));
	l->index = index;
}

/* The daemon answered: the cursor stays on its id and on its line of the screen. */
static void on_changed(void *arg)
{
	struct listing *l = arg;
	long n = (long)pages_count(l->pages), at = cursor_index(l);

	if (l->jump == JUMP_END) {
		listing_put_cursor(l, n - 1);
		l->line = l->height - 1;
	} else if (l->jump == JUMP_HOME) {
		listing_put_cursor(l, 0);
		l->line = 0;
	} else if (at >= 0) {
		listing_put_cursor(l, at + l->owed);
	} else {
		listing_put_cursor(l, l->index); /* the row is gone: its neighbour */
	}
	if (!pages_loading(l->pages))
		l->jump = JUMP_NONE;
	app_damage(l->view->app);
}

const struct listing_view *listing_view(const struct listing *l)
{
	return l->look && l->look->n_views ? &l->look->views[l->view_here] : NULL;
}

static const char *first_sort(const struct listing *l)
{
	const char *const *s = l->kind->sorts;

	/* One of the kind's own, which the next order is found by. */
	for (; l->look && l->look->sort && s && *s; s++)
		if (!strcmp(*s, l->look->sort))
			return *s;
	return l->kind->sorts ? l->kind->sorts[0] : NULL;
}

/* A view's order is one of the kind's own, which the next order is found by. */
static const char *view_sort(const struct listing *l, const struct listing_view *to)
{
	const char *const *s = l->kind->sorts;

	for (; to->sort && s && *s; s++)
		if (!strcmp(*s, to->sort))
			return *s;
	return to->sort ? to->sort : first_sort(l);
}

static void open_list(struct view *v, const struct resource_kind *kind,
		      const struct listing_look *look, const char *query, const char *filter)
{
	struct listing *l = mem_zalloc(sizeof *l);

	l->view = v;
	l->kind = kind;
	l->look = look;
	l->height = 10;
	l->sort = listing_view(l) ? view_sort(l, listing_view(l)) : first_sort(l);
	if (listing_view(l) && !query)
		query = listing_view(l)->query;
	snprintf(l->filter, sizeof l->filter, "%s", filter ? filter : "");
	v->listing = l;
	l->pages = pages_new(app_channel(v->app), l->kind->plural, query, on_changed, l);
	listing_ask(l, NULL);
}

void listing_open(struct view *v, const struct listing_look *look, const char *query,
		  const char *filter)
{
	open_list(v, v->kind, look, query, filter);
}

void listing_open_of(struct view *v, const struct resource_kind *kind,
		     const struct listing_look *look)
{
	open_list(v, kind, look, NULL, NULL);
}

void listing_start(struct view *v, const char *arg)
{
	listing_open(v, v->screen->look, NULL, arg);
}

void listing_close(struct view *v)
{
	pages_free(v->listing->pages);
	free(v->listing);
	v->listing = NULL;
}

void listing_ask(struct listing *l, const char *near_id)
{
	char sort[80] = "";

	if (l->sort) {
		bool minus = *l->sort == '-';

		snprintf(sort, sizeof sort, "%s%s", minus != l->reversed ? "-" : "",
			 l->sort + minus);
	}
	pages_set(l->pages, l->filter, sort, near_id);
}

void listing_refresh(struct view *v)
{
	struct listing *l = v->listing;
	bool is_log = !(l->kind->ops & OP_ADD);

	l->stale = false;
	l->asked_at = app_ticks(v->app);
	if (is_log && l->index == 0 && !pages_has_before(l->pages)) {
		/* At the top of a log one stays at the top: what is new appears there. */
		l->jump = JUMP_HOME;
		pages_refresh(l->pages, NULL);
	} else {
		pages_refresh(l->pages, l->cursor);
	}
}

bool listing_turn(struct listing *l, int step)
{
	size_t n = l->look ? l->look->n_views : 0;

	if (!n)
		return false;
	listing_show(l, (l->view_here + (step > 0 ? 1 : n - 1)) % n);
	return true;
}

void listing_show(struct listing *l, size_t view)
{
	const struct listing_view *to;

	if (view == l->view_here)
		return;
	l->view_here = view;
	to = listing_view(l);
	listing_query(l, to->query, view_sort(l, to));
}

void listing_query(struct listing *l, const char *query, const char *sort)
{
	pages_query(l->pages, query);
	l->sort = sort;
	l->reversed = false;
	l->marked.n = 0;
	l->jump = JUMP_HOME;
	listing_ask(l, NULL);
	app_damage(l->view->app);
}

void listing_filter(struct listing *l, const char *text)
{
	snprintf(l->filter, sizeof l->filter, "%s", text);
	l->jump = JUMP_HOME;
	listing_ask(l, NULL);
	app_damage(l->view->app);
}

void listing_set_cursor(struct listing *l, const char *id)
{
	snprintf(l->cursor, sizeof l->cursor, "%s", id);
	listing_ask(l, id);
}

json_t *listing_row(const struct listing *l)
{
	long at = cursor_index(l);

	return at < 0 ? NULL : pages_row(l->pages, (size_t)at);
}

struct pages *listing_pages(const struct listing *l)
{
	return l->pages;
}

const struct targets *listing_marks(const struct listing *l)
{
	return l->marked.n ? &l->marked : NULL;
}

void listing_unmark(struct listing *l)
{
	l->marked.n = 0;
}

const char *listing_cursor(struct view *v)
{
	return v->listing->cursor;
}

void listing_message(struct view *v, const struct live_message *m)
{
	struct listing *l = v->listing;

	if (m->what == LIVE_ROW && !strcmp(m->kind, l->kind->kind)) {
		pages_patch(l->pages, m->body);
	} else if ((m->what == LIVE_LIST && !strcmp(m->kind, l->kind->kind)) ||
		   (m->what == LIVE_EVENT && !strcmp(l->kind->kind, "event"))) {
		l->stale = true;
	}
}

/* Ask again for a list that has changed: not too often, and not while the user moves in it. */
static void freshen(struct listing *l)
{
	uint64_t now = app_ticks(l->view->app), rested = now - l->moved_at,
		 waited = now - l->asked_at;

	if (!l->stale)
		return;
	if (pages_loading(l->pages) || waited < ASK_EVERY_MS || (l->moved_at && rested < REST_MS)) {
		app_damage_in(l->view->app, ASK_EVERY_MS);
		return;
	}
	listing_refresh(l->view);
}

size_t listing_watched(struct view *v, const char *ids[], size_t max)
{
	struct listing *l = v->listing;
	size_t n = pages_count(l->pages), k = 0;

	for (size_t i = (size_t)l->top; i < n && i < (size_t)(l->top + l->height) && k < max; i++)
		ids[k++] = pages_id(l->pages, i);
	return k;
}

/* ---- drawing
 * ------------------------------------------------------------------------------------- */

/* " all 12  under way  failed ": the one that is shown with how many it has. */
static void draw_views(struct listing *l, struct surface line)
{
	int x = 0;

	for (size_t i = 0; i < l->look->n_views; i++) {
		bool here = i == l->view_here;
		char text[64], count[32];

		if (!here && line.width < VIEWS_NARROW)
			continue;
		snprintf(text, sizeof text, here && pages_loaded(l->pages) ? " %s %s " : " %s ",
			 l->look->views[i].name,
			 format_count(count, sizeof count, pages_total(l->pages)));
		x += surface_outside(line, 0, x, here ? ROLE_TAB_HERE : ROLE_TAB, text, -1);
	}
}

static void draw_summary(struct listing *l, struct surface line)
{
	char right[320], remark[64] = "", count[32], at[32];
	long total = pages_total(l->pages), rank = pages_position(l->pages) + l->index + 1;
	int width, x = 1;
	bool ordered;

	if (l->look && l->look->remark)
		l->look->remark(l->view, remark, sizeof remark);
	ordered = l->sort && (!*remark || line.width >= VIEWS_NARROW);
	snprintf(right, sizeof right, "%s%s%s%s%s%s%s", remark, *remark ? "   " : "",
		 *l->filter ? "filter: " : "", *l->filter ? l->filter : "", *l->filter ? "   " : "",
		 ordered ? "sort: " : "", ordered ? l->sort + (*l->sort == '-') : "");
	width = outside_width(right) + 1;
	if (width > line.width / 2)
		width = line.width / 2;
	surface_outside_right(line, 0, line.width - width - 1, ROLE_DIM, right, width);
	line = surface_part(line, 0, 0, 1, line.width - width - 2);
	if (listing_view(l) && !l->look->summary) {
		draw_views(l, line);
		return;
	}
	if (l->look && l->look->summary && pages_meta(l->pages)) {
		l->look->summary(l->view, surface_part(line, 0, 1, 1, -1), pages_meta(l->pages));
		return;
	}
	if (!pages_loaded(l->pages))
		return;
	x += surface_outside(line, 0, x, ROLE_STRONG, format_count(count, sizeof count, total),
			     -1) +
	     1;
	x += surface_outside(line, 0, x, ROLE_DIM, l->kind->title, -1);
	if (total > l->height)
		surface_printf(line, 0, x + 2, ROLE_DIM, "row %s",
			       format_count(at, sizeof at, rank));
}

static void draw_empty(struct listing *l, struct surface s)
{
	const struct error *e = pages_error(l->pages);

	if (e) {
		wrapped_draw(s, 1, 2, s.width - 4, ROLE_ERROR, e->text, 2);
		if (*e->hint)
			surface_printf(s, 3, 2, ROLE_DIM, "try: %s", e->hint);
	} else if (!pages_loaded(l->pages)) {
		surface_outside(s, 1, 2, ROLE_DIM, "asking the daemon", -1);
	} else if (*l->filter) {
		surface_printf(s, 1, 2, ROLE_TEXT, "Nothing fits the filter \"%s\".", l->filter);
		surface_outside(s, 2, 2, ROLE_DIM, "Press / and Enter to see all.", -1);
	} else if (listing_view(l) && listing_view(l)->empty) {
		wrapped_draw(s, 1, 2, s.width - 4, ROLE_TEXT, listing_view(l)->empty, 4);
	} else if (l->look && l->look->empty) {
		wrapped_draw(s, 1, 2, s.width - 4, ROLE_TEXT, l->look->empty(l->view), 4);
	} else {
		surface_printf(s, 1, 2, ROLE_TEXT, "No %s yet.", l->kind->plural);
		if (l->kind->ops & OP_ADD)
			surface_outside(s, 2, 2, ROLE_DIM, "Press n for a new one.", -1);
		else
			wrapped_draw(s, 2, 2, s.width - 4, ROLE_DIM, l->kind->help, 2);
	}
}

/* Keep the cursor's line where it was, inside the window, with no hole at the end. */
static void place(struct listing *l)
{
	long n = (long)pages_count(l->pages);

	if (l->line >= l->height)
		l->line = l->height - 1;
	if (l->line < 0)
		l->line = 0;
	l->top = l->index - l->line;
	if (l->top + l->height > n)
		l->top = n - l->height;
	if (l->top < 0)
		l->top = 0;
	l->line = l->index - l->top;
}

static const struct column *columns_of(const struct listing *l, size_t *n)
{
	bool own = l->look && l->look->columns;

	*n = own ? l->look->n_columns : l->kind->n_columns;
	return own ? l->look->columns : l->kind->columns;
}

static void draw_rows(struct listing *l, struct surface s)
{
	const struct column *columns;
	size_t n_columns;
	struct table_layout layout;
	int64_t now = app_now_ms(l->view->app);
	long n = (long)pages_count(l->pages);

	columns = columns_of(l, &n_columns);
	table_layout(&layout, columns, n_columns, s.width - TABLE_LEFT - 1);
	table_header(&layout, s, 0, TABLE_LEFT, l->sort);
	for (int y = 0; y < l->height && l->top + y < n; y++) {
		json_t *row = pages_row(l->pages, (size_t)(l->top + y));
		bool here = l->top + y == l->index;

		if (here)
			surface_glyph(s, y + 1, 0, ROLE_KEY, GLYPH_CURSOR);
		if (listing_marked(l, json_str(row, "id", "")))
			surface_glyph(s, y + 1, 1, ROLE_KEY, GLYPH_MARK);
		table_row(&layout, s, y + 1, TABLE_LEFT, row, now);
		if (here)
			surface_add_style(s, y + 1, 0, s.width, STYLE_SELECTED);
	}
}

void listing_draw(struct view *v, struct surface s)
{
	struct listing *l = v->listing;
	json_t *row = listing_row(l);
	int preview = 0, list;
	int top = !l->look || !l->look->bare || *l->filter; /* the line above the table */

	if (top)
		draw_summary(l, surface_part(s, 0, 0, 1, -1));
	if (row && l->look && l->look->preview_height && s.height >= 14)
		preview = l->look->preview_height(v, row, s.width);
	if (preview > s.height - 2 - ROWS_KEPT)
		preview = s.height - 2 - ROWS_KEPT;
	if (preview < 2)
		preview = 0;
	list = s.height - top - preview;
	l->height = list - 1;
	if (pages_count(l->pages) == 0) {
		draw_empty(l, surface_part(s, top, 0, -1, -1));
		return;
	}
	place(l);
	freshen(l);
	pages_want(l->pages, (size_t)l->top, (size_t)l->height);
	draw_rows(l, surface_part(s, top, 0, list, -1));
	if (preview)
		l->look->preview(v, surface_part(s, s.height - preview, 0, preview, -1), row);
}

void listing_plain(struct view *v, struct buf *out)
{
	struct listing *l = v->listing;
	size_t n = pages_count(l->pages), n_columns;
	const struct column *columns = columns_of(l, &n_columns);

	buf_printf(out, "%s%s%s: %ld\n", listing_view(l) ? listing_view(l)->name : "",
		   listing_view(l) ? " " : "", l->kind->title, pages_total(l->pages));
	if (n == 0 && pages_loaded(l->pages) && listing_view(l) && listing_view(l)->empty)
		buf_printf(out, "%s\n", listing_view(l)->empty);
	else if (n == 0 && pages_loaded(l->pages) && l->look && l->look->empty)
		buf_printf(out, "%s\n", l->look->empty(l->view));
	for (size_t i = 0; i < n; i++) {
		const json_t *row = pages_row(l->pages, i);
		bool first = true;

		for (size_t c = 0; c < n_columns; c++) {
			const struct column *column = &columns[c];
			const json_t *value = json_path(row, column->path);
			char text[FORMAT_TEXT];
			unsigned style;

			if (column->format == COLUMN_SPARK || !value || json_is_null(value))
				continue;
			format_cell(column, row, app_now_ms(v->app), text, sizeof text, &style);
			if (!*text)
				continue;
			buf_printf(out, "%s%s %s", first ? "" : ", ", column->title, text);
			first = false;
		}
		buf_add_char(out, '\n');
	}
	if (n < (size_t)pages_total(l->pages))
		buf_printf(out, "and %ld more; a filter shortens the list\n",
			   pages_total(l->pages) - (long)n);
}
