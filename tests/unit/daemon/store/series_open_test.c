#include "daemon/store/series_open.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "shared/mem.h"

#define HOUR INT64_C(3600000)
#define T0   (INT64_C(489600) * HOUR)

static bool add(struct open_state *o, int64_t at_ms)
{
	struct sample s = {.at_ms = at_ms,
			   .outcome = OUTCOME_UP,
			   .total_us = 1000,
			   .phase_us = {1, 2, 3, 4, 5},
			   .span_ms = 60000};

	return open_add(o, &s, at_ms);
}

static void open_add__counts__the_hour_and_the_day(void **state)
{
	struct open_state *o = mem_zalloc(sizeof *o);

	assert_true(add(o, T0));
	assert_true(add(o, T0 + HOUR));
	assert_true(add(o, T0 + HOUR + 1));
	assert_int_equal(3, o->count);
	assert_int_equal(T0 / HOUR, o->rollups[0].start);
	assert_true(o->rollups[1].day);
	assert_int_equal(3, o->rollups[1].rollup.count[OUTCOME_UP]);
	assert_int_equal(2, o->rollups[2].rollup.count[OUTCOME_UP]);
	free(o);
}

static void open_add__without_room__adds_nothing(void **state)
{
	struct open_state *o = mem_zalloc(sizeof *o);
	int hours = 0;

	while (add(o, T0 + hours * HOUR))
		hours++;
	assert_int_equal(OPEN_ROLLUPS - 1, hours);
	assert_int_equal(hours, o->rollups[1].rollup.count[OUTCOME_UP]);
	open_remove(o, 0);
	assert_true(add(o, T0 + hours * HOUR));
	free(o);
}

static void open__survives__encoding(void **state)
{
	struct open_state *a = mem_zalloc(sizeof *a), *b = mem_zalloc(sizeof *b);
	uint8_t *bytes = mem_alloc(OPEN_ROLLUPS_MAX);
	size_t n;

	for (int i = 0; i < 500; i++)
		assert_true(add(a, T0 + i * HOUR / 100));
	n = open_encode(a, bytes, OPEN_ROLLUPS_MAX);
	assert_true(n > 0);
	assert_true(open_decode(b, bytes, n));
	assert_int_equal(a->count, b->count);
	for (unsigned i = 0; i < a->count; i++) {
		assert_int_equal(a->rollups[i].start, b->rollups[i].start);
		assert_memory_equal(&a->rollups[i].rollup, &b->rollups[i].rollup,
				    sizeof a->rollups[i].rollup);
	}
	/* what is there already is added to */
	assert_true(open_decode(b, bytes, n));
	assert_int_equal(a->count, b->count);
	assert_int_equal(2 * a->rollups[0].rollup.count[OUTCOME_UP],
			 b->rollups[0].rollup.count[OUTCOME_UP]);
	free(bytes);
	free(a);
	free(b);
}

static void open_decode__refuses__cut_bytes(void **state)
{
	struct open_state *o = mem_zalloc(sizeof *o);
	uint8_t *bytes = mem_alloc(OPEN_ROLLUPS_MAX);
	unsigned accepted = 0;
	size_t n;

	assert_true(add(o, T0));
	n = open_encode(o, bytes, OPEN_ROLLUPS_MAX);
	for (size_t cut = 0; cut < n; cut++) {
		open_clear(o);
		accepted += open_decode(o, bytes, cut);
	}
	/* nothing at all, and the hour without its day */
	assert_int_equal(2, accepted);
	free(bytes);
	free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_add__counts__the_hour_and_the_day),
		cmocka_unit_test(open_add__without_room__adds_nothing),
		cmocka_unit_test(open__survives__encoding),
		cmocka_unit_test(open_decode__refuses__cut_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
