#include "daemon/store/series_chunk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/store/series_codec.h"

#define T0 INT64_C(1760000000000)

static struct sample sample(int64_t at_ms, enum outcome o, int64_t total_us, int64_t span_ms)
{
	struct sample s = {.at_ms = at_ms, .outcome = o, .total_us = total_us, .span_ms = span_ms};

	for (int p = 0; p < PHASE_COUNT; p++)
		s.phase_us[p] = -1;
	return s;
}

static void add(struct chunk *c, int64_t at_ms, enum outcome o, int64_t total_us)
{
	struct sample s = sample(at_ms, o, total_us, 60000);

	assert_true(chunk_add(c, &s));
}

static size_t round_trip(const struct chunk *c)
{
	uint8_t bytes[CHUNK_ENCODED_MAX];
	size_t n = chunk_encode(c, bytes, sizeof bytes);
	struct chunk d;

	assert_true(n > 0);
	assert_true(chunk_decode(&d, bytes, n));
	assert_int_equal(c->n, d.n);
	assert_int_equal(c->low_s, d.low_s);
	assert_int_equal(c->high_s, d.high_s);
	for (unsigned i = 0; i < c->n; i++) {
		assert_int_equal(c->at_s[i], d.at_s[i]);
		assert_int_equal(c->span_ms[i], d.span_ms[i]);
		assert_int_equal(c->bucket[i], d.bucket[i]);
		assert_int_equal(c->outcome[i], d.outcome[i]);
	}
	return n;
}

static void chunk__keeps__every_sample(void **state)
{
	struct chunk c = {0};

	add(&c, T0, OUTCOME_UP, 12345);
	add(&c, T0 + 61000, OUTCOME_DOWN, -1);
	add(&c, T0 + 3000, OUTCOME_UNKNOWN, -1);
	add(&c, T0 + 3000, OUTCOME_DEGRADED, 0);
	add(&c, T0 - 3600000, OUTCOME_MAINTENANCE, 599 * 1000000);
	assert_int_equal(T0 / 1000 - 3600, c.low_s);
	round_trip(&c);
}

static void chunk__regular_times__cost_nothing(void **state)
{
	struct chunk c = {0};
	unsigned seed = 7;

	for (int i = 0; i < CHUNK_SAMPLES; i++) {
		seed = seed * 1103515245 + 12345;
		/* 450..530 ms after the full second: half of them would round the other way */
		add(&c, T0 + 450 + 60000 * i + seed / 65536 % 80, OUTCOME_UP,
		    100000 + seed / 65536 % 5000);
	}
	assert_true(round_trip(&c) < CHUNK_SAMPLES + 32);
}

static void chunk__times__stay_within_a_second(void **state)
{
	struct chunk c = {0};

	/* every 2.3 s, and a schedule that drifts */
	for (int i = 0; i < CHUNK_SAMPLES; i++) {
		int64_t at_ms = T0 + 2300 * i + i * i / 100;

		add(&c, at_ms, OUTCOME_UP, 1000);
		assert_true(llabs(c.at_s[i] * 1000 - at_ms) < 1000);
	}
	round_trip(&c);
}

static void chunk__total_time__is_within_one_percent(void **state)
{
	for (int64_t us = 50; us < 500 * 1000000; us += us / 7 + 1) {
		struct chunk c = {0};

		add(&c, T0, OUTCOME_UP, us);
		assert_true(llabs(chunk_sample(&c, 1, 0).total_us - us) * 100 <= us + 100);
	}
}

static void chunk__is_full__at_256_samples_or_a_day(void **state)
{
	struct chunk c = {0};
	struct sample s = sample(T0 + 25 * 3600000, OUTCOME_UP, 1, 60000);

	add(&c, T0, OUTCOME_UP, 1);
	assert_false(chunk_add(&c, &s));
	s = sample(T0 - 25 * 3600000, OUTCOME_UP, 1, 60000);
	assert_false(chunk_add(&c, &s));
	for (int i = 1; i < CHUNK_SAMPLES; i++)
		add(&c, T0 + i, OUTCOME_UP, 1);
	s = sample(T0 + 1000, OUTCOME_UP, 1, 60000);
	assert_false(chunk_add(&c, &s));
	assert_int_equal(CHUNK_SAMPLES, c.n);
}

static void chunk__worst_case__fits_the_promised_size(void **state)
{
	struct chunk c = {0};

	for (int i = 0; i < CHUNK_SAMPLES; i++) {
		struct sample s =
			sample(SAMPLE_AT_MAX_MS - (i % 2 ? 0 : 86000000), (enum outcome)(1 + i % 5),
			       i % 2 ? 1 : SAMPLE_TIME_MAX_US, SAMPLE_SPAN_MAX_MS / (1 + i % 2));

		assert_true(chunk_add(&c, &s));
	}
	round_trip(&c);
}

static void chunk__a_span_that_varies_little__is_kept_once(void **state)
{
	struct chunk c = {0};
	struct sample s;

	for (int i = 0; i < 100; i++) {
		s = sample(T0 + 60000 * i, OUTCOME_UP, 1000, 60000 + i % 50);
		assert_true(chunk_add(&c, &s));
	}
	assert_true(round_trip(&c) < 130);
	s = sample(T0 + 60000 * 101, OUTCOME_DOWN, -1, 20000);
	assert_true(chunk_add(&c, &s));
	assert_int_equal(20000, c.span_ms[100]);
}

static void chunk__decode__refuses_damage(void **state)
{
	uint8_t bytes[CHUNK_ENCODED_MAX], copy[CHUNK_ENCODED_MAX + 1];
	struct chunk c = {0}, d;
	size_t n;

	for (int i = 0; i < 40; i++)
		add(&c, T0 + 60000 * i + i % 3 * 2000, i % 9 ? OUTCOME_UP : OUTCOME_DOWN,
		    i % 9 ? 5000 + i : -1);
	n = chunk_encode(&c, bytes, sizeof bytes);
	for (size_t cut = 1; cut < n; cut++)
		assert_false(chunk_decode(&d, bytes, cut));
	memcpy(copy, bytes, n);
	copy[n] = 0;
	assert_false(chunk_decode(&d, copy, n + 1));
	assert_true(chunk_decode(&d, NULL, 0));
	assert_int_equal(0, d.n);
	for (size_t i = 0; i < n; i++) {
		for (int bit = 0; bit < 8; bit++) {
			memcpy(copy, bytes, n);
			copy[i] ^= (uint8_t)(1 << bit);
			if (chunk_decode(&d, copy, n))
				assert_true(d.n > 0 && d.n <= CHUNK_SAMPLES);
			else
				assert_int_equal(0, d.n);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunk__keeps__every_sample),
		cmocka_unit_test(chunk__regular_times__cost_nothing),
		cmocka_unit_test(chunk__times__stay_within_a_second),
		cmocka_unit_test(chunk__total_time__is_within_one_percent),
		cmocka_unit_test(chunk__is_full__at_256_samples_or_a_day),
		cmocka_unit_test(chunk__worst_case__fits_the_promised_size),
		cmocka_unit_test(chunk__a_span_that_varies_little__is_kept_once),
		cmocka_unit_test(chunk__decode__refuses_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
