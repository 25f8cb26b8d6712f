#include <stdlib.h>
#include <string.h>

#include "shared/css_internal.h"
#include "shared/utf8.h"

bool css_is_blank(char c)
{
	return c && strchr(" \t\r\n\f", c);
}

void css_skip_blanks(struct css_parser *p)
{
	while (css_is_blank(p->s[p->at]))
		p->at++;
}

bool css_take(struct css_parser *p, char c)
{
	if (p->s[p->at] != c)
		return false;
	p->at++;
	return true;
}

bool css_expect(struct css_parser *p, char c, const char *after)
{
	return css_take(p, c) || css_fail(p, p->at, "'%c' is missing after %s", c, after);
}

static bool is_hex(char c)
{
	return c && strchr("0123456789abcdefABCDEF", c);
}

static bool is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (unsigned char)c >= 0x80;
}

static bool is_name_char(char c)
{
	return is_name_start(c) || (c >= '0' && c <= '9') || c == '-';
}

static bool escape_begins(const char *s)
{
	return s[0] == '\\' && s[1] && !strchr("\r\n\f", s[1]);
}

bool css_name_begins(const struct css_parser *p)
{
	const char *s = p->s + p->at;

	if (*s == '-')
		return is_name_start(s[1]) || s[1] == '-' || escape_begins(s + 1);
	return is_name_start(*s) || escape_begins(s);
}

static void add_code_point(struct buf *out, uint32_t cp)
{
	char bytes[UTF8_MAX_BYTES];

	if (cp == 0 || cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		cp = UTF8_REPLACEMENT;
	buf_add(out, bytes, utf8_put(bytes, cp));
}

/* At the backslash of an escape: \26 with a blank after it, or \@ */
static void read_escape(struct css_parser *p, struct buf *out)
{
	uint32_t cp = 0;
	int n = 0;

	p->at++;
	if (!is_hex(p->s[p->at])) {
		buf_add_char(out, p->s[p->at++]);
		return;
	}
	for (; n < 6 && is_hex(p->s[p->at]); n++) {
		char digit[2] = {p->s[p->at++]};

		cp = cp * 16 + (uint32_t)strtoul(digit, NULL, 16);
	}
	if (p->s[p->at] == '\r' && p->s[p->at + 1] == '\n')
		p->at += 2;
	else if (css_is_blank(p->s[p->at]))
		p->at++;
	add_code_point(out, cp);
}

bool css_read_hash(struct css_parser *p, struct buf *out)
{
	size_t from = p->at;

	buf_reset(out);
	for (;;) {
		const char *s = p->s + p->at;

		if (escape_begins(s))
			read_escape(p, out);
		else if (is_name_char(*s))
			buf_add_char(out, p->s[p->at++]);
		else
			break;
	}
	if (out->len == 0)
		return css_fail(p, from, "a name is missing after '#'");
	return !out->overflow || css_fail(p, from, "the name is too long");
}

bool css_read_name(struct css_parser *p, struct buf *out, const char *what)
{
	if (!css_name_begins(p))
		return css_fail(p, p->at, "%s is missing", what);
	return css_read_hash(p, out);
}

bool css_read_string(struct css_parser *p, struct buf *out)
{
	size_t from = p->at;
	char quote = p->s[p->at++];

	buf_reset(out);
	while (p->s[p->at] && p->s[p->at] != quote) {
		const char *s = p->s + p->at;

		if (*s == '\\' && (s[1] == '\n' || s[1] == '\f'))
			p->at += 2; /* a line goes on */
		else if (*s == '\\' && s[1] == '\r')
			p->at += s[2] == '\n' ? 3 : 2;
		else if (escape_begins(s))
			read_escape(p, out);
		else if (strchr("\r\n\f", *s))
			break;
		else
			buf_add_char(out, p->s[p->at++]);
	}
	if (!css_take(p, quote))
		return css_fail(p, from, "the text does not end: %c is missing", quote);
	return !out->overflow || css_fail(p, from, "the text is too long");
}

void css_literal(struct buf *out, const char *text)
{
	size_t n;

	if (!strchr(text, '\'')) {
		buf_printf(out, "'%s'", text);
		return;
	}
	if (!strchr(text, '"')) {
		buf_printf(out, "\"%s\"", text);
		return;
	}
	buf_add_str(out, "concat(");
	for (; *text; text += n) {
		char quote = *text == '\'' ? '"' : '\'';

		n = quote == '\'' ? strcspn(text, "'") : strspn(text, "'");
		buf_add_char(out, quote);
		buf_add(out, text, n);
		buf_add_char(out, quote);
		if (text[n])
			buf_add_str(out, ", ");
	}
	buf_add_char(out, ')');
}

void css_lower(char *s)
{
	for (; *s; s++) {
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s - 'A' + 'a');
	}
}

bool css_is_plain_name(const char *s)
{
	if (!is_name_start(*s) || (unsigned char)*s >= 0x80)
		return false;
	while (is_name_char(*s) && (unsigned char)*s < 0x80)
		s++;
	return *s == '\0';
}
