#pragma once
/* What is still growing of one monitor: its chunk, and roll-ups that wait for their table. */
#include "daemon/store/series_chunk.h"
#include "daemon/store/series_rollup.h"

/* Above WAIT those that are over go to their table even when the chunk is not full. */
enum { OPEN_ROLLUPS = 16, OPEN_ROLLUPS_WAIT = 8 };
enum { OPEN_ROLLUPS_MAX = OPEN_ROLLUPS * (ROLLUP_ENCODED_MAX + 16) };

struct open_rollup {
	bool day;
	int64_t start; /* hours or days since 1970 */
	struct rollup rollup;
};

struct open_state {
	struct chunk chunk;
	unsigned count;
	struct open_rollup rollups[OPEN_ROLLUPS];
};

void open_clear(struct open_state *o);
/** Add s to the hour and the day of at_ms. @return false when there is no place and nothing was
 * added */
bool open_add(struct open_state *o, const struct sample *s, int64_t at_ms);
void open_remove(struct open_state *o, unsigned i);
/** The roll-ups only. @return bytes, 0 when there are none or cap is too small */
size_t open_encode(const struct open_state *o, uint8_t *out, size_t cap);
/** Roll-ups in addition to those o has; false on malformed bytes. */
bool open_decode(struct open_state *o, const uint8_t *data, size_t n);
/** Walk encoded roll-ups without keeping them. @return false at their end or at malformed bytes */
struct bytes_reader;
bool open_next(struct bytes_reader *r, bool *day, int64_t *start, const uint8_t **data, size_t *n);
