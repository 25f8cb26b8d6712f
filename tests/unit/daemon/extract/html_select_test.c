/* Selectors without a tree against the same selectors on a tree: the same answers wherever a page
 * is well-formed, a browser's where it is not. */
#include "daemon/extract/html_select.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/extract/tree.h"
#include "shared/css.h"
#include "shared/mem.h"

#define FIXTURES "tests/fixtures/selectors/"
enum { PAGE_MAX = 1 << 20, OUT_MAX = 4 << 20 };

struct fixture {
	struct charsets *charsets;
	struct html_select *select;
	int compared;
};

static int begin(void **state)
{
	struct fixture *f = mem_zalloc(sizeof *f);

	f->charsets = charsets_new();
	f->select = html_select_new();
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	charsets_free(f->charsets);
	html_select_free(f->select);
	free(f);
	return 0;
}

/* The values, a line each, and how many there were. */
static void write_found(const struct found_writer *f, struct buf *out)
{
	buf_reset(out);
	for (size_t at = 0; at < f->values.len; at += sizeof(uint32_t) + 1) {
		const char *text = f->values.data + at + sizeof(uint32_t);

		buf_printf(out, "[%s]", text);
		at += strlen(text);
	}
	buf_printf(out, "%u", f->total);
}

static void by_tree(struct fixture *x, const char *page, const char *selector,
		    const char *attribute, struct buf *out)
{
	struct buf xpath = BUF_INIT(CSS_XPATH_MAX);
	struct error e = {0};
	struct found_writer f;
	struct tree *t = tree_read(x->charsets, page, strlen(page), "text/html; charset=utf-8", &e);
	struct path *p;

	assert_non_null(t);
	assert_int_equal(css_to_xpath(selector, CSS_HTML, &xpath, &e), 0);
	p = path_compile(buf_str(&xpath), &e);
	found_init(&f, EXTRACT_ANSWER_BYTES);
	tree_find(t, p, attribute, &f);
	write_found(&f, out);
	found_fini(&f);
	path_free(p);
	tree_free(t);
	buf_fini(&xpath);
}

static bool by_stream(struct fixture *x, const char *page, const char *selector,
		      const char *attribute, size_t piece, struct buf *out)
{
	struct html_query q = {.css = css_simple_new(selector), .attribute = attribute};
	struct found_writer f;
	size_t n = strlen(page);

	if (!q.css)
		return false;
	assert_true(html_select_begin(x->select, &q, 1));
	for (size_t at = 0; at < n; at += piece)
		html_select_feed(x->select, page + at, piece < n - at ? piece : n - at);
	if (!html_select_finish(x->select)) {
		css_simple_free((struct css_simple *)q.css);
		return false;
	}
	found_init(&f, EXTRACT_ANSWER_BYTES);
	html_select_found(x->select, 0, &f);
	write_found(&f, out);
	found_fini(&f);
	css_simple_free((struct css_simple *)q.css);
	return true;
}

/* @return false: not a simple selector, or not the same */
static bool same(struct fixture *x, const char *page, const char *selector, const char *attribute,
		 size_t piece)
{
	struct buf tree = BUF_INIT(OUT_MAX), stream = BUF_INIT(OUT_MAX);
	bool is = by_stream(x, page, selector, attribute, piece, &stream);

	if (is) {
		by_tree(x, page, selector, attribute, &tree);
		x->compared++;
		is = !strcmp(buf_str(&tree), buf_str(&stream));
		if (!is)
			print_error("%s %s\n  tree   %.900s\n  stream %.900s\n", selector,
				    attribute ? attribute : "", buf_str(&tree), buf_str(&stream));
	}
	buf_fini(&tree);
	buf_fini(&stream);
	return is;
}

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

static void select__on_the_fixtures__finds_what_the_tree_finds(void **state)
{
	static const char *const pages[] = {"checkout.html", "product.html"};
	static const char *const attributes[] = {NULL, "class", "HREF", "disabled", "selected"};
	struct fixture *x = *state;
	char *selectors = file("selectors.txt"), *save = NULL;
	int wrong = 0;

	x->compared = 0;
	for (char *line = strtok_r(selectors, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		struct css_simple *simple = css_simple_new(line);

		if (!simple)
			continue;
		css_simple_free(simple);
		for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
			char *page = file(pages[i]);

			for (size_t k = 0; k < ARRAY_LEN(attributes); k++)
				wrong += !same(x, page, line, attributes[k], k + i ? 7 : 1 << 20);
			free(page);
		}
	}
	free(selectors);
	assert_int_equal(wrong, 0);
	assert_true(x->compared > 10 * 80);
}

/* ---- generated ------------------------------------------------------------------------------ */

static unsigned next(unsigned *seed, unsigned n)
{
	*seed = *seed * 1103515245 + 12345;
	return *seed / 65536 % n;
}

static void write_attributes(struct buf *out, unsigned *seed)
{
	static const char *const attributes[] = {
		" class=\"a\"",         " class='b  a'", " id=x",
		" data-n=\"1 &lt; 2\"", " hidden",       " href=/p",
	};

	for (size_t i = 0; i < ARRAY_LEN(attributes); i++) {
		if (!next(seed, 4))
			buf_add_str(out, attributes[i]);
	}
}

/* Blocks hold blocks and phrases, phrases hold phrases; every end tag is there. */
static void write_node(struct buf *out, unsigned *seed, int depth, bool block)
{
	static const char *const blocks[] = {"div", "section", "ul", "article", "table"};
	static const char *const phrases[] = {"span", "em", "b", "i", "u"};
	static const char *const words[] = {
		"one ", " two",        "th&amp;ree",  "\n",      "129,90&nbsp;&euro;",
		"<br>", "<img alt=z>", "<!-- no -->", "\xC3\xA9"};
	const char *name = block ? blocks[next(seed, 5)] : phrases[next(seed, 5)];
	bool list = !strcmp(name, "ul"), table = !strcmp(name, "table");

	buf_printf(out, "<%s", name);
	write_attributes(out, seed);
	buf_add_str(out, list ? "><li class=a>" : table ? "><tr><td class=b>" : ">");
	for (unsigned n = next(seed, 4); n > 0; n--) {
		buf_add_str(out, words[next(seed, ARRAY_LEN(words))]);
		if (depth > 0)
			write_node(out, seed, depth - 1, block && next(seed, 2));
	}
	if (block && !next(seed, 3))
		buf_add_str(out, "<p>A <b>paragraph</b></p>");
	buf_add_str(out, list ? "</li>" : table ? "</td><td>c</td></tr>" : "");
	buf_printf(out, "</%s>", name);
}

static void select__on_pages_of_any_nesting__finds_what_the_tree_finds(void **state)
{
	static const char *const selectors[] = {
		"*",      "div",      ".a",         "#x",        "div .a",       "div > .a",
		".a .b",  ".a > .b",  "section em", "li > span", "[hidden]",     "[data-n^='1 <']",
		"td, .a", "ul li b",  "body > *",   "html p b",  "[class~=b] i", "table td > *",
		"p",      "img[alt]",
	};
	struct fixture *x = *state;
	unsigned seed = 1;

	for (int page = 0; page < 60; page++) {
		struct buf out = BUF_INIT(PAGE_MAX);

		buf_add_str(&out, "<!doctype html><html><head><title>t</title></head><body>");
		for (int i = 0; i < 4; i++)
			write_node(&out, &seed, 4, true);
		buf_add_str(&out, "</body></html>");
		for (size_t i = 0; i < ARRAY_LEN(selectors); i++) {
			if (!same(x, out.data, selectors[i], i % 3 == 2 ? "class" : NULL,
				  1 + next(&seed, 300)))
				fail_msg("%s", out.data);
		}
		buf_fini(&out);
	}
}

/* ---- as a browser has it -------------------------------------------------------------------- */

static void select__on_a_page_that_is_not_well_formed__finds_what_a_browser_shows(void **state)
{
	static const struct {
		const char *page, *selector, *attribute, *found;
	} cases[] = {
		{"<ul><li>a<li>b<ul><li>c</ul><li>d</ul>", "ul > li", NULL, "[a][b\nc][c][d]4"},
		{"<p>a<p>b<div>c</div>", "p", NULL, "[a][b]2"},
		{"<p>a<b>b</p>c</b>d", "p", NULL, "[ab]1"},
		{"<dl><dt>a<dd>b<dt>c<dd>d</dl>", "dd", NULL, "[b][d]2"},
		{"<table><tr><td>a<td>b<tr><th>c</table>d", "tr > *", NULL, "[a][b][c]3"},
		{"<table><tr><td><table><tr><td>x</table>y<td>z</table>", "tr td", NULL,
		 "[x\ny][x][z]3"},
		{"<select><option>a<option>b<optgroup><option>c</select>", "option", NULL,
		 "[a][b][c]3"},
		{"<h1>a<h2>b</h1>c", "h2", NULL, "[b]1"},
		{"<div>a</span>b</p>c</div>d", "div", NULL, "[ab\nc]1"},
		{"<div>a<span>b</div>c", "span", NULL, "[b]1"},
		{"<div/>a</div>b", "div", NULL, "[a]1"},
		{"<img src=a>b<br/>c<input>", "body > *", NULL, "[][][]3"},
		{"<picture><source><img></picture>", "picture > *", NULL, "[][]2"},
		{"hello <b>world", "body", NULL, "[hello world]1"},
		{"<title>a</title><p>b", "head > title", NULL, "[a]1"},
		{"<title>a</title><p>b", "html > body > p", NULL, "[b]1"},
		{"<head><noscript><img src=x></noscript><meta a=b></head>", "head > meta", "a",
		 "[b]1"},
		{"<body a=b><body a=c>", "body", "a", "[b]1"},
		{"<svg><title>a<b>b</b></title><path d=x /><circle r=1></svg>c", "svg > *", NULL,
		 "[ab][][]3"},
		{"<svg><path><p>a</svg>b", "body > p", NULL, "[ab]1"},
		{"<svg><style>a</style></svg><p>b", "p", NULL, "[b]1"},
		{"<p>&#128;5 &check; &copy2</p>", "p", NULL,
		 "[\xE2\x82\xAC"
		 "5 \xE2\x9C\x93 \xC2\xA9"
		 "2]1"},
		{"<a href='?a=1&copy=2&lt;'>x</a>", "a", "href", "[?a=1&copy=2<]1"},
		{"<a>x<a>y", "a", NULL, "[x][y]2"},
		{"<button>x<button>y", "button", NULL, "[x][y]2"},
		{"<form a=1><form a=2></form>x</form>", "form", "a", "[1]1"},
		{"<div>a<script>if (a<b) '</p>'</script>b</div>", "div", NULL, "[ab]1"},
		{"<div>a<script>if (a<b) '</p>'</script>b</div>", "script", NULL,
		 "[if (a<b) '</p>']1"},
		{"<custom-card price=9>x</custom-card><p>", "custom-card", "price", "[9]1"},
		{"<div>a<template>b<i>c</i></template>d</div>", "div, i", NULL, "[ad][c]2"},
	};
	struct fixture *x = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (size_t piece = 1; piece < 100; piece += 13) {
			struct buf out = BUF_INIT(OUT_MAX);

			assert_true(by_stream(x, cases[i].page, cases[i].selector,
					      cases[i].attribute, piece, &out));
			if (strcmp(buf_str(&out), cases[i].found) != 0)
				print_error("%s\n", cases[i].page);
			assert_string_equal(buf_str(&out), cases[i].found);
			buf_fini(&out);
		}
	}
}

static void select__of_a_page_that_a_tree_knows_better__says_so(void **state)
{
	static const char *const pages[] = {"", " \n", "<title>no end<p>x", "<script>x"};
	struct fixture *x = *state;
	struct html_query q = {.css = css_simple_new("p")};
	struct buf deep = BUF_INIT(PAGE_MAX);

	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		assert_true(html_select_begin(x->select, &q, 1));
		html_select_feed(x->select, pages[i], strlen(pages[i]));
		assert_false(html_select_finish(x->select));
	}
	for (int i = 0; i < 1000; i++)
		buf_add_str(&deep, "<div>");
	assert_true(html_select_begin(x->select, &q, 1));
	html_select_feed(x->select, deep.data, deep.len);
	assert_false(html_select_finish(x->select));
	buf_fini(&deep);
	css_simple_free((struct css_simple *)q.css);
}

static void select__of_more_values_than_are_kept__counts_them_all(void **state)
{
	struct fixture *x = *state;
	struct buf page = BUF_INIT(PAGE_MAX);

	for (int i = 0; i < 1000; i++)
		buf_printf(&page, "<div class=a>%d</div>", i % 7);
	assert_true(same(x, page.data, ".a", NULL, 1000));
	buf_reset(&page);
	buf_add_str(&page, "<p>");
	for (int i = 0; i < 20000; i++)
		buf_printf(&page, "word%d ", i);
	buf_add_str(&page, "</p>");
	assert_true(same(x, page.data, "p", NULL, 4096));
	buf_fini(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(select__on_the_fixtures__finds_what_the_tree_finds),
		cmocka_unit_test(select__on_pages_of_any_nesting__finds_what_the_tree_finds),
		cmocka_unit_test(
			select__on_a_page_that_is_not_well_formed__finds_what_a_browser_shows),
		cmocka_unit_test(select__of_a_page_that_a_tree_knows_better__says_so),
		cmocka_unit_test(select__of_more_values_than_are_kept__counts_them_all),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
