#pragma once
/* Microdata (WHATWG HTML, 5) from a stream of tags: items as JSON. Open elements are kept as far as
 * items and the text of properties need it; end tags that are missing are taken as browsers take
 * them, in the usual cases. */
#include <jansson.h>

#include "daemon/extract/html_token.h"

struct microdata;
/** Owner: the caller. */
struct microdata *microdata_new(void);
void microdata_free(struct microdata *m);
void microdata_tag(struct microdata *m, const struct html_tag *tag);
/** Of a text that is shown: not of scripts. */
void microdata_text(struct microdata *m, const char *s, size_t n);
/** Is text wanted now? */
bool microdata_listens(const struct microdata *m);
/** At the end: the top items, a new reference. */
json_t *microdata_take(struct microdata *m);

/** The attribute's value, or NULL. */
const char *html_attribute_of(const struct html_tag *tag, const char *name);
