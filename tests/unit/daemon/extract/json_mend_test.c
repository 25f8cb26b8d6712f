#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/extract/json_mend.h"

/* expected: compact JSON with sorted keys; NULL: refused */
static void expect(const char *text, const char *expected, bool mends)
{
	struct error e = {0};
	bool mended = false;
	json_t *v = json_mend_read(text, strlen(text), &mended, &e);
	char *got = v ? json_dumps(v, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY) : NULL;

	if (expected)
		assert_string_equal(got ? got : e.text, expected);
	else
		assert_null(got);
	if (expected)
		assert_int_equal(mended, mends);
	free(got);
	json_decref(v);
}

static void json_mend__leaves__what_is_right(void **state)
{
	expect("{\"a\":[true,null,\"x\"]}", "{\"a\":[true,null,\"x\"]}", false);
	expect("{\"a\":\"// <!-- no comment -->, ]\"}", "{\"a\":\"// <!-- no comment -->, ]\"}",
	       false);
	expect("{\"a\":\"\\\"\\\\\"}", "{\"a\":\"\\\"\\\\\"}", false);
	expect("{\"a\":1,\"a\":2}", "{\"a\":\"2\"}", false);
}

static void json_mend__keeps__digits_as_they_are(void **state)
{
	expect("{\"a\":19.90}", "{\"a\":\"19.90\"}", false);
	expect("[-0.5,12345678901234567890]", "[\"-0.5\",\"12345678901234567890\"]", false);
	expect("{\"gtin\":0012345678905}", "{\"gtin\":\"0012345678905\"}", false);
}

static void json_mend__drops__what_is_no_part_of_it(void **state)
{
	expect("[1,2,]", "[\"1\",\"2\"]", true);
	expect("{\"a\":1 , \n}", "{\"a\":\"1\"}", true);
	expect("<!-- {\"a\":1} -->", "{\"a\":\"1\"}", true);
	expect("//<![CDATA[\n{\"a\":1}\n//]]>", "{\"a\":\"1\"}", true);
	expect("/*<![CDATA[*/{\"a\":1}/*]]>*/", "{\"a\":\"1\"}", true);
	expect("{\"a\":1 // one\n}", "{\"a\":\"1\"}", true);
	expect("{\"a\":1};", "{\"a\":\"1\"}", true);
	expect("\xEF\xBB\xBF{\"a\":1}", "{\"a\":\"1\"}", true);
	expect("{\"a\":\"x\ny\tz\"}", "{\"a\":\"x\\ny\\tz\"}", true);
	expect("{\"a\":\"it\\'s\"}", "{\"a\":\"it's\"}", true);
}

static void json_mend__guesses__nothing(void **state)
{
	expect("{\"a\":1 \"b\":2}", NULL, false);
	expect("{a:1}", NULL, false);
	expect("{'a':1}", NULL, false);
	expect("{\"a\":[1}", NULL, false);
	expect("{\"a\":1", NULL, false);
	expect("[1,,2]", NULL, false);
	expect("{\"a\":\"x", NULL, false);
	expect("{\"a\":\"x\\", NULL, false);
	expect("", NULL, false);
	expect("{\"a\":1}{\"b\":2}", NULL, false);
}

static void json_mend__refuses__what_nests_too_deeply(void **state)
{
	char text[2 * JSON_MEND_DEPTH_MAX + 3];
	struct error e = {0};

	memset(text, '[', JSON_MEND_DEPTH_MAX);
	memset(text + JSON_MEND_DEPTH_MAX, ']', JSON_MEND_DEPTH_MAX);
	json_t *v = json_mend_read(text, 2 * JSON_MEND_DEPTH_MAX, NULL, &e);
	assert_non_null(v);
	json_decref(v);
	memset(text, '[', sizeof text);
	assert_null(json_mend_read(text, sizeof text, NULL, &e));
	assert_int_equal(e.code, ERR_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_mend__leaves__what_is_right),
		cmocka_unit_test(json_mend__keeps__digits_as_they_are),
		cmocka_unit_test(json_mend__drops__what_is_no_part_of_it),
		cmocka_unit_test(json_mend__guesses__nothing),
		cmocka_unit_test(json_mend__refuses__what_nests_too_deeply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
