#include "tui/cli/file_order.h"

#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"

enum { LEVELS_MAX = 20 }; /* the daemon refuses 16 */

enum visit { NEW, OPEN, DONE };

struct walk {
	const struct order_item *all;
	size_t n;
	const struct order_item **by_name;
	unsigned char *visits; /* enum visit */
	size_t *order, n_order;
	size_t path[LEVELS_MAX], depth;
	size_t wrong[LEVELS_MAX], n_wrong; /* the first circle or endless chain */
};

static int compare(const struct order_item *x, const struct order_item *y)
{
	int order = strcmp(x->kind->kind, y->kind->kind);
	return order ? order : strcmp(x->name, y->name);
}

static int by_name(const void *a, const void *b)
{
	return compare(*(const struct order_item *const *)a, *(const struct order_item *const *)b);
}

/* Its index, or n. */
static size_t find(const struct walk *w, const struct resource_kind *kind, const char *name)
{
	const struct order_item key = {.kind = kind, .name = name}, *k = &key;
	const struct order_item **found = bsearch(&k, w->by_name, w->n, sizeof(*found), by_name);
	return found ? (size_t)(*found - w->all) : w->n;
}

static void note_wrong(struct walk *w, size_t from)
{
	if (w->n_wrong)
		return;
	for (size_t i = from; i < w->depth; i++)
		w->wrong[w->n_wrong++] = w->path[i];
}

static void visit(struct walk *w, size_t at)
{
	const struct order_item *item = &w->all[at];
	size_t i;
	const json_t *name;
	w->visits[at] = OPEN;
	w->path[w->depth++] = at;
	json_array_foreach(item->links, i, name)
	{
		size_t next = find(w, item->kind, json_string_value(name));
		if (next == w->n || w->visits[next] == DONE)
			continue;
		if (w->visits[next] == OPEN) {
			size_t first = 0;
			while (w->path[first] != next)
				first++;
			note_wrong(w, first);
		} else if (w->depth == LEVELS_MAX) {
			note_wrong(w, 0);
		} else {
			visit(w, next);
		}
	}
	w->depth--;
	w->visits[at] = DONE;
	w->order[w->n_order++] = at;
}

/* Those at fault to the front; the others stay as they are. */
static void move_wrong(struct walk *w)
{
	size_t kept = w->n;
	for (size_t i = 0; i < w->n_wrong; i++)
		w->visits[w->wrong[i]] = NEW;
	for (size_t i = w->n; i-- > 0;)
		if (w->visits[w->order[i]] == DONE)
			w->order[--kept] = w->order[i];
	memcpy(w->order, w->wrong, w->n_wrong * sizeof(*w->wrong));
}

void order_parents_first(const struct order_item *all, size_t n, size_t *order)
{
	struct walk w = {.all = all,
			 .n = n,
			 .by_name = mem_array(NULL, n + 1, sizeof(*w.by_name)),
			 .visits = mem_zalloc(n + 1),
			 .order = order};
	for (size_t i = 0; i < n; i++)
		w.by_name[i] = &all[i];
	if (n)
		qsort(w.by_name, n, sizeof(*w.by_name), by_name);
	for (size_t i = 0; i < n; i++)
		if (w.visits[i] == NEW)
			visit(&w, i);
	move_wrong(&w);
	free(w.by_name);
	free(w.visits);
}
