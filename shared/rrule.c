#include "shared/rrule.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/civil.h"
#include "shared/mem.h"

enum {
	INTERVAL_MAX = 1000,
	COUNT_MAX = 10000,
	YEARS_AHEAD = 400,
	PERIODS_MAX = 200000,
	SLOTS_MAX = 366, /* of one period, where positions choose among them */
	DAY_S = 86400,
};

static const char *const freqs[] = {"HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
static const char *const weekdays[] = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};

/* ---- reading -------------------------------------------------------------------------------- */

static enum err refuse(struct error *e, const char *part, const char *value, const char *why)
{
	return error_set(e, ERR_INVALID, "%s=%.40s %s", part, value, why);
}

static int word_of(const char *text, const char *const *words, int n)
{
	for (int i = 0; i < n; i++)
		if (!strcasecmp(text, words[i]))
			return i;
	return -1;
}

/* A whole number; false when it is none or out of range. */
static bool number(const char *text, int low, int high, int *out)
{
	char *end;
	long v = strtol(text, &end, 10);
	if (end == text || *end || isspace((unsigned char)*text) || v < low || v > high)
		return false;
	*out = (int)v;
	return true;
}

/* "20261224T180000", "20261224T180000Z", "20261224": that day is still in. */
static enum err read_until(const char *text, struct rrule *r, struct error *e)
{
	int y, mo, d, h = 23, mi = 59, s = 59, used = 0;
	bool date = sscanf(text, "%4d%2d%2d%n", &y, &mo, &d, &used) == 3 && used == 8;
	const char *rest = text + (date ? 8 : 0);
	used = 0;
	bool timed = date && sscanf(rest, "T%2d%2d%2d%n", &h, &mi, &s, &used) == 3 && used == 7;
	rest += timed ? 7 : 0;
	r->until_utc = timed && !strcasecmp(rest, "Z");
	if (!date || strspn(text, "0123456789") != 8 || (*rest && !r->until_utc) || y < 1970 ||
	    mo < 1 || mo > 12 || d < 1 || d > civil_month_days(y, mo) || h < 0 || h > 23 ||
	    mi < 0 || mi > 59 || s < 0 || s > 60) {
		refuse(e, "UNTIL", text, "is not a time");
		error_hint(e, "write UNTIL=20271231 or UNTIL=20271231T235959");
		return ERR_INVALID;
	}
	r->until_s = civil_to_days(y, mo, d) * DAY_S + h * 3600 + mi * 60 + s;
	return ERR_NONE;
}

static void set_bit(uint64_t *words, int n)
{
	words[n / 64] |= UINT64_C(1) << (n % 64);
}

static bool has_bit(const uint64_t *words, int n)
{
	return words[n / 64] >> (n % 64) & 1;
}

static enum err add_weekday(struct rrule *r, const char *text, struct error *e)
{
	size_t n = strlen(text);
	int day = n >= 2 ? word_of(text + n - 2, weekdays, 7) : -1, nth;
	char count[8];
	if (day < 0 || n > 2 + 4)
		goto wrong;
	if (n == 2) {
		r->weekdays |= 1U << day;
		return ERR_NONE;
	}
	snprintf(count, sizeof(count), "%.*s", (int)(n - 2), text);
	if (!number(count, -53, 53, &nth) || !nth || r->n_nth == RRULE_NTH_MAX)
		goto wrong;
	r->nth[r->n_nth].weekday = (int8_t)day;
	r->nth[r->n_nth++].nth = (int16_t)nth;
	return ERR_NONE;
wrong:
	refuse(e, "BYDAY", text, "is no day of the week");
	error_hint(e, "write MO,TU,WE,TH,FR,SA,SU, or with a number: 1MO the first, -1FR the last");
	return ERR_INVALID;
}

/* The lists of numbers: what they may hold, and where it goes. */
static enum err add_number(struct rrule *r, const char *part, const char *text, struct error *e)
{
	static const struct {
		const char *part;
		int low, high;
	} lists[] = {{"BYMONTH", 1, 12},      {"BYWEEKNO", -53, 53}, {"BYYEARDAY", -366, 366},
		     {"BYMONTHDAY", -31, 31}, {"BYHOUR", 0, 23},     {"BYMINUTE", 0, 59},
		     {"BYSETPOS", -366, 366}};
	size_t i = 0;
	int v;
	char range[64];
	while (i < ARRAY_LEN(lists) && strcasecmp(lists[i].part, part))
		i++;
	if (i == ARRAY_LEN(lists))
		return error_set(e, ERR_INVALID, "%.40s is not understood", part);
	snprintf(range, sizeof(range), "is not in %d..%d%s", lists[i].low, lists[i].high,
		 lists[i].low < 0 ? " without 0" : "");
	if (!number(text, lists[i].low, lists[i].high, &v) || (lists[i].low < 0 && !v))
		return refuse(e, lists[i].part, text, range);
	switch (i) {
	case 0: r->months |= 1U << v; break;
	case 1:
		*(v > 0 ? &r->weeks : &r->weeks_back) |= UINT64_C(1) << abs(v);
		r->by_week = true;
		break;
	case 2:
		set_bit(v > 0 ? r->year_days : r->year_days_back, abs(v));
		r->by_year_day = true;
		break;
	case 3:
		*(v > 0 ? &r->month_days : &r->month_days_back) |= 1U << abs(v);
		r->by_month_day = true;
		break;
	case 4: r->hours |= 1U << v; break;
	case 5: r->minutes |= UINT64_C(1) << v; break;
	default:
		if (r->n_positions == RRULE_SETPOS_MAX)
			return refuse(e, "BYSETPOS", text, "is one too many");
		r->positions[r->n_positions++] = (int16_t)v;
		break;
	}
	return ERR_NONE;
}

static enum err read_freq(const char *value, struct rrule *r, struct error *e)
{
	int f = word_of(value, freqs, ARRAY_LEN(freqs));
	if (f < 0) {
		refuse(e, "FREQ", value, "is not possible");
		error_hint(e, "one of HOURLY, DAILY, WEEKLY, MONTHLY, YEARLY");
		return ERR_INVALID;
	}
	r->freq = (enum rrule_freq)f;
	return ERR_NONE;
}

static enum err read_part(struct rrule *r, char *part, char *value, struct error *e)
{
	char *save = NULL;
	enum err err = ERR_NONE;
	int day;
	if (!strcasecmp(part, "FREQ"))
		return read_freq(value, r, e);
	if (!strcasecmp(part, "UNTIL"))
		return read_until(value, r, e);
	if (!strcasecmp(part, "INTERVAL"))
		return number(value, 1, INTERVAL_MAX, &r->interval)
			       ? ERR_NONE
			       : refuse(e, part, value, "is not in 1..1000");
	if (!strcasecmp(part, "COUNT"))
		return number(value, 1, COUNT_MAX, &r->count)
			       ? ERR_NONE
			       : refuse(e, part, value, "is not in 1..10000");
	if (!strcasecmp(part, "WKST")) {
		day = word_of(value, weekdays, 7);
		r->week_start = day;
		return day >= 0 ? ERR_NONE : refuse(e, part, value, "is no day of the week");
	}
	if (!strcasecmp(part, "BYSECOND") || !strcasecmp(part, "RSCALE") ||
	    !strcasecmp(part, "SKIP")) {
		error_set(e, ERR_INVALID, "%.20s is not supported", part);
		error_hint(e, "leave it out");
		return ERR_INVALID;
	}
	bool days = !strcasecmp(part, "BYDAY");
	for (char *v = strtok_r(value, ",", &save); v && !err; v = strtok_r(NULL, ",", &save))
		err = days ? add_weekday(r, v, e) : add_number(r, part, v, e);
	return err;
}

/* What RFC 5545 forbids. */
static enum err cross_check(const struct rrule *r, struct error *e)
{
	const char *f = freqs[r->freq];
	if (r->by_week && r->freq != RRULE_YEARLY)
		return error_set(e, ERR_INVALID, "BYWEEKNO needs FREQ=YEARLY");
	if (r->by_year_day && r->freq != RRULE_YEARLY && r->freq != RRULE_HOURLY)
		return error_set(e, ERR_INVALID, "BYYEARDAY is not possible with FREQ=%s", f);
	if (r->by_month_day && r->freq == RRULE_WEEKLY)
		return error_set(e, ERR_INVALID, "BYMONTHDAY is not possible with FREQ=WEEKLY");
	if (r->n_nth && r->freq != RRULE_MONTHLY && r->freq != RRULE_YEARLY)
		return error_set(e, ERR_INVALID,
				 "BYDAY with a number needs FREQ=MONTHLY or YEARLY");
	if (r->n_nth && r->by_week)
		return error_set(e, ERR_INVALID,
				 "BYDAY with a number is not possible with BYWEEKNO");
	if (r->count && r->until_s != INT64_MAX) {
		error_set(e, ERR_INVALID, "COUNT and UNTIL are not possible together");
		error_hint(e, "give only one of them");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static void split(int64_t wall_s, int64_t *day, int *second)
{
	*day = wall_s / DAY_S - (wall_s % DAY_S < 0);
	*second = (int)(wall_s - *day * DAY_S);
}

/* What the rule leaves open is as the first one is. */
static void fill(struct rrule *r, int64_t start_s)
{
	int64_t day;
	int second, year;
	unsigned month, date;
	split(start_s, &day, &second);
	civil_from_days(day, &year, &month, &date);
	bool any = r->by_week || r->by_year_day || r->by_month_day || r->weekdays || r->n_nth;
	if (!any && r->freq == RRULE_YEARLY && !r->months)
		r->months = 1U << month;
	if (!any && (r->freq == RRULE_YEARLY || r->freq == RRULE_MONTHLY)) {
		r->month_days = 1U << date;
		r->by_month_day = true;
	}
	if (!any && r->freq == RRULE_WEEKLY)
		r->weekdays = 1U << civil_weekday(day);
	if (!r->hours && r->freq != RRULE_HOURLY)
		r->hours = 1U << (second / 3600);
	if (!r->minutes)
		r->minutes = UINT64_C(1) << (second / 60 % 60);
}

enum err rrule_parse(const char *text, int64_t start_s, struct rrule *r, struct error *e)
{
	char copy[RRULE_TEXT_MAX + 1], *save = NULL;
	bool freq = false;
	enum err err = ERR_NONE;
	*r = (struct rrule){.interval = 1, .until_s = INT64_MAX, .week_start = 1};
	if (!strncasecmp(text, "RRULE:", 6))
		text += 6;
	if (strnlen(text, RRULE_TEXT_MAX + 1) > RRULE_TEXT_MAX)
		return error_set(e, ERR_INVALID, "the rule has more than %d bytes", RRULE_TEXT_MAX);
	if (strchr(text, ':')) {
		error_set(e, ERR_INVALID, "only the rule itself goes here");
		error_hint(e, "FREQ=WEEKLY;BYDAY=SA; what stands in DTSTART goes into start");
		return ERR_INVALID;
	}
	snprintf(copy, sizeof(copy), "%s", text);
	for (char *p = strtok_r(copy, ";", &save); p && !err; p = strtok_r(NULL, ";", &save)) {
		char *value = strchr(p, '=');
		if (!value || !value[1]) {
			error_set(e, ERR_INVALID, "\"%.40s\" is not PART=VALUE", p);
			error_hint(e, "as in FREQ=MONTHLY;BYDAY=-1FR");
			return ERR_INVALID;
		}
		*value++ = '\0';
		freq = freq || !strcasecmp(p, "FREQ");
		err = read_part(r, p, value, e);
	}
	if (!err && !freq) {
		error_set(e, ERR_INVALID, "the rule has no FREQ");
		error_hint(e, "as in FREQ=WEEKLY;BYDAY=SA");
		err = ERR_INVALID;
	}
	if (!err)
		err = cross_check(r, e);
	if (!err)
		fill(r, start_s);
	return err;
}

/* ---- days ----------------------------------------------------------------------------------- */

/* The first day of week 1 of a year: the week that has at least four of its days. */
static int64_t first_week(const struct rrule *r, int year)
{
	int64_t new_year = civil_to_days(year, 1, 1);
	int into = (civil_weekday(new_year) - r->week_start + 7) % 7;
	return new_year - into + (into > 3 ? 7 : 0);
}

static bool week_matches(const struct rrule *r, int64_t day, int year)
{
	int64_t first = first_week(r, year), next = first_week(r, year + 1);
	if (day < first) {
		next = first;
		first = first_week(r, year - 1);
	} else if (day >= next) {
		first = next;
		next = first_week(r, year + 2);
	}
	int week = (int)((day - first) / 7) + 1, weeks = (int)((next - first) / 7);
	return (r->weeks >> week & 1) || (r->weeks_back >> (weeks - week + 1) & 1);
}

static bool nth_matches(const struct rrule *r, int weekday, int at, int length)
{
	for (int i = 0; i < r->n_nth; i++) {
		int nth = r->nth[i].nth;
		if (r->nth[i].weekday == weekday &&
		    nth == (nth > 0 ? at / 7 + 1 : -((length - 1 - at) / 7) - 1))
			return true;
	}
	return false;
}

static bool day_matches(const struct rrule *r, int64_t day)
{
	int year;
	unsigned month, date;
	civil_from_days(day, &year, &month, &date);
	if (r->months && !(r->months >> month & 1))
		return false;
	int in_month = civil_month_days(year, (int)month),
	    in_year = civil_is_leap(year) ? 366 : 365;
	int of_year = (int)(day - civil_to_days(year, 1, 1)) + 1, weekday = civil_weekday(day);
	if (r->by_week && !week_matches(r, day, year))
		return false;
	if (r->by_year_day && !has_bit(r->year_days, of_year) &&
	    !has_bit(r->year_days_back, in_year - of_year + 1))
		return false;
	if (r->by_month_day && !(r->month_days >> date & 1) &&
	    !(r->month_days_back >> (in_month - (int)date + 1) & 1))
		return false;
	if (!r->weekdays && !r->n_nth)
		return true;
	bool monthly = r->freq == RRULE_MONTHLY || r->months;
	return (r->weekdays >> weekday & 1) ||
	       nth_matches(r, weekday, monthly ? (int)date - 1 : of_year - 1,
			   monthly ? in_month : in_year);
}

/* ---- periods -------------------------------------------------------------------------------- */

/* One step of FREQ: its days, and of HOURLY its hour. */
struct period {
	int64_t first, last;
	int hour; /* -1: all of the rule */
};

struct start {
	int64_t wall_s, day;
	int second, year, month;
};

static struct start start_of(int64_t wall_s)
{
	struct start s = {.wall_s = wall_s};
	unsigned month, date;
	split(wall_s, &s.day, &s.second);
	civil_from_days(s.day, &s.year, &month, &date);
	s.month = (int)month;
	return s;
}

static struct period period_at(const struct rrule *r, const struct start *s, int64_t n)
{
	struct period p = {.hour = -1};
	int64_t step = n * r->interval, month;
	switch (r->freq) {
	case RRULE_HOURLY:
		step += s->second / 3600;
		p.first = p.last = s->day + step / 24;
		p.hour = (int)(step % 24);
		break;
	case RRULE_DAILY: p.first = p.last = s->day + step; break;
	case RRULE_WEEKLY:
		p.first = s->day - (civil_weekday(s->day) - r->week_start + 7) % 7 + 7 * step;
		p.last = p.first + 6;
		break;
	case RRULE_MONTHLY:
		month = (int64_t)s->year * 12 + s->month - 1 + step;
		p.first = civil_to_days(month / 12, (int)(month % 12) + 1, 1);
		p.last = p.first + civil_month_days(month / 12, (int)(month % 12) + 1) - 1;
		break;
	case RRULE_YEARLY:
		p.first = civil_to_days(s->year + step, 1, 1);
		p.last = civil_to_days(s->year + step, 12, 31);
		break;
	}
	return p;
}

/* A period that ends before that day, as late as is easily found; nothing is skipped with COUNT. */
static int64_t period_before(const struct rrule *r, const struct start *s, int64_t day)
{
	static const int at_most_h[] = {1, 24, 7 * 24, 31 * 24, 366 * 24};
	int64_t n = (day - s->day - 1) * 24 / at_most_h[r->freq] / r->interval - 1;
	return r->count || n < 0 ? 0 : n;
}

/* Calls up with each wall time of a period in order, until it says stop. */
struct walk {
	const struct rrule *r;
	const struct start *start;
	int64_t after_s, found_s;
	int counted;
	bool over;
};

static bool take(struct walk *w, int64_t wall_s)
{
	if (wall_s < w->start->wall_s)
		return false;
	if ((!w->r->until_utc && wall_s > w->r->until_s) ||
	    (w->r->count && w->counted++ == w->r->count)) {
		w->over = true;
		return true;
	}
	if (wall_s <= w->after_s)
		return false;
	w->found_s = wall_s;
	return true;
}

static bool take_positions(struct walk *w, const int64_t *slots, int n)
{
	int64_t last = INT64_MIN;
	for (;;) { /* in order of time, each once */
		int64_t next = INT64_MAX;
		for (int i = 0; i < w->r->n_positions; i++) {
			int at = w->r->positions[i];
			at = at > 0 ? at - 1 : n + at;
			if (at >= 0 && at < n && slots[at] > last && slots[at] < next)
				next = slots[at];
		}
		if (next == INT64_MAX)
			return false;
		if (take(w, next))
			return true;
		last = next;
	}
}

static bool walk_period(struct walk *w, const struct period *p)
{
	const struct rrule *r = w->r;
	int64_t slots[SLOTS_MAX];
	int n = 0, offset = w->start->second % 60;
	uint32_t hours = p->hour < 0 ? r->hours : 1U << p->hour;
	if (p->hour >= 0 && r->hours && !(r->hours & hours))
		return false;
	for (int64_t day = p->first; day <= p->last; day++) {
		if (!day_matches(r, day))
			continue;
		for (int h = 0; h < 24; h++) {
			if (!(hours >> h & 1))
				continue;
			for (uint64_t m = r->minutes; m; m &= m - 1) {
				int64_t at =
					day * DAY_S + h * 3600 + __builtin_ctzll(m) * 60 + offset;
				if (!r->n_positions && take(w, at))
					return true;
				if (r->n_positions && n < SLOTS_MAX)
					slots[n++] = at;
			}
		}
	}
	return r->n_positions && take_positions(w, slots, n);
}

int64_t rrule_next(const struct rrule *r, int64_t start_s, int64_t after_s)
{
	struct start s = start_of(start_s);
	struct walk w = {.r = r, .start = &s, .after_s = after_s, .found_s = -1};
	int64_t from = after_s > start_s ? after_s : start_s, after_day;
	int ignored;
	split(from, &after_day, &ignored);
	int64_t last_day = after_day + YEARS_AHEAD * INT64_C(366),
		n = period_before(r, &s, after_day);
	for (int tries = 0; tries < PERIODS_MAX; tries++, n++) {
		struct period p = period_at(r, &s, n);
		if (p.first > last_day || walk_period(&w, &p))
			break;
	}
	return w.over ? -1 : w.found_s;
}
