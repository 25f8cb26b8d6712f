#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "shared/hist.h"

/* xorshift64*: the same numbers in each run */
static uint64_t next_random(uint64_t *s)
{
	*s ^= *s >> 12;
	*s ^= *s << 25;
	*s ^= *s >> 27;
	return *s * UINT64_C(2685821657736338717);
}

static void bucket__holds__what_the_header_says(void **state)
{
	long double low = 1.0L;

	assert_int_equal(hist_bucket(-1), 0);
	assert_int_equal(hist_bucket(0), 0);
	for (unsigned i = 1; i < HIST_BUCKETS; i++, low *= 1.02L) {
		int64_t first = (int64_t)ceill(low), last = (int64_t)ceill(low * 1.02L) - 1;

		if (first > last)
			continue; /* no whole number inside */
		assert_int_equal(hist_bucket(first), i);
		assert_int_equal(hist_bucket(last), i);
	}
	assert_int_equal(hist_bucket(INT64_MAX), HIST_BUCKETS - 1);
	assert_int_equal(hist_bucket(600000000), HIST_BUCKETS - 3);
}

static void value__is_within_one_percent(void **state)
{
	for (int64_t us = 0; us < 20000000; us += 1 + us / 300) {
		int64_t v = hist_value(hist_bucket(us));

		assert_true((double)llabs(v - us) <= 0.0101 * (double)us + 0.5);
	}
}

static void value__small_numbers__are_exact(void **state)
{
	for (int64_t us = 0; us <= 50; us++)
		assert_int_equal(hist_value(hist_bucket(us)), us);
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void quantile__random__within_one_percent_of_exact(void **state)
{
	static const double qs[] = {0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1};
	static int64_t values[20001];
	static struct hist h;
	uint64_t seed = 42;

	for (size_t i = 0; i < 20001; i++) {
		/* log-uniform over 100 µs .. 100 s */
		double u = (double)(next_random(&seed) >> 11) / 9007199254740992.0;

		values[i] = (int64_t)(100.0 * pow(10.0, 6.0 * u));
		hist_add(&h, values[i]);
	}
	qsort(values, 20001, sizeof values[0], compare);
	for (size_t i = 0; i < sizeof qs / sizeof qs[0]; i++) {
		size_t rank = (size_t)ceil(qs[i] * 20001);
		int64_t exact = values[rank ? rank - 1 : 0], got = hist_quantile(&h, qs[i]);

		assert_true((double)llabs(got - exact) <= 0.01 * (double)exact + 1);
	}
}

static void quantile__edges(void **state)
{
	struct hist *h = calloc(1, sizeof *h);

	assert_int_equal(hist_quantile(h, 0.5), -1);
	hist_add(h, 7);
	assert_int_equal(hist_quantile(h, 0), 7);
	assert_int_equal(hist_quantile(h, 1), 7);
	assert_int_equal(hist_quantile(h, 2), 7);
	assert_int_equal(hist_quantile(h, -1), 7);
	assert_int_equal(hist_quantile(h, NAN), 7);
	hist_add(h, 0);
	assert_int_equal(hist_quantile(h, 0.5), 0);
	free(h);
}

static void fill(struct hist *h, uint64_t seed, int n)
{
	memset(h, 0, sizeof *h);
	for (int i = 0; i < n; i++)
		hist_add(h, (int64_t)(next_random(&seed) % 10000000));
}

static void merge__is_associative(void **state)
{
	struct hist *h = calloc(6, sizeof *h);

	fill(&h[0], 1, 500);
	fill(&h[1], 2, 300);
	fill(&h[2], 3, 900);
	hist_merge(&h[3], &h[0]);
	hist_merge(&h[3], &h[1]);
	hist_merge(&h[3], &h[2]); /* (a+b)+c */
	hist_merge(&h[4], &h[1]);
	hist_merge(&h[4], &h[2]);
	hist_merge(&h[5], &h[0]);
	hist_merge(&h[5], &h[4]); /* a+(b+c) */
	assert_memory_equal(&h[3], &h[5], sizeof *h);
	assert_int_equal(h[3].total, 1700);
	free(h);
}

static void counts__stop_at_their_maximum(void **state)
{
	struct hist *h = calloc(2, sizeof *h);

	h[0].count[5] = UINT32_MAX - 1;
	h[0].total = UINT32_MAX - 1;
	hist_merge(&h[1], &h[0]);
	hist_merge(&h[1], &h[0]);
	assert_int_equal(h[1].count[5], UINT32_MAX);
	assert_int_equal(h[1].total, UINT32_MAX);
	free(h);
}

static void encode__decode__round_trip(void **state)
{
	struct hist *h = calloc(3, sizeof *h);
	uint8_t data[HIST_ENCODED_MAX];
	size_t n;

	assert_int_equal(hist_encode(&h[0], data, sizeof data), 1);
	assert_true(hist_decode_add(&h[1], data, 1));
	assert_memory_equal(&h[0], &h[1], sizeof *h);
	fill(&h[0], 9, 5000);
	n = hist_encode(&h[0], data, sizeof data);
	assert_true(n > 0);
	assert_true(hist_decode_add(&h[1], data, n));
	assert_memory_equal(&h[0], &h[1], sizeof *h);
	assert_true(hist_decode_add(&h[1], data, n)); /* adds */
	assert_int_equal(h[1].total, 10000);
	assert_int_equal(hist_encode(&h[0], data, n - 1), 0);
	free(h);
}

static void encode__fullest__fits_the_stated_size(void **state)
{
	struct hist *h = calloc(1, sizeof *h);
	uint8_t data[HIST_ENCODED_MAX];

	for (unsigned i = 0; i < HIST_BUCKETS; i++)
		h->count[i] = UINT32_MAX;
	assert_true(hist_encode(h, data, sizeof data) > 0);
	free(h);
}

static void decode__malformed__is_refused(void **state)
{
	static const struct {
		const char *data;
		size_t n;
	} bad[] = {
		{"", 0},
		{"\x01", 1}, /* count missing */
		{"\x01\x05", 2},
		{"\x01\x05\x00", 3},                 /* an empty bucket is never written */
		{"\x01\x80\x08\x01", 4},             /* bucket 1024 */
		{"\x02\xFF\x07\x01\x00\x01", 6},     /* 1023, then one more */
		{"\x81\x08\x00", 3},                 /* 1025 buckets */
		{"\x01\x05\x80\x80\x80\x80\x10", 7}, /* 2^32 */
		{"\x00\x00", 2},                     /* bytes left over */
	};
	struct hist *h = calloc(1, sizeof *h);

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(hist_decode_add(h, (const uint8_t *)bad[i].data, bad[i].n));
	free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bucket__holds__what_the_header_says),
		cmocka_unit_test(value__is_within_one_percent),
		cmocka_unit_test(value__small_numbers__are_exact),
		cmocka_unit_test(quantile__random__within_one_percent_of_exact),
		cmocka_unit_test(quantile__edges),
		cmocka_unit_test(merge__is_associative),
		cmocka_unit_test(counts__stop_at_their_maximum),
		cmocka_unit_test(encode__decode__round_trip),
		cmocka_unit_test(encode__fullest__fits_the_stated_size),
		cmocka_unit_test(decode__malformed__is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
