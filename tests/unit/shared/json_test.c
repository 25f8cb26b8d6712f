#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "shared/json.h"

static json_t *parse(const char *text, struct error *e)
{
	return json_read(text, strlen(text), JSON_BODY_MAX, e);
}

static void read__object__members_without_surprises(void **state)
{
	struct error e;
	json_t *o = parse("{\"s\":\"x\",\"i\":5,\"b\":true,\"n\":2.5,\"z\":null,"
			  "\"last\":{\"phases_ms\":{\"tls\":7}}}",
			  &e);

	assert_non_null(o);
	assert_string_equal(json_str(o, "s", "-"), "x");
	assert_string_equal(json_str(o, "i", "-"), "-");
	assert_string_equal(json_str(o, "none", "-"), "-");
	assert_null(json_str(o, "z", NULL));
	assert_int_equal(json_int(o, "i", 9), 5);
	assert_int_equal(json_int(o, "n", 9), 9);
	assert_true(json_bool(o, "b", false));
	assert_true(json_bool(o, "i", true));
	assert_true(json_num(o, "n", 0) == 2.5);
	assert_true(json_num(o, "i", 0) == 5.0);
	assert_int_equal(json_integer_value(json_path(o, "last.phases_ms.tls")), 7);
	assert_null(json_path(o, "last.phases_ms.dns"));
	assert_null(json_path(o, "s.x"));
	assert_null(json_path(NULL, "s"));
	assert_int_equal(json_int(NULL, "s", 3), 3);
	json_decref(o);
}

static void refused(const char *text, enum err code, const char *word, int line)
{
	struct error e = {0};
	json_t *v = parse(text, &e);

	if (v)
		fail_msg("accepted: %s", text);
	assert_int_equal(e.code, code);
	assert_non_null(strstr(e.text, word));
	assert_int_equal(e.line, line);
}

static void read__malformed__says_line_and_column(void **state)
{
	refused("", ERR_MALFORMED, "empty", 0);
	refused(" \n\t", ERR_MALFORMED, "empty", 0);
	refused("{\n  \"a\": 1,\n  \"a\": 2}", ERR_MALFORMED, "line 3", 3);
	refused("{\"a\":\"x\\u0000y\"}", ERR_MALFORMED, "NUL", 1);
	refused("{\"a\\u0000\":1}", ERR_MALFORMED, "NUL", 1);
	refused("{\"a\":1} x", ERR_MALFORMED, "column", 1);
	refused("{\"a\":1", ERR_MALFORMED, "line 1", 1);
	refused("[1,]", ERR_MALFORMED, "line 1", 1);
	refused("{'a':1}", ERR_MALFORMED, "line 1", 1);
	refused("99999999999999999999", ERR_MALFORMED, "big", 1);
	refused("\"\xFF\"", ERR_MALFORMED, "byte 0xff", 1);
	refused("NaN", ERR_MALFORMED, "line 1", 1);
	refused("\xEF\xBB\xBF{}", ERR_MALFORMED, "line 1", 1);
}

static void read__malformed__has_a_hint(void **state)
{
	static const char *const texts[] = {"{\"a\":1", "{} {}", "{\"a\":1,\"a\":1}", "\"\\u0000\"",
					    "[1,]"};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct error e = {0};

		assert_null(parse(texts[i], &e));
		assert_true(e.hint[0] != '\0');
	}
}

static void read__hostile_bytes__do_not_reach_the_message(void **state)
{
	struct error e = {0};

	assert_null(parse("{\"a\": \x1B]52;c;aGk=\x07}", &e));
	assert_null(strchr(e.text, '\x1B'));
	assert_null(strchr(e.text, '\x07'));
}

static void read__nul_byte_inside__is_refused(void **state)
{
	struct error e;

	assert_null(json_read("{}\0{}", 5, 100, &e));
	assert_null(json_read("\"a\0b\"", 5, 100, &e));
}

static void read__depth__limit_is_exact(void **state)
{
	char text[2 * JSON_DEPTH_MAX + 10] = "";
	struct error e;
	json_t *v;

	memset(text, '[', JSON_DEPTH_MAX);
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	v = parse(text, &e);
	assert_non_null(v);
	json_decref(v);
	memset(text, '[', JSON_DEPTH_MAX + 1);
	refused(text, ERR_MALFORMED, "deeper", 1);
	refused("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n\n[", ERR_MALFORMED, "line 3, column 1", 3);
	/* brackets in strings do not count */
	v = parse("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[[[[[\"]", &e);
	assert_non_null(v);
	json_decref(v);
}

static void read__too_large__is_refused_unread(void **state)
{
	struct error e;

	assert_null(json_read("[1,2,3]", 7, 6, &e));
	assert_int_equal(e.code, ERR_TOO_LARGE);
	assert_null(json_read("[1,2,3]", 7, 6, NULL));
}

static void problem__has_the_members_of_rfc_9457(void **state)
{
	struct buf out = BUF_INIT(4096);
	struct error e;
	json_t *p;

	error_field(&e, ERR_INVALID, "interval", "interval \"0s\" is below 1s");
	error_hint(&e, "use 1s or more");
	e.line = 12;
	json_problem(&out, &e, "req-1");
	p = json_read(out.data, out.len, 4096, NULL);
	assert_non_null(p);
	assert_string_equal(json_str(p, "title", ""), "Invalid value");
	assert_int_equal(json_int(p, "status", 0), 422);
	assert_string_equal(json_str(p, "detail", ""), "interval \"0s\" is below 1s");
	assert_string_equal(json_str(p, "code", ""), "invalid");
	assert_string_equal(json_str(p, "field", ""), "interval");
	assert_string_equal(json_str(p, "hint", ""), "use 1s or more");
	assert_int_equal(json_int(p, "line", 0), 12);
	assert_string_equal(json_str(p, "request_id", ""), "req-1");
	json_decref(p);
	buf_reset(&out);
	error_set(&e, ERR_NOT_FOUND, "no monitor \"x\"");
	json_problem(&out, &e, NULL);
	assert_string_equal(buf_str(&out),
			    "{\"type\":\"about:blank\",\"title\":\"Not found\",\"status\":404,"
			    "\"detail\":\"no monitor \\\"x\\\"\",\"code\":\"not_found\"}");
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read__object__members_without_surprises),
		cmocka_unit_test(read__malformed__says_line_and_column),
		cmocka_unit_test(read__malformed__has_a_hint),
		cmocka_unit_test(read__hostile_bytes__do_not_reach_the_message),
		cmocka_unit_test(read__nul_byte_inside__is_refused),
		cmocka_unit_test(read__depth__limit_is_exact),
		cmocka_unit_test(read__too_large__is_refused_unread),
		cmocka_unit_test(problem__has_the_members_of_rfc_9457),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
