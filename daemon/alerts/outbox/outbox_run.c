/* One lane at work: what is tried, and what its end means for the message and for its notifier. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/outbox/fallback.h"
#include "daemon/alerts/outbox/outbox_internal.h"
#include "daemon/core/fault.h"
#include "shared/json.h"
#include "shared/languages.h"
#include "shared/log.h"
#include "shared/mem.h"
#include "shared/text_safe.h"

enum {
	REFUSALS_MAX = 3,
	FAILS_TOLD = 2,         /* failed tries before others are told */
	EARLY_MS = 60000,       /* a new message brings the next try forward, but not more often */
	OBEYED_TRIES = 3,       /* so often a receiver may ask for a sooner try than is usual */
	GIVEN_UP_MS = 43200000, /* not before it was tried for so long */
	SPREAD = 20,            /* per cent, to both sides */
	TIMEOUT_SLACK_MS = 1000,
};

static const int64_t waits_ms[] = {
	5000,    30000,   120000,      300000,      900000,
	1800000, 3600000, 2 * 3600000, 5 * 3600000, 10 * 3600000,
};

int64_t backoff_ms(int tries)
{
	size_t at = tries < 1 ? 0 : (size_t)tries - 1;
	int64_t wait_ms = waits_ms[at < ARRAY_LEN(waits_ms) ? at : ARRAY_LEN(waits_ms) - 1];

	return wait_ms * (100 - SPREAD + (int64_t)randombytes_uniform(2 * SPREAD + 1)) / 100;
}

/* ---- one attempt ---------------------------------------------------------------------------- */

struct wording outbox_wording(const struct resource *notifier, int64_t now_ms, struct tz **zone)
{
	json_t *spec = resource_spec(notifier);
	const char *name = spec_text(notifier->kind, spec, "zone");
	const char *language = spec_text(notifier->kind, spec, "language");
	struct wording w = {.language = language_find(language), .now_ms = now_ms};

	*zone = name ? tz_load(name, NULL) : NULL;
	w.zone = *zone;
	json_decref(spec);
	return w;
}

const struct notifier_type *outbox_type(const struct outbox *o, const struct resource *notifier,
					const json_t *spec)
{
	const char *field = notifier->kind->variant_field;
	/* What has no types of its own (a subscription) is told by webhook. */
	const char *name = field ? spec_text(notifier->kind, spec, field) : "webhook";

	for (size_t i = 0; name && o->types[i]; i++) {
		if (!strcmp(o->types[i]->name, name))
			return o->types[i];
	}
	return NULL;
}

void outbox_attempt(struct outbox *o, const struct resource *notifier, uint64_t id,
		    const json_t *message, int attempt, const atomic_bool *cancel,
		    struct notifier_answer *a)
{
	json_t *spec = resource_spec(notifier);
	const struct notifier_type *type = outbox_type(o, notifier, spec);
	const struct config *config = outbox_config(o);
	int64_t started_us = clock_boot_us(&clock_system), timeout_ms;
	struct tz *zone = NULL;
	struct notifier_send s = {
		.store = o->d->store,
		.sender = o->sender,
		.config = config,
		.kind = notifier->kind,
		.name = notifier->name,
		.spec = spec,
		.id = id,
		.message = message,
		.attempt = attempt,
		.now_ms = outbox_wall_ms(o),
		.cancel = cancel,
		.live = o->d->live,
	};

	memset(a, 0, sizeof *a);
	timeout_ms = spec_ms(notifier->kind, spec, "timeout");
	s.timeout_ms = timeout_ms > 0 ? timeout_ms : 15000;
	s.wording = outbox_wording(notifier, s.now_ms, &zone);
	if (type) {
		type->send(&s, a);
	} else {
		a->end = NOTIFIER_REFUSED;
		snprintf(a->text, sizeof a->text, "this daemon has no such type of notifier");
		snprintf(a->hint, sizeof a->hint, "start the version it was made with");
	}
	a->took_ms = (clock_boot_us(&clock_system) - started_us) / 1000;
	tz_free(zone);
	config_unref(config);
	json_decref(spec);
}

/* ---- what it means -------------------------------------------------------------------------- */

static void count(struct lane *l, enum lane_result result, int64_t took_ms)
{
	static const int64_t upto_ms[LATENCY_BUCKETS] = {10,   25,   50,   100,   250,  500,
							 1000, 2500, 5000, 10000, 30000};
	size_t i = 0;

	while (i < LATENCY_BUCKETS && took_ms > upto_ms[i])
		i++;
	l->latency[i]++;
	l->latency_us += (uint64_t)took_ms * 1000;
	l->results[result]++;
}

/* With the lock held. When it is tried again, 0: not any more. */
static int64_t next_try_ms(struct outbox *o, struct lane *l, const struct entry *e,
			   const struct notifier_answer *a)
{
	int64_t now_ms = outbox_boot_ms(o), wait_ms = backoff_ms(e->tries);

	l->asked = false;
	if (a->end == NOTIFIER_REFUSED)
		return e->refusals >= REFUSALS_MAX ? 0 : now_ms + wait_ms;
	if (e->tries > (int)ARRAY_LEN(waits_ms) && now_ms - e->since_ms >= GIVEN_UP_MS)
		return 0;
	if (a->retry_after_ms > 0) {
		int64_t asked_ms = a->retry_after_ms < DAY_MS ? a->retry_after_ms : DAY_MS;

		l->asked = true;
		if (asked_ms > wait_ms || e->tries <= OBEYED_TRIES)
			wait_ms = asked_ms;
	}
	return now_ms + wait_ms;
}

static void note_failure(struct outbox *o, struct lane *l, struct result_op *r,
			 const struct notifier_answer *a)
{
	snprintf(l->why, sizeof l->why, "%.150s", a->text);
	if (!l->failing_since_ms)
		l->failing_since_ms = r->row.tried_ms;
	l->fails++;
	if (l->fails >= FAILS_TOLD && !l->told_failing && !r->unheard) {
		l->told_failing = true;
		r->tell = TELL_FAILING;
	}
}

static void note_success(struct outbox *o, struct lane *l, struct result_op *r)
{
	l->sent_ms = o->sent_ms = r->row.sent_ms = outbox_wall_ms(o);
	snprintf(o->sent_by, sizeof o->sent_by, "%s", l->name);
	if (l->failing_since_ms && l->sent_ms - l->failing_since_ms >= LONG_OUTAGE_MS)
		l->back_after_long = true;
	if (l->told_failing)
		r->tell = TELL_BACK;
	r->was_failing_ms = l->failing_since_ms;
	l->failing_since_ms = 0;
	l->told_failing = l->gone = false;
	l->fails = 0;
	l->why[0] = '\0';
}

/* With the lock held: the entry, the lane and what is to be stored, all three at once. */
static void judge(struct outbox *o, struct lane *l, uint64_t id, const struct notifier_answer *a,
		  struct result_op *r)
{
	static const enum lane_result results[] = {[NOTIFIER_SENT] = RESULT_SENT,
						   [NOTIFIER_RETRY] = RESULT_RETRY,
						   [NOTIFIER_REFUSED] = RESULT_REFUSED,
						   [NOTIFIER_GONE] = RESULT_GONE};
	struct entry *e = lane_entry(l, id);
	int64_t now_ms = outbox_boot_ms(o), next_ms = 0;

	e->attempts++;
	e->tries++;
	e->refusals = a->end == NOTIFIER_REFUSED ? (int16_t)(e->refusals + 1) : 0;
	l->last_try_ms = now_ms;
	count(l, results[a->end], a->took_ms);
	r->row = (struct outcome_row){.id = id,
				      .notifier = l->notifier,
				      .state = "dead",
				      .attempts = e->attempts,
				      .status = a->status,
				      .tried_ms = outbox_wall_ms(o),
				      .took_ms = a->took_ms};
	text_safe(r->row.answer, sizeof r->row.answer, a->text, strlen(a->text), 0, 0, NULL);
	switch (a->end) {
	case NOTIFIER_SENT:
		r->row.state = "sent";
		note_success(o, l, r);
		break;
	case NOTIFIER_RETRY:
	case NOTIFIER_REFUSED:
		next_ms = next_try_ms(o, l, e, a);
		note_failure(o, l, r, a);
		break;
	case NOTIFIER_GONE:
		snprintf(l->why, sizeof l->why, "%.150s", a->text);
		l->gone = true;
		r->tell = TELL_GONE;
		break;
	}
	if (next_ms) {
		e->due_ms = next_ms;
		r->row.state = "pending";
		r->row.next_ms = r->row.tried_ms + next_ms - now_ms;
	} else {
		if (a->end != NOTIFIER_SENT)
			dead_add(o, id, r->row.tried_ms);
		if (a->end != NOTIFIER_SENT && e->severity >= SEVERITY_CRITICAL)
			fallback_look(o, id);
		lane_remove(l, id);
	}
	r->state = *l;
}

/* ---- the lane ------------------------------------------------------------------------------- */

/* What was tried stays tried also when that cannot be stored. */
static void remember(struct outbox *o, const struct outcome_row *row)
{
	struct unstored **at = &o->unstored;

	while (*at && (*at)->row.id != row->id)
		at = &(*at)->next;
	if (!*at) {
		*at = mem_zalloc(sizeof **at);
		o->unstored_at_ms = outbox_boot_ms(o) + UNSTORED_MS;
	}
	(*at)->row = *row;
}

/* What waited for who wants nothing more. */
static void bury(struct outbox *o, struct lane *l, int64_t at_ms)
{
	pthread_mutex_lock(&o->lock);
	l->paused = true;
	for (size_t i = l->first; i < l->n; i++)
		dead_add(o, l->entries[i].id, at_ms);
	l->first = l->n = 0;
	pthread_mutex_unlock(&o->lock);
}

static bool is_unheard(const struct outbox *o, const struct resource *notifier)
{
	json_t *spec = resource_spec(notifier);
	const struct notifier_type *type = outbox_type(o, notifier, spec);
	bool unheard = type && type->unheard;

	json_decref(spec);
	return unheard;
}

static void try_one(struct outbox *o, struct lane *l, const struct resource *notifier, uint64_t id,
		    int attempt)
{
	struct result_op r = {.o = o, .notifier = notifier};
	struct notifier_answer a;
	struct error e = {0};
	char *text = delivery_read(o, id, &e);
	bool critical;
	json_t *message;

	if (!text) {
		pthread_mutex_lock(&o->lock);
		if (e.code) { /* the store cannot be read now */
			struct entry *entry = lane_entry(l, id);

			entry->due_ms = outbox_boot_ms(o) + UNSTORED_MS;
			entry->tries = entry->tries ? entry->tries : 1;
		} else {
			lane_remove(l, id);
		}
		pthread_mutex_unlock(&o->lock);
		return;
	}
	message = json_loads(text, 0, NULL);
	free(text);
	fault_point("outbox.before_send");
	if (message) {
		outbox_attempt(o, notifier, id, message, attempt, &o->cancel, &a);
	} else {
		a = (struct notifier_answer){.end = NOTIFIER_REFUSED};
		snprintf(a.text, sizeof a.text, "the message as it is stored cannot be read");
	}
	json_decref(message);
	fault_point("outbox.after_send");
	/* The daemon ends: it is tried again after the next start, under the same id. */
	if (a.end != NOTIFIER_SENT && a.end != NOTIFIER_GONE && atomic_load(&o->cancel))
		return;
	r.unheard = is_unheard(o, notifier);
	pthread_mutex_lock(&o->lock);
	critical = lane_entry(l, id)->severity >= SEVERITY_CRITICAL;
	judge(o, l, id, &a, &r);
	pthread_mutex_unlock(&o->lock);
	if (result_store(&r, &e)) {
		log_warn("outbox", "what became of a message to %s cannot be stored now: %s",
			 notifier->name, e.text);
		pthread_mutex_lock(&o->lock);
		remember(o, &r.row);
		if (r.tell == TELL_GONE) /* it may be asked again, not at once */
			l->blocked_until_ms = outbox_boot_ms(o) + LONG_OUTAGE_MS;
		pthread_mutex_unlock(&o->lock);
	} else if (a.end == NOTIFIER_SENT) {
		fallback_sent(o, critical);
	} else if (r.tell == TELL_GONE) {
		bury(o, l, r.row.tried_ms);
		log_warn("outbox", "%s wants nothing more (410), it is paused", notifier->name);
	}
	resource_unref(r.paused);
}

/* A new message is a reason to look whether a receiver is back. With the lock held. */
static void bring_forward(struct outbox *o, struct lane *l, size_t n_before)
{
	int64_t now_ms = outbox_boot_ms(o);
	struct entry *e;

	if (lane_pending(l) <= n_before || !n_before || l->asked ||
	    now_ms - l->last_try_ms < EARLY_MS)
		return;
	e = &l->entries[l->first];
	if (e->tries && e->due_ms > now_ms)
		e->due_ms = now_ms;
}

/* @return false: nothing is to be done now */
static bool look(struct outbox *o, struct lane *l)
{
	bool behind, nudged;
	size_t n_before;
	struct error e = {0};

	pthread_mutex_lock(&o->lock);
	behind = l->behind;
	nudged = l->nudged;
	l->behind = l->nudged = false;
	n_before = lane_pending(l);
	pthread_mutex_unlock(&o->lock);
	if (behind && lane_read(o, l, &e)) {
		log_warn("outbox", "messages cannot be read: %s", e.text);
		pthread_mutex_lock(&o->lock);
		l->behind = true;
		l->blocked_until_ms = outbox_boot_ms(o) + UNSTORED_MS;
		pthread_mutex_unlock(&o->lock);
		return false;
	}
	pthread_mutex_lock(&o->lock);
	bring_forward(o, l, n_before);
	/* Who mends a notifier wants to see that it works. */
	if (nudged && lane_pending(l) && l->entries[l->first].tries)
		l->entries[l->first].due_ms = outbox_boot_ms(o);
	pthread_mutex_unlock(&o->lock);
	return true;
}

/* The next one to try. @return false: none is due */
static bool pick(struct outbox *o, struct lane *l, bool *merge, uint64_t *id, int *attempt)
{
	int64_t now_ms = outbox_boot_ms(o);
	size_t head;
	bool due;

	pthread_mutex_lock(&o->lock);
	due = lane_due(l, now_ms, &head) <= now_ms && !o->stopping;
	if (due) {
		const struct entry *e = &l->entries[head];

		*id = e->id;
		*attempt = e->attempts + 1;
		*merge = !e->attempts &&
			 (l->back_after_long || now_ms - e->since_ms >= LONG_OUTAGE_MS) &&
			 lane_pending(l) >= SUMMARY_MIN;
	}
	pthread_mutex_unlock(&o->lock);
	return due;
}

static bool is_paused(const struct resource *notifier)
{
	json_t *spec = resource_spec(notifier);
	bool paused = spec_bool(notifier->kind, spec, "paused");

	json_decref(spec);
	return paused;
}

/* @return false: there is nothing to be tried now */
static bool step(struct outbox *o, struct lane *l)
{
	const struct resource *notifier;
	struct error e = {0};
	bool merge = false, paused;
	uint64_t id = 0;
	int attempt = 0;
	enum err rc;

	if (!look(o, l))
		return false;
	notifier = resource_by_id(o->d->store, l->notifier);
	if (!notifier) {
		if (lane_drop(o, l, &e))
			log_warn("outbox", "messages to a notifier that is gone stay: %s", e.text);
		return false;
	}
	paused = is_paused(notifier);
	pthread_mutex_lock(&o->lock);
	l->paused = paused;
	if (!paused)
		l->gone = false;
	snprintf(l->name, sizeof l->name, "%s", notifier->name);
	pthread_mutex_unlock(&o->lock);
	if (!pick(o, l, &merge, &id, &attempt)) {
		resource_unref(notifier);
		return false;
	}
	if (merge) {
		rc = lane_merge(o, l, notifier, &e);
		pthread_mutex_lock(&o->lock);
		l->back_after_long = false;
		pthread_mutex_unlock(&o->lock);
		merge = !rc;
		if (rc && rc != ERR_NOT_FOUND)
			log_warn("outbox", "messages are sent one by one: %s", e.text);
	}
	if (!merge)
		try_one(o, l, notifier, id, attempt);
	resource_unref(notifier);
	return true;
}

void lane_run(struct outbox *o, struct lane *l)
{
	while (!atomic_load(&o->cancel) && step(o, l))
		;
}
