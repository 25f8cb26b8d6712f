#pragma once
/* JSON writes a character beyond U+FFFF as two escapes (\ud83d\ude00), YAML as one (\U0001F600);
 * libyaml refuses the former. This rewrites them on the way in, byte by byte. */
#include <stddef.h>

struct surrogates {
	char held[12]; /* the beginning of what may become a pair */
	size_t n;
};

enum { SURROGATES_SLACK = 12 };

/** Feed n bytes. @param out  room for n + SURROGATES_SLACK  @return bytes written */
size_t surrogates_feed(struct surrogates *s, const char *in, size_t n, char *out);
/** At the end of the input. @return bytes written, <= SURROGATES_SLACK */
size_t surrogates_end(struct surrogates *s, char *out);
