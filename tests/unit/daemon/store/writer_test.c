#include "tests/unit/daemon/store/store_fixture.h"

#include <fcntl.h>

#include "daemon/store/database.h"

/* Write one meta row, then give the result that was asked for. */
struct write {
	const char *key;
	enum err result;
	int runs;
};

static enum err run_write(struct txn *t, void *arg, struct error *e)
{
	struct write *w = arg;
	enum err rc = txn_meta_set(t, w->key, "x", e);

	w->runs++;
	if (rc)
		return rc;
	return w->result ? error_set(e, w->result, "refused as asked") : ERR_NONE;
}

static bool has(struct store *s, const char *key)
{
	char *v = store_meta_get(s, key);
	bool found = v != NULL;

	free(v);
	return found;
}

static void store_run__success__is_visible_and_survives(void **state)
{
	struct fixture *f = *state;
	struct write w = {.key = "a"};

	assert_int_equal(store_run(f->store, OP_PEOPLE, run_write, &w, &f->error), ERR_NONE);
	assert_int_equal(w.runs, 1);
	assert_true(has(f->store, "a"));
	fixture_reopen(f);
	assert_true(has(f->store, "a"));
}

static void store_run__failure__leaves_nothing_and_says_why(void **state)
{
	struct fixture *f = *state;
	struct write w = {.key = "a", .result = ERR_CONFLICT};

	assert_int_equal(store_run(f->store, OP_PEOPLE, run_write, &w, &f->error), ERR_CONFLICT);
	assert_string_equal(f->error.text, "refused as asked");
	assert_int_equal(f->error.code, ERR_CONFLICT);
	assert_false(has(f->store, "a"));
}

/* ---- a gate keeps the writer busy, so that what is submitted forms one group -------------------
 */

struct gate {
	pthread_mutex_t m;
	atomic_int inside;
	struct store_op op;
};

static enum err run_gate(struct txn *t, void *arg, struct error *e)
{
	struct gate *g = arg;

	atomic_store(&g->inside, 1);
	pthread_mutex_lock(&g->m);
	pthread_mutex_unlock(&g->m);
	return ERR_NONE;
}

static void gate_close(struct gate *g, struct store *s)
{
	pthread_mutex_init(&g->m, NULL);
	g->op = (struct store_op){.run = run_gate, .arg = g};
	pthread_mutex_lock(&g->m);
	assert_int_equal(store_submit(s, OP_PEOPLE, &g->op, NULL), ERR_NONE);
	wait_until(atomic_load(&g->inside));
}

static void gate_open(struct gate *g)
{
	pthread_mutex_unlock(&g->m);
}

struct order {
	int numbers[64];
	atomic_int n;
};

struct item {
	struct store_op op;
	struct order *order;
	struct write write;
	int number;
	enum err code;
	char text[64];
};

static enum err run_item(struct txn *t, void *arg, struct error *e)
{
	struct item *i = arg;

	return run_write(t, &i->write, e);
}

static void item_done(void *arg, enum err code, const struct error *e)
{
	struct item *i = arg;
	int n = atomic_load(&i->order->n);

	i->code = code;
	snprintf(i->text, sizeof i->text, "%.60s", e ? e->text : "");
	i->order->numbers[n] = i->number;
	atomic_store(&i->order->n, n + 1);
}

static void item_submit(struct item *i, struct store *s, enum op_queue q, struct order *o,
			int number, const char *key, enum err result)
{
	*i = (struct item){.order = o, .number = number, .write = {.key = key, .result = result}};
	i->op = (struct store_op){.run = run_item, .done = item_done, .arg = i};
	assert_int_equal(store_submit(s, q, &i->op, NULL), ERR_NONE);
}

static void group__one_fails__others_are_kept_in_order(void **state)
{
	struct fixture *f = *state;
	struct store_health before, after;
	struct order o = {0};
	struct item items[3];
	struct gate g = {0};

	gate_close(&g, f->store);
	store_health(f->store, &before);
	item_submit(&items[0], f->store, OP_PEOPLE, &o, 0, "first", ERR_NONE);
	item_submit(&items[1], f->store, OP_PEOPLE, &o, 1, "second", ERR_INVALID);
	item_submit(&items[2], f->store, OP_PEOPLE, &o, 2, "third", ERR_NONE);
	gate_open(&g);
	wait_until(atomic_load(&o.n) == 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(o.numbers[i], i);
	assert_int_equal(items[0].code, ERR_NONE);
	assert_int_equal(items[1].code, ERR_INVALID);
	assert_string_equal(items[1].text, "refused as asked");
	assert_int_equal(items[2].code, ERR_NONE);
	assert_true(has(f->store, "first"));
	assert_false(has(f->store, "second"));
	assert_true(has(f->store, "third"));
	store_health(f->store, &after);
	/* The gate's own and one for the three. */
	assert_int_equal(after.commits - before.commits, 2);
}

static void group__people__come_before_background(void **state)
{
	struct fixture *f = *state;
	struct order o = {0};
	struct item items[4];
	struct gate g = {0};

	gate_close(&g, f->store);
	item_submit(&items[0], f->store, OP_BACKGROUND, &o, 10, "a", ERR_NONE);
	item_submit(&items[1], f->store, OP_BACKGROUND, &o, 11, "b", ERR_NONE);
	item_submit(&items[2], f->store, OP_PEOPLE, &o, 20, "c", ERR_NONE);
	item_submit(&items[3], f->store, OP_PEOPLE, &o, 21, "d", ERR_NONE);
	gate_open(&g);
	wait_until(atomic_load(&o.n) == 4);
	assert_int_equal(o.numbers[0], 20);
	assert_int_equal(o.numbers[1], 21);
	assert_int_equal(o.numbers[2], 10);
	assert_int_equal(o.numbers[3], 11);
}

static void background__long_queue__is_taken_in_slices(void **state)
{
	struct fixture *f = *state;
	struct store_health before, after;
	struct order o = {0};
	struct item items[64];
	struct gate g = {0};

	gate_close(&g, f->store);
	store_health(f->store, &before);
	for (int i = 0; i < 64; i++)
		item_submit(&items[i], f->store, OP_BACKGROUND, &o, i, "k", ERR_NONE);
	gate_open(&g);
	wait_until(atomic_load(&o.n) == 64);
	for (int i = 0; i < 64; i++)
		assert_int_equal(o.numbers[i], i);
	store_health(f->store, &after);
	assert_true(after.commits - before.commits >= 3);
}

static void store_cancel__still_queued__never_runs(void **state)
{
	struct fixture *f = *state;
	struct order o = {0};
	struct item items[2];
	struct gate g = {0};

	gate_close(&g, f->store);
	item_submit(&items[0], f->store, OP_PEOPLE, &o, 0, "kept", ERR_NONE);
	item_submit(&items[1], f->store, OP_PEOPLE, &o, 1, "cancelled", ERR_NONE);
	assert_true(store_cancel(f->store, &items[1].op));
	assert_false(store_cancel(f->store, &items[1].op));
	assert_false(store_cancel(f->store, &g.op)); /* taken up long ago */
	gate_open(&g);
	wait_until(atomic_load(&o.n) == 2);
	assert_int_equal(items[0].code, ERR_NONE);
	assert_int_equal(items[1].code, ERR_CANCELLED);
	assert_int_equal(items[1].write.runs, 0);
	assert_false(has(f->store, "cancelled"));
}

static void store_submit__queue_full__is_busy(void **state)
{
	struct fixture *f = *state;
	struct store_op *ops = mem_zalloc(4097 * sizeof *ops);
	struct gate g = {0};
	int taken = 0;
	enum err rc = ERR_NONE;
	struct write w = {.key = "many"}, last = {.key = "last"};

	gate_close(&g, f->store);
	for (; taken < 4097; taken++) {
		ops[taken] = (struct store_op){.run = run_write, .arg = &w};
		rc = store_submit(f->store, OP_BACKGROUND, &ops[taken], &f->error);
		if (rc)
			break;
	}
	assert_int_equal(taken, 4096);
	assert_int_equal(rc, ERR_BUSY);
	assert_true(f->error.hint[0]);
	/* People have a queue of their own. */
	gate_open(&g);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_write, &last, &f->error), ERR_NONE);
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(w.runs, 4096);
	free(ops);
	fixture_open(f);
}

static void store_close__queued__finishes_everything(void **state)
{
	struct fixture *f = *state;
	struct order o = {0};
	struct item items[8];
	char keys[8][16];

	for (int i = 0; i < 8; i++) {
		snprintf(keys[i], sizeof keys[i], "k%d", i);
		item_submit(&items[i], f->store, i & 1 ? OP_PEOPLE : OP_BACKGROUND, &o, i, keys[i],
			    ERR_NONE);
	}
	fixture_reopen(f);
	assert_int_equal(atomic_load(&o.n), 8);
	for (int i = 0; i < 8; i++)
		assert_true(has(f->store, keys[i]));
}

static void hook(void *arg, bool committed)
{
	int *seen = arg;

	*seen = committed ? 1 : -1;
}

struct hooked {
	int seen;
	enum err result;
	bool seen_before_done;
};

static enum err run_hooked(struct txn *t, void *arg, struct error *e)
{
	struct hooked *h = arg;

	txn_on_end(t, hook, &h->seen);
	return h->result;
}

static void txn_on_end__tells_the_fate(void **state)
{
	struct fixture *f = *state;
	struct hooked good = {0}, bad = {.result = ERR_INVALID};

	assert_int_equal(store_run(f->store, OP_PEOPLE, run_hooked, &good, NULL), ERR_NONE);
	assert_int_equal(good.seen, 1);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_hooked, &bad, NULL), ERR_INVALID);
	assert_int_equal(bad.seen, -1);
}

static enum err run_bad_sql(struct txn *t, void *arg, struct error *e)
{
	return txn_exec(t, txn_prepare(t, "INSERT INTO nowhere VALUES(1)", e), e);
}

static enum err run_duplicate(struct txn *t, void *arg, struct error *e)
{
	return txn_exec(t, txn_prepare(t, "INSERT INTO meta(key, value) VALUES('dup', '1')", e), e);
}

static void store_run__sql_fault__is_only_its_own(void **state)
{
	struct fixture *f = *state;
	struct store_health h;

	assert_int_equal(store_run(f->store, OP_PEOPLE, run_bad_sql, NULL, &f->error), ERR_STORE);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_duplicate, NULL, &f->error), ERR_NONE);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_duplicate, NULL, &f->error),
			 ERR_EXISTS);
	store_health(f->store, &h);
	assert_false(h.readonly);
}

static void store_alive__idle_and_busy(void **state)
{
	struct fixture *f = *state;
	struct write w = {.key = "a"};
	struct gate g = {0};

	assert_true(store_alive(f->store, 1000));
	gate_close(&g, f->store);
	store_alive(f->store, 1000);
	wait_until(!store_alive(f->store, 1));
	gate_open(&g);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_write, &w, &f->error), ERR_NONE);
	assert_true(store_alive(f->store, 0) || store_alive(f->store, 1000));
}

static enum err run_fill(struct txn *t, void *arg, struct error *e)
{
	int *round = arg;
	sqlite3_stmt *st =
		txn_prepare(t,
			    "INSERT OR REPLACE INTO idempotency(key, status, reply, at_ms) "
			    "VALUES(?, 1, printf('%.*c', 1000000, 'x'), ?)",
			    e);

	if (st) {
		sqlite3_bind_int(st, 1, *round % 8);
		sqlite3_bind_int64(st, 2, txn_now_ms(t));
	}
	return txn_exec(t, st, e);
}

static void checkpoint__long_log__goes_into_the_file_unless_held(void **state)
{
	struct fixture *f = *state;
	struct store_health h;
	int64_t largest = 0;
	int i = 0;

	store_checkpoint_hold(f->store);
	for (; i < 30; i++)
		assert_int_equal(store_run(f->store, OP_PEOPLE, run_fill, &i, &f->error), ERR_NONE);
	store_health(f->store, &h);
	assert_true(h.wal_bytes > 24 << 20); /* all of it: nothing was moved */
	store_checkpoint_release(f->store);
	for (; i < 90; i++) {
		assert_int_equal(store_run(f->store, OP_PEOPLE, run_fill, &i, &f->error), ERR_NONE);
		store_health(f->store, &h);
		if (i > 60 && h.wal_bytes > largest)
			largest = h.wal_bytes;
	}
	assert_true(largest < 20 << 20);
	assert_true(h.bytes >= 7 << 20);
}

static int64_t fixed_ms = 1800000000000;

static int64_t now_fixed(const struct clock *c)
{
	return fixed_ms;
}

static enum err run_id(struct txn *t, void *arg, struct error *e)
{
	*(uint64_t *)arg = txn_new_id(t);
	return txn_meta_set(t, "x", "y", e);
}

static void ids__clock_went_back__never_do(void **state)
{
	struct fixture *f = *state;
	static struct clock c = {.wall_ms = now_fixed};
	uint64_t before, after;

	c.boot_us = clock_system.boot_us;
	store_close(f->store);
	f->store = NULL;
	f->options.clock = &c;
	fixture_open(f);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_id, &before, NULL), ERR_NONE);
	fixed_ms -= 86400000;
	fixture_reopen(f);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_id, &after, NULL), ERR_NONE);
	assert_true(after > before);
	assert_true(id_time_ms(after) - id_time_ms(before) < 1000); /* clean end: exactly known */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(store_run__success__is_visible_and_survives),
		store_test(store_run__failure__leaves_nothing_and_says_why),
		store_test(group__one_fails__others_are_kept_in_order),
		store_test(group__people__come_before_background),
		store_test(background__long_queue__is_taken_in_slices),
		store_test(store_cancel__still_queued__never_runs),
		store_test(store_submit__queue_full__is_busy),
		store_test(store_close__queued__finishes_everything),
		store_test(txn_on_end__tells_the_fate),
		store_test(store_run__sql_fault__is_only_its_own),
		store_test(store_alive__idle_and_busy),
		store_test(checkpoint__long_log__goes_into_the_file_unless_held),
		store_test(ids__clock_went_back__never_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
