#include "tests/unit/daemon/store/store_fixture.h"

#include "shared/schema/schema.h"

struct said {
	const char *topic, *text, *data;
	uint64_t subject;
	int64_t at_ms;
	enum err fail_with;
};

static enum err run_event(struct txn *t, void *arg, struct error *e)
{
	struct said *s = arg;
	struct event ev = {.severity = SEVERITY_WARNING,
			   .subject_kind = "monitor",
			   .subject = s->subject,
			   .name = "shop",
			   .at_ms = s->at_ms,
			   .text = (char *)(uintptr_t)s->text,
			   .data_json = (char *)(uintptr_t)s->data};
	enum err rc;

	snprintf(ev.topic, sizeof ev.topic, "%s", s->topic);
	rc = feed_event(t, &ev, e);
	return rc ? rc : s->fail_with;
}

static enum err say(struct fixture *f, const char *topic, uint64_t subject)
{
	struct said s = {.topic = topic, .text = "one sentence", .subject = subject};

	return store_run(f->store, OP_PEOPLE, run_event, &s, &f->error);
}

struct collected {
	char topics[64][16];
	uint64_t seqs[64];
	size_t n, stop_at;
};

static bool collect(const struct event *ev, void *arg)
{
	struct collected *c = arg;

	snprintf(c->topics[c->n], sizeof c->topics[0], "%.15s", ev->topic);
	c->seqs[c->n++] = ev->seq;
	return c->n != c->stop_at;
}

static void feed_event__read_back_in_order_from_a_position(void **state)
{
	struct fixture *f = *state;
	struct collected c = {0}, rest = {0}, one = {.stop_at = 1};

	assert_int_equal(feed_oldest(f->store), 0);
	assert_int_equal(say(f, "a", 1), ERR_NONE);
	assert_int_equal(say(f, "b", 2), ERR_NONE);
	assert_int_equal(say(f, "c", 1), ERR_NONE);
	assert_int_equal(feed_events_after(f->store, 0, 100, collect, &c, &f->error), ERR_NONE);
	assert_int_equal(c.n, 3);
	assert_string_equal(c.topics[0], "a");
	assert_string_equal(c.topics[2], "c");
	assert_true(c.seqs[0] < c.seqs[1] && c.seqs[1] < c.seqs[2]);
	assert_int_equal(feed_oldest(f->store), c.seqs[0]);
	assert_int_equal(feed_events_after(f->store, c.seqs[0], 1, collect, &rest, NULL), ERR_NONE);
	assert_int_equal(rest.n, 1);
	assert_string_equal(rest.topics[0], "b");
	assert_int_equal(feed_events_after(f->store, 0, 100, collect, &one, NULL), ERR_NONE);
	assert_int_equal(one.n, 1);
}

static void feed_events__conditions__select(void **state)
{
	struct fixture *f = *state;
	struct said old = {.topic = "old", .text = "t", .subject = 1, .at_ms = 1000};
	struct collected c = {0}, newest = {0}, past = {0};

	assert_int_equal(store_run(f->store, OP_PEOPLE, run_event, &old, NULL), ERR_NONE);
	assert_int_equal(say(f, "b", 2), ERR_NONE);
	assert_int_equal(say(f, "c", 1), ERR_NONE);
	assert_int_equal(feed_events(f->store, &(struct event_query){.subject = 1, .limit = 9},
				     collect, &c, NULL),
			 ERR_NONE);
	assert_int_equal(c.n, 2);
	assert_string_equal(c.topics[1], "c");
	assert_int_equal(feed_events(f->store,
				     &(struct event_query){.newest_first = true, .limit = 2},
				     collect, &newest, NULL),
			 ERR_NONE);
	assert_string_equal(newest.topics[0], "c");
	assert_string_equal(newest.topics[1], "b");
	assert_int_equal(feed_events(f->store, &(struct event_query){.until_ms = 1001, .limit = 2},
				     collect, &past, NULL),
			 ERR_NONE);
	assert_int_equal(past.n, 1);
	assert_string_equal(past.topics[0], "old");
}

static void feed_event__too_large__is_refused(void **state)
{
	struct fixture *f = *state;
	char *data = mem_zalloc(4098);
	struct said s = {.topic = "a", .text = "t", .data = data};

	memset(data, ' ', 4097);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_event, &s, &f->error), ERR_TOO_LARGE);
	data[4096] = '\0';
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_event, &s, &f->error), ERR_NONE);
	free(data);
}

static enum err run_change(struct txn *t, void *arg, struct error *e)
{
	enum err rc = feed_change(t, "monitor", 7, false, e);

	if (!rc)
		rc = feed_change(t, "monitor", 8, true, e);
	return rc;
}

struct heard {
	int calls;
	uint64_t first, last;
	size_t notes, events;
	struct feed_note note[4];
	char text[32];
};

static void listen_in(const struct feed_commit *c, void *arg)
{
	struct heard *h = arg;

	h->calls++;
	h->first = c->first_seq;
	h->last = c->last_seq;
	h->notes = c->n_notes;
	h->events = c->n_events;
	for (size_t i = 0; i < c->n_notes && i < 4; i++)
		h->note[i] = c->notes[i];
	if (c->n_events)
		snprintf(h->text, sizeof h->text, "%.31s", c->events[0].text);
}

static void feed_listen__a_commit__is_told_once_with_its_positions(void **state)
{
	struct fixture *f = *state;
	struct heard h = {0};
	uint64_t before;
	struct store_health health;

	store_health(f->store, &health);
	before = health.seq;
	feed_listen(f->store, listen_in, &h);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_change, NULL, NULL), ERR_NONE);
	assert_int_equal(h.calls, 1);
	assert_int_equal(h.first, before + 1);
	assert_int_equal(h.last, before + 2);
	assert_int_equal(h.notes, 2);
	assert_int_equal(h.note[0].id, 7);
	assert_false(h.note[0].deleted);
	assert_int_equal(h.note[1].id, 8);
	assert_true(h.note[1].deleted);
	assert_int_equal(say(f, "a", 1), ERR_NONE);
	assert_int_equal(h.calls, 2);
	assert_int_equal(h.events, 1);
	assert_string_equal(h.text, "one sentence");
	feed_unlisten(f->store, listen_in, &h);
	assert_int_equal(say(f, "b", 1), ERR_NONE);
	assert_int_equal(h.calls, 2);
}

static void feed__failed_operation__uses_no_position(void **state)
{
	struct fixture *f = *state;
	struct said s = {.topic = "x", .text = "t", .fail_with = ERR_INVALID};
	struct store_health before, after;
	struct heard h = {0};

	feed_listen(f->store, listen_in, &h);
	store_health(f->store, &before);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_event, &s, NULL), ERR_INVALID);
	store_health(f->store, &after);
	assert_int_equal(after.seq, before.seq);
	assert_int_equal(h.calls, 0);
	assert_int_equal(feed_oldest(f->store), 0);
	feed_unlisten(f->store, listen_in, &h);
}

static void feed__reopened__counts_on_in_the_same_epoch(void **state)
{
	struct fixture *f = *state;
	struct store_health before, after;

	assert_int_equal(say(f, "a", 1), ERR_NONE);
	store_health(f->store, &before);
	fixture_reopen(f);
	store_health(f->store, &after);
	assert_int_equal(after.seq, before.seq);
	assert_int_equal(after.epoch, before.epoch);
	assert_int_equal(feed_oldest(f->store), before.seq);
}

static void copy_file(const char *from, const char *to)
{
	char command[600];

	snprintf(command, sizeof command, "cp '%s' '%s'", from, to);
	assert_int_equal(system(command), 0);
}

static void feed__older_copy_restored__begins_a_new_epoch(void **state)
{
	struct fixture *f = *state;
	char db[256], copy[256];
	uint64_t epoch = store_epoch(f->store);

	snprintf(db, sizeof db, "%s/store.db", f->dir);
	snprintf(copy, sizeof copy, "%s/copy", f->dir);
	assert_int_equal(say(f, "a", 1), ERR_NONE);
	store_close(f->store);
	f->store = NULL;
	copy_file(db, copy);
	fixture_open(f);
	assert_int_equal(store_epoch(f->store), epoch);
	assert_int_equal(say(f, "b", 1), ERR_NONE);
	store_close(f->store);
	f->store = NULL;
	copy_file(copy, db);
	fixture_open(f);
	assert_int_equal(store_epoch(f->store), epoch + 1);
	fixture_reopen(f);
	assert_int_equal(store_epoch(f->store), epoch + 1);
}

static void event_write_json__is_the_documented_object(void **state)
{
	struct buf out = BUF_INIT(4096);
	struct json_writer w;
	struct event ev = {.seq = 42,
			   .at_ms = 1763833683120,
			   .topic = "monitor.down",
			   .severity = SEVERITY_CRITICAL,
			   .subject_kind = "monitor",
			   .subject = 1,
			   .name = "shop",
			   .text = "it is \"down\"",
			   .data_json = "{\"failures\":3}"};
	json_t *v;

	jw_init(&w, &out);
	event_write_json(&w, 3, &ev);
	v = json_read(out.data, out.len, 4096, NULL);
	assert_non_null(v);
	assert_string_equal(json_str(v, "kind", ""), "event");
	assert_string_equal(json_str(v, "id", ""), "3-42");
	assert_string_equal(json_str(v, "severity", ""), "critical");
	assert_string_equal(json_str(v, "subject", ""), "mon_0000000000001");
	assert_string_equal(json_str(v, "at", ""), "2025-11-22T17:48:03.120Z");
	assert_string_equal(json_str(v, "text", ""), "it is \"down\"");
	assert_int_equal(json_integer_value(json_path(v, "data.failures")), 3);
	json_decref(v);
	buf_fini(&out);
}

struct position {
	const char *name;
	uint64_t seq;
};

static enum err run_cursor(struct txn *t, void *arg, struct error *e)
{
	struct position *p = arg;

	return cursor_set(t, p->name, p->seq, e);
}

static void cursor__kept_and_unknown(void **state)
{
	struct fixture *f = *state;
	struct position p = {"alerts", 17};
	uint64_t seq = 9;
	bool lost = true;

	assert_int_equal(cursor_get(f->store, "alerts", &seq, &lost, NULL), ERR_NONE);
	assert_int_equal(seq, 0);
	assert_false(lost);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_cursor, &p, NULL), ERR_NONE);
	fixture_reopen(f);
	assert_int_equal(cursor_get(f->store, "alerts", &seq, &lost, NULL), ERR_NONE);
	assert_int_equal(seq, 17);
	assert_false(lost);
}

/* ---- retention ----------------------------------------------------------------------------------
 */

static int64_t wall_ms = 1800000000000;

static int64_t turned_wall(const struct clock *c)
{
	return wall_ms;
}

static void turn_clock(struct fixture *f)
{
	static struct clock c;

	c = (struct clock){.boot_us = clock_system.boot_us, .wall_ms = turned_wall};
	store_close(f->store);
	f->store = NULL;
	f->options.clock = &c;
}

static void maintain(struct fixture *f)
{
	unsigned runs = maintenance_runs(f->store->maintenance);

	maintenance_soon(f->store->maintenance);
	wait_until(maintenance_runs(f->store->maintenance) > runs);
}

static void retention__events__by_days_but_not_before_the_lowest_cursor(void **state)
{
	struct fixture *f = *state;
	struct position p = {"alerts", 0};
	struct collected c = {0}, rest = {0};

	turn_clock(f);
	f->options.retention.events_ms = 86400000;
	fixture_open(f);
	for (int i = 0; i < 3; i++)
		assert_int_equal(say(f, "old", 1), ERR_NONE);
	assert_int_equal(feed_events_after(f->store, 0, 9, collect, &c, NULL), ERR_NONE);
	p.seq = c.seqs[1];
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_cursor, &p, NULL), ERR_NONE);
	wall_ms += 2 * 86400000;
	assert_int_equal(say(f, "new", 1), ERR_NONE);
	maintain(f);
	assert_int_equal(feed_events_after(f->store, 0, 9, collect, &rest, NULL), ERR_NONE);
	assert_int_equal(rest.n, 2); /* the third old one was not seen by everybody yet */
	assert_int_equal(rest.seqs[0], c.seqs[2]);
	assert_int_equal(feed_oldest(f->store), c.seqs[2]);
}

static void retention__changed_while_open__is_kept_to_at_once(void **state)
{
	struct fixture *f = *state;
	struct store_retention shorter = {.events_ms = 86400000};
	struct collected c = {0}, rest = {0};
	unsigned runs;

	turn_clock(f);
	fixture_open(f);
	assert_int_equal(say(f, "old", 1), ERR_NONE);
	wall_ms += 2 * 86400000;
	assert_int_equal(say(f, "new", 1), ERR_NONE);
	maintain(f);
	assert_int_equal(feed_events_after(f->store, 0, 9, collect, &c, NULL), ERR_NONE);
	assert_int_equal(c.n, 2);
	runs = maintenance_runs(f->store->maintenance);
	assert_int_equal(store_set_retention(f->store, &shorter, NULL), ERR_NONE);
	wait_until(maintenance_runs(f->store->maintenance) > runs);
	assert_int_equal(feed_events_after(f->store, 0, 9, collect, &rest, NULL), ERR_NONE);
	assert_int_equal(rest.n, 1);
	assert_int_equal(rest.seqs[0], c.seqs[1]);
}

/* Who comes back from before must hear that something is missing. */
static void retention__of_all_events__is_known_afterwards(void **state)
{
	struct fixture *f = *state;
	struct collected c = {0};

	turn_clock(f);
	f->options.retention.events_ms = 86400000;
	fixture_open(f);
	for (int i = 0; i < 3; i++)
		assert_int_equal(say(f, "old", 1), ERR_NONE);
	assert_int_equal(feed_events_after(f->store, 0, 9, collect, &c, NULL), ERR_NONE);
	wall_ms += 2 * 86400000;
	maintain(f);
	assert_int_equal(feed_oldest(f->store), c.seqs[2] + 1);
	store_close(f->store);
	f->store = NULL;
	fixture_open(f);
	assert_int_equal(feed_oldest(f->store), c.seqs[2] + 1);
}

static enum err run_bulk(struct txn *t, void *arg, struct error *e)
{
	struct said *s = arg;
	enum err rc = ERR_NONE;

	for (int i = 0; !rc && i < 500; i++)
		rc = run_event(t, s, e);
	return rc;
}

/* Written while the clock was a year ahead: they go with the old ones that came after them, and the
 * young ones among them stay. */
static void retention__events_of_a_clock_that_was_ahead__keep_no_others_back(void **state)
{
	struct fixture *f = *state;
	struct collected c = {0};
	struct said ahead = {.topic = "ahead", .text = "t"};

	turn_clock(f);
	f->options.retention.events_ms = 86400000;
	fixture_open(f);
	ahead.at_ms = wall_ms + 365 * INT64_C(86400000);
	assert_int_equal(store_run(f->store, OP_BACKGROUND, run_bulk, &ahead, &f->error), ERR_NONE);
	for (int i = 0; i < 3; i++)
		assert_int_equal(say(f, "old", 1), ERR_NONE);
	wall_ms += 2 * 86400000;
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_event, &ahead, &f->error), ERR_NONE);
	assert_int_equal(say(f, "new", 1), ERR_NONE);
	maintain(f);
	assert_int_equal(feed_events_after(f->store, 0, 60, collect, &c, NULL), ERR_NONE);
	assert_int_equal(c.n, 2);
	assert_string_equal(c.topics[0], "ahead");
	assert_string_equal(c.topics[1], "new");
}

static void retention__bytes__overtake_a_cursor_which_is_then_lost(void **state)
{
	struct fixture *f = *state;
	struct position p = {"asleep", 1};
	char *data = mem_zalloc(4001);
	struct said s = {.topic = "big", .text = "t", .data = data};
	struct store_health before, after;
	uint64_t seq;
	bool lost;

	memset(data, ' ', 4000);
	turn_clock(f);
	f->options.retention.events_ms = 8 * INT64_C(86400000);
	f->options.retention.bytes = 6 << 20;
	fixture_open(f);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_cursor, &p, NULL), ERR_NONE);
	/* 2 MB a day for five days: within the days, over the bytes. */
	for (int day = 0; day < 5; day++) {
		assert_int_equal(store_run(f->store, OP_BACKGROUND, run_bulk, &s, &f->error),
				 ERR_NONE);
		wall_ms += 86400000;
	}
	store_health(f->store, &before);
	maintain(f);
	assert_int_equal(cursor_get(f->store, "asleep", &seq, &lost, NULL), ERR_NONE);
	assert_true(lost);
	assert_true(feed_oldest(f->store) > 1);
	assert_true(feed_oldest(f->store) <= before.seq); /* not all of them */
	/* Positions never come back, whatever was removed. */
	fixture_reopen(f);
	store_health(f->store, &after);
	assert_true(after.seq >= before.seq);
	assert_true(after.bytes < 7 << 20); /* pages were given back */
	free(data);
}

static enum err run_tombstone(struct txn *t, void *arg, struct error *e)
{
	return feed_change(t, "monitor", 5, true, e);
}

static int64_t count_changes(struct store *s)
{
	struct reader *r = store_reader(s, NULL);
	sqlite3_stmt *st = reader_prepare(r, "SELECT count(*) FROM changes", NULL);
	int64_t n;

	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	n = sqlite3_column_int64(st, 0);
	reader_done(r);
	return n;
}

static void retention__tombstones__stay_for_thirty_days(void **state)
{
	struct fixture *f = *state;
	struct store_health before, after;

	turn_clock(f);
	fixture_open(f);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_tombstone, NULL, NULL), ERR_NONE);
	store_health(f->store, &before);
	wall_ms += 29 * INT64_C(86400000);
	maintain(f);
	assert_int_equal(count_changes(f->store), 1);
	wall_ms += 2 * INT64_C(86400000);
	maintain(f);
	assert_int_equal(count_changes(f->store), 0);
	fixture_reopen(f);
	store_health(f->store, &after);
	assert_int_equal(after.seq, before.seq);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(feed_event__read_back_in_order_from_a_position),
		store_test(feed_events__conditions__select),
		store_test(feed_event__too_large__is_refused),
		store_test(feed_listen__a_commit__is_told_once_with_its_positions),
		store_test(feed__failed_operation__uses_no_position),
		store_test(feed__reopened__counts_on_in_the_same_epoch),
		store_test(feed__older_copy_restored__begins_a_new_epoch),
		store_test(event_write_json__is_the_documented_object),
		store_test(cursor__kept_and_unknown),
		store_test(retention__events__by_days_but_not_before_the_lowest_cursor),
		store_test(retention__changed_while_open__is_kept_to_at_once),
		store_test(retention__of_all_events__is_known_afterwards),
		store_test(retention__events_of_a_clock_that_was_ahead__keep_no_others_back),
		store_test(retention__bytes__overtake_a_cursor_which_is_then_lost),
		store_test(retention__tombstones__stay_for_thirty_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
