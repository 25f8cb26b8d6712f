/* Rules about figures: every resource of the measure's kind that matches, in slices, so that ten
 * thousand of them are a little work every half second and not a lot every half minute. */
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/rules/rules_internal.h"
#include "shared/mem.h"

bool rule_figure_covers(const struct rule *r, const struct resource *res)
{
	struct subject s = {.id = res->id};
	struct matched m = {.kind = res->kind->kind, .subject = res->name, .severity = -1};
	json_t *spec;
	bool holds;

	if (matchers_empty(r->match))
		return true;
	spec = resource_spec(res);
	s.labels = resource_labels(res);
	m.labels = s.labels;
	m.tags = json_object_get(spec, "tags");
	m.data = spec;
	holds = matchers_hold(r->match, &m);
	json_decref(spec);
	json_decref(s.labels);
	return holds;
}

void rule_figures_drop(struct rule *r)
{
	for (size_t i = 0; i < r->n_all; i++)
		resource_unref(r->all[i]);
	free(r->all);
	r->all = NULL;
	r->n_all = r->at = 0;
}

bool rule_figure_judge(struct rules *rules, struct rule_window *w, int64_t now_ms, rule_hit_fn *fn,
		       void *arg)
{
	const struct rule *r = w->rule;
	int64_t value;
	bool bad;

	if (!r->measure->value(r->measure_state, w->id, now_ms - r->within_ms, now_ms, &value))
		return false;
	bad = r->above ? value > r->limit : value < r->limit;
	if (bad && w->state != WINDOW_OPEN && !r->paused) {
		w->first_ms = now_ms;
		w->state = WINDOW_OPEN;
		rule_say_window(rules, w, RULE_OPENS, now_ms, value, fn, arg);
	} else if (!bad && w->state != WINDOW_CLOSED) {
		w->state = WINDOW_CLOSED;
		rule_say_window(rules, w, RULE_RESOLVES, now_ms, value, fn, arg);
	}
	return true;
}

static void judge_resource(struct rules *rules, struct rule *r, const struct resource *res,
			   int64_t now_ms, rule_hit_fn *fn, void *arg)
{
	struct rule_window *w =
		rule_window(rules, r, res->kind->kind, res->id, res->name, r->measure->name);

	if (!w)
		return;
	w->pass = r->pass;
	if (w->version != res->version) {
		w->version = res->version;
		w->matches = rule_figure_covers(r, res);
	}
	if (w->matches) {
		(void)rule_figure_judge(rules, w, now_ms, fn, arg);
	} else if (w->state == WINDOW_OPEN) {
		w->state = WINDOW_CLOSED;
		rule_say_window(rules, w, RULE_RESOLVES, now_ms, 0, fn, arg);
	}
}

/* Resources that went have no part in the pass that has ended. */
static void forget_gone(struct rules *rules, struct rule *r)
{
	for (size_t i = 0; i < r->n_buckets; i++) {
		for (struct rule_window *w = r->windows[i], *next; w; w = next) {
			next = w->next;
			if (w->pass != r->pass)
				rule_window_free(rules, w);
		}
	}
}

int64_t rule_figures_tick(struct rules *rules, struct rule *r, int64_t now_ms, rule_hit_fn *fn,
			  void *arg)
{
	const struct resource_kind *k;
	size_t end;

	if (!r->measure)
		return INT64_MAX;
	/* A clock that was set back must not make it wait. */
	if (r->next_ms > now_ms && r->next_ms <= now_ms + FIGURE_EVERY_MS)
		return r->next_ms;
	k = resource_kind_find(r->measure->kind);
	if (!r->all && k) {
		r->all = resource_list(rules->d->store, k, &r->n_all);
		r->at = 0;
		r->pass++;
		r->pass_ms = now_ms;
	}
	end = r->at + FIGURE_SLICE < r->n_all ? r->at + FIGURE_SLICE : r->n_all;
	for (; r->at < end; r->at++)
		judge_resource(rules, r, r->all[r->at], now_ms, fn, arg);
	if (r->at < r->n_all) {
		r->next_ms = now_ms + FIGURE_PAUSE_MS;
		return r->next_ms;
	}
	forget_gone(rules, r);
	rule_figures_drop(r);
	r->next_ms = r->pass_ms + FIGURE_EVERY_MS;
	if (r->next_ms <= now_ms)
		r->next_ms = now_ms + FIGURE_PAUSE_MS;
	return r->next_ms;
}
