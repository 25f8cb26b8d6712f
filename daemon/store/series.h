#pragma once
/* Samples of monitors: outcome and time of every check.
 *
 * What was measured together is one row of `sample_journal` (time-ordered, so writing is
 * sequential; a row per (time, monitor) in a tree keyed by monitor wrote 55 times as much). Once an
 * hour each monitor's samples move: into its chunk (at most 256 samples or 24 h, about 1.4 bytes a
 * sample on disk) and into hourly and daily roll-ups with a mergeable histogram and sums of the
 * phases. Monitors take turns in the order of their ids, spread over the hour, so that neighbours
 * share the pages they write; one that has many samples comes earlier. Journal rows go when they
 * are an hour old and all their samples have moved. At start the journal is replayed. Readers see
 * tables plus memory, so nothing is ever late.
 *
 * A sample belongs to the hour, the day and the point of a chart in which its time lies, with its
 * whole span; a stretch never knows more time than it has, known and up time are then scaled down
 * together. Samples may come in any order of time: a clock that goes back loses nothing. */
#include "daemon/store/store.h"
#include "shared/hist.h"

enum outcome {
	OUTCOME_NONE,
	OUTCOME_UP,
	OUTCOME_DEGRADED,
	OUTCOME_DOWN,
	OUTCOME_UNKNOWN,
	OUTCOME_MAINTENANCE,
	OUTCOME_COUNT
};
const char *outcome_name(enum outcome o);

enum phase {
	PHASE_RESOLVE,
	PHASE_CONNECT,
	PHASE_TLS,
	PHASE_FIRST_BYTE,
	PHASE_TRANSFER,
	PHASE_COUNT
};
const char *phase_name(enum phase p);

struct sample {
	uint64_t monitor;
	int64_t at_ms;
	enum outcome outcome;
	int64_t total_us;              /* -1: none */
	int64_t phase_us[PHASE_COUNT]; /* -1: none */
	int64_t span_ms;               /* how long this outcome counts: the interval, for uptime */
};

struct series;
/** Belongs to the store; load replays the journal. */
struct series *store_series(struct store *s);

/** Journal a batch inside an operation and put it into memory after the commit. */
enum err series_append(struct txn *t, const struct sample *samples, size_t n, struct error *e);
/** Move what is due, up to 64 monitors (1 to 2 ms); it queues itself in the background after
 * appends. all=true moves everything in one operation (about 25 µs a monitor): at a clean end or on
 * request.
 */
enum err series_compact(struct txn *t, bool all, struct error *e);
/** Drop everything of a deleted monitor. */
enum err series_forget(struct txn *t, uint64_t monitor, struct error *e);

struct series_point {
	int64_t at_ms, span_ms; /* start and length */
	uint32_t count[OUTCOME_COUNT];
	int64_t known_ms;               /* excludes unknown and maintenance */
	int64_t up_ms;                  /* up and degraded */
	int64_t p50_us, p95_us, p99_us; /* -1 when nothing was measured */
	int64_t phase_us[PHASE_COUNT];  /* mean; -1 */
};

/** Points of equal length over [from, until), and the total over the whole span.
 *
 * Points are (until - from) / max long, and at least what the kept data allow. Below an hour they
 * come from single samples; from an hour on they are whole UTC hours and from a day on whole UTC
 * days, and then begin and end on such a boundary, at or outside the span asked for.
 *
 * The total is of exactly the span, put together from days, hours and single samples. Only where
 * samples (or hours) are no longer kept does an edge move out to its hour (or day); at_ms and
 * span_ms say so.
 *
 * @param max  0: only the total; at most 2000 points are made
 * @return the number of points, or an enum err (negative); ERR_INVALID for an empty span
 * Thread: not a loop's. */
int series_query(struct store *s, uint64_t monitor, int64_t from_ms, int64_t until_ms, int max,
		 struct series_point *out, struct series_point *total, struct error *e);
/** Latest samples, newest first: those of the last hour exact and with phases, older ones to the
 * second and 1 %, without phases.
 * @return their number, or an enum err (negative). Thread: not a loop's. */
int series_latest(struct store *s, uint64_t monitor, int max, struct sample *out, struct error *e);

/** From memory only, for lists. */
struct series_summary {
	/* Of the last hour, or of the 128 to 3600 samples kept of a fast monitor; -1: none. */
	int64_t p50_1h_us, p95_1h_us;
	int64_t up_24h_ms, known_24h_ms;
	/* 24 hours, oldest first: . up  o degraded  x down  ? unknown, space nothing */
	char spark[25];
	struct sample last; /* outcome NONE: nothing yet */
};
/** @return false when the monitor has no samples. Cheap (<= 2 µs). Thread: any. */
bool series_summary(struct store *s, uint64_t monitor, struct series_summary *out);

/** The total over [from, until) from memory alone, which has about the last hour.
 *  @return false when it does not reach back so far: ask series_query. Thread: any; 1 to 2 us for
 *  an hour of one sample a minute. */
bool series_recent(struct store *s, uint64_t monitor, int64_t from_ms, int64_t until_ms,
		   struct series_point *out);
