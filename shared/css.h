#pragma once
/* CSS selectors -> XPath 1.0: level 3, and of level 4 :is, :where, :not and :has with lists of
 * complex selectors, `:nth-child(2n of S)`, the flags i and s of attributes; and :contains("text")
 * as in jQuery. What depends on a person at a screen (:hover, ::before) is refused.
 *
 * The expression finds nodes anywhere in the document, each once. In HTML names of elements and
 * attributes are compared in lower case; in XML as they are, an element's without its namespace. */
#include "shared/buf.h"
#include "shared/err.h"

enum { CSS_MAX_BYTES = 4096, CSS_XPATH_MAX = 64 << 10, CSS_DEPTH_MAX = 12 };

enum css_dialect { CSS_HTML, CSS_XML };

/** Append the XPath of a selector (or of several, with commas).
 *  @return ERR_INVALID with the character and what is wrong there. Pure; thread: any. */
enum err css_to_xpath(const char *selector, enum css_dialect dialect, struct buf *out,
		      struct error *e);
/** Only check it, for a form. */
enum err css_check(const char *selector, struct error *e);
