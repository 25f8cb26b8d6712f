#pragma once
/* Figures of the past as JSON. */
#include "daemon/store/series.h"
#include "shared/json.h"

/** Microseconds as milliseconds, null when nothing was measured. */
static inline void write_us(struct json_writer *w, const char *key, int64_t us)
{
	jw_key(w, key);
	if (us >= 0)
		jw_fixed(w, us, 3);
	else
		jw_null(w);
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
