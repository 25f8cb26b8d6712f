/* Pairs in doubt as rows of a list: both sides, and why. */
#include <string.h>

#include "daemon/catalog/internal.h"
#include "shared/mem.h"
#include "shared/pack.h"

extern const struct resource_kind resource_match;

enum column_at {
	M_ID,
	M_STATE,
	M_SCORE,
	M_WHY,
	M_AT,
	M_DECIDED,
	M_LISTING, /* and the ten that follow */
	M_PRODUCT = M_LISTING + 11,
	M_SITE = M_PRODUCT + 11,
	M_SKU,
	M_MINE,
	M_LISTINGS,
};
enum side_at {
	S_ID,
	S_TITLE,
	S_BRAND,
	S_GTIN,
	S_MPN,
	S_COUNT,
	S_AMOUNT,
	S_UNIT,
	S_PRICE,
	S_CURRENCY,
	S_IMAGE,
};
#define COLUMNS                                                                              \
	"m.id, m.state, m.score, m.why, m.at_ms, m.decided_ms, l.id, l.title, l.brand,"      \
	" l.gtin, l.mpn, 1, 0, '', l.price_minor, l.currency, l.image, p.id, p.title,"       \
	" p.brand, (SELECT value FROM identifier i WHERE i.product = p.id AND i.kind = 1"    \
	" LIMIT 1), (SELECT mpn FROM listing x WHERE x.product = p.id AND x.mpn <> ''"       \
	" ORDER BY x.mine DESC LIMIT 1), p.pack_count, p.pack_amount, p.pack_unit,"          \
	" coalesce(p.mine_minor, p.best_minor), p.currency, p.image, l.site, l.sku, p.mine," \
	" p.listings, l.url, (SELECT url FROM listing x WHERE x.product = p.id"              \
	" ORDER BY x.mine DESC, x.state, x.id LIMIT 1)"
enum { M_URL = M_LISTINGS + 1, M_PRODUCT_URL };

static const char *const states[] = {"pending", "confirmed", "rejected"};

/* Into the open object. */
static void write_side(struct json_writer *w, sqlite3_stmt *st, int at, const char *prefix)
{
	char id[ID_TEXT], text[PACK_LABEL];
	struct pack pack = {.count = sqlite3_column_int64(st, at + S_COUNT),
			    .amount = sqlite3_column_int64(st, at + S_AMOUNT),
			    .unit = pack_unit_read(row_text(st, at + S_UNIT))};

	if (!pack.unit)
		pack_read(row_text(st, at + S_TITLE), &pack);
	jw_kv_str(w, "id", id_format(id, prefix, (uint64_t)sqlite3_column_int64(st, at + S_ID)));
	jw_kv_str(w, "title", row_text(st, at + S_TITLE));
	write_word(w, "brand", st, at + S_BRAND);
	write_word(w, "gtin", st, at + S_GTIN);
	write_word(w, "mpn", st, at + S_MPN);
	jw_kv_str(w, "pack", pack.unit ? pack_format(text, &pack) : NULL);
	write_figure(w, "price_minor", st, at + S_PRICE);
	write_word(w, "currency", st, at + S_CURRENCY);
	write_word(w, "image", st, at + S_IMAGE);
}

static void write_match(struct json_writer *w, const struct sql_row *row)
{
	struct catalog *c = row->ctx;
	sqlite3_stmt *st = row->st;
	char id[ID_TEXT];

	jw_object(w);
	jw_kv_str(w, "kind", "match");
	jw_kv_str(w, "id", id_format(id, "mat", (uint64_t)sqlite3_column_int64(st, M_ID)));
	jw_kv_str(w, "state", states[sqlite3_column_int(st, M_STATE) % 3]);
	jw_kv_int(w, "score", sqlite3_column_int64(st, M_SCORE));
	jw_kv_str(w, "why", row_text(st, M_WHY));
	jw_key(w, "listing");
	jw_object(w);
	write_side(w, st, M_LISTING, "lst");
	site_write(w, c->d->store, (uint64_t)sqlite3_column_int64(st, M_SITE));
	write_word(w, "sku", st, M_SKU);
	jw_kv_str(w, "url", row_text(st, M_URL));
	jw_object_end(w);
	jw_key(w, "product");
	jw_object(w);
	write_side(w, st, M_PRODUCT, "prd");
	jw_kv_bool(w, "mine", sqlite3_column_int(st, M_MINE));
	jw_kv_int(w, "listings", sqlite3_column_int64(st, M_LISTINGS));
	write_word(w, "url", st, M_PRODUCT_URL);
	jw_object_end(w);
	jw_kv_time(w, "at", sqlite3_column_int64(st, M_AT));
	jw_kv_time(w, "decided_at", sqlite3_column_int64(st, M_DECIDED));
	jw_object_end(w);
}

static bool filter(struct sql_query *q, const char *name, const char *value)
{
	static const char *const words[] = {"pending", "confirmed", "rejected", NULL};
	uint64_t product = 0;
	bool yes;

	if (!strcmp(name, "state")) {
		sql_where_words(q,
				"CASE m.state WHEN 0 THEN 'pending' WHEN 1 THEN 'confirmed'"
				" ELSE 'rejected' END",
				name, value, words);
	} else if (!strcmp(name, "product")) {
		if (!id_parse(value, "prd", &product))
			error_field(&q->error, ERR_INVALID, "filter[product]",
				    "filter[product]: \"%.40s\" is not the id of a product", value);
		sql_where_number(q, "m.product = ?", (int64_t)product);
	} else if (!strcmp(name, "mine") && sql_filter_bool(q, name, value, &yes)) {
		sql_where(q, yes ? "p.mine + l.mine > 0" : "p.mine + l.mine = 0");
	} else {
		return q->error.code;
	}
	return true;
}

/* What is open, unless another state is asked for. */
static void rest(struct sql_query *q, struct request *r)
{
	if (!request_query(r, "filter[state]", NULL))
		sql_where(q, "m.state = 0");
}

static const struct sql_sort sorts[] = {
	{"score", "m.score"},
	{"at", "m.at_ms"},
};

const struct sql_list match_list = {
	.kind = &resource_match,
	.columns = COLUMNS,
	.from = "match m JOIN listing l ON l.id = m.listing JOIN product p ON p.id = m.product",
	.id = "m.id",
	.number = "m.id",
	.words = "l.title || ' ' || p.title || ' ' || m.why",
	.sorts = sorts,
	.n_sorts = ARRAY_LEN(sorts),
	.filter = filter,
	.rest = rest,
	.write = write_match,
};
