#pragma once
/* What a stretch of time adds up to: an hour, a day, or a point of a chart.
 *
 * A sample belongs to the stretch its time lies in, with its whole span. After a clock went back a
 * stretch may thus know more milliseconds than it has: rollup_point scales them down, so that
 * nothing is ever above 100 %. */
#include "daemon/store/series.h"

struct rollup {
	uint32_t count[OUTCOME_COUNT];
	uint64_t known_ms, up_ms;
	uint64_t phase_sum_us[PHASE_COUNT];
	uint32_t phase_n[PHASE_COUNT];
	struct hist total;
};

enum { ROLLUP_ENCODED_MAX = OUTCOME_COUNT * 5 + 2 * 10 + 1 + PHASE_COUNT * 15 + HIST_ENCODED_MAX };

bool outcome_known(enum outcome o); /* up, degraded or down */
bool outcome_up(enum outcome o);    /* up or degraded */

void rollup_add(struct rollup *r, const struct sample *s);
/** A sample without phases whose total time is in a bucket of shared/hist.h; -1: none. */
void rollup_add_bucket(struct rollup *r, enum outcome o, int64_t span_ms, int bucket);
void rollup_merge(struct rollup *into, const struct rollup *from);
/** @return bytes written, 0 when cap is too small (ROLLUP_ENCODED_MAX always suffices) */
size_t rollup_encode(const struct rollup *r, uint8_t *out, size_t cap);
/** Add what was encoded; false on malformed bytes (r unspecified then). */
bool rollup_decode_add(struct rollup *r, const uint8_t *data, size_t n);
/** Fill p with what r holds of [at, at + span), known and up time no longer than that. */
void rollup_point(const struct rollup *r, int64_t at_ms, int64_t span_ms, struct series_point *p);
