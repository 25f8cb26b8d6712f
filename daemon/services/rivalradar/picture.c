#include "daemon/services/rivalradar/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/offers.h"
#include "daemon/catalog/words.h"
#include "shared/mem.h"

#define DAY_MS INT64_C(86400000)

enum { PAGE_ROWS = 20000, SITES_MAX = 10000 };

/* A listing as the pass reads it: its offer, and what only it says. */
struct row {
	uint64_t product, site;
	int64_t first_ms, state_ms, changed_ms;
};

struct pass {
	struct store *store;
	struct picture *p;
	struct market_indexes *indexes; /* of p->sites */
	struct market market;
	/* the product that is being read */
	struct market_offer *offers;
	struct row *rows;
	size_t n, cap;
	int64_t now_ms;
};

/* ---- sites ----------------------------------------------------------------------------------- */

static int by_site(const void *a, const void *b)
{
	const struct figures *x = a, *y = b;

	return x->site < y->site ? -1 : x->site > y->site;
}

static struct figures *find(const struct picture *p, uint64_t site)
{
	const struct figures key = {.site = site};

	return bsearch(&key, p->sites, p->n, sizeof(*p->sites), by_site);
}

const struct figures *picture_find(const struct picture *p, uint64_t site)
{
	return p ? find(p, site) : NULL;
}

static struct figures *add_site(struct picture *p, size_t *cap)
{
	if (p->n == *cap) {
		*cap = *cap ? 2 * *cap : 16;
		p->sites = mem_array(p->sites, *cap, sizeof(*p->sites));
	}
	struct figures *f = &p->sites[p->n++];
	*f = (struct figures){.index_mean = MARKET_UNKNOWN, .index_median = MARKET_UNKNOWN};
	for (size_t i = 0; i < PICTURE_TREND_DAYS; i++)
		f->trend[i] = -1;
	return f;
}

static const char *based_key(char out[static 48], uint64_t site)
{
	snprintf(out, 48, "rival.based.%llu", (unsigned long long)site);
	return out;
}

/* The first scan that was seen here stays the first one. */
static int64_t based_of(struct store *s, uint64_t site, int64_t scanned_ms)
{
	char key[48];
	char *known = store_meta_get(s, based_key(key, site));
	int64_t ms = known ? strtoll(known, NULL, 10) : 0;

	free(known);
	return ms ? ms : scanned_ms;
}

static enum err read_sites(struct pass *x, struct reader *r, struct error *e)
{
	sqlite3_stmt *st = reader_prepare(r,
					  "SELECT id, mine, state, state_ms, text, scanned_ms,"
					  " scanned_ms FROM site ORDER BY id LIMIT ?1",
					  e);
	size_t cap = 0;
	int rc;

	if (!st)
		return ERR_STORE;
	add_site(x->p, &cap)->mine = true; /* all of mine */
	sqlite3_bind_int(st, 1, SITES_MAX);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct figures *f = add_site(x->p, &cap);

		f->site = (uint64_t)sqlite3_column_int64(st, 0);
		f->mine = sqlite3_column_int(st, 1);
		f->state = (enum site_state)sqlite3_column_int(st, 2);
		f->state_ms = sqlite3_column_int64(st, 3);
		words_cut(f->text, sizeof(f->text), row_text(st, 4));
		f->scanned_ms = sqlite3_column_int64(st, 5);
		f->based_ms = sqlite3_column_int64(st, 6);
	}
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? ERR_NONE
				 : store_error(rc, sqlite3_db_handle(st), "reading sites", e);
}

static enum err read_trends(struct pass *x, struct reader *r, struct error *e)
{
	int64_t today = x->now_ms / DAY_MS;
	sqlite3_stmt *st = reader_prepare(r,
					  "SELECT site, day, index_median FROM rival_day"
					  " WHERE day > ?1 AND day <= ?2",
					  e);
	int rc;

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, today - PICTURE_TREND_DAYS);
	sqlite3_bind_int64(st, 2, today);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct figures *f = find(x->p, (uint64_t)sqlite3_column_int64(st, 0));
		int64_t back = today - sqlite3_column_int64(st, 1);

		if (f && sqlite3_column_type(st, 2) != SQLITE_NULL)
			f->trend[PICTURE_TREND_DAYS - 1 - back] = sqlite3_column_int(st, 2);
	}
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? ERR_NONE
				 : store_error(rc, sqlite3_db_handle(st), "reading days", e);
}

/* ---- a product ------------------------------------------------------------------------------- */

static void count_listing(struct pass *x, const struct row *row, const struct market_offer *o)
{
	struct figures *f = find(x->p, row->site);
	int64_t news = x->now_ms - PICTURE_NEWS_DAYS * DAY_MS;

	if (!f)
		return;
	if (row->changed_ms > f->changed_ms)
		f->changed_ms = row->changed_ms;
	if (o->state == LISTING_GONE) {
		f->gone_n += row->state_ms >= news;
		return;
	}
	f->products++;
	f->unknown += o->state == LISTING_UNKNOWN;
	f->out_of_stock += o->state == LISTING_LISTED && market_is_out(o->availability);
	f->new_n += f->based_ms && row->first_ms > f->based_ms && row->first_ms >= news;
}

static bool sold_before(const struct pass *x, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (x->offers[i].seller == x->offers[at].seller &&
		    x->offers[i].state != LISTING_GONE)
			return true;
	return false;
}

/* A rival that sells what I sell, too: once for each product, however many listings it has. */
static void compare(struct pass *x)
{
	bool mine = false;

	for (size_t i = 0; i < x->n; i++)
		mine |= x->offers[i].seller == MARKET_MINE && x->offers[i].state != LISTING_GONE;
	for (size_t i = 0; mine && i < x->n; i++) {
		const struct market_offer *o = &x->offers[i];
		struct figures *f = find(x->p, o->seller);
		struct market_duel d;

		if (!f || o->seller == MARKET_MINE || o->state == LISTING_GONE || sold_before(x, i))
			continue;
		f->mine_too++;
		if (!market_duel(x->offers, x->n, o->seller, &d))
			continue;
		f->compared++;
		f->cheaper += d.theirs_minor < d.mine_minor;
		f->dearer += d.theirs_minor > d.mine_minor;
		f->equal += d.theirs_minor == d.mine_minor;
	}
}

static void index_market(struct pass *x, const char *currency)
{
	struct market *m = &x->market;
	struct figures *house = &x->p->sites[0];

	market_make(m, x->offers, x->n, currency);
	for (size_t i = 0; m->n > 1 && i < m->n; i++) {
		struct figures *f = find(x->p, m->sellers[i].seller);
		int64_t mean, median;

		if (f && market_index(m, m->sellers[i].minor, &mean, &median))
			market_indexes_add(&x->indexes[f - x->p->sites], mean, median);
	}
	const struct market_seller *mine = market_find(m, MARKET_MINE);
	const struct market_seller *best = market_cheapest_but(m, MARKET_MINE);
	if (!mine || !best)
		return;
	house->compared++;
	house->cheaper += mine->minor < best->minor;
	house->equal += mine->minor == best->minor;
	house->dearer += mine->minor > best->minor;
}

static void index_product(struct pass *x)
{
	for (size_t i = 0; i < x->n; i++) {
		bool seen = !market_counts(&x->offers[i], x->offers[i].currency);

		for (size_t k = 0; k < i && !seen; k++)
			seen = !strcmp(x->offers[k].currency, x->offers[i].currency) &&
			       market_counts(&x->offers[k], x->offers[k].currency);
		if (!seen)
			index_market(x, x->offers[i].currency);
	}
}

static void end_product(struct pass *x)
{
	for (size_t i = 0; i < x->n; i++)
		count_listing(x, &x->rows[i], &x->offers[i]);
	if (x->n > 1) {
		compare(x);
		index_product(x);
	}
	x->n = 0;
}

/* ---- all listings ---------------------------------------------------------------------------- */

static void take_row(struct pass *x, sqlite3_stmt *st)
{
	if (x->n == x->cap) {
		x->cap = x->cap ? 2 * x->cap : 16;
		x->offers = mem_array(x->offers, x->cap, sizeof(*x->offers));
		x->rows = mem_array(x->rows, x->cap, sizeof(*x->rows));
	}
	int64_t price_ms = sqlite3_column_int64(st, OFFER_COLUMNS_N + 3),
		stock_ms = sqlite3_column_int64(st, OFFER_COLUMNS_N + 4);
	offer_read(st, 0, &x->offers[x->n]);
	x->rows[x->n++] =
		(struct row){.product = (uint64_t)sqlite3_column_int64(st, OFFER_COLUMNS_N),
			     .site = (uint64_t)sqlite3_column_int64(st, 0),
			     .first_ms = sqlite3_column_int64(st, OFFER_COLUMNS_N + 1),
			     .state_ms = sqlite3_column_int64(st, OFFER_COLUMNS_N + 2),
			     .changed_ms = price_ms > stock_ms ? price_ms : stock_ms};
}

/* A page of them after (product, listing). @return how many rows it had, -1 with e filled */
static int read_page(struct pass *x, uint64_t *product, uint64_t *listing, struct error *e)
{
	struct reader *r = store_reader(x->store, e);
	sqlite3_stmt *st =
		r ? reader_prepare(r,
				   "SELECT " OFFER_COLUMNS ", l.product, l.first_ms, l.state_ms,"
				   " l.price_ms, l.stock_ms FROM listing l"
				   " WHERE (l.product, l.id) > (?1, ?2)"
				   " ORDER BY l.product, l.id LIMIT ?3",
				   e)
		  : NULL;
	int rc = SQLITE_ERROR, n = 0;

	if (st) {
		sqlite3_bind_int64(st, 1, (sqlite3_int64)*product);
		sqlite3_bind_int64(st, 2, (sqlite3_int64)*listing);
		sqlite3_bind_int(st, 3, PAGE_ROWS);
		while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
			*listing = (uint64_t)sqlite3_column_int64(st, 1);
			*product = (uint64_t)sqlite3_column_int64(st, OFFER_COLUMNS_N);
			if (x->n && x->rows[0].product != *product)
				end_product(x);
			take_row(x, st);
			n++;
		}
		if (rc != SQLITE_DONE)
			(void)store_error(rc, sqlite3_db_handle(st), "reading listings", e);
		sqlite3_reset(st);
	}
	if (r)
		reader_done(r);
	return rc == SQLITE_DONE ? n : -1;
}

static enum err read_listings(struct pass *x, struct error *e)
{
	uint64_t product = 0, listing = 0;
	int n;

	do {
		n = read_page(x, &product, &listing, e);
		if (n < 0)
			return ERR_STORE;
	} while (n == PAGE_ROWS);
	end_product(x);
	for (size_t i = 0; i < x->p->n; i++) {
		struct figures *f = &x->p->sites[i];

		if (!market_indexes_result(&x->indexes[i], &f->index_mean, &f->index_median))
			continue;
		f->trend[PICTURE_TREND_DAYS - 1] =
			f->index_median > INT32_MAX ? INT32_MAX : (int32_t)f->index_median;
	}
	return ERR_NONE;
}

/* ---- who undercuts --------------------------------------------------------------------------- */

static void take_undercut(struct picture *p, sqlite3_stmt *st)
{
	struct undercut *u = &p->undercuts[p->n_undercuts];

	p->undercuts_total++;
	if (p->n_undercuts == PICTURE_UNDERCUTS_MAX)
		return;
	p->n_undercuts++;
	u->product = (uint64_t)sqlite3_column_int64(st, 0);
	words_cut(u->title, sizeof(u->title), row_text(st, 1));
	snprintf(u->currency, sizeof(u->currency), "%s", row_text(st, 2));
	u->mine_minor = row_minor(st, 3);
	u->best_minor = row_minor(st, 4);
	u->floor_minor = row_minor(st, 5);
	u->since_ms = sqlite3_column_int64(st, 6);
	u->rival = (uint64_t)sqlite3_column_int64(st, 7);
	words_cut(u->sku, sizeof(u->sku), row_text(st, 8));
}

static enum err read_undercuts(struct pass *x, struct reader *r, struct error *e)
{
	sqlite3_stmt *st = reader_prepare(
		r,
		"SELECT p.id, p.title, p.currency, p.mine_minor, p.best_minor,"
		" p.floor_minor, p.undercut_ms, b.site,"
		" (SELECT sku FROM listing m WHERE m.product = p.id AND m.mine = 1"
		"  AND m.sku <> '' ORDER BY m.id LIMIT 1)"
		" FROM product p JOIN listing b ON b.id = p.best_listing"
		" WHERE p.mine = 1 AND p.undercut_ms IS NOT NULL AND p.mine_minor > 0"
		" ORDER BY CAST(p.best_minor AS REAL) / p.mine_minor, p.id",
		e);
	int rc;

	if (!st)
		return ERR_STORE;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		take_undercut(x->p, st);
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? ERR_NONE
				 : store_error(rc, sqlite3_db_handle(st), "reading undercuts", e);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static enum err read_little(struct pass *x, struct error *e)
{
	struct reader *r = store_reader(x->store, e);
	enum err err;

	if (!r)
		return ERR_STORE;
	err = read_sites(x, r, e);
	if (!err)
		err = read_trends(x, r, e);
	if (!err)
		err = read_undercuts(x, r, e);
	reader_done(r);
	return err;
}

enum err picture_make(struct store *s, int64_t now_ms, struct picture **out, struct error *e)
{
	struct pass x = {.store = s, .now_ms = now_ms, .p = mem_zalloc(sizeof(*x.p))};
	enum err err = read_little(&x, e);

	x.p->made_ms = now_ms;
	if (!err) {
		for (size_t i = 0; i < x.p->n; i++)
			if (x.p->sites[i].site)
				x.p->sites[i].based_ms =
					based_of(s, x.p->sites[i].site, x.p->sites[i].based_ms);
		x.indexes = mem_zalloc(x.p->n * sizeof(*x.indexes));
		err = read_listings(&x, e);
	}
	for (size_t i = 0; x.indexes && i < x.p->n; i++)
		market_indexes_fini(&x.indexes[i]);
	free(x.indexes);
	free(x.offers);
	free(x.rows);
	market_fini(&x.market);
	if (err)
		picture_free(x.p);
	else
		*out = x.p;
	return err;
}

void picture_free(struct picture *p)
{
	if (!p)
		return;
	free(p->sites);
	free(p);
}

/* ---- day by day ------------------------------------------------------------------------------ */

static enum err keep_day(struct txn *t, const struct figures *f, int64_t day, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"INSERT INTO rival_day (site, day, index_mean, index_median, compared, cheaper,"
		" dearer, listings) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
		" ON CONFLICT (site, day) DO UPDATE SET index_mean = ?3, index_median = ?4,"
		" compared = ?5, cheaper = ?6, dearer = ?7, listings = ?8"
		" WHERE (index_mean, index_median, compared, cheaper, dearer, listings)"
		" IS NOT (?3, ?4, ?5, ?6, ?7, ?8)",
		e);

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)f->site);
	sqlite3_bind_int64(st, 2, day);
	bind_minor(st, 3, f->index_mean);
	bind_minor(st, 4, f->index_median);
	sqlite3_bind_int64(st, 5, f->compared);
	sqlite3_bind_int64(st, 6, f->cheaper);
	sqlite3_bind_int64(st, 7, f->dearer);
	sqlite3_bind_int64(st, 8, f->products);
	return txn_exec(t, st, e);
}

/* Deleted meanwhile: nothing may be left of it. */
static enum err site_exists(struct txn *t, uint64_t site, bool *exists, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t, "SELECT 1 FROM site WHERE id = ?1", e);

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)site);
	int rc = sqlite3_step(st);
	*exists = rc == SQLITE_ROW;
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE
		       ? ERR_NONE
		       : store_error(rc, txn_db(t), "reading a site", e);
}

enum err picture_base(struct txn *t, uint64_t site, int64_t at_ms, struct error *e)
{
	char key[48], value[24];

	based_key(key, site);
	snprintf(value, sizeof(value), "%lld", (long long)at_ms);
	return txn_meta_set(t, key, value, e);
}

static enum err run_keep(struct txn *t, void *arg, struct error *e)
{
	const struct picture *p = arg;
	enum err err = ERR_NONE;

	for (size_t i = 0; !err && i < p->n; i++) {
		const struct figures *f = &p->sites[i];
		bool exists = !f->site;

		if (f->site)
			err = site_exists(t, f->site, &exists, e);
		if (err || !exists || (f->site ? !f->based_ms : !f->compared))
			continue;
		err = keep_day(t, f, p->made_ms / DAY_MS, e);
		if (!err && f->site)
			err = picture_base(t, f->site, f->based_ms, e);
	}
	return err;
}

enum err picture_keep(struct store *s, const struct picture *p, struct error *e)
{
	return store_run(s, OP_BACKGROUND, run_keep, (void *)(uintptr_t)p, e);
}
