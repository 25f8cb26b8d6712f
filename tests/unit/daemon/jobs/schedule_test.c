#include "daemon/jobs/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void next__stays_on_its_grid__however_late_it_is_asked(void **state)
{
	for (uint64_t id = 1; id < 200; id++) {
		int64_t first = schedule_next(id, 60000, 1000000);
		assert_in_range(first - 1000000, 1, 60000);
		assert_int_equal(schedule_next(id, 60000, first), first + 60000);
		assert_int_equal(schedule_next(id, 60000, first + 59999), first + 60000);
		assert_int_equal(schedule_next(id, 60000, first + 60001), first + 120000);
	}
}

static void next__spreads_ten_thousand_evenly(void **state)
{
	unsigned per_second[60] = {0};
	for (uint64_t id = 1; id <= 10000; id++)
		per_second[(schedule_next(id << 12, 60000, 0) - 1) / 1000]++;
	for (int i = 0; i < 60; i++) /* 167 expected, binomial: five sigma is 64 */
		assert_in_range(per_second[i], 100, 235);
}

static void retry__is_at_most_a_tenth_later__and_differs(void **state)
{
	int different = 0;
	for (uint64_t id = 1; id <= 100; id++) {
		int64_t at = schedule_retry(id, 1, 20000, 5000);
		assert_in_range(at, 25000, 27000);
		different += at != schedule_retry(id, 2, 20000, 5000);
	}
	assert_in_range(different, 90, 100);
}

static void resume__keeps_the_interval__and_spreads_what_is_overdue(void **state)
{
	const int64_t day = 86400000;
	for (uint64_t id = 1; id <= 500; id++) {
		/* never run, or overdue: within the spread */
		assert_in_range(schedule_resume(id, day, -1, 60000, 1000) - 1000, 0, 60000);
		assert_in_range(schedule_resume(id, day, 2 * day, 60000, 1000) - 1000, 0, 60000);
		/* run an hour ago: not later than its interval and the spread */
		int64_t at = schedule_resume(id, day, 3600000, 60000, 1000) - 1000;
		assert_in_range(at, 0, day - 3600000 + 60000);
		/* a short interval is not spread over more than itself */
		assert_in_range(schedule_resume(id, 2000, -1, 60000, 1000) - 1000, 0, 2000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(next__stays_on_its_grid__however_late_it_is_asked),
		cmocka_unit_test(next__spreads_ten_thousand_evenly),
		cmocka_unit_test(retry__is_at_most_a_tenth_later__and_differs),
		cmocka_unit_test(resume__keeps_the_interval__and_spreads_what_is_overdue),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
