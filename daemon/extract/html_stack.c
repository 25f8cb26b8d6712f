#include "daemon/extract/html_stack.h"

#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"

enum phase { BEFORE_HTML, BEFORE_HEAD, IN_HEAD, AFTER_HEAD, IN_BODY };

struct entry {
	const struct html_name *known;
	uint32_t name, name_len; /* in names */
	int flags;               /* of known; of svg and math only HTML_INTEGRATION */
	bool foreign;
};

struct html_stack {
	const struct html_stack_sink *sink;
	void *arg;
	struct html_tokens *tokens;
	struct html_names *known;
	enum phase phase;
	bool mute, cut;
	size_t n;
	struct entry entries[HTML_DEPTH_MAX];
	/* Names of the open elements, one behind the other, each with a NUL. */
	char names[HTML_DEPTH_MAX * (HTML_NAME_MAX + 1)];
};

static const struct html_tag nobody_wrote;

/* ---- one more, one less -------------------------------------------------------------------- */

static struct entry *top(struct html_stack *s)
{
	return &s->entries[s->n - 1];
}

static enum html_id id_of(const struct entry *e)
{
	return e->known && !e->foreign ? (enum html_id)e->known->id : HTML_OTHER;
}

static struct html_element element_of(const struct html_stack *s, size_t i)
{
	const struct entry *e = &s->entries[i];

	return (struct html_element){.known = e->foreign ? NULL : e->known,
				     .name = s->names + e->name,
				     .name_len = e->name_len,
				     .depth = i};
}

static bool in_foreign(const struct html_stack *s)
{
	const struct entry *e = s->n ? &s->entries[s->n - 1] : NULL;

	return e && e->foreign && !(e->flags & HTML_INTEGRATION);
}

/* Text is needed for itself, or to see that the body begins. */
static void listen(struct html_stack *s)
{
	bool at_edge = s->phase < IN_BODY &&
		       (!s->n || id_of(top(s)) == HTML_HTML || id_of(top(s)) == HTML_HEAD);

	html_tokens_mute(s->tokens, s->mute && !at_edge);
	html_tokens_foreign(s->tokens, in_foreign(s));
}

static void pop(struct html_stack *s)
{
	struct html_element e = element_of(s, s->n - 1);

	s->n--;
	s->sink->close(s->arg, &e);
}

static void pop_to(struct html_stack *s, size_t i)
{
	while (s->n > i)
		pop(s);
}

static void push(struct html_stack *s, const struct html_name *known, const char *name,
		 size_t name_len, bool foreign, const struct html_tag *tag)
{
	struct html_element element;
	struct entry *e;

	if (s->n == HTML_DEPTH_MAX) {
		s->cut = true;
		pop(s);
	}
	e = &s->entries[s->n++];
	*e = (struct entry){.known = known,
			    .name_len = (uint32_t)name_len,
			    .flags = known ? known->flags : 0,
			    .foreign = foreign};
	if (foreign)
		e->flags &= HTML_INTEGRATION;
	e->name = s->n > 1 ? e[-1].name + e[-1].name_len + 1 : 0;
	memcpy(s->names + e->name, name, name_len + 1);
	element = element_of(s, s->n - 1);
	s->sink->open(s->arg, &element, tag);
}

static void imply(struct html_stack *s, enum html_id id)
{
	const struct html_name *known = html_names_at(s->known, id);

	push(s, known, known->name, strlen(known->name), false, &nobody_wrote);
}

/* ---- where an element is ------------------------------------------------------------------- */

enum { NOWHERE = -1 };

/* The innermost open one of that id, not behind the edge of a scope or one of these two. */
static int find(const struct html_stack *s, enum html_id id, enum html_id stop, enum html_id other)
{
	for (size_t i = s->n; i-- > 0;) {
		enum html_id here = id_of(&s->entries[i]);

		if (here == id)
			return (int)i;
		if (s->entries[i].flags & HTML_SCOPE || (stop && (here == stop || here == other)))
			return NOWHERE;
	}
	return NOWHERE;
}

static void close_to(struct html_stack *s, int i)
{
	if (i != NOWHERE)
		pop_to(s, (size_t)i);
}

static void close_p(struct html_stack *s)
{
	close_to(s, find(s, HTML_P, HTML_BUTTON, HTML_BUTTON));
}

/* An open one of the same kind ends, also through elements that are not special. */
static void close_item(struct html_stack *s, enum html_id id, enum html_id other)
{
	for (size_t i = s->n; i-- > 0;) {
		enum html_id here = id_of(&s->entries[i]);

		if (here == id || here == other) {
			pop_to(s, i);
			return;
		}
		if (s->entries[i].flags & HTML_SPECIAL && here != HTML_P && here != HTML_NAMED &&
		    strcmp(s->names + s->entries[i].name, "address") != 0)
			return;
	}
}

/* ---- tables -------------------------------------------------------------------------------- */

static bool is_section(enum html_id id)
{
	return id == HTML_TBODY || id == HTML_THEAD || id == HTML_TFOOT;
}

static bool is_cell(enum html_id id)
{
	return id == HTML_TD || id == HTML_TH;
}

/* The parts of the innermost table that the start of another one ends. */
static void close_rows(struct html_stack *s, enum html_id id)
{
	for (size_t i = s->n; i-- > 0;) {
		enum html_id here = id_of(&s->entries[i]);

		if (here == HTML_TABLE || here == HTML_TEMPLATE || here == HTML_HTML ||
		    (is_cell(id) && here == HTML_TR) ||
		    ((is_cell(id) || id == HTML_TR) && is_section(here))) {
			if (here != HTML_HTML)
				pop_to(s, i + 1);
			return;
		}
	}
}

/* ---- starts -------------------------------------------------------------------------------- */

/* The one of these that is the innermost ends here. */
static void close_if_top(struct html_stack *s, enum html_id id)
{
	if (s->n && id_of(top(s)) == id)
		pop(s);
}

static void close_before(struct html_stack *s, const struct html_name *known)
{
	if (known->flags & HTML_CLOSES_P)
		close_p(s);
	if (known->flags & HTML_HEADING && s->n && top(s)->flags & HTML_HEADING)
		pop(s);
	if (known->flags & HTML_ROW)
		close_rows(s, (enum html_id)known->id);
	switch ((enum html_id)known->id) {
	case HTML_LI: close_item(s, HTML_LI, HTML_LI); break;
	case HTML_DD:
	case HTML_DT: close_item(s, HTML_DD, HTML_DT); break;
	case HTML_OPTGROUP:
		close_if_top(s, HTML_OPTION);
		close_if_top(s, HTML_OPTGROUP);
		break;
	case HTML_OPTION: close_if_top(s, HTML_OPTION); break;
	case HTML_A:
	case HTML_NOBR: close_item(s, (enum html_id)known->id, (enum html_id)known->id); break;
	case HTML_BUTTON:
	case HTML_SELECT:
		close_to(s, find(s, (enum html_id)known->id, HTML_OTHER, HTML_OTHER));
		break;
	case HTML_TABLE:
		if (id_of(top(s)) == HTML_TABLE || id_of(top(s)) == HTML_TR ||
		    is_section(id_of(top(s))))
			close_to(s, find(s, HTML_TABLE, HTML_OTHER, HTML_OTHER));
		break;
	default: break;
	}
}

static void begin_body(struct html_stack *s, const struct html_tag *tag)
{
	if (s->phase == BEFORE_HTML)
		imply(s, HTML_HTML);
	pop_to(s, 1);
	s->phase = IN_BODY;
	if (tag)
		push(s, html_names_at(s->known, HTML_BODY), "body", 4, false, tag);
	else
		imply(s, HTML_BODY);
}

/* html, head, body and what stands around them; true: it is done. */
static bool start_frame(struct html_stack *s, const struct html_name *known,
			const struct html_tag *tag)
{
	enum html_id id = known ? (enum html_id)known->id : HTML_OTHER;

	if (s->phase == IN_BODY)
		return id == HTML_HTML || id == HTML_HEAD || id == HTML_BODY;
	if (id == HTML_BODY) {
		begin_body(s, tag);
		return true;
	}
	if (s->phase == BEFORE_HTML) {
		s->phase = BEFORE_HEAD;
		if (id == HTML_HTML)
			push(s, known, "html", 4, false, tag);
		else
			imply(s, HTML_HTML);
	}
	if (id == HTML_HTML)
		return true;
	if (id == HTML_HEAD) {
		if (s->phase == BEFORE_HEAD) {
			s->phase = IN_HEAD;
			push(s, known, "head", 4, false, tag);
		}
		return true;
	}
	if (id_of(top(s)) != HTML_HTML && id_of(top(s)) != HTML_HEAD)
		return false; /* in a noscript or template of the head */
	if (!known || !(known->flags & HTML_IN_HEAD)) {
		begin_body(s, NULL);
	} else if (s->phase == BEFORE_HEAD) {
		s->phase = IN_HEAD;
		imply(s, HTML_HEAD);
	}
	return false;
}

/* @return whether the element is of svg or math */
static bool start_foreign(struct html_stack *s, const struct html_name *known)
{
	if (in_foreign(s)) {
		if (!known || !(known->flags & HTML_BREAKOUT))
			return true;
		while (in_foreign(s))
			pop(s);
	}
	return known && (known->id == HTML_SVG || known->id == HTML_MATH);
}

static void start(struct html_stack *s, const struct html_tag *tag)
{
	const struct html_name *known = html_names_find(s->known, tag->name, tag->name_len);
	bool foreign;

	if (start_frame(s, known, tag))
		return;
	foreign = start_foreign(s, known);
	if (known && known->id == HTML_FORM && !foreign &&
	    find(s, HTML_FORM, HTML_TEMPLATE, HTML_TEMPLATE) != NOWHERE)
		return;
	if (known && !foreign)
		close_before(s, known);
	push(s, known, tag->name, tag->name_len, foreign, tag);
	if (foreign ? tag->self_closing : known && known->flags & HTML_VOID)
		pop(s);
	else if (known && !foreign && known->content != HTML_DATA)
		html_tokens_content(s->tokens, (enum html_content)known->content, tag->name,
				    tag->name_len);
}

/* ---- ends ---------------------------------------------------------------------------------- */

/* Any other end tag: the innermost open one of that name, not behind a special element. */
static void end_named(struct html_stack *s, const struct html_tag *tag)
{
	for (size_t i = s->n; i-- > 1;) {
		const struct entry *e = &s->entries[i];

		if (e->name_len == tag->name_len &&
		    !memcmp(s->names + e->name, tag->name, tag->name_len)) {
			pop_to(s, i);
			return;
		}
		if (e->flags & HTML_SPECIAL)
			return;
	}
}

static void end_heading(struct html_stack *s)
{
	for (size_t i = s->n; i-- > 1 && !(s->entries[i].flags & HTML_SCOPE);) {
		if (s->entries[i].flags & HTML_HEADING) {
			pop_to(s, i);
			return;
		}
	}
}

/* A part of a table, from inside of it also through cells. */
static void end_row(struct html_stack *s, enum html_id id, const struct html_tag *tag)
{
	for (size_t i = s->n; i-- > 1;) {
		enum html_id here = id_of(&s->entries[i]);

		if (s->entries[i].known && s->entries[i].known->id == id &&
		    !s->entries[i].foreign) {
			pop_to(s, i);
			return;
		}
		if (here == HTML_TABLE || here == HTML_TEMPLATE)
			return;
	}
}

static void end_head(struct html_stack *s)
{
	if (s->phase == IN_HEAD && s->n > 1) {
		pop_to(s, 1);
		s->phase = AFTER_HEAD;
	}
}

static void end_special(struct html_stack *s, const struct html_name *known,
			const struct html_tag *tag)
{
	int i;

	switch ((enum html_id)known->id) {
	case HTML_HTML:
	case HTML_BODY: return; /* what follows is taken into the body */
	case HTML_HEAD: end_head(s); return;
	case HTML_P:
		i = find(s, HTML_P, HTML_BUTTON, HTML_BUTTON);
		if (i == NOWHERE && s->phase == IN_BODY) {
			imply(s, HTML_P);
			pop(s);
		}
		close_to(s, i);
		return;
	case HTML_LI: close_to(s, find(s, HTML_LI, HTML_UL, HTML_OL)); return;
	default: break;
	}
	if (known->flags & HTML_HEADING)
		end_heading(s);
	else if (known->flags & HTML_ROW || known->id == HTML_TABLE || known->id == HTML_TEMPLATE)
		end_row(s, (enum html_id)known->id, tag);
	else
		close_to(s, find(s, (enum html_id)known->id, HTML_OTHER, HTML_OTHER));
}

static void end(struct html_stack *s, const struct html_tag *tag)
{
	const struct entry *e = s->n ? top(s) : NULL;
	const struct html_name *known;

	/* Nearly always. */
	if (s->n > 2 && e->name_len == tag->name_len &&
	    !memcmp(s->names + e->name, tag->name, tag->name_len)) {
		pop(s);
		return;
	}
	known = html_names_find(s->known, tag->name, tag->name_len);
	if (known && known->id == HTML_BR) {
		start(s, tag);
		return;
	}
	if (known && known->flags & HTML_SPECIAL && !(known->flags & HTML_VOID) && !in_foreign(s))
		end_special(s, known, tag);
	else
		end_named(s, tag);
}

static void on_tag(void *arg, const struct html_tag *tag)
{
	struct html_stack *s = arg;

	s->cut |= tag->cut;
	if (tag->end)
		end(s, tag);
	else
		start(s, tag);
	listen(s);
}

/* ---- text ---------------------------------------------------------------------------------- */

static bool is_blank(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] != ' ' && (s[i] < '\t' || s[i] > '\r'))
			return false;
	}
	return true;
}

static void on_text(void *arg, const char *text, size_t n)
{
	struct html_stack *s = arg;

	if (s->phase < IN_BODY &&
	    (!s->n || id_of(top(s)) == HTML_HTML || id_of(top(s)) == HTML_HEAD)) {
		if (is_blank(text, n))
			return;
		begin_body(s, NULL);
		listen(s);
	}
	if (!s->mute)
		s->sink->text(s->arg, text, n);
}

static bool on_wants(void *arg, const char *name, size_t len)
{
	struct html_stack *s = arg;

	return !s->sink->wants || s->sink->wants(s->arg, name, len);
}

/* ---- the interface ------------------------------------------------------------------------- */

struct html_stack *html_stack_new(const struct html_stack_sink *sink, void *arg)
{
	static const struct html_sink tokens = {.tag = on_tag, .text = on_text, .wants = on_wants};
	struct html_stack *s = mem_zalloc(sizeof *s);

	s->sink = sink;
	s->arg = arg;
	s->known = html_names_new();
	s->tokens = html_tokens_new(&tokens, s);
	return s;
}

void html_stack_free(struct html_stack *s)
{
	if (!s)
		return;
	html_tokens_free(s->tokens);
	html_names_free(s->known);
	free(s);
}

void html_stack_reset(struct html_stack *s)
{
	html_tokens_reset(s->tokens);
	s->phase = BEFORE_HTML;
	s->mute = s->cut = false;
	s->n = 0;
}

void html_stack_feed(struct html_stack *s, const char *bytes, size_t n)
{
	html_tokens_feed(s->tokens, bytes, n);
}

void html_stack_finish(struct html_stack *s)
{
	html_tokens_finish(s->tokens);
	if (s->n && top(s)->known && !top(s)->foreign && top(s)->known->content != HTML_DATA)
		s->cut = true;
	pop_to(s, 0);
}

void html_stack_mute(struct html_stack *s, bool mute)
{
	s->mute = mute;
}

bool html_stack_was_cut(const struct html_stack *s)
{
	return s->cut;
}

const struct html_name *html_stack_name(const struct html_stack *s, const char *name, size_t len)
{
	return html_names_find(s->known, name, len);
}
