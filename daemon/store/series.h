#pragma once
/* Samples of monitors: outcome and time of every check.
 *
 * Once a second what was measured is one row of `sample_journal` (time-ordered, so writing is
 * sequential; a row per (time, monitor) in a tree keyed by monitor wrote 55 times as much). About
 * once an hour, staggered by the monitor's hash, a monitor's samples move into its chunk (at most 256
 * samples or 24 h, about 2 bytes a sample) and into hourly and daily roll-ups with a mergeable
 * histogram and sums of the phases. Journal rows whose samples have all moved are deleted. At
 * start the journal is replayed. Readers see chunks plus memory, so nothing is ever late. */
#include "daemon/store/store.h"
#include "shared/hist.h"

enum outcome { OUTCOME_NONE, OUTCOME_UP, OUTCOME_DEGRADED, OUTCOME_DOWN, OUTCOME_UNKNOWN,
	       OUTCOME_MAINTENANCE, OUTCOME_COUNT };
const char *outcome_name(enum outcome o);

enum phase { PHASE_RESOLVE, PHASE_CONNECT, PHASE_TLS, PHASE_FIRST_BYTE, PHASE_TRANSFER, PHASE_COUNT };
const char *phase_name(enum phase p);

struct sample {
	uint64_t monitor;
	int64_t at_ms;
	enum outcome outcome;
	int64_t total_us;	     /* -1: none */
	int64_t phase_us[PHASE_COUNT]; /* -1: none */
	int64_t span_ms;	     /* how long this outcome counts: the interval, for uptime */
};

struct series;
/** Belongs to the store; load replays the journal. */
struct series *store_series(struct store *s);

/** Journal a batch inside an operation and put it into memory after the commit. */
enum err series_append(struct txn *t, const struct sample *samples, size_t n, struct error *e);
/** A background operation that moves what is due; the store schedules it itself (each append looks).
 *  all=true at a clean end or on request. */
enum err series_compact(struct txn *t, bool all, struct error *e);
/** Drop everything of a deleted monitor. */
enum err series_forget(struct txn *t, uint64_t monitor, struct error *e);

struct series_point {
	int64_t at_ms, span_ms; /* start and length */
	uint32_t count[OUTCOME_COUNT];
	int64_t known_ms, up_ms; /* up counts up and degraded; known excludes unknown and maintenance */
	int64_t p50_us, p95_us, p99_us; /* -1 when nothing was measured */
	int64_t phase_us[PHASE_COUNT];	/* mean; -1 */
};

/** Points of equal length over [from, until). step_ms is raised to what the kept data allows (raw:
 *  any; hourly: whole hours; daily: whole days). Also the total over the whole span.
 *  Thread: not a loop's. @return number of points written to out (at most max). */
int series_query(struct store *s, uint64_t monitor, int64_t from_ms, int64_t until_ms, int max,
		 struct series_point *out, struct series_point *total, struct error *e);
/** Latest raw samples, newest first, from memory and chunks. Phases only where still known. */
int series_latest(struct store *s, uint64_t monitor, int max, struct sample *out, struct error *e);

/** From memory only, for lists; thread: any; false when unknown monitor. Cheap (<= 2 µs): kept up to date
 *  by append. */
struct series_summary {
	int64_t p50_1h_us, p95_1h_us; /* -1 */
	int64_t up_24h_ms, known_24h_ms;
	char spark[25];	     /* 24 hours, oldest first: . up  o degraded  x down  ? unknown, space nothing */
	struct sample last;  /* outcome NONE: nothing yet */
};
bool series_summary(struct store *s, uint64_t monitor, struct series_summary *out);
