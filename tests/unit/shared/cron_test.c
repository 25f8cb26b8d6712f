#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "shared/cron.h"
#include "shared/timefmt.h"

static int64_t ms_of(const char *text)
{
	int64_t ms;

	if (!time_parse(text, &ms))
		fail_msg("no time: %s", text);
	return ms;
}

static void parse(const char *text, struct cron *c)
{
	struct error e = {0};

	if (cron_parse(text, c, &e))
		fail_msg("%s: %s", text, e.text);
}

/* The slots after `after`, one by one; wants ends with NULL. */
static void comes(const char *text, const char *zone, const char *after, const char *const *wants)
{
	struct tz *z = tz_load(zone, NULL);
	int64_t ms = ms_of(after);
	struct cron c;

	assert_non_null(z);
	parse(text, &c);
	for (; *wants; wants++) {
		char got[TIME_TEXT];

		ms = cron_next(&c, z, ms);
		if (ms != ms_of(*wants))
			fail_msg("%s in %s: %s, wanted %s", text, zone, time_rfc3339(got, ms),
				 *wants);
	}
	tz_free(z);
}

#define COMES(text, zone, after, ...) \
	comes(text, zone, after, (const char *const[]){__VA_ARGS__, NULL})

static void next__plain_schedules(void **state)
{
	COMES("30 2 * * *", "UTC", "2026-11-22T02:29:59.999Z", "2026-11-22T02:30:00Z",
	      "2026-11-23T02:30:00Z");
	COMES("30 2 * * *", "UTC", "2026-11-22T02:30:00Z", "2026-11-23T02:30:00Z");
	COMES("*/7 * * * *", "UTC", "2026-11-22T10:48:00Z", "2026-11-22T10:49:00Z",
	      "2026-11-22T10:56:00Z", "2026-11-22T11:00:00Z", "2026-11-22T11:07:00Z");
	COMES("0 9-17/4 * * mon-fri", "UTC", "2026-11-20T17:30:00Z", "2026-11-23T09:00:00Z",
	      "2026-11-23T13:00:00Z", "2026-11-23T17:00:00Z", "2026-11-24T09:00:00Z");
	COMES("15,45 0 1 jan,JUL *", "UTC", "2026-11-20T17:30:00Z", "2027-01-01T00:15:00Z",
	      "2027-01-01T00:45:00Z", "2027-07-01T00:15:00Z");
	COMES("@daily", "UTC", "2026-12-31T23:00:00Z", "2027-01-01T00:00:00Z");
	COMES("@hourly", "UTC", "2026-12-31T23:00:00Z", "2027-01-01T00:00:00Z");
	COMES("@weekly", "UTC", "2026-11-22T00:00:00Z", "2026-11-29T00:00:00Z"); /* Sundays */
	COMES(" @monthly ", "UTC", "2026-11-22T00:00:00Z", "2026-12-01T00:00:00Z");
	COMES("0 0 * * 7", "UTC", "2026-11-22T00:00:00Z", "2026-11-29T00:00:00Z");
	COMES("0 0 * * fri-sun", "UTC", "2026-11-22T00:00:00Z", "2026-11-27T00:00:00Z",
	      "2026-11-28T00:00:00Z", "2026-11-29T00:00:00Z", "2026-12-04T00:00:00Z");
	COMES("\t0  0\t1 * *  ", "UTC", "2026-11-22T00:00:00Z", "2026-12-01T00:00:00Z");
}

static void next__29_february(void **state)
{
	COMES("0 12 29 2 *", "UTC", "2026-11-22T00:00:00Z", "2028-02-29T12:00:00Z",
	      "2032-02-29T12:00:00Z");
	COMES("0 12 29 2 *", "UTC", "2096-03-01T00:00:00Z", "2104-02-29T12:00:00Z");
}

static void next__never__is_minus_one(void **state)
{
	struct tz *z = tz_load("UTC", NULL);
	struct cron c;

	parse("0 0 30 2 *", &c);
	assert_int_equal(cron_next(&c, z, 0), -1);
	parse("0 * 31 4,6,9,11 *", &c);
	assert_int_equal(cron_next(&c, z, 0), -1);
	tz_free(z);
}

static void next__both_days__either_matches(void **state)
{
	/* Friday or the 13th */
	COMES("0 0 13 * fri", "UTC", "2026-11-09T00:00:00Z", "2026-11-13T00:00:00Z",
	      "2026-11-20T00:00:00Z", "2026-11-27T00:00:00Z", "2026-12-04T00:00:00Z",
	      "2026-12-11T00:00:00Z", "2026-12-13T00:00:00Z");
	/* beginning with * it restricts: odd days that are Mondays */
	COMES("0 0 */2 * mon", "UTC", "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z",
	      "2026-12-07T00:00:00Z");
}

static void next__gap__runs_at_its_end(void **state)
{
	COMES("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00+01:00",
	      "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00");
	COMES("0,20,40 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00+01:00",
	      "2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00");
	COMES("30 12 30 12 *", "Pacific/Apia", "2011-12-29T12:00:00-10:00",
	      "2011-12-31T00:00:00+14:00");
}

static void next__repeated__runs_once_the_first_time(void **state)
{
	COMES("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00+02:00",
	      "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00");
	COMES("0 1-4 * * *", "Europe/Berlin", "2026-10-25T01:30:00+02:00",
	      "2026-10-25T02:00:00+02:00", "2026-10-25T03:00:00+01:00",
	      "2026-10-25T04:00:00+01:00");
	/* asked in the second pass */
	COMES("30 2 * * *", "Europe/Berlin", "2026-10-25T02:10:00+01:00",
	      "2026-10-26T02:30:00+01:00");
}

static void next__every_hour__goes_on_in_real_time(void **state)
{
	COMES("30 * * * *", "Europe/Berlin", "2026-10-25T01:30:00+02:00",
	      "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00",
	      "2026-10-25T03:30:00+01:00");
	COMES("30 * * * *", "Europe/Berlin", "2026-03-29T00:30:00+01:00",
	      "2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00");
	COMES("*/20 * * * *", "Australia/Lord_Howe", "2026-04-05T01:30:00+11:00",
	      "2026-04-05T01:40:00+11:00", "2026-04-05T01:40:00+10:30",
	      "2026-04-05T02:00:00+10:30");
	COMES("@hourly", "Asia/Kolkata", "2026-11-22T00:00:00Z", "2026-11-22T00:30:00Z");
}

static void parse__refuses__with_a_hint(void **state)
{
	static const struct {
		const char *text, *word;
		bool hint;
	} bad[] = {
		{"", "five fields", true},
		{"* * * *", "five fields", true},
		{"0 * * * * *", "five fields", true},
		{"60 * * * *", "0-59", false},
		{"* 24 * * *", "0-23", false},
		{"* * 0 * *", "1-31", false},
		{"* * 32 * *", "1-31", false},
		{"* * * 13 *", "1-12", false},
		{"* * * * 8", "0-7", false},
		{"* 22-2 * * *", "backwards", true},
		{"* * * * sat-mon", "backwards", true},
		{"*/0 * * * *", "step", false},
		{"*/60 * * * *", "step", false},
		{"*/x * * * *", "step", false},
		{"5/15 * * * *", "range", true},
		{"1, * * * *", "minute", true},
		{",1 * * * *", "minute", true},
		{"1-x * * * *", "minute", true},
		{"-1 * * * *", "minute", true},
		{"* * * feb-foo *", "month", true},
		{"* * * january *", "month", true},
		{"mon * * * *", "minute", true},
		{"* * ? * *", "day of month", true},
		{"* * L * *", "day of month", true},
		{"1;2 * * * *", "minute", false},
		{"99999999999999999999 * * * *", "0-59", false},
		{"@reboot", "not known", true},
		{"@dailyx", "not known", true},
		{"@daily x", "not known", true},
		{"@", "not known", true},
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct error e = {0};
		struct cron c;

		if (cron_parse(bad[i].text, &c, &e) != ERR_INVALID)
			fail_msg("accepted \"%s\"", bad[i].text);
		if (!strstr(e.text, bad[i].word) || (bad[i].hint && !e.hint[0]))
			fail_msg("\"%s\": %s / %s", bad[i].text, e.text, e.hint);
	}
}

static void parse__hints__are_schedules_that_work(void **state)
{
	struct error e = {0};
	struct cron c;

	assert_int_equal(cron_parse("* 22-2 * * *", &c, &e), ERR_INVALID);
	assert_string_equal(e.hint, "write 22-23,0-2");
	parse("* 22-23,0-2 * * *", &c);
	assert_int_equal(cron_parse("* * * * 6-1", &c, &e), ERR_INVALID);
	assert_string_equal(e.hint, "write 6-6,0-1");
	parse("* * * * 6-6,0-1", &c);
	assert_int_equal(cron_parse("0 0 * * * *", &c, &e), ERR_INVALID);
	assert_non_null(strstr(e.hint, "seconds"));
}

static void parse__long_text__is_refused(void **state)
{
	char text[1000];
	struct cron c;

	memset(text, '1', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	assert_int_equal(cron_parse(text, &c, NULL), ERR_INVALID);
}

/* ---- against minute-by-minute counting, which knows nothing of the search ---- */

static uint64_t next_random(uint64_t *s)
{
	*s ^= *s >> 12;
	*s ^= *s << 25;
	*s ^= *s >> 27;
	return *s * UINT64_C(2685821657736338717);
}

static bool matches(const struct cron *c, const struct tz_civil *t)
{
	bool date = c->days >> t->day & 1, weekday = c->weekdays >> t->weekday & 1;

	return (c->minutes >> t->minute & 1) && (c->hours >> t->hour & 1) &&
	       (c->months >> t->month & 1) &&
	       (c->day_any || c->weekday_any ? date && weekday : date || weekday);
}

/* Of every wall minute that begins in this minute, or was skipped just before it. */
static bool runs_at(const struct cron *c, const struct tz *z, int64_t ms)
{
	int64_t before = tz_offset_s(z, ms - 1, NULL), now = tz_offset_s(z, ms, NULL);
	struct tz_civil t;

	tz_civil_from_ms(z, ms, &t);
	if (c->hours == (1U << 24) - 1)
		return matches(c, &t);
	if (matches(c, &t) && tz_ms_from_civil(z, &t) == ms)
		return true;
	for (int64_t skipped = 60; skipped <= now - before; skipped += 60) {
		struct tz *utc = tz_load("UTC", NULL);
		bool hit;

		tz_civil_from_ms(utc, ms + now * 1000 - skipped * 1000, &t);
		hit = matches(c, &t);
		tz_free(utc);
		if (hit)
			return true;
	}
	return false;
}

static void random_field(char *out, size_t cap, int min, int max, uint64_t *seed)
{
	int a = min + (int)(next_random(seed) % (uint64_t)(max - min + 1));
	int b = a + (int)(next_random(seed) % (uint64_t)(max - a + 1));

	switch (next_random(seed) % 6) {
	case 0:
	case 1: snprintf(out, cap, "*"); break;
	case 2: snprintf(out, cap, "*/%d", 1 + (int)(next_random(seed) % (uint64_t)max)); break;
	case 3: snprintf(out, cap, "%d-%d", a, b); break;
	case 4: snprintf(out, cap, "%d,%d", a, b); break;
	case 5: snprintf(out, cap, "%d-%d/%d", a, b, 1 + (int)(next_random(seed) % 5)); break;
	}
}

static void next__random__as_counted_minute_by_minute(void **state)
{
	static const char *const names[] = {"Europe/Berlin", "America/New_York",
					    "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata"};
	static const char *const starts[] = {"2026-03-28T20:00:00Z", "2026-10-24T20:00:00Z",
					     "2026-03-07T20:00:00Z", "2026-10-31T20:00:00Z",
					     "2026-04-04T10:00:00Z", "2026-10-03T10:00:00Z",
					     "2011-12-29T10:00:00Z", "2028-02-28T12:00:00Z"};
	uint64_t seed = 23;

	for (int round = 0; round < 1500; round++) {
		const char *name = names[next_random(&seed) % 5];
		int64_t ms = ms_of(starts[next_random(&seed) % 8]) +
			     (int64_t)(next_random(&seed) % 600) * 60000 + 30000;
		char f[5][32], text[200];
		struct tz *z = tz_load(name, NULL);
		int64_t next, counted;
		struct cron c;

		random_field(f[0], sizeof f[0], 0, 59, &seed);
		random_field(f[1], sizeof f[1], 0, 23, &seed);
		random_field(f[2], sizeof f[2], 1, 31, &seed);
		random_field(f[3], sizeof f[3], 1, 12, &seed);
		random_field(f[4], sizeof f[4], 0, 6, &seed);
		snprintf(text, sizeof text, "%s %s %s %s %s", f[0], f[1], round % 2 ? f[2] : "*",
			 round % 4 == 3 ? f[3] : "*", round % 2 ? f[4] : "*");
		parse(text, &c);
		next = cron_next(&c, z, ms);
		for (counted = ms + 30000; counted < ms + INT64_C(3) * 86400000; counted += 60000) {
			if (runs_at(&c, z, counted))
				break;
		}
		if (next < ms + INT64_C(3) * 86400000 && next != -1 && next != counted)
			fail_msg("%s in %s after %lld: %lld, counted %lld", text, name,
				 (long long)ms, (long long)next, (long long)counted);
		if ((next == -1 || next > ms + INT64_C(3) * 86400000) &&
		    counted < ms + INT64_C(3) * 86400000)
			fail_msg("%s in %s after %lld: missed %lld", text, name, (long long)ms,
				 (long long)counted);
		tz_free(z);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(next__plain_schedules),
		cmocka_unit_test(next__29_february),
		cmocka_unit_test(next__never__is_minus_one),
		cmocka_unit_test(next__both_days__either_matches),
		cmocka_unit_test(next__gap__runs_at_its_end),
		cmocka_unit_test(next__repeated__runs_once_the_first_time),
		cmocka_unit_test(next__every_hour__goes_on_in_real_time),
		cmocka_unit_test(parse__refuses__with_a_hint),
		cmocka_unit_test(parse__hints__are_schedules_that_work),
		cmocka_unit_test(parse__long_text__is_refused),
		cmocka_unit_test(next__random__as_counted_minute_by_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
