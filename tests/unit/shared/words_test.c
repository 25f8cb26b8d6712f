#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <cmocka.h>

#include "shared/mem.h"
#include "shared/words.h"

static bool has(const char *text, const char *word)
{
	return words_has_one(text, strlen(text), &word, 1);
}

static void word__is_found__at_both_ends_and_in_capitals(void **state)
{
	assert_true(has("itemscope", "itemscope"));
	assert_true(has("<div ItemScope>", "itemscope"));
	assert_true(has("xxITEMSCOPE", "itemscope"));
	assert_false(has("itemscop", "itemscope"));
	assert_false(has("", "ab"));
	assert_true(has("xab", "ab"));
	assert_false(words_has_one("itemscope", 8, (const char *const[]){"itemscope"}, 1));
}

/* Against the simplest way of looking. */
static void words__are_found__as_by_looking_everywhere(void **state)
{
	static const char *const words[] = {"abab", "bbba", "aabbaa", "cab"};
	uint32_t seed = 7;
	char text[24];
	int found = 0;

	for (int round = 0; round < 20000; round++) {
		size_t len;
		bool there = false;

		seed = seed * 1664525 + 1013904223;
		len = (seed >> 8) % (sizeof text - 1);
		for (size_t i = 0; i < len; i++) {
			seed = seed * 1664525 + 1013904223;
			text[i] = "abcABC"[(seed >> 16) % 6];
		}
		text[len] = '\0';
		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			there |= strcasestr(text, words[i]) != NULL;
		assert_int_equal(words_has_one(text, len, words, ARRAY_LEN(words)), there);
		found += there;
	}
	assert_true(found > 1000 && found < 19000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(word__is_found__at_both_ends_and_in_capitals),
		cmocka_unit_test(words__are_found__as_by_looking_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
