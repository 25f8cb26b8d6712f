/* What a finished check means: its sample, the streaks, what is shown, a transition, what is next.
 * On the net loop, which alone writes `shown`: so it reads it without the lock. */
#include <stdlib.h>
#include <string.h>

#include "daemon/api/live.h"
#include "daemon/services/sitemonitor/depends.h"
#include "daemon/services/sitemonitor/ends.h"
#include "daemon/services/sitemonitor/evidence.h"
#include "daemon/services/sitemonitor/flapping.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/mem.h"

void replace_text(char **to, const char *text)
{
	if (*to && text && !strcmp(*to, text))
		return;
	free(*to);
	*to = text && *text ? mem_strdup(text) : NULL;
}

static void take_text(char **to, char **from)
{
	free(*to);
	*to = *from;
	*from = NULL;
}

static bool is_good(enum outcome o)
{
	return o == OUTCOME_UP || o == OUTCOME_DEGRADED;
}

/* ---- evidence ------------------------------------------------------------------------------- */

static void keep_evidence(struct sitemonitor *sm, struct monitor *m, struct check_result *r,
			  struct moment at)
{
	if (is_good(r->outcome)) {
		/* The body differs at each answer: not worth a write, until something fails. */
		struct evidence_body body;
		uint64_t print = evidence_print(r->evidence, &body);
		if (print != m->good_print || (m->bad && m->bad->message))
			m->evidence_dirty = true;
		if (r->evidence) {
			if (print != m->good_print || m->good)
				take_text(&m->good, &r->evidence);
			m->good_print = print;
			m->good_body = body;
		}
		m->good_ms = at.wall_ms;
		monitor_forget_bad(sm, m);
	} else if (r->outcome == OUTCOME_DOWN && m->track.fails == 0) {
		struct first_bad *bad = monitor_bad(m);
		texts_set(&sm->texts, &bad->cause, r->cause);
		texts_set(&sm->texts, &bad->message, r->message);
		take_text(&bad->evidence, &r->evidence);
		m->evidence_dirty = true;
	}
}

/* ---- what is shown -------------------------------------------------------------------------- */

static void show_end(struct monitor *m, int64_t ends_ms)
{
	if (m->shown.ends_ms != ends_ms)
		m->evidence_dirty = true;
	m->shown.ends_ms = ends_ms;
}

static void show_last(struct sitemonitor *sm, struct monitor *m, struct check_result *r,
		      struct evidence_way *way, struct moment at)
{
	struct shown *s = &m->shown;
	table_lock(&sm->table);
	evidence_way_free(s->way);
	s->way = way;
	s->own_link = !strcmp(r->cause, cause_own_link);
	s->last_ms = at.wall_ms;
	s->last_outcome = r->outcome;
	s->last_us = r->total_us > INT32_MAX ? INT32_MAX : (int32_t)r->total_us;
	for (int i = 0; i < PHASE_COUNT; i++)
		s->phase_us[i] = r->phase_us[i] > INT32_MAX ? INT32_MAX : (int32_t)r->phase_us[i];
	texts_set(&sm->texts, &s->message, r->message);
	texts_set(&sm->texts, &s->cause, r->cause);
	texts_set(&sm->texts, &s->address, r->address);
	if (r->certificate && (!s->certificate || strcmp(s->certificate, r->certificate))) {
		/* days_left differs each day; that alone is not worth a write */
		show_end(m, r->certificate_not_after_ms);
		take_text(&s->certificate, &r->certificate);
	}
	if (r->domain_ends_ms)
		show_end(m, r->domain_ends_ms);
	table_unlock(&sm->table);
}

static const char *flapping_reason(const struct monitor *m, const struct check_result *r, char *out,
				   size_t cap)
{
	snprintf(out, cap, "%u changes in the last %d checks; now %s: %s",
		 flap_count(m->track.recent), FLAP_CHANGES, outcome_name(r->outcome), r->message);
	return out;
}

/* Why it is not up, as of the last answer that was not good. */
static void show_reason(struct sitemonitor *sm, struct monitor *m, const struct check_result *r)
{
	enum monitor_state s = track_state(&m->track, &m->shown.rules);
	bool needs = s == STATE_PENDING || s == STATE_DOWN || s == STATE_UNKNOWN ||
		     s == STATE_DEGRADED || s == STATE_FLAPPING;
	const char *reason = m->shown.reason;
	char flapping[CHECK_MESSAGE + 64];
	if (s == STATE_MAINTENANCE) /* then it says until when */
		return;
	if (!needs)
		reason = NULL;
	else if (r && s == STATE_FLAPPING)
		reason = flapping_reason(m, r, flapping, sizeof(flapping));
	else if (r && r->outcome != OUTCOME_UP && r->message[0])
		reason = r->message;
	if (reason == m->shown.reason)
		return;
	table_lock(&sm->table);
	texts_set(&sm->texts, &m->shown.reason, reason);
	table_unlock(&sm->table);
}

void verdict_show(struct sitemonitor *sm, struct monitor *m)
{
	struct shown *s = &m->shown;
	enum monitor_state was = s->state;
	table_lock(&sm->table);
	s->state = track_state(&m->track, &s->rules);
	s->since = track_since(&m->track, &s->rules);
	s->fails = m->track.fails;
	s->oks = m->track.oks;
	table_unlock(&sm->table);
	live_touch(sm->d->live, "monitor", m->id);
	if (s->state != was)
		live_list(sm->d->live, "monitor");
}

/* ---- transitions
 * --------------------------------------------------------------------------------- */

static void set_incident(struct sitemonitor *sm, struct monitor *m, uint64_t id)
{
	table_lock(&sm->table);
	m->shown.incident = id;
	table_unlock(&sm->table);
}

/* After a step: began is when the outage began that the step may have ended. An unconfirmed failure
 * is shown, but nobody is told. */
static void settle(struct sitemonitor *sm, struct monitor *m, struct change c, struct moment began,
		   struct moment at)
{
	struct outage outage = {.incident = m->shown.incident};
	/* What happened in a maintenance and was not told yet is told as soon as it is sure. */
	bool owed = m->announced == STATE_MAINTENANCE && m->track.hold == STATE_NEW;
	bool told = (owed ? c.to != STATE_UNKNOWN : !c.quiet) && c.to != STATE_PENDING &&
		    c.to != m->announced;
	if (m->kin)
		told = depends_may_tell(sm, m, &c, told);
	c.from = m->announced;
	if (told || c.opened || c.closed)
		journal_begin(sm);
	if (c.opened) {
		outage.incident = id_next(store_ids(sm->d->store), at.wall_ms);
		set_incident(sm, m, outage.incident);
	} else if (c.closed) {
		outage.duration_ms = c.end.boot_ms - began.boot_ms;
		set_incident(sm, m, 0);
	}
	verdict_show(sm, m);
	if (told)
		m->announced = c.to;
	struct track essence = track_essence(&m->track, &m->shown.rules);
	if (told || c.opened || c.closed) {
		c.quiet = !told;
		journal_transition(sm, m, &c, at, &outage);
	} else if (m->evidence_dirty || track_print(&essence) != m->saved) {
		batch_dirty(sm, m);
	}
	if (m->kin)
		depends_settled(sm, m);
}

void verdict_announce(struct sitemonitor *sm, struct monitor *m)
{
	struct outage outage = {.incident = m->shown.incident};
	struct change c = {.from = m->announced, .to = track_state(&m->track, &m->shown.rules)};
	journal_begin(sm);
	m->announced = c.to;
	journal_transition(sm, m, &c, now_moment(sm), &outage);
	live_touch(sm->d->live, "monitor", m->id);
}

static void judge(struct sitemonitor *sm, struct monitor *m, struct check_result *r,
		  struct moment at)
{
	struct moment began = m->track.base_since;
	struct evidence_way *way = evidence_way(r->evidence);
	if (m->track.hold != STATE_PAUSED)
		keep_evidence(sm, m, r, at);
	show_last(sm, m, r, way, at);
	bool own_link = !strcmp(r->cause, cause_own_link);
	struct change c = own_link ? track_blind(&m->track, &m->shown.rules, at)
				   : track_step(&m->track, &m->shown.rules, r->outcome, at);
	show_reason(sm, m, r);
	settle(sm, m, c, began, at);
	atomic_fetch_add_explicit(&sm->checks[r->outcome], 1, memory_order_relaxed);
	atomic_store_explicit(&sm->last_check_ms, at.wall_ms, memory_order_relaxed);
}

void verdict_outcome(struct sitemonitor *sm, struct monitor *m, struct check_result *r,
		     struct moment at)
{
	judge(sm, m, r, at);
	if (m->once_pending)
		once_look(sm, m);
}

void verdict_check(struct sitemonitor *sm, struct monitor *m, struct check_result *r,
		   struct moment at)
{
	bool paused = m->track.hold == STATE_PAUSED;
	judge(sm, m, r, at);
	ends_look(sm, m);
	engine_schedule(sm, m);
	if (r->text && !m->track.hold && versions_look(sm, m, r->text, at))
		engine_look_again(sm, m);
	if (!paused) {
		struct sample s = {.monitor = m->id,
				   .at_ms = at.wall_ms,
				   .outcome = m->track.hold == STATE_MAINTENANCE
						      ? OUTCOME_MAINTENANCE
						      : r->outcome,
				   .total_us = r->total_us,
				   .span_ms = m->interval_ms};
		int64_t next =
			heap_has(&m->due.node) ? m->due.node.key - at.boot_ms : m->interval_ms;
		if (next < s.span_ms)
			s.span_ms = next > 0 ? next : 0;
		memcpy(s.phase_us, r->phase_us, sizeof(s.phase_us));
		batch_sample(sm, &s);
	}
	if (m->waiters)
		waiters_look(sm, m);
	if (m->once_pending)
		once_look(sm, m);
}

/* Why it is as it is, once nothing covers that any more. */
static const char *reason_uncovered(const struct monitor *m)
{
	if (m->track.base == STATE_DOWN && m->bad && m->bad->message)
		return m->bad->message;
	return m->shown.last_outcome == OUTCOME_UP ? NULL : m->shown.message;
}

static void say_why(struct sitemonitor *sm, struct monitor *m, const char *why)
{
	table_lock(&sm->table);
	texts_set(&sm->texts, &m->shown.reason, why);
	table_unlock(&sm->table);
}

/* What went down inside and still is, and what was down before and has come back. */
static bool happened_inside(const struct monitor *m, struct moment held)
{
	bool down = m->track.base == STATE_DOWN, told = m->announced == STATE_DOWN;
	return down != told || (down && m->track.base_since.boot_ms >= held.boot_ms);
}

/* A window opens and closes without a word, and what went down and came back inside stays unsaid;
 * the rest is told when it ends, with its true beginning. */
void verdict_hold(struct sitemonitor *sm, struct monitor *m, enum monitor_state hold,
		  const char *why)
{
	struct moment at = now_moment(sm), began = m->track.base_since;
	struct moment held = m->track.hold_since;
	enum monitor_state before = m->track.hold;
	bool pauses = hold == STATE_PAUSED || before == STATE_PAUSED;
	if (m->beat && !pauses)
		heartbeat_held(sm, m);
	struct change c = track_hold(&m->track, &m->shown.rules, hold, at);
	if (pauses)
		monitor_forget_bad(sm, m);
	if (hold == STATE_MAINTENANCE) {
		c.quiet = true;
		say_why(sm, m, why);
	} else if (before == STATE_MAINTENANCE) {
		c.quiet = c.to == STATE_UNKNOWN && m->track.quiet_unknown;
		if (hold == STATE_NEW && happened_inside(m, held))
			m->announced = STATE_MAINTENANCE;
		say_why(sm, m, reason_uncovered(m));
	}
	show_reason(sm, m, NULL);
	if (m->beat && before == STATE_PAUSED && hold != STATE_PAUSED)
		heartbeat_resumed(sm, m);
	settle(sm, m, c, began, at);
}

void verdict_gap(struct sitemonitor *sm, struct monitor *m, struct moment since)
{
	struct moment at = now_moment(sm);
	struct change c = track_gap(&m->track, &m->shown.rules, since);
	struct sample s = {.monitor = m->id,
			   .at_ms = since.wall_ms,
			   .outcome = OUTCOME_UNKNOWN,
			   .total_us = -1,
			   .span_ms = at.boot_ms - since.boot_ms};
	for (int i = 0; i < PHASE_COUNT; i++)
		s.phase_us[i] = -1;
	if (c.to == STATE_UNKNOWN)
		batch_sample(sm, &s);
	settle(sm, m, c, m->track.base_since, at);
}
