#pragma once
/* Microdata (WHATWG HTML, 5) from a stream of elements: items as JSON. */
#include <jansson.h>

#include "daemon/extract/html_stack.h"

struct microdata;
/** Owner: the caller. */
struct microdata *microdata_new(void);
void microdata_free(struct microdata *m);
/** Before the first element: which of the page's ids itemrefs name. They may name what comes before
 *  them. */
void microdata_expect(struct microdata *m, const char *text, size_t len);
void microdata_open(struct microdata *m, const struct html_element *e, const struct html_tag *tag);
void microdata_close(struct microdata *m, const struct html_element *e);
/** Of a text that is shown: not of scripts. */
void microdata_text(struct microdata *m, const char *s, size_t n);
/** Is text wanted now? */
bool microdata_listens(const struct microdata *m);
/** At the end: the top items, a new reference. An item may be in several places, never in itself.
 */
json_t *microdata_take(struct microdata *m);

/** The attribute's value, or NULL. */
const char *html_attribute_of(const struct html_tag *tag, const char *name);
