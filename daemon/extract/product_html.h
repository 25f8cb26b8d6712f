#pragma once
/* One pass over a page: what its scripts of JSON-LD, its microdata and its meta elements say. */
#include <jansson.h>

#include "daemon/extract/product.h"

enum { HTML_SCRIPTS_MAX = 100 };

/** What OpenGraph and its product extensions are asked for. */
enum og_field {
	OG_TYPE,
	OG_TITLE,
	OG_IMAGE,
	OG_URL,
	OG_BRAND,
	OG_SKU,
	OG_MPN,
	OG_GTIN,
	OG_CATEGORY,
	OG_PRICE,
	OG_SALE_PRICE,
	OG_LIST_PRICE,
	OG_CURRENCY,
	OG_AVAILABILITY,
	OG_CONDITION,
	OG_RATING,
	OG_RATING_BEST,
	OG_RATING_COUNT,
	OG_FIELDS,
};

struct html_page {
	char *scripts[HTML_SCRIPTS_MAX]; /* of JSON-LD, as they are */
	size_t script_len[HTML_SCRIPTS_MAX];
	size_t n_scripts;
	json_t *items;       /* microdata: an array of {"@type": [...], property: [...]} */
	char *og[OG_FIELDS]; /* NULL: not there */
	char *base;          /* <base href>, NULL: none */
};

/** @param text  UTF-8 */
void html_page_read(const char *text, size_t len, struct html_page *out);
void html_page_fini(struct html_page *p);
/** The page's own product by its meta elements, if they say that it is one. */
void html_page_opengraph(struct facts *f, const struct html_page *p);
