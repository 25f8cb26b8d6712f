#include "daemon/store/txn.h"

#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"

/* Make room for one more element of an array with a count and a capacity. */
#define ROOM(array, n, cap)                                                   \
	do {                                                                  \
		if ((n) == (cap)) {                                           \
			(cap) = (cap) ? (cap)*2 : 16;                         \
			(array) = mem_array((array), (cap), sizeof *(array)); \
		}                                                             \
	} while (0)

void txn_init(struct txn *t, struct store *s)
{
	*t = (struct txn){.store = s};
}

void txn_fini(struct txn *t)
{
	free(t->hooks);
	free(t->changes);
	free(t->notes);
	free(t->events);
}

void txn_begin(struct txn *t)
{
	t->now_ms = clock_wall_ms(t->store->options.clock);
	t->first_seq = t->seq = atomic_load(&t->store->seq);
}

struct txn_mark txn_mark(const struct txn *t)
{
	return (struct txn_mark){.seq = t->seq,
				 .n_hooks = t->n_hooks,
				 .n_changes = t->n_changes,
				 .n_notes = t->n_notes,
				 .n_events = t->n_events};
}

static void drop_changes(struct txn *t, size_t down_to)
{
	while (t->n_changes > down_to) {
		struct resource_change *c = &t->changes[--t->n_changes];

		resource_unref(c->old);
		resource_unref(c->now);
	}
}

static void drop_events(struct txn *t, size_t down_to)
{
	while (t->n_events > down_to)
		event_fini(&t->events[--t->n_events]);
}

void txn_rewind(struct txn *t, const struct txn_mark *m)
{
	while (t->n_hooks > m->n_hooks) {
		struct txn_hook hook = t->hooks[--t->n_hooks];

		hook.fn(hook.arg, false);
	}
	drop_changes(t, m->n_changes);
	if (t->n_linked > t->n_changes)
		t->n_linked = t->n_changes;
	drop_events(t, m->n_events);
	t->n_notes = m->n_notes;
	t->seq = m->seq;
}

static void call_resource_listener(listener_fn *fn, void *arg, void *context)
{
	const struct resource_change *c = context;

	((resource_listener_fn *)fn)(c->old, c->now, arg);
}

void txn_publish(struct txn *t)
{
	struct store *s = t->store;

	atomic_store(&s->seq, t->seq);
	for (size_t i = 0; i < t->n_hooks; i++)
		t->hooks[i].fn(t->hooks[i].arg, true);
	t->n_hooks = 0;
	/* Everything is visible before anybody is told. */
	for (size_t i = 0; i < t->n_changes; i++)
		resource_cache_apply(s->cache, t->changes[i].old, t->changes[i].now);
	for (size_t i = 0; i < t->n_changes; i++)
		listener_set_each(&s->resource_listeners, call_resource_listener, &t->changes[i]);
	if (t->n_notes || t->n_events) {
		if (t->n_events && !atomic_load(&s->oldest_event))
			atomic_store(&s->oldest_event, t->events[0].seq);
		feed_tell(s, &(struct feed_commit){.first_seq = t->first_seq + 1,
						   .last_seq = t->seq,
						   .notes = t->notes,
						   .n_notes = t->n_notes,
						   .events = t->events,
						   .n_events = t->n_events});
	}
	drop_changes(t, 0);
	drop_events(t, 0);
	t->n_notes = t->n_linked = 0;
}

void txn_on_end(struct txn *t, txn_end_fn *fn, void *arg)
{
	ROOM(t->hooks, t->n_hooks, t->cap_hooks);
	t->hooks[t->n_hooks++] = (struct txn_hook){fn, arg};
}

void txn_resource_changed(struct txn *t, const struct resource *old, const struct resource *now)
{
	ROOM(t->changes, t->n_changes, t->cap_changes);
	t->changes[t->n_changes++] = (struct resource_change){old, now};
}

void txn_add_note(struct txn *t, const struct feed_note *note)
{
	ROOM(t->notes, t->n_notes, t->cap_notes);
	t->notes[t->n_notes++] = *note;
}

void txn_add_event(struct txn *t, const struct event *ev)
{
	struct event *copy;

	ROOM(t->events, t->n_events, t->cap_events);
	copy = &t->events[t->n_events++];
	*copy = *ev;
	copy->text = mem_strdup(ev->text ? ev->text : "");
	copy->data_json = ev->data_json ? mem_strdup(ev->data_json) : NULL;
}

sqlite3 *txn_db(struct txn *t)
{
	return t->store->db;
}

struct store *txn_store(struct txn *t)
{
	return t->store;
}

int64_t txn_now_ms(const struct txn *t)
{
	return t->now_ms;
}

sqlite3_stmt *txn_prepare(struct txn *t, const char *sql, struct error *e)
{
	return stmt_cache_get(&t->store->statements, sql, e);
}

enum err txn_exec(struct txn *t, sqlite3_stmt *st, struct error *e)
{
	int rc;

	if (!st)
		return e && e->code ? e->code : ERR_STORE;
	do {
		rc = sqlite3_step(st);
	} while (rc == SQLITE_ROW);
	if (rc != SQLITE_DONE) {
		enum err code = store_error(rc, t->store->db, "write to the store", e);

		sqlite3_reset(st);
		return code;
	}
	sqlite3_reset(st);
	return ERR_NONE;
}

uint64_t txn_seq(struct txn *t)
{
	return ++t->seq;
}

uint64_t txn_new_id(struct txn *t)
{
	return id_next(&t->store->ids, t->now_ms);
}

void txn_bind_text(sqlite3_stmt *st, int i, const char *text)
{
	sqlite3_bind_text(st, i, text, -1, SQLITE_TRANSIENT);
}

enum err txn_meta_set(struct txn *t, const char *key, const char *value, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t,
				       "INSERT INTO meta(key, value) VALUES(?, ?) "
				       "ON CONFLICT(key) DO UPDATE SET value = excluded.value",
				       e);

	if (st) {
		txn_bind_text(st, 1, key);
		txn_bind_text(st, 2, value);
	}
	return txn_exec(t, st, e);
}
