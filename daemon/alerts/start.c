/* From the store, and what was missed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/text/compose.h"
#include "daemon/alerts/internal.h"
#include "shared/json.h"
#include "shared/log.h"
#include "shared/mem.h"

/* ---- what is there -------------------------------------------------------------------------- */

static void on_alert(struct alert *x, void *arg)
{
	struct alerts *a = arg;
	const struct resource *r = x->subject ? resource_by_id(a->d->store, x->subject) : NULL;
	if (r) { /* its tags are what they are by now */
		json_t *spec = resource_spec(r), *tags = json_object_get(spec, "tags");
		x->tags = json_array_size(tags) ? json_dumps(tags, JSON_COMPACT) : NULL;
		json_decref(spec);
		resource_unref(r);
	}
	pthread_mutex_lock(&a->lock);
	book_add(&a->book, x);
	pthread_mutex_unlock(&a->lock);
}

static void on_told(uint64_t alert, uint64_t notifier, int64_t rev, int64_t at_ms, void *arg)
{
	struct alerts *a = arg;
	struct alert *x = book_by_id(&a->book, alert);
	struct moment now = moment_now(a);
	int64_t ago = now.wall_ms > at_ms ? now.wall_ms - at_ms : 0;
	if (x)
		recipients_told(&a->recipients, x, notifier, rev, now.boot_ms - ago);
}

static void place_all(struct alerts *a)
{
	for (struct alert *x = a->book.first; x; x = x->next) {
		json_t *data = alert_data(a->d->store, x);
		recipients_place(&a->recipients, x, data);
		json_decref(data);
	}
}

void start_recipients(struct alerts *a)
{
	const struct resource_kind *k = resource_kind_find("notifier");
	struct recipient *first = NULL, **end = &first;
	size_t n = 0;
	const struct resource **all = k ? resource_list(a->d->store, k, &n) : NULL;
	for (size_t i = 0; i < n; i++) {
		*end = recipient_new(all[i]);
		end = &(*end)->next;
		resource_unref(all[i]);
	}
	free(all);
	pthread_mutex_lock(&a->lock);
	recipients_replace(&a->recipients, first, &a->book);
	pthread_mutex_unlock(&a->lock);
	place_all(a);
	recipients_touch_all(&a->recipients);
}

/* A position of its own, so that it is never 0, which is how a cursor is that was never set. */
static enum err write_cursor(struct txn *t, void *arg, struct error *e)
{
	struct alerts *a = arg;
	a->cursor = txn_seq(t);
	return cursor_set(t, "alerts", a->cursor, e);
}

/* A store that never had alerts (it is new, or of an older program): from now on, and what is down
 * already is told. A lost cursor: the same, and that events were missed is said. */
static enum err load_cursor(struct alerts *a, struct error *e)
{
	bool lost = false;
	enum err err = cursor_get(a->d->store, "alerts", &a->cursor, &lost, e);
	if (err)
		return err;
	a->first_start = !a->cursor && !lost;
	a->lost = lost;
	a->missed_after = a->cursor;
	if ((a->first_start || lost) && store_run(a->d->store, OP_PEOPLE, write_cursor, a, e)) {
		/* Read-only or full: then it is set with the first batch. */
		log_warn("alerts", "where to begin cannot be written: %s", e->text);
		*e = (struct error){0};
	}
	a->stored_cursor = a->cursor;
	return ERR_NONE;
}

static enum err load_alerts(struct alerts *a, struct error *e)
{
	enum err err = alert_rows_read(a->d->store, on_alert, a, &a->book.next_number, e);
	if (err)
		return err;
	/* Who was told comes first: they are members though they may take it no more. */
	start_recipients(a);
	err = alert_told_read(a->d->store, on_told, a, e);
	place_all(a);
	return err;
}

enum err start_load(struct alerts *a, struct error *e)
{
	enum err err = load_cursor(a, e);
	if (err)
		return err;
	silences_read(&a->silences, a->d->store, moment_now(a).wall_ms);
	subscriptions_read(&a->subscriptions, a->d->store);
	return load_alerts(a, e);
}

/* ---- what was missed ------------------------------------------------------------------------ */

struct newest {
	struct event ev;
	bool found;
};

/* Its own state ("monitor.down"), not that of a job or a budget of it. */
static bool has_state(const struct event *ev, void *arg)
{
	struct newest *n = arg;
	size_t kind = strlen(ev->subject_kind);
	bool own = !strncmp(ev->topic, ev->subject_kind, kind) && ev->topic[kind] == '.';
	json_t *data = own && ev->data_json ? json_loads(ev->data_json, 0, NULL) : NULL;
	n->found = json_str(data, "state", NULL) != NULL;
	json_decref(data);
	if (!n->found)
		return true;
	n->ev = *ev;
	n->ev.text = mem_strdup(ev->text ? ev->text : "");
	n->ev.data_json = mem_strdup(ev->data_json);
	return false;
}

/* As it is by its last change of state. */
static void judge_newest(struct alerts *a, const struct resource *r)
{
	struct newest n = {0};
	const struct event_query q = {
		.subject = r->id, .newest_first = true, .limit = 64, .before = a->cursor + 1};
	if (feed_events(a->d->store, &q, has_state, &n, NULL) || !n.found)
		return;
	struct subject s;
	subject_of(a->d->store, n.ev.subject_kind, n.ev.subject, n.ev.name, &s);
	rules_event(a->rules, &n.ev, &s, judge_hit, a);
	subject_fini(&s);
	event_fini(&n.ev);
}

static void judge_all(struct alerts *a)
{
	const struct resource_kind *k = resource_kind_find("monitor");
	size_t n = 0;
	const struct resource **all = resource_list(a->d->store, k, &n);
	for (size_t i = 0; i < n; i++) {
		judge_newest(a, all[i]);
		resource_unref(all[i]);
	}
	free(all);
}

static void tell_of_loss(struct alerts *a, const char *text)
{
	int64_t now = clock_wall_ms(a->d->clock);
	const struct rule_hit hit = {
		.rule = RULE_FEED_LOST,
		.what = RULE_OPENS,
		.fingerprint = RULE_FEED_LOST,
		.severity = SEVERITY_WARNING,
		.since_ms = now,
		.at_ms = now,
		.topic = "alerts.feed_lost",
		.text = text,
		.seq = a->cursor,
		.expire_ms = INT64_C(24) * 3600 * 1000,
	};
	judge_hit(&hit, a);
}

void start_anew(struct alerts *a, const char *why)
{
	struct error e = {0};
	char text[ALERT_TEXT_MAX];
	pthread_mutex_lock(&a->lock);
	for (struct alert *x = a->book.first; x; x = x->next)
		recipients_forget(&a->recipients, x);
	book_fini(&a->book);
	book_init(&a->book);
	ledger_fini(&a->ledger);
	pthread_mutex_unlock(&a->lock);
	if (load_alerts(a, &e))
		log_error("alerts", "alerts cannot be read again: %s", e.text);
	judge_rules(a);
	snprintf(text, sizeof(text), "events could not become alerts: %s", why);
	tell_of_loss(a, text);
}

static void drop_orphans(struct alerts *a)
{
	for (struct alert *x = a->book.first, *next; x; x = next) {
		const struct resource_kind *k = resource_kind_find(x->kind);
		next = x->next;
		if (x->subject && k && k->ops & OP_ADD)
			judge_subject(a, x->subject);
	}
}

void start_catch_up(struct alerts *a)
{
	struct error e = {0};
	if (rules_warm(a->rules, a->cursor, &e))
		log_warn("alerts", "rules begin without what was before: %s", e.text);
	if (a->lost) {
		log_error("alerts", "events after %llu were removed before alerts read them",
			  (unsigned long long)a->missed_after);
		tell_of_loss(a, "events were removed before they could become alerts; what is down "
				"now is told, what came and went meanwhile is not");
	}
	if (a->first_start || a->lost)
		judge_all(a);
	drop_orphans(a);
	judge_rules(a);
	judge_sweep(a);
	a->running = true;
	a->more = true;
	a->tick_ms = clock_wall_ms(a->d->clock);
}
