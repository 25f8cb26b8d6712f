#pragma once
/* A window of a long list that the daemon keeps: some hundred rows around what is on screen.
 *
 * Filtering, sorting and counting are the daemon's. Rows are told apart by id; the window moves
 * with after, before, around and last, and never holds more than PAGES_ROWS_MAX. */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/client/channel.h"

enum { PAGES_ROWS_MAX = 400, PAGES_LIMIT = 100 };

struct pages;

/** Rows, total or the fault changed. */
typedef void pages_changed_fn(void *arg);

/** @param plural  path word of the kind
 *  @param query   a fixed part of the query ("filter[monitor]=shop", already encoded), NULL: none
 */
struct pages *pages_new(struct channel *ch, const char *plural, const char *query,
			pages_changed_fn *changed, void *arg);
void pages_free(struct pages *p);

/** Another fixed part of the query; pages_set() asks with it. */
void pages_query(struct pages *p, const char *query);
/** Choose what to list and ask for it, keeping the place near id (NULL: the beginning). */
void pages_set(struct pages *p, const char *search, const char *sort, const char *near_id);
void pages_first(struct pages *p);
void pages_last(struct pages *p);
/** Ask again for the window around id (NULL or unknown: the beginning). */
void pages_refresh(struct pages *p, const char *id);
/** Rows first..first+height are on screen: fetch the neighbours when fewer than two screens remain.
 */
void pages_want(struct pages *p, size_t first, size_t height);
/** Replace the row of the same id. @return false when it is not in the window */
bool pages_patch(struct pages *p, json_t *row);
/** Take a row out at once (it was deleted). */
void pages_remove(struct pages *p, const char *id);

size_t pages_count(const struct pages *p);
/** Borrowed. */
json_t *pages_row(const struct pages *p, size_t i);
const char *pages_id(const struct pages *p, size_t i);
/** Index in the window, or -1. */
long pages_find(const struct pages *p, const char *id);
/** Rank of row 0 in the whole list. */
long pages_position(const struct pages *p);
long pages_total(const struct pages *p);
bool pages_has_before(const struct pages *p);
bool pages_has_after(const struct pages *p);
/** meta of the last answer, NULL before the first. Borrowed. */
json_t *pages_meta(const struct pages *p);
bool pages_loaded(const struct pages *p);
bool pages_loading(const struct pages *p);
/** The last fault, NULL when the last answer was fine. */
const struct error *pages_error(const struct pages *p);
