#pragma once
/* A table whose rows are all here: a report, a tree. (Lists of resources are listing.h: theirs the
 * daemon keeps.) A screen sets v->sheet; the keys of the context "table" move and sort it. */
#include "tui/app/app.h"

struct sheet {
	const struct column *columns;
	size_t n_columns;
	json_t *list; /* array of objects; owned */
	long at, top; /* the cursor; the first row shown */
	int height;
	long sort; /* a column, -1: as it came */
	bool descending;
};

void sheet_fini(struct sheet *r);
/** Takes a reference of list; the cursor stays on the row whose `member` it was on. */
void sheet_set(struct sheet *r, json_t *list, const char *member);
/** Put the cursor on the row whose member is that, if there is one. */
void sheet_go(struct sheet *r, const char *member, const char *value);
/** The row under the cursor, NULL when there is none. Borrowed. */
const json_t *sheet_here(const struct sheet *r);
void sheet_draw(struct view *v, struct sheet *r, struct surface s);
void sheet_plain(struct view *v, const struct sheet *r, struct buf *out);

/** Rows of the key table for the context "table". */
extern const struct binding sheet_bindings[];
extern const size_t sheet_bindings_count;
