#pragma once
#include "daemon/extract/propose.h"
#include "daemon/extract/tree_internal.h"

enum { SELECTOR_MAX = 200, PROPOSE_ELEMENTS_MAX = 60000 };

/** A selector that finds the node: alone or first of all within scope (NULL: the page).
 *  @return false: none that is short and lasting */
bool selector_for(struct tree *t, xmlNode *node, xmlNode *scope, char out[static SELECTOR_MAX]);
/** One that finds all of these (siblings of a kind), and no others but of their kind. */
bool selector_of_all(struct tree *t, xmlNode *const *nodes, size_t n,
		     char out[static SELECTOR_MAX]);
/** How many nodes a selector finds within scope; *first the first of them. */
size_t selector_count(struct tree *t, const char *selector, xmlNode *scope, xmlNode **first);

/** An attribute's value; "" when it is not there. Borrowed until free() of *hold. */
const char *node_attribute(xmlNode *node, const char *name, xmlChar **hold);
/** Has its class, id, itemprop, name or a data attribute's name one of the words in it? */
bool node_speaks_of(xmlNode *node, const char *const *words);
bool node_is(const xmlNode *node, const char *name);
bool node_within(const xmlNode *node, const xmlNode *around);
