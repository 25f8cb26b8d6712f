#pragma once
/* Named character references. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTML_ENTITY_NAME_MAX = 31 };

struct html_entity {
	uint32_t points[2]; /* the second 0 when there is one */
};
/** The longest beginning of name (what stands after '&', letters and digits) that is a reference:
 *  the whole name when a semicolon follows it, else only one of the old ones that need none.
 *  @return its length, 0 when there is none */
size_t html_entity_find(const char *name, size_t len, bool semicolon, struct html_entity *out);
