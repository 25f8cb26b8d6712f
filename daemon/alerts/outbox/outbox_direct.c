/* Past the store: while it takes no writes nothing can wait in it, and yet somebody must be told.
 * Such a message is kept in memory and tried from there; once the store writes again it is stored
 * with what became of it, under the id it was sent with, and the lane has what is left to do. */
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/outbox/outbox_internal.h"
#include "shared/log.h"
#include "shared/mem.h"
#include "shared/text_safe.h"

enum { TRIES_SHORT = 3 /* the wait grows no further */, REFUSALS_MAX = 3, DIRECT_MAX = 256 };

struct direct {
	struct outbox *o;
	struct outbox_message m; /* its texts are in these */
	char *name, *topic, *title, *json;
	struct outcome_row row;
	int64_t created_ms;        /* wall */
	int64_t due_ms, stored_ms; /* boot: of the next try to send, and to store */
	int refusals;
	bool busy, over; /* over: nothing is left to be sent */
	struct direct *next;
};

static void direct_free(struct direct *d)
{
	free(d->name);
	free(d->topic);
	free(d->title);
	free(d->json);
	free(d);
}

static void unlink_it(struct direct *d)
{
	struct direct **at = &d->o->direct;

	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	d->o->n_direct--;
}

uint64_t outbox_direct(struct outbox *o, const struct outbox_message *m)
{
	struct direct *d = mem_zalloc(sizeof *d), **end = &o->direct;
	int64_t now_ms = outbox_boot_ms(o);

	d->o = o;
	d->name = mem_strdup(m->notifier_name);
	d->topic = mem_strdup(m->topic);
	d->title = mem_strdup(m->title);
	d->json = mem_strdup(m->json);
	d->created_ms = outbox_wall_ms(o);
	d->m = (struct outbox_message){.notifier = m->notifier,
				       .notifier_name = d->name,
				       .topic = d->topic,
				       .title = d->title,
				       .json = d->json,
				       .severity = m->severity,
				       .id = id_next(store_ids(o->d->store), d->created_ms)};
	d->row = (struct outcome_row){.id = d->m.id,
				      .notifier = m->notifier,
				      .state = "pending",
				      .next_ms = d->created_ms};
	d->due_ms = now_ms;
	d->stored_ms = now_ms + UNSTORED_MS;
	pthread_mutex_lock(&o->lock);
	while (*end)
		end = &(*end)->next;
	*end = d;
	/* The oldest is the least worth; one that is under way stays. */
	if (++o->n_direct > DIRECT_MAX && !o->direct->busy) {
		struct direct *oldest = o->direct;

		unlink_it(oldest);
		direct_free(oldest);
	}
	pthread_cond_signal(&o->wake);
	pthread_mutex_unlock(&o->lock);
	return d->row.id;
}

size_t outbox_direct_n(struct outbox *o)
{
	size_t n;

	pthread_mutex_lock(&o->lock);
	n = o->n_direct;
	pthread_mutex_unlock(&o->lock);
	return n;
}

/* ---- sending -------------------------------------------------------------------------------- */

/* With the lock held. */
static void judge(struct direct *d, const struct notifier_answer *a)
{
	struct outcome_row *r = &d->row;
	int tries = ++r->attempts;
	int64_t wait_ms = backoff_ms(tries < TRIES_SHORT ? tries : TRIES_SHORT);

	d->refusals = a->end == NOTIFIER_REFUSED ? d->refusals + 1 : 0;
	r->status = a->status;
	r->took_ms = a->took_ms;
	r->tried_ms = outbox_wall_ms(d->o);
	text_safe(r->answer, sizeof r->answer, a->text, strlen(a->text), 0, 0, NULL);
	if (a->end == NOTIFIER_SENT) {
		r->state = "sent";
		r->sent_ms = d->o->sent_ms = r->tried_ms;
		snprintf(d->o->sent_by, sizeof d->o->sent_by, "%s", d->name);
	} else if (a->end == NOTIFIER_GONE || d->refusals >= REFUSALS_MAX) {
		r->state = "dead";
	}
	d->over = strcmp(r->state, "pending") != 0;
	if (a->end == NOTIFIER_RETRY && a->retry_after_ms > wait_ms)
		wait_ms = a->retry_after_ms;
	r->next_ms = d->over ? 0 : r->tried_ms + wait_ms;
	d->due_ms = outbox_boot_ms(d->o) + wait_ms;
}

static void leave(struct direct *d)
{
	struct outbox *o = d->o;

	pthread_mutex_lock(&o->lock);
	d->busy = false;
	o->direct_busy--;
	pthread_cond_signal(&o->wake);
	pthread_cond_broadcast(&o->calm);
	pthread_mutex_unlock(&o->lock);
}

static void run_send(void *arg)
{
	struct direct *d = arg;
	struct outbox *o = d->o;
	const struct resource *notifier = resource_by_id(o->d->store, d->m.notifier);
	json_t *message = json_loads(d->json, 0, NULL);
	struct notifier_answer a = {.end = NOTIFIER_GONE, .text = "the notifier was deleted"};

	if (notifier)
		outbox_attempt(o, notifier, d->m.id, message, d->row.attempts + 1, &o->cancel, &a);
	json_decref(message);
	resource_unref(notifier);
	pthread_mutex_lock(&o->lock);
	if (a.end == NOTIFIER_SENT || !atomic_load(&o->cancel))
		judge(d, &a);
	pthread_mutex_unlock(&o->lock);
	if (a.end != NOTIFIER_SENT)
		log_warn("outbox", "%s was not told that the store takes no writes: %s", d->name,
			 a.text);
	leave(d);
}

/* ---- storing -------------------------------------------------------------------------------- */

static enum err run_keep(struct txn *t, void *arg, struct error *e)
{
	struct direct *d = arg;
	enum err rc = outbox_add_as(t, &d->m, d->created_ms, e);

	return rc ? rc : row_store(t, &d->row, e);
}

static void run_store(void *arg)
{
	struct direct *d = arg;
	struct outbox *o = d->o;
	enum err rc = store_run(o->d->store, OP_PEOPLE, run_keep, d, NULL);

	if (rc) {
		pthread_mutex_lock(&o->lock);
		d->stored_ms = outbox_boot_ms(o) + UNSTORED_MS;
		pthread_mutex_unlock(&o->lock);
		leave(d);
		return;
	}
	pthread_mutex_lock(&o->lock);
	if (!d->over) {
		struct lane *l = lane_need(o, d->m.notifier, d->name);
		const struct entry e = {.id = d->m.id,
					.due_ms = d->due_ms,
					.since_ms = d->stored_ms,
					.created_ms = d->created_ms,
					.attempts = d->row.attempts,
					.tries = (int16_t)d->row.attempts,
					.severity = (uint8_t)d->m.severity};

		if (!lane_entry(l, e.id))
			lane_add(l, &e);
	} else if (!strcmp(d->row.state, "dead")) {
		dead_add(o, d->m.id, d->row.tried_ms);
	}
	unlink_it(d);
	pthread_mutex_unlock(&o->lock);
	leave(d);
	direct_free(d);
}

/* ---- when ----------------------------------------------------------------------------------- */

int64_t direct_due(struct outbox *o, int64_t now_ms)
{
	int64_t next_ms = INT64_MAX;

	for (struct direct *d = o->direct; d; d = d->next) {
		bool send = !d->over && d->due_ms <= now_ms;
		int64_t due_ms = d->over || d->stored_ms < d->due_ms ? d->stored_ms : d->due_ms;

		if (d->busy)
			continue;
		if (due_ms <= now_ms) {
			d->busy = pool_submit(o->pool, send ? run_send : run_store, d);
			o->direct_busy += d->busy;
			due_ms = now_ms + 1000;
		}
		if (!d->busy && due_ms < next_ms)
			next_ms = due_ms;
	}
	return next_ms;
}

void direct_free_all(struct outbox *o)
{
	while (o->direct) {
		struct direct *d = o->direct;

		unlink_it(d);
		direct_free(d);
	}
}
