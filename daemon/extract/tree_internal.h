#pragma once
#include <libxml/tree.h>
#include <libxml/xpath.h>

#include "daemon/extract/tree.h"

struct tree {
	xmlDoc *doc;
	bool xml;
};

/** The text of a node as a person sees it: blanks collapsed, a line for each block element;
 *  scripts and styles only when they are the node itself, then as they are. */
void tree_text(const struct tree *t, const xmlNode *node, struct buf *out);

/** What a node says: an element's attribute or text, an attribute's value, as much as out takes.
 *  @return false: it has no such attribute */
bool tree_value(const struct tree *t, xmlNode *node, const char *attribute, struct buf *out);

/** For expressions on the document; context->node is the root. NULL: no memory. Faults of what is
 *  evaluated with it go to e. xmlXPathFreeContext(). */
xmlXPathContext *tree_context(struct tree *t, struct error *e);
/** @return NULL with e filled; xmlXPathFreeObject(). context may be NULL. */
xmlXPathObject *tree_evaluate(xmlXPathContext *context, struct path *p, struct error *e);
