#include "tests/unit/daemon/api/fixture.h"

/* Names of the rows, in order: "a b c". */
static void expect_rows(const struct fixture *f, const char *query, const char *names)
{
	struct buf got = BUF_INIT(65536);
	char path[512];
	struct answer a;
	json_t *row;
	size_t i;

	snprintf(path, sizeof path, "/v1/monitors?%s", query);
	a = ask(f, "GET", path, NULL, NULL);
	if (a.status != 200)
		fail_msg("%s: %d %s", query, a.status, a.body);
	json_array_foreach(json_object_get(a.json, "data"), i, row)
		buf_printf(&got, "%s%s", i ? " " : "", json_str(row, "name", "?"));
	if (strcmp(buf_str(&got), names))
		fail_msg("%s: wanted %s, got %s", query, names, buf_str(&got));
	buf_fini(&got);
	answer_fini(&a);
}

static void id_of(const struct fixture *f, const char *name, char id[ID_TEXT])
{
	char path[128];
	struct answer a;

	snprintf(path, sizeof path, "/v1/monitors/%s", name);
	a = ask(f, "GET", path, NULL, NULL);
	snprintf(id, ID_TEXT, "%s", json_str(json_object_get(a.json, "data"), "id", ""));
	answer_fini(&a);
}

static void add_some(const struct fixture *f)
{
	add_monitor(f, "bb");
	add_monitor(f, "down2");
	add_monitor(f, "aa");
	add_monitor(f, "down1");
	add_monitor(f, "cc");
	expect(f, "PATCH", "/v1/monitors/cc", "{\"labels\":{\"team\":\"Ops\"},\"interval\":\"5s\"}",
	       200, NULL);
	expect(f, "POST", "/v1/monitors", "{\"name\":\"port\",\"target\":\"127.0.0.1:9\"}", 201,
	       NULL);
}

static void filter__finds__an_entry_of_a_list_of_tags(void **state)
{
	struct fixture *f = *state;

	add_some(f);
	expect(f, "PATCH", "/v1/monitors/aa", "{\"tags\":[\"shop\",\"eu\"]}", 200, NULL);
	expect(f, "PATCH", "/v1/monitors/bb", "{\"tags\":[\"eu-west\"]}", 200, NULL);
	expect(f, "PATCH", "/v1/monitors/cc", "{\"tags\":[\"Shop!\"]}", 422, "tags");
	expect_rows(f, "filter[tag]=eu", "aa");
	expect_rows(f, "filter[tag]=shop,eu-west", "aa bb");
	expect_rows(f, "filter[tag]=e", "");
}

static void sort__filter__search(void **state)
{
	struct fixture *f = *state;

	add_some(f);
	expect_rows(f, "", "down1 down2 aa bb cc port"); /* worst first is the kind's own order */
	expect_rows(f, "sort=name", "aa bb cc down1 down2 port");
	expect_rows(f, "sort=-name", "port down2 down1 cc bb aa");
	expect_rows(f, "sort=-worst", "aa bb cc port down1 down2");
	expect_rows(f, "sort=-type", "port aa bb cc down1 down2");
	expect_rows(f, "filter[state]=down", "down1 down2");
	expect_rows(f, "filter%5Bstate%5D=up&sort=name", "aa bb cc port");
	expect_rows(f, "filter[type]=tcp", "port");
	expect_rows(f, "filter[type]=tcp,http&filter[state]=down", "down1 down2");
	expect_rows(f, "filter[name]=aa,cc", "aa cc");
	expect_rows(f, "filter[labels.team]=Ops", "cc");
	expect_rows(f, "filter[labels.team]=ops", "");
	expect_rows(f, "q=OPS", "cc");
	expect_rows(f, "q=down+wn2", "down2");
	expect_rows(f, "q=127.0.0.1:9", "port");
	expect(f, "GET", "/v1/monitors?sort=bogus", NULL, 422, "worst, name");
	expect(f, "GET", "/v1/monitors?filter[bogus]=1", NULL, 422, "labels.KEY");
	expect(f, "GET", "/v1/monitors?limit=0", NULL, 422, "1..1000");
	expect(f, "GET", "/v1/monitors?limit=1001", NULL, 422, "1..1000");
	expect(f, "GET", "/v1/monitors?limit=2x", NULL, 422, "limit");
}

static void pages__by_id(void **state)
{
	struct fixture *f = *state;
	char id[ID_TEXT], query[128];
	struct answer a;
	json_t *meta;

	add_some(f);
	expect_rows(f, "sort=name&limit=2", "aa bb");
	id_of(f, "bb", id);
	snprintf(query, sizeof query, "sort=name&limit=2&after=%s", id);
	expect_rows(f, query, "cc down1");
	snprintf(query, sizeof query, "sort=name&limit=2&before=%s", id);
	expect_rows(f, query, "aa");
	id_of(f, "down1", id);
	snprintf(query, sizeof query, "sort=name&limit=3&around=%s", id);
	expect_rows(f, query, "cc down1 down2");
	snprintf(query, sizeof query, "sort=name&limit=2&before=%s", id);
	expect_rows(f, query, "bb cc");
	expect_rows(f, "sort=name&limit=2&last=1", "down2 port");
	expect_rows(f, "sort=name&limit=2&after=mon_0000000000000", "aa bb");
	id_of(f, "port", id);
	snprintf(query, sizeof query, "sort=name&limit=3&around=%s", id);
	expect_rows(f, query, "down1 down2 port");

	snprintf(query, sizeof query, "/v1/monitors?sort=name&limit=2&after=%s", id);
	a = ask(f, "GET", query, NULL, NULL);
	assert_int_equal(json_array_size(json_object_get(a.json, "data")), 0);
	answer_fini(&a);
	a = ask(f, "GET", "/v1/monitors?sort=name&limit=2", NULL, NULL);
	meta = json_object_get(a.json, "meta");
	assert_int_equal(json_int(meta, "total", -1), 6);
	assert_int_equal(json_int(meta, "position", -1), 0);
	assert_true(json_is_null(json_object_get(meta, "prev")));
	id_of(f, "bb", id);
	assert_string_equal(json_str(meta, "next", ""), id);
	assert_int_equal(json_int(json_object_get(meta, "counts"), "up", -1), 7);
	answer_fini(&a);
}

static void fields__only_what_was_asked(void **state)
{
	struct fixture *f = *state;
	struct answer a;
	json_t *row;

	add_monitor(f, "aa");
	a = ask(f, "GET", "/v1/monitors?fields=name,state", NULL, NULL);
	row = json_array_get(json_object_get(a.json, "data"), 0);
	assert_int_equal(json_object_size(row), 3);
	assert_string_equal(json_str(row, "state", ""), "up");
	answer_fini(&a);
	a = ask(f, "GET", "/v1/monitors/aa?fields=target", NULL, NULL);
	assert_int_equal(json_object_size(json_object_get(a.json, "data")), 2);
	answer_fini(&a);
}

static void many__first_and_last_page_in_time(void **state)
{
	struct fixture *f = *state;
	int64_t start_us;
	struct answer a;
	json_t *rows;

	add_many(f, 10000);
	expect(f, "GET", "/v1/overview", NULL, 200, "\"monitors\":10000,");
	start_us = thread_now_us();
	a = ask(f, "GET", "/v1/monitors?last=1&limit=50", NULL, NULL);
	print_message("End of 10,000: %.1f ms\n", (double)(thread_now_us() - start_us) / 1e3);
	rows = json_object_get(a.json, "data");
	assert_int_equal(json_array_size(rows), 50);
	assert_string_equal(json_str(json_array_get(rows, 49), "name", ""), "m09999");
	assert_int_equal(json_int(json_object_get(a.json, "meta"), "position", 0), 9950);
	answer_fini(&a);
	start_us = thread_now_us();
	a = ask(f, "GET", "/v1/monitors?q=9/7&filter[type]=http&sort=-type&limit=1000", NULL, NULL);
	print_message("search in 10,000: %.1f ms\n", (double)(thread_now_us() - start_us) / 1e3);
	assert_int_equal(a.status, 200);
	answer_fini(&a);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_start, fixture_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(filter__finds__an_entry_of_a_list_of_tags),
		TEST(sort__filter__search),
		TEST(pages__by_id),
		TEST(fields__only_what_was_asked),
		TEST(many__first_and_last_page_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
