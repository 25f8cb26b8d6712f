#pragma once
/* DIR/lock: flock keeps a second daemon out; its text says who owns the directory, or that the last
 * end was clean and how far the feed had come then. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/err.h"

struct lockfile {
	int fd;
	bool was_clean;      /* the last owner ended cleanly, or there was none */
	uint64_t epoch, seq; /* as recorded then; 0: unknown */
	const char *socket;  /* where this owner answers; "" or NULL: nowhere */
};

/** @param socket  lives as long as the lock. ERR_LOCKED names the owner's process. */
enum err lockfile_take(struct lockfile *l, const char *dir, const char *socket, struct error *e);
/** Where who owns dir answers. @return false when it does not say */
bool lockfile_owner_socket(const char *dir, char *out, size_t cap);
/** Mark the directory as in use. */
enum err lockfile_mark_running(struct lockfile *l, uint64_t epoch, uint64_t seq, struct error *e);
void lockfile_mark_clean(struct lockfile *l, uint64_t epoch, uint64_t seq);
void lockfile_release(struct lockfile *l);
