/* The steps check: walks one after the other over one set of cookies, values carried on between
 * them. The first that fails ends the run. Time that our own workers take to find values is not the
 * shop's: it counts nowhere. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/checks/common/http_judge.h"
#include "daemon/checks/common/steps_look.h"
#include "daemon/checks/common/steps_report.h"
#include "shared/mem.h"
#include "shared/text_safe.h"

struct steps_run {
	struct check_run *run;
	size_t at;
	struct url here; /* where the step before ended */
	struct step_values values;
	struct http_cookies cookies;
	struct step_request request;
	struct steps_report report;
	struct verdict degraded; /* of the first step that was */
	struct extract_job *job;
	bool walking, inside, walk_over, seen_https, cancelled;
	struct http_walk walk;
};

static const struct steps_config *config_of(const struct steps_run *r)
{
	return r->run->config;
}

static const struct step *step_of(const struct steps_run *r)
{
	return &config_of(r)->steps[r->at];
}

static void next_step(struct steps_run *r);

/* ---- the end -------------------------------------------------------------------------------- */

static void close_walk(struct steps_run *r)
{
	r->cookies = r->walk.cookies;
	r->walk.cookies = (struct http_cookies){0};
	http_walk_fini(&r->walk);
	memset(&r->walk, 0, sizeof r->walk);
	step_request_fini(&r->request);
}

static void finish(struct steps_run *r, const struct verdict *v)
{
	struct check_run *run = r->run;
	struct check_result *out = &run->result;
	bool good = v->outcome == OUTCOME_UP || v->outcome == OUTCOME_DEGRADED;

	out->outcome = v->outcome;
	memcpy(out->cause, v->cause, sizeof out->cause);
	memcpy(out->message, v->message, sizeof out->message);
	if (strcmp(v->cause, "cancelled")) {
		memcpy(out->address, r->report.address, sizeof out->address);
		out->total_us = r->report.total_us;
		memcpy(out->phase_us, r->report.phase_us, sizeof out->phase_us);
		out->evidence = steps_report_evidence(&r->report, !good);
		out->certificate = r->report.certificate;
		out->certificate_not_after_ms = r->report.not_after_ms;
		r->report.certificate = NULL;
	}
	steps_report_fini(&r->report);
	step_values_fini(&r->values);
	http_cookies_fini(&r->cookies);
	run->state = NULL;
	free(r);
	run->done(run, run->arg);
}

static void finish_cancelled(struct steps_run *r)
{
	struct verdict v = {0};

	verdict_set(&v, OUTCOME_UNKNOWN, "cancelled", "cancelled");
	finish(r, &v);
}

/* What the failed step's page began with, without what is secret. */
static void note_body(struct steps_run *r)
{
	struct body_scan *b = &r->walk.body;

	step_values_hide(&r->values, step_of(r), &r->walk.cookies, b->start, b->start_len);
	text_safe(r->report.body_start, sizeof r->report.body_start, b->start, b->start_len, 0, 0,
		  NULL);
}

static void fail(struct steps_run *r, struct verdict *v)
{
	if (!strcmp(v->cause, "cancelled")) {
		close_walk(r);
		finish_cancelled(r);
		return;
	}
	note_body(r);
	step_values_hide(&r->values, step_of(r), &r->walk.cookies, v->message, strlen(v->message));
	steps_report_name(&r->report, v);
	close_walk(r);
	finish(r, v);
}

/* ---- one step ------------------------------------------------------------------------------- */

static void step_is_fine(struct steps_run *r)
{
	struct verdict v = {0};

	r->here = r->walk.url;
	close_walk(r);
	r->at++;
	if (r->at < config_of(r)->n) {
		next_step(r);
		return;
	}
	steps_report_judge(&r->report, config_of(r)->slow_ms, &r->degraded, &v);
	finish(r, &v);
}

static void on_found(const struct extract_answer *a, void *arg)
{
	struct steps_run *r = arg;
	struct verdict v = {0};

	r->job = NULL;
	if (step_look(step_of(r), &r->walk, a, &r->values, &v))
		step_is_fine(r);
	else
		fail(r, &v);
}

static void look(struct steps_run *r)
{
	const struct step *s = step_of(r);
	struct http_walk *w = &r->walk;
	struct extract_query queries[EXTRACT_QUERIES_MAX];
	struct extract_request q = {.document = buf_str(&w->body.kept),
				    .document_len = w->body.kept.len,
				    .content_type = w->noted[1],
				    .queries = queries,
				    .n_queries = step_queries(s, queries)};
	struct verdict v = {0};

	if (!s->n_in_body) {
		if (step_look(s, w, NULL, &r->values, &v))
			step_is_fine(r);
		else
			fail(r, &v);
	} else if (w->cut) {
		verdict_set(&v, OUTCOME_UNKNOWN, "too_large",
			    "the answer is longer than max_body, %lld bytes: raise it",
			    (long long)w->config->max_body);
		fail(r, &v);
	} else if (!r->run->env->extract) {
		verdict_set(&v, OUTCOME_UNKNOWN, "local",
			    "there are no workers to look for values");
		fail(r, &v);
	} else {
		r->job = extract_submit(r->run->env->extract, &q, on_found, r);
	}
}

/* The first https step's certificate is the run's. */
static void take_certificate(struct steps_run *r)
{
	struct http_walk *w = &r->walk;
	struct steps_report *p = &r->report;

	if (!w->memory)
		return;
	http_remember(w);
	p->certificate = w->certificate;
	w->certificate = NULL;
	memcpy(p->fingerprint, w->fingerprint, sizeof p->fingerprint);
	memcpy(p->tls_version, w->tls_version, sizeof p->tls_version);
	p->not_after_ms = w->not_after_ms;
}

static void record(struct steps_run *r)
{
	struct http_walk *w = &r->walk;
	struct steps_report *p = &r->report;
	struct step_record *s = &p->steps[p->n - 1];

	s->status = w->status;
	s->us = w->total_us;
	p->total_us += w->total_us;
	for (int i = 0; i < PHASE_COUNT; i++) {
		if (w->phase_us[i] >= 0)
			p->phase_us[i] = (p->phase_us[i] < 0 ? 0 : p->phase_us[i]) + w->phase_us[i];
	}
	if (r->at == 0)
		memcpy(p->address, w->address, sizeof p->address);
	take_certificate(r);
}

static void walked(struct steps_run *r)
{
	struct http_walk *w = &r->walk;

	record(r);
	http_judge(w, NULL);
	if (w->verdict.outcome == OUTCOME_DEGRADED) {
		if (r->degraded.outcome == OUTCOME_NONE) {
			r->degraded = w->verdict;
			steps_report_name(&r->report, &r->degraded);
		}
	} else if (w->verdict.outcome != OUTCOME_UP) {
		struct verdict v = w->verdict; /* the walk goes before it */

		fail(r, &v);
		return;
	}
	look(r);
}

static void on_walk(struct http_walk *w, void *arg)
{
	struct steps_run *r = arg;

	r->walking = false;
	r->walk_over = true;
	if (!r->inside)
		walked(r);
}

/* How long this step may take: its own deadline, or what is left of the run's. */
static int64_t limit_ms(const struct steps_run *r)
{
	int64_t left = config_of(r)->timeout_ms - r->report.total_us / 1000;
	int64_t own = step_of(r)->base.timeout_ms;

	return own && own < left ? own : left;
}

static const char *cause_of(enum err err)
{
	return err == ERR_DENIED ? "cross_origin" : "request";
}

static void start_walk(struct steps_run *r)
{
	struct http_walk *w = &r->walk;

	r->request.config.timeout_ms = limit_ms(r);
	w->config = &r->request.config;
	w->env = r->run->env;
	w->family = r->request.config.family;
	w->cookies = r->cookies;
	r->cookies = (struct http_cookies){0};
	w->chained = r->at > 0;
	w->fresh_session = r->run->fresh_session && !w->chained;
	if (r->request.is_https && !r->seen_https) {
		r->seen_https = true;
		w->memory = (struct http_memory **)r->run->memory;
		w->chained = false;
	}
	w->done = on_walk;
	w->arg = r;
	r->walking = r->inside = true;
	r->walk_over = false;
	http_walk_start(w);
	r->inside = false;
	if (r->walk_over)
		walked(r);
}

/* A step that could not even be asked. */
static void fail_unasked(struct steps_run *r, struct verdict *v)
{
	r->walk.config = &r->request.config;
	r->walk.cookies = r->cookies;
	r->cookies = (struct http_cookies){0};
	fail(r, v);
}

static void next_step(struct steps_run *r)
{
	const struct step *s = step_of(r);
	struct step_record *record_of = &r->report.steps[r->report.n++];
	struct verdict v = {0};
	struct error e = {0};
	enum err err = step_request_make(&r->request, config_of(r), s, &r->values, &r->here, &e);

	record_of->name = s->name;
	record_of->method = s->base.method;
	memcpy(record_of->url, r->request.url, sizeof record_of->url);
	if (err) {
		verdict_set(&v, OUTCOME_DOWN, cause_of(err), "%.180s", e.text);
		fail_unasked(r, &v);
	} else if (limit_ms(r) <= 0) {
		verdict_set(&v, OUTCOME_DOWN, "timeout", "not reached within %lld ms",
			    (long long)config_of(r)->timeout_ms);
		fail_unasked(r, &v);
	} else {
		start_walk(r);
	}
}

/* ---- life ----------------------------------------------------------------------------------- */

static void begin(void *arg)
{
	struct steps_run *r = arg;
	const struct steps_config *c = config_of(r);

	if (r->cancelled || url_parse(c->target, &r->here, NULL)) {
		finish_cancelled(r);
		return;
	}
	for (size_t i = 0; i < c->values.n; i++)
		step_values_set(&r->values, c->values.all[i].name, c->values.all[i].text,
				c->values.all[i].secret);
	next_step(r);
}

static void steps_start(struct check_run *run)
{
	struct steps_run *r = mem_zalloc(sizeof *r);

	r->run = run;
	run->state = r;
	steps_report_init(&r->report);
	loop_post(run->env->loop, begin, r);
}

static void steps_cancel(struct check_run *run)
{
	struct steps_run *r = run->state;

	r->cancelled = true;
	if (r->walking)
		http_walk_cancel(&r->walk);
	else if (r->job)
		extract_cancel(run->env->extract, r->job);
	/* else begin was not reached yet: it tells */
}

static const char *steps_host(const void *config)
{
	return ((const struct steps_config *)config)->host;
}

const struct check_type check_steps = {
	.name = "steps",
	.prepare = steps_config_prepare,
	.config_free = steps_config_free,
	.memory_free = http_memory_free,
	.host = steps_host,
	.start = steps_start,
	.cancel = steps_cancel,
};
