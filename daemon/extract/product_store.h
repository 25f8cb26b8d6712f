#pragma once
/* A shop's own API: Shopify's products.json, HANDLE.json and HANDLE.js, WooCommerce's Store API,
 * Vendure's Shop API. */
#include <jansson.h>

#include "daemon/extract/product.h"

/** @param v  from json_mend_read(): numbers are strings
 *  @return false: it is none of them */
bool store_read(struct facts *f, const json_t *v);

/** A price that is written as hundredths, whatever its currency: "129900" of yen are 1299. What is
 *  no integer is a warning; NULL is nothing. */
void store_read_hundredths(struct facts *f, struct offer *o, const char *value, int64_t *minor);

/* ---- product_vendure.c */
/** Errors of GraphQL are a warning "api_error", and nothing besides is read. */
bool vendure_read(struct facts *f, const json_t *v);
