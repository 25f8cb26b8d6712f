#include "tests/unit/daemon/api/fixture.h"

#include "daemon/api/sql_list.h"

/* ---- a table of facts ----------------------------------------------------------------------- */

enum { FACTS = 25 };

static const char *const colours[] = {"red", "green", "blue", NULL};
static const char *const kind_sorts[] = {"-at", "at", "number", "colour", NULL};
static const char *const kind_filters[] = {"colour", "even", "at", NULL};
static const struct resource_kind facts_kind = {
	.kind = "fact",
	.plural = "facts",
	.prefix = "fct",
	.sorts = kind_sorts,
	.filters = kind_filters,
};

static bool filter(struct sql_query *q, const char *name, const char *value)
{
	bool yes;
	if (!strcmp(name, "colour"))
		sql_where_words(q, "f.colour", name, value, colours);
	else if (!strcmp(name, "at"))
		sql_where_number(q, "f.at_ms = ?", atoi(value));
	else if (!strcmp(name, "even") && sql_filter_bool(q, name, value, &yes))
		sql_where(q, yes ? "f.number % 2 = 0" : "f.number % 2");
	else
		return q->error.code;
	return true;
}

static void rest(struct sql_query *q, struct request *r)
{
	if (!request_query(r, "all", NULL))
		sql_where(q, "f.number < 1000");
}

static void only_green(struct sql_query *q, struct request *r)
{
	sql_where_text(q, "f.colour = ?", "green");
}

static void write_fact(struct json_writer *w, const struct sql_row *row)
{
	char id[ID_TEXT];
	jw_object(w);
	jw_kv_str(w, "id", id_format(id, "fct", (uint64_t)sqlite3_column_int64(row->st, 1)));
	jw_kv_int(w, "number", sqlite3_column_int64(row->st, 0));
	jw_kv_str(w, "colour", (const char *)sqlite3_column_text(row->st, 2));
	jw_kv_bool(w, "alone", row->alone);
	jw_object_end(w);
}

static const struct sql_sort sorts[] = {
	{"at", "f.at_ms"}, {"number", "f.number"}, {"colour", "f.colour"}};
static const struct sql_list facts = {
	.kind = &facts_kind,
	.columns = "f.number, f.id, f.colour",
	.from = "fact f",
	.id = "f.id",
	.number = "f.number",
	.words = "f.colour || ' ' || f.number",
	.sorts = sorts,
	.n_sorts = ARRAY_LEN(sorts),
	.filter = filter,
	.rest = rest,
	.write = write_fact,
};

static struct answered page_handle(struct request *r, void *ctx)
{
	struct fixture *f = ctx;
	return sql_list_page(r, &facts, f->d.store, f);
}

static struct answered green_handle(struct request *r, void *ctx)
{
	struct fixture *f = ctx;
	return sql_list_page_of(r, &facts, f->d.store, f, only_green);
}

static struct answered show_handle(struct request *r, void *ctx)
{
	struct fixture *f = ctx;
	return sql_list_show(r, &facts, f->d.store, f);
}

static const struct route routes[] = {
	{"GET", "/v1/facts", ROUTE_WORKER, ACCESS_READ, page_handle, 0},
	{"GET", "/v1/facts/green", ROUTE_WORKER, ACCESS_READ, green_handle, 0},
	{"GET", "/v1/facts/:ref", ROUTE_WORKER, ACCESS_READ, show_handle, 0},
};

/* Numbers 1..25 and 1000; at_ms is the number's tens, so that many are alike; ids are 1000 + it. */
static enum err fill(struct txn *t, void *arg, struct error *e)
{
	int rc = sqlite3_exec(
		txn_db(t),
		"CREATE TABLE fact (number INTEGER PRIMARY KEY, id INTEGER, at_ms INTEGER, colour TEXT);"
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25)"
		" INSERT INTO fact SELECT i, 1000 + i, i / 10,"
		" CASE i % 3 WHEN 0 THEN 'red' WHEN 1 THEN 'green' ELSE 'blue' END FROM n;"
		"INSERT INTO fact VALUES (1000, 2000, 9, 'green')",
		NULL, NULL, NULL);
	return rc ? store_error(rc, txn_db(t), "filling the test's table", e) : ERR_NONE;
}

static int start(void **state)
{
	struct error e = {0};
	int failed = fixture_start(state);
	struct fixture *f = *state;
	http_routes(f->d.http, routes, ARRAY_LEN(routes), f);
	if (store_run(f->d.store, OP_PEOPLE, fill, NULL, &e))
		fail_msg("%s", e.text);
	return failed;
}

/* ---- what a page must say ------------------------------------------------------------------- */

struct seen {
	char numbers[256], next[ID_TEXT], prev[ID_TEXT];
	int64_t total, position;
};

static struct seen look(struct fixture *f, const char *query)
{
	struct seen s = {0};
	char path[512];
	json_t *row;
	size_t i;
	snprintf(path, sizeof path, "/v1/facts?%s", query);
	struct answer a = ask(f, "GET", path, NULL, NULL);
	if (a.status != 200)
		fail_msg("%s: %d %s", query, a.status, a.body);
	json_array_foreach(json_object_get(a.json, "data"), i, row)
	{
		size_t n = strlen(s.numbers);
		snprintf(s.numbers + n, sizeof s.numbers - n, "%s%d", i ? " " : "",
			 (int)json_int(row, "number", 0));
	}
	const json_t *meta = json_object_get(a.json, "meta");
	s.total = json_int(meta, "total", -1);
	s.position = json_int(meta, "position", -1);
	snprintf(s.next, sizeof s.next, "%s", json_str(meta, "next", ""));
	snprintf(s.prev, sizeof s.prev, "%s", json_str(meta, "prev", ""));
	answer_fini(&a);
	return s;
}

static void expect_page(struct fixture *f, const char *query, const char *numbers, int total,
			int position)
{
	struct seen s = look(f, query);
	if (strcmp(s.numbers, numbers) || s.total != total || s.position != position)
		fail_msg("%s: wanted %s of %d at %d, got %s of %d at %d", query, numbers, total,
			 position, s.numbers, (int)s.total, (int)s.position);
}

static const char *ref(int number, char out[static ID_TEXT])
{
	return id_format(out, "fct", 1000 + (uint64_t)number);
}

static void expect_at(struct fixture *f, const char *how, int number, const char *more,
		      const char *numbers, int position)
{
	char query[200], id[ID_TEXT];
	snprintf(query, sizeof query, "%s=%s&%s", how, ref(number, id), more);
	expect_page(f, query, numbers, FACTS, position);
}

static void page__begins__after_before_and_around_a_row(void **state)
{
	struct fixture *f = *state;
	expect_page(f, "sort=number&limit=3", "1 2 3", FACTS, 0);
	expect_page(f, "sort=-number&limit=3", "25 24 23", FACTS, 0);
	expect_page(f, "limit=3", "25 24 23", FACTS, 0); /* -at is the kind's own order */
	expect_page(f, "sort=number&limit=3&last=1", "23 24 25", FACTS, 22);
	expect_at(f, "after", 3, "sort=number&limit=3", "4 5 6", 3);
	expect_at(f, "before", 4, "sort=number&limit=2", "2 3", 1);
	expect_at(f, "around", 10, "sort=number&limit=4", "8 9 10 11", 7);
	expect_at(f, "around", 1, "sort=number&limit=4", "1 2 3 4", 0);
	expect_at(f, "after", 25, "sort=number&limit=4", "", 0);
}

/* Ten rows share an at: each comes once, whichever way one reads. */
static void pages__of_rows_sorted_alike__have_each_once(void **state)
{
	struct fixture *f = *state;
	static const char *const orders[] = {"at", "-at", "colour", "-colour", "number"};
	for (size_t o = 0; o < ARRAY_LEN(orders); o++) {
		char query[200], all[300] = "", back[600] = "";
		struct seen s;
		snprintf(query, sizeof query, "sort=%s&limit=4", orders[o]);
		for (;;) {
			size_t n = strlen(all);
			s = look(f, query);
			snprintf(all + n, sizeof all - n, "%s%s", n ? " " : "", s.numbers);
			if (!s.next[0])
				break;
			snprintf(query, sizeof query, "sort=%s&limit=4&after=%s", orders[o],
				 s.next);
		}
		snprintf(query, sizeof query, "sort=%s&limit=100", orders[o]);
		assert_string_equal(all, look(f, query).numbers);
		snprintf(query, sizeof query, "sort=%s&limit=4&last=1", orders[o]);
		for (;;) {
			char rest_of[300];
			memcpy(rest_of, back, sizeof rest_of);
			s = look(f, query);
			snprintf(back, sizeof back, "%s%s%s", s.numbers, rest_of[0] ? " " : "",
				 rest_of);
			if (!s.prev[0])
				break;
			snprintf(query, sizeof query, "sort=%s&limit=4&before=%s", orders[o],
				 s.prev);
		}
		assert_string_equal(all, back);
	}
}

static void filters__search_and_what_is_left_out__hold_together(void **state)
{
	struct fixture *f = *state;
	expect_page(f, "sort=number&filter[colour]=red&limit=3", "3 6 9", 8, 0);
	expect_page(f, "sort=number&filter[colour]=red,blue&limit=3", "2 3 5", 16, 0);
	expect_page(f, "sort=number&filter[colour]=red&filter[even]=true", "6 12 18 24", 4, 0);
	expect_page(f, "sort=number&q=BLUE+2&limit=9", "2 20 23", 3, 0);
	expect_page(f, "sort=number&filter[at]=0&limit=2&last=1", "8 9", 9, 7);
	expect_page(f, "sort=-number&limit=1&all=1", "1000", FACTS + 1, 0);
	expect(f, "GET", "/v1/facts/green?filter[even]=false&sort=number&limit=2", NULL, 200,
	       "\"number\":1,");
	expect(f, "GET", "/v1/facts/green?filter[colour]=red", NULL, 200, "\"total\":0");
}

static void fields__are__parts_of_rows(void **state)
{
	struct fixture *f = *state;
	expect(f, "GET", "/v1/facts?sort=number&limit=1&fields=number", NULL, 200,
	       "[{\"id\":\"fct_00000000000Z9\",\"number\":1}]");
	expect(f, "GET", "/v1/facts/3?fields=colour", NULL, 200, "\"colour\":\"red\"}}");
}

static void one__is_found__by_id_and_number(void **state)
{
	struct fixture *f = *state;
	char path[64], id[ID_TEXT];
	expect(f, "GET", "/v1/facts/7", NULL, 200, "\"number\":7,");
	snprintf(path, sizeof path, "/v1/facts/%s", ref(7, id));
	expect(f, "GET", path, NULL, 200, "\"alone\":true");
	expect(f, "GET", "/v1/facts/77", NULL, 404, "there is no fact");
	expect(f, "GET", "/v1/facts/7x", NULL, 404, "see sellersmart fact list");
	expect(f, "GET", "/v1/facts/-7", NULL, 404, NULL);
}

static void faults__name__field_value_and_what_to_try(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *query, *text;
	} cases[] = {
		{"filter[weight]=3", "filters are colour, even, at"},
		{"filter[colour]=pink",
		 "filter[colour]: \\\"pink\\\" is not one of red, green, blue"},
		{"filter[colour]=red,", "is not one of"},
		{"filter[even]=maybe", "filter[even]: true or false, not \\\"maybe\\\""},
		{"filter[even=true", "have no such filter"},
		{"filter[]=true", "have no such filter"},
		{"sort=weight", "sort by at, number or colour, with -"},
		{"limit=0", "limit: 1..1000"},
		{"limit=5x", "limit: 1..1000"},
		{"limit=", "limit: 1..1000"},
		{"last=2", "last: 0 or 1"},
		{"after=fct_1", "is not the id of a fact"},
		{"before=mon_01H5ZK3QW8F2A", "such as fct_01H5ZK3QW8F2A"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char path[200];
		snprintf(path, sizeof path, "/v1/facts?%s", cases[i].query);
		expect(f, "GET", path, NULL, 422, cases[i].text);
	}
}

static void values__never_become__sql(void **state)
{
	struct fixture *f = *state;
	expect_page(f, "q=%27)+OR+1=1--", "", 0, 0);
	expect_page(f, "filter[at]=0%20OR%201&limit=1&sort=number", "1", 9, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, fixture_stop)
		TEST(page__begins__after_before_and_around_a_row),
		TEST(pages__of_rows_sorted_alike__have_each_once),
		TEST(filters__search_and_what_is_left_out__hold_together),
		TEST(fields__are__parts_of_rows),
		TEST(one__is_found__by_id_and_number),
		TEST(faults__name__field_value_and_what_to_try),
		TEST(values__never_become__sql),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
