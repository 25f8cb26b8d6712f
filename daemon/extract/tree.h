#pragma once
/* HTML and XML as trees (libxml2), and XPath 1.0 on them. In a worker: an expression may run for
 * very long. */
#include "daemon/extract/charset.h"
#include "daemon/extract/frame.h"

struct tree;
struct path; /* a compiled XPath */

/** Is the document XML, by its content type, else by its first bytes? XHTML is read as HTML. */
bool tree_is_xml(const char *document, size_t len, const char *content_type);

/** Anything gives some tree, as in a browser; no network, no entities of the document's own.
 *  @return NULL with e (ERR_MALFORMED) filled when there is nothing at all. Owner: the caller. */
struct tree *tree_read(const struct charsets *charsets, const char *document, size_t len,
		       const char *content_type, struct error *e);
void tree_free(struct tree *t);

/** @return NULL with e filled: what is wrong and at which character. Owner: the caller. */
struct path *path_compile(const char *text, struct error *e);
void path_free(struct path *p);

/** Evaluate it on the document. Prefixes that the root element declares are known, its default
 *  namespace as "default". Nodes come in document order, each once.
 *  @param attribute  of elements: its value (elements without it are left out); NULL: their text */
void tree_find(struct tree *t, struct path *p, const char *attribute, struct found_writer *f);
