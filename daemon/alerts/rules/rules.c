#include "daemon/alerts/rules/rules.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/rules/rules_internal.h"
#include "shared/log.h"
#include "shared/mem.h"
#include "shared/percent.h"

enum { ROW_LOOK = 500 };

extern const struct resource_kind resource_rule;

/* ---- the set of rules ----------------------------------------------------------------------- */

static struct rule *compile(struct rules *rules, const struct resource *res)
{
	struct error e = {0};
	struct rule *r = rule_new(rules->d, res, &e);

	if (!r) {
		log_warn("alerts", "rule %s is left out: %s", res->name, e.text);
		return NULL;
	}
	if (r->type == RULE_FIGURE && !r->measure)
		log_warn("alerts", "rule %s: no service that runs has the figure %s", r->name,
			 json_str(r->spec, "measure", ""));
	return r;
}

static struct rule *take_old(struct rule **old, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (old[i] && !strcmp(old[i]->name, name)) {
			struct rule *r = old[i];

			old[i] = NULL;
			return r;
		}
	}
	return NULL;
}

/* What is the same in all that counts keeps its windows. */
static struct rule *follow(struct rules *rules, struct rule *before, const struct resource *res)
{
	struct rule *now;

	if (before && before->version == res->version) {
		rule_find_measure(rules->d, before);
		return before;
	}
	now = compile(rules, res);
	if (now && before && !strcmp(now->key, before->key))
		rule_windows_move(rules, before, now);
	rule_free(rules, before);
	return now;
}

void rules_reload(struct rules *rules)
{
	size_t n, n_old = rules->n;
	const struct resource **all = resource_list(rules->d->store, &resource_rule, &n);
	struct rule **old = rules->all;
	struct error e = {0};

	rules->all = mem_array(NULL, n + 1, sizeof(struct rule *));
	rules->n = 0;
	for (size_t i = 0; i < n; i++) {
		struct rule *r = follow(rules, take_old(old, n_old, all[i]->name), all[i]);

		if (r)
			rules->all[rules->n++] = r;
		resource_unref(all[i]);
	}
	for (size_t i = 0; i < n_old; i++)
		rule_free(rules, old[i]);
	free(old);
	free(all);
	if (rules->warm && rules_warm_cold(rules, rules->seq, &e))
		log_warn("alerts", "what new rules count was not read: %s", e.text);
}

struct rules *rules_new(struct daemon *d)
{
	struct rules *rules = mem_zalloc(sizeof(*rules));

	rules->d = d;
	rules_reload(rules);
	return rules;
}

void rules_free(struct rules *rules)
{
	if (!rules)
		return;
	for (size_t i = 0; i < rules->n; i++)
		rule_free(rules, rules->all[i]);
	free(rules->all);
	heap_fini(&rules->due);
	free(rules);
}

/* ---- windows -------------------------------------------------------------------------------- */

static struct rule_window *window_of(struct rules *rules, struct rule *r,
				     const struct rule_event *re)
{
	const struct event *ev = re->event;
	const char *name = re->subject && re->subject->name[0] ? re->subject->name : ev->name;

	return rule_window(rules, r, ev->subject_kind, ev->subject, name, ev->topic);
}

void rule_window_schedule(struct rules *rules, struct rule_window *w, int64_t now_ms)
{
	int64_t due = rule_window_due(w, now_ms);

	if (due == INT64_MAX)
		heap_remove(&rules->due, &w->due);
	else
		heap_set(&rules->due, &w->due, due);
}

static void close_window(struct rules *rules, struct rule_window *w, int64_t now_ms,
			 rule_hit_fn *fn, void *arg)
{
	if (w->state == WINDOW_CLOSED)
		return;
	w->state = WINDOW_CLOSED;
	rule_say_window(rules, w, RULE_RESOLVES, now_ms, 0, fn, arg);
}

static void judge_share(struct rules *rules, struct rule_window *w, int64_t now_ms, rule_hit_fn *fn,
			void *arg)
{
	const struct rule *r = w->rule;
	int64_t bad, all, share;

	rule_window_share(w, now_ms, &bad, &all);
	share = all ? ratio_even(bad, PERCENT_WHOLE, all) : 0;
	if (all >= r->count && share >= r->percent && !r->paused) {
		if (w->state != WINDOW_OPEN)
			w->first_ms = now_ms;
		else
			return;
		w->state = WINDOW_OPEN;
		rule_say_window(rules, w, RULE_OPENS, now_ms, share, fn, arg);
	} else if (share < r->percent) {
		close_window(rules, w, now_ms, fn, arg);
	}
}

/* Nothing comes any more from what was deleted: that is no news. */
static bool is_gone(struct rules *rules, const struct rule_window *w)
{
	const struct resource *res;

	if (!w->id || !resource_kind_find(w->kind))
		return false;
	res = resource_by_id(rules->d->store, w->id);
	resource_unref(res);
	return !res;
}

/* The time of a window has come. */
static void judge_due(struct rules *rules, struct rule_window *w, int64_t now_ms, rule_hit_fn *fn,
		      void *arg)
{
	struct rule *r = w->rule;
	int64_t gap;

	switch (r->type) {
	case RULE_COUNT:
		if (rule_window_count(w, now_ms))
			break;
		if (!r->ends)
			close_window(rules, w, now_ms, fn, arg);
		if (!r->ends || w->state != WINDOW_OPEN) {
			rule_window_free(rules, w);
			return;
		}
		heap_remove(&rules->due, &w->due); /* an event ends it */
		return;
	case RULE_SHARE:
		judge_share(rules, w, now_ms, fn, arg);
		if (w->state == WINDOW_OPEN || rule_window_due(w, now_ms) != INT64_MAX)
			break;
		rule_window_free(rules, w);
		return;
	case RULE_ABSENCE:
		if (is_gone(rules, w)) {
			rule_window_free(rules, w);
			return;
		}
		gap = rule_window_gap(w);
		if (w->state == WINDOW_OPEN || !gap || w->last_ms + gap > now_ms || r->paused)
			break;
		w->state = WINDOW_OPEN;
		rule_say_window(rules, w, RULE_OPENS, now_ms, 0, fn, arg);
		break;
	case RULE_EVENT:
	case RULE_ROW:
	case RULE_FIGURE: break;
	}
	if (r->type == RULE_ABSENCE && r->paused)
		heap_remove(&rules->due, &w->due);
	else
		rule_window_schedule(rules, w, now_ms);
}

/* ---- an event ------------------------------------------------------------------------------- */

struct row {
	const struct rule *rule;
	const struct subject *subject;
	uint32_t n;
	int64_t first_ms;
};

/* Backwards in time, until the row is broken. */
static bool count_row(const struct event *ev, void *arg)
{
	struct row *row = arg;
	struct rule_event re;
	bool broken, bad;

	rule_event_init(&re, ev, row->subject);
	broken = rule_ends_with(row->rule, &re);
	bad = !broken && !re.suppressed && rule_opens_with(row->rule, &re);
	rule_event_fini(&re);
	if (bad) {
		row->n++;
		row->first_ms = ev->at_ms;
	}
	return !broken && row->n < row->rule->count;
}

/* The first of a subject since the start: the log knows what came before it. */
static void recall_row(struct rules *rules, struct rule_window *w, const struct subject *s,
		       uint64_t before)
{
	struct row row = {.rule = w->rule, .subject = s};
	struct error e = {0};
	const struct event_query q = {
		.before = before, .subject = w->id, .newest_first = true, .limit = ROW_LOOK};

	if (!w->id || w->rule->each != RULE_EACH_SUBJECT || !before)
		return;
	if (feed_events(rules->d->store, &q, count_row, &row, &e))
		log_warn("alerts", "rule %s: the log was not read: %s", w->rule->name, e.text);
	w->n = row.n;
	w->first_ms = row.first_ms;
}

static void row_event(struct rules *rules, struct rule *r, const struct rule_event *re, bool bad,
		      rule_hit_fn *fn, void *arg)
{
	struct rule_window *w = window_of(rules, r, re);

	if (!w)
		return;
	if (!bad) { /* the row is broken */
		rule_say_event(r, re, RULE_RESOLVES, 0, fn, arg);
		rule_window_free(rules, w);
		return;
	}
	if (!w->last_ms && rules->warm)
		recall_row(rules, w, re->subject, re->event->seq);
	rule_window_add(w, re->event, true);
	if (w->n >= r->count && !r->paused) {
		w->state = WINDOW_OPEN;
		rule_say_event(r, re, RULE_OPENS, w->first_ms, fn, arg);
	}
}

static void window_event(struct rules *rules, struct rule *r, const struct rule_event *re, bool bad,
			 rule_hit_fn *fn, void *arg)
{
	const struct event *ev = re->event;
	struct rule_window *w = window_of(rules, r, re);
	uint32_t n;

	if (!w)
		return;
	rule_window_add(w, ev, bad);
	switch (r->type) {
	case RULE_COUNT:
		n = rule_window_count(w, ev->at_ms);
		if (n >= r->count && !r->paused) {
			w->state = WINDOW_OPEN;
			rule_say_window(rules, w, RULE_OPENS, ev->at_ms, n, fn, arg);
		}
		break;
	case RULE_SHARE: judge_share(rules, w, ev->at_ms, fn, arg); break;
	case RULE_ABSENCE: close_window(rules, w, ev->at_ms, fn, arg); break;
	case RULE_EVENT:
	case RULE_ROW:
	case RULE_FIGURE: break;
	}
	rule_window_schedule(rules, w, ev->at_ms);
}

static void one_event(struct rules *rules, struct rule *r, const struct rule_event *re,
		      rule_hit_fn *fn, void *arg)
{
	bool of_topics = topic_in(r->topics, re->event->topic), bad, ends;

	if (!of_topics && !r->until_topics)
		return;
	bad = of_topics && !re->suppressed && matchers_hold(r->when, &re->matched);
	ends = !bad && rule_ends_with(r, re);
	if (!bad && !ends && !(r->type == RULE_SHARE && of_topics))
		return;
	switch (r->type) {
	case RULE_EVENT:
		if (bad && !r->paused)
			rule_say_event(r, re, RULE_OPENS, 0, fn, arg);
		else if (ends)
			rule_say_event(r, re, RULE_RESOLVES, 0, fn, arg);
		break;
	case RULE_ROW: row_event(rules, r, re, bad, fn, arg); break;
	case RULE_COUNT:
		if (bad) {
			window_event(rules, r, re, true, fn, arg);
		} else {
			struct rule_window *w = window_of(rules, r, re);

			rule_say_event(r, re, RULE_RESOLVES, 0, fn, arg);
			if (w)
				rule_window_free(rules, w);
		}
		break;
	case RULE_SHARE:
		if (of_topics)
			window_event(rules, r, re, bad, fn, arg);
		break;
	case RULE_ABSENCE: window_event(rules, r, re, true, fn, arg); break;
	case RULE_FIGURE: break;
	}
}

void rules_event(struct rules *rules, const struct event *ev, const struct subject *s,
		 rule_hit_fn *fn, void *arg)
{
	struct rule_event re;

	rule_event_init(&re, ev, s);
	for (size_t i = 0; i < rules->n; i++)
		one_event(rules, rules->all[i], &re, fn, arg);
	rule_event_fini(&re);
	if (ev->seq > rules->seq)
		rules->seq = ev->seq;
}

/* ---- time ----------------------------------------------------------------------------------- */

int64_t rules_tick(struct rules *rules, int64_t now_ms, rule_hit_fn *fn, void *arg)
{
	int64_t next = INT64_MAX;
	struct heap_node *first;

	/* Each of them is done, or due later than now. */
	while ((first = heap_first(&rules->due)) && first->key <= now_ms)
		judge_due(rules, (struct rule_window *)first, now_ms, fn, arg);
	for (size_t i = 0; i < rules->n; i++) {
		if (rules->all[i]->type == RULE_FIGURE) {
			int64_t at = rule_figures_tick(rules, rules->all[i], now_ms, fn, arg);

			next = at < next ? at : next;
		}
	}
	first = heap_first(&rules->due);
	if (first && first->key < next)
		next = first->key;
	return next == INT64_MAX ? 0 : next;
}
