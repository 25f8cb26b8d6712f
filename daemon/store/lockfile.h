#pragma once
/* DIR/lock: flock keeps a second daemon out; its text says who owns the directory, or that the last
 * end was clean and how far the feed had come then. */
#include <stdbool.h>
#include <stdint.h>

#include "shared/err.h"

struct lockfile {
	int fd;
	bool was_clean;      /* the last owner ended cleanly, or there was none */
	uint64_t epoch, seq; /* as recorded then; 0: unknown */
};

/** ERR_LOCKED names the owner's process. */
enum err lockfile_take(struct lockfile *l, const char *dir, struct error *e);
/** Mark the directory as in use. */
enum err lockfile_mark_running(struct lockfile *l, uint64_t epoch, uint64_t seq, struct error *e);
void lockfile_mark_clean(struct lockfile *l, uint64_t epoch, uint64_t seq);
void lockfile_release(struct lockfile *l);
