#include "tests/unit/daemon/services/sitemonitor/house.h"

#include "tests/fakes/fault_vfs.h"

HOUSE_DEFINITIONS

static const char shop[] =
	"{\"type\":\"http\",\"target\":\"http://127.0.0.1:8080/\",\"interval\":\"60s\","
	"\"failures\":3,\"retry_interval\":\"20s\"}";

static void create__checks_at_once(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	struct shown s = house_shown(h, id);
	assert_int_equal(told.started, 1);
	assert_int_equal(s.state, STATE_UP);
	assert_int_equal(s.last_us, 34000);
	assert_in_range(s.next_boot_ms - h->clock.boot_us / 1000, 1, 60000);
	house_write(h);
	assert_int_equal(house_number(h, "SELECT count(*) FROM events WHERE topic = 'monitor.up'"),
			 1);
}

static void outage__is_one_incident__from_first_bad_to_first_good(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	snprintf(told.evidence, sizeof(told.evidence), "{\"status\":200,\"server\":\"a\"}");
	house_check(h, id, OUTCOME_UP);
	snprintf(told.evidence, sizeof(told.evidence), "{\"status\":502,\"server\":\"b\"}");
	house_check(h, id, OUTCOME_DOWN);
	int64_t first_bad = h->clock.wall_ms;
	assert_int_equal(house_shown(h, id).state, STATE_PENDING);
	assert_int_equal(house_shown(h, id).since.wall_ms, first_bad);
	assert_in_range(house_shown(h, id).next_boot_ms - h->clock.boot_us / 1000, 20000, 22000);
	house_check(h, id, OUTCOME_DOWN);
	house_check(h, id, OUTCOME_DOWN);
	int64_t confirmed = h->clock.wall_ms;
	struct shown s = house_shown(h, id);
	assert_int_equal(s.state, STATE_DOWN);
	assert_int_equal(s.since.wall_ms, first_bad);
	assert_true(s.incident != 0);
	house_check(h, id, OUTCOME_UP);
	int64_t first_good = h->clock.wall_ms;
	assert_int_equal(house_shown(h, id).state, STATE_DOWN);
	house_check(h, id, OUTCOME_UP);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	assert_int_equal(house_shown(h, id).since.wall_ms, first_good);
	house_write(h);
	assert_int_equal(house_number(h, "SELECT count(*) FROM incident"), 1);
	assert_int_equal(house_number(h, "SELECT opened_ms FROM incident"), first_bad);
	assert_int_equal(house_number(h, "SELECT confirmed_ms FROM incident"), confirmed);
	assert_int_equal(house_number(h, "SELECT closed_ms FROM incident"), first_good);
	assert_int_equal(house_number(h, "SELECT duration_ms FROM incident"),
			 first_good - first_bad);
	assert_int_equal(house_number(h, "SELECT failures FROM incident"), 3);
	assert_int_equal(
		house_number(h,
			     "SELECT good LIKE '%\"a\"%' AND evidence LIKE '%502%' FROM incident"),
		1);
	assert_int_equal(
		house_number(h, "SELECT count(*) FROM events WHERE topic = 'monitor.down'"
				" AND text = 'shop is down: down, 3 of 3 checks' AND severity = 2"),
		1);
	assert_int_equal(house_number(h, "SELECT count(*) FROM events WHERE topic = 'monitor.up'"),
			 2);
}

static void crash__in_an_outage__keeps_incident_start_and_streak(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	for (int i = 0; i < 7; i++)
		house_check(h, id, OUTCOME_DOWN);
	house_write(h);
	struct shown before = house_shown(h, id);
	house_crash(h);
	struct shown after = house_shown(h, id);
	assert_int_equal(after.state, STATE_DOWN);
	assert_int_equal(after.since.wall_ms, before.since.wall_ms);
	assert_int_equal(after.since.boot_ms, before.since.boot_ms);
	assert_int_equal(after.incident, before.incident);
	assert_int_equal(after.fails, 7);
	assert_string_equal(after.reason, "down");
	assert_true(after.seq != 0);
	assert_int_equal(after.seq, before.seq);
	assert_int_equal(after.last_ms, before.last_ms);
	house_check(h, id, OUTCOME_DOWN);
	house_check(h, id, OUTCOME_UP);
	house_check(h, id, OUTCOME_UP);
	house_write(h);
	assert_int_equal(
		house_number(h, "SELECT count(*) FROM events WHERE topic = 'monitor.down'"), 1);
	assert_int_equal(house_number(h, "SELECT count(*) FROM incident"), 1);
	assert_int_equal(house_number(h, "SELECT count(*) FROM incident WHERE closed_ms IS NULL"),
			 0);
}

static void crash__between_failures__goes_on_counting(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	snprintf(told.evidence, sizeof(told.evidence), "{\"status\":200}");
	house_check(h, id, OUTCOME_UP);
	snprintf(told.evidence, sizeof(told.evidence), "{\"status\":500}");
	house_check(h, id, OUTCOME_DOWN);
	int64_t first_bad = h->clock.wall_ms;
	house_check(h, id, OUTCOME_DOWN);
	house_write(h);
	house_crash(h);
	assert_int_equal(house_shown(h, id).state, STATE_PENDING);
	snprintf(told.evidence, sizeof(told.evidence), "{\"status\":503}");
	house_check(h, id, OUTCOME_DOWN);
	assert_int_equal(house_shown(h, id).state, STATE_DOWN);
	house_write(h);
	assert_int_equal(house_number(h, "SELECT opened_ms FROM incident"), first_bad);
	assert_int_equal(
		house_number(h, "SELECT evidence LIKE '%500%' AND good LIKE '%200%' FROM incident"),
		1);
}

static void absence__is_unknown__until_the_next_check_and_without_an_event(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	house_check(h, id, OUTCOME_UP);
	house_write(h);
	int64_t events = house_number(h, "SELECT count(*) FROM events");
	int64_t last = house_shown(h, id).last_ms;
	house_close(h);
	h->clock.boot_us += 3600000000;
	h->clock.wall_ms += 3600000;
	house_open(h);
	assert_int_equal(house_shown(h, id).state, STATE_UNKNOWN);
	assert_int_equal(house_shown(h, id).since.wall_ms, last);
	house_check(h, id, OUTCOME_UP);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	house_write(h);
	assert_int_equal(house_number(h, "SELECT count(*) FROM events"), events);
}

static void clock__one_hour_back_and_forth__changes_nothing(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	house_check(h, id, OUTCOME_UP);
	house_write(h);
	int64_t events = house_number(h, "SELECT count(*) FROM events");
	static const int64_t steps[] = {-3600000, 3600000, 3600000, -3600000};
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		h->clock.wall_ms += steps[i];
		for (int k = 0; k < 3; k++)
			house_check(h, id, OUTCOME_UP);
		struct shown s = house_shown(h, id);
		assert_int_equal(s.state, STATE_UP);
		assert_true(shown_since_ms(h->sm, &s) <= h->clock.wall_ms);
	}
	house_write(h);
	assert_int_equal(house_number(h, "SELECT count(*) FROM events"), events);
	/* An outage over which the clock goes back an hour. */
	for (int i = 0; i < 3; i++)
		house_check(h, id, OUTCOME_DOWN);
	h->clock.wall_ms -= 3600000;
	house_check(h, id, OUTCOME_UP);
	house_check(h, id, OUTCOME_UP);
	house_write(h);
	assert_in_range(house_number(h, "SELECT duration_ms FROM incident"), 40000, 120000);
	assert_true(house_number(h, "SELECT closed_ms >= opened_ms FROM incident"));
}

static void sleep__is_unknown__and_what_timed_out_in_it_says_nothing(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	house_check(h, id, OUTCOME_UP);
	told.hold = true;
	house_check(h, id, OUTCOME_DOWN);
	assert_int_equal(told.n_held, 1);
	house_sleep(h, 7200000);
	assert_int_equal(house_shown(h, id).state, STATE_UNKNOWN);
	told.hold = false;
	told.n_held = 0;
	loop_call(h->d.net, told_end, told.held[0]);
	assert_int_equal(house_shown(h, id).last_outcome, OUTCOME_UNKNOWN);
	house_check(h, id, OUTCOME_UP);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	house_write(h);
	assert_int_equal(house_number(h, "SELECT count(*) FROM incident"), 0);
	assert_int_equal(house_number(h, "SELECT count(*) FROM events WHERE topic <> 'monitor.up'"),
			 0);
}

static void pause__ends_the_incident__and_resume_judges_anew(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	for (int i = 0; i < 3; i++)
		house_check(h, id, OUTCOME_DOWN);
	house_put(h, "shop",
		  "{\"type\":\"http\",\"target\":\"http://127.0.0.1:8080/\",\"interval\":\"60s\","
		  "\"failures\":3,\"retry_interval\":\"20s\",\"paused\":true}");
	assert_int_equal(house_shown(h, id).state, STATE_PAUSED);
	assert_int_equal(house_shown(h, id).next_boot_ms, 0);
	unsigned started = told.started;
	house_pass(h, 600000);
	assert_int_equal(told.started, started);
	house_write(h);
	assert_int_equal(house_number(h, "SELECT count(*) FROM incident WHERE closed_ms IS NULL"),
			 0);
	house_crash(h);
	assert_int_equal(house_shown(h, id).state, STATE_PAUSED);
	told.outcome = OUTCOME_UP;
	house_put(h, "shop", shop);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	house_write(h);
	assert_int_equal(
		house_number(
			h,
			"SELECT count(*) FROM events WHERE topic IN ('monitor.paused','monitor.resumed')"),
		2);
}

static void change__checks_at_once__and_keeps_the_history(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	house_check(h, id, OUTCOME_UP);
	int64_t since = house_shown(h, id).since.wall_ms;
	unsigned started = told.started;
	told.hold = true;
	house_check(h, id, OUTCOME_UP); /* one is under way */
	told.hold = false;
	house_put(h, "shop",
		  "{\"type\":\"http\",\"target\":\"http://127.0.0.1:8081/\",\"failures\":1}");
	assert_int_equal(told.started, started + 2);
	assert_int_equal(told.running, 0);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	assert_int_equal(house_shown(h, id).since.wall_ms, since);
	assert_int_equal(house_shown(h, id).rules.failures, 1);
	assert_int_equal(house_shown(h, id).last_outcome, OUTCOME_UP);
}

static void delete__forgets_everything(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop), other = house_put(h, "other", shop);
	for (int i = 0; i < 3; i++) {
		house_check(h, id, OUTCOME_DOWN);
		house_check(h, other, OUTCOME_UP);
	}
	house_write(h);
	told.hold = true;
	house_check(h, id, OUTCOME_UP); /* one is under way */
	house_delete(h, id);
	told.hold = false;
	house_write(h);
	struct series_summary sum;
	assert_null(house_shown(h, id).type);
	assert_int_equal(house_number(h, "SELECT count(*) FROM incident"), 0);
	assert_int_equal(house_number(h, "SELECT count(*) FROM monitor_state"), 1);
	assert_false(series_summary(h->store.store, id, &sum));
	assert_true(series_summary(h->store.store, other, &sum));
	house_crash(h);
	assert_false(series_summary(h->store.store, id, &sum));
	assert_int_equal(h->sm->table.n, 1);
}

static void start__spreads_what_is_overdue__and_never_runs_one_twice(void **state)
{
	enum { MONITORS = 300 };
	struct house *h = *state;
	char name[32], spec[160];
	told.hold = true;              /* none has ever answered */
	for (int i = 0; i < 60; i++) { /* told holds 64 */
		snprintf(name, sizeof(name), "m%d", i);
		snprintf(spec, sizeof(spec),
			 "{\"type\":\"http\",\"target\":\"http://127.0.0.1:%d/\"}", 1000 + i / 10);
		house_put(h, name, spec);
	}
	assert_int_equal(told.running, 48); /* six hosts, eight each */
	house_pass(h, 120000);
	assert_int_equal(told.running, 48);
	assert_int_equal(told.most, 48);
	told.hold = false;
	house_crash(h);
	told.running = told.started = 0;
	unsigned most_at_once = 0;
	for (int second = 0; second < 61; second++) {
		unsigned before = told.started;
		house_pass(h, 1000);
		if (told.started - before > most_at_once)
			most_at_once = told.started - before;
	}
	assert_in_range(told.started, 60, 130);
	assert_in_range(most_at_once, 1, 12);
}

static void flush__writes_no_row__while_nothing_is_decided_anew(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	for (int i = 0; i < 5; i++)
		house_check(h, id, OUTCOME_DOWN);
	house_write(h);
	int64_t rev = house_number(h, "SELECT rev FROM monitor_state");
	for (int i = 0; i < 10; i++)
		house_check(h, id, OUTCOME_DOWN);
	house_write(h);
	assert_int_equal(house_number(h, "SELECT rev FROM monitor_state"), rev);
}

/* No byte can be written for a while: checks and verdicts go on, and all is written afterwards. */
static void full_disk__keeps_what_happened__and_writes_it_later(void **state)
{
	struct house *h = *state;
	struct fault_vfs *fault = fault_vfs_register();
	house_close(h);
	h->store.options.vfs = "fault";
	house_open(h);
	uint64_t id = house_put(h, "shop", shop);
	house_write(h);
	atomic_store(&fault->writes_left, 0);
	for (int i = 0; i < 3; i++) {
		house_check(h, id, OUTCOME_DOWN);
		house_write(h);
	}
	int64_t first_bad = house_shown(h, id).since.wall_ms;
	assert_int_equal(house_shown(h, id).state, STATE_DOWN);
	assert_int_equal(house_number(h, "SELECT count(*) FROM incident"), 0);
	assert_true(h->sm->journal.n > 0 && h->sm->batch.n > 0);
	house_check(h, id, OUTCOME_UP);
	house_check(h, id, OUTCOME_UP);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	atomic_store(&fault->writes_left, -1);
	for (int i = 0; i < 100 && (h->sm->journal.n || h->sm->batch.n); i++) {
		house_pass(h, 5000);
		house_write(h);
	}
	assert_int_equal(h->sm->journal.n, 0);
	assert_int_equal(house_number(h, "SELECT opened_ms FROM incident"), first_bad);
	assert_int_equal(
		house_number(h, "SELECT count(*) FROM incident WHERE closed_ms IS NOT NULL"), 1);
	assert_int_equal(
		house_number(
			h, "SELECT group_concat(topic, ' ') = 'monitor.up monitor.down monitor.up'"
			   " FROM events"),
		1);
}

static void outage__knows_the_last_good_body__though_only_the_store_has_its_text(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	for (int i = 1; i <= 3; i++) {
		snprintf(told.evidence, sizeof(told.evidence),
			 "{\"server\":\"a\",\"body_bytes\":%d,\"body_hash\":\"%016d\"}", i, i);
		house_check(h, id, OUTCOME_UP);
		house_write(h);
	}
	assert_null(table_find(&h->sm->table, id)->good);
	assert_int_equal(house_number(h, "SELECT good LIKE '%bytes\":1,%' FROM monitor_evidence"),
			 1);
	for (int i = 0; i < 3; i++)
		house_check(h, id, OUTCOME_DOWN);
	house_write(h);
	assert_int_equal(
		house_number(h, "SELECT good = '{\"server\":\"a\",\"body_bytes\":3,\"body_hash\":"
				"\"0000000000000003\"}' FROM incident"),
		1);
}

static void crowd__takes_its_turn__within_the_interval(void **state)
{
	struct house *h = *state;
	unsigned turns = 0;
	told.hold = true;
	for (int i = 0; i < 230; i++) {
		char name[24];
		snprintf(name, sizeof(name), "shop-%d", i);
		uint64_t id = house_put(h, name, shop);
		int64_t next = house_shown(h, id).next_boot_ms;
		if (!next)
			continue;
		assert_in_range(next - h->clock.boot_us / 1000, 1, 60000);
		turns++;
	}
	assert_int_equal(told.started, 8); /* of one host */
	assert_int_equal(turns, 230 - 8 - 200);
	told.hold = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		house_test(create__checks_at_once),
		house_test(outage__is_one_incident__from_first_bad_to_first_good),
		house_test(crash__in_an_outage__keeps_incident_start_and_streak),
		house_test(crash__between_failures__goes_on_counting),
		house_test(absence__is_unknown__until_the_next_check_and_without_an_event),
		house_test(clock__one_hour_back_and_forth__changes_nothing),
		house_test(sleep__is_unknown__and_what_timed_out_in_it_says_nothing),
		house_test(pause__ends_the_incident__and_resume_judges_anew),
		house_test(change__checks_at_once__and_keeps_the_history),
		house_test(delete__forgets_everything),
		house_test(start__spreads_what_is_overdue__and_never_runs_one_twice),
		house_test(full_disk__keeps_what_happened__and_writes_it_later),
		house_test(outage__knows_the_last_good_body__though_only_the_store_has_its_text),
		house_test(crowd__takes_its_turn__within_the_interval),
		house_test(flush__writes_no_row__while_nothing_is_decided_anew),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
