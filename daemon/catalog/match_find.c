/* Which product is a listing? By GTIN; what has none is a product of its own. */
#include <string.h>

#include "daemon/catalog/catalog.h"

enum { BRAND_KEY_MAX = 256 };

static enum err failed(sqlite3_stmt *st, int rc, const char *what, struct error *e)
{
	return store_error(rc, sqlite3_db_handle(st), what, e);
}

/* ---- reading --------------------------------------------------------------------------------- */

static const char by_value[] = "SELECT product FROM identifier WHERE kind = ? AND value = ?";

static enum err look_up(sqlite3_stmt *st, enum identifier_kind kind, const char *value,
			uint64_t *product, struct error *e)
{
	*product = 0;
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int(st, 1, kind);
	sqlite3_bind_text(st, 2, value, -1, SQLITE_STATIC);
	int rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*product = (uint64_t)sqlite3_column_int64(st, 0);
	enum err err = rc == SQLITE_ROW || rc == SQLITE_DONE
			       ? ERR_NONE
			       : failed(st, rc, "look for a product", e);
	sqlite3_reset(st);
	return err;
}

enum err match_find(struct reader *r, const struct identity *id, uint64_t except,
		    struct match_found *out, struct error *e)
{
	uint64_t product = 0;
	*out = (struct match_found){.method = MATCH_NEW};
	if (!*id->gtin)
		return ERR_NONE;
	enum err err =
		look_up(reader_prepare(r, by_value, e), IDENTIFIER_GTIN, id->gtin, &product, e);
	if (!err && product && product != except)
		*out = (struct match_found){
			.product = product, .method = MATCH_GTIN, .score = 1000};
	return err;
}

/* ---- writing --------------------------------------------------------------------------------- */

static enum err add_product(struct txn *t, const struct identity *id, uint64_t *product,
			    struct error *e)
{
	char key[BRAND_KEY_MAX];
	int64_t now = clock_wall_ms(store_clock(txn_store(t)));
	sqlite3_stmt *st = txn_prepare(
		t,
		"INSERT INTO product (id, title, brand, brand_key, image, category, pack_count,"
		" pack_amount, pack_unit, mine, listings, currency, created_ms, changed_ms)"
		" VALUES (?, ?, ?, ?, ?, ?, 1, 0, '', ?, 0, '', ?8, ?8)",
		e);
	if (!st)
		return ERR_STORE;
	*product = txn_new_id(t);
	brand_fold(id->brand, key, sizeof(key));
	sqlite3_bind_int64(st, 1, (sqlite3_int64)*product);
	sqlite3_bind_text(st, 2, id->title, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 3, id->brand, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 4, key, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 5, id->image, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 6, id->category, -1, SQLITE_STATIC);
	sqlite3_bind_int(st, 7, id->mine);
	sqlite3_bind_int64(st, 8, now);
	return txn_exec(t, st, e);
}

static enum err add_identifier(struct txn *t, enum identifier_kind kind, const char *value,
			       uint64_t product, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t, "INSERT OR IGNORE INTO identifier VALUES (?, ?, ?)", e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int(st, 1, kind);
	sqlite3_bind_text(st, 2, value, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 3, (sqlite3_int64)product);
	return txn_exec(t, st, e);
}

static enum err add_text(struct txn *t, uint64_t product, const struct identity *id,
			 struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t,
				       "INSERT INTO product_text (rowid, title, brand, codes)"
				       " VALUES (?, ?, ?, trim(?4 || ' ' || ?5 || ' ' || ?6))",
				       e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	sqlite3_bind_text(st, 2, id->title, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 3, id->brand, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 4, id->gtin, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 5, id->mpn, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 6, id->sku, -1, SQLITE_STATIC);
	return txn_exec(t, st, e);
}

static bool product_there(struct txn *t, uint64_t product, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t, "SELECT 1 FROM product WHERE id = ?", e);
	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	bool there = sqlite3_step(st) == SQLITE_ROW;
	sqlite3_reset(st);
	return there;
}

enum err match_settle(struct txn *t, uint64_t listing, const struct identity *id,
		      struct match_found *found, struct error *e)
{
	enum err err = ERR_NONE;
	if (found->product && !product_there(t, found->product, e))
		*found = (struct match_found){.method = MATCH_NEW};
	if (!found->product && *id->gtin) {
		err = look_up(txn_prepare(t, by_value, e), IDENTIFIER_GTIN, id->gtin,
			      &found->product, e);
		if (!err && found->product) {
			found->method = MATCH_GTIN;
			found->score = 1000;
		}
	}
	if (!err && !found->product) {
		err = add_product(t, id, &found->product, e);
		if (!err)
			err = add_text(t, found->product, id, e);
	}
	if (!err && *id->gtin)
		err = add_identifier(t, IDENTIFIER_GTIN, id->gtin, found->product, e);
	return err;
}

static enum err add_doubt(struct txn *t, uint64_t listing, const struct match_doubt *d,
			  struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"INSERT INTO match (id, listing, product, score, why, state, at_ms)"
		" VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6)"
		" ON CONFLICT (listing, product) DO UPDATE SET score = ?4, why = ?5 WHERE state = 0",
		e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)txn_new_id(t));
	sqlite3_bind_int64(st, 2, (sqlite3_int64)listing);
	sqlite3_bind_int64(st, 3, (sqlite3_int64)d->product);
	sqlite3_bind_int(st, 4, d->score);
	sqlite3_bind_text(st, 5, d->why, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 6, clock_wall_ms(store_clock(txn_store(t))));
	return txn_exec(t, st, e);
}

enum err match_doubts(struct txn *t, uint64_t listing, const struct match_found *found,
		      struct error *e)
{
	enum err err = ERR_NONE;
	for (size_t i = 0; !err && i < found->n_doubts; i++)
		if (found->doubts[i].product != found->product &&
		    product_there(t, found->doubts[i].product, e))
			err = add_doubt(t, listing, &found->doubts[i], e);
	return err;
}

enum err product_refresh(struct txn *t, uint64_t product, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"UPDATE product SET (listings, mine) = (SELECT count(*), coalesce(max(mine), 0)"
		" FROM listing WHERE product = ?1) WHERE id = ?1",
		e);
	if (st)
		sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	enum err err = txn_exec(t, st, e);
	st = err ? NULL
		 : txn_prepare(t,
			       "DELETE FROM product WHERE id = ? AND listings = 0"
			       " AND floor_minor IS NULL AND map_minor IS NULL RETURNING id",
			       e);
	if (!st)
		return err ? err : ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	bool gone = sqlite3_step(st) == SQLITE_ROW;
	sqlite3_reset(st);
	st = gone ? txn_prepare(t, "DELETE FROM product_text WHERE rowid = ?", e) : NULL;
	if (!gone)
		return ERR_NONE;
	if (st)
		sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	return txn_exec(t, st, e);
}
