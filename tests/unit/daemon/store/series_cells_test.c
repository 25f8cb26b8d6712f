#include "daemon/store/series_cells.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "shared/varint.h"

#define HOUR INT64_C(3600000)
#define T0   (INT64_C(489000) * HOUR)

static void add(struct cells *c, int64_t at_ms, enum outcome o, int64_t span_ms)
{
	struct sample s = {.at_ms = at_ms, .outcome = o, .span_ms = span_ms};

	cells_add(c, &s);
}

static void cells__spark__shows_the_worst_of_each_hour(void **state)
{
	struct cells c = {0};
	struct series_summary s;

	add(&c, T0 - 5 * HOUR, OUTCOME_UP, 60000);
	add(&c, T0 - 4 * HOUR, OUTCOME_UP, 60000);
	add(&c, T0 - 4 * HOUR + 1, OUTCOME_DEGRADED, 60000);
	add(&c, T0 - 3 * HOUR, OUTCOME_DEGRADED, 60000);
	add(&c, T0 - 3 * HOUR + 1, OUTCOME_DOWN, 60000);
	add(&c, T0 - 2 * HOUR, OUTCOME_UNKNOWN, 60000);
	add(&c, T0 - 1 * HOUR, OUTCOME_MAINTENANCE, 60000);
	add(&c, T0, OUTCOME_UNKNOWN, 60000);
	add(&c, T0 + 1, OUTCOME_UP, 60000);
	cells_read(&c, T0, &s);
	assert_string_equal("                  .ox? .", s.spark);
	assert_int_equal(6 * 60000, s.known_24h_ms);
	assert_int_equal(5 * 60000, s.up_24h_ms);
	/* time goes on without samples */
	cells_read(&c, T0 + 20 * HOUR, &s);
	assert_string_equal("x? .                    ", s.spark);
	cells_read(&c, T0 + 30 * HOUR, &s);
	assert_string_equal("                        ", s.spark);
	assert_int_equal(0, s.known_24h_ms);
	cells_fini(&c);
}

static void cells__clock_went_back__never_more_than_a_day(void **state)
{
	struct cells c = {0};
	struct series_summary s;

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 25 * 60; i++)
			add(&c, T0 + i * INT64_C(60000), i % 2 ? OUTCOME_UP : OUTCOME_DOWN, 60000);
	}
	cells_read(&c, T0 + 24 * HOUR, &s);
	assert_true(s.known_24h_ms <= 24 * HOUR);
	assert_true(s.up_24h_ms <= s.known_24h_ms);
	assert_true(s.up_24h_ms * 2 <= s.known_24h_ms + 60000);
	/* an hour back: the hour that is still to come is not shown */
	cells_read(&c, T0 + 23 * HOUR, &s);
	assert_int_equal(24, strlen(s.spark));
	cells_fini(&c);
}

static void cells__clock_was_set__starts_anew(void **state)
{
	struct cells c = {0};
	struct series_summary s;

	add(&c, T0 + 9000 * HOUR, OUTCOME_UP, 60000);
	add(&c, T0, OUTCOME_DOWN, 60000);
	cells_read(&c, T0, &s);
	assert_string_equal("                       x", s.spark);
	cells_fini(&c);
}

static void cells__survive__encoding(void **state)
{
	uint8_t bytes[CELLS_ENCODED_MAX];
	struct cells c = {0}, d;
	size_t n;

	for (int i = 0; i < 40; i++)
		add(&c, T0 + i * HOUR * 3 / 2, (enum outcome)(1 + i % 5), 60000 * i);
	n = cells_encode(&c, bytes, sizeof bytes);
	assert_true(n > 0);
	assert_true(cells_decode(&d, bytes, n));
	assert_int_equal(c.last_hour, d.last_hour);
	assert_memory_equal(c.cell, d.cell, sizeof c.cell);
	assert_memory_equal(c.down_ms, d.down_ms, CELL_COUNT * sizeof *c.down_ms);
	cells_fini(&d);
	cells_fini(&c);
	for (size_t cut = 0; cut < n; cut++) {
		assert_false(cells_decode(&d, bytes, cut));
		assert_int_equal(0, d.last_hour);
	}
}

/* Both times in full. */
static void cells__read__what_older_versions_wrote(void **state)
{
	uint8_t bytes[CELLS_ENCODED_MAX];
	struct bytes_writer w = {.data = bytes, .cap = sizeof bytes};
	struct series_summary s;
	struct cells c;

	put_uvarint(&w, T0 / HOUR);
	put_byte(&w, 1U << OUTCOME_UP | 1U << OUTCOME_DOWN);
	put_uvarint(&w, 3600000);
	put_uvarint(&w, 600000);
	put_byte(&w, 1U << OUTCOME_UP);
	put_uvarint(&w, 3599000);
	put_uvarint(&w, 0);
	for (int i = 2; i < CELL_COUNT; i++)
		put_byte(&w, 0);
	assert_true(cells_decode(&c, bytes, w.len));
	cells_read(&c, T0, &s);
	assert_int_equal(7199000, s.known_24h_ms);
	assert_int_equal(6599000, s.up_24h_ms);
	assert_string_equal("                      .x", s.spark);
	cells_fini(&c);
}

static void cells__long_spans__stop_at_a_day(void **state)
{
	uint8_t bytes[CELLS_ENCODED_MAX];
	struct cells c = {0}, d;
	struct series_summary s;
	size_t n;

	for (int i = 0; i < 100; i++) {
		add(&c, T0, OUTCOME_UP, 24 * HOUR);
		add(&c, T0, OUTCOME_DOWN, 24 * HOUR);
	}
	n = cells_encode(&c, bytes, sizeof bytes);
	assert_true(cells_decode(&d, bytes, n));
	for (int round = 0; round < 2; round++) {
		cells_read(round ? &d : &c, T0, &s);
		assert_int_equal(24 * HOUR, s.known_24h_ms);
		assert_int_equal(0, s.up_24h_ms);
		assert_int_equal('x', s.spark[23]);
	}
	cells_fini(&d);
	cells_fini(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells__spark__shows_the_worst_of_each_hour),
		cmocka_unit_test(cells__clock_went_back__never_more_than_a_day),
		cmocka_unit_test(cells__clock_was_set__starts_anew),
		cmocka_unit_test(cells__survive__encoding),
		cmocka_unit_test(cells__read__what_older_versions_wrote),
		cmocka_unit_test(cells__long_spans__stop_at_a_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
