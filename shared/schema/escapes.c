#include "shared/schema/escapes.h"

#include <string.h>

static int hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;
	return at ? (int)(at - digits) : -1;
}

/* The byte after a backslash; -1: no such escape. Moves *at behind it. */
static int escaped(const char **at)
{
	static const char letters[] = "rnt0\\\"", bytes[] = "\r\n\t\0\\\"";
	const char *p = *at;
	const char *letter = *p ? strchr(letters, *p) : NULL;
	if (letter) {
		*at = p + 1;
		return (unsigned char)bytes[letter - letters];
	}
	if (p[0] != 'x' || hex(p[1]) < 0 || hex(p[2]) < 0)
		return -1;
	*at = p + 3;
	return hex(p[1]) * 16 + hex(p[2]);
}

enum err escapes_decode(const char *text, char *out, size_t cap, size_t *len, struct error *e)
{
	size_t n = 0;
	for (const char *at = text; *at;) {
		int byte = (unsigned char)*at++;
		if (byte == '\\') {
			size_t where = (size_t)(at - text);
			byte = escaped(&at);
			if (byte < 0) {
				error_set(e, ERR_INVALID, "unknown escape at character %zu", where);
				error_hint(e, "write \\r \\n \\t \\0 \\\\ or \\xHH");
				return ERR_INVALID;
			}
		}
		if (n == cap)
			return error_set(e, ERR_TOO_LARGE, "more than %zu bytes", cap);
		out[n++] = (char)byte;
	}
	*len = n;
	return ERR_NONE;
}
