#include "daemon/store/series_state.h"
#include "tests/unit/daemon/store/series_fixture.h"

static void summary__percentiles__are_of_the_last_hour(void **state)
{
	struct series_summary s;
	struct world *w = *state;

	for (int minute = 0; minute < 200; minute++) {
		struct sample x = up_sample(4, T0 + minute * MINUTE, 1000 * (minute + 1));

		w->clock.wall_ms = x.at_ms;
		append(w, &x, 1);
	}
	/* of 141..200 ms */
	assert_true(series_summary(w->store, 4, &s));
	assert_int_equal(170000, s.p50_1h_us);
	assert_int_equal(197000, s.p95_1h_us);
	assert_int_equal(200000, s.last.total_us);
	assert_int_equal(100, s.last.phase_us[PHASE_RESOLVE]);
	assert_string_equal("                    ....", s.spark);
	w->clock.wall_ms += 30 * MINUTE;
	assert_true(series_summary(w->store, 4, &s));
	assert_int_equal(185000, s.p50_1h_us);
	w->clock.wall_ms += HOUR;
	assert_true(series_summary(w->store, 4, &s));
	assert_int_equal(-1, s.p50_1h_us);
	assert_int_equal(-1, s.p95_1h_us);
	assert_int_equal(200 * MINUTE, s.up_24h_ms);
}

static void monitor__keeps__what_has_not_moved_and_an_hour(void **state)
{
	struct series_monitor m = {.id = 1};
	struct sample *kept;
	size_t n;

	for (int i = 0; i < 5000; i++) {
		struct sample s = up_sample(1, T0 + i * MINUTE, 100000 + i);

		monitor_add(&m, &s, 1000, true);
	}
	n = monitor_samples(&m, true, &kept);
	assert_true(n >= 60 && n < 90);
	assert_int_equal(104999, kept[n - 1].total_us);
	assert_int_equal(T0 + 4999 * MINUTE, kept[n - 1].at_ms);
	free(kept);
	assert_int_equal(0, monitor_samples(&m, false, &kept));
	for (int i = 5000; i < 6000; i++) {
		struct sample s = up_sample(1, T0 + i * MINUTE, 100000 + i);

		monitor_add(&m, &s, 100, false);
	}
	n = monitor_samples(&m, false, &kept);
	assert_int_equal(1000, n);
	assert_int_equal(105000, kept[0].total_us);
	free(kept);
	free(m.data);
}

static void monitor__that_never_moves__stays_bounded(void **state)
{
	struct series_monitor m = {.id = 1};

	for (int i = 0; i < 200000; i++) {
		struct sample s = up_sample(1, T0 + i * MINUTE, 100000 + i);

		monitor_add(&m, &s, 100, false);
	}
	assert_true(m.cap < 2 * 1024 * 1024);
	assert_int_equal(200000, m.added);
	assert_true(m.dropped > 0 && m.moved == m.dropped);
	free(m.data);
}

static void samples__of_a_clock_that_was_ahead__are_dropped(void **state)
{
	struct series_monitor m = {.id = 1};
	struct sample *kept;
	size_t n;

	for (int i = 0; i < 1000; i++) {
		struct sample s =
			up_sample(1, T0 + (i < 100 ? 1000 * DAY : 0) + i * MINUTE, 100000);

		monitor_add(&m, &s, 1000, true);
	}
	n = monitor_samples(&m, true, &kept);
	assert_true(n < 90);
	assert_true(kept[0].at_ms < T0 + 10 * DAY);
	free(kept);
	free(m.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		series_test(summary__percentiles__are_of_the_last_hour),
		cmocka_unit_test(monitor__keeps__what_has_not_moved_and_an_hour),
		cmocka_unit_test(monitor__that_never_moves__stays_bounded),
		cmocka_unit_test(samples__of_a_clock_that_was_ahead__are_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
