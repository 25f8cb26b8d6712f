#include "daemon/store/series_rollup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct sample sample(enum outcome o, int64_t total_us, int64_t span_ms)
{
	struct sample s = {.outcome = o, .total_us = total_us, .span_ms = span_ms};

	for (int p = 0; p < PHASE_COUNT; p++)
		s.phase_us[p] = total_us < 0 ? -1 : total_us / (p + 1);
	return s;
}

static void add(struct rollup *r, enum outcome o, int64_t total_us, int64_t span_ms)
{
	struct sample s = sample(o, total_us, span_ms);

	rollup_add(r, &s);
}

static void rollup__uptime__leaves_out_unknown_and_maintenance(void **state)
{
	struct rollup r = {0};
	struct series_point p;

	add(&r, OUTCOME_UP, 1000, 60000);
	add(&r, OUTCOME_DEGRADED, 1000, 60000);
	add(&r, OUTCOME_DOWN, -1, 60000);
	add(&r, OUTCOME_UNKNOWN, -1, 60000);
	add(&r, OUTCOME_MAINTENANCE, 1000, 60000);
	rollup_point(&r, 0, 3600000, &p);
	assert_int_equal(180000, p.known_ms);
	assert_int_equal(120000, p.up_ms);
	for (int o = OUTCOME_UP; o < OUTCOME_COUNT; o++)
		assert_int_equal(1, p.count[o]);
}

static void rollup__known_time__is_never_longer_than_the_stretch(void **state)
{
	struct rollup r = {0};
	struct series_point p;

	for (int i = 0; i < 120; i++)
		add(&r, i % 4 ? OUTCOME_UP : OUTCOME_DOWN, 1000, 60000);
	rollup_point(&r, 0, 3600000, &p);
	assert_int_equal(3600000, p.known_ms);
	assert_int_equal(2700000, p.up_ms);
}

static void rollup__nothing_measured__says_so(void **state)
{
	struct rollup r = {0};
	struct series_point p;

	add(&r, OUTCOME_DOWN, -1, 60000);
	rollup_point(&r, 0, 3600000, &p);
	assert_int_equal(-1, p.p50_us);
	assert_int_equal(-1, p.p99_us);
	for (int i = 0; i < PHASE_COUNT; i++)
		assert_int_equal(-1, p.phase_us[i]);
}

static void rollup__decoding_two__is_merging_them(void **state)
{
	uint8_t a_bytes[ROLLUP_ENCODED_MAX], b_bytes[ROLLUP_ENCODED_MAX];
	struct rollup a = {0}, b = {0}, both = {0}, read = {0};
	size_t a_n, b_n;

	for (int i = 0; i < 500; i++)
		add(i % 3 ? &a : &b, i % 50 ? OUTCOME_UP : OUTCOME_DOWN, i % 50 ? 900 + i * i : -1,
		    60000);
	rollup_merge(&both, &a);
	rollup_merge(&both, &b);
	a_n = rollup_encode(&a, a_bytes, sizeof a_bytes);
	b_n = rollup_encode(&b, b_bytes, sizeof b_bytes);
	assert_true(rollup_decode_add(&read, a_bytes, a_n));
	assert_true(rollup_decode_add(&read, b_bytes, b_n));
	assert_memory_equal(&both, &read, sizeof both);
	for (size_t cut = 0; cut < a_n; cut++) {
		struct rollup r = {0};

		assert_false(rollup_decode_add(&r, a_bytes, cut));
	}
}

static void rollup__percentiles__are_within_two_percent(void **state)
{
	struct rollup r = {0};
	struct series_point p;

	for (int i = 1; i <= 1000; i++)
		add(&r, OUTCOME_UP, i * 1000, 60000);
	rollup_point(&r, 0, 86400000, &p);
	assert_true(llabs(p.p50_us - 500000) < 10000);
	assert_true(llabs(p.p95_us - 950000) < 19000);
	assert_int_equal(500500, p.phase_us[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rollup__uptime__leaves_out_unknown_and_maintenance),
		cmocka_unit_test(rollup__known_time__is_never_longer_than_the_stretch),
		cmocka_unit_test(rollup__nothing_measured__says_so),
		cmocka_unit_test(rollup__decoding_two__is_merging_them),
		cmocka_unit_test(rollup__percentiles__are_within_two_percent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
