/* What is due, and running checks. All on the net loop. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "daemon/api/live.h"
#include "daemon/checks/common/rdap.h"
#include "daemon/jobs/schedule.h"
#include "daemon/services/sitemonitor/reports/budgets.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/log.h"
#include "shared/mem.h"

enum {
	FIRED_AT_ONCE = 512,         /* then the loop gets to its descriptors */
	FRESH_EVERY_MS = 14 * 60000, /* a full handshake at least every 15 minutes */
	TICK_LATE_MS = 1000,
	KEEP_BELOW_MS = 30000, /* compiling takes 30 µs, keeping what was compiled 1.5 kB */
};

const unsigned late_bounds_ms[LATE_BUCKETS] = {5,    10,   25,   50,    100,   250,  500,
					       1000, 2500, 5000, 10000, 30000, 60000};

static void start_run(struct sitemonitor *sm, struct monitor *m);

/* ---- the one timer -------------------------------------------------------------------------- */

static void arm(struct sitemonitor *sm)
{
	struct heap_node *first = heap_first(&sm->heap);
	int64_t due = first ? first->key : 0;
	if (sm->in_tick || due == sm->armed_ms || !sm->running)
		return;
	sm->armed_ms = due;
	struct itimerspec at = {0};
	if (first) {
		int64_t in = due - now_boot(sm);
		at.it_value.tv_sec = in > 0 ? in / 1000 : 0;
		at.it_value.tv_nsec = in > 0 ? in % 1000 * 1000000 : 0;
		if (in <= 0)
			at.it_value.tv_nsec = 1; /* zero would disarm */
	}
	timerfd_settime(sm->timer_fd, 0, &at, NULL);
}

void due_set(struct sitemonitor *sm, struct due *due, int64_t boot_ms)
{
	heap_set(&sm->heap, &due->node, boot_ms);
	arm(sm);
}

void due_clear(struct sitemonitor *sm, struct due *due)
{
	heap_remove(&sm->heap, &due->node);
	arm(sm);
}

void engine_tick(struct sitemonitor *sm)
{
	int64_t gone = vigil_slept_ms(sm);
	sm->in_tick = true;
	if (gone)
		engine_slept(sm, gone);
	int64_t now = now_boot(sm);
	struct heap_node *first = heap_first(&sm->heap);
	if (!gone && first && sm->armed_ms && now - sm->armed_ms > TICK_LATE_MS)
		vigil_stalled(sm); /* stopped by a signal, or the machine was overloaded */
	for (int n = 0; first && first->key <= now && n < FIRED_AT_ONCE; n++) {
		struct due *due = CONTAINER_OF(first, struct due, node);
		heap_remove(&sm->heap, first);
		due->fire(sm, due);
		first = heap_first(&sm->heap);
	}
	sm->in_tick = false;
	sm->armed_ms = 0; /* it went off */
	arm(sm);
}

static void on_timer(uv_poll_t *p, int status, int events)
{
	struct sitemonitor *sm = p->data;
	uint64_t times;
	if (read(sm->timer_fd, &times, sizeof(times)) < 0 && errno != EAGAIN)
		log_warn("sitemonitor", "reading the timer: %s", strerror(errno));
	engine_tick(sm);
}

/* ---- running -------------------------------------------------------------------------------- */

static void engine_changed(struct sitemonitor *sm)
{
	pthread_mutex_lock(&sm->lock);
	pthread_cond_broadcast(&sm->changed);
	pthread_mutex_unlock(&sm->lock);
}

static void note_late(struct sitemonitor *sm, int64_t late_ms)
{
	size_t i = 0;
	if (late_ms < 0)
		late_ms = 0;
	while (i < LATE_BUCKETS && late_ms > late_bounds_ms[i])
		i++;
	atomic_fetch_add_explicit(&sm->late.count[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&sm->late.sum_us, (uint64_t)late_ms * 1000, memory_order_relaxed);
}

/* Its place goes to the next. */
static void errand_end(struct sitemonitor *sm, struct monitor *m)
{
	struct errand *x = m->errand;
	m->errand = NULL;
	limits_release(sm->limits, &x->ticket);
	free(x);
}

void engine_stop_waiting(struct sitemonitor *sm, struct monitor *m)
{
	if (m->errand && m->errand->ticket.waiting)
		errand_end(sm, m);
}

void engine_run_ended(struct sitemonitor *sm, struct check_run *run)
{
	struct monitor *m = run->arg;
	struct check_result *r = &run->result;
	m->errand->run = NULL;
	if (m->removed) {
		errand_end(sm, m);
		monitor_free(sm, m);
	} else if (m->run_discard) {
		m->run_discard = false;
		monitor_check_drop(m);
		errand_end(sm, m);
		if (m->again && sm->running)
			engine_check_now(sm, m);
		m->again = false;
		waiters_look(sm, m);
	} else {
		verdict_check(sm, m, r, now_moment(sm));
		errand_end(sm, m);
		if (m->interval_ms >= KEEP_BELOW_MS && !engine_is_busy(m))
			monitor_config_drop(m);
	}
	check_result_fini(r);
	free(run);
	if (!sm->running)
		engine_changed(sm);
}

static void on_done(struct check_run *run, void *arg)
{
	struct monitor *m = arg;
	struct sitemonitor *sm =
		(struct sitemonitor *)CONTAINER_OF(run->env, struct sitemonitor, env);
	struct check_result *r = &run->result;
	bool counts = !m->removed && !m->run_discard;
	if (counts && r->outcome == OUTCOME_DOWN && vigil_away_since(sm, m->run_boot_ms)) {
		r->outcome = OUTCOME_UNKNOWN;
		snprintf(r->cause, sizeof(r->cause), "lag");
		snprintf(r->message, sizeof(r->message),
			 "this machine was too busy or asleep to tell");
	}
	if (!counts || !witness_holds(sm, m, run))
		engine_run_ended(sm, run);
}

void engine_cancel_run(struct sitemonitor *sm, struct monitor *m)
{
	struct check_run *run = m->errand->run;
	if (witness_lets_go(sm, run))
		engine_run_ended(sm, run);
	else
		m->type->cancel(run); /* may call on_done */
}

/* A monitor that cannot be compiled (a secret is missing) is not down: we cannot look. */
static bool compiled(struct sitemonitor *sm, struct monitor *m)
{
	struct error e = {0};
	if (m->config)
		return true;
	json_t *spec = resource_spec(m->res);
	m->type = sm->find_type(spec_text(&resource_monitor, spec, "type"));
	enum err err =
		m->type ? m->type->prepare(spec, &sm->env, &m->config, &e)
			: error_set(&e, ERR_UNSUPPORTED, "this program has no check of that type");
	json_decref(spec);
	if (!err)
		return true;
	struct check_result r;
	check_result_init(&r);
	r.outcome = OUTCOME_UNKNOWN;
	snprintf(r.cause, sizeof(r.cause), "configuration");
	snprintf(r.message, sizeof(r.message), "%.190s", e.text);
	verdict_check(sm, m, &r, now_moment(sm));
	check_result_fini(&r);
	return false;
}

static void want_run(struct sitemonitor *sm, struct monitor *m, int64_t due_boot_ms, bool urgent)
{
	if (!compiled(sm, m))
		return;
	const char *host = m->type->host ? m->type->host(m->config) : NULL;
	assert(!m->errand);
	m->errand = mem_zalloc(sizeof(*m->errand));
	m->errand->monitor = m;
	m->errand->due_boot_ms = due_boot_ms;
	if (limits_acquire(sm->limits, &m->errand->ticket, host, urgent))
		start_run(sm, m);
}

static void granted(struct limit_ticket *t, void *arg)
{
	start_run(arg, CONTAINER_OF(t, struct errand, ticket)->monitor);
}

static void start_run(struct sitemonitor *sm, struct monitor *m)
{
	int64_t now = now_boot(sm);
	struct check_run *run = mem_zalloc(sizeof(*run));
	run->type = m->type;
	run->config = m->config;
	run->env = &sm->env;
	run->monitor = m->id;
	run->memory = &m->memory;
	run->done = on_done;
	run->arg = m;
	/* What confirms a failure must not share its connection; what judges a certificate must see
	 * it. */
	run->fresh_session =
		m->track.fails > 0 || !m->fresh_boot_ms || now - m->fresh_boot_ms >= FRESH_EVERY_MS;
	if (run->fresh_session)
		m->fresh_boot_ms = now;
	check_result_init(&run->result);
	note_late(sm, now - m->errand->due_boot_ms);
	m->errand->run = run;
	m->run_boot_ms = now;
	m->type->start(run);
}

bool engine_is_busy(const struct monitor *m)
{
	return m->errand && (m->errand->run || m->errand->ticket.waiting);
}

void engine_fire(struct sitemonitor *sm, struct due *due)
{
	struct monitor *m = CONTAINER_OF(due, struct monitor, due);
	if (m->beat) {
		heartbeat_due(sm, m);
		return;
	}
	if (engine_is_busy(m)) /* its end schedules the next */
		return;
	want_run(sm, m, due->node.key, false);
}

void engine_check_now(struct sitemonitor *sm, struct monitor *m)
{
	if (m->beat || engine_is_busy(m))
		return;
	due_clear(sm, &m->due);
	want_run(sm, m, now_boot(sm), m->waiters != NULL);
}

void engine_schedule(struct sitemonitor *sm, struct monitor *m)
{
	int64_t now = now_boot(sm), next = 0;
	if (m->beat) {
		heartbeat_schedule(sm, m);
		return;
	}
	if (m->track.hold == STATE_PAUSED || !sm->running)
		due_clear(sm, &m->due);
	else if (track_undecided(&m->track, &m->shown.rules) || m->track.flapping)
		next = schedule_retry(m->id, m->track.fails + m->track.oks + m->track.unknowns,
				      m->retry_ms, now);
	else
		next = schedule_next(m->id, m->interval_ms, now);
	if (next)
		due_set(sm, &m->due, next);
	table_lock(&sm->table);
	m->shown.next_boot_ms = next;
	table_unlock(&sm->table);
}

void engine_take_turn(struct sitemonitor *sm, struct monitor *m)
{
	int64_t next = schedule_next(m->id, m->interval_ms, now_boot(sm));
	due_set(sm, &m->due, next);
	table_lock(&sm->table);
	m->shown.next_boot_ms = next;
	table_unlock(&sm->table);
}

void engine_look_again(struct sitemonitor *sm, struct monitor *m)
{
	int64_t now = now_boot(sm), next = schedule_retry(m->id, 1, m->retry_ms, now);
	if (!heap_has(&m->due.node) || m->due.node.key <= next)
		return;
	due_set(sm, &m->due, next);
	table_lock(&sm->table);
	m->shown.next_boot_ms = next;
	table_unlock(&sm->table);
}

void engine_discard_run(struct sitemonitor *sm, struct monitor *m, bool again)
{
	engine_stop_waiting(sm, m);
	if (!monitor_runs(m))
		return;
	m->again = again;
	if (m->run_discard)
		return;
	m->run_discard = true;
	engine_cancel_run(sm, m);
}

/* ---- beginning and end ---------------------------------------------------------------------- */

static void fire_batch(struct sitemonitor *sm, struct due *due)
{
	batch_flush(sm);
}

static void fire_journal(struct sitemonitor *sm, struct due *due)
{
	journal_flush(sm);
}

enum err engine_open(struct sitemonitor *sm, struct error *e)
{
	const struct config *c = sm->d->config;
	uv_loop_t *uv = loop_uv(sm->d->net);
	sm->env = (struct check_env){.loop = sm->d->net,
				     .clock = sm->d->clock,
				     .resolver = sm->d->resolver,
				     .transfers = sm->d->transfers,
				     .store = sm->d->store,
				     .extract = sm->d->extract,
				     .config = &sm->d->config};
	sm->env.rdap = rdap_new(&sm->env);
	sm->batch.due.fire = fire_batch;
	sm->journal.due.fire = fire_journal;
	sm->budgets_due.fire = budgets_fire;
	sm->timer_fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (sm->timer_fd < 0)
		return error_set(e, ERR_IO, "no timer: %s", strerror(errno));
	if (uv_poll_init(uv, &sm->timer, sm->timer_fd)) {
		close(sm->timer_fd);
		return error_set(e, ERR_IO, "no timer in the loop");
	}
	sm->timer.data = sm;
	uv_poll_start(&sm->timer, UV_READABLE, on_timer);
	sm->limits = limits_new((unsigned)c->checks_max, (unsigned)c->checks_per_host, granted, sm);
	vigil_open(sm);
	enum err err = steps_open(sm, e);
	if (err)
		return err;
	sm->running = true;
	witness_configure(sm);
	arm(sm);
	return ERR_NONE;
}

static void on_closed(uv_handle_t *h)
{
	struct sitemonitor *sm = h->data;
	if (h == (uv_handle_t *)&sm->timer)
		close(sm->timer_fd);
	if (h == (uv_handle_t *)&sm->steps.poll)
		close(sm->steps.fd);
	pthread_mutex_lock(&sm->lock);
	sm->closing--;
	pthread_cond_broadcast(&sm->changed);
	pthread_mutex_unlock(&sm->lock);
}

void engine_close(struct sitemonitor *sm)
{
	size_t n = 0;
	batch_flush(sm);
	journal_flush(sm);
	sm->running = false;
	struct monitor **all = members_all(sm, &n);
	for (size_t i = 0; i < n; i++) {
		waiters_refuse(sm, all[i], ERR_UNAVAILABLE, "the daemon is ending");
		if (all[i]->once_pending)
			once_look(sm, all[i]);
		due_clear(sm, &all[i]->due);
		engine_discard_run(sm, all[i], false);
	}
	free(all);
	witness_fini(sm);
	rdap_stop(sm->env.rdap);
	windows_close(sm);
	due_clear(sm, &sm->batch.due);
	due_clear(sm, &sm->journal.due);
	due_clear(sm, &sm->budgets_due);
	uv_poll_stop(&sm->timer);
	sm->closing = 3;
	uv_close((uv_handle_t *)&sm->timer, on_closed);
	uv_close((uv_handle_t *)&sm->vigil.prepare, on_closed);
	uv_close((uv_handle_t *)&sm->steps.poll, on_closed);
}
