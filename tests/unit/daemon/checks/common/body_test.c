#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "daemon/checks/common/body.h"

/* Feed text in pieces of n bytes. */
static void feed(struct body_scan *b, const char *text, size_t n)
{
	size_t len = strlen(text);

	for (size_t at = 0; at < len; at += n)
		body_scan_add(b, text + at, len - at < n ? len - at : n);
}

static void body__finds_keywords__however_it_is_cut(void **state)
{
	static const char text[] = "aaab aab Add to basket, aaaab and more text behind it";
	char hash[BODY_HASH_TEXT], whole[BODY_HASH_TEXT] = "";

	for (size_t n = sizeof text - 1; n >= 1; n--) {
		struct body_scan b;

		body_scan_init(&b, "Add to basket", "aaaab", 0);
		feed(&b, text, n);
		assert_true(b.keyword[0].found);
		assert_true(b.keyword[1].found);
		body_scan_restart(&b);
		feed(&b, "Add to baske", n);
		feed(&b, "x aaa ab", n);
		assert_false(b.keyword[0].found);
		assert_false(b.keyword[1].found);
		body_scan_restart(&b);
		feed(&b, text, n);
		assert_int_equal(b.bytes, sizeof text - 1);
		body_scan_hash(&b, hash);
		if (!whole[0])
			strcpy(whole, hash);
		assert_string_equal(hash, whole);
		body_scan_fini(&b);
	}
}

static void body__keeps__only_what_is_needed(void **state)
{
	struct body_scan b;

	body_scan_init(&b, NULL, NULL, 0);
	feed(&b, "some text", 3);
	assert_int_equal(b.kept.len, 0);
	body_scan_fini(&b);
	body_scan_init(&b, NULL, "x", 1024);
	feed(&b, "some text", 3);
	assert_string_equal(buf_str(&b.kept), "some text");
	body_scan_fini(&b);
}

static void body__finds__the_longest_keyword(void **state)
{
	struct body_scan b;
	char keyword[BODY_KEYWORD_MAX + 1], text[3 * BODY_KEYWORD_MAX];

	memset(keyword, 'k', BODY_KEYWORD_MAX);
	keyword[BODY_KEYWORD_MAX] = '\0';
	keyword[BODY_KEYWORD_MAX - 1] = 'e';
	memset(text, 'k', sizeof text);
	memcpy(text + sizeof text - 10, "ke.......", 10);
	for (size_t n = 1; n < 3000; n = n * 3 + 1) {
		body_scan_init(&b, keyword, NULL, 0);
		feed(&b, text, n);
		assert_true(b.keyword[0].found);
		body_scan_fini(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(body__finds_keywords__however_it_is_cut),
		cmocka_unit_test(body__keeps__only_what_is_needed),
		cmocka_unit_test(body__finds__the_longest_keyword),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
