#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/net/robots.h"
#include "shared/buf.h"
#include "shared/mem.h"

static bool allows(const char *file, const char *path)
{
	struct robots *r = robots_parse(file, strlen(file), "FooBot");
	bool allowed = robots_allows(r, path, NULL);

	robots_free(r);
	return allowed;
}

struct rule_case {
	const char *file, *path;
	bool allowed;
};

static void check(const struct rule_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (allows(cases[i].file, cases[i].path) != cases[i].allowed)
			fail_msg("%s is %s by:\n%s", cases[i].path,
				 cases[i].allowed ? "forbidden" : "allowed", cases[i].file);
}
#define CHECK(cases) check(cases, ARRAY_LEN(cases))

/* RFC 9309, 2.2.1 */
static void robots__finds_its_group__by_the_product_token(void **state)
{
	static const struct rule_case cases[] = {
		{"User-agent: FooBot\nDisallow: /\n", "/x", false},
		{"user-agent: foobot\ndisallow: /\n", "/x", false},
		{"USER-AGENT: FOOBOT\nDISALLOW: /\n", "/x", false},
		{"User-agent: FooBot/2.1\nDisallow: /\n", "/x", false},
		{"User-agent: FooBot and more\nDisallow: /\n", "/x", false},
		{"User-agent: FooBots\nDisallow: /\n", "/x", true},
		{"User-agent: FooBot-News\nDisallow: /\n", "/x", true},
		{"User-agent: Foo\nDisallow: /\n", "/x", true},
		{"User-agent: BarBot\nDisallow: /\n", "/x", true},
		{"User-agent: *\nDisallow: /\n", "/x", false},
		{"User-agent: * \nDisallow: /\n", "/x", false},
		{"User-agent: *bot\nDisallow: /\n", "/x", true},
		{"Disallow: /\n", "/x", true},
		{"", "/x", true},
		/* one's own group, even an empty one, stands instead of that for all */
		{"User-agent: *\nDisallow: /\nUser-agent: foobot\nAllow: /a\n", "/x", true},
		{"User-agent: foobot\nUser-agent: *\nDisallow: /\n", "/x", false},
		{"User-agent: *\nDisallow: /\nUser-agent: foobot\n", "/x", true},
		/* groups of one token are one group */
		{"User-agent: foobot\nDisallow: /a\n\nUser-agent: bar\nDisallow: /b\n\n"
		 "User-agent: foobot\nDisallow: /c\n",
		 "/c", false},
		{"User-agent: foobot\nDisallow: /a\n\nUser-agent: bar\nDisallow: /b\n\n"
		 "User-agent: foobot\nDisallow: /c\n",
		 "/a", false},
		{"User-agent: foobot\nDisallow: /a\n\nUser-agent: bar\nDisallow: /b\n", "/b", true},
		/* several agents of one group; what is no rule does not part them */
		{"User-agent: foobot\nUser-agent: bar\nDisallow: /a\n", "/a", false},
		{"User-agent: foobot\n\n# words\nUser-agent: bar\nDisallow: /a\n", "/a", false},
		{"User-agent: foobot\nSitemap: https://x/s.xml\nUser-agent: bar\nDisallow: /a\n",
		 "/a", false},
		{"User-agent: foobot\nCrawl-delay: 5\nUser-agent: bar\nDisallow: /a\n", "/a",
		 false},
		{"User-agent: foobot\nDisallow:\nUser-agent: bar\nDisallow: /a\n", "/a", true},
	};
	CHECK(cases);
}

/* RFC 9309, 2.2.2 */
static void robots__decides__by_the_longest_match(void **state)
{
	static const struct rule_case cases[] = {
		{"User-agent: *\nDisallow: /x/page.html\nAllow: /x/\n", "/x/page.html", false},
		{"User-agent: *\nAllow: /x/page.html\nDisallow: /x/\n", "/x/page.html", true},
		{"User-agent: *\nAllow: /x/page.html\nDisallow: /x/\n", "/x/", false},
		{"User-agent: *\nDisallow: \nAllow: \n", "/x", true},
		{"User-agent: *\nDisallow: /\nAllow: /\n", "/x", true},
		{"User-agent: *\nAllow: /\nDisallow: /\n", "/x", true},
		{"User-agent: *\nDisallow: /x\nAllow: /x/\n", "/x", false},
		{"User-agent: *\nDisallow: /x\nAllow: /x/\n", "/x/", true},
		{"User-agent: *\nDisallow: /x/page.html\nAllow: /x/page.html\n", "/x/page.html",
		 true},
		{"User-agent: *\nAllow: /page\nDisallow: /*.html\n", "/page.html", false},
		{"User-agent: *\nAllow: /page\nDisallow: /*.html\n", "/page", true},
		{"User-agent: *\nAllow: /x/page.\nDisallow: /*.html\n", "/x/page.html", true},
		{"User-agent: *\nDisallow: /\nAllow: /$\n", "/", true},
		{"User-agent: *\nDisallow: /\nAllow: /$\n", "/page", false},
		{"User-agent: *\nDisallow: /Foo\n", "/foo", true},
		{"User-agent: *\nDisallow: /foo/bar/\n", "/foo/bar", true},
		{"User-agent: *\nDisallow: foo\n", "/foo", true},
		{"User-agent: *\nDisallow: /\n", "/robots.txt", true},
		/* the RFC's example, 5.1 */
		{"User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n\n"
		 "User-Agent: foobot\nDisallow:/\nAllow:/example/page.html\n"
		 "Allow:/example/allowed.gif\n\nUser-Agent: barbot\nUser-Agent: bazbot\n"
		 "Disallow: /example/page.html\n\nUser-Agent: quxbot\n",
		 "/example/allowed.gif", true},
		{"User-Agent: foobot\nDisallow:/\nAllow:/example/page.html\n", "/publications/",
		 false},
		{"User-Agent: foobot\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n",
		 "/example/page/disallowed.gif", false},
	};
	CHECK(cases);
}

/* RFC 9309, 2.2.3 */
static void robots__knows__stars_and_dollars(void **state)
{
	static const struct rule_case cases[] = {
		{"User-agent: *\nDisallow: /foo/bar/*\n", "/foo/bar/", false},
		{"User-agent: *\nDisallow: /*/quz\n", "/foo/bar/quz", false},
		{"User-agent: *\nDisallow: /*/quz\n", "/quz", true},
		{"User-agent: *\nDisallow: *quz\n", "/foo/quz/x", false},
		{"User-agent: *\nDisallow: /f*o*r\n", "/fxxoxxr", false},
		{"User-agent: *\nDisallow: /f*o*r$\n", "/fxoxrxr", false},
		{"User-agent: *\nDisallow: /f*o*r$\n", "/fxoxrx", true},
		{"User-agent: *\nDisallow: /a***b\n", "/ab", false},
		{"User-agent: *\nDisallow: /*\n", "/", false},
		{"User-agent: *\nDisallow: /*$\n", "/anything?x=1", false},
		{"User-agent: *\nDisallow: /foo$\n", "/foo", false},
		{"User-agent: *\nDisallow: /foo$\n", "/foo?x", true},
		{"User-agent: *\nDisallow: /fo$o\n", "/fo$o", false},
		{"User-agent: *\nDisallow: /fo$o\n", "/fo", true},
		{"User-agent: *\nDisallow: /a-%2A.html\n", "/a-*.html", false},
		{"User-agent: *\nDisallow: /a-%2A.html\n", "/a-x.html", true},
		{"User-agent: *\nDisallow: /a-%24\n", "/a-$", false},
		{"User-agent: *\nDisallow: /a-%24\n", "/a-", true},
		{"User-agent: *\nDisallow: /*?sort=\n", "/list?sort=price", false},
		{"User-agent: *\nDisallow: /*?sort=\n", "/list?page=1", true},
	};
	CHECK(cases);
}

/* RFC 9309, 2.2.2: octets are compared after percent-encoding was evened out */
static void robots__compares__bytes_however_they_are_written(void **state)
{
	static const struct rule_case cases[] = {
		{"User-agent: *\nDisallow: /foo/bar/%62%61%7A\n", "/foo/bar/baz", false},
		{"User-agent: *\nDisallow: /foo/bar/baz\n", "/foo/bar/%62%61%7a", false},
		{"User-agent: *\nDisallow: /foo/bar/\xE3\x83\x84\n", "/foo/bar/%E3%83%84", false},
		{"User-agent: *\nDisallow: /foo/bar/%e3%83%84\n", "/foo/bar/%E3%83%84", false},
		{"User-agent: *\nDisallow: /x?u=https://foo.bar\n", "/x?u=https%3A%2F%2Ffoo.bar",
		 false},
		{"User-agent: *\nDisallow: /x?u=https%3A%2F%2Ffoo.bar\n", "/x?u=https://foo.bar",
		 false},
		{"User-agent: *\nDisallow: /a%2Fb\n", "/a/b", true},
		{"User-agent: *\nDisallow: /a/b\n", "/a%2fb", true},
		{"User-agent: *\nDisallow: /a%2fb\n", "/a%2Fb", false},
		{"User-agent: *\nDisallow: /a%3Cd%3E\n", "/a%3cd%3e", false},
		{"User-agent: *\nDisallow: /100%\n", "/100%", false},
		{"User-agent: *\nDisallow: /a%zz\n", "/a%zz", false},
		{"User-agent: *\nDisallow: /~joe\n", "/%7Ejoe", false},
	};
	CHECK(cases);
}

static void robots__reads__lines_of_every_kind(void **state)
{
	static const struct rule_case cases[] = {
		{"\xEF\xBB\xBFUser-agent: *\nDisallow: /\n", "/x", false},
		{"\xEF\xBBUser-agent: *\nDisallow: /\n", "/x", false},
		{"User-agent: *\r\nDisallow: /\r\n", "/x", false},
		{"User-agent: *\rDisallow: /\r", "/x", false},
		{"User-agent: *\nDisallow: /", "/x", false},
		{"\n\n  User-agent \t: * # all\n\tDisallow:\t/x # not this\n", "/x", false},
		{"User-agent: *\nDisallow: /x # not this\n", "/y", true},
		{"User-agent *\nDisallow /\n", "/x", false},
		{"User-agent: *\nDisallow / and more\n", "/x", true},
		{"<html><body>404</body></html>\n", "/x", true},
		{"User-agent: *\nDissallow: /\n", "/x", false},
		{"useragent: *\ndisallow: /\n", "/x", false},
		{"User-agent: *\nDisallow: /a:b\n", "/a:b", false},
	};
	CHECK(cases);
}

static void robots__reads__at_least_500_KiB(void **state)
{
	struct buf file = BUF_INIT(2 << 20);
	struct robots *r;

	buf_add_str(&file, "User-agent: *\n");
	while (file.len < 500 * 1024)
		buf_printf(&file, "Disallow: /private/%zu\n", file.len);
	buf_add_str(&file, "Disallow: /late\n");
	while (file.len < ROBOTS_BYTES_MAX)
		buf_add_char(&file, '#');
	buf_add_str(&file, "\nDisallow: /too-late\n");
	r = robots_parse(file.data, file.len, "FooBot");
	assert_false(robots_allows(r, "/late", NULL));
	assert_true(robots_allows(r, "/too-late", NULL));
	robots_free(r);
	buf_fini(&file);
}

static void robots__that_take_too_long__forbid(void **state)
{
	struct buf file = BUF_INIT(2 << 20);
	char path[2000];
	struct robots *r;

	memset(path, 'a', sizeof path - 1);
	path[0] = '/';
	path[sizeof path - 1] = '\0';
	buf_add_str(&file, "User-agent: *\n");
	while (file.len < 400 * 1024) {
		buf_add_str(&file, "Disallow: /*");
		for (int i = 0; i < 500; i++)
			buf_add_str(&file, "aa");
		buf_add_str(&file, "b\n");
	}
	r = robots_parse(file.data, file.len, "FooBot");
	assert_false(robots_allows(r, path, NULL));
	assert_true(robots_allows(r, "/short", NULL));
	robots_free(r);
	buf_fini(&file);
}

static int64_t delay(const char *file)
{
	struct robots *r = robots_parse(file, strlen(file), "FooBot");
	int64_t ms = robots_delay_ms(r);

	robots_free(r);
	return ms;
}

static void robots__take__a_crawl_delay_within_bounds(void **state)
{
	assert_int_equal(delay("User-agent: *\nCrawl-delay: 10\n"), 10000);
	assert_int_equal(delay("User-agent: *\nCrawl-delay: 2.5\nDisallow: /a\n"), 2500);
	assert_int_equal(delay("User-agent: *\nCrawl-delay: 0.01\n"), ROBOTS_DELAY_MIN_MS);
	assert_int_equal(delay("User-agent: *\nCrawl-delay: 99999999999999999999\n"),
			 ROBOTS_DELAY_MAX_MS);
	assert_int_equal(delay("User-agent: *\nCrawl-delay: 0\n"), -1);
	assert_int_equal(delay("User-agent: *\nCrawl-delay: soon\n"), -1);
	assert_int_equal(delay("User-agent: *\nCrawl-delay: -5\n"), -1);
	assert_int_equal(delay("User-agent: bar\nCrawl-delay: 10\n"), -1);
	assert_int_equal(
		delay("User-agent: *\nCrawl-delay: 10\nAllow: /\nUser-agent: foobot\nAllow: /\n"),
		-1);
	assert_int_equal(delay("User-agent: bar\nCrawl-delay: 7\nUser-agent: foobot\nAllow: /\n"),
			 7000);
}

static void robots__name__sitemaps_wherever_they_stand(void **state)
{
	static const char file[] = "Sitemap: https://x.test/a.xml\nUser-agent: bar\nDisallow: /\n"
				   "sitemap:https://x.test/b.xml.gz # second\nSitemap:\n";
	struct robots *r = robots_parse(file, sizeof file - 1, "FooBot");

	assert_string_equal(robots_sitemap(r, 0), "https://x.test/a.xml");
	assert_string_equal(robots_sitemap(r, 1), "https://x.test/b.xml.gz");
	assert_null(robots_sitemap(r, 2));
	robots_free(r);
}

static void robots__name__the_line_that_decided(void **state)
{
	static const char file[] = "User-agent: *\n\nDisallow: /a\nAllow: /a/b\n";
	struct robots *r = robots_parse(file, sizeof file - 1, "FooBot");
	int line;

	assert_false(robots_allows(r, "/a/x", &line));
	assert_int_equal(line, 3);
	assert_true(robots_allows(r, "/a/b", &line));
	assert_int_equal(line, 4);
	assert_true(robots_allows(r, "/c", &line));
	assert_int_equal(line, 0);
	robots_free(r);
}

static void robots__without_a_file__allow_all_or_nothing(void **state)
{
	struct robots *all = robots_everything(), *none = robots_nothing();

	assert_true(robots_allows(all, "/x", NULL));
	assert_false(robots_allows(none, "/x", NULL));
	assert_true(robots_allows(none, "/robots.txt", NULL));
	assert_int_equal(robots_delay_ms(all), -1);
	robots_free(all);
	robots_free(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(robots__finds_its_group__by_the_product_token),
		cmocka_unit_test(robots__decides__by_the_longest_match),
		cmocka_unit_test(robots__knows__stars_and_dollars),
		cmocka_unit_test(robots__compares__bytes_however_they_are_written),
		cmocka_unit_test(robots__reads__lines_of_every_kind),
		cmocka_unit_test(robots__reads__at_least_500_KiB),
		cmocka_unit_test(robots__that_take_too_long__forbid),
		cmocka_unit_test(robots__take__a_crawl_delay_within_bounds),
		cmocka_unit_test(robots__name__sitemaps_wherever_they_stand),
		cmocka_unit_test(robots__name__the_line_that_decided),
		cmocka_unit_test(robots__without_a_file__allow_all_or_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
