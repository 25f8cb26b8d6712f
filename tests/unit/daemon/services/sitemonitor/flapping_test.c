#include "daemon/services/sitemonitor/flapping.h"

#include "tests/unit/daemon/services/sitemonitor/house.h"

HOUSE_DEFINITIONS

static void share__weighs_the_newest_most(void **state)
{
	assert_int_equal(flap_share(0), 0);
	assert_int_equal(flap_share((1U << FLAP_CHANGES) - 1), 1000);
	assert_int_equal(flap_share(1), 60);                        /* 1.2 of 20 */
	assert_int_equal(flap_share(1U << (FLAP_CHANGES - 1)), 40); /* 0.8 of 20 */
	for (unsigned i = 1; i < FLAP_CHANGES; i++)
		assert_true(flap_share(1U << i) <= flap_share(1U << (i - 1)));
}

static void add__forgets_what_is_older_than_21_results(void **state)
{
	uint32_t recent = 0;
	for (int i = 0; i < 50; i++)
		recent = flap_add(recent, true);
	assert_int_equal(flap_count(recent), FLAP_CHANGES);
	for (int i = 0; i < FLAP_CHANGES - 1; i++)
		recent = flap_add(recent, false);
	assert_int_equal(recent, 1U << (FLAP_CHANGES - 1));
	assert_int_equal(flap_add(recent, false), 0);
}

static void judge__begins_high_and_ends_low(void **state)
{
	uint32_t recent = 0;
	bool flapping = false;
	int begun = 0, ended = 0;
	for (int i = 1; !flapping; i++, begun = i - 1)
		flapping = flap_judge(recent = flap_add(recent, true), flapping);
	assert_int_equal(begun, 6);
	/* What would not begin it does not end it either. */
	assert_true(flap_judge(1 | 1 << 5, true));
	assert_false(flap_judge(1 | 1 << 5, false));
	for (; flapping; ended++)
		flapping = flap_judge(recent = flap_add(recent, false), flapping);
	assert_in_range(ended, 15, 20);
}

/* ---- in the service ------------------------------------------------------------------------- */

static const char shop[] =
	"{\"type\":\"http\",\"target\":\"http://127.0.0.1:8080/\",\"interval\":\"60s\","
	"\"failures\":%d,\"recoveries\":%d,\"retry_interval\":\"20s\"}";

static uint64_t put_shop(struct house *h, int failures, int recoveries)
{
	char spec[256];
	told.outcome = OUTCOME_UP;
	snprintf(spec, sizeof(spec), shop, failures, recoveries);
	return house_put(h, "shop", spec);
}

/* Good and bad in turn for half an hour; the last is good. */
static void alternate(struct house *h, uint64_t id)
{
	int64_t until = h->clock.boot_us + 30LL * 60 * 1000 * 1000;
	while (h->clock.boot_us < until) {
		house_check(h, id, OUTCOME_DOWN);
		house_check(h, id, OUTCOME_UP);
	}
}

static void keep_at(struct house *h, uint64_t id, enum outcome outcome)
{
	for (int i = 0; i < 25; i++)
		house_check(h, id, outcome);
	house_write(h);
}

static int64_t events(struct house *h, const char *topic)
{
	char sql[160];
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM events WHERE topic LIKE 'monitor.%s'",
		 topic);
	return house_number(h, sql);
}

static void alternating__for_half_an_hour__is_down_flapping_stable(void **state)
{
	struct house *h = *state;
	uint64_t id = put_shop(h, 1, 2);
	house_check(h, id, OUTCOME_UP);
	alternate(h, id);
	struct shown s = house_shown(h, id);
	assert_int_equal(s.state, STATE_FLAPPING);
	assert_true(s.incident != 0);
	assert_non_null(strstr(s.reason, "20 changes in the last 20 checks; now up"));
	house_write(h);
	assert_int_equal(events(h, "%"), 3); /* up, down, flapping */
	keep_at(h, id, OUTCOME_UP);
	s = house_shown(h, id);
	assert_int_equal(s.state, STATE_UP);
	assert_null(s.reason);
	assert_int_equal(events(h, "%"), 4);
	assert_int_equal(events(h, "down"), 1);
	assert_int_equal(events(h, "flapping"), 1);
	assert_int_equal(events(h, "stable"), 1);
	assert_int_equal(house_number(h, "SELECT count(*) FROM incident"), 1);
	assert_int_equal(house_number(h, "SELECT closed_ms IS NOT NULL FROM incident"), 1);
	assert_int_equal(
		house_number(h, "SELECT text LIKE 'shop is stable again: it is up after %' FROM"
				" events WHERE topic = 'monitor.stable'"),
		1);
}

static void flapping__that_ends_down__says_so_and_is_one_incident(void **state)
{
	struct house *h = *state;
	uint64_t id = put_shop(h, 3, 2);
	house_check(h, id, OUTCOME_UP);
	alternate(h, id);
	assert_int_equal(house_shown(h, id).state, STATE_FLAPPING);
	assert_int_equal(house_shown(h, id).incident, 0); /* never three in a row */
	house_check(h, id, OUTCOME_DOWN);
	int64_t first_bad = h->clock.wall_ms;
	keep_at(h, id, OUTCOME_DOWN);
	assert_int_equal(house_shown(h, id).state, STATE_DOWN);
	assert_int_equal(events(h, "down"), 0);
	assert_int_equal(events(h, "flapping"), 1);
	assert_int_equal(house_number(h,
				      "SELECT severity FROM events WHERE topic = 'monitor.stable'"
				      " AND text = 'shop is stable again: it is down: down'"),
			 SEVERITY_CRITICAL);
	assert_int_equal(house_number(h, "SELECT count(*) FROM incident"), 1);
	assert_int_equal(house_number(h, "SELECT opened_ms FROM incident"), first_bad);
	keep_at(h, id, OUTCOME_UP);
	assert_int_equal(events(h, "up"), 2); /* of the first answer, and of the recovery */
	assert_int_equal(house_number(h, "SELECT closed_ms > opened_ms FROM incident"), 1);
}

static void restart__while_flapping__goes_on_and_tells_nothing_twice(void **state)
{
	struct house *h = *state;
	uint64_t id = put_shop(h, 1, 2);
	house_check(h, id, OUTCOME_UP);
	alternate(h, id);
	house_write(h);
	struct shown before = house_shown(h, id);
	house_crash(h);
	struct shown after = house_shown(h, id);
	assert_int_equal(after.state, STATE_FLAPPING);
	assert_int_equal(after.since.wall_ms, before.since.wall_ms);
	assert_int_equal(after.incident, before.incident);
	house_check(h, id, OUTCOME_DOWN);
	house_check(h, id, OUTCOME_UP);
	keep_at(h, id, OUTCOME_UP);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	assert_int_equal(events(h, "flapping"), 1);
	assert_int_equal(events(h, "stable"), 1);
	assert_int_equal(house_number(h, "SELECT count(*) FROM incident"), 1);
}

static void flapping__needs_a_person__and_is_checked_as_often_as_a_failure(void **state)
{
	struct house *h = *state;
	struct attention lines[4];
	size_t total = 0;
	uint64_t id = put_shop(h, 3, 2);
	house_check(h, id, OUTCOME_UP);
	alternate(h, id);
	assert_in_range(house_shown(h, id).next_boot_ms - h->clock.boot_us / 1000, 1, 22000);
	assert_int_equal(service_sitemonitor.attention(h->sm, lines, 4, &total), 1);
	assert_string_equal(lines[0].word, "FLAPS");
	assert_non_null(strstr(lines[0].text, " changes in the last 20 checks"));
}

static void heartbeat__never_flaps(void **state)
{
	struct rules r = {.failures = 1, .recoveries = 1};
	struct track t = {0};
	for (int i = 0; i < 40; i++) {
		struct moment at = {.wall_ms = i, .boot_ms = i};
		track_step(&t, &r, i % 2 ? OUTCOME_DOWN : OUTCOME_UP, at);
		assert_int_equal(track_state(&t, &r), i % 2 ? STATE_DOWN : STATE_UP);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(share__weighs_the_newest_most),
		cmocka_unit_test(add__forgets_what_is_older_than_21_results),
		cmocka_unit_test(judge__begins_high_and_ends_low),
		cmocka_unit_test_setup_teardown(
			alternating__for_half_an_hour__is_down_flapping_stable, house_setup,
			house_teardown),
		cmocka_unit_test_setup_teardown(
			flapping__that_ends_down__says_so_and_is_one_incident, house_setup,
			house_teardown),
		cmocka_unit_test_setup_teardown(
			restart__while_flapping__goes_on_and_tells_nothing_twice, house_setup,
			house_teardown),
		cmocka_unit_test_setup_teardown(
			flapping__needs_a_person__and_is_checked_as_often_as_a_failure, house_setup,
			house_teardown),
		cmocka_unit_test(heartbeat__never_flaps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
