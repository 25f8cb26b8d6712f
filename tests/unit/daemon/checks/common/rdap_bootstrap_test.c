#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above */
#include <cmocka.h>
#include <string.h>

#include "daemon/checks/common/rdap_bootstrap.h"
#include "daemon/checks/common/rdap_fetch.h"
#include "daemon/net/http_date.h"

static struct rdap_bootstrap *parse(const char *text, struct error *e)
{
	return rdap_bootstrap_parse(text, strlen(text), e);
}

static void list__answers_with_the_longest_suffix__and_https(void **state)
{
	struct rdap_bootstrap *b =
		parse("{\"version\":\"1.0\",\"services\":["
		      "[[\"Com\",\"net\"],[\"http://plain.example/\",\"https://rdap.example/v1\"]],"
		      "[[\"example\"],[\"http://one.example/\"]],"
		      "[[\"shop.example\"],[\"https://two.example/\"]],"
		      "[[\"bad\"],[\"ftp://x/\",7]],[7],[[\"worse\"]]]}",
		      NULL);

	assert_non_null(b);
	assert_int_equal(rdap_bootstrap_count(b), 4);
	assert_string_equal(rdap_bootstrap_find(b, "a.com"), "https://rdap.example/v1/");
	assert_string_equal(rdap_bootstrap_find(b, "a.net"), "https://rdap.example/v1/");
	assert_string_equal(rdap_bootstrap_find(b, "a.example"), "http://one.example/");
	assert_string_equal(rdap_bootstrap_find(b, "a.shop.example"), "https://two.example/");
	assert_string_equal(rdap_bootstrap_find(b, "myshop.example"), "http://one.example/");
	assert_null(rdap_bootstrap_find(b, "a.org"));
	assert_null(rdap_bootstrap_find(b, "a.bad"));
	assert_null(rdap_bootstrap_find(b, "com.org"));
	rdap_bootstrap_free(b);
}

static void list__without_any_server__is_refused(void **state)
{
	struct error e = {0};

	assert_null(parse("{\"services\":[]}", &e));
	assert_string_equal(e.text, "it lists no server");
	assert_null(parse("<html>", &e));
	assert_null(parse("[]", &e));
}

static void retry_after__is_seconds_or_a_date__and_bounded(void **state)
{
	int64_t now_ms = 1795341600000; /* Sun, 22 Nov 2026 10:00:00 GMT */

	assert_int_equal(http_retry_after_ms("120", now_ms), 120000);
	assert_int_equal(http_retry_after_ms(" 5 ", now_ms), 5000);
	assert_int_equal(http_retry_after_ms("Sun, 22 Nov 2026 10:01:00 GMT", now_ms), 60000);
	assert_int_equal(http_retry_after_ms("Sun, 22 Nov 2026 09:00:00 GMT", now_ms), 0);
	assert_int_equal(http_retry_after_ms("99999999999999999999", now_ms), 7LL * 86400000);
	assert_int_equal(http_retry_after_ms("", now_ms), 0);
	assert_int_equal(http_retry_after_ms("5 minutes", now_ms), 0);
	assert_int_equal(http_retry_after_ms("-5", now_ms), 0);
	assert_int_equal(http_retry_after_ms("soon", now_ms), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list__answers_with_the_longest_suffix__and_https),
		cmocka_unit_test(list__without_any_server__is_refused),
		cmocka_unit_test(retry_after__is_seconds_or_a_date__and_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
