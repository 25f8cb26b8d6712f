/* Rows of a listing, inside an operation. */
#include <string.h>

#include "daemon/catalog/observe.h"
#include "shared/mem.h"

enum { BRAND_KEY_MAX = 256 };

/* ---- offers ------------------------------------------------------------------------------------
 */

static enum err find_seller(struct keeping *w, const char *name, uint64_t *id, struct error *e)
{
	*id = 0;
	if (!*name)
		return ERR_NONE;
	sqlite3_stmt *st = txn_prepare(w->t,
				       "INSERT INTO seller (site, name) VALUES (?, ?)"
				       " ON CONFLICT (site, name) DO UPDATE SET name = name"
				       " RETURNING id",
				       e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)w->x->o.site);
	bind_string(st, 2, name);
	int rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*id = (uint64_t)sqlite3_column_int64(st, 0);
	enum err err =
		rc == SQLITE_ROW ? ERR_NONE : store_error(rc, txn_db(w->t), "keep a seller", e);
	sqlite3_reset(st);
	return err;
}

/* It was so until it was last seen. */
static enum err close_offer(struct keeping *w, const struct known_offer *o, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(w->t,
				       "UPDATE offer SET until_ms = max(at_ms, until_ms, ?)"
				       " WHERE listing = ? AND seller = ? AND at_ms = ?",
				       e);
	if (!st)
		return ERR_STORE;
	/* What was not known, or over, was so until now. */
	sqlite3_bind_int64(st, 1,
			   o->kind == OFFER_SEEN || o->kind == OFFER_DOUBTFUL ? w->k.seen_ms
									      : w->x->o.at_ms);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)w->listing);
	sqlite3_bind_int64(st, 3, (sqlite3_int64)o->seller);
	sqlite3_bind_int64(st, 4, o->at_ms);
	return txn_exec(w->t, st, e);
}

static const struct terms no_terms = {.price = UNKNOWN,
				      .price_to = UNKNOWN,
				      .list = UNKNOWN,
				      .shipping = UNKNOWN,
				      .buy_box = -1,
				      .rank = -1};

static enum err insert_offer(struct keeping *w, uint64_t seller, int64_t at_ms,
			     enum offer_kind kind, const struct terms *t, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		w->t,
		"INSERT OR REPLACE INTO offer VALUES"
		" (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
		e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)w->listing);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)seller);
	sqlite3_bind_int64(st, 3, at_ms);
	sqlite3_bind_int(st, 4, kind);
	bind_known(st, 5, t->price);
	bind_known(st, 6, t->price_to);
	bind_known(st, 7, t->list);
	bind_known(st, 8, t->shipping);
	bind_string(st, 9, t->currency);
	sqlite3_bind_int(st, 10, t->availability);
	sqlite3_bind_int(st, 11, t->condition);
	bind_known(st, 12, t->buy_box);
	bind_known(st, 13, t->rank);
	sqlite3_bind_int(st, 14, t->source);
	if (w->x->kind == OBSERVED_READING)
		sqlite3_bind_blob(st, 15, w->x->o.hash, EVIDENCE_BYTES, SQLITE_STATIC);
	return txn_exec(w->t, st, e);
}

/* Rows of one seller follow each other, whatever the clock did. */
static int64_t after(const struct known_offer *was, int64_t at_ms)
{
	return was && was->at_ms >= at_ms ? was->at_ms + 1 : at_ms;
}

static enum err write_step(struct keeping *w, const struct offer_step *step, struct error *e)
{
	int64_t at = after(step->was, w->x->o.at_ms);
	uint64_t seller = step->was ? step->was->seller : 0;
	enum err err = step->was ? close_offer(w, step->was, e)
				 : find_seller(w, step->sold->seller, &seller, e);
	if (!err && step->gap)
		err = insert_offer(w, seller, after(step->was, w->k.seen_ms + 1), OFFER_UNKNOWN,
				   &no_terms, e);
	return err ? err
		   : insert_offer(w, seller, at, step->kind,
				  step->sold ? &step->sold->terms : &no_terms, e);
}

enum err put_steps(struct keeping *w, struct error *e)
{
	enum err err = ERR_NONE;
	for (size_t i = 0; i < w->d.n_steps && !err; i++) {
		const struct offer_step *step = &w->d.steps[i];
		err = write_step(w, step, e);
		if (!err && w->k.id && step->joined)
			err = put_change(w, "seller_joined", "", step->sold->seller, e);
		if (!err && w->k.id && step->left)
			err = put_change(w, "seller_left", step->was->name, "", e);
	}
	if (!err && w->d.box_was)
		err = put_change(w, "buy_box", w->d.box_was->name, w->d.box_now->seller, e);
	return err;
}

enum err put_offers_over(struct keeping *w, enum offer_kind kind, struct error *e)
{
	enum err err = ERR_NONE;
	for (size_t i = 0; i < w->k.n_offers && !err; i++) {
		const struct known_offer *o = &w->k.offers[i];
		if (o->kind == OFFER_ENDED || o->kind == kind)
			continue;
		err = close_offer(w, o, e);
		if (!err)
			err = insert_offer(w, o->seller, after(o, w->x->o.at_ms), kind, &no_terms,
					   e);
	}
	return err;
}

/* ---- the listing -------------------------------------------------------------------------------
 */

/* The seller of the listing's own offer: its row was written before. */
static enum err seller_now(struct keeping *w, uint64_t *id, struct error *e)
{
	*id = w->d.now_was ? w->d.now_was->seller : 0;
	return w->d.now_was ? ERR_NONE : find_seller(w, w->s->sold[w->d.now].seller, id, e);
}

static void bind_offer(struct keeping *w, sqlite3_stmt *st, uint64_t seller)
{
	const struct terms *t = &w->s->sold[w->d.now].terms;
	bool moved = w->d.price != w->k.price || strcmp(w->d.currency, w->k.currency) != 0;
	bool stock = t->availability != w->k.availability;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)w->listing);
	bind_known(st, 2, w->d.price);
	bind_known(st, 3, t->price_to);
	bind_known(st, 4, t->list);
	bind_known(st, 5, t->shipping);
	bind_string(st, 6, w->d.currency);
	sqlite3_bind_int(st, 7, t->availability);
	sqlite3_bind_int(st, 8, t->condition);
	sqlite3_bind_int64(st, 9, (sqlite3_int64)seller);
	sqlite3_bind_int64(st, 10, (sqlite3_int64)w->s->n_sold);
	bind_known(st, 11, w->d.rating_x100);
	bind_known(st, 12, w->d.reviews);
	bind_known(st, 13, w->d.was);
	sqlite3_bind_int64(st, 14, w->k.id && !moved ? w->k.price_ms : w->x->o.at_ms);
	sqlite3_bind_int64(st, 15, w->k.id && !stock ? w->k.stock_ms : w->x->o.at_ms);
	bind_known(st, 16, w->d.doubt ? t->price : UNKNOWN);
	sqlite3_bind_int(st, 17, w->s->source);
	sqlite3_bind_int64(st, 18, w->x->o.at_ms);
	sqlite3_bind_int64(st, 19, (sqlite3_int64)w->x->page);
}

static const char *text_now(const struct keeping *w, enum sighting_text what)
{
	return *w->s->text[what] || !w->k.id ? w->s->text[what] : w->k.text[what];
}

static void bind_texts(struct keeping *w, sqlite3_stmt *st, int at, char *brand_key)
{
	for (int i = 0; i < SIGHTING_TEXTS; i++)
		bind_string(st, at + i, text_now(w, (enum sighting_text)i));
	brand_fold(text_now(w, TEXT_BRAND), brand_key, BRAND_KEY_MAX);
	bind_string(st, at + SIGHTING_TEXTS, brand_key);
}

enum err put_new_listing(struct keeping *w, struct error *e)
{
	char brand_key[BRAND_KEY_MAX];
	uint64_t seller;
	enum err err = seller_now(w, &seller, e);
	sqlite3_stmt *st =
		err ? NULL
		    : txn_prepare(
			      w->t,
			      "INSERT INTO listing (id, price_minor, price_to_minor, list_minor,"
			      " shipping_minor, currency, availability, condition, seller, sellers,"
			      " rating_x100, reviews, was_minor, price_ms, stock_ms, doubt_minor,"
			      " source, seen_ms, page, url, title, brand, gtin, mpn, sku, image,"
			      " category, family, brand_key, site, mine, key, product,"
			      " match_method, match_score, state, state_ms, first_ms, missed,"
			      " missed_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
			      " ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24,"
			      " ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, 0, ?18, ?18,"
			      " 0, 0)",
			      e);
	if (!st)
		return err ? err : ERR_STORE;
	bind_offer(w, st, seller);
	bind_texts(w, st, 20, brand_key);
	sqlite3_bind_int64(st, 30, (sqlite3_int64)w->x->o.site);
	sqlite3_bind_int(st, 31, w->x->o.mine);
	bind_string(st, 32, w->s->key);
	sqlite3_bind_int64(st, 33, (sqlite3_int64)w->product);
	sqlite3_bind_int(st, 34, w->found->method);
	sqlite3_bind_int(st, 35, w->found->score);
	return txn_exec(w->t, st, e);
}

static enum err write_text_changes(struct keeping *w, struct error *e)
{
	static const struct {
		enum sighting_text what;
		const char *field;
	} told[] = {{TEXT_TITLE, "title"},
		    {TEXT_IMAGE, "image"},
		    {TEXT_CATEGORY, "category"},
		    {TEXT_BRAND, "brand"}};
	enum err err = ERR_NONE;
	for (size_t i = 0; i < ARRAY_LEN(told) && !err; i++)
		if (w->d.texts[told[i].what] && *w->k.text[told[i].what])
			err = put_change(w, told[i].field, w->k.text[told[i].what],
					 w->s->text[told[i].what], e);
	return err;
}

enum err put_listing(struct keeping *w, struct error *e)
{
	char brand_key[BRAND_KEY_MAX];
	uint64_t seller;
	enum err err = seller_now(w, &seller, e);
	sqlite3_stmt *st =
		err ? NULL
		    : txn_prepare(
			      w->t,
			      "UPDATE listing SET price_minor = ?2, price_to_minor = ?3,"
			      " list_minor = ?4, shipping_minor = ?5, currency = ?6,"
			      " availability = ?7, condition = ?8, seller = ?9, sellers = ?10,"
			      " rating_x100 = ?11, reviews = ?12, was_minor = ?13, price_ms = ?14,"
			      " stock_ms = ?15, doubt_minor = ?16, source = ?17,"
			      " seen_ms = max(seen_ms, ?18), page = ?19, url = ?20, title = ?21,"
			      " brand = ?22, gtin = ?23, mpn = ?24, sku = ?25, image = ?26,"
			      " category = ?27, family = ?28, brand_key = ?29,"
			      " state_ms = CASE state WHEN 0 THEN state_ms ELSE ?18 END,"
			      " state = 0, missed = 0 WHERE id = ?1",
			      e);
	if (!st)
		return err ? err : ERR_STORE;
	bind_offer(w, st, seller);
	bind_texts(w, st, 20, brand_key);
	err = txn_exec(w->t, st, e);
	return err ? err : write_text_changes(w, e);
}

enum err put_listing_state(struct keeping *w, enum listing_state state, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(w->t,
				       "UPDATE listing SET seen_ms = max(seen_ms, ?4), state = ?2,"
				       " state_ms = ?3, doubt_minor = NULL WHERE id = ?1",
				       e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)w->k.id);
	sqlite3_bind_int(st, 2, state);
	sqlite3_bind_int64(st, 3, w->x->o.at_ms);
	sqlite3_bind_int64(st, 4, w->k.seen_ms);
	return txn_exec(w->t, st, e);
}

/* ---- beside it ---------------------------------------------------------------------------------
 */

enum err put_rating(struct keeping *w, struct error *e)
{
	sqlite3_stmt *st =
		txn_prepare(w->t, "INSERT OR REPLACE INTO rating VALUES (?, ?, ?, ?)", e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)w->listing);
	sqlite3_bind_int64(st, 2, w->x->o.at_ms);
	bind_known(st, 3, w->d.rating_x100);
	bind_known(st, 4, w->d.reviews);
	return txn_exec(w->t, st, e);
}

enum err put_change(struct keeping *w, const char *field, const char *was, const char *now,
		    struct error *e)
{
	sqlite3_stmt *st =
		txn_prepare(w->t,
			    "INSERT INTO listing_change (listing, at_ms, field, was, now)"
			    " VALUES (?, ?, ?, ?, ?)",
			    e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)w->listing);
	sqlite3_bind_int64(st, 2, w->x->o.at_ms);
	bind_string(st, 3, field);
	bind_string(st, 4, was);
	bind_string(st, 5, now);
	return txn_exec(w->t, st, e);
}

bool review_is_new(const struct known_source *from, uint64_t listing, const struct seen_review *r,
		   struct error *e)
{
	sqlite3_stmt *st =
		known_prepare(from, "SELECT 1 FROM review WHERE listing = ? AND key = ?", e);
	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)listing);
	sqlite3_bind_blob(st, 2, r->key, REVIEW_KEY_BYTES, SQLITE_STATIC);
	bool is_new = sqlite3_step(st) == SQLITE_DONE;
	sqlite3_reset(st);
	return is_new;
}

enum err put_reviews(struct keeping *w, struct error *e)
{
	enum err err = ERR_NONE;
	for (size_t i = 0; i < w->s->n_reviews && !err; i++) {
		const struct seen_review *r = &w->s->review[i];
		sqlite3_stmt *st = txn_prepare(
			w->t,
			"INSERT OR IGNORE INTO review (listing, key, at_ms, found_ms, rating_x100,"
			" text) VALUES (?, ?, ?, ?, ?, ?)",
			e);
		if (!st)
			return ERR_STORE;
		sqlite3_bind_int64(st, 1, (sqlite3_int64)w->listing);
		sqlite3_bind_blob(st, 2, r->key, REVIEW_KEY_BYTES, SQLITE_STATIC);
		sqlite3_bind_int64(st, 3, r->at_ms ? r->at_ms : w->x->o.at_ms);
		sqlite3_bind_int64(st, 4, w->x->o.at_ms);
		bind_known(st, 5, r->rating_x100);
		bind_string(st, 6, r->text);
		err = txn_exec(w->t, st, e);
	}
	return err;
}
