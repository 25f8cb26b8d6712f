#pragma once
/* Worker threads for straight-line code: WORKER routes and job items. */
#include <stdbool.h>
#include <stddef.h>

struct pool;

/** Threads have 256 kB stacks and end when idle for idle_ms (0: stay). */
struct pool *pool_new(const char *name, unsigned threads, size_t queue_max, int idle_ms);
/** @return false when queue_max items wait: nothing was taken. Thread: any. */
bool pool_submit(struct pool *p, void (*fn)(void *arg), void *arg);
/** Refuse new work, finish what was taken, join. */
void pool_free(struct pool *p);
size_t pool_queued(struct pool *p);
