#pragma once
/* The span of a report. */
#include <stdbool.h>
#include <stdint.h>

#include "shared/tz.h"

/** "2026-10" as the calendar has it in that zone: 31 days and an hour in Berlin, because the clocks
 *  went back. @return false when text is not a month of 1970 to 9998 */
bool month_span(const char *text, const struct tz *z, int64_t *from_ms, int64_t *until_ms);
