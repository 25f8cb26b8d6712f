#pragma once
/* Simple selectors (shared/css_simple.h) answered while a page goes by, without a tree: the text of
 * the elements they find, or an attribute.
 *
 * Where a page is well-formed the answers are those of the tree (tree.h), attributes without a
 * value and blanks included. Where it is not they are a browser's rather than libxml2's: references
 * that need no semicolon or that HTML 4 did not know, &#128; as the euro sign, <source> and <track>
 * as void elements, "/>" as nothing, and what html_stack.h says. */
#include <stdbool.h>
#include <stddef.h>

#include "daemon/extract/frame.h"
#include "shared/css_simple.h"

struct html_query {
	const struct css_simple *css; /* borrowed until the next begin */
	const char *attribute;        /* NULL: the text; borrowed as well */
	bool place_only;              /* neither: only where the elements are */
	size_t values_max, bytes_max; /* of values, of one; 0: those of extract.h */
};

/** Where an element stands: its number in document order, and the first number behind it. */
struct html_place {
	uint32_t begin, end;
};

enum { HTML_PARTS_MAX = 256 }; /* of all the selectors together */

struct html_select;
/** Owner: the caller. */
struct html_select *html_select_new(void);
void html_select_free(struct html_select *s);

/** A new document.
 *  @return false: more than EXTRACT_QUERIES_MAX queries or HTML_PARTS_MAX parts; nothing is done */
bool html_select_begin(struct html_select *s, const struct html_query *queries, size_t n);
/** UTF-8 without NUL (charset.h), in pieces of any size. */
void html_select_feed(struct html_select *s, const char *bytes, size_t n);
/** @return false when the page passed a limit of the tokenizer or the stack: a tree knows better,
 * or there was nothing in it at all */
bool html_select_finish(struct html_select *s);
/** Add what query i has found, in document order; after finish. */
void html_select_found(const struct html_select *s, size_t i, struct found_writer *f);
/** The same one by one: how many values query i has, and each, borrowed until the next begin. An
 * element that is within another one has its begin between that one's begin and end. */
size_t html_select_count(const struct html_select *s, size_t i);
const char *html_select_value(const struct html_select *s, size_t i, size_t k,
			      struct html_place *place);
