/* What is due, and running checks. All on the net loop. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "daemon/api/live.h"
#include "daemon/jobs/schedule.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/log.h"
#include "shared/mem.h"

enum {
	FIRED_AT_ONCE = 512,         /* then the loop gets to its descriptors */
	FRESH_EVERY_MS = 14 * 60000, /* a full handshake at least every 15 minutes */
	TICK_LATE_MS = 1000,
};

const unsigned late_bounds_ms[LATE_BUCKETS] = {5,    10,   25,   50,    100,   250,  500,
					       1000, 2500, 5000, 10000, 30000, 60000};

static void start_run(struct sitemonitor *sm, struct monitor *m);
static void fire_monitor(struct sitemonitor *sm, struct due *due);

/* ---- the one timer --------------------------------------------------------------------------- */

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

static void slept(struct sitemonitor *sm, int64_t slept_ms);

void engine_tick(struct sitemonitor *sm)
{
	int64_t gone = vigil_slept_ms(sm);
	sm->in_tick = true;
	if (gone)
		slept(sm, gone);
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

/* ---- configuration of one monitor -------------------------------------------------------------
 */

static void config_drop(struct monitor *m)
{
	if (m->config && m->type)
		m->type->config_free(m->config);
	m->config = NULL;
}

static unsigned spec_count(const json_t *spec, const char *field)
{
	int64_t n = spec_int(&resource_monitor, spec, field);
	return n > 0 ? (unsigned)n : 1;
}

void engine_configure(struct monitor *m, const struct resource *r)
{
	json_t *spec = resource_spec(r);
	if (!m->run) /* else it is in use until the answer comes */
		config_drop(m);
	const struct variant *variant = resource_variant(&resource_monitor, spec);
	m->shown.type = variant ? variant->name : "";
	m->shown.http = !strcmp(m->shown.type, "http");
	m->interval_ms = spec_ms(&resource_monitor, spec, "interval");
	m->retry_ms = spec_ms(&resource_monitor, spec, "retry_interval");
	m->timeout_ms = spec_ms(&resource_monitor, spec, "timeout");
	if (m->interval_ms < 1)
		m->interval_ms = 60000;
	if (m->retry_ms < 1 || m->retry_ms > m->interval_ms)
		m->retry_ms = m->interval_ms;
	m->shown.rules = (struct rules){
		.failures = spec_count(spec, "failures"),
		.recoveries = spec_count(spec, "recoveries"),
		.slow_after = spec_count(spec, "failures"),
	};
	m->due.fire = fire_monitor;
	json_decref(spec);
	engine_label(m, r);
}

void engine_label(struct monitor *m, const struct resource *r)
{
	json_t *labels = resource_labels(r);
	m->shown.own = !strcmp(json_str(labels, "owner", ""), "mine");
	json_decref(labels);
}

static bool spec_paused(const struct resource *r)
{
	json_t *spec = resource_spec(r);
	bool paused = spec_bool(&resource_monitor, spec, "paused");
	json_decref(spec);
	return paused;
}

/* ---- running -----------------------------------------------------------------------------------
 */

static void monitor_free(struct monitor *m)
{
	config_drop(m);
	resource_unref(m->res);
	heartbeat_free(m->beat);
	free(m->shown.reason);
	free(m->shown.message);
	free(m->shown.address);
	free(m->shown.certificate);
	free(m->good);
	free(m->bad.cause);
	free(m->bad.message);
	free(m->bad.evidence);
	free(m);
}

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

static void on_done(struct check_run *run, void *arg)
{
	struct monitor *m = arg;
	struct sitemonitor *sm =
		(struct sitemonitor *)CONTAINER_OF(run->env, struct sitemonitor, env);
	struct check_result *r = &run->result;
	m->run = NULL;
	if (m->removed) {
		limits_release(sm->limits, &m->ticket);
		monitor_free(m);
	} else if (m->run_discard) {
		m->run_discard = false;
		config_drop(m);
		limits_release(sm->limits, &m->ticket);
		if (m->again && sm->running)
			engine_check_now(sm, m);
		m->again = false;
		waiters_look(sm, m);
	} else {
		if (r->outcome == OUTCOME_DOWN && vigil_away_since(sm, m->run_boot_ms)) {
			r->outcome = OUTCOME_UNKNOWN;
			snprintf(r->cause, sizeof(r->cause), "lag");
			snprintf(r->message, sizeof(r->message),
				 "this machine was too busy or asleep to tell");
		}
		verdict_check(sm, m, r, now_moment(sm));
		limits_release(sm->limits, &m->ticket);
	}
	check_result_fini(r);
	free(run);
	if (!sm->running)
		engine_changed(sm);
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

static void want_run(struct sitemonitor *sm, struct monitor *m, bool urgent)
{
	if (!compiled(sm, m))
		return;
	const char *host = m->type->host ? m->type->host(m->config) : NULL;
	if (limits_acquire(sm->limits, &m->ticket, host, urgent))
		start_run(sm, m);
}

static void granted(struct limit_ticket *t, void *arg)
{
	start_run(arg, CONTAINER_OF(t, struct monitor, ticket));
}

static void start_run(struct sitemonitor *sm, struct monitor *m)
{
	int64_t now = now_boot(sm);
	struct check_run *run = mem_zalloc(sizeof(*run));
	run->type = m->type;
	run->config = m->config;
	run->env = &sm->env;
	run->monitor = m->id;
	run->done = on_done;
	run->arg = m;
	/* What confirms a failure must not share its connection; what judges a certificate must see
	 * it. */
	run->fresh_session =
		m->track.fails > 0 || !m->fresh_boot_ms || now - m->fresh_boot_ms >= FRESH_EVERY_MS;
	if (run->fresh_session)
		m->fresh_boot_ms = now;
	check_result_init(&run->result);
	note_late(sm, now - m->due_boot_ms);
	m->run = run;
	m->run_boot_ms = now;
	m->type->start(run);
}

static bool is_busy(const struct monitor *m)
{
	return m->run || m->ticket.waiting;
}

static void fire_monitor(struct sitemonitor *sm, struct due *due)
{
	struct monitor *m = CONTAINER_OF(due, struct monitor, due);
	if (m->beat) {
		heartbeat_due(sm, m);
		return;
	}
	if (is_busy(m)) /* its end schedules the next */
		return;
	m->due_boot_ms = due->node.key;
	want_run(sm, m, false);
}

void engine_check_now(struct sitemonitor *sm, struct monitor *m)
{
	if (m->beat || is_busy(m))
		return;
	due_clear(sm, &m->due);
	m->due_boot_ms = now_boot(sm);
	want_run(sm, m, m->waiters != NULL);
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
	else if (track_undecided(&m->track, &m->shown.rules))
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

/* The answer of what runs no longer counts. */
static void discard_run(struct sitemonitor *sm, struct monitor *m, bool again)
{
	if (m->ticket.waiting)
		limits_release(sm->limits, &m->ticket);
	if (!m->run)
		return;
	m->again = again;
	if (m->run_discard)
		return;
	m->run_discard = true;
	m->type->cancel(m->run); /* may call on_done */
}

/* ---- monitors come, change and go -------------------------------------------------------------
 */

static void replace_resource(struct sitemonitor *sm, struct monitor *m, const struct resource *r)
{
	table_lock(&sm->table);
	const struct resource *old = m->res;
	m->res = resource_ref(r);
	engine_label(m, r);
	table_unlock(&sm->table);
	resource_unref(old);
}

static bool same_check(const struct resource *a, const struct resource *b)
{
	return !strcmp(a->spec, b->spec);
}

void engine_update(struct sitemonitor *sm, const struct resource *r)
{
	bool paused = spec_paused(r);
	table_lock(&sm->table);
	struct monitor *m = table_find(&sm->table, r->id);
	table_unlock(&sm->table);
	if (!m || (m->due.fire && m->res->version >= r->version))
		return;
	bool first = !m->due.fire, changed = first || !same_check(m->res, r);
	replace_resource(sm, m, r);
	if (!changed)
		return;
	table_lock(&sm->table);
	engine_configure(m, r);
	if (first)
		m->track.base_since = now_moment(sm);
	table_unlock(&sm->table);
	heartbeat_configure(sm, m);
	bool was_paused = m->track.hold == STATE_PAUSED;
	discard_run(sm, m, !paused);
	if (paused != was_paused)
		verdict_hold(sm, m, paused);
	if (m->beat || paused)
		engine_schedule(sm, m);
	else
		engine_check_now(sm, m); /* later, when one runs: see again */
	verdict_show(sm, m);
	live_list(sm->d->live, "monitor");
}

void engine_remove(struct sitemonitor *sm, uint64_t id)
{
	table_lock(&sm->table);
	struct monitor *m = table_find(&sm->table, id);
	if (m)
		table_remove(&sm->table, m);
	table_unlock(&sm->table);
	if (!m)
		return;
	due_clear(sm, &m->due);
	batch_forget(sm, m);
	waiters_refuse(sm, m, ERR_NOT_FOUND, "the monitor was deleted meanwhile");
	if (m->once_pending)
		once_look(sm, m);
	if (sm->running)
		forget_submit(sm, id);
	m->removed = true;
	if (m->ticket.waiting)
		limits_release(sm->limits, &m->ticket);
	if (m->run)
		m->type->cancel(m->run); /* on_done frees it */
	else
		monitor_free(m);
}

struct secret_users {
	struct sitemonitor *sm;
	struct monitor **found;
	size_t n, cap;
};

static void find_secret_user(struct monitor *m, void *arg)
{
	struct secret_users *u = arg;
	if (!m->due.fire || !strstr(m->res->spec, "\"secret\""))
		return;
	if (u->n == u->cap) {
		u->cap = u->cap ? 2 * u->cap : 16;
		u->found = mem_array(u->found, u->cap, sizeof(*u->found));
	}
	u->found[u->n++] = m;
}

void engine_secrets_changed(struct sitemonitor *sm)
{
	struct secret_users u = {.sm = sm};
	table_lock(&sm->table);
	table_each(&sm->table, find_secret_user, &u);
	table_unlock(&sm->table);
	for (size_t i = 0; i < u.n; i++) {
		struct monitor *m = u.found[i];
		if (m->run || m->ticket.waiting) {
			discard_run(sm, m, true);
		} else {
			config_drop(m);
		}
		if (m->track.hold != STATE_PAUSED)
			engine_check_now(sm, m);
	}
	free(u.found);
}

/* ---- a suspend ---------------------------------------------------------------------------------
 */

struct sleepers {
	struct sitemonitor *sm;
	struct monitor **all;
	size_t n;
};

static void collect(struct monitor *m, void *arg)
{
	struct sleepers *s = arg;
	if (m->due.fire && m->track.hold != STATE_PAUSED)
		s->all[s->n++] = m;
}

/* Nobody looked: unknown for so long, then each at its usual place in the interval, so that waking
 * up starts no stampede. */
static void slept(struct sitemonitor *sm, int64_t slept_ms)
{
	struct moment now = now_moment(sm);
	struct moment since = {.wall_ms = now.wall_ms - slept_ms,
			       .boot_ms = now.boot_ms - slept_ms};
	struct sleepers s = {.sm = sm};
	log_info("sitemonitor", "the machine slept for %lld s: unknown for so long",
		 (long long)(slept_ms / 1000));
	table_lock(&sm->table);
	s.all = mem_array(NULL, sm->table.n ? sm->table.n : 1, sizeof(*s.all));
	table_each(&sm->table, collect, &s);
	table_unlock(&sm->table);
	for (size_t i = 0; i < s.n; i++) {
		struct monitor *m = s.all[i];
		if (m->beat) {
			heartbeat_woken(sm, m);
			continue;
		}
		if (slept_ms < m->interval_ms && m->due.node.key > now.boot_ms)
			continue; /* nothing was missed */
		verdict_gap(sm, m, since);
		if (!is_busy(m))
			due_set(sm, &m->due,
				schedule_resume(m->id, m->interval_ms, -1, sm->spread_ms,
						now.boot_ms));
	}
	free(s.all);
}

/* ---- beginning and end --------------------------------------------------------------------------
 */

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
				     .store = sm->d->store};
	sm->batch.due.fire = fire_batch;
	sm->journal.due.fire = fire_journal;
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
	sm->running = true;
	arm(sm);
	return ERR_NONE;
}

static void on_closed(uv_handle_t *h)
{
	struct sitemonitor *sm = h->data;
	if (h == (uv_handle_t *)&sm->timer)
		close(sm->timer_fd);
	pthread_mutex_lock(&sm->lock);
	sm->closing--;
	pthread_cond_broadcast(&sm->changed);
	pthread_mutex_unlock(&sm->lock);
}

static void collect_all(struct monitor *m, void *arg)
{
	struct sleepers *s = arg;
	s->all[s->n++] = m;
}

void engine_close(struct sitemonitor *sm)
{
	struct sleepers s = {.sm = sm};
	batch_flush(sm);
	journal_flush(sm);
	sm->running = false;
	table_lock(&sm->table);
	s.all = mem_array(NULL, sm->table.n ? sm->table.n : 1, sizeof(*s.all));
	table_each(&sm->table, collect_all, &s);
	table_unlock(&sm->table);
	for (size_t i = 0; i < s.n; i++) {
		waiters_refuse(sm, s.all[i], ERR_UNAVAILABLE, "the daemon is ending");
		due_clear(sm, &s.all[i]->due);
		discard_run(sm, s.all[i], false);
	}
	free(s.all);
	due_clear(sm, &sm->batch.due);
	due_clear(sm, &sm->journal.due);
	uv_poll_stop(&sm->timer);
	sm->closing = 2;
	uv_close((uv_handle_t *)&sm->timer, on_closed);
	uv_close((uv_handle_t *)&sm->vigil.prepare, on_closed);
}
