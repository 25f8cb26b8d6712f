#include "tests/unit/daemon/api/fixture.h"

static void crud__one_monitor(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	a = ask(f, "POST", "/v1/monitors", NULL,
		"{\"name\":\"shop\",\"target\":\"http://127.0.0.1:1/\"}");
	assert_int_equal(a.status, 201);
	assert_non_null(strstr(a.head, "\r\nLocation: /v1/monitors/shop\r\n"));
	assert_non_null(strstr(a.head, "\r\nETag: \"1\"\r\n"));
	assert_string_equal(json_str(json_object_get(a.json, "data"), "state", ""), "up");
	answer_fini(&a);
	expect(f, "GET", "/v1/monitors/shop", NULL, 200, "\"interval\":\"60s\"");
	expect(f, "PATCH", "/v1/monitors/shop", "{\"interval\":\"5s\"}", 200, "\"version\":2");
	expect(f, "GET", "/v1/monitors/shop", NULL, 200, "\"interval\":\"5s\"");
	expect(f, "PATCH", "/v1/monitors/shop", "{\"interval\":null}", 200, "\"interval\":\"60s\"");
	expect(f, "PATCH", "/v1/monitors/shop", "{\"name\":\"store\"}", 200, "\"name\":\"store\"");
	expect(f, "GET", "/v1/monitors/shop", NULL, 404, "sellersmart monitor list");
	expect(f, "DELETE", "/v1/monitors/store", NULL, 200, "\"name\":\"store\"");
	expect(f, "DELETE", "/v1/monitors/store", NULL, 404, "not_found");
	expect(f, "POST", "/v1/monitors/create",
	       "{\"name\":\"b\",\"target\":\"http://127.0.0.1:1/\"}", 201, "\"name\":\"b\"");
}

static void delete__answer_can_be_posted_back(void **state)
{
	struct fixture *f = *state;
	struct answer a;
	char *body;

	add_monitor(f, "shop");
	expect(f, "PATCH", "/v1/monitors/shop", "{\"interval\":\"7s\",\"labels\":{\"a\":\"b\"}}",
	       200, NULL);
	a = ask(f, "DELETE", "/v1/monitors/shop", NULL, NULL);
	body = json_dumps(json_object_get(a.json, "data"), 0);
	expect(f, "POST", "/v1/monitors", body, 201, "\"interval\":\"7s\"");
	expect(f, "GET", "/v1/monitors/shop", NULL, 200, "\"labels\":{\"a\":\"b\"}");
	free(body);
	answer_fini(&a);
}

static void faults__are_all_named(void **state)
{
	struct fixture *f = *state;
	struct answer a =
		ask(f, "POST", "/v1/monitors", NULL,
		    "{\"name\":\"x\",\"target\":\"http://127.0.0.1:1/\",\"intervall\":\"5s\","
		    "\"timeout\":\"5\",\"failures\":99}");

	assert_int_equal(a.status, 422);
	assert_non_null(strstr(a.head, "application/problem+json"));
	assert_int_equal(json_array_size(json_object_get(a.json, "errors")), 3);
	assert_string_equal(json_str(a.json, "code", ""), "invalid");
	answer_fini(&a);
	expect(f, "POST", "/v1/monitors", "[1]", 400, "object");
	expect(f, "POST", "/v1/monitors", "{\"a\":1", 400, "malformed");
	expect(f, "POST", "/v1/monitors", "{\"a\":1,\"a\":2}", 400, "malformed");
	expect(f, "POST", "/v1/monitors", "{}", 422, NULL);
	expect(f, "POST", "/v1/monitors", "", 400, NULL);
	add_monitor(f, "shop");
	expect(f, "POST", "/v1/monitors", "{\"name\":\"shop\",\"target\":\"http://127.0.0.1:2/\"}",
	       409, "exists");
	expect(f, "PATCH", "/v1/monitors/shop", "{\"type\":\"tcp\"}", 422, "type");
	expect(f, "GET", "/v1/monitors/../../etc", NULL, 404, NULL);
}

static void if_match__guards_writes(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	add_monitor(f, "shop");
	a = ask(f, "PATCH", "/v1/monitors/shop", "If-Match: \"9\"\r\n", "{\"interval\":\"5s\"}");
	assert_int_equal(a.status, 412);
	answer_fini(&a);
	a = ask(f, "PATCH", "/v1/monitors/shop", "If-Match: \"1\"\r\n", "{\"interval\":\"5s\"}");
	assert_int_equal(a.status, 200);
	answer_fini(&a);
	a = ask(f, "DELETE", "/v1/monitors/shop", "If-Match: \"1\"\r\n", NULL);
	assert_int_equal(a.status, 412);
	answer_fini(&a);
	a = ask(f, "DELETE", "/v1/monitors/shop", "If-Match: nonsense\r\n", NULL);
	assert_int_equal(a.status, 412);
	answer_fini(&a);
	a = ask(f, "PUT", "/v1/monitors/shop", "If-Match: \"2\"\r\n",
		"{\"target\":\"http://127.0.0.1:3/\"}");
	assert_int_equal(a.status, 200);
	answer_fini(&a);
	expect(f, "GET", "/v1/monitors/shop", NULL, 200, "\"interval\":\"60s\"");
}

static void etag__no_304_for_what_changes_by_itself(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	add_monitor(f, "shop");
	a = ask(f, "GET", "/v1/monitors/shop", "If-None-Match: \"1\"\r\n", NULL);
	assert_int_equal(a.status, 200);
	answer_fini(&a);
	expect(f, "PUT", "/v1/secrets/token/value", "s3cret", 201, NULL);
	a = ask(f, "GET", "/v1/secrets/token", "If-None-Match: \"1\"\r\n", NULL);
	assert_int_equal(a.status, 304);
	assert_string_equal(a.body, "");
	answer_fini(&a);
}

static void put__creates_or_replaces_whole(void **state)
{
	struct fixture *f = *state;

	expect(f, "PUT", "/v1/monitors/shop", "{\"target\":\"http://127.0.0.1:1/\",\"failures\":5}",
	       201, "\"failures\":5");
	expect(f, "PUT", "/v1/monitors/shop", "{\"target\":\"http://127.0.0.1:1/\"}", 200,
	       "\"failures\":3");
	expect(f, "PUT", "/v1/monitors/shop", "{\"type\":\"tcp\",\"target\":\"127.0.0.1:1\"}", 422,
	       "type");
	expect(f, "PUT", "/v1/monitors/mon_0000000000000", "{\"target\":\"http://127.0.0.1:1/\"}",
	       404, NULL);
}

static void idempotency_key__answers_the_same_again(void **state)
{
	static const char body[] = "{\"name\":\"shop\",\"target\":\"http://127.0.0.1:1/\"}";
	struct fixture *f = *state;
	struct answer a, b;

	a = ask(f, "POST", "/v1/monitors", "Idempotency-Key: k1\r\n", body);
	b = ask(f, "POST", "/v1/monitors", "Idempotency-Key: k1\r\n", body);
	assert_int_equal(a.status, 201);
	assert_int_equal(b.status, 201);
	assert_non_null(strstr(b.head, "Idempotent-Replayed: true"));
	assert_string_equal(json_str(json_object_get(a.json, "data"), "id", "a"),
			    json_str(json_object_get(b.json, "data"), "id", "b"));
	answer_fini(&a);
	answer_fini(&b);
	a = ask(f, "POST", "/v1/monitors", "Idempotency-Key: k1\r\n",
		"{\"name\":\"other\",\"target\":\"http://127.0.0.1:1/\"}");
	assert_int_equal(a.status, 422);
	answer_fini(&a);
	a = ask(f, "POST", "/v1/monitors", "Idempotency-Key: k2\r\n", body);
	assert_int_equal(a.status, 409);
	answer_fini(&a);
	for (int i = 0; i < 2; i++) {
		a = ask(f, "DELETE", "/v1/monitors/shop", "Idempotency-Key: d1\r\n", NULL);
		assert_int_equal(a.status, 200);
		answer_fini(&a);
	}
}

static void actions__pause_and_resume(void **state)
{
	struct fixture *f = *state;

	add_monitor(f, "shop");
	expect(f, "POST", "/v1/monitors/shop/pause", NULL, 200, "\"paused\":true");
	expect(f, "POST", "/v1/monitors/shop/resume", "{}", 200, "\"paused\":false");
	expect(f, "POST", "/v1/monitors/nope/pause", NULL, 404, NULL);
	expect(f, "POST", "/v1/monitors/shop/dance", NULL, 404, NULL);
}

struct racer {
	struct fixture *f;
	pthread_t thread;
	const char *field;
	int status[40];
};

static void *race(void *arg)
{
	struct racer *r = arg;

	for (int i = 0; i < 40; i++) {
		char body[64];
		struct answer a;

		snprintf(body, sizeof body, "{\"%s\":%d}", r->field, i % 10 + 1);
		a = ask(r->f, "PATCH", "/v1/monitors/shop", NULL, body);
		r->status[i] = a.status;
		answer_fini(&a);
	}
	return NULL;
}

static void patches__at_once__none_is_lost(void **state)
{
	struct racer a = {*state, 0, "failures", {0}}, b = {*state, 0, "recoveries", {0}};

	add_monitor(*state, "shop");
	pthread_create(&a.thread, NULL, race, &a);
	pthread_create(&b.thread, NULL, race, &b);
	pthread_join(a.thread, NULL);
	pthread_join(b.thread, NULL);
	for (int i = 0; i < 40; i++) {
		assert_int_equal(a.status[i], 200);
		assert_int_equal(b.status[i], 200);
	}
	expect(*state, "GET", "/v1/monitors/shop", NULL, 200, "\"failures\":10");
	expect(*state, "GET", "/v1/monitors/shop", NULL, 200, "\"recoveries\":10");
}

static void secrets__are_stored_and_never_shown(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	expect(f, "PUT", "/v1/secrets/token/value", "hunter2\n", 201, "\"stored\":true");
	expect(f, "PUT", "/v1/secrets/token/value", "hunter3", 200, "\"name\":\"token\"");
	expect(f, "PUT", "/v1/secrets/token/value", "", 422, "value");
	expect(f, "PUT", "/v1/secrets/Bad%20Name/value", "x", 422, NULL);
	a = ask(f, "GET", "/v1/secrets", NULL, NULL);
	assert_null(strstr(a.body, "hunter"));
	assert_non_null(strstr(a.body, "\"token\""));
	answer_fini(&a);
	expect(f, "POST", "/v1/monitors",
	       "{\"name\":\"a\",\"target\":\"http://127.0.0.1:1/\",\"bearer\":{\"secret\":\"token\"}}",
	       201, "\"paused\":false");
	expect(f, "DELETE", "/v1/secrets/token", NULL, 409, "in_use");
}

static void missing_secret__starts_paused_and_is_named(void **state)
{
	struct fixture *f = *state;

	expect(f, "POST", "/v1/monitors",
	       "{\"name\":\"a\",\"target\":\"http://127.0.0.1:1/\",\"bearer\":{\"secret\":\"nope\"}}",
	       201, "\"missing_secrets\":[\"nope\"]");
	expect(f, "GET", "/v1/monitors/a", NULL, 200, "\"paused\":true");
	/* It goes on by itself when the secret comes. */
	expect(f, "PUT", "/v1/secrets/nope/value", "x", 201, NULL);
	expect(f, "GET", "/v1/monitors/a", NULL, 200, "\"paused\":false");
}

static void missing_secret__paused_by_a_person__stays_paused(void **state)
{
	struct fixture *f = *state;

	expect(f, "POST", "/v1/monitors",
	       "{\"name\":\"a\",\"target\":\"http://127.0.0.1:1/\",\"bearer\":{\"secret\":\"one\"},"
	       "\"headers\":{\"X-Key\":{\"secret\":\"two\"}}}",
	       201, "[\"two\",\"one\"]");
	expect(f, "PUT", "/v1/secrets/two/value", "x", 201, NULL);
	expect(f, "GET", "/v1/monitors/a", NULL, 200, "\"paused\":true"); /* one is still missing */
	expect(f, "PATCH", "/v1/monitors/a", "{\"failures\":5}", 200, NULL);
	expect(f, "PUT", "/v1/secrets/one/value", "x", 201, NULL);
	expect(f, "GET", "/v1/monitors/a", NULL, 200, "\"paused\":true"); /* touched meanwhile */
	expect(f, "POST", "/v1/monitors",
	       "{\"name\":\"b\",\"target\":\"http://127.0.0.1:1/\",\"bearer\":{\"secret\":\"new\"},"
	       "\"paused\":true}",
	       201, NULL);
	expect(f, "PUT", "/v1/secrets/new/value", "x", 201, NULL);
	expect(f, "GET", "/v1/monitors/b", NULL, 200, "\"paused\":true"); /* as asked */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_start, fixture_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(crud__one_monitor),
		TEST(delete__answer_can_be_posted_back),
		TEST(faults__are_all_named),
		TEST(if_match__guards_writes),
		TEST(etag__no_304_for_what_changes_by_itself),
		TEST(put__creates_or_replaces_whole),
		TEST(idempotency_key__answers_the_same_again),
		TEST(actions__pause_and_resume),
		TEST(patches__at_once__none_is_lost),
		TEST(secrets__are_stored_and_never_shown),
		TEST(missing_secret__starts_paused_and_is_named),
		TEST(missing_secret__paused_by_a_person__stays_paused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
