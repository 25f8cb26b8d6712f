#pragma once
/* The facts that a worker wrote as JSON (daemon/extract/product_write.c), read back. The worker
 * took a hostile document apart, so it is believed in nothing: types, ranges and lengths are looked
 * at, texts made safe, addresses and GTINs checked again. Pure. */
#include "daemon/extract/product.h"
#include "shared/err.h"

/** Add what it says to f, which facts_init() began; a large answer comes in parts, each read after
 *  the other. Members that are not known are left alone.
 *  @param next  number of the first product (or entry of a sitemap) that is not here, 0: all are
 *  @return ERR_MALFORMED: no such JSON, or a member is not as it should be; ERR_TOO_LARGE: more
 *  than facts may hold. f is to be freed all the same. */
enum err facts_read(const char *json, size_t len, struct facts *f, size_t *next, struct error *e);
