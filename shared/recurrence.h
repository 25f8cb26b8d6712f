#pragma once
/* Windows of time: one, or those of a schedule on the wall clock of a zone. Pure.
 *
 * The wall time and the zone are what is kept; instants follow from them when they are needed. On
 * the night when the clocks go forward, a start that is skipped (02:30) is the end of the gap
 * (03:00); on the night when they go back, a start that comes twice is the first one. So a daily
 * window opens once each night. It lasts its real duration, whatever the clocks do meanwhile. */
#include <stdbool.h>
#include <stdint.h>

#include "shared/err.h"
#include "shared/tz.h"

/** As written; NULL for what is not given. Exactly one of: cron; rrule with start; start alone. */
struct recurrence_spec {
	const char *cron;
	const char *rrule; /* RFC 5545, see shared/rrule.h */
	const char *start; /* wall time in the zone or RFC 3339; of cron: none before it */
	const char *end;   /* of one window, instead of for_ms */
	const char *until; /* none begins at or after it */
	const char *zone;  /* IANA */
	int64_t for_ms;
};

struct recurrence; /* immutable: any thread */

/** @return NULL with e filled: which field, why, what to give instead. */
struct recurrence *recurrence_new(const struct recurrence_spec *s, struct error *e);
void recurrence_free(struct recurrence *r);
const struct tz *recurrence_zone(const struct recurrence *r);

struct occurrence {
	int64_t start_ms, end_ms; /* half open */
};

/** The first one that starts strictly after; false when there is none any more. */
bool recurrence_next(const struct recurrence *r, int64_t after_ms, struct occurrence *out);
/** The one that holds then; of several the one that started last. */
bool recurrence_at(const struct recurrence *r, int64_t now_ms, struct occurrence *out);

enum { OCCURRENCE_NOTE = 96 };
/** What the clocks do to it, "" when nothing: "02:30 comes twice: the first". */
const char *occurrence_note(const struct tz *z, const struct occurrence *o,
			    char out[static OCCURRENCE_NOTE]);

/** "2026-12-01 02:30[:15]" (or with T) in the zone, or RFC 3339. False: neither. */
bool wall_time_parse(const char *text, const struct tz *z, int64_t *ms);
