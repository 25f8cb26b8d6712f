#pragma once
/* When something recurring is due, as pure functions of CLOCK_BOOTTIME milliseconds.
 *
 * Each thing has a phase inside its interval, taken from its id: ten thousand of them starting
 * together spread evenly, and being late once never shifts the grid. */
#include <stdint.h>

/** The first instant after now on the grid phase + n * interval, phase = hash_id(id)
 * (shared/hash.h) mod interval.
 */
int64_t schedule_next(uint64_t id, int64_t interval_ms, int64_t now_ms);
/** A repeat soon: now + delay, and up to a tenth later by a jitter that differs from id to id and
 *  from try to try. */
int64_t schedule_retry(uint64_t id, unsigned attempt, int64_t delay_ms, int64_t now_ms);
/** First instant after a start. elapsed_ms: since it was last run by the wall clock, < 0: never.
 *  On its grid when that keeps the interval; what is overdue spreads over at most spread_ms. */
int64_t schedule_resume(uint64_t id, int64_t interval_ms, int64_t elapsed_ms, int64_t spread_ms,
			int64_t now_ms);
