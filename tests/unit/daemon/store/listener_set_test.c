#include "daemon/store/listener_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

struct heard {
	struct listener_set *set;
	int calls;
	struct heard *removes; /* inside the call */
	struct heard *adds;
};

static void on_call(struct heard *h);

static void hear(listener_fn *fn, void *arg, void *context)
{
	((void (*)(struct heard *))fn)(arg);
}

static void on_call(struct heard *h)
{
	h->calls++;
	if (h->removes)
		listener_set_remove(h->set, (listener_fn *)on_call, h->removes);
	if (h->adds)
		listener_set_add(h->set, (listener_fn *)on_call, h->adds);
	h->adds = NULL;
}

static void listener_set__added_and_removed(void **state)
{
	struct listener_set set;
	struct heard a = {.set = &set}, b = {.set = &set};

	listener_set_init(&set);
	listener_set_add(&set, (listener_fn *)on_call, &a);
	listener_set_add(&set, (listener_fn *)on_call, &b);
	listener_set_each(&set, hear, NULL);
	listener_set_remove(&set, (listener_fn *)on_call, &a);
	listener_set_each(&set, hear, NULL);
	assert_int_equal(a.calls, 1);
	assert_int_equal(b.calls, 2);
	listener_set_fini(&set);
}

static void listener_set__changed_inside_a_call__is_safe(void **state)
{
	struct listener_set set;
	struct heard a = {.set = &set}, b = {.set = &set}, c = {.set = &set};

	listener_set_init(&set);
	listener_set_add(&set, (listener_fn *)on_call, &a);
	listener_set_add(&set, (listener_fn *)on_call, &b);
	a.removes = &b;
	a.adds = &c;
	listener_set_each(&set, hear, NULL);
	assert_int_equal(a.calls, 1);
	assert_int_equal(b.calls, 0); /* removed before its turn */
	assert_int_equal(c.calls, 0); /* from the next time on */
	a.removes = &a;
	listener_set_each(&set, hear, NULL);
	listener_set_each(&set, hear, NULL);
	assert_int_equal(a.calls, 2);
	assert_int_equal(c.calls, 2);
	listener_set_fini(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(listener_set__added_and_removed),
		cmocka_unit_test(listener_set__changed_inside_a_call__is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
