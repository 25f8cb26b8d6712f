/* GET /v1/rivals/REF/prices: what a rival asks for what, beside what I ask. */
#include <string.h>

#include "daemon/api/sql_list.h"
#include "daemon/catalog/offers.h"
#include "daemon/catalog/words.h"
#include "daemon/services/rivalradar/internal.h"
#include "shared/mem.h"
#include "shared/pack.h"

enum { HISTORY_MAX = 2000, MINE_MAX = 50 };

/* What one request asks for. */
struct asking {
	struct radar *radar;
	const struct resource *rival;
	int64_t since_ms; /* 0: no history */
};

enum column_at {
	P_PRODUCT = OFFER_COLUMNS_N,
	P_TITLE,
	P_SKU,
	P_URL,
	P_WAS,
	P_LIST,
	P_RATING,
	P_REVIEWS,
	P_PRICE_MS,
	P_STOCK_MS,
	P_SEEN_MS,
	P_SOURCE,
	P_SELLER,
	P_PACK_COUNT,
	P_PACK_AMOUNT,
	P_PACK_UNIT,
};
#define COLUMNS                                                                         \
	OFFER_COLUMNS                                                                   \
	", l.product, l.title, l.sku, l.url, l.was_minor, l.list_minor, l.rating_x100," \
	" l.reviews, l.price_ms, l.stock_ms, " LISTING_SEEN_SQL ", l.source, l.seller," \
	" p.pack_count, p.pack_amount, p.pack_unit"

/* ---- a row ----------------------------------------------------------------------------------- */

static void write_unit_price(struct json_writer *w, sqlite3_stmt *st, int64_t minor)
{
	const struct pack pack = {.count = sqlite3_column_int64(st, P_PACK_COUNT),
				  .amount = sqlite3_column_int64(st, P_PACK_AMOUNT),
				  .unit = pack_unit_read(row_text(st, P_PACK_UNIT))};
	const char *per = NULL;
	int64_t each = 0;

	jw_key(w, "unit_price");
	if (minor < 0 || !pack_unit_price(&pack, minor, &each, &per)) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_kv_int(w, "minor", each);
	jw_kv_str(w, "per", per);
	jw_object_end(w);
}

static void write_mine(struct json_writer *w, struct store *s, const struct market_offer *o)
{
	jw_object(w);
	words_id(w, "listing", "lst", o->listing);
	site_write(w, s, o->site);
	words_minor(w, "price_minor", o->price_minor);
	words_minor(w, "landed_minor", market_landed(o->price_minor, o->shipping_minor));
	jw_kv_str(w, "currency", o->currency);
	jw_kv_str(w, "availability", availability_word(o->availability));
	jw_object_end(w);
}

static enum err read_mine(const struct sql_row *row, struct offers *mine, struct error *e)
{
	sqlite3_stmt *st = reader_prepare(row->reader,
					  "SELECT " OFFER_COLUMNS " FROM listing l"
					  " WHERE l.product = ?1 AND l.mine = 1 AND l.state <> 2"
					  " ORDER BY l.id LIMIT ?2",
					  e);

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, sqlite3_column_int64(row->st, P_PRODUCT));
	sqlite3_bind_int(st, 2, MINE_MAX);
	return offers_read(mine, st, e);
}

/* My offer that this one is compared with, else any of mine; what cannot be compared has no gap. */
static void write_comparison(struct json_writer *w, const struct sql_row *row,
			     const struct market_offer *theirs)
{
	const struct asking *asking = row->ctx;
	struct error ignored = {0};
	struct offers o = {0};
	struct market_duel d = {0};
	bool compared = false;

	jw_key(w, "mine");
	if (theirs->seller == MARKET_MINE || read_mine(row, &o, &ignored) || !o.n) {
		jw_null(w);
	} else {
		o.all = mem_array(o.all, o.n + 1, sizeof(*o.all));
		o.all[o.n] = *theirs;
		compared = market_duel(o.all, o.n + 1, theirs->seller, &d);
		write_mine(w, asking->radar->d->store, compared ? d.mine : &o.all[0]);
	}
	if (compared) {
		struct market_gap gap = market_gap(d.mine_minor, d.theirs_minor);

		jw_kv_int(w, "gap_minor", gap.minor);
		jw_kv_int(w, "gap_bp", gap.bp);
		jw_kv_bool(w, "gap_landed", d.landed);
	} else {
		jw_key(w, "gap_minor");
		jw_null(w);
		jw_key(w, "gap_bp");
		jw_null(w);
	}
	offers_fini(&o);
}

static void write_point(struct json_writer *w, sqlite3_stmt *st, int64_t seen_ms)
{
	int64_t at = sqlite3_column_int64(st, 0), until = sqlite3_column_int64(st, 1);

	jw_object(w);
	jw_kv_time(w, "at", at);
	jw_kv_time(w, "until", until > seen_ms ? until : seen_ms);
	jw_kv_str(w, "kind", offer_kind_name((enum offer_kind)sqlite3_column_int(st, 2)));
	write_figure(w, "price_minor", st, 3);
	write_figure(w, "shipping_minor", st, 4);
	jw_kv_str(w, "availability",
		  availability_word((enum availability)sqlite3_column_int(st, 5)));
	jw_kv_str(w, "source", source_name(sqlite3_column_int(st, 6)));
	jw_object_end(w);
}

/* From the row that was true at since on; of the newest one the listing's seen time counts. */
static void write_history(struct json_writer *w, const struct sql_row *row, int64_t since_ms)
{
	struct error ignored = {0};
	sqlite3_stmt *st = reader_prepare(
		row->reader,
		"SELECT at_ms, until_ms, kind, price_minor, shipping_minor, availability, source,"
		" lead(at_ms) OVER (ORDER BY at_ms) FROM offer"
		" WHERE listing = ?1 AND seller = ?2 AND at_ms >= coalesce((SELECT max(at_ms)"
		" FROM offer WHERE listing = ?1 AND seller = ?2 AND at_ms <= ?3), 0)"
		" ORDER BY at_ms LIMIT ?4",
		&ignored);
	int64_t seen = sqlite3_column_int64(row->st, P_SEEN_MS);

	jw_key(w, "history");
	jw_array(w);
	if (st) {
		sqlite3_bind_int64(st, 1, sqlite3_column_int64(row->st, 1));
		sqlite3_bind_int64(st, 2, sqlite3_column_int64(row->st, P_SELLER));
		sqlite3_bind_int64(st, 3, since_ms);
		sqlite3_bind_int(st, 4, HISTORY_MAX);
		while (sqlite3_step(st) == SQLITE_ROW) {
			bool newest = sqlite3_column_type(st, 7) == SQLITE_NULL;

			write_point(w, st, newest ? seen : 0);
		}
		sqlite3_reset(st);
	}
	jw_array_end(w);
}

static void write_row(struct json_writer *w, const struct sql_row *row)
{
	const struct asking *asking = row->ctx;
	sqlite3_stmt *st = row->st;
	struct market_offer o;
	char money[MONEY_TEXT];

	offer_read(st, 0, &o);
	jw_object(w);
	words_id(w, "listing", "lst", o.listing);
	words_id(w, "product", "prd", (uint64_t)sqlite3_column_int64(st, P_PRODUCT));
	jw_kv_str(w, "rival", asking->rival->name);
	jw_kv_str(w, "title", row_text(st, P_TITLE));
	write_word(w, "sku", st, P_SKU);
	jw_kv_str(w, "url", row_text(st, P_URL));
	jw_kv_str(w, "price",
		  o.price_minor < 0 ? NULL : money_format(money, o.price_minor, o.currency));
	words_minor(w, "price_minor", o.price_minor);
	write_figure(w, "was_minor", st, P_WAS);
	write_figure(w, "list_minor", st, P_LIST);
	words_minor(w, "shipping_minor", o.shipping_minor);
	words_minor(w, "landed_minor", market_landed(o.price_minor, o.shipping_minor));
	jw_kv_str(w, "currency", *o.currency ? o.currency : NULL);
	jw_kv_str(w, "availability", availability_word(o.availability));
	write_figure(w, "rating_x100", st, P_RATING);
	write_figure(w, "reviews", st, P_REVIEWS);
	jw_kv_time(w, "price_since", sqlite3_column_int64(st, P_PRICE_MS));
	jw_kv_time(w, "stock_since", sqlite3_column_int64(st, P_STOCK_MS));
	jw_kv_time(w, "seen_at", sqlite3_column_int64(st, P_SEEN_MS));
	jw_kv_str(w, "state", listing_state_name(o.state));
	jw_kv_str(w, "source", source_name(sqlite3_column_int(st, P_SOURCE)));
	write_comparison(w, row, &o);
	write_unit_price(w, st, o.price_minor);
	if (asking->since_ms)
		write_history(w, row, asking->since_ms);
	jw_object_end(w);
}

/* ---- which ----------------------------------------------------------------------------------- */

#define CHEAPER_SQL \
	"(p.mine_minor > 0 AND l.currency = p.currency AND l.price_minor < p.mine_minor)"

static bool filter(struct sql_query *q, const char *name, const char *value)
{
	static const char *const states[] = {"listed", "unknown", "gone", NULL};
	bool yes;

	if (!strcmp(name, "state"))
		sql_where_words(q,
				"CASE l.state WHEN 0 THEN 'listed' WHEN 1 THEN 'unknown'"
				" ELSE 'gone' END",
				name, value, states);
	else if (!strcmp(name, "mine") && sql_filter_bool(q, name, value, &yes))
		sql_where(q, yes ? "p.mine = 1" : "p.mine = 0");
	else if (!strcmp(name, "cheaper") && sql_filter_bool(q, name, value, &yes))
		sql_where(q, yes ? CHEAPER_SQL : "NOT coalesce(" CHEAPER_SQL ", 0)");
	else
		return q->error.code;
	return true;
}

static void scope(struct sql_query *q, struct request *r)
{
	const struct asking *asking = q->ctx;
	const char *product = request_query(r, "product", NULL);
	uint64_t id = 0;

	sql_where_number(q, "l.site = ?", (int64_t)asking->rival->id);
	if (!product)
		return;
	if (!id_parse(product, "prd", &id)) {
		error_field(&q->error, ERR_INVALID, "product",
			    "product: \"%.40s\" is not the id of a product", product);
		error_hint(&q->error, "sellersmart product list -q WORD -o json has the ids");
	}
	sql_where_number(q, "l.product = ?", (int64_t)id);
}

static const struct sql_sort sorts[] = {
	{"title", "l.title"},
	{"price_minor", "coalesce(l.price_minor, 1 << 62)"},
	{"price_since", "l.price_ms"},
	{"found_at", "l.id"},
	{"gap", "coalesce((l.price_minor - p.mine_minor) * 10000 / nullif(p.mine_minor, 0),"
		" 1 << 62)"},
};
static const char *const sort_names[] = {"title", NULL};
static const char *const filter_names[] = {"state", "mine", "cheaper", NULL};
static const struct resource_kind price = {.kind = "price",
					   .plural = "prices",
					   .prefix = "lst",
					   .sorts = sort_names,
					   .filters = filter_names};
static const struct sql_list prices = {
	.kind = &price,
	.columns = COLUMNS,
	/* Left, though each listing has its product: what is not asked for is not read, then. */
	.from = "listing l LEFT JOIN product p ON p.id = l.product"
		" LEFT JOIN page g ON g.id = l.page",
	.id = "l.id",
	.number = "l.id",
	.words = "l.title || ' ' || l.brand || ' ' || l.sku || ' ' || l.gtin || ' ' || l.mpn",
	.sorts = sorts,
	.n_sorts = ARRAY_LEN(sorts),
	.filter = filter,
	.write = write_row,
};

struct answered route_prices(struct request *rq, void *ctx)
{
	struct asking asking = {.radar = ctx};
	struct error e = {0};

	if (!radar_since(ctx, rq, NULL, &asking.since_ms, &e))
		return reply_error(rq, &e);
	asking.rival = radar_rival(ctx, rq, &e);
	if (!asking.rival)
		return reply_error(rq, &e);
	struct answered done =
		sql_list_page_of(rq, &prices, asking.radar->d->store, &asking, scope);
	resource_unref(asking.rival);
	return done;
}
