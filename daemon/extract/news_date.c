#include "daemon/extract/news_date.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/civil.h"
#include "shared/mem.h"

enum { YEAR_MIN = 1970, YEAR_MAX = 9999, MINUTE_MS = 60000 };

struct moment {
	int year, month, day, hour, minute, second;
	int zone_minutes;
};

static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
				     "jul", "aug", "sep", "oct", "nov", "dec"};

static const struct {
	const char *name;
	int minutes;
} zones[] = {
	{"ut", 0},     {"gmt", 0},    {"utc", 0},    {"z", 0},      {"est", -300},
	{"edt", -240}, {"cst", -360}, {"cdt", -300}, {"mst", -420}, {"mdt", -360},
	{"pst", -480}, {"pdt", -420}, {"cet", 60},   {"cest", 120}, {"bst", 60},
	{"eet", 120},  {"eest", 180}, {"wet", 0},    {"west", 60},
};

static void blanks(const char **s)
{
	while (isspace((unsigned char)**s))
		++*s;
}

/* min..max digits. */
static bool number(const char **s, int min, int max, int *out)
{
	int n = 0, v = 0;
	while (n < max && isdigit((unsigned char)(*s)[n]))
		v = v * 10 + ((*s)[n++] - '0');
	if (n < min)
		return false;
	*s += n;
	*out = v;
	return true;
}

static bool take(const char **s, char c)
{
	if (**s != c)
		return false;
	++*s;
	return true;
}

static bool zone(const char **s, int *minutes)
{
	int hours = 0, rest = 0, sign = **s == '-' ? -1 : 1;
	size_t n = 0;
	*minutes = 0;
	blanks(s);
	sign = **s == '-' ? -1 : 1;
	if (**s == '+' || **s == '-') {
		++*s;
		if (!number(s, 2, 2, &hours))
			return false;
		take(s, ':');
		if (isdigit((unsigned char)**s) && !number(s, 2, 2, &rest))
			return false;
		*minutes = sign * (hours * 60 + rest);
		return hours < 24 && rest < 60;
	}
	while (isalpha((unsigned char)(*s)[n]))
		n++;
	for (size_t i = 0; i < ARRAY_LEN(zones); i++)
		if (strlen(zones[i].name) == n && !strncasecmp(zones[i].name, *s, n))
			*minutes = zones[i].minutes;
	*s += n; /* one that is not known is UTC, as that RFC advises */
	return true;
}

/* 08:00[:00[.123]], then a zone. */
static bool clock_time(const char **s, struct moment *m)
{
	if (!number(s, 1, 2, &m->hour) || !take(s, ':') || !number(s, 2, 2, &m->minute))
		return false;
	if (take(s, ':') && !number(s, 2, 2, &m->second))
		return false;
	if (take(s, '.') || take(s, ','))
		while (isdigit((unsigned char)**s))
			++*s;
	return zone(s, &m->zone_minutes);
}

static bool month_name(const char **s, int *month)
{
	size_t n = 0;
	while (isalpha((unsigned char)(*s)[n]))
		n++;
	for (int i = 0; i < 12 && n >= 3; i++) {
		if (strncasecmp(*s, months[i], 3) != 0)
			continue;
		*month = i + 1;
		*s += n;
		take(s, '.');
		return true;
	}
	return false;
}

/* [Mon,] 23 Nov 2026 [08:00:00 +0100] */
static bool mail_date(const char *s, struct moment *m)
{
	const char *digits;
	if (isalpha((unsigned char)*s)) {
		while (isalpha((unsigned char)*s))
			s++;
		take(&s, '.');
		take(&s, ',');
		blanks(&s);
	}
	if (!number(&s, 1, 2, &m->day))
		return false;
	blanks(&s);
	take(&s, '-');
	if (!month_name(&s, &m->month))
		return false;
	blanks(&s);
	take(&s, '-');
	digits = s;
	if (!number(&s, 2, 4, &m->year))
		return false;
	if (s - digits == 2)
		m->year += m->year < 70 ? 2000 : 1900;
	blanks(&s);
	return !*s || clock_time(&s, m);
}

/* 2026[-11[-23[T08:00...]]] */
static bool iso_date(const char *s, struct moment *m)
{
	m->month = m->day = 1;
	if (!number(&s, 4, 4, &m->year))
		return false;
	if (!*s)
		return true;
	if (!take(&s, '-') || !number(&s, 2, 2, &m->month))
		return false;
	if (!*s)
		return true;
	if (!take(&s, '-') || !number(&s, 2, 2, &m->day))
		return false;
	if (take(&s, 'T') || take(&s, 't'))
		return clock_time(&s, m);
	blanks(&s);
	return !*s || clock_time(&s, m);
}

bool news_date_parse(const char *text, int64_t *ms)
{
	struct moment m = {0};
	blanks(&text);
	bool iso = isdigit((unsigned char)text[0]) && isdigit((unsigned char)text[1]) &&
		   isdigit((unsigned char)text[2]) && isdigit((unsigned char)text[3]);
	if (!(iso ? iso_date(text, &m) : mail_date(text, &m)))
		return false;
	if (m.year < YEAR_MIN || m.year > YEAR_MAX || m.month < 1 || m.month > 12 || m.day < 1 ||
	    m.day > civil_month_days(m.year, m.month) || m.hour > 23 || m.minute > 59 ||
	    m.second > 60)
		return false;
	int64_t minutes = civil_to_days(m.year, m.month, m.day) * 1440 + m.hour * 60 + m.minute -
			  m.zone_minutes;
	*ms = minutes * MINUTE_MS + (m.second > 59 ? 59 : m.second) * INT64_C(1000);
	return *ms >= 0;
}
