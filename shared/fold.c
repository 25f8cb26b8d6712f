#include "shared/fold.h"

#include <string.h>
#include <utf8proc.h>

#include "shared/mem.h"

/* One character comes apart into at most 18. */
enum { PARTS_MAX = 18, APART = UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STABLE };

static const struct stand_in {
	utf8proc_int32_t letter;
	const char *text;
} stand_ins[] = {
	{0xE6, "ae"}, {0xF0, "d"},  {0xF8, "o"},   {0xFE, "th"}, {0x111, "d"},
	{0x131, "i"}, {0x142, "l"}, {0x153, "oe"}, {0x127, "h"},
};

static bool put(char *out, size_t cap, size_t *n, const void *bytes, size_t len)
{
	if (*n + len >= cap)
		return false;
	memcpy(out + *n, bytes, len);
	*n += len;
	return true;
}

static const char *stand_in(utf8proc_int32_t letter)
{
	for (size_t i = 0; i < ARRAY_LEN(stand_ins); i++)
		if (stand_ins[i].letter == letter)
			return stand_ins[i].text;
	return NULL;
}

static size_t take_apart(char *out, size_t cap, const char *text, bool fold)
{
	size_t n = 0;
	int boundary = 0;

	if (!cap)
		return 0;
	while (*text) {
		utf8proc_int32_t code, parts[PARTS_MAX];
		utf8proc_uint8_t bytes[4];
		const char *other;

		/* Most of what is read is ASCII. */
		if (!(*text & 0x80)) {
			char c = *text++;

			if (fold && c >= 'A' && c <= 'Z')
				c = (char)(c + ('a' - 'A'));
			if (!put(out, cap, &n, &c, 1))
				break;
			continue;
		}
		utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &code);
		if (used <= 0) {
			if (!put(out, cap, &n, " ", 1))
				break;
			text++;
			continue;
		}
		text += used;
		utf8proc_ssize_t count = utf8proc_decompose_char(
			code, parts, PARTS_MAX,
			fold ? APART | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK : APART, &boundary);
		for (utf8proc_ssize_t i = 0; i < count && i < PARTS_MAX; i++) {
			utf8proc_ssize_t len = utf8proc_encode_char(parts[i], bytes);
			const void *what = bytes;

			if (fold && (other = stand_in(parts[i]))) {
				what = other;
				len = (utf8proc_ssize_t)strlen(other);
			}
			if (!put(out, cap, &n, what, (size_t)len)) {
				text = "";
				break;
			}
		}
	}
	out[n] = '\0';
	return n;
}

size_t text_fold(char *out, size_t cap, const char *text)
{
	return take_apart(out, cap, text, true);
}

size_t text_plain(char *out, size_t cap, const char *text)
{
	return take_apart(out, cap, text, false);
}
