/* Heartbeats: when one is late, and what its samples say. */
#include "daemon/services/sitemonitor/heartbeats/heartbeats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/services/sitemonitor/rows.h"
#include "shared/log.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum {
	LATE_AT_LOAD_MS = 10000, /* a deadline that passed while the daemon was away */
	WOKEN_MS = 60000,        /* after a sleep, at most the grace */
	AGAIN_MS = 50,           /* a ping is on its way through the loops */
	STEPPED_MS = 2000,
};

void heartbeat_free(struct heartbeat *h)
{
	if (!h)
		return;
	heartbeat_plan_fini(&h->plan);
	free(h);
}

/* ---- deadlines ------------------------------------------------------------------------------ */

/* From when the next ping is counted: the last one, or since it is watched. */
static int64_t base_ms(const struct monitor *m)
{
	return m->beat->pinged_ms ? m->beat->pinged_ms : m->track.base_since.wall_ms;
}

void heartbeat_set_deadline(struct sitemonitor *sm, struct monitor *m, int64_t after_ms)
{
	struct heartbeat *h = m->beat;
	struct moment now = now_moment(sm);
	int64_t longest = heartbeat_deadline_ms(&h->plan, now.wall_ms, 0) - now.wall_ms;
	int64_t left = heartbeat_deadline_ms(&h->plan, after_ms, h->started_ms) - now.wall_ms;
	if (!h->started_ms && left > longest)
		left = longest; /* the clock went back */
	h->deadline.wall_ms = now.wall_ms + left;
	h->deadline.boot_ms = now.boot_ms + left;
}

void heartbeat_configure(struct sitemonitor *sm, struct monitor *m)
{
	struct error e = {0};
	if (!m->shown.is_heartbeat)
		return;
	bool first = !m->beat;
	if (first) {
		struct heartbeat *h = mem_zalloc(sizeof(*h));
		table_lock(&sm->table);
		m->beat = h;
		table_unlock(&sm->table);
	}
	heartbeat_plan_fini(&m->beat->plan);
	json_t *spec = resource_spec(m->res);
	if (heartbeat_plan_init(&m->beat->plan, spec, &e)) {
		log_warn("sitemonitor", "%s: %s; its period counts", monitor_name(m), e.text);
		m->beat->plan.period_ms = 86400000;
	}
	json_decref(spec);
	m->beat->mark_boot_ms = first ? now_boot(sm) : m->beat->mark_boot_ms;
	if (sm->running)
		heartbeat_set_deadline(sm, m,
				       base_ms(m) ? base_ms(m) : clock_wall_ms(sm->d->clock));
}

void heartbeat_schedule(struct sitemonitor *sm, struct monitor *m)
{
	struct heartbeat *h = m->beat;
	bool held = m->track.hold == STATE_PAUSED || !sm->running;
	if (held)
		due_clear(sm, &m->due);
	else
		due_set(sm, &m->due, h->deadline.boot_ms);
	table_lock(&sm->table);
	m->shown.deadline_ms = held ? 0 : h->deadline.wall_ms;
	m->shown.next_boot_ms =
		held ? 0 : h->deadline.boot_ms - (h->started_ms ? 0 : h->plan.grace_ms);
	table_unlock(&sm->table);
}

void heartbeat_resumed(struct sitemonitor *sm, struct monitor *m)
{
	m->beat->pinged_ms = m->beat->started_ms = 0;
	m->beat->mark_boot_ms = now_boot(sm);
	heartbeat_set_deadline(sm, m, clock_wall_ms(sm->d->clock));
}

void heartbeat_stepped(struct sitemonitor *sm, struct monitor *m, int64_t step_ms)
{
	struct heartbeat *h = m->beat;
	struct moment now = now_moment(sm);
	if (h->pinged_ms)
		h->pinged_ms += step_ms;
	if (h->started_ms)
		h->started_ms += step_ms;
	int64_t watched_ms = now.wall_ms - (now.boot_ms - m->track.base_since.boot_ms);
	heartbeat_set_deadline(sm, m, h->pinged_ms ? h->pinged_ms : watched_ms);
	heartbeat_schedule(sm, m);
	heartbeat_woken(sm, m);
}

void heartbeat_woken(struct sitemonitor *sm, struct monitor *m)
{
	int64_t grace = m->beat->plan.grace_ms;
	int64_t soonest = now_boot(sm) + (grace < WOKEN_MS ? grace : WOKEN_MS);
	if (heap_has(&m->due.node) && m->due.node.key < soonest)
		due_set(sm, &m->due, soonest);
}

bool heartbeat_is_late(const struct sitemonitor *sm, const struct monitor *m)
{
	return m->track.hold != STATE_PAUSED && m->beat->deadline.wall_ms &&
	       clock_wall_ms(sm->d->clock) >= m->beat->deadline.wall_ms;
}

/* ---- outcomes
 * ------------------------------------------------------------------------------------ */

static void note_sample(struct sitemonitor *sm, struct monitor *m, enum outcome outcome,
			int64_t at_ms, int64_t span_ms, int64_t total_us)
{
	struct sample s = {.monitor = m->id,
			   .at_ms = at_ms,
			   .outcome = outcome,
			   .total_us = total_us,
			   .span_ms = span_ms > 0 ? span_ms : 0};
	for (int i = 0; i < PHASE_COUNT; i++)
		s.phase_us[i] = -1;
	batch_sample(sm, &s);
}

static enum outcome outcome_so_far(const struct monitor *m)
{
	if (m->track.hold == STATE_MAINTENANCE)
		return OUTCOME_MAINTENANCE;
	return m->track.base == STATE_DOWN  ? OUTCOME_DOWN
	       : m->track.base == STATE_NEW ? OUTCOME_NONE
					    : OUTCOME_UP;
}

/* The time since the last sample was what the state was; what comes now is a point in time. */
static void note_outcome(struct sitemonitor *sm, struct monitor *m, const struct check_result *r,
			 struct moment at)
{
	struct heartbeat *h = m->beat;
	int64_t elapsed = at.boot_ms - h->mark_boot_ms;
	enum outcome before = outcome_so_far(m);
	h->mark_boot_ms = at.boot_ms;
	if (before == r->outcome || before == OUTCOME_MAINTENANCE) {
		note_sample(sm, m, before, at.wall_ms, elapsed, r->total_us);
		return;
	}
	if (before != OUTCOME_NONE && elapsed > 0)
		note_sample(sm, m, before, at.wall_ms - elapsed, elapsed, -1);
	note_sample(sm, m, r->outcome, at.wall_ms, 1, r->total_us);
}

void heartbeat_held(struct sitemonitor *sm, struct monitor *m)
{
	struct moment at = now_moment(sm);
	enum outcome so_far = outcome_so_far(m);
	int64_t elapsed = at.boot_ms - m->beat->mark_boot_ms;
	m->beat->mark_boot_ms = at.boot_ms;
	if (so_far != OUTCOME_NONE && elapsed > 0)
		note_sample(sm, m, so_far, at.wall_ms - elapsed, elapsed, -1);
}

void heartbeat_conclude(struct sitemonitor *sm, struct monitor *m, struct check_result *r,
			struct moment at)
{
	if (m->track.hold != STATE_PAUSED)
		note_outcome(sm, m, r, at);
	verdict_outcome(sm, m, r, at);
}

/* Both sentences of say_late begin so; a job's own failure begins otherwise. A reason outlives us,
 * its cause does not. */
static const char no_ping[] = "no ping", started[] = "started ";

bool heartbeat_reason_is_late(const char *reason)
{
	return reason && (!strncmp(reason, no_ping, sizeof(no_ping) - 1) ||
			  !strncmp(reason, started, sizeof(started) - 1));
}

static void say_late(const struct sitemonitor *sm, const struct monitor *m, struct check_result *r)
{
	const struct heartbeat *h = m->beat;
	char age[DURATION_TEXT], when[TIME_TEXT];
	int64_t now = clock_wall_ms(sm->d->clock);
	r->outcome = OUTCOME_DOWN;
	if (h->started_ms) {
		snprintf(r->cause, sizeof(r->cause), "running");
		snprintf(r->message, sizeof(r->message), "%s%s ago and has not finished", started,
			 age_format(age, now - h->started_ms));
		return;
	}
	snprintf(r->cause, sizeof(r->cause), "late");
	time_rfc3339(when, h->deadline.wall_ms - h->plan.grace_ms);
	when[16] = 0; /* minutes */
	when[10] = ' ';
	if (h->pinged_ms)
		snprintf(r->message, sizeof(r->message), "%s for %s, expected %s UTC", no_ping,
			 age_format(age, now - h->pinged_ms), when);
	else
		snprintf(r->message, sizeof(r->message), "%s yet, expected %s UTC", no_ping, when);
}

void heartbeat_due(struct sitemonitor *sm, struct monitor *m)
{
	struct heartbeat *h = m->beat;
	struct check_result r;
	struct moment at = now_moment(sm);
	table_lock(&sm->table);
	bool arriving = h->arriving > 0;
	table_unlock(&sm->table);
	int64_t early_ms = h->deadline.wall_ms - at.wall_ms;
	if (arriving) { /* arrival beats the timer */
		due_set(sm, &m->due, at.boot_ms + AGAIN_MS);
		return;
	}
	if (h->plan.has_cron && early_ms > STEPPED_MS && h->deadline.boot_ms <= at.boot_ms) {
		/* The clock was set back: it is not yet that time of day. */
		h->deadline.boot_ms = at.boot_ms + early_ms;
		heartbeat_schedule(sm, m);
		return;
	}
	check_result_init(&r);
	say_late(sm, m, &r);
	h->started_ms = 0;
	heartbeat_set_deadline(sm, m, at.wall_ms);
	heartbeat_conclude(sm, m, &r, at);
	heartbeat_schedule(sm, m);
	check_result_fini(&r);
}

/* ---- from the store
 * ------------------------------------------------------------------------------ */

static void load_row(struct sitemonitor *sm, sqlite3_stmt *st)
{
	struct monitor *m = table_find(&sm->table, (uint64_t)sqlite3_column_int64(st, 0));
	if (!m || !m->beat)
		return;
	const char *run = column_text(st, 3);
	m->beat->pinged_ms = sqlite3_column_int64(st, 1);
	m->beat->started_ms = sqlite3_column_int64(st, 2);
	m->beat->deadline.wall_ms = sqlite3_column_int64(st, 4);
	snprintf(m->beat->run, sizeof(m->beat->run), "%s", run ? run : "");
}

enum err heartbeats_load(struct sitemonitor *sm, struct error *e)
{
	struct reader *reader = store_reader(sm->d->store, e);
	sqlite3_stmt *st =
		reader ? reader_prepare(reader,
					"SELECT monitor, pinged_ms, started_ms, run, deadline_ms"
					" FROM heartbeat",
					e)
		       : NULL;
	int rc = SQLITE_ERROR;
	while (st && (rc = sqlite3_step(st)) == SQLITE_ROW)
		load_row(sm, st);
	enum err err = rc == SQLITE_DONE ? ERR_NONE
		       : st ? store_error(rc, sqlite3_db_handle(st), "reading heartbeats", e)
			    : ERR_STORE;
	if (st)
		sqlite3_reset(st);
	if (reader)
		reader_done(reader);
	return err;
}

void heartbeat_resume(struct sitemonitor *sm, struct monitor *m)
{
	struct heartbeat *h = m->beat;
	struct moment now = now_moment(sm);
	int64_t base = base_ms(m), kept = h->deadline.wall_ms;
	heartbeat_set_deadline(sm, m, base ? base : now.wall_ms);
	if (kept && kept < h->deadline.wall_ms) {
		h->deadline.boot_ms -= h->deadline.wall_ms - kept;
		h->deadline.wall_ms = kept;
	}
	if (h->deadline.boot_ms < now.boot_ms + LATE_AT_LOAD_MS &&
	    h->deadline.boot_ms <= now.boot_ms)
		h->deadline.boot_ms = now.boot_ms + LATE_AT_LOAD_MS;
	if (m->shown.last_ms && m->shown.last_ms < now.wall_ms)
		h->mark_boot_ms = now.boot_ms - (now.wall_ms - m->shown.last_ms);
}
