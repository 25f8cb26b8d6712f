#include "daemon/services/sitemonitor/state.h"

#include <string.h>

#include "daemon/services/sitemonitor/flapping.h"
#include "shared/hash.h"

static const char *const names[STATE_COUNT] = {
	[STATE_NEW] = "new",           [STATE_UP] = "up",
	[STATE_DEGRADED] = "degraded", [STATE_PENDING] = "pending",
	[STATE_DOWN] = "down",         [STATE_UNKNOWN] = "unknown",
	[STATE_FLAPPING] = "flapping", [STATE_MAINTENANCE] = "maintenance",
	[STATE_PAUSED] = "paused",
};

const char *monitor_state_name(enum monitor_state s)
{
	return (unsigned)s < STATE_COUNT ? names[s] : "new";
}

enum monitor_state monitor_state_parse(const char *name)
{
	for (int i = 0; i < STATE_COUNT; i++)
		if (!strcmp(names[i], name))
			return (enum monitor_state)i;
	return STATE_COUNT;
}

static unsigned at_least_one(unsigned n)
{
	return n ? n : 1;
}

static void count(uint32_t *streak, struct moment *first, struct moment now)
{
	if (*streak == 0)
		*first = now;
	if (*streak < UINT32_MAX)
		++*streak;
}

/* Before the streaks are counted on. Not in a maintenance: there it may go up and down. */
static void look_for_flapping(struct track *t, const struct rules *r, bool bad, struct moment now)
{
	bool was = t->flapping;
	if (!r->flaps || t->hold != STATE_NEW)
		return;
	t->recent = flap_add(t->recent, bad ? t->oks > 0 : t->fails > 0);
	t->flapping = flap_judge(t->recent, was);
	if (t->flapping && !was)
		t->flapping_since = now;
}

static void step_bad(struct track *t, const struct rules *r, struct moment now, struct change *c)
{
	count(&t->fails, &t->first_bad, now);
	t->oks = t->slows = t->fasts = t->unknowns = 0;
	if (t->flapping || t->base == STATE_DOWN || t->fails < at_least_one(r->failures))
		return;
	t->base = STATE_DOWN;
	t->base_since = t->first_bad;
	c->opened = true;
}

static void settle(struct track *t, enum monitor_state base, struct moment since)
{
	t->base = base;
	t->base_since = since;
}

static void step_good(struct track *t, const struct rules *r, bool slow, struct moment now,
		      struct change *c)
{
	count(&t->oks, &t->first_good, now);
	t->fails = t->unknowns = 0;
	if (slow) {
		count(&t->slows, &t->first_slow, now);
		t->fasts = 0;
	} else {
		count(&t->fasts, &t->first_fast, now);
		t->slows = 0;
	}
	if (t->flapping)
		return;
	switch (t->base) {
	case STATE_DOWN:
		if (t->oks < at_least_one(r->recoveries))
			break;
		c->closed = true;
		c->end = t->first_good;
		settle(t, t->slows == t->oks ? STATE_DEGRADED : STATE_UP, t->first_good);
		break;
	case STATE_UP:
		if (t->slows >= at_least_one(r->slow_after))
			settle(t, STATE_DEGRADED, t->first_slow);
		break;
	case STATE_DEGRADED:
		if (t->fasts >= at_least_one(r->recoveries))
			settle(t, STATE_UP, t->first_fast);
		break;
	case STATE_NEW: /* nothing was known, so the first good answer decides */
	case STATE_PENDING:
	case STATE_UNKNOWN:
	case STATE_FLAPPING:
	case STATE_MAINTENANCE:
	case STATE_PAUSED:
	case STATE_COUNT: settle(t, slow ? STATE_DEGRADED : STATE_UP, now); break;
	}
}

struct change track_step(struct track *t, const struct rules *r, enum outcome outcome,
			 struct moment now)
{
	struct change c = {.from = track_state(t, r)};
	bool was_quiet = c.from == STATE_UNKNOWN && t->quiet_unknown;
	enum monitor_state base = t->base;
	c.to = c.from;
	if (t->hold == STATE_PAUSED)
		return c;
	switch (outcome) {
	case OUTCOME_DOWN:
		look_for_flapping(t, r, true, now);
		step_bad(t, r, now, &c);
		t->quiet_unknown = false;
		break;
	case OUTCOME_UP:
	case OUTCOME_DEGRADED:
		look_for_flapping(t, r, false, now);
		step_good(t, r, outcome == OUTCOME_DEGRADED, now, &c);
		t->quiet_unknown = false;
		break;
	case OUTCOME_UNKNOWN: count(&t->unknowns, &t->first_unknown, now); break;
	case OUTCOME_NONE:
	case OUTCOME_MAINTENANCE:
	case OUTCOME_COUNT: break;
	}
	c.to = track_state(t, r);
	c.quiet = t->hold != STATE_NEW || (was_quiet && t->base == base);
	return c;
}

struct change track_hold(struct track *t, const struct rules *r, enum monitor_state hold,
			 struct moment now)
{
	struct change c = {.from = track_state(t, r)};
	if (hold == STATE_PAUSED && t->hold != STATE_PAUSED) {
		c.closed = t->base == STATE_DOWN;
		c.end = now;
		*t = (struct track){0};
	} else if (hold == STATE_NEW && t->hold == STATE_PAUSED) {
		*t = (struct track){.base_since = now};
	} else if (hold == STATE_MAINTENANCE) {
		t->flapping = false;
		t->recent = 0;
	}
	if (t->hold != hold)
		t->hold_since = now;
	t->hold = hold;
	c.to = track_state(t, r);
	return c;
}

struct change track_gap(struct track *t, const struct rules *r, struct moment since)
{
	enum monitor_state s = track_state(t, r);
	if (s == STATE_NEW)
		return (struct change){.from = s, .to = s, .quiet = true};
	return track_blind(t, r, since);
}

struct change track_blind(struct track *t, const struct rules *r, struct moment since)
{
	struct change c = {.from = track_state(t, r), .quiet = true};
	if (t->hold != STATE_PAUSED && c.from != STATE_UNKNOWN) {
		t->unknowns = at_least_one(r->failures);
		t->first_unknown = since;
		t->quiet_unknown = true;
	}
	c.to = track_state(t, r);
	return c;
}

enum monitor_state track_state(const struct track *t, const struct rules *r)
{
	if (t->hold != STATE_NEW)
		return t->hold;
	if (t->unknowns >= at_least_one(r->failures))
		return STATE_UNKNOWN;
	if (t->flapping)
		return STATE_FLAPPING;
	if (t->base != STATE_DOWN && t->fails > 0)
		return STATE_PENDING;
	return t->base;
}

struct moment track_since(const struct track *t, const struct rules *r)
{
	switch (track_state(t, r)) {
	case STATE_PAUSED:
	case STATE_MAINTENANCE: return t->hold_since;
	case STATE_UNKNOWN: return t->first_unknown;
	case STATE_PENDING: return t->first_bad;
	case STATE_FLAPPING: return t->flapping_since;
	case STATE_NEW:
	case STATE_UP:
	case STATE_DEGRADED:
	case STATE_DOWN:
	case STATE_COUNT: break;
	}
	return t->base_since;
}

bool track_undecided(const struct track *t, const struct rules *r)
{
	if (t->hold == STATE_PAUSED)
		return false;
	if (t->unknowns > 0 && t->unknowns < at_least_one(r->failures))
		return true;
	if (t->flapping) /* that takes long, and nobody should wait for it */
		return false;
	return t->base == STATE_DOWN ? t->oks > 0 : t->fails > 0;
}

static uint32_t cut(uint32_t n, unsigned max)
{
	return n < at_least_one(max) ? n : at_least_one(max);
}

/* The first moments of streaks that ended or no longer matter would differ at each check. */
static void forget_unless(bool matters, struct moment *m)
{
	if (!matters)
		*m = (struct moment){0};
}

struct track track_essence(const struct track *t, const struct rules *r)
{
	struct track e = *t;
	e.fails = cut(t->fails, r->failures);
	e.oks = cut(t->oks, t->base == STATE_DOWN ? r->recoveries : 1);
	e.slows = cut(t->slows, r->slow_after);
	e.fasts = cut(t->fasts, t->base == STATE_DEGRADED ? r->recoveries : 1);
	e.unknowns = cut(t->unknowns, r->failures);
	forget_unless(t->fails > 0, &e.first_bad);
	forget_unless(t->base == STATE_DOWN && t->oks > 0, &e.first_good);
	forget_unless(t->slows > 0, &e.first_slow);
	forget_unless(t->base == STATE_DEGRADED && t->fasts > 0, &e.first_fast);
	forget_unless(t->unknowns > 0, &e.first_unknown);
	forget_unless(t->flapping, &e.flapping_since);
	return e;
}

static bool same(struct moment a, struct moment b)
{
	return a.wall_ms == b.wall_ms;
}

uint64_t track_print(const struct track *t)
{
	const int64_t all[] = {
		t->base,
		t->hold,
		t->fails,
		t->oks,
		t->slows,
		t->fasts,
		t->unknowns,
		t->quiet_unknown,
		t->flapping,
		t->recent != 0, /* it moves at each check: written with what makes it move */
		t->base_since.wall_ms,
		t->hold_since.wall_ms,
		t->first_bad.wall_ms,
		t->first_good.wall_ms,
		t->first_slow.wall_ms,
		t->first_fast.wall_ms,
		t->first_unknown.wall_ms,
		t->flapping_since.wall_ms,
	};
	uint64_t print = hash_bytes(all, sizeof(all));
	return print ? print : 1;
}

bool track_equal(const struct track *a, const struct track *b)
{
	return a->base == b->base && a->hold == b->hold && a->fails == b->fails &&
	       a->oks == b->oks && a->slows == b->slows && a->fasts == b->fasts &&
	       a->unknowns == b->unknowns && a->quiet_unknown == b->quiet_unknown &&
	       a->flapping == b->flapping && !a->recent == !b->recent &&
	       same(a->base_since, b->base_since) && same(a->hold_since, b->hold_since) &&
	       same(a->first_bad, b->first_bad) && same(a->first_good, b->first_good) &&
	       same(a->first_slow, b->first_slow) && same(a->first_fast, b->first_fast) &&
	       same(a->first_unknown, b->first_unknown) &&
	       same(a->flapping_since, b->flapping_since);
}
