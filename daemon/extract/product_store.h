#pragma once
/* A shop's own API: Shopify's products.json, HANDLE.json and HANDLE.js, WooCommerce's Store API. */
#include <jansson.h>

#include "daemon/extract/product.h"

/** @param v  from json_mend_read(): numbers are strings
 *  @return false: it is none of them */
bool store_read(struct facts *f, const json_t *v);
