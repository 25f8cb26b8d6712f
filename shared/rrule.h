#pragma once
/* Recurrence rules of RFC 5545, 3.3.10, on a wall clock without a zone. Pure; and bounded: a rule
 * that never matches is found out in milliseconds, and no rule is followed for more than 400 years.
 *
 * FREQ is HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY; INTERVAL, COUNT, UNTIL, WKST, BYSETPOS and
 * BYMONTH BYWEEKNO BYYEARDAY BYMONTHDAY BYDAY BYHOUR BYMINUTE are understood. Not RSCALE, nor
 * seconds. A wall time is in seconds since 1970 on that wall clock. */
#include <stdbool.h>
#include <stdint.h>

#include "shared/err.h"

enum rrule_freq { RRULE_HOURLY, RRULE_DAILY, RRULE_WEEKLY, RRULE_MONTHLY, RRULE_YEARLY };
enum { RRULE_NTH_MAX = 32, RRULE_SETPOS_MAX = 32, RRULE_TEXT_MAX = 500 };

struct rrule {
	enum rrule_freq freq;
	int interval, count; /* count 0: no end */
	int64_t until_s;     /* wall time, inclusive; INT64_MAX: none */
	bool until_utc;      /* until_s is an instant instead */
	int week_start;      /* 0 = Sunday */
	uint32_t months, hours;
	uint32_t month_days, month_days_back; /* bit n: the nth, the nth from the end */
	uint64_t minutes;
	uint64_t weeks, weeks_back;
	uint64_t year_days[6], year_days_back[6];
	uint32_t weekdays; /* those without a number */
	struct {
		int8_t weekday;
		int16_t nth;
	} nth[RRULE_NTH_MAX];
	int n_nth;
	int16_t positions[RRULE_SETPOS_MAX];
	int n_positions;
	bool by_week, by_year_day, by_month_day;
};

/** @param start_s  the first one's wall time (DTSTART): it fills in what the rule leaves open */
enum err rrule_parse(const char *text, int64_t start_s, struct rrule *r, struct error *e)
	__attribute__((warn_unused_result));
/** The first wall time >= start_s that is > after_s, -1: none. until_utc is the caller's. */
int64_t rrule_next(const struct rrule *r, int64_t start_s, int64_t after_s);
