#pragma once
#include <libxml/tree.h>

#include "daemon/extract/tree.h"

struct tree {
	xmlDoc *doc;
	bool xml;
};

/** The text of a node as a person sees it: blanks collapsed, a line for each block element;
 *  scripts and styles only when they are the node itself, then as they are. */
void tree_text(const struct tree *t, const xmlNode *node, struct buf *out);
