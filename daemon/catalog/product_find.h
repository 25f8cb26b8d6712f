#pragma once
/* A product by what people call it. */
#include "daemon/store/store.h"

/** By id, GTIN, or a SKU or MPN that only one product has (of several mine decides).
 *  @return ERR_NOT_FOUND, or ERR_NOT_NOW when several are meant.  Thread: a worker */
enum err product_find(struct store *s, const char *ref, uint64_t *id, struct error *e);
