/* From the store at start: every monitor as it was, to the streak, as if nothing had happened; and
 * what was not looked at meanwhile is unknown. Main thread; nothing runs yet. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/jobs/schedule.h"
#include "daemon/services/sitemonitor/reports/badges.h"
#include "daemon/services/sitemonitor/reports/budgets.h"
#include "daemon/services/sitemonitor/depends.h"
#include "daemon/services/sitemonitor/ends.h"
#include "daemon/services/sitemonitor/evidence.h"
#include "daemon/services/sitemonitor/rows.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/mem.h"

enum {
	GAP_MIN_MS = 30000, /* a restart is shorter: nothing to speak of */
	SPREAD_MS = 60000,
	STREAK_READ = 512,
};

static const char key_name[] = "sitemonitor.ping_key";

/* ---- the secret of heartbeats' addresses ---------------------------------------------------- */

static enum err keep_key(struct txn *t, void *arg, struct error *e)
{
	return txn_meta_set(t, key_name, arg, e);
}

static enum err load_key(struct sitemonitor *sm, uint8_t secret[static 32], struct error *e)
{
	char hex[65];
	size_t n = 0;
	char *kept = store_meta_get(sm->d->store, key_name);
	bool valid =
		kept && !sodium_hex2bin(secret, 32, kept, strlen(kept), NULL, &n, NULL) && n == 32;
	free(kept);
	if (valid)
		return ERR_NONE;
	randombytes_buf(secret, 32);
	sodium_bin2hex(hex, sizeof(hex), secret, 32);
	enum err err = store_run(sm->d->store, OP_PEOPLE, keep_key, hex, e);
	sodium_memzero(hex, sizeof(hex));
	return err;
}

/* ---- one monitor ---------------------------------------------------------------------------- */

/* Where an instant of the wall clock lies on the boot clock; never in the future. */
static void place(struct moment *m, struct moment now)
{
	int64_t age = now.wall_ms - m->wall_ms;
	if (m->wall_ms)
		m->boot_ms = now.boot_ms - (age > 0 ? age : 0);
}

static void place_all(struct track *t, struct moment now)
{
	struct moment *all[] = {&t->base_since,    &t->hold_since,    &t->first_bad,
				&t->first_good,    &t->first_slow,    &t->first_fast,
				&t->first_unknown, &t->flapping_since};
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		place(all[i], now);
}

static char *copy(const char *text)
{
	return text ? mem_strdup(text) : NULL;
}

static void apply_row(const struct state_row *row, void *arg)
{
	struct sitemonitor *sm = arg;
	struct moment now = now_moment(sm);
	struct monitor *m = table_find(&sm->table, row->monitor);
	if (!m)
		return;
	m->rev = row->rev;
	m->track = row->track;
	place_all(&m->track, now);
	m->saved = track_print(&row->track);
	m->shown.incident = row->incident;
	m->shown.last_ms = row->last_ms;
	texts_set(&sm->texts, &m->shown.reason, row->reason);
	if (!row->with_evidence)
		return;
	m->good_ms = row->good_ms;
	m->good_print = evidence_print(row->good, &m->good_body);
	if (!row->bad_cause)
		m->shown.way = evidence_way(row->good);
	if (row->bad_cause || row->bad_message || row->bad) {
		struct first_bad *bad = monitor_bad(m);
		texts_set(&sm->texts, &bad->cause, row->bad_cause);
		texts_set(&sm->texts, &bad->message, row->bad_message);
		bad->evidence = copy(row->bad);
	}
	m->shown.certificate = copy(row->certificate);
	m->shown.ends_ms = row->certificate_ends_ms;
}

static void apply_last(struct sitemonitor *sm, struct monitor *m)
{
	struct series_summary sum;
	if (!series_summary(sm->d->store, m->id, &sum) || sum.last.outcome == OUTCOME_NONE ||
	    sum.last.at_ms < m->shown.last_ms)
		return;
	m->shown.last_ms = sum.last.at_ms;
	m->shown.last_outcome = sum.last.outcome;
	m->shown.last_us = sum.last.total_us;
	for (int i = 0; i < PHASE_COUNT; i++)
		m->shown.phase_us[i] = sum.last.phase_us[i] > INT32_MAX
					       ? INT32_MAX
					       : (int32_t)sum.last.phase_us[i];
}

/* A row is not written at each failure of something that is down already: count them again. */
static void recount(struct sitemonitor *sm, struct monitor *m)
{
	struct sample *last = mem_array(NULL, STREAK_READ, sizeof(*last));
	struct error e = {0};
	int n = series_latest(sm->d->store, m->id, STREAK_READ, last, &e);
	uint32_t fails = 0;
	for (int i = 0; i < n; i++) {
		if (last[i].outcome == OUTCOME_DOWN)
			fails++;
		else if (last[i].outcome == OUTCOME_UP || last[i].outcome == OUTCOME_DEGRADED)
			break;
	}
	if (fails > m->track.fails)
		m->track.fails = fails;
	free(last);
}

/* What was told of it before a window opened: what happened inside was not. */
static enum monitor_state told_before_hold(struct sitemonitor *sm, const struct monitor *m)
{
	struct error e = {0};
	bool down = false;
	struct reader *reader = store_reader(sm->d->store, &e);
	sqlite3_stmt *st = reader ? reader_prepare(reader,
						   "SELECT 1 FROM incident WHERE monitor = ?1"
						   " AND confirmed_ms < ?2"
						   " AND (closed_ms IS NULL OR closed_ms >= ?2)",
						   &e)
				  : NULL;
	if (st) {
		sqlite3_bind_int64(st, 1, (sqlite3_int64)m->id);
		sqlite3_bind_int64(st, 2, m->track.hold_since.wall_ms);
		down = sqlite3_step(st) == SQLITE_ROW;
		sqlite3_reset(st);
	}
	if (reader)
		reader_done(reader);
	return down ? STATE_DOWN : m->track.base == STATE_DOWN ? STATE_UP : m->track.base;
}

static void resume(struct monitor *m, void *arg)
{
	struct sitemonitor *sm = arg;
	struct moment now = now_moment(sm);
	struct shown *s = &m->shown;
	apply_last(sm, m);
	if (m->track.base == STATE_NEW && !m->track.base_since.wall_ms) {
		m->track.base_since.wall_ms = m->res->created_ms;
		place(&m->track.base_since, now);
	}
	if (m->track.base == STATE_DOWN && m->track.fails >= s->rules.failures)
		recount(sm, m);
	m->announced = m->track.hold == STATE_PAUSED ? STATE_PAUSED
		       : m->track.flapping           ? STATE_FLAPPING
						     : m->track.base;
	if (m->track.hold == STATE_MAINTENANCE)
		m->announced = told_before_hold(sm, m);
	if (track_state(&m->track, &s->rules) == STATE_UNKNOWN && !m->track.quiet_unknown)
		m->announced = STATE_UNKNOWN;
	int64_t elapsed = s->last_ms ? now.wall_ms - s->last_ms : -1;
	if (s->last_ms && elapsed < 0)
		elapsed = 0; /* the clock went back */
	if (!s->is_heartbeat && elapsed > GAP_MIN_MS &&
	    elapsed > 2 * (int64_t)m->interval_ms + m->timeout_ms) {
		struct moment since = {.wall_ms = s->last_ms, .boot_ms = now.boot_ms - elapsed};
		track_gap(&m->track, &s->rules, since);
	}
	if (s->is_heartbeat)
		heartbeat_resume(sm, m);
	if (s->is_heartbeat || m->track.hold == STATE_PAUSED)
		return;
	bool soon = track_undecided(&m->track, &s->rules) || m->track.flapping;
	int64_t interval = soon ? m->retry_ms : m->interval_ms;
	s->next_boot_ms = schedule_resume(m->id, interval, elapsed, sm->spread_ms, now.boot_ms);
	due_set(sm, &m->due, s->next_boot_ms);
}

static void show(struct monitor *m, void *arg)
{
	struct shown *s = &m->shown;
	s->state = track_state(&m->track, &s->rules);
	s->since = track_since(&m->track, &s->rules);
	s->fails = m->track.fails;
	s->oks = m->track.oks;
}

/* The event that says why something needs a person: whether the user has seen it outlives us. */
struct causes {
	sqlite3_stmt *st;
};

static void find_cause(struct monitor *m, void *arg)
{
	struct causes *c = arg;
	if (m->shown.state == STATE_UP || m->shown.state == STATE_NEW)
		return;
	sqlite3_bind_int64(c->st, 1, (sqlite3_int64)m->id);
	if (sqlite3_step(c->st) == SQLITE_ROW)
		m->shown.seq = (uint64_t)sqlite3_column_int64(c->st, 0);
	sqlite3_reset(c->st);
}

static enum err load_causes(struct sitemonitor *sm, struct error *e)
{
	struct reader *reader = store_reader(sm->d->store, e);
	struct causes c = {0};
	if (reader)
		c.st = reader_prepare(reader, "SELECT max(seq) FROM events WHERE subject = ?1", e);
	if (c.st)
		table_each(&sm->table, find_cause, &c);
	if (reader)
		reader_done(reader);
	return c.st ? ERR_NONE : ERR_STORE;
}

enum err load_all(struct sitemonitor *sm, struct error *e)
{
	uint8_t secret[32];
	enum err err = load_key(sm, secret, e);
	if (err)
		return err;
	table_init(&sm->table, secret);
	sodium_memzero(secret, sizeof(secret));
	sm->spread_ms = SPREAD_MS;
	size_t n = 0;
	const struct resource **all = resource_list(sm->d->store, &resource_monitor, &n);
	for (size_t i = 0; i < n; i++) {
		struct monitor *m = table_enter(&sm->table, all[i]);
		engine_configure(m, all[i]);
		heartbeat_configure(sm, m);
		resource_unref(all[i]);
	}
	free(all);
	if ((err = state_rows_read(sm->d->store, apply_row, sm, e)) ||
	    (err = heartbeats_load(sm, e)) || (err = budgets_load(sm, e)) ||
	    (err = badges_load(sm, e)) || (err = versions_load(sm, e)))
		return err;
	windows_load(sm);
	table_each(&sm->table, resume, sm);
	table_each(&sm->table, show, sm);
	depends_load(sm);
	machine_load(sm);
	witness_load(sm);
	err = ends_load(sm, e);
	return err ? err : load_causes(sm, e);
}
