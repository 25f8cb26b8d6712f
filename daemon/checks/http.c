/* The http check: a token when the monitor has one to get, then one walk, or one for each address
 * family when both must work, then what the answers must hold. */
#include <stdlib.h>
#include <string.h>

#include "daemon/checks/common/http_judge.h"
#include "daemon/checks/common/spec.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"

enum { WALKS_MAX = 2 };

struct http_run {
	struct check_run *run;
	uv_work_t work;                      /* patterns */
	struct extract_job *jobs[WALKS_MAX]; /* what the body must hold */
	int looking;
	struct oauth_ask *ask;
	char *authorization; /* a header line with the token; NULL: none */
	int64_t began_ms;    /* boot time */
	int n_walks, running;
	bool starting, cancelled;
	bool token_kept; /* it was got by an earlier run */
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
	for (int i = 0; i < h->n_walks; i++) {
		http_walk_fini(&h->walks[i]);
		http_found_fini(&h->matches[i].found);
	}
	spec_wipe(h->authorization);
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
static void match(struct http_run *h)
{
	bool answers = false;

	for (int i = 0; i < h->n_walks; i++)
		answers = answers || h->walks[i].verdict.outcome == OUTCOME_NONE;
	h->work.data = h;
	if (h->cancelled || !answers || !http_needs_matching(config_of(h)) ||
	    uv_queue_work(loop_uv(h->run->env->loop), &h->work, match_off_loop, on_matched))
		deliver(h);
}

static void on_looked(const struct extract_answer *a, void *arg)
{
	struct http_walk *w = arg;
	struct http_run *h = w->arg;
	size_t at = (size_t)(w - h->walks);

	h->jobs[at] = NULL;
	http_expect_read(http_config_expect(w->config), a, w->cut, &h->matches[at].found);
	if (--h->looking == 0 && !h->starting)
		match(h);
}

/* Foreign documents are taken apart by the worker processes. */
static void look(struct http_run *h)
{
	const struct http_expect *x = http_config_expect(config_of(h));

	for (int i = 0; x && i < h->n_walks && !h->cancelled; i++) {
		struct http_walk *w = &h->walks[i];

		if (!http_wants_looking(w))
			continue;
		h->looking++;
		h->jobs[i] = http_expect_start(x, h->run->env->extract, buf_str(&w->body.kept),
					       w->body.kept.len, http_walk_noted(w, "Content-Type"),
					       on_looked, w);
	}
	if (!h->looking)
		match(h);
}

/* ---- walks --------------------------------------------------------------------------------- */

static struct oauth *oauth_of(const struct http_run *h)
{
	const struct http_config *c = config_of(h);

	return c->special ? c->special->oauth : NULL;
}

static struct http_memory **memory_of(const struct http_run *h)
{
	return (struct http_memory **)h->run->memory;
}

/* A kept token may have been withdrawn: a new one, once. */
static bool wants_another_token(const struct http_run *h)
{
	if (!h->token_kept || status_set_contains(config_of(h)->status, 401))
		return false;
	for (int i = 0; i < h->n_walks; i++) {
		const struct http_walk *w = &h->walks[i];

		if (w->verdict.outcome == OUTCOME_NONE && w->status == 401 && !w->crossed)
			return true;
	}
	return false;
}

static void forget_token(struct http_run *h)
{
	struct http_memory **m = memory_of(h);

	spec_wipe(h->authorization);
	h->authorization = NULL;
	h->token_kept = false;
	if (!m || !*m)
		return;
	oauth_token_free((*m)->token);
	(*m)->token = NULL;
}

static void ask_token(struct http_run *h);

/* On the loop, not within start. */
static void conclude(void *arg)
{
	struct http_run *h = arg;

	if (h->cancelled || !wants_another_token(h)) {
		look(h);
		return;
	}
	for (int i = 0; i < h->n_walks; i++)
		http_walk_fini(&h->walks[i]);
	forget_token(h);
	ask_token(h);
}

static void on_walk_done(struct http_walk *w, void *arg)
{
	struct http_run *h = arg;

	if (--h->running == 0 && !h->starting)
		conclude(h);
}

/* @return whether all is over already */
static bool walk(struct http_run *h)
{
	static const enum ip_family both[WALKS_MAX] = {IP_4, IP_6};
	const struct http_config *c = config_of(h);
	int64_t spent_ms = clock_boot_ms(h->run->env->clock) - h->began_ms;

	h->running = h->n_walks;
	h->starting = true;
	for (int i = 0; i < h->n_walks; i++) {
		struct http_walk *w = &h->walks[i];

		memset(w, 0, sizeof *w);
		w->config = c;
		w->memory = memory_of(h);
		w->env = h->run->env;
		w->family = c->both_families ? both[i] : c->family;
		w->fresh_session = h->run->fresh_session;
		w->authorization = h->authorization;
		w->spent_ms = spent_ms;
		w->done = on_walk_done;
		w->arg = h;
		http_walk_start(w);
	}
	h->starting = false;
	return !h->running;
}

/* ---- token --------------------------------------------------------------------------------- */

/* Nothing was asked of the target. */
static void end_without_token(struct http_run *h, const struct verdict *v)
{
	for (int i = 0; i < h->n_walks; i++) {
		struct http_walk *w = &h->walks[i];

		memset(w, 0, sizeof *w);
		w->config = config_of(h);
		w->env = h->run->env;
		w->verdict = *v;
		w->total_us = -1;
		for (int p = 0; p < PHASE_COUNT; p++)
			w->phase_us[p] = -1;
	}
	deliver(h);
}

static void on_token(struct oauth_token *token, const struct verdict *v, void *arg)
{
	struct http_run *h = arg;
	struct http_memory *m;

	h->ask = NULL;
	if (!token) {
		end_without_token(h, v);
		return;
	}
	h->authorization = mem_strdup(token->line);
	m = http_memory_made(memory_of(h));
	if (m) {
		oauth_token_free(m->token);
		m->token = token;
	} else {
		oauth_token_free(token);
	}
	if (walk(h))
		conclude(h);
}

static void ask_token(struct http_run *h)
{
	const struct http_config *c = config_of(h);
	int64_t left_ms = c->timeout_ms - (clock_boot_ms(h->run->env->clock) - h->began_ms);

	h->ask = oauth_ask(oauth_of(h), h->run->env, http_config_proxy(c),
			   left_ms > 1 ? left_ms : 1, on_token, h);
}

/* @return whether the run has what it needs to walk */
static bool has_token(struct http_run *h)
{
	struct http_memory **m = memory_of(h);
	const struct oauth_token *t = m && *m ? (*m)->token : NULL;

	if (!oauth_of(h))
		return true;
	if (!t || clock_boot_ms(h->run->env->clock) >= t->good_until_ms)
		return false;
	h->authorization = mem_strdup(t->line);
	h->token_kept = true;
	return true;
}

/* ---- life ---------------------------------------------------------------------------------- */

static void http_start(struct check_run *run)
{
	const struct http_config *c = run->config;
	int n = c->both_families ? 2 : 1;
	struct http_run *h = mem_zalloc(sizeof *h + (size_t)n * sizeof h->walks[0]);

	h->run = run;
	run->state = h;
	h->n_walks = n;
	h->began_ms = clock_boot_ms(run->env->clock);
	if (!has_token(h))
		ask_token(h);
	else if (walk(h)) /* it could not even begin: tell from the loop, not from here */
		loop_post(run->env->loop, conclude, h);
}

static void stop_looking(struct http_run *h)
{
	for (int i = 0; i < h->n_walks; i++) {
		if (h->jobs[i])
			extract_cancel(h->run->env->extract, h->jobs[i]);
	}
	h->starting = false;
	if (!h->looking)
		match(h);
}

static void http_cancel(struct check_run *run)
{
	static const struct verdict cancelled = {OUTCOME_UNKNOWN, "cancelled", "cancelled"};
	struct http_run *h = run->state;

	h->cancelled = true;
	if (h->ask) {
		oauth_cancel(h->ask);
		h->ask = NULL;
		end_without_token(h, &cancelled);
		return;
	}
	h->starting = true; /* all ends now: conclude once, below */
	if (h->looking) {
		stop_looking(h);
		return;
	}
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
