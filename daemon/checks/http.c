/* The http check: one walk, or one for each address family when both must work. */
#include <stdlib.h>
#include <string.h>

#include "daemon/checks/common/http_judge.h"
#include "shared/mem.h"

enum { WALKS_MAX = 2 };

struct http_run {
	struct check_run *run;
	uv_work_t work; /* patterns */
	int n_walks, running;
	bool starting, cancelled;
	struct http_matches matches[WALKS_MAX];
	struct http_walk walks[]; /* n_walks */
};

static const struct http_config *config_of(const struct http_run *h)
{
	return h->run->config;
}

static void fill_result(struct http_run *h, struct check_result *r)
{
	struct http_walk *w = &h->walks[0];
	struct verdict v = w->verdict;

	if (h->n_walks > 1)
		w = &h->walks[verdict_of_both(&v, &w->verdict, &h->walks[1].verdict)];
	r->outcome = v.outcome;
	memcpy(r->cause, v.cause, sizeof r->cause);
	memcpy(r->message, v.message, sizeof r->message);
	memcpy(r->address, w->address, sizeof r->address);
	r->total_us = w->total_us;
	memcpy(r->phase_us, w->phase_us, sizeof r->phase_us);
	r->evidence = http_evidence(w);
	r->certificate = w->certificate;
	w->certificate = NULL;
	r->certificate_not_after_ms = w->not_after_ms;
}

static void deliver(struct http_run *h)
{
	struct check_run *run = h->run;

	if (h->cancelled) {
		run->result.outcome = OUTCOME_UNKNOWN;
		strcpy(run->result.cause, "cancelled");
		strcpy(run->result.message, "cancelled");
	} else {
		for (int i = 0; i < h->n_walks; i++) {
			http_remember(&h->walks[i]);
			http_judge(&h->walks[i], &h->matches[i]);
		}
		fill_result(h, &run->result);
	}
	for (int i = 0; i < h->n_walks; i++)
		http_walk_fini(&h->walks[i]);
	run->state = NULL;
	free(h);
	run->done(run, run->arg);
}

static void match_off_loop(uv_work_t *work)
{
	struct http_run *h = work->data;

	for (int i = 0; i < h->n_walks; i++)
		http_match(&h->walks[i], &h->matches[i]);
}

static void on_matched(uv_work_t *work, int status)
{
	deliver(work->data);
}

/* All walks are over. Patterns are looked for elsewhere: a hostile one takes 50 ms. */
static void conclude(void *arg)
{
	struct http_run *h = arg;
	bool answers = false;

	for (int i = 0; i < h->n_walks; i++)
		answers = answers || h->walks[i].verdict.outcome == OUTCOME_NONE;
	h->work.data = h;
	if (h->cancelled || !answers || !http_needs_matching(config_of(h)) ||
	    uv_queue_work(loop_uv(h->run->env->loop), &h->work, match_off_loop, on_matched))
		deliver(h);
}

static void on_walk_done(struct http_walk *w, void *arg)
{
	struct http_run *h = arg;

	if (--h->running == 0 && !h->starting)
		conclude(h);
}

static void http_start(struct check_run *run)
{
	static const enum ip_family both[WALKS_MAX] = {IP_4, IP_6};
	const struct http_config *c = run->config;
	int n = c->both_families ? 2 : 1;
	struct http_run *h = mem_zalloc(sizeof *h + (size_t)n * sizeof h->walks[0]);

	h->run = run;
	run->state = h;
	h->n_walks = h->running = n;
	h->starting = true;
	for (int i = 0; i < n; i++) {
		struct http_walk *w = &h->walks[i];

		w->config = c;
		w->memory = (struct http_memory **)run->memory;
		w->env = run->env;
		w->family = c->both_families ? both[i] : c->family;
		w->fresh_session = run->fresh_session;
		w->done = on_walk_done;
		w->arg = h;
		http_walk_start(w);
	}
	h->starting = false;
	if (!h->running) /* it could not even begin: tell from the loop, not from here */
		loop_post(run->env->loop, conclude, h);
}

static void http_cancel(struct check_run *run)
{
	struct http_run *h = run->state;

	h->cancelled = true;
	h->starting = true; /* the walks end now: conclude once, below */
	if (!h->running)
		return; /* posted or being matched: done comes by itself */
	for (int i = 0; i < h->n_walks; i++)
		http_walk_cancel(&h->walks[i]);
	conclude(h);
}

static const char *http_host(const void *config)
{
	return ((const struct http_config *)config)->host;
}

const struct check_type check_http = {
	.name = "http",
	.prepare = http_config_prepare,
	.config_free = http_config_free,
	.memory_free = http_memory_free,
	.host = http_host,
	.start = http_start,
	.cancel = http_cancel,
};
