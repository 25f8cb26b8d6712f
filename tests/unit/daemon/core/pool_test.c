#include "daemon/core/pool.h"

#include <dirent.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/core/thread.h"

static void add_one(void *arg)
{
	atomic_fetch_add((atomic_int *)arg, 1);
}

struct gate {
	pthread_mutex_t m;
	atomic_int inside, passed;
};

static void wait_at_gate(void *arg)
{
	struct gate *g = arg;

	atomic_fetch_add(&g->inside, 1);
	pthread_mutex_lock(&g->m);
	pthread_mutex_unlock(&g->m);
	atomic_fetch_add(&g->passed, 1);
}

static bool becomes(atomic_int *v, int want)
{
	int64_t until = thread_now_us() + 5000000;

	while (atomic_load(v) != want && thread_now_us() < until)
		sched_yield();
	return atomic_load(v) == want;
}

static void pool_free__queued__finishes_everything(void **state)
{
	struct pool *p = pool_new("many", 4, 1000, 0);
	atomic_int count = 0;

	for (int i = 0; i < 1000; i++)
		assert_true(pool_submit(p, add_one, &count));
	pool_free(p);
	assert_int_equal(count, 1000);
}

static void pool_submit__queue_full__takes_nothing(void **state)
{
	struct gate g = {.m = PTHREAD_MUTEX_INITIALIZER};
	struct pool *p = pool_new("full", 1, 2, 0);
	atomic_int count = 0;

	pthread_mutex_lock(&g.m);
	assert_true(pool_submit(p, wait_at_gate, &g));
	assert_true(becomes(&g.inside, 1));
	assert_true(pool_submit(p, add_one, &count));
	assert_true(pool_submit(p, add_one, &count));
	assert_int_equal(pool_queued(p), 2);
	assert_false(pool_submit(p, add_one, &count));
	pthread_mutex_unlock(&g.m);
	pool_free(p);
	assert_int_equal(count, 2);
}

static void pool_submit__all_threads__work_at_once(void **state)
{
	struct gate g = {.m = PTHREAD_MUTEX_INITIALIZER};
	struct pool *p = pool_new("wide", 3, 8, 0);

	pthread_mutex_lock(&g.m);
	for (int i = 0; i < 3; i++)
		assert_true(pool_submit(p, wait_at_gate, &g));
	assert_true(becomes(&g.inside, 3));
	pthread_mutex_unlock(&g.m);
	pool_free(p);
	assert_int_equal(g.passed, 3);
}

static int threads_named(const char *name)
{
	DIR *tasks = opendir("/proc/self/task");
	int n = 0;

	for (struct dirent *d; tasks && (d = readdir(tasks));) {
		char path[300], line[64];
		FILE *f;

		snprintf(path, sizeof path, "/proc/self/task/%s/comm", d->d_name);
		f = fopen(path, "r");
		if (!f)
			continue;
		if (fgets(line, sizeof line, f) && !strncmp(line, name, strlen(name)))
			n++;
		fclose(f);
	}
	closedir(tasks);
	return n;
}

static void pool_submit__idle_threads_gone__starts_new_ones(void **state)
{
	struct pool *p = pool_new("brief", 2, 8, 1);
	atomic_int count = 0;
	int64_t until = thread_now_us() + 5000000;

	for (int round = 1; round <= 3; round++) {
		assert_true(pool_submit(p, add_one, &count));
		assert_true(becomes(&count, round));
		while (threads_named("brief") && thread_now_us() < until)
			sched_yield();
		assert_int_equal(threads_named("brief"), 0);
	}
	pool_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pool_free__queued__finishes_everything),
		cmocka_unit_test(pool_submit__queue_full__takes_nothing),
		cmocka_unit_test(pool_submit__all_threads__work_at_once),
		cmocka_unit_test(pool_submit__idle_threads_gone__starts_new_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
