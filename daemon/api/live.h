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
/** Order or membership of a list changed. Thread: any. kind: a literal. */
void live_list(struct live *l, const char *kind);
/** How many streams are open: dashboards, commands that watch. Thread: any. */
size_t live_streams(const struct live *l);
