/* What years bring: lost writes, disks that are full for long, clocks that are set. */
#include "tests/unit/daemon/services/sitemonitor/house.h"

#include "daemon/store/store_internal.h"
#include "tests/fakes/fault_vfs.h"

HOUSE_DEFINITIONS

static const char shop[] =
	"{\"type\":\"http\",\"target\":\"http://192.0.2.7/\",\"failures\":2,\"recoveries\":1}";

static void outage(struct house *h, uint64_t id)
{
	house_check(h, id, OUTCOME_DOWN);
	house_check(h, id, OUTCOME_DOWN);
	assert_int_equal(house_shown(h, id).state, STATE_DOWN);
	house_check(h, id, OUTCOME_UP);
}

static enum err open_stray(struct txn *t, void *arg, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t,
				       "INSERT INTO incident (id, monitor, opened_ms, confirmed_ms,"
				       " failures, cause, message, good_ms)"
				       " VALUES (7, ?1, 1000, 2000, 2, '', '', 0)",
				       e);
	sqlite3_bind_int64(st, 1, *(int64_t *)arg);
	return txn_exec(t, st, e);
}

static void incident__whose_end_was_lost__keeps_nothing_back(void **state)
{
	struct house *h = *state;
	struct error e = {0};
	uint64_t id = house_put(h, "shop", shop);
	house_check(h, id, OUTCOME_UP);
	house_write(h);
	assert_int_equal(store_run(h->store.store, OP_PEOPLE, open_stray, &id, &e), 0);
	outage(h, id);
	house_write(h);
	assert_int_equal(h->sm->journal.n, 0);
	assert_int_equal(house_number(h, "SELECT count(*) FROM incident"), 2);
	assert_int_equal(house_number(h, "SELECT count(*) FROM incident WHERE closed_ms IS NULL"),
			 0);
}

static void transitions__while_nothing_can_be_written__are_bounded_and_the_newest(void **state)
{
	struct house *h = *state;
	struct fault_vfs *fault = fault_vfs_register();
	house_close(h);
	h->store.options.vfs = "fault";
	house_open(h);
	h->sm->journal.bytes_max = 16384;
	uint64_t id = house_put(h, "shop", shop);
	house_never_flaps(h, id);
	house_check(h, id, OUTCOME_UP);
	house_write(h);
	atomic_store(&fault->writes_left, 0);
	snprintf(told.evidence, sizeof(told.evidence), "{\"a\":\"%0200d\"}", 1);
	for (int i = 0; i < 40; i++)
		outage(h, id);
	house_check(h, id, OUTCOME_DOWN);
	house_check(h, id, OUTCOME_DOWN);
	assert_in_range(h->sm->journal.bytes, 1, 16384);
	assert_true(h->sm->journal.dropped > 0);
	atomic_store(&fault->writes_left, -1);
	for (int i = 0; i < 100 && (h->sm->journal.n || h->sm->batch.n); i++) {
		house_pass(h, 1000);
		house_write(h);
	}
	assert_int_equal(h->sm->journal.n, 0);
	assert_int_equal(h->sm->journal.bytes, 0);
	assert_int_equal(house_number(h, "SELECT count(*) FROM incident WHERE closed_ms IS NULL"),
			 1);
	assert_int_equal(house_number(h, "SELECT base = 'down' FROM monitor_state"), 1);
}

/* ---- the wall clock is set ------------------------------------------------------------------ */

static void look(void *arg)
{
	steps_look(arg);
}

static void step(struct house *h, int64_t ms)
{
	h->clock.wall_ms += ms;
	loop_call(h->d.net, look, h->sm);
	house_write(h);
}

static void clock__that_is_set__is_an_event_and_small_corrections_are_not(void **state)
{
	struct house *h = *state;
	step(h, 1500);
	assert_int_equal(house_number(h, "SELECT count(*) FROM events"), 0);
	step(h, 3600000);
	step(h, 0);
	assert_int_equal(
		house_number(h, "SELECT count(*) FROM events WHERE topic = 'clock.stepped'"), 1);
	assert_int_equal(house_number(h, "SELECT json_extract(data, '$.step_ms') FROM events"),
			 3601500);
}

/* Five hours after the house was opened. */
static const char at_eleven[] =
	"{\"type\":\"heartbeat\",\"cron\":\"0 23 * * *\",\"zone\":\"UTC\",\"grace\":\"10m\"}";
static const char hourly[] = "{\"type\":\"heartbeat\",\"period\":\"1h\",\"grace\":\"10m\"}";

static void heartbeat_by_cron__when_the_clock_is_set__is_due_at_that_time_of_day(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "nightly", at_eleven);
	int64_t due = house_shown(h, id).deadline_ms;
	int64_t in = due - h->clock.wall_ms;
	assert_in_range(in, 1, 86400000);
	step(h, 3600000);
	assert_int_equal(house_shown(h, id).deadline_ms, due);
	house_pass(h, in - 3600000 - 1000);
	assert_int_equal(house_shown(h, id).state, STATE_NEW);
	house_pass(h, 2000);
	assert_int_equal(house_shown(h, id).state, STATE_DOWN);
}

static void heartbeat_by_period__when_the_clock_is_set__is_due_after_as_long(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "hourly", hourly);
	static const int64_t steps[] = {7200000, -90000000, 3600000};
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		int64_t left = house_shown(h, id).deadline_ms - h->clock.wall_ms;
		step(h, steps[i]);
		assert_int_equal(house_shown(h, id).deadline_ms - h->clock.wall_ms, left);
		house_pass(h, 600000);
		assert_int_equal(house_shown(h, id).state, STATE_NEW);
	}
	house_pass(h, 4200000);
	assert_int_equal(house_shown(h, id).state, STATE_DOWN);
}

/* ---- what is old ---------------------------------------------------------------------------- */

static void incidents__that_are_old_and_over__are_removed(void **state)
{
	struct house *h = *state;
	house_close(h);
	h->store.options.retention.hourly_ms = 30 * INT64_C(86400000);
	house_open(h);
	uint64_t id = house_put(h, "shop", shop);
	house_never_flaps(h, id);
	for (int i = 0; i < 130; i++)
		outage(h, id);
	house_check(h, id, OUTCOME_DOWN);
	house_check(h, id, OUTCOME_DOWN);
	house_write(h);
	assert_int_equal(house_number(h, "SELECT count(*) FROM incident"), 131);
	h->clock.wall_ms += 31 * INT64_C(86400000);
	unsigned runs = maintenance_runs(h->store.store->maintenance);
	maintenance_soon(h->store.store->maintenance);
	while (maintenance_runs(h->store.store->maintenance) == runs)
		sched_yield();
	assert_int_equal(house_number(h, "SELECT count(*) FROM incident"), 1);
	assert_int_equal(house_number(h, "SELECT closed_ms IS NULL FROM incident"), 1);
	assert_int_equal(house_number(h, "SELECT count(*) FROM changes WHERE deleted = 1"), 130);
	/* Its number is not given again. */
	house_check(h, id, OUTCOME_UP);
	outage(h, id);
	house_write(h);
	assert_int_equal(house_number(h, "SELECT max(number) FROM incident"), 132);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		house_test(incident__whose_end_was_lost__keeps_nothing_back),
		house_test(transitions__while_nothing_can_be_written__are_bounded_and_the_newest),
		house_test(clock__that_is_set__is_an_event_and_small_corrections_are_not),
		house_test(heartbeat_by_cron__when_the_clock_is_set__is_due_at_that_time_of_day),
		house_test(heartbeat_by_period__when_the_clock_is_set__is_due_after_as_long),
		house_test(incidents__that_are_old_and_over__are_removed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
