#include "daemon/store/group.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/core/thread.h"
#include "daemon/store/database.h"
#include "shared/log.h"
#include "shared/mem.h"

/* Ids are promised a minute ahead, so that a commit seldom has to write how far they got. */
enum { ID_AHEAD_MS = 60000, ID_TIME_SHIFT = 22, TRUNCATE_WAIT_MS = 100, BUSY_WAIT_MS = 5000 };

const unsigned store_hold_bounds_us[STORE_HOLDS] = {1000,  2500,   5000,   10000,
						    25000, 100000, 1000000};

static int on_wal(void *arg, sqlite3 *db, const char *name, int frames)
{
	struct group *g = arg;
	int fresh = frames > g->frames ? frames - g->frames : frames;

	if (frames < g->frames)
		g->checkpointed_at = 0; /* it began anew */
	g->frames = frames;
	atomic_fetch_add(&g->bytes_written, (uint64_t)fresh * FRAME_BYTES);
	atomic_store(&g->wal_bytes, (int64_t)frames * FRAME_BYTES);
	return SQLITE_OK;
}

void group_init(struct group *g, struct store *s)
{
	g->store = s;
	g->n = g->n_people = 0;
	txn_init(&g->txn, s);
	pthread_mutex_init(&g->gate, NULL);
	sqlite3_wal_hook(s->db, on_wal, g);
}

void group_fini(struct group *g)
{
	if (g->store->db)
		sqlite3_wal_hook(g->store->db, NULL, NULL);
	pthread_mutex_destroy(&g->gate);
	txn_fini(&g->txn);
}

static int step(struct group *g, const char *sql)
{
	sqlite3_stmt *st = stmt_cache_get(&g->store->statements, sql, &g->error);
	int rc;

	if (!st)
		return sqlite3_extended_errcode(g->store->db);
	rc = sqlite3_step(st);
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static void keep_error(struct store_op *op, enum err code, const struct error *e)
{
	op->code = code;
	op->error = mem_alloc(sizeof *op->error);
	*op->error = *e;
	op->error->code = code;
	if (!op->error->text[0])
		snprintf(op->error->text, sizeof op->error->text, "%s", err_info(code)->title);
}

/* Every operation that had succeeded shares the fate of the transaction. */
static void fail_all(struct group *g, size_t taken, enum err code)
{
	struct txn_mark start = {.seq = g->txn.first_seq};
	struct store *s = g->store;

	stmt_cache_release(&s->statements);
	if (!sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	txn_rewind(&g->txn, &start);
	for (size_t i = 0; i < taken; i++) {
		if (!g->ops[i]->code)
			keep_error(g->ops[i], code, &g->error);
	}
	if (code == ERR_FULL) {
		store_set_full(s, true);
	} else if (code == ERR_IO || code == ERR_STORE) {
		char reason[sizeof s->reason];

		/* What the kernel dropped after a failed fsync cannot be had back by trying again.
		 */
		snprintf(
			reason, sizeof reason,
			"%.200s; nothing is written until the daemon is restarted: look at the disk "
			"first",
			g->error.text);
		store_stop_writing(s, code, reason);
	}
}

static void count_hold(struct group *g, int64_t us)
{
	size_t i = 0;

	while (i < STORE_HOLDS && us > store_hold_bounds_us[i])
		i++;
	atomic_fetch_add(&g->held[i], 1);
	atomic_fetch_add(&g->held_us, (uint64_t)us);
	if (us > atomic_load(&g->held_us_max))
		atomic_store(&g->held_us_max, us);
}

/* @return false when the whole transaction is lost, *code then says why */
static bool run_op(struct group *g, struct store_op *op, bool savepoint, enum err *code)
{
	struct store *s = g->store;
	struct txn_mark m = txn_mark(&g->txn);
	int64_t began = thread_now_us();
	int rc, fault;

	op->code = ERR_NONE;
	op->error = NULL;
	g->error.code = ERR_NONE;
	g->error.text[0] = g->error.hint[0] = g->error.field[0] = '\0';
	g->error.line = 0;
	if (savepoint && (rc = step(g, "SAVEPOINT op"))) {
		*code = store_error(rc, s->db, "begin an operation", &g->error);
		return false;
	}
	op->code = op->run(&g->txn, op->arg, &g->error);
	if (op->code == ERR_NONE)
		op->code = resource_links_check(&g->txn, NULL, NULL, &g->error);
	count_hold(g, thread_now_us() - began);
	fault = sqlite3_errcode(s->db) & 0xff;
	stmt_cache_release(&s->statements);
	if (op->code == ERR_NONE) {
		if (savepoint && (rc = step(g, "RELEASE op"))) {
			*code = store_error(rc, s->db, "end an operation", &g->error);
			return false;
		}
		return true;
	}

	*code = op->code;
	keep_error(op, op->code, &g->error);
	txn_rewind(&g->txn, &m);
	/* SQLite itself undoes everything after some faults; a full or damaged disk concerns all.
	 */
	if (sqlite3_get_autocommit(s->db) || op->code == ERR_FULL || op->code == ERR_IO ||
	    fault == SQLITE_CORRUPT || fault == SQLITE_NOTADB) {
		if (*code != ERR_FULL && *code != ERR_IO)
			*code = ERR_STORE;
		return false;
	}
	if (!savepoint)
		return true;
	rc = step(g, "ROLLBACK TO op");
	if (!rc)
		rc = step(g, "RELEASE op");
	if (rc)
		*code = store_error(rc, s->db, "undo an operation", &g->error);
	return rc == 0;
}

/* @param ceiling  what the file will promise after this commit */
static enum err keep_id_ceiling(struct group *g, uint64_t *ceiling)
{
	struct id_source *ids = &g->store->ids;
	char text[24];
	uint64_t last;

	pthread_mutex_lock(&ids->lock);
	last = ids->last;
	pthread_mutex_unlock(&ids->lock);
	*ceiling = g->id_ceiling;
	if (last <= g->id_ceiling)
		return ERR_NONE;
	*ceiling = last + ((uint64_t)ID_AHEAD_MS << ID_TIME_SHIFT);
	snprintf(text, sizeof text, "%" PRIu64, *ceiling);
	return txn_meta_set(&g->txn, "ids.ceiling", text, &g->error);
}

static void finish(struct group *g, size_t taken)
{
	for (size_t i = 0; i < taken; i++) {
		struct store_op *op = g->ops[i];
		struct error *e = op->error;

		op->error = NULL;
		/* The operation is its owner's again, and may be gone after this. */
		if (op->done)
			op->done(op->arg, op->code, e);
		free(e);
	}
}

static bool begin(struct group *g, enum err *code)
{
	int rc;

	*code = store_may_write(g->store, &g->error);
	if (*code)
		return false;
	rc = step(g, "BEGIN IMMEDIATE");
	if (rc)
		*code = store_error(rc, g->store->db, "write to the store", &g->error);
	return rc == 0;
}

static bool commit(struct group *g, enum err *code)
{
	int64_t began = thread_now_us(), took;
	uint64_t ceiling;
	int rc;

	*code = keep_id_ceiling(g, &ceiling);
	stmt_cache_release(&g->store->statements);
	if (*code)
		return false;
	rc = step(g, "COMMIT");
	if (rc) {
		*code = store_error(rc, g->store->db, "write to the store", &g->error);
		return false;
	}
	g->id_ceiling = ceiling;
	took = thread_now_us() - began;
	if (took > atomic_load(&g->commit_us_max))
		atomic_store(&g->commit_us_max, took);
	atomic_fetch_add(&g->commits, 1);
	store_set_full(g->store, false);
	return true;
}

void group_run(struct group *g, const atomic_size_t *people_wait, size_t *left)
{
	size_t taken = 0, failed = 0, background = g->n - g->n_people;
	bool savepoint = g->n > 1, good;
	int64_t limit = 0;
	enum err code;

	txn_begin(&g->txn);
	for (size_t i = 0; i < g->n; i++) {
		g->ops[i]->code = ERR_NONE;
		g->ops[i]->error = NULL;
	}
	good = begin(g, &code);
	if (!good)
		taken = g->n; /* all of them hear of it */
	while (good && taken < g->n) {
		if (taken == g->n_people && background > 0)
			limit = thread_now_us() +
				(g->n_people ? GROUP_SHARED_US : GROUP_BACKGROUND_US);
		/* At least one of the background, or it would never come to its turn. */
		if (taken > g->n_people &&
		    (atomic_load_explicit(people_wait, memory_order_relaxed) ||
		     thread_now_us() > limit))
			break;
		good = run_op(g, g->ops[taken], savepoint, &code);
		taken++;
		failed += g->ops[taken - 1]->code != ERR_NONE;
	}
	if (good && failed == taken) {
		/* Nothing to keep: no fsync for it. */
		stmt_cache_release(&g->store->statements);
		sqlite3_exec(g->store->db, "ROLLBACK", NULL, NULL, NULL);
	} else if (good) {
		good = commit(g, &code);
	}
	*left = g->n - taken;
	if (good) {
		txn_publish(&g->txn);
		atomic_fetch_add(&g->operations, taken - failed);
	} else {
		fail_all(g, taken, code);
	}
	finish(g, taken);
}

void group_checkpoint(struct group *g)
{
	sqlite3 *db = g->store->db;
	int mode = SQLITE_CHECKPOINT_PASSIVE, rc, log = 0, moved = 0;
	int before = g->checkpointed_at;

	if (g->frames - before < CHECKPOINT_PAGES)
		return;
	pthread_mutex_lock(&g->gate);
	if (g->holds)
		goto out;
	g->checkpointed_at = g->frames;
	if ((int64_t)g->frames * FRAME_BYTES > WAL_MAX_BYTES) {
		mode = SQLITE_CHECKPOINT_TRUNCATE;
		sqlite3_busy_timeout(db, TRUNCATE_WAIT_MS);
	}
	rc = sqlite3_wal_checkpoint_v2(db, NULL, mode, &log, &moved);
	if (mode == SQLITE_CHECKPOINT_TRUNCATE)
		sqlite3_busy_timeout(db, BUSY_WAIT_MS);
	if (rc == SQLITE_OK || rc == SQLITE_BUSY) {
		if (moved > 0)
			atomic_fetch_add(&g->bytes_written,
					 (uint64_t)(moved > before ? moved - before : 0) * 4096);
		if (rc == SQLITE_OK && mode == SQLITE_CHECKPOINT_TRUNCATE) {
			g->frames = g->checkpointed_at = 0;
			atomic_store(&g->wal_bytes, 0);
		}
	} else {
		struct error e;
		enum err code = store_error(rc, db, "move the log into the store", &e);
		char reason[sizeof g->store->reason];

		log_error("store", "%s", e.text);
		/* A full disk: the log stays as it is, the next long commit tries again. */
		if (code != ERR_FULL) {
			snprintf(
				reason, sizeof reason,
				"%.200s; nothing is written until the daemon is restarted: look at "
				"the disk first",
				e.text);
			store_stop_writing(g->store, code, reason);
		}
	}
out:
	pthread_mutex_unlock(&g->gate);
}
