#include "daemon/services/sitemonitor/rows.h"
#include "shared/timefmt.h"
#include "tests/unit/daemon/services/sitemonitor/past.h"

HOUSE_DEFINITIONS

static int64_t at(const char *text)
{
	int64_t ms = 0;
	assert_true(time_parse(text, &ms));
	return ms;
}

struct outage_row {
	uint64_t monitor;
	int64_t from_ms, until_ms; /* until 0: still open */
};

static enum err add_outage_run(struct txn *t, void *arg, struct error *e)
{
	const struct outage_row *o = arg;
	int64_t number = 0;
	struct incident_open row = {.id = txn_new_id(t),
				    .monitor = o->monitor,
				    .opened_ms = o->from_ms,
				    .confirmed_ms = o->from_ms,
				    .cause = "told",
				    .message = "told"};
	enum err err = incident_row_open(t, &row, &number, e);
	return err || !o->until_ms ? err
				   : incident_row_close(t, row.id, o->until_ms,
							o->until_ms - o->from_ms, &number, e);
}

static void add_outage(struct house *h, uint64_t monitor, int64_t from_ms, int64_t until_ms)
{
	struct error e = {0};
	struct outage_row o = {monitor, from_ms, until_ms};
	past_add(h, monitor, from_ms, until_ms ? until_ms : h->clock.wall_ms, OUTCOME_DOWN, -1);
	if (store_run(h->store.store, OP_PEOPLE, add_outage_run, &o, &e))
		fail_msg("%s", e.text);
}

static const json_t *row_of(const json_t *j, const char *name)
{
	size_t i;
	const json_t *row;
	json_array_foreach(json_path(j, "data.monitors"), i, row)
	{
		if (!strcmp(json_str(row, "monitor", ""), name))
			return row;
	}
	fail_msg("no row of %s", name);
	return NULL;
}

static void report__of_a_month__has_downtime_and_incidents(void **state)
{
	struct house *h = *state;
	int64_t from = at("2026-09-30T22:00:00Z"), until = at("2026-10-31T23:00:00Z");
	uint64_t id = past_monitor(h, "shop", ",\"slo\":\"99.9\"");
	/* One before the month that lasts into it, two within; the last minute of the month is up.
	 */
	int64_t first = from + 10 * DAY, second = from + 20 * DAY;
	past_add(h, id, from - DAY, from - HOUR, OUTCOME_UP, 100000);
	add_outage(h, id, from - HOUR, from + 10 * MINUTE);
	past_add(h, id, from + 10 * MINUTE, first, OUTCOME_UP, 100000);
	add_outage(h, id, first, first + 20 * MINUTE);
	past_add(h, id, first + 20 * MINUTE, second, OUTCOME_UP, 100000);
	add_outage(h, id, second, second + 40 * MINUTE);
	past_add(h, id, second + 40 * MINUTE, until, OUTCOME_UP, 100000);
	past_settle(h);
	json_t *j = house_json(h, "/v1/reports/monitors?month=2026-10&zone=Europe/Berlin", 200);
	assert_false(json_bool(json_path(j, "data"), "so_far", true));
	const json_t *row = row_of(j, "shop");
	assert_int_equal(json_int(row, "down_ms", 0), 70 * MINUTE);
	assert_int_equal(json_int(row, "known_ms", 0), 31 * DAY + HOUR);
	assert_int_equal(json_int(row, "incidents", 0), 3);
	assert_int_equal(json_int(row, "longest_ms", 0), 40 * MINUTE);
	assert_int_equal(json_int(row, "mttr_ms", 0), (70 + 20 + 40) * MINUTE / 3);
	assert_int_equal(json_int(row, "mtbf_ms", 0), (31 * DAY + HOUR - 70 * MINUTE) / 2);
	assert_int_equal((int)(json_num(row, "uptime_pct", 0) * 1000 + 0.5), 99843);
	assert_true(json_bool(row, "exact", false));
	const json_t *budget = json_object_get(row, "budget");
	assert_string_equal(json_str(budget, "verdict", ""), "missed");
	assert_int_equal(json_int(budget, "allowed_ms", 0), 2682000); /* of 745 hours */
	assert_int_equal(json_int(budget, "used_ms", 0), 70 * MINUTE);
	json_decref(j);
	/* The same month of UTC is another. */
	j = house_json(h, "/v1/reports/monitors?month=2026-10", 200);
	row = row_of(j, "shop");
	assert_int_equal(json_int(row, "incidents", 0), 2);
	assert_int_equal(json_int(row, "down_ms", 0), 60 * MINUTE);
	json_decref(j);
}

static void report__of_this_month__is_so_far(void **state)
{
	struct house *h = *state;
	int64_t now = h->clock.wall_ms;
	uint64_t id = past_monitor(h, "shop", ",\"slo\":\"99\"");
	past_add(h, id, now - DAY, now - HOUR, OUTCOME_UP, 100000);
	add_outage(h, id, now - HOUR, 0);
	json_t *j = house_json(h, "/v1/reports/monitors?month=2026-11", 200);
	const json_t *row = row_of(j, "shop");
	assert_true(json_bool(json_path(j, "data"), "so_far", false));
	assert_int_equal(json_int(row, "incidents", 0), 1);
	assert_true(json_is_null(json_object_get(row, "mttr_ms")));
	assert_int_equal(json_int(row, "longest_ms", 0), HOUR);
	assert_true(json_num(row, "unknown_pct", 0) > 90);
	/* Of the whole month: 7 h 12 min may it be down. */
	assert_string_equal(json_str(json_object_get(row, "budget"), "verdict", ""), "kept");
	json_decref(j);
}

static void report__is_filtered__by_label_and_name(void **state)
{
	struct house *h = *state;
	past_monitor(h, "garden", "");
	past_monitor(h, "shop", "");
	json_t *j = house_json(h, "/v1/reports/monitors?since=1d", 200);
	assert_int_equal(json_array_size(json_path(j, "data.monitors")), 2);
	assert_true(json_is_null(json_object_get(row_of(j, "garden"), "uptime_pct")));
	json_decref(j);
	j = house_json(h, "/v1/reports/monitors?since=1d&name=shop&name=shop", 200);
	assert_int_equal(json_array_size(json_path(j, "data.monitors")), 1);
	json_decref(j);
	j = house_json(h, "/v1/reports/monitors?since=1d&filter[labels.owner]=mine", 200);
	assert_int_equal(json_array_size(json_path(j, "data.monitors")), 0);
	json_decref(j);
}

static void report__that_cannot_be__says_why(void **state)
{
	static const struct {
		const char *query;
		int status;
	} bad[] = {
		{"month=2026-13", 422},
		{"month=2026-12", 422}, /* has not begun */
		{"month=2026-10&zone=Mars/Base", 422},
		{"month=2026-10&since=1d", 422},
		{"since=1h&until=2h", 422},
		{"since=1h&filter[state]=up", 422},
		{"since=1h&name=none", 404},
	};
	char path[160];
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		snprintf(path, sizeof(path), "/v1/reports/monitors?%s", bad[i].query);
		json_decref(house_json(*state, path, bad[i].status));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		serving_test(report__of_a_month__has_downtime_and_incidents),
		serving_test(report__of_this_month__is_so_far),
		serving_test(report__is_filtered__by_label_and_name),
		serving_test(report__that_cannot_be__says_why),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
