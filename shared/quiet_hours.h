#pragma once
/* Quiet hours: a span of every day, by the clock of a time zone; "22:00-07:00" goes over midnight.
 */
#include <stdbool.h>
#include <stdint.h>

#include "shared/tz.h"

/** Minutes of the day, 0..1440; both the same: there are none. */
struct quiet_hours {
	int from_minute, until_minute;
};

/** "22:00-07:00", "7:30-8:00", "00:00-24:00" (always).
 *  @return false: it is no span of a day, or an empty one; out is untouched */
bool quiet_hours_parse(const char *text, struct quiet_hours *out);
/** When the quiet hours end in which that instant lies (UTC, ms), 0: it lies in none. A night in
 *  which clocks change is as long as it is there. */
int64_t quiet_hours_end(const struct quiet_hours *q, const struct tz *zone, int64_t utc_ms);
