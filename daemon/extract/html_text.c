/* Text between tags: of markup, of elements that hold none, of CDATA sections. */
#include <string.h>

#include "daemon/extract/html_token_internal.h"

/* Where the run of text ends. Without a reader only a tag matters; a NUL ends it otherwise, since
 * it becomes U+FFFD everywhere but in markup and CDATA. */
static const char *run_end(const struct html_tokens *t, const char *p, const char *end)
{
	const char *less;

	switch ((int)t->state) {
	case S_PLAINTEXT: return html_scan(p, end, B_NUL);
	case S_CDATA: return html_scan(p, end, B_BRACKET);
	default: break;
	}
	if (t->mute) {
		less = memchr(p, '<', (size_t)(end - p));
		return less ? less : end;
	}
	switch ((int)t->state) {
	case S_DATA: return html_scan(p, end, B_LESS | B_AMP);
	case S_RCDATA: return html_scan(p, end, B_LESS | B_AMP | B_NUL);
	default: return html_scan(p, end, B_LESS | B_NUL);
	}
}

static const char *text(struct html_tokens *t, const char *p, const char *end)
{
	const char *q = run_end(t, p, end);

	html_give_text(t, p, (size_t)(q - p));
	if (q == end)
		return q;
	switch (*q) {
	case '<':
		t->back = t->state;
		t->state = t->state == S_DATA     ? S_TAG_OPEN
			   : t->state == S_SCRIPT ? S_SCRIPT_LESS
						  : S_TEXT_LESS;
		break;
	case '&':
		t->back = t->state;
		t->state = S_REFERENCE;
		break;
	case ']': t->state = S_CDATA_BRACKET; break;
	default: html_give_text(t, HTML_REPLACEMENT, 3); break;
	}
	return q + 1;
}

/* ---- CDATA --------------------------------------------------------------------------------- */

static const char *cdata_bracket(struct html_tokens *t, const char *p)
{
	if (*p == ']') {
		t->state = S_CDATA_END;
		return p + 1;
	}
	html_give_text(t, "]", 1);
	t->state = S_CDATA;
	return p;
}

static const char *cdata_end(struct html_tokens *t, const char *p)
{
	if (*p == ']') {
		html_give_text(t, "]", 1);
		return p + 1;
	}
	if (*p == '>') {
		t->state = S_DATA;
		return p + 1;
	}
	html_give_text(t, "]]", 2);
	t->state = S_CDATA;
	return p;
}

/* ---- the end tag that such a text waits for ------------------------------------------------ */

static void give_held(struct html_tokens *t)
{
	html_give_text(t, "</", 2);
	html_give_text(t, t->store, t->len);
	t->state = t->back;
}

static const char *text_less(struct html_tokens *t, const char *p)
{
	if (*p == '/') {
		t->state = S_TEXT_END_OPEN;
		return p + 1;
	}
	html_give_text(t, "<", 1);
	t->state = t->back;
	return p;
}

static const char *end_open(struct html_tokens *t, const char *p)
{
	t->len = 0;
	if (html_is(*p, B_ALPHA) && t->n_last) {
		t->state = S_TEXT_END_NAME;
		return p;
	}
	give_held(t);
	return p;
}

/* The bytes as they are, in the store: they are text when another name comes of them. */
static const char *end_name(struct html_tokens *t, const char *p, const char *end)
{
	while (p < end && t->len < t->n_last && html_lower(*p) == t->last[t->len])
		html_keep_char(t, *p++);
	if (p == end)
		return p;
	if (t->len < t->n_last || !html_is(*p, B_BLANK | B_SLASH | B_GREATER)) {
		give_held(t);
		return p;
	}
	html_tag_begin(t, true);
	html_keep(t, t->last, t->n_last);
	html_tag_name_done(t);
	if (*p == '>')
		html_give_tag(t);
	else
		t->state = *p == '/' ? S_SELF_CLOSING : S_BEFORE_NAME;
	return p + 1;
}

const char *html_step_text(struct html_tokens *t, const char *p, const char *end)
{
	while (p < end) {
		switch ((int)t->state) {
		case S_DATA:
		case S_RCDATA:
		case S_RAWTEXT:
		case S_PLAINTEXT:
		case S_SCRIPT:
		case S_CDATA: p = text(t, p, end); break;
		case S_CDATA_BRACKET: p = cdata_bracket(t, p); break;
		case S_CDATA_END: p = cdata_end(t, p); break;
		case S_TEXT_LESS: p = text_less(t, p); break;
		case S_TEXT_END_OPEN: p = end_open(t, p); break;
		case S_TEXT_END_NAME: p = end_name(t, p, end); break;
		default: return p;
		}
	}
	return p;
}

void html_end_text(struct html_tokens *t)
{
	switch ((int)t->state) {
	case S_CDATA_BRACKET: html_give_text(t, "]", 1); break;
	case S_CDATA_END: html_give_text(t, "]]", 2); break;
	case S_TEXT_LESS: html_give_text(t, "<", 1); break;
	case S_TEXT_END_OPEN: html_give_text(t, "</", 2); break;
	case S_TEXT_END_NAME: give_held(t); break;
	default: break;
	}
}
