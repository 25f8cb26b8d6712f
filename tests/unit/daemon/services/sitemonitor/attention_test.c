#include "tests/unit/daemon/services/sitemonitor/house.h"

#include "daemon/store/secrets.h"
#include "shared/timefmt.h"

HOUSE_DEFINITIONS

enum { DAY = 86400000 };

static const char nightly[] =
	"{\"type\":\"heartbeat\",\"period\":\"1h\",\"grace\":\"10m\",\"max_runtime\":\"10m\"}";

static struct attention only_line(struct house *h)
{
	struct attention lines[4];
	size_t total = 0, n = attention_lines(h->sm, lines, ARRAY_LEN(lines), &total);
	if (n != 1 || total != 1)
		fail_msg("%zu lines of %zu: %s", n, total, n ? lines[0].text : "");
	return lines[0];
}

static void ping(struct house *h, uint64_t id, const char *suffix)
{
	uint64_t key[2];
	char text[PING_KEY_TEXT], path[160];
	ping_key(&h->sm->table, id, key);
	ping_key_text(key, text);
	snprintf(path, sizeof(path), "/ping/%s%s", text, suffix);
	assert_int_equal(house_ask(h, "GET", path, NULL, NULL, 0), 200);
	house_drain(h);
}

static void heartbeat__that_said_it_failed__is_down_not_late(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "nightly", nightly);
	ping(h, id, "/1");
	struct attention a = only_line(h);
	assert_string_equal(a.word, "DOWN");
	assert_string_equal(a.text, "the job ended with exit status 1");
	ping(h, id, "/fail");
	a = only_line(h);
	assert_string_equal(a.word, "DOWN");
	assert_string_equal(a.text, "the job said that it failed");
	house_pass(h, 2 * 3600000);
	a = only_line(h);
	assert_string_equal(a.word, "LATE");
	assert_non_null(strstr(a.text, "no ping for"));
	ping(h, id, "/0");
	ping(h, id, "/start");
	house_pass(h, 660000);
	a = only_line(h);
	assert_string_equal(a.word, "LATE");
	assert_non_null(strstr(a.text, "has not finished"));
}

static void set_certificate(struct house *h, uint64_t id, int64_t ends_ms)
{
	char json[200], at[TIME_TEXT];
	snprintf(json, sizeof(json),
		 "{\"subject\":\"CN=\\\"days_left\\\":1\",\"not_after\":\"%s\",\"days_left\":99,"
		 "\"chain\":[]}",
		 time_rfc3339(at, ends_ms));
	table_lock(&h->sm->table);
	struct monitor *m = table_find(&h->sm->table, id);
	replace_text(&m->shown.certificate, json);
	m->shown.ends_ms = ends_ms;
	table_unlock(&h->sm->table);
}

static void certificate__needs_you__from_its_own_cert_days_on(void **state)
{
	static const struct {
		const char *type, *more;
		int days;
		bool line;
	} cases[] = {
		{"http", "", 29, false},
		{"http", "", 14, false},
		{"http", "", 13, true},
		{"tls", "", 29, false},
		{"tls", "", 13, true},
		{"http", ",\"cert_days\":40", 29, true},
		{"tls", ",\"cert_days\":40", 29, true},
		{"http", ",\"cert_days\":0", 1, false},
	};
	struct house *h = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct attention line;
		size_t total = 0;
		char spec[200], text[64];
		snprintf(spec, sizeof(spec), "{\"type\":\"%s\",\"target\":\"%s\"%s}", cases[i].type,
			 strcmp(cases[i].type, "tls") ? "https://shop.example/"
						      : "shop.example:443",
			 cases[i].more);
		uint64_t id = house_put(h, "shop", spec);
		set_certificate(h, id, h->clock.wall_ms + cases[i].days * (int64_t)DAY + 5000);
		if (attention_lines(h->sm, &line, 1, &total) != cases[i].line)
			fail_msg("%s%s with %d days", cases[i].type, cases[i].more, cases[i].days);
		snprintf(text, sizeof(text), "its certificate ends in %d days", cases[i].days);
		if (cases[i].line)
			assert_string_equal(line.text, text);
		house_delete(h, id);
	}
}

static int64_t days_left(struct house *h, const struct resource *r)
{
	struct buf out = BUF_INIT(65536);
	struct json_writer w;
	jw_init(&w, &out);
	render_monitor(&w, h->sm, r);
	json_t *j = json_loads(buf_str(&out), 0, NULL);
	assert_non_null(j);
	int64_t days = json_int(json_object_get(j, "certificate"), "days_left", -999);
	json_decref(j);
	buf_fini(&out);
	return days;
}

static void certificate__days_left__are_those_of_today(void **state)
{
	struct house *h = *state;
	uint64_t id =
		house_put(h, "shop", "{\"type\":\"http\",\"target\":\"https://shop.example/\"}");
	const struct resource *r = resource_by_id(h->store.store, id);
	set_certificate(h, id, h->clock.wall_ms + 10 * (int64_t)DAY + 5000);
	assert_int_equal(days_left(h, r), 10);
	h->clock.wall_ms += 4 * (int64_t)DAY;
	assert_int_equal(days_left(h, r), 6);
	h->clock.wall_ms += 7 * (int64_t)DAY;
	assert_int_equal(days_left(h, r), -1);
	resource_unref(r);
}

static json_t *shown_json(struct house *h, uint64_t id)
{
	struct buf out = BUF_INIT(65536);
	struct json_writer w;
	const struct resource *r = resource_by_id(h->store.store, id);
	jw_init(&w, &out);
	render_monitor(&w, h->sm, r);
	json_t *j = json_loads(buf_str(&out), 0, NULL);
	assert_non_null(j);
	resource_unref(r);
	buf_fini(&out);
	return j;
}

static enum err put_secret(struct txn *t, void *arg, struct error *e)
{
	return secret_put(t, arg, "x", 1, e);
}

static void paused__for_want_of_a_secret__says_so_until_it_is_stored(void **state)
{
	struct house *h = *state;
	struct error e = {0};
	char name[] = "shop-token";
	uint64_t id = house_put(h, "shop",
				"{\"type\":\"http\",\"target\":\"http://shop.example/\","
				"\"bearer\":{\"secret\":\"shop-token\"},\"paused\":true}");
	json_t *j = shown_json(h, id);
	assert_string_equal(json_str(j, "state", ""), "paused");
	assert_string_equal(json_str(j, "reason", ""), "waits for the secret shop-token: "
						       "sellersmart secret set shop-token < file");
	json_decref(j);
	if (store_run(h->store.store, OP_PEOPLE, put_secret, name, &e))
		fail_msg("%s", e.text);
	house_drain(h);
	j = shown_json(h, id);
	assert_true(json_is_null(json_object_get(j, "reason")));
	json_decref(j);
}

static void hops__of_the_latest_answer__are_shown_also_after_a_restart(void **state)
{
	static const char there[] = "https://shop.example/de/";
	struct house *h = *state;
	uint64_t id =
		house_put(h, "shop", "{\"type\":\"http\",\"target\":\"http://shop.example/\"}");
	json_t *j = shown_json(h, id);
	assert_null(json_path(j, "last.redirects"));
	assert_null(json_path(j, "last.final_url"));
	json_decref(j);
	snprintf(told.evidence, sizeof(told.evidence),
		 "{\"redirects\":[{\"status\":301,\"url\":\"http://shop.example/\"}],"
		 "\"final_url\":\"%s\",\"status\":200}",
		 there);
	house_check(h, id, OUTCOME_UP);
	for (int again = 0; again < 2; again++) {
		j = shown_json(h, id);
		const json_t *last = json_object_get(j, "last");
		const json_t *hops = json_object_get(last, "redirects");
		assert_int_equal(json_array_size(hops), 1);
		assert_int_equal(json_int(json_array_get(hops, 0), "status", 0), 301);
		assert_string_equal(json_str(last, "final_url", ""), there);
		json_decref(j);
		if (again)
			continue;
		house_write(h);
		house_crash(h);
	}
	snprintf(told.evidence, sizeof(told.evidence), "{\"status\":200}");
	house_check(h, id, OUTCOME_UP);
	j = shown_json(h, id);
	assert_null(json_path(j, "last.redirects"));
	json_decref(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		serving_test(heartbeat__that_said_it_failed__is_down_not_late),
		house_test(certificate__needs_you__from_its_own_cert_days_on),
		house_test(certificate__days_left__are_those_of_today),
		house_test(paused__for_want_of_a_secret__says_so_until_it_is_stored),
		house_test(hops__of_the_latest_answer__are_shown_also_after_a_restart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
