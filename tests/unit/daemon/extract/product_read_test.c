#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/extract/product_read.h"
#include "shared/json.h"

static struct charsets *charsets;

static json_t *facts_from(const char *text, size_t len, size_t from, size_t max)
{
	struct product_request r = {
		.document = text, .len = len, .url = "https://shop.example/p/1?v=2", .from = from};
	struct buf out = BUF_INIT(max);
	struct error e = {0};
	json_t *v;

	assert_int_equal(product_read(charsets, &r, &out, &e), ERR_NONE);
	assert_false(out.overflow);
	v = json_loadb(out.data, out.len, 0, NULL);
	assert_non_null(v);
	buf_fini(&out);
	return v;
}

static json_t *facts_of(const char *text)
{
	return facts_from(text, strlen(text), 0, 512 << 10);
}

static const json_t *product(const json_t *facts, size_t i)
{
	return json_array_get(json_object_get(facts, "products"), i);
}

static const json_t *offer(const json_t *p, size_t i)
{
	return json_array_get(json_object_get(p, "offers"), i);
}

static void expect_text(const json_t *o, const char *key, const char *text)
{
	assert_string_equal(json_str(o, key, "(none)"), text);
}

static bool warns(const json_t *facts, const char *code)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(facts, "warnings"), i, one)
	{
		if (!strcmp(json_str(one, "code", ""), code))
			return true;
	}
	return false;
}

#define LD(json) "<script type='application/ld+json'>" json "</script>"

static void json_ld__wins__over_microdata_and_opengraph(void **state)
{
	json_t *f = facts_of(
		"<meta property=og:type content=product><meta property=og:title content='Lamp | Shop'>"
		"<meta property=product:brand content=ACME>"
		"<meta property='product:price:amount' content='12.00'>"
		"<meta property='product:price:currency' content=EUR>" LD(
			"{\"@type\":\"Product\",\"name\":\"Lamp\",\"offers\":{\"price\":\"12.00\","
			"\"priceCurrency\":\"EUR\"}}") "<div itemscope itemtype=http://schema.org/Product><b itemprop=name>Lamp</b>"
						       "<i itemprop=sku>L-1</i><p itemprop=offers itemscope>"
						       "<link itemprop=availability href=http://schema.org/InStock></div>");
	const json_t *p = product(f, 0), *sources = json_object_get(p, "sources");

	assert_int_equal(json_array_size(json_object_get(f, "products")), 1);
	expect_text(p, "name", "Lamp");
	expect_text(p, "sku", "L-1");
	expect_text(p, "brand", "ACME");
	expect_text(sources, "name", "json-ld");
	expect_text(sources, "sku", "microdata");
	expect_text(sources, "brand", "opengraph");
	assert_int_equal(json_int(offer(p, 0), "price_minor", 0), 1200);
	expect_text(offer(p, 0), "availability", "InStock");
	assert_int_equal(json_array_size(json_object_get(f, "warnings")), 0);
	json_decref(f);
}

static void sources__that_disagree__are_a_warning(void **state)
{
	json_t *f = facts_of(LD(
		"{\"@type\":\"Product\",\"name\":\"Lamp\",\"sku\":\"A\",\"offers\":{"
		"\"price\":10,\"priceCurrency\":\"EUR\"}}") "<div itemscope itemtype=http://schema.org/Product>"
							    "<b itemprop=name>Lamp</b><b itemprop=sku>B</b>"
							    "<i itemprop=offers itemscope><b itemprop=price content=11></b>"
							    "<b itemprop=priceCurrency>EUR</b></i></div>");

	assert_int_equal(json_array_size(json_object_get(f, "products")), 1);
	expect_text(product(f, 0), "sku", "A");
	assert_int_equal(json_int(offer(product(f, 0), 0), "price_minor", 0), 1000);
	assert_int_equal(json_array_size(json_object_get(f, "warnings")), 2);
	assert_true(warns(f, "disagreement"));
	json_decref(f);
}

static void prices__that_are_doubtful__are_a_warning(void **state)
{
	json_t *f = facts_of(LD("{\"@type\":\"Product\",\"name\":\"A\",\"offers\":{\"price\":0,"
				"\"priceCurrency\":\"EUR\"}}"));

	assert_true(warns(f, "price_zero"));
	json_decref(f);
	f = facts_of(LD("{\"@type\":\"Product\",\"name\":\"A\",\"offers\":{\"price\":5}}"));
	assert_true(warns(f, "price_without_currency"));
	assert_true(json_is_null(json_object_get(offer(product(f, 0), 0), "currency")));
	json_decref(f);
	f = facts_of(LD("{\"@type\":\"Product\",\"name\":\"A\",\"offers\":{\"price\":\"ask us\","
			"\"priceCurrency\":\"EUR\",\"availability\":\"InStock\"}}"));
	assert_true(warns(f, "price_unreadable"));
	assert_true(json_is_null(json_object_get(offer(product(f, 0), 0), "price_minor")));
	json_decref(f);
}

static void gtin__that_is_wrong__is_not_taken(void **state)
{
	json_t *f = facts_of(LD("{\"@type\":\"Product\",\"name\":\"A\",\"gtin13\":4006381333932,"
				"\"offers\":{\"price\":5,\"priceCurrency\":\"EUR\"}}"));

	assert_true(json_is_null(json_object_get(product(f, 0), "gtin")));
	assert_true(warns(f, "gtin_invalid"));
	json_decref(f);
}

static void references__are__followed_and_may_turn_in_circles(void **state)
{
	json_t *f = facts_of(LD(
		"{\"@graph\":[{\"@type\":\"Product\",\"@id\":\"#p\",\"name\":\"A\",\"brand\":{\"@id\":"
		"\"#b\"},\"offers\":{\"@id\":\"#o\"}},{\"@id\":\"#b\",\"@type\":\"Brand\",\"name\":"
		"\"ACME\"},{\"@id\":\"#o\",\"@type\":\"Offer\",\"price\":1.5,\"priceCurrency\":"
		"\"KWD\",\"offers\":{\"@id\":\"#o\"}}]}"));

	assert_int_equal(json_array_size(json_object_get(f, "products")), 1);
	expect_text(product(f, 0), "brand", "ACME");
	assert_int_equal(json_int(offer(product(f, 0), 0), "price_minor", 0), 1500);
	json_decref(f);
}

static void group__has__its_variants(void **state)
{
	json_t *f =
		facts_of(LD("{\"@type\":\"ProductGroup\",\"name\":\"Shirt\",\"productGroupID\":"
			    "\"S\",\"hasVariant\":[{\"@type\":\"Product\",\"name\":\"Shirt red\","
			    "\"sku\":\"S-R\",\"offers\":{\"price\":9,\"priceCurrency\":\"EUR\"}},{"
			    "\"@type\":\"Product\",\"name\":\"Shirt blue\",\"sku\":\"S-B\"}]}"));
	const json_t *variants = json_object_get(product(f, 0), "variants");

	assert_int_equal(json_array_size(json_object_get(f, "products")), 1);
	assert_int_equal(json_array_size(variants), 2);
	expect_text(json_array_get(variants, 0), "sku", "S-R");
	expect_text(product(f, 0), "group", "S");
	json_decref(f);
}

static void aggregate__gives__lowest_and_highest(void **state)
{
	json_t *f = facts_of(LD("{\"@type\":\"Product\",\"name\":\"A\",\"offers\":{\"@type\":"
				"\"AggregateOffer\",\"lowPrice\":\"5\",\"highPrice\":9.5,"
				"\"offerCount\":3,\"priceCurrency\":\"EUR\"}}"));
	const json_t *o = offer(product(f, 0), 0);

	assert_int_equal(json_int(o, "price_minor", 0), 500);
	assert_int_equal(json_int(o, "price_to_minor", 0), 950);
	assert_int_equal(json_int(o, "count", 0), 3);
	json_decref(f);
}

static void microdata__survives__tags_that_do_not_end(void **state)
{
	json_t *f = facts_of("<ul><li itemscope itemtype=http://schema.org/Product>"
			     "<span itemprop=name>One</div></span><li itemscope "
			     "itemtype=http://schema.org/Product><p itemprop=name>Two<div>not it"
			     "</div></ul><b itemprop=name>nobody's</b>");

	assert_int_equal(json_array_size(json_object_get(f, "products")), 2);
	expect_text(product(f, 0), "name", "One");
	expect_text(product(f, 1), "name", "Two");
	json_decref(f);
}

static void texts__are__safe_and_bounded(void **state)
{
	struct buf page = BUF_INIT(1 << 20);
	json_t *f;

	buf_add_str(&page, "<script type='application/ld+json'>{\"@type\":\"Product\",\"name\":\""
			   "\\u001b[31mred\\u202e");
	for (int i = 0; i < 2000; i++)
		buf_add_str(&page, "long");
	buf_add_str(&page, "\",\"url\":\"javascript:alert(1)\",\"offers\":{}}</script>");
	f = facts_of(buf_str(&page));
	assert_null(strchr(json_str(product(f, 0), "name", ""), '\x1b'));
	assert_null(strstr(json_str(product(f, 0), "name", ""), "\u202e"));
	assert_true(strlen(json_str(product(f, 0), "name", "")) <= 500);
	assert_true(json_is_null(json_object_get(product(f, 0), "url")));
	json_decref(f);
	buf_fini(&page);
}

static void addresses__are__resolved_against_base(void **state)
{
	json_t *f = facts_of("<base href=/shop/>" LD(
		"{\"@type\":\"Product\",\"name\":\"A\",\"image\":[{\"url\":\"i/1.jpg\"}],\"url\":"
		"\"//other.example/p\",\"offers\":{}}"));

	expect_text(product(f, 0), "image", "https://shop.example/shop/i/1.jpg");
	expect_text(product(f, 0), "url", "https://other.example/p");
	json_decref(f);
}

static void shopify__is_read__in_each_of_its_forms(void **state)
{
	json_t *f = facts_of(
		"{\"products\":[{\"id\":1,\"title\":\"Mug\",\"handle\":\"mug\",\"vendor\":\"ACME\","
		"\"variants\":[{\"title\":\"Default Title\",\"sku\":\"M\",\"price\":\"12.00\","
		"\"compare_at_price\":\"15.00\",\"available\":true}]},{\"id\":2,\"title\":\"Cup\","
		"\"handle\":\"cup\",\"variants\":[{\"title\":\"S\",\"sku\":\"C-S\",\"price\":\"1.50\","
		"\"available\":false},{\"title\":\"L\",\"sku\":\"C-L\",\"price\":\"2.50\"}]}]}");
	const json_t *variants = json_object_get(product(f, 1), "variants");

	expect_text(product(f, 0), "url", "https://shop.example/products/mug");
	expect_text(product(f, 0), "sku", "M");
	assert_int_equal(json_int(offer(product(f, 0), 0), "price_minor", 0), 1200);
	assert_int_equal(json_int(offer(product(f, 0), 0), "list_price_minor", 0), 1500);
	expect_text(json_array_get(variants, 0), "name", "Cup - S");
	expect_text(offer(json_array_get(variants, 0), 0), "availability", "OutOfStock");
	assert_true(warns(f, "price_without_currency"));
	json_decref(f);
	f = facts_of("{\"id\":1,\"title\":\"Mug\",\"handle\":\"mug\",\"variants\":[{\"sku\":\"M\","
		     "\"price\":1299,\"compare_at_price\":null,\"barcode\":\"4006381333931\"}]}");
	assert_int_equal(json_int(offer(product(f, 0), 0), "price_minor", 0), 1299);
	expect_text(product(f, 0), "gtin", "04006381333931");
	json_decref(f);
}

static void woocommerce__counts__in_the_currencys_minor_unit(void **state)
{
	json_t *f = facts_of(
		"[{\"name\":\"Tea\",\"sku\":\"T\",\"permalink\":\"https://shop.example/tea\","
		"\"prices\":{\"price\":\"5\",\"regular_price\":\"12\",\"currency_code\":\"EUR\","
		"\"currency_minor_unit\":2},\"is_in_stock\":true,\"average_rating\":\"4.50\","
		"\"review_count\":8},{\"name\":\"Cha\",\"prices\":{\"price\":\"1200\","
		"\"currency_code\":\"JPY\",\"currency_minor_unit\":0},\"is_in_stock\":false},"
		"{\"name\":\"Big\",\"prices\":{\"price\":\"123456\",\"currency_code\":\"EUR\","
		"\"currency_minor_unit\":2}}]");

	assert_int_equal(json_int(offer(product(f, 0), 0), "price_minor", 0), 5);
	assert_int_equal(json_int(offer(product(f, 0), 0), "list_price_minor", 0), 12);
	assert_int_equal(json_int(offer(product(f, 1), 0), "price_minor", 0), 1200);
	assert_int_equal(json_int(offer(product(f, 2), 0), "price_minor", 0), 123456);
	expect_text(offer(product(f, 1), 0), "availability", "OutOfStock");
	json_decref(f);
}

static void answer__continues__where_it_ended(void **state)
{
	struct buf page = BUF_INIT(4 << 20);
	size_t seen = 0, from = 0;

	buf_add_str(&page, "{\"products\":[");
	for (int i = 0; i < 1000; i++)
		buf_printf(
			&page,
			"%s{\"title\":\"P%d\",\"handle\":\"p%d\",\"variants\":[{\"price\":\"1.00\"}]}",
			i ? "," : "", i, i);
	buf_add_str(&page, "]}");
	for (bool more = true; more;) {
		json_t *f = facts_from(page.data, page.len, from, 100 << 10), *p;
		char name[16];
		size_t i;

		json_array_foreach(json_object_get(f, "products"), i, p)
		{
			snprintf(name, sizeof name, "P%zu", seen++);
			expect_text(p, "name", name);
		}
		assert_true(i > 0);
		assert_int_equal(json_int(f, "total", 0), 1000);
		more = json_is_integer(json_object_get(f, "next"));
		from = (size_t)json_int(f, "next", 0);
		json_decref(f);
	}
	assert_int_equal(seen, 1000);
	buf_fini(&page);
}

static void nothing__is__said_so(void **state)
{
	static const char *const texts[] = {"",
					    " ",
					    "<html></html>",
					    "{}",
					    "[]",
					    "plain",
					    "{",
					    "<script type=application/ld+json>",
					    "<a itemscope>"};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		json_t *f = facts_of(texts[i]);

		assert_int_equal(json_array_size(json_object_get(f, "products")), 0);
		assert_true(warns(f, "nothing_found"));
		json_decref(f);
	}
}

static void reviews__are_read__with_their_rating_of_five(void **state)
{
	json_t *f = facts_of(
		"<script type=application/ld+json>{\"@type\":\"Product\",\"name\":\"Lamp\",\"review\":["
		"{\"@type\":\"Review\",\"author\":{\"@type\":\"Person\",\"name\":\"Ann\"},"
		"\"datePublished\":\"2026-11-01\",\"reviewBody\":\"Fine  light\","
		"\"reviewRating\":{\"ratingValue\":8,\"bestRating\":\"10\"}},"
		"{\"author\":\"Bo\",\"reviewRating\":{\"ratingValue\":\"4,5\"}},"
		"{\"author\":\"nothing said\"}]}</script>");
	const json_t *reviews = json_object_get(product(f, 0), "reviews");

	assert_int_equal(json_array_size(reviews), 2);
	expect_text(json_array_get(reviews, 0), "author", "Ann");
	expect_text(json_array_get(reviews, 0), "date", "2026-11-01");
	expect_text(json_array_get(reviews, 0), "text", "Fine light");
	assert_int_equal(json_int(json_array_get(reviews, 0), "rating_x100", 0), 400);
	assert_int_equal(json_int(json_array_get(reviews, 1), "rating_x100", 0), 450);
	assert_true(json_is_null(json_object_get(json_array_get(reviews, 1), "text")));
	json_decref(f);
}

static void reviews__come__from_microdata_when_json_has_none(void **state)
{
	json_t *f = facts_of(
		"<script type=application/ld+json>{\"@type\":\"Product\",\"name\":\"Lamp\"}</script>"
		"<div itemscope itemtype=https://schema.org/Product><h1 itemprop=name>Lamp</h1>"
		"<div itemprop=review itemscope itemtype=https://schema.org/Review>"
		"<span itemprop=author>Cy</span><p itemprop=reviewBody>Broke at once</p>"
		"<time itemprop=datePublished datetime=2026-10-02>2 Oct</time>"
		"<span itemprop=reviewRating itemscope><meta itemprop=ratingValue content=1></span>"
		"</div></div>");
	const json_t *reviews = json_object_get(product(f, 0), "reviews");

	assert_int_equal(json_array_size(reviews), 1);
	expect_text(json_array_get(reviews, 0), "author", "Cy");
	expect_text(json_array_get(reviews, 0), "date", "2026-10-02");
	assert_int_equal(json_int(json_array_get(reviews, 0), "rating_x100", 0), 100);
	expect_text(json_object_get(product(f, 0), "sources"), "reviews", "microdata");
	json_decref(f);
}

static void itemref__brings__properties_from_elsewhere(void **state)
{
	json_t *f = facts_of(
		"<p id=a><b itemprop=name>Lamp</b></p><div itemscope "
		"itemtype=https://schema.org/Product itemref='a  c b a'><i itemprop=sku>L1</i></div>"
		"<div id=b itemscope itemtype=https://schema.org/Thing><i itemprop=brand>no</i></div>"
		"<div id=c><div id=b><i itemprop=brand>ACME</i></div></div>");

	expect_text(product(f, 0), "name", "Lamp");
	expect_text(product(f, 0), "sku", "L1");
	expect_text(product(f, 0), "brand", "ACME");
	json_decref(f);
}

static void itemref__that_goes_round__ends(void **state)
{
	json_t *f = facts_of(
		"<div id=x itemprop=isRelatedTo itemscope itemtype=https://schema.org/Product "
		"itemref='x y'><b itemprop=name>One</b></div>"
		"<div id=y itemprop=isSimilarTo itemscope itemtype=https://schema.org/Product "
		"itemref=x><b itemprop=name>Two</b></div>"
		"<div itemscope itemtype=https://schema.org/Product itemref='x y'>"
		"<b itemprop=name>Three</b></div>");

	expect_text(product(f, 0), "name", "Three");
	json_decref(f);
}

static void text__escaped_once_too_often__is_read_as_it_is_meant(void **state)
{
	json_t *f = facts_of("[{\"name\":\"Nuts &#038; bolts\",\"permalink\":\"/a?b=1&amp;c=2\","
			     "\"prices\":{\"price\":\"100\",\"currency_minor_unit\":2}}]");

	expect_text(product(f, 0), "name", "Nuts & bolts");
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
		cmocka_unit_test(itemref__brings__properties_from_elsewhere),
		cmocka_unit_test(itemref__that_goes_round__ends),
		cmocka_unit_test(text__escaped_once_too_often__is_read_as_it_is_meant),
		cmocka_unit_test(reviews__are_read__with_their_rating_of_five),
		cmocka_unit_test(reviews__come__from_microdata_when_json_has_none),
		cmocka_unit_test(json_ld__wins__over_microdata_and_opengraph),
		cmocka_unit_test(sources__that_disagree__are_a_warning),
		cmocka_unit_test(prices__that_are_doubtful__are_a_warning),
		cmocka_unit_test(gtin__that_is_wrong__is_not_taken),
		cmocka_unit_test(references__are__followed_and_may_turn_in_circles),
		cmocka_unit_test(group__has__its_variants),
		cmocka_unit_test(aggregate__gives__lowest_and_highest),
		cmocka_unit_test(microdata__survives__tags_that_do_not_end),
		cmocka_unit_test(texts__are__safe_and_bounded),
		cmocka_unit_test(addresses__are__resolved_against_base),
		cmocka_unit_test(shopify__is_read__in_each_of_its_forms),
		cmocka_unit_test(woocommerce__counts__in_the_currencys_minor_unit),
		cmocka_unit_test(answer__continues__where_it_ended),
		cmocka_unit_test(nothing__is__said_so),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
