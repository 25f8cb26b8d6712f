/* What offers, ratings and listings were goes when it is old. A run goes through the listings by
 * id, a few an operation; how far it came is kept, so that the next operation goes on there. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/catalog/catalog.h"
#include "daemon/catalog/columns.h"
#include "daemon/core/thread.h"
#include "shared/mem.h"

enum { SLICE_US = 2500, LISTINGS_A_SLICE = 200 };
static const char place_key[] = "catalog.pruned";

static const char *const old_rows[] = {
	"DELETE FROM offer WHERE listing = ?1 AND until_ms < ?2 AND at_ms <"
	" (SELECT max(n.at_ms) FROM offer n WHERE n.listing = ?1 AND n.seller = offer.seller)",
	/* The one that says what it was at that time stays. */
	"DELETE FROM rating WHERE listing = ?1 AND at_ms <"
	" (SELECT max(at_ms) FROM rating WHERE listing = ?1 AND at_ms < ?2)",
	"DELETE FROM listing_change WHERE listing = ?1 AND at_ms < ?2",
};

static enum err read_place(struct txn *t, int64_t *id, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t, "SELECT value FROM meta WHERE key = ?", e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_text(st, 1, place_key, -1, SQLITE_STATIC);
	*id = sqlite3_step(st) == SQLITE_ROW ? strtoll(row_text(st, 0), NULL, 10) : 0;
	sqlite3_reset(st);
	return ERR_NONE;
}

static enum err write_place(struct txn *t, int64_t id, struct error *e)
{
	char text[24];
	snprintf(text, sizeof(text), "%" PRId64, id);
	return txn_meta_set(t, place_key, text, e);
}

/* The next one that was there before then; 0: there is none. */
static enum err next_listing(struct txn *t, int64_t after, int64_t before_ms, int64_t *id,
			     struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t, "SELECT id FROM listing WHERE id > ? AND first_ms < ? ORDER BY id LIMIT 1", e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, after);
	sqlite3_bind_int64(st, 2, before_ms);
	*id = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_reset(st);
	return ERR_NONE;
}

/* Ids grow with time: where none is old there is nothing to look through. */
static enum err is_any_old(struct txn *t, int64_t before_ms, bool *old, struct error *e)
{
	sqlite3_stmt *st =
		txn_prepare(t, "SELECT first_ms < ? FROM listing ORDER BY id LIMIT 1", e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, before_ms);
	*old = sqlite3_step(st) == SQLITE_ROW && sqlite3_column_int(st, 0);
	sqlite3_reset(st);
	return ERR_NONE;
}

static enum err prune_listing(struct txn *t, int64_t id, int64_t before_ms, struct error *e)
{
	enum err err = ERR_NONE;
	for (size_t i = 0; i < ARRAY_LEN(old_rows) && !err; i++) {
		sqlite3_stmt *st = txn_prepare(t, old_rows[i], e);
		if (st) {
			sqlite3_bind_int64(st, 1, id);
			sqlite3_bind_int64(st, 2, before_ms);
		}
		err = txn_exec(t, st, e);
	}
	return err;
}

enum err catalog_prune(struct txn *t, int64_t before_ms, bool *more, struct error *e)
{
	int64_t until = thread_now_us() + SLICE_US, at = 0, id = 0;
	bool old = false;
	enum err err = is_any_old(t, before_ms, &old, e);
	*more = false;
	if (err || !old)
		return err;
	err = read_place(t, &at, e);
	for (int i = 0; !err && i < LISTINGS_A_SLICE && thread_now_us() < until; i++) {
		err = next_listing(t, at, before_ms, &id, e);
		if (err || !id)
			break;
		err = prune_listing(t, id, before_ms, e);
		at = id;
	}
	*more = !err && id;
	return err ? err : write_place(t, id ? at : 0, e);
}
