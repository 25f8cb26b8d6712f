#pragma once
/* All monitors by id, heartbeats also by the key in their address; with the lock under which
 * res and shown are read. */
#include <pthread.h>

#include "daemon/services/sitemonitor/monitor.h"

enum { PING_KEY_TEXT = 37 }; /* 8-4-4-4-12 and NUL */

struct table {
	pthread_mutex_t lock;
	struct monitor **by_id;
	struct ping_address **by_key; /* NULL while there is no heartbeat */
	size_t slots, n;              /* slots: a power of two */
	uint8_t secret[32];
};

/** secret: the store's own, from which addresses of heartbeats follow. */
void table_init(struct table *t, const uint8_t secret[static 32]);
/** Every monitor must have been removed. */
void table_fini(struct table *t);
void table_lock(struct table *t);
void table_unlock(struct table *t);

/** Does its configuration say so? Thread: any. */
bool monitor_is_paused(const struct resource *r);

/* ---- under the lock ------------------------------------------------------------------------- */

/** The monitor of a resource, made when there is none: new or paused, nothing known. */
struct monitor *table_enter(struct table *t, const struct resource *r);
struct monitor *table_find(const struct table *t, uint64_t id);
/** By the text in a ping's address; NULL also for a malformed one. */
struct monitor *table_find_key(const struct table *t, const char *key);
void table_remove(struct table *t, struct monitor *m);
void table_each(const struct table *t, void (*fn)(struct monitor *m, void *arg), void *arg);

/** The 128 bits of a heartbeat's address: a keyed hash of its id, so that they need no storage,
 * stay the same over restarts and cannot be guessed. Thread: any. */
void ping_key(const struct table *t, uint64_t id, uint64_t key[static 2]);
void ping_key_text(const uint64_t key[static 2], char out[static PING_KEY_TEXT]);
