/* Listings as rows of a list and one by one. */
#include <string.h>

#include "daemon/catalog/internal.h"
#include "shared/mem.h"
#include "shared/money.h"
#include "shared/product_terms.h"

extern const struct resource_kind resource_listing;

enum column_at {
	L_ID,
	L_SITE,
	L_MINE,
	L_URL,
	L_TITLE,
	L_BRAND,
	L_GTIN,
	L_MPN,
	L_SKU,
	L_IMAGE,
	L_CATEGORY,
	L_FAMILY,
	L_PRODUCT,
	L_METHOD,
	L_SCORE,
	L_STATE,
	L_STATE_MS,
	L_PRICE,
	L_PRICE_TO,
	L_LIST,
	L_SHIPPING,
	L_CURRENCY,
	L_AVAILABILITY,
	L_CONDITION,
	L_SELLER,
	L_SELLERS,
	L_RATING,
	L_REVIEWS,
	L_WAS,
	L_PRICE_MS,
	L_STOCK_MS,
	L_DOUBT,
	L_SOURCE,
	L_FIRST_MS,
	L_SEEN_MS,
	L_PAGE_URL,
	L_PAGE_STATE,
	L_PAGE_STATUS,
	L_PAGE_TEXT,
};
#define COLUMNS                                                                                   \
	"l.id, l.site, l.mine, l.url, l.title, l.brand, l.gtin, l.mpn, l.sku, l.image,"           \
	" l.category, l.family, l.product, l.match_method, l.match_score, l.state, l.state_ms,"   \
	" l.price_minor, l.price_to_minor, l.list_minor, l.shipping_minor, l.currency,"           \
	" l.availability, l.condition, s.name, l.sellers, l.rating_x100, l.reviews, l.was_minor," \
	" l.price_ms, l.stock_ms, l.doubt_minor, l.source, l.first_ms, " LISTING_SEEN_SQL ","     \
	" g.url, g.state, g.status, g.text"

static const char *const page_states[] = {
	[PAGE_OK] = "ok",
	[PAGE_BLOCKED] = "blocked",
	[PAGE_FAILING] = "failing",
	[PAGE_GONE] = "gone",
};

/* ---- one by itself ----------------------------------------------------------------------------
 */

static void write_page(struct json_writer *w, sqlite3_stmt *st)
{
	jw_key(w, "page");
	if (sqlite3_column_type(st, L_PAGE_URL) == SQLITE_NULL) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_kv_str(w, "url", row_text(st, L_PAGE_URL));
	jw_kv_str(w, "state", page_states[sqlite3_column_int(st, L_PAGE_STATE) & 3]);
	jw_key(w, "status");
	sqlite3_column_int(st, L_PAGE_STATUS) ? jw_int(w, sqlite3_column_int(st, L_PAGE_STATUS))
					      : jw_null(w);
	write_word(w, "text", st, L_PAGE_TEXT);
	jw_object_end(w);
}

static void write_offer(struct json_writer *w, sqlite3_stmt *st)
{
	jw_object(w);
	write_word(w, "seller", st, 0);
	jw_kv_str(w, "kind", offer_kind_name((enum offer_kind)sqlite3_column_int(st, 1)));
	write_figure(w, "price_minor", st, 2);
	write_figure(w, "list_minor", st, 3);
	write_figure(w, "shipping_minor", st, 4);
	write_landed(w, st, 2, 4);
	write_word(w, "currency", st, 5);
	jw_kv_str(w, "availability",
		  availability_word((enum availability)sqlite3_column_int(st, 6)));
	jw_kv_str(w, "condition", condition_word((enum condition)sqlite3_column_int(st, 7)));
	jw_key(w, "buy_box");
	sqlite3_column_type(st, 8) == SQLITE_NULL ? jw_null(w)
						  : jw_bool(w, sqlite3_column_int(st, 8));
	write_figure(w, "rank", st, 9);
	jw_kv_time(w, "since", sqlite3_column_int64(st, 10));
	jw_kv_str(w, "source", source_name(sqlite3_column_int(st, 11)));
	jw_object_end(w);
}

/* What each seller offers now, the lowest price first. */
static void write_offers(struct json_writer *w, const struct sql_row *row)
{
	struct error ignored = {0};
	sqlite3_stmt *st = reader_prepare(
		row->reader,
		"SELECT s.name, o.kind, o.price_minor, o.list_minor, o.shipping_minor, o.currency,"
		" o.availability, o.condition, o.buy_box, o.rank, o.at_ms, o.source"
		" FROM (" OFFERS_NOW_SQL ") n JOIN offer o ON o.listing = ?1"
		" AND o.seller = n.seller AND o.at_ms = n.at_ms"
		" LEFT JOIN seller s ON s.id = o.seller WHERE o.kind <> 3"
		" ORDER BY o.price_minor IS NULL, o.price_minor, o.seller",
		&ignored);
	jw_key(w, "offers");
	jw_array(w);
	if (st) {
		sqlite3_bind_int64(st, 1, sqlite3_column_int64(row->st, L_ID));
		while (sqlite3_step(st) == SQLITE_ROW)
			write_offer(w, st);
		sqlite3_reset(st);
	}
	jw_array_end(w);
}

/* ---- a row ------------------------------------------------------------------------------------
 */

static void write_identity(struct json_writer *w, const struct sql_row *row)
{
	struct catalog *c = row->ctx;
	sqlite3_stmt *st = row->st;
	char id[ID_TEXT];
	jw_kv_str(w, "kind", "listing");
	jw_kv_str(w, "id", id_format(id, "lst", (uint64_t)sqlite3_column_int64(st, L_ID)));
	jw_kv_str(w, "title", row_text(st, L_TITLE));
	site_write(w, c->d->store, (uint64_t)sqlite3_column_int64(st, L_SITE));
	jw_kv_bool(w, "mine", sqlite3_column_int(st, L_MINE));
	jw_kv_str(w, "product",
		  id_format(id, "prd", (uint64_t)sqlite3_column_int64(st, L_PRODUCT)));
	jw_kv_str(w, "url", row_text(st, L_URL));
	write_word(w, "sku", st, L_SKU);
	write_word(w, "gtin", st, L_GTIN);
	write_word(w, "mpn", st, L_MPN);
	write_word(w, "brand", st, L_BRAND);
	write_word(w, "image", st, L_IMAGE);
	write_word(w, "category", st, L_CATEGORY);
	write_word(w, "family", st, L_FAMILY);
}

static void write_price(struct json_writer *w, sqlite3_stmt *st)
{
	char text[MONEY_TEXT];
	bool known = sqlite3_column_type(st, L_PRICE) != SQLITE_NULL;
	jw_kv_str(w, "price",
		  known ? money_format(text, sqlite3_column_int64(st, L_PRICE),
				       row_text(st, L_CURRENCY))
			: NULL);
	write_figure(w, "price_minor", st, L_PRICE);
	write_figure(w, "was_minor", st, L_WAS);
	write_figure(w, "price_to_minor", st, L_PRICE_TO);
	write_figure(w, "list_minor", st, L_LIST);
	write_figure(w, "shipping_minor", st, L_SHIPPING);
	write_landed(w, st, L_PRICE, L_SHIPPING);
	write_word(w, "currency", st, L_CURRENCY);
	jw_kv_str(w, "availability",
		  availability_word((enum availability)sqlite3_column_int(st, L_AVAILABILITY)));
	jw_kv_str(w, "condition",
		  condition_word((enum condition)sqlite3_column_int(st, L_CONDITION)));
	write_word(w, "seller", st, L_SELLER);
	jw_kv_int(w, "sellers", sqlite3_column_int64(st, L_SELLERS));
}

static void write_listing(struct json_writer *w, const struct sql_row *row)
{
	sqlite3_stmt *st = row->st;
	jw_object(w);
	write_identity(w, row);
	jw_kv_str(w, "state",
		  listing_state_name((enum listing_state)sqlite3_column_int(st, L_STATE)));
	jw_kv_time(w, "state_since", sqlite3_column_int64(st, L_STATE_MS));
	write_price(w, st);
	write_figure(w, "rating_x100", st, L_RATING);
	write_figure(w, "reviews", st, L_REVIEWS);
	jw_kv_time(w, "price_since", sqlite3_column_int64(st, L_PRICE_MS));
	jw_kv_time(w, "stock_since", sqlite3_column_int64(st, L_STOCK_MS));
	write_figure(w, "doubt_minor", st, L_DOUBT);
	jw_kv_str(w, "source", source_name(sqlite3_column_int(st, L_SOURCE)));
	jw_kv_str(w, "match",
		  match_method_name((enum match_method)sqlite3_column_int(st, L_METHOD)));
	jw_kv_int(w, "match_score", sqlite3_column_int64(st, L_SCORE));
	jw_kv_time(w, "found_at", sqlite3_column_int64(st, L_FIRST_MS));
	jw_kv_time(w, "seen_at", sqlite3_column_int64(st, L_SEEN_MS));
	if (row->alone) {
		write_page(w, st);
		write_offers(w, row);
	}
	jw_object_end(w);
}

/* ---- filters ----------------------------------------------------------------------------------
 */

static void filter_site(struct sql_query *q, const char *value)
{
	uint64_t id = site_find(q->store, value);
	if (!id) {
		error_field(&q->error, ERR_INVALID, "filter[site]",
			    "filter[site]: there is no rival or shop \"%.64s\"", value);
		error_hint(&q->error, "sellersmart rival list and shop list have the names");
	}
	sql_where_number(q, "l.site = ?", (int64_t)id);
}

static void filter_product(struct sql_query *q, const char *value)
{
	uint64_t id = 0;
	if (!id_parse(value, "prd", &id))
		error_field(&q->error, ERR_INVALID, "filter[product]",
			    "filter[product]: \"%.40s\" is not the id of a product", value);
	sql_where_number(q, "l.product = ?", (int64_t)id);
}

static void filter_brand(struct sql_query *q, const char *value)
{
	char *key = mem_alloc(strlen(value) + 1);
	brand_fold(value, key, strlen(value) + 1);
	sql_where_text(q, "l.brand_key = ?", sql_keep(q, key));
}

static void filter_availability(struct sql_query *q, const char *value)
{
	enum availability a = availability_read(value);
	if (!a && strcmp(value, "unknown") != 0) {
		error_field(&q->error, ERR_INVALID, "filter[availability]",
			    "filter[availability]: \"%.40s\" is no word of schema.org for it",
			    value);
		error_hint(&q->error, "InStock, OutOfStock, PreOrder ... or unknown");
	}
	sql_where_number(q, "l.availability = ?", a);
}

static bool filter(struct sql_query *q, const char *name, const char *value)
{
	static const char *const states[] = {"listed", "unknown", "gone", NULL};
	bool yes;
	if (!strcmp(name, "site"))
		filter_site(q, value);
	else if (!strcmp(name, "state"))
		sql_where_words(q,
				"CASE l.state WHEN 0 THEN 'listed' WHEN 1 THEN 'unknown'"
				" ELSE 'gone' END",
				name, value, states);
	else if (!strcmp(name, "product"))
		filter_product(q, value);
	else if (!strcmp(name, "brand"))
		filter_brand(q, value);
	else if (!strcmp(name, "availability"))
		filter_availability(q, value);
	else if (!strcmp(name, "family"))
		sql_where_text(q, "l.family = ?", value);
	else if (!strcmp(name, "mine") && sql_filter_bool(q, name, value, &yes))
		sql_where(q, yes ? "l.mine = 1" : "l.mine = 0");
	else
		return q->error.code;
	return true;
}

static const struct sql_sort sorts[] = {
	{"found_at", "l.id"},
	{"title", "l.title"},
	{"site", "l.site"},
	{"price_minor", "coalesce(l.price_minor, 1 << 62)"},
	{"price_since", "l.price_ms"},
	{"seen_at", LISTING_SEEN_SQL},
	{"reviews", "coalesce(l.reviews, -1)"},
};

const struct sql_list listing_list = {
	.kind = &resource_listing,
	.columns = COLUMNS,
	.from = "listing l LEFT JOIN page g ON g.id = l.page LEFT JOIN seller s ON s.id = l.seller",
	.id = "l.id",
	.number = "l.id",
	.words = "l.title || ' ' || l.brand || ' ' || l.sku || ' ' || l.gtin || ' ' || l.mpn",
	.sorts = sorts,
	.n_sorts = ARRAY_LEN(sorts),
	.filter = filter,
	.write = write_listing,
};

struct answered listing_list_route(struct request *r, void *ctx)
{
	struct catalog *c = ctx;
	return sql_list_page(r, &listing_list, c->d->store, c);
}

struct answered listing_show_route(struct request *r, void *ctx)
{
	struct catalog *c = ctx;
	return sql_list_show(r, &listing_list, c->d->store, c);
}
