#pragma once
/* The named character references of HTML's standard, sorted by name: written by
 * contrib/html-entities, read by html_entity.c. */
#include <stddef.h>
#include <stdint.h>

extern const size_t html_entity_count;
/** All names, without semicolon, each with a NUL. */
extern const char html_entity_names[];
enum { HTML_ENTITY_BARE = 0x8000, HTML_ENTITY_WIDE = 0xD800, HTML_ENTITY_WIDE_END = 0xE000 };
/** Where a name begins; with HTML_ENTITY_BARE it also stands without its semicolon. */
extern const uint16_t html_entity_offsets[];
/** A code point; from HTML_ENTITY_WIDE on the number of a row in html_entity_wide. */
extern const uint16_t html_entity_values[];
/** One or two code points (the second 0 when there is one). */
extern const uint32_t html_entity_wide[][2];
