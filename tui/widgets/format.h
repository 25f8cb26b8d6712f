#pragma once
/* How values look to a person: the words and figures of lists and details. */
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/schema/schema.h"
#include "tui/term/surface.h"

enum { FORMAT_TEXT = 256 };

/** "4.2ms" "212ms" "2.9s" "31m"; "-" when negative. */
const char *format_ms(char *out, size_t cap, double ms);
/** Ages count minutes, so that a quiet screen stays still: "<1m" "31m" "5h" "12d". */
const char *format_age(char *out, size_t cap, int64_t ms);
/** In the user's zone: "07:11:02" today, "22 Nov 07:11" this year, else "2025-11-22". */
const char *format_time(char *out, size_t cap, int64_t ms, int64_t now_ms);
/** The same of a member of an object that is an RFC 3339 time; "-" when there is none. */
const char *format_time_of(char *out, size_t cap, const json_t *object, const char *member,
			   int64_t now_ms);
/** "99.99%": cut, never rounded up, so that 100 means all. */
const char *format_percent(char *out, size_t cap, double percent);
/** "12,345". */
const char *format_count(char *out, size_t cap, int64_t n);

/** The role of a state or severity. */
enum role state_role(const char *state);
/** The word shown for it: what is wrong is in capitals. */
const char *state_word(char *out, size_t cap, const char *state);

/** A value by its column's format; style receives the role. Never for COLUMN_SPARK. */
void format_value(enum column_format f, const json_t *v, int64_t now_ms, char *out, size_t cap,
		  unsigned *style);
/** The cell of a row: as format_value(), for columns that need more than one member as well. */
void format_cell(const struct column *c, const json_t *row, int64_t now_ms, char *out, size_t cap,
		 unsigned *style);
/** True for figures, which are aligned to the right. */
bool format_is_right(enum column_format f);
