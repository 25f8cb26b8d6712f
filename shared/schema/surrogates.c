#include "shared/schema/surrogates.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* May c come after what is held, on the way to \uXXXX\uXXXX? */
static bool continues(const struct surrogates *s, char c)
{
	size_t at = s->n % 6;
	return at == 0 ? c == '\\' : at == 1 ? c == 'u' : is_hex(c);
}

static unsigned unit(const char *escape)
{
	char digits[5];
	memcpy(digits, escape + 2, 4);
	digits[4] = '\0';
	return (unsigned)strtoul(digits, NULL, 16);
}

size_t surrogates_end(struct surrogates *s, char *out)
{
	size_t n = s->n;
	memcpy(out, s->held, n);
	s->n = 0;
	return n;
}

static size_t feed_one(struct surrogates *s, char c, char *out)
{
	if (s->n == 0 && c != '\\') {
		*out = c;
		return 1;
	}
	if (!continues(s, c)) {
		/* An escape of another kind ("\\", "\n"), or a pair that is none. */
		bool escape_ended = s->n % 6 == 1;
		size_t n = surrogates_end(s, out);
		if (!escape_ended)
			return n + feed_one(s, c, out + n);
		out[n] = c;
		return n + 1;
	}
	s->held[s->n++] = c;
	if (s->n == 6) {
		unsigned high = unit(s->held);
		return high >= 0xd800 && high <= 0xdbff ? 0 : surrogates_end(s, out);
	}
	if (s->n < 12)
		return 0;
	unsigned high = unit(s->held), low = unit(s->held + 6);
	if (low < 0xdc00 || low > 0xdfff)
		return surrogates_end(s, out);
	char text[16];
	snprintf(text, sizeof(text), "\\U%08X", 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
	memcpy(out, text, 10);
	s->n = 0;
	return 10;
}

size_t surrogates_feed(struct surrogates *s, const char *in, size_t n, char *out)
{
	size_t written = 0;
	for (size_t i = 0; i < n; i++)
		written += feed_one(s, in[i], out + written);
	return written;
}
