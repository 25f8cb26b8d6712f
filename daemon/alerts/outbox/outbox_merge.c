/* After a long outage: what was never tried becomes one message. */
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/outbox/outbox_internal.h"
#include "daemon/alerts/outbox/summary.h"
#include "shared/mem.h"

enum { MERGED_AT_ONCE = 1000 };

struct merge {
	uint64_t *ids;
	size_t n;
	int64_t from_ms; /* wall: the first of them */
	struct outbox_message message;
	int64_t now_ms;
};

/* With the lock held: what was never tried and is not held back. */
static void choose(const struct outbox *o, const struct lane *l, struct merge *m)
{
	int64_t now_ms = outbox_boot_ms(o);

	m->ids = mem_array(NULL, MERGED_AT_ONCE, sizeof *m->ids);
	for (size_t i = l->first; i < l->n && m->n < MERGED_AT_ONCE; i++) {
		const struct entry *e = &l->entries[i];

		if (e->attempts || entry_is_held(e, now_ms))
			continue;
		if (!m->n)
			m->from_ms = e->created_ms;
		m->ids[m->n++] = e->id;
	}
}

static enum err move_one(struct txn *t, const struct merge *m, uint64_t id, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t,
				       "UPDATE delivery SET state = 'merged', merged_into = ?2, "
				       "next_ms = 0 WHERE id = ?1 AND state = 'pending'",
				       e);
	enum err rc;

	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)id);
		sqlite3_bind_int64(st, 2, (int64_t)m->message.id);
	}
	rc = txn_exec(t, st, e);
	st = rc ? NULL
		: txn_prepare(t,
			      "INSERT OR IGNORE INTO delivery_alert(delivery, alert) "
			      "SELECT ?2, alert FROM delivery_alert WHERE delivery = ?1",
			      e);
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)id);
		sqlite3_bind_int64(st, 2, (int64_t)m->message.id);
	}
	if (!rc)
		rc = txn_exec(t, st, e);
	return rc ? rc : feed_change(t, "delivery", id, false, e);
}

static enum err run_merge(struct txn *t, void *arg, struct error *e)
{
	struct merge *m = arg;
	enum err rc = outbox_add(t, &m->message, m->now_ms, e);

	for (size_t i = 0; i < m->n && !rc; i++)
		rc = move_one(t, m, m->ids[i], e);
	return rc;
}

/* Leaves only those that are about alerts. */
static enum err read_all(struct outbox *o, struct merge *m, struct summary *s, struct error *e)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->n; i++) {
		char *text = delivery_read(o, m->ids[i], e);

		if (!text && e->code)
			return e->code;
		if (text && summary_add(s, text))
			m->ids[kept++] = m->ids[i];
		free(text);
	}
	m->n = kept;
	return kept < SUMMARY_MIN ? ERR_NOT_FOUND : ERR_NONE;
}

enum err lane_merge(struct outbox *o, struct lane *l, const struct resource *notifier,
		    struct error *e)
{
	struct merge m = {.now_ms = outbox_wall_ms(o)};
	struct message told;
	struct summary *s;
	struct tz *zone;
	struct wording w;
	enum err rc;

	/* Programs that subscribed want each event. */
	if (strcmp(notifier->kind->kind, "notifier") != 0)
		return ERR_NOT_FOUND;
	s = summary_new();
	pthread_mutex_lock(&o->lock);
	choose(o, l, &m);
	pthread_mutex_unlock(&o->lock);
	rc = read_all(o, &m, s, e);
	if (rc)
		goto out;
	w = outbox_wording(notifier, m.now_ms, &zone);
	summary_make(s, &w, m.from_ms, &told);
	m.message = (struct outbox_message){.notifier = notifier->id,
					    .notifier_name = notifier->name,
					    .topic = told.type,
					    .severity = told.severity,
					    .title = told.title,
					    .json = told.json};
	rc = store_run(o->d->store, OP_PEOPLE, run_merge, &m, e);
	message_fini(&told);
	tz_free(zone);
	if (rc)
		goto out;
	pthread_mutex_lock(&o->lock);
	for (size_t i = 0; i < m.n; i++)
		lane_remove(l, m.ids[i]);
	l->behind = true; /* the summary */
	pthread_mutex_unlock(&o->lock);
out:
	summary_free(s);
	free(m.ids);
	return rc;
}
