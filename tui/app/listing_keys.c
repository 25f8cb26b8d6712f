/* The keys of list screens. */
#include <stdio.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/listing_internal.h"

/* ---- moving ---------------------------------------------------------------------------------- */

static bool move(struct view *v, long by)
{
	struct listing *l = v->listing;
	long before;

	if (!l)
		return false;
	before = l->index;
	l->moved_at = app_ticks(v->app);
	listing_put_cursor(l, l->index + l->owed + by);
	l->line += l->index - before;
	app_damage(v->app);
	return true;
}

static bool run_down(struct view *v, const struct binding *b)
{
	return move(v, 1);
}

static bool run_up(struct view *v, const struct binding *b)
{
	return move(v, -1);
}

static bool run_page_down(struct view *v, const struct binding *b)
{
	struct listing *l = v->listing;
	long line = l ? l->line : 0;
	bool moved = l && move(v, l->height - 1);

	if (moved)
		l->line = line; /* the page moves, the cursor's line does not */
	return moved;
}

static bool run_page_up(struct view *v, const struct binding *b)
{
	struct listing *l = v->listing;
	long line = l ? l->line : 0;
	bool moved = l && move(v, 1 - l->height);

	if (moved)
		l->line = line;
	return moved;
}

static bool run_home(struct view *v, const struct binding *b)
{
	struct listing *l = v->listing;

	if (!l)
		return false;
	if (pages_has_before(l->pages)) {
		l->jump = JUMP_HOME;
		pages_first(l->pages);
	}
	move(v, -(long)PAGES_ROWS_MAX);
	l->owed = 0;
	return true;
}

static bool run_end(struct view *v, const struct binding *b)
{
	struct listing *l = v->listing;

	if (!l)
		return false;
	if (pages_has_after(l->pages)) {
		l->jump = JUMP_END;
		pages_last(l->pages);
	}
	move(v, PAGES_ROWS_MAX);
	l->owed = 0;
	return true;
}

/* ---- filter and sort
 * ----------------------------------------------------------------------------- */

static void filter_changed(void *arg, const char *text)
{
	struct view *v = arg;

	listing_filter(v->listing, text);
}

static void filter_done(void *arg, const char *text)
{
	struct view *v = arg;

	if (!text && v->listing)
		listing_filter(v->listing, "");
}

static bool run_filter(struct view *v, const struct binding *b)
{
	if (!v->listing)
		return false;
	app_prompt(v->app, "/", v->listing->filter, filter_changed, filter_done, v);
	return true;
}

static bool run_clear(struct view *v, const struct binding *b)
{
	struct listing *l = v->listing;

	if (!l)
		return false;
	if (l->marked.n) {
		l->marked.n = 0;
		return true;
	}
	if (!*l->filter)
		return false; /* Esc goes back then */
	listing_filter(l, "");
	return true;
}

bool listing_sort_next(struct view *v)
{
	struct listing *l = v->listing;
	const char *const *s = l ? l->kind->sorts : NULL;

	if (!s || !s[0])
		return false;
	while (*s && *s != l->sort)
		s++;
	l->sort = *s && s[1] ? s[1] : l->kind->sorts[0];
	l->reversed = false;
	l->jump = JUMP_HOME;
	listing_ask(l, NULL);
	return true;
}

static bool run_sort(struct view *v, const struct binding *b)
{
	return listing_sort_next(v);
}

static bool run_reverse(struct view *v, const struct binding *b)
{
	struct listing *l = v->listing;

	if (!l || !l->sort)
		return false;
	l->reversed = !l->reversed;
	l->jump = JUMP_HOME;
	listing_ask(l, NULL);
	return true;
}

static bool has_views(const struct view *v)
{
	return v->listing && listing_view(v->listing);
}

static bool run_view(struct view *v, const struct binding *b)
{
	return v->listing && listing_turn(v->listing, !strcmp(b->action, "view-next") ? 1 : -1);
}

/* ---- marks and targets
 * ------------------------------------------------------------------------------- */

static long mark_at(const struct listing *l, const char *id)
{
	for (size_t i = 0; i < l->marked.n; i++)
		if (!strcmp(l->marked.at[i].id, id))
			return (long)i;
	return -1;
}

bool listing_marked(const struct listing *l, const char *id)
{
	return l->marked.n && mark_at(l, id) >= 0;
}

bool listing_mark(struct view *v)
{
	struct listing *l = v->listing;
	json_t *row = l ? listing_row(l) : NULL;
	long at;

	if (!row || !(l->kind->ops & OP_RM || (l->look && l->look->marks)))
		return false;
	at = mark_at(l, l->cursor);
	l->marked.kind = l->kind;
	if (at >= 0)
		l->marked.at[at] = l->marked.at[--l->marked.n];
	else if (!targets_add(&l->marked, row))
		app_say(v->app, ROLE_ERROR, "at most %d rows can be marked", TARGETS_MAX);
	return move(v, 1);
}

static bool run_mark(struct view *v, const struct binding *b)
{
	return listing_mark(v);
}

/* ---- opening
 * ------------------------------------------------------------------------------------------- */

static bool run_open(struct view *v, const struct binding *b)
{
	json_t *row = v->listing ? listing_row(v->listing) : NULL;

	if (row && v->kind && v->kind->ops & OP_SHOW)
		app_open(v->app, SHAPE_DETAIL, v->kind, json_str(row, "id", ""),
			 json_str(row, "name", ""));
	return true;
}

static bool run_new(struct view *v, const struct binding *b)
{
	if (!v->kind || !(v->kind->ops & OP_ADD))
		return false;
	app_open(v->app, SHAPE_FORM, v->kind, NULL, NULL);
	return true;
}

const struct binding listing_bindings[] = {
	{.context = "list",
	 .keys = "Enter Right l",
	 .action = "open",
	 .brief = "open",
	 .run = run_open,
	 .help = "open the row under the cursor"},
	{.context = "list",
	 .keys = "j Down",
	 .action = "cursor-down",
	 .run = run_down,
	 .help = "next row"},
	{.context = "list",
	 .keys = "k Up",
	 .action = "cursor-up",
	 .run = run_up,
	 .help = "previous row"},
	{.context = "list",
	 .keys = "PgDn Ctrl-F",
	 .action = "page-down",
	 .run = run_page_down,
	 .help = "a page down"},
	{.context = "list",
	 .keys = "PgUp Ctrl-B",
	 .action = "page-up",
	 .run = run_page_up,
	 .help = "a page up"},
	{.context = "list",
	 .keys = "g Home",
	 .action = "first",
	 .run = run_home,
	 .help = "first row"},
	{.context = "list", .keys = "G End", .action = "last", .run = run_end, .help = "last row"},
	{.context = "list",
	 .keys = "n",
	 .action = "new",
	 .brief = "new",
	 .run = run_new,
	 .ops = OP_ADD,
	 .help = "make a new one"},
	{.context = "list",
	 .keys = "w",
	 .action = "view-next",
	 .brief = "which",
	 .run = run_view,
	 .applies = has_views,
	 .help = "another part of the list: the line above it names them"},
	{.context = "list",
	 .keys = "W",
	 .action = "view-previous",
	 .run = run_view,
	 .applies = has_views,
	 .help = "the same backwards"},
	{.context = "list",
	 .keys = "/",
	 .action = "filter",
	 .brief = "filter",
	 .run = run_filter,
	 .help = "show only what matches"},
	{.context = "list",
	 .keys = "s",
	 .action = "sort",
	 .brief = "sort",
	 .run = run_sort,
	 .help = "sort by the next order"},
	{.context = "list",
	 .keys = "S",
	 .action = "reverse",
	 .run = run_reverse,
	 .help = "turn the order round"},
	{.context = "list",
	 .keys = "Space",
	 .action = "mark",
	 .run = run_mark,
	 .ops = OP_RM,
	 .help = "mark the row for delete and other actions"},
	{.context = "list",
	 .keys = "Esc",
	 .action = "clear",
	 .run = run_clear,
	 .help = "clear marks, then the filter"},
};
const size_t listing_bindings_count = ARRAY_LEN(listing_bindings);
