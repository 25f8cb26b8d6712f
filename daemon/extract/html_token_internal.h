#pragma once
/* Between the parts of the tokenizer: html_token.c feeds and gives out, each other part holds the
 * states of one kind of token. A part's step function takes bytes from p on, at least one or a
 * change of state, until another part's state or the end is reached. */
#include <string.h>

#include "daemon/extract/html_token.h"

enum html_state {
	/* html_text.c */
	S_DATA,
	S_RCDATA,
	S_RAWTEXT,
	S_PLAINTEXT,
	S_SCRIPT,
	S_CDATA,
	S_CDATA_BRACKET,
	S_CDATA_END,
	S_TEXT_LESS, /* '<' in RCDATA, RAWTEXT, script data; back says in which */
	S_TEXT_END_OPEN,
	S_TEXT_END_NAME,
	S_TEXT_LAST = S_TEXT_END_NAME,
	/* html_script.c */
	S_SCRIPT_LESS,
	S_SCRIPT_ESCAPE_START,
	S_SCRIPT_ESCAPE_START_DASH,
	S_SCRIPT_ESCAPED,
	S_SCRIPT_ESCAPED_DASH,
	S_SCRIPT_ESCAPED_DASH_DASH,
	S_SCRIPT_ESCAPED_LESS,
	S_SCRIPT_DOUBLE_START,
	S_SCRIPT_DOUBLE,
	S_SCRIPT_DOUBLE_DASH,
	S_SCRIPT_DOUBLE_DASH_DASH,
	S_SCRIPT_DOUBLE_LESS,
	S_SCRIPT_DOUBLE_END,
	S_SCRIPT_LAST = S_SCRIPT_DOUBLE_END,
	/* html_tag.c */
	S_TAG_OPEN,
	S_END_TAG_OPEN,
	S_TAG_NAME,
	S_BEFORE_NAME,
	S_NAME,
	S_AFTER_NAME,
	S_BEFORE_VALUE,
	S_VALUE_DOUBLE,
	S_VALUE_SINGLE,
	S_VALUE_BARE,
	S_AFTER_VALUE,
	S_SELF_CLOSING,
	S_TAG_LAST = S_SELF_CLOSING,
	/* html_comment.c */
	S_MARKUP,
	S_BOGUS,
	S_COMMENT_START,
	S_COMMENT_START_DASH,
	S_COMMENT,
	S_COMMENT_DASH,
	S_COMMENT_END,
	S_COMMENT_END_BANG,
	S_COMMENT_LAST = S_COMMENT_END_BANG,
	/* html_doctype.c */
	S_DOCTYPE,
	S_DOCTYPE_NAME,
	S_DOCTYPE_AFTER_NAME,
	S_DOCTYPE_KEYWORD,
	S_DOCTYPE_AFTER_KEYWORD,
	S_DOCTYPE_ID,
	S_DOCTYPE_AFTER_PUBLIC,
	S_DOCTYPE_AFTER_SYSTEM,
	S_DOCTYPE_BOGUS,
	S_DOCTYPE_LAST = S_DOCTYPE_BOGUS,
	/* html_reference.c */
	S_REFERENCE,
	S_REFERENCE_NAME,
	S_REFERENCE_NUMBER,
	S_REFERENCE_HEX_START,
	S_REFERENCE_HEX,
	S_REFERENCE_DECIMAL,
};

/* Of bytes, ored together in html_bytes[]. */
enum {
	B_BLANK = 1 << 0, /* tab, line feed, form feed, space: no CR comes this far */
	B_UPPER = 1 << 1,
	B_LOWER = 1 << 2,
	B_DIGIT = 1 << 3,
	B_HEX = 1 << 4, /* letters and digits */
	B_NUL = 1 << 5,
	B_LESS = 1 << 6,
	B_GREATER = 1 << 7,
	B_AMP = 1 << 8,
	B_SLASH = 1 << 9,
	B_EQUAL = 1 << 10,
	B_DOUBLE = 1 << 11,
	B_SINGLE = 1 << 12,
	B_DASH = 1 << 13,
	B_BRACKET = 1 << 14, /* ] */
	B_ALPHA = B_UPPER | B_LOWER,
	B_ALNUM = B_ALPHA | B_DIGIT,
};
extern const uint16_t html_bytes[256];

static inline bool html_is(char c, int what)
{
	return (html_bytes[(unsigned char)c] & what) != 0;
}

/* The first byte that is one of them, or end. */
static inline const char *html_scan(const char *p, const char *end, int what)
{
	while (p < end && !html_is(*p, what))
		p++;
	return p;
}

static inline char html_lower(char c)
{
	return html_is(c, B_UPPER) ? (char)(c + ('a' - 'A')) : c;
}

enum { HELD_MAX = 40 }; /* longer than the longest name of an entity */

/* A piece of the store. */
struct html_piece {
	uint32_t at, len;
};

struct html_tokens {
	const struct html_sink *sink;
	void *arg;
	enum html_state state;
	enum html_state back; /* after a reference, a '<' in text */
	bool mute, foreign;
	bool after_cr;

	/* A sequence that the end of a feed cut. */
	char partial[4];
	size_t n_partial;

	/* The token under way: its bytes one after the other. */
	char *store;
	size_t len, cap;
	bool full; /* of the store: something was dropped */
	bool gather;

	bool end, self_closing, cut;
	bool skip; /* the attributes are of no use */
	struct html_piece name;
	size_t n;
	struct {
		struct html_piece name, value;
		bool bare;
	} pieces[HTML_ATTRIBUTES_MAX + 1]; /* the last one for what is dropped */
	struct html_attribute attributes[HTML_ATTRIBUTES_MAX];

	struct html_piece ids[2]; /* of a doctype: public, system */
	bool has_name, has_id[2], force_quirks, ids_system;
	char quote;

	/* Bytes that may turn out to be text: a reference, the name of an end tag. */
	char held[HELD_MAX];
	size_t n_held;
	uint32_t number; /* of a reference */

	char last[HTML_NAME_MAX + 1]; /* the start tag whose end tag ends this text */
	size_t n_last;
};

/** Add to the store; what does not fit is dropped, `full` is set. */
void html_keep_slow(struct html_tokens *t, const char *s, size_t n);
void html_comment_begin(struct html_tokens *t);
void html_tag_begin(struct html_tokens *t, bool end);
void html_tag_name_done(struct html_tokens *t);
void html_give_tag(struct html_tokens *t);
void html_doctype_begin(struct html_tokens *t);
/** "&name" has ended; next is the byte after it, -1 at the end. @return whether next is consumed */
bool html_reference_name_done(struct html_tokens *t, int next);

const char *html_step_text(struct html_tokens *t, const char *p, const char *end);
const char *html_step_script(struct html_tokens *t, const char *p, const char *end);
const char *html_step_tag(struct html_tokens *t, const char *p, const char *end);
const char *html_step_comment(struct html_tokens *t, const char *p, const char *end);
const char *html_step_doctype(struct html_tokens *t, const char *p, const char *end);
const char *html_step_reference(struct html_tokens *t, const char *p, const char *end);
/* Each for the states of its part, at the end of the document. */
void html_end_text(struct html_tokens *t);
void html_end_script(struct html_tokens *t);
void html_end_comment(struct html_tokens *t);
void html_end_doctype(struct html_tokens *t);
void html_end_reference(struct html_tokens *t);

#define HTML_REPLACEMENT "\xEF\xBF\xBD"

static inline void html_keep(struct html_tokens *t, const char *s, size_t n)
{
	if (t->len + n >= t->cap) {
		html_keep_slow(t, s, n);
		return;
	}
	memcpy(t->store + t->len, s, n);
	t->len += n;
}

static inline void html_keep_char(struct html_tokens *t, char c)
{
	html_keep(t, &c, 1);
}

static inline void html_give_text(struct html_tokens *t, const char *s, size_t n)
{
	if (n && !t->mute && t->sink->text)
		t->sink->text(t->arg, s, n);
}
