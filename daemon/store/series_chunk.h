#pragma once
/* At most 256 samples of one monitor over at most 24 hours, about 1.2 bytes each.
 *
 * Kept are the time to within a second, outcome and span, and the total time as a bucket of
 * shared/hist.h, so within 1 %. A time that is less than a second off the one expected (as far from
 * the last as that was from its last) is kept as expected: then a regular monitor's times cost
 * nothing, and the difference never adds up, because it is always taken against the true time. */
#include "daemon/store/series.h"

enum { CHUNK_SAMPLES = 256, CHUNK_ENCODED_MAX = 16 + CHUNK_SAMPLES * (12 + 10 + 3) };
enum { CHUNK_SPAN_S = 24 * 3600 };

struct chunk {
	unsigned n;
	int64_t low_s, high_s;       /* the earliest and the latest time */
	int64_t at_s[CHUNK_SAMPLES]; /* in order of arrival; a clock may have gone back */
	int64_t span_ms[CHUNK_SAMPLES];
	int16_t bucket[CHUNK_SAMPLES]; /* -1: no total time */
	uint8_t outcome[CHUNK_SAMPLES];
};

/** Add a sample. @return false when the chunk is full: 256 samples, or 24 hours would be passed */
bool chunk_add(struct chunk *c, const struct sample *s);
/** Sample i as it was kept: rounded, no phases. */
struct sample chunk_sample(const struct chunk *c, uint64_t monitor, unsigned i);
/** @return bytes written, 0 when cap is too small (CHUNK_ENCODED_MAX always suffices) */
size_t chunk_encode(const struct chunk *c, uint8_t *out, size_t cap);
/** False on malformed bytes, then c is empty. No bytes at all are an empty chunk. */
bool chunk_decode(struct chunk *c, const uint8_t *data, size_t n);
