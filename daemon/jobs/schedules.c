#include "daemon/jobs/schedules.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/fault.h"
#include "shared/log.h"
#include "shared/hash.h"
#include "shared/mem.h"
#include "shared/timefmt.h"
#include "shared/tz.h"

extern const struct resource_kind resource_schedule;

enum {
	LOOK_MS = 300000, /* at most: the clock may be set, the machine may sleep */
	AGAIN_MS = 5000,
	DAY_MS = 86400000,
};
static const int64_t usual_gap_ms = INT64_C(8) * DAY_MS;

/* ---- slots ----------------------------------------------------------------------------------- */

int64_t schedule_plan_next(const struct schedule_plan *p, int64_t after_ms)
{
	if (p->by_cron)
		return cron_next(&p->cron, p->zone, after_ms);
	int64_t phase = (int64_t)(hash_id(p->id) % (uint64_t)p->every_ms);
	int64_t past = after_ms - phase;
	int64_t n = past >= 0 ? past / p->every_ms : -1;
	return phase + (n + 1) * p->every_ms;
}

int64_t schedule_plan_start(const struct schedule_plan *p, int64_t slot_ms)
{
	if (!p->jitter_ms)
		return slot_ms;
	uint64_t mixed = hash_id(p->id ^ hash_id((uint64_t)slot_ms));
	return slot_ms + (int64_t)(mixed % (uint64_t)(p->jitter_ms + 1));
}

static int64_t last_due(const struct schedule_plan *p, int64_t after_ms, int64_t now_ms,
			int64_t *next_ms)
{
	int64_t due = 0, at = schedule_plan_next(p, after_ms);
	while (at >= 0 && schedule_plan_start(p, at) <= now_ms) {
		due = at;
		at = schedule_plan_next(p, at);
	}
	*next_ms = at < 0 ? INT64_MAX : schedule_plan_start(p, at);
	return due;
}

/* After a long time away only the last one matters: look near first. */
int64_t schedule_plan_due(const struct schedule_plan *p, int64_t after_ms, int64_t now_ms,
			  int64_t *next_ms)
{
	int64_t gap = p->by_cron ? usual_gap_ms : p->every_ms + p->jitter_ms;
	int64_t near = now_ms - gap - p->jitter_ms;
	if (near > after_ms) {
		int64_t due = last_due(p, near, now_ms, next_ms);
		if (due)
			return due;
	}
	return last_due(p, after_ms, now_ms, next_ms);
}

/* false: it is not to start anything. */
static bool plan_of(const struct resource *r, const json_t *spec, struct schedule_plan *p)
{
	struct error e = {0};
	const struct resource_kind *k = r->kind;
	const char *cron = spec_text(k, spec, "cron"), *zone = spec_text(k, spec, "zone");
	*p = (struct schedule_plan){.id = r->id,
				    .by_cron = cron && *cron,
				    .every_ms = spec_ms(k, spec, "every"),
				    .jitter_ms = spec_ms(k, spec, "jitter")};
	if (spec_bool(k, spec, "paused"))
		return false;
	if (!p->by_cron)
		return p->every_ms > 0;
	if (cron_parse(cron, &p->cron, &e))
		return false;
	p->zone = tz_load(zone ? zone : "UTC", &e);
	if (!p->zone) {
		log_warn("jobs", "the schedule %s goes by UTC: %s", r->name, e.text);
		p->zone = tz_load("UTC", &e);
	}
	return p->zone != NULL;
}

static void plan_fini(struct schedule_plan *p)
{
	tz_free((struct tz *)p->zone);
}

int64_t schedules_next(const struct resource *schedule, int64_t now_ms)
{
	struct schedule_plan p;
	json_t *spec = resource_spec(schedule);
	int64_t next = 0;
	if (plan_of(schedule, spec, &p)) {
		/* The one that is to come may belong to a slot that has been. */
		last_due(&p, now_ms - p.jitter_ms - 1, now_ms, &next);
		next = next == INT64_MAX ? 0 : next;
	}
	plan_fini(&p);
	json_decref(spec);
	return next;
}

/* ---- starting -------------------------------------------------------------------------------- */

struct schedules {
	struct store *store;
	const struct clock *clock;
	struct items *items;
	atomic_bool changed;
	int64_t next_boot_ms;
};

static enum err start_of(const struct schedules *s, const struct resource *r, struct job_start *out,
			 struct error *e)
{
	json_t *spec = resource_spec(r);
	const char *job = json_str(spec, "job", "");
	out->type = items_type(s->items, job);
	enum err err = out->type ? ERR_NONE
				 : error_set(e, ERR_NOT_FOUND, "there is no job \"%.40s\"", job);
	json_decref(spec);
	out->name = r->name;
	out->owner_kind = "schedule";
	out->owner = r->id;
	return err;
}

enum err schedules_run(struct schedules *s, const struct resource *schedule, const char *cause,
		       uint64_t *job, struct error *e)
{
	struct job_start start = {.cause = cause};
	enum err err = start_of(s, schedule, &start, e);
	return err ? err : items_run(s->items, &start, job, e);
}

struct slot_call {
	struct job_start start;
	int64_t slot_ms;
	bool run, first, ran;
};

static enum err set_slot(struct txn *t, uint64_t schedule, int64_t slot_ms, bool only_new,
			 struct error *e)
{
	sqlite3_stmt *st =
		only_new ? txn_prepare(t,
				       "INSERT INTO schedule_slot (schedule, slot_ms) VALUES (?, ?)"
				       " ON CONFLICT DO NOTHING",
				       e)
			 : txn_prepare(t,
				       "INSERT INTO schedule_slot (schedule, slot_ms) VALUES (?, ?)"
				       " ON CONFLICT DO UPDATE SET slot_ms = excluded.slot_ms",
				       e);
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)schedule);
		sqlite3_bind_int64(st, 2, slot_ms);
	}
	return txn_exec(t, st, e);
}

/* A run that is not over yet: this one is left out. */
static enum err put_slot(struct txn *t, void *arg, struct error *e)
{
	struct slot_call *c = arg;
	uint64_t id;
	enum err err = set_slot(t, c->start.owner, c->slot_ms, c->first, e);
	if (err || !c->run)
		return err;
	err = items_put(t, &c->start, &id, e);
	c->ran = !err;
	fault_point("items.slot");
	return err == ERR_NOT_NOW ? ERR_NONE : err;
}

static bool write_slot(struct schedules *s, const struct resource *r, struct slot_call *c)
{
	struct error e = {0};
	c->start.owner = r->id;
	c->start.cause = "schedule";
	c->start.slot_ms = c->slot_ms;
	if (c->run && start_of(s, r, &c->start, &e)) {
		log_warn("jobs", "the schedule %s starts nothing: %s", r->name, e.text);
		c->run = false;
	}
	if (store_run(s->store, OP_BACKGROUND, put_slot, c, &e)) {
		log_warn("jobs", "the schedule %s is tried again: %s", r->name, e.text);
		return false;
	}
	if (c->run && !c->ran)
		log_warn("jobs", "%s: left out, the run before is not over yet", r->name);
	if (c->ran)
		items_wake(s->items);
	return true;
}

/* false: not known, it is new. */
static bool read_slot(struct store *s, uint64_t schedule, int64_t *slot_ms, struct error *e)
{
	struct reader *r = store_reader(s, e);
	if (!r)
		return false;
	sqlite3_stmt *st =
		reader_prepare(r, "SELECT slot_ms FROM schedule_slot WHERE schedule = ?", e);
	bool found = false;
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)schedule);
		found = sqlite3_step(st) == SQLITE_ROW;
		*slot_ms = found ? sqlite3_column_int64(st, 0) : 0;
		sqlite3_reset(st);
	}
	reader_done(r);
	return found;
}

static int64_t tick_one(struct schedules *s, const struct resource *r,
			const struct schedule_plan *p, bool skips, int64_t now_ms)
{
	struct error e = {0};
	int64_t slot = 0, next = INT64_MAX;
	bool known = read_slot(s->store, r->id, &slot, &e);
	if (e.code)
		return now_ms + AGAIN_MS;
	if (!known) { /* nothing is missed by what is new */
		struct slot_call c = {.slot_ms = now_ms, .first = true};
		if (!write_slot(s, r, &c))
			return now_ms + AGAIN_MS;
		slot = now_ms;
	}
	int64_t after = r->updated_ms > slot && r->updated_ms <= now_ms ? r->updated_ms : slot;
	struct slot_call c = {.slot_ms = schedule_plan_due(p, after, now_ms, &next)};
	if (!c.slot_ms)
		return next;
	bool missed = now_ms - schedule_plan_start(p, c.slot_ms) > SCHEDULE_LATE_MS;
	c.run = !(missed && skips);
	if (!c.run)
		log_info("jobs", "%s: a time was missed and is skipped", r->name);
	return write_slot(s, r, &c) ? next : now_ms + AGAIN_MS;
}

static int64_t tick_all(struct schedules *s, int64_t now_ms)
{
	size_t n = 0;
	int64_t next = INT64_MAX;
	const struct resource **all = resource_list(s->store, &resource_schedule, &n);
	for (size_t i = 0; i < n; i++) {
		struct schedule_plan p;
		json_t *spec = resource_spec(all[i]);
		if (plan_of(all[i], spec, &p)) {
			bool skips = !strcmp(spec_text(all[i]->kind, spec, "catch_up"), "skip");
			int64_t at = tick_one(s, all[i], &p, skips, now_ms);
			next = at < next ? at : next;
		}
		plan_fini(&p);
		json_decref(spec);
		resource_unref(all[i]);
	}
	free(all);
	return next;
}

static int64_t tick(void *arg, int64_t boot_ms)
{
	struct schedules *s = arg;
	if (!atomic_exchange(&s->changed, false) && boot_ms < s->next_boot_ms)
		return s->next_boot_ms;
	int64_t now = clock_wall_ms(s->clock), next = tick_all(s, now);
	int64_t wait = next == INT64_MAX ? INT64_MAX : next > now ? next - now : 0;
	/* Nothing is ever due: then nothing wakes up. */
	if (wait == INT64_MAX)
		s->next_boot_ms = INT64_MAX;
	else
		s->next_boot_ms = boot_ms + (wait < LOOK_MS ? wait : LOOK_MS);
	return s->next_boot_ms;
}

static void on_resource(const struct resource *old, const struct resource *now, void *arg)
{
	struct schedules *s = arg;
	if ((now ? now : old)->kind != &resource_schedule)
		return;
	atomic_store(&s->changed, true);
	items_wake(s->items);
}

struct schedules *schedules_new(struct store *store, const struct clock *clock, struct items *x)
{
	struct schedules *s = mem_zalloc(sizeof(*s));
	s->store = store;
	s->clock = clock;
	s->items = x;
	s->changed = true;
	items_on_tick(x, tick, s);
	resource_listen(store, on_resource, s);
	return s;
}

void schedules_stop(struct schedules *s)
{
	if (s)
		resource_unlisten(s->store, on_resource, s);
}

void schedules_free(struct schedules *s)
{
	free(s);
}
