/* The thread: what wakes it, what people ask of it, how it ends. */
#include "tests/unit/daemon/alerts/fixture.h"

#include <sched.h>

#include "shared/json.h"

static const char monitor[] = "{\"type\":\"tcp\",\"target\":\"127.0.0.1:9\"}";

#define wait_until(condition)                                                \
	do {                                                                 \
		int64_t wait_deadline = thread_now_us() + 10000000;          \
		while (!(condition)) {                                       \
			if (thread_now_us() > wait_deadline)                 \
				fail_msg("never came true: %s", #condition); \
			sched_yield();                                       \
		}                                                            \
	} while (0)

static size_t open_ones(struct fixture *f)
{
	struct alert_counts n;
	alerts_count(f->a, &n);
	return n.open;
}

static int start(void **state)
{
	int rc = fixture_setup(state);
	struct fixture *f = *state;
	/* The thread does what the fixture did. */
	fixture_close(f);
	fixture_open_only(f);
	assert_int_equal(alerts_start(f->a, &f->e), 0);
	return rc;
}

static int stop(void **state)
{
	alerts_stop(((struct fixture *)*state)->a, 1000);
	return fixture_teardown(state);
}

static uint64_t garden_down(struct fixture *f)
{
	struct alert_view v;
	uint64_t garden = put_resource(f, "monitor", "garden", monitor);
	/* Without anybody to tell that would be an alert of its own. */
	put_resource(f, "notifier", "ops",
		     "{\"type\":\"webhook\",\"url\":\"http://127.0.0.1:9/x\","
		     "\"secret\":{\"secret\":\"s\"}}");
	happens(f, garden, "down", NULL);
	wait_until(open_ones(f) == 1);
	assert_true(alerts_about(f->a, garden, &v));
	return v.id;
}

static void event__wakes__the_thread(void **state)
{
	garden_down(*state);
}

static void acknowledged__is__stored_when_the_call_returns(void **state)
{
	struct fixture *f = *state;
	uint64_t id = garden_down(f);
	struct alert_view v;
	assert_int_equal(alert_acknowledge(f->a, id, "anna", "on it", &f->e), 0);
	assert_string_equal(stored(f, "SELECT state || '/' || acknowledged_by || '/' || note FROM "
				      "alert"),
			    "acknowledged/anna/on it");
	assert_string_equal(stored(f, "SELECT text FROM alert_step WHERE what = 'acknowledged'"),
			    "by anna: on it");
	assert_true(alerts_view(f->a, id, &v));
	assert_true(v.acknowledged);
	assert_string_equal(v.by, "anna");
	assert_int_equal(open_ones(f), 0);
	assert_int_equal(alert_unacknowledge(f->a, id, "anna", &f->e), 0);
	assert_string_equal(stored(f, "SELECT state FROM alert"), "open");
	assert_int_equal(alert_unacknowledge(f->a, id, "anna", &f->e), ERR_CONFLICT);
}

static void snoozed__is__stored_and_undone(void **state)
{
	struct fixture *f = *state;
	uint64_t id = garden_down(f);
	struct alert_view v;
	assert_int_equal(alert_snooze(f->a, id, f->clock.wall_ms + HOUR, "anna", &f->e), 0);
	assert_true(alerts_view(f->a, id, &v));
	assert_true(v.silenced);
	assert_int_equal(alert_snooze(f->a, id, 0, "anna", &f->e), 0);
	assert_true(alerts_view(f->a, id, &v));
	assert_false(v.silenced);
}

static void resolved_by_hand__is__over_and_not_again(void **state)
{
	struct fixture *f = *state;
	uint64_t id = garden_down(f);
	assert_int_equal(alert_resolve(f->a, id, "anna", "the shop is closed", &f->e), 0);
	assert_string_equal(stored(f, "SELECT text FROM alert_step WHERE what = 'resolved'"),
			    "after now: by anna: the shop is closed");
	assert_int_equal(alert_resolve(f->a, id, "anna", NULL, &f->e), ERR_CONFLICT);
	assert_int_equal(alert_acknowledge(f->a, id, "anna", NULL, &f->e), ERR_CONFLICT);
	assert_non_null(strstr(f->e.text, "resolved"));
	assert_int_equal(alert_acknowledge(f->a, id + 1, "anna", NULL, &f->e), ERR_NOT_FOUND);
}

static void silence__counts__as_soon_as_it_is_there(void **state)
{
	struct fixture *f = *state;
	garden_down(f);
	struct alert_counts n;
	put_resource(f, "silence", "work",
		     "{\"match\":[\"subject=garden\"],\"until\":\"2030-01-01T00:00:00Z\"}");
	do {
		alerts_count(f->a, &n);
	} while (!n.silenced);
	delete_resource(f, "silence", "work");
	do {
		alerts_count(f->a, &n);
	} while (n.silenced);
	wait_until(!strcmp(stored(f, "SELECT what FROM alert_step ORDER BY id"),
			   "opened,message,silenced,unsilenced"));
}

static void deleted_subject__ends__its_alert(void **state)
{
	struct fixture *f = *state;
	garden_down(f);
	delete_resource(f, "monitor", "garden");
	wait_until(open_ones(f) == 0);
}

/* A notifier that fails is deleted: its alert goes with it. */
static void deleted_notifier__ends__what_is_about_it(void **state)
{
	struct fixture *f = *state;
	uint64_t ops = put_resource(f, "notifier", "ops",
				    "{\"type\":\"webhook\",\"url\":\"http://127.0.0.1:9/x\","
				    "\"secret\":{\"secret\":\"s\"}}");
	struct event evs[2] = {{.at_ms = f->clock.wall_ms,
				.topic = "notifier.failing",
				.subject_kind = "notifier",
				.subject = ops,
				.name = "ops",
				.severity = SEVERITY_WARNING,
				.text = "ops gets nothing out"}};
	assert_int_equal(store_run(f->d.store, OP_PEOPLE, run_events, evs, &f->e), 0);
	wait_until(open_ones(f) == 1);
	delete_resource(f, "notifier", "ops");
	wait_until(open_ones(f) == 0);
}

static void renamed_subject__is_followed(void **state)
{
	struct fixture *f = *state;
	garden_down(f);
	struct resource_put p = {.kind = resource_kind_find("monitor"),
				 .mode = PUT_REPLACE,
				 .name = "yard",
				 .renamed_from = "garden",
				 .labels = "{}",
				 .spec = monitor};
	assert_int_equal(store_run(f->d.store, OP_PEOPLE, run_put, &p, &f->e), 0);
	resource_unref(p.result);
	wait_until(!strcmp(stored(f, "SELECT name FROM alert"), "yard"));
}

static void command_after_the_end__is__refused(void **state)
{
	struct fixture *f = *state;
	uint64_t id = garden_down(f);
	alerts_stop(f->a, 1000);
	assert_int_equal(alert_acknowledge(f->a, id, "anna", NULL, &f->e), ERR_UNAVAILABLE);
}

static void settled__means__that_all_events_were_taken_in(void **state)
{
	struct fixture *f = *state;
	uint64_t garden = put_resource(f, "monitor", "garden", monitor);
	for (int i = 0; i < 200; i++)
		happens(f, garden, i % 2 ? "up" : "down", NULL);
	alerts_settle(f->a, f->clock.boot_ms + 60000);
	assert_string_equal(stored(f, "SELECT count(*) FROM alert WHERE state = 'resolved'"),
			    "100");
}

#define thread_test(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		thread_test(event__wakes__the_thread),
		thread_test(acknowledged__is__stored_when_the_call_returns),
		thread_test(snoozed__is__stored_and_undone),
		thread_test(resolved_by_hand__is__over_and_not_again),
		thread_test(silence__counts__as_soon_as_it_is_there),
		thread_test(deleted_subject__ends__its_alert),
		thread_test(deleted_notifier__ends__what_is_about_it),
		thread_test(renamed_subject__is_followed),
		thread_test(command_after_the_end__is__refused),
		thread_test(settled__means__that_all_events_were_taken_in),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
