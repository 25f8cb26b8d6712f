#pragma once
/* The embedded store: SQLite in WAL mode, synchronous=FULL, one connection that commits and
 * checkpoints, on one thread; readers are read-only connections.
 *
 * Operations are run by the writer, each in a savepoint, in groups: a group is what queued during
 * the last commit, no timer. An operation's done callback runs only after COMMIT returned. */
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "daemon/core/clock.h"
#include "shared/err.h"
#include "shared/ids.h"
#include "shared/json.h"

struct store;
struct txn; /* an operation's view of the open transaction; valid only inside run() */

/** How long samples, hourly roll-ups, prices and events are kept, and how much of all; 0: no limit.
 */
struct store_retention {
	int64_t raw_ms, hourly_ms, prices_ms, events_ms, bytes;
};

struct store_options {
	const char *dir;    /* the data directory; made when missing */
	const char *socket; /* absolute path where this daemon will answer, or NULL */
	const struct clock *clock;
	unsigned node;
	struct store_retention retention;
	const char *vfs;         /* NULL: the default; tests pass a lossy one */
	const char *synchronous; /* NULL: FULL; tests show that NORMAL loses */
};

/** Open, migrate (copy first, one transaction each, hash checked), load the resource cache, start
 * the writer thread. ERR_NEWER leaves the file untouched. ERR_LOCKED when another daemon owns dir.
 */
struct store *store_open(const struct store_options *o, struct error *e);
/** Where the daemon that owns dir answers. @return false when it does not say */
bool store_owner_socket(const char *dir, char *out, size_t cap);
/** Keep as long as this from now on, and look at once what is to go. Waits for the writer; not from
 *  it or a loop. */
enum err store_set_retention(struct store *s, const struct store_retention *r, struct error *e);
/** Finish queued operations, truncate the WAL, mark the end as clean. */
void store_close(struct store *s);

/* ---- writing ------------------------------------------------------------------------------ */

enum op_queue { OP_PEOPLE, OP_BACKGROUND }; /* people first, background in slices */

struct store_op {
	/** On the writer thread, inside a savepoint, <= 5 ms, no I/O but the transaction. Any
	 * result but ERR_NONE rolls the savepoint back and is handed to done. */
	enum err (*run)(struct txn *t, void *arg, struct error *e);
	/** On the writer thread after COMMIT (or the failure). Must not block. May be NULL. */
	void (*done)(void *arg, enum err code, const struct error *e);
	void *arg;
	struct store_op *next; /* the writer's */
	enum err code;         /* the writer's */
	struct error *error;   /* the writer's */
};

/** Queue op (owned by the caller until done ran). @return ERR_BUSY when the queue is full and
 *  ERR_READONLY/ERR_FULL/ERR_IO when the store takes no writes; then done is not called. */
enum err store_submit(struct store *s, enum op_queue q, struct store_op *op, struct error *e);
/** Submit and wait for the commit. Not from the writer thread or a loop. */
enum err store_run(struct store *s, enum op_queue q,
		   enum err (*run)(struct txn *t, void *arg, struct error *e), void *arg,
		   struct error *e);
/** Cancel op while it is still queued. @return true when it was: done then gets ERR_CANCELLED on
 * the writer thread; false when it was taken up already and runs its course. */
bool store_cancel(struct store *s, struct store_op *op);

sqlite3 *txn_db(struct txn *t);
struct store *txn_store(struct txn *t);
/** A cached prepared statement, reset and unbound; sql must be a literal (cached by address). */
sqlite3_stmt *txn_prepare(struct txn *t, const char *sql, struct error *e);
/** Step a statement that returns no rows. */
enum err txn_exec(struct txn *t, sqlite3_stmt *st, struct error *e);
/** This commit's next position in the feed. */
uint64_t txn_seq(struct txn *t);
uint64_t txn_new_id(struct txn *t);
/** fn when the fate of the operation is known: committed after COMMIT and before any done(), or not
 *  committed after its rollback. On the writer thread; must not fail. */
typedef void txn_end_fn(void *arg, bool committed);
void txn_on_end(struct txn *t, txn_end_fn *fn, void *arg);
/** Turn an SQLite result into our error. */
enum err store_error(int sqlite_code, sqlite3 *db, const char *what, struct error *e);

/** Facts of a service that grow with time go with the hourly roll-ups: fn deletes a slice (<= 5 ms)
 * of what was over before that time, and says whether there is more. While the store is over its
 * limit of bytes the time comes closer. Once, at init; fn is static. */
typedef enum err store_prune_fn(struct txn *t, int64_t before_ms, bool *more, struct error *e);
void store_on_prune(struct store *s, store_prune_fn *fn);
/** The same of facts that are kept as long as prices are. */
void store_on_prune_prices(struct store *s, store_prune_fn *fn);

/** Keep checkpoints away (one that runs is waited for) while the log is copied; may be nested.
 * Thread: any but the writer's. */
void store_checkpoint_hold(struct store *s);
void store_checkpoint_release(struct store *s);

/* ---- reading ------------------------------------------------------------------------------ */

/** Borrow a read-only connection (a few exist); give it back soon. Statements by reader_prepare are
 * cached with it. A reader is interrupted after 5 s. Thread: any but a loop's. */
struct reader;
struct reader *store_reader(struct store *s, struct error *e);
sqlite3_stmt *reader_prepare(struct reader *r, const char *sql, struct error *e);
void reader_done(struct reader *r);

/* ---- state -------------------------------------------------------------------------------- */

enum { STORE_HOLDS = 7 };
extern const unsigned store_hold_bounds_us[STORE_HOLDS];

struct store_health {
	bool readonly;
	char reason[320]; /* why and what to do, "" when writable */
	int64_t bytes, wal_bytes, disk_free, disk_total;
	uint64_t seq, epoch;
	uint64_t commits, operations, bytes_written;
	int64_t commit_us_max; /* since the last call */
	/* How long operations held the writer; at the end those beyond the last bound. */
	uint64_t held[STORE_HOLDS + 1], held_us;
	int64_t held_us_max; /* since the last call */
	size_t queued_people, queued_background;
	bool clean_start; /* the last end was clean */
	bool checking;    /* quick_check is under way */
};
void store_health(struct store *s, struct store_health *h);
/** Does it take no writes now? reason: as in its health. From memory, thread: any. */
bool store_refuses(struct store *s, char *reason, size_t cap);
/** fn when it begins to take no writes, on the thread that found out; it must not block nor call
 * the store. One; NULL: none any more. */
void store_on_refusal(struct store *s, void (*fn)(void *arg), void *arg);
/** For the watchdog: true when the writer answered within max_age_ms. */
bool store_alive(struct store *s, int max_age_ms);
const struct clock *store_clock(const struct store *s);
const char *store_dir(const struct store *s);
struct id_source *store_ids(struct store *s);
uint64_t store_epoch(const struct store *s);
/** Small durable values by name ("overview.seen"). */
enum err txn_meta_set(struct txn *t, const char *key, const char *value, struct error *e);
/** Fresh copy or NULL; free(). Thread: any but a loop's. */
char *store_meta_get(struct store *s, const char *key);

/* ---- checking ------------------------------------------------------------------------------- */

/** Each table by name, in order of names; an error of fn ends it. Thread: not a loop's. */
enum err store_each_table(struct store *s,
			  enum err (*fn)(void *arg, const char *table, struct error *e), void *arg,
			  struct error *e);

struct store_table_check {
	bool (*over)(void *arg); /* asked now and then: true ends it with ERR_CANCELLED */
	void *arg;
	/* out */
	char fault[256]; /* "": none */
	int64_t took_ms;
};
/** Pages, rows and indexes of a table, and what its rows refer to; on a connection of its own, so
 *  that it may take its time. Thread: not a loop's. */
enum err store_check_table(struct store *s, const char *table, struct store_table_check *c,
			   struct error *e);
