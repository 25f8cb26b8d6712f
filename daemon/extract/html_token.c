#include "daemon/extract/html_token_internal.h"

#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/utf8.h"

enum { STORE_FIRST = 4096 };

const uint16_t html_bytes[256] = {
	['\0'] = B_NUL,
	['\t'] = B_BLANK,
	['\n'] = B_BLANK,
	['\f'] = B_BLANK,
	[' '] = B_BLANK,
	['"'] = B_DOUBLE,
	['&'] = B_AMP,
	['\''] = B_SINGLE,
	['-'] = B_DASH,
	['/'] = B_SLASH,
	['<'] = B_LESS,
	['='] = B_EQUAL,
	['>'] = B_GREATER,
	[']'] = B_BRACKET,
	['0' ... '9'] = B_DIGIT | B_HEX,
	['A' ... 'F'] = B_UPPER | B_HEX,
	['G' ... 'Z'] = B_UPPER,
	['a' ... 'f'] = B_LOWER | B_HEX,
	['g' ... 'z'] = B_LOWER,
};

/* ---- elements whose contents are not markup ------------------------------------------------ */

enum html_content html_content_of(const char *name, size_t len)
{
	static const struct {
		const char *name;
		enum html_content content;
	} elements[] = {
		{"title", HTML_RCDATA},        {"textarea", HTML_RCDATA},
		{"style", HTML_RAWTEXT},       {"xmp", HTML_RAWTEXT},
		{"iframe", HTML_RAWTEXT},      {"noembed", HTML_RAWTEXT},
		{"noframes", HTML_RAWTEXT},    {"script", HTML_SCRIPT},
		{"plaintext", HTML_PLAINTEXT},
	};

	for (size_t i = 0; i < ARRAY_LEN(elements); i++) {
		if (strlen(elements[i].name) == len && !memcmp(elements[i].name, name, len))
			return elements[i].content;
	}
	return HTML_DATA;
}

void html_tokens_content(struct html_tokens *t, enum html_content content, const char *name,
			 size_t len)
{
	static const enum html_state states[] = {
		[HTML_DATA] = S_DATA,           [HTML_RCDATA] = S_RCDATA,
		[HTML_RAWTEXT] = S_RAWTEXT,     [HTML_SCRIPT] = S_SCRIPT,
		[HTML_PLAINTEXT] = S_PLAINTEXT, [HTML_CDATA] = S_CDATA,
	};

	if (len > HTML_NAME_MAX)
		len = HTML_NAME_MAX;
	memcpy(t->last, name, len);
	t->n_last = len;
	t->state = states[content];
}

void html_tokens_foreign(struct html_tokens *t, bool foreign)
{
	t->foreign = foreign;
}

void html_tokens_mute(struct html_tokens *t, bool mute)
{
	t->mute = mute;
}

/* ---- the store ----------------------------------------------------------------------------- */

/* Filled to the last byte before anything is dropped, so that it does not matter how the input
 * was cut; one byte is left for a NUL. */
void html_keep_slow(struct html_tokens *t, const char *s, size_t n)
{
	size_t room = HTML_TAG_BYTES - t->len;

	if (n > room) {
		n = room;
		t->full = true;
	}
	while (t->len + n >= t->cap && t->cap < HTML_TAG_BYTES + 1) {
		t->cap = t->cap ? 2 * t->cap : STORE_FIRST;
		if (t->cap > HTML_TAG_BYTES)
			t->cap = HTML_TAG_BYTES + 1;
		t->store = mem_realloc(t->store, t->cap);
	}
	memcpy(t->store + t->len, s, n);
	t->len += n;
}

/* ---- the interface ------------------------------------------------------------------------- */

struct html_tokens *html_tokens_new(const struct html_sink *sink, void *arg)
{
	struct html_tokens *t = mem_zalloc(sizeof *t);

	t->sink = sink;
	t->arg = arg;
	return t;
}

void html_tokens_free(struct html_tokens *t)
{
	if (!t)
		return;
	free(t->store);
	free(t);
}

void html_tokens_reset(struct html_tokens *t)
{
	t->state = S_DATA;
	t->mute = t->foreign = t->after_cr = false;
	t->n_partial = t->n_last = t->n_held = 0;
}

static void run(struct html_tokens *t, const char *p, const char *end)
{
	while (p < end) {
		if (t->state <= S_TEXT_LAST)
			p = html_step_text(t, p, end);
		else if (t->state <= S_SCRIPT_LAST)
			p = html_step_script(t, p, end);
		else if (t->state <= S_TAG_LAST)
			p = html_step_tag(t, p, end);
		else if (t->state <= S_COMMENT_LAST)
			p = html_step_comment(t, p, end);
		else if (t->state <= S_DOCTYPE_LAST)
			p = html_step_doctype(t, p, end);
		else
			p = html_step_reference(t, p, end);
	}
}

/* CR and CR LF are LF before any state sees them. */
static void run_lines(struct html_tokens *t, const char *p, const char *end)
{
	static const char line_feed[] = "\n";

	while (p < end) {
		const char *cr;

		if (t->after_cr && *p == '\n') {
			t->after_cr = false;
			p++;
			continue;
		}
		t->after_cr = false;
		cr = memchr(p, '\r', (size_t)(end - p));
		run(t, p, cr ? cr : end);
		if (!cr)
			return;
		run(t, line_feed, line_feed + 1);
		t->after_cr = true;
		p = cr + 1;
	}
}

/* A character that two pieces share waits for its end. */
void html_tokens_feed(struct html_tokens *t, const char *s, size_t n)
{
	const char *end = s + n;
	size_t whole;

	while (t->n_partial && s < end) {
		t->partial[t->n_partial++] = *s++;
		whole = utf8_floor(t->partial, t->n_partial);
		if (!whole && t->n_partial == sizeof t->partial)
			whole = t->n_partial; /* not UTF-8 */
		run_lines(t, t->partial, t->partial + whole);
		t->n_partial -= whole;
		memmove(t->partial, t->partial + whole, t->n_partial);
	}
	if (s == end)
		return;
	whole = utf8_floor(s, (size_t)(end - s));
	run_lines(t, s, s + whole);
	t->n_partial = (size_t)(end - s) - whole;
	memcpy(t->partial, s + whole, t->n_partial);
}

void html_tokens_finish(struct html_tokens *t)
{
	if (t->n_partial)
		run(t, t->partial, t->partial + t->n_partial);
	t->n_partial = 0;
	if (t->state > S_DOCTYPE_LAST)
		html_end_reference(t);
	if (t->state <= S_TEXT_LAST)
		html_end_text(t);
	else if (t->state <= S_SCRIPT_LAST)
		html_end_script(t);
	else if (t->state == S_TAG_OPEN)
		html_give_text(t, "<", 1);
	else if (t->state == S_END_TAG_OPEN)
		html_give_text(t, "</", 2);
	else if (t->state > S_TAG_LAST && t->state <= S_COMMENT_LAST)
		html_end_comment(t);
	else if (t->state > S_COMMENT_LAST)
		html_end_doctype(t);
	t->state = S_DATA;
}
