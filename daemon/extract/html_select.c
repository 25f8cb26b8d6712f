/* Each part of each selector has a bit. An element has the bits of the parts that it passes, with
 * all that stands to the left of them; a part asks for the bit of the part before it among those of
 * its parent ('>') or of any ancestor (' '), which the parent keeps too. */
#include "daemon/extract/html_select.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/extract/html_stack.h"
#include "daemon/extract/text_writer.h"
#include "shared/mem.h"

enum { WORD_BITS = 64, WORDS = HTML_PARTS_MAX / WORD_BITS, NOT_HIDDEN = HTML_DEPTH_MAX };

struct bits {
	uint64_t words[WORDS];
};

/* A part of a selector, ready to be tested. */
struct part {
	const struct css_part *css;
	const struct html_name *type; /* of a type that HTML knows */
	size_t type_len;
	size_t query;
};

/* A value that is being read or has been read. */
struct capture {
	struct buf value;
	struct text_writer writer;
	size_t depth;  /* of its element, while it is open */
	size_t hidden; /* depth of the element in it that hides its contents, or NOT_HIDDEN */
	bool raw;
	struct html_place place;
};

struct results {
	char *attribute; /* in lower case */
	size_t attribute_len;
	size_t total, n, cap;
	size_t values_max, bytes_max;
	bool place_only;
	struct capture **captures;
};

struct captures {
	struct capture **all;
	size_t n, cap;
};

struct html_select {
	struct html_stack *stack;
	size_t n_queries, n_parts, n_words;
	struct part parts[HTML_PARTS_MAX];
	struct bits matched[HTML_DEPTH_MAX], around[HTML_DEPTH_MAX];
	struct results results[EXTRACT_QUERIES_MAX];
	bool any; /* an element was there */

	uint32_t seen; /* elements */

	/* Texts of open elements, and all that was found of open elements. */
	struct captures open, places;
};

/* ---- attributes ---------------------------------------------------------------------------- */

static const struct html_attribute *attribute_of(const struct html_tag *tag, const char *name,
						 size_t len)
{
	for (size_t i = 0; i < tag->n; i++) {
		if (tag->attributes[i].name_len == len &&
		    !memcmp(tag->attributes[i].name, name, len))
			return &tag->attributes[i];
	}
	return NULL;
}

/* As libxml2 has it, and HTML 4 wrote it out: <input disabled> is disabled="disabled". */
static bool is_its_own_value(const char *name)
{
	static const char *const names[] = {
		"checked", "compact",  "declare", "defer",  "disabled", "ismap",    "multiple",
		"nohref",  "noresize", "noshade", "nowrap", "readonly", "selected",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!strcmp(names[i], name))
			return true;
	}
	return false;
}

struct value {
	const char *s;
	size_t len;
};

static struct value value_of(const struct html_attribute *a)
{
	if (a->bare && is_its_own_value(a->name))
		return (struct value){a->name, a->name_len};
	return (struct value){a->value, a->value_len};
}

/* ---- matching ------------------------------------------------------------------------------ */

static bool has_bit(const struct bits *b, size_t i)
{
	return b->words[i / WORD_BITS] >> (i % WORD_BITS) & 1;
}

static bool is_type(const struct part *p, const struct html_element *e)
{
	if (p->type && e->known)
		return p->type == e->known;
	return p->type_len == e->name_len && !memcmp(p->css->type, e->name, e->name_len);
}

static bool passes_test(const struct css_test *test, const struct html_tag *tag)
{
	const struct html_attribute *a = NULL;
	struct value v;

	switch (test->kind) {
	case CSS_TEST_ID: a = attribute_of(tag, "id", 2); break;
	case CSS_TEST_CLASS: a = attribute_of(tag, "class", 5); break;
	case CSS_TEST_ATTRIBUTE: a = attribute_of(tag, test->name, test->name_len); break;
	}
	if (!a)
		return test->op == '!';
	v = value_of(a);
	return css_test_value(test, v.s, v.len);
}

static bool passes(const struct html_select *s, size_t i, const struct html_element *e,
		   const struct html_tag *tag)
{
	const struct part *p = &s->parts[i];

	if (p->css->combinator == '>') {
		if (!e->depth || !has_bit(&s->matched[e->depth - 1], i - 1))
			return false;
	} else if (p->css->combinator == ' ') {
		if (!e->depth || !has_bit(&s->around[e->depth - 1], i - 1))
			return false;
	}
	if (p->css->type && !is_type(p, e))
		return false;
	for (size_t k = 0; k < p->css->n; k++) {
		if (!passes_test(&p->css->tests[k], tag))
			return false;
	}
	return true;
}

/* ---- values -------------------------------------------------------------------------------- */

static struct capture *capture_new(size_t bytes_max)
{
	struct capture *c = mem_zalloc(sizeof *c);

	c->value = BUF_INIT(bytes_max);
	c->writer.out = &c->value;
	return c;
}

static void capture_free(struct capture *c)
{
	buf_fini(&c->value);
	free(c);
}

static struct capture *result_add(struct results *r)
{
	r->total++;
	if (r->n == r->values_max)
		return NULL;
	if (r->n == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 16;
		r->captures = mem_array(r->captures, r->cap, sizeof *r->captures);
	}
	return r->captures[r->n++] = capture_new(r->bytes_max);
}

static void captures_push(struct captures *list, struct capture *c)
{
	if (list->n == list->cap) {
		list->cap = list->cap ? 2 * list->cap : 16;
		list->all = mem_array(list->all, list->cap, sizeof *list->all);
	}
	list->all[list->n++] = c;
}

static void open_text(struct html_select *s, struct capture *c, const struct html_element *e)
{
	c->hidden = NOT_HIDDEN;
	c->raw = e->known && e->known->role & TEXT_RAW;
	captures_push(&s->open, c);
}

static void found(struct html_select *s, size_t query, const struct html_element *e,
		  const struct html_tag *tag)
{
	struct results *r = &s->results[query];
	const struct html_attribute *a = NULL;
	struct capture *c;

	if (r->attribute && !(a = attribute_of(tag, r->attribute, r->attribute_len)))
		return;
	c = result_add(r);
	if (!c)
		return;
	c->depth = e->depth;
	c->place.begin = s->seen;
	captures_push(&s->places, c);
	if (r->place_only)
		return;
	if (a) {
		struct value v = value_of(a);

		buf_add(&c->value, v.s, v.len < c->value.max ? v.len : c->value.max);
	} else {
		open_text(s, c, e);
	}
}

/* ---- what the stack tells ------------------------------------------------------------------ */

static void enter_texts(struct html_select *s, const struct html_element *e)
{
	int role = e->known ? e->known->role : TEXT_INLINE;

	for (size_t i = 0; i < s->open.n; i++) {
		struct capture *c = s->open.all[i];

		if (c->hidden != NOT_HIDDEN)
			continue;
		text_enter(&c->writer, role);
		if (role & TEXT_HIDDEN)
			c->hidden = e->depth;
	}
}

static void on_open(void *arg, const struct html_element *e, const struct html_tag *tag)
{
	struct html_select *s = arg;
	struct bits *mine = &s->matched[e->depth], *around = &s->around[e->depth];
	uint32_t done = 0; /* queries: an element counts once, whatever selectors find it */

	s->any = true;
	s->seen++;
	enter_texts(s, e);
	for (size_t w = 0; w < s->n_words; w++)
		mine->words[w] = 0;
	for (size_t i = 0; i < s->n_parts; i++) {
		if (!passes(s, i, e, tag))
			continue;
		mine->words[i / WORD_BITS] |= (uint64_t)1 << (i % WORD_BITS);
		if (s->parts[i].css->last && !(done >> s->parts[i].query & 1)) {
			done |= (uint32_t)1 << s->parts[i].query;
			found(s, s->parts[i].query, e, tag);
		}
	}
	for (size_t w = 0; w < s->n_words; w++)
		around->words[w] =
			mine->words[w] | (e->depth ? s->around[e->depth - 1].words[w] : 0);
	html_stack_mute(s->stack, s->open.n == 0);
}

static void on_close(void *arg, const struct html_element *e)
{
	struct html_select *s = arg;
	int role = e->known ? e->known->role : TEXT_INLINE;

	while (s->places.n && s->places.all[s->places.n - 1]->depth == e->depth)
		s->places.all[--s->places.n]->place.end = s->seen + 1;
	while (s->open.n && s->open.all[s->open.n - 1]->depth == e->depth)
		s->open.n--;
	for (size_t i = 0; i < s->open.n; i++) {
		struct capture *c = s->open.all[i];

		if (c->hidden == e->depth)
			c->hidden = NOT_HIDDEN;
		if (c->hidden == NOT_HIDDEN)
			text_leave(&c->writer, role);
	}
	html_stack_mute(s->stack, s->open.n == 0);
}

static void on_text(void *arg, const char *text, size_t n)
{
	struct html_select *s = arg;

	for (size_t i = 0; i < s->open.n; i++) {
		struct capture *c = s->open.all[i];

		if (c->raw)
			text_add_raw(&c->writer, text, n);
		else if (c->hidden == NOT_HIDDEN)
			text_add(&c->writer, text, n);
	}
}

/* An element that no part can be needs none. */
static bool on_wants(void *arg, const char *name, size_t len)
{
	struct html_select *s = arg;

	for (size_t i = 0; i < s->n_parts; i++) {
		const struct part *p = &s->parts[i];

		if (!p->css->type || (p->type_len == len && !memcmp(p->css->type, name, len)))
			return true;
	}
	return false;
}

/* ---- the interface ------------------------------------------------------------------------- */

struct html_select *html_select_new(void)
{
	static const struct html_stack_sink sink = {on_open, on_close, on_text, on_wants};
	struct html_select *s = mem_zalloc(sizeof *s);

	s->stack = html_stack_new(&sink, s);
	return s;
}

static void forget(struct html_select *s)
{
	for (size_t i = 0; i < s->n_queries; i++) {
		for (size_t k = 0; k < s->results[i].n; k++)
			capture_free(s->results[i].captures[k]);
		free(s->results[i].attribute);
		free(s->results[i].captures);
	}
	s->n_queries = s->n_parts = s->open.n = s->places.n = s->seen = 0;
	s->any = false;
}

void html_select_free(struct html_select *s)
{
	if (!s)
		return;
	forget(s);
	html_stack_free(s->stack);
	free(s->open.all);
	free(s->places.all);
	free(s);
}

static void add_parts(struct html_select *s, size_t query, const struct css_simple *css)
{
	for (size_t i = 0; i < css->n; i++) {
		struct part *p = &s->parts[s->n_parts++];

		*p = (struct part){.css = &css->parts[i], .query = query};
		if (p->css->type) {
			p->type_len = strlen(p->css->type);
			p->type = html_stack_name(s->stack, p->css->type, p->type_len);
		}
	}
}

static void result_begin(struct results *r, const struct html_query *q)
{
	const char *attribute = q->place_only ? NULL : q->attribute;

	*r = (struct results){.values_max = q->values_max ? q->values_max : EXTRACT_VALUES_MAX,
			      .bytes_max = q->bytes_max ? q->bytes_max : 2 * EXTRACT_VALUE_BYTES,
			      .place_only = q->place_only};
	r->attribute = attribute ? mem_strdup(attribute) : NULL;
	r->attribute_len = attribute ? strlen(attribute) : 0;
	for (size_t i = 0; i < r->attribute_len; i++) {
		if (attribute[i] >= 'A' && attribute[i] <= 'Z')
			r->attribute[i] = (char)(attribute[i] - 'A' + 'a');
	}
}

bool html_select_begin(struct html_select *s, const struct html_query *queries, size_t n)
{
	size_t parts = 0;

	for (size_t i = 0; i < n; i++)
		parts += queries[i].css->n;
	if (n > EXTRACT_QUERIES_MAX || parts > HTML_PARTS_MAX)
		return false;
	forget(s);
	html_stack_reset(s->stack);
	s->n_queries = n;
	for (size_t i = 0; i < n; i++) {
		result_begin(&s->results[i], &queries[i]);
		add_parts(s, i, queries[i].css);
	}
	s->n_words = (s->n_parts + WORD_BITS - 1) / WORD_BITS;
	html_stack_mute(s->stack, true);
	return true;
}

void html_select_feed(struct html_select *s, const char *bytes, size_t n)
{
	html_stack_feed(s->stack, bytes, n);
}

bool html_select_finish(struct html_select *s)
{
	html_stack_finish(s->stack);
	return s->any && !html_stack_was_cut(s->stack);
}

void html_select_found(const struct html_select *s, size_t i, struct found_writer *f)
{
	const struct results *r = &s->results[i];

	for (size_t k = 0; k < r->n; k++)
		found_add(f, buf_str(&r->captures[k]->value), r->captures[k]->value.len);
	f->total = (uint32_t)r->total;
}

size_t html_select_count(const struct html_select *s, size_t i)
{
	return s->results[i].n;
}

const char *html_select_value(const struct html_select *s, size_t i, size_t k,
			      struct html_place *place)
{
	const struct capture *c = s->results[i].captures[k];

	*place = c->place;
	return buf_str(&c->value);
}
