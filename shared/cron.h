#pragma once
/* Five-field cron: lists, ranges, steps, names (mon, jan), @hourly @daily @weekly @monthly.
 * Day-of-month and day-of-week both restricted: either matches, as in Vixie cron. */
#include <stdint.h>

#include "shared/err.h"
#include "shared/tz.h"

struct cron {
	uint64_t minutes; /* bit n = minute n */
	uint32_t hours, days, months, weekdays;
	bool day_any, weekday_any;
};

enum err cron_parse(const char *text, struct cron *c, struct error *e)
	__attribute__((warn_unused_result));
/** First instant strictly after after_ms, or -1 when there is none within eight years. A slot in a
 *  gap of daylight saving runs at the end of the gap; a repeated slot runs once (the first). Except
 *  a schedule for every hour, which goes on through both in real time: every five minutes stays
 *  every five minutes. */
int64_t cron_next(const struct cron *c, const struct tz *z, int64_t after_ms);
