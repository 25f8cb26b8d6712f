#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "shared/mem.h"
#include "shared/recurrence.h"
#include "shared/timefmt.h"

enum { HOUR_MS = 3600000 };

static int64_t ms_of(const char *text)
{
	int64_t ms;
	if (!time_parse(text, &ms))
		fail_msg("no time: %s", text);
	return ms;
}

static struct recurrence *made(struct recurrence_spec s)
{
	struct error e = {0};
	struct recurrence *r = recurrence_new(&s, &e);
	if (!r)
		fail_msg("%s", e.text);
	return r;
}

/* From one instant to another it opens exactly then, and lasts its real duration. */
static void opens(struct recurrence_spec s, const char *from, const char *until,
		  const char *const *times)
{
	struct recurrence *r = made(s);
	struct occurrence o;
	int64_t at = ms_of(from);
	char got[TIME_TEXT];
	while (recurrence_next(r, at, &o) && o.start_ms < ms_of(until)) {
		if (!*times || o.start_ms != ms_of(*times))
			fail_msg("%s opens at %s, not at %s", s.zone, time_rfc3339(got, o.start_ms),
				 *times ? *times : "no time");
		assert_int_equal(o.end_ms - o.start_ms, s.for_ms);
		at = o.start_ms;
		times++;
	}
	if (*times)
		fail_msg("%s does not open at %s", s.zone, *times);
	recurrence_free(r);
}

static struct recurrence_spec nightly(const char *cron, const char *zone)
{
	return (struct recurrence_spec){.cron = cron, .zone = zone, .for_ms = HOUR_MS};
}

static void window__opens__once_on_the_night_that_has_no_0230(void **state)
{
	static const char *const berlin[] = {"2027-03-27T01:30:00Z", "2027-03-28T01:00:00Z",
					     "2027-03-29T00:30:00Z", NULL};
	static const char *const york[] = {"2027-03-13T07:30:00Z", "2027-03-14T07:00:00Z",
					   "2027-03-15T06:30:00Z", NULL};
	/* Half an hour: 02:00 becomes 02:30, so 02:15 is not there. */
	static const char *const howe[] = {"2026-10-02T15:45:00Z", "2026-10-03T15:30:00Z",
					   "2026-10-04T15:15:00Z", NULL};
	opens(nightly("30 2 * * *", "Europe/Berlin"), "2027-03-27T00:00:00Z",
	      "2027-03-29T12:00:00Z", berlin);
	opens(nightly("30 2 * * *", "America/New_York"), "2027-03-13T05:00:00Z",
	      "2027-03-15T12:00:00Z", york);
	opens(nightly("15 2 * * *", "Australia/Lord_Howe"), "2026-10-02T12:00:00Z",
	      "2026-10-05T12:00:00Z", howe);
}

static void window__opens__once_on_the_night_that_has_0230_twice(void **state)
{
	static const char *const berlin[] = {"2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z",
					     "2026-10-26T01:30:00Z", NULL};
	static const char *const york[] = {"2026-10-31T05:30:00Z", "2026-11-01T05:30:00Z",
					   "2026-11-02T06:30:00Z", NULL};
	static const char *const howe[] = {"2027-04-02T14:45:00Z", "2027-04-03T14:45:00Z",
					   "2027-04-04T15:15:00Z", NULL};
	opens(nightly("30 2 * * *", "Europe/Berlin"), "2026-10-24T00:00:00Z",
	      "2026-10-26T12:00:00Z", berlin);
	opens(nightly("30 1 * * *", "America/New_York"), "2026-10-31T00:00:00Z",
	      "2026-11-02T12:00:00Z", york);
	opens(nightly("45 1 * * *", "Australia/Lord_Howe"), "2027-04-02T12:00:00Z",
	      "2027-04-05T12:00:00Z", howe);
}

static void rule__opens__once_on_both_nights(void **state)
{
	static const char *const spring[] = {"2027-03-27T01:30:00Z", "2027-03-28T01:00:00Z",
					     "2027-03-29T00:30:00Z", NULL};
	static const char *const autumn[] = {"2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z",
					     "2026-10-26T01:30:00Z", NULL};
	struct recurrence_spec s = {.rrule = "FREQ=DAILY",
				    .start = "2026-01-01 02:30",
				    .zone = "Europe/Berlin",
				    .for_ms = HOUR_MS};
	opens(s, "2027-03-27T00:00:00Z", "2027-03-29T12:00:00Z", spring);
	opens(s, "2026-10-24T00:00:00Z", "2026-10-26T12:00:00Z", autumn);
}

/* Morocco leaves summer time for Ramadan: 2027 from 7 February 03:00 to 14 March 02:00. */
static void window__opens__once_a_day_all_year_in_casablanca(void **state)
{
	struct recurrence *r = made(nightly("30 2 * * *", "Africa/Casablanca"));
	struct occurrence o;
	struct tz_civil c;
	int64_t at = ms_of("2027-01-01T00:00:00Z");
	int n = 0, moved = 0;
	while (recurrence_next(r, at, &o) && o.start_ms < ms_of("2028-01-01T00:00:00Z")) {
		tz_civil_from_ms(recurrence_zone(r), o.start_ms, &c);
		moved += c.hour != 2 || c.minute != 30;
		at = o.start_ms;
		n++;
	}
	assert_int_equal(n, 365);
	assert_int_equal(moved, 1); /* the night that has no 02:30 */
	recurrence_free(r);
}

static void rule__finds__year_ends_leap_days_and_last_fridays(void **state)
{
	static const char *const ends[] = {"2026-12-31T22:30:00Z", "2027-12-31T22:30:00Z", NULL};
	static const char *const leaps[] = {"2028-02-29T12:00:00Z", "2032-02-29T12:00:00Z", NULL};
	static const char *const fridays[] = {"2026-12-26T01:00:00Z", "2027-01-30T01:00:00Z",
					      "2027-02-27T01:00:00Z", "2027-03-27T00:00:00Z", NULL};
	opens((struct recurrence_spec){.rrule = "FREQ=YEARLY",
				       .start = "2025-12-31 23:30",
				       .zone = "Europe/Berlin",
				       .for_ms = HOUR_MS},
	      "2026-06-01T00:00:00Z", "2028-06-01T00:00:00Z", ends);
	opens((struct recurrence_spec){.rrule = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
				       .start = "2024-02-29T12:00",
				       .zone = "UTC",
				       .for_ms = HOUR_MS},
	      "2026-06-01T00:00:00Z", "2033-06-01T00:00:00Z", leaps);
	opens((struct recurrence_spec){.rrule = "RRULE:FREQ=MONTHLY;BYDAY=-1FR",
				       .start = "2026-12-25 20:00",
				       .zone = "America/New_York",
				       .for_ms = 2 * HOUR_MS},
	      "2026-12-01T00:00:00Z", "2027-04-01T00:00:00Z", fridays);
}

static void at__finds__the_window_that_holds(void **state)
{
	struct recurrence *r = made(nightly("30 2 * * *", "Europe/Berlin"));
	struct occurrence o;
	assert_false(recurrence_at(r, ms_of("2026-12-01T01:29:59Z"), &o));
	assert_true(recurrence_at(r, ms_of("2026-12-01T01:30:00Z"), &o));
	assert_int_equal(o.start_ms, ms_of("2026-12-01T01:30:00Z"));
	assert_true(recurrence_at(r, ms_of("2026-12-01T02:29:59Z"), &o));
	assert_false(recurrence_at(r, ms_of("2026-12-01T02:30:00Z"), &o));
	/* From 02:30 CEST on: over the change of the clocks it lasts an hour, not two. */
	assert_true(recurrence_at(r, ms_of("2026-10-25T01:29:00Z"), &o));
	assert_false(recurrence_at(r, ms_of("2026-10-25T01:30:00Z"), &o));
	recurrence_free(r);
	r = made((struct recurrence_spec){.cron = "*/5 * * * *",
					  .for_ms = 31 * 24 * (int64_t)HOUR_MS});
	assert_true(
		recurrence_at(r, ms_of("2026-12-01T02:33:00Z"), &o)); /* the last of thousands */
	assert_int_equal(o.start_ms, ms_of("2026-12-01T02:30:00Z"));
	recurrence_free(r);
}

static void one__has_a_start_and_an_end(void **state)
{
	struct recurrence *r = made((struct recurrence_spec){.start = "2026-12-01 22:00",
							     .end = "2026-12-02T04:00:00Z",
							     .zone = "Europe/Berlin"});
	struct occurrence o;
	assert_true(recurrence_next(r, ms_of("2026-12-01T00:00:00Z"), &o));
	assert_int_equal(o.start_ms, ms_of("2026-12-01T21:00:00Z"));
	assert_int_equal(o.end_ms, ms_of("2026-12-02T04:00:00Z"));
	assert_false(recurrence_next(r, o.start_ms, &o));
	recurrence_free(r);
}

static void schedule__ends__at_until(void **state)
{
	struct recurrence_spec s = nightly("30 2 * * *", "Europe/Berlin");
	static const char *const times[] = {"2026-12-01T01:30:00Z", "2026-12-02T01:30:00Z", NULL};
	s.start = "2026-12-01 00:00";
	s.until = "2026-12-03 02:30";
	opens(s, "2026-11-01T00:00:00Z", "2027-11-01T00:00:00Z", times);
}

static void new__says__what_to_give_instead(void **state)
{
	static const struct {
		struct recurrence_spec spec;
		const char *field, *hint;
	} cases[] = {
		{{.for_ms = 1}, "start", "--cron"},
		{{.cron = "* * * * *"}, "for", "--for 1h"},
		{{.cron = "* * * * *", .rrule = "FREQ=DAILY", .for_ms = 1}, "rrule", "one of"},
		{{.rrule = "FREQ=DAILY", .for_ms = 1}, "start", "--start"},
		{{.cron = "* * * * *", .end = "2026-12-01 02:30"}, "end", "--until"},
		{{.start = "2026-12-01 02:30", .end = "2026-12-01 02:30"}, "end", "later"},
		{{.start = "2026-12-01 02:30", .end = "2026-12-01 04:30", .for_ms = 1},
		 "end",
		 "one of"},
		{{.start = "2026-12-01 02:30", .for_ms = 1, .until = "2027-01-01 00:00"},
		 "until",
		 "--end"},
		{{.start = "tomorrow", .for_ms = 1}, "start", "2026-12-01 02:30"},
		{{.rrule = "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
		  .start = "2026-12-01 02:30",
		  .for_ms = 1},
		 "rrule",
		 "FREQ="},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error e = {0};
		assert_null(recurrence_new(&cases[i].spec, &e));
		assert_string_equal(e.field, cases[i].field);
		if (!strstr(e.hint, cases[i].hint))
			fail_msg("case %zu: %s; %s", i, e.text, e.hint);
	}
}

static void note__tells__what_the_clocks_do(void **state)
{
	static const struct {
		const char *from, *note;
	} cases[] = {
		{"2026-12-01T00:00:00Z", ""},
		{"2027-03-28T00:00:00Z", "the clocks go forward to 03:00"},
		{"2026-10-25T00:00:00Z", "02:30 comes twice: the first"},
	};
	struct recurrence *r = made(nightly("30 2 * * *", "Europe/Berlin"));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct occurrence o;
		char note[OCCURRENCE_NOTE];
		assert_true(recurrence_next(r, ms_of(cases[i].from), &o));
		assert_string_equal(occurrence_note(recurrence_zone(r), &o, note), cases[i].note);
	}
	recurrence_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(window__opens__once_on_the_night_that_has_no_0230),
		cmocka_unit_test(window__opens__once_on_the_night_that_has_0230_twice),
		cmocka_unit_test(rule__opens__once_on_both_nights),
		cmocka_unit_test(window__opens__once_a_day_all_year_in_casablanca),
		cmocka_unit_test(rule__finds__year_ends_leap_days_and_last_fridays),
		cmocka_unit_test(at__finds__the_window_that_holds),
		cmocka_unit_test(one__has_a_start_and_an_end),
		cmocka_unit_test(schedule__ends__at_until),
		cmocka_unit_test(new__says__what_to_give_instead),
		cmocka_unit_test(note__tells__what_the_clocks_do),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
