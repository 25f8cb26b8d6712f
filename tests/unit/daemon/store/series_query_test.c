#include <pthread.h>

#include "tests/unit/daemon/store/series_fixture.h"

static void check_windows(struct world *w)
{
	check_week(w, 0, WEEK);
	check_week(w, WEEK - 24 * 60, WEEK);
	check_week(w, 1234, 5678);
	check_week(w, 90, 100);
	check_week(w, 1440, 1440 + 60);
	check_week(w, WEEK - 45, WEEK);
}

static void query__is_exact__however_samples_are_kept(void **state)
{
	struct world *w = *state;

	append_week(w, 0, WEEK);
	check_windows(w);
	restart(w);
	check_windows(w);
	compact_all(w);
	check_windows(w);
	kill_and_restart(w);
	check_windows(w);
}

static void query__points__sum_up_to_the_total(void **state)
{
	static const int sizes[] = {1, 7, 100, 168, 500, 2000};
	struct world *w = *state;
	struct series_point *points = mem_array(NULL, 2000, sizeof *points);

	append_week(w, 0, WEEK / 2);
	for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
		struct series_point total;
		uint32_t up = 0;
		int n = series_query(w->store, 28, T0, T0 + WEEK / 2 * MINUTE, sizes[k], points,
				     &total, NULL);

		assert_true(n >= 1 && n <= sizes[k]);
		for (int i = 0; i < n; i++) {
			up += points[i].count[OUTCOME_UP];
			assert_int_equal(points[0].span_ms, points[i].span_ms);
			assert_int_equal(points[0].at_ms + i * points[0].span_ms, points[i].at_ms);
			assert_true(points[i].known_ms <= points[i].span_ms);
		}
		assert_int_equal(total.count[OUTCOME_UP], up);
		assert_true(points[0].at_ms <= T0);
		assert_true(points[n - 1].at_ms + points[0].span_ms >= T0 + WEEK / 2 * MINUTE);
	}
	free(points);
}

static void query__phases__are_means_in_rollups(void **state)
{
	struct world *w = *state;
	struct series_point p;

	append_week(w, 0, 600);
	compact_all(w);
	p = total_of(w, 28, T0, T0 + 10 * HOUR);
	assert_int_equal(100, p.phase_us[PHASE_RESOLVE]);
	assert_int_equal(200, p.phase_us[PHASE_CONNECT]);
	assert_int_equal(-1, p.phase_us[PHASE_TLS]);
}

static void query__unknown_monitor__is_empty(void **state)
{
	struct world *w = *state;
	struct series_point point, total;
	struct series_summary s;
	struct error e;

	assert_int_equal(1, series_query(w->store, 99, T0, T0 + HOUR, 1, &point, &total, NULL));
	assert_int_equal(0, total.known_ms);
	assert_int_equal(-1, total.p95_us);
	assert_false(series_summary(w->store, 99, &s));
	assert_int_equal(ERR_INVALID, series_query(w->store, 99, T0, T0, 1, &point, &total, &e));
}

static void clock__goes_back_an_hour__loses_nothing(void **state)
{
	struct series_point points[48], total;
	struct series_summary summary;
	struct world *w = *state;
	int n;

	for (int minute = 0; minute < 600; minute++) {
		/* at 05:00 it goes back to 04:00, at 07:00 on to 09:00 */
		int shift = minute < 300 ? 0 : minute < 480 ? -60 : 60;
		struct sample s = minute % 10 ? up_sample(3, 0, 5000) : down_sample(3, 0);

		s.at_ms = T0 + (minute + shift) * MINUTE + 30000;
		w->clock.wall_ms = s.at_ms;
		append(w, &s, 1);
	}
	for (int round = 0; round < 3; round++) {
		n = series_query(w->store, 3, T0, T0 + DAY, 48, points, &total, NULL);
		assert_int_equal(48, n);
		assert_int_equal(540, total.count[OUTCOME_UP]);
		assert_int_equal(60, total.count[OUTCOME_DOWN]);
		assert_int_equal(600 * MINUTE, total.known_ms);
		for (int i = 0; i < n; i++) {
			assert_true(points[i].known_ms >= 0 &&
				    points[i].known_ms <= points[i].span_ms);
			assert_true(points[i].up_ms >= 0 && points[i].up_ms <= points[i].known_ms);
		}
		/* the hour that was lived twice */
		total = total_of(w, 3, T0 + 4 * HOUR, T0 + 5 * HOUR);
		assert_int_equal(108, total.count[OUTCOME_UP]);
		assert_int_equal(HOUR, total.known_ms);
		assert_int_equal(HOUR / 10 * 9, total.up_ms);
		assert_true(series_summary(w->store, 3, &summary));
		assert_true(summary.up_24h_ms <= summary.known_24h_ms);
		if (round == 0)
			compact_all(w);
		else
			kill_and_restart(w);
	}
}

struct watcher {
	struct world *world;
	atomic_uint least;
	atomic_bool stop;
	bool failed;
	int queries;
};

static void *watch(void *arg)
{
	struct watcher *x = arg;

	while (!x->stop) {
		unsigned least = x->least, up, latest;
		struct series_point total;
		struct sample out[300];
		struct series_summary s;

		if (series_query(x->world->store, 8, T0, T0 + 30 * DAY, 0, NULL, &total, NULL))
			x->failed = true;
		up = total.count[OUTCOME_UP];
		/* never fewer than were acknowledged before, never one twice */
		if (up < least || up > x->least + 1)
			x->failed = true;
		latest = (unsigned)series_latest(x->world->store, 8, 300, out, NULL);
		for (unsigned i = 1; i < latest; i++) {
			if (llabs(out[i - 1].at_ms - out[i].at_ms - MINUTE) > 1000)
				x->failed = true;
		}
		series_summary(x->world->store, 8, &s);
		x->queries++;
	}
	return NULL;
}

static void readers__beside_compaction__see_each_sample_once(void **state)
{
	struct watcher x = {.world = *state};
	struct world *w = *state;
	pthread_t thread;

	assert_int_equal(0, pthread_create(&thread, NULL, watch, &x));
	for (unsigned i = 0; i < 1500; i++) {
		struct sample s = up_sample(8, T0 + i * MINUTE, 1000);

		w->clock.wall_ms = s.at_ms;
		append(w, &s, 1);
		x.least = i + 1;
		if (i % 7 == 0)
			compact_all(w);
	}
	x.stop = true;
	pthread_join(thread, NULL);
	assert_false(x.failed);
	assert_true(x.queries > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		series_test(query__is_exact__however_samples_are_kept),
		series_test(query__points__sum_up_to_the_total),
		series_test(query__phases__are_means_in_rollups),
		series_test(query__unknown_monitor__is_empty),
		series_test(clock__goes_back_an_hour__loses_nothing),
		series_test(readers__beside_compaction__see_each_sample_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
