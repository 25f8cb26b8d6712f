#pragma once
/* A list screen's body, for any kind: the daemon's rows, a cursor that is an id, filter and sort.
 * A screen adds a summary line and a preview with a listing_look. */
#include <jansson.h>

#include "tui/app/app.h"
#include "tui/client/pages.h"

struct listing;

struct listing_look {
	/** Left part of the line above the table; NULL: "N rows". */
	void (*summary)(struct view *v, struct surface line, const json_t *meta);
	/** Rows that the preview of that row wants, its title rule included; NULL: no preview. */
	int (*preview_height)(struct view *v, const json_t *row, int width);
	void (*preview)(struct view *v, struct surface s, const json_t *row);
	/** What an empty list says, NULL: "No monitors yet.", and what to do. */
	const char *(*empty)(struct view *v);
	bool marks; /* rows can be marked although they cannot be deleted */
};

/** Opens the list of v->kind in v->listing. look may be NULL, query as in pages_new(). */
void listing_open(struct view *v, const struct listing_look *look, const char *query,
		  const char *filter);
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
void listing_filter(struct listing *l, const char *text);
void listing_set_cursor(struct listing *l, const char *id);
/** The row under the cursor, NULL when there is none. Borrowed. */
json_t *listing_row(const struct listing *l);
struct pages *listing_pages(const struct listing *l);

struct targets;
/** The marked rows, NULL when there are none. They stay until listing_unmark(). */
const struct targets *listing_marks(const struct listing *l);
void listing_unmark(struct listing *l);
/** Mark the row under the cursor, or no longer, and go on to the next. */
bool listing_mark(struct view *v);

/** Rows of the key table for the context "list". */
extern const struct binding listing_bindings[];
extern const size_t listing_bindings_count;
