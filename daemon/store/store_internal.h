#pragma once
/* What the parts of the store need of each other; everybody else uses store.h.
 *
 * Threads: "writer" is the writer's own; before store_open returned and after the writer was joined
 * its data belong to the opening and closing thread. */
#include <pthread.h>
#include <stdatomic.h>

#include "daemon/store/feed.h"
#include "daemon/store/listener_set.h"
#include "daemon/store/lockfile.h"
#include "daemon/store/resource_cache.h"
#include "daemon/store/stmt_cache.h"
#include "daemon/store/store.h"
#include "shared/paths.h"

struct series;
struct resource_cache;
struct secrets;
struct writer;
struct reader_pool;
struct checker;
struct maintenance;

enum write_state { WRITES_OK, WRITES_FULL /* tried again by itself */, WRITES_STOPPED };

struct store {
	char dir[PATH_TEXT], path[PATH_TEXT + 16];
	struct store_options options;
	struct lockfile lock;
	bool clean_start;
	struct id_source ids;
	sqlite3 *db;
	struct stmt_cache statements; /* the writer's */
	uint64_t epoch;
	atomic_uint_least64_t seq; /* last committed position of the feed */
	bool has_links;            /* a resource refers to another, or one did; the writer's */
	atomic_uint_least64_t oldest_event;
	struct listener_set feed_listeners, resource_listeners;

	struct resource_cache *cache;
	struct secrets *secrets;
	struct series *series;
	struct reader_pool *readers;
	struct checker *checker;
	struct maintenance *maintenance;
	struct writer *writer;

	pthread_mutex_t state_lock; /* the three below */
	enum write_state writes;
	enum err writes_code; /* what store_submit answers when stopped */
	char reason[320];
	void (*on_refusal)(void *arg);
	void *refusal_arg;
};

/** Take no writes any more until the next start. The first reason is kept. Thread: any. */
void store_stop_writing(struct store *s, enum err code, const char *reason);
/** The disk is full, or has room again. Thread: writer. */
void store_set_full(struct store *s, bool full);
/** ERR_NONE when operations may be tried. Thread: any. */
enum err store_may_write(struct store *s, struct error *e);

/* ---- transactions -------------------------------------------------------------------------- */

/** Wall time of this group, ms. */
int64_t txn_now_ms(const struct txn *t);
/** A resource was written; takes over both references (old or now may be NULL). */
void txn_resource_changed(struct txn *t, const struct resource *old, const struct resource *now);
/** An event for the listeners; copies. */
void txn_add_event(struct txn *t, const struct event *ev);
void txn_add_note(struct txn *t, const struct feed_note *note);
/** Bind text; NULL binds NULL. */
void txn_bind_text(sqlite3_stmt *st, int i, const char *text);

/* ---- writer -------------------------------------------------------------------------------- */

struct writer_stats {
	uint64_t commits, operations, bytes_written;
	uint64_t held[STORE_HOLDS + 1], held_us;
	int64_t commit_us_max, held_us_max, wal_bytes;
	size_t queued_people, queued_background;
};

struct writer *writer_new(struct store *s);
enum err writer_start(struct writer *w, struct error *e);
/** Finish what is queued and join; what is submitted meanwhile is refused. */
void writer_stop(struct writer *w);
void writer_free(struct writer *w);
/** Look at the due time of the maintenance again. Thread: any. */
void writer_wake(struct writer *w);
/** Counters; commit_us_max and held_us_max begin anew. Thread: any. */
void writer_take_stats(struct writer *w, struct writer_stats *out);
/** Ids up to here are known to the file as given. */
void writer_set_id_ceiling(struct writer *w, uint64_t ceiling);
/** Truncate the log; on the writer thread or when it does not run. */
enum err writer_checkpoint_all(struct store *s, struct error *e);

/* ---- the other parts ------------------------------------------------------------------------ */

struct reader_pool *readers_new(struct store *s);
void readers_free(struct reader_pool *p);
/** Interrupt what runs longer than until thread_now_us() is this. */
void reader_set_deadline(struct reader *r, int64_t us);

enum err resources_load(struct store *s, struct error *e);
/** The resource of that name inside the transaction, counted; NULL: none. */
const struct resource *resource_find_row(struct txn *t, const struct resource_kind *k,
					 const char *name, struct error *e);

enum err resource_row_by_id(struct txn *t, uint64_t id, struct resource **out, struct error *e);
/** Write now in place of old (NULL: there was none) and note it; now stays the caller's. */
enum err resource_replace(struct txn *t, const struct resource *old, struct resource *now,
			  struct error *e);
/** A cheap look: may the spec of r have links? */
bool resource_has_links(const struct resource *r);
/** What refers to old by its name refers to now from here on. */
enum err links_follow(struct txn *t, const struct resource *old, const struct resource *now,
		      struct error *e);

/** A new version of a row without a change of its own. */
enum err resource_touch(struct txn *t, const struct resource *old, struct error *e);

struct secrets *secrets_new(struct store *s);
void secrets_free(struct secrets *x);
enum err secrets_load(struct store *s, struct error *e);
/** The secret's resource is deleted by this operation. */
void secrets_forget(struct txn *t, uint64_t id);

enum err feed_load(struct store *s, struct error *e);
/** Look in the file which event is the oldest. Thread: writer, or when it does not run. */
void feed_find_oldest(struct store *s);
void feed_tell(struct store *s, const struct feed_commit *c);

/** Look through the file on a thread of its own; a fault makes the store read-only. */
struct checker *checker_start(struct store *s);
bool checker_busy(struct checker *c);
void checker_free(struct checker *c);

struct maintenance *maintenance_new(struct store *s);
void maintenance_free(struct maintenance *m);
/** When the writer should call maintenance_due, on thread_now_us()'s clock. Thread: writer. */
int64_t maintenance_next_us(const struct maintenance *m);
void maintenance_due(struct maintenance *m);
/** The disk is full: try now and then. Thread: writer. */
void maintenance_full(struct maintenance *m, bool full);
/** Remove what is old now instead of once a day; how many runs have ended. Thread: any. */
void maintenance_soon(struct maintenance *m);
unsigned maintenance_runs(struct maintenance *m);
