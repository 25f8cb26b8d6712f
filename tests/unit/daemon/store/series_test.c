#include "tests/unit/daemon/store/series_fixture.h"

static void append__rolled_back__leaves_nothing(void **state)
{
	struct sample s = up_sample(5, T0, 1000);
	struct append a = {.samples = &s, .n = 1, .after = ERR_CONFLICT};
	struct series_summary summary;
	struct world *w = *state;

	assert_int_equal(ERR_CONFLICT, store_run(w->store, OP_PEOPLE, run_append, &a, NULL));
	assert_false(series_summary(w->store, 5, &summary));
	append(w, &s, 1);
	assert_int_equal(1, total_of(w, 5, T0 - HOUR, T0 + HOUR).count[OUTCOME_UP]);
	kill_and_restart(w);
	assert_int_equal(1, total_of(w, 5, T0 - HOUR, T0 + HOUR).count[OUTCOME_UP]);
}

static enum err run_forget(struct txn *t, void *arg, struct error *e)
{
	return series_forget(t, *(uint64_t *)arg, e);
}

static void forget__leaves_nothing__also_after_a_kill(void **state)
{
	struct world *w = *state;
	struct series_summary s;
	uint64_t gone = 29;

	append_week(w, 0, 700);
	assert_int_equal(ERR_NONE, store_run(w->store, OP_PEOPLE, run_forget, &gone, NULL));
	for (int round = 0; round < 3; round++) {
		assert_false(series_summary(w->store, gone, &s));
		assert_int_equal(0, total_of(w, gone, T0, T0 + DAY).known_ms);
		assert_int_equal(
			0, one_value(w, "SELECT count(*) FROM sample_chunk WHERE monitor = 29"));
		assert_true(series_summary(w->store, 28, &s));
		kill_and_restart(w);
		compact_all(w);
	}
	/* the same id again begins anew */
	append(w, (struct sample[]){up_sample(gone, T0 + 700 * MINUTE, 1000)}, 1);
	kill_and_restart(w);
	assert_int_equal(1, total_of(w, gone, T0, T0 + DAY).count[OUTCOME_UP]);
	assert_int_equal(1, series_latest(w->store, gone, 5, (struct sample[5]){0}, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		series_test(append__rolled_back__leaves_nothing),
		series_test(forget__leaves_nothing__also_after_a_kill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
