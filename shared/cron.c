#include "shared/cron.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "shared/civil.h"
#include "shared/mem.h"

enum { TEXT_MAX = 256, MINUTES_A_DAY = 1440, DAYS_AHEAD = 8 * 366 };

static const char *const month_names[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul",
					  "aug", "sep", "oct", "nov", "dec", NULL};
static const char *const weekday_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};

static const struct field {
	const char *name;
	int min, max;
	const char *const *names; /* the first stands for min */
} fields[] = {
	{"minute", 0, 59, NULL},
	{"hour", 0, 23, NULL},
	{"day of month", 1, 31, NULL},
	{"month", 1, 12, month_names},
	{"day of week", 0, 7, weekday_names},
};

static const struct {
	const char *name, *text;
} shorthands[] = {
	{"@hourly", "0 * * * *"},
	{"@daily", "0 0 * * *"},
	{"@weekly", "0 0 * * 0"},
	{"@monthly", "0 0 1 * *"},
};

/* ---- reading ---- */

/* A number or a name; false when there is neither, or it is out of range. */
static bool get_value(const char **at, const struct field *f, int *v, struct error *e)
{
	size_t n = strspn(*at, "0123456789");

	if (n > 0) {
		*v = 0;
		for (size_t i = 0; i < n && *v < 1000; i++)
			*v = *v * 10 + ((*at)[i] - '0');
		if (*v < f->min || *v > f->max) {
			error_set(e, ERR_INVALID, "the %s %.*s is not in %d-%d", f->name,
				  (int)(n < 20 ? n : 20), *at, f->min, f->max);
			return false;
		}
		*at += n;
		return true;
	}
	while (((*at)[n] | 0x20) >= 'a' && ((*at)[n] | 0x20) <= 'z')
		n++;
	for (int i = 0; n == 3 && f->names && f->names[i]; i++) {
		if (!strncasecmp(f->names[i], *at, n)) {
			*v = f->min + i;
			*at += n;
			return true;
		}
	}
	error_set(e, ERR_INVALID, "the %s \"%.20s\" is not understood", f->name, *at);
	if (f->names)
		error_hint(e, "write %d-%d, or names as %s-%s", f->min, f->max, f->names[0],
			   f->names[1]);
	else
		error_hint(e, "write *, numbers %d-%d, lists 1,2, ranges 1-5, steps */2", f->min,
			   f->max);
	return false;
}

static bool range_backwards(const struct field *f, int low, int high, struct error *e)
{
	error_set(e, ERR_INVALID, "the range %d-%d of the %s runs backwards", low, high, f->name);
	if (f->names == weekday_names)
		error_hint(e, "write %d-6,0-%d", low, high);
	else
		error_hint(e, "write %d-%d,%d-%d", low, f->max, f->min, high);
	return false;
}

static bool get_step(const char **at, const struct field *f, int *step, struct error *e)
{
	size_t n = strspn(*at, "0123456789");

	*step = 0;
	for (size_t i = 0; i < n && *step < 1000; i++)
		*step = *step * 10 + ((*at)[i] - '0');
	if (*step < 1 || *step > f->max) {
		error_set(e, ERR_INVALID, "the step of the %s is no number from 1 to %d", f->name,
			  f->max);
		return false;
	}
	*at += n;
	return true;
}

/* One element of a list: "*", "5", "1-5", each with "/step". */
static bool get_element(const char **at, const struct field *f, uint64_t *bits, struct error *e)
{
	int low = f->min, high = f->max == 7 ? 6 : f->max, step = 1;
	bool single = false;

	if (**at == '*') {
		(*at)++;
	} else {
		if (!get_value(at, f, &low, e))
			return false;
		high = low;
		single = **at != '-';
		if (!single) {
			(*at)++;
			if (!get_value(at, f, &high, e))
				return false;
			if (f->names == weekday_names && high == 0 && low > 0)
				high = 7; /* fri-sun */
			if (low > high)
				return range_backwards(f, low, high, e);
		}
	}
	if (**at == '/') {
		if (single) {
			error_set(e, ERR_INVALID, "the step of the %s lacks a range", f->name);
			error_hint(e, "write %d-%d/2 or */2", low, f->max);
			return false;
		}
		(*at)++;
		if (!get_step(at, f, &step, e))
			return false;
	}
	for (int v = low; v <= high; v += step)
		*bits |= UINT64_C(1) << v;
	return true;
}

static bool get_field(const char **at, const struct field *f, uint64_t *bits, struct error *e)
{
	*bits = 0;
	for (;;) {
		if (!get_element(at, f, bits, e))
			return false;
		if (**at == ' ' || **at == '\t' || !**at)
			return true;
		if (**at != ',') {
			error_set(e, ERR_INVALID,
				  "the %s has \"%.20s\" where a comma or a space "
				  "belongs",
				  f->name, *at);
			return false;
		}
		(*at)++;
	}
}

static size_t count_fields(const char *text)
{
	size_t n = 0;

	for (text += strspn(text, " \t"); *text; text += strspn(text, " \t")) {
		text += strcspn(text, " \t");
		n++;
	}
	return n;
}

static enum err wrong_count(size_t n, struct error *e)
{
	error_set(e, ERR_INVALID, "a cron schedule has five fields, this one has %zu", n);
	if (n == 6)
		error_hint(e, "leave out the seconds (or the year): minute hour day-of-month month "
			      "day-of-week");
	else
		error_hint(e, "minute hour day-of-month month day-of-week, as in \"30 2 * * "
			      "mon-fri\"");
	return ERR_INVALID;
}

/* @return text, or what a shorthand stands for, or NULL with e filled */
static const char *expand(const char *text, struct error *e)
{
	size_t n;

	text += strspn(text, " \t");
	if (*text != '@')
		return text;
	n = strcspn(text, " \t");
	for (size_t i = 0; i < ARRAY_LEN(shorthands) && !text[n + strspn(text + n, " \t")]; i++) {
		if (strlen(shorthands[i].name) == n && !strncasecmp(shorthands[i].name, text, n))
			return shorthands[i].text;
	}
	error_set(e, ERR_INVALID, "the schedule \"%.30s\" is not known", text);
	error_hint(e, "write @hourly, @daily, @weekly, @monthly, or five fields");
	return NULL;
}

enum err cron_parse(const char *text, struct cron *c, struct error *e)
{
	uint64_t bits[ARRAY_LEN(fields)];
	bool star[ARRAY_LEN(fields)];
	size_t n;

	if (strnlen(text, TEXT_MAX + 1) > TEXT_MAX)
		return error_set(e, ERR_INVALID, "the schedule has more than %d bytes", TEXT_MAX);
	text = expand(text, e);
	if (!text)
		return ERR_INVALID;
	n = count_fields(text);
	if (n != ARRAY_LEN(fields))
		return wrong_count(n, e);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		text += strspn(text, " \t");
		star[i] = *text == '*';
		if (!get_field(&text, &fields[i], &bits[i], e))
			return ERR_INVALID;
	}
	*c = (struct cron){
		.minutes = bits[0],
		.hours = (uint32_t)bits[1],
		.days = (uint32_t)bits[2],
		.months = (uint32_t)bits[3],
		.weekdays = (uint32_t)((bits[4] | bits[4] >> 7) & 0x7F), /* 7 is Sunday, too */
		.day_any = star[2],
		.weekday_any = star[4],
	};
	return ERR_NONE;
}

/* ---- what comes next ---- */

/* As Vixie cron: a field that begins with * restricts together with the other one. */
static bool day_matches(const struct cron *c, int64_t day)
{
	unsigned month, date;
	bool by_date, by_weekday;
	int year;

	civil_from_days(day, &year, &month, &date);
	if (!(c->months >> month & 1))
		return false;
	by_date = c->days >> date & 1;
	by_weekday = c->weekdays >> civil_weekday(day) & 1;
	return c->day_any || c->weekday_any ? by_date && by_weekday : by_date || by_weekday;
}

/* First wall minute (minutes since 1970 on the wall clock) >= from that matches, -1: none. */
static int64_t next_wall(const struct cron *c, int64_t from, int64_t last_day)
{
	int64_t day = from / MINUTES_A_DAY - (from % MINUTES_A_DAY < 0);
	int minute_of_day = (int)(from - day * MINUTES_A_DAY);

	for (; day <= last_day; day++, minute_of_day = 0) {
		int hour = minute_of_day / 60, minute = minute_of_day % 60;

		if (!day_matches(c, day))
			continue;
		for (; hour < 24; hour++, minute = 0) {
			uint64_t rest = c->minutes >> minute;

			if ((c->hours >> hour & 1) && rest)
				return day * MINUTES_A_DAY + hour * 60 + minute +
				       __builtin_ctzll(rest);
		}
	}
	return -1;
}

static int64_t floor_minute(int64_t ms)
{
	return ms / 60000 - (ms % 60000 < 0);
}

/* A schedule for every hour: within each span of constant offset, by elapsed time. */
static int64_t next_elapsed(const struct cron *c, const struct tz *z, int64_t after_ms,
			    int64_t last_day)
{
	int64_t from_ms = after_ms + 1;

	for (;;) {
		int64_t offset_ms = tz_offset_s(z, from_ms, NULL) * INT64_C(1000);
		int64_t until = tz_next_change_ms(z, from_ms);
		/* the first whole wall minute at or after from_ms */
		int64_t wall = next_wall(c, floor_minute(from_ms + offset_ms - 1) + 1, last_day);

		if (wall < 0)
			return -1;
		if (wall * 60000 - offset_ms < until)
			return wall * 60000 - offset_ms;
		from_ms = until;
	}
}

static int64_t instant_of(const struct tz *z, int64_t wall)
{
	int64_t day = wall / MINUTES_A_DAY - (wall % MINUTES_A_DAY < 0);
	int rest = (int)(wall - day * MINUTES_A_DAY);
	struct tz_civil civil = {.hour = rest / 60, .minute = rest % 60};
	unsigned month, date;

	civil_from_days(day, &civil.year, &month, &date);
	civil.month = (int)month;
	civil.day = (int)date;
	return tz_ms_from_civil(z, &civil);
}

/* Slots in order of the wall clock are in order of time too; those of a gap fall together. */
static int64_t next_slot(const struct cron *c, const struct tz *z, int64_t after_ms,
			 int64_t last_day)
{
	int64_t local_ms = after_ms + tz_offset_s(z, after_ms, NULL) * INT64_C(1000);
	int64_t wall = floor_minute(local_ms);

	for (;;) {
		int64_t at;

		wall = next_wall(c, wall, last_day);
		if (wall < 0)
			return -1;
		at = instant_of(z, wall);
		if (at > after_ms)
			return at;
		wall++;
	}
}

int64_t cron_next(const struct cron *c, const struct tz *z, int64_t after_ms)
{
	const uint32_t every_hour = (1U << 24) - 1;
	int64_t last_day = after_ms / 86400000 + DAYS_AHEAD;

	return c->hours == every_hour ? next_elapsed(c, z, after_ms, last_day)
				      : next_slot(c, z, after_ms, last_day);
}
