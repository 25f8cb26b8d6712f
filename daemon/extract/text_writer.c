#include "daemon/extract/text_writer.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/extract/extract.h"
#include "shared/mem.h"

/* Sorted. */
static const struct element {
	const char *name;
	int role;
} elements[] = {
	{"address", TEXT_BLOCK},
	{"article", TEXT_BLOCK},
	{"aside", TEXT_BLOCK},
	{"blockquote", TEXT_BLOCK},
	{"body", TEXT_BLOCK},
	{"br", TEXT_BREAK},
	{"caption", TEXT_BLOCK},
	{"center", TEXT_BLOCK},
	{"dd", TEXT_BLOCK},
	{"details", TEXT_BLOCK},
	{"dialog", TEXT_BLOCK},
	{"dir", TEXT_BLOCK},
	{"div", TEXT_BLOCK},
	{"dl", TEXT_BLOCK},
	{"dt", TEXT_BLOCK},
	{"fieldset", TEXT_BLOCK},
	{"figcaption", TEXT_BLOCK},
	{"figure", TEXT_BLOCK},
	{"footer", TEXT_BLOCK},
	{"form", TEXT_BLOCK},
	{"h1", TEXT_BLOCK},
	{"h2", TEXT_BLOCK},
	{"h3", TEXT_BLOCK},
	{"h4", TEXT_BLOCK},
	{"h5", TEXT_BLOCK},
	{"h6", TEXT_BLOCK},
	{"head", TEXT_HIDDEN},
	{"header", TEXT_BLOCK},
	{"hgroup", TEXT_BLOCK},
	{"hr", TEXT_BLOCK},
	{"html", TEXT_BLOCK},
	{"legend", TEXT_BLOCK},
	{"li", TEXT_BLOCK},
	{"main", TEXT_BLOCK},
	{"menu", TEXT_BLOCK},
	{"nav", TEXT_BLOCK},
	{"noscript", TEXT_HIDDEN},
	{"ol", TEXT_BLOCK},
	{"optgroup", TEXT_BLOCK},
	{"option", TEXT_BLOCK},
	{"p", TEXT_BLOCK},
	{"pre", TEXT_BLOCK},
	{"script", TEXT_HIDDEN | TEXT_RAW},
	{"section", TEXT_BLOCK},
	{"style", TEXT_HIDDEN | TEXT_RAW},
	{"summary", TEXT_BLOCK},
	{"table", TEXT_BLOCK},
	{"tbody", TEXT_BLOCK},
	{"td", TEXT_CELL},
	{"template", TEXT_HIDDEN},
	{"tfoot", TEXT_BLOCK},
	{"th", TEXT_CELL},
	{"thead", TEXT_BLOCK},
	{"tr", TEXT_BLOCK},
	{"ul", TEXT_BLOCK},
};

static int by_name(const void *name, const void *element)
{
	return strcmp(name, ((const struct element *)element)->name);
}

int text_role(const char *name)
{
	const struct element *e =
		bsearch(name, elements, ARRAY_LEN(elements), sizeof *elements, by_name);

	return e ? e->role : TEXT_INLINE;
}

/* Length of the blank at s: ASCII's, or the no-break space that shops put into prices. */
static size_t blank_length(const char *s, const char *end)
{
	if (*s == ' ' || (*s >= '\t' && *s <= '\r'))
		return 1;
	return *s == '\xC2' && s + 1 < end && s[1] == '\xA0' ? 2 : 0;
}

void text_add(struct text_writer *w, const char *s, size_t n)
{
	const char *end = s + n;

	while (s < end && !w->out->overflow) {
		const char *word = s;
		size_t blank = blank_length(s, end);

		if (blank) {
			w->space = true;
			s += blank;
			continue;
		}
		while (s < end && !blank_length(s, end))
			s++;
		if (w->out->len && w->line)
			buf_add_char(w->out, '\n');
		else if (w->out->len && w->space)
			buf_add_char(w->out, ' ');
		w->line = w->space = false;
		n = (size_t)(s - word);
		/* found_add cuts it at a character. */
		buf_add(w->out, word, n < EXTRACT_VALUE_BYTES ? n : EXTRACT_VALUE_BYTES);
	}
}

void text_add_raw(struct text_writer *w, const char *s, size_t n)
{
	size_t room = w->out->max - w->out->len;

	if (!w->out->overflow)
		buf_add(w->out, s, n < room ? n : room);
}

static void at_edge(struct text_writer *w, int role)
{
	if (role & TEXT_BLOCK)
		w->line = true;
	else if (role & TEXT_CELL)
		w->space = true;
}

void text_enter(struct text_writer *w, int role)
{
	at_edge(w, role);
	if (role & TEXT_BREAK)
		w->line = true;
}

void text_leave(struct text_writer *w, int role)
{
	at_edge(w, role);
}
