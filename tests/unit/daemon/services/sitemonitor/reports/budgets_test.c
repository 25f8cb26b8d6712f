#include "daemon/services/sitemonitor/reports/budgets.h"
#include "tests/unit/daemon/services/sitemonitor/past.h"

HOUSE_DEFINITIONS

static const char slo[] = ",\"slo\":\"99.9\",\"failures\":3";

static int64_t events(struct house *h, const char *topic)
{
	char sql[128];
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM events WHERE topic = '%s'", topic);
	return house_number(h, sql);
}

static void measure(struct house *h)
{
	budgets_measure_all(h->sm);
}

static struct budget budget_of(struct house *h, uint64_t id)
{
	struct shown s = house_shown(h, id);
	assert_non_null(s.budget);
	return s.budget->now;
}

/* Seen by the minute for a month, the last down_ms of it down. */
static uint64_t shop(struct house *h, int64_t down_ms)
{
	int64_t now = h->clock.wall_ms - h->clock.wall_ms % MINUTE;
	uint64_t id = past_monitor(h, "shop", slo);
	past_add(h, id, now - 29 * DAY, now - DAY, OUTCOME_UP, 100000);
	past_add(h, id, now - DAY, now - down_ms, OUTCOME_UP, 100000);
	past_add(h, id, now - down_ms, now, OUTCOME_DOWN, -1);
	past_settle(h);
	return id;
}

static void budget__used_up__is_told_once(void **state)
{
	struct house *h = *state;
	uint64_t id = shop(h, 45 * MINUTE);
	measure(h);
	struct budget b = budget_of(h, id);
	assert_int_equal(b.state, BUDGET_EXHAUSTED);
	assert_int_equal(b.used_ms, 45 * MINUTE);
	assert_int_equal(b.allowed_ms, 43 * MINUTE + 12000);
	assert_in_range(b.burn_1h, 75000, 76300); /* 45 of 59 to 60 minutes at 0.1 % */
	measure(h);
	assert_int_equal(events(h, "slo.exhausted"), 1);
	assert_int_equal(events(h, "slo.burning"), 0);
}

static void budget__that_burns__then_recovers__has_two_events(void **state)
{
	struct house *h = *state;
	uint64_t id = shop(h, 4 * MINUTE);
	measure(h);
	assert_int_equal(budget_of(h, id).state, BUDGET_BURNING);
	assert_int_equal(events(h, "slo.burning"), 1);
	int64_t now = h->clock.wall_ms;
	past_add(h, id, now, now + 8 * HOUR, OUTCOME_UP, 100000);
	h->clock.wall_ms += 8 * HOUR;
	measure(h);
	measure(h);
	assert_int_equal(budget_of(h, id).state, BUDGET_OK);
	assert_int_equal(events(h, "slo.ok"), 1);
	assert_int_equal(events(h, "slo.burning"), 1);
}

static void budget__of_unknown_time__uses_nothing(void **state)
{
	struct house *h = *state;
	int64_t now = h->clock.wall_ms;
	uint64_t id = past_monitor(h, "shop", slo);
	past_add(h, id, now - DAY, now - 6 * HOUR, OUTCOME_UNKNOWN, -1);
	past_add(h, id, now - 6 * HOUR, now - HOUR, OUTCOME_MAINTENANCE, -1);
	measure(h);
	assert_int_equal(budget_of(h, id).state, BUDGET_UNKNOWN);
	past_add(h, id, now - HOUR, now, OUTCOME_UP, 1000);
	measure(h);
	assert_int_equal(budget_of(h, id).state, BUDGET_OK);
	assert_int_equal(budget_of(h, id).used_ms, 0);
	assert_int_equal(house_number(h, "SELECT count(*) FROM events WHERE topic LIKE 'slo.%'"),
			 0);
}

static void budget__after_a_crash__is_not_told_again(void **state)
{
	struct house *h = *state;
	uint64_t id = shop(h, 45 * MINUTE);
	measure(h);
	house_crash(h);
	measure(h);
	assert_int_equal(budget_of(h, id).state, BUDGET_EXHAUSTED);
	assert_int_equal(events(h, "slo.exhausted"), 1);
}

static void promise__that_is_loosened__is_kept_again(void **state)
{
	struct house *h = *state;
	uint64_t id = shop(h, 45 * MINUTE);
	measure(h);
	house_put(h, "shop",
		  "{\"type\":\"http\",\"target\":\"http://127.0.0.1:8080/\",\"paused\":true,"
		  "\"slo\":\"90\",\"slo_window\":\"28d\",\"failures\":3}");
	measure(h);
	assert_int_equal(budget_of(h, id).state, BUDGET_OK);
	assert_int_equal(events(h, "slo.ok"), 1);
	house_put(h, "shop",
		  "{\"type\":\"http\",\"target\":\"http://127.0.0.1:8080/\",\"paused\":true}");
	assert_null(house_shown(h, id).budget);
}

static void budget__is_a_line__of_what_needs_you(void **state)
{
	struct house *h = *state;
	struct attention a = {0};
	struct budget b = {
		.state = BUDGET_EXHAUSTED, .slo = 99900, .allowed_ms = 1000, .used_ms = 1040};
	struct promise p = {.now = b, .measured_ms = 1, .since_ms = 5};
	struct shown s = {.state = STATE_UP, .budget = &p};
	(void)h;
	assert_true(budget_line(&s, &a));
	assert_string_equal(a.word, "BUDGET");
	assert_string_equal(a.text, "99.9 %: used 104 %");
	p.now.state = BUDGET_BURNING;
	p.now.burn_1h = 1447;
	assert_true(budget_line(&s, &a));
	assert_string_equal(a.text, "99.9 %: burns 14.4x over 1 h, used 104 %");
	p.now.state = BUDGET_OK;
	assert_false(budget_line(&s, &a));
	struct shown without = {.state = STATE_UP};
	assert_true(budget_rank(&s) < budget_rank(&without));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		house_test(budget__used_up__is_told_once),
		house_test(budget__that_burns__then_recovers__has_two_events),
		house_test(budget__of_unknown_time__uses_nothing),
		house_test(budget__after_a_crash__is_not_told_again),
		house_test(promise__that_is_loosened__is_kept_again),
		house_test(budget__is_a_line__of_what_needs_you),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
