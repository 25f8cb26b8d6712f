/* One turn: what woke the thread, what people want, new events, what is due, messages, one write.
 */
#include <stdlib.h>

#include "daemon/alerts/text/compose.h"
#include "daemon/alerts/internal.h"
#include "daemon/core/fault.h"
#include "shared/json.h"
#include "shared/log.h"
#include "shared/mem.h"

enum {
	STEPS_PER_MESSAGE = 64, /* beyond, the delivery alone says who was told */
	TRIES_MAX = 8,          /* of what the store refuses for its own sake */
	RETRY_FIRST_MS = 250,
	RETRY_MAX_MS = 30000,
	TIMER_SLACK_MS = 1,
};

/* ---- events --------------------------------------------------------------------------------- */

struct taken {
	struct event all[EVENTS_AT_ONCE];
	size_t n;
};

static bool take(const struct event *ev, void *arg)
{
	struct taken *t = arg;
	struct event *copy = &t->all[t->n++];
	*copy = *ev;
	copy->text = mem_strdup(ev->text ? ev->text : "");
	copy->data_json = ev->data_json ? mem_strdup(ev->data_json) : NULL;
	return t->n < EVENTS_AT_ONCE;
}

static void subscribers(struct alerts *a, const struct event *ev, const struct subject *s)
{
	json_t *data = ev->data_json ? json_loads(ev->data_json, 0, NULL) : NULL;
	for (size_t i = 0; i < a->subscriptions.n; i++) {
		const struct subscription *one = &a->subscriptions.all[i];
		struct message c;
		if (!subscription_wants(one, ev, s, data))
			continue;
		compose_event(store_epoch(a->d->store), ev, &c);
		const struct outbox_message m = {
			.notifier = one->id,
			.notifier_name = one->name,
			.topic = c.type,
			.severity = c.severity,
		};
		ledger_message(a, &m, c.title, c.json);
	}
	json_decref(data);
}

static void read_events(struct alerts *a)
{
	struct error e = {0};
	struct taken *t = mem_zalloc(sizeof(*t));
	enum err err = feed_events_after(a->d->store, a->cursor, EVENTS_AT_ONCE, take, t, &e);
	if (err && a->failed++ == 0)
		log_warn("alerts", "events cannot be read: %s", e.text);
	if (t->n)
		fault_point("alerts.events_read");
	for (size_t i = 0; i < t->n; i++) {
		struct event *ev = &t->all[i];
		struct subject s;
		subject_of(a->d->store, ev->subject_kind, ev->subject, ev->name, &s);
		rules_event(a->rules, ev, &s, judge_hit, a);
		subscribers(a, ev, &s);
		subject_fini(&s);
		a->cursor = ev->seq;
		event_fini(ev);
	}
	if (t->n)
		fault_point("alerts.judged");
	a->more = err || t->n == EVENTS_AT_ONCE;
	free(t);
}

/* ---- messages ------------------------------------------------------------------------------- */

static void tell(struct alerts *a, struct group *g, const struct moment *now, bool hurry)
{
	struct message c;
	struct tell *tells;
	size_t n = group_take(&a->recipients, g, now, hurry, &tells);
	if (n) {
		uint64_t *ids = mem_array(NULL, n, sizeof(*ids));
		for (size_t i = 0; i < n; i++) {
			const struct alert *x = tells[i].pair->alert;
			bool again = tells[i].what == TELL_REMINDER;
			ids[i] = x->id;
			ledger_told(a, x->id, g->recipient->id, tells[i].rev, now->wall_ms);
			if (n <= STEPS_PER_MESSAGE)
				ledger_step(a, x, now->wall_ms, again ? "reminder" : "message",
					    "to %s%s", g->recipient->name,
					    tells[i].what == TELL_RESOLVED  ? ": it is over"
					    : tells[i].what == TELL_CHANGED ? ": the change"
									    : "");
			if (x->state == ALERT_RESOLVED)
				ledger_alert(a, tells[i].pair->alert); /* it may leave the book */
		}
		compose_tells(a->d->store, tells, n, now->wall_ms, &c);
		const struct outbox_message m = {
			.notifier = g->recipient->id,
			.notifier_name = g->recipient->name,
			.topic = c.type,
			.severity = c.severity,
			.alerts = ids,
			.n_alerts = n,
		};
		ledger_message(a, &m, c.title, c.json);
		free(ids);
	}
	free(tells);
}

/* What is resolved and wanted by nobody is written once more, and leaves the book by that. */
static void tell_due(struct alerts *a, const struct moment *now, bool hurry)
{
	struct group *g;
	if (hurry)
		recipients_hurry(&a->recipients, now);
	recipients_look(&a->recipients, now);
	while ((g = recipients_due(&a->recipients, now)))
		tell(a, g, now, hurry);
	recipients_look(&a->recipients, now);
}

/* ---- notes ---------------------------------------------------------------------------------- */

static void heed(struct alerts *a, const struct notes *n, const struct moment *now)
{
	if (n->rules) {
		rules_reload(a->rules);
		judge_rules(a);
	}
	if (n->subscriptions)
		subscriptions_read(&a->subscriptions, a->d->store);
	if (n->notifiers) {
		start_recipients(a);
		judge_sweep(a);
		briefs_changed(a->briefs);
	}
	if (n->silences) {
		pthread_mutex_lock(&a->lock);
		silences_read(&a->silences, a->d->store, now->wall_ms);
		pthread_mutex_unlock(&a->lock);
		judge_hush_all(a);
	}
	for (size_t i = 0; i < n->n_subjects; i++)
		judge_subject(a, n->subjects[i]);
}

static void silences_over(struct alerts *a, const struct moment *now)
{
	for (size_t i = 0; i < a->silences.n; i++) {
		if (a->silences.all[i].until_ms > now->wall_ms)
			continue;
		pthread_mutex_lock(&a->lock);
		silences_read(&a->silences, a->d->store, now->wall_ms);
		pthread_mutex_unlock(&a->lock);
		judge_hush_all(a);
		return;
	}
}

static bool may_be_taken_later(enum err code)
{
	return code == ERR_FULL || code == ERR_READONLY || code == ERR_IO || code == ERR_BUSY ||
	       code == ERR_UNAVAILABLE || code == ERR_CANCELLED;
}

/* ---- a turn --------------------------------------------------------------------------------- */

static bool store_it(struct alerts *a, struct error *e)
{
	if (!ledger_commit(a, e)) {
		if (a->failed)
			log_info("alerts", "alerts are written again");
		a->failed = 0;
		return true;
	}
	int64_t wait = RETRY_FIRST_MS << (a->failed < 7 ? a->failed : 7);
	a->retry_boot = moment_now(a).boot_ms + (wait < RETRY_MAX_MS ? wait : RETRY_MAX_MS);
	atomic_fetch_add(&a->store_failures, 1);
	if (a->failed++ == 0)
		log_warn("alerts", "alerts cannot be written, kept in memory: %s", e->text);
	/* Not for want of room, and not by chance: what is wrong with it will be wrong for ever. */
	if (a->failed >= TRIES_MAX && !may_be_taken_later(e->code)) {
		log_error("alerts", "what became of the events up to %llu is dropped: %s",
			  (unsigned long long)a->cursor, e->text);
		start_anew(a, e->text);
	}
	return false;
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t boot_of(int64_t wall_ms, const struct moment *now)
{
	return wall_ms == INT64_MAX ? INT64_MAX : now->boot_ms + (wall_ms - now->wall_ms);
}

static int64_t next_turn(struct alerts *a, bool hurry)
{
	struct moment now = moment_now(a);
	const struct heap_node *due = heap_first(&a->book.due);
	int64_t at = recipients_look(&a->recipients, &now);
	if (a->more)
		return 0;
	if (due)
		at = sooner(at, due->key);
	if (a->tick_ms)
		at = sooner(at, boot_of(a->tick_ms, &now));
	at = sooner(at, boot_of(briefs_tick(a->briefs, now.wall_ms, hurry), &now));
	at = sooner(at, boot_of(silences_next_end(&a->silences, now.wall_ms), &now));
	return at == INT64_MAX ? at : at + TIMER_SLACK_MS;
}

int64_t alerts_turn(struct alerts *a, const struct notes *notes, bool hurry)
{
	struct error e = {0};
	struct moment now = moment_now(a);
	heed(a, notes, &now);
	a->more = a->more || notes->events;
	if (a->ledger.waits) {
		bool wanted = notes->commands != NULL;
		if (!wanted && now.boot_ms < a->retry_boot)
			return a->retry_boot;
		if (!store_it(a, &e)) {
			commands_fail(a, notes->commands, &e);
			return a->retry_boot;
		}
	}
	commands_run(a, notes->commands);
	bool read = a->more;
	if (read)
		read_events(a);
	now = moment_now(a);
	silences_over(a, &now);
	judge_due(a, &now);
	if (read || notes->rules || (a->tick_ms && now.wall_ms >= a->tick_ms))
		a->tick_ms = rules_tick(a->rules, now.wall_ms, judge_hit, a);
	tell_due(a, &now, hurry && !a->more);
	if (!store_it(a, &e))
		return a->retry_boot;
	return next_turn(a, hurry);
}
