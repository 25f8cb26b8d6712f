#include "daemon/core/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>
#include <cmocka.h>

static int64_t fixed_boot(const struct clock *c)
{
	return 1234567;
}

static int64_t fixed_wall(const struct clock *c)
{
	return 42;
}

static void clock__system__follows_the_kernel(void **state)
{
	int64_t before = clock_boot_us(&clock_system), wall = clock_wall_ms(&clock_system);

	assert_true(clock_boot_us(&clock_system) >= before);
	assert_true(wall / 1000 >= (int64_t)time(NULL) - 5 &&
		    wall / 1000 <= (int64_t)time(NULL) + 5);
	assert_true(clock_boot_ms(&clock_system) - before / 1000 < 60000);
}

static void clock__given__is_the_one_asked(void **state)
{
	const struct clock c = {.boot_us = fixed_boot, .wall_ms = fixed_wall};

	assert_int_equal(clock_boot_us(&c), 1234567);
	assert_int_equal(clock_boot_ms(&c), 1234);
	assert_int_equal(clock_wall_ms(&c), 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clock__system__follows_the_kernel),
		cmocka_unit_test(clock__given__is_the_one_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
