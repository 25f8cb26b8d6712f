#include "shared/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

enum { KEYS = 4096, BUCKETS = 256, FAIR = KEYS / BUCKETS };

static void expect_even(const unsigned *buckets)
{
	for (size_t i = 0; i < BUCKETS; i++)
		assert_in_range(buckets[i], 1, FAIR * 3);
}

static void text__depends_on_every_byte_and_on_nothing_behind(void **state)
{
	assert_int_equal(hash_text("garden"), hash_bytes("garden and more", 6));
	assert_int_not_equal(hash_text("garden"), hash_text("gardem"));
	assert_int_not_equal(hash_text("ab"), hash_text("ba"));
	assert_int_not_equal(hash_text(""), 0);
}

static void text__spreads_names_that_differ_by_a_number__in_low_and_high_bits(void **state)
{
	unsigned low[BUCKETS] = {0}, high[BUCKETS] = {0};
	char name[32];
	for (int i = 0; i < KEYS; i++) {
		snprintf(name, sizeof(name), "monitor-down:%d", i);
		low[hash_text(name) % BUCKETS]++;
		high[(hash_text(name) >> 32) % BUCKETS]++;
	}
	expect_even(low);
	expect_even(high);
}

static void id__spreads_numbers_of_one_millisecond(void **state)
{
	unsigned buckets[BUCKETS] = {0};
	for (uint64_t id = 0; id < KEYS; id++)
		buckets[hash_id((id + 1) << 16) % BUCKETS]++;
	expect_even(buckets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text__depends_on_every_byte_and_on_nothing_behind),
		cmocka_unit_test(text__spreads_names_that_differ_by_a_number__in_low_and_high_bits),
		cmocka_unit_test(id__spreads_numbers_of_one_millisecond),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
