#pragma once
/* Bytes from outside -> text that cannot command a terminal and whose width every terminal agrees
 * on. Called once, at the door: when evidence, titles, headers, certificate names or bodies are
 * taken in; and again by the client before it prints anything. */
#include <stdbool.h>
#include <stddef.h>

/** Text that went through text_safe(); drawing functions accept nothing else. Borrowed bytes. */
struct safe_text {
	const char *s;
};

enum { TEXT_ASCII = 1 /* everything above 0x7E becomes '?' */ };

/** Copy at most cap-1 bytes and max_cells columns (0: no limit) of src to dst as valid UTF-8:
 *  control bytes and invalid sequences become U+FFFD, line ends and tabs a space; bidi controls,
 *  joiners, variation selectors, tags, skin tones go; flags become letters; at most two marks.
 *  @param cells  width of the result in columns, may be NULL
 *  @return bytes written without the NUL */
size_t text_safe(char *dst, size_t cap, const char *src, size_t len, int max_cells, unsigned flags,
		 int *cells);
/** The same into new memory; free(). */
char *text_safe_dup(const char *src, size_t len, size_t max_bytes);
/** Columns of already safe text. */
int text_width(const char *safe);
/** Vouch for a literal or a string made only from numbers and safe text. */
struct safe_text safe_literal(const char *s);
