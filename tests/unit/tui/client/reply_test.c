#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/client/reply.h"

static enum err decode(const char *wire, struct reply *r, struct error *e)
{
	struct response *p = response_new(NULL, NULL);
	enum err code = response_feed(p, wire, strlen(wire), e);

	if (!code)
		assert_true(response_complete(p));
	if (!code)
		code = reply_decode(p, r, e);
	response_free(p);
	return code;
}

static void data_and_meta__are_found(void **state)
{
	struct reply r = {0};
	struct error e = {0};

	assert_int_equal(
		decode("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nETag: \"7\"\r\n"
		       "Content-Length: 31\r\n\r\n{\"data\":[1,2],\"meta\":{\"total\":2}}",
		       &r, &e),
		ERR_MALFORMED);
	reply_fini(&r);
	assert_int_equal(
		decode("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nETag: \"7\"\r\n"
		       "Content-Length: 33\r\n\r\n{\"data\":[1,2],\"meta\":{\"total\":2}}",
		       &r, &e),
		ERR_NONE);
	assert_int_equal(json_array_size(r.data), 2);
	assert_int_equal(json_int(r.meta, "total", 0), 2);
	assert_string_equal(r.etag, "\"7\"");
	reply_fini(&r);
}

static void problem__becomes__the_error_as_the_daemon_worded_it(void **state)
{
	static const char body[] =
		"{\"code\":\"invalid\",\"detail\":\"interval: too short\",\"field\":\"interval\",\"hint\":\"use 30s\","
		"\"line\":4,\"errors\":[{\"code\":\"invalid\",\"detail\":\"a\",\"field\":\"interval\"},"
		"{\"code\":\"exists\",\"detail\":\"b\",\"field\":\"name\"}]}";
	struct buf wire = BUF_INIT(4096);
	struct reply r = {0};
	struct error e = {0};

	buf_printf(&wire,
		   "HTTP/1.1 422 X\r\nContent-Type: application/problem+json\r\n"
		   "Content-Length: %zu\r\n\r\n%s",
		   sizeof body - 1, body);
	assert_int_equal(decode(buf_str(&wire), &r, &e), ERR_INVALID);
	assert_string_equal(e.text, "interval: too short");
	assert_string_equal(e.field, "interval");
	assert_string_equal(e.hint, "use 30s");
	assert_int_equal(e.line, 4);
	assert_int_equal(r.faults.n, 2);
	assert_int_equal(r.faults.items[1].code, ERR_EXISTS);
	assert_string_equal(r.faults.items[1].field, "name");
	reply_fini(&r);
	buf_fini(&wire);
}

static void refusal_without_json__still_has_a_code(void **state)
{
	struct reply r = {0};
	struct error e = {0};

	assert_int_equal(decode("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", &r, &e),
			 ERR_DENIED);
	assert_non_null(strstr(e.text, "403"));
	reply_fini(&r);
}

static void chunks__are_joined__in_any_parts(void **state)
{
	static const char wire[] =
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
		"Transfer-Encoding: chunked\r\n\r\n4\r\n{\"da\r\n9\r\nta\":true}\r\n0\r\n\r\n";

	for (size_t part = 1; part < sizeof wire; part++) {
		struct response *p = response_new(NULL, NULL);
		struct reply r = {0};
		struct error e = {0};

		for (size_t i = 0; i < sizeof wire - 1; i += part) {
			size_t n = sizeof wire - 1 - i;

			assert_int_equal(response_feed(p, wire + i, n < part ? n : part, &e),
					 ERR_NONE);
		}
		assert_true(response_complete(p) && response_keeps_alive(p));
		assert_int_equal(reply_decode(p, &r, &e), ERR_NONE);
		assert_true(json_is_true(r.data));
		reply_fini(&r);
		response_free(p);
	}
}

static void end__completes__only_what_ends_with_the_connection(void **state)
{
	struct response *p = response_new(NULL, NULL);
	struct error e = {0};

	assert_int_equal(response_feed(p, "HTTP/1.1 200 OK\r\n\r\nabc", 22, &e), ERR_NONE);
	assert_int_equal(response_end(p, &e), ERR_NONE);
	assert_true(response_complete(p) && !response_keeps_alive(p));
	response_reset(p);
	assert_int_equal(
		response_feed(p, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", 41, &e),
		ERR_NONE);
	assert_int_equal(response_end(p, &e), ERR_UNAVAILABLE);
	response_free(p);
}

static void garbage__is_refused(void **state)
{
	static const char *const cases[] = {
		"hello\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
		"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab",
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct reply r = {0};
		struct error e = {0};

		assert_int_equal(decode(cases[i], &r, &e), ERR_MALFORMED);
		reply_fini(&r);
	}
}

static void request__has__its_head_and_body(void **state)
{
	struct buf out = BUF_INIT(4096);

	request_write(&out, &(struct client_request){.method = "PATCH",
						     .path = "/v1/monitors/x",
						     .body = "{}",
						     .body_len = 2,
						     .if_match = "3"});
	assert_non_null(strstr(buf_str(&out), "PATCH /v1/monitors/x HTTP/1.1\r\n"));
	assert_non_null(strstr(buf_str(&out), "If-Match: \"3\"\r\n"));
	assert_non_null(strstr(buf_str(&out), "Content-Length: 2\r\n\r\n{}"));
	buf_reset(&out);
	request_write(&out, &(struct client_request){.method = "POST", .path = "/v1/reload"});
	assert_non_null(strstr(buf_str(&out), "Content-Length: 0\r\n\r\n"));
	buf_fini(&out);
}

static void paths__are_escaped(void **state)
{
	struct buf p = BUF_INIT(4096);

	buf_add_str(&p, "/v1/monitors");
	path_add(&p, "q", "a b&c=\xc3\xa9/\r\n");
	path_add_int(&p, "limit", 5);
	assert_string_equal(buf_str(&p), "/v1/monitors?q=a%20b%26c%3D%C3%A9%2F%0D%0A&limit=5");
	buf_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_and_meta__are_found),
		cmocka_unit_test(problem__becomes__the_error_as_the_daemon_worded_it),
		cmocka_unit_test(refusal_without_json__still_has_a_code),
		cmocka_unit_test(chunks__are_joined__in_any_parts),
		cmocka_unit_test(end__completes__only_what_ends_with_the_connection),
		cmocka_unit_test(garbage__is_refused),
		cmocka_unit_test(request__has__its_head_and_body),
		cmocka_unit_test(paths__are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
