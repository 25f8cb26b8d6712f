#include "daemon/extract/xml_scan.h"

#include <string.h>

enum { TAG_MAX = 64 << 10 }; /* bytes that quotes may hide the end of a tag for */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool begins_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80);
}

static bool is_name(char c)
{
	return begins_name(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
}

static const char *find(const char *s, const char *end, const char *word)
{
	return s < end ? memmem(s, (size_t)(end - s), word, strlen(word)) : NULL;
}

/* ---- tags ---------------------------------------------------------------------------------- */

/* The '>' that ends a start tag; one between quotes does not, unless the quotes have no end. */
static const char *tag_end(const char *s, const char *end)
{
	const char *first = NULL, *limit = end - s > TAG_MAX ? s + TAG_MAX : end;
	char quote = 0, before = 0;

	for (; s < limit; s++) {
		if (*s == '>' && !first)
			first = s;
		if (quote)
			quote = *s == quote ? 0 : quote;
		else if (*s == '>')
			return s;
		else if ((*s == '"' || *s == '\'') && before == '=')
			quote = *s;
		if (!is_blank(*s))
			before = *s;
	}
	return limit < end ? first : NULL;
}

static void read_name(struct xml_token *t, const char *s, const char *end)
{
	const char *from = s, *colon;

	while (s < end && is_name(*s))
		s++;
	colon = memchr(from, ':', (size_t)(s - from));
	t->prefix = from;
	t->prefix_len = colon ? (size_t)(colon - from) : 0;
	t->name = colon ? colon + 1 : from;
	t->name_len = (size_t)(s - t->name);
	t->s = s;
	t->len = (size_t)(end - s);
}

static enum xml_kind cut(struct xml_scan *x)
{
	if (!x->last)
		return XML_CUT;
	x->at = x->end;
	return XML_OVER;
}

static enum xml_kind read_tag(struct xml_scan *x, struct xml_token *t)
{
	bool stop = x->at[1] == '/';
	const char *from = x->at + 1 + stop, *close;

	close = stop ? memchr(from, '>', (size_t)(x->end - from)) : tag_end(from, x->end);
	if (!close)
		return cut(x);
	t->empty = !stop && close > from && close[-1] == '/';
	read_name(t, from, t->empty ? close - 1 : close);
	x->at = close + 1;
	return stop ? XML_STOP : XML_START;
}

/* ---- what is passed over ------------------------------------------------------------------- */

/* With its own declarations: up to the bracket that ends them. */
static const char *doctype_end(const char *s, const char *end)
{
	const char *close = memchr(s, '>', (size_t)(end - s));
	const char *open = close ? memchr(s, '[', (size_t)(close - s)) : NULL;

	if (!open)
		return close;
	close = find(open, end, "]>");
	return close ? close + 1 : find(open, end, ">");
}

/* NULL: it does not end here. */
static const char *markup_end(const char *s, const char *end)
{
	const char *close;

	if (end - s >= 4 && !memcmp(s, "<!--", 4)) {
		close = find(s + 4, end, "-->");
		return close ? close + 3 : NULL;
	}
	close = s[1] == '?' ? find(s, end, ">") : doctype_end(s, end);
	return close ? close + 1 : NULL;
}

static bool begins_markup(const char *s, const char *end)
{
	return end - s >= 2 && (s[1] == '/' || s[1] == '!' || s[1] == '?' || begins_name(s[1]));
}

/* A '<' that begins nothing is text. */
static const char *text_end(const char *s, const char *end)
{
	for (; (s = memchr(s, '<', (size_t)(end - s))); s++) {
		if (s + 1 == end || begins_markup(s, end))
			return s;
	}
	return end;
}

enum xml_kind xml_next(struct xml_scan *x, struct xml_token *t)
{
	static const char cdata[] = "<![CDATA[";
	enum { CDATA_LEN = sizeof cdata - 1 };

	*t = (struct xml_token){.kind = XML_OVER, .begin = x->at};
	while (x->at < x->end) {
		const char *close;
		size_t left = (size_t)(x->end - x->at);

		t->begin = x->at;
		if (*x->at != '<' || (left > 1 && !begins_markup(x->at, x->end))) {
			close = text_end(x->at + 1, x->end);
			if (close == x->end && !x->last)
				return t->kind = XML_CUT;
			t->s = x->at;
			t->len = (size_t)(close - x->at);
			x->at = close;
			return t->kind = XML_TEXT;
		}
		if (left < CDATA_LEN && !x->last)
			return t->kind = XML_CUT;
		if (left < 2)
			return t->kind = cut(x);
		if (left >= CDATA_LEN && !memcmp(x->at, cdata, CDATA_LEN)) {
			close = find(x->at + CDATA_LEN, x->end, "]]>");
			if (!close && !x->last)
				return t->kind = XML_CUT;
			t->s = x->at + CDATA_LEN;
			t->len = (size_t)((close ? close : x->end) - t->s);
			x->at = close ? close + 3 : x->end;
			return t->kind = XML_CDATA;
		}
		if (x->at[1] != '!' && x->at[1] != '?')
			return t->kind = read_tag(x, t);
		close = markup_end(x->at, x->end);
		if (!close)
			return t->kind = cut(x);
		x->at = close;
	}
	return XML_OVER;
}

bool xml_name_is(const struct xml_token *t, const char *name)
{
	return t->name_len == strlen(name) && !memcmp(t->name, name, t->name_len);
}

bool xml_prefix_is(const struct xml_token *t, const char *prefix, size_t len)
{
	return t->prefix_len == len && (len == 0 || !memcmp(t->prefix, prefix, len));
}

bool xml_attribute_next(const char **at, const char *end, struct xml_attribute *out)
{
	const char *s = *at;

	while (s < end && !begins_name(*s))
		s++;
	out->name = s;
	while (s < end && is_name(*s))
		s++;
	out->name_len = (size_t)(s - out->name);
	while (s < end && is_blank(*s))
		s++;
	out->value = s;
	out->value_len = 0;
	if (s < end && *s == '=') {
		do
			s++;
		while (s < end && is_blank(*s));
		if (s < end && (*s == '"' || *s == '\'')) {
			const char *close = memchr(s + 1, *s, (size_t)(end - s - 1));

			out->value = s + 1;
			s = close ? close : end;
			out->value_len = (size_t)(s - out->value);
			s += close != NULL;
		} else {
			out->value = s;
			while (s < end && !is_blank(*s))
				s++;
			out->value_len = (size_t)(s - out->value);
		}
	}
	*at = s;
	return out->name_len > 0;
}
