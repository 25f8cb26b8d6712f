#include "daemon/store/series_internal.h"

#include <dirent.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "shared/mem.h"

#define HOUR   INT64_C(3600000)
#define DAY    (24 * HOUR)
#define T0     (INT64_C(20400) * DAY) /* a midnight */
#define MINUTE INT64_C(60000)

struct turned_clock {
	struct clock clock;
	_Atomic int64_t wall_ms;
};

struct world {
	struct turned_clock clock;
	char dir[64];
	struct store *store;
};

static int64_t turned_wall(const struct clock *c)
{
	return ((const struct turned_clock *)c)->wall_ms;
}

static int64_t turned_boot(const struct clock *c)
{
	return turned_wall(c) * 1000;
}

static void open_store(struct world *w, const char *dir)
{
	struct store_options o = {.dir = dir,
				  .clock = &w->clock.clock,
				  .node = 1,
				  .retention_raw_ms = 400 * DAY,
				  .retention_hourly_ms = 4000 * DAY,
				  .retention_events_ms = 90 * DAY,
				  .synchronous = "OFF"};
	struct error e = {0};

	w->store = store_open(&o, &e);
	if (!w->store)
		fail_msg("%s", e.text);
}

static void close_store(struct world *w)
{
	store_close(w->store);
	w->store = NULL;
}

static int set_up(void **state)
{
	struct world *w = mem_zalloc(sizeof *w);

	w->clock.clock = (struct clock){.boot_us = turned_boot, .wall_ms = turned_wall};
	w->clock.wall_ms = T0;
	snprintf(w->dir, sizeof w->dir, "/tmp/series-test-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	open_store(w, w->dir);
	*state = w;
	return 0;
}

static void remove_dir(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	char path[512];

	while (d && (entry = readdir(d))) {
		snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") && unlink(path))
			remove_dir(path);
	}
	if (d)
		closedir(d);
	rmdir(dir);
}

static int tear_down(void **state)
{
	struct world *w = *state;

	close_store(w);
	remove_dir(w->dir);
	free(w);
	return 0;
}

static struct sample up_sample(uint64_t monitor, int64_t at_ms, int64_t total_us)
{
	return (struct sample){.monitor = monitor,
			       .at_ms = at_ms,
			       .outcome = OUTCOME_UP,
			       .total_us = total_us,
			       .phase_us = {100, 200, -1, total_us - 300, 0},
			       .span_ms = MINUTE};
}

static struct sample down_sample(uint64_t monitor, int64_t at_ms)
{
	return (struct sample){.monitor = monitor,
			       .at_ms = at_ms,
			       .outcome = OUTCOME_DOWN,
			       .total_us = -1,
			       .phase_us = {-1, -1, -1, -1, -1},
			       .span_ms = MINUTE};
}

struct append {
	const struct sample *samples;
	size_t n;
	enum err after;
};

static enum err run_append(struct txn *t, void *arg, struct error *e)
{
	struct append *a = arg;
	enum err err = series_append(t, a->samples, a->n, e);

	return err ? err : a->after;
}

static void append(struct world *w, const struct sample *samples, size_t n)
{
	struct append a = {.samples = samples, .n = n};

	assert_int_equal(ERR_NONE, store_run(w->store, OP_BACKGROUND, run_append, &a, NULL));
}

static enum err run_compact_all(struct txn *t, void *arg, struct error *e)
{
	return series_compact(t, true, e);
}

static void compact_all(struct world *w)
{
	assert_int_equal(ERR_NONE, store_run(w->store, OP_BACKGROUND, run_compact_all, NULL, NULL));
}

static void restart(struct world *w)
{
	close_store(w);
	open_store(w, w->dir);
}

/* What a process that is killed leaves behind: the files as they are now. */
static void kill_and_restart(struct world *w)
{
	char command[256], dir[80];

	snprintf(dir, sizeof dir, "%s-killed", w->dir);
	snprintf(command, sizeof command, "cp -a %s %s", w->dir, dir);
	assert_int_equal(0, system(command));
	close_store(w);
	remove_dir(w->dir);
	assert_int_equal(0, rename(dir, w->dir));
	open_store(w, w->dir);
}

static struct series_point total_of(struct world *w, uint64_t monitor, int64_t from, int64_t until)
{
	struct series_point total;
	struct error e = {0};
	int n = series_query(w->store, monitor, from, until, 0, NULL, &total, &e);

	if (n != 0)
		fail_msg("%d: %s", n, e.text);
	return total;
}

static int64_t one_value(struct world *w, const char *sql)
{
	struct reader *r = store_reader(w->store, NULL);
	sqlite3_stmt *st = reader_prepare(r, sql, NULL);
	int64_t v;

	assert_int_equal(SQLITE_ROW, sqlite3_step(st));
	v = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	reader_done(r);
	return v;
}

/* ---- a week of three monitors, and the truth about it ---------------------------------------- */

enum { WEEK = 7 * 24 * 60 };

static enum outcome truth(uint64_t monitor, int minute)
{
	if (minute % 1000 < 30)
		return OUTCOME_DOWN;
	if (minute % 777 < 5)
		return OUTCOME_UNKNOWN;
	if (minute % 1500 >= 1480)
		return OUTCOME_MAINTENANCE;
	return (minute + (int)monitor) % 11 ? OUTCOME_UP : OUTCOME_DEGRADED;
}

/* Half a minute off, so that no rounding moves a sample over the edges that tests ask for. */
static struct sample week_sample(uint64_t monitor, int minute)
{
	struct sample s = up_sample(monitor, T0 + minute * MINUTE + 30000, 1000 * (1 + minute % 100));

	s.outcome = truth(monitor, minute);
	if (s.outcome == OUTCOME_DOWN || s.outcome == OUTCOME_UNKNOWN)
		s.total_us = -1;
	return s;
}

static void append_week(struct world *w, int from, int until)
{
	for (int minute = from; minute < until; minute++) {
		struct sample samples[3];

		for (int m = 0; m < 3; m++)
			samples[m] = week_sample((uint64_t)(30 - m), minute);
		w->clock.wall_ms = samples[0].at_ms;
		append(w, samples, 3);
	}
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void check_percentiles(uint64_t monitor, int from, int until, const struct series_point *p)
{
	static int64_t us[WEEK];
	size_t n = 0;

	for (int minute = from; minute < until; minute++) {
		us[n] = week_sample(monitor, minute).total_us;
		n += us[n] >= 0;
	}
	qsort(us, n, sizeof *us, compare);
	assert_true(llabs(us[(n * 50 + 99) / 100 - 1] - p->p50_us) * 100 <= p->p50_us + 100);
	assert_true(llabs(us[(n * 95 + 99) / 100 - 1] - p->p95_us) * 100 <= p->p95_us + 100);
	assert_true(llabs(us[(n * 99 + 99) / 100 - 1] - p->p99_us) * 100 <= p->p99_us + 100);
}

static void check_week(struct world *w, int from, int until)
{
	for (uint64_t monitor = 28; monitor <= 30; monitor++) {
		struct series_point p = total_of(w, monitor, T0 + from * MINUTE, T0 + until * MINUTE);
		uint32_t count[OUTCOME_COUNT] = {0};
		int64_t known;

		for (int minute = from; minute < until; minute++)
			count[truth(monitor, minute)]++;
		for (int o = 0; o < OUTCOME_COUNT; o++)
			assert_int_equal(count[o], p.count[o]);
		known = (int64_t)(count[OUTCOME_UP] + count[OUTCOME_DEGRADED] + count[OUTCOME_DOWN]);
		assert_int_equal(known * MINUTE, p.known_ms);
		assert_int_equal((known - count[OUTCOME_DOWN]) * MINUTE, p.up_ms);
		check_percentiles(monitor, from, until, &p);
	}
}

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
		int n = series_query(w->store, 28, T0, T0 + WEEK / 2 * MINUTE, sizes[k], points, &total,
				     NULL);

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

/* ---- what happens to a process ---------------------------------------------------------------- */

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
			assert_true(points[i].known_ms >= 0 && points[i].known_ms <= points[i].span_ms);
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

/* ---- forgetting -------------------------------------------------------------------------------- */

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
		assert_int_equal(0, one_value(w, "SELECT count(*) FROM sample_chunk WHERE monitor = 29"));
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
	n = series_query(w->store, 28, T0 + 90 * MINUTE, T0 + 600 * MINUTE, 500, points, &total, NULL);
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

/* ---- readers beside the writer ------------------------------------------------------------------ */

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
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(query__is_exact__however_samples_are_kept),
		TEST(query__points__sum_up_to_the_total),
		TEST(query__phases__are_means_in_rollups),
		TEST(query__unknown_monitor__is_empty),
		TEST(kill__at_any_time__counts_nothing_twice),
		TEST(restart__keeps__latest_samples_and_summary),
		TEST(append__rolled_back__leaves_nothing),
		TEST(journal__is_trimmed__once_samples_have_moved),
		TEST(fast_monitor__stays__bounded),
		TEST(clock__goes_back_an_hour__loses_nothing),
		TEST(forget__leaves_nothing__also_after_a_kill),
		TEST(prune__raw__leaves_hours),
		TEST(prune__hours__leaves_days),
		TEST(readers__beside_compaction__see_each_sample_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
