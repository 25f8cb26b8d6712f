#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/catalog/facts_read.h"
#include "shared/mem.h"

#define REST        ",\"sources\":[],\"warnings\":[],\"total\":1,\"next\":null}"
#define ONE(inside) "{\"products\":[{" inside "}]" REST

static enum err read_text(const char *json, struct facts *f, size_t *next)
{
	struct error e = {0};
	facts_init(f, "https://shop.example/p/1");
	enum err err = facts_read(json, strlen(json), f, next, &e);
	assert_true(!err || e.text[0]);
	return err;
}

static char *written(const struct facts *f)
{
	struct buf out = BUF_INIT(400 << 10);
	facts_write(f, 0, &out);
	return buf_take(&out);
}

/* Everything that a product may say. */
static void fill(struct facts *f)
{
	struct product *p = facts_add_product(f, 10), *v;
	for (int i = 0; i < PRODUCT_FIELDS; i++)
		product_set(f, p, (enum product_field)i,
			    i == FIELD_GTIN                      ? "4006381333931"
			    : i == FIELD_URL || i == FIELD_IMAGE ? "https://shop.example/a?b=c"
								 : "some text",
			    SOURCE_JSON_LD);
	product_set_rating(p, "4.55", "5", "123", SOURCE_MICRODATA);
	struct offer *o = product_add_offer(f, p, SOURCE_SHOPIFY);
	o->price_minor = 4990;
	o->price_to_minor = 5990;
	o->list_minor = 6990;
	o->shipping_minor = 0;
	o->count = 3;
	strcpy(o->currency, "EUR");
	o->availability = AVAILABILITY_LIMITED;
	o->condition = CONDITION_REFURBISHED;
	o->seller = mem_strdup("Seller");
	o->sku = mem_strdup("S-1");
	product_add_offer(f, p, SOURCE_OPENGRAPH);
	*product_add_review(p, SOURCE_JSON_LD) = (struct review){
		mem_strdup("Jane"), mem_strdup("Good."), mem_strdup("2026-01-02"), 450};
	v = product_add_variant(f, p);
	product_set(f, v, FIELD_SKU, "V-1", SOURCE_SHOPIFY);
	f->sources[SOURCE_JSON_LD] = f->sources[SOURCE_SHOPIFY] = true;
	facts_warn(f, "price_zero", "a price of 0 is doubtful");
}

static void facts__written_and_read__are_the_same(void **state)
{
	struct facts f, back;
	size_t next;
	facts_init(&f, "https://shop.example/p/1");
	fill(&f);
	char *text = written(&f);
	assert_int_equal(read_text(text, &back, &next), ERR_NONE);
	char *again = written(&back);
	assert_string_equal(text, again);
	assert_int_equal(next, 0);
	free(text);
	free(again);
	facts_fini(&f);
	facts_fini(&back);
}

static void text__with_references_in_it__is_not_decoded_again(void **state)
{
	struct facts f;
	size_t next;
	assert_int_equal(read_text(ONE("\"name\":\"A &amp; B\",\"offers\":[],"
				       "\"sources\":{\"name\":\"json-ld\"}"),
				   &f, &next),
			 ERR_NONE);
	assert_string_equal(f.products[0].text[FIELD_NAME].s, "A &amp; B");
	facts_fini(&f);
}

static void facts__in_parts__are_read_one_after_the_other(void **state)
{
	struct facts f, back;
	struct error e = {0};
	size_t next = 0;
	int parts = 0;
	facts_init(&f, "");
	for (int i = 0; i < 3000; i++) {
		char name[64];
		snprintf(name, sizeof name, "Product %d", i);
		product_set(&f, facts_add_product(&f, 5000), FIELD_NAME, name, SOURCE_FEED);
	}
	facts_init(&back, "");
	do {
		struct buf out = BUF_INIT(150 << 10);
		facts_write(&f, next, &out);
		assert_int_equal(facts_read(out.data, out.len, &back, &next, &e), ERR_NONE);
		buf_fini(&out);
		parts++;
	} while (next);
	assert_in_range(parts, 2, 20);
	assert_int_equal(back.n_products, 3000);
	assert_string_equal(back.products[2999].text[FIELD_NAME].s, "Product 2999");
	facts_fini(&f);
	facts_fini(&back);
}

static void facts__that_are_not_as_they_should_be__are_refused(void **state)
{
	static const char *const hostile[] = {
		"",
		"[]",
		"{}",
		"{\"products\":{}}",
		"{\"products\":[7]" REST,
		"{\"products\":[[]]" REST,
		ONE("\"offers\":[]"), /* no sources */
		ONE("\"offers\":{},\"sources\":{}"),
		ONE("\"name\":7,\"offers\":[],\"sources\":{}"),
		ONE("\"name\":\"x\",\"offers\":[],\"sources\":{}"), /* of no source */
		ONE("\"name\":\"x\",\"offers\":[],\"sources\":{\"name\":\"magic\"}"),
		ONE("\"offers\":[{\"price_minor\":1}],\"sources\":{}"), /* of no source */
		ONE("\"offers\":[{\"source\":\"feed\",\"price_minor\":-2}],\"sources\":{}"),
		ONE("\"offers\":[{\"source\":\"feed\",\"price_minor\":1.5}],\"sources\":{}"),
		ONE("\"offers\":[{\"source\":\"feed\",\"price_minor\":\"1\"}],\"sources\":{}"),
		ONE("\"offers\":[{\"source\":\"feed\",\"price_minor\":9000000000000000000}],"
		    "\"sources\":{}"),
		ONE("\"offers\":[{\"source\":\"feed\",\"currency\":\"EURO\"}],\"sources\":{}"),
		ONE("\"offers\":[{\"source\":\"feed\",\"currency\":\"eur\"}],\"sources\":{}"),
		ONE("\"offers\":[{\"source\":\"feed\",\"availability\":\"Perhaps\"}],"
		    "\"sources\":{}"),
		ONE("\"offers\":[],\"rating\":{\"count\":5},\"sources\":{\"rating\":\"feed\"}"),
		ONE("\"offers\":[],\"rating\":5,\"sources\":{}"),
		ONE("\"offers\":[],\"rating\":{\"value\":-1},\"sources\":{\"rating\":\"feed\"}"),
		ONE("\"offers\":[],\"rating\":{\"value\":1e300},\"sources\":{\"rating\":\"feed\"}"),
		ONE("\"offers\":[],\"reviews\":[{\"rating_x100\":501}],"
		    "\"sources\":{\"reviews\":\"feed\"}"),
		ONE("\"offers\":[],\"sources\":{},\"variants\":[{\"offers\":[],\"sources\":{},"
		    "\"variants\":[]}]"),
		"{\"products\":[],\"sources\":[\"magic\"],\"warnings\":[],\"next\":null}",
		"{\"products\":[],\"sources\":[],\"warnings\":[{}],\"next\":null}",
		"{\"products\":[],\"sources\":[],\"warnings\":[],\"next\":-1}",
		"{\"products\":[],\"sitemap\":{\"kind\":\"other\"},\"sources\":[],\"warnings\":[]}",
		"{\"products\":[],\"products\":[],\"sources\":[],\"warnings\":[]}",
	};
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		struct facts f;
		size_t next;
		if (!read_text(hostile[i], &f, &next))
			fail_msg("read all the same: %s", hostile[i]);
		facts_fini(&f);
	}
}

static void texts__of_a_worker__are_made_safe_and_bounded(void **state)
{
	struct facts f;
	size_t next;
	char *name = mem_zalloc(5001), *json;
	memset(name, 'x', 5000);
	json = mem_printf("{\"products\":[{\"name\":\"\\u001b[31m%s\",\"offers\":[],"
			  "\"sources\":{\"name\":\"feed\"}}]" REST,
			  name);
	assert_int_equal(read_text(json, &f, &next), ERR_NONE);
	const char *got = f.products[0].text[FIELD_NAME].s;
	assert_null(strchr(got, 27));
	assert_in_range(strlen(got), 1, FACTS_TEXT_MAX);
	free(json);
	free(name);
	facts_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts__written_and_read__are_the_same),
		cmocka_unit_test(text__with_references_in_it__is_not_decoded_again),
		cmocka_unit_test(facts__in_parts__are_read_one_after_the_other),
		cmocka_unit_test(facts__that_are_not_as_they_should_be__are_refused),
		cmocka_unit_test(texts__of_a_worker__are_made_safe_and_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
