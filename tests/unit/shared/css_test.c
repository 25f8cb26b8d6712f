#include "shared/css.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "shared/mem.h"

static void css__a_selector__becomes_conditions_of_its_last_element(void **state)
{
	static const struct {
		enum css_dialect dialect;
		const char *selector, *xpath;
	} cases[] = {
		{CSS_HTML, "P", "/descendant::p"},
		{CSS_HTML, " a , b ", "/descendant::a | /descendant::b"},
		{CSS_HTML, "ul > li a", "/descendant::a[ancestor::li[parent::ul]]"},
		{CSS_HTML, "h2 + p ~ i",
		 "/descendant::i[preceding-sibling::p[preceding-sibling::*[1][self::h2]]]"},
		{CSS_HTML, "#a\\'b", "/descendant::*[@id = \"a'b\"]"},
		{CSS_HTML, "[a='x\"\\'y']",
		 "/descendant::*[@a and @a = concat('x\"', \"'\", 'y')]"},
		{CSS_XML, "Entry", "/descendant::*[local-name() = 'Entry']"},
		{CSS_HTML, "p:nth-of-type(2)", "/descendant::p[count(preceding-sibling::p) = 1]"},
		{CSS_HTML, "p:has(> b c)", "/descendant::p[(child::b/descendant::c)]"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT(CSS_XPATH_MAX);
		struct error e = {0};

		assert_int_equal(css_to_xpath(cases[i].selector, cases[i].dialect, &out, &e),
				 ERR_NONE);
		assert_string_equal(buf_str(&out), cases[i].xpath);
		buf_fini(&out);
	}
}

static void css__a_fault__is_named_with_its_character(void **state)
{
	static const struct {
		const char *selector, *error;
	} cases[] = {
		{"", "character 1: a selector is missing at the end"},
		{"p,", "character 3: a selector is missing at the end"},
		{"p >", "character 4: a selector is missing at the end"},
		{"größe.", "character 7: a class's name is missing"},
		{"p..a", "character 3: a class's name is missing"},
		{"#", "character 2: a name is missing after '#'"},
		{"p[", "character 3: an attribute's name is missing"},
		{"p[a", "character 4: ']' or an operator as = ~= |= ^= $= *= is missing"},
		{"p[a=1]",
		 "character 5: a value is missing; other than names they stand in quotes"},
		{"p[a='x]", "character 5: the text does not end: ' is missing"},
		{"p[a=x", "character 6: ']' is missing after the attribute"},
		{"p:hover", "character 2: a document has no :hover"},
		{"p::before", "character 2: a document has no pseudo-elements (::)"},
		{"p:frobnicate", "character 2: :frobnicate is unknown"},
		{"p:frob(a)", "character 2: :frob() is unknown"},
		{"li:nth-child(x)", "character 14: a position as 3, odd or 2n+1 is missing"},
		{"li:nth-child(2n+)", "character 17: a number is missing after '+'"},
		{"li:nth-child(2", "character 15: ')' is missing after nth-child"},
		{"li:nth-child(99999999)", "character 22: at most 1000000 is possible"},
		{"p:not(", "character 7: a selector is missing at the end"},
		{"p:not()", "character 7: ')' cannot stand here"},
		{"p)", "character 2: ')' cannot stand here"},
		{"p ä!", "character 4: '!' cannot stand here"},
		{"svg|p", "character 1: prefixes of namespaces are unknown here; write *|name for "
			  "any"},
		{"//p", "character 1: '/' cannot stand here"},
		{"p\\", "character 2: '\\' cannot stand here"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error e = {0};
		char expected[256];

		snprintf(expected, sizeof expected, "CSS selector, %s", cases[i].error);
		assert_int_equal(css_check(cases[i].selector, &e), ERR_INVALID);
		assert_string_equal(e.text, expected);
	}
}

static void css__more_than_the_limits__is_refused(void **state)
{
	char text[CSS_MAX_BYTES + 2];
	struct error e = {0};

	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	assert_int_equal(css_check(text, &e), ERR_INVALID);
	text[0] = '\0';
	for (int i = 0; i < 40; i++)
		strcat(text, "p ");
	assert_int_equal(css_check(text, &e), ERR_INVALID);
	assert_non_null(strstr(e.text, "more than 32 parts"));
	text[0] = '\0';
	for (int i = 0; i < 20; i++)
		strcat(text, ":not(");
	assert_int_equal(css_check(text, &e), ERR_INVALID);
	assert_non_null(strstr(e.text, "nested more than 12 deep"));
	/* Each level says the one inside twice. */
	text[0] = '\0';
	for (int i = 0; i < 11; i++)
		strcat(text, ":nth-child(2n+9 of p:nth-child(5 of .a),");
	assert_int_equal(css_check(text, &e), ERR_INVALID);
	assert_int_equal(css_check("\xC3(", &e), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(css__a_selector__becomes_conditions_of_its_last_element),
		cmocka_unit_test(css__a_fault__is_named_with_its_character),
		cmocka_unit_test(css__more_than_the_limits__is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
