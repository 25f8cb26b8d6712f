#pragma once
/* A mergeable histogram with logarithmic buckets for durations in microseconds.
 *
 * Bucket 0 holds 0; bucket i >= 1 holds [1.02^(i-1), 1.02^i) µs, so a percentile read back is
 * within 1 % of the true value (the bucket's middle). HDR/DDSketch family: Masson et al., 2019,
 * "DDSketch", §2. 1024 buckets reach 10 minutes. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HIST_BUCKETS = 1024 };

struct hist {
	uint32_t count[HIST_BUCKETS];
	uint64_t total;
};

unsigned hist_bucket(int64_t us);
/** Middle of a bucket, µs. */
int64_t hist_value(unsigned bucket);
void hist_add(struct hist *h, int64_t us);
void hist_merge(struct hist *into, const struct hist *from);
/** Value at q in 0..1 (nearest rank), µs; -1 when empty. */
int64_t hist_quantile(const struct hist *h, double q);
/** Sparse varint encoding. @return bytes written, 0 when cap is too small. */
size_t hist_encode(const struct hist *h, uint8_t *out, size_t cap);
/** Adds the encoded histogram to h; false on malformed bytes (h unspecified then). */
bool hist_decode_add(struct hist *h, const uint8_t *data, size_t n);
enum { HIST_ENCODED_MAX = HIST_BUCKETS * 7 + 16 };
