#pragma once
/* What memory holds of the series, and what their files tell each other.
 *
 * Only the writer thread changes it (and the thread that loads, before there is a writer); it takes
 * the lock to change, others take it to read. */
#include <pthread.h>

#include "daemon/store/series_cells.h"
#include "daemon/store/series_codec.h"
#include "daemon/store/series_internal.h"

/* Samples of one journal row; more are several rows, so that no row is large. */
enum { JOURNAL_ROW_SAMPLES = 1024 };
#define SERIES_HOUR_MS INT64_C(3600000)
#define SERIES_DAY_MS  (24 * SERIES_HOUR_MS)

/* One monitor. There may be a hundred thousand, so each byte here is 100 kB. Its latest samples are
 * kept encoded, oldest first: all that have not moved into the tables, and those of the last hour.
 * Counters never go back, so that an operation can note where it stands and be told later that it
 * was committed. */
struct series_monitor {
	uint64_t id;
	uint64_t moved_seq; /* journal position up to which its samples moved */
	uint64_t first_seq; /* none before it has not moved; 0: all have */
	uint8_t *data;
	struct sample_context before, after; /* of the first sample in data, after the last */
	struct cells cells;
	uint32_t added, moved, dropped; /* samples: ever, into the tables, out of memory */
	uint32_t len, cap;
	/* Worked out when asked for, in that minute. */
	int32_t minute, p50_1h_us, p95_1h_us;
	/* The latest: its time is in `after`, its phases are the last last_len bytes of data. */
	int32_t last_us;
	uint8_t last_outcome, last_len; /* 0: it is not in data */
	uint8_t unread; /* samples added since the above was worked out, up to 255 */
	/* Of the writer's thread: listed in series.crowded; an operation that is not committed yet
	 * moves it. */
	bool crowded : 1, moving : 1;
};

struct series_slot {
	uint64_t id;
	struct series_monitor *monitor;
};

struct series {
	struct store *store;
	pthread_mutex_t lock;
	struct series_slot *slots; /* sorted by id */
	size_t count, cap;
	uint64_t next_seq, applied_seq; /* of the journal: given, visible in memory */
	/* While loading: what was forgotten, sorted by id. */
	struct series_forgotten {
		uint64_t id, seq;
	} * forgotten;
	size_t forgotten_count;
	/* Writer thread only. */
	uint64_t *crowded; /* monitors with too many samples that have not moved */
	size_t crowded_count, crowded_cap;
	int64_t swept_hour;
	size_t swept; /* monitors of this hour's sweep that are done */
	size_t pruned;
	int64_t trimmed_ms; /* when the journal was last trimmed */
	struct store_op compact_op;
	bool compact_queued, failing;
};

/* ---- series_memory.c ---------------------------------------------------------------------- */

/** Where id is among the slots, or belongs. */
size_t series_place(const struct series *s, uint64_t id);
/** NULL when there is none. */
struct series_monitor *series_find(const struct series *s, uint64_t id);
/** Made when missing. Takes the lock when it has to. */
struct series_monitor *series_get(struct series *s, uint64_t id);
/** The same for many, sorted (an id may be there twice): much cheaper than one by one. */
void series_get_all(struct series *s, const uint64_t *ids, size_t n);
void series_drop(struct series *s, uint64_t id);
void series_monitor_free(struct series_monitor *m);
/** Samples a monitor may keep: fewer when there are many monitors. */
uint32_t series_limit(const struct series *s);
/** Put a committed sample into memory; the lock is held. @param moved  already in the tables */
void monitor_add(struct series_monitor *m, const struct sample *s, uint32_t limit, bool moved);
/** What m's latest sample was, when none is in memory. */
void monitor_set_last(struct series_monitor *m, const struct sample *s);
/** Decode what memory holds. @return samples in out, oldest first; mem_alloc'ed, caller frees */
size_t monitor_samples(const struct series_monitor *m, bool moved_too, struct sample **out);

/* ---- series_compact.c --------------------------------------------------------------------- */

/** List m when it has too many samples that have not moved. */
void series_note_crowded(struct series *s, struct series_monitor *m);
/** After a commit: queue a compaction when something is due. */
void series_schedule(struct series *s);

/* ---- series_move.c ------------------------------------------------------------------------ */

struct move_scratch;
struct move_scratch *move_scratch_new(void);
/** Move all of m's samples into the tables, as part of t. */
enum err series_move(struct txn *t, struct series *s, struct series_monitor *m, int64_t now_ms,
		     struct move_scratch *scratch, struct error *e);
