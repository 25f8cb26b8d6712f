/* Samples of monitors: bytes on disk, bytes written, time to query, to start and to list. Time is
 * simulated, so that a month takes seconds. */
#include <malloc.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/store/series.h"
#include "shared/mem.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define T0     (INT64_C(20400) * DAY)

enum { MONTH_MONITORS = 200, MONTH_MINUTES = 30 * 24 * 60, ROW_MONITORS = 10 };
enum { SLOW_INTERVAL_S = 300, SLOW_DAY_S = 24 * 3600, SLOW_MEASURED_S = 4 * 3600 };
enum { MANY_MONITORS = 10000, MANY_SECONDS = 2 * 3600, BATCH_MAX = 4096 };

struct turned_clock {
	struct clock clock;
	_Atomic int64_t wall_ms;
};

static int64_t turned_wall(const struct clock *c)
{
	return ((const struct turned_clock *)c)->wall_ms;
}

static int64_t turned_boot(const struct clock *c)
{
	return turned_wall(c) * 1000;
}

struct bench {
	struct turned_clock clock;
	char dir[128];
	struct store *store;
	uint64_t random;
	struct sample batch[BATCH_MAX];
	size_t n;
};

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void shell(const char *verb, const char *a, const char *b)
{
	char command[512];

	snprintf(command, sizeof command, "%s %s %s", verb, a, b);
	if (system(command))
		exit(1);
}

static void open_store(struct bench *b, const char *synchronous)
{
	struct store_options o = {.dir = b->dir,
				  .clock = &b->clock.clock,
				  .node = 1,
				  .retention.raw_ms = 400 * DAY,
				  .retention.hourly_ms = 4000 * DAY,
				  .retention.events_ms = 90 * DAY,
				  .synchronous = synchronous};
	struct error e = {0};

	b->store = store_open(&o, &e);
	if (!b->store) {
		fprintf(stderr, "%s\n", e.text);
		exit(1);
	}
}

static void begin(struct bench *b, const char *parent, const char *name, const char *synchronous)
{
	*b = (struct bench){.clock.clock = {.boot_us = turned_boot, .wall_ms = turned_wall},
			    .clock.wall_ms = T0,
			    .random = 88172645463325252u};
	snprintf(b->dir, sizeof b->dir, "%s/%s", parent, name);
	open_store(b, synchronous);
}

static unsigned number(struct bench *b)
{
	b->random ^= b->random << 13;
	b->random ^= b->random >> 7;
	b->random ^= b->random << 17;
	return (unsigned)(b->random >> 33);
}

/* Around the monitor's own base, a quarter up and down; times a few ms after their slot. */
static struct sample measure(struct bench *b, uint64_t i, int64_t slot_ms)
{
	double u = (number(b) % 10000 + 1) / 10001.0, v = number(b) % 10000 / 10000.0;
	double noise = sqrt(-2 * log(u)) * cos(2 * 3.14159265 * v);
	int64_t us = (int64_t)((30000 + (double)(i * 7919 % 170000)) * exp(0.25 * noise));
	struct sample s = {.monitor = 0x123456789000 + i * 4096 * 25,
			   .at_ms = slot_ms + (int64_t)(i * 7919 % 60000) + number(b) % 20,
			   .outcome = OUTCOME_UP,
			   .total_us = us,
			   .phase_us = {us / 20, us / 10, us / 5, us / 2, us / 10},
			   .span_ms = MINUTE};

	if (number(b) % 500 == 0) {
		s.outcome = OUTCOME_DOWN;
		s.total_us = -1;
		for (int p = 0; p < PHASE_COUNT; p++)
			s.phase_us[p] = -1;
	}
	return s;
}

static enum err run_append(struct txn *t, void *arg, struct error *e)
{
	struct bench *b = arg;

	return series_append(t, b->batch, b->n, e);
}

static enum err run_compact_all(struct txn *t, void *arg, struct error *e)
{
	return series_compact(t, true, e);
}

static void submit(struct bench *b, enum err (*run)(struct txn *t, void *arg, struct error *e))
{
	struct error e = {0};

	if (store_run(b->store, OP_BACKGROUND, run, b, &e)) {
		fprintf(stderr, "%s\n", e.text);
		exit(1);
	}
	b->n = 0;
}

static int64_t ask(struct bench *b, const char *sql)
{
	struct reader *r = store_reader(b->store, NULL);
	sqlite3_stmt *st = reader_prepare(r, sql, NULL);
	int64_t v = st && sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : -1;

	sqlite3_reset(st);
	reader_done(r);
	return v;
}

/* ---- a month of 200 monitors ------------------------------------------------------------------
 */

static void fill_month(struct bench *b)
{
	for (int minute = 0; minute < MONTH_MINUTES; minute += 10) {
		for (int k = 0; k < 10; k++) {
			for (uint64_t i = 0; i < MONTH_MONITORS; i++)
				b->batch[b->n++] = measure(b, i, T0 + (minute + k) * MINUTE);
		}
		b->clock.wall_ms = T0 + (minute + 10) * MINUTE;
		submit(b, run_append);
	}
	submit(b, run_compact_all);
}

static void print_sizes(struct bench *b, double samples)
{
	double chunks =
		(double)ask(b, "SELECT sum(pgsize) FROM dbstat WHERE name = 'sample_chunk'");
	double payload = (double)ask(b, "SELECT sum(length(samples)) FROM sample_chunk");
	double open = (double)ask(b, "SELECT sum(pgsize) FROM dbstat WHERE name = 'sample_open'");
	double hours = (double)ask(b, "SELECT sum(pgsize) FROM dbstat WHERE name = 'sample_hour'");
	double days = (double)ask(b, "SELECT sum(pgsize) FROM dbstat WHERE name = 'sample_day'");

	printf("series  bytes a sample on disk       %6.2f  (<= 2.5; %.2f without the tree)\n",
	       (chunks + open) / samples, payload / samples);
	printf("series  bytes an hour's roll-up      %6.0f  a day's %.0f\n",
	       hours / MONTH_MONITORS / 720, days / MONTH_MONITORS / 30);
}

static double query_p95(struct bench *b, int64_t *p95)
{
	struct series_point total;
	double start = now_s();
	int rounds = 200;

	for (int i = 0; i < rounds; i++) {
		uint64_t monitor = measure(b, (uint64_t)(i % ROW_MONITORS), T0).monitor;

		if (series_query(b->store, monitor, T0 + 1234567, T0 + 30 * DAY - 1234567, 0, NULL,
				 &total, NULL))
			exit(1);
		*p95 = total.p95_us;
	}
	return (now_s() - start) / rounds * 1e3;
}

static double query_points(struct bench *b, int64_t length_ms)
{
	struct series_point points[120], total;
	double start = now_s();
	int rounds = 50;

	for (int i = 0; i < rounds; i++) {
		uint64_t monitor = measure(b, (uint64_t)(i * 7 % MONTH_MONITORS), T0).monitor;
		int64_t until = T0 + 30 * DAY;

		if (series_query(b->store, monitor, until - length_ms, until, 120, points, &total,
				 NULL) < 1)
			exit(1);
	}
	return (now_s() - start) / rounds * 1e3;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The same question to a row for each sample, keyed by monitor and time. */
static double query_rows(struct bench *b, const char *parent)
{
	char path[160];
	int64_t *us = mem_array(NULL, MONTH_MINUTES, sizeof *us);
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	double start;
	int rounds = 20;

	snprintf(path, sizeof path, "%s/rows.db", parent);
	if (sqlite3_open(path, &db) ||
	    sqlite3_exec(
		    db,
		    "CREATE TABLE s (monitor INTEGER, at_ms INTEGER, outcome INTEGER, us INTEGER,"
		    " PRIMARY KEY (monitor, at_ms)) WITHOUT ROWID; BEGIN",
		    NULL, NULL, NULL) ||
	    sqlite3_prepare_v2(db, "INSERT INTO s VALUES (?, ?, ?, ?)", -1, &st, NULL))
		exit(1);
	for (int minute = 0; minute < MONTH_MINUTES; minute++) {
		for (uint64_t i = 0; i < ROW_MONITORS; i++) {
			struct sample s = measure(b, i, T0 + minute * MINUTE);

			sqlite3_bind_int64(st, 1, (int64_t)s.monitor);
			sqlite3_bind_int64(st, 2, s.at_ms);
			sqlite3_bind_int64(st, 3, s.outcome);
			sqlite3_bind_int64(st, 4, s.total_us);
			sqlite3_step(st);
			sqlite3_reset(st);
		}
	}
	sqlite3_finalize(st);
	if (sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) ||
	    sqlite3_prepare_v2(db, "SELECT us FROM s WHERE monitor = ? AND at_ms BETWEEN ? AND ?",
			       -1, &st, NULL))
		exit(1);
	start = now_s();
	for (int i = 0; i < rounds; i++) {
		size_t n = 0;

		sqlite3_bind_int64(st, 1,
				   (int64_t)measure(b, (uint64_t)(i % ROW_MONITORS), T0).monitor);
		sqlite3_bind_int64(st, 2, T0 + 1234567);
		sqlite3_bind_int64(st, 3, T0 + 30 * DAY - 1234567);
		while (sqlite3_step(st) == SQLITE_ROW && n < MONTH_MINUTES)
			us[n++] = sqlite3_column_int64(st, 0);
		sqlite3_reset(st);
		qsort(us, n, sizeof *us, compare);
	}
	start = (now_s() - start) / rounds * 1e3;
	sqlite3_finalize(st);
	sqlite3_close(db);
	free(us);
	return start;
}

static void month(const char *parent)
{
	struct bench *b = mem_alloc(sizeof *b);
	double start = now_s(), samples = (double)MONTH_MONITORS * MONTH_MINUTES, ms, rows_ms;
	int64_t p95;

	begin(b, parent, "month", "OFF");
	fill_month(b);
	printf("series  samples a second, taken up   %6.0f k\n", samples / (now_s() - start) / 1e3);
	store_close(b->store);
	open_store(b, "OFF");
	print_sizes(b, samples);
	query_p95(b, &p95);
	ms = query_p95(b, &p95);
	rows_ms = query_rows(b, parent);
	printf("series  p95 over 30 days, ms         %6.3f  (< 2; a row a sample %.1f: %.0f times)\n",
	       ms, rows_ms, rows_ms / ms);
	printf("series  120 points of 1 h, 24 h, 30 d, ms %.2f %.2f %.2f\n", query_points(b, HOUR),
	       query_points(b, DAY), query_points(b, 30 * DAY));
	store_close(b->store);
	free(b);
}

/* ---- 10,000 monitors once a minute -------------------------------------------------------------
 */

static int64_t written(void)
{
	FILE *f = fopen("/proc/self/io", "r");
	char line[128];
	int64_t v = 0;

	while (f && fgets(line, sizeof line, f)) {
		if (!strncmp(line, "wchar: ", 7))
			v = strtoll(line + 7, NULL, 10);
	}
	if (f)
		fclose(f);
	return v;
}

static int64_t heap(void)
{
	struct mallinfo2 m = mallinfo2();

	return (int64_t)(m.uordblks + m.hblkhd);
}

static void one_second(struct bench *b, int second)
{
	int64_t at_ms = T0 + second * INT64_C(1000);

	for (uint64_t i = (uint64_t)second % 60; i < MANY_MONITORS; i += 60) {
		struct sample s = measure(b, i, at_ms);

		s.at_ms = at_ms + number(b) % 1000;
		b->batch[b->n++] = s;
	}
	b->clock.wall_ms = at_ms;
	submit(b, run_append);
}

static void list_all(struct bench *b)
{
	struct series_summary s;
	double start = now_s();
	int rounds = 20;

	for (int round = 0; round < rounds; round++) {
		for (uint64_t i = 0; i < MANY_MONITORS; i++) {
			if (!series_summary(b->store, 0x123456789000 + i * 4096 * 25, &s))
				exit(1);
		}
	}
	printf("series  one of 10,000 summaries, µs  %6.2f  (<= 2)\n",
	       (now_s() - start) / rounds / MANY_MONITORS * 1e6);
}

static void many(const char *parent)
{
	struct bench *b = mem_alloc(sizeof *b), *killed = mem_alloc(sizeof *killed);
	int64_t bytes = 0, rows, before;
	double start, cpu = 0;

	begin(b, parent, "many", "OFF");
	for (int second = 0; second < MANY_SECONDS; second++) {
		if (second == MANY_SECONDS / 2) {
			bytes = written();
			cpu = (double)clock();
		}
		one_second(b, second);
	}
	cpu = ((double)clock() - cpu) / CLOCKS_PER_SEC;
	bytes = written() - bytes;
	printf("series  10,000 at 60 s, kB/s written %6.1f  (< 100 with all else; %.2f %% of a core)\n",
	       (double)bytes / (MANY_SECONDS / 2) / 1e3, cpu / (MANY_SECONDS / 2) * 100);
	rows = ask(b, "SELECT count(*) FROM sample_journal");
	begin(killed, parent, "killed", "OFF");
	store_close(killed->store);
	shell("cp -a -T", b->dir, killed->dir);
	killed->clock.wall_ms = b->clock.wall_ms;
	store_close(b->store);
	malloc_trim(0);
	before = heap();
	start = now_s();
	open_store(killed, "OFF");
	printf("series  start after a kill, s        %6.3f  (< 0.3; %lld rows of the journal)\n",
	       now_s() - start, (long long)rows);
	printf("series  memory of 10,000, MB         %6.1f  (< 25)\n",
	       (double)(heap() - before) / 1e6);
	list_all(killed);
	start = now_s();
	store_close(killed->store);
	printf("series  clean end, s                 %6.3f\n", now_s() - start);
	free(b);
	free(killed);
}

/* ---- many monitors at 300 s, after a day --------------------------------------------------------
 */

static int64_t resident(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long total = 0, pages = 0;

	if (!f || fscanf(f, "%ld %ld", &total, &pages) != 2)
		pages = 0;
	if (f)
		fclose(f);
	return pages * (int64_t)sysconf(_SC_PAGESIZE);
}

/* Each has its place in the interval, by a hash: neighbours are not checked together. */
static void slow_second(struct bench *b, const uint32_t *order, size_t n, int second)
{
	size_t slot = (size_t)second % SLOW_INTERVAL_S;
	int64_t at_ms = T0 + second * INT64_C(1000);

	for (size_t k = n * slot / SLOW_INTERVAL_S; k < n * (slot + 1) / SLOW_INTERVAL_S; k++) {
		struct sample s = measure(b, order[k], at_ms);

		s.at_ms = at_ms + number(b) % 20;
		s.span_ms = SLOW_INTERVAL_S * 1000;
		b->batch[b->n++] = s;
	}
	b->clock.wall_ms = at_ms;
	submit(b, run_append);
}

static uint32_t *shuffled(struct bench *b, size_t n)
{
	uint32_t *order = mem_array(NULL, n, sizeof *order);

	for (size_t i = 0; i < n; i++) {
		size_t j = number(b) % (i + 1);

		order[i] = order[j];
		order[j] = (uint32_t)i;
	}
	return order;
}

static void slow(const char *parent, size_t n)
{
	struct bench *b = mem_alloc(sizeof *b);
	int64_t bytes = 0, before = heap(), before_resident = resident();
	uint32_t *order;
	double samples;

	begin(b, parent, "slow", "OFF");
	order = shuffled(b, n);
	for (int second = 0; second < SLOW_DAY_S + SLOW_MEASURED_S; second++) {
		if (second == 3600 || second == 2 * 3600)
			bytes = written() - (second == 3600 ? 0 : bytes);
		if (second == 2 * 3600)
			printf("series  %zu at 300 s, kB/s written %6.1f in their second hour\n", n,
			       (double)bytes / 3600 / 1e3);
		if (second == 2 * 3600 || second == SLOW_DAY_S)
			printf("series  memory after %2d h, bytes a monitor %6.0f (resident %.0f)\n",
			       second / 3600, (double)(heap() - before) / (double)n,
			       (double)(resident() - before_resident) / (double)n);
		if (second == SLOW_DAY_S)
			bytes = written();
		slow_second(b, order, n, second);
	}
	printf("series  after a day, kB/s written   %6.1f\n",
	       (double)(written() - bytes) / SLOW_MEASURED_S / 1e3);
	samples = (double)n * (SLOW_DAY_S + SLOW_MEASURED_S) / SLOW_INTERVAL_S;
	submit(b, run_compact_all);
	printf("series  bytes a sample at 300 s     %6.2f  (<= 4)\n",
	       (double)ask(b, "SELECT sum(pgsize) FROM dbstat WHERE name IN"
			      " ('sample_chunk', 'sample_open')") /
		       samples);
	for (const char *const *t = (const char *const[]){"sample_chunk", "sample_open",
							  "sample_hour", "sample_day", NULL};
	     *t; t++) {
		char sql[128];

		snprintf(sql, sizeof sql, "SELECT sum(pgsize) FROM dbstat WHERE name = '%s'", *t);
		printf("series    %-12s bytes a monitor %6.0f\n", *t,
		       (double)ask(b, sql) / (double)n);
	}
	store_close(b->store);
	free(order);
	free(b);
}

int main(int argc, char **argv)
{
	char parent[] = "/tmp/bench-series-XXXXXX";

	if (!mkdtemp(parent))
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1) {
		slow(parent, strtoul(argv[1], NULL, 10));
	} else {
		month(parent);
		many(parent);
		slow(parent, MANY_MONITORS);
	}
	shell("rm -rf", parent, "");
	return 0;
}
