/* A short run of what tests/integration/store_torture does at length. */
#include "tests/unit/daemon/store/store_fixture.h"

#include "tests/integration/store_torture.h"

static void run(struct fixture *f, struct torture *o)
{
	o->dir = f->dir;
	o->seed = 42;
	assert_true(torture_run(o));
	assert_int_equal(o->faults, 0);
	assert_true(o->acknowledged > 0);
}

static void kill__full__loses_nothing(void **state)
{
	struct torture o = {.rounds = 20, .synchronous = "FULL"};

	run(*state, &o);
	assert_int_equal(o.lost, 0);
}

static void power_cut__full__loses_nothing(void **state)
{
	struct torture o = {.rounds = 20, .synchronous = "FULL", .power = true};

	run(*state, &o);
	assert_int_equal(o.lost, 0);
}

static void power_cut__normal__loses(void **state)
{
	struct torture o = {.rounds = 10, .synchronous = "NORMAL", .power = true};

	run(*state, &o);
	assert_true(o.lost > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_dir_test(kill__full__loses_nothing),
		store_dir_test(power_cut__full__loses_nothing),
		store_dir_test(power_cut__normal__loses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
