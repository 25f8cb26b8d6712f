#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "daemon/checks/common/http_cookies.h"

static bool set(struct http_cookies *c, const char *value)
{
	return http_cookies_set(c, value, strlen(value));
}

static void cookies__are_sent_back__as_they_were_set(void **state)
{
	struct http_cookies c = {0};

	assert_false(http_cookies_any(&c));
	assert_true(set(&c, "a=1; Path=/; HttpOnly"));
	assert_true(set(&c, "ab=2"));
	assert_string_equal(c.line, "Cookie: a=1; ab=2");
	assert_false(set(&c, "a=1; Secure"));
	assert_true(set(&c, "a=3"));
	assert_string_equal(c.line, "Cookie: ab=2; a=3");
	assert_true(set(&c, "ab=; Max-Age=0"));
	assert_string_equal(c.line, "Cookie: a=3");
	assert_true(set(&c, "a=x; max-age=0"));
	assert_false(http_cookies_any(&c));
}

static void cookies__refuse__what_would_break_a_request(void **state)
{
	struct http_cookies c = {0};
	char big[COOKIES_BYTES + 10];

	assert_false(set(&c, ""));
	assert_false(set(&c, "novalue"));
	assert_false(set(&c, "=x"));
	assert_false(set(&c, "a=b\r\nX: y"));
	memset(big, 'x', sizeof big);
	big[1] = '=';
	assert_false(http_cookies_set(&c, big, sizeof big));
	for (int i = 0; i < 1000; i++) {
		snprintf(big, sizeof big, "cookie%d=value", i);
		set(&c, big);
	}
	assert_true(strlen(c.line) < sizeof c.line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cookies__are_sent_back__as_they_were_set),
		cmocka_unit_test(cookies__refuse__what_would_break_a_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
