#include "daemon/checks/common/socket_check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/checks/common/spec.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum { WALKS_MAX = 2 };

/* A walk with what only this file sees. Its handles close later than the check ends. */
struct walk {
	struct socket_walk pub;
	struct socket_check *check; /* NULL: the check is gone */
	const struct socket_talk *talk;
	enum ip_family family;
	struct resolve_query *query;
	struct dial *dial;
	uv_poll_t poll;
	uv_timer_t deadline;
	bool talking, ended;
	int open_handles;
	int64_t began_us;
};

struct socket_check {
	struct check_run *run;
	const struct socket_talk *talk;
	int n, running;
	bool starting, cancelled;
	struct walk *walks[WALKS_MAX];
};

void socket_target_options(struct socket_target *t, const json_t *spec)
{
	enum spec_families families = spec_families(spec);

	t->both_families = families == FAMILIES_BOTH;
	t->family = families == FAMILIES_4 ? IP_4 : families == FAMILIES_6 ? IP_6 : IP_AUTO;
	t->timeout_ms = spec_ms_of(spec, "timeout");
	t->slow_ms = spec_ms_of(spec, "slow");
}

enum err socket_target_prepare(struct socket_target *t, const json_t *spec, uint16_t default_port,
			       struct error *e)
{
	socket_target_options(t, spec);
	return spec_host_port(spec, default_port, &t->host, &t->port, e);
}

void socket_target_fini(struct socket_target *t)
{
	free(t->host);
	t->host = NULL;
}

static struct walk *walk_of(struct socket_walk *w)
{
	return CONTAINER_OF(w, struct walk, pub);
}

static const struct socket_target *target_of(const struct walk *w)
{
	return w->pub.config;
}

static int64_t now_us(const struct walk *w)
{
	return clock_boot_us(w->pub.env->clock);
}

static int64_t left_ms(const struct walk *w)
{
	int64_t ms = target_of(w)->timeout_ms - (now_us(w) - w->began_us) / 1000;

	return ms > 1 ? ms : 1;
}

/* ---- the end ------------------------------------------------------------------------------- */

static void maybe_free(struct walk *w)
{
	if (w->open_handles || w->check)
		return;
	free(w->pub.talk_state);
	free(w);
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct walk *w = handle->data;

	w->open_handles--;
	maybe_free(w);
}

static void walk_done(struct walk *w);

static void finish(struct walk *w)
{
	if (w->ended)
		return;
	w->ended = true;
	if (!w->pub.parting)
		w->pub.total_us = now_us(w) - w->began_us;
	if (w->talking) {
		/* Before the descriptor goes: libuv aborts on a closed one. */
		uv_close((uv_handle_t *)&w->poll, on_handle_closed);
		uv_close((uv_handle_t *)&w->deadline, on_handle_closed);
	}
	w->talk->fini(&w->pub);
	if (w->pub.fd >= 0)
		close(w->pub.fd);
	walk_done(w);
}

void socket_walk_end(struct socket_walk *w)
{
	finish(walk_of(w));
}

static void set_end(struct walk *w, enum transfer_end end, const char *message)
{
	verdict_of_end(&w->pub.verdict, end, w->pub.at, NULL, message);
}

/* ---- the conversation ---------------------------------------------------------------------- */

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct walk *w = poll->data;

	w->talk->ready(&w->pub);
}

void socket_walk_watch(struct socket_walk *pub, int events)
{
	uv_poll_start(&walk_of(pub)->poll, events, on_ready);
}

static void on_deadline(uv_timer_t *timer)
{
	struct walk *w = timer->data;
	char after[DURATION_TEXT], message[128];

	if (w->pub.parting) {
		finish(w);
		return;
	}
	duration_format(after, target_of(w)->timeout_ms);
	if (w->talk->late)
		w->talk->late(&w->pub, after);
	if (w->pub.verdict.outcome == OUTCOME_NONE) {
		if (w->pub.at != AT_TLS && w->pub.awaited)
			snprintf(message, sizeof message, "no %.60s within %s", w->pub.awaited,
				 after);
		else
			snprintf(message, sizeof message, "%s within %s",
				 w->pub.at == AT_TLS          ? "TLS handshake not finished"
				 : w->pub.at == AT_FIRST_BYTE ? "no answer"
							      : "the expected answer did not come",
				 after);
		set_end(w, TRANSFER_TIMEOUT, message);
	}
	finish(w);
}

void socket_walk_part(struct socket_walk *pub, int64_t ms)
{
	struct walk *w = walk_of(pub);
	int64_t left = left_ms(w);

	pub->parting = true;
	pub->total_us = now_us(w) - w->began_us;
	uv_timer_start(&w->deadline, on_deadline, (uint64_t)(ms < left ? ms : left), 0);
}

static void on_dialled(const struct dial_result *r, void *arg)
{
	struct walk *w = arg;

	w->dial = NULL;
	memcpy(w->pub.address, r->address, sizeof w->pub.address);
	w->pub.fd = r->fd;
	w->pub.ipv6_skipped = r->ipv6_skipped;
	w->pub.connected_us = now_us(w);
	if (r->end != TRANSFER_DONE) {
		set_end(w, r->end, r->message);
		finish(w);
		return;
	}
	w->pub.phase_us[PHASE_CONNECT] =
		w->pub.connected_us - w->began_us - w->pub.phase_us[PHASE_RESOLVE];
	if (uv_poll_init_socket(loop_uv(w->pub.env->loop), &w->poll, r->fd)) {
		set_end(w, TRANSFER_LOCAL, "this machine cannot watch the connection");
		finish(w);
		return;
	}
	uv_timer_init(loop_uv(w->pub.env->loop), &w->deadline);
	w->poll.data = w->deadline.data = w;
	w->open_handles = 2;
	w->talking = true;
	uv_timer_start(&w->deadline, on_deadline, (uint64_t)left_ms(w), 0);
	w->talk->begin(&w->pub);
}

/* ---- the way there ------------------------------------------------------------------------- */

static void use_addresses(struct walk *w, const struct resolved *r)
{
	w->pub.phase_us[PHASE_RESOLVE] = now_us(w) - w->began_us;
	if (r->status != RESOLVE_OK) {
		verdict_of_name(&w->pub.verdict, target_of(w)->host, r);
		finish(w);
		return;
	}
	w->dial = dial_start(w->pub.env->loop, r->addr, r->n, target_of(w)->port, left_ms(w),
			     on_dialled, w);
}

static void on_resolved(const struct resolved *r, void *arg)
{
	struct walk *w = arg;

	w->query = NULL;
	use_addresses(w, r);
}

static struct walk *walk_new(struct socket_check *c, enum ip_family family)
{
	struct walk *w = mem_zalloc(sizeof *w);

	w->check = c;
	w->talk = c->talk;
	w->family = family;
	w->pub.config = c->run->config;
	w->pub.env = c->run->env;
	w->pub.fd = -1;
	w->pub.talk_state = mem_zalloc(c->talk->state_size);
	for (int i = 0; i < PHASE_COUNT; i++)
		w->pub.phase_us[i] = -1;
	return w;
}

static void walk_start(struct walk *w, bool use_cache)
{
	const struct socket_target *t = target_of(w);
	struct resolved known;

	w->began_us = now_us(w);
	if (resolver_known(w->pub.env->resolver, t->host, w->family, use_cache, &known))
		use_addresses(w, &known);
	else
		w->query = resolver_start_within(w->pub.env->resolver, t->host, w->family,
						 use_cache, t->timeout_ms, on_resolved, w);
}

static void walk_cancel(struct walk *w)
{
	if (w->ended)
		return;
	if (w->query) {
		resolver_cancel(w->query);
	} else if (w->dial) {
		dial_cancel(w->dial);
	} else {
		set_end(w, TRANSFER_CANCELLED, "cancelled");
		finish(w);
	}
}

/* ---- the check ----------------------------------------------------------------------------- */

bool socket_walk_slow(const struct socket_walk *w)
{
	const struct socket_target *t = w->config;

	return t->slow_ms && w->total_us > t->slow_ms * 1000;
}

static void judge(struct walk *w)
{
	struct socket_walk *pub = &w->pub;

	if (pub->verdict.outcome != OUTCOME_NONE)
		return;
	if (w->talk->judge)
		w->talk->judge(pub);
	if (pub->verdict.outcome == OUTCOME_NONE && socket_walk_slow(pub))
		verdict_set(&pub->verdict, OUTCOME_DEGRADED, "slow",
			    "answered in %lld ms, slower than %lld ms",
			    (long long)(pub->total_us / 1000), (long long)target_of(w)->slow_ms);
	if (pub->verdict.outcome == OUTCOME_NONE)
		verdict_set(&pub->verdict, OUTCOME_UP, "", "connected to %s", pub->address);
	if (pub->ipv6_skipped)
		verdict_note(&pub->verdict, "IPv6 did not answer, IPv4 did");
}

static char *evidence_of(struct walk *w)
{
	struct buf out = BUF_INIT(CHECK_EVIDENCE_MAX);
	struct json_writer jw;

	jw_init(&jw, &out);
	jw_object(&jw);
	if (w->pub.address[0])
		jw_kv_str(&jw, "address", w->pub.address);
	if (w->pub.ipv6_skipped)
		jw_kv_str(&jw, "ipv6", "no answer");
	w->talk->evidence(&w->pub, &jw);
	jw_object_end(&jw);
	return buf_take(&out);
}

static void fill_result(struct socket_check *c, struct check_result *r)
{
	struct verdict v = c->walks[0]->pub.verdict;
	struct walk *w = c->walks[0];

	if (c->n > 1)
		w = c->walks[verdict_of_both(&v, &w->pub.verdict, &c->walks[1]->pub.verdict)];
	r->outcome = v.outcome;
	memcpy(r->cause, v.cause, sizeof r->cause);
	memcpy(r->message, v.message, sizeof r->message);
	memcpy(r->address, w->pub.address, sizeof r->address);
	memcpy(r->phase_us, w->pub.phase_us, sizeof r->phase_us);
	r->total_us = w->pub.total_us;
	r->evidence = evidence_of(w);
	if (w->talk->fill)
		w->talk->fill(&w->pub, r);
}

static void conclude(void *arg)
{
	struct socket_check *c = arg;
	struct check_run *run = c->run;

	for (int i = 0; i < c->n; i++)
		judge(c->walks[i]);
	if (c->cancelled) {
		struct verdict v;

		verdict_of_end(&v, TRANSFER_CANCELLED, AT_CONNECT, NULL, "cancelled");
		run->result.outcome = v.outcome;
		memcpy(run->result.cause, v.cause, sizeof v.cause);
		memcpy(run->result.message, v.message, sizeof v.message);
	} else {
		fill_result(c, &run->result);
	}
	for (int i = 0; i < c->n; i++) {
		if (c->talk->release)
			c->talk->release(&c->walks[i]->pub);
		c->walks[i]->check = NULL;
		maybe_free(c->walks[i]);
	}
	run->state = NULL;
	free(c);
	run->done(run, run->arg);
}

static void walk_done(struct walk *w)
{
	struct socket_check *c = w->check;

	if (--c->running == 0 && !c->starting)
		conclude(c);
}

void socket_check_start(struct check_run *run, const struct socket_talk *talk)
{
	static const enum ip_family both[WALKS_MAX] = {IP_4, IP_6};
	const struct socket_target *t = run->config;
	struct socket_check *c = mem_zalloc(sizeof *c);

	c->run = run;
	c->talk = talk;
	c->n = c->running = t->both_families ? 2 : 1;
	c->starting = true;
	run->state = c;
	for (int i = 0; i < c->n; i++) {
		c->walks[i] = walk_new(c, t->both_families ? both[i] : t->family);
		walk_start(c->walks[i], !run->fresh_session);
	}
	c->starting = false;
	if (!c->running) /* it could not even begin: tell from the loop, not from here */
		loop_post(run->env->loop, conclude, c);
}

void socket_check_cancel(struct check_run *run)
{
	struct socket_check *c = run->state;

	c->cancelled = true;
	c->starting = true; /* the walks end now: conclude once, below */
	if (!c->running)
		return; /* posted: done comes by itself */
	for (int i = 0; i < c->n; i++)
		walk_cancel(c->walks[i]);
	conclude(c);
}
