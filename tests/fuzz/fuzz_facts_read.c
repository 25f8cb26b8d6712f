/* Answers of a worker of any bytes: read without harm; what is read is bounded, safe and in range,
 * and written and read again it is the same. */
#include "tests/fuzz/fuzz.h"

#include "daemon/catalog/facts_read.h"
#include "shared/text_safe.h"

static void look(const struct product *p)
{
	for (size_t i = 0; i < PRODUCT_FIELDS; i++) {
		const char *s = p->text[i].s;
		char *safe;

		MUST(!s == !p->text[i].source);
		if (!s)
			continue;
		safe = text_safe_dup(s, strlen(s), strlen(s) + 1);
		MUST(!strcmp(safe, s));
		free(safe);
	}
	for (size_t i = 0; i < p->n_offers; i++) {
		const struct offer *o = &p->offers[i];

		MUST(o->price_minor >= -1 && o->price_minor <= MONEY_MINOR_MAX);
		MUST(o->shipping_minor >= -1 && o->shipping_minor <= MONEY_MINOR_MAX);
		MUST(!*o->currency || currency_known(o->currency));
		MUST(o->source > SOURCE_NONE && o->source < SOURCES);
	}
	MUST(p->rating_x100 >= -1 && p->rating_count >= -1);
	for (size_t i = 0; i < p->n_variants; i++) {
		MUST(!p->variants[i].n_variants);
		look(&p->variants[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct error e = {0};
	struct facts f, back;
	size_t next;

	facts_init(&f, "https://shop.example/p/1");
	if (!facts_read(text, size, &f, &next, &e)) {
		struct buf one = BUF_INIT(500 << 10), two = BUF_INIT(500 << 10);
		size_t rest;

		for (size_t i = 0; i < f.n_products; i++)
			look(&f.products[i]);
		facts_write(&f, 0, &one);
		facts_init(&back, "https://shop.example/p/1");
		MUST(!facts_read(one.data, one.len, &back, &rest, &e));
		facts_write(&back, 0, &two);
		MUST(rest || (one.len == two.len && !memcmp(one.data, two.data, one.len)));
		facts_fini(&back);
		buf_fini(&one);
		buf_fini(&two);
	}
	facts_fini(&f);
	free(text);
	return 0;
}
