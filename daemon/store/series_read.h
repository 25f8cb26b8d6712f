#pragma once
/* One monitor's samples as one moment saw them: a copy of what memory holds that has not moved, and
 * a snapshot of the tables. */
#include "daemon/store/series_chunk.h"
#include "daemon/store/series_rollup.h"

struct series_view {
	uint64_t monitor;
	struct sample *recent;         /* oldest first; all of memory */
	size_t recent_n, recent_moved; /* how many of the first are in the tables too */
	struct reader *reader;         /* NULL: nothing in the tables */
	sqlite3_stmt *open;            /* its row keeps the snapshot */
	struct chunk chunk;
	/* The earliest that is kept, INT64_MAX: none. */
	int64_t chunk_from_s, hour_from, day_from;
};

/** view is the caller's storage (11 kB). */
enum err view_open(struct series_view *v, struct store *s, uint64_t monitor, struct error *e);
void view_close(struct series_view *v);

/** Samples in the tables with from <= at < until, in no strict order. */
enum err view_samples(struct series_view *v, int64_t from_ms, int64_t until_ms,
		      void (*fn)(void *arg, const struct chunk *c, unsigned i), void *arg,
		      struct error *e);
/** Roll-ups of hours or days from <= start < until; one start may come in two parts. */
enum err view_rollups(struct series_view *v, bool day, int64_t from, int64_t until,
		      void (*fn)(void *arg, int64_t start, const uint8_t *data, size_t n),
		      void *arg, struct error *e);
/** Closed chunks, newest first, while fn returns true. */
enum err view_chunks_back(struct series_view *v, bool (*fn)(void *arg, const struct chunk *c),
			  void *arg, struct error *e);
