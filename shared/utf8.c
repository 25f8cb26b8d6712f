#include "shared/utf8.h"

size_t utf8_next(const char *s, size_t n, uint32_t *cp)
{
	const unsigned char *p = (const unsigned char *)s;
	unsigned char low = 0x80, high = 0xBF;
	size_t need;
	uint32_t c;

	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	*cp = UTF8_INVALID;
	if (p[0] < 0xC2 || p[0] > 0xF4)
		return 1;
	if (p[0] < 0xE0) {
		need = 1;
		c = p[0] & 0x1F;
	} else if (p[0] < 0xF0) {
		need = 2;
		c = p[0] & 0x0F;
		/* no overlong forms, no surrogates */
		low = p[0] == 0xE0 ? 0xA0 : 0x80;
		high = p[0] == 0xED ? 0x9F : 0xBF;
	} else {
		need = 3;
		c = p[0] & 0x07;
		/* no overlong forms, nothing above U+10FFFF */
		low = p[0] == 0xF0 ? 0x90 : 0x80;
		high = p[0] == 0xF4 ? 0x8F : 0xBF;
	}
	for (size_t i = 1; i <= need; i++) {
		if (i >= n || p[i] < low || p[i] > high)
			return i;
		c = c << 6 | (p[i] & 0x3F);
		low = 0x80;
		high = 0xBF;
	}
	*cp = c;
	return need + 1;
}

size_t utf8_put(char *out, uint32_t cp)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xC0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xE0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
		out[2] = (char)(0x80 | (cp & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
	out[3] = (char)(0x80 | (cp & 0x3F));
	return 4;
}

size_t utf8_floor(const char *s, size_t n)
{
	size_t at = n;

	/* Step back over at most three continuation bytes to the byte that leads them. */
	while (at > 0 && n - at < 3 && ((unsigned char)s[at - 1] & 0xC0) == 0x80)
		at--;
	if (at == 0 || (unsigned char)s[at - 1] < 0xC0)
		return n;
	unsigned char lead = (unsigned char)s[at - 1];
	size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;

	return n - (at - 1) >= need ? n : at - 1;
}
