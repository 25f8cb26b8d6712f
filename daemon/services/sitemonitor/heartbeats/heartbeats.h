#pragma once
/* One heartbeat in memory: what heartbeats.c (deadlines) and pings.c (arrivals) share. Net loop. */
#include "daemon/services/sitemonitor/heartbeats/heartbeat.h"
#include "daemon/services/sitemonitor/sitemonitor.h"

enum { RUN_TEXT = 37 };

struct heartbeat {
	struct heartbeat_plan plan;
	int64_t pinged_ms, started_ms; /* wall, 0: none */
	char run[RUN_TEXT];
	struct moment deadline;
	int64_t mark_boot_ms; /* up to then samples say what was */
	unsigned arriving;    /* pings that the api has and we have not; under the table's lock */
};

/** Anew from a ping, a start or a missed deadline at that time. */
void heartbeat_set_deadline(struct sitemonitor *sm, struct monitor *m, int64_t after_ms);
/** An outcome: samples, then what it means. */
void heartbeat_conclude(struct sitemonitor *sm, struct monitor *m, struct check_result *r,
			struct moment at);
