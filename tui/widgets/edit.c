#include "tui/widgets/edit.h"

#include <stdio.h>
#include <string.h>

#include "shared/utf8.h"

void edit_set(struct edit *e, const char *text)
{
	snprintf(e->text, sizeof e->text, "%s", text);
	e->len = utf8_floor(e->text, strlen(e->text));
	e->text[e->len] = '\0';
	e->at = e->len;
	e->scroll = 0;
}

static size_t left_of(const struct edit *e, size_t at)
{
	if (at == 0)
		return 0;
	do
		at--;
	while (at > 0 && ((unsigned char)e->text[at] & 0xC0) == 0x80);
	return at;
}

static size_t right_of(const struct edit *e, size_t at)
{
	if (at >= e->len)
		return e->len;
	do
		at++;
	while (at < e->len && ((unsigned char)e->text[at] & 0xC0) == 0x80);
	return at;
}

static void cut(struct edit *e, size_t from, size_t to)
{
	memmove(e->text + from, e->text + to, e->len - to + 1);
	e->len -= to - from;
	e->at = from;
}

static size_t word_left(const struct edit *e)
{
	size_t at = e->at;

	while (at > 0 && e->text[at - 1] == ' ')
		at--;
	while (at > 0 && e->text[at - 1] != ' ')
		at = left_of(e, at);
	return at;
}

bool edit_insert(struct edit *e, uint32_t code)
{
	char bytes[UTF8_MAX_BYTES];
	size_t n = utf8_put(bytes, code);

	if (e->len + n + 1 > sizeof e->text)
		return true;
	memmove(e->text + e->at + n, e->text + e->at, e->len - e->at + 1);
	memcpy(e->text + e->at, bytes, n);
	e->len += n;
	e->at += n;
	return true;
}

bool edit_key(struct edit *e, const struct key *k)
{
	if (key_printable(k->code))
		return edit_insert(e, k->code);
	/* A pasted line end or tab becomes a space inside a line. */
	if (k->pasted && (k->code == KEY_CODE_ENTER || k->code == KEY_CODE_TAB))
		return e->at == e->len ? true : edit_insert(e, ' ');
	switch (k->code) {
	case KEY_CODE_LEFT: e->at = left_of(e, e->at); return true;
	case KEY_CODE_RIGHT: e->at = right_of(e, e->at); return true;
	case KEY_CODE_HOME:
	case 'A' & 31: e->at = 0; return true;
	case KEY_CODE_END:
	case 'E' & 31: e->at = e->len; return true;
	case KEY_CODE_BACKSPACE: cut(e, left_of(e, e->at), e->at); return true;
	case KEY_CODE_DELETE:
	case 'D' & 31: {
		size_t at = e->at;

		cut(e, at, right_of(e, at));
		return true;
	}
	case 'U' & 31: cut(e, 0, e->at); return true;
	case 'K' & 31:
		e->len = e->at;
		e->text[e->len] = '\0';
		return true;
	case 'W' & 31: cut(e, word_left(e), e->at); return true;
	default: return false;
	}
}

static int columns(const struct edit *e, size_t from, size_t to)
{
	char part[EDIT_MAX];

	memcpy(part, e->text + from, to - from);
	part[to - from] = '\0';
	return outside_width(part);
}

void edit_draw(struct edit *e, struct surface s, int y, int x, int width, unsigned style,
	       bool active)
{
	char part[EDIT_MAX];

	if (width <= 1)
		return;
	if (e->scroll > e->at || !active)
		e->scroll = active ? e->at : 0;
	while (e->scroll < e->at && columns(e, e->scroll, e->at) > width - 1)
		e->scroll = right_of(e, e->scroll);
	for (int i = 0; i < width; i++)
		surface_code(s, y, x + i, style, ' ');
	memcpy(part, e->text + e->scroll, e->len - e->scroll + 1);
	for (char *p = part; *p; p++)
		if (*p == '\n')
			*p = '|'; /* entries of a list on one line */
	surface_outside(s, y, x, style, part, width);
	if (active)
		surface_caret(s, y, x + columns(e, e->scroll, e->at));
}
