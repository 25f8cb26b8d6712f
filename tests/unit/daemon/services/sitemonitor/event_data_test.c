#include "tests/unit/daemon/services/sitemonitor/house.h"

#include "daemon/services/sitemonitor/transition.h"
#include "shared/timefmt.h"

HOUSE_DEFINITIONS

static const char shop[] =
	"{\"type\":\"http\",\"target\":\"https://shop.example/a?token=hush#x\",\"interval\":\"60s\","
	"\"failures\":1,\"recoveries\":1}";
static const char nightly[] =
	"{\"type\":\"heartbeat\",\"period\":\"1h\",\"grace\":\"10m\",\"max_runtime\":\"10m\"}";

/* ---- the newest event of a topic
 * ----------------------------------------------------------------------- */

struct newest {
	char topic[48];
	json_t *data;
};

static bool take_newest(const struct event *ev, void *arg)
{
	struct newest *n = arg;
	if (strcmp(ev->topic, n->topic) != 0)
		return true;
	assert_true(strlen(ev->data_json) <= EVENT_DATA_BYTES);
	n->data = json_read(ev->data_json, strlen(ev->data_json), EVENT_DATA_BYTES, NULL);
	assert_non_null(n->data);
	return false;
}

static struct newest newest(struct house *h, const char *topic)
{
	struct newest n = {0};
	snprintf(n.topic, sizeof(n.topic), "%s", topic);
	struct error e = {0};
	struct event_query q = {.newest_first = true};
	house_write(h);
	assert_int_equal(feed_events(h->store.store, &q, take_newest, &n, &e), 0);
	assert_non_null(n.data);
	return n;
}

static const char *text(const json_t *data, const char *path)
{
	const char *s = json_string_value(json_path(data, path));
	return s ? s : "";
}

/* One answer, as house_check, with words and evidence of its own. */
static void answer(struct house *h, uint64_t id, enum outcome outcome, const char *message,
		   const char *evidence)
{
	int64_t wait = house_shown(h, id).next_boot_ms - h->clock.boot_us / 1000;
	told.outcome = outcome;
	snprintf(told.message, sizeof(told.message), "%s", message);
	snprintf(told.evidence, sizeof(told.evidence), "%s", evidence);
	house_pass(h, wait > 0 ? wait : 0);
}

struct holding {
	struct house *h;
	uint64_t id;
	enum monitor_state hold;
};

static void run_hold(void *arg)
{
	struct holding *a = arg;
	verdict_hold(a->h->sm, table_find(&a->h->sm->table, a->id), a->hold, NULL);
}

static void hold(struct house *h, uint64_t id, enum monitor_state state)
{
	struct holding a = {h, id, state};
	loop_call(h->d.net, run_hold, &a);
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void down__says_what_is_different__and_how_it_answered(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	answer(h, id, OUTCOME_UP, "HTTP 200 OK",
	       "{\"address\":\"192.0.2.7\",\"status\":200,\"server\":\"nginx\"}");
	answer(h, id, OUTCOME_DOWN, "HTTP 502 Bad Gateway",
	       "{\"address\":\"192.0.2.8\",\"status\":502,\"server\":\"nginx\","
	       "\"body_start\":\"Bad Gateway\"}");
	struct newest n = newest(h, "monitor.down");
	assert_string_equal(text(n.data, "target"), "https://shop.example/a");
	assert_string_equal(text(n.data, "type"), "http");
	assert_string_equal(text(n.data, "reason"), "HTTP 502 Bad Gateway");
	assert_string_equal(text(n.data, "cause"), "told");
	assert_int_equal(json_int(json_path(n.data, "evidence"), "status", 0), 502);
	assert_string_equal(text(n.data, "evidence.body_start"), "Bad Gateway");
	assert_string_equal(text(n.data, "evidence.address"), "192.0.2.7"); /* that was used */
	assert_true(json_num(json_path(n.data, "evidence"), "duration_ms", 0) > 33.9);
	assert_true(json_num(json_path(n.data, "evidence.phases_ms"), "connect", 0) > 0.9);
	const json_t *changed = json_object_get(n.data, "changed");
	assert_int_equal(json_array_size(changed), 2);
	assert_string_equal(text(json_array_get(changed, 1), "what"), "status");
	assert_string_equal(text(json_array_get(changed, 1), "from"), "200");
	assert_string_equal(text(json_array_get(changed, 1), "to"), "502");
	json_decref(n.data);
}

static void up__says_what_it_was__and_what_ended_it(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	answer(h, id, OUTCOME_UP, "HTTP 200 OK", "");
	answer(h, id, OUTCOME_DOWN, "HTTP 502 Bad Gateway", "");
	struct newest down = newest(h, "monitor.down");
	answer(h, id, OUTCOME_UP, "HTTP 200 OK", "");
	struct newest up = newest(h, "monitor.up");
	assert_string_equal(text(up.data, "was"), "HTTP 502 Bad Gateway");
	assert_string_equal(text(up.data, "evidence.message"), "HTTP 200 OK");
	assert_int_equal(json_int(up.data, "number", 0), json_int(down.data, "number", -1));
	assert_string_equal(text(up.data, "incident"), text(down.data, "incident"));
	assert_null(json_object_get(up.data, "changed"));
	json_decref(down.data);
	json_decref(up.data);
}

/* Told later than it began: it says as much as one that is told at once. */
static void down__after_a_maintenance__has_its_cause_and_its_true_start(void **state)
{
	struct house *h = *state;
	char when[TIME_TEXT];
	uint64_t id = house_put(h, "shop", shop);
	answer(h, id, OUTCOME_UP, "HTTP 200", "{\"status\":200}");
	hold(h, id, STATE_MAINTENANCE);
	answer(h, id, OUTCOME_DOWN, "HTTP 500", "{\"status\":500}");
	int64_t began = house_shown(h, id).last_ms;
	house_pass(h, 600000);
	hold(h, id, STATE_NEW);
	struct newest n = newest(h, "monitor.down");
	assert_string_equal(text(n.data, "since"), time_rfc3339(when, began));
	assert_string_equal(text(n.data, "cause"), "told");
	assert_string_equal(text(json_array_get(json_object_get(n.data, "changed"), 0), "to"),
			    "500");
	assert_true(json_int(n.data, "number", 0) > 0);
	json_decref(n.data);
}

static void ping(struct house *h, uint64_t id, const char *suffix)
{
	uint64_t key[2];
	char name[PING_KEY_TEXT], path[160];
	ping_key(&h->sm->table, id, key);
	ping_key_text(key, name);
	snprintf(path, sizeof(path), "/ping/%s%s", name, suffix);
	assert_int_equal(house_ask(h, "GET", path, NULL, NULL, 0), 200);
	house_drain(h);
}

static void heartbeat__says_whether_it_is_late_or_failed(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "nightly", nightly);
	ping(h, id, "/3");
	struct newest n = newest(h, "monitor.down");
	assert_string_equal(text(n.data, "kind"), "failed");
	assert_int_equal(json_int(n.data, "count", 0), 1);
	json_decref(n.data);
	ping(h, id, "");
	house_pass(h, 2 * 3600000);
	n = newest(h, "monitor.down");
	assert_string_equal(text(n.data, "kind"), "late");
	json_decref(n.data);
	ping(h, id, "");
	ping(h, id, "/start");
	house_pass(h, 660000);
	n = newest(h, "monitor.down");
	assert_string_equal(text(n.data, "kind"), "running");
	json_decref(n.data);
}

static int64_t events(struct house *h, const char *condition)
{
	char sql[300];
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM events WHERE %s", condition);
	house_write(h);
	return house_number(h, sql);
}

static void job__is_told_with_each_failed_run_and_the_first_good_one(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "nightly", nightly);
	ping(h, id, "");
	assert_int_equal(events(h, "topic LIKE 'job.%'"), 0);
	ping(h, id, "/3");
	ping(h, id, "/fail");
	assert_int_equal(events(h, "topic = 'job.failed' AND severity = 1"), 2);
	struct newest n = newest(h, "job.failed");
	assert_int_equal(json_int(n.data, "count", 0), 2);
	json_decref(n.data);
	assert_int_equal(events(h, "topic = 'monitor.down'"), 1);
	house_crash(h);
	ping(h, id, "");
	ping(h, id, "");
	assert_int_equal(events(h, "topic = 'job.done' AND severity = 0"), 1);
	for (int i = 0; i < 30; i++)
		ping(h, id, "/fail");
	assert_int_equal(events(h, "topic = 'job.failed'"), 22);
}

static char *huge(int n, const char *filler)
{
	struct buf out = BUF_INIT(8192);
	buf_printf(&out, "{\"status\":%d", n);
	for (int i = 0; i < 40; i++)
		buf_printf(&out, ",\"m%d\":\"%d%s\"", i, n, filler);
	buf_printf(&out, ",\"output\":\"%s%s%s%s\",\"body_start\":\"%s%s\"}", filler, filler,
		   filler, filler, filler, filler);
	assert_false(out.overflow);
	return buf_take(&out);
}

static void data__stays_within_an_event__whatever_a_target_answered(void **state)
{
	static const char *const fillers[] = {
		"a long value that goes on and on and on and on and on and on and on and on and on",
		"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"",
		"\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001",
		"\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac",
	};
	for (size_t i = 0; i < ARRAY_LEN(fillers); i++) {
		char *good = huge(200, fillers[i]), *bad = huge(500, fillers[i]), message[200];
		memset(message, '"', sizeof(message) - 1);
		message[sizeof(message) - 1] = 0;
		struct incident_story story = {.number = 7, .evidence = bad, .good = good};
		struct transition t = {.change = {.to = STATE_DOWN, .opened = true},
				       .incident = 1,
				       .message = message,
				       .facts = (char *)"{\"type\":\"http\"}",
				       .measured = (char *)"{\"address\":\"192.0.2.7\"}"};
		struct buf out = BUF_INIT(EVENT_DATA_BYTES);
		event_data(&out, &t, &story);
		assert_false(out.overflow);
		json_t *o = json_read(buf_str(&out), out.len, EVENT_DATA_BYTES, NULL);
		assert_non_null(o);
		const json_t *changed = json_object_get(o, "changed"), *one;
		assert_in_range(json_array_size(changed), 1, EVENT_CHANGES);
		assert_string_equal(text(json_array_get(changed, 0), "what"), "status");
		size_t k;
		json_array_foreach(changed, k, one)
		{
			assert_true(strlen(text(one, "from")) <= EVENT_VALUE_BYTES);
			assert_true(strlen(text(one, "to")) <= EVENT_VALUE_BYTES);
			assert_null(strstr(text(one, "to"), "\xef\xbf\xbd"));
		}
		assert_int_equal(json_int(json_path(o, "evidence"), "status", 0), 500);
		char *evidence = json_dumps(json_object_get(o, "evidence"), JSON_COMPACT);
		assert_true(strlen(evidence) <= EVENT_EVIDENCE_BYTES + 2);
		free(evidence);
		json_decref(o);
		buf_fini(&out);
		free(good);
		free(bad);
	}
}

static void target__has_neither_login_nor_query(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(
		h, "mail",
		"{\"type\":\"smtp\",\"target\":\"smtp://who:hush@mail.example:25/x?y=hush\"}");
	table_lock(&h->sm->table);
	char *facts = event_facts(table_find(&h->sm->table, id));
	table_unlock(&h->sm->table);
	assert_string_equal(facts, "{\"type\":\"smtp\",\"target\":\"smtp://mail.example:25/x\"}");
	free(facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		house_test(down__says_what_is_different__and_how_it_answered),
		house_test(up__says_what_it_was__and_what_ended_it),
		house_test(down__after_a_maintenance__has_its_cause_and_its_true_start),
		serving_test(heartbeat__says_whether_it_is_late_or_failed),
		serving_test(job__is_told_with_each_failed_run_and_the_first_good_one),
		cmocka_unit_test(data__stays_within_an_event__whatever_a_target_answered),
		house_test(target__has_neither_login_nor_query),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
