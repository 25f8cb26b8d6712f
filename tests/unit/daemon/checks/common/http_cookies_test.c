#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "daemon/checks/common/http_cookies.h"
#include "shared/mem.h"

static const int64_t now_ms = INT64_C(1795000000000); /* November 2026 */

static struct url at(const char *text)
{
	struct url u;
	struct error e;

	if (url_parse(text, &u, &e))
		fail_msg("%s: %s", text, e.text);
	return u;
}

static bool set(struct http_cookies *c, const char *from, const char *value)
{
	struct url u = at(from);

	return http_cookies_set(c, &u, value, strlen(value), now_ms);
}

static const char *line(struct http_cookies *c, const char *to)
{
	struct url u = at(to);
	const char *l = http_cookies_line(c, &u);

	return l ? l : "";
}

static void cookies__are_sent_back__as_they_were_set(void **state)
{
	struct http_cookies c = {0};
	static const char shop[] = "http://shop.example/";

	assert_string_equal(line(&c, shop), "");
	assert_true(set(&c, shop, "a=1; Path=/; HttpOnly"));
	assert_true(set(&c, shop, "ab= \"2=3\" "));
	assert_string_equal(line(&c, shop), "Cookie: a=1; ab=\"2=3\"");
	assert_false(set(&c, shop, "a=1; SameSite=Lax"));
	assert_true(set(&c, shop, "a=3"));
	assert_string_equal(line(&c, shop), "Cookie: ab=\"2=3\"; a=3");
	assert_true(set(&c, shop, "ab=; Max-Age=0"));
	assert_true(set(&c, shop, "a=x; expires=Thu, 01 Jan 1970 00:00:00 GMT"));
	assert_string_equal(line(&c, shop), "");
	assert_true(set(&c, shop, "b=1; Expires=Wed, 01 Jan 2031 00:00:00 GMT"));
	assert_true(set(&c, shop, "n=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60"));
	assert_string_equal(line(&c, shop), "Cookie: b=1; n=1");
	http_cookies_fini(&c);
}

static void cookies__go__only_where_they_belong(void **state)
{
	static const struct {
		const char *from, *cookie, *to;
		bool goes;
	} cases[] = {
		{"https://shop.example/", "a=1", "https://shop.example/basket?x=1", true},
		{"https://shop.example/", "a=1", "https://other.example/", false},
		{"https://shop.example/", "a=1", "https://www.shop.example/", false},
		{"https://www.shop.example/", "a=1; Domain=shop.example",
		 "https://pay.shop.example/", true},
		{"https://www.shop.example/", "a=1; Domain=.shop.example", "https://shop.example/",
		 true},
		{"https://www.shop.example/", "a=1; Domain=shop.example",
		 "https://badshop.example/", false},
		{"https://www.shop.example/", "a=1; Domain=example", "https://other.example/",
		 false},
		{"https://shop.example/", "a=1; Domain=bank.example", "https://bank.example/",
		 false},
		{"https://shop.example/", "a=1; Domain=www.shop.example",
		 "https://www.shop.example/", false},
		{"http://127.0.0.1/", "a=1; Domain=0.0.1", "http://127.0.0.1/", false},
		{"http://127.0.0.1:81/", "a=1", "http://127.0.0.1:82/", true},
		{"https://shop.example/", "a=1; Secure", "http://shop.example/", false},
		{"https://shop.example/", "a=1; Secure", "https://shop.example/", true},
		{"http://shop.example/", "a=1; Secure", "https://shop.example/", false},
		{"http://shop.example/", "a=1; Path=/account", "http://shop.example/account", true},
		{"http://shop.example/", "a=1; Path=/account", "http://shop.example/account/x?y",
		 true},
		{"http://shop.example/", "a=1; Path=/account", "http://shop.example/accounting",
		 false},
		{"http://shop.example/login/form?x=/y/", "a=1", "http://shop.example/login/do",
		 true},
		{"http://shop.example/login/form", "a=1", "http://shop.example/", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct http_cookies c = {0};

		set(&c, cases[i].from, cases[i].cookie);
		if (cases[i].goes != !strcmp(line(&c, cases[i].to), "Cookie: a=1"))
			fail_msg("%s %s -> %s", cases[i].from, cases[i].cookie, cases[i].to);
		http_cookies_fini(&c);
	}
}

static void cookies__of_longer_paths__come_first(void **state)
{
	struct http_cookies c = {0};
	struct url u = at("http://shop.example/a/b");

	set(&c, "http://shop.example/", "n=root; Path=/");
	set(&c, "http://shop.example/", "n=deep; Path=/a/b");
	assert_string_equal(line(&c, "http://shop.example/a/b"), "Cookie: n=deep; n=root");
	assert_string_equal(http_cookies_value(&c, &u, "n"), "deep");
	u = at("http://elsewhere.example/");
	assert_null(http_cookies_value(&c, &u, "n"));
	http_cookies_fini(&c);
}

static void cookies__refuse__what_would_break_a_request(void **state)
{
	struct http_cookies c = {0};
	static const char shop[] = "http://shop.example/";
	char big[COOKIE_BYTES + 10];

	assert_false(set(&c, shop, ""));
	assert_false(set(&c, shop, "novalue"));
	assert_false(set(&c, shop, "=x"));
	assert_false(set(&c, shop, " =x"));
	assert_false(set(&c, shop, "a=b\r\nX: y"));
	memset(big, 'x', sizeof big);
	big[1] = '=';
	big[sizeof big - 1] = '\0';
	assert_false(set(&c, shop, big));
	for (int i = 0; i < 1000; i++) {
		snprintf(big, sizeof big, "cookie%d=%0200d", i, i);
		set(&c, shop, big);
	}
	assert_true(c.n <= COOKIES_MAX);
	assert_true(strlen(line(&c, shop)) <= COOKIES_BYTES);
	assert_non_null(strstr(line(&c, shop), "cookie0="));
	http_cookies_fini(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cookies__are_sent_back__as_they_were_set),
		cmocka_unit_test(cookies__go__only_where_they_belong),
		cmocka_unit_test(cookies__of_longer_paths__come_first),
		cmocka_unit_test(cookies__refuse__what_would_break_a_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
