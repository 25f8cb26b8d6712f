#include "shared/tz_rule.h"

#include <string.h>

#include "shared/civil.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool skip(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

static bool get_number(const char **at, int low, int high, int *v)
{
	const char *from = *at;

	for (*v = 0; is_digit(**at); (*at)++) {
		*v = *v * 10 + (**at - '0');
		if (*v > 100000)
			return false;
	}
	return *at > from && *v >= low && *v <= high;
}

/* "CET" or "<+0330>", three characters or more. */
static bool get_abbr(const char **at, char out[static TZ_ABBR_MAX])
{
	bool quoted = skip(at, '<');
	size_t n = 0;

	while (is_alpha(**at) || (quoted && (is_digit(**at) || **at == '+' || **at == '-'))) {
		if (n + 1 == TZ_ABBR_MAX)
			return false;
		out[n++] = *(*at)++;
	}
	out[n] = '\0';
	return n >= 3 && (!quoted || skip(at, '>'));
}

/* [+-]hh[:mm[:ss]] */
static bool get_time(const char **at, int max_hours, int *seconds)
{
	bool negative = **at == '-';
	int h, m = 0, s = 0;

	if (!skip(at, '-'))
		skip(at, '+');
	if (!get_number(at, 0, max_hours, &h))
		return false;
	if (skip(at, ':')) {
		if (!get_number(at, 0, 59, &m))
			return false;
		if (skip(at, ':') && !get_number(at, 0, 59, &s))
			return false;
	}
	*seconds = (h * 60 + m) * 60 + s;
	if (negative)
		*seconds = -*seconds;
	return true;
}

static bool get_day(const char **at, struct tz_rule_day *d)
{
	bool ok;

	if (skip(at, 'M')) {
		d->form = TZ_DAY_MONTH_WEEK;
		ok = get_number(at, 1, 12, &d->month) && skip(at, '.') &&
		     get_number(at, 1, 5, &d->week) && skip(at, '.') &&
		     get_number(at, 0, 6, &d->day);
	} else if (skip(at, 'J')) {
		d->form = TZ_DAY_JULIAN;
		ok = get_number(at, 1, 365, &d->day);
	} else {
		d->form = TZ_DAY_ZERO;
		ok = get_number(at, 0, 365, &d->day);
	}
	d->time_s = 2 * 3600;
	return ok && (!skip(at, '/') || get_time(at, 167, &d->time_s));
}

bool tz_rule_parse(const char *text, struct tz_rule *r)
{
	const char *at = text;
	int west;

	memset(r, 0, sizeof *r);
	if (!get_abbr(&at, r->std_abbr) || !get_time(&at, 24, &west))
		return false;
	r->std_offset_s = -west; /* POSIX counts to the west */
	if (!*at)
		return true;
	r->has_dst = true;
	r->dst_offset_s = r->std_offset_s + 3600;
	if (!get_abbr(&at, r->dst_abbr))
		return false;
	if (*at && *at != ',') {
		if (!get_time(&at, 24, &west))
			return false;
		r->dst_offset_s = -west;
	}
	return skip(&at, ',') && get_day(&at, &r->start) && skip(&at, ',') &&
	       get_day(&at, &r->end) && !*at;
}

/* Day number of a rule in a year. */
static int64_t day_in_year(const struct tz_rule_day *d, int64_t year)
{
	int64_t first = civil_to_days(year, 1, 1), day;

	switch (d->form) {
	case TZ_DAY_JULIAN: return first + d->day - 1 + (civil_is_leap(year) && d->day >= 60);
	case TZ_DAY_ZERO: return first + d->day;
	case TZ_DAY_MONTH_WEEK: break;
	}
	day = civil_to_days(year, d->month, 1);
	day += (d->day - civil_weekday(day) + 7) % 7 + 7 * (d->week - 1);
	/* week 5 means the last one */
	if (day >= civil_to_days(year, d->month, 1) + civil_month_days(year, d->month))
		day -= 7;
	return day;
}

struct span {
	int64_t start, end; /* of daylight saving, UTC seconds */
};

static struct span span_of(const struct tz_rule *r, int64_t year)
{
	struct span s = {
		day_in_year(&r->start, year) * 86400 + r->start.time_s - r->std_offset_s,
		day_in_year(&r->end, year) * 86400 + r->end.time_s - r->dst_offset_s,
	};

	/* south of the equator it ends in the next year */
	if (s.end <= s.start)
		s.end = day_in_year(&r->end, year + 1) * 86400 + r->end.time_s - r->dst_offset_s;
	return s;
}

/* The spans of the year before, of this and of the next one: times of up to a week on either side
 * of midnight may carry a start across New Year. */
static void spans_around(const struct tz_rule *r, int64_t utc_s, struct span out[static 3])
{
	int64_t local = utc_s + r->std_offset_s;
	int64_t days = local / 86400 - (local % 86400 < 0);
	unsigned month, day;
	int year;

	civil_from_days(days, &year, &month, &day);
	for (int i = 0; i < 3; i++)
		out[i] = span_of(r, (int64_t)year - 1 + i);
}

struct tz_rule_state tz_rule_at(const struct tz_rule *r, int64_t utc_s)
{
	struct span spans[3];

	if (r->has_dst) {
		spans_around(r, utc_s, spans);
		for (int i = 0; i < 3; i++) {
			if (spans[i].start <= utc_s && utc_s < spans[i].end)
				return (struct tz_rule_state){r->dst_offset_s, r->dst_abbr};
		}
	}
	return (struct tz_rule_state){r->std_offset_s, r->std_abbr};
}

int64_t tz_rule_next_change(const struct tz_rule *r, int64_t utc_s)
{
	int64_t next = INT64_MAX;
	struct span spans[3];

	if (!r->has_dst)
		return INT64_MAX;
	spans_around(r, utc_s, spans);
	for (int i = 0; i < 3; i++) {
		if (spans[i].start > utc_s && spans[i].start < next)
			next = spans[i].start;
		if (spans[i].end > utc_s && spans[i].end < next)
			next = spans[i].end;
	}
	return next;
}
