/* Messages as plain text of 78 columns. */
#include <stdio.h>
#include <string.h>

#include "daemon/alerts/text/sheet.h"
#include "shared/mem.h"
#include "shared/text_safe.h"
#include "shared/utf8.h"

enum { WIDTH = 78, FACT_INDENT = 13, CHANGE_INDENT = 20, ITEM_INDENT = 4, LINE_MAX_BYTES = 4096 };

/* The longest beginning of s, at least one character, that is not wider than that. */
static size_t that_fits(const char *s, size_t n, int columns)
{
	size_t at = 0;
	int width = 0;
	while (at < n) {
		char one[UTF8_MAX_BYTES + 1] = {0};
		uint32_t c;
		size_t k = utf8_next(s + at, n - at, &c);
		memcpy(one, s + at, k);
		width += text_width(one);
		if (at && width > columns)
			break;
		at += k;
	}
	return at;
}

static int width_of(const char *s, size_t n)
{
	char word[PIECE_TEXT + 1];
	snprintf(word, sizeof(word), "%.*s", (int)n, s);
	return text_width(word);
}

static void break_line(struct buf *out, int indent, int *column)
{
	buf_printf(out, "\n%*s", indent, "");
	*column = indent;
}

/* Words from the column on; further lines are indented. whole: no word is broken. */
static void add_words(struct buf *out, const char *text, int column, int indent, bool whole)
{
	bool begins = true;
	for (const char *p = text; *p;) {
		size_t n = strcspn(p, " ");
		int width = width_of(p, n);
		if (!begins && column + 1 + width > WIDTH) {
			break_line(out, indent, &column);
			begins = true;
		}
		if (!begins) {
			buf_add_char(out, ' ');
			column++;
		}
		while (!whole && column + width > WIDTH) {
			size_t fits = that_fits(p, n, WIDTH - column);
			buf_add(out, p, fits);
			p += fits;
			n -= fits;
			width = width_of(p, n);
			if (!n)
				break;
			break_line(out, indent, &column);
		}
		buf_add(out, p, n);
		column += width;
		begins = false;
		p += n;
		p += strspn(p, " ");
	}
	buf_add_char(out, '\n');
}

static void add_labelled(struct buf *out, const char *before, const struct piece *p,
			 const char *after, int indent, bool whole)
{
	char label[PIECE_LABEL + 8];
	snprintf(label, sizeof(label), "%s%s%s", before, p->label, after);
	int width = text_width(label);
	buf_printf(out, "%s%*s", label, width < indent ? indent - width : 1, "");
	add_words(out, p->text, width < indent ? indent : width + 1, indent, whole);
}

static int group_of(enum piece_kind kind)
{
	switch (kind) {
	case PIECE_TITLE:
	case PIECE_SAYS: return 0;
	case PIECE_HEAD:
	case PIECE_CHANGE:
	case PIECE_ITEM: return 1;
	case PIECE_FACT:
	case PIECE_LINK:
	case PIECE_COMMAND: return 2;
	case PIECE_SMALL: return 3;
	}
	return 0;
}

static void draw(struct buf *out, const struct piece *p)
{
	switch (p->kind) {
	case PIECE_TITLE:
	case PIECE_SAYS:
	case PIECE_SMALL:
	case PIECE_HEAD: add_words(out, p->text, 0, 0, false); break;
	case PIECE_FACT: add_labelled(out, "", p, ":", FACT_INDENT, false); break;
	case PIECE_LINK:
	case PIECE_COMMAND: add_labelled(out, "", p, ":", FACT_INDENT, true); break;
	case PIECE_CHANGE: add_labelled(out, "  ", p, "", CHANGE_INDENT, false); break;
	case PIECE_ITEM:
		buf_printf(out, "%-2s", p->label);
		add_words(out, p->text, 2, ITEM_INDENT, false);
		break;
	}
}

void message_text(const json_t *message, const struct wording *w, struct buf *out)
{
	static const char cut[] = "...\n";
	struct sheet *s = sheet_new(message, w);
	struct buf line = BUF_INIT(LINE_MAX_BYTES);
	for (size_t i = 0; i < s->n; i++) {
		const struct piece *p = &s->pieces[i];
		enum piece_kind before = i ? s->pieces[i - 1].kind : p->kind;
		bool apart = i && (p->kind == PIECE_HEAD ||
				   (before != PIECE_HEAD && group_of(p->kind) != group_of(before)));
		buf_reset(&line);
		if (apart)
			buf_add_char(&line, '\n');
		draw(&line, p);
		if (out->len + line.len + sizeof(cut) > out->max) {
			buf_add_str(out, cut);
			break;
		}
		buf_add(out, buf_str(&line), line.len);
	}
	buf_fini(&line);
	sheet_free(s);
}
