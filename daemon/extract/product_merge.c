/* What several sources of one page say about the same products. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/extract/product.h"
#include "shared/mem.h"

static const char *text(const struct product *p, enum product_field f)
{
	return p->text[f].s;
}

static enum product_source source_of(const struct product *p)
{
	for (size_t i = 0; i < PRODUCT_FIELDS; i++) {
		if (p->text[i].s)
			return p->text[i].source;
	}
	return p->n_offers ? p->offers[0].source : SOURCE_NONE;
}

/* 1 same, -1 another, 0 cannot be told. */
static int compare(const struct product *a, const struct product *b, enum product_field f)
{
	if (!text(a, f) || !text(b, f))
		return 0;
	return strcasecmp(text(a, f), text(b, f)) ? -1 : 1;
}

static bool is_same(const struct product *a, const struct product *b)
{
	int by = compare(a, b, FIELD_GTIN), name = compare(a, b, FIELD_NAME);

	if (!by)
		by = compare(a, b, FIELD_SKU);
	if (by)
		return by > 0;
	if (compare(a, b, FIELD_URL) > 0)
		return name >= 0 || source_of(a) != source_of(b);
	return name > 0 && compare(a, b, FIELD_URL) == 0;
}

static struct product *find(struct facts *f, size_t n, const struct product *p, bool alone)
{
	for (size_t i = 0; i < n; i++) {
		if (is_same(&f->products[i], p))
			return &f->products[i];
	}
	/* Each source has one product: it is the page's. */
	return alone && n == 1 ? &f->products[0] : NULL;
}

/* ---- disagreement -------------------------------------------------------------------------- */

/* A title that a page adds its shop's name to is no other name. */
static bool texts_agree(enum product_field f, const char *a, const char *b)
{
	if (!strcasecmp(a, b))
		return true;
	return f == FIELD_NAME && (strcasestr(a, b) || strcasestr(b, a));
}

static void compare_texts(struct facts *f, const struct product *a, const struct product *b)
{
	static const enum product_field compared[] = {FIELD_NAME, FIELD_SKU, FIELD_GTIN, FIELD_MPN,
						      FIELD_BRAND};

	for (size_t i = 0; i < ARRAY_LEN(compared); i++) {
		const struct product_text *x = &a->text[compared[i]], *y = &b->text[compared[i]];

		if (x->s && y->s && !texts_agree(compared[i], x->s, y->s))
			facts_warn(f, "disagreement", "%s: \"%.80s\" by %s, \"%.80s\" by %s",
				   product_field_name(compared[i]), x->s,
				   product_source_name(x->source), y->s,
				   product_source_name(y->source));
	}
}

static const char *price_text(char out[static MONEY_TEXT], const struct offer *o)
{
	return money_format(out, o->price_minor, o->currency);
}

static bool prices_agree(const struct offer *a, const struct offer *b)
{
	if (*a->currency && *b->currency && strcmp(a->currency, b->currency) != 0)
		return false;
	return a->price_minor == b->price_minor ||
	       currency_decimals(a->currency) != currency_decimals(b->currency);
}

static const struct offer *priced_alike(const struct product *p, const struct offer *o)
{
	for (size_t i = 0; i < p->n_offers; i++) {
		if (p->offers[i].price_minor != FACT_UNKNOWN && prices_agree(&p->offers[i], o))
			return &p->offers[i];
	}
	return NULL;
}

static bool variant_priced_alike(const struct product *p, const struct offer *o)
{
	for (size_t i = 0; i < p->n_variants; i++) {
		if (priced_alike(&p->variants[i], o))
			return true;
	}
	return false;
}

static void compare_offers(struct facts *f, const struct product *a, const struct product *b)
{
	const struct offer *x = a->offers, *y = b->offers;
	char one[MONEY_TEXT], other[MONEY_TEXT];

	if (a->n_offers && b->n_offers && x->price_minor != FACT_UNKNOWN &&
	    y->price_minor != FACT_UNKNOWN && !priced_alike(a, y) && !variant_priced_alike(a, y))
		facts_warn(f, "disagreement", "price: %s by %s, %s by %s", price_text(one, x),
			   product_source_name(x->source), price_text(other, y),
			   product_source_name(y->source));
	if (a->n_offers == 1 && b->n_offers == 1 && x->availability && y->availability &&
	    x->availability != y->availability)
		facts_warn(f, "disagreement", "availability: %s by %s, %s by %s",
			   availability_word(x->availability), product_source_name(x->source),
			   availability_word(y->availability), product_source_name(y->source));
}

/* ---- together ------------------------------------------------------------------------------ */

static void take_offers(struct product *a, struct product *b)
{
	struct offer *x = a->offers, *y = b->offers;

	if (!a->n_offers && !a->n_variants) {
		free(a->offers);
		a->offers = b->offers;
		a->n_offers = b->n_offers;
		b->offers = NULL;
		b->n_offers = 0;
		return;
	}
	if (a->n_offers != 1 || b->n_offers != 1)
		return;
	if (x->price_minor == FACT_UNKNOWN && y->price_minor != FACT_UNKNOWN &&
	    (!*x->currency || !strcmp(x->currency, y->currency))) {
		x->price_minor = y->price_minor;
		x->price_to_minor = y->price_to_minor;
		memcpy(x->currency, y->currency, sizeof x->currency);
		x->source = y->source;
	}
	if (!*x->currency && x->price_minor == y->price_minor)
		memcpy(x->currency, y->currency, sizeof x->currency);
	if (x->list_minor == FACT_UNKNOWN && !strcmp(x->currency, y->currency))
		x->list_minor = y->list_minor;
	if (!x->availability)
		x->availability = y->availability;
	if (!x->condition)
		x->condition = y->condition;
	if (!x->seller) {
		x->seller = y->seller;
		y->seller = NULL;
	}
}

static void merge_product(struct facts *f, struct product *a, struct product *b)
{
	compare_texts(f, a, b);
	compare_offers(f, a, b);
	for (size_t i = 0; i < PRODUCT_FIELDS; i++) {
		if (a->text[i].s)
			continue;
		a->text[i] = b->text[i];
		b->text[i].s = NULL;
	}
	take_offers(a, b);
	if (!a->rating_source) {
		a->rating_x100 = b->rating_x100;
		a->best_x100 = b->best_x100;
		a->rating_count = b->rating_count;
		a->rating_source = b->rating_source;
	}
	if (!a->n_reviews) {
		free(a->reviews);
		a->reviews = b->reviews;
		a->n_reviews = b->n_reviews;
		a->reviews_source = b->reviews_source;
		b->reviews = NULL;
		b->n_reviews = 0;
	}
	for (size_t i = 0; i < b->n_others; i++)
		product_set_other(a, b->others[i].name, b->others[i].text);
	if (!a->n_variants) {
		free(a->variants);
		a->variants = b->variants;
		a->n_variants = b->n_variants;
		b->variants = NULL;
		b->n_variants = 0;
	}
}

static void take_product(struct facts *f, struct product *from)
{
	struct product *p = facts_add_product(f, FACTS_PAGE_PRODUCTS_MAX), empty;

	if (!p)
		return;
	empty = *p;
	*p = *from;
	*from = empty;
}

void facts_merge(struct facts *f, struct facts *from)
{
	size_t before = f->n_products;
	bool alone = before == 1 && from->n_products == 1;

	for (size_t i = 0; i < from->n_products; i++) {
		struct product *p = &from->products[i];
		/* Those of this source too: a page may say it twice. */
		struct product *same = find(f, alone ? before : f->n_products, p, alone);
		/* What meta elements say is of the page, not of one of many. */
		bool lost = !same && before > 1 && from->sources[SOURCE_OPENGRAPH];

		if (same)
			merge_product(f, same, p);
		else if (!lost)
			take_product(f, p);
	}
	for (size_t i = 0; i < SOURCES; i++)
		f->sources[i] |= from->sources[i];
	for (size_t i = 0; i < from->n_links; i++)
		facts_add_link(f, from->links[i]);
	facts_set_next_page(f, from->next_page);
	if (from->recipe) {
		free(f->recipe);
		f->recipe = from->recipe;
		from->recipe = NULL;
	}
	for (size_t i = 0; i < from->n_warnings; i++)
		facts_warn(f, from->warnings[i].code, "%s", from->warnings[i].text);
}

static void judge(struct facts *f, const struct product *p)
{
	const char *name = text(p, FIELD_NAME) ? text(p, FIELD_NAME) : "a product";

	for (size_t i = 0; i < p->n_offers; i++) {
		if (p->offers[i].price_minor == 0)
			facts_warn(f, "price_zero", "\"%.80s\": a price of 0 is doubtful", name);
		else if (p->offers[i].price_minor != FACT_UNKNOWN && !*p->offers[i].currency)
			facts_warn(
				f, "price_without_currency",
				"prices without a currency are doubtful: two decimals are assumed");
	}
	for (size_t i = 0; i < p->n_variants; i++)
		judge(f, &p->variants[i]);
}

void facts_judge(struct facts *f)
{
	for (size_t i = 0; i < f->n_products; i++)
		judge(f, &f->products[i]);
}
