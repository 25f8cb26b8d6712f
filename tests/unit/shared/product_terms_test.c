#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "shared/mem.h"
#include "shared/product_terms.h"

static void availability__is_read__from_addresses_and_words(void **state)
{
	static const struct {
		const char *text;
		enum availability a;
	} rows[] = {
		{"https://schema.org/InStock", AVAILABILITY_IN_STOCK},
		{"http://schema.org/OutOfStock", AVAILABILITY_OUT_OF_STOCK},
		{"schema:PreOrder", AVAILABILITY_PRE_ORDER},
		{"https://schema.org/InStock/", AVAILABILITY_IN_STOCK},
		{"http://schema.org#SoldOut", AVAILABILITY_SOLD_OUT},
		{"in_stock", AVAILABILITY_IN_STOCK},
		{"In Stock", AVAILABILITY_IN_STOCK},
		{" in stock\n", AVAILABILITY_IN_STOCK},
		{"instock", AVAILABILITY_IN_STOCK},
		{"oos", AVAILABILITY_OUT_OF_STOCK},
		{"out-of-stock", AVAILABILITY_OUT_OF_STOCK},
		{"preorder", AVAILABILITY_PRE_ORDER},
		{"pre-order", AVAILABILITY_PRE_ORDER},
		{"backorder", AVAILABILITY_BACK_ORDER},
		{"available for order", AVAILABILITY_BACK_ORDER},
		{"LimitedAvailability", AVAILABILITY_LIMITED},
		{"3 in stock", AVAILABILITY_UNKNOWN},
		{"not in stock", AVAILABILITY_UNKNOWN},
		{"https://schema.org/", AVAILABILITY_UNKNOWN},
		{"", AVAILABILITY_UNKNOWN},
		{"pending", AVAILABILITY_UNKNOWN},
		{NULL, AVAILABILITY_UNKNOWN},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(availability_read(rows[i].text), rows[i].a);
}

static void condition__is_read__from_addresses_and_words(void **state)
{
	assert_int_equal(condition_read("https://schema.org/NewCondition"), CONDITION_NEW);
	assert_int_equal(condition_read("new"), CONDITION_NEW);
	assert_int_equal(condition_read("used_like_new"), CONDITION_USED);
	assert_int_equal(condition_read("Refurbished"), CONDITION_REFURBISHED);
	assert_int_equal(condition_read("DamagedCondition"), CONDITION_DAMAGED);
	assert_int_equal(condition_read("newish"), CONDITION_UNKNOWN);
	assert_int_equal(condition_read(NULL), CONDITION_UNKNOWN);
}

static void words__are__read_back(void **state)
{
	for (int a = AVAILABILITY_IN_STOCK; a <= AVAILABILITY_RESERVED; a++)
		assert_int_equal(availability_read(availability_word((enum availability)a)), a);
	for (int c = CONDITION_NEW; c <= CONDITION_DAMAGED; c++)
		assert_int_equal(condition_read(condition_word((enum condition)c)), c);
	assert_null(availability_word(AVAILABILITY_UNKNOWN));
	assert_null(condition_word(CONDITION_UNKNOWN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(availability__is_read__from_addresses_and_words),
		cmocka_unit_test(condition__is_read__from_addresses_and_words),
		cmocka_unit_test(words__are__read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
