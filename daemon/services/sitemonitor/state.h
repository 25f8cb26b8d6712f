#pragma once
/* The state machine of a monitor: what a row of outcomes means. Pure: no clock, no store, no memory
 * of its own.
 *
 * There is a confirmed state (base) and what covers it while it shows:
 *   pending   first failures of something that was not down: not confirmed yet
 *   flapping  its answers change so often that no decision is made until they settle (flapping.h):
 *             the confirmed state, and an incident, stay as they were until then
 *   unknown   several checks in a row could not tell, or nobody was there to look
 *   paused, maintenance   held by a person
 * A failure that was not confirmed leaves no trace in the confirmed state: up since March stays up
 * since March. */
#include <stdbool.h>
#include <stdint.h>

#include "daemon/store/series.h"

enum monitor_state {
	STATE_NEW,
	STATE_UP,
	STATE_DEGRADED,
	STATE_PENDING,
	STATE_DOWN,
	STATE_UNKNOWN,
	STATE_FLAPPING,
	STATE_MAINTENANCE,
	STATE_PAUSED,
	STATE_COUNT,
};
const char *monitor_state_name(enum monitor_state s);
/** STATE_COUNT when there is no such word. */
enum monitor_state monitor_state_parse(const char *name);

/** One instant on both clocks: wall is stored and shown, durations come from boot. */
struct moment {
	int64_t wall_ms, boot_ms;
};

struct rules {
	uint16_t failures; /* consecutive bad checks until down; also unknown ones until unknown */
	uint16_t recoveries; /* consecutive good ones until up again */
	uint16_t slow_after; /* consecutive degraded ones until degraded */
	bool flaps;          /* look for flapping */
};

/** All that is remembered between checks; zeroed is a new monitor. */
struct track {
	enum monitor_state base : 8; /* STATE_NEW UP DEGRADED DOWN */
	enum monitor_state hold : 8; /* STATE_NEW: none, else PAUSED or MAINTENANCE */
	bool quiet_unknown;          /* unknown because nobody looked: nothing to announce */
	bool flapping;
	/* consecutive outcomes; an unknown one neither breaks nor extends the others */
	uint32_t fails, oks, slows, fasts, unknowns;
	uint32_t recent; /* which of the last results were another than the one before */
	struct moment base_since, hold_since;
	struct moment first_bad, first_good, first_slow, first_fast, first_unknown;
	struct moment flapping_since;
};

/** What one step did. from and to are states as shown. */
struct change {
	enum monitor_state from, to;
	bool opened; /* an incident begins, at track_since() */
	bool closed; /* it ends, at `end` */
	bool quiet;  /* shown, but no event */
	struct moment end;
};

struct change track_step(struct track *t, const struct rules *r, enum outcome outcome,
			 struct moment now);
/** Hold or release (STATE_NEW). Pausing forgets the past: what comes after is judged anew. */
struct change track_hold(struct track *t, const struct rules *r, enum monitor_state hold,
			 struct moment now);
/** Nobody looked since then (the daemon was away, the machine slept): unknown until the next check,
 *  without an announcement, and no streak changes. */
struct change track_gap(struct track *t, const struct rules *r, struct moment since);
/** A check that could not see the target for our own fault: as track_gap, also for a new monitor.
 */
struct change track_blind(struct track *t, const struct rules *r, struct moment since);

enum monitor_state track_state(const struct track *t, const struct rules *r);
struct moment track_since(const struct track *t, const struct rules *r);
/** A decision is pending: look again after retry_interval instead of interval. */
bool track_undecided(const struct track *t, const struct rules *r);
/** t with its counters cut where more of them changes nothing: what is worth writing again when it
 *  differs from what was written last. */
struct track track_essence(const struct track *t, const struct rules *r);
bool track_equal(const struct track *a, const struct track *b);
/** The same for tracks that are equal; never 0. */
uint64_t track_print(const struct track *t);
