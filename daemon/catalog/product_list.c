/* Products as rows of a list and one by one, with every offer beside the others. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/internal.h"
#include "daemon/catalog/market.h"
#include "daemon/catalog/offers.h"
#include "daemon/catalog/words.h"
#include "shared/mem.h"
#include "shared/money.h"
#include "shared/pack.h"
#include "shared/product_terms.h"
#include "shared/utf8.h"

extern const struct resource_kind resource_product;

enum { SEARCH_WORDS_MAX = 12, SEARCH_MAX = 1000 };

enum column_at {
	P_ID,
	P_TITLE,
	P_BRAND,
	P_IMAGE,
	P_CATEGORY,
	P_COUNT,
	P_AMOUNT,
	P_UNIT,
	P_MINE,
	P_LISTINGS,
	P_CURRENCY,
	P_MINE_MINOR,
	P_BEST_MINOR,
	P_BEST_LISTING,
	P_UNDERCUT_MS,
	P_FLOOR,
	P_MAP,
	P_CREATED_MS,
	P_CHANGED_MS,
	P_GTIN,
	P_MPN,
	P_SKU,
	P_BEST_SITE,
	P_PENDING,
};
#define COLUMNS                                                                                         \
	"p.id, p.title, p.brand, p.image, p.category, p.pack_count, p.pack_amount, p.pack_unit,"        \
	" p.mine, p.listings, p.currency, p.mine_minor, p.best_minor, p.best_listing,"                  \
	" p.undercut_ms, p.floor_minor, p.map_minor, p.created_ms, p.changed_ms,"                       \
	" (SELECT value FROM identifier i WHERE i.product = p.id AND i.kind = 1 LIMIT 1),"              \
	" (SELECT mpn FROM listing l WHERE l.product = p.id AND mpn <> '' ORDER BY mine DESC LIMIT 1)," \
	" (SELECT sku FROM listing l WHERE l.product = p.id AND sku <> '' ORDER BY mine DESC LIMIT 1)," \
	" (SELECT r.name FROM listing l JOIN resource r ON r.id = l.site"                               \
	"   WHERE l.id = p.best_listing),"                                                              \
	" (SELECT count(*) FROM match m WHERE m.product = p.id AND m.state = 0)"

static bool is_null(sqlite3_stmt *st, int column)
{
	return sqlite3_column_type(st, column) == SQLITE_NULL;
}

/* ---- offers ---------------------------------------------------------------------------------- */

enum offer_at {
	O_SITE,
	O_LISTING,
	O_MINE,
	O_PRICE,
	O_SHIPPING,
	O_CURRENCY,
	O_AVAILABILITY,
	O_CONDITION,
	O_STATE,
	O_TITLE,
	O_SELLER,
	O_METHOD,
	O_SCORE,
	O_SOURCE,
	O_URL,
	O_FIRST_MS,
	O_PRICE_MS,
	O_SEEN_MS,
	O_LOWEST,
};

static const char offers_sql[] =
	"SELECT " OFFER_COLUMNS ", l.title, s.name, l.match_method, l.match_score, l.source, l.url,"
	" l.first_ms, l.price_ms, " LISTING_SEEN_SQL ","
	" (SELECT min(o.price_minor) FROM offer o WHERE o.listing = l.id AND o.kind = 0"
	"   AND o.seller = l.seller AND o.currency = l.currency)"
	" FROM listing l LEFT JOIN page g ON g.id = l.page LEFT JOIN seller s ON s.id = l.seller"
	" WHERE l.product = ?1"
	" ORDER BY l.price_minor IS NULL, l.shipping_minor IS NULL,"
	" l.price_minor + coalesce(l.shipping_minor, 0), l.id LIMIT ?2";

static void write_unit_price(struct json_writer *w, const struct pack *pack, int64_t minor)
{
	int64_t per_minor;
	const char *per;

	jw_key(w, "unit_price");
	if (minor < 0 || !pack_unit_price(pack, minor, &per_minor, &per)) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_kv_int(w, "minor", per_minor);
	jw_kv_str(w, "per", per);
	jw_object_end(w);
}

/* Of who sells it at that price now: the place among all sellers. */
static int64_t rank_of(const struct market *m, uint64_t listing)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->sellers[i].listing == listing) {
			while (i && m->sellers[i - 1].minor == m->sellers[i].minor)
				i--;
			return (int64_t)i + 1;
		}
	return 0;
}

static void write_offer(struct json_writer *w, sqlite3_stmt *st, const struct market *m,
			struct store *store, const struct pack *known)
{
	char id[ID_TEXT];
	uint64_t listing = (uint64_t)sqlite3_column_int64(st, O_LISTING);
	int64_t minor = row_minor(st, O_PRICE), lowest = row_minor(st, O_LOWEST), rank;
	struct pack pack;

	if (!pack_read(row_text(st, O_TITLE), &pack))
		pack = *known;
	jw_object(w);
	jw_kv_str(w, "listing", id_format(id, "lst", listing));
	jw_kv_str(w, "title", row_text(st, O_TITLE));
	site_write(w, store, (uint64_t)sqlite3_column_int64(st, O_SITE));
	jw_kv_bool(w, "mine", sqlite3_column_int(st, O_MINE));
	write_word(w, "seller", st, O_SELLER);
	write_figure(w, "price_minor", st, O_PRICE);
	write_figure(w, "shipping_minor", st, O_SHIPPING);
	write_landed(w, st, O_PRICE, O_SHIPPING);
	write_word(w, "currency", st, O_CURRENCY);
	jw_kv_str(w, "availability",
		  availability_word((enum availability)sqlite3_column_int(st, O_AVAILABILITY)));
	jw_kv_str(w, "condition",
		  condition_word((enum condition)sqlite3_column_int(st, O_CONDITION)));
	jw_kv_str(w, "state",
		  listing_state_name((enum listing_state)sqlite3_column_int(st, O_STATE)));
	jw_kv_str(w, "match",
		  match_method_name((enum match_method)sqlite3_column_int(st, O_METHOD)));
	jw_kv_int(w, "match_score", sqlite3_column_int64(st, O_SCORE));
	jw_kv_time(w, "seen_at", sqlite3_column_int64(st, O_SEEN_MS));
	jw_kv_str(w, "source", source_name(sqlite3_column_int(st, O_SOURCE)));
	jw_kv_str(w, "url", row_text(st, O_URL));
	write_unit_price(w, &pack, minor);
	jw_key(w, "rank");
	(rank = rank_of(m, listing)) ? jw_int(w, rank) : jw_null(w);
	jw_kv_str(w, "deal",
		  minor < 0 ? NULL
			    : market_deal_name(market_deal(
				      minor, lowest < 0 || lowest > minor ? minor : lowest,
				      sqlite3_column_int64(st, O_FIRST_MS),
				      sqlite3_column_int64(st, O_PRICE_MS))));
	jw_object_end(w);
}

static void write_market(struct json_writer *w, const struct market *m)
{
	const struct market_seller *mine = market_find(m, MARKET_MINE);
	int64_t mean = MARKET_UNKNOWN, median = MARKET_UNKNOWN;

	if (mine && !market_index(m, mine->minor, &mean, &median))
		mean = median = MARKET_UNKNOWN;
	jw_key(w, "market");
	jw_object(w);
	jw_kv_bool(w, "landed", m->landed);
	words_minor(w, "mean_minor", m->n ? m->mean_minor : MARKET_UNKNOWN);
	words_minor(w, "median_minor", m->n ? m->median_minor : MARKET_UNKNOWN);
	words_minor(w, "index_mean", mean);
	words_minor(w, "index_median", median);
	jw_kv_int(w, "sellers", (int64_t)m->n);
	jw_kv_int(w, "rivals", (int64_t)m->n - (mine != NULL));
	jw_object_end(w);
}

static void read_pack(sqlite3_stmt *st, struct pack *out)
{
	*out = (struct pack){.count = sqlite3_column_int64(st, P_COUNT),
			     .amount = sqlite3_column_int64(st, P_AMOUNT),
			     .unit = pack_unit_read(row_text(st, P_UNIT))};
}

static void write_offers(struct json_writer *w, const struct sql_row *row)
{
	struct catalog *c = row->ctx;
	struct error ignored = {0};
	struct offers offers = {0};
	struct market m = {0};
	struct pack pack;
	sqlite3_stmt *st = reader_prepare(row->reader, offers_sql, &ignored);

	read_pack(row->st, &pack);
	jw_key(w, "offers");
	jw_array(w);
	if (st) {
		sqlite3_bind_int64(st, 1, sqlite3_column_int64(row->st, P_ID));
		sqlite3_bind_int(st, 2, OFFERS_OF_PRODUCT_MAX);
		if (!offers_read(&offers, st, &ignored))
			market_make(&m, offers.all, offers.n,
				    offers_currency(&offers, row_text(row->st, P_CURRENCY)));
		while (sqlite3_step(st) == SQLITE_ROW)
			write_offer(w, st, &m, c->d->store, &pack);
		sqlite3_reset(st);
	}
	jw_array_end(w);
	write_market(w, &m);
	market_fini(&m);
	offers_fini(&offers);
}

static void write_identifiers(struct json_writer *w, const struct sql_row *row)
{
	static const char *const types[] = {"", "gtin", "asin", "mpn"};
	struct error ignored = {0};
	sqlite3_stmt *st = reader_prepare(
		row->reader,
		"SELECT kind, CASE kind WHEN 3 THEN substr(value, instr(value, char(31)) + 1)"
		" ELSE value END FROM identifier WHERE product = ? ORDER BY kind, value",
		&ignored);

	jw_key(w, "identifiers");
	jw_array(w);
	if (st) {
		sqlite3_bind_int64(st, 1, sqlite3_column_int64(row->st, P_ID));
		while (sqlite3_step(st) == SQLITE_ROW) {
			jw_object(w);
			jw_kv_str(w, "type", types[sqlite3_column_int(st, 0) & 3]);
			jw_kv_str(w, "value", row_text(st, 1));
			jw_object_end(w);
		}
		sqlite3_reset(st);
	}
	jw_array_end(w);
}

/* ---- a row ----------------------------------------------------------------------------------- */

static void write_pack(struct json_writer *w, sqlite3_stmt *st)
{
	struct pack pack;
	char text[PACK_LABEL];

	read_pack(st, &pack);
	jw_key(w, "pack");
	if (!pack.unit) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_kv_int(w, "count", pack.count);
	jw_kv_fixed(w, "amount", pack.amount, 3);
	jw_kv_str(w, "unit", pack_unit_name(pack.unit));
	jw_kv_str(w, "text", pack_format(text, &pack));
	jw_object_end(w);
}

static void write_price(struct json_writer *w, const char *key, sqlite3_stmt *st, int column)
{
	char text[MONEY_TEXT];

	jw_kv_str(w, key,
		  is_null(st, column) ? NULL
				      : money_format(text, sqlite3_column_int64(st, column),
						     row_text(st, P_CURRENCY)));
}

static void write_gap(struct json_writer *w, sqlite3_stmt *st)
{
	int64_t mine = row_minor(st, P_MINE_MINOR), best = row_minor(st, P_BEST_MINOR);
	bool known = mine > 0 && best >= 0;
	struct market_gap gap = known ? market_gap(mine, best) : (struct market_gap){0};

	jw_key(w, "gap_minor");
	known ? jw_int(w, gap.minor) : jw_null(w);
	jw_key(w, "gap_bp");
	known ? jw_int(w, gap.bp) : jw_null(w);
}

static void write_product(struct json_writer *w, const struct sql_row *row)
{
	sqlite3_stmt *st = row->st;
	char id[ID_TEXT];
	bool mine = sqlite3_column_int(st, P_MINE);

	jw_object(w);
	jw_kv_str(w, "kind", "product");
	jw_kv_str(w, "id", id_format(id, "prd", (uint64_t)sqlite3_column_int64(st, P_ID)));
	jw_kv_str(w, "title", row_text(st, P_TITLE));
	write_word(w, "brand", st, P_BRAND);
	jw_kv_str(w, "state", !is_null(st, P_UNDERCUT_MS) ? "undercut" : mine ? "mine" : "rivals");
	jw_kv_bool(w, "mine", mine);
	jw_kv_int(w, "listings", sqlite3_column_int64(st, P_LISTINGS));
	write_word(w, "currency", st, P_CURRENCY);
	write_figure(w, "mine_minor", st, P_MINE_MINOR);
	write_price(w, "mine_price", st, P_MINE_MINOR);
	write_figure(w, "best_minor", st, P_BEST_MINOR);
	write_price(w, "best_price", st, P_BEST_MINOR);
	jw_kv_str(
		w, "best_listing",
		is_null(st, P_BEST_LISTING)
			? NULL
			: id_format(id, "lst", (uint64_t)sqlite3_column_int64(st, P_BEST_LISTING)));
	write_word(w, "best_site", st, P_BEST_SITE);
	write_gap(w, st);
	jw_kv_time(w, "undercut_since", sqlite3_column_int64(st, P_UNDERCUT_MS));
	write_figure(w, "floor_minor", st, P_FLOOR);
	write_figure(w, "map_minor", st, P_MAP);
	write_pack(w, st);
	write_word(w, "gtin", st, P_GTIN);
	write_word(w, "mpn", st, P_MPN);
	write_word(w, "sku", st, P_SKU);
	write_word(w, "image", st, P_IMAGE);
	write_word(w, "category", st, P_CATEGORY);
	jw_kv_int(w, "pending", sqlite3_column_int64(st, P_PENDING));
	jw_kv_time(w, "changed_at", sqlite3_column_int64(st, P_CHANGED_MS));
	jw_kv_time(w, "found_at", sqlite3_column_int64(st, P_CREATED_MS));
	if (row->alone) {
		write_offers(w, row);
		write_identifiers(w, row);
	}
	jw_object_end(w);
}

/* ---- search and filters ---------------------------------------------------------------------- */

/* Each word as the beginning of one: "arc la" finds as one types. Signs part words, as they do in
 * the index. */
static void search(struct sql_query *q, const char *text)
{
	struct buf match = BUF_INIT(SEARCH_MAX);
	size_t words = 0;
	bool open = false;

	for (const char *c = text; *c; c++) {
		bool letter = (*c & 0x80) || (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') ||
			      (*c >= 'A' && *c <= 'Z');

		if (letter && !open && words++ == SEARCH_WORDS_MAX)
			break;
		if (letter && !open)
			buf_add_str(&match, match.len ? " \"" : "\"");
		if (letter)
			buf_add_char(&match, *c);
		else if (open)
			buf_add_str(&match, "\"*");
		open = letter;
	}
	if (open)
		buf_add_str(&match, "\"*");
	if (match.len && !match.overflow)
		sql_where_text(
			q, "p.id IN (SELECT rowid FROM product_text WHERE product_text MATCH ?)",
			sql_keep(q, buf_take(&match)));
	else
		sql_where(q, "0");
	buf_fini(&match);
}

static void filter_brand(struct sql_query *q, const char *value)
{
	char *key = mem_alloc(strlen(value) + 1);

	brand_fold(value, key, strlen(value) + 1);
	sql_where_text(q, "p.brand_key = ?", sql_keep(q, key));
}

static void filter_rival(struct sql_query *q, const char *value)
{
	uint64_t id = site_find(q->store, value);

	if (!id) {
		error_field(&q->error, ERR_INVALID, "filter[rival]",
			    "filter[rival]: there is no rival or shop \"%.64s\"", value);
		error_hint(&q->error, "sellersmart rival list and shop list have the names");
	}
	sql_where_number(q,
			 "EXISTS (SELECT 1 FROM listing l WHERE l.product = p.id AND l.site = ?"
			 " AND l.state <> 2)",
			 (int64_t)id);
}

static bool filter(struct sql_query *q, const char *name, const char *value)
{
	bool yes;

	if (!strcmp(name, "brand"))
		filter_brand(q, value);
	else if (!strcmp(name, "rival"))
		filter_rival(q, value);
	else if (!strcmp(name, "mine") && sql_filter_bool(q, name, value, &yes))
		sql_where(q, yes ? "p.mine = 1" : "p.mine = 0");
	else if (!strcmp(name, "undercut") && sql_filter_bool(q, name, value, &yes))
		sql_where(q, yes ? "p.undercut_ms IS NOT NULL" : "p.undercut_ms IS NULL");
	else if (!strcmp(name, "pending") && sql_filter_bool(q, name, value, &yes))
		sql_where(q, yes ? "p.id IN (SELECT product FROM match WHERE state = 0)"
				 : "p.id NOT IN (SELECT product FROM match WHERE state = 0)");
	else
		return q->error.code;
	return true;
}

static const struct sql_sort sorts[] = {
	{"title", "p.title"},
	{"changed", "p.changed_ms"},
	{"gap", "coalesce(p.best_minor - p.mine_minor, 1 << 62)"},
	{"listings", "p.listings"},
};

const struct sql_list product_list = {
	.kind = &resource_product,
	.columns = COLUMNS,
	.from = "product p",
	.id = "p.id",
	.number = "p.id",
	.search = search,
	.sorts = sorts,
	.n_sorts = ARRAY_LEN(sorts),
	.filter = filter,
	.write = write_product,
};
