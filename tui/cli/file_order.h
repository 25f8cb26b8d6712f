#pragma once
/* In which order what a file describes can be written: what others name comes before them. Needed
 * only where a file is sent in parts; the daemon orders what comes together. */
#include <jansson.h>

#include "shared/schema/schema.h"

struct order_item {
	const struct resource_kind *kind;
	const char *name;
	const json_t *links; /* names of items of its kind, or NULL */
};

/** Fills order (n places) with the indices of all. The order of the file is kept where it can be. A
 *  circle, or a chain longer than any that is accepted, comes first and together, so that the
 *  daemon sees it whole and says so. */
void order_parents_first(const struct order_item *all, size_t n, size_t *order);
