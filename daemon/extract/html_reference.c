/* Character references: &name; &#number; &#xnumber; */
#include "daemon/extract/html_entity.h"
#include "daemon/extract/html_token_internal.h"
#include "shared/mem.h"
#include "shared/utf8.h"

enum { LAST_POINT = 0x10FFFF };

static bool in_value(const struct html_tokens *t)
{
	return t->back >= S_VALUE_DOUBLE && t->back <= S_VALUE_BARE;
}

static void put(struct html_tokens *t, const char *s, size_t n)
{
	if (in_value(t))
		html_keep(t, s, n);
	else
		html_give_text(t, s, n);
}

static void put_point(struct html_tokens *t, uint32_t point)
{
	char bytes[UTF8_MAX_BYTES];

	put(t, bytes, utf8_put(bytes, point));
}

/* In a value "&copy=1" and "&copyright" are left as they are: they are parts of addresses. */
bool html_reference_name_done(struct html_tokens *t, int next)
{
	struct html_entity entity;
	size_t n = html_entity_find(t->held, t->n_held, next == ';', &entity);
	bool whole = n == t->n_held && next == ';';
	bool sticks = n < t->n_held || (next >= 0 && html_is((char)next, B_ALNUM | B_EQUAL));

	t->state = t->back;
	if (n && !whole && in_value(t) && sticks)
		n = 0;
	if (n == 0) {
		put(t, "&", 1);
	} else {
		put_point(t, entity.points[0]);
		if (entity.points[1])
			put_point(t, entity.points[1]);
	}
	put(t, t->held + n, t->n_held - n);
	return n && whole;
}

static void number_done(struct html_tokens *t)
{
	/* What windows-1252 has where Latin-1 has control characters. */
	static const uint16_t windows[32] = {
		0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
		0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
		0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
		0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
	};
	uint32_t n = t->number;

	if (n == 0 || n > LAST_POINT || (n >= 0xD800 && n <= 0xDFFF))
		n = UTF8_REPLACEMENT;
	else if (n >= 0x80 && n < 0x80 + ARRAY_LEN(windows) && windows[n - 0x80])
		n = windows[n - 0x80];
	t->state = t->back;
	put_point(t, n);
}

static void add_digit(struct html_tokens *t, char c, uint32_t base)
{
	uint32_t digit = (uint32_t)(html_is(c, B_DIGIT) ? c - '0' : html_lower(c) - 'a' + 10);

	if (t->number <= LAST_POINT)
		t->number = t->number * base + digit;
}

static const char *begin(struct html_tokens *t, const char *p)
{
	t->n_held = 0;
	t->number = 0;
	if (html_is(*p, B_ALNUM)) {
		t->state = S_REFERENCE_NAME;
		return p;
	}
	if (*p == '#') {
		t->state = S_REFERENCE_NUMBER;
		return p + 1;
	}
	t->state = t->back;
	put(t, "&", 1);
	return p;
}

static const char *name(struct html_tokens *t, const char *p)
{
	if (html_is(*p, B_ALNUM) && t->n_held < HTML_ENTITY_NAME_MAX + 1) {
		t->held[t->n_held++] = *p;
		return p + 1;
	}
	return html_reference_name_done(t, (unsigned char)*p) ? p + 1 : p;
}

static const char *number(struct html_tokens *t, const char *p)
{
	if (*p == 'x' || *p == 'X') {
		t->held[0] = *p;
		t->state = S_REFERENCE_HEX_START;
		return p + 1;
	}
	if (html_is(*p, B_DIGIT)) {
		t->state = S_REFERENCE_DECIMAL;
		return p;
	}
	t->state = t->back;
	put(t, "&#", 2);
	return p;
}

static const char *hex_start(struct html_tokens *t, const char *p)
{
	if (html_is(*p, B_HEX)) {
		t->state = S_REFERENCE_HEX;
		return p;
	}
	t->state = t->back;
	put(t, "&#", 2);
	put(t, t->held, 1);
	return p;
}

static const char *digits(struct html_tokens *t, const char *p)
{
	bool hex = t->state == S_REFERENCE_HEX;

	if (html_is(*p, hex ? B_HEX : B_DIGIT)) {
		add_digit(t, *p, hex ? 16 : 10);
		return p + 1;
	}
	number_done(t);
	return *p == ';' ? p + 1 : p;
}

const char *html_step_reference(struct html_tokens *t, const char *p, const char *end)
{
	while (p < end) {
		switch ((int)t->state) {
		case S_REFERENCE: p = begin(t, p); break;
		case S_REFERENCE_NAME: p = name(t, p); break;
		case S_REFERENCE_NUMBER: p = number(t, p); break;
		case S_REFERENCE_HEX_START: p = hex_start(t, p); break;
		case S_REFERENCE_HEX:
		case S_REFERENCE_DECIMAL: p = digits(t, p); break;
		default: return p;
		}
	}
	return p;
}

void html_end_reference(struct html_tokens *t)
{
	switch ((int)t->state) {
	case S_REFERENCE_NAME: html_reference_name_done(t, -1); break;
	case S_REFERENCE_NUMBER:
		t->state = t->back;
		put(t, "&#", 2);
		break;
	case S_REFERENCE_HEX_START:
		t->state = t->back;
		put(t, "&#", 2);
		put(t, t->held, 1);
		break;
	case S_REFERENCE_HEX:
	case S_REFERENCE_DECIMAL: number_done(t); break;
	default:
		t->state = t->back;
		put(t, "&", 1);
		break;
	}
}
