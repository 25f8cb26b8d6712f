/* Our selectors on libxml2 against python3-cssselect and lxml, whose answers
 * tests/fixtures/selectors/oracle.py has written down. */
#include "daemon/extract/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/extract/tree_internal.h"
#include "shared/css.h"
#include "shared/mem.h"

#define FIXTURES "tests/fixtures/selectors/"
enum { LINE_MAX_BYTES = 8192, PAGE_MAX = 1 << 20, SELECTORS_WANTED = 150 };

static char *file(const char *name)
{
	char path[256];
	FILE *f;
	char *text = mem_alloc(PAGE_MAX);
	size_t n;

	snprintf(path, sizeof path, FIXTURES "%s", name);
	f = fopen(path, "re");
	assert_non_null(f);
	n = fread(text, 1, PAGE_MAX - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

/* The number of each element in document order, as an attribute that the test asks for. */
static void number(xmlNode *node, int *n)
{
	char text[16];

	for (; node; node = node->next) {
		if (node->type != XML_ELEMENT_NODE)
			continue;
		snprintf(text, sizeof text, "%d", (*n)++);
		xmlNewProp(node, BAD_CAST "data-number", BAD_CAST text);
		number(node->children, n);
	}
}

static struct tree *page(const struct charsets *charsets, const char *name)
{
	char *text = file(name);
	struct error e = {0};
	struct tree *t = tree_read(charsets, text, strlen(text), "text/html; charset=utf-8", &e);
	int n = 0;

	assert_non_null(t);
	number(xmlDocGetRootElement(t->doc), &n);
	assert_true(n < EXTRACT_VALUES_MAX);
	free(text);
	return t;
}

/* What we find, as the oracle writes it. */
static void find(struct tree *t, const char *selector, struct buf *out)
{
	struct buf xpath = BUF_INIT(CSS_XPATH_MAX);
	struct error e = {0};
	struct found_writer f;
	struct path *p = NULL;

	buf_reset(out);
	found_init(&f, EXTRACT_ANSWER_BYTES);
	if (!css_to_xpath(selector, CSS_HTML, &xpath, &e))
		p = path_compile(buf_str(&xpath), &e);
	if (p)
		tree_find(t, p, "data-number", &f);
	if (!p || f.error.code)
		buf_printf(out, "%s", p ? f.error.text : e.text);
	/* A length, the digits, a NUL. */
	for (size_t at = 0; at < f.values.len; at += sizeof(uint32_t) + 1) {
		const char *text = f.values.data + at + sizeof(uint32_t);

		buf_printf(out, "%s%s", out->len ? " " : "", text);
		at += strlen(text);
	}
	path_free(p);
	found_fini(&f);
	buf_fini(&xpath);
}

static void css__on_every_page__finds_what_cssselect_and_lxml_find(void **state)
{
	char *expected = file("expected.txt"), *save = NULL, last[64] = "";
	struct charsets *charsets = charsets_new();
	struct tree *t = NULL;
	struct buf found = BUF_INIT(LINE_MAX_BYTES);
	int compared = 0, wrong = 0;

	for (char *line = strtok_r(expected, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char *selector = strchr(line, '\t'), *numbers;

		*selector++ = '\0';
		numbers = strrchr(selector, '\t');
		*numbers++ = '\0';
		if (strcmp(last, line) != 0) {
			tree_free(t);
			t = page(charsets, line);
			snprintf(last, sizeof last, "%s", line);
		}
		if (!strcmp(numbers, "?"))
			continue;
		find(t, selector, &found);
		compared++;
		if (strcmp(buf_str(&found), numbers) != 0) {
			wrong++;
			print_error("%s %s\n  they %s\n  we   %s\n", line, selector, numbers,
				    buf_str(&found));
		}
	}
	assert_int_equal(wrong, 0);
	assert_true(compared > 3 * SELECTORS_WANTED);
	tree_free(t);
	charsets_free(charsets);
	buf_fini(&found);
	free(expected);
}

/* What cssselect 1.2 does not know or gets wrong; found by hand. */
static void css__of_level_four__finds_what_the_standard_says(void **state)
{
	static const struct {
		const char *document, *selector, *numbers;
	} cases[] = {
		/* html 0, body 1 */
		{"<h1></h1><p></p><h2></h2><p></p><h4></h4><p></p>", ":is(h1,h2,h3) + p", "3 5"},
		{"<h1></h1><p></p><i></i><p></p>", "*:nth-of-type(2)", "5"},
		{"<p></p><i></i><p></p><b></b>", "body > :last-of-type", "3 4 5"},
		{"<p></p><i></i><p></p><b></b>", "body > :only-of-type", "3 5"},
		{"<i></i><p class=a></p><p></p><p class=a></p>", ":nth-child(2 of .a)", "5"},
		{"<i></i><p class=a></p><p></p><p class=a></p>", ":nth-last-child(1 of .a)", "5"},
		{"<p type=Text></p><p type=TEXT></p>", "[type=text i]", "2 3"},
		{"<p type=Text></p><p type=text></p>", "[type=text s]", "3"},
		{"<p type=Big-a></p>", "[type^=big I][type$='-A'i][type|=bIG i]", "2"},
		{"<p></p>", "[type='' i]", ""},
		{"<ul><li><a></a><b></b></li><li><b></b></li></ul>", "li:has(a + b)", "3"},
		{"<ul><li><a></a></li><li></li><li></li></ul>", "li:has(+ li)", "3 5"},
		{"<ul><li><a></a></li><li></li><li></li></ul>", "li:has(~ li):not(:has(a))", "5"},
		{"<div><p><b></b></p></div><div><b></b></div>", "div:has(p > b, i)", "2"},
		{"<div><p></p></div><p></p>", "p:not(div p, .x)", "4"},
		{"<div><p></p></div><p></p>", ":not(div) > p", "4"},
		{"<div class=a><p></p></div><p></p>", ":is(.a, .b) :is(p, i)", "3"},
		{"<form><input><input required><p></p></form>", ":required", "4"},
		{"<form><input><input required><p></p></form>", ":optional", "3"},
		{"<form><input disabled><input></form>", ":enabled", "4"},
		{"<fieldset disabled><input></fieldset><input>", "input:disabled", "3"},
		{"<p></p>", ":root:only-child", "0"},
		{"<p></p>", "/*", "CSS selector, character 1: '/' cannot stand here"},
	};
	struct charsets *charsets = charsets_new();
	struct buf found = BUF_INIT(LINE_MAX_BYTES);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error e = {0};
		int n = 0;
		struct tree *t = tree_read(charsets, cases[i].document, strlen(cases[i].document),
					   "text/html", &e);

		assert_non_null(t);
		number(xmlDocGetRootElement(t->doc), &n);
		find(t, cases[i].selector, &found);
		if (strcmp(buf_str(&found), cases[i].numbers) != 0)
			print_error("%s on %s\n", cases[i].selector, cases[i].document);
		assert_string_equal(buf_str(&found), cases[i].numbers);
		tree_free(t);
	}
	charsets_free(charsets);
	buf_fini(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(css__on_every_page__finds_what_cssselect_and_lxml_find),
		cmocka_unit_test(css__of_level_four__finds_what_the_standard_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
