#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <pthread.h>
#include <cmocka.h>

#include "shared/ids.h"

static const int64_t now = 1795369683120; /* 2026-11-22 */

static void next__same_millisecond__grows(void **state)
{
	struct id_source s;
	uint64_t last = 0;

	id_source_init(&s, 3, 0);
	for (int i = 0; i < 20000; i++) { /* more than 4096 of one millisecond */
		uint64_t id = id_next(&s, now);

		assert_true(id > last);
		assert_int_equal(id >> 12 & 1023, 3);
		last = id;
	}
	/* 4 ms were borrowed */
	assert_int_equal(id_time_ms(last), now + 4);
	id_source_fini(&s);
}

static void next__clock_goes_back__ids_do_not(void **state)
{
	struct id_source s;
	uint64_t a, b, c;

	id_source_init(&s, 0, 0);
	a = id_next(&s, now);
	b = id_next(&s, now - 3600000);
	c = id_next(&s, 0);
	assert_true(b > a && c > b);
	assert_int_equal(id_time_ms(b), now);
	assert_int_equal(id_time_ms(id_next(&s, now + 5)), now + 5);
	id_source_fini(&s);
}

static void next__after_restart__goes_on_above_last(void **state)
{
	struct id_source s;
	uint64_t last;

	id_source_init(&s, 1000, 0);
	last = id_next(&s, now);
	id_source_fini(&s);
	id_source_init(&s, 1, last); /* restored elsewhere, with a lower node */
	assert_true(id_next(&s, now) > last);
	id_source_fini(&s);
}

static void next__before_epoch__is_not_zero_and_63_bits(void **state)
{
	struct id_source s;
	uint64_t id;

	id_source_init(&s, 0, 0);
	id = id_next(&s, -5);
	assert_true(id > 0);
	assert_true(id_next(&s, INT64_MAX) < UINT64_C(1) << 63);
	id_source_fini(&s);
}

struct taken {
	struct id_source *s;
	uint64_t ids[5000];
};

static void *take_many(void *arg)
{
	struct taken *t = arg;

	for (int i = 0; i < 5000; i++)
		t->ids[i] = id_next(t->s, now);
	return NULL;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void next__two_threads__no_id_twice(void **state)
{
	static struct taken t[2];
	static uint64_t all[10000];
	struct id_source s;
	pthread_t threads[2];

	id_source_init(&s, 0, 0);
	for (int i = 0; i < 2; i++) {
		t[i].s = &s;
		assert_int_equal(pthread_create(&threads[i], NULL, take_many, &t[i]), 0);
	}
	for (int i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		memcpy(all + 5000 * i, t[i].ids, sizeof t[i].ids);
	}
	qsort(all, 10000, sizeof all[0], compare);
	for (int i = 1; i < 10000; i++)
		assert_true(all[i] != all[i - 1]);
	id_source_fini(&s);
}

static void format__parse__round_trip(void **state)
{
	uint64_t samples[] = {
		1, 31, 32, UINT64_C(0x7FFFFFFFFFFFFFFF), 0, UINT64_C(123456789012345)};
	char text[ID_TEXT];
	uint64_t id;

	for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
		id_format(text, "mon", samples[i]);
		assert_int_equal(strlen(text), 17);
		assert_true(id_parse(text, "mon", &id));
		assert_true(id == samples[i]);
		assert_true(id_shaped(text));
	}
	assert_string_equal(id_format(text, "longpref", 32), "longpref_0000000000010");
}

static void parse__reads_crockford(void **state)
{
	uint64_t a, b;

	assert_true(id_parse("mon_01H5ZK3QW8F2A", "mon", &a));
	assert_true(id_parse("mon_olh5zk3qw8f2a", "mon", &b));
	assert_true(a == b);
	assert_true(id_parse("mon_oih5zk3qw8f2a", "mon", &b));
	assert_true(a == b);
}

static void parse__refuses__what_is_none(void **state)
{
	static const char *const bad[] = {
		"",
		"mon",
		"mon_",
		"mon_01H5ZK3QW8F2",
		"mon_01H5ZK3QW8F2AB",
		"mon-01H5ZK3QW8F2A",
		"inc_01H5ZK3QW8F2A",
		"01H5ZK3QW8F2A",
		"mon_01H5ZK3QW8F2U",
		"mon_81H5ZK3QW8F2A",
		"mon_01H5ZK3 W8F2A",
		"Mon_01H5ZK3QW8F2A",
		"mon_01H5ZK3QW8F2\xC3",
	};
	uint64_t id;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(id_parse(bad[i], "mon", &id));
}

static void shaped__any_prefix(void **state)
{
	assert_true(id_shaped("xyz_01h5zk3qw8f2a"));
	assert_true(id_shaped("a_zzzzzzzzzzzzz"));
	assert_false(id_shaped("shop"));
	assert_false(id_shaped("_01h5zk3qw8f2a"));
	assert_false(id_shaped("my_shop"));
	assert_false(id_shaped("ninechars_01h5zk3qw8f2a"));
	assert_false(id_shaped("xyz_01h5zk3qw8f2ab"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(next__same_millisecond__grows),
		cmocka_unit_test(next__clock_goes_back__ids_do_not),
		cmocka_unit_test(next__after_restart__goes_on_above_last),
		cmocka_unit_test(next__before_epoch__is_not_zero_and_63_bits),
		cmocka_unit_test(next__two_threads__no_id_twice),
		cmocka_unit_test(format__parse__round_trip),
		cmocka_unit_test(parse__reads_crockford),
		cmocka_unit_test(parse__refuses__what_is_none),
		cmocka_unit_test(shaped__any_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
