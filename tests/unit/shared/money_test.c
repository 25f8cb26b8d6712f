#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shared/mem.h"
#include "shared/money.h"

static void currency__has__the_decimals_of_iso_4217(void **state)
{
	static const struct {
		const char *code;
		unsigned decimals;
	} cases[] = {{"EUR", 2}, {"JPY", 0}, {"KWD", 3}, {"CLF", 4}, {"ISK", 0},
		     {"HUF", 2}, {"AED", 2}, {"ZWG", 2}, {"TND", 3}, {"XPF", 0}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_true(currency_known(cases[i].code));
		assert_int_equal(currency_decimals(cases[i].code), cases[i].decimals);
	}
	assert_false(currency_known("eur"));
	assert_false(currency_known("EURO"));
	assert_false(currency_known("ABC"));
	assert_false(currency_known(""));
	assert_int_equal(currency_decimals(""), 2);
}

static void decimal__becomes__minor_units_half_to_even(void **state)
{
	static const struct {
		const char *text, *currency;
		int64_t minor;
		bool exact;
	} cases[] = {
		{"12", "EUR", 1200, true},
		{"12.5", "EUR", 1250, true},
		{"12.50", "EUR", 1250, true},
		{"12.500", "EUR", 1250, true},
		{"19.989999", "EUR", 1999, false},
		{"0.125", "EUR", 12, false},
		{"0.135", "EUR", 14, false},
		{"0.1250001", "EUR", 13, false},
		{"1200", "JPY", 1200, true},
		{"1200.00", "JPY", 1200, true},
		{"1200.5", "JPY", 1200, false},
		{"1.25", "KWD", 1250, true},
		{".5", "EUR", 50, true},
		{"5.", "EUR", 500, true},
		{"0", "", 0, true},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t minor = -1;
		bool exact = !cases[i].exact;
		assert_true(money_from_decimal(cases[i].text, cases[i].currency, &minor, &exact));
		assert_int_equal(minor, cases[i].minor);
		assert_int_equal(exact, cases[i].exact);
	}
}

static void text__that_is_no_amount__is_refused(void **state)
{
	static const char *const bad[] = {"",
					  ".",
					  "-1",
					  "+1",
					  "1e3",
					  "1,5",
					  "1.2.3",
					  "NaN",
					  " 1",
					  "1 ",
					  "0x1",
					  "10000000000000.01",
					  "99999999999999999999"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		int64_t minor;
		if (money_from_decimal(bad[i], "EUR", &minor, NULL))
			fail_msg("\"%s\" was taken", bad[i]);
	}
}

static void amount__is_written__with_its_decimals(void **state)
{
	char out[MONEY_TEXT];
	assert_string_equal(money_format(out, 123450, "EUR"), "1234.50 EUR");
	assert_string_equal(money_format(out, 5, "EUR"), "0.05 EUR");
	assert_string_equal(money_format(out, 1200, "JPY"), "1200 JPY");
	assert_string_equal(money_format(out, 1250, "KWD"), "1.250 KWD");
	assert_string_equal(money_format(out, -199, "GBP"), "-1.99 GBP");
	assert_string_equal(money_format(out, 199, ""), "1.99");
	assert_string_equal(money_format(out, INT64_MIN, "EUR"), "-92233720368547758.08 EUR");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(currency__has__the_decimals_of_iso_4217),
		cmocka_unit_test(decimal__becomes__minor_units_half_to_even),
		cmocka_unit_test(text__that_is_no_amount__is_refused),
		cmocka_unit_test(amount__is_written__with_its_decimals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
