/* Any bytes become valid, printable, bounded text whose second pass changes nothing. The first
 * byte chooses flags, columns and capacity. */
#include "tests/fuzz/fuzz.h"

#include "shared/text_safe.h"
#include "shared/utf8.h"

static void check(const char *s, size_t n, unsigned flags)
{
	for (size_t at = 0; at < n;) {
		uint32_t c;

		at += utf8_next(s + at, n - at, &c);
		MUST(c != UTF8_INVALID && c >= 0x20 && !(c >= 0x7F && c < 0xA0));
		MUST(!(c >= 0x202A && c <= 0x202E) && !(c >= 0x2066 && c <= 0x2069));
		MUST(!(flags & TEXT_ASCII) || c <= 0x7E);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned flags = size ? data[0] & TEXT_ASCII : 0;
	int columns = size ? data[0] >> 4 : 0, cells, cells_again;
	size_t cap = size && data[0] & 2 ? data[0] >> 2 : 3 * size + 1, n, again_n;
	const char *src = (const char *)data + (size > 0);
	char *out = mem_alloc(cap ? cap : 1), *again = mem_alloc(cap ? cap : 1), *copy;

	size -= size > 0;
	n = text_safe(out, cap, src, size, columns, flags, &cells);
	if (cap > 0) {
		MUST(n < cap && out[n] == '\0' && strlen(out) == n);
		MUST(columns == 0 || cells <= columns);
		MUST(text_width(out) == cells);
		check(out, n, flags);
		again_n = text_safe(again, cap, out, n, columns, flags, &cells_again);
		MUST(again_n == n && cells_again == cells && !memcmp(out, again, n));
	}
	copy = text_safe_dup(src, size, 100);
	MUST(strlen(copy) <= 100);
	check(copy, strlen(copy), 0);
	free(copy);
	free(again);
	free(out);
	return 0;
}
