#include "tests/unit/daemon/store/series_fixture.h"

static void kill__at_any_time__counts_nothing_twice(void **state)
{
	struct world *w = *state;

	for (int minute = 0; minute < 1500; minute += 150) {
		append_week(w, minute, minute + 150);
		if (minute % 450 == 0)
			compact_all(w);
		kill_and_restart(w);
		check_week(w, 0, minute + 150);
	}
}

static void restart__keeps__latest_samples_and_summary(void **state)
{
	struct series_summary before, after;
	struct world *w = *state;
	struct sample out[200];

	append_week(w, 0, 2000);
	compact_all(w);
	assert_true(series_summary(w->store, 28, &before));
	for (int round = 0; round < 2; round++) {
		assert_int_equal(200, series_latest(w->store, 28, 200, out, NULL));
		for (int i = 0; i < 200; i++) {
			struct sample s = week_sample(28, 1999 - i);

			assert_int_equal(s.outcome, out[i].outcome);
			assert_true(llabs(s.at_ms - out[i].at_ms) < 1000);
			/* the last hour is exact, with its phases */
			if (i < 59) {
				assert_int_equal(s.total_us, out[i].total_us);
				assert_int_equal(s.phase_us[0], out[i].phase_us[0]);
			}
		}
		kill_and_restart(w);
		assert_true(series_summary(w->store, 28, &after));
		assert_int_equal(before.p50_1h_us, after.p50_1h_us);
		assert_int_equal(before.p95_1h_us, after.p95_1h_us);
		assert_int_equal(before.up_24h_ms, after.up_24h_ms);
		assert_int_equal(before.known_24h_ms, after.known_24h_ms);
		assert_string_equal(before.spark, after.spark);
		assert_int_equal(before.last.at_ms, after.last.at_ms);
	}
	assert_int_equal(before.up_24h_ms <= before.known_24h_ms, true);
	assert_true(before.p50_1h_us > 1000);
}

static enum err run_damage(struct txn *t, void *arg, struct error *e)
{
	static const char *const steps[] = {
		"UPDATE sample_journal SET samples = x'ffffffffffffffffffffffff' WHERE seq % 10 = 0",
		"UPDATE sample_chunk SET samples = substr(samples, 1, 30) WHERE monitor = 30",
		"UPDATE sample_hour SET rollup = x'00' WHERE monitor = 30",
		"UPDATE sample_open SET cells = x'0102', chunk = x'ff', rollups = x'ffff'"
		" WHERE monitor = 30",
	};

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		sqlite3_stmt *st = txn_prepare(t, steps[i], e);
		enum err err = st ? txn_exec(t, st, e) : ERR_STORE;

		if (err)
			return err;
	}
	return ERR_NONE;
}

static void damaged_rows__cost__only_themselves(void **state)
{
	struct series_point points[20], total;
	struct series_summary summary;
	struct world *w = *state;
	struct sample out[50];

	append_week(w, 0, 1000);
	compact_all(w);
	assert_int_equal(ERR_NONE, store_run(w->store, OP_PEOPLE, run_damage, NULL, NULL));
	for (int round = 0; round < 2; round++) {
		kill_and_restart(w);
		assert_true(series_query(w->store, 30, T0, T0 + DAY, 20, points, &total, NULL) > 0);
		assert_true(series_latest(w->store, 30, 50, out, NULL) >= 0);
		assert_true(series_summary(w->store, 30, &summary));
		compact_all(w);
	}
	check_monitor(w, 28, 60, 900);
	check_monitor(w, 29, 60, 900);
	append_week(w, 1000, 1010);
	compact_all(w);
	assert_int_equal(10,
			 total_of(w, 30, T0 + 1000 * MINUTE, T0 + 1010 * MINUTE).count[OUTCOME_UP] +
				 total_of(w, 30, T0 + 1000 * MINUTE, T0 + 1010 * MINUTE)
					 .count[OUTCOME_DOWN]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		series_test(kill__at_any_time__counts_nothing_twice),
		series_test(restart__keeps__latest_samples_and_summary),
		series_test(damaged_rows__cost__only_themselves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
