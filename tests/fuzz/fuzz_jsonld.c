/* JSON of any shape as JSON-LD and as a shop's own: read without harm, in bounded work, and what is
 * written is JSON. Input that is not JSON is mended as far as it can be. */
#include "tests/fuzz/fuzz.h"

#include "daemon/extract/json_mend.h"
#include "daemon/extract/product.h"
#include "daemon/extract/product_schema.h"
#include "daemon/extract/product_store.h"

enum { ANSWER_BYTES = 200 << 10 };

static void check(const struct facts *f)
{
	struct buf out = BUF_INIT(ANSWER_BYTES);
	json_t *v;

	facts_write(f, 0, &out);
	MUST(!out.overflow);
	v = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, NULL);
	MUST(v);
	json_decref(v);
	buf_fini(&out);
	for (size_t i = 0; i < f->n_products; i++) {
		const struct product *p = &f->products[i];

		MUST(p->n_offers <= FACTS_OFFERS_MAX && p->n_reviews <= FACTS_REVIEWS_MAX);
		for (size_t k = 0; k < p->n_offers; k++)
			MUST(p->offers[k].price_minor >= FACT_UNKNOWN);
		for (size_t k = 0; k < p->n_reviews; k++)
			MUST(p->reviews[k].rating_x100 >= FACT_UNKNOWN &&
			     p->reviews[k].rating_x100 <= 500);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	json_t *v = json_mend_read(text, size, NULL, NULL), *trees;
	struct facts json, micro;

	if (v) {
		trees = json_pack("[OO]", v, v);
		facts_init(&json, "https://shop.example/p/1");
		facts_init(&micro, "");
		if (!store_read(&json, v))
			schema_read(&json, trees, SOURCE_JSON_LD);
		schema_read(&micro, trees, SOURCE_MICRODATA);
		check(&json);
		check(&micro);
		facts_merge(&json, &micro);
		facts_judge(&json);
		check(&json);
		facts_fini(&json);
		facts_fini(&micro);
		json_decref(trees);
		json_decref(v);
	}
	free(text);
	return 0;
}
