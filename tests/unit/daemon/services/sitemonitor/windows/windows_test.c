#include "tests/unit/daemon/services/sitemonitor/house.h"

#include "shared/timefmt.h"

HOUSE_DEFINITIONS

enum { MINUTE_MS = 60000 };

static const char shop[] =
	"{\"type\":\"http\",\"target\":\"http://127.0.0.1:8080/\",\"interval\":\"60s\","
	"\"failures\":3,\"retry_interval\":\"20s\",\"tags\":[\"eu\",\"shop\"]}";

/* A window for a tag, so many minutes from now, so many long. */
static uint64_t put_window(struct house *h, const char *tag, int in_min, int for_min)
{
	struct error e = {0};
	char start[TIME_TEXT], spec[256];
	struct house_put p = {.put = {.kind = &resource_maintenance,
				      .mode = PUT_UPSERT,
				      .name = "night",
				      .labels = "{}",
				      .spec = spec}};
	snprintf(spec, sizeof(spec), "{\"tags\":[\"%s\"],\"start\":\"%s\",\"for\":\"%dm\"}", tag,
		 time_rfc3339(start, h->clock.wall_ms + in_min * MINUTE_MS), for_min);
	if (store_run(h->store.store, OP_PEOPLE, house_put_run, &p, &e))
		fail_msg("%s", e.text);
	uint64_t id = p.put.result->id;
	resource_unref(p.put.result);
	house_drain(h);
	house_pass(h, 2);
	return id;
}

static enum err delete_run(struct txn *t, void *arg, struct error *e)
{
	return resource_delete(t, &resource_maintenance, *(uint64_t *)arg, 0, NULL, e);
}

static void delete_window(struct house *h, uint64_t id)
{
	struct error e = {0};
	if (store_run(h->store.store, OP_PEOPLE, delete_run, &id, &e))
		fail_msg("%s", e.text);
	house_drain(h);
	house_pass(h, 2);
}

static int64_t events(struct house *h, const char *topic)
{
	char sql[128];
	house_write(h);
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM events WHERE topic = '%s'", topic);
	return house_number(h, sql);
}

static void answers(struct house *h, uint64_t id, enum outcome outcome, int times)
{
	for (int i = 0; i < times; i++)
		house_check(h, id, outcome);
}

static void down__inside_and_still_at_the_end__is_told_then_with_its_true_start(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	put_window(h, "shop", 0, 30);
	assert_int_equal(house_shown(h, id).state, STATE_MAINTENANCE);
	assert_non_null(strstr(house_shown(h, id).reason, ": night"));
	answers(h, id, OUTCOME_UP, 2);
	house_check(h, id, OUTCOME_DOWN);
	int64_t first_bad = h->clock.wall_ms;
	answers(h, id, OUTCOME_DOWN, 5);
	assert_int_equal(house_shown(h, id).state, STATE_MAINTENANCE);
	assert_int_equal(events(h, "monitor.down"), 0);
	house_pass(h, 31 * MINUTE_MS);
	struct shown s = house_shown(h, id);
	assert_int_equal(s.state, STATE_DOWN);
	assert_int_equal(s.since.wall_ms, first_bad);
	assert_string_equal(s.reason, "down");
	assert_int_equal(events(h, "monitor.down"), 1);
	assert_int_equal(events(h, "monitor.still_down"), 0);
	assert_int_equal(house_number(h, "SELECT count(*) FROM incident"), 1);
	assert_int_equal(house_number(h, "SELECT opened_ms FROM incident"), first_bad);
	assert_int_equal(events(h, "maintenance.started"), 1);
	assert_int_equal(events(h, "maintenance.ended"), 1);
	house_pass(h, 10 * MINUTE_MS);
	assert_int_equal(events(h, "monitor.down"), 1);
	answers(h, id, OUTCOME_UP, 2);
	assert_int_equal(events(h, "monitor.up"), 2);
}

static void down__and_back_inside__is_recorded_and_not_told(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	int64_t up = events(h, "monitor.up");
	put_window(h, "shop", 0, 30);
	answers(h, id, OUTCOME_DOWN, 4);
	answers(h, id, OUTCOME_UP, 4);
	house_pass(h, 31 * MINUTE_MS);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	assert_int_equal(events(h, "monitor.down"), 0);
	assert_int_equal(events(h, "monitor.up"), up);
	assert_int_equal(house_number(h, "SELECT count(*) FROM incident WHERE closed_ms > 0"), 1);
}

static void down_before__and_back_inside__is_told_at_the_end(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	answers(h, id, OUTCOME_DOWN, 4);
	assert_int_equal(events(h, "monitor.down"), 1);
	put_window(h, "shop", 0, 30);
	answers(h, id, OUTCOME_UP, 3);
	assert_int_equal(events(h, "monitor.up"), 1); /* the first ever */
	house_crash(h);
	house_pass(h, 31 * MINUTE_MS);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	assert_int_equal(events(h, "monitor.up"), 2);
	assert_int_equal(events(h, "monitor.down"), 1);
}

static void down_before__and_still_at_the_end__is_told_once(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	answers(h, id, OUTCOME_DOWN, 4);
	put_window(h, "shop", 0, 30);
	house_pass(h, 31 * MINUTE_MS);
	assert_int_equal(house_shown(h, id).state, STATE_DOWN);
	assert_int_equal(events(h, "monitor.down"), 1);
	assert_int_equal(events(h, "monitor.still_down"), 0);
}

static void crash__in_a_window__tells_the_same_at_its_end(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	put_window(h, "shop", 0, 30);
	house_check(h, id, OUTCOME_DOWN);
	int64_t first_bad = h->clock.wall_ms;
	answers(h, id, OUTCOME_DOWN, 4);
	house_write(h);
	house_crash(h);
	house_pass(h, 2);
	assert_int_equal(house_shown(h, id).state, STATE_MAINTENANCE);
	assert_int_equal(events(h, "maintenance.started"), 1);
	house_pass(h, 31 * MINUTE_MS);
	assert_int_equal(house_shown(h, id).state, STATE_DOWN);
	assert_int_equal(house_shown(h, id).since.wall_ms, first_bad);
	assert_int_equal(events(h, "monitor.down"), 1);
	assert_int_equal(house_number(h, "SELECT count(*) FROM incident"), 1);
	assert_int_equal(events(h, "maintenance.ended"), 1);
}

static void window__opens_and_closes__at_its_time_for_its_tag_alone(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	uint64_t other = house_put(
		h, "other", "{\"type\":\"http\",\"target\":\"http://a/\",\"tags\":[\"shops\"]}");
	put_window(h, "shop", 10, 5);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	house_pass(h, 10 * MINUTE_MS);
	assert_int_equal(house_shown(h, id).state, STATE_MAINTENANCE);
	assert_int_equal(house_shown(h, other).state, STATE_UP);
	house_pass(h, 5 * MINUTE_MS);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	assert_null(house_shown(h, id).reason);
}

static void changes__apply_at_once(void **state)
{
	struct house *h = *state;
	static const char untagged[] = "{\"type\":\"http\",\"target\":\"http://127.0.0.1:8080/\"}";
	uint64_t id = house_put(h, "shop", shop);
	uint64_t window = put_window(h, "shop", 0, 30);
	house_put(h, "shop", untagged);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	house_put(h, "shop", shop);
	assert_int_equal(house_shown(h, id).state, STATE_MAINTENANCE);
	put_window(h, "other", 0, 30);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	put_window(h, "eu", 0, 30);
	assert_int_equal(house_shown(h, id).state, STATE_MAINTENANCE);
	delete_window(h, window);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	assert_int_equal(events(h, "maintenance.ended"), 1);
}

static void pause__goes_before_a_window(void **state)
{
	struct house *h = *state;
	static const char paused[] = "{\"type\":\"http\",\"target\":\"http://127.0.0.1:8080/\","
				     "\"paused\":true,\"tags\":[\"shop\"]}";
	uint64_t id = house_put(h, "shop", paused);
	put_window(h, "shop", 0, 30);
	assert_int_equal(house_shown(h, id).state, STATE_PAUSED);
	house_put(h, "shop", shop);
	assert_int_equal(house_shown(h, id).state, STATE_MAINTENANCE);
	house_put(h, "shop", paused);
	assert_int_equal(house_shown(h, id).state, STATE_PAUSED);
	house_pass(h, 31 * MINUTE_MS);
	assert_int_equal(house_shown(h, id).state, STATE_PAUSED);
}

static void time_inside__counts_neither_for_nor_against(void **state)
{
	struct house *h = *state;
	struct series_summary sum;
	uint64_t id = house_put(h, "shop", shop);
	answers(h, id, OUTCOME_UP, 5);
	put_window(h, "shop", 0, 60);
	answers(h, id, OUTCOME_DOWN, 20);
	house_write(h);
	assert_true(series_summary(h->store.store, id, &sum));
	assert_true(sum.known_24h_ms > 0 && sum.known_24h_ms < 7 * MINUTE_MS);
	assert_int_equal(sum.up_24h_ms, sum.known_24h_ms);
	assert_true(house_shown(h, id).last_ms > h->clock.wall_ms - 2 * MINUTE_MS);
}

static void set_clock(void *arg)
{
	struct house *h = arg;
	h->clock.wall_ms += 20 * MINUTE_MS;
	steps_look(h->sm);
}

static void clock_set_forward__opens_what_is_due_then(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	put_window(h, "shop", 15, 30);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	loop_call(h->d.net, set_clock, h);
	house_pass(h, 2);
	assert_int_equal(house_shown(h, id).state, STATE_MAINTENANCE);
	house_pass(h, 25 * MINUTE_MS);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
}

static void end__is_for_good(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	put_window(h, "shop", 0, 30);
	assert_int_equal(house_ask(h, "POST", "/v1/maintenance/night/end", "", NULL, 0), 200);
	house_drain(h);
	house_pass(h, 2);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	assert_int_equal(house_ask(h, "POST", "/v1/maintenance/night/end", "", NULL, 0), 422);
	house_write(h);
	house_crash(h);
	house_pass(h, 2);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
}

static void preview__shows__the_next_ones(void **state)
{
	struct house *h = *state;
	char body[2048];
	put_window(h, "shop", 10, 30);
	assert_int_equal(
		house_ask(h, "GET", "/v1/maintenance/night/preview?count=0", NULL, NULL, 0), 422);
	assert_int_equal(house_ask(h, "GET", "/v1/maintenance/other/preview", NULL, NULL, 0), 404);
	assert_int_equal(
		house_ask(h, "GET", "/v1/maintenance/night/preview", NULL, body, sizeof(body)),
		200);
	assert_non_null(strstr(body, "\"for\":\"30m\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		house_test(down__inside_and_still_at_the_end__is_told_then_with_its_true_start),
		house_test(down__and_back_inside__is_recorded_and_not_told),
		house_test(down_before__and_back_inside__is_told_at_the_end),
		house_test(down_before__and_still_at_the_end__is_told_once),
		house_test(crash__in_a_window__tells_the_same_at_its_end),
		house_test(window__opens_and_closes__at_its_time_for_its_tag_alone),
		house_test(changes__apply_at_once),
		house_test(pause__goes_before_a_window),
		house_test(time_inside__counts_neither_for_nor_against),
		house_test(clock_set_forward__opens_what_is_due_then),
		serving_test(end__is_for_good),
		serving_test(preview__shows__the_next_ones),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
