#pragma once
/* Jobs: durable queues of items, and the one engine that works on all of them.
 *
 * A thread picks: the job that waited longest, of its hosts the one that waited longest, one item
 * at a time a host. What is to be fetched is fetched, a worker runs the type's handler, one
 * operation keeps what came of it. Only a window of each queue is in memory. What was under way
 * when the process died is due again at the next start.
 *
 * Events: job.started, job.done, job.failed, job.cancelled, about the owner where there is one. */
#include "daemon/jobs/job_type.h"

struct items;

struct items_options {
	struct store *store;
	const struct clock *clock;
	const struct job_type *const *types; /* NULL-terminated; stays */
	const struct item_net *net;          /* NULL: nothing can be fetched */
	void *ctx;                           /* for handlers: item.ctx */
	unsigned running_max;                /* items under way over all; 0: 64 */
	unsigned threads;                    /* workers; 0: 4 */
	/** A run's progress changed. Thread: the items'. May be NULL. */
	void (*touched)(void *arg, uint64_t job);
	void *touched_arg;
};

struct items *items_new(const struct items_options *o);
/** Asked at each turn of the items' thread, and when it said (boot ms); before the start. */
void items_on_tick(struct items *x, int64_t (*tick)(void *arg, int64_t boot_ms), void *arg);
/** Read what is unfinished and begin. */
enum err items_start(struct items *x, struct error *e);
/** Nothing new is begun; waits at most limit_ms for what runs, handlers excepted: those are waited
 *  for. Before the store is closed. */
void items_stop(struct items *x, int limit_ms);
/** After the store was closed. */
void items_free(struct items *x);

struct job_start {
	const struct job_type *type;
	const char *name;       /* one run of a name at a time */
	const char *owner_kind; /* "schedule"; NULL: none */
	uint64_t owner;
	const char *cause;   /* "schedule", "person" */
	const char *payload; /* of the first item; NULL: {} */
	int64_t slot_ms;     /* by its schedule; 0: none */
};
/** Inside an operation. ERR_NOT_NOW: one of that name is not over yet. Then items_wake. */
enum err items_put(struct txn *t, const struct job_start *s, uint64_t *id, struct error *e);
/** There are new jobs in the store. Thread: any. */
void items_wake(struct items *x);
/** As an operation of its own. Blocks; not on a loop, the writer's or the items' thread. */
enum err items_run(struct items *x, const struct job_start *s, uint64_t *id, struct error *e);
/** ERR_NOT_NOW: it is over. Blocks. */
enum err items_cancel(struct items *x, uint64_t id, struct error *e);

/** That host need not be waited for any more. Thread: any. */
void items_host_ready(struct items *x, const char *host);

const struct job_type *items_type(const struct items *x, const char *name);

/** A run as it is now, from memory: those that live and those that have just ended. */
struct job_progress {
	uint64_t id, owner;
	char name[64], type[32], owner_kind[16], cause[16], state[12];
	char result[256];
	int64_t found, done, failed, retries;
	int64_t slot_ms, created_ms, started_ms, ended_ms;
	int64_t eta_ms;     /* until its end at the pace of late; -1: not known */
	unsigned under_way; /* items */
};
/** Thread: any. @return false: not in memory */
bool items_progress(struct items *x, uint64_t id, struct job_progress *out);
/** The one that lives and runs for that resource. */
bool items_progress_of(struct items *x, uint64_t owner, struct job_progress *out);
/** How many runs are in memory, and items under way. Thread: any. */
void items_counts(struct items *x, size_t *jobs, size_t *under_way);

/** A store_prune_fn: runs that are over since before then, with their logs. */
enum err items_prune(struct txn *t, int64_t before_ms, bool *more, struct error *e);
