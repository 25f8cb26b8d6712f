/* When a site is scanned: on a grid of its own inside `every`, never twice at once. What was missed
 * is made up for once; the time of the next scan stands in the store and moves in the operation
 * that starts one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "daemon/api/jobs.h"
#include "daemon/core/fault.h"
#include "daemon/jobs/schedules.h"
#include "daemon/services/rivalradar/rivalradar.h"
#include "shared/hash.h"
#include "shared/log.h"
#include "shared/mem.h"

extern const struct job_type job_site_scan;

enum {
	LOOK_MS = 300000, /* at most: the clock may be set, the machine may sleep */
	AGAIN_MS = 5000,
	STARTS_MAX = 64, /* at once */
};

void scan_name(const struct resource *r, char out[static 64])
{
	const char *head = r->kind == &resource_shop ? "scan-shop-" : "scan-";
	/* A name that does not fit ends in what tells it from others. */
	if (strlen(head) + strlen(r->name) < 64)
		snprintf(out, 64, "%s%s", head, r->name);
	else
		snprintf(out, 64, "%s%.*s-%08x", head, 63 - 9 - (int)strlen(head), r->name,
			 (unsigned)hash_id(r->id));
}

static int64_t every_of(const struct resource *r, bool *paused)
{
	json_t *spec = resource_spec(r);
	int64_t every = spec_ms(r->kind, spec, "every");
	*paused = spec_bool(r->kind, spec, "paused");
	json_decref(spec);
	return every;
}

enum err plan_put(struct txn *t, struct rivalradar *rr, const struct resource *r, const char *cause,
		  bool run, uint64_t *job, struct error *e)
{
	char name[64];
	bool paused;
	int64_t now = clock_wall_ms(rr->d->clock);
	const struct schedule_plan p = {.id = r->id, .every_ms = every_of(r, &paused)};
	struct site_row row = {.id = r->id, .mine = r->kind == &resource_shop};
	row.next_ms = schedule_plan_next(&p, now);
	scan_name(r, name);
	const struct job_start start = {.type = &job_site_scan,
					.name = name,
					.owner_kind = r->kind->kind,
					.owner = r->id,
					.cause = cause};
	*job = 0;
	enum err err = run ? items_put(t, &start, job, e) : ERR_NONE;
	fault_point("rivalradar.start");
	if (err && err != ERR_NOT_NOW)
		return err;
	enum err written = site_put(t, rr, &row, SITE_SET_NEXT, e);
	return written ? written : err;
}

/* ---- what is due ----------------------------------------------------------------------------- */

struct starting {
	struct store_op op;
	struct rivalradar *rr;
	uint64_t site, job;
	bool run;
};

static enum err put_start(struct txn *t, void *arg, struct error *e)
{
	struct starting *s = arg;
	const struct resource *r = resource_by_id(s->rr->d->store, s->site);
	if (!r)
		return ERR_NONE; /* deleted meanwhile */
	enum err err = plan_put(t, s->rr, r, "schedule", s->run, &s->job, e);
	resource_unref(r);
	return err == ERR_NOT_NOW ? ERR_NONE : err; /* the scan before is not over: left out */
}

static void start_done(void *arg, enum err code, const struct error *e)
{
	struct starting *s = arg;
	struct rivalradar *rr = s->rr;
	if (code && code != ERR_CANCELLED)
		log_warn("rivalradar", "a scan is started later: %s", e->text);
	pthread_mutex_lock(&rr->lock);
	struct site *site = sites_find(rr, s->site);
	if (site) {
		site->starting = false;
		site->replan = site->replan && code;
	}
	pthread_mutex_unlock(&rr->lock);
	if (s->job) {
		sites_set_job(rr, s->site, s->job);
		items_wake(jobs_items(rr->d->jobs));
	}
	free(s);
	if (!code)
		plan_wake(rr);
}

/* false: the store takes nothing now. */
static bool submit(struct rivalradar *rr, uint64_t id, bool run)
{
	struct starting *s = mem_zalloc(sizeof(*s));
	s->rr = rr;
	s->site = id;
	s->run = run;
	s->op = (struct store_op){.run = put_start, .done = start_done, .arg = s};
	if (!store_submit(rr->d->store, OP_BACKGROUND, &s->op, NULL))
		return true;
	pthread_mutex_lock(&rr->lock);
	struct site *site = sites_find(rr, id);
	if (site)
		site->starting = false;
	pthread_mutex_unlock(&rr->lock);
	free(s);
	return false;
}

struct due {
	uint64_t id;
	bool run;
};

static bool is_paused(struct rivalradar *rr, uint64_t id)
{
	bool paused = true;
	const struct resource *r = resource_by_id(rr->d->store, id);
	if (r)
		every_of(r, &paused);
	resource_unref(r);
	return paused;
}

/* Under the lock. @return how many; *next: when the first of the others is, INT64_MAX: never */
static size_t find_due(struct rivalradar *rr, int64_t now, struct due out[static STARTS_MAX],
		       int64_t *next)
{
	size_t n = 0;
	*next = INT64_MAX;
	for (size_t i = 0; i < rr->n_sites && n < STARTS_MAX; i++) {
		struct site *s = rr->sites[i];
		bool due = s->row.next_ms <= now;
		if (s->starting || (due && is_paused(rr, s->row.id)))
			continue;
		if (due || s->replan) {
			s->starting = true;
			out[n++] = (struct due){s->row.id, due};
		} else if (s->row.next_ms < *next) {
			*next = s->row.next_ms;
		}
	}
	if (n == STARTS_MAX)
		*next = now;
	return n;
}

static void look(struct rivalradar *rr);

static void on_timer(uv_timer_t *timer)
{
	look(timer->data);
}

static void look(struct rivalradar *rr)
{
	struct due due[STARTS_MAX];
	int64_t now = clock_wall_ms(rr->d->clock), next;
	bool taken = true;
	if (!rr->timer)
		return;
	pthread_mutex_lock(&rr->lock);
	size_t n = find_due(rr, now, due, &next);
	bool gone = rr->n_gone > 0;
	pthread_mutex_unlock(&rr->lock);
	for (size_t i = 0; i < n; i++)
		taken = submit(rr, due[i].id, due[i].run) && taken;
	if (gone)
		forget_go_on(rr);
	if (next == INT64_MAX && !n && !gone) {
		uv_timer_stop(rr->timer); /* nothing is ever due: nothing wakes up */
		return;
	}
	int64_t wait = next > now ? next - now : 0;
	if (wait > LOOK_MS)
		wait = LOOK_MS;
	if ((!taken || gone) && wait > AGAIN_MS)
		wait = AGAIN_MS;
	uv_timer_start(rr->timer, on_timer, (uint64_t)(taken ? wait : AGAIN_MS), 0);
}

static void look_now(void *arg)
{
	look(arg);
}

void plan_wake(struct rivalradar *rr)
{
	loop_post(rr->d->net, look_now, rr);
}

void plan_open(struct rivalradar *rr)
{
	rr->timer = mem_zalloc(sizeof(*rr->timer));
	uv_timer_init(loop_uv(rr->d->net), rr->timer);
	rr->timer->data = rr;
	look(rr);
}

static void free_timer(uv_handle_t *h)
{
	free(h);
}

void plan_close(struct rivalradar *rr)
{
	if (rr->timer)
		uv_close((uv_handle_t *)rr->timer, free_timer);
	rr->timer = NULL;
}

/* ---- a person says so ------------------------------------------------------------------------ */

struct scan_call {
	struct rivalradar *rr;
	const struct resource *r;
	uint64_t job;
};

static enum err put_scan(struct txn *t, void *arg, struct error *e)
{
	struct scan_call *c = arg;
	return plan_put(t, c->rr, c->r, "person", true, &c->job, e);
}

static enum err scan_now(struct rivalradar *rr, const struct resource *r, uint64_t *job,
			 struct error *e)
{
	struct scan_call c = {.rr = rr, .r = r};
	enum err err = store_run(rr->d->store, OP_PEOPLE, put_scan, &c, e);
	if (err)
		return err;
	*job = c.job;
	sites_set_job(rr, r->id, c.job);
	items_wake(jobs_items(rr->d->jobs));
	return ERR_NONE;
}

/* The one whose scan is called so. */
static const struct resource *find_scan(struct rivalradar *rr, const struct resource_kind *k,
					const char *name)
{
	const struct resource *found = NULL;
	size_t n = 0;
	const struct resource **all = resource_list(rr->d->store, k, &n);
	for (size_t i = 0; i < n; i++) {
		char is[64];
		scan_name(all[i], is);
		if (!found && !strcmp(is, name))
			found = all[i];
		else
			resource_unref(all[i]);
	}
	free(all);
	return found;
}

enum err plan_run_job(struct rivalradar *rr, const char *name, uint64_t *job, struct error *e)
{
	const struct resource *r = find_scan(rr, &resource_rival, name);
	if (!r)
		r = find_scan(rr, &resource_shop, name);
	if (!r)
		return ERR_NOT_FOUND;
	enum err err = scan_now(rr, r, job, e);
	resource_unref(r);
	return err;
}

static struct answered scan_route(struct request *r, struct rivalradar *rr,
				  const struct resource_kind *k)
{
	struct error e = {0};
	struct json_writer w;
	const char *ref = request_param(r, "ref");
	const struct resource *site = resource_get(rr->d->store, k, ref);
	uint64_t job = 0;
	if (!site) {
		error_set(&e, ERR_NOT_FOUND, "there is no %s \"%.64s\"", k->kind, ref);
		error_hint(&e, "sellersmart %s list has the names", k->kind);
		return reply_error(r, &e);
	}
	enum err err = scan_now(rr, site, &job, &e);
	resource_unref(site);
	if (err)
		return reply_error(r, &e);
	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	if (jobs_write(rr->d->jobs, &w, job, &e)) {
		buf_reset(reply_body(r));
		return reply_error(r, &e);
	}
	jw_object_end(&w);
	return reply_send(r, 201);
}

struct answered route_scan_rival(struct request *r, void *ctx)
{
	return scan_route(r, ctx, &resource_rival);
}

struct answered route_scan_shop(struct request *r, void *ctx)
{
	return scan_route(r, ctx, &resource_shop);
}
