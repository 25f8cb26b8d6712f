/* Keeping what was prepared: a few listings an operation, each compared again with what is known
 * then, so that it does not matter what came in between. */
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/observe.h"
#include "daemon/core/thread.h"
#include "shared/mem.h"

enum { SLICE_US = 2500 };

void observed_product(struct observed *x, uint64_t product)
{
	for (size_t i = 0; i < x->n_products; i++)
		if (x->products[i] == product)
			return;
	if (x->n_products == x->cap_products) {
		x->cap_products = x->cap_products ? 2 * x->cap_products : 16;
		x->products = mem_array(x->products, x->cap_products, sizeof(*x->products));
	}
	x->products[x->n_products++] = product;
}

static enum err run_for(struct txn *t, const char *sql, uint64_t id, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t, sql, e);
	if (st)
		sqlite3_bind_int64(st, 1, (sqlite3_int64)id);
	return txn_exec(t, st, e);
}

/* ---- a sighting --------------------------------------------------------------------------------
 */

static const char *text_now(const struct keeping *w, enum sighting_text what)
{
	return *w->s->text[what] || !w->k.id ? w->s->text[what] : w->k.text[what];
}

static struct identity identity_of(const struct keeping *w)
{
	return (struct identity){
		.site = w->x->o.site,
		.title = text_now(w, TEXT_TITLE),
		.brand = text_now(w, TEXT_BRAND),
		.gtin = text_now(w, TEXT_GTIN),
		.mpn = text_now(w, TEXT_MPN),
		.asin = "",
		.sku = text_now(w, TEXT_SKU),
		.image = text_now(w, TEXT_IMAGE),
		.category = text_now(w, TEXT_CATEGORY),
		.mine = w->x->o.mine,
	};
}

static enum err keep_new(struct keeping *w, struct error *e)
{
	const struct identity id = identity_of(w);
	enum err err;
	/* It was there when it was prepared, and went since: new without having been asked. */
	struct match_found unasked = {.method = MATCH_NEW};
	struct match_found found = w->s->found ? *w->s->found : unasked;
	w->listing = txn_new_id(w->t);
	if ((err = match_settle(w->t, w->listing, &id, &found, e)))
		return err;
	w->product = found.product;
	w->found = &found;
	if ((err = put_new_listing(w, e)) || (err = put_steps(w, e)) ||
	    (err = match_doubts(w->t, w->listing, &found, e)))
		return err;
	if (w->d.rating_x100 != UNKNOWN || w->d.reviews != UNKNOWN)
		err = put_rating(w, e);
	return err ? err : product_refresh(w->t, w->product, e);
}

/* It says more of what it is than before: another product may be found by it. */
static enum err match_again(struct keeping *w, struct error *e)
{
	const struct identity id = identity_of(w);
	struct match_found found = *w->s->found;
	if (!found.product)
		found = (struct match_found){
			.product = w->k.product, .method = w->k.method, .score = w->k.score};
	enum err err = match_settle(w->t, w->listing, &id, &found, e);
	if (!err)
		err = match_doubts(w->t, w->listing, &found, e);
	if (err || found.product == w->k.product)
		return err;
	sqlite3_stmt *st = txn_prepare(w->t,
				       "UPDATE listing SET product = ?, match_method = ?,"
				       " match_score = ? WHERE id = ?",
				       e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)found.product);
	sqlite3_bind_int(st, 2, found.method);
	sqlite3_bind_int(st, 3, found.score);
	sqlite3_bind_int64(st, 4, (sqlite3_int64)w->listing);
	err = txn_exec(w->t, st, e);
	w->product = found.product;
	observed_product(w->x, w->k.product);
	return err ? err : product_refresh(w->t, w->k.product, e);
}

static enum err keep_known(struct keeping *w, struct error *e)
{
	enum err err = ERR_NONE;
	w->listing = w->k.id;
	w->product = w->k.product;
	if (w->d.what & DIFFERS_OFFERS)
		err = put_steps(w, e);
	if (!err && w->d.what)
		err = put_listing(w, e);
	if (!err && (w->d.what & DIFFERS_RATING))
		err = put_rating(w, e);
	if (!err && (w->d.what & DIFFERS_CODES) && w->s->found && w->k.method != MATCH_PERSON)
		err = match_again(w, e);
	if (!err && ((w->d.what & DIFFERS_TEXTS) || w->k.state != LISTING_LISTED))
		err = product_refresh(w->t, w->product, e);
	return err;
}

static enum err keep_sighting(struct txn *t, struct observed *x, const struct sighting *s,
			      struct error *e)
{
	const struct known_source from = {.txn = t};
	struct keeping w = {.t = t, .x = x, .s = s};
	enum err err = known_read(&from, x->o.site, s->key, 0, &w.k, e);
	if (!err) {
		difference_make(&w.d, &w.k, s, x->page, x->o.at_ms);
		x->doubts |= w.d.doubts;
		err = w.k.id ? keep_known(&w, e) : keep_new(&w, e);
		if (!err && w.d.what)
			err = tell_difference(&w, e);
		if (!err)
			err = put_reviews(&w, e);
		if (!err && (w.d.what & (DIFFERS_OFFERS | DIFFERS_PLACE | DIFFERS_LISTING)))
			observed_product(x, w.product);
		difference_fini(&w.d);
	}
	known_fini(&w.k);
	return err;
}

/* ---- listings that were not seen ----------------------------------------------------------------
 */

static enum err keep_touched(struct txn *t, struct observed *x, uint64_t id, struct error *e)
{
	sqlite3_stmt *st =
		txn_prepare(t, "UPDATE listing SET seen_ms = max(seen_ms, ?) WHERE id = ?", e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, x->o.at_ms);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)id);
	return txn_exec(t, st, e);
}

static enum err keep_left(struct txn *t, struct observed *x, uint64_t id, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t,
				       "UPDATE listing SET page = NULL, seen_ms = max(seen_ms,"
				       " (SELECT seen_ms FROM page WHERE id = ?2))"
				       " WHERE id = ?1 AND page = ?2",
				       e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)id);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)x->page);
	return txn_exec(t, st, e);
}

static enum err lose(struct keeping *w, enum listing_state state, struct error *e)
{
	enum err err = put_offers_over(w, state == LISTING_GONE ? OFFER_ENDED : OFFER_UNKNOWN, e);
	if (!err)
		err = put_listing_state(w, state, e);
	if (!err && state == LISTING_GONE) {
		w->x->counts.gone++;
		err = tell_gone(w, e);
	}
	if (!err)
		err = product_refresh(w->t, w->product, e);
	observed_product(w->x, w->product);
	return err;
}

static enum err miss(struct keeping *w, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		w->t, "UPDATE listing SET missed = missed + 1, missed_ms = ? WHERE id = ?", e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, w->x->began_ms);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)w->listing);
	enum err err = txn_exec(w->t, st, e);
	if (!err) /* should the same bytes come again, it is there again */
		err = run_for(w->t, "UPDATE page SET hash = NULL WHERE id = ?", w->k.page, e);
	return err || w->k.missed + 1 < LISTING_MISSED_GONE ? err : lose(w, LISTING_GONE, e);
}

static enum err keep_unseen(struct txn *t, struct observed *x, uint64_t id, struct error *e)
{
	const struct known_source from = {.txn = t};
	struct keeping w = {.t = t, .x = x, .listing = id};
	enum err err = known_read(&from, 0, NULL, id, &w.k, e);
	w.product = w.k.product;
	if (err || !w.k.id)
		goto out;
	if (x->kind == OBSERVED_FAILED) {
		enum listing_state state = x->state == PAGE_GONE ? LISTING_GONE : LISTING_UNKNOWN;
		if (w.k.state < state && w.k.page == x->page)
			err = lose(&w, state, e);
	} else if (w.k.state != LISTING_GONE && w.k.seen_ms < x->began_ms &&
		   w.k.missed_ms < x->began_ms) {
		err = miss(&w, e);
	}
out:
	known_fini(&w.k);
	return err;
}

/* ---- a site that goes
 * ---------------------------------------------------------------------------- */

static enum err forget_listing(struct txn *t, struct observed *x, uint64_t id, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t, "DELETE FROM listing WHERE id = ? AND site = ? RETURNING product", e);
	uint64_t product = 0;
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)id);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)x->o.site);
	int rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		product = (uint64_t)sqlite3_column_int64(st, 0);
	enum err err = rc == SQLITE_ROW || rc == SQLITE_DONE
			       ? ERR_NONE
			       : store_error(rc, txn_db(t), "forget a listing", e);
	sqlite3_reset(st);
	if (err || !product)
		return err;
	x->counts.gone++;
	observed_product(x, product);
	return product_refresh(t, product, e);
}

static const char *const forgotten[] = {
	"DELETE FROM page WHERE rowid IN (SELECT rowid FROM page WHERE site = ? LIMIT 100)",
	"DELETE FROM seller WHERE rowid IN (SELECT rowid FROM seller WHERE site = ? LIMIT 100)",
	"DELETE FROM evidence WHERE hash IN (SELECT hash FROM evidence WHERE site = ? LIMIT 10)",
	"DELETE FROM rival_day WHERE site = ?",
	"DELETE FROM site WHERE id = ?",
};

/* The next kind once nothing is left of this one. */
static enum err forget_rest(struct txn *t, struct observed *x, struct error *e)
{
	enum err err = run_for(t, forgotten[x->stage], x->o.site, e);
	if (!err && !sqlite3_changes(txn_db(t)))
		x->stage++;
	return err;
}

/* ---- slices
 * -------------------------------------------------------------------------------------- */

static enum err finish(struct txn *t, struct observed *x, struct error *e)
{
	if (x->kind == OBSERVED_READING)
		return page_read(t, x->page, &x->o, x->doubts, e);
	return x->kind == OBSERVED_FAILED ? page_failed(t, x->page, &x->o, x->state, x->text, e)
					  : ERR_NONE;
}

/* One listing, or one of the last things. *over: nothing is left. */
static enum err step(struct txn *t, struct observed *x, bool *over, struct error *e)
{
	if (x->at_sighting < x->sightings.n)
		return keep_sighting(t, x, &x->sightings.all[x->at_sighting++], e);
	if (x->at_touched < x->touched.n)
		return keep_touched(t, x, x->touched.all[x->at_touched++], e);
	if (x->at_left < x->left.n)
		return keep_left(t, x, x->left.all[x->at_left++], e);
	if (x->at_listing < x->listings.n) {
		uint64_t id = x->listings.all[x->at_listing++];
		return x->kind == OBSERVED_FORGET ? forget_listing(t, x, id, e)
						  : keep_unseen(t, x, id, e);
	}
	if (x->kind == OBSERVED_FORGET && x->stage < (int)ARRAY_LEN(forgotten))
		return forget_rest(t, x, e);
	*over = true;
	return finish(t, x, e);
}

enum err observe_keep(struct txn *t, struct observed *x, bool *more, struct error *e)
{
	int64_t until = thread_now_us() + SLICE_US;
	bool over = false;
	enum err err = ERR_NONE;
	x->n_products = 0;
	if (x->kind == OBSERVED_READING || x->kind == OBSERVED_FAILED)
		err = page_make(t, &x->o, &x->page, e);
	while (!err && !over && thread_now_us() < until)
		err = step(t, x, &over, e);
	*more = !err && !over;
	return err;
}
