#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "shared/utf8.h"

static void put__next__round_trip_of_every_scalar_value(void **state)
{
	for (uint32_t c = 0; c <= 0x10FFFF; c++) {
		char bytes[UTF8_MAX_BYTES];
		uint32_t back;
		size_t n;

		if (c >= 0xD800 && c <= 0xDFFF)
			continue;
		n = utf8_put(bytes, c);
		if (utf8_next(bytes, n, &back) != n || back != c)
			fail_msg("U+%04X", c);
		/* each beginning of it is ill-formed and used up whole */
		for (size_t part = 1; part < n; part++) {
			if (utf8_next(bytes, part, &back) != part || back != UTF8_INVALID)
				fail_msg("U+%04X cut to %zu bytes", c, part);
		}
	}
}

static void next__ill_formed__uses_the_longest_beginning(void **state)
{
	static const struct {
		const char *bytes;
		size_t used;
	} bad[] = {
		{"\x80", 1},
		{"\xC0\x80", 1},
		{"\xC1\xBF", 1},
		{"\xE0\x80\x80", 1},
		{"\xE0\x9F\xBF", 1},
		{"\xED\xA0\x80", 1},
		{"\xF0\x8F\xBF\xBF", 1},
		{"\xF4\x90\x80\x80", 1},
		{"\xF5\x80\x80\x80", 1},
		{"\xFF", 1},
		{"\xE2\x82"
		 "A",
		 2},
		{"\xF0\x9F\x98"
		 "A",
		 3},
		{"\xE2"
		 "A",
		 1},
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		uint32_t c;

		assert_int_equal(utf8_next(bad[i].bytes, strlen(bad[i].bytes), &c), bad[i].used);
		assert_true(c == UTF8_INVALID);
	}
}

static void floor__never_ends_inside_a_sequence(void **state)
{
	static const char text[] = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80z";
	static const size_t want[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11};

	for (size_t n = 0; n < sizeof want / sizeof want[0]; n++)
		assert_int_equal(utf8_floor(text, n), want[n]);
	/* what is ill-formed anyway stays as it is */
	assert_int_equal(utf8_floor("\x80\x80\x80\x80\x80", 5), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put__next__round_trip_of_every_scalar_value),
		cmocka_unit_test(next__ill_formed__uses_the_longest_beginning),
		cmocka_unit_test(floor__never_ends_inside_a_sequence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
