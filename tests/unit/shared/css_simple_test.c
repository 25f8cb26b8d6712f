#include "shared/css_simple.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "shared/mem.h"

static void simple__of_what_needs_siblings_or_positions__is_nothing(void **state)
{
	static const char *const others[] = {
		"a + b", "a ~ b",  "a:first-child", "a:not(.b)", ":is(a)", "*|a",
		"a,",    "a > ",   "a b:hover",     "",          "a[",     "a, b + c",
		"a||b",  "[x=1 i", "a:has(b)",      ".",         "> a",
	};

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		struct css_simple *s = css_simple_new(others[i]);

		if (s)
			print_error("%s\n", others[i]);
		assert_null(s);
	}
}

static void simple__of_a_list__has_its_parts_from_left_to_right(void **state)
{
	struct css_simple *s = css_simple_new(" DIV.a#b > p[Data-X|='y' i] , * em ");

	assert_non_null(s);
	assert_int_equal(s->n, 4);
	assert_string_equal(s->parts[0].type, "div");
	assert_int_equal(s->parts[0].combinator, 0);
	assert_false(s->parts[0].last);
	assert_int_equal(s->parts[0].n, 2);
	assert_int_equal(s->parts[0].tests[0].kind, CSS_TEST_CLASS);
	assert_string_equal(s->parts[0].tests[1].text, "b");
	assert_int_equal(s->parts[1].combinator, '>');
	assert_true(s->parts[1].last);
	assert_string_equal(s->parts[1].tests[0].name, "data-x");
	assert_int_equal(s->parts[1].tests[0].op, '|');
	assert_true(s->parts[1].tests[0].fold);
	assert_int_equal(s->parts[2].combinator, 0);
	assert_null(s->parts[2].type);
	assert_int_equal(s->parts[3].combinator, ' ');
	assert_true(s->parts[3].last);
	css_simple_free(s);
}

static void test__of_a_value__passes_as_the_operator_says(void **state)
{
	static const struct {
		const char *selector, *value;
		bool passes;
	} cases[] = {
		{"[a]", "", true},
		{"[a=b]", "b", true},
		{"[a=b]", "B", false},
		{"[a=b i]", "B", true},
		{"[a!=b]", "c", true},
		{"[a!=b]", "b", false},
		{"[a^=b]", "bc", true},
		{"[a^='']", "bc", false},
		{"[a$=bc]", "abc", true},
		{"[a$=abcd]", "bcd", false},
		{"[a*=b]", "abc", true},
		{"[a*=B i]", "abc", true},
		{"[a*='']", "abc", false},
		{"[a|=en]", "en", true},
		{"[a|=en]", "en-GB", true},
		{"[a|=en]", "english", false},
		{"[a~=b]", " a\tb ", true},
		{"[a~=b]", "ab", false},
		{"[a~='a b']", "a b", false},
		{"[a~='']", "", false},
		{".b", "a\nb c", true},
		{".b", "B", false},
		{"#b", "b", true},
		{"#b", "b c", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct css_simple *s = css_simple_new(cases[i].selector);

		assert_non_null(s);
		if (css_test_value(&s->parts[0].tests[0], cases[i].value, strlen(cases[i].value)) !=
		    cases[i].passes)
			fail_msg("%s of \"%s\"", cases[i].selector, cases[i].value);
		css_simple_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(simple__of_what_needs_siblings_or_positions__is_nothing),
		cmocka_unit_test(simple__of_a_list__has_its_parts_from_left_to_right),
		cmocka_unit_test(test__of_a_value__passes_as_the_operator_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
