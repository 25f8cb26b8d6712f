#pragma once
/* What to watch at an address: the monitors that fit it. For the dashboard's first screen, ":add"
 * and `sellersmart add`. */
#include <jansson.h>

#include "shared/err.h"

/** "shop.example", "https://shop.example/": an http monitor, for https a tls one as well. Without a
 *  scheme https is meant. "host:25" is a tcp monitor.
 *  @param name  of the first one, and what the others' names begin with; NULL: from the address
 *  @return a new array of items for POST /v1/batch, or NULL with e filled */
json_t *propose_monitors(const char *address, const char *name, struct error *e);
