#pragma once
/* schema.org's vocabulary -> facts, whether it was written as JSON-LD or as microdata. */
#include <jansson.h>

#include "daemon/extract/product.h"

enum { SCHEMA_DEPTH_MAX = 64 };

/** All products in the trees (an array of values), in their order. "@id" alone refers to the object
 *  that has it. */
void schema_read(struct facts *f, const json_t *trees, enum product_source source);
