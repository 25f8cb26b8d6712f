#include "tests/unit/daemon/store/series_fixture.h"

static void journal__is_trimmed__once_samples_have_moved(void **state)
{
	struct world *w = *state;

	append_week(w, 0, 1000);
	/* an hour that stays, an hour until the slowest has moved, and what trimming waits for */
	assert_true(one_value(w, "SELECT count(*) FROM sample_journal") < 150);
	assert_true(one_value(w, "SELECT count(*) FROM sample_chunk") >= 9);
	check_week(w, 0, 1000);
}

static void fast_monitor__stays__bounded(void **state)
{
	struct world *w = *state;
	struct sample batch[60];
	uint32_t n = 0;

	for (int minute = 0; minute < 200; minute++) {
		for (int i = 0; i < 60; i++) {
			batch[i] = up_sample(7, T0 + minute * MINUTE + i * 1000, 1000 + i);
			batch[i].span_ms = 1000;
		}
		w->clock.wall_ms = batch[59].at_ms;
		append(w, batch, 60);
		n += 60;
	}
	assert_int_equal(n, total_of(w, 7, T0, T0 + 5 * HOUR).count[OUTCOME_UP]);
	assert_true(one_value(w, "SELECT count(*) FROM sample_chunk") >= 20);
	kill_and_restart(w);
	assert_int_equal(n, total_of(w, 7, T0, T0 + 5 * HOUR).count[OUTCOME_UP]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		series_test(journal__is_trimmed__once_samples_have_moved),
		series_test(fast_monitor__stays__bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
