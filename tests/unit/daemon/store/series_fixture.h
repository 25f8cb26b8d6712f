#pragma once
/* A store whose clock the test turns, and a week of samples with the truth about them. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "daemon/store/series_internal.h"
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

static inline int64_t turned_wall(const struct clock *c)
{
	return ((const struct turned_clock *)c)->wall_ms;
}

static inline int64_t turned_boot(const struct clock *c)
{
	return turned_wall(c) * 1000;
}

static inline void open_store(struct world *w, const char *dir)
{
	struct store_options o = {.dir = dir,
				  .clock = &w->clock.clock,
				  .node = 1,
				  .retention.raw_ms = 400 * DAY,
				  .retention.hourly_ms = 4000 * DAY,
				  .retention.events_ms = 90 * DAY,
				  .synchronous = "OFF"};
	struct error e = {0};

	w->store = store_open(&o, &e);
	if (!w->store)
		fail_msg("%s", e.text);
}

static inline void close_store(struct world *w)
{
	store_close(w->store);
	w->store = NULL;
}

static inline int set_up(void **state)
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

static inline void remove_dir(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	char path[600];

	while (d && (entry = readdir(d))) {
		snprintf(path, sizeof path, "%.300s/%s", dir, entry->d_name);
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") && unlink(path))
			remove_dir(path);
	}
	if (d)
		closedir(d);
	rmdir(dir);
}

static inline int tear_down(void **state)
{
	struct world *w = *state;

	close_store(w);
	remove_dir(w->dir);
	free(w);
	return 0;
}

static inline struct sample up_sample(uint64_t monitor, int64_t at_ms, int64_t total_us)
{
	return (struct sample){.monitor = monitor,
			       .at_ms = at_ms,
			       .outcome = OUTCOME_UP,
			       .total_us = total_us,
			       .phase_us = {100, 200, -1, total_us - 300, 0},
			       .span_ms = MINUTE};
}

static inline struct sample down_sample(uint64_t monitor, int64_t at_ms)
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

static inline enum err run_append(struct txn *t, void *arg, struct error *e)
{
	struct append *a = arg;
	enum err err = series_append(t, a->samples, a->n, e);

	return err ? err : a->after;
}

static inline void append(struct world *w, const struct sample *samples, size_t n)
{
	struct append a = {.samples = samples, .n = n};

	assert_int_equal(ERR_NONE, store_run(w->store, OP_BACKGROUND, run_append, &a, NULL));
}

static inline enum err run_compact_all(struct txn *t, void *arg, struct error *e)
{
	return series_compact(t, true, e);
}

static inline void compact_all(struct world *w)
{
	assert_int_equal(ERR_NONE, store_run(w->store, OP_BACKGROUND, run_compact_all, NULL, NULL));
}

static inline void restart(struct world *w)
{
	close_store(w);
	open_store(w, w->dir);
}

/* What a process that is killed leaves behind: the files as they are now. */
static inline void kill_and_restart(struct world *w)
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

static inline struct series_point total_of(struct world *w, uint64_t monitor, int64_t from,
					   int64_t until)
{
	struct series_point total;
	struct error e = {0};
	int n = series_query(w->store, monitor, from, until, 0, NULL, &total, &e);

	if (n != 0)
		fail_msg("%d: %s", n, e.text);
	return total;
}

static inline int64_t one_value(struct world *w, const char *sql)
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

static inline enum outcome truth(uint64_t monitor, int minute)
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
static inline struct sample week_sample(uint64_t monitor, int minute)
{
	struct sample s =
		up_sample(monitor, T0 + minute * MINUTE + 30000, 1000 * (1 + minute % 100));

	s.outcome = truth(monitor, minute);
	if (s.outcome == OUTCOME_DOWN || s.outcome == OUTCOME_UNKNOWN)
		s.total_us = -1;
	return s;
}

static inline void append_week(struct world *w, int from, int until)
{
	for (int minute = from; minute < until; minute++) {
		struct sample samples[3];

		for (int m = 0; m < 3; m++)
			samples[m] = week_sample((uint64_t)(30 - m), minute);
		w->clock.wall_ms = samples[0].at_ms;
		append(w, samples, 3);
	}
}

static inline int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static inline void check_percentiles(uint64_t monitor, int from, int until,
				     const struct series_point *p)
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

static inline void check_monitor(struct world *w, uint64_t monitor, int from, int until)
{
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

static inline void check_week(struct world *w, int from, int until)
{
	for (uint64_t monitor = 28; monitor <= 30; monitor++)
		check_monitor(w, monitor, from, until);
}

#define series_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
