#include "daemon/core/loop.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "daemon/core/thread.h"
#include "shared/mem.h"

static struct loop *started(const char *name)
{
	struct loop *l = loop_new(name);
	struct error e;

	assert_int_equal(loop_start(l, NULL, NULL, &e), ERR_NONE);
	return l;
}

static void ended(struct loop *l)
{
	loop_stop(l, NULL, NULL, 5000);
	loop_free(l);
}

struct order {
	struct loop *l;
	int seen[4000];
	int n;
	bool here;
};

struct step {
	struct order *o;
	int number;
};

static void note(void *arg)
{
	struct step *s = arg;

	s->o->here &= loop_here(s->o->l);
	s->o->seen[s->o->n++] = s->number;
	free(s);
}

static void nothing(void *arg)
{
}

static void loop_post__many__run_in_order_on_the_loop(void **state)
{
	static struct order o;

	o = (struct order){.l = started("order"), .here = true};
	for (int i = 0; i < 4000; i++) {
		struct step *s = mem_alloc(sizeof *s);

		*s = (struct step){&o, i};
		loop_post(o.l, note, s);
	}
	loop_call(o.l, nothing, NULL);
	assert_int_equal(o.n, 4000);
	for (int i = 0; i < 4000; i++)
		assert_int_equal(o.seen[i], i);
	assert_true(o.here);
	assert_false(loop_here(o.l));
	ended(o.l);
}

static void add_one(void *arg)
{
	atomic_fetch_add((atomic_int *)arg, 1);
}

struct poster {
	struct loop *l;
	atomic_int *count;
};

static void *post_thousand(void *arg)
{
	struct poster *p = arg;

	for (int i = 0; i < 1000; i++)
		loop_post(p->l, add_one, p->count);
	return NULL;
}

static void loop_post__four_threads__loses_nothing(void **state)
{
	atomic_int count = 0;
	struct poster p = {started("four"), &count};
	pthread_t t[4];

	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, post_thousand, &p);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	/* What was posted before the end still runs. */
	ended(p.l);
	assert_int_equal(count, 4000);
}

static void loop_post__before_start__waits_for_it(void **state)
{
	struct loop *l = loop_new("early");
	atomic_int count = 0;
	struct error e;

	loop_post(l, add_one, &count);
	assert_int_equal(count, 0);
	assert_int_equal(loop_start(l, NULL, NULL, &e), ERR_NONE);
	loop_call(l, nothing, NULL);
	assert_int_equal(count, 1);
	ended(l);
}

static void open_timer(void *arg)
{
	uv_timer_t *t = arg;

	uv_timer_init(loop_uv(t->data), t);
	uv_timer_start(t, (uv_timer_cb)nothing, 3600000, 0);
}

static void close_timer(void *arg)
{
	uv_close(arg, NULL);
}

static void loop_stop__teardown_closes__ends_at_once(void **state)
{
	struct loop *l = loop_new("timer");
	uv_timer_t t = {.data = l};
	int64_t began = thread_now_us();
	struct error e;

	assert_int_equal(loop_start(l, open_timer, &t, &e), ERR_NONE);
	loop_stop(l, close_timer, &t, 60000);
	loop_free(l);
	assert_true(thread_now_us() - began < 30000000);
}

static void loop_stop__handle_left_open__gives_up_after_limit(void **state)
{
	struct loop *l = loop_new("stuck");
	uv_timer_t *t = mem_zalloc(sizeof *t);
	struct error e;

	t->data = l;
	assert_int_equal(loop_start(l, open_timer, t, &e), ERR_NONE);
	loop_stop(l, NULL, NULL, 20);
	/* Closed by the test so that everything can be freed. */
	uv_close((uv_handle_t *)t, NULL);
	loop_free(l);
	free(t);
}

static void loop_call__after_the_end__returns(void **state)
{
	struct loop *l = started("gone");
	atomic_int count = 0;

	loop_stop(l, NULL, NULL, 5000);
	loop_call(l, add_one, &count);
	loop_post(l, add_one, &count);
	assert_int_equal(count, 0);
	assert_false(loop_alive(l, 1000));
	loop_free(l);
}

struct gate {
	pthread_mutex_t m;
};

static void wait_at_gate(void *arg)
{
	struct gate *g = arg;

	pthread_mutex_lock(&g->m);
	pthread_mutex_unlock(&g->m);
}

static void loop_alive__blocked__is_noticed_and_recovers(void **state)
{
	struct gate g = {PTHREAD_MUTEX_INITIALIZER};
	struct loop *l = started("gate");
	int64_t until = thread_now_us() + 5000000;

	assert_true(loop_alive(l, 1000));
	loop_call(l, nothing, NULL);
	pthread_mutex_lock(&g.m);
	loop_post(l, wait_at_gate, &g);
	while (loop_alive(l, 1) && thread_now_us() < until)
		sched_yield();
	assert_false(loop_alive(l, 1));
	assert_true(loop_alive(l, 100000));
	pthread_mutex_unlock(&g.m);
	loop_call(l, nothing, NULL);
	loop_call(l, nothing, NULL); /* a turn later the first one has been counted */
	assert_true(loop_alive(l, 1));
	assert_true(loop_take_lag_us(l) >= 1000);
	ended(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loop_post__many__run_in_order_on_the_loop),
		cmocka_unit_test(loop_post__four_threads__loses_nothing),
		cmocka_unit_test(loop_post__before_start__waits_for_it),
		cmocka_unit_test(loop_stop__teardown_closes__ends_at_once),
		cmocka_unit_test(loop_stop__handle_left_open__gives_up_after_limit),
		cmocka_unit_test(loop_call__after_the_end__returns),
		cmocka_unit_test(loop_alive__blocked__is_noticed_and_recovers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
