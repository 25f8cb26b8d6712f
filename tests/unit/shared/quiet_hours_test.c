#include "shared/quiet_hours.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "shared/mem.h"

enum { MINUTE = 60000, HOUR = 60 * MINUTE };

static struct quiet_hours span(const char *text)
{
	struct quiet_hours q;
	assert_true(quiet_hours_parse(text, &q));
	return q;
}

static int setup(void **state)
{
	*state = tz_load("Europe/Berlin", NULL);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	tz_free(*state);
	return 0;
}

static int64_t at(const struct tz *zone, int month, int day, int hour, int minute)
{
	const struct tz_civil c = {2026, month, day, hour, minute, 0, 0};
	return tz_ms_from_civil(zone, &c);
}

static int64_t left(const struct tz *zone, const char *text, int64_t ms)
{
	struct quiet_hours q = span(text);
	int64_t end = quiet_hours_end(&q, zone, ms);
	return end ? end - ms : 0;
}

static void parse__takes__spans_of_a_day(void **state)
{
	struct quiet_hours q = span("22:00-07:00");
	assert_int_equal(q.from_minute, 22 * 60);
	assert_int_equal(q.until_minute, 7 * 60);
	q = span("9:30-24:00");
	assert_int_equal(q.from_minute, 9 * 60 + 30);
	assert_int_equal(q.until_minute, 24 * 60);
}

static void parse__refuses__what_is_no_span_and_leaves_what_was(void **state)
{
	static const char *const wrong[] = {"",
					    "22:00",
					    "22-7",
					    "25:00-07:00",
					    "22:60-07:00",
					    "a:b-c:d",
					    "22:00-07:00x",
					    " 22:00-07:00",
					    "22:0-07:00",
					    "-1:00-07:00",
					    "22:00-24:30",
					    "07:00-07:00",
					    "22:00--07:00",
					    "22: 0-07:00",
					    "+2:00-07:00"};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct quiet_hours q = {3, 4};
		assert_false(quiet_hours_parse(wrong[i], &q));
		assert_int_equal(q.from_minute, 3);
		assert_int_equal(q.until_minute, 4);
	}
}

static void end__is_the_next_morning__or_this_one(void **state)
{
	const struct tz *berlin = *state;
	assert_int_equal(left(berlin, "22:00-07:00", at(berlin, 6, 1, 22, 0)), 9 * HOUR);
	assert_int_equal(left(berlin, "22:00-07:00", at(berlin, 6, 30, 23, 0)), 8 * HOUR);
	assert_int_equal(left(berlin, "22:00-07:00", at(berlin, 6, 2, 1, 0)), 6 * HOUR);
	assert_int_equal(left(berlin, "22:00-07:00", at(berlin, 6, 2, 6, 59)), MINUTE);
	assert_int_equal(left(berlin, "22:00-07:00", at(berlin, 6, 2, 7, 0)), 0);
	assert_int_equal(left(berlin, "22:00-07:00", at(berlin, 6, 2, 21, 59)), 0);
}

static void end__may_lie_within_the_day_and_at_its_end(void **state)
{
	const struct tz *berlin = *state;
	assert_int_equal(left(berlin, "12:30-14:00", at(berlin, 6, 1, 13, 0)), HOUR);
	assert_int_equal(left(berlin, "12:30-14:00", at(berlin, 6, 1, 12, 29)), 0);
	assert_int_equal(left(berlin, "12:30-14:00", at(berlin, 6, 1, 14, 0)), 0);
	assert_int_equal(left(berlin, "18:00-24:00", at(berlin, 12, 31, 23, 0)), HOUR);
	assert_int_equal(left(berlin, "00:00-24:00", at(berlin, 6, 1, 0, 0)), 24 * HOUR);
}

static void end__is_by_the_clock__in_nights_in_which_clocks_change(void **state)
{
	const struct tz *berlin = *state;
	assert_int_equal(left(berlin, "22:00-07:00", at(berlin, 3, 28, 23, 0)), 7 * HOUR);
	assert_int_equal(left(berlin, "22:00-07:00", at(berlin, 10, 24, 23, 0)), 9 * HOUR);
	/* 02:30 for the second time: the end of 02:00-02:45 by its first clock lies behind us. */
	int64_t second = at(berlin, 10, 25, 2, 30) + HOUR;
	assert_in_range(left(berlin, "02:00-02:45", second), 1, 15 * MINUTE);
}

static void none__is_never_quiet(void **state)
{
	const struct quiet_hours none = {0};
	const struct tz *berlin = *state;
	assert_int_equal(quiet_hours_end(&none, berlin, at(berlin, 6, 1, 0, 0)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse__takes__spans_of_a_day),
		cmocka_unit_test(parse__refuses__what_is_no_span_and_leaves_what_was),
		cmocka_unit_test(end__is_the_next_morning__or_this_one),
		cmocka_unit_test(end__may_lie_within_the_day_and_at_its_end),
		cmocka_unit_test(end__is_by_the_clock__in_nights_in_which_clocks_change),
		cmocka_unit_test(none__is_never_quiet),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
