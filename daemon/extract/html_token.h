#pragma once
/* HTML as a stream of tokens, by the states of the WHATWG's standard (13.2.5): bytes in pieces of
 * any size, tokens out through callbacks, the same ones however the bytes were cut. No I/O, no
 * recursion, no allocation for a token, memory bounded by HTML_TAG_BYTES and HTML_ATTRIBUTES_MAX.
 * Parse errors are mended as the standard says and not told.
 *
 * Input is UTF-8 (charset.h). What is not valid goes through as it is. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	HTML_NAME_MAX =
		255, /* bytes of a name; a longer tag's is cut, a longer attribute dropped */
	HTML_ATTRIBUTES_MAX = 256,
	HTML_TAG_BYTES = 256 << 10, /* names and values of one tag, or one comment or doctype */
};

struct html_attribute {
	const char *name, *value; /* both end in NUL; a value may hold none of its own */
	size_t name_len, value_len;
	bool bare; /* no "=": the value is "" */
};

struct html_tag {
	const char *name; /* A-Z in lower case; ends in NUL */
	size_t name_len;
	bool end, self_closing;
	bool cut; /* a limit was passed: the name is cut, or attributes were dropped */
	size_t n; /* of an end tag 0 */
	const struct html_attribute *attributes; /* each name once */
};

struct html_doctype {
	const char *name, *public_id, *system_id; /* NULL: not there */
	size_t name_len, public_len, system_len;
	bool force_quirks;
};

/** Everything is valid until the callback returns. NULL: not wanted, and not even gathered. */
struct html_sink {
	void (*tag)(void *arg, const struct html_tag *tag);
	/** A part of a text, references decoded; it ends where a character ends. */
	void (*text)(void *arg, const char *s, size_t n);
	void (*comment)(void *arg, const char *s, size_t n);
	void (*doctype)(void *arg, const struct html_doctype *d);
	/** Are the attributes of this start tag of use? If not, it has none. NULL: always. */
	bool (*wants)(void *arg, const char *name, size_t len);
};

/** What stands between tags: how far markup is markup. */
enum html_content {
	HTML_DATA,
	HTML_RCDATA,  /* title, textarea: references, but no tags */
	HTML_RAWTEXT, /* style, iframe, ...: neither */
	HTML_SCRIPT,  /* neither, and comments hide end tags */
	HTML_PLAINTEXT,
	HTML_CDATA,
};
/** What such an element holds, outside of svg and math; scripting is off, so a noscript is markup.
 */
enum html_content html_content_of(const char *name, size_t len);

struct html_tokens;
/** sink is borrowed. Owner: the caller. */
struct html_tokens *html_tokens_new(const struct html_sink *sink, void *arg);
void html_tokens_free(struct html_tokens *t);
/** Another document; memory is kept. */
void html_tokens_reset(struct html_tokens *t);
void html_tokens_feed(struct html_tokens *t, const char *s, size_t n);
/** The end of the document: what is open is given out or dropped as the standard says. */
void html_tokens_finish(struct html_tokens *t);

/* These three from a tag's callback, or before the first byte. */

/** What follows ends with the end tag of that name. A start tag leads to HTML_DATA by itself. */
void html_tokens_content(struct html_tokens *t, enum html_content content, const char *name,
			 size_t len);
/** The innermost element is of svg or math: there a CDATA section is one, not a comment. */
void html_tokens_foreign(struct html_tokens *t, bool foreign);
/** Nobody wants the text: it is passed over at the speed of memchr. */
void html_tokens_mute(struct html_tokens *t, bool mute);
