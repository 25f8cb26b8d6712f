#include "daemon/catalog/known.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/columns.h"
#include "shared/mem.h"

int64_t column_known(sqlite3_stmt *st, int column)
{
	return sqlite3_column_type(st, column) == SQLITE_NULL ? UNKNOWN
							      : sqlite3_column_int64(st, column);
}

void bind_known(sqlite3_stmt *st, int at, int64_t v)
{
	if (v == UNKNOWN)
		sqlite3_bind_null(st, at);
	else
		sqlite3_bind_int64(st, at, v);
}

void bind_string(sqlite3_stmt *st, int at, const char *s)
{
	sqlite3_bind_text(st, at, s, -1, SQLITE_STATIC);
}

sqlite3_stmt *known_prepare(const struct known_source *from, const char *sql, struct error *e)
{
	return from->reader ? reader_prepare(from->reader, sql, e) : txn_prepare(from->txn, sql, e);
}

enum err known_done(sqlite3_stmt *st, struct error *e)
{
	if (!st)
		return ERR_STORE;
	int rc = sqlite3_step(st);
	enum err err = rc == SQLITE_DONE || rc == SQLITE_ROW
			       ? ERR_NONE
			       : store_error(rc, sqlite3_db_handle(st), "keep an observation", e);
	sqlite3_reset(st);
	return err;
}

static void copy_currency(char out[CURRENCY_TEXT], sqlite3_stmt *st, int column)
{
	snprintf(out, CURRENCY_TEXT, "%s", row_text(st, column));
}

#define LISTING_SQL                                                                              \
	"SELECT l.id, l.page, l.product, l.match_method, l.match_score, l.state, l.price_minor," \
	" l.was_minor, l.doubt_minor, l.currency, l.availability, l.rating_x100, l.reviews,"     \
	" l.price_ms, l.stock_ms, l.state_ms, " LISTING_SEEN_SQL                                 \
	", l.missed, l.missed_ms, l.url, l.title, l.brand, l.gtin, l.mpn, l.sku, l.image,"       \
	" l.category, l.family FROM listing l LEFT JOIN page g ON g.id = l.page WHERE "
enum { COLUMN_TEXTS = 19 };

static void take_listing(struct known *k, sqlite3_stmt *st)
{
	k->id = (uint64_t)sqlite3_column_int64(st, 0);
	k->page = (uint64_t)sqlite3_column_int64(st, 1);
	k->product = (uint64_t)sqlite3_column_int64(st, 2);
	k->method = (enum match_method)sqlite3_column_int(st, 3);
	k->score = sqlite3_column_int(st, 4);
	k->state = (enum listing_state)sqlite3_column_int(st, 5);
	k->price = column_known(st, 6);
	k->was = column_known(st, 7);
	k->doubt = column_known(st, 8);
	copy_currency(k->currency, st, 9);
	k->availability = (enum availability)sqlite3_column_int(st, 10);
	k->rating_x100 = column_known(st, 11);
	k->reviews = column_known(st, 12);
	k->price_ms = sqlite3_column_int64(st, 13);
	k->stock_ms = sqlite3_column_int64(st, 14);
	k->state_ms = sqlite3_column_int64(st, 15);
	k->seen_ms = sqlite3_column_int64(st, 16);
	k->missed = sqlite3_column_int(st, 17);
	k->missed_ms = sqlite3_column_int64(st, 18);
	for (int i = 0; i < SIGHTING_TEXTS; i++)
		k->text[i] = mem_strdup(row_text(st, COLUMN_TEXTS + i));
}

static void take_offer(struct known *k, sqlite3_stmt *st)
{
	if (!(k->n_offers & (k->n_offers - 1)))
		k->offers =
			mem_array(k->offers, k->n_offers ? 2 * k->n_offers : 1, sizeof(*k->offers));
	struct known_offer *o = &k->offers[k->n_offers++];
	*o = (struct known_offer){
		.seller = (uint64_t)sqlite3_column_int64(st, 0),
		.name = mem_strdup(row_text(st, 1)),
		.at_ms = sqlite3_column_int64(st, 2),
		.kind = (enum offer_kind)sqlite3_column_int(st, 3),
		.terms = {.price = column_known(st, 4),
			  .price_to = column_known(st, 5),
			  .list = column_known(st, 6),
			  .shipping = column_known(st, 7),
			  .availability = (enum availability)sqlite3_column_int(st, 9),
			  .condition = (enum condition)sqlite3_column_int(st, 10),
			  .buy_box = (int)column_known(st, 11),
			  .rank = (int)column_known(st, 12),
			  .source = sqlite3_column_int(st, 13)},
		.believed = column_known(st, 14),
	};
	copy_currency(o->terms.currency, st, 8);
	copy_currency(o->believed_currency, st, 15);
}

/* b: the last row that has a price to believe, most often the newest itself. */
static enum err read_offers(const struct known_source *from, struct known *k, struct error *e)
{
	sqlite3_stmt *st = known_prepare(
		from,
		"SELECT o.seller, s.name, o.at_ms, o.kind, o.price_minor, o.price_to_minor,"
		" o.list_minor, o.shipping_minor, o.currency, o.availability, o.condition,"
		" o.buy_box, o.rank, o.source, b.price_minor, b.currency"
		" FROM (" OFFERS_NOW_SQL ") n"
		" JOIN offer o ON o.listing = ?1 AND o.seller = n.seller AND o.at_ms = n.at_ms"
		" LEFT JOIN seller s ON s.id = o.seller"
		" LEFT JOIN offer b ON b.listing = ?1 AND b.seller = n.seller AND b.at_ms ="
		" (SELECT p.at_ms FROM offer p WHERE p.listing = ?1 AND p.seller = n.seller"
		"  AND p.kind = 0 AND p.price_minor IS NOT NULL ORDER BY p.at_ms DESC LIMIT 1)",
		e);
	if (!st)
		return ERR_STORE;
	int rc;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)k->id);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		take_offer(k, st);
	enum err err = rc == SQLITE_DONE ? ERR_NONE
					 : store_error(rc, sqlite3_db_handle(st), "read offers", e);
	sqlite3_reset(st);
	return err;
}

enum err known_read(const struct known_source *from, uint64_t site, const char *key, uint64_t id,
		    struct known *k, struct error *e)
{
	*k = (struct known){0};
	sqlite3_stmt *st = key ? known_prepare(from, LISTING_SQL "l.site = ? AND l.key = ?", e)
			       : known_prepare(from, LISTING_SQL "l.id = ?", e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)(key ? site : id));
	if (key)
		bind_string(st, 2, key);
	int rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		take_listing(k, st);
	enum err err = rc == SQLITE_ROW || rc == SQLITE_DONE
			       ? ERR_NONE
			       : store_error(rc, sqlite3_db_handle(st), "read a listing", e);
	sqlite3_reset(st);
	return err || !k->id ? err : read_offers(from, k, e);
}

void known_fini(struct known *k)
{
	for (size_t i = 0; i < SIGHTING_TEXTS; i++)
		free(k->text[i]);
	for (size_t i = 0; i < k->n_offers; i++)
		free(k->offers[i].name);
	free(k->offers);
	*k = (struct known){0};
}
