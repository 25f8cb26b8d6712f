#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/net/blocked.h"
#include "shared/mem.h"

static const char *look(int status, const char *body)
{
	return blocked_page(status, false, body, strlen(body));
}

static void wall__is_known__by_its_status_or_its_words(void **state)
{
	assert_string_equal(look(403, ""), "403");
	assert_string_equal(look(401, ""), "a login");
	assert_string_equal(look(999, "x"), "999");
	assert_string_equal(look(200, "<html><TITLE>Just a moment...</TITLE>"), "a captcha");
	assert_string_equal(look(503, "<form action=\"/errors/validateCaptcha\">"), "a captcha");
	assert_string_equal(look(200, "<div class=\"g-recaptcha\"></div>"), "a captcha");
	assert_non_null(blocked_page(200, true, "", 0));
	assert_string_equal(look(200, "<title>Sign in</title><input type=\"password\">"),
			    "a login");
	assert_string_equal(look(200, "<form action=\"/password\"><input type=password>"),
			    "a login");
}

static void page_of_a_shop__is_none__even_with_a_captcha_in_its_form(void **state)
{
	char *large = mem_zalloc(64 * 1024 + 1);

	assert_null(look(200, "<html><title>Lamp</title><p>9.99 EUR"));
	assert_null(look(404, "not found"));
	assert_null(look(200, "<title>Lamp</title><form><input type=\"password\"></form>"));
	assert_null(look(200, "<title>Login button, red</title><p>9.99 EUR"));
	assert_null(look(200, "<script src=\"/cdn-cgi/challenge-platform/scripts/jsd/main.js\">"));
	memset(large, 'x', 64 * 1024);
	memcpy(large + 100, "g-recaptcha", 11);
	assert_null(look(200, large));
	memcpy(large + 200, "<title>Robot Check</title>", 26);
	assert_non_null(look(200, large));
	free(large);
}

static void mark__is_found__wherever_it_stands(void **state)
{
	static const char *const marks[] = {"<title>access denied</title>",
					    "<Title>Pardon Our Interruption</title>",
					    "/errors/validateCaptcha",
					    "captcha-delivery.com/captcha",
					    "id=\"px-captcha\"",
					    "id=\"challenge-form\"",
					    "CF-ERROR-DETAILS",
					    "h-captcha",
					    "Are you a robot",
					    "unusual traffic"};
	char text[200];

	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		size_t n = strlen(marks[i]);

		for (size_t at = 0; at + n < sizeof text; at++) {
			memset(text, at % 2 ? 'c' : '-', sizeof text - 1);
			text[sizeof text - 1] = '\0';
			memcpy(text + at, marks[i], n);
			assert_non_null(look(200, text));
			assert_null(blocked_page(200, false, text, at + n - 1));
			text[at + n / 2] = '~';
			assert_null(look(200, text));
		}
	}
}

static void header__of_a_wall__is_known(void **state)
{
	assert_true(blocked_header("CF-Mitigated", "challenge", 9));
	assert_true(blocked_header("x-amzn-waf-action", "captcha", 7));
	assert_false(blocked_header("cf-mitigated", "none", 4));
	assert_false(blocked_header("Server", "challenge", 9));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wall__is_known__by_its_status_or_its_words),
		cmocka_unit_test(page_of_a_shop__is_none__even_with_a_captcha_in_its_form),
		cmocka_unit_test(mark__is_found__wherever_it_stands),
		cmocka_unit_test(header__of_a_wall__is_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
