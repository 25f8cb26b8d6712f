/* Selectors for nodes of a page. */
#include <libxml/xpathInternals.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/extract/propose_internal.h"
#include "shared/css.h"
#include "shared/mem.h"

enum { NAME_MAX_LEN = 40, NAMES_MAX = 12, ANCESTORS_MAX = 8 };

bool node_is(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && !strcasecmp((const char *)node->name, name);
}

bool node_within(const xmlNode *node, const xmlNode *around)
{
	while (node && node != around)
		node = node->parent;
	return node;
}

const char *node_attribute(xmlNode *node, const char *name, xmlChar **hold)
{
	*hold = xmlGetProp(node, (const xmlChar *)name);
	return *hold ? (const char *)*hold : "";
}

bool node_speaks_of(xmlNode *node, const char *const *words)
{
	static const char *const named[] = {"class", "id", "itemprop", "name"};

	for (const xmlAttr *a = node->properties; a; a = a->next) {
		const char *name = (const char *)a->name;
		bool data = !strncasecmp(name, "data-", 5), spoken = data;
		xmlChar *hold = NULL;
		const char *value = node_attribute(node, name, &hold);

		for (size_t i = 0; i < ARRAY_LEN(named); i++)
			spoken |= !strcasecmp(name, named[i]);
		for (const char *const *word = words; spoken && *word; word++) {
			if ((data && strcasestr(name, *word)) ||
			    (strlen(value) < 200 && strcasestr(value, *word))) {
				xmlFree(hold);
				return true;
			}
		}
		xmlFree(hold);
	}
	return false;
}

/* ---- names that last ------------------------------------------------------------------------ */

/* A name that a person gave: letters in words. Not css-1x2y3z, sc-bdVaJa, _3xYz, product-10234, nor
 * what only says how it looks. */
static bool lasts(const char *name, size_t len)
{
	static const char *const looks[] = {
		"col",  "row",  "mt",      "mb",        "ml",      "mr",     "mx",    "my",
		"pt",   "pb",   "pl",      "pr",        "px",      "py",     "text",  "flex",
		"grid", "w",    "h",       "d",         "p",       "m",      "font",  "bg",
		"is",   "has",  "js",      "sm",        "md",      "lg",     "xl",    "css",
		"sc",   "jss",  "float",   "clearfix",  "active",  "hidden", "first", "last",
		"odd",  "even", "visible", "container", "wrapper", "items",  "gap",   "rounded",
	};
	size_t digits = 0, letters = 0, vowels = 0, turns = 0, head = 0;

	if (len < 2 || len > NAME_MAX_LEN || !((name[0] | 0x20) >= 'a' && (name[0] | 0x20) <= 'z'))
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = name[i], lower = (char)(c | 0x20);

		if (!((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
		      c == '_'))
			return false;
		digits += c >= '0' && c <= '9';
		letters += lower >= 'a' && lower <= 'z';
		vowels += strchr("aeiouy", lower) != NULL;
		turns += i && c >= 'A' && c <= 'Z' && name[i - 1] >= 'a' && name[i - 1] <= 'z';
	}
	while (head < len && name[head] != '-' && name[head] != '_')
		head++;
	for (size_t i = 0; i < ARRAY_LEN(looks); i++) {
		if (strlen(looks[i]) == head && !strncasecmp(name, looks[i], head))
			return false;
	}
	/* Module styles end in a hash of their own: Price_value__x7Gh2; block__element does not. */
	for (size_t i = 2; i + 1 < len; i++) {
		if (name[i] == '_' && name[i - 1] == '_' &&
		    strcspn(name + i, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") < len - i)
			return false;
	}
	return digits <= 1 && vowels * 8 >= letters && turns * 4 <= len;
}

/* ---- candidates ----------------------------------------------------------------------------- */

struct names {
	char list[NAMES_MAX][SELECTOR_MAX];
	size_t n;
};

__attribute__((format(printf, 2, 3))) static void name_add(struct names *s, const char *fmt, ...)
{
	va_list ap;

	if (s->n == NAMES_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(s->list[s->n], SELECTOR_MAX, fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < s->n; i++) {
		if (!strcmp(s->list[i], s->list[s->n]))
			return;
	}
	s->n++;
}

static void add_data(struct names *s, xmlNode *node)
{
	for (const xmlAttr *a = node->properties; a; a = a->next) {
		const char *name = (const char *)a->name;
		xmlChar *hold;
		const char *value;

		if (strncmp(name, "data-", 5) != 0 || !strncmp(name, "data-v-", 7) ||
		    !lasts(name + 5, strlen(name + 5)))
			continue;
		value = node_attribute(node, name, &hold);
		/* A test's name is as good as an id; a value that is a fact is another on each
		 * page. */
		if (lasts(value, strlen(value)) &&
		    (strstr(name, "test") || strstr(name, "role") || strstr(name, "qa") ||
		     strstr(name, "hook") || strstr(name, "field") || strstr(name, "type")))
			name_add(s, "[%s=\"%s\"]", name, value);
		else
			name_add(s, "[%s]", name);
		xmlFree(hold);
	}
}

static void add_classes(struct names *s, xmlNode *node)
{
	xmlChar *hold;
	const char *at = node_attribute(node, "class", &hold), *tag = (const char *)node->name;
	const char *first = NULL;
	size_t first_len = 0;

	while (*(at += strspn(at, " \t\r\n"))) {
		size_t len = strcspn(at, " \t\r\n");

		if (lasts(at, len)) {
			name_add(s, ".%.*s", (int)len, at);
			if (first)
				name_add(s, ".%.*s.%.*s", (int)first_len, first, (int)len, at);
			else
				name_add(s, "%s.%.*s", tag, (int)len, at);
			first = first ? first : at;
			first_len = first_len ? first_len : len;
		}
		at += len;
	}
	xmlFree(hold);
}

/* The best first. Each would find the node. */
static void names_of(struct names *s, xmlNode *node)
{
	xmlChar *hold;
	const char *value = node_attribute(node, "itemprop", &hold);

	s->n = 0;
	if (*value && lasts(value, strlen(value)))
		name_add(s, "[itemprop=\"%s\"]", value);
	xmlFree(hold);
	value = node_attribute(node, "id", &hold);
	if (*value && lasts(value, strlen(value)))
		name_add(s, "#%s", value);
	xmlFree(hold);
	add_data(s, node);
	add_classes(s, node);
	if (node_is(node, "h1") || node_is(node, "main") || node_is(node, "article"))
		name_add(s, "%s", (const char *)node->name);
}

/* ---- trying --------------------------------------------------------------------------------- */

static xmlNodeSet *found(struct tree *t, const char *selector, xmlXPathObject **hold)
{
	struct buf xpath = BUF_INIT(CSS_XPATH_MAX);
	struct error e = {0};
	struct path *p = NULL;
	xmlXPathContext *context = NULL;

	*hold = NULL;
	if (!css_to_xpath(selector, CSS_HTML, &xpath, &e) &&
	    (p = path_compile(buf_str(&xpath), &e)) && (context = tree_context(t, &e)))
		*hold = tree_evaluate(context, p, &e);
	xmlXPathFreeContext(context);
	path_free(p);
	buf_fini(&xpath);
	if (!*hold || (*hold)->type != XPATH_NODESET || !(*hold)->nodesetval)
		return NULL;
	xmlXPathNodeSetSort((*hold)->nodesetval);
	return (*hold)->nodesetval;
}

size_t selector_count(struct tree *t, const char *selector, xmlNode *scope, xmlNode **first)
{
	xmlXPathObject *hold;
	xmlNodeSet *nodes = found(t, selector, &hold);
	size_t n = 0;

	*first = NULL;
	for (int i = 0; nodes && i < nodes->nodeNr; i++) {
		if (scope && !node_within(nodes->nodeTab[i], scope))
			continue;
		if (!n++)
			*first = nodes->nodeTab[i];
	}
	xmlXPathFreeObject(hold);
	return n;
}

/* 2: it finds the node alone, 1: first, 0: not. */
static int fitness(struct tree *t, const char *selector, xmlNode *node, xmlNode *scope)
{
	xmlNode *first;
	size_t n = selector_count(t, selector, scope, &first);

	return first != node ? 0 : n == 1 ? 2 : 1;
}

/* @return true: better there is none */
static bool keep_better(struct tree *t, const char *selector, xmlNode *node, xmlNode *scope,
			int *best, char out[static SELECTOR_MAX])
{
	int fit = strlen(selector) < SELECTOR_MAX ? fitness(t, selector, node, scope) : 0;

	if (fit > *best) {
		snprintf(out, SELECTOR_MAX, "%s", selector);
		*best = fit;
	}
	return fit == 2;
}

bool selector_for(struct tree *t, xmlNode *node, xmlNode *scope, char out[static SELECTOR_MAX])
{
	struct names own, outer;
	char both[2 * SELECTOR_MAX + 2];
	const xmlNode *around = node->parent;
	int best = 0;

	names_of(&own, node);
	for (size_t i = 0; i < own.n; i++) {
		if (keep_better(t, own.list[i], node, scope, &best, out))
			return true;
	}
	/* With the name of what is around it; its own type when it has no name. */
	name_add(&own, "%s", (const char *)node->name);
	for (int up = 0;
	     up < ANCESTORS_MAX && around && around != scope && around->type == XML_ELEMENT_NODE;
	     up++, around = around->parent) {
		names_of(&outer, (xmlNode *)around);
		for (size_t o = 0; o < outer.n; o++) {
			for (size_t i = 0; i < own.n; i++) {
				snprintf(both, sizeof both, "%s %s", outer.list[o], own.list[i]);
				if (keep_better(t, both, node, scope, &best, out))
					return true;
			}
		}
	}
	if (best)
		return true;
	/* In a card a type alone may be enough. */
	if (scope && fitness(t, (const char *)node->name, node, scope)) {
		snprintf(out, SELECTOR_MAX, "%s", (const char *)node->name);
		return true;
	}
	return false;
}

/* Does it find all of them, and hardly anything else? */
static bool finds_all(struct tree *t, const char *selector, xmlNode *const *nodes, size_t n)
{
	xmlXPathObject *hold;
	xmlNodeSet *set = found(t, selector, &hold);
	size_t hits = 0;

	for (size_t i = 0; i < n && set; i++)
		hits += xmlXPathNodeSetContains(set, nodes[i]) != 0;
	hits = set && hits == n && (size_t)set->nodeNr <= n + n / 4;
	xmlXPathFreeObject(hold);
	return hits;
}

bool selector_of_all(struct tree *t, xmlNode *const *nodes, size_t n, char out[static SELECTOR_MAX])
{
	struct names own, outer;
	char both[2 * SELECTOR_MAX + 4];

	names_of(&own, nodes[0]);
	for (size_t i = 0; i < own.n; i++) {
		if (own.list[i][0] != '#' && finds_all(t, own.list[i], nodes, n)) {
			snprintf(out, SELECTOR_MAX, "%s", own.list[i]);
			return true;
		}
	}
	name_add(&own, "%s", (const char *)nodes[0]->name);
	for (xmlNode *around = nodes[0]->parent; around && around->type == XML_ELEMENT_NODE;
	     around = around->parent) {
		names_of(&outer, around);
		for (size_t o = 0; o < outer.n; o++) {
			for (size_t i = 0; i < own.n; i++) {
				snprintf(both, sizeof both, "%s %s%s", outer.list[o],
					 around == nodes[0]->parent ? "> " : "", own.list[i]);
				if (own.list[i][0] != '#' && strlen(both) < SELECTOR_MAX &&
				    finds_all(t, both, nodes, n)) {
					memcpy(out, both, strlen(both) + 1);
					return true;
				}
			}
		}
	}
	return false;
}
