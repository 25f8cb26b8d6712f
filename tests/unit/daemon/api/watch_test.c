#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/api/watch.h"

static const struct resource_kind one_kind = {.kind = "one"}, other_kind = {.kind = "other"};
static char first, second;
#define FIRST  ((struct live_stream *)&first)
#define SECOND ((struct live_stream *)&second)

static size_t take(struct watches *w, uint64_t now, uint64_t *next)
{
	struct watch **due;

	return watch_take_due(w, now, &due, next);
}

static void mark__only_what_is_watched_and_once(void **state)
{
	struct watches w;
	uint64_t next;

	watch_init(&w);
	assert_false(watch_mark(&w, &one_kind, 7));
	watch_add(&w, &one_kind, 7, FIRST);
	watch_add(&w, &one_kind, 7, FIRST);
	watch_add(&w, &one_kind, 7, SECOND);
	assert_false(watch_mark(&w, &other_kind, 7));
	assert_true(watch_mark(&w, &one_kind, 7));
	assert_false(watch_mark(&w, &one_kind, 7));
	assert_int_equal(take(&w, 1000, &next), 1);
	assert_int_equal(w.due[0]->n_streams, 2);
	assert_int_equal(take(&w, 1000, &next), 0);
	watch_fini(&w);
}

static void due__four_times_a_second_an_id(void **state)
{
	struct watches w;
	uint64_t next;

	watch_init(&w);
	watch_add(&w, &one_kind, 1, FIRST);
	watch_add(&w, &one_kind, 2, FIRST);
	watch_mark(&w, &one_kind, 1);
	assert_int_equal(take(&w, 1000, &next), 1);
	assert_int_equal(next, UINT64_MAX);
	watch_mark(&w, &one_kind, 1);
	watch_mark(&w, &one_kind, 2);
	assert_int_equal(take(&w, 1100, &next), 1); /* the other one */
	assert_int_equal(next, 1250);
	assert_int_equal(take(&w, 1249, &next), 0);
	assert_int_equal(take(&w, 1250, &next), 1);
	watch_fini(&w);
}

static void remove__of_a_kind_or_all__also_what_was_marked(void **state)
{
	struct watches w;
	uint64_t next;

	watch_init(&w);
	for (uint64_t id = 1; id <= 500; id++) {
		watch_add(&w, &one_kind, id, FIRST);
		watch_add(&w, &other_kind, id, FIRST);
		watch_mark(&w, &one_kind, id);
		watch_mark(&w, &other_kind, id);
	}
	watch_add(&w, &one_kind, 3, SECOND);
	assert_int_equal(w.n, 1000);
	watch_remove(&w, &one_kind, FIRST);
	assert_int_equal(w.n, 501);
	assert_int_equal(take(&w, 1000, &next), 501);
	watch_remove(&w, NULL, FIRST);
	assert_int_equal(w.n, 1);
	assert_true(watch_mark(&w, &one_kind, 3));
	watch_remove(&w, NULL, SECOND);
	assert_int_equal(w.n, 0);
	assert_int_equal(take(&w, 2000, &next), 0);
	watch_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mark__only_what_is_watched_and_once),
		cmocka_unit_test(due__four_times_a_second_an_id),
		cmocka_unit_test(remove__of_a_kind_or_all__also_what_was_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
