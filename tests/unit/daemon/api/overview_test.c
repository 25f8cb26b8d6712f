/* Overview, events, health, metrics, once. */
#include <inttypes.h>

#include "tests/unit/daemon/api/fixture.h"

static void set_line(struct fixture *f, size_t i, enum attention_level level, const char *name,
		     uint64_t seq)
{
	struct attention *a = &f->lines[i];

	*a = (struct attention){.level = level,
				.kind = "monitor",
				.id = 77,
				.key = 'c',
				.seq = seq,
				.since_ms = 1750000000000};
	strcpy(a->word, "DOWN");
	snprintf(a->name, sizeof a->name, "%s", name);
	strcpy(a->text, "HTTP 502, 3 of 3 checks");
	strcpy(a->remedy, "check now");
	if (f->n_lines <= i)
		f->n_lines = i + 1;
}

static enum err make_event(struct txn *t, void *arg, struct error *e)
{
	struct event ev = {.severity = SEVERITY_WARNING,
			   .subject_kind = "monitor",
			   .subject = 77,
			   .name = "shop",
			   .text = (char *)"shop is down"};

	snprintf(ev.topic, sizeof ev.topic, "%s", (const char *)arg);
	return feed_event(t, &ev, e);
}

static void emit(struct fixture *f, const char *topic, int n)
{
	struct error e;

	for (int i = 0; i < n; i++)
		assert_int_equal(store_run(f->d.store, OP_PEOPLE, make_event, (void *)topic, &e),
				 0);
}

static void overview__worst_first_and_new_until_seen(void **state)
{
	struct fixture *f = *state;
	struct answer a = ask(f, "GET", "/v1/overview", NULL, NULL);
	json_t *lines;

	assert_true(json_is_true(json_path(a.json, "data.empty")));
	assert_int_equal(json_int(json_path(a.json, "data"), "attention_total", -1), 0);
	answer_fini(&a);

	add_monitor(f, "shop");
	emit(f, "monitor.down", 1);
	set_line(f, 0, ATTENTION_NOTICE, "later", 1);
	set_line(f, 1, ATTENTION_CRITICAL, "worst", 2);
	a = ask(f, "GET", "/v1/overview", NULL, NULL);
	lines = json_path(a.json, "data.attention");
	assert_false(json_is_true(json_path(a.json, "data.empty")));
	assert_int_equal(json_array_size(lines), 2);
	assert_string_equal(json_str(json_array_get(lines, 0), "name", ""), "worst");
	assert_string_equal(json_str(json_array_get(lines, 0), "level", ""), "DOWN");
	assert_string_equal(json_str(json_array_get(lines, 0), "key", ""), "c");
	assert_true(json_bool(json_array_get(lines, 0), "new", false));
	assert_int_equal(json_int(json_path(a.json, "data.counts.monitors"), "up", -1), 7);
	assert_int_equal(json_int(json_path(a.json, "data.counts.resources"), "monitors", -1), 1);
	assert_true(json_is_array(json_path(a.json, "data.shops")));
	assert_false(json_is_true(json_path(a.json, "data.store.readonly")));
	answer_fini(&a);

	expect(f, "POST", "/v1/overview/seen", NULL, 200, "since_seen");
	a = ask(f, "GET", "/v1/overview", NULL, NULL);
	assert_false(
		json_bool(json_array_get(json_path(a.json, "data.attention"), 0), "new", true));
	answer_fini(&a);
	/* That is kept over a restart. */
	fixture_close(f);
	fixture_open(f);
	a = ask(f, "GET", "/v1/overview", NULL, NULL);
	assert_false(
		json_bool(json_array_get(json_path(a.json, "data.attention"), 0), "new", true));
	answer_fini(&a);
	set_line(f, 0, ATTENTION_CRITICAL, "fresh", UINT64_MAX);
	expect(f, "GET", "/v1/overview", NULL, 200, "\"new\":true");
}

/* "seq seq": the rows of a page. */
static void expect_events(const struct fixture *f, const char *query, const char *seqs)
{
	struct buf got = BUF_INIT(65536);
	char path[256];
	struct answer a;
	json_t *row;
	size_t i;

	snprintf(path, sizeof path, "/v1/events?%s", query);
	a = ask(f, "GET", path, NULL, NULL);
	if (a.status != 200)
		fail_msg("%s: %d %s", query, a.status, a.body);
	json_array_foreach(json_object_get(a.json, "data"), i, row)
		buf_printf(&got, "%s%lld", i ? " " : "", (long long)json_int(row, "seq", -1));
	if (strcmp(buf_str(&got), seqs))
		fail_msg("%s: wanted %s, got %s", query, seqs, buf_str(&got));
	buf_fini(&got);
	answer_fini(&a);
}

static void events__pages_both_ways(void **state)
{
	struct fixture *f = *state;
	struct store_health h;
	char query[128];
	struct answer a;

	emit(f, "monitor.down", 4);
	emit(f, "monitor.up", 2);
	store_health(f->d.store, &h);
	assert_int_equal(h.seq, 6);
	expect_events(f, "", "6 5 4 3 2 1");
	expect_events(f, "limit=2", "6 5");
	snprintf(query, sizeof query, "limit=2&after=%" PRIu64 "-5", h.epoch);
	expect_events(f, query, "4 3");
	snprintf(query, sizeof query, "limit=2&before=%" PRIu64 "-3", h.epoch);
	expect_events(f, query, "5 4");
	snprintf(query, sizeof query, "limit=3&around=%" PRIu64 "-4", h.epoch);
	expect_events(f, query, "5 4 3");
	expect_events(f, "limit=2&last=1", "2 1");
	expect_events(f, "sort=at&limit=3", "1 2 3");
	expect_events(f, "after_seq=4", "5 6");
	expect_events(f, "topic=monitor.up", "6 5");
	expect_events(f, "topic=monitor", "6 5 4 3 2 1");
	expect_events(f, "filter[topic]=monitor.down&limit=1", "4");
	expect_events(f, "topic=moni", "");
	expect_events(f, "subject=mon_000000000002D&limit=1", "6"); /* 77 */
	expect_events(f, "subject=mon_000000000002E", "");
	expect_events(f, "subject=shop&limit=1", "6");
	expect_events(f, "filter[severity]=critical", "");
	expect_events(f, "q=SHOP+is", "6 5 4 3 2 1");
	expect_events(f, "since=1h&limit=1", "6");
	expect_events(f, "until=1h", "");
	expect(f, "GET", "/v1/events?since=yesterday", NULL, 422, "since");
	expect(f, "GET", "/v1/events?limit=x", NULL, 422, "limit");
	expect(f, "GET", "/v1/events?sort=name", NULL, 422, "sort");

	a = ask(f, "GET", "/v1/events?limit=2", NULL, NULL);
	snprintf(query, sizeof query, "%" PRIu64 "-5", h.epoch);
	assert_string_equal(json_str(json_object_get(a.json, "meta"), "next", ""), query);
	assert_true(json_is_null(json_path(a.json, "meta.prev")));
	answer_fini(&a);
	snprintf(query, sizeof query, "/v1/events/%" PRIu64 "-5", h.epoch);
	expect(f, "GET", query, NULL, 200, "\"topic\":\"monitor.up\"");
	expect(f, "GET", "/v1/events/999-5", NULL, 404, NULL);
	expect(f, "GET", "/v1/events/nonsense", NULL, 404, NULL);
}

static void health__metrics__daemon__once(void **state)
{
	struct fixture *f = *state;

	expect(f, "GET", "/healthz", NULL, 200, "ok");
	expect(f, "GET", "/readyz", NULL, 200, "ready");
	expect(f, "GET", "/metrics", NULL, 200, "\nsellersmart_http_requests_total ");
	expect(f, "GET", "/metrics", NULL, 200, "\nfake_metric 42\n");
	expect(f, "GET", "/v1/daemon", NULL, 200, "\"services\":[\"fake\"]");
	expect(f, "GET", "/v1/config", NULL, 200, "\"values\":");
	expect(f, "GET", "/v1/openapi.json", NULL, 200, "\"openapi\":\"3.1.0\"");
	expect(f, "POST", "/v1/once", "{}", 200, "\"exit\":1,\"summary\":\"shop down\\n\"");
}

/* The length of "_bucket", "_sum" or "_count"; 0: it is something else. */
static size_t histogram_part(const char *rest, size_t len)
{
	static const char *const parts[] = {"_bucket", "_sum", "_count"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (strlen(parts[i]) == len && !strncmp(rest, parts[i], len))
			return len;
	return 0;
}

/* Each line of the metrics is a comment or NAME[{LABELS}] VALUE, each family declared before use.
 */
static void metrics__are_well_formed(void **state)
{
	struct answer a = ask(*state, "GET", "/metrics", NULL, NULL);
	char *save = NULL, type[128] = "", of[16] = "";

	for (char *line = strtok_r(a.body, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		size_t name = strcspn(line, "{ ");

		if (sscanf(line, "# TYPE %127s %15s", type, of) == 2 ||
		    !strncmp(line, "# HELP ", 7) || !strncmp(line, "fake_", 5))
			continue;
		if (!strcmp(of, "histogram") && !strncmp(line, type, strlen(type)))
			name -= histogram_part(line + strlen(type), name - strlen(type));
		if (strlen(type) != name || strncmp(line, type, name))
			fail_msg("not declared: %s", line);
		assert_non_null(strchr(line, ' '));
	}
	answer_fini(&a);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_start, fixture_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(overview__worst_first_and_new_until_seen),
		TEST(events__pages_both_ways),
		TEST(health__metrics__daemon__once),
		TEST(metrics__are_well_formed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
