#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <cmocka.h>

#include "shared/text_safe.h"
#include "shared/utf8.h"

#define BAD "\xEF\xBF\xBD"

static void becomes_flags(const char *src, size_t len, unsigned flags, const char *want, int cells)
{
	char out[256];
	int got;
	size_t n = text_safe(out, sizeof out, src, len, 0, flags, &got);

	assert_string_equal(out, want);
	assert_int_equal(n, strlen(want));
	assert_int_equal(got, cells);
	assert_int_equal(text_width(out), cells);
}

#define becomes(src, want, cells)       becomes_flags(src, sizeof(src) - 1, 0, want, cells)
#define becomes_ascii(src, want, cells) becomes_flags(src, sizeof(src) - 1, TEXT_ASCII, want, cells)

static void plain_text__stays(void **state)
{
	becomes("", "", 0);
	becomes("Hello, world", "Hello, world", 12);
	becomes("Gr\xC3\xBC\xC3\x9F"
		"e \xE2\x82\xAC",
		"Gr\xC3\xBC\xC3\x9F"
		"e \xE2\x82\xAC",
		7);
	becomes("\xE6\x97\xA5\xE6\x9C\xAC", "\xE6\x97\xA5\xE6\x9C\xAC", 4); /* 日本 */
	becomes("\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80", 2);                 /* 😀 */
}

static void controls__cannot_command(void **state)
{
	becomes("a\x1B[2Jb", "a" BAD "[2Jb", 6);
	becomes("\x1B]52;c;aGk=\x07", BAD "]52;c;aGk=" BAD, 12);
	becomes("a\0b\x7F", "a" BAD "b" BAD, 4);
	becomes("\xC2\x9B"
		"31m",
		BAD "31m", 4); /* C1 CSI */
	becomes("\x9B"
		"31m",
		BAD "31m", 4);
}

static void line_ends_and_tabs__are_spaces(void **state)
{
	becomes("a\tb\nc\rd\r\ne\vf\fg", "a b c d e f g", 13);
	becomes("a\xC2\x85"
		"b\xE2\x80\xA8"
		"c\xE2\x80\xA9"
		"d",
		"a b c d", 7);
}

static void invalid_utf8__is_one_replacement_a_sequence(void **state)
{
	becomes("a\xFF"
		"b",
		"a" BAD "b", 3);
	becomes("\xE2\x82", BAD, 1);
	becomes("\xC0\xAF", BAD BAD, 2);
	becomes("\xED\xA0\x80", BAD BAD BAD, 3);
	becomes("\xF0\x9F\x98"
		"A",
		BAD "A", 2);
}

static void unassigned_private_and_disputed__are_replaced(void **state)
{
	becomes("\xEE\x80\x80", BAD, 1);     /* U+E000 */
	becomes("\xCD\xB8", BAD, 1);         /* U+0378, unassigned */
	becomes("\xEF\xBF\xBE", BAD, 1);     /* U+FFFE */
	becomes("\xF0\x9F\xAB\xA8", BAD, 1); /* U+1FAE8, Unicode 15 */
	becomes("\xE4\xB7\x80", BAD, 1);     /* U+4DC0 */
}

static void invisible__goes(void **state)
{
	becomes("a\xE2\x80\xAE"
		"b\xE2\x81\xA6"
		"c\xD8\x9C"
		"d",
		"abcd", 4); /* bidi */
	becomes("a\xE2\x80\x8B"
		"b\xEF\xBB\xBF"
		"c\xC2\xAD"
		"d\xCD\x8F"
		"e",
		"abcde", 5);
	becomes("a\xF3\xA0\x81\xA1"
		"b\xF3\xA0\x84\x80"
		"c",
		"abc", 3); /* tag, VS17 */
	becomes("\xE3\x85\xA4"
		"a\xEF\xBE\xA0",
		"a", 1); /* Hangul fillers */
}

static void emoji_sequences__keep_what_all_widths_agree_on(void **state)
{
	becomes("\xE2\x9D\xA4\xEF\xB8\x8F", "\xE2\x9D\xA4", 1);             /* ❤ VS16 */
	becomes("\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD", "\xF0\x9F\x91\x8D", 2); /* skin */
	becomes("\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA", "DE", 2);               /* flag */
	becomes("\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7!", "\xF0\x9F\x91\xA9!", 3); /* ZWJ */
	/* rainbow flag, with a selector before the joiner; a skin tone after it */
	becomes("\xF0\x9F\x8F\xB3\xEF\xB8\x8F\xE2\x80\x8D\xF0\x9F\x8C\x88", "\xF0\x9F\x8F\xB3", 1);
	/* joiners between letters only shape them: no letter is lost */
	becomes("\xD9\x86\xE2\x80\x8D\xD9\x87", "\xD9\x86\xD9\x87", 2);
}

static void marks__at_most_two_on_a_base(void **state)
{
	becomes("e\xCC\x81", "e\xCC\x81", 1);
	becomes("e\xCC\x81\xCC\x82\xCC\x83\xCC\x84x\xCC\x81", "e\xCC\x81\xCC\x82x\xCC\x81", 2);
	becomes("\xCC\x81"
		"e",
		"e", 1); /* nothing to stand on */
	/* decomposed Hangul: one syllable of two columns */
	becomes("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", 2);
	/* a spacing mark has its own column */
	becomes("\xE0\xA4\x95\xE0\xA4\xBE", "\xE0\xA4\x95\xE0\xA4\xBE", 2);
}

static void ascii__nothing_above_tilde(void **state)
{
	becomes_ascii("Gr\xC3\xBC\xC3\x9F"
		      "e",
		      "Gr??e", 5);
	becomes_ascii("\xE6\x97\xA5", "?", 1);
	becomes_ascii("e\xCC\x81", "e", 1);
	becomes_ascii("\x1B[m\xFF\x7F", "?[m??", 5);
	becomes_ascii("\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA", "DE", 2);
}

static void cells__limit_is_kept(void **state)
{
	char out[64];
	int cells;

	assert_int_equal(text_safe(out, sizeof out, "abcdef", 6, 4, 0, &cells), 4);
	assert_string_equal(out, "abcd");
	assert_int_equal(cells, 4);
	/* a wide one that would stick out is left away */
	text_safe(out, sizeof out, "abc\xE6\x97\xA5", 6, 4, 0, &cells);
	assert_string_equal(out, "abc");
	assert_int_equal(cells, 3);
	/* a mark on the last column still belongs to it */
	text_safe(out, sizeof out, "ae\xCC\x81x", 5, 2, 0, &cells);
	assert_string_equal(out, "ae\xCC\x81");
}

static void capacity__never_cuts_a_character(void **state)
{
	static const char src[] = "\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC";
	char out[16];

	for (size_t cap = 1; cap < sizeof out; cap++) {
		size_t n;

		memset(out, 'X', sizeof out);
		n = text_safe(out, cap, src, 9, 0, 0, NULL);
		assert_int_equal(n, (cap - 1 < 9 ? cap - 1 : 9) / 3 * 3);
		assert_int_equal(out[n], '\0');
		assert_int_equal(out[cap], 'X');
	}
	assert_int_equal(text_safe(NULL, 0, src, 9, 0, 0, NULL), 0);
}

static void dup__is_bounded(void **state)
{
	char *s = text_safe_dup("a\xFF\xFF", 3, 100);

	assert_string_equal(s, "a" BAD BAD);
	free(s);
	s = text_safe_dup("abcdef", 6, 3);
	assert_string_equal(s, "abc");
	free(s);
	s = text_safe_dup("", 0, 0);
	assert_string_equal(s, "");
	free(s);
}

/* Every code point: valid, printable, the width promised is the one libc (and so ncurses) sees, and
 * a second pass changes nothing. */
static void every_code_point__is_settled(void **state)
{
	bool have_locale = setlocale(LC_CTYPE, "C.UTF-8") != NULL;

	for (uint32_t c = 1; c <= 0x10FFFF; c++) {
		char src[1 + UTF8_MAX_BYTES] = "x", once[16], twice[16];
		size_t len, n, at = 0;
		int cells, libc = 0;

		if (c >= 0xD800 && c <= 0xDFFF)
			continue;
		len = 1 + utf8_put(src + 1, c);
		n = text_safe(once, sizeof once, src, len, 0, 0, &cells);
		text_safe(twice, sizeof twice, once, n, 0, 0, NULL);
		if (strcmp(once, twice) != 0 || text_width(once) != cells)
			fail_msg("U+%04X is not stable", c);
		while (at < n) {
			uint32_t got;

			at += utf8_next(once + at, n - at, &got);
			if (got == UTF8_INVALID || got < 0x20 || (got >= 0x7F && got < 0xA0))
				fail_msg("U+%04X lets U+%04X through", c, got);
			libc += wcwidth((wchar_t)got);
		}
		if (have_locale && libc != cells)
			fail_msg("U+%04X: %d columns, libc says %d", c, cells, libc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text__stays),
		cmocka_unit_test(controls__cannot_command),
		cmocka_unit_test(line_ends_and_tabs__are_spaces),
		cmocka_unit_test(invalid_utf8__is_one_replacement_a_sequence),
		cmocka_unit_test(unassigned_private_and_disputed__are_replaced),
		cmocka_unit_test(invisible__goes),
		cmocka_unit_test(emoji_sequences__keep_what_all_widths_agree_on),
		cmocka_unit_test(marks__at_most_two_on_a_base),
		cmocka_unit_test(ascii__nothing_above_tilde),
		cmocka_unit_test(cells__limit_is_kept),
		cmocka_unit_test(capacity__never_cuts_a_character),
		cmocka_unit_test(dup__is_bounded),
		cmocka_unit_test(every_code_point__is_settled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
