#include "daemon/extract/references.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/extract/html_entity.h"
#include "shared/utf8.h"

enum { REFERENCE_MAX = 40 };

/* @return bytes of the reference at s, 0: it is none */
static size_t read_reference(const char *s, size_t n, char *out, size_t *out_len)
{
	const char *end = memchr(s, ';', n < REFERENCE_MAX ? n : REFERENCE_MAX);
	size_t len = end ? (size_t)(end - s - 1) : 0;
	struct html_entity entity = {{0, 0}};
	char number[REFERENCE_MAX + 1], *stop;

	*out_len = 0;
	if (len < 2)
		return 0;
	if (s[1] != '#') {
		if (html_entity_find(s + 1, len, true, &entity) != len)
			return 0;
	} else {
		bool hex = s[2] == 'x' || s[2] == 'X';
		unsigned long cp;

		memcpy(number, s + 2 + hex, len - 1 - hex);
		number[len - 1 - hex] = '\0';
		cp = strtoul(number, &stop, hex ? 16 : 10);
		if (stop == number || *stop || cp == 0 || cp > 0x10FFFF ||
		    (cp >= 0xD800 && cp < 0xE000))
			return 0;
		entity.points[0] = (uint32_t)cp;
	}
	for (size_t i = 0; i < 2 && entity.points[i]; i++)
		*out_len += utf8_put(out + *out_len, entity.points[i]);
	return (size_t)(end - s) + 1;
}

void references_decode(const char *s, size_t n, struct buf *out)
{
	while (n > 0) {
		const char *amp = memchr(s, '&', n);
		size_t plain = amp ? (size_t)(amp - s) : n, used, len;
		char text[2 * UTF8_MAX_BYTES];

		buf_add(out, s, plain);
		s += plain;
		n -= plain;
		if (n == 0)
			break;
		used = read_reference(s, n, text, &len);
		buf_add(out, used ? text : "&", used ? len : 1);
		s += used ? used : 1;
		n -= used ? used : 1;
	}
}
