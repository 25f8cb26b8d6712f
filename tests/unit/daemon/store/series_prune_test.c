#include "tests/unit/daemon/store/series_fixture.h"

struct prune {
	int64_t raw_before_ms, hourly_before_ms;
	bool more;
};

static enum err run_prune(struct txn *t, void *arg, struct error *e)
{
	struct prune *p = arg;

	return series_prune(t, p->raw_before_ms, p->hourly_before_ms, &p->more, e);
}

static void prune(struct world *w, int64_t raw_before_ms, int64_t hourly_before_ms)
{
	struct prune p = {.raw_before_ms = raw_before_ms, .hourly_before_ms = hourly_before_ms};

	for (int i = 0; i < 1000; i++) {
		assert_int_equal(ERR_NONE, store_run(w->store, OP_BACKGROUND, run_prune, &p, NULL));
		if (!p.more)
			return;
	}
	fail_msg("pruning does not end");
}

static void prune__raw__leaves_hours(void **state)
{
	struct series_point points[500], total;
	struct world *w = *state;
	int n;

	append_week(w, 0, WEEK);
	compact_all(w);
	prune(w, T0 + 4 * DAY, T0);
	assert_true(one_value(w, "SELECT min(start_s) FROM sample_chunk") >= (T0 + 3 * DAY) / 1000);
	check_week(w, 0, WEEK);
	check_week(w, 60, 180);
	check_week(w, WEEK - 100, WEEK - 3);
	/* an edge where only hours are left moves out to its hour */
	total = total_of(w, 28, T0 + 90 * MINUTE, T0 + 150 * MINUTE);
	assert_int_equal(T0 + 60 * MINUTE, total.at_ms);
	assert_int_equal(2 * HOUR, total.span_ms);
	n = series_query(w->store, 28, T0 + 90 * MINUTE, T0 + 600 * MINUTE, 500, points, &total,
			 NULL);
	assert_int_equal(9, n);
	assert_int_equal(HOUR, points[0].span_ms);
	assert_int_equal(T0 + HOUR, points[0].at_ms);
}

static void prune__hours__leaves_days(void **state)
{
	struct series_point points[500], total;
	struct world *w = *state;
	int n;

	append_week(w, 0, WEEK);
	compact_all(w);
	prune(w, T0 + 5 * DAY, T0 + 4 * DAY);
	assert_int_equal((T0 + 4 * DAY) / HOUR, one_value(w, "SELECT min(hour) FROM sample_hour"));
	check_week(w, 0, WEEK);
	check_week(w, 1440, 2 * 1440);
	check_week(w, 5 * 1440 + 60, WEEK);
	n = series_query(w->store, 28, T0 + HOUR, T0 + 3 * DAY, 500, points, &total, NULL);
	assert_int_equal(3, n);
	assert_int_equal(DAY, points[0].span_ms);
	assert_int_equal(T0, total.at_ms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		series_test(prune__raw__leaves_hours),
		series_test(prune__hours__leaves_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
