#include "daemon/services/rivalradar/analysis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/offers.h"
#include "shared/mem.h"

#define DAY_MS INT64_C(86400000)

const char *analysis_list_name(enum analysis_list l)
{
	static const char *const names[] = {
		[ANALYSIS_UNDERCUTS] = "undercuts",
		[ANALYSIS_DROPS] = "drops",
		[ANALYSIS_RISES] = "rises",
		[ANALYSIS_NEW] = "new",
		[ANALYSIS_REMOVED] = "removed",
		[ANALYSIS_OUT_OF_STOCK] = "out_of_stock",
		[ANALYSIS_BACK_IN_STOCK] = "back_in_stock",
		[ANALYSIS_DEALS] = "deals",
	};

	return names[l];
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* A listing of the rival's, as it is read. */
struct seen {
	struct market_offer offer;
	uint64_t product, seller;
	char *title, *sku, *url;
	int64_t was_minor, price_ms, stock_ms, first_ms, state_ms;
};

static void add(struct analysis *a, enum analysis_list list, const struct seen *s,
		struct analysis_row row)
{
	size_t n = a->n[list];

	a->total[list]++;
	if (n == ANALYSIS_ROWS_MAX)
		return;
	if ((n & (n - 1)) == 0)
		a->lists[list] = mem_array(a->lists[list], n ? 2 * n : 1, sizeof(row));
	row.listing = s->offer.listing;
	row.product = s->product;
	row.title = mem_strdup(s->title);
	row.sku = mem_strdup(s->sku);
	row.url = mem_strdup(s->url);
	row.availability = s->offer.availability;
	snprintf(row.currency, sizeof(row.currency), "%s", s->offer.currency);
	a->lists[list][a->n[list]++] = row;
}

static void seen_read(sqlite3_stmt *st, struct seen *s)
{
	offer_read(st, 0, &s->offer);
	s->product = (uint64_t)sqlite3_column_int64(st, OFFER_COLUMNS_N);
	s->title = mem_strdup(row_text(st, OFFER_COLUMNS_N + 1));
	s->sku = mem_strdup(row_text(st, OFFER_COLUMNS_N + 2));
	s->url = mem_strdup(row_text(st, OFFER_COLUMNS_N + 3));
	s->was_minor = row_minor(st, OFFER_COLUMNS_N + 4);
	s->price_ms = sqlite3_column_int64(st, OFFER_COLUMNS_N + 5);
	s->stock_ms = sqlite3_column_int64(st, OFFER_COLUMNS_N + 6);
	s->first_ms = sqlite3_column_int64(st, OFFER_COLUMNS_N + 7);
	s->state_ms = sqlite3_column_int64(st, OFFER_COLUMNS_N + 8);
	s->seller = (uint64_t)sqlite3_column_int64(st, OFFER_COLUMNS_N + 9);
}

static void seen_fini(struct seen *s)
{
	free(s->title);
	free(s->sku);
	free(s->url);
}

/* ---- what became different ------------------------------------------------------------------- */

/* One number of a listing's history; what is not there is MARKET_UNKNOWN. */
static int64_t ask_history(struct reader *r, const char *sql, const struct seen *s, int64_t at_ms)
{
	struct error ignored = {0};
	sqlite3_stmt *st = reader_prepare(r, sql, &ignored);
	int64_t value = MARKET_UNKNOWN;

	if (!st)
		return value;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)s->offer.listing);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)s->seller);
	sqlite3_bind_int64(st, 3, at_ms);
	if (sqlite3_step(st) == SQLITE_ROW)
		value = row_minor(st, 0);
	sqlite3_reset(st);
	return value;
}

/* The price at that moment, however often it changed since; of a younger listing its first. */
static int64_t price_at(struct reader *r, const struct seen *s, int64_t at_ms)
{
	static const char before[] = "SELECT price_minor FROM offer WHERE listing = ?1"
				     " AND seller = ?2 AND at_ms <= ?3 AND kind = 0"
				     " AND price_minor IS NOT NULL ORDER BY at_ms DESC LIMIT 1";
	static const char first[] = "SELECT price_minor FROM offer WHERE listing = ?1"
				    " AND seller = ?2 AND at_ms > ?3 AND kind = 0"
				    " AND price_minor IS NOT NULL ORDER BY at_ms LIMIT 1";
	int64_t price = ask_history(r, before, s, at_ms);

	if (price < 0)
		price = ask_history(r, first, s, at_ms);
	return price < 0 ? s->was_minor : price;
}

static void look_at_price(struct analysis *a, struct reader *r, const struct seen *s)
{
	static const char lowest[] = "SELECT min(price_minor) FROM offer WHERE listing = ?1"
				     " AND seller = ?2 AND at_ms <= ?3 AND kind = 0";
	struct analysis_row row = {.price_minor = s->offer.price_minor,
				   .mine_minor = MARKET_UNKNOWN,
				   .was_minor = MARKET_UNKNOWN,
				   .at_ms = s->price_ms};

	if (s->offer.state != LISTING_LISTED || s->offer.price_minor < 0)
		return;
	if (s->price_ms >= a->since_ms && s->price_ms > s->first_ms) {
		row.was_minor = price_at(r, s, a->since_ms);
		if (row.was_minor >= 0 && row.was_minor != row.price_minor)
			add(a, row.price_minor < row.was_minor ? ANALYSIS_DROPS : ANALYSIS_RISES, s,
			    row);
	}
	if (s->price_ms - s->first_ms < MARKET_DEAL_DAYS * DAY_MS)
		return;
	row.was_minor = s->was_minor;
	row.deal = market_deal(row.price_minor, ask_history(r, lowest, s, INT64_MAX), s->first_ms,
			       s->price_ms);
	if (row.deal)
		add(a, ANALYSIS_DEALS, s, row);
}

static bool was_out(struct reader *r, const struct seen *s)
{
	static const char before[] = "SELECT availability FROM offer WHERE listing = ?1"
				     " AND seller = ?2 AND at_ms < ?3 AND kind = 0"
				     " ORDER BY at_ms DESC LIMIT 1";
	int64_t a = ask_history(r, before, s, s->stock_ms);

	return a >= 0 && market_is_out((enum availability)a);
}

static void look_at_rest(struct analysis *a, struct reader *r, const struct seen *s)
{
	const struct market_offer *o = &s->offer;
	struct analysis_row row = {.price_minor = o->price_minor,
				   .mine_minor = MARKET_UNKNOWN,
				   .was_minor = MARKET_UNKNOWN};

	if (o->state == LISTING_GONE) {
		row.at_ms = s->state_ms;
		if (s->state_ms >= a->since_ms)
			add(a, ANALYSIS_REMOVED, s, row);
		return;
	}
	a->products++;
	a->unknown += o->state == LISTING_UNKNOWN;
	row.at_ms = s->first_ms;
	if (a->based_ms && s->first_ms > a->based_ms && s->first_ms >= a->since_ms)
		add(a, ANALYSIS_NEW, s, row);
	row.at_ms = s->stock_ms;
	if (o->state != LISTING_LISTED)
		return;
	if (market_is_out(o->availability))
		add(a, ANALYSIS_OUT_OF_STOCK, s, row);
	else if (s->stock_ms >= a->since_ms && s->stock_ms > s->first_ms &&
		 market_can_be_bought(o->availability) && was_out(r, s))
		add(a, ANALYSIS_BACK_IN_STOCK, s, row);
}

/* ---- against mine and the market ------------------------------------------------------------- */

struct comparing {
	struct analysis *a;
	struct reader *reader;
	struct offers offers; /* of one product */
	struct seen *seen;    /* the rival's of them */
	size_t n_seen, cap_seen;
	struct market market;
	struct market_indexes indexes;
};

static const struct seen *seen_of(const struct comparing *c, uint64_t listing)
{
	for (size_t i = 0; i < c->n_seen; i++)
		if (c->seen[i].offer.listing == listing)
			return &c->seen[i];
	return NULL;
}

static void compare(struct comparing *c)
{
	struct analysis *a = c->a;
	struct market_duel d;
	const struct seen *s;

	if (!market_duel(c->offers.all, c->offers.n, a->site, &d))
		return;
	a->compared++;
	a->cheaper += d.theirs_minor < d.mine_minor;
	a->dearer += d.theirs_minor > d.mine_minor;
	a->equal += d.theirs_minor == d.mine_minor;
	s = seen_of(c, d.theirs->listing);
	if (s && d.theirs_minor < d.mine_minor)
		add(a, ANALYSIS_UNDERCUTS, s,
		    (struct analysis_row){.price_minor = d.theirs_minor,
					  .mine_minor = d.mine_minor,
					  .was_minor = s->was_minor,
					  .landed = d.landed,
					  .at_ms = s->price_ms});
}

static void count_currencies(struct comparing *c)
{
	bool mine = false, same = false;

	for (size_t i = 0; i < c->offers.n; i++) {
		const struct market_offer *o = &c->offers.all[i];

		if (o->seller != MARKET_MINE || !market_counts(o, o->currency))
			continue;
		mine = true;
		for (size_t k = 0; k < c->n_seen; k++)
			same |= !strcmp(c->seen[k].offer.currency, o->currency) ||
				!*c->seen[k].offer.currency;
	}
	c->a->other_currency += mine && !same;
}

static void index_product(struct comparing *c)
{
	for (size_t i = 0; i < c->n_seen; i++) {
		const char *currency = c->seen[i].offer.currency;
		bool done = !market_counts(&c->seen[i].offer, currency);
		int64_t mean, median;

		for (size_t k = 0; k < i && !done; k++)
			done = !strcmp(c->seen[k].offer.currency, currency) &&
			       market_counts(&c->seen[k].offer, currency);
		if (done)
			continue;
		market_make(&c->market, c->offers.all, c->offers.n, currency);
		const struct market_seller *s = market_find(&c->market, c->a->site);
		if (s && market_index(&c->market, s->minor, &mean, &median))
			market_indexes_add(&c->indexes, mean, median);
	}
}

static void end_product(struct comparing *c)
{
	for (size_t i = 0; i < c->n_seen; i++) {
		look_at_price(c->a, c->reader, &c->seen[i]);
		look_at_rest(c->a, c->reader, &c->seen[i]);
	}
	compare(c);
	count_currencies(c);
	index_product(c);
	for (size_t i = 0; i < c->n_seen; i++)
		seen_fini(&c->seen[i]);
	c->n_seen = c->offers.n = 0;
}

/* ---- all of the rival's products ------------------------------------------------------------- */

static void take(struct comparing *c, sqlite3_stmt *st)
{
	struct offers *o = &c->offers;

	if (o->n == o->cap) {
		o->cap = o->cap ? 2 * o->cap : 16;
		o->all = mem_array(o->all, o->cap, sizeof(*o->all));
	}
	offer_read(st, 0, &o->all[o->n++]);
	if (o->all[o->n - 1].seller != c->a->site)
		return;
	if (c->n_seen == c->cap_seen) {
		c->cap_seen = c->cap_seen ? 2 * c->cap_seen : 16;
		c->seen = mem_array(c->seen, c->cap_seen, sizeof(*c->seen));
	}
	seen_read(st, &c->seen[c->n_seen++]);
}

/* A page of products, so that no reader is held for seconds. @return how many rows, -1: e */
static int read_page(struct comparing *c, struct store *s, uint64_t *product, struct error *e)
{
	enum { PRODUCTS = 2000 };
	struct reader *r = store_reader(s, e);
	sqlite3_stmt *st =
		r ? reader_prepare(r,
				   "SELECT " OFFER_COLUMNS ", l.product, l.title, l.sku, l.url,"
				   " l.was_minor, l.price_ms, l.stock_ms, l.first_ms, l.state_ms,"
				   " l.seller FROM (SELECT DISTINCT product FROM listing"
				   "  WHERE site = ?1 AND product > ?2 ORDER BY product LIMIT ?3) x"
				   " JOIN listing l ON l.product = x.product"
				   " ORDER BY l.product, l.id",
				   e)
		  : NULL;
	int rc = SQLITE_ERROR, n = 0;

	c->reader = r;
	if (st) {
		uint64_t last = *product;

		sqlite3_bind_int64(st, 1, (sqlite3_int64)c->a->site);
		sqlite3_bind_int64(st, 2, (sqlite3_int64)*product);
		sqlite3_bind_int(st, 3, PRODUCTS);
		while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
			*product = (uint64_t)sqlite3_column_int64(st, OFFER_COLUMNS_N);
			if (*product != last)
				end_product(c);
			last = *product;
			take(c, st);
			n++;
		}
		end_product(c);
		if (rc != SQLITE_DONE)
			(void)store_error(rc, sqlite3_db_handle(st), "reading listings", e);
		sqlite3_reset(st);
	}
	if (r)
		reader_done(r);
	return rc == SQLITE_DONE ? n : -1;
}

static int widest_gap_first(const void *x, const void *y)
{
	const struct analysis_row *a = x, *b = y;
	__int128 p = (__int128)a->price_minor * b->mine_minor,
		 q = (__int128)b->price_minor * a->mine_minor;

	return p < q ? -1 : p > q ? 1 : a->listing < b->listing ? -1 : a->listing > b->listing;
}

static int latest_first(const void *x, const void *y)
{
	const struct analysis_row *a = x, *b = y;

	if (a->at_ms != b->at_ms)
		return a->at_ms > b->at_ms ? -1 : 1;
	return a->listing < b->listing ? -1 : a->listing > b->listing;
}

enum err analysis_make(struct store *s, struct analysis *a, struct error *e)
{
	struct comparing c = {.a = a};
	uint64_t product = 0;
	int n;

	a->index_mean = a->index_median = MARKET_UNKNOWN;
	do
		n = read_page(&c, s, &product, e);
	while (n > 0);
	(void)market_indexes_result(&c.indexes, &a->index_mean, &a->index_median);
	for (size_t i = 0; i < ANALYSIS_LISTS; i++)
		if (a->n[i])
			qsort(a->lists[i], a->n[i], sizeof(*a->lists[i]),
			      i == ANALYSIS_UNDERCUTS ? widest_gap_first : latest_first);
	market_indexes_fini(&c.indexes);
	market_fini(&c.market);
	offers_fini(&c.offers);
	free(c.seen);
	return n < 0 ? ERR_STORE : ERR_NONE;
}

void analysis_fini(struct analysis *a)
{
	for (size_t l = 0; l < ANALYSIS_LISTS; l++) {
		for (size_t i = 0; i < a->n[l]; i++) {
			free(a->lists[l][i].title);
			free(a->lists[l][i].sku);
			free(a->lists[l][i].url);
		}
		free(a->lists[l]);
		a->lists[l] = NULL;
		a->n[l] = a->total[l] = 0;
	}
}
