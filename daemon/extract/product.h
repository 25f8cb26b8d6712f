#pragma once
/* What a page, a feed or a shop's own API says about products. Pure; in a worker.
 *
 * Each way of saying it is read into facts of its own; facts_merge() puts them together in the
 * order of enum product_source: the first one that has a field wins, the later ones are compared,
 * and what differs is a warning. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/buf.h"
#include "shared/money.h"
#include "shared/product_terms.h"

enum {
	FACTS_PRODUCTS_MAX = 20000,
	FACTS_PAGE_PRODUCTS_MAX = 300, /* of an HTML page, where each is compared with each */
	FACTS_OFFERS_MAX = 100,        /* of a product */
	FACTS_VARIANTS_MAX = 250,
	FACTS_REVIEWS_MAX = 50,     /* of a product */
	FACTS_ENTRIES_MAX = 100000, /* of a sitemap; 50,000 is the format's own limit */
	FACTS_WARNINGS_MAX = 50,
	FACTS_TEXT_MAX = 500, /* bytes of a name, a SKU, ... */
	FACTS_URL_MAX = 2000,
	FACTS_OTHERS_MAX = 24,
	FACTS_LINKS_MAX = 1000,
	FACTS_LINKS_BYTES = 64 << 10, /* of all of them */
};

/** In order of trust. */
enum product_source {
	SOURCE_NONE,
	SOURCE_SHOPIFY,
	SOURCE_WOOCOMMERCE,
	SOURCE_VENDURE,
	SOURCE_JSON_LD,
	SOURCE_MICRODATA,
	SOURCE_OPENGRAPH,
	SOURCE_FEED,
	SOURCE_RECIPE, /* the user's own word of how a site is read; with override it is first */
	SOURCE_SITEMAP,
	SOURCES,
};
const char *product_source_name(enum product_source s);

enum product_field {
	FIELD_NAME,
	FIELD_SKU,
	FIELD_GTIN,
	FIELD_MPN,
	FIELD_BRAND,
	FIELD_IMAGE,
	FIELD_URL,
	FIELD_CATEGORY,
	FIELD_GROUP, /* what variants have in common */
	PRODUCT_FIELDS,
};
const char *product_field_name(enum product_field f);

#define FACT_UNKNOWN INT64_C(-1)

struct offer {
	int64_t price_minor, price_to_minor; /* to: the highest of several */
	int64_t list_minor;                  /* before the reduction */
	int64_t shipping_minor;
	int64_t count;                /* offers that this one stands for */
	char currency[CURRENCY_TEXT]; /* "": not said */
	enum availability availability;
	enum condition condition;
	char *seller, *sku; /* NULL: not said */
	enum product_source source;
};

struct review {
	char *author, *text;
	char *date;          /* as it is written, safe */
	int64_t rating_x100; /* of 500, whatever its own scale; FACT_UNKNOWN */
};

struct product {
	struct product_text {
		char *s; /* safe for a terminal */
		enum product_source source;
	} text[PRODUCT_FIELDS];
	struct offer *offers;
	size_t n_offers;
	int64_t rating_x100, best_x100, rating_count;
	enum product_source rating_source;
	struct review *reviews;
	size_t n_reviews;
	enum product_source reviews_source;
	struct product *variants;
	size_t n_variants;
	/* What a recipe reads beyond that; safe. */
	struct product_other {
		char *name, *text;
	} * others;
	size_t n_others;
};

struct sitemap_entry {
	char *loc;
	char *lastmod; /* as it is written, safe; NULL: not said */
};

struct fact_warning {
	const char *code; /* a literal: "price_zero" */
	char *text;
};

struct facts {
	const char *page_url; /* borrowed; addresses are resolved against it; "" */
	struct product *products;
	size_t n_products;
	bool sources[SOURCES];
	struct fact_warning *warnings;
	size_t n_warnings;
	bool is_sitemap, is_index;
	struct sitemap_entry *entries;
	size_t n_entries;
	/* Of a list (list.h), which is read in pieces. */
	bool is_list, continues; /* continues: not from its beginning */
	uint64_t place;          /* of the item that is read, in the document */
	uint64_t *places;        /* of each product or entry */
	uint64_t after;          /* where the next piece begins */
	/* Of a page that was read by a recipe. */
	char *recipe; /* JSON: what its fields found (recipe.h); NULL: there was none */
	char *next_page;
	char **links;
	size_t n_links, links_bytes;
};
#define FACTS_AFTER_NONE UINT64_MAX

void facts_init(struct facts *f, const char *page_url);
void facts_fini(struct facts *f);
/** NULL when there are max already (which is a warning). Valid until the next one. */
struct product *facts_add_product(struct facts *f, size_t max);
struct product *product_add_variant(struct facts *f, struct product *p);
struct offer *product_add_offer(struct facts *f, struct product *p, enum product_source source);
/** NULL when there are enough. */
struct review *product_add_review(struct product *p, enum product_source source);
/** Take the last one away again. */
void facts_drop_product(struct facts *f);
void product_drop_offer(struct product *p);
void product_drop_review(struct product *p);
void facts_add_entry(struct facts *f, const char *loc, const char *lastmod);
/** The same words are said once. */
void facts_warn(struct facts *f, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Foreign text comes in through these: bounded, blanks collapsed, made safe; NULL and "" are
 * nothing. */

/** A GTIN is checked, an address resolved; what is not one is a warning. A field that is there
 *  stays. */
void product_set(struct facts *f, struct product *p, enum product_field field, const char *text,
		 enum product_source source);
char *fact_text(const char *text);
/** The same; programs that write JSON for pages escape it for HTML, which is undone. */
char *fact_text_from(const char *text, enum product_source source);
void product_set_other(struct product *p, const char *name, const char *text);
/** NULL: it says none. */
const char *product_other(const struct product *p, const char *name);
/** An address that leads to a product, each once; to the next page of a list. */
void facts_add_link(struct facts *f, const char *text);
void facts_set_next_page(struct facts *f, const char *text);
void offer_set_currency(struct facts *f, struct offer *o, const char *text);
/** As programs write it, else as people do. The currency first: it says how many decimals.
 *  @return false: there is no price in it (a warning unless text is empty) */
bool offer_read_price(struct facts *f, struct offer *o, const char *text, int64_t *minor);
void product_set_rating(struct product *p, const char *value, const char *best, const char *count,
			enum product_source source);

/** "4", "4.5" of `best`, which is 5 when it is not said. */
void review_set_rating(struct review *r, const char *value, const char *best);

/** Take from's products and warnings into f, which has those of better sources. */
void facts_merge(struct facts *f, struct facts *from);
/** Prices that are doubtful: 0, without currency. Once, at the end. */
void facts_judge(struct facts *f);
/** One object; products from number `from` on (of a list: what was read), as many as fit. */
void facts_write(const struct facts *f, size_t from, struct buf *out);
/** Bytes of an answer that products and entries may have. */
size_t facts_room(const struct buf *out);
