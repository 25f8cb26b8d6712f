/* What a Vendure server answered (tests/fixtures/shops, recorded), and what a hostile one may. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/extract/product_read.h"
#include "shared/json.h"

static struct charsets *charsets;

static json_t *facts_from(const char *text, size_t len)
{
	struct product_request r = {
		.document = text, .len = len, .url = "http://shop.example/shop-api?query=x"};
	struct buf out = BUF_INIT(512 << 10);
	struct error e = {0};
	json_t *v;

	assert_int_equal(product_read(charsets, &r, &out, &e), ERR_NONE);
	v = json_loadb(out.data, out.len, 0, NULL);
	assert_non_null(v);
	buf_fini(&out);
	return v;
}

static json_t *recorded(const char *name)
{
	char path[100], text[8192];
	size_t n;
	FILE *f;

	snprintf(path, sizeof path, "tests/fixtures/shops/vendure-%s.json", name);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(text, 1, sizeof text, f);
	fclose(f);
	assert_in_range(n, 1, sizeof text - 1);
	return facts_from(text, n);
}

static json_t *facts_of(const char *text)
{
	return facts_from(text, strlen(text));
}

static const json_t *product(const json_t *facts, size_t i)
{
	return json_array_get(json_object_get(facts, "products"), i);
}

static const json_t *variant(const json_t *p, size_t i)
{
	return json_array_get(json_object_get(p, "variants"), i);
}

static void expect_text(const json_t *o, const char *key, const char *text)
{
	assert_string_equal(json_str(o, key, "(none)"), text);
}

static void expect_offer(const json_t *p, int64_t minor, const char *currency, const char *stock)
{
	const json_t *o = json_array_get(json_object_get(p, "offers"), 0);

	assert_int_equal(json_int(o, "price_minor", -1), minor);
	expect_text(o, "currency", currency);
	expect_text(o, "availability", stock);
	expect_text(o, "source", "vendure");
}

static const char *warning(const json_t *facts, const char *code)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(facts, "warnings"), i, one)
	{
		if (!strcmp(json_str(one, "code", ""), code))
			return json_str(one, "text", "");
	}
	return NULL;
}

static void products__have__price_stock_and_address_of_each_variant(void **state)
{
	json_t *f = recorded("products");
	const json_t *kettle = product(f, 0), *mug = product(f, 1);

	assert_int_equal(json_int(f, "total", 0), 2);
	assert_int_equal(json_array_size(json_object_get(f, "warnings")), 0);
	expect_text(kettle, "name", "Kettle Brass 1.5 L");
	expect_text(kettle, "sku", "KB-15");
	expect_text(kettle, "brand", "Kesselwerk");
	expect_text(kettle, "group", "1");
	expect_text(kettle, "url", "http://shop.example/products/kettle-brass");
	expect_offer(kettle, 4995, "EUR", "InStock");
	expect_text(mug, "name", "Mug \"Café\" <blue>");
	assert_int_equal(json_array_size(json_object_get(mug, "offers")), 0);
	expect_text(variant(mug, 0), "name", "Mug \"Café\" <blue> - Mug Small");
	expect_text(variant(mug, 0), "sku", "MUG-S");
	expect_offer(variant(mug, 0), 1299, "EUR", "InStock");
	expect_text(variant(mug, 1), "sku", "MUG-L");
	expect_offer(variant(mug, 1), 1499, "EUR", "OutOfStock");
	json_decref(f);
}

static void money__is__hundredths_also_of_yen(void **state)
{
	json_t *f = recorded("products-jpy");

	expect_offer(product(f, 0), 8200, "JPY", "InStock");
	json_decref(f);
	f = facts_of("{\"data\":{\"products\":{\"totalItems\":1,\"items\":[{\"name\":\"Oud\","
		     "\"variants\":[{\"sku\":\"O\",\"currencyCode\":\"KWD\","
		     "\"priceWithTax\":1250}]}]}}}");
	assert_int_equal(json_int(json_array_get(json_object_get(product(f, 0), "offers"), 0),
				  "price_minor", 0),
			 12500);
	json_decref(f);
}

static void search__has__variants_together_and_stock_where_it_is_indexed(void **state)
{
	json_t *f = recorded("search");

	assert_int_equal(json_int(f, "total", 0), 2);
	expect_offer(product(f, 0), 4995, "EUR", "InStock");
	expect_text(product(f, 0), "sku", "KB-15");
	assert_int_equal(json_array_size(json_object_get(product(f, 1), "variants")), 2);
	expect_offer(variant(product(f, 1), 1), 1499, "EUR", "OutOfStock");
	json_decref(f);
}

static void search__of_groups__says_nothing_of_the_variant_that_stands_for_them(void **state)
{
	json_t *f = recorded("search-groups");
	const json_t *offer = json_array_get(json_object_get(product(f, 1), "offers"), 0);

	expect_text(product(f, 0), "sku", "KB-15");
	expect_text(product(f, 1), "name", "Mug \"Café\" <blue>");
	expect_text(product(f, 1), "sku", "(none)");
	assert_int_equal(json_int(offer, "price_minor", 0), 1299);
	assert_int_equal(json_int(offer, "price_to_minor", 0), 1499);
	expect_text(offer, "availability", "(none)");
	json_decref(f);
}

static void errors__of_the_api__are_no_empty_shop(void **state)
{
	json_t *f = recorded("error");

	assert_int_equal(json_array_size(json_object_get(f, "sources")), 0);
	assert_non_null(strstr(warning(f, "api_error"), "Cannot take more than 100 results"));
	json_decref(f);
}

static void answer__with_errors__is_not_read_by_half(void **state)
{
	json_t *f = facts_of("{\"errors\":[{\"message\":\"timed \\u001b[31mout\"}],\"data\":{"
			     "\"products\":{\"totalItems\":2,\"items\":[{\"name\":\"A\","
			     "\"variants\":[{\"sku\":\"A\"}]}]}}}");

	assert_int_equal(json_array_size(json_object_get(f, "products")), 0);
	assert_int_equal(json_array_size(json_object_get(f, "sources")), 0);
	assert_null(strchr(warning(f, "api_error"), '\033'));
	json_decref(f);
}

static void shop__that_is_empty__is_one(void **state)
{
	json_t *f = facts_of("{\"data\":{\"products\":{\"totalItems\":0,\"items\":[]}}}");

	assert_int_equal(json_array_size(json_object_get(f, "products")), 0);
	assert_string_equal(json_string_value(json_array_get(json_object_get(f, "sources"), 0)),
			    "vendure");
	json_decref(f);
}

static void stock__as_a_number__is_understood(void **state)
{
	static const struct {
		const char *level, *availability;
	} levels[] = {{"0", "OutOfStock"},  {"12", "InStock"},
		      {"-3", "OutOfStock"}, {"LOW_STOCK", "LimitedAvailability"},
		      {"", "(none)"},       {"whatever", "(none)"}};
	char text[300];

	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
		json_t *f;

		snprintf(text, sizeof text,
			 "{\"data\":{\"products\":{\"totalItems\":1,\"items\":[{\"name\":\"A\","
			 "\"variants\":[{\"sku\":\"A\",\"currencyCode\":\"EUR\",\"stockLevel\":"
			 "\"%s\",\"priceWithTax\":100}]}]}}}",
			 levels[i].level);
		f = facts_of(text);
		expect_offer(product(f, 0), 100, "EUR", levels[i].availability);
		json_decref(f);
	}
}

static void prices__that_are_no_integers__are_unknown(void **state)
{
	static const char *const prices[] = {"12.5", "-100", "\"1e3\"", "99999999999999999999",
					     "\"\"", "[]",   "{}",      "{\"min\":\"x\"}"};
	char text[300];

	for (size_t i = 0; i < sizeof prices / sizeof *prices; i++) {
		const json_t *offer;
		json_t *f;

		snprintf(text, sizeof text,
			 "{\"data\":{\"search\":{\"totalItems\":1,\"items\":[{"
			 "\"productVariantId\":\"1\",\"productName\":\"A\",\"priceWithTax\":%s,"
			 "\"currencyCode\":\"EUR\"}]}}}",
			 prices[i]);
		f = facts_of(text);
		offer = json_array_get(json_object_get(product(f, 0), "offers"), 0);
		assert_true(json_is_null(json_object_get(offer, "price_minor")));
		json_decref(f);
	}
}

static void shapes__that_are_wrong__are_survived(void **state)
{
	static const char *const texts[] = {
		"{\"data\":null}",
		"{\"data\":[]}",
		"{\"errors\":{}}",
		"{\"errors\":[]}",
		"{\"errors\":[null]}",
		"{\"data\":{\"products\":[]}}",
		"{\"data\":{\"products\":{\"totalItems\":1,\"items\":[null]}}}",
		"{\"data\":{\"products\":{\"totalItems\":1,\"items\":[{\"variants\":7}]}}}",
		"{\"data\":{\"products\":{\"totalItems\":1,\"items\":[{\"variants\":[null,[],3],"
		"\"slug\":[],\"facetValues\":[{\"facet\":[]},null,{\"facet\":{\"code\":"
		"\"brand\"}}]},null,3]}}}",
		"{\"data\":{\"search\":{\"totalItems\":1,\"items\":[{\"productVariantId\":null},"
		"null,3,[]]}}}",
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		json_decref(facts_of(texts[i]));
}

static void slug__that_is_an_address__stays_in_the_shop(void **state)
{
	json_t *f = facts_of("{\"data\":{\"products\":{\"totalItems\":1,\"items\":[{\"name\":\"A\","
			     "\"slug\":\"//evil.example/x\",\"variants\":[]}]}}}");

	assert_ptr_equal(strstr(json_str(product(f, 0), "url", ""), "http://shop.example/"),
			 json_str(product(f, 0), "url", ""));
	json_decref(f);
}

static int setup(void **state)
{
	charsets = charsets_new();
	return 0;
}

static int teardown(void **state)
{
	charsets_free(charsets);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(products__have__price_stock_and_address_of_each_variant),
		cmocka_unit_test(money__is__hundredths_also_of_yen),
		cmocka_unit_test(search__has__variants_together_and_stock_where_it_is_indexed),
		cmocka_unit_test(
			search__of_groups__says_nothing_of_the_variant_that_stands_for_them),
		cmocka_unit_test(errors__of_the_api__are_no_empty_shop),
		cmocka_unit_test(answer__with_errors__is_not_read_by_half),
		cmocka_unit_test(shop__that_is_empty__is_one),
		cmocka_unit_test(stock__as_a_number__is_understood),
		cmocka_unit_test(prices__that_are_no_integers__are_unknown),
		cmocka_unit_test(shapes__that_are_wrong__are_survived),
		cmocka_unit_test(slug__that_is_an_address__stays_in_the_shop),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
