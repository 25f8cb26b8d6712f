/* The items' thread: what it knows of the jobs, whose turn it is, and what ended. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/fault.h"
#include "daemon/core/thread.h"
#include "daemon/jobs/items_internal.h"
#include "shared/log.h"
#include "shared/mem.h"

enum {
	RUNNING_MAX = 64,
	THREADS = 4,
	THREADS_IDLE_MS = 60000,
	ITEM_REFUSED_MS = 60000,
	HOSTS_AGAIN_MS = 5000,
};

struct items *items_new(const struct items_options *o)
{
	struct items *x = mem_zalloc(sizeof(*x));
	x->o = *o;
	if (!x->o.running_max)
		x->o.running_max = RUNNING_MAX;
	if (!x->o.threads)
		x->o.threads = THREADS;
	pthread_mutex_init(&x->lock, NULL);
	thread_cond_init(&x->wake);
	thread_cond_init(&x->settled);
	store_on_prune(o->store, items_prune);
	x->pool = pool_new("item", x->o.threads, x->o.running_max, THREADS_IDLE_MS);
	x->last_note = &x->notes;
	x->look = x->sweep = true;
	return x;
}

void items_on_tick(struct items *x, int64_t (*tick)(void *arg, int64_t boot_ms), void *arg)
{
	x->tick = tick;
	x->tick_arg = arg;
}

const struct job_type *items_type(const struct items *x, const char *name)
{
	for (size_t i = 0; x->o.types[i]; i++)
		if (!strcmp(x->o.types[i]->name, name))
			return x->o.types[i];
	return NULL;
}

/* ---- notes from others ------------------------------------------------------------------------
 */

void items_note(struct items *x, struct turn *t)
{
	pthread_mutex_lock(&x->lock);
	t->next_note = NULL;
	*x->last_note = t;
	x->last_note = &t->next_note;
	x->noted = true;
	pthread_cond_signal(&x->wake);
	pthread_mutex_unlock(&x->lock);
}

void items_wake(struct items *x)
{
	pthread_mutex_lock(&x->lock);
	x->noted = x->look = true;
	pthread_cond_signal(&x->wake);
	pthread_mutex_unlock(&x->lock);
}

void items_host_ready(struct items *x, const char *host)
{
	pthread_mutex_lock(&x->lock);
	x->ready = mem_array(x->ready, x->n_ready + 1, sizeof(*x->ready));
	x->ready[x->n_ready++] = mem_strdup(host);
	x->noted = true;
	pthread_cond_signal(&x->wake);
	pthread_mutex_unlock(&x->lock);
}

struct start_call {
	const struct job_start *start;
	uint64_t id;
};

static enum err put_start(struct txn *t, void *arg, struct error *e)
{
	struct start_call *c = arg;
	return items_put(t, c->start, &c->id, e);
}

enum err items_run(struct items *x, const struct job_start *s, uint64_t *id, struct error *e)
{
	struct start_call c = {.start = s};
	enum err err = store_run(x->o.store, OP_PEOPLE, put_start, &c, e);
	if (err)
		return err;
	fault_point("items.started");
	*id = c.id;
	items_wake(x);
	return ERR_NONE;
}

static enum err put_cancel(struct txn *t, void *arg, struct error *e)
{
	return rows_end(t, *(uint64_t *)arg, "cancelled", "", e);
}

enum err items_cancel(struct items *x, uint64_t id, struct error *e)
{
	enum err err = store_run(x->o.store, OP_PEOPLE, put_cancel, &id, e);
	if (err)
		return err;
	pthread_mutex_lock(&x->lock);
	for (struct job_run *j = x->jobs; j; j = j->next)
		if (j->p.id == id)
			atomic_store(&j->cancelled, true);
	x->noted = x->look = x->sweep = true; /* a place for another */
	pthread_cond_signal(&x->wake);
	pthread_mutex_unlock(&x->lock);
	return ERR_NONE;
}

/* ---- jobs come and go ------------------------------------------------------------------------ */

static void touched(struct items *x, uint64_t job)
{
	if (x->o.touched)
		x->o.touched(x->o.touched_arg, job);
}

static struct job_run *job_by_id(struct items *x, uint64_t id)
{
	for (struct job_run *j = x->jobs; j; j = j->next)
		if (j->p.id == id)
			return j;
	return NULL;
}

struct ending {
	uint64_t job;
	const char *reason;
};

static enum err put_failed(struct txn *t, void *arg, struct error *e)
{
	struct ending *end = arg;
	enum err err = rows_end(t, end->job, "failed", end->reason, e);
	return err == ERR_NOT_NOW ? ERR_NONE : err;
}

static enum err put_begin(struct txn *t, void *arg, struct error *e)
{
	return rows_begin(t, *(uint64_t *)arg, e);
}

/* An operation of this thread, which may wait. @return whether it was written */
static bool write_now(struct items *x, enum err (*run)(struct txn *t, void *arg, struct error *e),
		      void *arg)
{
	struct error e = {0};
	if (!store_run(x->o.store, OP_BACKGROUND, run, arg, &e))
		return true;
	log_warn("jobs", "a job's state cannot be written, again in a second: %s", e.text);
	return false;
}

/* Begin it in the store, then here. @return false: it must be tried again */
static bool adopt(struct items *x, const struct job_progress *p)
{
	uint64_t id = p->id;
	const struct job_type *type = items_type(x, p->type);
	if (!type) {
		struct ending end = {id, "this program has no such kind of job"};
		return write_now(x, put_failed, &end);
	}
	if (!write_now(x, put_begin, &id))
		return false;
	struct job_run *j = mem_zalloc(sizeof(*j));
	j->type = type;
	j->p = *p;
	if (!j->p.started_ms)
		j->p.started_ms = clock_wall_ms(x->o.clock);
	snprintf(j->p.state, sizeof(j->p.state), "running");
	j->more_hosts = true;
	j->served = x->served; /* behind those that are waiting */
	j->last_ms = clock_boot_ms(x->o.clock);
	pthread_mutex_lock(&x->lock);
	j->next = x->jobs;
	x->jobs = j;
	pthread_mutex_unlock(&x->lock);
	touched(x, id);
	return true;
}

struct adopting {
	struct items *x;
	size_t here, n;
	struct job_progress found[ITEM_JOBS_MAX];
};

static bool find_new(const struct job_progress *p, void *arg)
{
	struct adopting *a = arg;
	if (!job_by_id(a->x, p->id))
		a->found[a->n++] = *p;
	return a->here + a->n < ITEM_JOBS_MAX;
}

static void look_for_jobs(struct items *x, int64_t boot_ms)
{
	struct error e = {0};
	struct adopting a = {.x = x};
	bool good = true;
	for (struct job_run *j = x->jobs; j; j = j->next)
		a.here++;
	x->look_at_ms = 0;
	if (a.here >= ITEM_JOBS_MAX)
		return; /* whoever ends makes us look again */
	if (rows_unfinished(x->o.store, find_new, &a, &e)) {
		log_warn("jobs", "jobs cannot be read: %s", e.text);
		good = false;
	}
	for (size_t i = 0; i < a.n && good; i++)
		good = adopt(x, &a.found[i]);
	if (!good)
		x->look_at_ms = boot_ms + ITEM_AGAIN_MS;
}

/* Its last row stays for a while, for streams that have not sent it. */
static void forget(struct items *x, struct job_run *j)
{
	struct job_run **at = &x->jobs;
	while (j->lanes)
		lane_free(j->lanes);
	pthread_mutex_lock(&x->lock);
	while (*at != j)
		at = &(*at)->next;
	*at = j->next;
	if (atomic_load(&j->cancelled)) {
		snprintf(j->p.state, sizeof(j->p.state), "cancelled");
		j->p.ended_ms = clock_wall_ms(x->o.clock);
	}
	x->ended[x->n_ended++ % ITEM_ENDED_KEPT] = j->p;
	x->look = x->sweep = true;
	pthread_mutex_unlock(&x->lock);
	touched(x, j->p.id);
	free(j);
}

static void forget_ended(struct items *x)
{
	for (struct job_run *j = x->jobs, *next; j; j = next) {
		next = j->next;
		if (!j->over && atomic_load(&j->cancelled)) {
			j->over = true;
			pthread_mutex_lock(&x->lock);
			for (struct turn *t = x->turns; t; t = t->next)
				if (t->job == j && t->fetching && t->fetch) {
					x->o.net->cancel(x->o.net->ctx, t->fetch);
					t->fetch = NULL;
				}
			pthread_mutex_unlock(&x->lock);
		}
		if (j->over && !j->p.under_way)
			forget(x, j);
	}
}

/* ---- what ended ------------------------------------------------------------------------------ */

/* The pace is that of late: each item weighs an eighth. */
static void take_pace(struct job_run *j, int64_t boot_ms)
{
	int64_t us = (boot_ms - j->last_ms) * 1000;
	j->pace_us = j->pace_us ? j->pace_us - j->pace_us / 8 + us / 8 : us + 1;
	j->last_ms = boot_ms;
}

static void take_counts(struct items *x, struct turn *t, int64_t boot_ms)
{
	struct job_run *j = t->job;
	pthread_mutex_lock(&x->lock);
	unsigned under_way = j->p.under_way;
	j->p = t->after;
	j->p.under_way = under_way;
	if (t->result.outcome == ITEM_DONE || t->result.outcome == ITEM_GIVEN_UP)
		take_pace(j, boot_ms);
	pthread_mutex_unlock(&x->lock);
	if (j->p.ended_ms)
		j->over = true;
}

/* New items may be at any of these hosts. */
static void note_hosts(struct items *x, struct turn *t, int64_t wall_ms)
{
	struct lane *last = NULL;
	if (t->result.closing && (last = lane_get(x, t->job, "")))
		last->next_ms = wall_ms;
	if (t->result.outcome != ITEM_DONE)
		return;
	if (t->result.chunks)
		t->job->more_hosts = true; /* those of earlier chunks are not in memory any more */
	for (const struct item_add *a = t->out.first; a; a = a->next) {
		if (!last || strcmp(last->host->name, a->host) != 0)
			last = lane_get(x, t->job, a->host);
		int64_t due = wall_ms + a->delay_ms;
		if (last && due < last->next_ms)
			last->next_ms = due;
	}
}

static void unlink_turn(struct items *x, struct turn *t)
{
	struct turn **at = &x->turns;
	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	t->lane->busy = t->lane->host->busy = false;
	x->n_local -= t->local;
	pthread_mutex_lock(&x->lock);
	x->n_turns--;
	t->job->p.under_way--;
	pthread_cond_broadcast(&x->settled);
	pthread_mutex_unlock(&x->lock);
}

static void finish(struct items *x, struct turn *t, int64_t boot_ms, int64_t wall_ms)
{
	struct lane *l = t->lane;
	if (!t->code) {
		take_counts(x, t, boot_ms);
		note_hosts(x, t, wall_ms);
		if (t->result.outcome == ITEM_AGAIN || t->result.outcome == ITEM_POSTPONED)
			l->next_ms = t->result.due_ms < l->next_ms ? t->result.due_ms : l->next_ms;
		if (t->host[0] && t->host_wait_ms)
			host_wait(l->host, boot_ms, wall_ms, t->host_wait_ms);
		touched(x, t->job->p.id);
	} else if (t->code == ERR_NOT_FOUND) {
		t->job->over = true; /* the run is gone from the store */
	} else if (t->code != ERR_CANCELLED) {
		log_warn("jobs", "%s: an item is worked on again: %s", t->job->p.name, t->why);
		l->next_ms = wall_ms + ITEM_REFUSED_MS;
	} else if (l->next_ms > wall_ms) {
		l->next_ms = wall_ms; /* it is in the store as it was */
	}
	unlink_turn(x, t);
	turn_free(t);
}

/* The store takes no write now: what was worked out waits for it. */
static bool waits_for_store(enum err code)
{
	return code == ERR_BUSY || code == ERR_READONLY || code == ERR_FULL || code == ERR_IO;
}

static void take_notes(struct items *x, int64_t boot_ms, int64_t wall_ms)
{
	pthread_mutex_lock(&x->lock);
	struct turn *notes = x->notes;
	x->notes = NULL;
	x->last_note = &x->notes;
	x->noted = false;
	pthread_mutex_unlock(&x->lock);
	for (struct turn *t = notes, *next; t; t = next) {
		next = t->next_note;
		if (waits_for_store(t->code))
			t->again_ms = boot_ms + ITEM_AGAIN_MS;
		else if (t->code && t->code != ERR_CANCELLED && t->code != ERR_NOT_FOUND &&
			 !t->refused)
			turn_refused(t);
		else
			finish(x, t, boot_ms, wall_ms);
	}
}

/* Nothing new; what the store did not take is worked out again at the next start. */
static void wind_down(struct items *x, int64_t boot_ms, int64_t wall_ms)
{
	for (struct turn *t = x->turns, *next; t; t = next) {
		next = t->next;
		if (t->again_ms) {
			t->code = ERR_CANCELLED;
			finish(x, t, boot_ms, wall_ms);
		}
	}
	pthread_mutex_lock(&x->lock);
	for (struct turn *t = x->turns; t; t = t->next)
		if (t->fetching && t->fetch) {
			x->o.net->cancel(x->o.net->ctx, t->fetch);
			t->fetch = NULL;
		}
	pthread_mutex_unlock(&x->lock);
}

static int64_t submit_again(struct items *x, int64_t boot_ms)
{
	int64_t next = INT64_MAX;
	for (struct turn *t = x->turns; t; t = t->next) {
		if (!t->again_ms)
			continue;
		if (t->again_ms <= boot_ms) {
			t->again_ms = 0; /* from now on it is the writer's */
			turn_submit(t);
		} else if (t->again_ms < next)
			next = t->again_ms;
	}
	return next;
}

/* ---- reading ahead --------------------------------------------------------------------------- */

struct hosts_found {
	struct items *x;
	struct job_run *job;
	int64_t boot_ms, wall_ms;
};

static bool take_host(const char *name, void *arg)
{
	struct hosts_found *f = arg;
	if (host_waits(f->x, name, f->boot_ms)) {
		f->job->more_hosts = true;
		return true;
	}
	struct lane *l = lane_get(f->x, f->job, name);
	if (l && l->next_ms > f->wall_ms)
		l->next_ms = f->wall_ms;
	return l != NULL;
}

/* Those without anything to do now make room for others. */
static void read_hosts(struct items *x, struct job_run *j, int64_t boot_ms, int64_t wall_ms)
{
	struct error e = {0};
	struct hosts_found f = {x, j, boot_ms, wall_ms};
	for (struct lane *l = j->lanes, *next; l; l = next) {
		next = l->next;
		if (!l->busy && l->at == l->n)
			lane_free(l);
	}
	j->more_hosts = false;
	j->hosts_at_ms = boot_ms + HOSTS_AGAIN_MS;
	if (!rows_hosts(x->o.store, j->p.id, take_host, &f, &e))
		return;
	log_warn("jobs", "%s: what is to be done cannot be read: %s", j->p.name, e.text);
	j->more_hosts = true;
}

static bool has_free_lane(const struct job_run *j, int64_t wall_ms)
{
	if (j->n_lanes < ITEM_LANES_MAX)
		return true;
	for (const struct lane *l = j->lanes; l; l = l->next)
		if (!l->busy && l->at == l->n && l->next_ms > wall_ms)
			return true;
	return false;
}

static void read_window(struct items *x, struct lane *l, int64_t wall_ms)
{
	struct error e = {0};
	l->at = l->n = 0;
	if (!rows_window(x->o.store, l->job->p.id, l->host->name, wall_ms, l->window, &l->n,
			 &l->next_ms, &e))
		return;
	log_warn("jobs", "%s: what is to be done cannot be read: %s", l->job->p.name, e.text);
	l->next_ms = wall_ms + ITEM_AGAIN_MS;
}

/* @return when something of it is due, boot ms */
static int64_t read_ahead(struct items *x, struct job_run *j, int64_t boot_ms, int64_t wall_ms)
{
	int64_t next = INT64_MAX;
	if (j->more_hosts && j->hosts_at_ms <= boot_ms && has_free_lane(j, wall_ms))
		read_hosts(x, j, boot_ms, wall_ms);
	if (j->more_hosts)
		next = boot_ms + HOSTS_AGAIN_MS;
	for (struct lane *l = j->lanes, *after; l; l = after) {
		after = l->next;
		if (l->host->ready_ms > boot_ms) {
			next = l->host->ready_ms < next ? l->host->ready_ms : next;
			continue;
		}
		if (lane_wants(l, wall_ms))
			read_window(x, l, wall_ms);
		if (l->busy || l->at < l->n)
			continue;
		if (l->next_ms == INT64_MAX)
			lane_free(l);
		else if (boot_ms + (l->next_ms - wall_ms) < next)
			next = boot_ms + (l->next_ms - wall_ms);
	}
	return next;
}

/* ---- the thread ------------------------------------------------------------------------------ */

static enum err put_sweep(struct txn *t, void *arg, struct error *e)
{
	struct items *x = arg;
	return rows_sweep(t, &x->sweep_more, e);
}

static void sweep_done(void *arg, enum err code, const struct error *e)
{
	struct items *x = arg;
	pthread_mutex_lock(&x->lock);
	x->sweeping = false;
	if (!code && x->sweep_more) {
		x->sweep = x->noted = true;
		pthread_cond_signal(&x->wake);
	}
	pthread_cond_broadcast(&x->settled);
	pthread_mutex_unlock(&x->lock);
}

static void sweep(struct items *x)
{
	pthread_mutex_lock(&x->lock);
	bool wanted = x->sweep && !x->sweeping && !x->stopping;
	if (wanted) {
		x->sweep = false;
		x->sweeping = true;
	}
	pthread_mutex_unlock(&x->lock);
	x->sweep_op = wanted ? (struct store_op){.run = put_sweep, .done = sweep_done, .arg = x}
			     : x->sweep_op;
	if (wanted && store_submit(x->o.store, OP_BACKGROUND, &x->sweep_op, NULL)) {
		pthread_mutex_lock(&x->lock);
		x->sweeping = false; /* the next end of a job, or start, will do */
		pthread_mutex_unlock(&x->lock);
	}
}

static int64_t begin_items(struct items *x, int64_t boot_ms, int64_t wall_ms)
{
	int64_t next = INT64_MAX;
	for (struct job_run *j = x->jobs; j; j = j->next) {
		if (j->over)
			continue;
		int64_t at = read_ahead(x, j, boot_ms, wall_ms);
		next = at < next ? at : next;
	}
	while (x->n_turns < x->o.running_max) {
		struct lane *l = lane_pick(x, boot_ms, x->n_local < ITEM_LOCAL_MAX);
		if (!l)
			break;
		turn_start(x, l);
	}
	hosts_trim(x, boot_ms);
	return next;
}

int64_t items_work(struct items *x)
{
	int64_t boot = clock_boot_ms(x->o.clock), wall = clock_wall_ms(x->o.clock);
	take_notes(x, boot, wall);
	hosts_take_ready(x, wall);
	if (atomic_load(&x->stopping)) {
		wind_down(x, boot, wall);
		return INT64_MAX;
	}
	int64_t next = submit_again(x, boot), at;
	if (x->tick && (at = x->tick(x->tick_arg, boot)) < next)
		next = at;
	forget_ended(x);
	pthread_mutex_lock(&x->lock);
	bool look = x->look;
	x->look = false;
	pthread_mutex_unlock(&x->lock);
	if (look || (x->look_at_ms && x->look_at_ms <= boot))
		look_for_jobs(x, boot);
	if (x->look_at_ms && x->look_at_ms < next)
		next = x->look_at_ms;
	sweep(x);
	at = begin_items(x, boot, wall);
	return at < next ? at : next;
}

static void *items_main(void *arg)
{
	struct items *x = arg;
	int64_t next = 0;
	pthread_mutex_lock(&x->lock);
	while (!x->abandoned && !(atomic_load(&x->stopping) && !x->n_turns)) {
		int64_t now = clock_boot_ms(x->o.clock);
		if (!x->noted && !x->look && next > now) {
			int64_t until = next == INT64_MAX ? INT64_MAX
							  : thread_now_us() + (next - now) * 1000;
			thread_cond_wait_until(&x->wake, &x->lock, until);
		}
		pthread_mutex_unlock(&x->lock);
		next = items_work(x);
		pthread_mutex_lock(&x->lock);
	}
	pthread_mutex_unlock(&x->lock);
	return NULL;
}

enum err items_start(struct items *x, struct error *e)
{
	enum err err = thread_start(&x->thread, "items", THREAD_STACK_LOOP, items_main, x, e);
	x->joinable = !err;
	return err;
}

void items_stop(struct items *x, int limit_ms)
{
	if (!x)
		return;
	int64_t until = thread_now_us() + limit_ms * INT64_C(1000);
	pthread_mutex_lock(&x->lock);
	atomic_store(&x->stopping, true);
	x->noted = true;
	pthread_cond_broadcast(&x->wake);
	while (x->joinable && x->n_turns && thread_now_us() < until)
		thread_cond_wait_until(&x->settled, &x->lock, until);
	x->abandoned = true;
	pthread_cond_broadcast(&x->wake);
	pthread_mutex_unlock(&x->lock);
	if (x->joinable)
		pthread_join(x->thread, NULL);
	x->joinable = false;
	if (x->o.net && x->o.net->close)
		x->o.net->close(x->o.net->ctx);
	pool_free(x->pool);
	x->pool = NULL;
}

void items_free(struct items *x)
{
	if (!x)
		return;
	while (x->turns) {
		struct turn *t = x->turns;
		x->turns = t->next;
		turn_free(t);
	}
	while (x->jobs) {
		struct job_run *j = x->jobs;
		x->jobs = j->next;
		while (j->lanes)
			lane_free(j->lanes);
		free(j);
	}
	hosts_take_ready(x, 0);
	for (struct host *h = x->hosts; h; h = h->next)
		h->busy = false;
	hosts_trim(x, INT64_MAX);
	pthread_cond_destroy(&x->settled);
	pthread_cond_destroy(&x->wake);
	pthread_mutex_destroy(&x->lock);
	free(x);
}

/* ---- looking --------------------------------------------------------------------------------- */

static void progress_of(const struct job_run *j, struct job_progress *out)
{
	int64_t left = j->p.found - j->p.done - j->p.failed;
	*out = j->p;
	out->eta_ms = j->pace_us && j->p.done + j->p.failed > 1 ? left * j->pace_us / 1000 : -1;
	if (atomic_load(&j->cancelled))
		snprintf(out->state, sizeof(out->state), "cancelled");
}

bool items_progress(struct items *x, uint64_t id, struct job_progress *out)
{
	bool found = false;
	pthread_mutex_lock(&x->lock);
	for (struct job_run *j = x->jobs; j && !found; j = j->next)
		if ((found = j->p.id == id))
			progress_of(j, out);
	for (size_t i = 0; i < ITEM_ENDED_KEPT && !found; i++)
		if ((found = x->ended[i].id == id)) {
			*out = x->ended[i];
			out->eta_ms = -1;
		}
	pthread_mutex_unlock(&x->lock);
	return found;
}

bool items_progress_of(struct items *x, uint64_t owner, struct job_progress *out)
{
	bool found = false;
	pthread_mutex_lock(&x->lock);
	for (struct job_run *j = x->jobs; j && !found; j = j->next)
		if ((found = j->p.owner == owner && !j->p.ended_ms))
			progress_of(j, out);
	pthread_mutex_unlock(&x->lock);
	return found;
}

void items_counts(struct items *x, size_t *jobs, size_t *under_way)
{
	*jobs = 0;
	pthread_mutex_lock(&x->lock);
	for (struct job_run *j = x->jobs; j; j = j->next)
		++*jobs;
	*under_way = x->n_turns;
	pthread_mutex_unlock(&x->lock);
}
