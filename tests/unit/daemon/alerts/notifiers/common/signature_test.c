#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "daemon/alerts/notifiers/common/signature.h"

/* The vector of the specification's own libraries. */
static void sign__gives__the_signature_of_the_specifications_vector(void **state)
{
	static const char secret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
	static const char body[] = "{\"test\": 2432232314}";
	char signature[SIGNATURE_TEXT];
	struct webhook_key k;
	struct error e = {0};

	assert_int_equal(webhook_key_parse(secret, strlen(secret), &k, &e), 0);
	webhook_sign(&k, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, strlen(body), signature);
	assert_string_equal(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static void sign__depends__on_id_time_body_and_key(void **state)
{
	struct webhook_key k = {.bytes = {1, 2, 3}, .n = 24}, other = {.bytes = {3, 2, 1}, .n = 24};
	char first[SIGNATURE_TEXT], now[SIGNATURE_TEXT];

	webhook_sign(&k, "msg_1", 1700000000, "{}", 2, first);
	webhook_sign(&k, "msg_2", 1700000000, "{}", 2, now);
	assert_string_not_equal(first, now);
	webhook_sign(&k, "msg_1", 1700000001, "{}", 2, now);
	assert_string_not_equal(first, now);
	webhook_sign(&k, "msg_1", 1700000000, "{} ", 3, now);
	assert_string_not_equal(first, now);
	webhook_sign(&other, "msg_1", 1700000000, "{}", 2, now);
	assert_string_not_equal(first, now);
	webhook_sign(&k, "msg_1", 1700000000, "{}", 2, now);
	assert_string_equal(first, now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sign__gives__the_signature_of_the_specifications_vector),
		cmocka_unit_test(sign__depends__on_id_time_body_and_key),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
