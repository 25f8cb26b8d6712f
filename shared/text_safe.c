#include "shared/text_safe.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "shared/mem.h"
#include "shared/utf8.h"

enum { MARKS_MAX = 2, ZWJ = 0x200D, REGIONAL_A = 0x1F1E6, REGIONAL_Z = 0x1F1FF };

struct range {
	uint32_t first, last;
};

/* Sorted. What terminals do not agree on: characters newer than Unicode 14, which libc 2.36 and
 * older terminals do not know, blocks that libc calls wide and Unicode narrow, and wide marks. */
static const struct range disputed[] = {
	{0x0CF3, 0x0CF3},   {0x0ECE, 0x0ECE},   {0x302E, 0x302F},   {0x3248, 0x324F},
	{0x4DC0, 0x4DFF},   {0xD7B0, 0xD7FB},   {0x10EFD, 0x10EFF}, {0x1123F, 0x11241},
	{0x11B00, 0x11B09}, {0x11F00, 0x11F59}, {0x1342F, 0x1342F}, {0x13440, 0x13455},
	{0x16FF0, 0x16FF1}, {0x1B132, 0x1B132}, {0x1B155, 0x1B155}, {0x1D2C0, 0x1D2D3},
	{0x1DF25, 0x1DF2A}, {0x1E030, 0x1E08F}, {0x1E4D0, 0x1E4F9}, {0x1F6DC, 0x1F6DC},
	{0x1F774, 0x1F77F}, {0x1F7D9, 0x1F7D9}, {0x1FA75, 0x1FA77}, {0x1FA87, 0x1FA88},
	{0x1FAAD, 0x1FAAF}, {0x1FABB, 0x1FABF}, {0x1FACE, 0x1FACF}, {0x1FADA, 0x1FADB},
	{0x1FAE8, 0x1FAE8}, {0x1FAF7, 0x1FAF8}, {0x2B739, 0x2B739}, {0x31350, 0x323AF},
};

/* Sorted. Invisible ones that their category (Cf) does not catch: fillers, joiners of marks,
 * variation selectors; and skin tones, which change the width of what they follow. */
static const struct range dropped[] = {
	{0x034F, 0x034F}, {0x115F, 0x1160},   {0x17B4, 0x17B5},
	{0x180B, 0x180F}, {0x3164, 0x3164},   {0xFE00, 0xFE0F},
	{0xFFA0, 0xFFA0}, {0x1F3FB, 0x1F3FF}, {0xE0000, 0xE0FFF},
};

static int compare(const void *key, const void *element)
{
	uint32_t c = *(const uint32_t *)key;
	const struct range *r = element;

	return c < r->first ? -1 : c > r->last;
}

static bool within(uint32_t c, const struct range *ranges, size_t n)
{
	return bsearch(&c, ranges, n, sizeof *ranges, compare) != NULL;
}

/* Columns of a character that text_safe() lets through. */
static int width_of(uint32_t c)
{
	if (c < 0x300)
		return 1;
	/* The vowels and finals of decomposed Hangul join the syllable before them. */
	if (c >= 0x1160 && c <= 0x11FF)
		return 0;
	/* Terminals give spacing marks a column of their own, utf8proc does not. */
	if (utf8proc_category((utf8proc_int32_t)c) == UTF8PROC_CATEGORY_MC)
		return 1;
	return utf8proc_charwidth((utf8proc_int32_t)c);
}

enum { GONE = 0 };

/* What stands for c: itself, a space, U+FFFD, a letter, or GONE. */
static uint32_t stand_in(uint32_t c)
{
	if (c >= 0xA0 && c < 0x300) /* Latin: most of what is not ASCII in Europe */
		return c == 0xAD ? GONE : c;
	if (c >= REGIONAL_A && c <= REGIONAL_Z)
		return 'A' + (c - REGIONAL_A);
	if (within(c, dropped, ARRAY_LEN(dropped)))
		return GONE;
	switch (utf8proc_category((utf8proc_int32_t)c)) {
	case UTF8PROC_CATEGORY_CC:
		return (c >= '\t' && c <= '\r') || c == 0x85 ? ' ' : UTF8_REPLACEMENT;
	case UTF8PROC_CATEGORY_CF: return GONE;
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP: return ' ';
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_CS: return UTF8_REPLACEMENT;
	default: /* letters, marks, numbers, punctuation, symbols, spaces */
		return within(c, disputed, ARRAY_LEN(disputed)) ? UTF8_REPLACEMENT : c;
	}
}

static bool is_pictograph(uint32_t c)
{
	return utf8proc_get_property((utf8proc_int32_t)c)->boundclass ==
	       UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

static bool printable_ascii(char c)
{
	return c >= 0x20 && c < 0x7F;
}

size_t text_safe(char *dst, size_t cap, const char *src, size_t len, int max_cells, unsigned flags,
		 int *cells)
{
	size_t in = 0, out = 0;
	int width = 0, marks = 0;
	bool joined = false;

	if (cap == 0)
		len = 0;
	while (in < len) {
		char bytes[UTF8_MAX_BYTES];
		uint32_t c;
		size_t n;
		int w;

		if (printable_ascii(src[in])) {
			if (out + 1 >= cap || (max_cells > 0 && width >= max_cells))
				break;
			dst[out++] = src[in++];
			width++;
			marks = 0;
			joined = false;
			continue;
		}
		n = utf8_next(src + in, len - in, &c);
		if (c == '\r' && in + 1 < len && src[in + 1] == '\n')
			n++; /* one line end, one space */
		in += n;
		if (c == ZWJ) {
			joined = true;
			continue;
		}
		c = c == UTF8_INVALID ? UTF8_REPLACEMENT : stand_in(c);
		if (c == GONE)
			continue; /* a selector or skin tone does not end a joined picture */
		/* Of a joined picture ("family", "rainbow flag") the first part stays. */
		if (joined && is_pictograph(c)) {
			joined = false;
			continue;
		}
		joined = false;
		w = width_of(c);
		if (w == 0 && (width == 0 || marks++ >= MARKS_MAX || flags & TEXT_ASCII))
			continue;
		if (w > 0)
			marks = 0;
		if (flags & TEXT_ASCII && c > 0x7E) {
			c = '?';
			w = 1;
		}
		n = utf8_put(bytes, c);
		if (out + n >= cap || (max_cells > 0 && width + w > max_cells))
			break;
		memcpy(dst + out, bytes, n);
		out += n;
		width += w;
	}
	if (cap > 0)
		dst[out] = '\0';
	if (cells)
		*cells = width;
	return out;
}

char *text_safe_dup(const char *src, size_t len, size_t max_bytes)
{
	/* One bad byte becomes three; nothing else grows. */
	size_t cap = len < max_bytes / 3 ? len * 3 : max_bytes;
	char *out = mem_alloc(cap + 1);
	size_t n = text_safe(out, cap + 1, src, len, 0, 0, NULL);

	return n < cap ? mem_realloc(out, n + 1) : out;
}

int text_width(const char *safe)
{
	size_t len = strlen(safe), at = 0;
	int width = 0;

	while (at < len) {
		uint32_t c;

		if (printable_ascii(safe[at])) {
			width++;
			at++;
			continue;
		}
		at += utf8_next(safe + at, len - at, &c);
		width += c == UTF8_INVALID ? 1 : width_of(c);
	}
	return width;
}

struct safe_text safe_literal(const char *s)
{
	return (struct safe_text){s};
}
