#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "shared/mem.h"
#include "shared/webhook_secret.h"

static const char good[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

static void parse__takes__the_forms_in_which_a_secret_is_handed_over(void **state)
{
	static const char *const forms[] = {
		"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		"  whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\r\n",
	};
	static const unsigned char first[] = {0x31, 0xf2, 0x90, 0xf6};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct webhook_key k;
		struct error e = {0};

		assert_int_equal(webhook_key_parse(forms[i], strlen(forms[i]), &k, &e), 0);
		assert_int_equal(k.n, 24);
		assert_memory_equal(k.bytes, first, sizeof first);
	}
}

static void parse__refuses__what_is_none_and_never_repeats_it(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"", "too short"},
		{"whsec_", "too short"},
		{"correct horse battery staple", "not base64"},
		{"whsec_MfKQ9r8GKYqrTwjUPD8I", "too short"},
		{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "not base64"},
		{"whsec_MfKQ9r8GKYqr\nTwjUPD8ILPZIo2LaLaSw", "not base64"},
		{"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		 "AAAAAAAAAA",
		 "too long"},
		{"whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "does not begin with whsec_"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error e = {0};

		assert_int_equal(webhook_secret_fits(cases[i].text, strlen(cases[i].text), &e),
				 ERR_INVALID);
		if (!strstr(e.text, cases[i].why))
			fail_msg("%s: %s, expected %s", cases[i].text, e.text, cases[i].why);
		if (strlen(cases[i].text) > 6)
			assert_null(strstr(e.text, cases[i].text + 6));
		assert_non_null(strstr(e.hint, "secret generate"));
	}
}

static void make__gives__another_good_one_each_time(void **state)
{
	char one[WEBHOOK_SECRET_TEXT], two[WEBHOOK_SECRET_TEXT];
	struct webhook_key k;
	struct error e = {0};

	webhook_secret_make(one);
	webhook_secret_make(two);
	assert_string_not_equal(one, two);
	assert_int_equal(strncmp(one, "whsec_", 6), 0);
	assert_int_equal(webhook_key_parse(one, strlen(one), &k, &e), 0);
	assert_int_equal(k.n, 32);
	assert_int_equal(webhook_secret_fits(good, strlen(good), &e), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse__takes__the_forms_in_which_a_secret_is_handed_over),
		cmocka_unit_test(parse__refuses__what_is_none_and_never_repeats_it),
		cmocka_unit_test(make__gives__another_good_one_each_time),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
