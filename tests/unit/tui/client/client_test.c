#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "shared/json.h"
#include "tests/unit/tui/client/server.h"
#include "tui/client/client.h"

static void call__reads__data_and_keeps_the_connection(void **state)
{
	const struct exchange script[] = {
		{"GET /v1/monitors HTTP/1.1", server_json(0, "{\"data\":[1,2]}"), false},
		{"POST /v1/monitors HTTP/1.1", server_json(1, "{\"data\":{\"name\":\"shop\"}}"),
		 false},
		{0},
	};
	struct server s;
	struct client *c;
	struct reply r = {0};
	struct error e = {0};

	server_start(&s, script);
	c = client_new(s.path, &e);
	assert_int_equal(client_call(c, "GET", "/v1/monitors", NULL, &r, &e), ERR_NONE);
	assert_int_equal(json_array_size(r.data), 2);
	reply_fini(&r);
	assert_int_equal(client_call(c, "POST", "/v1/monitors", "{\"a\":1}", &r, &e), ERR_NONE);
	assert_string_equal(json_str(r.data, "name", ""), "shop");
	assert_non_null(strstr(s.requests[1], "{\"a\":1}"));
	reply_fini(&r);
	client_free(c);
	server_stop(&s);
	assert_int_equal(s.wrong, 0);
	assert_int_equal(s.done, 2);
}

static void call__asks_again__when_a_kept_connection_was_closed(void **state)
{
	const struct exchange script[] = {
		{"GET /a", server_json(0, "{\"data\":1}"), true},
		{"GET /b", server_json(1, "{\"data\":2}"), false},
		{0},
	};
	struct server s;
	struct client *c;
	struct reply r = {0};
	struct error e = {0};

	server_start(&s, script);
	c = client_new(s.path, &e);
	assert_int_equal(client_call(c, "GET", "/a", NULL, &r, &e), ERR_NONE);
	reply_fini(&r);
	assert_int_equal(client_call(c, "GET", "/b", NULL, &r, &e), ERR_NONE);
	assert_int_equal(json_integer_value(r.data), 2);
	reply_fini(&r);
	client_free(c);
	server_stop(&s);
}

static void absent_daemon__is_unavailable__with_the_remedy(void **state)
{
	struct reply r = {0};
	struct error e = {0};
	struct client *c = client_new("/tmp/no-such-directory/s", &e);

	assert_int_equal(client_call(c, "GET", "/v1/overview", NULL, &r, &e), ERR_UNAVAILABLE);
	assert_non_null(strstr(e.text, "cannot reach the daemon at /tmp/no-such-directory/s"));
	assert_string_equal(e.hint, "sellersmart daemon start");
	reply_fini(&r);
	client_free(c);
}

static void half_an_answer__is_an_error(void **state)
{
	const struct exchange script[] = {
		{"GET /a", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", true},
		{0},
	};
	struct server s;
	struct client *c;
	struct reply r = {0};
	struct error e = {0};

	server_start(&s, script);
	c = client_new(s.path, &e);
	assert_int_equal(client_call(c, "GET", "/a", NULL, &r, &e), ERR_UNAVAILABLE);
	reply_fini(&r);
	client_free(c);
	server_stop(&s);
	assert_int_equal(s.done, 1);
}

static void slow_daemon__ends__in_a_timeout(void **state)
{
	const struct exchange script[] = {{"GET /a", NULL, false}, {0}};
	struct server s;
	struct client *c;
	struct reply r = {0};
	struct error e = {0};

	server_start(&s, script);
	c = client_new(s.path, &e);
	assert_int_equal(
		client_send(c, &(struct client_request){.path = "/a", .timeout_ms = 30}, &r, &e),
		ERR_TIMEOUT);
	reply_fini(&r);
	client_free(c);
	server_stop(&s);
}

static void long_path__is_refused__before_anything(void **state)
{
	char path[200];
	struct error e = {0};

	memset(path, 'x', sizeof path - 1);
	path[0] = '/';
	path[sizeof path - 1] = '\0';
	assert_null(client_new(path, &e));
	assert_int_equal(e.code, ERR_USAGE);
}

static bool first_two(void *arg, const struct sse_message *m)
{
	int *n = arg;

	return ++*n < 2;
}

static void follow__ends__when_told(void **state)
{
	const struct exchange script[] = {
		{"Last-Event-ID: 1-7",
		 "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nid: 1-8\ndata: a\n\nid: "
		 "1-9\ndata: b\n\n",
		 false},
		{0},
	};
	struct server s;
	struct client *c;
	struct error e = {0};
	int n = 0;

	server_start(&s, script);
	c = client_new(s.path, &e);
	assert_int_equal(client_follow(c, "/v1/stream", "1-7", first_two, &n, 5000, &e), ERR_NONE);
	assert_int_equal(n, 2);
	client_free(c);
	server_stop(&s);
	assert_int_equal(s.wrong, 0);
}

static void follow__tells__a_refusal(void **state)
{
	const struct exchange script[] = {
		{"GET /v1/stream",
		 "HTTP/1.1 503 Busy\r\nContent-Type: application/problem+json\r\nContent-Length: "
		 "38\r\n\r\n{\"code\":\"busy\",\"detail\":\"too many of\"}",
		 true},
		{0},
	};
	struct server s;
	struct client *c;
	struct error e = {0};
	int n = 0;

	server_start(&s, script);
	c = client_new(s.path, &e);
	assert_int_equal(client_follow(c, "/v1/stream", NULL, first_two, &n, 5000, &e), ERR_BUSY);
	assert_int_equal(n, 0);
	client_free(c);
	server_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(call__reads__data_and_keeps_the_connection),
		cmocka_unit_test(call__asks_again__when_a_kept_connection_was_closed),
		cmocka_unit_test(absent_daemon__is_unavailable__with_the_remedy),
		cmocka_unit_test(half_an_answer__is_an_error),
		cmocka_unit_test(slow_daemon__ends__in_a_timeout),
		cmocka_unit_test(long_path__is_refused__before_anything),
		cmocka_unit_test(follow__ends__when_told),
		cmocka_unit_test(follow__tells__a_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
