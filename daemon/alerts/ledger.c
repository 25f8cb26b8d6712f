/* What a turn writes: alerts, their steps, who was told, messages and the cursor, in one operation.
 * A batch that the store did not take stays and is tried again; until then nothing new is read. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/internal.h"
#include "daemon/api/live.h"
#include "daemon/core/fault.h"
#include "shared/log.h"
#include "shared/mem.h"
#include "shared/text_safe.h"

enum { STEP_TEXT_MAX = 400 };

/* Room for one more. */
#define ROOM(array, n, cap)                                                   \
	do {                                                                  \
		if ((n) == (cap)) {                                           \
			(cap) = (cap) ? (cap)*2 : 16;                         \
			(array) = mem_array((array), (cap), sizeof *(array)); \
		}                                                             \
	} while (0)

/* ---- noting --------------------------------------------------------------------------------- */

void ledger_alert(struct alerts *a, struct alert *x)
{
	if (x->dirty)
		return;
	x->dirty = true;
	x->next_dirty = NULL;
	*(a->ledger.dirty ? a->ledger.last_dirty : &a->ledger.dirty) = x;
	a->ledger.last_dirty = &x->next_dirty;
}

void ledger_step(struct alerts *a, const struct alert *x, int64_t at_ms, const char *what,
		 const char *fmt, ...)
{
	struct ledger *b = &a->ledger;
	char text[STEP_TEXT_MAX];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ROOM(b->steps, b->n_steps, b->cap_steps);
	b->steps[b->n_steps++] = (struct alert_step){
		.alert = x->id,
		.at_ms = at_ms,
		.what = what,
		.text = text_safe_dup(text, strlen(text), STEP_TEXT_MAX),
	};
}

void ledger_told(struct alerts *a, uint64_t alert, uint64_t notifier, int64_t rev, int64_t at_ms)
{
	struct ledger *b = &a->ledger;
	ROOM(b->told, b->n_told, b->cap_told);
	b->told[b->n_told++] = (struct ledger_told){alert, notifier, rev, at_ms};
}

void ledger_message(struct alerts *a, const struct outbox_message *m, char *title, char *json)
{
	struct ledger *b = &a->ledger;
	ROOM(b->messages, b->n_messages, b->cap_messages);
	struct ledger_message *one = &b->messages[b->n_messages++];
	*one = (struct ledger_message){.m = *m, .title = title, .json = json};
	snprintf(one->name, sizeof(one->name), "%s", m->notifier_name);
	snprintf(one->topic, sizeof(one->topic), "%s", m->topic);
	if (m->n_alerts) {
		one->alerts = mem_array(NULL, m->n_alerts, sizeof(uint64_t));
		memcpy(one->alerts, m->alerts, m->n_alerts * sizeof(uint64_t));
	}
}

void ledger_erase(struct alerts *a, uint64_t alert)
{
	struct ledger *b = &a->ledger;
	ROOM(b->erased, b->n_erased, b->cap_erased);
	b->erased[b->n_erased++] = alert;
}

/* ---- writing -------------------------------------------------------------------------------- */

static enum err write_messages(struct txn *t, struct ledger *b, int64_t now_ms, struct error *e)
{
	enum err err = ERR_NONE;
	for (size_t i = 0; i < b->n_messages && !err; i++) {
		struct ledger_message *one = &b->messages[i];
		one->m.notifier_name = one->name;
		one->m.topic = one->topic;
		one->m.title = one->title;
		one->m.json = one->json;
		one->m.alerts = one->alerts;
		err = outbox_add(t, &one->m, now_ms, e);
	}
	return err;
}

static enum err write_batch(struct txn *t, void *arg, struct error *e)
{
	struct alerts *a = arg;
	struct ledger *b = &a->ledger;
	int64_t now = clock_wall_ms(a->d->clock);
	enum err err = ERR_NONE;
	fault_point("alerts.in_op");
	/* What ends first, what begins in its place then: one of a kind lives at a time. */
	for (size_t i = 0; i < b->n_erased && !err; i++)
		err = alert_row_delete(t, b->erased[i], e);
	for (const struct alert *x = b->dirty; x && !err; x = x->next_dirty)
		if (!x->leaving)
			err = alert_row_write(t, x, e);
	for (size_t i = 0; i < b->n_steps && !err; i++)
		err = alert_step_write(t, &b->steps[i], e);
	for (size_t i = 0; i < b->n_told && !err; i++)
		err = alert_told_write(t, b->told[i].alert, b->told[i].notifier, b->told[i].rev,
				       b->told[i].at_ms, e);
	fault_point("alerts.alerts_written");
	err = err ? err : write_messages(t, b, now, e);
	fault_point("alerts.messages_written");
	err = err ? err : cursor_set(t, "alerts", a->cursor, e);
	fault_point("alerts.op_end");
	return err;
}

static void steps_clear(struct ledger *b)
{
	for (size_t i = 0; i < b->n_steps; i++)
		free(b->steps[i].text);
	for (size_t i = 0; i < b->n_messages; i++) {
		free(b->messages[i].alerts);
		free(b->messages[i].title);
		free(b->messages[i].json);
	}
	b->n_steps = b->n_told = b->n_messages = b->n_erased = 0;
}

static bool taken_by_somebody(const struct alert *x)
{
	const struct pair *p = x->pairs;
	while (p && (!p->takes || p->recipient->paused))
		p = p->of_alert;
	return p || x->silence || x->inhibited;
}

/* Critical, and nobody is there to be told: the fallback says it here. */
static void tell_nobody(struct alerts *a)
{
	const struct alert *worst = NULL;
	char title[MESSAGE_TITLE_MAX + 32];
	size_t n = 0;
	for (struct alert *x = a->ledger.dirty; x; x = x->next_dirty) {
		bool fresh = x->fresh && x->state == ALERT_OPEN;
		x->fresh = false;
		if (!fresh || x->severity < SEVERITY_CRITICAL || taken_by_somebody(x))
			continue;
		worst = x;
		n++;
	}
	if (n == 1)
		snprintf(title, sizeof(title), "%.*s", MESSAGE_TITLE_MAX, worst->text);
	else
		snprintf(title, sizeof(title), "%zu critical alerts: %.*s", n,
			 MESSAGE_TITLE_MAX - 40, worst ? worst->text : "");
	if (n)
		outbox_nobody(a->outbox, title);
}

/* What is over and known to all who were told of it is the store's from now on. */
static void settle_alerts(struct alerts *a)
{
	struct alert *x = a->ledger.dirty;
	for (const struct alert *y = x; y; y = y->next_dirty)
		live_touch(a->d->live, "alert", y->id);
	a->ledger.dirty = NULL;
	pthread_mutex_lock(&a->lock);
	while (x) {
		struct alert *next = x->next_dirty;
		x->next_dirty = NULL;
		x->dirty = false;
		x->stored = true;
		text_set(&x->data, NULL);
		if (x->leaving || (x->state == ALERT_RESOLVED && !recipients_want(x))) {
			recipients_forget(&a->recipients, x);
			book_remove(&a->book, x);
		}
		x = next;
	}
	pthread_mutex_unlock(&a->lock);
	live_list(a->d->live, "alert");
}

static bool nothing_to_write(const struct alerts *a)
{
	const struct ledger *b = &a->ledger;
	return !b->dirty && !b->n_steps && !b->n_told && !b->n_messages && !b->n_erased &&
	       a->cursor - a->stored_cursor < CURSOR_LAG_MAX;
}

void ledger_end(struct alerts *a)
{
	struct error e = {0};
	if (a->cursor == a->stored_cursor && nothing_to_write(a))
		return;
	if (store_run(a->d->store, OP_PEOPLE, write_batch, a, &e)) /* read again at the start */
		log_warn("alerts", "what was not written yet comes again: %s", e.text);
}

enum err ledger_commit(struct alerts *a, struct error *e)
{
	struct ledger *b = &a->ledger;
	if (nothing_to_write(a))
		return ERR_NONE;
	fault_point("alerts.before_commit");
	enum err err = store_run(a->d->store, OP_PEOPLE, write_batch, a, e);
	b->waits = err != ERR_NONE;
	if (err)
		return err;
	fault_point("alerts.committed");
	a->stored_cursor = a->cursor;
	for (size_t i = 0; i < b->n_messages; i++)
		outbox_wake(a->outbox, b->messages[i].m.notifier);
	fault_point("alerts.outbox_woken");
	atomic_fetch_add(&a->told_n, b->n_messages);
	tell_nobody(a);
	if (b->dirty || b->n_erased)
		settle_alerts(a);
	steps_clear(b);
	return ERR_NONE;
}

void ledger_fini(struct ledger *b)
{
	steps_clear(b);
	free(b->steps);
	free(b->told);
	free(b->messages);
	free(b->erased);
	*b = (struct ledger){0};
}
