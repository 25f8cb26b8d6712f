/* The product of a listing, written down: found, or made. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/match_internal.h"
#include "shared/mem.h"

enum { LATE_MAX = 50 /* products that came since somebody looked */ };

static int64_t now_of(struct txn *t)
{
	return clock_wall_ms(store_clock(txn_store(t)));
}

/* ---- what happened since it was found -------------------------------------------------------- */

static enum err product_there(struct txn *t, uint64_t product, bool *there, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t, "SELECT 1 FROM product WHERE id = ?", e);

	*there = false;
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	enum err err = match_step(st, there, e);
	sqlite3_reset(st);
	return err;
}

/* Did a person say that it is not that one? */
static enum err is_refused(struct txn *t, uint64_t listing, uint64_t product, bool *refused,
			   struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t, "SELECT 1 FROM match WHERE listing = ? AND product = ? AND state = 2", e);

	*refused = false;
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)listing);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)product);
	enum err err = match_step(st, refused, e);
	sqlite3_reset(st);
	return err;
}

/* Is what was found still to be had? */
static enum err check_found(struct txn *t, uint64_t listing, const struct identity *id,
			    struct match_found *found, struct error *e)
{
	const struct match_db db = {.t = t};
	bool there = false, refused = false, twice = false;
	enum err err = product_there(t, found->product, &there, e);

	if (!err && there)
		err = is_refused(t, listing, found->product, &refused, e);
	if (!err && there && found->method == MATCH_TITLE)
		err = match_site_has(&db, found->product, id->site, listing, &twice, e);
	if (err || (there && !refused && !twice))
		return err;
	found->product = 0;
	found->method = MATCH_NEW;
	found->score = 0;
	return ERR_NONE;
}

static bool is_doubted(const struct match_found *found, uint64_t product)
{
	for (size_t i = 0; i < found->n_doubts; i++)
		if (found->doubts[i].product == product)
			return true;
	return false;
}

static enum err late_identifier(struct txn *t, uint64_t listing, const struct identity *id,
				const struct title *title, const struct identifiers *by,
				struct match_found *found, struct error *e)
{
	const struct match_db db = {.t = t};
	char why[160];

	for (size_t i = 0; i < by->n; i++) {
		uint64_t product;
		bool trusted = true, refused = false;
		enum err err = identifier_find(&db, &by->all[i], &product, e);

		if (err)
			return err;
		if (!product || is_doubted(found, product))
			continue;
		err = is_refused(t, listing, product, &refused, e);
		if (!err && !refused)
			err = match_trust(&db, product, title, id, &by->all[i], &trusted, why, e);
		if (err)
			return err;
		if (!trusted)
			match_add_doubt(found, product, LIKENESS_SAME - 1, why);
		if (refused || !trusted)
			continue;
		found->product = product;
		found->method = by->all[i].method;
		found->score = by->all[i].score;
		return ERR_NONE;
	}
	return ERR_NONE;
}

/* Two shops that are read at the same time do not miss each other: what came since is compared
 * here. What the listing's own site has is none that it could be. */
static enum err late_titles(struct txn *t, uint64_t listing, const struct identity *id,
			    const struct title *title, const char *key, struct match_found *found,
			    struct error *e)
{
	const struct match_db db = {.t = t};
	struct match_ranking ranking = {0};
	bool row = false, refused = false;
	enum err err = ERR_NONE;
	sqlite3_stmt *st =
		txn_prepare(t,
			    "SELECT id, title FROM product p WHERE id > ? AND brand_key = ?"
			    " AND NOT EXISTS (SELECT 1 FROM listing WHERE product = p.id"
			    "  AND site = ?) LIMIT ?",
			    e);

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)found->newest);
	sqlite3_bind_text(st, 2, key, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 3, (sqlite3_int64)id->site);
	sqlite3_bind_int(st, 4, LATE_MAX);
	while (!(err = match_step(st, &row, e)) && row) {
		uint64_t product = (uint64_t)sqlite3_column_int64(st, 0);

		err = is_refused(t, listing, product, &refused, e);
		if (!err && !refused)
			err = match_rank(&db, &ranking, title, id, product,
					 (const char *)sqlite3_column_text(st, 1), key, e);
		if (err)
			break;
	}
	sqlite3_reset(st);
	if (!err)
		match_ranked(&ranking, found);
	return err;
}

/* ---- writing --------------------------------------------------------------------------------- */

static enum err add_product(struct txn *t, const struct identity *id, const char *key,
			    const struct pack *pack, uint64_t *product, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"INSERT INTO product (id, title, brand, brand_key, image, category, pack_count,"
		" pack_amount, pack_unit, mine, listings, currency, created_ms, changed_ms)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', ?11, ?11)",
		e);

	if (!st)
		return ERR_STORE;
	*product = txn_new_id(t);
	sqlite3_bind_int64(st, 1, (sqlite3_int64)*product);
	sqlite3_bind_text(st, 2, id->title, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 3, id->brand, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 4, key, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 5, id->image, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 6, id->category, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 7, pack->count);
	sqlite3_bind_int64(st, 8, pack->amount);
	sqlite3_bind_text(st, 9, pack_unit_name(pack->unit), -1, SQLITE_STATIC);
	sqlite3_bind_int(st, 10, id->mine);
	sqlite3_bind_int64(st, 11, now_of(t));
	return txn_exec(t, st, e);
}

enum err product_make(struct txn *t, const struct identity *id, uint64_t *product, struct error *e)
{
	char key[BRAND_KEY_MAX];
	struct pack pack;

	brand_fold(id->brand, key, sizeof(key));
	pack_read(id->title, &pack);
	return add_product(t, id, key, &pack, product, e);
}

/* What another product has already stays there. */
static enum err add_identifiers(struct txn *t, const struct identifiers *by, uint64_t product,
				struct error *e)
{
	for (size_t i = 0; i < by->n; i++) {
		sqlite3_stmt *st =
			txn_prepare(t, "INSERT OR IGNORE INTO identifier VALUES (?, ?, ?)", e);
		enum err err;

		if (!st)
			return ERR_STORE;
		sqlite3_bind_int(st, 1, by->all[i].kind);
		sqlite3_bind_text(st, 2, by->all[i].value, -1, SQLITE_STATIC);
		sqlite3_bind_int64(st, 3, (sqlite3_int64)product);
		if ((err = txn_exec(t, st, e)))
			return err;
	}
	return ERR_NONE;
}

enum err match_settle(struct txn *t, uint64_t listing, const struct identity *id,
		      struct match_found *found, struct error *e)
{
	char key[BRAND_KEY_MAX];
	struct identifiers by;
	struct title *title = mem_alloc(sizeof(*title));
	enum err err = ERR_NONE;

	identifiers_of(id, &by);
	brand_fold(id->brand, key, sizeof(key));
	title_read(title, id->title, key);
	if (found->product)
		err = check_found(t, listing, id, found, e);
	if (!err && !found->product)
		err = late_identifier(t, listing, id, title, &by, found, e);
	if (!err && !found->product && *key)
		err = late_titles(t, listing, id, title, key, found, e);
	if (!err && !found->product)
		err = add_product(t, id, key, &title->pack, &found->product, e);
	if (!err)
		err = add_identifiers(t, &by, found->product, e);
	free(title);
	return err;
}

/* ---- doubts ---------------------------------------------------------------------------------- */

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
	sqlite3_bind_int64(st, 6, now_of(t));
	return txn_exec(t, st, e);
}

enum err match_doubts(struct txn *t, uint64_t listing, const struct match_found *found,
		      struct error *e)
{
	for (size_t i = 0; i < found->n_doubts; i++) {
		bool there = false;
		enum err err = ERR_NONE;

		if (found->doubts[i].product != found->product)
			err = product_there(t, found->doubts[i].product, &there, e);
		if (!err && there)
			err = add_doubt(t, listing, &found->doubts[i], e);
		if (err)
			return err;
	}
	return ERR_NONE;
}
