#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "shared/product_terms.h"
#include "shared/recipe_expect.h"

static void value__is__what_was_expected_however_it_is_written(void **state)
{
	assert_true(recipe_says("price", "9.99 EUR", "9,99 \u20ac"));
	assert_true(recipe_says("price", "9.99 EUR", "9.99"));
	assert_true(recipe_says("price", "2980 JPY", "2,980 JPY"));
	assert_true(recipe_says("availability", "InStock", "auf Lager"));
	assert_true(recipe_says("condition", "UsedCondition", "gebraucht"));
	assert_true(recipe_says("rating", "4.50", "4.5"));
	assert_true(recipe_says("title", "Brass lamp", " Brass  lamp "));
	assert_true(recipe_says("seller", NULL, ""));
	assert_true(recipe_says("currency", "EUR", "eur"));
}

static void value__that_differs__is_not(void **state)
{
	assert_false(recipe_says("price", "9.99 EUR", "9.98 EUR"));
	assert_false(recipe_says("price", "9.99 EUR", "9.99 CHF"));
	assert_false(recipe_says("price", NULL, "9.99"));
	assert_false(recipe_says("price", "9.99 EUR", ""));
	assert_false(recipe_says("price", "9.99 EUR", "soon"));
	assert_false(recipe_says("availability", "InStock", "sold out"));
	assert_false(recipe_says("title", "Brass lamp", "brass lamp"));
	assert_false(recipe_says("sku", "17", "17.0"));
}

static void availability__in_peoples_words__is_understood(void **state)
{
	static const struct {
		const char *text;
		enum availability is;
	} cases[] = {
		{"In stock, ships today", AVAILABILITY_IN_STOCK},
		{"Currently not in stock", AVAILABILITY_OUT_OF_STOCK},
		{"Sofort lieferbar", AVAILABILITY_IN_STOCK},
		{"Derzeit nicht verf\u00fcgbar", AVAILABILITY_OUT_OF_STOCK},
		{"\u00c9PUIS\u00c9", AVAILABILITY_SOLD_OUT},
		{"Only 3 left", AVAILABILITY_LIMITED},
		{"Nur noch 2 auf Lager", AVAILABILITY_LIMITED},
		{"Unlieferbar", AVAILABILITY_UNKNOWN},
		{"https://schema.org/PreOrder", AVAILABILITY_PRE_ORDER},
		{"Add to cart", AVAILABILITY_UNKNOWN},
		{"", AVAILABILITY_UNKNOWN},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (availability_guess(cases[i].text) != cases[i].is)
			fail_msg("%s: %s", cases[i].text,
				 availability_word(availability_guess(cases[i].text)));
	}
	assert_int_equal(availability_guess(NULL), AVAILABILITY_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(value__is__what_was_expected_however_it_is_written),
		cmocka_unit_test(value__that_differs__is_not),
		cmocka_unit_test(availability__in_peoples_words__is_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
