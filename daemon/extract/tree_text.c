/* Text of an element: what is on the screen, more or less, whatever the markup's own blanks. */
#include <stdlib.h>
#include <string.h>

#include "daemon/extract/tree_internal.h"
#include "shared/mem.h"

struct text_writer {
	struct buf *out;
	bool space, line; /* wanted before the next word */
};

static int by_name(const void *a, const void *b)
{
	return strcmp(a, *(const char *const *)b);
}

static bool is_in(const xmlNode *node, const char *const *names, size_t n)
{
	return bsearch(node->name, names, n, sizeof *names, by_name) != NULL;
}

/* Elements that begin and end a line; sorted. */
static bool is_block(const xmlNode *node)
{
	static const char *const names[] = {
		"address",  "article",    "aside",  "blockquote", "body",    "caption", "center",
		"dd",       "details",    "dialog", "dir",        "div",     "dl",      "dt",
		"fieldset", "figcaption", "figure", "footer",     "form",    "h1",      "h2",
		"h3",       "h4",         "h5",     "h6",         "header",  "hgroup",  "hr",
		"html",     "legend",     "li",     "main",       "menu",    "nav",     "ol",
		"optgroup", "option",     "p",      "pre",        "section", "summary", "table",
		"tbody",    "tfoot",      "thead",  "tr",         "ul",
	};

	return is_in(node, names, ARRAY_LEN(names));
}

/* Elements whose contents nobody sees; sorted. */
static bool is_hidden(const xmlNode *node)
{
	static const char *const names[] = {"head", "noscript", "script", "style", "template"};

	return is_in(node, names, ARRAY_LEN(names));
}

static bool is_raw(const xmlNode *node)
{
	return !strcmp((const char *)node->name, "script") ||
	       !strcmp((const char *)node->name, "style");
}

/* Length of the blank at s: ASCII's, or the no-break space that shops put into prices. */
static size_t blank_length(const char *s)
{
	if (*s && strchr(" \t\r\n\f\v", *s))
		return 1;
	return !strncmp(s, "\xC2\xA0", 2) ? 2 : 0;
}

static size_t word_length(const char *s)
{
	size_t n = 0;

	while (s[n] && !blank_length(s + n))
		n++;
	return n;
}

static void add_words(struct text_writer *w, const char *s)
{
	while (*s && !w->out->overflow) {
		size_t n = blank_length(s);

		if (n) {
			w->space = true;
			s += n;
			continue;
		}
		n = word_length(s);
		if (w->out->len && w->line)
			buf_add_char(w->out, '\n');
		else if (w->out->len && w->space)
			buf_add_char(w->out, ' ');
		w->line = w->space = false;
		if (n > EXTRACT_VALUE_BYTES)
			n = EXTRACT_VALUE_BYTES; /* found_add cuts it at a character */
		buf_add(w->out, s, n);
		s += n;
	}
}

static void at_edge(struct text_writer *w, const xmlNode *node)
{
	if (is_block(node))
		w->line = true;
	else if (!strcmp((const char *)node->name, "td") || !strcmp((const char *)node->name, "th"))
		w->space = true;
}

/* Into the node; false: its children are not looked at. */
static bool enter(struct text_writer *w, const struct tree *t, const xmlNode *node)
{
	if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
		add_words(w, (const char *)node->content);
		return false;
	}
	if (node->type != XML_ELEMENT_NODE)
		return false;
	if (t->xml)
		return true;
	at_edge(w, node);
	if (!strcmp((const char *)node->name, "br"))
		w->line = true;
	return !is_hidden(node);
}

static void leave(struct text_writer *w, const struct tree *t, const xmlNode *node)
{
	if (!t->xml && node->type == XML_ELEMENT_NODE)
		at_edge(w, node);
}

static void add_raw(const xmlNode *node, struct buf *out)
{
	for (const xmlNode *child = node->children; child; child = child->next) {
		if (child->content)
			buf_add_str(out, (const char *)child->content);
	}
}

/* Without recursion: a page may nest a hundred thousand elements. */
void tree_text(const struct tree *t, const xmlNode *node, struct buf *out)
{
	struct text_writer w = {.out = out};
	const xmlNode *at = node->children;

	if (node->type != XML_ELEMENT_NODE) {
		if (node->content)
			add_words(&w, (const char *)node->content);
		return;
	}
	if (!t->xml && is_raw(node)) {
		add_raw(node, out);
		return;
	}
	while (at && !out->overflow) {
		if (enter(&w, t, at) && at->children) {
			at = at->children;
			continue;
		}
		leave(&w, t, at);
		while (!at->next && at->parent != node) {
			at = at->parent;
			leave(&w, t, at);
		}
		at = at->next;
	}
}
