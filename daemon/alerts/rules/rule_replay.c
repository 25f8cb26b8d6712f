#include "daemon/alerts/rules/rule_replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/rules/rules_internal.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum { PAGE = 2000, LOOKS_MAX = 100000, LOOK_MS = 60000, BUDGET_US = 8000000 };
#define ROW_BEFORE_MS (INT64_C(7) * 86400000)

struct play {
	struct rules rules;
	struct rule *rule;
	struct replay *out;
	json_t *living; /* fingerprint: place in out->alerts */
	json_t *ended;  /* fingerprint: when, for the cool-down */
	uint64_t last;
	size_t page;
	int64_t now_ms, oldest_ms;
	bool full;
};

/* ---- the alerts ----------------------------------------------------------------------------- */

static void resolve(struct play *p, struct replayed_alert *a, int64_t at_ms)
{
	json_object_del(p->living, a->fingerprint);
	a->resolved_ms = at_ms;
	json_object_set_new(p->ended, a->fingerprint, json_integer(at_ms));
}

static struct replayed_alert *living(struct play *p, const char *fingerprint)
{
	const json_t *at = json_object_get(p->living, fingerprint);

	return at ? &p->out->alerts[json_integer_value(at)] : NULL;
}

static void expire(struct play *p, struct replayed_alert *a, int64_t now_ms)
{
	int64_t end = a->heard_ms + p->rule->expire_ms;

	if (p->rule->expire_ms && end <= now_ms && a->at_ms <= end)
		resolve(p, a, end);
}

static void open_new(struct play *p, const struct rule_hit *hit)
{
	struct replay *out = p->out;
	int64_t at = hit->at_ms + hit->hold_ms;
	const json_t *before = json_object_get(p->ended, hit->fingerprint);

	if (before && json_integer_value(before) + hit->cool_down_ms > at)
		at = json_integer_value(before) + hit->cool_down_ms;
	if (out->n == REPLAY_ALERTS_MAX) {
		p->full = true;
		return;
	}
	if ((out->n & (out->n - 1)) == 0)
		out->alerts = mem_array(out->alerts, out->n ? 2 * out->n : 1, sizeof(*out->alerts));
	json_object_set_new(p->living, hit->fingerprint, json_integer((json_int_t)out->n));
	out->alerts[out->n++] = (struct replayed_alert){
		.fingerprint = mem_strdup(hit->fingerprint),
		.subject = mem_strdup(hit->subject->name),
		.text = mem_strdup(hit->text),
		.topic = mem_strdup(hit->topic),
		.severity = hit->severity,
		.at_ms = at,
		.heard_ms = hit->at_ms,
	};
}

static void on_hit(const struct rule_hit *hit, void *arg)
{
	struct play *p = arg;
	struct replayed_alert *a = living(p, hit->fingerprint);

	if (a)
		expire(p, a, hit->at_ms);
	a = living(p, hit->fingerprint);
	if (hit->what == RULE_RESOLVES) {
		if (a)
			resolve(p, a, hit->at_ms);
	} else if (a) {
		a->heard_ms = hit->at_ms;
		a->severity = hit->severity > a->severity ? hit->severity : a->severity;
	} else {
		open_new(p, hit);
	}
}

/* ---- events --------------------------------------------------------------------------------- */

/* All ticks that the rule asked for up to then. */
static void ticks(struct play *p, int64_t until_ms)
{
	struct heap_node *first;

	while ((first = heap_first(&p->rules.due)) && first->key <= until_ms) {
		int64_t at = first->key > p->now_ms ? first->key : p->now_ms;

		p->now_ms = at;
		(void)rules_tick(&p->rules, at, on_hit, p);
	}
	p->now_ms = until_ms > p->now_ms ? until_ms : p->now_ms;
}

static bool concerns(const struct rule *r, const char *topic)
{
	return topic_in(r->topics, topic) || topic_in(r->until_topics, topic);
}

static bool one_event(const struct event *ev, void *arg)
{
	struct play *p = arg;
	struct subject s;

	p->last = ev->seq;
	p->page++;
	p->oldest_ms = p->oldest_ms ? p->oldest_ms : ev->at_ms;
	p->out->events += ev->at_ms >= p->out->since_ms;
	ticks(p, ev->at_ms);
	if (p->full)
		return false;
	if (!concerns(p->rule, ev->topic))
		return true;
	subject_of(p->rules.d->store, ev->subject_kind, ev->subject, ev->name, &s);
	rules_event(&p->rules, ev, &s, on_hit, p);
	subject_fini(&s);
	return true;
}

static int64_t begin_of(const struct play *p)
{
	const struct rule *r = p->rule;

	switch (r->type) {
	case RULE_ABSENCE: return p->out->since_ms - USUAL_LOOK_MS;
	case RULE_COUNT:
	case RULE_SHARE: return p->out->since_ms - r->within_ms;
	case RULE_ROW: return p->out->since_ms - ROW_BEFORE_MS;
	case RULE_EVENT:
	case RULE_FIGURE: break;
	}
	return p->out->since_ms;
}

static enum err play_events(struct play *p, struct error *e)
{
	int64_t begin = begin_of(p);
	enum err rc = ERR_NONE;

	p->now_ms = begin;
	rule_begin_absence(&p->rules, p->rule, p->out->since_ms);
	do {
		const struct event_query q = {.after = p->last,
					      .since_ms = begin > 0 ? begin : 0,
					      .until_ms = p->out->until_ms,
					      .limit = PAGE};

		p->page = 0;
		rc = feed_events(p->rules.d->store, &q, one_event, p, e);
	} while (!rc && p->page == PAGE && !p->full);
	if (!rc)
		ticks(p, p->out->until_ms);
	return rc;
}

static bool take_first(const struct event *ev, void *arg)
{
	*(int64_t *)arg = ev->at_ms;
	return false;
}

static void note_oldest(struct play *p)
{
	struct error e = {0};
	int64_t oldest = 0;
	char day[TIME_TEXT];

	if (feed_events_after(p->rules.d->store, 0, 1, take_first, &oldest, &e) || !oldest)
		return;
	if (oldest > p->out->since_ms)
		snprintf(p->out->note, sizeof(p->out->note),
			 "the log begins at %s: before, nothing is known",
			 time_rfc3339(day, oldest));
}

/* ---- figures -------------------------------------------------------------------------------- */

static void figures_at(struct play *p, const struct resource **all, size_t n, int64_t at_ms)
{
	struct rule *r = p->rule;

	for (size_t i = 0; i < n && !p->full; i++) {
		struct rule_window *w;

		if (!all[i])
			continue;
		w = rule_window(&p->rules, r, all[i]->kind->kind, all[i]->id, all[i]->name,
				r->measure->name);
		if (w)
			(void)rule_figure_judge(&p->rules, w, at_ms, on_hit, p);
	}
}

static void play_figures(struct play *p)
{
	struct rule *r = p->rule;
	struct replay *out = p->out;
	const struct resource_kind *k = r->measure ? resource_kind_find(r->measure->kind) : NULL;
	int64_t span = out->until_ms - out->since_ms, step = LOOK_MS, begun;
	size_t n = 0, covered = 0;
	const struct resource **all = k ? resource_list(p->rules.d->store, k, &n) : NULL;
	char text[DURATION_TEXT];

	if (!all) {
		snprintf(out->note, sizeof(out->note), "no service that runs has the figure %.40s",
			 json_str(r->spec, "measure", ""));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (!rule_figure_covers(r, all[i])) {
			resource_unref(all[i]);
			all[i] = NULL;
		}
		covered += all[i] != NULL;
	}
	while (covered && span / step * (int64_t)covered > LOOKS_MAX)
		step *= 2;
	begun = clock_boot_us(p->rules.d->clock);
	for (p->now_ms = out->since_ms + step; p->now_ms <= out->until_ms; p->now_ms += step) {
		if (clock_boot_us(p->rules.d->clock) - begun > BUDGET_US) {
			out->until_ms = p->now_ms;
			break;
		}
		figures_at(p, all, n, p->now_ms);
	}
	age_format(text, step);
	snprintf(out->note, sizeof(out->note), "%zu %s were looked at every %s", covered, k->plural,
		 text);
	for (size_t i = 0; i < n; i++)
		resource_unref(all[i]);
	free(all);
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void drop(struct replayed_alert *a)
{
	free(a->fingerprint);
	free(a->subject);
	free(a->text);
	free(a->topic);
}

/* What was over before it was told, and what was told before the time that is asked for, go. */
static void count(struct play *p)
{
	struct replay *out = p->out;
	size_t kept = 0;

	for (size_t i = 0; i < out->n; i++) {
		struct replayed_alert *a = &out->alerts[i];

		if (!a->resolved_ms)
			expire(p, a, out->until_ms);
		if (a->at_ms > out->until_ms || (a->resolved_ms && a->resolved_ms < a->at_ms) ||
		    (a->resolved_ms == a->at_ms && p->rule->hold_ms) || a->at_ms < out->since_ms) {
			drop(a);
			continue;
		}
		out->opened++;
		out->resolved += a->resolved_ms != 0;
		out->open += a->resolved_ms == 0;
		out->alerts[kept++] = *a;
	}
	out->n = kept;
	if (p->full)
		snprintf(out->note, sizeof(out->note),
			 "there are more than %d: it would be told too often", REPLAY_ALERTS_MAX);
}

enum err rule_replay(struct daemon *d, const struct resource *rule, int64_t since_ms,
		     struct replay *out, struct error *e)
{
	struct play p = {.rules = {.d = d, .n = 1}, .out = out};
	enum err rc = ERR_NONE;

	*out = (struct replay){.since_ms = since_ms, .until_ms = clock_wall_ms(d->clock)};
	p.rule = rule_new(d, rule, e);
	if (!p.rule)
		return e->code ? e->code : ERR_INVALID;
	p.rules.all = &p.rule;
	p.rule->warm = true;
	p.rule->paused = false; /* what it would tell */
	p.living = json_object();
	p.ended = json_object();
	if (p.rule->type == RULE_FIGURE) {
		play_figures(&p);
	} else {
		rc = play_events(&p, e);
		if (!rc)
			note_oldest(&p);
	}
	count(&p);
	rule_free(&p.rules, p.rule);
	heap_fini(&p.rules.due);
	json_decref(p.living);
	json_decref(p.ended);
	return rc;
}

void replay_fini(struct replay *r)
{
	for (size_t i = 0; i < r->n; i++)
		drop(&r->alerts[i]);
	free(r->alerts);
}
