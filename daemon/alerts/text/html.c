/* Messages as HTML for mail: no images, no colours of its own (so that dark mode is the reader's
 * business), one column, readable as text when styles are taken away. */
#include <string.h>

#include "daemon/alerts/text/sheet.h"

enum { PIECE_HTML = 8192 };

static const char head[] =
	"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
	"<meta name=\"color-scheme\" content=\"light dark\">"
	"<meta name=\"supported-color-schemes\" content=\"light dark\"></head>\n"
	"<body style=\"font-family:sans-serif;font-size:16px;line-height:1.4;max-width:42em;"
	"margin:1em\">\n";
static const char tail[] = "</body></html>\n";

enum container { NOTHING, CHANGES, FACTS, LIST, CONTAINERS };
#define TABLE "<table role=\"presentation\" style=\"border-spacing:0;margin:0 0 1em\">\n"
static const char *const opening[CONTAINERS] = {
	[NOTHING] = "",
	[CHANGES] = TABLE,
	[FACTS] = TABLE,
	[LIST] = "<ul style=\"margin:0 0 1em;padding-left:1.2em\">\n",
};
static const char *const closing[CONTAINERS] = {
	[NOTHING] = "", [CHANGES] = "</table>\n", [FACTS] = "</table>\n", [LIST] = "</ul>\n"};

static enum container container_of(enum piece_kind kind)
{
	switch (kind) {
	case PIECE_CHANGE: return CHANGES;
	case PIECE_FACT:
	case PIECE_LINK:
	case PIECE_COMMAND: return FACTS;
	case PIECE_ITEM: return LIST;
	case PIECE_TITLE:
	case PIECE_SAYS:
	case PIECE_HEAD:
	case PIECE_SMALL: return NOTHING;
	}
	return NOTHING;
}

static void escape(struct buf *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		switch (*p) {
		case '&': buf_add_str(out, "&amp;"); break;
		case '<': buf_add_str(out, "&lt;"); break;
		case '>': buf_add_str(out, "&gt;"); break;
		case '"': buf_add_str(out, "&quot;"); break;
		case '\'': buf_add_str(out, "&#39;"); break;
		default: buf_add_char(out, *p);
		}
	}
}

static void element(struct buf *out, const char *open, const char *text, const char *close)
{
	buf_add_str(out, open);
	escape(out, text);
	buf_add_str(out, close);
}

static void row(struct buf *out, const struct piece *p)
{
	element(out,
		"<tr><th scope=\"row\" style=\"text-align:left;vertical-align:top;"
		"padding:0 1em .2em 0\">",
		p->label, "</th><td style=\"padding:0 0 .2em\">");
	if (p->kind == PIECE_LINK && sheet_is_address(p->text)) {
		element(out, "<a href=\"", p->text, "\">");
		element(out, "", p->text, "</a>");
	} else if (p->kind == PIECE_COMMAND) {
		element(out, "<code>", p->text, "</code>");
	} else {
		escape(out, p->text);
	}
	buf_add_str(out, "</td></tr>\n");
}

static void draw(struct buf *out, const struct piece *p)
{
	switch (p->kind) {
	case PIECE_TITLE:
		element(out, "<h1 style=\"font-size:1.2em;margin:0 0 .5em\">", p->text, "</h1>\n");
		break;
	case PIECE_HEAD:
		element(out, "<h2 style=\"font-size:1em;margin:1em 0 .3em\">", p->text, "</h2>\n");
		break;
	case PIECE_SAYS: element(out, "<p style=\"margin:0 0 1em\">", p->text, "</p>\n"); break;
	case PIECE_SMALL:
		element(out, "<p style=\"margin:0 0 1em;font-size:.9em\">", p->text, "</p>\n");
		break;
	case PIECE_ITEM:
		buf_add_str(out, "<li>");
		if (p->label[0])
			element(out, "<strong>", p->label, "</strong> ");
		element(out, "", p->text, "</li>\n");
		break;
	case PIECE_FACT:
	case PIECE_CHANGE:
	case PIECE_LINK:
	case PIECE_COMMAND: row(out, p); break;
	}
}

void message_html(const json_t *message, const struct wording *w, struct buf *out)
{
	enum { RESERVE = 64 }; /* what closes everything */
	struct sheet *s = sheet_new(message, w);
	struct buf one = BUF_INIT(PIECE_HTML);
	enum container in = NOTHING;
	if (out->len + sizeof(head) + RESERVE <= out->max) {
		buf_add_str(out, head);
		for (size_t i = 0; i < s->n; i++) {
			enum container wanted = container_of(s->pieces[i].kind);
			buf_reset(&one);
			if (wanted != in) {
				buf_add_str(&one, closing[in]);
				buf_add_str(&one, opening[wanted]);
			}
			draw(&one, &s->pieces[i]);
			if (one.overflow || out->len + one.len + RESERVE > out->max)
				break;
			in = wanted;
			buf_add(out, buf_str(&one), one.len);
		}
		buf_add_str(out, closing[in]);
		buf_add_str(out, tail);
	}
	buf_fini(&one);
	sheet_free(s);
}
