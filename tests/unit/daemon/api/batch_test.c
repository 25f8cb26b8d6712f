#include "tests/unit/daemon/api/fixture.h"

#define SHOP "{\"kind\":\"monitor\",\"name\":\"shop\",\"target\":\"http://127.0.0.1:1/\"}"

static json_t *result(const struct answer *a, size_t i)
{
	return json_array_get(json_path(a->json, "data.results"), i);
}

static const char *outcome(const struct answer *a, size_t i)
{
	return json_str(result(a, i), "outcome", "");
}

static struct answer batch(const struct fixture *f, const char *items, bool dry_run)
{
	struct buf body = BUF_INIT(1 << 20);
	struct answer a;

	buf_printf(&body, "{\"dry_run\":%s,\"items\":[%s]}", dry_run ? "true" : "false", items);
	a = ask(f, "POST", "/v1/batch", NULL, body.data);
	buf_fini(&body);
	return a;
}

static void twice__the_second_time_unchanged(void **state)
{
	struct answer a = batch(*state, SHOP, false);

	assert_int_equal(a.status, 200);
	assert_string_equal(outcome(&a, 0), "created");
	assert_int_equal(json_int(json_path(a.json, "data.counts"), "created", -1), 1);
	answer_fini(&a);
	a = batch(*state, SHOP, false);
	assert_string_equal(outcome(&a, 0), "unchanged");
	answer_fini(&a);
	expect(*state, "GET", "/v1/monitors/shop", NULL, 200, "\"version\":1");
}

static void changes__are_listed(void **state)
{
	struct answer a = batch(*state, SHOP, false);
	json_t *change;

	answer_fini(&a);
	a = batch(*state,
		  "{\"kind\":\"monitor\",\"name\":\"shop\",\"target\":\"http://127.0.0.1:1/\","
		  "\"interval\":\"5s\"}",
		  true);
	assert_string_equal(outcome(&a, 0), "changed");
	change = json_array_get(json_object_get(result(&a, 0), "changes"), 0);
	assert_string_equal(json_str(change, "field", ""), "interval");
	assert_string_equal(json_str(change, "from", ""), "60s");
	assert_string_equal(json_str(change, "to", ""), "5s");
	answer_fini(&a);
	/* That was only tried. */
	expect(*state, "GET", "/v1/monitors/shop", NULL, 200, "\"interval\":\"60s\"");
}

static void one_at_fault__nothing_is_written(void **state)
{
	struct answer a = batch(
		*state,
		SHOP ",{\"kind\":\"monitor\",\"name\":\"b\",\"target\":\"http://127.0.0.1:1/\","
		     "\"timeout\":\"5\"},{\"kind\":\"tree\",\"name\":\"c\"},7",
		false);

	assert_int_equal(a.status, 422);
	assert_non_null(strstr(a.head, "problem+json"));
	assert_string_equal(outcome(&a, 1), "failed");
	assert_string_equal(outcome(&a, 2), "failed");
	assert_string_equal(outcome(&a, 3), "failed");
	assert_non_null(
		strstr(json_str(json_object_get(result(&a, 1), "error"), "detail", ""), "unit"));
	assert_int_equal(json_int(json_path(a.json, "data.counts"), "failed", -1), 3);
	answer_fini(&a);
	expect(*state, "GET", "/v1/monitors/shop", NULL, 404, NULL);
	/* A fault that only the writer finds: a fixed field. */
	expect(*state, "POST", "/v1/batch", "{\"items\":[" SHOP "]}", 200, NULL);
	a = batch(
		*state,
		"{\"kind\":\"monitor\",\"name\":\"new\",\"target\":\"http://127.0.0.1:1/\"},"
		"{\"kind\":\"monitor\",\"name\":\"shop\",\"type\":\"tcp\",\"target\":\"127.0.0.1:1\"}",
		false);
	assert_int_equal(a.status, 422);
	assert_string_equal(outcome(&a, 1), "failed");
	answer_fini(&a);
	expect(*state, "GET", "/v1/monitors/new", NULL, 404, NULL);
}

static void promised_names__count_only_when_nothing_is_written(void **state)
{
#define CHILD                                                                              \
	"\"items\":[{\"kind\":\"monitor\",\"name\":\"child\",\"depends_on\":[\"router\"]," \
	"\"target\":\"http://127.0.0.1:1/\"}]}"
#define PROMISE "\"promised\":{\"monitor\":{\"router\":true}},"

	expect(*state, "POST", "/v1/batch", "{\"dry_run\":true," CHILD, 422, "no such monitor");
	expect(*state, "POST", "/v1/batch", "{\"dry_run\":true," PROMISE CHILD, 200, "created");
	expect(*state, "POST", "/v1/batch", "{" PROMISE CHILD, 422, "no such monitor");
}

static void same_name_twice__is_refused(void **state)
{
	struct answer a = batch(*state, SHOP "," SHOP, false);

	assert_int_equal(a.status, 422);
	assert_string_equal(json_str(json_object_get(result(&a, 1), "error"), "code", ""),
			    "exists");
	answer_fini(&a);
}

static void renamed_from__keeps_the_id(void **state)
{
	static const char renamed[] =
		"{\"kind\":\"monitor\",\"name\":\"new\",\"renamed_from\":\"shop\","
		"\"target\":\"http://127.0.0.1:1/\"}";
	struct answer a = batch(*state, SHOP, false), b;

	b = batch(*state, renamed, false);
	assert_string_equal(outcome(&b, 0), "changed");
	assert_string_equal(json_str(result(&a, 0), "id", "a"), json_str(result(&b, 0), "id", "b"));
	answer_fini(&a);
	answer_fini(&b);
	a = batch(*state, renamed, false);
	assert_string_equal(outcome(&a, 0), "unchanged");
	answer_fini(&a);
}

static void missing_secrets__are_listed_until_stored(void **state)
{
	static const char item[] =
		"{\"kind\":\"monitor\",\"name\":\"a\",\"target\":\"http://127.0.0.1:1/\","
		"\"bearer\":{\"secret\":\"token\"}},"
		"{\"kind\":\"secret\",\"name\":\"token\"}";
	struct answer a = batch(*state, item, false);

	assert_int_equal(a.status, 200);
	assert_string_equal(json_string_value(json_array_get(
				    json_object_get(result(&a, 0), "missing_secrets"), 0)),
			    "token");
	answer_fini(&a);
	expect(*state, "GET", "/v1/monitors/a", NULL, 200, "\"paused\":true");
	a = batch(*state, item, false);
	assert_string_equal(outcome(&a, 0), "unchanged");
	answer_fini(&a);
	expect(*state, "PUT", "/v1/secrets/token/value", "x", 201, NULL);
	expect(*state, "GET", "/v1/monitors/a", NULL, 200, "\"paused\":false");
	a = batch(*state, item, false);
	assert_string_equal(outcome(&a, 0), "unchanged");
	answer_fini(&a);
}

static void too_many__is_refused(void **state)
{
	struct buf items = BUF_INIT(1 << 20);
	struct answer a;

	for (int i = 0; i < 501; i++)
		buf_printf(&items, "%s{}", i ? "," : "");
	a = batch(*state, items.data, false);
	assert_int_equal(a.status, 413);
	answer_fini(&a);
	a = batch(*state, "", false);
	assert_int_equal(a.status, 200);
	answer_fini(&a);
	expect(*state, "POST", "/v1/batch", "{}", 422, "items");
	buf_fini(&items);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_start, fixture_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(twice__the_second_time_unchanged),
		TEST(changes__are_listed),
		TEST(one_at_fault__nothing_is_written),
		TEST(promised_names__count_only_when_nothing_is_written),
		TEST(same_name_twice__is_refused),
		TEST(renamed_from__keeps_the_id),
		TEST(missing_secrets__are_listed_until_stored),
		TEST(too_many__is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
