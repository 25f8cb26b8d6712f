/* Host names in other scripts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "daemon/net/idn.h"

static void idn__names__become_what_dns_knows(void **state)
{
	static const char *const cases[][2] = {
		{"shop.example", "shop.example"},
		{"bücher.example", "xn--bcher-kva.example"},
		{"Bücher.Example", "xn--bcher-kva.example"},
		{"faß.example", "xn--fa-hia.example"},
		{"例え.テスト", "xn--r8jz45g.xn--zckzah"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char host[HOST_MAX];
		struct error e = {0};
		snprintf(host, sizeof(host), "%s", cases[i][0]);
		assert_int_equal(idn_to_ascii(host, &e), ERR_NONE);
		assert_string_equal(host, cases[i][1]);
	}
}

static void idn__what_is_no_name__is_refused(void **state)
{
	char host[HOST_MAX] = "", invalid[HOST_MAX] = "a\xff.example";
	struct error e = {0};
	for (int i = 0; i < 40; i++)
		strncat(host, "ü", sizeof(host) - strlen(host) - 1);
	for (int i = 0; i < 40; i++)
		strncat(host, "ö", sizeof(host) - strlen(host) - 1);
	assert_int_equal(idn_to_ascii(host, &e), ERR_INVALID);
	assert_non_null(strstr(e.text, "host name"));
	assert_int_equal(idn_to_ascii(invalid, &e), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(idn__names__become_what_dns_knows),
		cmocka_unit_test(idn__what_is_no_name__is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
