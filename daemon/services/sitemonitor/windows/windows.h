#pragma once
/* Maintenance windows in memory: which are open, which monitors they cover. Private to the service.
 *
 * The list is read by any thread and written by the writer thread (so that the answer to a write
 * already shows it) and the net loop, all under the table's lock. Opening and closing, and what
 * follows for monitors, belong to the net loop: it goes through the monitors in slices, so that a
 * hundred thousand of them delay no check, and touches only those that come under a window or out
 * of all of them. What is open follows from the wall clock alone: after a restart or a step of the
 * clock it is found anew. */
#include "daemon/jobs/heap.h"
#include "daemon/services/sitemonitor/monitor.h"
#include "shared/recurrence.h"

extern const struct resource_kind resource_maintenance;

enum { WINDOWS_AHEAD = 5 };

struct window {
	const struct resource *res;
	json_t *spec;            /* tags and monitors are borrowed from it */
	struct recurrence *when; /* NULL: no longer understood (the zone is gone) */
	const json_t *tags, *monitors;
	bool all, paused;

	bool open;
	struct occurrence now;                 /* while open */
	struct occurrence next[WINDOWS_AHEAD]; /* as of the last look */
	size_t n_next;
	int64_t looked_ms;
	int64_t ended_ms; /* start of the one that a person ended; 0: none */

	bool told;             /* the net loop has said that it is open */
	size_t covers, counts; /* monitors; counts: of the walk under way */
};

struct windows {
	struct due due;  /* when the next one opens or closes */
	struct due walk; /* the next slice of monitors */
	uint64_t *ids;   /* monitors still to be looked at, from at on; NULL: no walk */
	size_t n_ids, at;

	/* under the table's lock */
	struct window **all;
	size_t n;
	struct window **gone; /* deleted, and not yet told */
	size_t n_gone;
	bool changed;
};

/* ---- windows.c ------------------------------------------------------------------------------ */

/** Before anything runs. */
void windows_load(struct sitemonitor *sm);
void windows_fini(struct sitemonitor *sm);
/** A window came or was changed; it went. Writer thread; then windows_look on the net loop. */
void windows_enter(struct sitemonitor *sm, const struct resource *r);
void windows_leave(struct sitemonitor *sm, uint64_t id);
/** Of that window, under the table's lock; NULL: there is none. */
struct window *windows_find(const struct sitemonitor *sm, uint64_t id);
/** What is open by the clock now; under the table's lock. */
void window_look(struct window *w, int64_t now_ms);
bool window_covers(const struct window *w, const struct resource *monitor);
void window_free(struct window *w);
/** The same, from the resource alone. NULL with e filled. */
struct recurrence *window_recurrence(const json_t *spec, struct error *e);

/* ---- windows_hold.c: net loop --------------------------------------------------------------- */

/** What is open now? After a change, a step of the clock, at the time set. */
void windows_look(struct sitemonitor *sm);
/** A monitor came or changed. */
void windows_of(struct sitemonitor *sm, struct monitor *m);
/** When m's maintenance ends, wall; 0: it has none. Under the table's lock; any thread. */
int64_t windows_end_ms(struct sitemonitor *sm, const struct monitor *m);
void windows_close(struct sitemonitor *sm);

/* ---- windows_tell.c ------------------------------------------------------------------------- */

/** An event, once for each occurrence, however often it is said. Net loop. */
void window_tell(struct sitemonitor *sm, const struct window *w, bool open);
/** The occurrence that began then is over because a person said so. Blocks. */
enum err window_keep_ended(struct sitemonitor *sm, uint64_t id, int64_t start_ms, struct error *e);
int64_t window_ended(struct sitemonitor *sm, uint64_t id);

/* ---- windows_render.c: any thread ----------------------------------------------------------- */

void window_live(struct json_writer *w, const struct resource *r, void *ctx);
bool window_rank(const struct resource *r, const char *sort, int64_t *key, void *ctx);
const char *window_filter(const struct resource *r, const char *name, char *out, void *ctx);
/** "maintenance": those that are open, for the overview. */
void windows_overview(struct json_writer *w, struct sitemonitor *sm);
struct answered route_window_preview(struct request *r, void *ctx);
struct answered route_window_end(struct request *r, void *ctx);
