#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>
#include <time.h>

#include "shared/mem.h"
#include "tui/app/alert_ops.h"

#define HOUR INT64_C(3600000)

static void snooze__takes__durations_and_clocks(void **state)
{
	const int64_t noon = INT64_C(1795431600000); /* 2026-11-23 12:00 in Berlin */
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = {
		{"45m", 45 * 60000},
		{"2h", 2 * HOUR},
		{"1d", 24 * HOUR},
		{"8:00", 20 * HOUR},
		{"12:00", 24 * HOUR},
		{"13:30", HOUR + 30 * 60000},
		{"24:00", 0},
		{"8:99", 0},
		{"8:00x", 0},
		{"soon", 0},
		{"", 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(alert_snooze_ms(cases[i].text, noon), cases[i].ms);
}

static void snooze__until_a_clock__survives_the_night_of_the_change(void **state)
{
	/* 2026-10-24 22:00 in Berlin; the next night has 25 hours. */
	const int64_t evening = INT64_C(1792872000000);

	assert_int_equal(alert_snooze_ms("8:00", evening), 11 * HOUR);
}

static int set_up(void **state)
{
	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(snooze__takes__durations_and_clocks),
		cmocka_unit_test(snooze__until_a_clock__survives_the_night_of_the_change),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
