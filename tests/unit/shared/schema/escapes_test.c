#include "tests/unit/shared/schema/support.h"

#include "shared/schema/escapes.h"

static void decode__takes__each_escape(void **state)
{
	char out[32];
	size_t n;
	assert_int_equal(
		escapes_decode("A\\r\\n\\t\\0\\\\\\\"\\x1b\\xFFz", out, sizeof(out), &n, NULL),
		ERR_NONE);
	static const char expected[] = "A\r\n\t\0\\\"\x1b\xffz";
	assert_int_equal(n, sizeof(expected) - 1);
	assert_memory_equal(out, expected, n);
	assert_int_equal(escapes_decode("", out, sizeof(out), &n, NULL), ERR_NONE);
	assert_int_equal(n, 0);
}

static void decode__refuses__what_is_none(void **state)
{
	static const char *const bad[] = {"\\", "\\q", "\\x", "\\x1", "\\xg0", "a\\u00e9"};
	char out[32];
	size_t n;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct error e = {0};
		assert_int_equal(escapes_decode(bad[i], out, sizeof(out), &n, &e), ERR_INVALID);
		assert_contains(e.text, "unknown escape at character");
		assert_contains(e.hint, "\\xHH");
	}
	assert_int_equal(escapes_decode("abc", out, 2, &n, NULL), ERR_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decode__takes__each_escape),
		cmocka_unit_test(decode__refuses__what_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
