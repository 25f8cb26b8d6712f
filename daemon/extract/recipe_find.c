/* Where a recipe's expressions look: one pass, a tree, JSON. */
#include <libxml/xpathInternals.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/extract/extract.h"
#include "daemon/extract/html_select.h"
#include "daemon/extract/program.h"
#include "daemon/extract/recipe_internal.h"
#include "daemon/extract/tree_internal.h"
#include "shared/json.h"
#include "shared/mem.h"

enum { NO_ITEM = -1 };

/* ---- in one pass ---------------------------------------------------------------------------- */

/* Which query of the pass asks what. */
struct pass {
	struct html_query queries[EXTRACT_QUERIES_MAX];
	size_t n, items, text, links, next, rules[RECIPE_FIELDS_MAX];
};

static size_t query_add(struct pass *p, const struct look *k, size_t values_max)
{
	p->queries[p->n] = (struct html_query){
		.css = k->simple, .attribute = k->attribute, .values_max = values_max};
	if (k->program)
		p->queries[p->n].bytes_max = RECIPE_JSON_BYTES;
	return p->n++;
}

static bool is_css(const struct look *k)
{
	return k->used && k->language == RECIPE_CSS;
}

static void pass_prepare(const struct recipe *r, struct pass *p)
{
	size_t all = r->items.used ? RECIPE_FINDS_MAX : RECIPE_FINDS_MAX / RECIPE_ITEMS_MAX;

	*p = (struct pass){0};
	if (is_css(&r->items)) {
		/* One more than there may be, so that it is said. */
		p->items = query_add(p, &r->items, RECIPE_ITEMS_MAX + 1);
		p->queries[p->items].place_only = true;
	}
	if (is_css(&r->items) && r->wants_text)
		p->text = query_add(p, &r->items, RECIPE_ITEMS_MAX + 1);
	if (is_css(&r->links))
		p->links = query_add(p, &r->links, RECIPE_LINKS_MAX);
	if (is_css(&r->next))
		p->next = query_add(p, &r->next, 1);
	for (size_t i = 0; i < r->n_rules; i++) {
		if (is_css(&r->rules[i].look))
			p->rules[i] = query_add(p, &r->rules[i].look, all);
	}
}

/* What a query found goes to the innermost item around it. Both are in document order. */
static void share_out(const struct recipe *r, struct html_select *s, const struct pass *p,
		      size_t rule, struct finds *x)
{
	size_t query = p->rules[rule], n = html_select_count(s, query), i = 0, depth = 0;
	size_t *around = mem_array(NULL, x->n_items ? x->n_items : 1, sizeof *around);
	struct html_place *ends = mem_array(NULL, x->n_items ? x->n_items : 1, sizeof *ends);

	for (size_t k = 0; k < n; k++) {
		struct html_place at, item;
		const char *text = html_select_value(s, query, k, &at);

		while (i < x->n_items &&
		       (html_select_value(s, p->items, i, &item), item.begin <= at.begin)) {
			while (depth && ends[depth - 1].end <= item.begin)
				depth--;
			around[depth] = i++;
			ends[depth++] = item;
		}
		while (depth && ends[depth - 1].end <= at.begin)
			depth--;
		if (depth)
			finds_add(x, r, around[depth - 1], rule, text);
	}
	free(around);
	free(ends);
}

static void pass_take(const struct recipe *r, struct html_select *s, const struct pass *p,
		      struct finds *x)
{
	struct html_place at;

	finds_init(x, r,
		   !r->items.used      ? 1
		   : is_css(&r->items) ? html_select_count(s, p->items)
				       : 0);
	for (size_t i = 0; i < r->n_rules; i++) {
		const struct look *k = &r->rules[i].look;
		size_t n = is_css(k) ? html_select_count(s, p->rules[i]) : 0;

		if (r->items.used && is_css(k))
			share_out(r, s, p, i, x);
		else
			for (size_t v = 0; v < n; v++)
				finds_add(x, r, 0, i, html_select_value(s, p->rules[i], v, &at));
		for (size_t item = 0; r->items.used && k->pattern && item < x->n_items; item++) {
			const char *whole = html_select_value(s, p->text, item, &at);
			char *text = recipe_match(k->pattern, whole, strlen(whole));

			if (text)
				finds_add(x, r, item, i, text);
			free(text);
		}
	}
	for (size_t i = 0; is_css(&r->links) && i < html_select_count(s, p->links); i++)
		finds_add_link(x, html_select_value(s, p->links, i, &at));
	for (size_t i = 0; is_css(&r->next) && i < html_select_count(s, p->next); i++)
		finds_add_next(x, html_select_value(s, p->next, i, &at));
}

bool recipe_find_streaming(struct recipe *r, const struct recipe_page *page, struct finds *x)
{
	struct pass p;

	if (tree_is_xml(page->document, page->len, page->content_type))
		return false;
	pass_prepare(r, &p);
	if (!html_select_begin(page->select, p.queries, p.n))
		return false;
	html_select_feed(page->select, page->text, page->text_len);
	if (!html_select_finish(page->select))
		return false;
	pass_take(r, page->select, &p, x);
	return true;
}

/* ---- in a tree ------------------------------------------------------------------------------ */

struct grove {
	struct recipe *r;
	struct tree *tree;
	xmlXPathContext *context;
	xmlNode *root;
	struct error fault;
	xmlNode **items;
	size_t n_items;
	struct finds *x;
};

static struct path *path_of(const struct grove *g, const struct look *k)
{
	return k->paths[1] && g->tree->xml ? k->paths[1] : k->paths[0];
}

static xmlXPathObject *evaluate(struct grove *g, const struct look *k, const char *of,
				xmlNode *from)
{
	xmlXPathObject *result;

	g->fault = (struct error){0};
	g->context->node = from;
	result = tree_evaluate(g->context, path_of(g, k), &g->fault);
	if (!result && g->x)
		finds_fail(g->x, of, &g->fault);
	return result;
}

/* The innermost item around a node; items are marked. */
static int item_around(const struct grove *g, const xmlNode *node)
{
	if (!g->r->items.used)
		return 0;
	if (node->type == XML_NAMESPACE_DECL)
		return NO_ITEM;
	for (; node && node->type != XML_DOCUMENT_NODE && node->type != XML_HTML_DOCUMENT_NODE;
	     node = node->parent) {
		if (node->type == XML_ELEMENT_NODE && node->_private)
			return (int)((uintptr_t)node->_private - 1);
	}
	return NO_ITEM;
}

/* fn with each text, and the item it is in. */
static void each_text(struct grove *g, const struct look *k, const char *of, xmlNode *from,
		      int item, void (*fn)(struct grove *g, int item, const char *text, void *arg),
		      void *arg)
{
	xmlXPathObject *result = evaluate(g, k, of, from);
	xmlNodeSet *nodes = result && result->type == XPATH_NODESET ? result->nodesetval : NULL;

	if (result && result->type != XPATH_NODESET && (item >= 0 || !g->r->items.used)) {
		xmlChar *text = xmlXPathCastToString(result);

		fn(g, item >= 0 ? item : 0, text ? (const char *)text : "", arg);
		xmlFree(text);
	}
	if (nodes)
		xmlXPathNodeSetSort(nodes);
	for (int i = 0; nodes && i < nodes->nodeNr && i < RECIPE_FINDS_MAX; i++) {
		struct buf text =
			BUF_INIT(k->program ? RECIPE_JSON_BYTES : 2 * EXTRACT_VALUE_BYTES);
		int in = item >= 0 ? item : item_around(g, nodes->nodeTab[i]);

		if (in >= 0 && tree_value(g->tree, nodes->nodeTab[i], k->attribute, &text))
			fn(g, in, buf_str(&text), arg);
		buf_fini(&text);
	}
	xmlXPathFreeObject(result);
}

static void take_value(struct grove *g, int item, const char *text, void *arg)
{
	finds_add(g->x, g->r, (size_t)item, *(const size_t *)arg, text);
}

static void take_link(struct grove *g, int item, const char *text, void *arg)
{
	finds_add_link(g->x, text);
}

static void take_next(struct grove *g, int item, const char *text, void *arg)
{
	finds_add_next(g->x, text);
}

static bool is_path(const struct look *k)
{
	return k->used && (k->language == RECIPE_CSS || k->language == RECIPE_XPATH);
}

static void items_mark(struct grove *g)
{
	struct recipe *r = g->r;
	xmlXPathObject *result =
		is_path(&r->items) ? evaluate(g, &r->items, "items", g->root) : NULL;
	xmlNodeSet *nodes = result && result->type == XPATH_NODESET ? result->nodesetval : NULL;

	if (nodes)
		xmlXPathNodeSetSort(nodes);
	g->items = mem_array(NULL, RECIPE_ITEMS_MAX + 1, sizeof *g->items);
	for (int i = 0; nodes && i < nodes->nodeNr && g->n_items <= RECIPE_ITEMS_MAX; i++) {
		if (nodes->nodeTab[i]->type != XML_ELEMENT_NODE)
			continue;
		g->items[g->n_items++] = nodes->nodeTab[i];
		nodes->nodeTab[i]->_private = (void *)(uintptr_t)g->n_items;
	}
	xmlXPathFreeObject(result);
}

static void match_items(struct grove *g, size_t rule)
{
	for (size_t i = 0; i < g->n_items; i++) {
		struct buf whole = BUF_INIT(2 * EXTRACT_VALUE_BYTES);
		char *text;

		tree_value(g->tree, g->items[i], NULL, &whole);
		text = recipe_match(g->r->rules[rule].look.pattern, buf_str(&whole), whole.len);
		if (text)
			finds_add(g->x, g->r, i, rule, text);
		free(text);
		buf_fini(&whole);
	}
}

static void find_rule(struct grove *g, size_t i)
{
	struct recipe_rule *rule = &g->r->rules[i];

	if (rule->look.pattern && g->r->items.used)
		match_items(g, i);
	if (!is_path(&rule->look))
		return;
	if (!rule->look.for_each || !g->r->items.used) {
		each_text(g, &rule->look, rule->name, g->root, NO_ITEM, take_value, &i);
		return;
	}
	for (size_t item = 0; item < g->n_items; item++)
		each_text(g, &rule->look, rule->name, g->items[item], (int)item, take_value, &i);
}

bool recipe_find_in_tree(struct recipe *r, const struct recipe_page *page, struct finds *x)
{
	struct grove g = {.r = r};

	g.tree = tree_read(page->charsets, page->document, page->len, page->content_type, &g.fault);
	g.context = g.tree ? tree_context(g.tree, &g.fault) : NULL;
	if (!g.context) {
		tree_free(g.tree);
		return false;
	}
	g.root = xmlDocGetRootElement(g.tree->doc);
	items_mark(&g);
	finds_init(x, r, r->items.used ? g.n_items : 1);
	if (g.fault.code)
		finds_fail(x, "items", &g.fault);
	g.x = x;
	for (size_t i = 0; i < r->n_rules; i++)
		find_rule(&g, i);
	if (is_path(&r->links))
		each_text(&g, &r->links, "links", g.root, 0, take_link, NULL);
	if (is_path(&r->next))
		each_text(&g, &r->next, "next", g.root, 0, take_next, NULL);
	xmlXPathFreeContext(g.context);
	tree_free(g.tree);
	free(g.items);
	return true;
}

/* ---- JSON ----------------------------------------------------------------------------------- */

/* An output as a text: a string without its quotes, null and false as nothing. */
static char *plain_text(const char *json, size_t len)
{
	json_t *v = json_loadb(json, len, JSON_DECODE_ANY, NULL);
	char *out = NULL;

	if (json_is_string(v))
		out = mem_strndup(json_string_value(v), RECIPE_VALUE_BYTES);
	else if (v && !json_is_null(v) && !json_is_false(v))
		out = mem_strndup(json, len < RECIPE_VALUE_BYTES ? len : RECIPE_VALUE_BYTES);
	json_decref(v);
	if (out && !*out) {
		free(out);
		return NULL;
	}
	return out;
}

static bool first_output(void *arg, const char *text, size_t len)
{
	char **out = arg;

	*out = plain_text(text, len);
	return !*out;
}

static char *value_in(struct program *p, const struct json_document *d, struct error *e)
{
	char *out = NULL;

	if (program_each(p, d, first_output, &out, e) && out)
		*e = (struct error){0};
	return out;
}

char *recipe_program_value(struct program *p, const char *json, size_t len, struct error *e)
{
	struct json_document *d = json_document_read(json, len, e);
	char *out = d ? value_in(p, d, e) : NULL;

	json_document_free(d);
	return out;
}

struct outputs {
	struct json_document **all;
	size_t n;
};

static bool take_item(void *arg, const char *text, size_t len)
{
	struct outputs *o = arg;
	struct error e = {0};
	struct json_document *d = json_document_read(text, len, &e);

	if (d)
		o->all[o->n++] = d;
	return o->n <= RECIPE_ITEMS_MAX;
}

static bool link_output(void *arg, const char *text, size_t len)
{
	char *link = plain_text(text, len);

	if (link)
		finds_add_link(arg, link);
	free(link);
	return ((struct finds *)arg)->n_links < RECIPE_LINKS_MAX;
}

static void find_values(struct recipe *r, const struct json_document *d, size_t item,
			struct finds *x)
{
	for (size_t i = 0; i < r->n_rules; i++) {
		struct error e = {0};
		char *text;

		if (r->rules[i].look.language != RECIPE_JQ)
			continue;
		text = value_in(r->rules[i].look.program, d, &e);
		if (e.code)
			finds_fail(x, r->rules[i].name, &e);
		if (text)
			finds_add(x, r, item, i, text);
		free(text);
	}
}

static void items_find(struct recipe *r, const struct json_document *whole, struct outputs *items,
		       struct error *e)
{
	items->all = mem_array(NULL, RECIPE_ITEMS_MAX + 2, sizeof *items->all);
	if (r->items.used && r->items.language == RECIPE_JQ)
		(void)!program_each(r->items.program, whole, take_item, items, e);
}

bool recipe_find_in_json(struct recipe *r, const struct recipe_page *page, struct finds *x)
{
	struct error e = {0};
	struct json_document *whole = json_document_read(page->text, page->text_len, &e);
	struct outputs items = {0};
	char *next;

	if (!whole)
		return false;
	items_find(r, whole, &items, &e);
	finds_init(x, r, r->items.used ? items.n : 1);
	if (e.code)
		finds_fail(x, "items", &e);
	if (!r->items.used)
		find_values(r, whole, 0, x);
	for (size_t i = 0; i < items.n; i++) {
		find_values(r, items.all[i], i, x);
		json_document_free(items.all[i]);
	}
	free(items.all);
	if (r->links.used && r->links.language == RECIPE_JQ &&
	    program_each(r->links.program, whole, link_output, x, &e))
		finds_fail(x, "links", &e);
	if (r->next.used && r->next.language == RECIPE_JQ) {
		e = (struct error){0};
		next = value_in(r->next.program, whole, &e);
		if (next)
			finds_add_next(x, next);
		else if (e.code)
			finds_fail(x, "next", &e);
		free(next);
	}
	json_document_free(whole);
	return true;
}
