#pragma once
/* What a page said, flat: one sighting for each listing. A product whose variants have a price or a
 * SKU of their own is as many listings (a family); several sellers' offers of one product are one
 * listing with an offer for each seller. Pure. */
#include "daemon/catalog/catalog.h"
#include "shared/money.h"
#include "shared/product_terms.h"

#define UNKNOWN INT64_C(-1)
enum { SIGHTINGS_MAX = 50000, REVIEW_KEY_BYTES = 16 };

enum sighting_text {
	TEXT_URL,
	TEXT_TITLE,
	TEXT_BRAND,
	TEXT_GTIN,
	TEXT_MPN,
	TEXT_SKU,
	TEXT_IMAGE,
	TEXT_CATEGORY,
	TEXT_FAMILY,
	SIGHTING_TEXTS,
};

/** What one seller asks. Figures are UNKNOWN where nothing is said. */
struct terms {
	int64_t price, price_to, list, shipping;
	char currency[CURRENCY_TEXT];
	enum availability availability;
	enum condition condition;
	int buy_box, rank, source; /* buy_box, rank: -1 not said */
};

struct sold {
	char *seller; /* "": the site itself */
	struct terms terms;
};

struct seen_review {
	uint8_t key[REVIEW_KEY_BYTES]; /* of author, day and text: nothing else of who wrote it */
	int64_t at_ms;                 /* 0: not said */
	int64_t rating_x100;
	char *text;
};

struct sighting {
	char *key;                  /* the listing's name in its site */
	char *text[SIGHTING_TEXTS]; /* "" is nothing */
	struct sold *sold;          /* at least one, one a seller, as the page has them */
	size_t n_sold;
	int64_t rating_x100, reviews;
	int source;
	struct seen_review *review;
	size_t n_reviews;
	struct match_found *found; /* which product it is; NULL: not asked yet */
};

struct sightings {
	struct sighting *all;
	size_t n;
};
void sightings_make(struct sightings *s, const struct observation *o, const struct facts *facts);
void sightings_fini(struct sightings *s);
void sighting_fini(struct sighting *s);
