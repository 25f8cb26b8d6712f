#pragma once
/* Figures of the past as JSON. */
#include "daemon/store/series.h"
#include "shared/json.h"

/** Thousandths as a number with three decimals, null below zero: it is not known. */
static inline void write_thousandths(struct json_writer *w, const char *key, int64_t value)
{
	jw_key(w, key);
	if (value >= 0)
		jw_fixed(w, value, 3);
	else
		jw_null(w);
}

/** Microseconds as milliseconds, null when nothing was measured. */
static inline void write_us(struct json_writer *w, const char *key, int64_t us)
{
	write_thousandths(w, key, us);
}

/** Up of known time, percent; null when nothing is known. Rounded down: 100 is said only of what
 * was never down. */
static inline void write_uptime(struct json_writer *w, const char *key,
				const struct series_point *p)
{
	jw_key(w, key);
	if (p->known_ms > 0)
		jw_fixed(w, p->up_ms * 100000 / p->known_ms, 3);
	else
		jw_null(w);
}

/** Answers that were looked at: without maintenance. */
static inline int64_t measured(const struct series_point *p)
{
	return (int64_t)p->count[OUTCOME_UP] + p->count[OUTCOME_DEGRADED] + p->count[OUTCOME_DOWN] +
	       p->count[OUTCOME_UNKNOWN];
}
