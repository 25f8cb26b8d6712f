#pragma once
/* One document of any kind -> facts as JSON: what `sellersmart extract` prints. */
#include "daemon/extract/charset.h"
#include "shared/err.h"

struct product_request {
	const char *document;
	size_t len;
	const char *content_type; /* NULL: not known */
	const char *url;          /* of the page; "" */
	size_t from;              /* products or entries to leave out */
};

/** Never fails on what a document says: what it does not understand is a warning.
 *  @param out  empty; its maximum is the answer's
 *  @return ERR_MALFORMED only for a document that cannot be read at all (compressed, and broken) */
enum err product_read(const struct charsets *charsets, const struct product_request *r,
		      struct buf *out, struct error *e);
