/* --once: check what is due, recheck until decided, say one line a monitor. Not on a loop. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/thread.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum {
	EXIT_DOWN = 1,
	EXIT_COULD_NOT = 75,
	EARLY_MS = 1000, /* a cron job that comes a second early still checks */
	WRITE_MS = 5000,
	LINE_MAX_BYTES = 400,
};

struct due_list {
	struct sitemonitor *sm;
	struct monitor **all;
	size_t n;
	int64_t now_ms;
	bool running; /* when the waiting was over */
};

static void pick_due(struct monitor *m, void *arg)
{
	struct due_list *l = arg;
	int64_t last = m->shown.last_ms, elapsed = l->now_ms - last;
	bool due = !last || elapsed < 0 || elapsed + EARLY_MS >= m->interval_ms ||
		   track_undecided(&m->track, &m->shown.rules);
	if (m->beat ? heartbeat_is_late(l->sm, m)
		    : m->due.fire && m->track.hold != STATE_PAUSED && due)
		l->all[l->n++] = m;
}

static void begin(void *arg)
{
	struct due_list *l = arg;
	struct sitemonitor *sm = l->sm;
	if (!sm->running)
		return;
	table_lock(&sm->table);
	l->all = mem_array(NULL, sm->table.n + 1, sizeof(*l->all));
	table_each(&sm->table, pick_due, l);
	table_unlock(&sm->table);
	for (size_t i = 0; i < l->n; i++) {
		if (l->all[i]->beat) {
			heartbeat_due(sm, l->all[i]);
			continue;
		}
		if (!l->all[i]->once_pending) {
			l->all[i]->once_pending = true;
			pthread_mutex_lock(&sm->lock);
			sm->once_pending++;
			pthread_mutex_unlock(&sm->lock);
		}
		engine_check_now(sm, l->all[i]);
	}
	free(l->all);
}

static void flush(void *arg)
{
	struct due_list *l = arg;
	l->running = l->sm->running;
	batch_flush(l->sm);
	journal_flush(l->sm);
}

/* Until nothing is pending (or in flight), by real time: the condition is signalled by others. */
static bool wait_for(struct sitemonitor *sm, bool checks, int64_t limit_ms)
{
	int64_t until = thread_now_us() + limit_ms * 1000;
	pthread_mutex_lock(&sm->lock);
	while (checks ? sm->once_pending > 0 : sm->in_flight > 0)
		if (thread_cond_wait_until(&sm->changed, &sm->lock, until) == ETIMEDOUT)
			break;
	bool done = checks ? sm->once_pending == 0 : sm->in_flight == 0;
	pthread_mutex_unlock(&sm->lock);
	return done;
}

/* ---- the summary
 * ----------------------------------------------------------------------------------- */

struct summary {
	size_t down, unknown, undecided;
};

static void write_line(struct sitemonitor *sm, const struct resource *r, struct buf *out,
		       struct summary *sum)
{
	char age[DURATION_TEXT], text[LINE_MAX_BYTES] = "";
	table_lock(&sm->table);
	const struct monitor *m = table_find(&sm->table, r->id);
	if (!m) {
		table_unlock(&sm->table);
		return;
	}
	const struct shown *s = &m->shown;
	int64_t since = shown_since_ms(sm, s), now = clock_wall_ms(sm->d->clock);
	age_format(age, now > since ? now - since : 0);
	if (s->reason)
		snprintf(text, sizeof(text), "%s, for %s", s->reason, age);
	else if (s->last_us >= 0)
		snprintf(text, sizeof(text), "%lld ms, for %s",
			 (long long)((s->last_us + 999) / 1000), age);
	else
		snprintf(text, sizeof(text), "for %s", age);
	buf_printf(out, "%-9s %-24s %s\n", monitor_state_name(s->state), r->name, text);
	bool flaps = s->state == STATE_FLAPPING;
	sum->down += s->state == STATE_DOWN || (flaps && s->last_outcome == OUTCOME_DOWN);
	sum->unknown += s->state == STATE_UNKNOWN || (s->state == STATE_NEW && !s->is_heartbeat);
	sum->undecided += s->state == STATE_PENDING || flaps;
	table_unlock(&sm->table);
}

int once_run(void *state, int64_t deadline_boot_ms, struct buf *out)
{
	struct sitemonitor *sm = state;
	struct due_list due = {.sm = sm, .now_ms = clock_wall_ms(sm->d->clock)};
	struct summary sum = {0};
	struct store_health health;
	size_t n = 0;
	loop_call(sm->d->net, begin, &due);
	int64_t left = deadline_boot_ms - now_boot(sm);
	bool decided = wait_for(sm, true, left > 0 ? left : 0);
	loop_call(sm->d->net, flush, &due);
	decided = decided && due.running; /* else the end of the daemon cut it short */
	bool written = wait_for(sm, false, WRITE_MS);
	const struct resource **all = resource_list(sm->d->store, &resource_monitor, &n);
	for (size_t i = 0; i < n; i++) {
		write_line(sm, all[i], out, &sum);
		resource_unref(all[i]);
	}
	free(all);
	if (!n)
		buf_add_str(out, "no monitors: sellersmart add ADDRESS makes one\n");
	store_health(sm->d->store, &health);
	if (!written || health.readonly)
		buf_printf(out, "the store takes no writes: %s\n", health.reason);
	if (sum.down)
		return EXIT_DOWN;
	return !decided || !written || health.readonly || sum.unknown || sum.undecided
		       ? EXIT_COULD_NOT
		       : 0;
}
