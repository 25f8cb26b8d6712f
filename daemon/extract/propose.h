#pragma once
/* A first recipe for a page: where its prices, title, image and availability are, by selectors that
 * a redesign of the page's looks should survive: ids, itemprops, data attributes and classes that
 * a person named, never a place among siblings. Pure; in a worker. */
#include "daemon/extract/charset.h"
#include "shared/buf.h"
#include "shared/err.h"

struct propose_request {
	const struct charsets *charsets;
	const char *document;
	size_t len;
	const char *content_type; /* NULL: not known */
	const char *url;          /* "" */
};

/** Writes {"recipe":{spec},"notes":[text]}: what was not found, and what to look at.
 *  @return ERR_MALFORMED: the page is none, or has no price and no title */
enum err propose(const struct propose_request *q, struct buf *out, struct error *e);
