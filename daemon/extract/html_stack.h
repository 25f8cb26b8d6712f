#pragma once
/* The elements that are open while a page goes by: tokens (html_token.h) in, elements out, with the
 * end tags that people leave out, as far as selectors can see them: html, head and body that nobody
 * wrote; p, li, dt and dd, options, headings, what tables are made of; void elements; svg and math.
 *
 * Not what a whole tree would need: nothing is moved (text and elements straight in a table stay
 * there), formatting that is closed in the wrong order is not opened again, no tbody is made up. */
#include <stdbool.h>
#include <stddef.h>

#include "daemon/extract/html_names.h"
#include "daemon/extract/html_token.h"

enum { HTML_DEPTH_MAX = 512 }; /* a deeper one stands beside the one before it, as in browsers */

struct html_element {
	const struct html_name *known; /* NULL: no element of HTML, or one of svg or math */
	const char *name;              /* in lower case; ends in NUL */
	size_t name_len;
	size_t depth; /* of the root 0 */
};

struct html_stack_sink {
	/** tag has the attributes; of an element that nobody wrote none. */
	void (*open)(void *arg, const struct html_element *e, const struct html_tag *tag);
	/** The innermost open one, which is not open any more. */
	void (*close)(void *arg, const struct html_element *e);
	/** A part of the text in the innermost element. */
	void (*text)(void *arg, const char *s, size_t n);
	/** As in html_token.h. */
	bool (*wants)(void *arg, const char *name, size_t len);
};

struct html_stack;
/** sink is borrowed. Owner: the caller. */
struct html_stack *html_stack_new(const struct html_stack_sink *sink, void *arg);
void html_stack_free(struct html_stack *s);
/** Another document; memory is kept. */
void html_stack_reset(struct html_stack *s);
void html_stack_feed(struct html_stack *s, const char *bytes, size_t n);
/** Closes all. */
void html_stack_finish(struct html_stack *s);
/** Nobody wants text now: from open() or close(), or before the first byte. */
void html_stack_mute(struct html_stack *s, bool mute);
/** Are the elements not all as they should be: a limit was passed, or a title, script or the like
 * did not end and took all that followed? */
bool html_stack_was_cut(const struct html_stack *s);
/** What is known of an element of that name, NULL: nothing. */
const struct html_name *html_stack_name(const struct html_stack *s, const char *name, size_t len);
