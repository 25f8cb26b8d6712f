#pragma once
/* Schedules: resources that start jobs by the clock on the wall. Up to where each has been seen to
 * stands in the store and moves in the operation that starts the job, so that a slot starts one
 * run, whatever happens in between. */
#include "daemon/jobs/items.h"
#include "daemon/store/resources.h"
#include "shared/cron.h"

enum { SCHEDULE_LATE_MS = 600000 /* then a slot was missed */ };

struct schedule_plan {
	uint64_t id;
	bool by_cron;
	struct cron cron;
	const struct tz *zone;
	int64_t every_ms, jitter_ms;
};

/** The slot after that one, -1: none. Pure. Of every: on a grid of its own, from its id. */
int64_t schedule_plan_next(const struct schedule_plan *p, int64_t after_ms);
/** When the slot's job starts: up to jitter later, always the same for one slot. */
int64_t schedule_plan_start(const struct schedule_plan *p, int64_t slot_ms);
/** The last slot after `after` whose time has come, 0: none; *next: when the one after it starts,
 *  INT64_MAX: never. */
int64_t schedule_plan_due(const struct schedule_plan *p, int64_t after_ms, int64_t now_ms,
			  int64_t *next_ms);

struct schedules;
/** Ticks with the engine's thread (items_on_tick). */
struct schedules *schedules_new(struct store *s, const struct clock *clock, struct items *x);
/** Before items_stop. */
void schedules_stop(struct schedules *s);
void schedules_free(struct schedules *s);
/** Start its job now. Blocks. */
enum err schedules_run(struct schedules *s, const struct resource *schedule, const char *cause,
		       uint64_t *job, struct error *e);
/** When it starts the next one, 0: never or paused. Thread: any. */
int64_t schedules_next(const struct resource *schedule, int64_t now_ms);
