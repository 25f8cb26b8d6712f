/* What begins with "<!": comments, and what is taken for one. */
#include <string.h>

#include "daemon/extract/html_token_internal.h"
#include "shared/mem.h"
#include "shared/utf8.h"

void html_comment_begin(struct html_tokens *t)
{
	t->len = 0;
	t->full = false;
}

static void keep(struct html_tokens *t, const char *s, size_t n)
{
	if (t->sink->comment)
		html_keep(t, s, n);
}

static void give(struct html_tokens *t)
{
	t->state = S_DATA;
	if (t->sink->comment)
		t->sink->comment(t->arg, t->len ? t->store : "",
				 t->full ? utf8_floor(t->store, t->len) : t->len);
}

/* ---- "<!" ---------------------------------------------------------------------------------- */

static bool could_be(const struct html_tokens *t, const char *word)
{
	if (t->n_held > strlen(word))
		return false;
	for (size_t i = 0; i < t->n_held; i++) {
		if (html_lower(t->held[i]) != html_lower(word[i]))
			return false;
	}
	return true;
}

static bool is_word(const struct html_tokens *t, const char *word)
{
	return t->n_held == strlen(word) && could_be(t, word);
}

static void bogus(struct html_tokens *t)
{
	html_comment_begin(t);
	t->state = S_BOGUS;
	keep(t, t->held, t->n_held);
}

static const char *markup(struct html_tokens *t, const char *p)
{
	static const char cdata[] = "[CDATA[";

	t->held[t->n_held++] = *p;
	if (is_word(t, "--")) {
		html_comment_begin(t);
		t->state = S_COMMENT_START;
	} else if (is_word(t, "doctype")) {
		html_doctype_begin(t);
	} else if (t->n_held == strlen(cdata) && !memcmp(t->held, cdata, t->n_held)) {
		if (t->foreign)
			t->state = S_CDATA;
		else
			bogus(t);
	} else if (!could_be(t, "--") && !could_be(t, "doctype") &&
		   memcmp(t->held, cdata, t->n_held) != 0) {
		t->n_held--;
		bogus(t);
		return p;
	}
	return p + 1;
}

/* ---- comments ------------------------------------------------------------------------------ */

static const char *until(struct html_tokens *t, const char *p, const char *end, int stop)
{
	while (p < end) {
		const char *q = html_scan(p, end, stop | B_NUL);

		keep(t, p, (size_t)(q - p));
		p = q;
		if (p == end || *p)
			break;
		keep(t, HTML_REPLACEMENT, 3);
		p++;
	}
	return p;
}

static const char *bogus_comment(struct html_tokens *t, const char *p, const char *end)
{
	p = until(t, p, end, B_GREATER);
	if (p == end)
		return p;
	give(t);
	return p + 1;
}

/* "<!--" and "<!---" */
static const char *comment_start(struct html_tokens *t, const char *p)
{
	bool dash = t->state == S_COMMENT_START_DASH;

	if (*p == '>') {
		give(t);
		return p + 1;
	}
	if (*p == '-') {
		t->state = dash ? S_COMMENT_END : S_COMMENT_START_DASH;
		return p + 1;
	}
	if (dash)
		keep(t, "-", 1);
	t->state = S_COMMENT;
	return p;
}

static const char *comment(struct html_tokens *t, const char *p, const char *end)
{
	p = until(t, p, end, B_DASH);
	if (p == end)
		return p;
	t->state = S_COMMENT_DASH;
	return p + 1;
}

static const char *comment_dash(struct html_tokens *t, const char *p)
{
	if (*p == '-') {
		t->state = S_COMMENT_END;
		return p + 1;
	}
	keep(t, "-", 1);
	t->state = S_COMMENT;
	return p;
}

/* "--" */
static const char *comment_end(struct html_tokens *t, const char *p)
{
	if (*p == '>') {
		give(t);
		return p + 1;
	}
	if (*p == '!') {
		t->state = S_COMMENT_END_BANG;
		return p + 1;
	}
	if (*p == '-') {
		keep(t, "-", 1);
		return p + 1;
	}
	keep(t, "--", 2);
	t->state = S_COMMENT;
	return p;
}

/* "--!" */
static const char *comment_end_bang(struct html_tokens *t, const char *p)
{
	if (*p == '>') {
		give(t);
		return p + 1;
	}
	keep(t, "--!", 3);
	t->state = *p == '-' ? S_COMMENT_DASH : S_COMMENT;
	return *p == '-' ? p + 1 : p;
}

const char *html_step_comment(struct html_tokens *t, const char *p, const char *end)
{
	while (p < end) {
		switch ((int)t->state) {
		case S_MARKUP: p = markup(t, p); break;
		case S_BOGUS: p = bogus_comment(t, p, end); break;
		case S_COMMENT_START:
		case S_COMMENT_START_DASH: p = comment_start(t, p); break;
		case S_COMMENT: p = comment(t, p, end); break;
		case S_COMMENT_DASH: p = comment_dash(t, p); break;
		case S_COMMENT_END: p = comment_end(t, p); break;
		case S_COMMENT_END_BANG: p = comment_end_bang(t, p); break;
		default: return p;
		}
	}
	return p;
}

void html_end_comment(struct html_tokens *t)
{
	if (t->state == S_MARKUP)
		bogus(t);
	give(t);
}
