#pragma once
/* A list screen's body, for any kind: the daemon's rows, a cursor that is an id, filter and sort.
 * A screen adds a summary line and a preview with a listing_look. */
#include <jansson.h>

#include "tui/app/app.h"
#include "tui/client/pages.h"

struct listing;

/** One of several lists that a screen shows in turn: "failed" of the jobs. */
struct listing_view {
	const char *name;
	const char *query; /* as in pages_new() */
	const char *sort;  /* NULL: the kind's first; "-" before it: descending */
	const char *empty; /* what is said when it has no row */
};

struct listing_look {
	/** Left part of the line above the table; NULL: "N rows". */
	void (*summary)(struct view *v, struct surface line, const json_t *meta);
	/** What is said on the right of that line, before filter and order: "d 7 to decide". */
	void (*remark)(struct view *v, char *out, size_t cap);
	/** Rows that the preview of that row wants, its title rule included; NULL: no preview. */
	int (*preview_height)(struct view *v, const json_t *row, int width);
	void (*preview)(struct view *v, struct surface s, const json_t *row);
	/** What an empty list says, NULL: "No monitors yet.", and what to do. */
	const char *(*empty)(struct view *v);
	bool marks; /* rows can be marked although they cannot be deleted */
	/** Other columns than the kind's, where the screen has better ones; NULL: the kind's. */
	const struct column *columns;
	size_t n_columns;
	bool bare;        /* nothing above the table but a filter: the page has said it */
	const char *sort; /* first order, NULL: the kind's first */
	/** Lists that w goes through: the line above the table names them. NULL: one list. */
	const struct listing_view *views;
	size_t n_views;
};

/** Opens the list of v->kind in v->listing. look may be NULL, query as in pages_new(). */
void listing_open(struct view *v, const struct listing_look *look, const char *query,
		  const char *filter);
/** The same of another list than v->kind's, on a page that has more than the list: kind stays the
 *  caller's and tells path (plural), columns, orders and title. */
void listing_open_of(struct view *v, const struct resource_kind *kind,
		     const struct listing_look *look);
void listing_close(struct view *v);
void listing_refresh(struct view *v);
void listing_message(struct view *v, const struct live_message *m);
void listing_draw(struct view *v, struct surface s);
void listing_plain(struct view *v, struct buf *out);
size_t listing_watched(struct view *v, const char *ids[], size_t max);
const char *listing_cursor(struct view *v);

/** List something else: another fixed part of the query, sorted so ("-" before it: descending).
 *  sort must stay. */
void listing_query(struct listing *l, const char *query, const char *sort);
/** Show the next of the look's views (step 1), or the one before (-1): for a key. False: none. */
bool listing_turn(struct listing *l, int step);
/** Show that one of the look's views; which is shown already, stays as it is. */
void listing_show(struct listing *l, size_t view);
/** The view that is shown, NULL: the look has none. */
const struct listing_view *listing_view(const struct listing *l);
void listing_filter(struct listing *l, const char *text);
void listing_set_cursor(struct listing *l, const char *id);
/** Sort by the kind's next order: for a key. */
bool listing_sort_next(struct view *v);
/** The row under the cursor, NULL when there is none. Borrowed. */
json_t *listing_row(const struct listing *l);
struct pages *listing_pages(const struct listing *l);

struct targets;
/** The marked rows, NULL when there are none. They stay until listing_unmark(). */
const struct targets *listing_marks(const struct listing *l);
void listing_unmark(struct listing *l);
/** Mark the row under the cursor, or no longer, and go on to the next. */
bool listing_mark(struct view *v);

/** For screens that are a list and no more: opens it as v->screen->look says. */
void listing_start(struct view *v, const char *arg);
/** What such a screen consists of. */
#define LISTING_SCREEN                                                                \
	.shape = SHAPE_LIST, .open = listing_start, .close = listing_close,           \
	.refresh = listing_refresh, .message = listing_message, .draw = listing_draw, \
	.plain = listing_plain, .watched = listing_watched, .cursor = listing_cursor

/** Rows of the key table for the context "list". */
extern const struct binding listing_bindings[];
extern const size_t listing_bindings_count;
