#include "daemon/jobs/heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "shared/mem.h"

enum { NODES = 500, STEPS = 20000 };

static void heap__gives_in_order_of_keys(void **state)
{
	struct heap h = {0};
	struct heap_node nodes[NODES] = {0};
	unsigned seed = 1;
	for (size_t i = 0; i < NODES; i++)
		heap_set(&h, &nodes[i], rand_r(&seed) % 1000);
	int64_t last = -1;
	for (size_t i = 0; i < NODES; i++) {
		struct heap_node *n = heap_first(&h);
		assert_non_null(n);
		assert_true(n->key >= last);
		last = n->key;
		heap_remove(&h, n);
		assert_false(heap_has(n));
	}
	assert_null(heap_first(&h));
	heap_fini(&h);
}

/* Against a plain array, with moves and removals from the middle. */
static void heap__agrees_with_a_linear_search__after_any_steps(void **state)
{
	struct heap h = {0};
	struct heap_node nodes[NODES] = {0};
	unsigned seed = 7;
	for (int step = 0; step < STEPS; step++) {
		struct heap_node *n = &nodes[rand_r(&seed) % NODES];
		if (rand_r(&seed) % 3)
			heap_set(&h, n, rand_r(&seed) % 10000);
		else
			heap_remove(&h, n);
		int64_t smallest = INT64_MAX;
		size_t inside = 0;
		for (size_t i = 0; i < NODES; i++) {
			inside += heap_has(&nodes[i]);
			if (heap_has(&nodes[i]) && nodes[i].key < smallest)
				smallest = nodes[i].key;
		}
		assert_int_equal(inside, h.n);
		if (inside)
			assert_int_equal(heap_first(&h)->key, smallest);
		else
			assert_null(heap_first(&h));
	}
	heap_fini(&h);
	assert_false(heap_has(&nodes[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heap__gives_in_order_of_keys),
		cmocka_unit_test(heap__agrees_with_a_linear_search__after_any_steps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
