#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "daemon/net/idn.h"

static void idn__gives__the_ascii_form(void **state)
{
	static const char *const cases[][2] = {
		{"shop.example", "shop.example"},
		{"bücher.example", "xn--bcher-kva.example"},
		{"BÜCHER.example", "xn--bcher-kva.example"},
		{"münchen-ost.de", "xn--mnchen-ost-9db.de"},
		{"пример.испытание", "xn--e1afmkfd.xn--80akhbyknj4f"},
		{"例え.テスト", "xn--r8jz45g.xn--zckzah"},
		{"παράδειγμα.δοκιμή", "xn--hxajbheg2az3al.xn--jxalpdlp"},
		{"ｓｈｏｐ.example", "shop.example"},
		{"a.ü.b.", "a.xn--tda.b."},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char host[HOST_MAX];
		struct error e = {0};

		strcpy(host, cases[i][0]);
		assert_int_equal(idn_to_ascii(host, &e), ERR_NONE);
		assert_string_equal(host, cases[i][1]);
	}
}

static void idn__refuses__what_does_not_fit(void **state)
{
	char host[HOST_MAX] = "";
	struct error e = {0};

	for (int i = 0; i < 60; i++)
		strcat(host, "ü");
	assert_int_equal(idn_to_ascii(host, &e), ERR_INVALID);
	strcpy(host, "\xFF\xFE.example");
	assert_int_equal(idn_to_ascii(host, &e), ERR_INVALID);
	assert_true(e.text[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(idn__gives__the_ascii_form),
		cmocka_unit_test(idn__refuses__what_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
