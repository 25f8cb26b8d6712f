#include "daemon/store/series_codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define T0 INT64_C(1760000000000)

static const struct sample typical = {
	.monitor = 0x0123456789ABCDE,
	.at_ms = T0,
	.outcome = OUTCOME_UP,
	.total_us = 142377,
	.phase_us = {1201, 10532, 33019, 88710, 2915},
	.span_ms = 60000,
};

static void assert_same(const struct sample *a, const struct sample *b)
{
	assert_true(a->monitor == b->monitor);
	assert_int_equal(a->at_ms, b->at_ms);
	assert_int_equal(a->outcome, b->outcome);
	assert_int_equal(a->total_us, b->total_us);
	assert_int_equal(a->span_ms, b->span_ms);
	for (int p = 0; p < PHASE_COUNT; p++)
		assert_int_equal(a->phase_us[p], b->phase_us[p]);
}

static void journal__keeps__everything_exactly(void **state)
{
	struct sample in[6], out;
	uint8_t bytes[6 * JOURNAL_ENCODED_MAX];
	struct bytes_writer w = {.data = bytes, .cap = sizeof bytes};
	struct bytes_reader r;
	struct sample_context c = {0};
	uint64_t previous = 0;

	for (int i = 0; i < 6; i++)
		in[i] = typical;
	in[0].monitor = 1;
	in[2].at_ms = 0;
	in[2].outcome = OUTCOME_UNKNOWN;
	in[2].total_us = in[2].phase_us[0] = in[2].phase_us[1] = in[2].phase_us[2] = -1;
	in[2].phase_us[3] = in[2].phase_us[4] = -1;
	in[3].at_ms = SAMPLE_AT_MAX_MS;
	in[3].phase_us[PHASE_TLS] = -1;
	in[4].total_us = SAMPLE_TIME_MAX_US;
	in[4].phase_us[0] = SAMPLE_TIME_MAX_US;
	in[4].span_ms = SAMPLE_SPAN_MAX_MS;
	in[5].monitor = UINT64_MAX;
	in[5].total_us = 0;
	in[5].span_ms = 0;
	for (int i = 0; i < 6; i++)
		journal_put(&w, &c, &previous, &in[i]);
	assert_false(w.overflow);
	r = (struct bytes_reader){.data = bytes, .len = w.len};
	c = (struct sample_context){0};
	previous = 0;
	for (int i = 0; i < 6; i++) {
		assert_true(journal_get(&r, &c, &previous, &out));
		assert_same(&in[i], &out);
	}
	assert_int_equal(r.len, r.at);
}

static void journal__typical_sample__takes_about_20_bytes(void **state)
{
	uint8_t bytes[200 * JOURNAL_ENCODED_MAX];
	struct bytes_writer w = {.data = bytes, .cap = sizeof bytes};
	struct sample_context c = {0};
	uint64_t previous = 0;

	for (int i = 0; i < 100; i++) {
		struct sample s = typical;

		s.monitor += (uint64_t)i * 60 * 4096;
		s.at_ms += i * 7 % 1000;
		journal_put(&w, &c, &previous, &s);
	}
	assert_true(w.len < 100 * 23);
}

static void sample_clamp__brings_into_range(void **state)
{
	struct sample s = {.outcome = (enum outcome)99,
			   .at_ms = -5,
			   .total_us = INT64_MAX,
			   .span_ms = -1,
			   .phase_us = {INT64_MIN, INT64_MAX, -1, 0, 1}};

	s = sample_clamp(&s);
	assert_int_equal(OUTCOME_UNKNOWN, s.outcome);
	assert_int_equal(0, s.at_ms);
	assert_int_equal(0, s.span_ms);
	assert_int_equal(SAMPLE_TIME_MAX_US, s.total_us);
	assert_int_equal(-1, s.phase_us[0]);
	assert_int_equal(SAMPLE_TIME_MAX_US, s.phase_us[1]);
}

static void journal_get__refuses_cut_bytes(void **state)
{
	uint8_t bytes[JOURNAL_ENCODED_MAX];
	struct bytes_writer w = {.data = bytes, .cap = sizeof bytes};
	struct sample_context c = {0};
	struct sample out;
	uint64_t previous = 0;

	journal_put(&w, &c, &previous, &typical);
	for (size_t n = 0; n < w.len; n++) {
		struct bytes_reader r = {.data = bytes, .len = n};

		c = (struct sample_context){0};
		previous = 0;
		assert_false(journal_get(&r, &c, &previous, &out));
	}
}

static void sample__in_turn__is_small(void **state)
{
	uint8_t bytes[2 * SAMPLE_ENCODED_MAX];
	struct bytes_writer w = {.data = bytes, .cap = sizeof bytes};
	struct sample_context c = {0};
	struct sample s = typical, out;
	struct bytes_reader r;
	size_t first;

	s.phase_us[PHASE_CONNECT] = 95;
	s.phase_us[PHASE_TLS] = -1;
	s.phase_us[PHASE_FIRST_BYTE] = 310;
	s.phase_us[PHASE_TRANSFER] = 20;
	s.total_us = 1201 + 95 + 310 + 20 + 31;
	s.span_ms = 299996;
	sample_put(&w, &c, &s);
	first = w.len;
	s.at_ms += s.span_ms + 7; /* checked on time, answered a little later */
	s.span_ms = 299993;
	sample_put(&w, &c, &s);
	assert_in_range(w.len - first, 1, 12);
	r = (struct bytes_reader){.data = bytes, .len = w.len};
	c = (struct sample_context){0};
	assert_true(sample_get(&r, &c, &out) && sample_get(&r, &c, &out));
	out.monitor = s.monitor;
	assert_same(&s, &out);
}

/* Journals of version 0.1.0: the total before the phases, the whole span, time from time. */
static void sample__of_an_older_version__is_read(void **state)
{
	uint8_t bytes[SAMPLE_ENCODED_MAX];
	struct bytes_writer w = {.data = bytes, .cap = sizeof bytes};
	struct sample_context c = {.at_ms = T0 - 60000, .span_ms = 60000};
	struct bytes_reader r;
	struct sample out;

	put_byte(&w, 0x19);
	put_svarint(&w, 60000);
	put_uvarint(&w, (uint64_t)typical.total_us);
	for (int p = 0; p < PHASE_COUNT; p++)
		put_uvarint(&w, (uint64_t)typical.phase_us[p] + 1);
	put_uvarint(&w, 60000);
	r = (struct bytes_reader){.data = bytes, .len = w.len};
	assert_true(sample_get(&r, &c, &out));
	out.monitor = typical.monitor;
	assert_same(&typical, &out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(journal__keeps__everything_exactly),
		cmocka_unit_test(journal__typical_sample__takes_about_20_bytes),
		cmocka_unit_test(sample_clamp__brings_into_range),
		cmocka_unit_test(journal_get__refuses_cut_bytes),
		cmocka_unit_test(sample__in_turn__is_small),
		cmocka_unit_test(sample__of_an_older_version__is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
