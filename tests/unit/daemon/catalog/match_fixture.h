#pragma once
/* Listings as a scan brings them: found, settled, written. */
#include "daemon/catalog/catalog.h"
#include "tests/unit/daemon/catalog/market_fixture.h"

struct sale {
	struct identity id;
	uint64_t listing;
	struct match_found found;
};

static inline const char *or_nothing(const char *text)
{
	return text ? text : "";
}

static inline struct sale sale_of(uint64_t site, const char *title, const char *brand)
{
	static uint64_t listing = 5000;

	return (struct sale){
		.listing = ++listing,
		.id = {.site = site,
		       .title = title,
		       .brand = brand,
		       .gtin = "",
		       .mpn = "",
		       .asin = "",
		       .sku = "",
		       .image = "",
		       .category = "",
		       .mine = site == SHOP},
	};
}

static inline enum err write_listing(struct txn *t, const struct sale *s, struct error *e)
{
	char key[256];
	sqlite3_stmt *st = txn_prepare(
		t,
		"INSERT INTO listing (id, site, mine, page, key, url, title, brand, brand_key, gtin,"
		" mpn, sku, image, category, family, product, match_method, match_score, state,"
		" state_ms, price_minor, shipping_minor, currency, availability, condition, seller,"
		" sellers, price_ms, stock_ms, source, first_ms, seen_ms, missed, missed_ms)"
		" VALUES (?1, ?2, ?3, ?2, 'k' || ?1, 'https://x.example/' || ?1, ?4, ?5, ?6, ?7, ?8,"
		" ?9, '', '', '', ?10, ?11, ?12, 0, 1, 1999, 0, 'EUR', 1, 1, 0, 1, 1, 1, 3, 1, 1, 0, 0)",
		e);

	if (!st)
		return ERR_STORE;
	brand_fold(s->id.brand, key, sizeof(key));
	sqlite3_bind_int64(st, 1, (sqlite3_int64)s->listing);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)s->id.site);
	sqlite3_bind_int(st, 3, s->id.mine);
	sqlite3_bind_text(st, 4, s->id.title, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 5, s->id.brand, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 6, key, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 7, s->id.gtin, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 8, s->id.mpn, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 9, s->id.sku, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 10, (sqlite3_int64)s->found.product);
	sqlite3_bind_int(st, 11, (int)s->found.method);
	sqlite3_bind_int(st, 12, s->found.score);
	return txn_exec(t, st, e);
}

static inline enum err run_settle(struct txn *t, void *arg, struct error *e)
{
	struct sale *s = arg;
	enum err err = match_settle(t, s->listing, &s->id, &s->found, e);

	if (!err)
		err = write_listing(t, s, e);
	if (!err)
		err = match_doubts(t, s->listing, &s->found, e);
	return err ? err : product_refresh(t, s->found.product, e);
}

static inline void find(struct fixture *f, struct sale *s)
{
	struct reader *r = store_reader(f->store, &f->error);

	assert_non_null(r);
	if (match_find(r, &s->id, 0, &s->found, &f->error))
		fail_msg("%s", f->error.text);
	reader_done(r);
}

static inline void settle(struct fixture *f, struct sale *s)
{
	if (store_run(f->store, OP_BACKGROUND, run_settle, s, &f->error))
		fail_msg("%s", f->error.text);
}

/* @return its product */
static inline uint64_t sell(struct fixture *f, struct sale *s)
{
	find(f, s);
	settle(f, s);
	return s->found.product;
}

static inline uint64_t sell_titled(struct fixture *f, uint64_t site, const char *title,
				   const char *brand)
{
	struct sale s = sale_of(site, title, brand);

	return sell(f, &s);
}
