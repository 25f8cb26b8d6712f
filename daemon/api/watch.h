#pragma once
/* Which rows are on whose screen: (kind, id) -> the streams that watch it. Pure bookkeeping; the
 * caller locks. Structure is changed on one thread only (the loop), which may read it without the
 * lock. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/schema/schema.h"

enum { WATCH_ROW_MS = 250, WATCH_IDS_MAX = 200 /* a stream and kind */ };

struct live_stream;

struct watch {
	const struct resource_kind *kind;
	uint64_t id;
	struct live_stream **streams;
	size_t n_streams, cap;
	struct watch *next; /* same bucket */
	bool dirty;
	uint64_t sent_ms;
};

struct watches {
	struct watch **buckets;
	size_t n_buckets, n;
	struct watch **dirty; /* those marked */
	size_t n_dirty, cap_dirty;
	struct watch **due; /* scratch of watch_take_due */
	size_t cap_due;
};

void watch_init(struct watches *w);
void watch_fini(struct watches *w);
void watch_add(struct watches *w, const struct resource_kind *k, uint64_t id,
	       struct live_stream *s);
/** Stop watching: all of one kind, or of every kind (NULL). */
void watch_remove(struct watches *w, const struct resource_kind *k, struct live_stream *s);
/** The row changed. @return true when it is watched and was not marked yet */
bool watch_mark(struct watches *w, const struct resource_kind *k, uint64_t id);
/** Unmark and give what was marked and may be sent at now; *next: when the earliest of the others
 * may. out is valid until the next call; its entries until one is removed. */
size_t watch_take_due(struct watches *w, uint64_t now_ms, struct watch ***out, uint64_t *next);
