/* What people ask of the outbox: try again, send a test. */
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/outbox/outbox_internal.h"
#include "shared/json.h"
#include "shared/mem.h"

enum { AGAIN_MAX = 1000 };

/* ---- again ---------------------------------------------------------------------------------- */

struct again {
	uint64_t alert, delivery;
	int64_t now_ms;
	size_t n;
	struct one {
		uint64_t id, notifier;
		int32_t attempts;
		int64_t created_ms;
		uint8_t severity;
	} all[AGAIN_MAX];
};

static enum err run_again(struct txn *t, void *arg, struct error *e)
{
	struct again *a = arg;
	sqlite3_stmt *st = txn_prepare(
		t,
		"UPDATE delivery SET state = 'pending', next_ms = ?3 WHERE id IN ("
		"SELECT d.id FROM delivery d JOIN resource r ON r.id = d.notifier"
		" WHERE d.state IN ('pending', 'dead') AND (d.id = ?2 OR d.id IN "
		"(SELECT delivery FROM delivery_alert WHERE alert = ?1)) ORDER BY d.id LIMIT ?4)"
		" RETURNING id, notifier, attempts, created_ms, severity",
		e);
	enum err rc = ERR_NONE;
	int step = SQLITE_DONE;

	a->n = 0;
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (int64_t)a->alert);
	sqlite3_bind_int64(st, 2, (int64_t)a->delivery);
	sqlite3_bind_int64(st, 3, a->now_ms);
	sqlite3_bind_int(st, 4, AGAIN_MAX);
	while (a->n < AGAIN_MAX && (step = sqlite3_step(st)) == SQLITE_ROW)
		a->all[a->n++] = (struct one){.id = (uint64_t)sqlite3_column_int64(st, 0),
					      .notifier = (uint64_t)sqlite3_column_int64(st, 1),
					      .attempts = sqlite3_column_int(st, 2),
					      .created_ms = sqlite3_column_int64(st, 3),
					      .severity = (uint8_t)sqlite3_column_int(st, 4)};
	sqlite3_reset(st);
	if (step != SQLITE_DONE && step != SQLITE_ROW)
		return store_error(step, txn_db(t), "sending again", e);
	for (size_t i = 0; i < a->n && !rc; i++)
		rc = feed_change(t, "delivery", a->all[i].id, false, e);
	return rc;
}

/* With the lock held. Its series of tries begins anew; that it was tried stays known. */
static void take_back(struct outbox *o, const struct one *one)
{
	struct lane *l = lane_need(o, one->notifier, "");
	struct entry *e = lane_entry(l, one->id), fresh;
	int64_t now_ms = outbox_boot_ms(o);

	dead_remove(o, one->id);
	l->asked = false;
	if (e) {
		e->due_ms = e->since_ms = now_ms;
		e->tries = e->refusals = 0;
		return;
	}
	if (one->id > l->read_up_to)
		return; /* it comes with the others that were not read yet */
	fresh = (struct entry){.id = one->id,
			       .due_ms = now_ms,
			       .since_ms = now_ms,
			       .created_ms = one->created_ms,
			       .attempts = one->attempts,
			       .severity = one->severity};
	lane_add(l, &fresh);
}

enum err outbox_redeliver(struct outbox *o, uint64_t alert, uint64_t delivery, size_t *n,
			  struct error *e)
{
	struct again *a = mem_zalloc(sizeof *a);
	enum err rc;

	a->alert = alert;
	a->delivery = delivery;
	a->now_ms = outbox_wall_ms(o);
	rc = store_run(o->d->store, OP_PEOPLE, run_again, a, e);
	*n = rc ? 0 : a->n;
	pthread_mutex_lock(&o->lock);
	for (size_t i = 0; i < *n; i++)
		take_back(o, &a->all[i]);
	pthread_cond_signal(&o->wake);
	pthread_mutex_unlock(&o->lock);
	free(a);
	return rc;
}

/* ---- a test --------------------------------------------------------------------------------- */

void outbox_test(struct outbox *o, const struct resource *notifier, struct notifier_answer *a)
{
	int64_t now_ms = outbox_wall_ms(o);
	char *text = message_test(notifier->name, now_ms);
	json_t *message = json_loads(text, 0, NULL);
	struct lane *l;

	outbox_attempt(o, notifier, id_next(store_ids(o->d->store), now_ms), message, 1, &o->cancel,
		       a);
	json_decref(message);
	free(text);
	if (a->end != NOTIFIER_SENT)
		return;
	/* It works again: what waits need not wait any longer. */
	pthread_mutex_lock(&o->lock);
	l = lane_find(o, notifier->id);
	if (l) {
		l->nudged = true;
		pthread_cond_signal(&o->wake);
	}
	pthread_mutex_unlock(&o->lock);
}
