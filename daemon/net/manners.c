#include "daemon/net/manners.h"

#include <string.h>

enum { DAY_MS = 86400000 };

void manners_init(struct manners *m)
{
	memset(m, 0, sizeof *m);
	m->own_pace_ms = m->delay_ms = m->own_budget = -1;
}

int64_t manners_pace_ms(const struct manners *m, const struct manners_rules *r)
{
	if (m->own_pace_ms >= 0)
		return m->own_pace_ms > m->delay_ms ? m->own_pace_ms : m->delay_ms;
	return m->delay_ms >= 0 ? m->delay_ms : r->pace_ms;
}

int64_t manners_budget(const struct manners *m, const struct manners_rules *r)
{
	return m->own_budget >= 0 ? m->own_budget : r->budget;
}

int64_t manners_today(const struct manners *m, int64_t wall_ms)
{
	return wall_ms / DAY_MS == m->day ? m->today : 0;
}

static bool spent(const struct manners *m, const struct manners_rules *r, int64_t wall_ms)
{
	return manners_today(m, wall_ms) >= manners_budget(m, r);
}

int64_t manners_due_ms(const struct manners *m, const struct manners_rules *r, int64_t now_ms,
		       int64_t wall_ms)
{
	int64_t due = m->rested_ms > m->hold_ms ? m->rested_ms : m->hold_ms;

	if (spent(m, r, wall_ms)) {
		int64_t tomorrow = now_ms + DAY_MS - wall_ms % DAY_MS;

		due = due > tomorrow ? due : tomorrow;
	}
	return due;
}

enum manners_state manners_state(const struct manners *m, const struct manners_rules *r,
				 int64_t now_ms, int64_t wall_ms)
{
	if (m->busy)
		return MANNERS_BUSY;
	if (m->hold_ms > now_ms)
		return m->open ? MANNERS_OPEN : MANNERS_BACKOFF;
	if (spent(m, r, wall_ms))
		return MANNERS_SPENT;
	return m->rested_ms > now_ms ? MANNERS_RESTING : MANNERS_READY;
}

const char *manners_state_name(enum manners_state s)
{
	static const char *const names[] = {"ready", "busy", "resting", "backoff", "open", "spent"};

	return names[s];
}

void manners_began(struct manners *m, int64_t wall_ms)
{
	int64_t day = wall_ms / DAY_MS;

	if (day != m->day) {
		m->day = day;
		m->today = 0;
	}
	m->today++;
	m->busy = true;
	m->trying = m->open;
}

/* Up to a quarter more, so that many do not come at once. */
static int64_t jittered(int64_t ms, uint32_t chance)
{
	return ms + ms / 4 * (int64_t)(chance % 1024) / 1024;
}

static int64_t doubled(int64_t ms, int times, int64_t most)
{
	while (times-- > 0 && ms < most)
		ms *= 2;
	return ms < most ? ms : most;
}

static void open_breaker(struct manners *m, uint32_t chance, int64_t now_ms)
{
	m->open_for_ms =
		m->trying ? doubled(m->open_for_ms, 1, MANNERS_OPEN_MAX_MS) : MANNERS_OPEN_MS;
	m->open = true;
	m->hold_ms = now_ms + jittered(m->open_for_ms, chance);
}

void manners_ended(struct manners *m, const struct manners_rules *r, enum manners_outcome o,
		   int64_t retry_after_ms, uint32_t chance, int64_t now_ms)
{
	m->busy = false;
	m->rested_ms = now_ms + jittered(manners_pace_ms(m, r), chance);
	if (o == MANNERS_OURS) {
		m->trying = false;
		return;
	}
	if (o == MANNERS_FINE) {
		manners_reset(m);
	} else {
		m->failures += o == MANNERS_BLOCKED ? 2 : 1;
		if (m->trying || m->failures >= MANNERS_FAILURES)
			open_breaker(m, chance, now_ms);
		else
			m->hold_ms = now_ms + jittered(doubled(MANNERS_BACKOFF_MS, m->failures - 1,
							       MANNERS_BACKOFF_MAX_MS),
						       chance);
	}
	m->trying = false;
	if (retry_after_ms > MANNERS_RETRY_MAX_MS)
		retry_after_ms = MANNERS_RETRY_MAX_MS;
	if (retry_after_ms > 0 && m->hold_ms < now_ms + retry_after_ms)
		m->hold_ms = now_ms + retry_after_ms;
}

void manners_reset(struct manners *m)
{
	m->open = m->trying = false;
	m->failures = 0;
	m->hold_ms = m->open_for_ms = 0;
}
