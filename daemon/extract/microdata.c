#include "daemon/extract/microdata.h"

#include <stdlib.h>
#include <string.h>

#include "shared/buf.h"
#include "shared/mem.h"
#include "shared/utf8.h"

enum {
	DEPTH_MAX = 400,
	ITEM_DEPTH_MAX = 40,
	ITEMS_MAX = 5000,
	VALUES_MAX = 50000,
	VALUE_BYTES = 4096, /* of one property's text */
	TEXT_BYTES = 64 << 10,
	NAME_BYTES = 24,
};

struct element {
	char name[NAME_BYTES];
	json_t *item;   /* that properties inside belong to; borrowed; NULL: none */
	char *property; /* whose value is this element's text; NULL: none */
	json_t *owner;  /* of the property */
	size_t text_at; /* where its text begins */
	int item_depth;
};

struct microdata {
	struct element stack[DEPTH_MAX];
	size_t depth;
	size_t deeper; /* elements beyond DEPTH_MAX */
	json_t *roots;
	size_t n_items, n_values, listening;
	struct buf text;
};

struct microdata *microdata_new(void)
{
	struct microdata *m = mem_zalloc(sizeof *m);

	m->roots = json_array();
	m->text = BUF_INIT(TEXT_BYTES);
	return m;
}

void microdata_free(struct microdata *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->depth; i++)
		free(m->stack[i].property);
	json_decref(m->roots);
	buf_fini(&m->text);
	free(m);
}

const char *html_attribute_of(const struct html_tag *tag, const char *name)
{
	for (size_t i = 0; i < tag->n; i++) {
		if (!strcmp(tag->attributes[i].name, name))
			return tag->attributes[i].value;
	}
	return NULL;
}

static bool is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++) {
		if (!strcmp(*names, name))
			return true;
	}
	return false;
}

static const char *const voids[] = {"area",   "base",  "br",    "col",   "embed",
				    "hr",     "img",   "input", "link",  "meta",
				    "source", "track", "wbr",   "param", NULL};
/* Elements that an end tag of a lesser one does not reach across. */
static const char *const blocks[] = {
	"address", "article", "aside", "blockquote", "body",   "caption", "center", "dd",
	"div",     "dl",      "dt",    "fieldset",   "figure", "footer",  "form",   "h1",
	"h2",      "h3",      "h4",    "h5",         "h6",     "header",  "html",   "li",
	"main",    "nav",     "ol",    "p",          "pre",    "section", "table",  "tbody",
	"td",      "tfoot",   "th",    "thead",      "tr",     "ul",      NULL};
/* Nothing inside of them closes what is outside. */
static const char *const walls[] = {"table", "td", "th", "caption", "template", "object", NULL};
static const char *const rows[] = {"table", "thead", "tbody", "tfoot", "tr", NULL};

/* ---- values -------------------------------------------------------------------------------- */

static json_t *text_value(const char *s, size_t n)
{
	struct buf clean = BUF_INIT(3 * VALUE_BYTES + 8);
	json_t *v = n > VALUE_BYTES ? NULL : json_stringn(s, n);

	if (v)
		return v;
	if (n > VALUE_BYTES)
		n = VALUE_BYTES;
	for (size_t i = 0; i < n;) {
		char one[UTF8_MAX_BYTES];
		uint32_t cp;

		i += utf8_next(s + i, n - i, &cp);
		buf_add(&clean, one, utf8_put(one, cp == UTF8_INVALID ? UTF8_REPLACEMENT : cp));
	}
	v = json_stringn(buf_str(&clean), clean.len);
	buf_fini(&clean);
	return v;
}

/* Steals value. names: one or more, with blanks between. */
static void add_value(struct microdata *m, json_t *item, const char *names, json_t *value)
{
	while (value && *names && m->n_values < VALUES_MAX) {
		char name[64];
		size_t n;
		json_t *list;

		names += strspn(names, " \t\r\n\f");
		n = strcspn(names, " \t\r\n\f");
		if (n && n < sizeof name) {
			const char *colon = memchr(names, ':', n), *from = names;
			size_t len = n;

			/* "schema:name" and "http://schema.org/name" are the property's name too.
			 */
			for (; colon; colon = memchr(from, ':', len)) {
				len -= (size_t)(colon + 1 - from);
				from = colon + 1;
			}
			for (const char *s; (s = memchr(from, '/', len)); from = s + 1)
				len -= (size_t)(s + 1 - from);
			memcpy(name, from, len);
			name[len] = '\0';
			list = json_object_get(item, name);
			if (!list) {
				list = json_array();
				if (json_object_set_new(item, name, list))
					list = NULL;
			}
			if (json_is_array(list))
				json_array_append(list, value);
			m->n_values++;
		}
		names += n;
	}
	json_decref(value);
}

static const char *attribute_value(const struct html_tag *tag)
{
	static const char *const sources[] = {"audio",  "embed", "iframe", "img",
					      "source", "track", "video",  NULL};
	static const char *const links[] = {"a", "area", "link", NULL};
	const char *content = html_attribute_of(tag, "content"), *v = NULL;

	if (!strcmp(tag->name, "meta"))
		return content ? content : "";
	if (is_one_of(tag->name, sources))
		v = html_attribute_of(tag, "src");
	else if (is_one_of(tag->name, links))
		v = html_attribute_of(tag, "href");
	else if (!strcmp(tag->name, "object"))
		v = html_attribute_of(tag, "data");
	else if (!strcmp(tag->name, "data") || !strcmp(tag->name, "meter"))
		v = html_attribute_of(tag, "value");
	else if (!strcmp(tag->name, "time"))
		v = html_attribute_of(tag, "datetime");
	return v ? v : content;
}

/* ---- elements ------------------------------------------------------------------------------ */

static void pop(struct microdata *m)
{
	struct element *e = &m->stack[--m->depth];

	if (!e->property)
		return;
	add_value(m, e->owner, e->property,
		  text_value(buf_str(&m->text) + e->text_at, m->text.len - e->text_at));
	free(e->property);
	e->property = NULL;
	if (--m->listening == 0)
		buf_reset(&m->text);
}

static const char *top(const struct microdata *m)
{
	return m->depth ? m->stack[m->depth - 1].name : "";
}

/* End tags that authors leave out. */
static void end_implied(struct microdata *m, const char *name)
{
	static const char *const cells[] = {"td", "th", NULL};
	static const char *const terms[] = {"dt", "dd", NULL};
	bool row = !strcmp(name, "tr");

	if (!strcmp(top(m), "p") && is_one_of(name, blocks))
		pop(m);
	if ((!strcmp(name, "li") && !strcmp(top(m), "li")) ||
	    (!strcmp(name, "option") && !strcmp(top(m), "option")) ||
	    (is_one_of(name, terms) && is_one_of(top(m), terms)) ||
	    ((row || is_one_of(name, cells)) && is_one_of(top(m), cells)))
		pop(m);
	if (row && !strcmp(top(m), "tr"))
		pop(m);
}

static void end_element(struct microdata *m, const char *name)
{
	bool block = is_one_of(name, blocks);
	size_t i = m->depth;

	if (m->deeper) {
		m->deeper--;
		return;
	}
	while (i > 0 && strcmp(m->stack[i - 1].name, name) != 0) {
		const char *open = m->stack[--i].name;

		if ((!block && is_one_of(open, blocks)) ||
		    (is_one_of(open, walls) && !is_one_of(name, rows)))
			return;
	}
	while (i > 0 && m->depth >= i)
		pop(m);
}

static json_t *new_item(struct microdata *m, const struct html_tag *tag)
{
	const char *type = html_attribute_of(tag, "itemtype"),
		   *id = html_attribute_of(tag, "itemid");
	json_t *item = json_object(), *types = json_array();

	m->n_items++;
	while (type && *(type += strspn(type, " \t\r\n\f"))) {
		size_t n = strcspn(type, " \t\r\n\f");

		json_array_append_new(types, text_value(type, n));
		type += n;
	}
	json_object_set_new(item, "@type", types);
	if (id)
		json_object_set_new(item, "@id", text_value(id, strlen(id)));
	return item;
}

void microdata_tag(struct microdata *m, const struct html_tag *tag)
{
	const char *property, *value = NULL;
	struct element e = {0};
	json_t *owner, *item = NULL;
	bool empty = is_one_of(tag->name, voids);

	if (tag->end) {
		end_element(m, tag->name);
		return;
	}
	end_implied(m, tag->name);
	if (m->depth) {
		e.item = m->stack[m->depth - 1].item;
		e.item_depth = m->stack[m->depth - 1].item_depth;
	}
	owner = e.item;
	property = html_attribute_of(tag, "itemprop");
	if (property && !*property)
		property = NULL;
	if (html_attribute_of(tag, "itemscope") && m->n_items < ITEMS_MAX &&
	    e.item_depth < ITEM_DEPTH_MAX) {
		item = new_item(m, tag);
		if (property && owner)
			add_value(m, owner, property, json_incref(item));
		else
			json_array_append(m->roots, item);
		/* Held by the tree; one that no property took is nobody's. */
		if (item->refcount == 1)
			json_array_append(m->roots, item);
		json_decref(item);
		e.item = item;
		e.item_depth++;
	} else if (property && owner) {
		value = attribute_value(tag);
		if (value)
			add_value(m, owner, property, text_value(value, strlen(value)));
	}
	if (empty)
		return;
	if (m->depth == DEPTH_MAX) {
		m->deeper++;
		return;
	}
	if (property && owner && !item && !value) {
		e.property = mem_strndup(property, 200);
		e.owner = owner;
		e.text_at = m->text.len;
		m->listening++;
	}
	memcpy(e.name, tag->name, tag->name_len < NAME_BYTES ? tag->name_len : NAME_BYTES - 1);
	m->stack[m->depth++] = e;
}

bool microdata_listens(const struct microdata *m)
{
	return m->listening > 0;
}

void microdata_text(struct microdata *m, const char *s, size_t n)
{
	if (m->listening && m->text.len + n <= TEXT_BYTES)
		buf_add(&m->text, s, n);
}

json_t *microdata_take(struct microdata *m)
{
	json_t *roots = m->roots;

	while (m->depth)
		pop(m);
	m->roots = NULL;
	return roots;
}
