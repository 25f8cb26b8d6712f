#include "tests/unit/daemon/services/sitemonitor/past.h"

#include "shared/timefmt.h"

HOUSE_DEFINITIONS

static int64_t at_of(const json_t *o)
{
	int64_t ms = 0;
	assert_true(time_parse(json_str(o, "at", ""), &ms));
	return ms;
}

static void history__by_day__has_whole_days_with_p99(void **state)
{
	struct house *h = *state;
	int64_t now = h->clock.wall_ms, today = now - now % DAY;
	uint64_t id = past_monitor(h, "shop", "");
	past_add(h, id, today - 3 * DAY, today - 2 * DAY, OUTCOME_UP, 100000);
	past_add(h, id, today - 2 * DAY, today - 2 * DAY + 6 * HOUR, OUTCOME_DOWN, -1);
	past_add(h, id, today - 2 * DAY + 6 * HOUR, today - DAY, OUTCOME_UP, 300000);
	past_settle(h);
	json_t *j = house_json(h, "/v1/monitors/shop/history?since=72h&by=day", 200);
	const json_t *d = json_object_get(j, "data"), *rows = json_object_get(d, "points");
	assert_int_equal(json_array_size(rows), 4);
	assert_int_equal(json_int(d, "step_s", 0), 86400);
	const json_t *first = json_array_get(rows, 0), *second = json_array_get(rows, 1);
	assert_int_equal(at_of(first), today - 3 * DAY);
	assert_int_equal(json_int(first, "count", 0), 1440);
	assert_in_range((int)json_num(first, "p99_ms", 0), 99, 101);
	assert_int_equal((int)json_num(first, "uptime_pct", 0), 100);
	assert_int_equal(at_of(second), today - 2 * DAY);
	assert_int_equal((int)json_num(second, "uptime_pct", 0), 75);
	assert_int_equal(json_int(second, "down", 0), 360);
	assert_in_range((int)json_num(second, "p50_ms", 0), 297, 303);
	/* Of the day before yesterday's end nothing was seen. */
	assert_true(json_is_null(json_object_get(json_array_get(rows, 3), "p99_ms")));
	json_decref(j);
}

static void history__by_hour__refuses_more_rows_than_it_gives(void **state)
{
	struct house *h = *state;
	past_monitor(h, "shop", "");
	json_t *j = house_json(h, "/v1/monitors/shop/history?since=90d&by=hour", 422);
	json_decref(j);
	json_decref(house_json(h, "/v1/monitors/shop/history?by=week", 422));
	j = house_json(h, "/v1/monitors/shop/history?since=40d&by=hour", 200);
	assert_in_range(json_array_size(json_path(j, "data.points")), 960, 962);
	json_decref(j);
}

static void uptime__says__how_much_of_each_window_was_known(void **state)
{
	struct house *h = *state;
	int64_t now = h->clock.wall_ms;
	uint64_t id = past_monitor(h, "shop", "");
	past_add(h, id, now - 12 * HOUR, now - 6 * HOUR, OUTCOME_UP, 100000);
	past_add(h, id, now - 6 * HOUR, now - 3 * HOUR, OUTCOME_UNKNOWN, -1);
	past_add(h, id, now - 3 * HOUR, now - 2 * HOUR, OUTCOME_MAINTENANCE, -1);
	past_add(h, id, now - 2 * HOUR, now, OUTCOME_DOWN, -1);
	json_t *j = house_json(h, "/v1/monitors/shop/history?since=24h", 200);
	const json_t *day = json_path(j, "data.uptime.24h"),
		     *year = json_path(j, "data.uptime.365d");
	assert_int_equal((int)(json_num(day, "pct", 0) * 1000 + 0.5), 75000);
	assert_int_equal((int)(json_num(day, "known_pct", 0) * 1000 + 0.5), 33333);
	assert_int_equal(json_int(day, "down_s", 0), 7200);
	assert_int_equal((int)(json_num(year, "pct", 0) * 1000 + 0.5), 75000);
	assert_int_equal((int)(json_num(year, "known_pct", 0) * 1000 + 0.5), 91);
	json_decref(j);
}

static void uptime__of_a_year__counts_what_lies_a_year_back(void **state)
{
	struct house *h = *state;
	int64_t now = h->clock.wall_ms;
	uint64_t id = past_monitor(h, "shop", "");
	past_add(h, id, now - 360 * DAY, now - 180 * DAY, OUTCOME_DOWN, -1);
	past_add(h, id, now - 180 * DAY, now, OUTCOME_UP, 100000);
	past_settle(h);
	json_t *j = house_json(h, "/v1/monitors/shop/history?since=365d&by=day", 200);
	assert_int_equal(json_array_size(json_path(j, "data.points")), 366);
	assert_in_range((int)(json_num(json_path(j, "data.uptime.365d"), "pct", 0) * 10), 499, 501);
	assert_in_range((int)json_num(json_path(j, "data.uptime.90d"), "pct", 0), 100, 100);
	json_decref(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		serving_test(history__by_day__has_whole_days_with_p99),
		serving_test(history__by_hour__refuses_more_rows_than_it_gives),
		serving_test(uptime__says__how_much_of_each_window_was_known),
		serving_test(uptime__of_a_year__counts_what_lies_a_year_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
