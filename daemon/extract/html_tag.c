/* Tags: names, attributes, values. */
#include <string.h>

#include "daemon/extract/html_token_internal.h"

void html_tag_begin(struct html_tokens *t, bool end)
{
	t->len = 0;
	t->full = t->self_closing = t->cut = false;
	t->end = end;
	t->n = 0;
	t->name = (struct html_piece){0};
	t->state = S_TAG_NAME;
}

static uint32_t piece_length(struct html_tokens *t, uint32_t at)
{
	uint32_t n = (uint32_t)t->len - at;

	html_keep(t, "", 1);
	return n;
}

void html_tag_name_done(struct html_tokens *t)
{
	if (t->len > HTML_NAME_MAX) {
		t->len = HTML_NAME_MAX;
		t->cut = true;
	}
	t->name.len = piece_length(t, 0);
	t->skip = t->end || (t->sink->wants && !t->sink->wants(t->arg, t->store, t->name.len));
}

void html_give_tag(struct html_tokens *t)
{
	struct html_tag tag = {
		.name = t->store,
		.name_len = t->name.len,
		.end = t->end,
		.self_closing = t->self_closing,
		.cut = t->cut,
		.n = t->end ? 0 : t->n,
		.attributes = t->attributes,
	};

	t->state = S_DATA;
	for (size_t i = 0; i < tag.n; i++)
		t->attributes[i] = (struct html_attribute){
			.name = t->store + t->pieces[i].name.at,
			.value = t->store + t->pieces[i].value.at,
			.name_len = t->pieces[i].name.len,
			.value_len = t->pieces[i].value.len,
			.bare = t->pieces[i].bare,
		};
	if (t->sink->tag)
		t->sink->tag(t->arg, &tag);
}

/* ---- attributes ---------------------------------------------------------------------------- */

static void attribute_begin(struct html_tokens *t)
{
	t->pieces[t->n].name = (struct html_piece){.at = (uint32_t)t->len};
	t->state = S_NAME;
}

static void attribute_name_done(struct html_tokens *t)
{
	t->pieces[t->n].name.len = piece_length(t, t->pieces[t->n].name.at);
	t->pieces[t->n].value = (struct html_piece){.at = (uint32_t)t->len};
	t->pieces[t->n].bare = true;
}

static bool is_double(const struct html_tokens *t)
{
	const struct html_piece *name = &t->pieces[t->n].name;

	for (size_t i = 0; i < t->n; i++) {
		if (t->pieces[i].name.len == name->len &&
		    t->store[t->pieces[i].name.at] == t->store[name->at] &&
		    !memcmp(t->store + t->pieces[i].name.at, t->store + name->at, name->len))
			return true;
	}
	return false;
}

/* With its value, "" when it had none. */
static void attribute_done(struct html_tokens *t)
{
	t->pieces[t->n].value.len = piece_length(t, t->pieces[t->n].value.at);
	if (t->skip) {
		t->len = t->pieces[t->n].name.at;
		return;
	}
	if (t->full || t->n == HTML_ATTRIBUTES_MAX || t->pieces[t->n].name.len > HTML_NAME_MAX) {
		t->cut = true;
		t->len = t->pieces[t->n].name.at;
	} else if (is_double(t)) {
		t->len = t->pieces[t->n].name.at;
	} else {
		t->n++;
	}
}

/* ---- states -------------------------------------------------------------------------------- */

/* A run of a name, in lower case. */
static const char *keep_name(struct html_tokens *t, const char *p, const char *end, int stop)
{
	while (p < end) {
		/* Names are short: byte by byte is quickest, as long as there is room. */
		if (t->cap > t->len) {
			char *to = t->store + t->len, *full = t->store + t->cap - 1;

			while (p < end && to < full && !html_is(*p, stop | B_NUL))
				*to++ = html_lower(*p++);
			t->len = (size_t)(to - t->store);
		}
		if (p == end || html_is(*p, stop))
			break;
		if (*p)
			html_keep_char(t, html_lower(*p));
		else
			html_keep(t, HTML_REPLACEMENT, 3);
		p++;
	}
	return p;
}

static const char *tag_open(struct html_tokens *t, const char *p)
{
	if (html_is(*p, B_ALPHA)) {
		html_tag_begin(t, false);
		return p;
	}
	if (*p == '/') {
		t->state = S_END_TAG_OPEN;
		return p + 1;
	}
	if (*p == '!') {
		t->state = S_MARKUP;
		t->n_held = 0;
		return p + 1;
	}
	if (*p == '?') {
		html_comment_begin(t);
		t->state = S_BOGUS;
		return p;
	}
	t->state = S_DATA;
	html_give_text(t, "<", 1);
	return p;
}

static const char *end_tag_open(struct html_tokens *t, const char *p)
{
	if (html_is(*p, B_ALPHA)) {
		html_tag_begin(t, true);
		return p;
	}
	if (*p == '>') {
		t->state = S_DATA;
		return p + 1;
	}
	html_comment_begin(t);
	t->state = S_BOGUS;
	return p;
}

static const char *tag_name(struct html_tokens *t, const char *p, const char *end)
{
	p = keep_name(t, p, end, B_BLANK | B_SLASH | B_GREATER);
	if (p == end)
		return p;
	html_tag_name_done(t);
	if (*p == '>')
		html_give_tag(t);
	else
		t->state = *p == '/' ? S_SELF_CLOSING : S_BEFORE_NAME;
	return p + 1;
}

static const char *before_name(struct html_tokens *t, const char *p, const char *end)
{
	while (p < end && html_is(*p, B_BLANK))
		p++;
	if (p == end)
		return p;
	if (*p == '>') {
		html_give_tag(t);
		return p + 1;
	}
	if (*p == '/') {
		t->state = S_SELF_CLOSING;
		return p + 1;
	}
	attribute_begin(t);
	if (*p != '=')
		return p;
	html_keep_char(t, '=');
	return p + 1;
}

static const char *name(struct html_tokens *t, const char *p, const char *end)
{
	p = t->skip ? html_scan(p, end, B_BLANK | B_SLASH | B_GREATER | B_EQUAL)
		    : keep_name(t, p, end, B_BLANK | B_SLASH | B_GREATER | B_EQUAL);
	if (p == end)
		return p;
	attribute_name_done(t);
	if (*p == '=') {
		t->pieces[t->n].bare = false;
		t->state = S_BEFORE_VALUE;
		return p + 1;
	}
	t->state = S_AFTER_NAME;
	return p;
}

static const char *after_name(struct html_tokens *t, const char *p, const char *end)
{
	while (p < end && html_is(*p, B_BLANK))
		p++;
	if (p == end)
		return p;
	if (*p == '=') {
		t->pieces[t->n].bare = false;
		t->state = S_BEFORE_VALUE;
		return p + 1;
	}
	attribute_done(t);
	t->state = S_BEFORE_NAME;
	return p;
}

static const char *before_value(struct html_tokens *t, const char *p, const char *end)
{
	while (p < end && html_is(*p, B_BLANK))
		p++;
	if (p == end)
		return p;
	if (*p == '"' || *p == '\'') {
		t->state = *p == '"' ? S_VALUE_DOUBLE : S_VALUE_SINGLE;
		return p + 1;
	}
	if (*p == '>') {
		attribute_done(t);
		html_give_tag(t);
		return p + 1;
	}
	t->state = S_VALUE_BARE;
	return p;
}

/* The end of a value that nobody wants: references in it end nothing. */
static const char *value_end(const struct html_tokens *t, const char *p, const char *end)
{
	const char *q;

	if (t->state == S_VALUE_BARE)
		return html_scan(p, end, B_BLANK | B_GREATER);
	q = memchr(p, t->state == S_VALUE_DOUBLE ? '"' : '\'', (size_t)(end - p));
	return q ? q : end;
}

static const char *value(struct html_tokens *t, const char *p, const char *end)
{
	int stop = t->state == S_VALUE_DOUBLE   ? B_DOUBLE
		   : t->state == S_VALUE_SINGLE ? B_SINGLE
						: B_BLANK | B_GREATER;
	const char *q = t->skip ? value_end(t, p, end) : html_scan(p, end, stop | B_AMP | B_NUL);

	if (!t->skip)
		html_keep(t, p, (size_t)(q - p));
	if (q == end)
		return q;
	if (*q == '\0') {
		html_keep(t, HTML_REPLACEMENT, 3);
		return q + 1;
	}
	if (*q == '&') {
		t->back = t->state;
		t->state = S_REFERENCE;
		return q + 1;
	}
	attribute_done(t);
	if (t->state == S_VALUE_BARE) {
		t->state = S_BEFORE_NAME;
		return q;
	}
	t->state = S_AFTER_VALUE;
	return q + 1;
}

static const char *after_value(struct html_tokens *t, const char *p)
{
	if (*p == '/') {
		t->state = S_SELF_CLOSING;
		return p + 1;
	}
	t->state = S_BEFORE_NAME;
	return p;
}

static const char *self_closing(struct html_tokens *t, const char *p)
{
	if (*p == '>') {
		t->self_closing = true;
		html_give_tag(t);
		return p + 1;
	}
	t->state = S_BEFORE_NAME;
	return p;
}

const char *html_step_tag(struct html_tokens *t, const char *p, const char *end)
{
	while (p < end) {
		switch ((int)t->state) {
		case S_TAG_OPEN: p = tag_open(t, p); break;
		case S_END_TAG_OPEN: p = end_tag_open(t, p); break;
		case S_TAG_NAME: p = tag_name(t, p, end); break;
		case S_BEFORE_NAME: p = before_name(t, p, end); break;
		case S_NAME: p = name(t, p, end); break;
		case S_AFTER_NAME: p = after_name(t, p, end); break;
		case S_BEFORE_VALUE: p = before_value(t, p, end); break;
		case S_VALUE_DOUBLE:
		case S_VALUE_SINGLE:
		case S_VALUE_BARE: p = value(t, p, end); break;
		case S_AFTER_VALUE: p = after_value(t, p); break;
		case S_SELF_CLOSING: p = self_closing(t, p); break;
		default: return p;
		}
	}
	return p;
}
