#pragma once
/* Live streams: who watches what, and waking them. */
#include <stddef.h>
#include <stdint.h>

#include "daemon/services/service.h"

struct live;
struct live *live_new(struct daemon *d);
void live_free(struct live *l);
/** A row's live members changed (a check finished). Thread: any; cheap when nobody watches. */
void live_touch(struct live *l, const char *kind, uint64_t id);
/** Rows of facts are watched, too, where they can be told from memory: write makes the whole
 * object. Before listening. @return false of write: that row is not to be told. Thread of it: the
 * api loop. */
void live_facts(struct live *l, const struct resource_kind *k,
		bool (*write)(struct json_writer *w, uint64_t id, void *ctx), void *ctx);
/** Order or membership of a list changed. Thread: any. kind: a literal. */
void live_list(struct live *l, const char *kind);
/** How many streams are open: dashboards, commands that watch. Thread: any. */
size_t live_streams(const struct live *l);
