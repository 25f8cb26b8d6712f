/* What rules say becomes of alerts: they open (or wait for their hold time), change, resolve. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/text/compose.h"
#include "daemon/alerts/internal.h"
#include "shared/json.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

static int64_t now_wall(const struct alerts *a)
{
	return clock_wall_ms(a->d->clock);
}

static json_t *data_of(const char *text)
{
	json_t *data = text ? json_loads(text, 0, NULL) : NULL;
	return data ? data : json_object();
}

/* ---- deadlines ------------------------------------------------------------------------------ */

static int64_t next_deadline(const struct alert *x, int64_t now_ms)
{
	int64_t at = INT64_MAX;
	if (x->state == ALERT_PENDING)
		return x->opened_ms;
	if (!alert_living(x))
		return at;
	if (x->snoozed_ms > now_ms)
		at = x->snoozed_ms;
	if (x->expire_ms && x->changed_ms + x->expire_ms < at)
		at = x->changed_ms + x->expire_ms;
	return at;
}

void judge_schedule(struct alerts *a, struct alert *x)
{
	struct moment now = moment_now(a);
	int64_t at = next_deadline(x, now.wall_ms);
	if (at == INT64_MAX)
		heap_remove(&a->book.due, &x->due);
	else
		heap_set(&a->book.due, &x->due, now.boot_ms + (at - now.wall_ms));
}

/* ---- what hushes ---------------------------------------------------------------------------- */

static bool in_list(const char *list, const char *word)
{
	size_t n = strlen(word);
	for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
		at += strspn(at, " ");
		if (!strncmp(at, word, n) && (!at[n] || at[n] == ',' || at[n] == ' '))
			return true;
	}
	return false;
}

static bool same_subject(const struct alert *x, const struct alert *y)
{
	return x != y && x->subject && x->subject == y->subject;
}

static bool is_inhibited(const struct alerts *a, const struct alert *x)
{
	for (const struct alert *y = book_about(&a->book, x->subject); y; y = y->next_by_subject)
		if (same_subject(x, y) && alert_living(y) && y->inhibits &&
		    in_list(y->inhibits, x->rule))
			return true;
	return false;
}

void judge_hush(struct alerts *a, struct alert *x, const json_t *data)
{
	if (x->state == ALERT_RESOLVED)
		return; /* as it was when it ended */
	const struct silence *s = silences_cover(&a->silences, x, data, now_wall(a));
	uint64_t before = x->silence;
	bool inhibited = is_inhibited(a, x);
	x->silence = s ? s->id : 0;
	if (x->silence != before && alert_living(x) && a->running) {
		ledger_alert(a, x);
		ledger_step(a, x, now_wall(a), s ? "silenced" : "unsilenced", "%s%s",
			    s ? "by " : "the silence ended", s ? s->name : "");
	}
	if (x->silence != before)
		recipients_touch(&a->recipients, x);
	recipients_inhibit(&a->recipients, x, inhibited, moment_now(a).boot_ms);
}

void judge_hush_all(struct alerts *a)
{
	for (struct alert *x = a->book.first; x; x = x->next) {
		json_t *data = a->silences.need_data ? alert_data(a->d->store, x) : NULL;
		pthread_mutex_lock(&a->lock);
		judge_hush(a, x, data);
		pthread_mutex_unlock(&a->lock);
		json_decref(data);
	}
}

/* Another about the same came or went that inhibits. */
static void hush_others(struct alerts *a, const struct alert *x)
{
	if (!x->inhibits || !x->subject)
		return;
	for (struct alert *y = book_about(&a->book, x->subject); y; y = y->next_by_subject) {
		if (!same_subject(x, y) || y->state == ALERT_RESOLVED)
			continue;
		recipients_inhibit(&a->recipients, y, is_inhibited(a, y), moment_now(a).boot_ms);
	}
}

/* ---- opening -------------------------------------------------------------------------------- */

static void set_labels(struct alert *x, const struct subject *s, const json_t *more)
{
	json_t *labels = s && s->labels ? json_deep_copy(s->labels) : json_object();
	if (more)
		json_object_update(labels, (json_t *)(uintptr_t)more);
	free(x->labels);
	x->labels = json_dumps(labels, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(labels);
	free(x->tags);
	x->tags = s && json_array_size(s->tags) ? json_dumps(s->tags, JSON_COMPACT) : NULL;
}

/* What an event says, whether it opens or changes. */
static void take_facts(struct alert *x, const struct rule_hit *hit, const json_t *data)
{
	snprintf(x->topic, sizeof(x->topic), "%s", hit->topic);
	text_set(&x->text, hit->text);
	text_set(&x->data, hit->data);
	text_set(&x->runbook, hit->runbook);
	text_set(&x->inhibits, hit->inhibits);
	free(x->notify);
	x->notify = hit->notify ? json_dumps(hit->notify, JSON_COMPACT) : NULL;
	snprintf(x->condition, sizeof(x->condition), "%s", json_str(data, "state", ""));
	x->expire_ms = hit->expire_ms;
	if (hit->seq)
		x->seq = hit->seq;
	if (hit->incident)
		x->incident = hit->incident;
	if (hit->subject && hit->subject->name[0])
		text_set(&x->name, hit->subject->name);
	set_labels(x, hit->subject, hit->labels);
}

static void opened(struct alerts *a, struct alert *x, int64_t at_ms)
{
	x->state = ALERT_OPEN;
	x->fresh = true;
	x->rev = 1;
	x->opened_ms = x->changed_ms = at_ms;
	ledger_step(a, x, at_ms, "opened", "%s", x->text);
	ledger_alert(a, x);
	hush_others(a, x);
	recipients_touch(&a->recipients, x);
	judge_schedule(a, x);
	atomic_fetch_add(&a->opened_n, 1);
}

/* After the last one ended it waits for the cool-down: what is still so at its end is told. */
static int64_t opens_at(struct alerts *a, const struct rule_hit *hit)
{
	int64_t at = hit->at_ms + hit->hold_ms, cooled = 0;
	if (hit->cool_down_ms && hit->subject)
		cooled = alert_last_resolved(a->d->store, hit->subject->id, hit->fingerprint);
	if (cooled && cooled + hit->cool_down_ms > at)
		at = cooled + hit->cool_down_ms;
	return at;
}

static void open_new(struct alerts *a, const struct rule_hit *hit, const json_t *data)
{
	struct alert *x = alert_new();
	int64_t now = now_wall(a), at = opens_at(a, hit);
	x->id = id_next(store_ids(a->d->store), now);
	x->number = a->book.next_number++;
	x->state = ALERT_PENDING;
	x->severity = hit->severity;
	x->fingerprint = mem_strdup(hit->fingerprint);
	x->rule = mem_strdup(hit->rule);
	x->name = mem_strdup("");
	x->events = 1;
	x->since_ms = hit->since_ms ? hit->since_ms : hit->at_ms;
	x->opened_ms = at;
	x->changed_ms = hit->at_ms;
	if (hit->subject) {
		x->subject = hit->subject->id;
		snprintf(x->kind, sizeof(x->kind), "%s", hit->subject->kind);
	}
	take_facts(x, hit, data);
	pthread_mutex_lock(&a->lock);
	book_add(&a->book, x);
	judge_hush(a, x, data);
	if (at <= now)
		opened(a, x, hit->at_ms);
	else
		judge_schedule(a, x);
	recipients_place(&a->recipients, x, data);
	pthread_mutex_unlock(&a->lock);
	ledger_alert(a, x);
}

/* ---- changing ------------------------------------------------------------------------------- */

static void more_of_it(struct alerts *a, struct alert *x, const struct rule_hit *hit,
		       const json_t *data)
{
	char before[sizeof(x->condition)];
	bool graver = hit->severity > x->severity, told_anew = hit->changes;
	snprintf(before, sizeof(before), "%s", x->condition);
	if (told_anew && (before[0] || json_object_get(data, "state")))
		told_anew = strcmp(before, json_str(data, "state", "")) != 0;
	else if (told_anew)
		told_anew = strcmp(x->text, hit->text) != 0;
	pthread_mutex_lock(&a->lock);
	take_facts(x, hit, data);
	x->events++;
	x->changed_ms = hit->at_ms;
	if (graver)
		x->severity = hit->severity;
	if (alert_living(x) && (graver || told_anew)) {
		x->rev++;
		ledger_step(a, x, hit->at_ms, "changed", "%s", x->text);
	}
	judge_hush(a, x, data);
	recipients_place(&a->recipients, x, data);
	judge_schedule(a, x);
	pthread_mutex_unlock(&a->lock);
	ledger_alert(a, x);
}

/* ---- resolving ------------------------------------------------------------------------------ */

/* news: nobody is told of its end */
static void resolve(struct alerts *a, struct alert *x, int64_t at_ms, const char *text, bool news)
{
	char age[DURATION_TEXT];
	pthread_mutex_lock(&a->lock);
	heap_remove(&a->book.due, &x->due);
	if (x->state == ALERT_PENDING) { /* it came to nothing: nobody saw it */
		if (x->stored)
			ledger_erase(a, x->id);
		x->leaving = true;
		x->state = ALERT_RESOLVED;
		recipients_forget(&a->recipients, x);
		book_release_fingerprint(&a->book, x);
		ledger_alert(a, x);
		pthread_mutex_unlock(&a->lock);
		return;
	}
	x->state = ALERT_RESOLVED;
	x->resolved_ms = at_ms > x->opened_ms ? at_ms : x->opened_ms;
	x->changed_ms = x->resolved_ms;
	text_set(&x->ended, text);
	x->rev++;
	book_release_fingerprint(&a->book, x);
	ledger_step(a, x, x->resolved_ms, "resolved", "after %s%s%s",
		    age_format(age, x->resolved_ms - x->since_ms), text && *text ? ": " : "",
		    text ? text : "");
	ledger_alert(a, x);
	hush_others(a, x);
	/* Who is not to be told of the end counts as told: it is over for him. */
	for (struct pair *p = x->pairs; p; p = p->of_alert)
		if (p->told &&
		    (news || x->inhibited || p->recipient->paused || !p->recipient->resolved)) {
			p->told = x->rev;
			ledger_told(a, x->id, p->recipient->id, x->rev, at_ms);
		}
	recipients_touch(&a->recipients, x);
	atomic_fetch_add(&a->resolved_n, 1);
	pthread_mutex_unlock(&a->lock);
}

void judge_resolve(struct alerts *a, struct alert *x, int64_t at_ms, const char *text)
{
	resolve(a, x, at_ms, text, false);
}

void judge_end(struct alerts *a, struct alert *x, const char *text)
{
	resolve(a, x, now_wall(a), text, x->expire_ms != 0);
}

void judge_hit(const struct rule_hit *hit, void *arg)
{
	struct alerts *a = arg;
	struct alert *x = book_living(&a->book, hit->fingerprint);
	if (hit->what == RULE_RESOLVES) {
		if (x)
			judge_resolve(a, x, hit->at_ms, hit->text);
		return;
	}
	json_t *data = data_of(hit->data);
	if (x)
		more_of_it(a, x, hit, data);
	else if (!json_bool(data, "suppressed", false))
		open_new(a, hit, data);
	json_decref(data);
}

/* ---- what its rule says beside events -------------------------------------------------------- */

struct rule_now {
	char name[64];
	bool there, paused;
	int64_t expire_ms;
	char *inhibits;
};

static void rule_look(struct alerts *a, const char *name, struct rule_now *r)
{
	const struct resource_kind *k = resource_kind_find("rule");
	const struct resource *res = k ? resource_get(a->d->store, k, name) : NULL;
	free(r->inhibits);
	*r = (struct rule_now){0};
	snprintf(r->name, sizeof(r->name), "%s", name);
	if (!res)
		return;
	struct buf list = BUF_INIT(1024);
	json_t *spec = resource_spec(res);
	const json_t *inhibits = spec_value(k, spec, "inhibits");
	for (size_t i = 0; i < json_array_size(inhibits); i++)
		buf_printf(&list, "%s%s", i ? "," : "",
			   json_string_value(json_array_get(inhibits, i)));
	r->there = true;
	r->paused = spec_bool(k, spec, "paused");
	r->expire_ms = spec_ms(k, spec, "expire");
	r->inhibits = list.len ? buf_take(&list) : NULL;
	buf_fini(&list);
	json_decref(spec);
	resource_unref(res);
}

void judge_rules(struct alerts *a)
{
	struct rule_now r = {0};
	char text[120];
	for (struct alert *x = a->book.first, *next; x; x = next) {
		next = x->next;
		if (x->state == ALERT_RESOLVED || !strcmp(x->rule, RULE_FEED_LOST))
			continue;
		if (strcmp(r.name, x->rule))
			rule_look(a, x->rule, &r);
		if (!r.there || r.paused) {
			snprintf(text, sizeof(text), "its rule %s %s", x->rule,
				 r.there ? "is paused" : "was deleted");
			judge_end(a, x, text);
			continue;
		}
		pthread_mutex_lock(&a->lock);
		text_set(&x->inhibits, r.inhibits);
		x->expire_ms = r.expire_ms;
		judge_schedule(a, x);
		pthread_mutex_unlock(&a->lock);
	}
	free(r.inhibits);
	judge_hush_all(a);
}

void judge_sweep(struct alerts *a)
{
	pthread_mutex_lock(&a->lock);
	for (struct alert *x = a->book.first, *next; x; x = next) {
		next = x->next;
		if (x->state != ALERT_RESOLVED || x->dirty || recipients_want(x))
			continue;
		recipients_forget(&a->recipients, x);
		book_remove(&a->book, x);
	}
	pthread_mutex_unlock(&a->lock);
}

/* ---- time, and subjects that go ------------------------------------------------------------- */

static void one_due(struct alerts *a, struct alert *x, const struct moment *now)
{
	if (x->state == ALERT_PENDING && x->opened_ms <= now->wall_ms) {
		pthread_mutex_lock(&a->lock);
		opened(a, x, now->wall_ms);
		pthread_mutex_unlock(&a->lock);
		return;
	}
	if (alert_living(x) && x->expire_ms && x->changed_ms + x->expire_ms <= now->wall_ms) {
		judge_end(a, x, "nothing more was heard of it");
		return;
	}
	pthread_mutex_lock(&a->lock);
	if (alert_living(x) && x->snoozed_ms && x->snoozed_ms <= now->wall_ms) {
		x->snoozed_ms = 0;
		ledger_step(a, x, now->wall_ms, "woke", "the snooze ended");
		ledger_alert(a, x);
		recipients_touch(&a->recipients, x);
	}
	judge_schedule(a, x);
	pthread_mutex_unlock(&a->lock);
}

void judge_due(struct alerts *a, const struct moment *now)
{
	const struct heap_node *first;
	for (size_t i = 0; i < EVENTS_AT_ONCE; i++) {
		first = heap_first(&a->book.due);
		if (!first || first->key > now->boot_ms)
			return;
		one_due(a, CONTAINER_OF(first, struct alert, due), now);
	}
}

void judge_subject(struct alerts *a, uint64_t id)
{
	char text[96];
	const struct resource *r = resource_by_id(a->d->store, id);
	for (struct alert *x = book_about(&a->book, id), *next; x; x = next) {
		next = x->next_by_subject;
		if (x->subject != id || x->state == ALERT_RESOLVED)
			continue;
		if (!r) {
			snprintf(text, sizeof(text), "%s was deleted", x->name);
			judge_end(a, x, text);
		} else if (strcmp(r->name, x->name)) {
			pthread_mutex_lock(&a->lock);
			text_set(&x->name, r->name);
			pthread_mutex_unlock(&a->lock);
			ledger_alert(a, x);
		}
	}
	resource_unref(r);
}
