#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <time.h>

#include "daemon/extract/html_select.h"
#include "daemon/extract/product_read.h"
#include "daemon/extract/recipe.h"
#include "shared/json.h"

struct fixture {
	struct charsets *charsets;
	struct html_select *select;
};

static json_t *read_at(struct fixture *x, const char *url, const char *recipe, const char *page,
		       bool only)
{
	struct error e = {0};
	struct recipe *r = recipe_new(recipe, &e);
	struct product_request q = {.document = page,
				    .len = strlen(page),
				    .url = url,
				    .recipe = r,
				    .select = x->select,
				    .only_recipe = only};
	struct buf out = BUF_INIT(512 << 10);
	json_t *v;

	if (!r)
		fail_msg("%s", e.text);
	assert_int_equal(product_read(x->charsets, &q, &out, &e), ERR_NONE);
	assert_false(out.overflow);
	v = json_loadb(out.data, out.len, 0, NULL);
	assert_non_null(v);
	buf_fini(&out);
	recipe_free(r);
	return v;
}

static json_t *facts_by(struct fixture *x, const char *recipe, const char *page)
{
	return read_at(x, "https://shop.example/p/1", recipe, page, false);
}

static const json_t *product(const json_t *facts, size_t i)
{
	return json_array_get(json_object_get(facts, "products"), i);
}

static const json_t *offer(const json_t *facts, size_t i)
{
	return json_array_get(json_object_get(product(facts, i), "offers"), 0);
}

static size_t n_products(const json_t *facts)
{
	return json_array_size(json_object_get(facts, "products"));
}

static void expect_text(const json_t *o, const char *key, const char *text)
{
	assert_string_equal(json_str(o, key, "(none)"), text);
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

#define PAGE                                                                                           \
	"<h1 class=t> Brass  lamp </h1><p class=was>statt 24,90 €</p><b class=now>nur 19,90 €</b>" \
	"<div data-sku=L-1><img class=big src=/i/lamp.jpg></div><i>Sofort lieferbar</i>"               \
	"<span class=ship>Versand: 4,95 €</span><span class=stars>4,5 von 5</span>"                  \
	"<span class=n>(1.234 Bewertungen)</span><em>Ships from Oak Ltd</em>"

static const char all_css[] =
	"{\"fields\":[{\"name\":\"title\",\"css\":\"h1.t\"},{\"name\":\"price\",\"css\":\".now\"},"
	"{\"name\":\"list_price\",\"css\":\".was\",\"transform\":[\"after statt\"]},"
	"{\"name\":\"sku\",\"css\":\"[data-sku]\",\"attribute\":\"data-sku\"},"
	"{\"name\":\"image\",\"css\":\"img.big\"},{\"name\":\"availability\",\"css\":\"i\"},"
	"{\"name\":\"shipping\",\"css\":\".ship\",\"transform\":[\"after :\"]},"
	"{\"name\":\"rating\",\"css\":\".stars\",\"transform\":[\"number\"]},"
	"{\"name\":\"reviews\",\"css\":\".n\"},"
	"{\"name\":\"seller\",\"css\":\"em\",\"transform\":[\"pattern from (.*)\"]},"
	"{\"name\":\"made_of\",\"css\":\"h1\",\"transform\":[\"before lamp\",\"lower\",\"trim\"]}]}";

static void fields__of_one_product__become_its_facts(void **state)
{
	json_t *f = facts_by(*state, all_css, PAGE);
	const json_t *p = product(f, 0), *o = offer(f, 0);

	assert_int_equal(n_products(f), 1);
	expect_text(p, "name", "Brass lamp");
	expect_text(p, "sku", "L-1");
	expect_text(p, "image", "https://shop.example/i/lamp.jpg");
	assert_int_equal(json_int(o, "price_minor", 0), 1990);
	assert_int_equal(json_int(o, "list_price_minor", 0), 2490);
	assert_int_equal(json_int(o, "shipping_minor", 0), 495);
	expect_text(o, "currency", "EUR");
	expect_text(o, "availability", "InStock");
	expect_text(o, "seller", "Oak Ltd");
	expect_text(o, "source", "recipe");
	assert_int_equal(json_int(json_object_get(p, "rating"), "count", 0), 1234);
	assert_true(json_num(json_object_get(p, "rating"), "value", 0) == 4.5);
	expect_text(json_object_get(p, "other"), "made_of", "brass");
	assert_null(warning(f, "filter_missing"));
	json_decref(f);
}

/* The same recipe with one selector that only a tree knows. */
static void stream_and_tree__say__the_same(void **state)
{
	char by_tree[sizeof all_css + 80];
	json_t *one = facts_by(*state, all_css, PAGE), *other;

	snprintf(by_tree, sizeof by_tree, "%.*s,{\"name\":\"nothing\",\"xpath\":\"//table\"}]}",
		 (int)strlen(all_css) - 2, all_css);
	other = facts_by(*state, by_tree, PAGE);
	assert_true(json_equal(product(one, 0), product(other, 0)));
	json_decref(one);
	json_decref(other);
}

static void price__is_found__in_each_language(void **state)
{
	static const char *const rules[] = {
		"{\"css\":\"b.p\"}",
		"{\"css\":\"b.p\",\"attribute\":\"data-eur\"}",
		"{\"xpath\":\"//b[contains(., '9,99')]\"}",
		"{\"xpath\":\"string(//b/@data-eur)\"}",
		"{\"pattern\":\"<b[^>]*>([^<]*)\"}",
		"{\"css\":\"script#state\",\"jq\":\".product.prices[0].amount\"}",
		"{\"xpath\":\"//script[@id='state']\",\"jq\":\".product.prices[] | .amount\"}",
	};

	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		char recipe[400];
		json_t *f;

		snprintf(
			recipe, sizeof recipe,
			"{\"fields\":[{\"name\":\"title\",\"css\":\"h1\"},{\"name\":\"price\",%s]}",
			rules[i] + 1);
		f = facts_by(*state, recipe,
			     "<h1>Lamp</h1><b class=p data-eur='9.99 EUR'>9,99 €</b>"
			     "<script id=state type=application/json>{\"product\":{\"prices\":"
			     "[{\"amount\":9.99}]}}</script>");
		assert_int_equal(json_int(offer(f, 0), "price_minor", 0), 999);
		json_decref(f);
	}
}

static void json__is_read__item_by_item(void **state)
{
	json_t *f = facts_by(
		*state,
		"{\"items\":\"jq: .list[]\",\"next\":\"jq: .more\",\"links\":\"jq: .list[].u\","
		"\"fields\":[{\"name\":\"title\",\"jq\":\".n\"},{\"name\":\"price\",\"jq\":\".p\"},"
		"{\"name\":\"currency\",\"jq\":\"\\\"CHF\\\"\"},{\"name\":\"url\",\"jq\":\".u\"}]}",
		"{\"more\":\"/api?page=2\",\"list\":[{\"n\":\"A\",\"p\":19.90,\"u\":\"/a\"},"
		"{\"n\":\"B\",\"p\":5,\"u\":\"/b\"},{\"n\":\"C\",\"p\":null}]}");

	assert_int_equal(n_products(f), 3);
	assert_int_equal(json_int(offer(f, 0), "price_minor", 0), 1990);
	assert_int_equal(json_int(offer(f, 1), "price_minor", 0), 500);
	expect_text(offer(f, 1), "currency", "CHF");
	expect_text(product(f, 1), "url", "https://shop.example/b");
	assert_true(json_is_null(json_object_get(product(f, 2), "offers")) ||
		    !json_array_size(json_object_get(product(f, 2), "offers")));
	expect_text(f, "next_page", "https://shop.example/api?page=2");
	assert_int_equal(json_array_size(json_object_get(f, "links")), 2);
	json_decref(f);
}

#define CARDS                                                                                     \
	"<div class=hero><b class=price>1,00 €</b></div><ul>"                                   \
	"<li class=card><a href=/a>A</a><b class=price></b><b class=price>10,00 €</b>"          \
	"<p>No. 17</p></li>"                                                                      \
	"<li class=card><a href=/b>B</a><p>No. 18</p></li>"                                       \
	"<li class=card><a href=/c>C</a><b class=price>30,00 €</b><div class=card>"             \
	"<a href=/d>D</a><b class=price>40,00 €</b></div><i class=stock>sold out</i></li></ul>" \
	"<a rel=next href='?page=2'>more</a>"

static void expect_cards(const json_t *f)
{
	assert_int_equal(n_products(f), 4);
	expect_text(product(f, 0), "name", "A");
	assert_int_equal(json_int(offer(f, 0), "price_minor", 0), 1000);
	expect_text(product(f, 0), "sku", "17");
	expect_text(product(f, 1), "name", "B");
	assert_null(offer(f, 1)); /* not the price of its neighbour, nor of the page */
	expect_text(product(f, 1), "sku", "18");
	expect_text(product(f, 2), "name", "C");
	assert_int_equal(json_int(offer(f, 2), "price_minor", 0), 3000);
	expect_text(offer(f, 2), "availability", "SoldOut"); /* behind the inner one */
	expect_text(product(f, 3), "name", "D");
	assert_int_equal(json_int(offer(f, 3), "price_minor", 0), 4000);
	expect_text(f, "next_page", "https://shop.example/p/1?page=2");
	assert_int_equal(json_array_size(json_object_get(f, "links")), 4);
	assert_int_equal(json_int(json_object_get(f, "recipe"), "items", 0), 4);
	assert_int_equal(json_int(json_path(f, "recipe.found"), "price", 0), 3);
	assert_null(warning(f, "filter_missing"));
}

static void items__keep__what_is_theirs(void **state)
{
	static const char streamed[] =
		"{\"items\":\".card\",\"next\":\"a[rel=next]\",\"links\":\".card > a\",\"fields\":["
		"{\"name\":\"title\",\"css\":\"a\"},{\"name\":\"url\",\"css\":\"a\"},"
		"{\"name\":\"price\",\"css\":\".price\",\"required\":true},"
		"{\"name\":\"availability\",\"css\":\".stock\"},"
		"{\"name\":\"sku\",\"pattern\":\"No. ([0-9]+)\"}]}";
	static const char of_tree[] =
		"{\"items\":\"xpath: //*[@class='card']\",\"next\":\"a[rel=next]\","
		"\"links\":\".card > a\",\"fields\":["
		"{\"name\":\"title\",\"xpath\":\"a\"},{\"name\":\"url\",\"xpath\":\"./a/@href\"},"
		"{\"name\":\"price\",\"css\":\".price\",\"required\":true},"
		"{\"name\":\"availability\",\"xpath\":\"//i\"},"
		"{\"name\":\"sku\",\"pattern\":\"No. ([0-9]+)\"}]}";
	json_t *f = facts_by(*state, streamed, CARDS);

	expect_cards(f);
	json_decref(f);
	f = facts_by(*state, of_tree, CARDS);
	expect_cards(f);
	json_decref(f);
}

static double seconds_for(struct fixture *x, size_t cards)
{
	struct buf page = BUF_INIT(4 << 20);
	struct timespec a, b;
	json_t *f;

	for (size_t i = 0; i < cards; i++)
		buf_printf(&page,
			   "<div class=card><a href=/p/%zu>P %zu</a><b class=price>%zu,00 €</b>"
			   "<span>x</span><span>y</span></div>",
			   i, i, i + 1);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	f = read_at(
		x, "https://shop.example/",
		"{\"items\":\".card\",\"fields\":[{\"name\":\"title\",\"css\":\"a\"},"
		"{\"name\":\"price\",\"css\":\".price\"},{\"name\":\"o\",\"css\":\"span:last-child\"}]}",
		buf_str(&page), true);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	assert_int_equal(n_products(f), cards > 300 ? 300 : cards);
	assert_true(cards <= 300 || warning(f, "too_many_products"));
	json_decref(f);
	buf_fini(&page);
	return (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
}

/* Ten times the page may not be a hundred times the work, by a tree neither. */
static void long_list__costs__no_more_for_each(void **state)
{
	double few, many;

	seconds_for(*state, 500);
	few = seconds_for(*state, 1000);
	many = seconds_for(*state, 10000);
	assert_true(many < 40 * few + 0.05);
}

#define LD                                                                                        \
	"<script type='application/ld+json'>{\"@type\":\"Product\",\"name\":\"Lamp\",\"offers\":" \
	"{\"price\":\"12.00\",\"priceCurrency\":\"EUR\"}}</script>"

static void recipe__fills__what_the_page_does_not_say(void **state)
{
	json_t *f = facts_by(
		*state,
		"{\"fields\":[{\"name\":\"price\",\"css\":\"b\"},{\"name\":\"sku\",\"css\":\"i\"}]}",
		LD "<b>12,00 €</b><i>L-1</i>");

	assert_int_equal(n_products(f), 1);
	expect_text(product(f, 0), "sku", "L-1");
	expect_text(json_object_get(product(f, 0), "sources"), "sku", "recipe");
	expect_text(json_object_get(product(f, 0), "sources"), "name", "json-ld");
	expect_text(offer(f, 0), "source", "json-ld");
	assert_null(warning(f, "disagreement"));
	json_decref(f);
}

static void recipe__that_overrides__is_first(void **state)
{
	json_t *f = facts_by(*state, "{\"fields\":[{\"name\":\"price\",\"css\":\"b\"}]}",
			     LD "<b>9,00 €</b>");

	assert_int_equal(json_int(offer(f, 0), "price_minor", 0), 1200);
	assert_non_null(warning(f, "disagreement"));
	json_decref(f);
	f = facts_by(*state, "{\"override\":true,\"fields\":[{\"name\":\"price\",\"css\":\"b\"}]}",
		     LD "<b>9,00 €</b>");
	assert_int_equal(n_products(f), 1);
	assert_int_equal(json_int(offer(f, 0), "price_minor", 0), 900);
	expect_text(offer(f, 0), "source", "recipe");
	expect_text(product(f, 0), "name", "Lamp");
	json_decref(f);
}

static void price__that_vanished__is_unknown_and_told(void **state)
{
	static const char recipe[] = "{\"fields\":[{\"name\":\"title\",\"css\":\"h1\"},"
				     "{\"name\":\"price\",\"css\":\".price\",\"required\":true}]}";
	json_t *f = facts_by(*state, recipe, "<h1>Lamp</h1><b class=cost>9,99 €</b>");

	assert_string_equal(warning(f, "filter_missing"), "price: css \".price\" finds nothing");
	expect_text(json_object_get(product(f, 0), "sources"), "name", "recipe");
	assert_int_equal(json_array_size(json_object_get(product(f, 0), "offers")), 0);
	assert_string_equal(json_string_value(json_array_get(json_path(f, "recipe.missing"), 0)),
			    "price");
	json_decref(f);

	f = facts_by(*state, recipe, "<h1>Lamp</h1><b class=price>soon</b>");
	assert_non_null(warning(f, "price_unreadable"));
	assert_true(json_is_null(json_object_get(offer(f, 0), "price_minor")));
	json_decref(f);
}

static void list_of_links__misses__nothing(void **state)
{
	static const char recipe[] =
		"{\"links\":\".p a\",\"next\":\".next\",\"fields\":[{\"name\":\"title\",\"css\":\"h1\","
		"\"required\":true},{\"name\":\"price\",\"css\":\".price\",\"required\":true}]}";
	json_t *f = facts_by(*state, recipe,
			     "<ul><li class=p><a href=/a>A</a><li class=p><a href='/b#x'>B</a>"
			     "<li class=p><a href=/a>A</a><a href='javascript:x'>y</a></ul>");

	assert_null(warning(f, "filter_missing"));
	assert_null(warning(f, "nothing_found"));
	assert_int_equal(json_array_size(json_object_get(f, "links")), 2);
	assert_true(json_is_null(json_object_get(f, "next_page")));
	json_decref(f);
}

static void page__of_another_site__is_left_alone(void **state)
{
	static const char recipe[] = "{\"match\":[\"shop.example/p/*\"],\"fields\":"
				     "[{\"name\":\"title\",\"css\":\"h1\",\"required\":true}]}";
	static const char *const urls[] = {
		"https://shop.example/p/7",      "https://www.shop.example/p/",
		"https://shop.example:8443/p/7", "",
		"https://shop.example/about",    "https://other.example/p/7"};

	for (size_t i = 0; i < 6; i++) {
		json_t *f = read_at(*state, urls[i], recipe, "<h1>Lamp</h1>", false);

		assert_int_equal(n_products(f), i < 4);
		assert_int_equal(json_is_true(json_path(f, "recipe.applies")), i < 4);
		assert_null(warning(f, "filter_missing"));
		json_decref(f);
	}
}

static void steps__are_shown__one_by_one(void **state)
{
	json_t *f = read_at(
		*state, "",
		"{\"fields\":[{\"name\":\"price\",\"css\":\"b\",\"transform\":[\"replace nur -> \","
		"\"price\"]}]}",
		"<b>nur 9,99 \u20ac\x1b[2J</b>", true);
	const json_t *field = json_array_get(json_path(f, "recipe.fields"), 0);
	const json_t *steps = json_object_get(field, "steps");

	assert_int_equal(json_int(field, "found", 0), 1);
	assert_null(strchr(json_str(field, "raw", ""), 0x1b));
	expect_text(json_array_get(steps, 1), "step", "price");
	assert_int_equal(json_array_size(steps), 2);
	json_decref(f);
}

static void recipe__that_is_wrong__says_where(void **state)
{
	static const struct {
		const char *recipe, *text;
	} cases[] = {
		{"[]", "no object"},
		{"{\"fields\":[{\"name\":\"title\"}]}", "title: does not say where"},
		{"{\"fields\":[{\"name\":\"title\",\"css\":\"h1[\"}]}", "title: "},
		{"{\"fields\":[{\"name\":\"title\",\"xpath\":\"//h1[\"}]}", "title: XPath"},
		{"{\"fields\":[{\"name\":\"title\",\"jq\":\".a |\"}]}", "title: jq"},
		{"{\"fields\":[{\"name\":\"title\",\"pattern\":\"(\"}]}", "title: "},
		{"{\"fields\":[{\"name\":\"title\",\"css\":\"b\",\"transform\":[\"x\"]}]}",
		 "no step"},
		{"{\"fields\":[{\"css\":\"b\"}]}", "without a name"},
		{"{\"fields\":[{\"name\":\"a\",\"css\":\"b\"},{\"name\":\"a\",\"css\":\"i\"}]}",
		 "the same name"},
		{"{\"items\":\"a >\",\"fields\":[]}", "items: "},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error e = {0};

		assert_null(recipe_new(cases[i].recipe, &e));
		if (!strstr(e.text, cases[i].text))
			fail_msg("%s: %s", cases[i].recipe, e.text);
	}
}

static int setup(void **state)
{
	static struct fixture x;

	x.charsets = charsets_new();
	x.select = html_select_new();
	*state = &x;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *x = *state;

	charsets_free(x->charsets);
	html_select_free(x->select);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields__of_one_product__become_its_facts),
		cmocka_unit_test(stream_and_tree__say__the_same),
		cmocka_unit_test(price__is_found__in_each_language),
		cmocka_unit_test(json__is_read__item_by_item),
		cmocka_unit_test(items__keep__what_is_theirs),
		cmocka_unit_test(long_list__costs__no_more_for_each),
		cmocka_unit_test(recipe__fills__what_the_page_does_not_say),
		cmocka_unit_test(recipe__that_overrides__is_first),
		cmocka_unit_test(price__that_vanished__is_unknown_and_told),
		cmocka_unit_test(list_of_links__misses__nothing),
		cmocka_unit_test(page__of_another_site__is_left_alone),
		cmocka_unit_test(steps__are_shown__one_by_one),
		cmocka_unit_test(recipe__that_is_wrong__says_where),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
