#pragma once
/* What shops are made with that list their products by an API of their own. platforms/NAME.c
 * exports `const struct platform platform_NAME`, NAME as product_source_name() says it of what such
 * an API answers (daemon/extract/product.h): adding one is adding that file, and its reader there.
 *
 * A site that nobody knows yet is asked for the first page of each, in the order of their ranks. */
#include <stddef.h>
#include <stdint.h>

struct platform {
	const char *name, *title; /* "woocommerce", "WooCommerce" */
	int rank;                 /* the lower, the sooner is a site asked */
	int64_t page_products;    /* of a page; one of less is the last */
	int64_t small_products;   /* where that is too large an answer; divides it. 0: as it is */
	/** Of the n-th page, from 1, at the origin of the shop; heap. */
	char *(*path)(int64_t n, int64_t products);
	/* What says the currency where its products do not: asked before them; NULL. */
	const char *currency_path, *currency_jq;
};

extern const struct platform *const platform_table[]; /* by the Makefile; NULL at the end */

/** NULL: it is none. */
const struct platform *platform_find(const char *name);
/** The one that is asked after p, NULL: the first one; NULL after the last. */
const struct platform *platform_after(const struct platform *p);
/** Also of what is none of these: "its sitemap". */
const char *platform_title(const char *name);
