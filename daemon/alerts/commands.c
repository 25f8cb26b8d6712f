/* What people do: each is written before it counts, and its caller waits for that. */
#include <stdio.h>
#include <string.h>

#include "daemon/alerts/internal.h"
#include "shared/timefmt.h"

/* ---- asking --------------------------------------------------------------------------------- */

static void command_end(struct alerts *a, struct command *c, enum err code)
{
	pthread_mutex_lock(&a->lock);
	c->code = code;
	c->done = true;
	pthread_cond_broadcast(&a->settled);
	pthread_mutex_unlock(&a->lock);
}

static enum err ask(struct alerts *a, struct command *c)
{
	pthread_mutex_lock(&a->lock);
	if (a->stopping || !a->started) {
		pthread_mutex_unlock(&a->lock);
		return error_set(c->e, ERR_UNAVAILABLE, "the daemon is ending");
	}
	*a->notes.last_command = c;
	a->notes.last_command = &c->next;
	pthread_cond_signal(&a->wake);
	while (!c->done)
		pthread_cond_wait(&a->settled, &a->lock);
	pthread_mutex_unlock(&a->lock);
	return c->code;
}

void commands_run(struct alerts *a, struct command *first)
{
	for (struct command *c = first, *next; c; c = next) {
		next = c->next;
		command_end(a, c, c->run(a, c, c->e));
	}
}

void commands_fail(struct alerts *a, struct command *first, const struct error *e)
{
	for (struct command *c = first, *next; c; c = next) {
		next = c->next;
		if (c->e)
			*c->e = *e;
		command_end(a, c, e->code);
	}
}

/* ---- doing ---------------------------------------------------------------------------------- */

static struct alert *wanted(struct alerts *a, const struct command *c, struct error *e)
{
	struct alert *x = book_by_id(&a->book, c->alert);
	if (x && x->state != ALERT_RESOLVED)
		return x;
	int64_t number = alert_number_read(a->d->store, c->alert);
	if (!number) {
		error_set(e, ERR_NOT_FOUND, "there is no such alert");
		error_hint(e, "sellersmart alert list");
		return NULL;
	}
	error_set(e, ERR_CONFLICT, "alert %lld is resolved", (long long)number);
	error_hint(e, "sellersmart alert show %lld says what happened", (long long)number);
	return NULL;
}

/* What was done counts at once; when the store does not take it, it is tried again with the rest.
 */
static enum err commit(struct alerts *a, struct alert *x, struct error *e)
{
	ledger_alert(a, x);
	enum err err = ledger_commit(a, e);
	if (err)
		error_hint(e, "it counts until the daemon ends, and is written as soon as the "
			      "store takes it");
	return err;
}

static const char *said(const struct command *c)
{
	return c->by && *c->by ? c->by : "somebody";
}

static enum err acknowledge(struct alerts *a, struct command *c, struct error *e)
{
	int64_t now = clock_wall_ms(a->d->clock);
	struct alert *x = wanted(a, c, e);
	if (!x)
		return e->code;
	if (x->state == ALERT_PENDING) {
		error_set(e, ERR_CONFLICT, "alert %lld is not open yet", (long long)x->number);
		error_hint(e, "its hold time runs: try again when it is");
		return ERR_CONFLICT;
	}
	pthread_mutex_lock(&a->lock);
	x->state = ALERT_ACKNOWLEDGED;
	x->acknowledged_ms = now;
	text_set(&x->by, said(c));
	if (c->note && *c->note)
		text_set(&x->note, c->note);
	recipients_touch(&a->recipients, x);
	pthread_mutex_unlock(&a->lock);
	ledger_step(a, x, now, "acknowledged", "by %s%s%s", said(c),
		    c->note && *c->note ? ": " : "", c->note ? c->note : "");
	return commit(a, x, e);
}

static enum err unacknowledge(struct alerts *a, struct command *c, struct error *e)
{
	struct alert *x = wanted(a, c, e);
	if (!x)
		return e->code;
	if (x->state != ALERT_ACKNOWLEDGED) {
		error_set(e, ERR_CONFLICT, "alert %lld is not acknowledged", (long long)x->number);
		return ERR_CONFLICT;
	}
	pthread_mutex_lock(&a->lock);
	x->state = ALERT_OPEN;
	x->acknowledged_ms = 0;
	text_set(&x->by, NULL);
	text_set(&x->note, NULL);
	recipients_touch(&a->recipients, x);
	pthread_mutex_unlock(&a->lock);
	ledger_step(a, x, clock_wall_ms(a->d->clock), "unacknowledged", "by %s", said(c));
	return commit(a, x, e);
}

static enum err snooze(struct alerts *a, struct command *c, struct error *e)
{
	char until[TIME_TEXT];
	int64_t now = clock_wall_ms(a->d->clock);
	struct alert *x = wanted(a, c, e);
	if (!x)
		return e->code;
	pthread_mutex_lock(&a->lock);
	x->snoozed_ms = c->until_ms > now ? c->until_ms : 0;
	recipients_touch(&a->recipients, x);
	judge_schedule(a, x);
	pthread_mutex_unlock(&a->lock);
	if (x->snoozed_ms)
		ledger_step(a, x, now, "snoozed", "by %s until %s", said(c),
			    time_rfc3339(until, x->snoozed_ms));
	else
		ledger_step(a, x, now, "woke", "the snooze was ended by %s", said(c));
	return commit(a, x, e);
}

static enum err resolve(struct alerts *a, struct command *c, struct error *e)
{
	char text[200];
	struct alert *x = wanted(a, c, e);
	if (!x)
		return e->code;
	snprintf(text, sizeof(text), "by %.60s%s%.120s", said(c), c->note && *c->note ? ": " : "",
		 c->note ? c->note : "");
	judge_resolve(a, x, clock_wall_ms(a->d->clock), text);
	return commit(a, x, e);
}

enum err alert_acknowledge(struct alerts *a, uint64_t id, const char *by, const char *note,
			   struct error *e)
{
	return ask(a, &(struct command){
			      .run = acknowledge, .alert = id, .by = by, .note = note, .e = e});
}

enum err alert_unacknowledge(struct alerts *a, uint64_t id, const char *by, struct error *e)
{
	return ask(a, &(struct command){.run = unacknowledge, .alert = id, .by = by, .e = e});
}

enum err alert_snooze(struct alerts *a, uint64_t id, int64_t until_ms, const char *by,
		      struct error *e)
{
	return ask(a, &(struct command){
			      .run = snooze, .alert = id, .until_ms = until_ms, .by = by, .e = e});
}

enum err alert_resolve(struct alerts *a, uint64_t id, const char *by, const char *note,
		       struct error *e)
{
	return ask(a,
		   &(struct command){.run = resolve, .alert = id, .by = by, .note = note, .e = e});
}
