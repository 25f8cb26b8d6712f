/* After a suspend. Nobody looked: unknown for so long, then each at its usual place in the
 * interval, so that waking up starts no stampede. */
#include <stdlib.h>

#include "daemon/jobs/schedule.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/log.h"

static void wake(struct sitemonitor *sm, struct monitor *m, struct moment now, struct moment since)
{
	int64_t slept_ms = now.boot_ms - since.boot_ms;
	if (m->beat) {
		heartbeat_woken(sm, m);
		return;
	}
	if (slept_ms < m->interval_ms && m->due.node.key > now.boot_ms)
		return; /* nothing was missed */
	verdict_gap(sm, m, since);
	if (!engine_is_busy(m))
		due_set(sm, &m->due,
			schedule_resume(m->id, m->interval_ms, -1, sm->spread_ms, now.boot_ms));
}

void engine_slept(struct sitemonitor *sm, int64_t slept_ms)
{
	struct moment now = now_moment(sm);
	struct moment since = {.wall_ms = now.wall_ms - slept_ms,
			       .boot_ms = now.boot_ms - slept_ms};
	size_t n = 0;
	struct monitor **all = members_all(sm, &n);
	log_info("sitemonitor", "the machine slept for %lld s: unknown for so long",
		 (long long)(slept_ms / 1000));
	for (size_t i = 0; i < n; i++)
		if (all[i]->track.hold != STATE_PAUSED)
			wake(sm, all[i], now, since);
	free(all);
}
