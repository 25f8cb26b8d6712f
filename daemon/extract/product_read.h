#pragma once
/* One document of any kind -> facts as JSON: what `sellersmart extract` prints. */
#include <stdint.h>

#include "daemon/extract/charset.h"
#include "shared/err.h"

struct html_select;
struct recipe;

struct product_request {
	const char *document;
	size_t len;
	const char *content_type; /* NULL: not known */
	const char *url;          /* of the page; "" */
	uint64_t from;            /* as in extract.h */
	uint32_t head_len;        /* as in extract.h: 0, or the document is a head and a piece */
	uint64_t piece_at;
	bool more;
	int64_t now_ms; /* wall time, for sales that begin and end; 0: not known */
	/** How this site is read besides; of pages, not of feeds and sitemaps. NULL: not at all. */
	struct recipe *recipe;
	struct html_select *select;     /* with a recipe: nobody else's meanwhile */
	const struct error *recipe_bad; /* there is one, but it cannot be used; NULL */
	bool only_recipe;               /* nothing but what it says, and how it came to that */
};

/** Never fails on what a document says: what it does not understand is a warning.
 *  @param out  empty; its maximum is the answer's
 *  @return ERR_MALFORMED only for a document that cannot be read at all (compressed, and broken);
 *  ERR_TOO_LARGE for a bomb, and for a long one of a kind that is not read in pieces */
enum err product_read(const struct charsets *charsets, const struct product_request *r,
		      struct buf *out, struct error *e);
