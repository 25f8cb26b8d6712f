#include "daemon/extract/microdata.h"

#include <stdlib.h>
#include <string.h>

#include "shared/buf.h"
#include "shared/mem.h"
#include "shared/utf8.h"
#include "shared/words.h"

enum {
	ITEM_DEPTH_MAX = 40,
	ITEMS_MAX = 5000,
	VALUES_MAX = 50000,
	VALUE_BYTES = 4096, /* of one property's text */
	TEXT_BYTES = 64 << 10,
	PARTS_MAX = 200,   /* of a page that itemrefs name */
	REACH_MAX = 20000, /* values looked at before an itemref is taken for one that goes round */
	NO_PART = -1,
};

/* What is within reach of an element's properties. */
struct place {
	json_t *item; /* borrowed; NULL: none */
	int part;     /* the innermost open one; NO_PART: none */
	int item_depth;
};

/* An open element that changes the place, or whose text is a property's value. */
struct frame {
	size_t depth; /* of the element */
	struct place inside;
	char *property; /* whose value is the text; NULL: none */
	struct place owner;
	size_t text_at; /* where its text begins */
};

/* An element with an id that an itemref names: its properties, for items elsewhere. */
struct part {
	char *id;
	json_t *properties; /* NULL: not met yet */
	int outer;          /* part that it is in */
};

struct microdata {
	struct frame frames[HTML_DEPTH_MAX];
	size_t n_frames;
	json_t *roots;
	json_t *referring; /* items with an itemref, as [item, "ids"] */
	struct part parts[PARTS_MAX];
	size_t n_parts;
	size_t n_items, n_values, listening;
	struct buf text;
};

struct microdata *microdata_new(void)
{
	struct microdata *m = mem_zalloc(sizeof *m);

	m->roots = json_array();
	m->referring = json_array();
	m->text = BUF_INIT(TEXT_BYTES);
	return m;
}

void microdata_free(struct microdata *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n_frames; i++)
		free(m->frames[i].property);
	for (size_t i = 0; i < m->n_parts; i++) {
		free(m->parts[i].id);
		json_decref(m->parts[i].properties);
	}
	json_decref(m->referring);
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

/* ---- words --------------------------------------------------------------------------------- */

static const char blanks[] = " \t\r\n\f";

/* The next of several with blanks between; its length, 0: no more. */
static size_t next_word(const char **s)
{
	*s += strspn(*s, blanks);
	return strcspn(*s, blanks);
}

static int part_find(const struct microdata *m, const char *id, size_t n)
{
	for (size_t i = 0; i < m->n_parts; i++) {
		if (strlen(m->parts[i].id) == n && !memcmp(m->parts[i].id, id, n))
			return (int)i;
	}
	return NO_PART;
}

static void note_references(void *arg, const struct html_tag *tag)
{
	struct microdata *m = arg;
	const char *ids = tag->end ? NULL : html_attribute_of(tag, "itemref");
	size_t n;

	for (; ids && (n = next_word(&ids)); ids += n) {
		if (m->n_parts < PARTS_MAX && part_find(m, ids, n) == NO_PART)
			m->parts[m->n_parts++] = (struct part){.id = mem_strndup(ids, n)};
	}
}

void microdata_expect(struct microdata *m, const char *text, size_t len)
{
	static const char *const reference = "itemref";
	static const struct html_sink sink = {.tag = note_references};
	struct html_tokens *tokens;

	if (!words_has_one(text, len, &reference, 1))
		return;
	tokens = html_tokens_new(&sink, m);
	html_tokens_feed(tokens, text, len);
	html_tokens_finish(tokens);
	html_tokens_free(tokens);
}

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

/* To the item, and to the parts that the property is in. Steals value. */
static void add_property(struct microdata *m, const struct place *to, const char *names,
			 json_t *value)
{
	if (to->item)
		add_value(m, to->item, names, json_incref(value));
	for (int i = to->part; i != NO_PART; i = m->parts[i].outer)
		add_value(m, m->parts[i].properties, names, json_incref(value));
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

static json_t *new_item(struct microdata *m, const struct html_tag *tag)
{
	const char *type = html_attribute_of(tag, "itemtype"),
		   *id = html_attribute_of(tag, "itemid"), *ref = html_attribute_of(tag, "itemref");
	json_t *item = json_object(), *types = json_array();
	size_t n;

	m->n_items++;
	for (; type && (n = next_word(&type)); type += n)
		json_array_append_new(types, text_value(type, n));
	json_object_set_new(item, "@type", types);
	if (id)
		json_object_set_new(item, "@id", text_value(id, strlen(id)));
	if (ref && json_array_size(m->referring) < PARTS_MAX)
		json_array_append_new(m->referring,
				      json_pack("[Oo]", item, text_value(ref, strlen(ref))));
	return item;
}

/* The first element of an id counts. */
static void enter_part(struct microdata *m, struct place *p, const struct html_tag *tag)
{
	const char *id = m->n_parts ? html_attribute_of(tag, "id") : NULL;
	int i = id ? part_find(m, id, strlen(id)) : NO_PART;

	if (i == NO_PART || m->parts[i].properties)
		return;
	m->parts[i].properties = json_object();
	m->parts[i].outer = p->part;
	p->part = i;
}

static void enter_item(struct microdata *m, struct frame *f, const char *property,
		       const struct html_tag *tag)
{
	json_t *item = new_item(m, tag);

	if (property)
		add_property(m, &f->inside, property, json_incref(item));
	else
		json_array_append(m->roots, item);
	/* Held by the tree; one that no property took is nobody's. */
	if (item->refcount == 1)
		json_array_append(m->roots, item);
	f->inside = (struct place){item, NO_PART, f->inside.item_depth + 1};
	json_decref(item);
}

/* Next to all elements are not. */
static bool is_marked(const struct microdata *m, const struct html_tag *tag)
{
	for (size_t i = 0; i < tag->n; i++) {
		const struct html_attribute *a = &tag->attributes[i];

		if (a->name[0] == 'i' &&
		    (!strncmp(a->name, "item", 4) || (m->n_parts && !strcmp(a->name, "id"))))
			return true;
	}
	return false;
}

void microdata_open(struct microdata *m, const struct html_element *e, const struct html_tag *tag)
{
	static const struct place nowhere = {NULL, NO_PART, 0};
	const struct place *around = m->n_frames ? &m->frames[m->n_frames - 1].inside : &nowhere;
	struct frame f = {.depth = e->depth, .inside = *around};
	const char *property, *value;
	bool scope;

	if (!is_marked(m, tag))
		return;
	enter_part(m, &f.inside, tag);
	property = html_attribute_of(tag, "itemprop");
	if (property && (!*property || (!f.inside.item && f.inside.part == NO_PART)))
		property = NULL;
	scope = html_attribute_of(tag, "itemscope") && m->n_items < ITEMS_MAX &&
		f.inside.item_depth < ITEM_DEPTH_MAX;
	if (scope) {
		enter_item(m, &f, property, tag);
	} else if (property) {
		value = attribute_value(tag);
		if (value) {
			add_property(m, &f.inside, property, text_value(value, strlen(value)));
		} else {
			f.property = mem_strndup(property, 200);
			f.owner = f.inside;
			f.text_at = m->text.len;
			m->listening++;
		}
	}
	if (scope || f.property || f.inside.part != around->part)
		m->frames[m->n_frames++] = f;
}

static void leave(struct microdata *m)
{
	struct frame *f = &m->frames[--m->n_frames];

	if (!f->property)
		return;
	add_property(m, &f->owner, f->property,
		     text_value(buf_str(&m->text) + f->text_at, m->text.len - f->text_at));
	free(f->property);
	if (--m->listening == 0)
		buf_reset(&m->text);
}

void microdata_close(struct microdata *m, const struct html_element *e)
{
	if (m->n_frames && m->frames[m->n_frames - 1].depth == e->depth)
		leave(m);
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

/* ---- itemref ------------------------------------------------------------------------------- */

/* Is the item in the value? Asked of trees that have no rounds yet. */
static bool reaches(const json_t *value, const json_t *item, int *budget)
{
	const json_t *one;
	const char *key;
	size_t i;

	if (value == item || --*budget < 0)
		return true;
	json_array_foreach(value, i, one)
	{
		if (reaches(one, item, budget))
			return true;
	}
	if (json_is_object(value)) {
		json_object_foreach((json_t *)value, key, one)
		{
			if (reaches(one, item, budget))
				return true;
		}
	}
	return false;
}

static void take_part(struct microdata *m, json_t *item, const struct part *part)
{
	const char *key;
	json_t *values, *one;
	size_t i;

	json_object_foreach(part->properties, key, values)
	{
		json_array_foreach(values, i, one)
		{
			int budget = REACH_MAX;

			if (!reaches(one, item, &budget))
				add_value(m, item, key, json_incref(one));
		}
	}
}

static void take_parts(struct microdata *m)
{
	json_t *pair;
	size_t i, n;

	json_array_foreach(m->referring, i, pair)
	{
		const char *ids = json_string_value(json_array_get(pair, 1));

		for (; ids && (n = next_word(&ids)); ids += n) {
			int at = part_find(m, ids, n);

			if (at != NO_PART && m->parts[at].properties)
				take_part(m, json_array_get(pair, 0), &m->parts[at]);
		}
	}
}

json_t *microdata_take(struct microdata *m)
{
	json_t *roots = m->roots;

	while (m->n_frames)
		leave(m);
	take_parts(m);
	m->roots = NULL;
	return roots;
}
