#pragma once
/* What the files of the item engine share.
 *
 * jobs, hosts, lanes and turns belong to the items' thread. Others leave notes under the lock; what
 * items_progress() reads is written under it, too. */
#include <pthread.h>
#include <stdatomic.h>

#include "daemon/core/pool.h"
#include "daemon/jobs/items.h"

enum {
	ITEM_WINDOW = 8,      /* items of a lane in memory */
	ITEM_LANES_MAX = 256, /* hosts of a job in memory */
	ITEM_JOBS_MAX = 32,   /* runs in memory; further ones are queued in the store */
	ITEM_ENDED_KEPT = 16, /* for rows that are still on a screen */
	ITEM_CHUNK = 500,     /* new items that one operation adds */
	ITEM_LOCAL_MAX = 2,   /* items that fetch nothing, at once: the other workers stay free */
	ITEM_SWEEP_ROWS = 500,
	ITEM_FAILED_KEPT = 100, /* of a run that is over */
	ITEM_AGAIN_MS = 1000,   /* until the store is asked again that took no write */
};

/* ---- what an item yields -------------------------------------------------------------------- */

struct item_out {
	void *facts;
	struct item_add {
		struct item_add *next;
		char *key, *host, *payload;
		int priority;
		int64_t delay_ms;
	} * first, **tail;
	size_t n, bytes;
	struct item_line {
		enum log_level level;
		char text[256];
	} lines[ITEM_LOG_MAX];
	size_t n_lines;
	char result[256], fatal[256];
};
void item_out_init(struct item_out *o);
void item_out_fini(struct item_out *o, const struct job_type *type);
/** As an engine's own line: always has room, the last one is replaced. */
void item_out_say(struct item_out *o, enum log_level level, const char *text);

/* ---- rows ----------------------------------------------------------------------------------- */

struct item_row {
	uint64_t id;
	char *key, *payload;
	int priority;
	unsigned attempts;
};
void item_row_fini(struct item_row *r);

enum item_outcome { ITEM_DONE, ITEM_AGAIN, ITEM_POSTPONED, ITEM_GIVEN_UP };

/** What an operation is told of an item, and what it tells. */
struct item_result {
	uint64_t job;
	const struct item *item;
	const struct job_type *type;
	struct item_out *out;
	enum item_outcome outcome;
	int64_t due_ms; /* again, wall */
	char error[192];
	/* out */
	bool more;                  /* a chunk or slice was written: submit it again */
	bool chunks;                /* it was not the first one */
	bool closing;               /* the type's closing item was added */
	struct job_progress *after; /* counts, state */
};
enum err rows_put_result(struct txn *t, struct item_result *r, struct error *e);
enum err rows_begin(struct txn *t, uint64_t job, struct error *e);
enum err rows_end(struct txn *t, uint64_t job, const char *state, const char *reason,
		  struct error *e);
/** Ended runs need their items no more, but for some that failed. */
enum err rows_sweep(struct txn *t, bool *more, struct error *e);

/** Runs that are not over, those that ran first; fn false stops. */
enum err rows_unfinished(struct store *s, bool (*fn)(const struct job_progress *p, void *arg),
			 void *arg, struct error *e);
/** Hosts with waiting items, the first to be due first; fn false stops. */
enum err rows_hosts(struct store *s, uint64_t job, bool (*fn)(const char *host, void *arg),
		    void *arg, struct error *e);
/** The next due items of a host.
 *  @param next_ms  wall: when none is due, the first that will be; INT64_MAX: none waits */
enum err rows_window(struct store *s, uint64_t job, const char *host, int64_t now_ms,
		     struct item_row out[ITEM_WINDOW], size_t *n, int64_t *next_ms,
		     struct error *e);

/* ---- lanes: items_lanes.c -------------------------------------------------------------------- */

struct host;

/** Items of one job at one host. */
struct lane {
	struct job_run *job;
	struct host *host;
	struct lane *next;         /* of the job */
	struct lane *next_at_host; /* of the host */
	struct item_row window[ITEM_WINDOW];
	size_t at, n;
	int64_t next_ms; /* wall; what is not in the window may be due then; INT64_MAX: nothing */
	uint64_t served;
	bool busy;
};

struct host {
	struct host *next;
	char *name;
	struct lane *lanes;
	int64_t ready_ms; /* boot: it said to come again then */
	uint64_t served;
	bool busy;
};

struct job_run {
	struct job_run *next;
	const struct job_type *type;
	struct job_progress p; /* written under the lock */
	struct lane *lanes;
	size_t n_lanes;
	bool more_hosts;     /* there are hosts without a lane */
	int64_t hosts_at_ms; /* boot: not read again before */
	uint64_t served;
	atomic_bool cancelled;
	int64_t last_ms; /* boot: of the last item that ended */
	int64_t pace_us; /* per item, of late; 0: not known */
	bool beginning, over;
};

/** Find or make; NULL: the job has too many lanes, and more_hosts is noted. */
struct lane *lane_get(struct items *x, struct job_run *j, const char *host);
void lane_free(struct lane *l);
/** Nothing of it is known any more but when to ask the store again. */
void lane_drop_window(struct lane *l);
/** It said to come again then: what was read ahead for it waits in the store. */
void host_wait(struct host *h, int64_t boot_ms, int64_t wall_ms, int64_t wait_ms);
/** Those that others said are ready again. */
void hosts_take_ready(struct items *x, int64_t wall_ms);
bool host_waits(const struct items *x, const char *name, int64_t boot_ms);
/** Hosts that nobody needs. */
void hosts_trim(struct items *x, int64_t boot_ms);
/** Whose turn it is: the job that waited longest, of its hosts the one that waited longest, at a
 *  host the jobs in turn. NULL: nothing may run now. @param local_ok  "" may be picked */
struct lane *lane_pick(struct items *x, int64_t boot_ms, bool local_ok);
/** Its window is empty and the store may have something due. */
bool lane_wants(const struct lane *l, int64_t wall_ms);

/* ---- turns: items_turn.c -------------------------------------------------------------------- */

/** One item on its way: fetched, handled, stored. */
struct turn {
	struct items *x;
	struct turn *next; /* of those under way */
	struct turn *next_note;
	struct job_run *job;
	struct lane *lane;
	struct item item;
	struct item_row row;
	char *host;
	struct item_request request;
	struct item_answer answer;
	struct item_out out;
	struct item_result result;
	struct job_progress after;
	struct store_op op;
	void *fetch;
	int64_t host_wait_ms;
	enum err code; /* of the operation */
	char why[384];
	int64_t again_ms; /* boot: submit the operation again; 0: it is not waiting for that */
	bool fetching, answered, local;
	bool refused; /* the store took it not as it was: it is given up */
};
void turn_start(struct items *x, struct lane *l);
void turn_submit(struct turn *t);
/** Its facts could not be kept for good: nothing of them is, and the item has failed. */
void turn_refused(struct turn *t);
void turn_free(struct turn *t);

/* ---- the engine ----------------------------------------------------------------------------- */

struct items {
	struct items_options o;
	struct pool *pool;
	pthread_t thread;
	bool joinable;

	struct job_run *jobs;
	struct host *hosts;
	struct turn *turns;
	unsigned n_turns, n_local;
	uint64_t served;
	bool look;          /* new jobs may be in the store */
	int64_t look_at_ms; /* boot: the store could not be read, again then; 0 */
	int64_t (*tick)(void *arg, int64_t boot_ms);
	void *tick_arg;

	pthread_mutex_t lock;
	pthread_cond_t wake, settled;
	char **ready; /* hosts that need not be waited for any more */
	size_t n_ready;
	struct turn *notes, **last_note; /* turns whose operation ended, in order */
	bool noted, sweep, sweeping, abandoned;
	atomic_bool stopping;
	struct job_progress ended[ITEM_ENDED_KEPT];
	size_t n_ended;
	struct store_op sweep_op;
	bool sweep_more;
};

/** One turn of the thread. @return when the next is due, boot ms, INT64_MAX: when woken */
int64_t items_work(struct items *x);
/** Leave a turn whose operation ended. Thread: any. */
void items_note(struct items *x, struct turn *t);
