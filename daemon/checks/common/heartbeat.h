#pragma once
/* A job that reports by itself: when its next ping is due. Pure; thread: any. */
#include "shared/cron.h"
#include "shared/tz.h"

struct heartbeat_config {
	bool has_cron;
	struct cron cron;
	struct tz *zone;	 /* of cron; NULL without */
	int64_t period_ms;	 /* without cron: from one ping to the next */
	int64_t grace_ms;	 /* how late a ping may be */
	int64_t max_runtime_ms; /* from a start ping to its end; 0: any */
};

/** When the ping after one at after_ms is expected (wall ms), without grace; -1: never again. */
int64_t heartbeat_expected_ms(const struct heartbeat_config *c, int64_t after_ms);
/** When the job is late (wall ms): expected and grace. -1: never.
 *  @param last_ping_ms   the last success, or when the monitor was made
 *  @param started_ms     a start ping that has no end yet, 0: none. A job that runs is late when it
 *                        has run for longer than max_runtime, or was due and grace passed */
int64_t heartbeat_deadline_ms(const struct heartbeat_config *c, int64_t last_ping_ms,
			      int64_t started_ms);
