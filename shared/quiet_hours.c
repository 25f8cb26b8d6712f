#include "shared/quiet_hours.h"

#include <stdio.h>
#include <string.h>

enum { HOUR_MINUTES = 60, DAY_MINUTES = 24 * HOUR_MINUTES, MINUTE_MS = 60000 };

/* "22:00", "7:30", "24:00": two digits of minutes, and no signs or blanks, which sscanf skips. */
static bool clock_parse(const char **at, int *minute_of_day)
{
	int hour = 0, minute = 0, n = 0;
	if (sscanf(*at, "%2d:%2d%n", &hour, &minute, &n) != 2 || n < 4 || (*at)[n - 3] != ':' ||
	    strspn(*at, "0123456789:") < (size_t)n)
		return false;
	*at += n;
	*minute_of_day = hour * HOUR_MINUTES + minute;
	return minute < HOUR_MINUTES && *minute_of_day <= DAY_MINUTES;
}

bool quiet_hours_parse(const char *text, struct quiet_hours *out)
{
	struct quiet_hours q;
	if (!clock_parse(&text, &q.from_minute) || *text++ != '-' ||
	    !clock_parse(&text, &q.until_minute) || *text || q.from_minute == q.until_minute)
		return false;
	*out = q;
	return true;
}

int64_t quiet_hours_end(const struct quiet_hours *q, const struct tz *zone, int64_t utc_ms)
{
	int from = q->from_minute, until = q->until_minute;
	struct tz_civil c;
	if (from == until)
		return 0;
	tz_civil_from_ms(zone, utc_ms, &c);
	int now = c.hour * HOUR_MINUTES + c.minute;
	bool over_midnight = from > until, evening = now >= from, morning = now < until;
	if (over_midnight ? !evening && !morning : !evening || !morning)
		return 0;
	if (over_midnight && evening)
		c.day++; /* by the calendar: that night may have an hour more or less */
	c.hour = until / HOUR_MINUTES;
	c.minute = until % HOUR_MINUTES;
	c.second = 0;
	int64_t end = tz_ms_from_civil(zone, &c);
	/* In the hour that comes twice its first end may be behind us already. */
	return end > utc_ms ? end : utc_ms + MINUTE_MS;
}
