#pragma once
/* The last 24 hours of a monitor in short, for lists: what happened in each, known and up time. */
#include "daemon/store/series.h"

enum { CELL_COUNT = 24, CELLS_ENCODED_MAX = 10 + CELL_COUNT * 11 };

/* Outcomes and known time in one number: there are a hundred thousand times CELL_COUNT. Known time
 * stops at 37 hours; together the cells never tell more than a day. */
enum { CELL_SEEN_BITS = 5, CELL_KNOWN_MAX_MS = (1 << (32 - CELL_SEEN_BITS)) - 1 };

struct cells {
	uint32_t *down_ms; /* CELL_COUNT of them, at most known; NULL: never down */
	int32_t last_hour; /* since 1970; cell h is at h % CELL_COUNT; all empty at 0 */
	/* known ms, then a bit for each outcome but OUTCOME_NONE */
	uint32_t cell[CELL_COUNT];
};

void cells_fini(struct cells *c);

/** A sample a day or more off starts anew: samples come as they are measured, so the clock was set.
 */
void cells_add(struct cells *c, const struct sample *s);
/** The 24 hours up to and with the one of now_ms. Known time is at most 24 h, up at most known. */
void cells_read(const struct cells *c, int64_t now_ms, struct series_summary *out);
size_t cells_encode(const struct cells *c, uint8_t *out, size_t cap);
/** False on malformed bytes, then c is empty. */
bool cells_decode(struct cells *c, const uint8_t *data, size_t n);
