#include "tests/unit/shared/schema/support.h"

#include "shared/schema/internal.h"

static void name_slug__makes__a_name_of_anything(void **state)
{
	static const struct {
		const char *text, *slug;
	} cases[] = {
		{"Https://Shop.Example/x", "shop-example-x"},
		{"https://shop.example/", "shop-example"},
		{"My Shop!", "my-shop"},
		{"--a--b--", "a-b"},
		{"\xc3\xa4\xc3\xb6", "ao"},
		{"\xc3\x9cn\xc3\xaf"
		 "code",
		 "unicode"},
		{"Cafe\xcc\x81 Stra\xc3\x9f"
		 "e",
		 "cafe-strasse"},
		{"\xef\xbc\xa1\xc2\xbd", "a1-2"},
		{"\xe5\xba\x97", ""},
		{"a\xe5\xba\x97z\xff"
		 "b",
		 "a-z-b"},
		{"", ""},
		{"mon_0000000000000", "mon-0000000000000"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char out[NAME_MAX_BYTES + 1];
		name_slug(cases[i].text, out, sizeof(out));
		assert_string_equal(out, cases[i].slug);
		assert_true(!*out || name_valid(NULL, out, NULL));
	}
}

static void name_slug__stays__within_every_limit(void **state)
{
	char text[300], out[NAME_MAX_BYTES + 1];
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = i % 3 == 2 ? '/' : 'a';
	text[sizeof(text) - 1] = '\0';
	for (size_t cap = 1; cap <= sizeof(out); cap++) {
		name_slug(text, out, cap);
		assert_true(strlen(out) < cap);
		assert_true(!*out || name_valid(NULL, out, NULL));
	}
}

static void name_valid__accepts__slugs(void **state)
{
	static const char *const good[] = {
		"a",     "shop", "shop-2",
		"a.b_c", "14",   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	static const char *const bad[] = {
		"",         "-a",
		"a-",       ".",
		"A",        "a b",
		"a/b",      "a%",
		"\xc3\xa4", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(name_valid(NULL, good[i], NULL));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct error e = {0};
		assert_false(name_valid(NULL, bad[i], &e));
		assert_contains(e.text, "name: ");
	}
}

static void name_valid__refuses__words_of_routes(void **state)
{
	static const char *const words[] = {"create", "status", "alerts", "history"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		assert_false(name_valid(kind("monitor"), words[i], NULL));
		assert_true(name_valid(kind("secret"), words[i], NULL));
	}
}

static void nearest__finds__what_was_meant(void **state)
{
	static const char *const names[] = {"interval", "timeout", "failures", "retry_interval",
					    "ip"};
	static const struct {
		const char *word, *meant;
	} cases[] = {
		{"intervall", "interval"},
		{"Interval", "interval"},
		{"timeuot", "timeout"},
		{"failure", "failures"},
		{"retry-interval", "retry_interval"},
		{"colour", NULL},
		{"x", NULL},
		{"", NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *found = nearest(cases[i].word, names, ARRAY_LEN(names));
		if (cases[i].meant)
			assert_string_equal(found, cases[i].meant);
		else
			assert_null(found);
	}
	char long_word[4096];
	memset(long_word, 'a', sizeof(long_word) - 1);
	long_word[sizeof(long_word) - 1] = '\0';
	assert_null(nearest(long_word, names, ARRAY_LEN(names)));
}

static void quoted__is__bounded_and_safe(void **state)
{
	char out[QUOTED_MAX], text[4096];
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_string_equal(quoted_text(out, "a\x1b[1m"), "\"a\xef\xbf\xbd[1m\"");
	assert_string_equal(quoted_text(out, ""), "\"\"");
	quoted_text(out, text);
	assert_true(strlen(out) < 60);
	assert_string_equal(out + strlen(out) - 4, "\"...");
	/* Cells may be four bytes each: still within the buffer. */
	for (size_t i = 0; i + 4 < sizeof(text); i += 4)
		memcpy(text + i, "\xf0\x9f\x98\x80", 4);
	assert_true(strlen(quoted_text(out, text)) < QUOTED_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_slug__makes__a_name_of_anything),
		cmocka_unit_test(name_slug__stays__within_every_limit),
		cmocka_unit_test(name_valid__accepts__slugs),
		cmocka_unit_test(name_valid__refuses__words_of_routes),
		cmocka_unit_test(nearest__finds__what_was_meant),
		cmocka_unit_test(quoted__is__bounded_and_safe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
