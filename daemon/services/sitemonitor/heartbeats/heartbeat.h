#pragma once
/* When a job that reports by itself is late. Pure: wall clock in, wall clock out. */
#include <jansson.h>

#include "shared/cron.h"
#include "shared/err.h"
#include "shared/tz.h"

struct heartbeat_plan {
	int64_t period_ms; /* when there is no cron */
	int64_t grace_ms;
	int64_t run_ms; /* how long a run that pinged /start may take */
	bool has_cron;
	struct cron cron;
	struct tz *zone;
};

/** @param spec  canonical, of a heartbeat */
enum err heartbeat_plan_init(struct heartbeat_plan *p, const json_t *spec, struct error *e);
void heartbeat_plan_fini(struct heartbeat_plan *p);
/** When the next ping is expected after one (or after its creation) at that time. */
int64_t heartbeat_expected_ms(const struct heartbeat_plan *p, int64_t after_ms);
/** When it is late: the grace after the expected time; or, for a run that began and has not ended
 *  (started_ms > 0), the time that a run may take. */
int64_t heartbeat_deadline_ms(const struct heartbeat_plan *p, int64_t after_ms, int64_t started_ms);
