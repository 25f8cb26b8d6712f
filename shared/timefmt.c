#include "shared/timefmt.h"

#include <stdio.h>
#include <string.h>

#include "shared/civil.h"
#include "shared/mem.h"

static const int64_t max_ms = 253402300799999; /* 9999-12-31T23:59:59.999Z */

static char *put_digits(char *at, unsigned v, int width)
{
	for (int i = width - 1; i >= 0; i--, v /= 10)
		at[i] = (char)('0' + v % 10);
	return at + width;
}

const char *time_rfc3339(char out[static TIME_TEXT], int64_t ms)
{
	int64_t days;
	unsigned rest, month, day;
	int year;
	char *at = out;

	if (ms < 0)
		ms = 0;
	if (ms > max_ms)
		ms = max_ms;
	days = ms / 86400000;
	rest = (unsigned)(ms % 86400000);
	civil_from_days(days, &year, &month, &day);
	at = put_digits(at, (unsigned)year, 4);
	*at++ = '-';
	at = put_digits(at, month, 2);
	*at++ = '-';
	at = put_digits(at, day, 2);
	*at++ = 'T';
	at = put_digits(at, rest / 3600000, 2);
	*at++ = ':';
	at = put_digits(at, rest / 60000 % 60, 2);
	*at++ = ':';
	at = put_digits(at, rest / 1000 % 60, 2);
	*at++ = '.';
	at = put_digits(at, rest % 1000, 3);
	*at++ = 'Z';
	*at = '\0';
	return out;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Exactly `width` digits in low..high. */
static bool get_digits(const char **at, int width, int low, int high, int *v)
{
	*v = 0;
	for (int i = 0; i < width; i++, (*at)++) {
		if (!is_digit(**at))
			return false;
		*v = *v * 10 + (**at - '0');
	}
	return *v >= low && *v <= high;
}

static bool skip(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

/* "Z" or "+02:00"; minutes east. */
static bool get_offset(const char **at, int *minutes)
{
	char sign = **at;
	int h, m;

	*minutes = 0;
	if (skip(at, 'Z') || skip(at, 'z'))
		return true;
	if (sign != '+' && sign != '-')
		return false;
	(*at)++;
	if (!get_digits(at, 2, 0, 23, &h) || !skip(at, ':') || !get_digits(at, 2, 0, 59, &m))
		return false;
	*minutes = (sign == '-' ? -1 : 1) * (h * 60 + m);
	return true;
}

bool time_parse(const char *text, int64_t *ms)
{
	const char *at = text;
	int year, month, day, h, m, s, offset, fraction = 0, scale = 100;
	int64_t t;

	if (!get_digits(&at, 4, 1, 9999, &year) || !skip(&at, '-') ||
	    !get_digits(&at, 2, 1, 12, &month) || !skip(&at, '-') ||
	    !get_digits(&at, 2, 1, civil_month_days(year, month), &day))
		return false;
	if (!skip(&at, 'T') && !skip(&at, 't') && !skip(&at, ' '))
		return false;
	/* 60 is a leap second; UTC milliseconds have none, so it is the next second's start. */
	if (!get_digits(&at, 2, 0, 23, &h) || !skip(&at, ':') || !get_digits(&at, 2, 0, 59, &m) ||
	    !skip(&at, ':') || !get_digits(&at, 2, 0, 60, &s))
		return false;
	if (skip(&at, '.')) {
		if (!is_digit(*at))
			return false;
		for (; is_digit(*at); at++, scale /= 10)
			fraction += (*at - '0') * scale;
	}
	if (!get_offset(&at, &offset) || *at)
		return false;
	t = civil_to_days(year, month, day) * 86400 + h * 3600 + m * 60 + s - offset * 60;
	t = t * 1000 + fraction;
	if (t < 0 || t > max_ms)
		return false;
	*ms = t;
	return true;
}

static const struct {
	const char *name;
	int64_t ms;
} units[] = {
	{"w", 604800000}, {"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1},
};

bool duration_parse(const char *text, int64_t *ms)
{
	const char *at = text;
	int64_t total = 0;
	size_t u = 0;

	if (!*at)
		return false;
	while (*at) {
		int64_t n = 0, part;
		size_t len = 0;

		if (!is_digit(*at))
			return false;
		for (; is_digit(*at); at++) {
			if (__builtin_mul_overflow(n, 10, &n) ||
			    __builtin_add_overflow(n, *at - '0', &n))
				return false;
		}
		while (at[len] >= 'a' && at[len] <= 'z')
			len++;
		/* larger units first, each once: "30s1m" is more likely a slip than a wish */
		while (u < ARRAY_LEN(units) &&
		       (strlen(units[u].name) != len || memcmp(units[u].name, at, len) != 0))
			u++;
		if (u == ARRAY_LEN(units))
			return false;
		if (__builtin_mul_overflow(n, units[u].ms, &part) ||
		    __builtin_add_overflow(total, part, &total))
			return false;
		at += len;
		u++;
	}
	*ms = total;
	return true;
}

const char *duration_format(char out[static DURATION_TEXT], int64_t ms)
{
	size_t u = 0;

	if (ms <= 0)
		return memcpy(out, "0s", 3);
	while (ms % units[u].ms != 0)
		u++;
	snprintf(out, DURATION_TEXT, "%lld%s", (long long)(ms / units[u].ms), units[u].name);
	return out;
}

const char *age_format(char out[static DURATION_TEXT], int64_t ms)
{
	int64_t s = ms / 1000;

	if (s < 1)
		memcpy(out, "now", 4);
	else if (s < 60)
		snprintf(out, DURATION_TEXT, "%ds", (int)s);
	else if (s < 3600)
		snprintf(out, DURATION_TEXT, "%dm", (int)(s / 60));
	else if (s < 86400)
		snprintf(out, DURATION_TEXT, "%dh", (int)(s / 3600));
	else if (s < 365 * 86400)
		snprintf(out, DURATION_TEXT, "%dd", (int)(s / 86400));
	else if (s < INT64_C(999) * 365 * 86400)
		snprintf(out, DURATION_TEXT, "%dy", (int)(s / (365 * 86400)));
	else
		memcpy(out, "999y", 5);
	return out;
}

bool time_parse_since(const char *text, int64_t now_ms, int64_t *ms)
{
	int64_t t;

	if (!strcmp(text, "now"))
		t = now_ms;
	else if (duration_parse(text, &t))
		t = t < now_ms ? now_ms - t : 0;
	else if (!time_parse(text, &t) || t > now_ms)
		return false;
	*ms = t;
	return true;
}
