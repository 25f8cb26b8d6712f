#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shared/percent.h"

static void percent__keeps__what_was_written(void **state)
{
	static const struct {
		const char *text;
		int64_t value;
		const char *shortest;
	} good[] = {{"99.9", 99900, "99.9"},     {"99.95", 99950, "99.95"},
		    {"99.999", 99999, "99.999"}, {"100", 100000, "100"},
		    {"100.000", 100000, "100"},  {"0", 0, "0"},
		    {"99.900", 99900, "99.9"},   {"050", 50000, "50"},
		    {"0.001", 1, "0.001"},       {"10", 10000, "10"}};
	char out[PERCENT_TEXT];
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		int64_t v = -1;
		assert_true(percent_parse(good[i].text, &v));
		assert_int_equal(v, good[i].value);
		assert_string_equal(percent_format(out, v), good[i].shortest);
	}
}

static void percent__refuses__what_is_not_one(void **state)
{
	static const char *const bad[] = {
		"",     ".",       "99.",     ".9",  "-1",
		"+1",   "1e2",     "100.001", "101", "99.9%",
		"99,9", "99.9999", " 99",     "99 ", "9999999999999999999",
		"nan"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int64_t v;
		if (percent_parse(bad[i], &v))
			fail_msg("\"%s\" was taken", bad[i]);
	}
}

static void ratio__rounds__half_to_even(void **state)
{
	assert_int_equal(ratio_even(1, 1, 2), 0);
	assert_int_equal(ratio_even(3, 1, 2), 2);
	assert_int_equal(ratio_even(5, 1, 2), 2);
	assert_int_equal(ratio_even(7, 1, 2), 4);
	assert_int_equal(ratio_even(2, 1, 3), 1);
	assert_int_equal(ratio_even(1, 1, 3), 0);
	assert_int_equal(ratio_even(0, 100, 7), 0);
	assert_int_equal(ratio_even(INT64_MAX, 100000, INT64_MAX), 100000);
	assert_int_equal(ratio_even(INT64_MAX, INT64_MAX, 1), INT64_MAX);
}

static void change__has__a_sign_and_one_decimal(void **state)
{
	char out[PERCENT_TEXT];

	assert_string_equal(change_format(out, -438), "-4.4 %");
	assert_string_equal(change_format(out, 1000), "+10.0 %");
	assert_string_equal(change_format(out, 0), "0.0 %");
	assert_string_equal(change_format(out, -4), "0.0 %");
	assert_string_equal(change_format(out, 15), "+0.2 %");
	assert_string_equal(change_format(out, INT64_MAX), "+999999.9 %");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percent__keeps__what_was_written),
		cmocka_unit_test(percent__refuses__what_is_not_one),
		cmocka_unit_test(ratio__rounds__half_to_even),
		cmocka_unit_test(change__has__a_sign_and_one_decimal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
