#include "daemon/extract/product.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/extract/references.h"
#include "shared/gtin.h"
#include "shared/mem.h"
#include "shared/price.h"
#include "shared/text_safe.h"
#include "shared/url.h"

static const char *const source_names[SOURCES] = {
	[SOURCE_NONE] = "none",
	[SOURCE_SHOPIFY] = "shopify",
	[SOURCE_WOOCOMMERCE] = "woocommerce",
	[SOURCE_VENDURE] = "vendure",
	[SOURCE_JSON_LD] = "json-ld",
	[SOURCE_MICRODATA] = "microdata",
	[SOURCE_OPENGRAPH] = "opengraph",
	[SOURCE_FEED] = "feed",
	[SOURCE_RECIPE] = "recipe",
	[SOURCE_SITEMAP] = "sitemap",
};

static const char *const field_names[PRODUCT_FIELDS] = {
	[FIELD_NAME] = "name", [FIELD_SKU] = "sku",           [FIELD_GTIN] = "gtin",
	[FIELD_MPN] = "mpn",   [FIELD_BRAND] = "brand",       [FIELD_IMAGE] = "image",
	[FIELD_URL] = "url",   [FIELD_CATEGORY] = "category", [FIELD_GROUP] = "group",
};

const char *product_source_name(enum product_source s)
{
	return source_names[s];
}

const char *product_field_name(enum product_field f)
{
	return field_names[f];
}

/* ---- what is there ------------------------------------------------------------------------- */

void facts_init(struct facts *f, const char *page_url)
{
	*f = (struct facts){.page_url = page_url ? page_url : ""};
}

static void offer_fini(struct offer *o)
{
	free(o->seller);
	free(o->sku);
}

static void product_init(struct product *p)
{
	*p = (struct product){.rating_x100 = FACT_UNKNOWN,
			      .best_x100 = FACT_UNKNOWN,
			      .rating_count = FACT_UNKNOWN};
}

static void review_fini(struct review *r)
{
	free(r->author);
	free(r->text);
	free(r->date);
}

static void product_fini(struct product *p)
{
	for (size_t i = 0; i < p->n_reviews; i++)
		review_fini(&p->reviews[i]);
	for (size_t i = 0; i < PRODUCT_FIELDS; i++)
		free(p->text[i].s);
	for (size_t i = 0; i < p->n_offers; i++)
		offer_fini(&p->offers[i]);
	for (size_t i = 0; i < p->n_variants; i++)
		product_fini(&p->variants[i]);
	for (size_t i = 0; i < p->n_others; i++) {
		free(p->others[i].name);
		free(p->others[i].text);
	}
	free(p->offers);
	free(p->reviews);
	free(p->variants);
	free(p->others);
}

void facts_fini(struct facts *f)
{
	for (size_t i = 0; i < f->n_products; i++)
		product_fini(&f->products[i]);
	for (size_t i = 0; i < f->n_warnings; i++)
		free(f->warnings[i].text);
	for (size_t i = 0; i < f->n_entries; i++) {
		free(f->entries[i].loc);
		free(f->entries[i].lastmod);
	}
	free(f->products);
	free(f->warnings);
	for (size_t i = 0; i < f->n_links; i++)
		free(f->links[i]);
	free(f->entries);
	free(f->links);
	free(f->next_page);
	free(f->recipe);
	free(f->places);
	facts_init(f, f->page_url);
}

/* Room for one more: capacities are powers of two, so none is kept. */
static void *grow(void *array, size_t n, size_t size)
{
	return n & (n - 1) ? array : mem_array(array, n ? 2 * n : 1, size);
}

/* Product or entry n begins there. */
static void keep_place(struct facts *f, size_t n)
{
	if (!f->is_list)
		return;
	f->places = grow(f->places, n, sizeof *f->places);
	f->places[n] = f->place;
}

struct product *facts_add_product(struct facts *f, size_t max)
{
	if (f->n_products >= max) {
		facts_warn(f, "too_many_products", "only the first %zu products are read", max);
		return NULL;
	}
	keep_place(f, f->n_products);
	f->products = grow(f->products, f->n_products, sizeof *f->products);
	product_init(&f->products[f->n_products]);
	return &f->products[f->n_products++];
}

void facts_drop_product(struct facts *f)
{
	product_fini(&f->products[--f->n_products]);
}

struct product *product_add_variant(struct facts *f, struct product *p)
{
	if (p->n_variants == FACTS_VARIANTS_MAX) {
		facts_warn(f, "too_many_variants", "only the first %d variants are read",
			   FACTS_VARIANTS_MAX);
		return NULL;
	}
	p->variants = grow(p->variants, p->n_variants, sizeof *p->variants);
	product_init(&p->variants[p->n_variants]);
	return &p->variants[p->n_variants++];
}

struct offer *product_add_offer(struct facts *f, struct product *p, enum product_source source)
{
	if (p->n_offers == FACTS_OFFERS_MAX) {
		facts_warn(f, "too_many_offers", "only the first %d offers are read",
			   FACTS_OFFERS_MAX);
		return NULL;
	}
	p->offers = grow(p->offers, p->n_offers, sizeof *p->offers);
	p->offers[p->n_offers] = (struct offer){.price_minor = FACT_UNKNOWN,
						.price_to_minor = FACT_UNKNOWN,
						.list_minor = FACT_UNKNOWN,
						.shipping_minor = FACT_UNKNOWN,
						.count = FACT_UNKNOWN,
						.source = source};
	return &p->offers[p->n_offers++];
}

void product_drop_offer(struct product *p)
{
	offer_fini(&p->offers[--p->n_offers]);
}

struct review *product_add_review(struct product *p, enum product_source source)
{
	if (p->n_reviews == FACTS_REVIEWS_MAX)
		return NULL;
	p->reviews = grow(p->reviews, p->n_reviews, sizeof *p->reviews);
	p->reviews[p->n_reviews] = (struct review){.rating_x100 = FACT_UNKNOWN};
	p->reviews_source = source;
	return &p->reviews[p->n_reviews++];
}

void product_drop_review(struct product *p)
{
	review_fini(&p->reviews[--p->n_reviews]);
}

void facts_warn(struct facts *f, const char *code, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < f->n_warnings; i++) {
		if (!strcmp(f->warnings[i].code, code) && !strcmp(f->warnings[i].text, text))
			return;
	}
	if (f->n_warnings == FACTS_WARNINGS_MAX)
		return;
	f->warnings = grow(f->warnings, f->n_warnings, sizeof *f->warnings);
	f->warnings[f->n_warnings++] =
		(struct fact_warning){code, text_safe_dup(text, strlen(text), sizeof text)};
}

/* ---- foreign text -------------------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static char *text_of(const char *text, size_t max)
{
	size_t n = 0, len = strnlen(text, 4 * max);
	char *flat = mem_alloc(len + 1), *safe;

	for (size_t i = 0; i < len; i++) {
		if (!is_blank(text[i]))
			flat[n++] = text[i];
		else if (n && flat[n - 1] != ' ')
			flat[n++] = ' ';
	}
	while (n && flat[n - 1] == ' ')
		n--;
	safe = n ? text_safe_dup(flat, n, max) : NULL;
	free(flat);
	if (safe && !*safe) {
		free(safe);
		return NULL;
	}
	return safe;
}

char *fact_text(const char *text)
{
	return text ? text_of(text, FACTS_TEXT_MAX) : NULL;
}

char *fact_text_from(const char *text, enum product_source source)
{
	bool escaped = source == SOURCE_JSON_LD || source == SOURCE_WOOCOMMERCE;
	struct buf plain;
	char *out;

	if (!text || !escaped || !strchr(text, '&'))
		return fact_text(text);
	plain = BUF_INIT(8 * FACTS_TEXT_MAX);
	references_decode(text, strnlen(text, 4 * FACTS_TEXT_MAX), &plain);
	out = fact_text(buf_str(&plain));
	buf_fini(&plain);
	return out;
}

/* As it is when there is nothing to resolve it against; NULL for javascript: and the like. */
static char *address_of(const struct facts *f, const char *text)
{
	char full[URL_MAX + HOST_MAX + 16], *trimmed = text_of(text, FACTS_URL_MAX), *out = NULL;
	struct url base, u;

	if (!trimmed)
		return NULL;
	if ((!url_parse(f->page_url, &base, NULL) && !url_resolve(&base, trimmed, &u, NULL)) ||
	    !url_parse(trimmed, &u, NULL))
		out = mem_strdup(url_format(&u, full, sizeof full));
	else if (!*f->page_url && !memchr(trimmed, ':', strcspn(trimmed, "/?#")))
		return trimmed;
	free(trimmed);
	return out;
}

static char *gtin_of(struct facts *f, const char *text)
{
	char *trimmed = fact_text(text), gtin[GTIN_TEXT];
	struct error e = {0};

	if (!trimmed)
		return NULL;
	if (gtin_read(trimmed, gtin, &e))
		facts_warn(f, "gtin_invalid", "%s", e.text);
	free(trimmed);
	return *gtin ? mem_strdup(gtin) : NULL;
}

void product_set(struct facts *f, struct product *p, enum product_field field, const char *text,
		 enum product_source source)
{
	struct product_text *t = &p->text[field];

	if (!text || t->s)
		return;
	if (field == FIELD_IMAGE || field == FIELD_URL)
		t->s = address_of(f, text);
	else
		t->s = field == FIELD_GTIN ? gtin_of(f, text) : fact_text_from(text, source);
	t->source = t->s ? source : SOURCE_NONE;
}

void product_set_other(struct product *p, const char *name, const char *text)
{
	char *safe = fact_text(text);

	if (!safe || p->n_others == FACTS_OTHERS_MAX || product_other(p, name)) {
		free(safe);
		return;
	}
	p->others = grow(p->others, p->n_others, sizeof *p->others);
	p->others[p->n_others++] = (struct product_other){mem_strdup(name), safe};
}

const char *product_other(const struct product *p, const char *name)
{
	for (size_t i = 0; i < p->n_others; i++) {
		if (!strcmp(p->others[i].name, name))
			return p->others[i].text;
	}
	return NULL;
}

void facts_add_link(struct facts *f, const char *text)
{
	char *address = text ? address_of(f, text) : NULL;
	bool full = f->n_links == FACTS_LINKS_MAX ||
		    (address && f->links_bytes + strlen(address) > FACTS_LINKS_BYTES);

	for (size_t i = 0; address && i < f->n_links; i++) {
		if (strcmp(f->links[i], address) != 0)
			continue;
		free(address);
		return;
	}
	if (!address || full) {
		if (full)
			facts_warn(f, "too_many_links", "only the first %zu links are read",
				   f->n_links);
		free(address);
		return;
	}
	f->links = grow(f->links, f->n_links, sizeof *f->links);
	f->links[f->n_links++] = address;
	f->links_bytes += strlen(address);
}

void facts_set_next_page(struct facts *f, const char *text)
{
	if (text && !f->next_page)
		f->next_page = address_of(f, text);
}

void facts_add_entry(struct facts *f, const char *loc, const char *lastmod)
{
	char *address = loc ? address_of(f, loc) : NULL;

	if (!address) {
		facts_warn(f, "loc_invalid", "an entry's address is missing or not one");
		return;
	}
	if (f->n_entries == FACTS_ENTRIES_MAX) {
		facts_warn(f, "too_many_entries", "only the first %d entries are read",
			   FACTS_ENTRIES_MAX);
		free(address);
		return;
	}
	keep_place(f, f->n_entries);
	f->entries = grow(f->entries, f->n_entries, sizeof *f->entries);
	f->entries[f->n_entries++] = (struct sitemap_entry){address, fact_text(lastmod)};
}

/* ---- figures ------------------------------------------------------------------------------- */

void offer_set_currency(struct facts *f, struct offer *o, const char *text)
{
	char *s = fact_text(text);

	if (!s)
		return;
	for (char *p = s; *p; p++) {
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - ('a' - 'A'));
	}
	if (currency_known(s))
		snprintf(o->currency, sizeof o->currency, "%s", s);
	else
		facts_warn(f, "currency_unknown", "\"%.20s\" is no currency of ISO 4217", s);
	free(s);
}

static bool price_of_people(struct offer *o, const char *text, int64_t *minor)
{
	struct price_hint hint = {o->currency};
	struct price price;

	if (price_parse(text, *o->currency ? &hint : NULL, &price, NULL))
		return false;
	if (!*o->currency && !price.assumed)
		snprintf(o->currency, sizeof o->currency, "%s", price.currency);
	if (strcmp(price.currency, o->currency) != 0 && *price.currency &&
	    currency_decimals(price.currency) != currency_decimals(o->currency))
		return false;
	*minor = price.minor;
	if (price.kind == PRICE_RANGE && minor == &o->price_minor)
		o->price_to_minor = price.minor_to;
	return true;
}

bool offer_read_price(struct facts *f, struct offer *o, const char *text, int64_t *minor)
{
	char *s = fact_text(text);
	bool exact = true, fine;

	if (!s)
		return false;
	fine = money_from_decimal(s, o->currency, minor, &exact) || price_of_people(o, s, minor);
	if (!fine) {
		*minor = FACT_UNKNOWN;
		facts_warn(f, "price_unreadable", "\"%.60s\" is no price", s);
	} else if (!exact) {
		facts_warn(f, "price_rounded", "\"%.60s\" has more decimals than %s", s,
			   *o->currency ? o->currency : "money");
	}
	free(s);
	return fine;
}

/* "4.5", "4,5", "4.5/5": a hundredth of a figure. */
static int64_t hundredths(const char *text)
{
	char number[24];
	size_t n = 0;
	int64_t out;

	if (!text)
		return FACT_UNKNOWN;
	while (is_blank(*text))
		text++;
	for (; n < sizeof number - 1 && *text && strchr("0123456789.,", *text); text++)
		number[n++] = *text == ',' ? '.' : *text;
	number[n] = '\0';
	return money_from_decimal(number, "", &out, NULL) ? out : FACT_UNKNOWN;
}

/* "1,234" of a count is never a fraction. */
static int64_t count_of(const char *text)
{
	int64_t n = 0;
	bool any = false;

	for (; text && *text && n < INT64_C(100000000000); text++) {
		if (*text >= '0' && *text <= '9') {
			n = n * 10 + (*text - '0');
			any = true;
		} else if (any && !strchr(",. '", *text)) {
			break;
		}
	}
	return any ? n : FACT_UNKNOWN;
}

void product_set_rating(struct product *p, const char *value, const char *best, const char *count,
			enum product_source source)
{
	int64_t x100 = hundredths(value), best_x100 = hundredths(best);

	if (x100 < 0 || x100 > 100000 || p->rating_source)
		return;
	p->rating_x100 = x100;
	p->best_x100 = best_x100 > 0 && best_x100 <= 100000 ? best_x100 : FACT_UNKNOWN;
	p->rating_count = count_of(count);
	p->rating_source = source;
}

void review_set_rating(struct review *r, const char *value, const char *best)
{
	int64_t x100 = hundredths(value), of_x100 = hundredths(best);

	if (of_x100 <= 0 || of_x100 > 100000)
		of_x100 = 500;
	if (x100 >= 0 && x100 <= of_x100)
		r->rating_x100 = (2 * x100 * 500 + of_x100) / (2 * of_x100);
}
