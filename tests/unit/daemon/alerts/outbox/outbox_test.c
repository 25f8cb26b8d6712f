#include "outbox_fixture.h"

static void outbox__sends__in_order_each_once(void **state)
{
	struct box *b = *state;
	char title[16];

	for (int i = 0; i < 50; i++) {
		snprintf(title, sizeof title, "m%d", i);
		message(b, b->ops, title);
	}
	assert_int_equal(settle(b), 0);
	assert_int_equal(attempts(), 50);
	for (int i = 0; i < 50; i++) {
		snprintf(title, sizeof title, "m%d", i);
		assert_string_equal(attempt((size_t)i)->title, title);
		assert_int_equal(attempt((size_t)i)->attempt, 1);
	}
	assert_int_equal(sql_int(b,
				 "SELECT count(*) FROM delivery WHERE state = 'sent' AND attempts "
				 "= 1 AND status = 200 AND sent_ms > 0"),
			 50);
}

static void outbox__tries_again__under_the_same_id_and_keeps_the_order(void **state)
{
	struct box *b = *state;
	uint64_t first;

	answers("ops", busy, busy, fine);
	first = message(b, b->ops, "a");
	settle(b);
	message(b, b->ops, "b");
	assert_int_equal(settle(b), 2);
	assert_int_equal(attempts(), 1);
	assert_int_equal(pass(b, 3000), 2); /* 5 s less a fifth have not passed */
	assert_int_equal(attempts(), 1);
	assert_int_equal(pass(b, 4000), 2);
	assert_int_equal(attempts(), 2);
	assert_int_equal(pass(b, 37000), 0);
	assert_int_equal(attempts(), 4);
	for (size_t i = 0; i < 3; i++) {
		assert_true(attempt(i)->id == first);
		assert_int_equal(attempt(i)->attempt, i + 1);
	}
	assert_string_equal(attempt(3)->title, "b");
	assert_int_equal(events(b, "notifier.failing"), 1);
	assert_int_equal(events(b, "notifier.back"), 1);
}

static void outbox__does_not_hold_up_others__while_one_fails(void **state)
{
	struct box *b = *state;

	answers("ops", busy);
	message(b, b->ops, "a");
	message(b, b->other, "b");
	assert_int_equal(settle(b), 1);
	assert_int_equal(sql_int(b, "SELECT count(*) FROM delivery WHERE state = 'sent'"), 1);
	assert_int_equal(events(b, "notifier.failing"), 0); /* once may happen */
}

static void outbox__obeys__retry_after(void **state)
{
	struct box *b = *state;
	struct notifier_answer later = busy;

	later.status = 429;
	later.retry_after_ms = 3600000;
	answers("ops", later, fine);
	message(b, b->ops, "a");
	settle(b);
	assert_int_equal(pass(b, 3590000), 1);
	message(b, b->ops, "b"); /* does not bring it forward */
	assert_int_equal(settle(b), 2);
	assert_int_equal(attempts(), 1);
	assert_int_equal(pass(b, 11000), 0);
	assert_int_equal(attempts(), 3);
}

static void outbox__looks_earlier__when_there_is_something_new(void **state)
{
	struct box *b = *state;

	answers("ops", busy, busy, busy, fine);
	message(b, b->ops, "a");
	settle(b);
	pass(b, 7000);
	pass(b, 40000); /* the third failed: 2 min until the next */
	assert_int_equal(attempts(), 3);
	pass(b, 30000);
	message(b, b->ops, "b"); /* too soon after the last */
	assert_int_equal(settle(b), 2);
	pass(b, 35000);
	message(b, b->ops, "c");
	assert_int_equal(settle(b), 0);
	assert_string_equal(attempt(3)->title, "a");
	assert_string_equal(attempt(5)->title, "c");
}

static void outbox__gives_up__what_is_refused_and_goes_on(void **state)
{
	struct box *b = *state;
	struct outbox_state s;

	answers("ops", refused, refused, refused, fine);
	message(b, b->ops, "bad");
	message(b, b->ops, "good");
	settle(b);
	pass(b, 7000);
	assert_int_equal(pass(b, 40000), 0);
	assert_int_equal(attempts(), 4);
	assert_string_equal(attempt(3)->title, "good");
	assert_int_equal(sql_int(b,
				 "SELECT count(*) FROM delivery WHERE state = 'dead' AND attempts "
				 "= 3 AND answer = '400 Bad Request'"),
			 1);
	outbox_state(b->o, &s);
	assert_int_equal(s.dead, 1);
	assert_int_equal(s.pending, 0);
	assert_string_equal(s.sent_by, "ops");
}

static void outbox__gives_up__after_eleven_tries_over_half_a_day(void **state)
{
	struct box *b = *state;

	answers("ops", busy);
	message(b, b->ops, "a");
	settle(b);
	for (int i = 0; i < 10; i++)
		pass(b, 12 * 3600000);
	assert_int_equal(attempts(), 11);
	assert_int_equal(sql_int(b, "SELECT count(*) FROM delivery WHERE state = 'dead'"), 1);
}

static void outbox__pauses__who_is_gone(void **state)
{
	struct box *b = *state;
	const struct resource *r;
	json_t *spec;
	struct outbox_state s;

	answers("ops", gone);
	put_message(b, b->ops, "a");
	message(b, b->ops, "b");
	settle(b);
	assert_int_equal(attempts(), 1);
	assert_int_equal(sql_int(b, "SELECT count(*) FROM delivery WHERE state = 'dead'"), 2);
	assert_int_equal(events(b, "notifier.disabled"), 1);
	r = resource_by_id(b->store.store, b->ops);
	spec = resource_spec(r);
	assert_true(json_bool(spec, "paused", false));
	assert_string_equal(outbox_notifier_state(b->o, r), "disabled");
	json_decref(spec);
	resource_unref(r);
	outbox_state(b->o, &s);
	assert_int_equal(s.dead, 2);
}

static void outbox__keeps__what_waits_for_who_is_paused(void **state)
{
	struct box *b = *state;

	notifier_make(b, "ops", "{\"type\":\"webhook\",\"paused\":true}");
	message(b, b->ops, "a");
	settle(b);
	assert_int_equal(attempts(), 0);
	notifier_make(b, "ops", "{\"type\":\"webhook\"}");
	assert_int_equal(settle(b), 0);
	assert_int_equal(attempts(), 1);
}

static void outbox__drops__what_nobody_is_there_for(void **state)
{
	struct box *b = *state;

	answers("ops", busy);
	message(b, b->ops, "a");
	message(b, b->ops, "b");
	settle(b);
	notifier_delete(b, b->ops);
	assert_int_equal(settle(b), 0);
	assert_int_equal(attempts(), 1);
	assert_int_equal(sql_int(b, "SELECT count(*) FROM delivery WHERE state = 'dropped'"), 2);
	assert_int_equal(sql_int(b, "SELECT count(*) FROM meta WHERE key GLOB 'outbox.*'"), 0);
}

static void outbox__holds_back__until_its_time_and_lets_others_pass(void **state)
{
	struct box *b = *state;

	put_json(b, b->ops, "quiet", "{\"type\":\"test\",\"title\":\"quiet\"}", SEVERITY_WARNING, 0,
		 fake_wall(NULL) + 3600000);
	message(b, b->ops, "loud");
	assert_int_equal(settle(b), 1);
	assert_int_equal(attempts(), 1);
	assert_string_equal(attempt(0)->title, "loud");
	assert_int_equal(pass(b, 3601000), 0);
	assert_string_equal(attempt(1)->title, "quiet");
}

static void outbox__has_everything_again__after_a_crash(void **state)
{
	struct box *b = *state;
	uint64_t first;

	answers("ops", busy, busy, fine);
	first = message(b, b->ops, "a");
	settle(b);
	pass(b, 7000);
	put_message(b, b->ops, "b"); /* stored, nobody was woken */
	box_reopen(b);
	assert_int_equal(settle(b), 2); /* the wait goes on where it was */
	assert_int_equal(attempts(), 2);
	assert_int_equal(pass(b, 37000), 0);
	assert_true(attempt(2)->id == first);
	assert_int_equal(attempt(2)->attempt, 3);
	assert_string_equal(attempt(3)->title, "b");
	assert_int_equal(events(b, "notifier.back"), 1);
}

static void outbox__tries_again_after_the_start__what_was_under_way(void **state)
{
	struct box *b = *state;
	uint64_t id;

	atomic_store(&fake.hang, true);
	id = message(b, b->ops, "a");
	box_reopen(b);
	atomic_store(&fake.hang, false);
	outbox_wake(b->o, 0);
	assert_int_equal(settle(b), 0);
	assert_true(attempt(attempts() - 1)->id == id);
	assert_int_equal(attempt(attempts() - 1)->attempt, 1);
	assert_int_equal(sql_int(b, "SELECT attempts FROM delivery WHERE state = 'sent'"), 1);
}

static void outbox__waits_no_longer__when_the_wall_clock_jumps(void **state)
{
	struct box *b = *state;

	answers("ops", busy, fine);
	message(b, b->ops, "a");
	settle(b);
	atomic_fetch_sub(&fake_wall_ms, INT64_C(365) * 86400000);
	assert_int_equal(pass(b, 7000), 0);
	assert_int_equal(attempts(), 2);
	/* Nor over a start. */
	answers("ops", busy, fine);
	message(b, b->ops, "b");
	settle(b);
	box_close(b);
	atomic_fetch_sub(&fake_wall_ms, INT64_C(365) * 86400000);
	box_open(b);
	assert_int_equal(pass(b, 86400000), 0);
}

static void outbox__sends_again__what_was_given_up(void **state)
{
	struct box *b = *state;
	struct outbox_state s;
	uint64_t id;
	size_t n;

	answers("ops", refused);
	id = put_json(b, b->ops, "a", "{\"type\":\"alert.opened\",\"title\":\"a\"}",
		      SEVERITY_WARNING, 77, 0);
	outbox_wake(b->o, b->ops);
	settle(b);
	pass(b, 7000);
	pass(b, 40000);
	answers("ops", fine);
	assert_int_equal(outbox_redeliver(b->o, 77, 0, &n, &b->store.error), 0);
	assert_int_equal(n, 1);
	assert_int_equal(settle(b), 0);
	assert_true(attempt(3)->id == id);
	assert_int_equal(attempt(3)->attempt, 4);
	outbox_state(b->o, &s);
	assert_int_equal(s.dead, 0);
	assert_int_equal(outbox_redeliver(b->o, 77, 0, &n, &b->store.error), 0);
	assert_int_equal(n, 0); /* it is sent */
	assert_int_equal(outbox_redeliver(b->o, 0, id + 1, &n, &b->store.error), 0);
	assert_int_equal(n, 0);
}

static void outbox__takes__a_thousand_at_once(void **state)
{
	struct box *b = *state;
	char title[16];

	for (int i = 0; i < 1000; i++) {
		snprintf(title, sizeof title, "m%d", i);
		put_message(b, i % 2 ? b->ops : b->other, title);
	}
	outbox_wake(b->o, b->ops);
	outbox_wake(b->o, b->other);
	assert_int_equal(settle(b), 0);
	assert_int_equal(attempts(), 1000);
}

static void outbox__does_not_send_twice__what_it_could_not_store(void **state)
{
	struct box *b = *state;

	put_message(b, b->ops, "a");
	store_stop_writing(b->store.store, ERR_FULL, "no space");
	outbox_wake(b->o, b->ops);
	assert_int_equal(settle(b), 0);
	assert_int_equal(attempts(), 1);
	for (int i = 0; i < 5; i++)
		pass(b, 60000);
	outbox_wake(b->o, b->ops);
	settle(b);
	assert_int_equal(attempts(), 1);
}

static void outbox__refuses__a_type_that_is_not_there(void **state)
{
	struct box *b = *state;
	uint64_t odd = notifier_make(b, "odd", "{\"type\":\"pigeon\"}");

	message(b, odd, "a");
	settle(b);
	pass(b, 7000);
	pass(b, 40000);
	assert_int_equal(attempts(), 0);
	assert_int_equal(sql_int(b, "SELECT count(*) FROM delivery WHERE state = 'dead'"), 1);
}

static void outbox__tests__past_the_queue(void **state)
{
	struct box *b = *state;
	const struct resource *r = resource_by_id(b->store.store, b->ops);
	struct notifier_answer a;

	answers("ops", busy, fine);
	message(b, b->ops, "a");
	assert_int_equal(settle(b), 1);
	outbox_test(b->o, r, &a);
	assert_int_equal(a.end, NOTIFIER_SENT);
	assert_string_equal(attempt(1)->type, "test");
	assert_int_equal(settle(b), 0); /* it works again: no further wait */
	assert_string_equal(attempt(2)->title, "a");
	resource_unref(r);
}

static void outbox__says__how_it_stands(void **state)
{
	struct box *b = *state;
	struct buf out = BUF_INIT(65536);
	const struct resource *r = resource_by_id(b->store.store, b->ops);
	struct outbox_state s;

	assert_string_equal(outbox_notifier_state(b->o, r), "unused");
	answers("ops", busy);
	message(b, b->ops, "a");
	settle(b);
	pass(b, 7000);
	outbox_state(b->o, &s);
	assert_int_equal(s.pending, 1);
	assert_int_equal(s.n_failing, 1);
	assert_string_equal(s.failing, "ops");
	assert_string_equal(s.why, "503 Service Unavailable");
	assert_true(s.failing_since_ms > 0 && s.oldest_ms > 0);
	assert_string_equal(outbox_notifier_state(b->o, r), "failing");
	outbox_metrics(b->o, &out);
	assert_non_null(strstr(buf_str(&out), "sellersmart_outbox_pending{notifier=\"ops\"} 1\n"));
	assert_non_null(strstr(buf_str(&out), "sellersmart_outbox_oldest_seconds 7.000\n"));
	assert_non_null(
		strstr(buf_str(&out),
		       "sellersmart_deliveries_total{notifier=\"ops\",result=\"failed\"} 2\n"));
	assert_non_null(
		strstr(buf_str(&out), "sellersmart_delivery_seconds_count{notifier=\"ops\"} 2\n"));
	buf_fini(&out);
	resource_unref(r);
}

static void outbox__forgets__what_was_sent_a_month_ago(void **state)
{
	struct box *b = *state;

	message(b, b->ops, "old");
	settle(b);
	answers("ops", busy);
	message(b, b->ops, "waits");
	settle(b);
	pass(b, INT64_C(29) * 86400000);
	maintenance_soon(b->store.store->maintenance);
	assert_int_equal(sql_int(b, "SELECT count(*) FROM delivery"), 2);
	pass(b, INT64_C(2) * 86400000);
	maintenance_soon(b->store.store->maintenance);
	wait_until(sql_int(b, "SELECT count(*) FROM delivery") == 1);
	assert_int_equal(sql_int(b, "SELECT count(*) FROM delivery WHERE state = 'pending'"), 1);
}

/* ---- after a long outage -------------------------------------------------------------------- */

static void alert_message(struct box *b, uint64_t notifier, int number, const char *what)
{
	char json[1024], title[32], since[TIME_TEXT], now[TIME_TEXT];

	time_rfc3339(now, fake_wall(NULL));
	time_rfc3339(since, fake_wall(NULL) - (strcmp(what, "resolved") ? 0 : 420000));
	snprintf(title, sizeof title, "%s %d", what, number);
	snprintf(
		json, sizeof json,
		"{\"type\":\"alert.%s\",\"title\":\"%s\",\"alerts\":[{\"number\":%d,\"what\":\"%s\","
		"\"rule\":\"monitor-down\",\"severity\":\"critical\",\"state\":\"%s\",\"topic\":"
		"\"monitor.down\",\"subject\":\"shop%d\",\"text\":\"shop%d is down: HTTP 502\","
		"\"since\":\"%s\",\"resolved_at\":%s%s%s,\"reason\":\"HTTP 502\"}]}",
		what, title, number, what, strcmp(what, "resolved") ? "open" : "resolved", number,
		number, since, strcmp(what, "resolved") ? "null" : "\"",
		strcmp(what, "resolved") ? "" : now, strcmp(what, "resolved") ? "" : "\"");
	put_json(b, notifier, title, json, SEVERITY_CRITICAL, (uint64_t)number, 0);
	outbox_wake(b->o, notifier);
}

static void outbox__tells_a_summary__after_an_hour_in_order(void **state)
{
	struct box *b = *state;

	answers("ops", busy);
	alert_message(b, b->ops, 1, "opened"); /* is tried */
	settle(b);
	for (int i = 0; i < 60; i++) {
		if (i == 10)
			alert_message(b, b->ops, 2, "opened");
		if (i == 17)
			alert_message(b, b->ops, 2, "resolved");
		if (i == 20)
			alert_message(b, b->ops, 3, "opened");
		if (i == 30)
			alert_message(b, b->ops, 4, "opened");
		if (i == 37)
			alert_message(b, b->ops, 4, "resolved");
		if (i == 50)
			alert_message(b, b->ops, 1, "resolved");
		pass(b, 60000);
	}
	pthread_mutex_lock(&fake.lock);
	fake.n = 0;
	pthread_mutex_unlock(&fake.lock);
	answers("ops", fine);
	alert_message(b, b->ops, 5, "opened");
	assert_int_equal(settle(b), 0);
	assert_int_equal(attempts(), 2);
	assert_string_equal(attempt(0)->title, "opened 1");
	assert_string_equal(attempt(1)->type, "alert.summary");
	assert_string_equal(attempt(1)->title,
			    "Summary of 50 min: 2 still open, 1 resolved, 2 came and went");
	json_t *m = json_loads(fake.summary, 0, NULL);
	const json_t *lines = json_object_get(m, "lines"), *alerts = json_object_get(m, "alerts");

	assert_int_equal(json_array_size(lines), 2);
	assert_string_equal(json_string_value(json_array_get(lines, 0)),
			    "shop2 09:50 UTC to 09:57 UTC (7 min): HTTP 502");
	assert_int_equal(json_array_size(alerts), 3);
	assert_int_equal(json_int(json_array_get(alerts, 0), "number", 0), 5);
	assert_int_equal(json_int(json_array_get(alerts, 1), "number", 0), 3);
	assert_int_equal(json_int(json_array_get(alerts, 2), "number", 0), 1);
	assert_string_equal(json_str(json_array_get(alerts, 2), "what", ""), "resolved");
	json_decref(m);
	assert_int_equal(sql_int(b, "SELECT count(*) FROM delivery m JOIN delivery s ON s.id = "
				    "m.merged_into WHERE m.state = 'merged' AND s.state = 'sent'"),
			 7);
	assert_int_equal(sql_int(b,
				 "SELECT count(*) FROM delivery_alert a JOIN delivery d ON d.id = "
				 "a.delivery WHERE d.topic = 'alert.summary'"),
			 5);
}

static void outbox__tells_one_by_one__after_a_short_outage(void **state)
{
	struct box *b = *state;

	answers("ops", busy, fine);
	for (int i = 1; i <= 5; i++)
		alert_message(b, b->ops, i, "opened");
	settle(b);
	assert_int_equal(pass(b, 7000), 0);
	assert_int_equal(attempts(), 6);
	assert_string_equal(attempt(5)->title, "opened 5");
}

/* ---- when nothing gets out ------------------------------------------------------------------ */

static void outbox__says_that_nobody_was_told__of_what_is_critical(void **state)
{
	struct box *b = *state;

	answers("ops", busy);
	alert_message(b, b->ops, 1, "opened");
	settle(b);
	pass(b, 50000);
	assert_int_equal(events(b, "alerts.undelivered"), 0);
	pass(b, 11000);
	wait_until(events(b, "alerts.undelivered") == 1);
	pass(b, 300000); /* once */
	assert_int_equal(events(b, "alerts.undelivered"), 1);
}

static void outbox__says__when_what_nobody_was_told_of_has_left(void **state)
{
	struct box *b = *state;

	answers("ops", busy);
	alert_message(b, b->ops, 1, "opened");
	settle(b);
	pass(b, 61000);
	wait_until(events(b, "alerts.undelivered") == 1);
	message(b, b->other, "of something else");
	settle(b);
	assert_int_equal(events(b, "alerts.delivered"), 0);
	box_reopen(b); /* it is known after a crash, too */
	answers("ops", fine);
	pass(b, 600000);
	wait_until(events(b, "alerts.delivered") == 1);
	message(b, b->ops, "another");
	settle(b);
	box_close(b);
	assert_int_equal(events(b, "alerts.delivered"), 1);
}

static void outbox__says_that_it_is_told_again__of_what_no_notifier_took(void **state)
{
	struct box *b = *state;

	outbox_nobody(b->o, "garden is down");
	wait_until(events(b, "alerts.undelivered") == 1);
	message(b, b->ops, "a warning");
	settle(b);
	assert_int_equal(events(b, "alerts.delivered"), 0);
	alert_message(b, b->ops, 1, "opened");
	settle(b);
	wait_until(events(b, "alerts.delivered") == 1);
}

/* A bell with nobody to hear it is no outage. */
static void outbox__says_nothing__of_a_bell_that_nobody_heard(void **state)
{
	struct box *b = *state;
	uint64_t bell = notifier_make(b, "bell", "{\"type\":\"bell\"}");

	answers("bell", busy);
	answers("ops", busy);
	message(b, bell, "one");
	message(b, b->ops, "one");
	settle(b);
	for (int i = 0; i < 5; i++)
		pass(b, 60000);
	box_close(b);
	assert_int_equal(events(b, "notifier.failing"), 1);
}

static void outbox__says_nothing__when_another_notifier_told_it(void **state)
{
	struct box *b = *state;

	answers("ops", busy);
	alert_message(b, b->ops, 1, "opened");
	alert_message(b, b->other, 1, "opened");
	settle(b);
	for (int i = 0; i < 5; i++)
		pass(b, 60000);
	box_close(b); /* whatever looked has ended */
	assert_int_equal(events(b, "alerts.undelivered"), 0);
}

/* ---- past the store -------------------------------------------------------------------------- */

static uint64_t direct(struct box *b, uint64_t notifier, const char *title)
{
	char json[128];
	const struct outbox_message m = {.notifier = notifier,
					 .notifier_name = "ops",
					 .topic = "store.readonly",
					 .title = title,
					 .json = json,
					 .severity = SEVERITY_CRITICAL};

	snprintf(json, sizeof json, "{\"type\":\"store.readonly\",\"title\":\"%s\"}", title);
	return outbox_direct(b->o, &m);
}

static void direct__is_sent__from_memory_and_stored_under_its_id(void **state)
{
	struct box *b = *state;
	uint64_t id = direct(b, b->ops, "no writes");

	wait_until(attempts() == 1);
	assert_true(attempt(0)->id == id);
	assert_int_equal(sql_int(b, "SELECT count(*) FROM delivery"), 0);
	pass(b, 10000);
	wait_until(outbox_direct_n(b->o) == 0);
	assert_true((uint64_t)sql_int(b, "SELECT id FROM delivery WHERE state = 'sent'") == id);
	box_reopen(b);
	settle(b);
	assert_int_equal(attempts(), 1);
}

static void direct__that_failed__goes_on_as_any_other_once_it_is_stored(void **state)
{
	struct box *b = *state;
	uint64_t id;

	answers("ops", busy, busy, fine);
	id = direct(b, b->ops, "no writes");
	wait_until(attempts() == 1);
	/* When the wait begins is known when the answer was judged: time goes on until then. */
	wait_until((pass(b, 250), attempts() == 2));
	wait_until((pass(b, 250), outbox_direct_n(b->o) == 0));
	wait_until((pass(b, 1000), attempts() == 3));
	assert_true(attempt(2)->id == id);
	assert_int_equal(attempt(2)->attempt, 3);
	settle(b);
	assert_int_equal(sql_int(b, "SELECT attempts FROM delivery WHERE state = 'sent'"), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		box_test(outbox__sends__in_order_each_once),
		box_test(outbox__tries_again__under_the_same_id_and_keeps_the_order),
		box_test(outbox__does_not_hold_up_others__while_one_fails),
		box_test(outbox__obeys__retry_after),
		box_test(outbox__looks_earlier__when_there_is_something_new),
		box_test(outbox__gives_up__what_is_refused_and_goes_on),
		box_test(outbox__gives_up__after_eleven_tries_over_half_a_day),
		box_test(outbox__pauses__who_is_gone),
		box_test(outbox__keeps__what_waits_for_who_is_paused),
		box_test(outbox__drops__what_nobody_is_there_for),
		box_test(outbox__holds_back__until_its_time_and_lets_others_pass),
		box_test(outbox__has_everything_again__after_a_crash),
		box_test(outbox__tries_again_after_the_start__what_was_under_way),
		box_test(outbox__waits_no_longer__when_the_wall_clock_jumps),
		box_test(outbox__sends_again__what_was_given_up),
		box_test(outbox__takes__a_thousand_at_once),
		box_test(outbox__does_not_send_twice__what_it_could_not_store),
		box_test(outbox__refuses__a_type_that_is_not_there),
		box_test(outbox__tests__past_the_queue),
		box_test(outbox__says__how_it_stands),
		box_test(outbox__forgets__what_was_sent_a_month_ago),
		box_test(outbox__tells_a_summary__after_an_hour_in_order),
		box_test(outbox__tells_one_by_one__after_a_short_outage),
		box_test(outbox__says_that_nobody_was_told__of_what_is_critical),
		box_test(outbox__says__when_what_nobody_was_told_of_has_left),
		box_test(outbox__says_that_it_is_told_again__of_what_no_notifier_took),
		box_test(outbox__says_nothing__of_a_bell_that_nobody_heard),
		box_test(outbox__says_nothing__when_another_notifier_told_it),
		box_test(direct__is_sent__from_memory_and_stored_under_its_id),
		box_test(direct__that_failed__goes_on_as_any_other_once_it_is_stored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
