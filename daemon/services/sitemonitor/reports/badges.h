#pragma once
/* Badges: a monitor's state, uptime or percentile as a small picture or as shields.io's JSON, at an
 * address that holds 128 random bits. Keys are made when asked for and kept; a badge never says
 * where the target is.
 *
 *   /badge/KEY/status.svg  /badge/KEY/uptime/30d.svg  /badge/KEY/p95/24h.svg, each also .json */
#include "daemon/services/sitemonitor/sitemonitor.h"

enum { BADGE_KEY_TEXT = 33 };

/** Keys in order of their keyed hash, so that no time of a look-up tells of a key. Under the
 *  table's lock. */
struct badge_key {
	uint64_t hash;
	uint8_t key[16];
	uint64_t monitor;
};

/** Main thread, at start. */
enum err badges_load(struct sitemonitor *sm, struct error *e);
/** The monitor is gone. */
void badges_forget(struct sitemonitor *sm, uint64_t monitor);
/** Under the table's lock: whose badge that is, 0: nobody's. */
uint64_t badges_find(const struct badges *b, const char *text);
void badges_fini(struct badges *b);

struct answered route_badge(struct request *r, void *ctx);
struct answered route_badge_key(struct request *r, void *ctx);
