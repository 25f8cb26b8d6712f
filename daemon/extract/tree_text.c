/* Text of an element of a tree. */
#include <string.h>

#include "daemon/extract/text_writer.h"
#include "daemon/extract/tree_internal.h"

static int role_of(const struct tree *t, const xmlNode *node)
{
	return t->xml || node->type != XML_ELEMENT_NODE ? TEXT_INLINE
							: text_role((const char *)node->name);
}

static void add(struct text_writer *w, const xmlNode *node)
{
	const char *text = (const char *)node->content;

	if (text)
		text_add(w, text, strlen(text));
}

/* Into the node; false: its children are not looked at. */
static bool enter(struct text_writer *w, const struct tree *t, const xmlNode *node)
{
	int role = role_of(t, node);

	if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
		add(w, node);
	if (node->type != XML_ELEMENT_NODE)
		return false;
	text_enter(w, role);
	return !(role & TEXT_HIDDEN);
}

static void add_raw(struct text_writer *w, const xmlNode *node)
{
	for (const xmlNode *child = node->children; child; child = child->next) {
		if (child->content)
			text_add_raw(w, (const char *)child->content,
				     strlen((const char *)child->content));
	}
}

/* Without recursion: a page may nest a hundred thousand elements. */
void tree_text(const struct tree *t, const xmlNode *node, struct buf *out)
{
	struct text_writer w = {.out = out};
	const xmlNode *at = node->children;

	if (node->type != XML_ELEMENT_NODE) {
		add(&w, node);
		return;
	}
	if (role_of(t, node) & TEXT_RAW) {
		add_raw(&w, node);
		return;
	}
	while (at && !out->overflow) {
		if (enter(&w, t, at) && at->children) {
			at = at->children;
			continue;
		}
		text_leave(&w, role_of(t, at));
		while (!at->next && at->parent != node) {
			at = at->parent;
			text_leave(&w, role_of(t, at));
		}
		at = at->next;
	}
}
