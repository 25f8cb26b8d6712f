#include "daemon/catalog/match_decide.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/match_internal.h"
#include "daemon/catalog/undercut.h"
#include "daemon/store/feed.h"
#include "shared/mem.h"

enum { MATCH_OPEN, MATCH_YES, MATCH_NO };

/* The pair, and where the listing is now. */
struct pair {
	uint64_t match, listing, product, now;
	int state;
};

static int64_t now_of(struct txn *t)
{
	return clock_wall_ms(store_clock(txn_store(t)));
}

/* Run a statement with up to three numbers. */
static enum err run(struct txn *t, const char *sql, uint64_t a, uint64_t b, uint64_t c,
		    struct error *e)
{
	const uint64_t numbers[] = {a, b, c};
	sqlite3_stmt *st = txn_prepare(t, sql, e);

	if (!st)
		return ERR_STORE;
	for (int i = 0; i < sqlite3_bind_parameter_count(st) && i < 3; i++)
		sqlite3_bind_int64(st, i + 1, (sqlite3_int64)numbers[i]);
	return txn_exec(t, st, e);
}

static enum err read_pair(struct txn *t, uint64_t match, struct pair *p, struct error *e)
{
	sqlite3_stmt *st =
		txn_prepare(t,
			    "SELECT m.listing, m.product, m.state, l.product FROM match m"
			    " JOIN listing l ON l.id = m.listing WHERE m.id = ?",
			    e);
	bool row = false;

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)match);
	enum err err = match_step(st, &row, e);
	if (row)
		*p = (struct pair){
			.match = match,
			.listing = (uint64_t)sqlite3_column_int64(st, 0),
			.product = (uint64_t)sqlite3_column_int64(st, 1),
			.state = sqlite3_column_int(st, 2),
			.now = (uint64_t)sqlite3_column_int64(st, 3),
		};
	sqlite3_reset(st);
	if (!err && !row) {
		error_set(e, ERR_NOT_FOUND, "the match is gone: so is its listing or product");
		error_hint(e, "sellersmart match list has those that are open");
		return ERR_NOT_FOUND;
	}
	return err;
}

static enum err count_listings(struct txn *t, uint64_t product, int64_t *n, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t, "SELECT count(*) FROM listing WHERE product = ?", e);
	bool row = false;

	*n = 0;
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	enum err err = match_step(st, &row, e);
	if (row)
		*n = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return err;
}

/* Both are what their listings say now, and judged anew. */
static enum err settle_both(struct txn *t, uint64_t a, uint64_t b, struct error *e)
{
	const uint64_t both[] = {a, b};
	enum err err = product_refresh(t, a, e);

	if (!err && b != a)
		err = product_refresh(t, b, e);
	return err ? err : undercut_judge(t, both, a == b ? 1 : 2, now_of(t), false, e);
}

/* ---- yes ------------------------------------------------------------------------------------- */

/* What only the lone product had comes along. */
static enum err merge(struct txn *t, uint64_t from, uint64_t into, struct error *e)
{
	static const char *const steps[] = {
		"UPDATE identifier SET product = ?2 WHERE product = ?1",
		"UPDATE OR IGNORE match SET product = ?2 WHERE product = ?1",
		"UPDATE product SET floor_minor = coalesce(floor_minor, (SELECT floor_minor FROM"
		" product WHERE id = ?1)), map_minor = coalesce(map_minor, (SELECT map_minor FROM"
		" product WHERE id = ?1)) WHERE id = ?2",
		"UPDATE product SET floor_minor = NULL, map_minor = NULL WHERE id = ?1",
	};
	enum err err = ERR_NONE;

	for (size_t i = 0; !err && i < ARRAY_LEN(steps); i++)
		err = run(t, steps[i], from, into, 0, e);
	return err;
}

static enum err move(struct txn *t, const struct pair *p, struct error *e)
{
	int64_t others = 0;
	enum err err = run(t,
			   "UPDATE listing SET product = ?2, match_method = 4, match_score = 1000"
			   " WHERE id = ?1",
			   p->listing, p->product, 0, e);

	if (!err)
		err = feed_change(t, "listing", p->listing, false, e);
	if (!err)
		err = count_listings(t, p->now, &others, e);
	if (!err && !others)
		err = merge(t, p->now, p->product, e);
	return err;
}

static enum err decide(struct txn *t, uint64_t match, int state, struct error *e)
{
	enum err err = run(t, "UPDATE match SET state = ?2, decided_ms = ?3 WHERE id = ?1", match,
			   (uint64_t)state, (uint64_t)now_of(t), e);

	return err ? err : feed_change(t, "match", match, false, e);
}

enum err match_confirm(struct txn *t, struct match_decision *d, struct error *e)
{
	struct pair p;
	enum err err = read_pair(t, d->match, &p, e);

	if (!err)
		err = decide(t, d->match, MATCH_YES, e);
	if (!err && p.now != p.product)
		err = move(t, &p, e);
	/* It is known what it is: what else it might be is no question any more. */
	if (!err)
		err = run(t, "DELETE FROM match WHERE listing = ? AND state = 0", p.listing, 0, 0,
			  e);
	if (!err && p.now != p.product)
		err = settle_both(t, p.product, p.now, e);
	d->product = p.product;
	return err;
}

/* ---- no -------------------------------------------------------------------------------------- */

/* What a listing says of itself, as text of one's own. */
struct said {
	char *title, *brand, *gtin, *mpn, *sku, *image, *category;
	struct identity id;
};

static char *text_at(sqlite3_stmt *st, int column)
{
	const char *text = (const char *)sqlite3_column_text(st, column);

	return mem_strdup(text ? text : "");
}

static enum err read_said(struct txn *t, uint64_t listing, struct said *s, uint64_t *product,
			  struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t,
				       "SELECT title, brand, gtin, mpn, sku, image, category, mine,"
				       " site, product FROM listing WHERE id = ?",
				       e);
	bool row = false;

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)listing);
	enum err err = match_step(st, &row, e);
	if (row) {
		*s = (struct said){.title = text_at(st, 0),
				   .brand = text_at(st, 1),
				   .gtin = text_at(st, 2),
				   .mpn = text_at(st, 3),
				   .sku = text_at(st, 4),
				   .image = text_at(st, 5),
				   .category = text_at(st, 6)};
		s->id = (struct identity){.site = (uint64_t)sqlite3_column_int64(st, 8),
					  .title = s->title,
					  .brand = s->brand,
					  .gtin = s->gtin,
					  .mpn = s->mpn,
					  .asin = "",
					  .sku = s->sku,
					  .image = s->image,
					  .category = s->category,
					  .mine = sqlite3_column_int(st, 7)};
		*product = (uint64_t)sqlite3_column_int64(st, 9);
	}
	sqlite3_reset(st);
	if (!err && !row)
		return error_set(e, ERR_NOT_FOUND, "the listing is gone");
	return err;
}

static void said_fini(struct said *s)
{
	free(s->title);
	free(s->brand);
	free(s->gtin);
	free(s->mpn);
	free(s->sku);
	free(s->image);
	free(s->category);
}

/* Do others of the product say it, too? */
static enum err others_say(struct txn *t, const struct identifier *by, uint64_t product,
			   uint64_t but, bool *say, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t, "SELECT gtin, brand, mpn FROM listing WHERE product = ? AND id <> ?", e);
	bool row = false;
	enum err err;

	*say = false;
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)but);
	while (!(err = match_step(st, &row, e)) && row && !*say) {
		struct identity id = {.gtin = (const char *)sqlite3_column_text(st, 0),
				      .brand = (const char *)sqlite3_column_text(st, 1),
				      .mpn = (const char *)sqlite3_column_text(st, 2),
				      .asin = ""};
		struct identifiers theirs;

		identifiers_of(&id, &theirs);
		for (size_t i = 0; i < theirs.n; i++)
			*say |= theirs.all[i].kind == by->kind &&
				!strcmp(theirs.all[i].value, by->value);
	}
	sqlite3_reset(st);
	return err;
}

/* The codes that only this listing brought go with it. */
static enum err take_identifiers(struct txn *t, const struct said *s, uint64_t listing,
				 uint64_t from, uint64_t to, struct error *e)
{
	struct identifiers mine;
	enum err err = ERR_NONE;

	identifiers_of(&s->id, &mine);
	for (size_t i = 0; !err && i < mine.n; i++) {
		bool say = false;
		sqlite3_stmt *st;

		err = others_say(t, &mine.all[i], from, listing, &say, e);
		if (err || say)
			continue;
		st = txn_prepare(t,
				 "UPDATE identifier SET product = ?4 WHERE kind = ?1 AND value = ?2"
				 " AND product = ?3",
				 e);
		if (!st)
			return ERR_STORE;
		sqlite3_bind_int(st, 1, mine.all[i].kind);
		sqlite3_bind_text(st, 2, mine.all[i].value, -1, SQLITE_STATIC);
		sqlite3_bind_int64(st, 3, (sqlite3_int64)from);
		sqlite3_bind_int64(st, 4, (sqlite3_int64)to);
		err = txn_exec(t, st, e);
	}
	return err;
}

static enum err refuse(struct txn *t, uint64_t listing, uint64_t product, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"INSERT INTO match (id, listing, product, score, why, state, at_ms, decided_ms)"
		" VALUES (?1, ?2, ?3, 0, 'split off by a person', 2, ?4, ?4)"
		" ON CONFLICT (listing, product) DO UPDATE SET state = 2, decided_ms = ?4",
		e);

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)txn_new_id(t));
	sqlite3_bind_int64(st, 2, (sqlite3_int64)listing);
	sqlite3_bind_int64(st, 3, (sqlite3_int64)product);
	sqlite3_bind_int64(st, 4, now_of(t));
	return txn_exec(t, st, e);
}

static enum err split(struct txn *t, const struct said *s, struct match_decision *d, uint64_t from,
		      struct error *e)
{
	enum err err = refuse(t, d->listing, from, e);

	if (!err)
		err = product_make(t, &s->id, &d->product, e);
	if (!err)
		err = run(t,
			  "UPDATE listing SET product = ?2, match_method = 4, match_score = 1000"
			  " WHERE id = ?1",
			  d->listing, d->product, 0, e);
	if (!err)
		err = take_identifiers(t, s, d->listing, from, d->product, e);
	if (!err)
		err = feed_change(t, "listing", d->listing, false, e);
	return err ? err : settle_both(t, from, d->product, e);
}

enum err listing_split(struct txn *t, struct match_decision *d, struct error *e)
{
	struct said s = {0};
	uint64_t from = 0;
	int64_t n = 0;
	enum err err = read_said(t, d->listing, &s, &from, e);

	if (!err)
		err = count_listings(t, from, &n, e);
	if (!err && n < 2) {
		err = error_set(e, ERR_NOT_NOW,
				"it is the only listing of its product: there is nothing to split");
		error_hint(e, "sellersmart product show has the listings of a product");
	}
	if (!err)
		err = split(t, &s, d, from, e);
	said_fini(&s);
	return err;
}

enum err match_reject(struct txn *t, struct match_decision *d, struct error *e)
{
	struct pair p;
	enum err err = read_pair(t, d->match, &p, e);
	int64_t n = 0;

	if (!err)
		err = decide(t, d->match, MATCH_NO, e);
	if (!err)
		err = count_listings(t, p.now, &n, e);
	d->product = p.now;
	d->listing = p.listing;
	if (!err && p.now == p.product && n > 1)
		err = listing_split(t, d, e);
	return err;
}

/* ---- taken back ------------------------------------------------------------------------------ */

enum err match_reopen(struct txn *t, struct match_decision *d, struct error *e)
{
	struct pair p;
	enum err err = read_pair(t, d->match, &p, e);
	int64_t n = 0;

	if (!err && p.state == MATCH_OPEN) {
		error_set(e, ERR_NOT_NOW, "nobody has answered it: there is nothing to take back");
		error_hint(e,
			   "sellersmart match list --filter state=confirmed has those that were");
		return ERR_NOT_NOW;
	}
	if (!err)
		err = count_listings(t, p.now, &n, e);
	d->product = p.now;
	d->listing = p.listing;
	if (!err && p.state == MATCH_YES && p.now == p.product && n > 1)
		err = listing_split(t, d, e);
	if (!err)
		err = run(t, "UPDATE match SET state = 0, decided_ms = NULL WHERE id = ?", d->match,
			  0, 0, e);
	return err ? err : feed_change(t, "match", d->match, false, e);
}
