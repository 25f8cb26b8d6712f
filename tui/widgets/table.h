#pragma once
/* Columns that fit: the least important go first, the rest share the width by weight. */
#include <jansson.h>

#include "shared/schema/schema.h"
#include "tui/term/surface.h"

enum { TABLE_COLUMNS_MAX = 24, TABLE_GAP = 2 };

struct table_layout {
	size_t n;
	struct {
		const struct column *column;
		int x, width;
	} at[TABLE_COLUMNS_MAX];
};

/** Places the columns that fit in width, in their order. The first of the lowest priority number
 *  always stays, cut if need be. */
void table_layout(struct table_layout *l, const struct column *columns, size_t n, int width);
/** @param sort  path the list is sorted by, "-path" descending, NULL: none */
void table_header(const struct table_layout *l, struct surface s, int y, int x, const char *sort);
void table_row(const struct table_layout *l, struct surface s, int y, int x, const json_t *row,
	       int64_t now_ms);
