#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <cmocka.h>

#include "shared/civil.h"

static void days__match_libc__and_round_trip(void **state)
{
	for (int64_t day = -800000; day < 3000000; day += 13) {
		time_t t = (time_t)(day * 86400);
		struct tm tm;
		unsigned month, date;
		int year;

		gmtime_r(&t, &tm);
		civil_from_days(day, &year, &month, &date);
		if (year != tm.tm_year + 1900 || (int)month != tm.tm_mon + 1 ||
		    (int)date != tm.tm_mday || civil_weekday(day) != tm.tm_wday ||
		    civil_to_days(year, (int)month, (int)date) != day)
			fail_msg("day %lld", (long long)day);
	}
}

static void leap_years(void **state)
{
	assert_true(civil_is_leap(2000));
	assert_true(civil_is_leap(2024));
	assert_false(civil_is_leap(1900));
	assert_false(civil_is_leap(2026));
	assert_int_equal(civil_month_days(2024, 2), 29);
	assert_int_equal(civil_month_days(2100, 2), 28);
	assert_int_equal(civil_month_days(2026, 12), 31);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days__match_libc__and_round_trip),
		cmocka_unit_test(leap_years),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
