#include "daemon/services/sitemonitor/evidence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "daemon/checks/common/body.h"
#include "shared/mem.h"

static const char good[] =
	"{\"address\":\"192.0.2.7\",\"status\":200,\"server\":\"nginx/1.24\",\"headers\":{\"Content-Type\":"
	"\"text/html\",\"Via\":\"cache\"},\"body_bytes\":123456,\"body_hash\":\"aabbccddeeff0011\","
	"\"certificate_fingerprint\":\"0011223344556677889900\"}";

static uint64_t print_of(const char *text)
{
	struct evidence_body body;
	return evidence_print(text, &body);
}

static void print__ignores_the_body_and_the_order__and_nothing_else(void **state)
{
	assert_int_equal(print_of("{\"status\":200,\"body_bytes\":1,"
				  "\"body_hash\":\"0011223344556677\"}"),
			 print_of("{\"body_hash\":\"ff11223344556677\","
				  "\"status\":200,\"body_bytes\":2}"));
	assert_int_not_equal(print_of("{\"status\":200}"), print_of("{\"status\":201}"));
	assert_int_not_equal(print_of("{\"status\":200}"), print_of("{\"state\":200}"));
	assert_int_not_equal(print_of("{\"a\":1,\"b\":2}"), print_of("{\"a\":2,\"b\":1}"));
	assert_int_not_equal(print_of("{\"status\":200}"), print_of(NULL));
	assert_int_not_equal(print_of("{}"), print_of(NULL));
	assert_int_not_equal(print_of("{\"status\":200}"), print_of("not json"));
	assert_int_not_equal(print_of("{\"body_hash\":\"odd\"}"),
			     print_of("{\"body_hash\":\"even\"}"));
}

static void body__goes_in_and_out_of_evidence__unchanged(void **state)
{
	_Static_assert((int)EVIDENCE_HASH_TEXT == (int)BODY_HASH_TEXT, "as the checks write it");
	struct evidence_body body;
	char hash[EVIDENCE_HASH_TEXT];
	evidence_print("{\"body_bytes\":77,\"body_hash\":\"0011223344556677\"}", &body);
	assert_int_equal(body.bytes, 77);
	assert_string_equal(evidence_hash_text(&body, hash), "0011223344556677");
	evidence_print("{\"status\":200}", &body);
	assert_int_equal(body.bytes, -1);
}

static void print__ignores__the_time_of_steps(void **state)
{
	assert_int_equal(print_of("{\"steps\":[{\"name\":\"a\"}],\"step_ms\":[1.5]}"),
			 print_of("{\"steps\":[{\"name\":\"a\"}],\"step_ms\":[9.1]}"));
	assert_int_not_equal(print_of("{\"steps\":[{\"name\":\"a\"}],\"step_ms\":[1.5]}"),
			     print_of("{\"steps\":[{\"name\":\"b\"}],\"step_ms\":[1.5]}"));
}

static void way__has__hops_and_timed_steps(void **state)
{
	struct evidence_way *way =
		evidence_way("{\"steps\":[{\"name\":\"a\"},{\"name\":\"b\"}],\"step_ms\":[1.5]}");
	assert_string_equal(way->steps, "[{\"name\":\"a\",\"ms\":1.5},{\"name\":\"b\"}]");
	assert_null(way->redirects);
	evidence_way_free(way);
	way = evidence_way("{\"redirects\":[{\"status\":301}],\"final_url\":\"http://a/\"}");
	assert_string_equal(way->redirects, "[{\"status\":301}]");
	assert_string_equal(way->final_url, "http://a/");
	assert_null(way->steps);
	evidence_way_free(way);
	assert_null(evidence_way("{\"redirects\":[],\"final_url\":\"http://a/\"}"));
	assert_null(evidence_way(NULL));
}

struct row {
	const char *good, *bad, *changes;
};

static const struct row rows[] = {
	{good, good, "[]"},
	{NULL, good, "[]"},
	{good, NULL, "[]"},
	{good, "{}", "[]"}, /* nothing was reached: no difference */
	/* Steps by name: one that was not reached is no difference, nor is the time of any. */
	{"{\"steps\":[{\"name\":\"a\",\"status\":200},{\"name\":\"b\",\"status\":200},"
	 "{\"name\":\"c\",\"status\":200}],\"step_ms\":[1,2,3]}",
	 "{\"steps\":[{\"name\":\"a\",\"status\":200},{\"name\":\"b\",\"status\":502}],"
	 "\"step_ms\":[4,5]}",
	 "[{\"what\":\"step b\",\"from\":\"200\",\"to\":\"502\"}]"},
	{"{\"address\":\"192.0.2.7\",\"server\":\"nginx/1.24\"}",
	 "{\"address\":\"192.0.2.20\",\"server\":\"nginx/1.26\"}",
	 "[{\"what\":\"address\",\"from\":\"192.0.2.7\",\"to\":\"192.0.2.20\"},"
	 "{\"what\":\"server\",\"from\":\"nginx/1.24\",\"to\":\"nginx/1.26\"}]"},
	{"{\"status\":200,\"body_bytes\":123456}", "{\"status\":502,\"body_bytes\":12}",
	 "[{\"what\":\"status\",\"from\":\"200\",\"to\":\"502\"},"
	 "{\"what\":\"body bytes\",\"from\":\"123.4 kB\",\"to\":\"12 B\"}]"},
	{"{\"headers\":{\"Via\":\"a\",\"X\":\"1\"}}", "{\"headers\":{\"X\":\"2\",\"Age\":\"5\"}}",
	 "[{\"what\":\"header Via\",\"from\":\"a\",\"to\":null},"
	 "{\"what\":\"header X\",\"from\":\"1\",\"to\":\"2\"},"
	 "{\"what\":\"header Age\",\"from\":null,\"to\":\"5\"}]"},
	{"{\"status\":200}",
	 "{\"status\":200,\"redirects\":[{\"status\":301,\"url\":\"https://a/\"},{\"status\":302,\"url\":"
	 "\"https://b/\"}],\"body_start\":\"oops\"}",
	 "[{\"what\":\"redirects\",\"from\":null,\"to\":\"301 https://a/, 302 https://b/\"}]"},
	{"{\"body_hash\":\"0123456789abcdef0123\"}", "{\"body_hash\":\"ffffffffffffffffffff\"}",
	 "[{\"what\":\"body hash\",\"from\":\"0123456789abcdef\",\"to\":\"ffffffffffffffff\"}]"},
	{"{\"names\":[\"a\",\"b\"]}", "{\"names\":[]}",
	 "[{\"what\":\"names\",\"from\":\"a, b\",\"to\":\"none\"}]"},
};

static void changes__are_what_the_table_says(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf out = BUF_INIT(4096);
		struct json_writer w;
		jw_init(&w, &out);
		evidence_write_changes(&w, rows[i].good, rows[i].bad);
		assert_string_equal(buf_str(&out), rows[i].changes);
		buf_fini(&out);
	}
}

/* Evidence comes from outside: long values and many members stay bounded. */
static void changes__are_bounded(void **state)
{
	struct buf from = BUF_INIT(16384), to = BUF_INIT(16384), out = BUF_INIT(65536);
	struct json_writer w;
	buf_add_str(&from, "{\"a\":1");
	buf_add_str(&to, "{\"a\":2");
	for (int i = 0; i < 100; i++) {
		buf_printf(&from, ",\"m%d\":\"%060d\"", i, i);
		buf_printf(&to, ",\"m%d\":\"%060d\"", i, i + 1);
	}
	buf_add_char(&from, '}');
	buf_add_char(&to, '}');
	jw_init(&w, &out);
	evidence_write_changes(&w, buf_str(&from), buf_str(&to));
	json_t *list = json_read(buf_str(&out), out.len, 65536, NULL);
	assert_non_null(list);
	assert_in_range(json_array_size(list), 1, 24);
	json_decref(list);
	buf_fini(&from);
	buf_fini(&to);
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(print__ignores_the_body_and_the_order__and_nothing_else),
		cmocka_unit_test(body__goes_in_and_out_of_evidence__unchanged),
		cmocka_unit_test(print__ignores__the_time_of_steps),
		cmocka_unit_test(way__has__hops_and_timed_steps),
		cmocka_unit_test(changes__are_what_the_table_says),
		cmocka_unit_test(changes__are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
