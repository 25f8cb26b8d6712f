#include "daemon/extract/numbers.h"

#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t digits(const char *s, size_t len, size_t from)
{
	size_t n = from;

	while (n < len && is_digit(s[n]))
		n++;
	return n - from;
}

/* Length of the number of RFC 8259 at s, 0 when there is none; *exact: a double holds it. */
static size_t number_length(const char *s, size_t len, bool *exact)
{
	size_t at = len && s[0] == '-' ? 1 : 0, n = digits(s, len, at);

	if (n == 0 || (n > 1 && s[at] == '0'))
		return 0;
	*exact = n <= NUMBERS_EXACT_DIGITS;
	at += n;
	if (at < len && s[at] == '.') {
		n = digits(s, len, at + 1);
		if (n == 0)
			return 0;
		at += 1 + n;
		*exact = false;
	}
	if (at < len && (s[at] == 'e' || s[at] == 'E')) {
		size_t sign = at + 1 < len && (s[at + 1] == '+' || s[at + 1] == '-');

		n = digits(s, len, at + 1 + sign);
		if (n == 0)
			return 0;
		at += 1 + sign + n;
		*exact = false;
	}
	return at;
}

/* A string with its quotes, or what there is of one. */
static size_t string_length(const char *s, size_t len)
{
	size_t at = 1;

	while (at < len && s[at] != '"')
		at += s[at] == '\\' ? 2 : 1;
	return at < len ? at + 1 : len;
}

/* Bytes that belong to one word of the parser's: a number inside one is none. */
static size_t word_length(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] && !strchr(" \t\r\n,:[]{}\"", s[n]))
		n++;
	return n ? n : 1;
}

bool numbers_protect(const char *json, size_t len, struct buf *out)
{
	for (size_t at = 0; at < len && !out->overflow;) {
		size_t n;
		bool exact = true;

		if (json[at] == '"') {
			n = string_length(json + at, len - at);
		} else {
			n = word_length(json + at, len - at);
			if (json[at] == '-' || is_digit(json[at]))
				exact = number_length(json + at, n, &exact) != n || exact;
		}
		if (!exact)
			buf_add_char(out, '"');
		buf_add(out, json + at, n);
		if (!exact)
			buf_add_char(out, '"');
		at += n;
	}
	return !out->overflow;
}
