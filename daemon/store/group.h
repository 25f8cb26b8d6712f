#pragma once
/* One group of operations: one transaction, one fsync, one fate. */
#include <stdatomic.h>

#include "daemon/store/txn.h"

enum {
	GROUP_PEOPLE = 256,
	GROUP_BACKGROUND = 32,
	GROUP_BACKGROUND_US = 20000,
	GROUP_SHARED_US = 5000, /* background in a group that people wait for */
	CHECKPOINT_PAGES = 4000,
	WAL_MAX_BYTES = 64 << 20,
	FRAME_BYTES = 4096 + 24,
};

struct group {
	struct store *store;
	struct txn txn;
	struct store_op *ops[GROUP_PEOPLE + GROUP_BACKGROUND];
	size_t n, n_people;
	struct error error; /* scratch */

	/* the log */
	int frames, checkpointed_at; /* in the WAL; how many when it was last tried */
	pthread_mutex_t gate;        /* held while a checkpoint runs */
	unsigned holds;
	uint64_t id_ceiling; /* ids above it were never given */

	_Atomic uint64_t commits, operations, bytes_written;
	_Atomic int64_t commit_us_max, held_us_max, wal_bytes;
	_Atomic uint64_t held[STORE_HOLDS + 1], held_us;
};

void group_init(struct group *g, struct store *s);
void group_fini(struct group *g);
/** Run ops[0..n), the first n_people of which are people's, commit, and finish all that were taken
 * up. Background stops early when its time is up or *people_wait is not 0; *left tells how many at
 * the end of ops were not taken up. */
void group_run(struct group *g, const atomic_size_t *people_wait, size_t *left);
/** After the answers were given: move the log into the file when it is long. */
void group_checkpoint(struct group *g);
