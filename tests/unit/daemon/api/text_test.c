#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/api/text.h"

static const char object[] =
	"{\"a\":\"x\",\"b\":{\"a\":[1,{\"}\":\"]\"}]},\"c\":-1.5,\"d\":\"q\\\"\\\\\","
	"\"e\":[],\"f\":true,\"g\":null,\"h\":\"\"}";

static void expect(const char *key, const char *raw)
{
	struct json_slice v = text_member(object, key);

	if (!raw) {
		assert_null(v.s);
		return;
	}
	assert_non_null(v.s);
	assert_int_equal(v.n, strlen(raw));
	assert_memory_equal(v.s, raw, v.n);
}

static void member__found_at_the_top_only(void **state)
{
	expect("a", "\"x\"");
	expect("b", "{\"a\":[1,{\"}\":\"]\"}]}");
	expect("c", "-1.5");
	expect("d", "\"q\\\"\\\\\"");
	expect("e", "[]");
	expect("f", "true");
	expect("g", "null");
	expect("h", "\"\"");
	expect("}", NULL);
	expect("", NULL);
	assert_null(text_member("{}", "a").s);
	assert_null(text_member("", "a").s);
}

static void next_member__visits_each_once(void **state)
{
	const char *at = object;
	struct json_slice key, value;
	char keys[16] = "";

	while (text_next_member(&at, &key, &value))
		strncat(keys, key.s, key.n);
	assert_string_equal(keys, "abcdefgh");
}

static void value__unescaped_and_cut(void **state)
{
	char out[8];

	text_value(text_member(object, "d"), out, sizeof out);
	assert_string_equal(out, "q\"\\");
	text_value(text_member(object, "c"), out, sizeof out);
	assert_string_equal(out, "-1.5");
	text_value(text_member(object, "h"), out, sizeof out);
	assert_string_equal(out, "");
	text_value(text_member(object, "zz"), out, sizeof out);
	assert_string_equal(out, "");
	text_value(text_member(object, "b"), out, 4);
	assert_string_equal(out, "{\"a");
	assert_true(text_equals(text_member(object, "d"), "q\"\\"));
	assert_true(text_equals(text_member(object, "a"), "x"));
	assert_false(text_equals(text_member(object, "a"), "xx"));
	assert_false(text_equals(text_member(object, "zz"), ""));
}

static void contains__in_any_case(void **state)
{
	assert_true(text_contains("The Shop", 8, "shop"));
	assert_true(text_contains("The Shop", 8, ""));
	assert_false(text_contains("The Shop", 7, "shop"));
	assert_false(text_contains("", 0, "a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(member__found_at_the_top_only),
		cmocka_unit_test(next_member__visits_each_once),
		cmocka_unit_test(value__unescaped_and_cut),
		cmocka_unit_test(contains__in_any_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
