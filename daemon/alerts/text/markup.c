/* Messages in the markups of chats. Every text is escaped: what a page or a header says must not
 * become bold, a link or a call for everybody in the room. Where a chat has no escape character,
 * a character that looks alike stands in; an invisible space breaks mentions and bare links. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "daemon/alerts/text/sheet.h"

enum { PIECE_MARKUP = 8192 };

#define ZERO_WIDTH_SPACE "\u200b"

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* ":smile:" is a picture; ":db8:" is part of an address, and no picture has such a name. */
static bool is_emoji(const char *p)
{
	bool named = false;
	size_t n = 1;
	for (; p[n] && (isalnum((unsigned char)p[n]) || strchr("_+-", p[n])); n++)
		named |= isalpha((unsigned char)p[n]) && !isxdigit((unsigned char)p[n]);
	return named && p[n] == ':';
}

static bool is_scheme_end(const char *p)
{
	return p[0] == ':' && p[1] == '/' && p[2] == '/';
}

/* https://api.slack.com/reference/surfaces/formatting: only & < > can be escaped. */
static void escape_slack(struct buf *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		char before = p > text ? p[-1] : ' ';
		bool edge = !in_word(before) || !in_word(p[1]);
		switch (*p) {
		case '&': buf_add_str(out, "&amp;"); break;
		case '<': buf_add_str(out, "&lt;"); break;
		case '>': buf_add_str(out, p == text ? "\u203a" : "&gt;"); break;
		case '*': buf_add_str(out, "\u2217"); break;
		case '~': buf_add_str(out, "\u223c"); break;
		case '`': buf_add_str(out, "\u02cb"); break;
		case '_': buf_add_str(out, edge ? "\u02cd" : "_"); break;
		case '@': buf_add_str(out, "@" ZERO_WIDTH_SPACE); break;
		case ':':
			buf_add_str(out,
				    is_scheme_end(p) || is_emoji(p) ? ":" ZERO_WIDTH_SPACE : ":");
			break;
		default: buf_add_char(out, *p);
		}
	}
}

static void escape_telegram(struct buf *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		switch (*p) {
		case '&': buf_add_str(out, "&amp;"); break;
		case '<': buf_add_str(out, "&lt;"); break;
		case '>': buf_add_str(out, "&gt;"); break;
		case '"': buf_add_str(out, "&quot;"); break;
		case '@': buf_add_str(out, "@" ZERO_WIDTH_SPACE); break;
		case ':': buf_add_str(out, is_scheme_end(p) ? ":" ZERO_WIDTH_SPACE : ":"); break;
		default: buf_add_char(out, *p);
		}
	}
}

/* "1. " and "- " begin a list, "# " a heading, only where a text begins. */
static bool opens_block(const char *text, const char *p)
{
	const char *digits = text;
	if (p[1] && !strchr(" #-=", p[1]))
		return false;
	if (p == text)
		return strchr("+-#=", *p) != NULL;
	while (isdigit((unsigned char)*digits))
		digits++;
	return p == digits && (*p == '.' || *p == ')');
}

/* Any ASCII punctuation may stand behind a backslash (CommonMark 0.31, 2.4; Discord the same). */
static void escape_markdown(struct buf *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		bool special = strchr("\\`*_{}[]()<>~|!&", *p) || opens_block(text, p) ||
			       (*p == ':' && (is_scheme_end(p) || is_emoji(p))) ||
			       (*p == '.' && p >= text + 3 && !strncasecmp(p - 3, "www", 3));
		if (special)
			buf_add_char(out, '\\');
		buf_add_char(out, *p);
		if (*p == '@')
			buf_add_str(out, ZERO_WIDTH_SPACE);
	}
}

static void escape(struct buf *out, enum message_markup how, const char *text)
{
	switch (how) {
	case MARKUP_SLACK: escape_slack(out, text); break;
	case MARKUP_TELEGRAM_HTML: escape_telegram(out, text); break;
	case MARKUP_DISCORD:
	case MARKUP_MARKDOWN: escape_markdown(out, text); break;
	}
}

static void bold(struct buf *out, enum message_markup how, const char *text, const char *after)
{
	const char *mark = how == MARKUP_SLACK ? "*" : "**";
	bool html = how == MARKUP_TELEGRAM_HTML;
	buf_add_str(out, html ? "<b>" : mark);
	escape(out, how, text);
	buf_add_str(out, after);
	buf_add_str(out, html ? "</b>" : mark);
}

/* Nothing is markup in a span of code but its end. */
static void code(struct buf *out, enum message_markup how, const char *text)
{
	char plain[PIECE_TEXT];
	snprintf(plain, sizeof(plain), "%s", text);
	for (char *p = plain; *p; p++)
		if (*p == '`')
			*p = '\'';
	buf_add_str(out, how == MARKUP_TELEGRAM_HTML ? "<code>" : "`");
	if (how == MARKUP_SLACK || how == MARKUP_TELEGRAM_HTML) {
		escape(out, how, plain);
	} else {
		for (const char *p = plain; *p; p++) {
			buf_add_char(out, *p);
			if (*p == '@')
				buf_add_str(out, ZERO_WIDTH_SPACE);
		}
	}
	buf_add_str(out, how == MARKUP_TELEGRAM_HTML ? "</code>" : "`");
}

static void address(struct buf *out, const char *text)
{
	for (const char *p = text; *p; p++)
		buf_add_str(out, *p == '&' ? "&amp;" : (char[2]){*p, 0});
}

static void link_to(struct buf *out, enum message_markup how, const char *text)
{
	if (!sheet_is_address(text)) {
		escape(out, how, text);
	} else if (how == MARKUP_TELEGRAM_HTML) {
		buf_add_str(out, "<a href=\"");
		address(out, text);
		buf_add_str(out, "\">");
		address(out, text);
		buf_add_str(out, "</a>");
	} else {
		buf_add_char(out, '<');
		if (how == MARKUP_SLACK)
			address(out, text);
		else
			buf_add_str(out, text);
		buf_add_char(out, '>');
	}
}

static void labelled(struct buf *out, enum message_markup how, const struct piece *p)
{
	bold(out, how, p->label, ":");
	buf_add_char(out, ' ');
}

static const char *bullet(enum message_markup how)
{
	return how == MARKUP_SLACK || how == MARKUP_TELEGRAM_HTML ? "\u2022 " : "- ";
}

static void draw(struct buf *out, enum message_markup how, const struct piece *p)
{
	switch (p->kind) {
	case PIECE_TITLE:
	case PIECE_HEAD: bold(out, how, p->text, ""); break;
	case PIECE_SAYS:
	case PIECE_SMALL: escape(out, how, p->text); break;
	case PIECE_FACT:
		labelled(out, how, p);
		escape(out, how, p->text);
		break;
	case PIECE_LINK:
		labelled(out, how, p);
		link_to(out, how, p->text);
		break;
	case PIECE_COMMAND:
		labelled(out, how, p);
		code(out, how, p->text);
		break;
	case PIECE_CHANGE:
		buf_add_str(out, bullet(how));
		escape(out, how, p->label);
		buf_add_str(out, ": ");
		escape(out, how, p->text);
		break;
	case PIECE_ITEM:
		buf_add_str(out, bullet(how));
		if (p->label[0]) {
			bold(out, how, p->label, "");
			buf_add_char(out, ' ');
		}
		escape(out, how, p->text);
		break;
	}
}

static bool is_item(const struct piece *p)
{
	return p->kind == PIECE_ITEM || p->kind == PIECE_CHANGE;
}

/* An empty line before a heading and after a list; CommonMark runs all other lines together that
 * none stands between. */
static const char *between(enum message_markup how, const struct piece *before,
			   const struct piece *p)
{
	bool apart = p->kind == PIECE_HEAD || (is_item(before) && !is_item(p));
	if (how == MARKUP_MARKDOWN)
		apart = apart || !is_item(before) || !is_item(p);
	return apart ? "\n\n" : "\n";
}

void message_markup(const json_t *message, const struct wording *w, enum message_markup how,
		    struct buf *out)
{
	static const char cut[] = "\n...";
	struct sheet *s = sheet_new(message, w);
	struct buf one = BUF_INIT(PIECE_MARKUP);
	for (size_t i = 0; i < s->n; i++) {
		buf_reset(&one);
		if (i)
			buf_add_str(&one, between(how, &s->pieces[i - 1], &s->pieces[i]));
		draw(&one, how, &s->pieces[i]);
		if (one.overflow || out->len + one.len + sizeof(cut) > out->max) {
			buf_add_str(out, cut);
			break;
		}
		buf_add(out, buf_str(&one), one.len);
	}
	buf_fini(&one);
	sheet_free(s);
}
