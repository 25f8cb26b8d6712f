#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "shared/mem.h"
#include "tui/term/surface.h"
#include "tui/widgets/format.h"
#include "tui/widgets/format_trade.h"

static void money__has_the_decimals__of_its_currency(void **state)
{
	char out[40];

	assert_string_equal(format_money(out, 3490, "EUR"), "34.90");
	assert_string_equal(format_money(out, -160, "EUR"), "-1.60");
	assert_string_equal(format_money(out, 1200, "JPY"), "1200");
	assert_string_equal(format_money(out, 1234, "KWD"), "1.234");
}

static void money_column__takes_the_currency__of_its_row(void **state)
{
	static const struct column c = {.path = "mine.price_minor", .format = COLUMN_MONEY};
	json_t *row = json_pack("{s:s, s:{s:i}}", "currency", "JPY", "mine", "price_minor", 3650);
	char out[40];
	unsigned style;

	format_cell(&c, row, 0, out, sizeof out, &style);
	assert_string_equal(out, "3650");
	json_decref(row);
	row = json_object();
	format_cell(&c, row, 0, out, sizeof out, &style);
	assert_string_equal(out, "-");
	json_decref(row);
}

static void share__is_rounded__to_a_tenth(void **state)
{
	static const struct {
		int64_t bp;
		const char *text;
	} cases[] = {{-438, "-4.4%"}, {10000, "100.0%"}, {0, "0.0%"},
		     {-4, "0.0%"},    {5, "0.1%"},       {-5, "-0.1%"}};
	char out[40];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(format_share(out, sizeof out, cases[i].bp), cases[i].text);
}

static void stock__is_told__from_any_spelling(void **state)
{
	assert_string_equal(stock_word("https://schema.org/InStock"), "yes");
	assert_string_equal(stock_word("LimitedAvailability"), "low");
	assert_string_equal(stock_word("out_of_stock"), "no");
	assert_string_equal(stock_word("BackOrder"), "order");
	assert_string_equal(stock_word(NULL), "?");
	assert_int_equal(stock_mark("InStock"), 'y');
	assert_int_equal(stock_mark("SoldOut"), 'n');
	assert_int_equal(stock_mark("whatever"), '?');
}

static void stock_column__never_makes_green__what_is_unknown(void **state)
{
	char out[40];
	unsigned style;

	format_value(COLUMN_STOCK, NULL, 0, out, sizeof out, &style);
	assert_string_equal(out, "?");
	assert_int_equal(style & STYLE_ROLE, ROLE_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(money__has_the_decimals__of_its_currency),
		cmocka_unit_test(money_column__takes_the_currency__of_its_row),
		cmocka_unit_test(share__is_rounded__to_a_tenth),
		cmocka_unit_test(stock__is_told__from_any_spelling),
		cmocka_unit_test(stock_column__never_makes_green__what_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
