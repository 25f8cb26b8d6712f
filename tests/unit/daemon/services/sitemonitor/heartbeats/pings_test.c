#include "tests/unit/daemon/services/sitemonitor/house.h"

#include "daemon/core/thread.h"
#include "shared/timefmt.h"

HOUSE_DEFINITIONS

static const char nightly[] = "{\"type\":\"heartbeat\",\"period\":\"1h\",\"grace\":\"10m\"}";

static void address(struct house *h, uint64_t id, const char *suffix, char *out, size_t cap)
{
	uint64_t key[2];
	char text[PING_KEY_TEXT];
	ping_key(&h->sm->table, id, key);
	ping_key_text(key, text);
	snprintf(out, cap, "/ping/%s%s", text, suffix);
}

static int ping(struct house *h, uint64_t id, const char *suffix, const char *body)
{
	char path[160];
	address(h, id, suffix, path, sizeof(path));
	int status = house_ask(h, body ? "POST" : "GET", path, body, NULL, 0);
	house_drain(h);
	return status;
}

static void ping__is_kept_before_it_is_answered(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "nightly", nightly);
	assert_int_equal(house_shown(h, id).state, STATE_NEW);
	assert_int_equal(ping(h, id, "", "all good"), 200);
	assert_int_equal(
		house_number(h, "SELECT count(*) FROM heartbeat_ping WHERE body = 'all good'"), 1);
	assert_int_equal(house_number(h, "SELECT pinged_ms FROM heartbeat"), h->clock.wall_ms);
	assert_int_equal(house_number(h, "SELECT base = 'up' FROM monitor_state"), 1);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	assert_int_equal(house_shown(h, id).deadline_ms, h->clock.wall_ms + 4200000);
}

static void ping__takes_every_form_of_healthchecks(void **state)
{
	static const struct {
		const char *suffix;
		int status;
		enum monitor_state then;
	} forms[] = {
		{"", 200, STATE_UP},
		{"/fail", 200, STATE_DOWN},
		{"/0", 200, STATE_UP},
		{"/1", 200, STATE_DOWN},
		{"/start", 200, STATE_DOWN},
		{"/log", 200, STATE_DOWN},
		{"?rid=4b4d3f0c-0000-4000-8000-1234567890ab", 200, STATE_UP},
		{"/255", 200, STATE_DOWN},
		{"/256", 404, STATE_DOWN},
		{"/-1", 404, STATE_DOWN},
		{"/other", 404, STATE_DOWN},
		{"?rid=%3Cscript%3E", 422, STATE_DOWN},
	};
	struct house *h = *state;
	uint64_t id = house_put(h, "nightly", nightly);
	char path[160], body[64];
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		int status = ping(h, id, forms[i].suffix, NULL);
		if (status != forms[i].status && !(forms[i].status == 422 && status == 400))
			fail_msg("%s: %d", forms[i].suffix, status);
		if (house_shown(h, id).state != forms[i].then)
			fail_msg("%s: %s", forms[i].suffix,
				 monitor_state_name(house_shown(h, id).state));
	}
	address(h, id, "", path, sizeof(path));
	assert_int_equal(house_ask(h, "HEAD", path, NULL, body, sizeof(body)), 200);
	assert_int_equal(
		house_ask(h, "GET", "/ping/00000000-0000-0000-0000-000000000000", NULL, NULL, 0),
		404);
	assert_int_equal(house_ask(h, "GET", "/ping/nightly", NULL, NULL, 0), 404);
}

static void deadline__passes__down_once_and_up_again_with_the_next_ping(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "nightly", nightly);
	ping(h, id, "", NULL);
	int64_t pinged = h->clock.wall_ms;
	house_pass(h, 4199000);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	house_pass(h, 1000);
	assert_int_equal(house_shown(h, id).state, STATE_DOWN);
	assert_int_equal(house_shown(h, id).since.wall_ms, pinged + 4200000);
	assert_non_null(strstr(house_shown(h, id).reason, "no ping for 1h"));
	house_pass(h, 3 * 3600000);
	ping(h, id, "", NULL);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	house_write(h);
	assert_int_equal(house_number(h, "SELECT count(*) FROM incident"), 1);
	assert_int_equal(
		house_number(h, "SELECT count(*) FROM events WHERE topic = 'monitor.down'"), 1);
	assert_int_equal(house_number(h, "SELECT cause = 'late' FROM incident"), 1);
	struct series_summary sum;
	assert_true(series_summary(h->store.store, id, &sum));
	assert_true(sum.up_24h_ms <= sum.known_24h_ms);
	assert_in_range(sum.known_24h_ms, 14000000, 16500000);
	assert_in_range(sum.up_24h_ms, 4000000, 4500000);
}

static void never_pinged__is_late_too(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "nightly", nightly);
	house_pass(h, 4200001);
	assert_int_equal(house_shown(h, id).state, STATE_DOWN);
	assert_non_null(strstr(house_shown(h, id).reason, "no ping yet"));
}

static void run__that_does_not_finish__is_late_and_its_duration_is_kept_else(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "nightly",
				"{\"type\":\"heartbeat\",\"period\":\"1h\",\"grace\":\"10m\","
				"\"max_runtime\":\"5m\"}");
	ping(h, id, "/start?rid=aa", NULL);
	house_pass(h, 60000);
	ping(h, id, "?rid=aa", NULL);
	assert_int_equal(house_shown(h, id).last_us, 60000000);
	assert_int_equal(
		house_number(h, "SELECT duration_ms FROM heartbeat_ping WHERE kind = 'success'"),
		60000);
	ping(h, id, "/start", NULL);
	house_pass(h, 299000);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	house_pass(h, 1001);
	assert_int_equal(house_shown(h, id).state, STATE_DOWN);
	assert_non_null(strstr(house_shown(h, id).reason, "has not finished"));
}

static void restart__keeps_the_deadline(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "nightly", nightly);
	ping(h, id, "", NULL);
	int64_t deadline = house_shown(h, id).deadline_ms;
	house_pass(h, 1800000);
	house_write(h);
	house_crash(h);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	assert_int_equal(house_shown(h, id).deadline_ms, deadline);
	house_pass(h, deadline - h->clock.wall_ms - 1000);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	house_pass(h, 1000);
	assert_int_equal(house_shown(h, id).state, STATE_DOWN);
	house_write(h);
	house_crash(h);
	house_pass(h, 60000);
	house_write(h);
	assert_int_equal(
		house_number(h, "SELECT count(*) FROM events WHERE topic = 'monitor.down'"), 1);
	/* the same address as before */
	assert_int_equal(ping(h, id, "", NULL), 200);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
}

/* 02:30 in Berlin: does not exist in the night of 28 March 2027, comes twice on 31 October. */
static void cron__opens_once_in_each_night__also_when_clocks_change(void **state)
{
	static const struct {
		const char *eve, *late;
	} nights[] = {
		{"2027-03-27T12:00:00Z", "2027-03-28T01:01:00Z"},
		{"2027-03-28T12:00:00Z", "2027-03-29T00:31:00Z"},
		{"2027-10-30T12:00:00Z", "2027-10-31T00:31:00Z"},
		{"2027-10-31T00:30:30Z", "2027-11-01T01:31:00Z"},
	};
	struct house *h = *state;
	uint64_t id = house_put(h, "nightly",
				"{\"type\":\"heartbeat\",\"cron\":\"30 2 * * *\","
				"\"zone\":\"Europe/Berlin\",\"grace\":\"1m\"}");
	for (size_t i = 0; i < ARRAY_LEN(nights); i++) {
		int64_t eve = 0, late = 0;
		assert_true(time_parse(nights[i].eve, &eve) && time_parse(nights[i].late, &late));
		h->clock.wall_ms = eve;
		ping(h, id, "", NULL);
		assert_int_equal(house_shown(h, id).deadline_ms, late);
		house_pass(h, late - eve - 1);
		assert_int_equal(house_shown(h, id).state, STATE_UP);
		house_pass(h, 1);
		assert_int_equal(house_shown(h, id).state, STATE_DOWN);
	}
}

static void body__is_bounded_and_safe(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "nightly", nightly);
	char *body = mem_alloc(50001);
	memset(body, 27, 50000);
	body[50000] = 0;
	assert_int_equal(ping(h, id, "/fail", body), 200);
	free(body);
	house_write(h);
	assert_int_equal(house_number(h, "SELECT instr(body, char(27)) FROM heartbeat_ping"), 0);
	assert_in_range(house_number(h, "SELECT length(body) FROM heartbeat_ping"), 1, 10000);
	assert_int_equal(
		house_number(
			h,
			"SELECT count(*) FROM incident WHERE evidence LIKE '%\"ping\":\"fail\"%'"),
		1);
}

static void pings__beyond_the_last_hundred_are_forgotten(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "nightly", nightly);
	for (int i = 0; i < 110; i++)
		assert_int_equal(ping(h, id, i % 2 ? "" : "/log", NULL), 200);
	assert_int_equal(house_number(h, "SELECT count(*) FROM heartbeat_ping"), 100);
}

static void check__answers_with_the_verdict(void **state)
{
	struct house *h = *state;
	char body[8192];
	house_put(h, "shop",
		  "{\"type\":\"http\",\"target\":\"http://127.0.0.1:8080/\",\"failures\":1}");
	told.outcome = OUTCOME_DOWN;
	assert_int_equal(house_ask(h, "POST", "/v1/monitors/shop/check", NULL, body, sizeof(body)),
			 200);
	assert_non_null(strstr(body, "\"state\":\"down\""));
	assert_int_equal(house_ask(h, "POST", "/v1/monitors/none/check", NULL, body, sizeof(body)),
			 404);
	house_put(h, "nightly", nightly);
	assert_in_range(
		house_ask(h, "POST", "/v1/monitors/nightly/check", NULL, body, sizeof(body)), 400,
		422);
	assert_non_null(strstr(body, "heartbeat wrap"));
}

static void history__has_points_windows_and_incidents(void **state)
{
	struct house *h = *state;
	uint64_t id =
		house_put(h, "shop",
			  "{\"type\":\"http\",\"target\":\"http://127.0.0.1:8080/\",\"failures\":1,"
			  "\"recoveries\":1}");
	for (int i = 0; i < 20; i++)
		house_check(h, id, i >= 8 && i < 13 ? OUTCOME_DOWN : OUTCOME_UP);
	house_write(h);
	json_t *j = house_json(h, "/v1/monitors/history?monitor=shop&since=1h&points=6", 200);
	const json_t *d = json_object_get(j, "data");
	assert_int_equal(json_array_size(json_object_get(d, "points")), 6);
	assert_int_equal(json_int(d, "step_s", 0), 600);
	assert_int_equal(json_int(d, "count", 0), 21);
	assert_int_equal(json_array_size(json_object_get(d, "incidents")), 1);
	assert_in_range((int)json_num(d, "uptime_pct", 0), 60, 85);
	assert_true(json_num(json_path(d, "windows"), "365d", 0) > 0);
	assert_in_range((int)(json_num(d, "p95_ms", 0) * 10), 330, 350);
	json_decref(j);
	j = house_json(h, "/v1/monitors/shop/samples?limit=3", 200);
	assert_int_equal(json_array_size(json_object_get(j, "data")), 3);
	json_decref(j);
	json_decref(house_json(h, "/v1/monitors/shop/history?since=never", 422));
	json_decref(house_json(h, "/v1/monitors/none/history", 404));
	j = house_json(h, "/v1/monitors/status", 200);
	assert_int_equal(json_int(json_path(j, "data.counts"), "up", 0), 1);
	json_decref(j);
}

static void incidents__are_paged_by_key__in_every_order(void **state)
{
	struct house *h = *state;
	static const char *const sorts[] = {"-opened_at", "opened_at", "number", "-monitor",
					    "duration_ms"};
	char path[256];
	for (int i = 0; i < 3; i++) {
		char name[16];
		snprintf(name, sizeof(name), "m%d", i);
		uint64_t id = house_put(h, name,
					"{\"type\":\"http\",\"target\":\"http://127.0.0.1:8080/\","
					"\"failures\":1,\"recoveries\":1}");
		house_never_flaps(h, id);
		for (int k = 0; k < 8; k++)
			house_check(h, id, k % 2 || (i == 2 && k == 7) ? OUTCOME_UP : OUTCOME_DOWN);
	}
	house_write(h);
	/* The others are checked meanwhile too. */
	const size_t total = (size_t)house_number(h, "SELECT count(*) FROM incident");
	assert_in_range(total, 12, 60);
	for (size_t s = 0; s < ARRAY_LEN(sorts); s++) {
		char seen[64][ID_TEXT], after[64] = "";
		size_t n = 0;
		for (int page = 0; page < 15; page++) {
			snprintf(path, sizeof(path), "/v1/incidents?sort=%s&limit=5%s", sorts[s],
				 after);
			json_t *j = house_json(h, path, 200), *rows = json_object_get(j, "data"),
			       *row;
			size_t i;
			assert_int_equal(json_int(json_path(j, "meta"), "total", 0), total);
			if (json_array_size(rows))
				assert_int_equal(json_int(json_path(j, "meta"), "position", -1), n);
			json_array_foreach(rows, i, row)
			{
				snprintf(seen[n], ID_TEXT, "%s", json_str(row, "id", ""));
				for (size_t k = 0; k < n; k++)
					assert_string_not_equal(seen[k], seen[n]);
				n++;
			}
			const char *next = json_str(json_path(j, "meta"), "next", NULL);
			snprintf(after, sizeof(after), "&after=%s", next ? next : "");
			json_decref(j);
			if (!next)
				break;
		}
		assert_int_equal(n, total);
		/* back from the last, and around the middle: the same order */
		snprintf(path, sizeof(path), "/v1/incidents?sort=%s&limit=4&before=%s", sorts[s],
			 seen[total - 1]);
		json_t *j = house_json(h, path, 200);
		for (size_t i = 0; i < 4; i++)
			assert_string_equal(
				json_str(json_array_get(json_object_get(j, "data"), i), "id", ""),
				seen[total - 5 + i]);
		json_decref(j);
		snprintf(path, sizeof(path), "/v1/incidents?sort=%s&limit=4&around=%s", sorts[s],
			 seen[6]);
		j = house_json(h, path, 200);
		for (size_t i = 0; i < 4; i++)
			assert_string_equal(
				json_str(json_array_get(json_object_get(j, "data"), i), "id", ""),
				seen[4 + i]);
		json_decref(j);
		snprintf(path, sizeof(path), "/v1/incidents?sort=%s&limit=2&last=1", sorts[s]);
		j = house_json(h, path, 200);
		assert_string_equal(
			json_str(json_array_get(json_object_get(j, "data"), 1), "id", ""),
			seen[total - 1]);
		assert_true(json_is_null(json_path(j, "meta.next")));
		json_decref(j);
	}
	json_t *j = house_json(
		h, "/v1/incidents?filter%5Bmonitor%5D=m1&filter%5Bopen%5D=false&q=DOWN", 200);
	assert_int_equal(
		json_array_size(json_object_get(j, "data")),
		house_number(h,
			     "SELECT count(*) FROM incident JOIN resource ON resource.id = monitor"
			     " WHERE name = 'm1' AND closed_ms IS NOT NULL"));
	snprintf(path, sizeof(path), "/v1/incidents/%s",
		 json_str(json_array_get(json_object_get(j, "data"), 0), "id", ""));
	json_decref(house_json(h, path, 200));
	json_decref(j);
	json_decref(house_json(h, "/v1/incidents/7", 200));
	json_decref(house_json(h, "/v1/incidents/77", 404));
	json_decref(house_json(h, "/v1/incidents?sort=colour", 422));
	json_decref(house_json(h, "/v1/incidents?limit=0", 422));
	json_decref(house_json(h, "/v1/incidents?filter%5Bcolour%5D=red", 422));
}

struct slow_disk {
	struct store_op op;
	struct house *h;
	bool began, done;
};

/* The writer is busy with this until somebody has asked for the incidents, or for a while. */
static enum err be_slow(struct txn *t, void *arg, struct error *e)
{
	struct slow_disk *s = arg;
	pthread_mutex_lock(&s->h->sm->lock);
	s->began = true;
	pthread_cond_broadcast(&s->h->sm->changed);
	int64_t until = thread_now_us() + 150000;
	while (!thread_cond_wait_until(&s->h->sm->changed, &s->h->sm->lock, until))
		;
	pthread_mutex_unlock(&s->h->sm->lock);
	return ERR_NONE;
}

static void be_fast(void *arg, enum err code, const struct error *e)
{
	struct slow_disk *s = arg;
	pthread_mutex_lock(&s->h->sm->lock);
	s->done = true;
	pthread_cond_broadcast(&s->h->sm->changed);
	pthread_mutex_unlock(&s->h->sm->lock);
}

static void wait_for(struct house *h, const bool *what)
{
	pthread_mutex_lock(&h->sm->lock);
	while (!*what)
		pthread_cond_wait(&h->sm->changed, &h->sm->lock);
	pthread_mutex_unlock(&h->sm->lock);
}

static void incident__of_what_is_shown_down__is_listed_even_when_the_disk_is_slow(void **state)
{
	static const char *const paths[] = {"/v1/incidents", "/v1/monitors/shop/history"};
	static const char *const lists[] = {"data", "data.incidents"};
	struct house *h = *state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct error e = {0};
		struct slow_disk slow = {.h = h};
		slow.op = (struct store_op){.run = be_slow, .done = be_fast, .arg = &slow};
		uint64_t id = house_put(h, "shop",
					"{\"type\":\"http\",\"target\":\"http://127.0.0.1/\","
					"\"failures\":1}");
		house_check(h, id, OUTCOME_UP);
		house_write(h);
		assert_int_equal(store_submit(h->store.store, OP_PEOPLE, &slow.op, &e), 0);
		wait_for(h, &slow.began);
		house_check(h, id, OUTCOME_DOWN);
		assert_int_equal(house_shown(h, id).state, STATE_DOWN);
		json_t *j = house_json(h, paths[i], 200);
		assert_int_equal(json_array_size(json_path(j, lists[i])), 1);
		json_decref(j);
		wait_for(h, &slow.done);
		house_delete(h, id);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		serving_test(ping__is_kept_before_it_is_answered),
		serving_test(ping__takes_every_form_of_healthchecks),
		serving_test(deadline__passes__down_once_and_up_again_with_the_next_ping),
		serving_test(never_pinged__is_late_too),
		serving_test(run__that_does_not_finish__is_late_and_its_duration_is_kept_else),
		serving_test(restart__keeps_the_deadline),
		serving_test(cron__opens_once_in_each_night__also_when_clocks_change),
		serving_test(body__is_bounded_and_safe),
		serving_test(pings__beyond_the_last_hundred_are_forgotten),
		serving_test(check__answers_with_the_verdict),
		serving_test(history__has_points_windows_and_incidents),
		serving_test(incidents__are_paged_by_key__in_every_order),
		serving_test(incident__of_what_is_shown_down__is_listed_even_when_the_disk_is_slow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
