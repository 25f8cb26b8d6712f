#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "shared/json.h"

static void write__nested__commas_are_right(void **state)
{
	struct buf out = BUF_INIT(4096);
	struct json_writer w;

	jw_init(&w, &out);
	jw_object(&w);
	jw_kv_str(&w, "a", "x");
	jw_key(&w, "b");
	jw_array(&w);
	jw_int(&w, 1);
	jw_object(&w);
	jw_object_end(&w);
	jw_array(&w);
	jw_array_end(&w);
	jw_null(&w);
	jw_bool(&w, true);
	jw_array_end(&w);
	jw_kv_bool(&w, "c", false);
	jw_kv_int(&w, "d", INT64_MIN);
	jw_kv_str(&w, "e", NULL);
	jw_key(&w, "f");
	jw_raw(&w, "[1]", 3);
	jw_kv_fixed(&w, "g", 12345, 3);
	jw_kv_time(&w, "h", 1795369683120);
	jw_kv_time(&w, "i", 0);
	jw_object_end(&w);
	assert_string_equal(buf_str(&out),
			    "{\"a\":\"x\",\"b\":[1,{},[],null,true],\"c\":false,"
			    "\"d\":-9223372036854775808,\"e\":null,\"f\":[1],\"g\":12.345,"
			    "\"h\":\"2026-11-22T17:48:03.120Z\",\"i\":null}");
	buf_fini(&out);
}

static void fixed__all_signs_and_places(void **state)
{
	static const struct {
		int64_t v;
		unsigned places;
		const char *want;
	} cases[] = {
		{0, 0, "0"},
		{0, 2, "0.00"},
		{5, 3, "0.005"},
		{-5, 3, "-0.005"},
		{12340, 3, "12.340"},
		{-100, 2, "-1.00"},
		{7, 0, "7"},
		{INT64_MIN, 18, "-9.223372036854775808"},
		{INT64_MAX, 1, "922337203685477580.7"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buf out = BUF_INIT(100);
		struct json_writer w;

		jw_init(&w, &out);
		jw_fixed(&w, cases[i].v, cases[i].places);
		assert_string_equal(buf_str(&out), cases[i].want);
		buf_fini(&out);
	}
}

static void written(const char *s, size_t n, const char *want)
{
	struct buf out = BUF_INIT(4096);
	struct json_writer w;

	jw_init(&w, &out);
	jw_strn(&w, s, n);
	assert_string_equal(buf_str(&out), want);
	buf_fini(&out);
}

static void string__escapes(void **state)
{
	written("", 0, "\"\"");
	written("a\"b\\c", 5, "\"a\\\"b\\\\c\"");
	written("\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\"");
	written("\0\x01\x1F\x7F", 4, "\"\\u0000\\u0001\\u001f\x7F\"");
	written("12345678\"9", 10, "\"12345678\\\"9\"");
	written("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", 9,
		"\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\"");
}

static void string__invalid_utf8__becomes_replacement(void **state)
{
	written("a\xFF"
		"b",
		3,
		"\"a\xEF\xBF\xBD"
		"b\"");
	written("\xE2\x82", 2, "\"\xEF\xBF\xBD\"");
	written("\xED\xA0\x80", 3, "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
	written("\xC0\xAF", 2, "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

/* Each byte at each place of a word of eight: the fast path must see it. */
static void string__every_byte_at_every_offset__reads_back(void **state)
{
	for (int c = 1; c < 0x80; c++) {
		for (size_t at = 0; at < 19; at++) {
			char text[20] = "abcdefghijklmnopqrs";
			struct buf out = BUF_INIT(200);
			struct json_writer w;
			json_t *v;

			text[at] = (char)c;
			jw_init(&w, &out);
			jw_str(&w, text);
			v = json_read(out.data, out.len, 200, NULL);
			if (!v || strcmp(json_string_value(v), text) != 0)
				fail_msg("byte %02x at %zu: %s", c, at, out.data);
			json_decref(v);
			buf_fini(&out);
		}
	}
}

static void value__tree__round_trip(void **state)
{
	static const char text[] = "{\"a\":[1,-2,2.5,0.1,1e300,5.0,true,false,null,\"x\\ny\"],"
				   "\"\xC3\xA4\":{\"b\":{}}}";
	struct buf out = BUF_INIT(4096);
	struct json_writer w;
	json_t *v = json_read(text, strlen(text), 4096, NULL), *back;

	assert_non_null(v);
	jw_init(&w, &out);
	jw_value(&w, v);
	back = json_read(out.data, out.len, 4096, NULL);
	assert_true(json_equal(v, back));
	assert_non_null(strstr(out.data, "0.1,"));
	assert_non_null(strstr(out.data, "5.0,"));
	json_decref(v);
	json_decref(back);
	buf_reset(&out);
	jw_init(&w, &out);
	jw_value(&w, NULL);
	assert_string_equal(buf_str(&out), "null");
	buf_fini(&out);
}

static void overflow__is_sticky_and_contained(void **state)
{
	struct buf out = BUF_INIT(20);
	struct json_writer w;

	jw_init(&w, &out);
	jw_object(&w);
	jw_kv_str(&w, "key", "a text that is longer than the buffer may become");
	jw_kv_str(&w, "key", "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"");
	jw_object_end(&w);
	assert_true(out.overflow);
	assert_true(out.len <= 20);
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(write__nested__commas_are_right),
		cmocka_unit_test(fixed__all_signs_and_places),
		cmocka_unit_test(string__escapes),
		cmocka_unit_test(string__invalid_utf8__becomes_replacement),
		cmocka_unit_test(string__every_byte_at_every_offset__reads_back),
		cmocka_unit_test(value__tree__round_trip),
		cmocka_unit_test(overflow__is_sticky_and_contained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
