#pragma once
/* Samples as bytes: exact, each relative to the one before it; 10 to 20 bytes with all phases.
 * Used for the journal's rows and for what memory keeps. Decoding accepts any bytes. */
#include "daemon/store/series.h"
#include "shared/varint.h"

/* What can be stored; clamp brings a sample into it. */
enum { SAMPLE_ENCODED_MAX = 64, JOURNAL_ENCODED_MAX = SAMPLE_ENCODED_MAX + 10 };
#define SAMPLE_AT_MAX_MS   INT64_C(0xFFFFFFFFFFFF) /* 48 bits: the year 10889 */
#define SAMPLE_SPAN_MAX_MS (INT64_C(366) * 24 * 3600 * 1000)
#define SAMPLE_TIME_MAX_US (INT64_C(24) * 3600 * 1000 * 1000)

/** What the next sample is relative to; starts as zeros. */
struct sample_context {
	int64_t at_ms, span_ms;
};

struct sample sample_clamp(const struct sample *s);
/** s must be clamped; its monitor is not written. */
void sample_put(struct bytes_writer *w, struct sample_context *c, const struct sample *s);
/** False at malformed bytes. monitor is left 0. */
bool sample_get(struct bytes_reader *r, struct sample_context *c, struct sample *s);

/** Only what was measured, of one sample whose context is not known: outcome, total and phases;
 * false at malformed bytes. */
bool sample_get_measured(const uint8_t *data, size_t n, struct sample *s);

/** A journal row: samples sorted by monitor. previous is the monitor of the one before, first 0. */
void journal_put(struct bytes_writer *w, struct sample_context *c, uint64_t *previous,
		 const struct sample *s);
bool journal_get(struct bytes_reader *r, struct sample_context *c, uint64_t *previous,
		 struct sample *s);
