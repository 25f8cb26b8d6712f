#include "tests/unit/daemon/alerts/fixture.h"

#include <malloc.h>

#include "daemon/alerts/hooks.h"
#include "shared/timefmt.h"
#include "tests/fakes/fault_vfs.h"

static const char webhook[] = "{\"type\":\"webhook\",\"url\":\"http://127.0.0.1:9/x\","
			      "\"secret\":{\"secret\":\"s\"}}";
static const char monitor[] = "{\"type\":\"tcp\",\"target\":\"127.0.0.1:9\"}";

static struct fault_vfs *faults;

#define STATES   stored(f, "SELECT state FROM alert ORDER BY number")
#define MESSAGES stored(f, "SELECT topic FROM delivery ORDER BY id")
#define STEPS    stored(f, "SELECT what FROM alert_step ORDER BY id")

static uint64_t with_notifier(struct fixture *f)
{
	uint64_t id = put_resource(f, "monitor", "garden", monitor);
	put_resource(f, "notifier", "ops", webhook);
	turns(f, (struct notes){.notifiers = true});
	return id;
}

/* ---- opening and resolving ------------------------------------------------------------------ */

static void down__opens__an_alert_and_tells_at_once(void **state)
{
	struct fixture *f = *state;
	happens(f, with_notifier(f), "down", ",\"incident\":null");
	turns(f, (struct notes){0});
	assert_string_equal(STATES, "open");
	assert_string_equal(MESSAGES, "alert.opened");
	assert_string_equal(STEPS, "opened,message");
	assert_string_equal(stored(f, "SELECT rev FROM alert_told"), "1");
	assert_string_equal(stored(f, "SELECT title FROM delivery"), "DOWN garden: HTTP 502");
	assert_string_equal(stored(f, "SELECT json_extract(message, '$.alerts[0].number') || '/' ||"
				      " json_extract(message, '$.total') FROM delivery"),
			    "1/1");
}

static void runbook__of_the_monitor__is_told_when_the_rule_has_none(void **state)
{
	struct fixture *f = *state;
	uint64_t garden = put_resource(f, "monitor", "garden",
				       "{\"type\":\"tcp\",\"target\":\"127.0.0.1:9\","
				       "\"runbook\":\"https://wiki.example/garden\"}");
	put_resource(f, "notifier", "ops", webhook);
	turns(f, (struct notes){.notifiers = true});
	happens(f, garden, "down", NULL);
	turns(f, (struct notes){0});
	assert_string_equal(stored(f, "SELECT json_extract(message, '$.alerts[0].runbook')"
				      " FROM delivery"),
			    "https://wiki.example/garden");
}

static void up__resolves__it_and_tells_whom_was_told(void **state)
{
	struct fixture *f = *state;
	uint64_t garden = with_notifier(f);
	happens(f, garden, "down", NULL);
	pass(f, MINUTE);
	happens(f, garden, "up", NULL);
	turns(f, (struct notes){0});
	assert_string_equal(STATES, "resolved");
	assert_string_equal(MESSAGES, "alert.opened,alert.resolved");
	assert_int_equal(f->a->book.n, 0);
	assert_string_equal(stored(f, "SELECT rev FROM alert_told"), "2");
}

static void down_again__is__another_alert_with_a_number_of_its_own(void **state)
{
	struct fixture *f = *state;
	uint64_t garden = with_notifier(f);
	for (int i = 0; i < 2; i++) {
		happens(f, garden, "down", NULL);
		pass(f, MINUTE);
		happens(f, garden, "up", NULL);
		pass(f, HOUR);
	}
	assert_string_equal(stored(f, "SELECT number FROM alert ORDER BY number"), "1,2");
}

static void the_same_event__counts__once_however_often_it_is_said(void **state)
{
	struct fixture *f = *state;
	uint64_t garden = with_notifier(f);
	for (int i = 0; i < 5; i++)
		happens(f, garden, "down", NULL);
	pass(f, HOUR);
	assert_string_equal(stored(f, "SELECT events || '/' || rev FROM alert"), "5/1");
	assert_string_equal(MESSAGES, "alert.opened");
}

static void flapping__is__a_change_of_the_same_alert(void **state)
{
	struct fixture *f = *state;
	uint64_t garden = with_notifier(f);
	happens(f, garden, "down", NULL);
	pass(f, MINUTE);
	happens(f, garden, "flapping", NULL);
	pass(f, MINUTE);
	happens(f, garden, "up", NULL);
	pass(f, HOUR);
	assert_string_equal(MESSAGES, "alert.opened,alert.changed,alert.resolved");
	assert_string_equal(stored(f, "SELECT number FROM alert"), "1");
}

static void suppressed__opens__nothing_but_may_resolve(void **state)
{
	struct fixture *f = *state;
	uint64_t garden = with_notifier(f);
	happens(f, garden, "down", ",\"suppressed\":true");
	turns(f, (struct notes){0});
	assert_string_equal(STATES, "");
	happens(f, garden, "down", NULL);
	turns(f, (struct notes){0});
	happens(f, garden, "up", ",\"suppressed\":true");
	pass(f, MINUTE);
	assert_string_equal(STATES, "resolved");
}

static void deleted_monitor__resolves__what_is_about_it(void **state)
{
	struct fixture *f = *state;
	uint64_t garden = with_notifier(f);
	happens(f, garden, "down", NULL);
	turns(f, (struct notes){0});
	delete_resource(f, "monitor", "garden");
	turns(f, (struct notes){.subjects = &garden, .n_subjects = 1});
	assert_string_equal(STATES, "resolved");
	assert_string_equal(stored(f, "SELECT text FROM alert_step WHERE what = 'resolved'"),
			    "after now: garden was deleted");
}

static void monitor_deleted_while_nobody_looked__resolves__at_the_start(void **state)
{
	struct fixture *f = *state;
	happens(f, with_notifier(f), "down", NULL);
	turns(f, (struct notes){0});
	delete_resource(f, "monitor", "garden");
	fixture_again(f);
	turns(f, (struct notes){0});
	assert_string_equal(STATES, "resolved");
}

static void news__end__without_a_word(void **state)
{
	struct fixture *f = *state;
	uint64_t garden = with_notifier(f);
	put_resource(f, "rule", "news",
		     "{\"topics\":[\"monitor.up\"],"
		     "\"severity\":\"warning\",\"expire\":\"1h\"}");
	turns(f, (struct notes){.rules = true});
	happens(f, garden, "up", NULL);
	pass(f, 2 * HOUR);
	assert_string_equal(STATES, "resolved");
	assert_string_equal(MESSAGES, "alert.opened");
	assert_int_equal(f->a->book.n, 0);
}

static void deleted_rule__resolves__its_alerts(void **state)
{
	struct fixture *f = *state;
	uint64_t garden = with_notifier(f);
	put_resource(f, "rule", "mine", "{\"topics\":[\"monitor.degraded\"]}");
	turns(f, (struct notes){.rules = true});
	happens(f, garden, "degraded", ",\"cause\":\"cert_expiring\"");
	pass(f, MINUTE);
	delete_resource(f, "rule", "mine");
	turns(f, (struct notes){.rules = true});
	pass(f, HOUR);
	assert_string_equal(stored(f, "SELECT state FROM alert WHERE rule = 'mine'"), "resolved");
	assert_string_equal(stored(f, "SELECT s.text FROM alert_step s JOIN alert a ON a.id = "
				      "s.alert WHERE a.rule = 'mine' AND s.what = 'resolved'"),
			    "after 1m: its rule mine was deleted");
	assert_string_equal(MESSAGES, "alert.opened,alert.resolved");
}

/* ---- after a start -------------------------------------------------------------------------- */

static void start__keeps__alerts_and_tells_nothing_twice(void **state)
{
	struct fixture *f = *state;
	uint64_t garden = with_notifier(f);
	happens(f, garden, "down", NULL);
	turns(f, (struct notes){0});
	fixture_again(f);
	pass(f, HOUR);
	assert_string_equal(MESSAGES, "alert.opened");
	happens(f, garden, "up", NULL);
	pass(f, MINUTE);
	assert_string_equal(STATES, "resolved");
	assert_string_equal(MESSAGES, "alert.opened,alert.resolved");
}

static void events_while_it_was_away__are_taken_in__at_the_start(void **state)
{
	struct fixture *f = *state;
	uint64_t garden = with_notifier(f);
	happens(f, garden, "down", NULL);
	turns(f, (struct notes){0});
	happens(f, garden, "up", NULL); /* and nobody took a turn */
	fixture_again(f);
	pass(f, MINUTE);
	assert_string_equal(MESSAGES, "alert.opened,alert.resolved");
}

static void resolution_that_waited__is_told__after_a_start(void **state)
{
	struct fixture *f = *state;
	uint64_t garden = with_notifier(f);
	happens(f, garden, "down", NULL);
	turns(f, (struct notes){0});
	happens(f, garden, "up", NULL);
	turns(f, (struct notes){0});
	assert_string_equal(MESSAGES, "alert.opened"); /* the pace of a group */
	assert_string_equal(STATES, "resolved");
	fixture_again(f);
	pass(f, MINUTE);
	assert_string_equal(MESSAGES, "alert.opened,alert.resolved");
	assert_string_equal(stored(f, "SELECT json_extract(message, '$.alerts[0].ended') ||"
				      " '/' || json_extract(message, '$.alerts[0].condition')"
				      " FROM delivery ORDER BY id DESC LIMIT 1"),
			    "garden is up/down");
	fixture_again(f);
	pass(f, HOUR);
	assert_string_equal(MESSAGES, "alert.opened,alert.resolved");
	assert_int_equal(f->a->book.n, 0);
}

static void store_without_alerts__tells__what_is_down_already(void **state)
{
	struct fixture *f = *state;
	uint64_t garden = with_notifier(f);
	f->a->cursor = 0;
	fixture_close(f);
	/* As an older program left it. */
	struct store_options so = {.dir = f->dir, .clock = &f->clock.clock, .node = 1};
	f->d.store = store_open(&so, &f->e);
	assert_non_null(f->d.store);
	happens(f, garden, "up", NULL);
	happens(f, garden, "down", NULL);
	sqlite3 *db;
	store_close(f->d.store);
	char path[96];
	snprintf(path, sizeof(path), "%s/store.db", f->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "DELETE FROM cursors", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	fixture_open(f);
	turns(f, (struct notes){0});
	assert_string_equal(STATES, "open");
	assert_string_equal(MESSAGES, "alert.opened");
}

static void lost_cursor__tells__what_is_down_and_that_events_were_missed(void **state)
{
	struct fixture *f = *state;
	uint64_t garden = with_notifier(f);
	happens(f, garden, "up", NULL);
	turns(f, (struct notes){0});
	happens(f, garden, "down", NULL);
	f->a->lost = true; /* as cursor_get finds it at a start */
	f->a->cursor = f->a->stored_cursor =
		strtoull(stored(f, "SELECT max(seq) FROM events"), NULL, 10);
	start_catch_up(f->a);
	pass(f, MINUTE);
	assert_string_equal(stored(f, "SELECT rule FROM alert ORDER BY rule"),
			    "feed-lost,monitor-down");
	assert_string_equal(stored(f, "SELECT name FROM alert WHERE rule = 'monitor-down'"),
			    "garden");
}

/* ---- through real rules --------------------------------------------------------------------- */

static void cool_down__after_an_end__lets_only_what_lasts_open_again(void **state)
{
	struct fixture *f = *state;
	uint64_t garden = with_notifier(f);
	put_resource(f, "rule", "mine",
		     "{\"topics\":[\"monitor.pending\"],\"until_topics\":[\"monitor.up\"],"
		     "\"cool_down\":\"30m\"}");
	turns(f, (struct notes){.rules = true});
	happens(f, garden, "pending", NULL);
	pass(f, MINUTE);
	happens(f, garden, "up", NULL);
	pass(f, MINUTE);
	assert_string_equal(STATES, "resolved");
	happens(f, garden, "pending", NULL); /* a blip within the cool-down */
	pass(f, MINUTE);
	happens(f, garden, "up", NULL);
	pass(f, MINUTE);
	assert_string_equal(STATES, "resolved");
	happens(f, garden, "pending", NULL); /* and what lasts longer than it */
	pass(f, 20 * MINUTE);
	assert_string_equal(STATES, "resolved,pending");
	pass(f, 10 * MINUTE);
	assert_string_equal(STATES, "resolved,open");
}

static void expiry__is_counted__from_the_last_event(void **state)
{
	struct fixture *f = *state;
	uint64_t garden = with_notifier(f);
	put_resource(f, "rule", "news",
		     "{\"topics\":[\"monitor.up\"],\"severity\":\"warning\",\"expire\":\"1h\"}");
	turns(f, (struct notes){.rules = true});
	happens(f, garden, "up", NULL);
	pass(f, 40 * MINUTE);
	happens(f, garden, "up", NULL);
	pass(f, 50 * MINUTE);
	assert_string_equal(STATES, "open");
	pass(f, 10 * MINUTE);
	assert_string_equal(STATES, "resolved");
	assert_string_equal(stored(f, "SELECT json_extract(data, '$.ended') FROM alert"),
			    "nothing more was heard of it");
}

static void inhibited__is_told__once_what_inhibits_it_has_ended(void **state)
{
	struct fixture *f = *state;
	uint64_t garden = with_notifier(f);
	put_resource(
		f, "rule", "part",
		"{\"topics\":[\"monitor.pending\"],\"until_topics\":[\"monitor.up\"],\"severity\":\"warning\"}");
	put_resource(f, "rule", "whole",
		     "{\"topics\":[\"monitor.down\"],\"until_topics\":[\"monitor.degraded\"],"
		     "\"inhibits\":[\"part\"]}");
	turns(f, (struct notes){.rules = true});
	happens(f, garden, "down", NULL);
	happens(f, garden, "pending", NULL);
	pass(f, HOUR);
	assert_string_equal(stored(f, "SELECT count(*) FROM alert_told t JOIN alert a"
				      " ON a.id = t.alert WHERE a.rule = 'part'"),
			    "0");
	happens(f, garden, "degraded", NULL);
	pass(f, HOUR);
	assert_string_equal(stored(f, "SELECT t.rev FROM alert_told t JOIN alert a"
				      " ON a.id = t.alert WHERE a.rule = 'part'"),
			    "1");
}

/* ---- what people do, and silences ----------------------------------------------------------- */

static const char *until(struct fixture *f, int64_t ms)
{
	static char spec[120];
	char text[TIME_TEXT];
	snprintf(spec, sizeof(spec), "{\"match\":[\"subject=garden\"],\"until\":\"%s\"}",
		 time_rfc3339(text, f->clock.wall_ms + ms));
	return spec;
}

static void silence__hushes__and_tells_at_its_end_what_is_still_so(void **state)
{
	struct fixture *f = *state;
	uint64_t garden = with_notifier(f);
	put_resource(f, "silence", "work", until(f, HOUR));
	turns(f, (struct notes){.silences = true});
	happens(f, garden, "down", NULL);
	pass(f, HOUR - MINUTE);
	assert_string_equal(MESSAGES, "");
	struct alert_counts n;
	alerts_count(f->a, &n);
	assert_int_equal(n.open, 1);
	assert_int_equal(n.silenced, 1);
	pass(f, 2 * MINUTE);
	assert_string_equal(MESSAGES, "alert.opened");
}

static void alert__is_seen__by_its_subject(void **state)
{
	struct fixture *f = *state;
	uint64_t garden = with_notifier(f);
	struct alert_view v;
	assert_false(alerts_about(f->a, garden, &v));
	happens(f, garden, "down", NULL);
	turns(f, (struct notes){0});
	assert_true(alerts_about(f->a, garden, &v));
	assert_int_equal(v.number, 1);
	assert_int_equal(v.severity, SEVERITY_CRITICAL);
	assert_string_equal(v.rule, "monitor-down");
	assert_false(v.acknowledged);
	assert_true(alerts_view(f->a, v.id, &v));
	assert_false(alerts_view(f->a, v.id + 1, &v));
}

/* Also when its text is shorter, or longer, than the line. */
static void alert_about_nothing_else__has__its_line(void **state)
{
	struct fixture *f = *state;
	struct event evs[3] = {
		{.at_ms = f->clock.wall_ms, .topic = "a.b", .severity = SEVERITY_WARNING},
		{.at_ms = 1}};
	struct attention lines[4];
	size_t total;
	char text[400];
	with_notifier(f);
	put_resource(f, "rule", "all", "{\"topics\":[\"a\"],\"each\":\"topic\"}");
	turns(f, (struct notes){.rules = true});
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	evs[0].text = "short";
	evs[1] = evs[0];
	strcpy(evs[1].topic, "a.c");
	evs[1].text = text;
	assert_int_equal(store_run(f->d.store, OP_PEOPLE, run_events, evs, &f->e), 0);
	turns(f, (struct notes){0});
	assert_int_equal(alerts_attention(f->a, lines, 4, &total), 2);
	assert_string_equal(lines[0].text, "short");
	assert_int_equal(strlen(lines[1].text), sizeof(lines[1].text) - 1);
}

static void ended__is_told__at_once_when_in_a_hurry(void **state)
{
	struct fixture *f = *state;
	uint64_t garden = with_notifier(f);
	happens(f, garden, "down", NULL);
	turns(f, (struct notes){0});
	happens(f, garden, "up", NULL);
	struct notes n = {.events = true};
	while (!alerts_turn(f->a, &n, true))
		;
	assert_string_equal(MESSAGES, "alert.opened,alert.resolved");
}

/* ---- a store that refuses ------------------------------------------------------------------- */

static enum err run_sql(struct txn *t, void *arg, struct error *e)
{
	return sqlite3_exec(txn_db(t), arg, NULL, NULL, NULL) ? ERR_STORE : ERR_NONE;
}

static void what_the_store_refuses_for_ever__is_dropped__and_that_is_told(void **state)
{
	struct fixture *f = *state;
	char sql[900];
	uint64_t garden = with_notifier(f);
	/* A row that the thread does not know of stands in the way. */
	snprintf(
		sql, sizeof(sql),
		"INSERT INTO alert VALUES(7, 7, 'monitor-down/monitor/%llu', 'monitor-down', "
		"'open', 2, 'monitor.down', 'monitor', %llu, 'garden', '{}', 'x', NULL, NULL, NULL,"
		" NULL, 1, 1, 1, 1, 1, 1, 0, NULL, NULL, 0, NULL)",
		(unsigned long long)garden, (unsigned long long)garden);
	assert_int_equal(store_run(f->d.store, OP_PEOPLE, run_sql, sql, &f->e), 0);
	happens(f, garden, "down", NULL);
	pass(f, 5 * MINUTE);
	assert_string_equal(stored(f, "SELECT rule FROM alert ORDER BY number"),
			    "monitor-down,feed-lost");
	happens(f, garden, "up", NULL);
	pass(f, MINUTE);
	assert_string_equal(STATES, "resolved,open");
}

static void full_disk__delays__and_loses_nothing(void **state)
{
	struct fixture *f = *state;
	uint64_t garden = with_notifier(f);
	happens(f, garden, "down", NULL);
	atomic_store(&faults->writes_left, 0);
	turns(f, (struct notes){0});
	struct alert_counts n;
	alerts_count(f->a, &n);
	assert_int_equal(n.open, 1); /* seen, though it is not stored */
	assert_string_equal(STATES, "");
	/* It does not spin. */
	assert_true(f->next > f->clock.boot_ms + 100);
	pass(f, MINUTE);
	assert_true(f->next > f->clock.boot_ms + 1000);
	atomic_store(&faults->writes_left, -1);
	/* The store looks by itself whether there is room again. */
	pass(f, 2 * MINUTE);
	assert_string_equal(STATES, "open");
	assert_string_equal(MESSAGES, "alert.opened");
}

static size_t shops_down;

static size_t attention(void *state, struct attention *out, size_t max, size_t *total)
{
	for (size_t i = 0; i < shops_down && i < max; i++) {
		out[i] = (struct attention){.level = ATTENTION_CRITICAL, .id = i + 1};
		strcpy(out[i].word, "DOWN");
		snprintf(out[i].name, sizeof(out[i].name), "shop %zu", i + 1);
		strcpy(out[i].text, "HTTP 502");
	}
	*total = shops_down;
	return shops_down;
}

/* As the thread does. */
static void look_for(struct fixture *f, int64_t ms)
{
	for (; ms > 0; ms -= EMERGENCY_LOOK_MS) {
		f->clock.boot_ms += EMERGENCY_LOOK_MS;
		f->clock.wall_ms += EMERGENCY_LOOK_MS;
		emergency_look(f->a);
	}
}

static void store_without_writes__is_told__past_it_once_and_again_of_more(void **state)
{
	struct fixture *f = *state;
	static const struct service watching = {.name = "sitemonitor", .attention = attention};
	uint64_t garden = with_notifier(f);
	f->d.services[0] = &watching;
	f->d.n_services = 1;
	put_resource(f, "notifier", "asked",
		     "{\"type\":\"webhook\",\"url\":\"http://127.0.0.1:9/x\","
		     "\"secret\":{\"secret\":\"s\"},\"on_request\":true}");
	turns(f, (struct notes){.notifiers = true});
	shops_down = 1;
	look_for(f, MINUTE);
	assert_int_equal(outbox_direct_n(f->a->outbox), 0);
	atomic_store(&faults->writes_left, 0);
	happens_not(f, garden, "down");
	look_for(f, 30000);
	assert_int_equal(outbox_direct_n(f->a->outbox), 0);
	look_for(f, 10000);
	assert_int_equal(outbox_direct_n(f->a->outbox), 1);
	look_for(f, HOUR);
	assert_int_equal(outbox_direct_n(f->a->outbox), 1);
	shops_down = 2;
	look_for(f, 10000);
	shops_down = 3;
	look_for(f, 10000);
	assert_int_equal(outbox_direct_n(f->a->outbox), 2);
	look_for(f, 5 * MINUTE);
	assert_int_equal(outbox_direct_n(f->a->outbox), 3);
	atomic_store(&faults->writes_left, -1);
}

/* ---- many ----------------------------------------------------------------------------------- */

static void ten_thousand__are__few_messages(void **state)
{
	struct fixture *f = *state;
	struct event evs[65] = {0};
	with_notifier(f);
	struct store_health health;
	size_t before = mallinfo2().uordblks;
	store_health(f->d.store, &health);
	for (uint64_t i = 0; i < 10000;) {
		size_t n = 0;
		while (n < 64 && i < 10000)
			evs[n++] = monitor_event(f, 1 + i++, "down", NULL);
		evs[n].topic[0] = 0;
		assert_int_equal(store_run(f->d.store, OP_PEOPLE, run_events, evs, &f->e), 0);
	}
	pass(f, 10 * MINUTE);
	size_t more = mallinfo2().uordblks - before;
	store_health(f->d.store, &health);
	print_message("10,000 alerts: %zu kB, the longest commit %lld us\n", more / 1024,
		      (long long)health.commit_us_max);
	assert_true(more < 30u << 20);
	assert_string_equal(stored(f, "SELECT count(*) FROM alert WHERE state = 'open'"), "10000");
	assert_string_equal(MESSAGES, "alert.group,alert.group");
	assert_string_equal(stored(f, "SELECT sum(json_extract(message, '$.total')) FROM delivery"),
			    "10000");
	assert_string_equal(
		stored(f, "SELECT max(json_array_length(message, '$.alerts')) FROM delivery"),
		"20");
	assert_string_equal(stored(f, "SELECT count(*) FROM alert_told"), "10000");
}

/* ---- subscriptions -------------------------------------------------------------------------- */

static void subscription__gets__each_event_it_wants(void **state)
{
	struct fixture *f = *state;
	if (!resource_kind_find("subscription"))
		skip();
	uint64_t garden = with_notifier(f);
	put_resource(f, "subscription", "erp",
		     "{\"topics\":[\"monitor.up\"],\"type\":\"webhook\","
		     "\"url\":\"http://127.0.0.1:9/y\",\"secret\":{\"secret\":\"s\"}}");
	turns(f, (struct notes){.subscriptions = true});
	happens(f, garden, "up", NULL);
	happens(f, garden, "degraded", NULL);
	happens(f, garden, "up", NULL);
	turns(f, (struct notes){0});
	assert_string_equal(MESSAGES, "monitor.up,monitor.up");
	assert_string_equal(stored(f, "SELECT json_extract(message, '$.data.data.state') FROM "
				      "delivery LIMIT 1"),
			    "up");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		alerts_test(down__opens__an_alert_and_tells_at_once),
		alerts_test(runbook__of_the_monitor__is_told_when_the_rule_has_none),
		alerts_test(up__resolves__it_and_tells_whom_was_told),
		alerts_test(down_again__is__another_alert_with_a_number_of_its_own),
		alerts_test(the_same_event__counts__once_however_often_it_is_said),
		alerts_test(flapping__is__a_change_of_the_same_alert),
		alerts_test(suppressed__opens__nothing_but_may_resolve),
		alerts_test(deleted_monitor__resolves__what_is_about_it),
		alerts_test(monitor_deleted_while_nobody_looked__resolves__at_the_start),
		alerts_test(news__end__without_a_word),
		alerts_test(deleted_rule__resolves__its_alerts),
		alerts_test(start__keeps__alerts_and_tells_nothing_twice),
		alerts_test(events_while_it_was_away__are_taken_in__at_the_start),
		alerts_test(resolution_that_waited__is_told__after_a_start),
		alerts_test(store_without_alerts__tells__what_is_down_already),
		alerts_test(lost_cursor__tells__what_is_down_and_that_events_were_missed),
		alerts_test(cool_down__after_an_end__lets_only_what_lasts_open_again),
		alerts_test(expiry__is_counted__from_the_last_event),
		alerts_test(inhibited__is_told__once_what_inhibits_it_has_ended),
		alerts_test(silence__hushes__and_tells_at_its_end_what_is_still_so),
		alerts_test(alert__is_seen__by_its_subject),
		alerts_test(alert_about_nothing_else__has__its_line),
		alerts_test(ended__is_told__at_once_when_in_a_hurry),
		alerts_test(what_the_store_refuses_for_ever__is_dropped__and_that_is_told),
		alerts_test(full_disk__delays__and_loses_nothing),
		alerts_test(store_without_writes__is_told__past_it_once_and_again_of_more),
		alerts_test(ten_thousand__are__few_messages),
		alerts_test(subscription__gets__each_event_it_wants),
	};
	faults = fault_vfs_register();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
