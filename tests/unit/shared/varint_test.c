#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "shared/varint.h"

static void put__get__round_trip(void **state)
{
	static const int64_t values[] = {0,    1,         -1,        63,        64,
					 -64,  -65,       127,       128,       300,
					 -300, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
	uint8_t data[400];
	struct bytes_writer w = {.data = data, .cap = sizeof data};
	struct bytes_reader r = {.data = data};

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		put_svarint(&w, values[i]);
		put_uvarint(&w, (uint64_t)values[i]);
		put_byte(&w, (uint8_t)i);
	}
	assert_false(w.overflow);
	r.len = w.len;
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		assert_true(get_svarint(&r) == values[i]);
		assert_true(get_uvarint(&r) == (uint64_t)values[i]);
		assert_int_equal(get_byte(&r), i);
	}
	assert_false(r.bad);
	assert_int_equal(r.at, r.len);
}

static void put__small_numbers__take_one_byte(void **state)
{
	uint8_t data[4];
	struct bytes_writer w = {.data = data, .cap = sizeof data};

	put_uvarint(&w, 127);
	put_svarint(&w, -64);
	assert_int_equal(w.len, 2);
	put_uvarint(&w, 300);
	assert_memory_equal(data + 2, "\xAC\x02", 2);
}

static void put__no_room__is_remembered(void **state)
{
	uint8_t data[1];
	struct bytes_writer w = {.data = data, .cap = sizeof data};

	put_uvarint(&w, 300);
	assert_true(w.overflow);
	assert_int_equal(w.len, 1);
}

static void get__malformed__is_bad_and_stays_bad(void **state)
{
	static const char *const bad[] = {
		"\x80", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02", /* 65 bits */
		"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",     /* eleven bytes */
	};

	for (size_t i = 0; i < 3; i++) {
		struct bytes_reader r = {.data = (const uint8_t *)bad[i], .len = strlen(bad[i])};

		assert_int_equal(get_uvarint(&r), 0);
		assert_true(r.bad);
		assert_int_equal(get_byte(&r), 0);
		assert_true(r.bad);
	}
}

static void get__empty__is_bad(void **state)
{
	struct bytes_reader r = {.data = NULL, .len = 0};

	assert_int_equal(get_svarint(&r), 0);
	assert_true(r.bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put__get__round_trip),
		cmocka_unit_test(put__small_numbers__take_one_byte),
		cmocka_unit_test(put__no_room__is_remembered),
		cmocka_unit_test(get__malformed__is_bad_and_stays_bad),
		cmocka_unit_test(get__empty__is_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
