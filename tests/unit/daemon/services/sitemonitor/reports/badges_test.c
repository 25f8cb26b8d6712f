#include "daemon/services/sitemonitor/reports/badges.h"
#include "tests/unit/daemon/services/sitemonitor/past.h"

HOUSE_DEFINITIONS

static void key_of(struct house *h, const char *name, const char *body, char key[BADGE_KEY_TEXT])
{
	char path[128], answer[4096];
	snprintf(path, sizeof(path), "/v1/monitors/%s/badge", name);
	assert_int_equal(house_ask(h, "POST", path, body, answer, sizeof(answer)), 200);
	json_t *j = json_loads(answer, 0, NULL);
	snprintf(key, BADGE_KEY_TEXT, "%s", json_str(json_path(j, "data"), "key", ""));
	json_decref(j);
}

static int badge(struct house *h, const char *key, const char *rest, char *out, size_t cap)
{
	char path[256];
	snprintf(path, sizeof(path), "/badge/%s/%s", key, rest);
	return house_ask(h, "GET", path, NULL, out, cap);
}

static void badge__tells__state_uptime_and_percentile_and_no_target(void **state)
{
	struct house *h = *state;
	char key[BADGE_KEY_TEXT], out[8192];
	int64_t now = h->clock.wall_ms;
	uint64_t id = past_monitor(h, "shop", "");
	past_add(h, id, now - 12 * HOUR, now - 6 * HOUR, OUTCOME_UP, 100000);
	past_add(h, id, now - 6 * HOUR, now - 5 * HOUR, OUTCOME_DOWN, -1);
	key_of(h, "shop", NULL, key);
	assert_int_equal(strlen(key), 32);
	assert_int_equal(badge(h, key, "status.svg", out, sizeof(out)), 200);
	assert_non_null(strstr(out, "<title>shop: paused</title>"));
	assert_null(strstr(out, "127.0.0.1"));
	assert_int_equal(badge(h, key, "uptime/30d.json", out, sizeof(out)), 200);
	json_t *j = json_loads(out, 0, NULL);
	assert_int_equal(json_int(j, "schemaVersion", 0), 1);
	assert_string_equal(json_str(j, "label", ""), "shop");
	assert_string_equal(json_str(j, "message", ""), "85.71% up, 30d");
	assert_string_equal(json_str(j, "color", ""), "red");
	assert_int_equal(json_object_size(j), 4);
	json_decref(j);
	assert_int_equal(badge(h, key, "p95/24h.json?label=Our+%3Cshop%3E", out, sizeof(out)), 200);
	assert_non_null(strstr(out, "\"p95 100 ms, 24h\""));
	assert_non_null(strstr(out, "Our <shop>"));
}

static void badge__of_a_wrong_key__is_not_there(void **state)
{
	static const char *const bad[] = {"00000000000000000000000000000000", "0", "zz",
					  "0000000000000000000000000000000000"};
	struct house *h = *state;
	char key[BADGE_KEY_TEXT];
	past_monitor(h, "shop", "");
	key_of(h, "shop", NULL, key);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(badge(h, bad[i], "status.svg", NULL, 0), 404);
	key[31] = key[31] == '0' ? '1' : '0';
	assert_int_equal(badge(h, key, "status.svg", NULL, 0), 404);
}

static void badge__that_is_none__is_not_there(void **state)
{
	static const char *const bad[] = {
		"status",      "status.png",
		"uptime/30d",  "uptime/3d.svg",
		"p42/24h.svg", "uptime.svg",
		".svg",        "uptime/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.svg"};
	struct house *h = *state;
	char key[BADGE_KEY_TEXT];
	past_monitor(h, "shop", "");
	key_of(h, "shop", NULL, key);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(badge(h, key, bad[i], NULL, 0), 404);
}

static void key__stays__until_it_is_rotated_or_revoked(void **state)
{
	struct house *h = *state;
	char first[BADGE_KEY_TEXT], again[BADGE_KEY_TEXT], other[BADGE_KEY_TEXT];
	uint64_t id = past_monitor(h, "shop", "");
	key_of(h, "shop", NULL, first);
	house_crash(h);
	key_of(h, "shop", "{}", again);
	assert_string_equal(first, again);
	assert_int_equal(badge(h, first, "status.json", NULL, 0), 200);
	key_of(h, "shop", "{\"rotate\":true}", other);
	assert_string_not_equal(first, other);
	assert_int_equal(badge(h, first, "status.json", NULL, 0), 404);
	assert_int_equal(badge(h, other, "status.json", NULL, 0), 200);
	key_of(h, "shop", "{\"revoke\":true}", again);
	assert_string_equal(again, "");
	assert_int_equal(badge(h, other, "status.json", NULL, 0), 404);
	assert_int_equal(house_number(h, "SELECT count(*) FROM monitor_badge"), 0);
	key_of(h, "shop", NULL, other);
	house_delete(h, id);
	assert_int_equal(badge(h, other, "status.json", NULL, 0), 404);
}

static void many_keys__each_finds__its_own(void **state)
{
	struct house *h = *state;
	char keys[40][BADGE_KEY_TEXT], name[32], out[4096];
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "shop-%d", i);
		past_monitor(h, name, "");
		key_of(h, name, NULL, keys[i]);
	}
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "\"shop-%d\"", i);
		assert_int_equal(badge(h, keys[i], "status.json", out, sizeof(out)), 200);
		assert_non_null(strstr(out, name));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		serving_test(badge__tells__state_uptime_and_percentile_and_no_target),
		serving_test(badge__of_a_wrong_key__is_not_there),
		serving_test(badge__that_is_none__is_not_there),
		serving_test(key__stays__until_it_is_rotated_or_revoked),
		serving_test(many_keys__each_finds__its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
