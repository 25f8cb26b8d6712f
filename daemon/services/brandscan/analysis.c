#include "daemon/services/brandscan/analysis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/catalog.h"
#include "daemon/catalog/offers.h"
#include "shared/hash.h"
#include "shared/mem.h"
#include "shared/product_terms.h"

enum { MENTION_TEXT = 400 };

void brand_query_add(struct brand_query *q, const char *spelling)
{
	char key[BRAND_KEY_TEXT];
	brand_fold(spelling, key, sizeof(key));
	if (!key[0] || q->n_keys == BRAND_KEYS_MAX)
		return;
	for (size_t i = 0; i < q->n_keys; i++)
		if (!strcmp(q->keys[i], key))
			return;
	memcpy(q->keys[q->n_keys++], key, sizeof(key));
}

/* ---- listings -------------------------------------------------------------------------------- */

#define COLUMNS                                                                                \
	"l.id, l.site, l.product, l.seller, l.family, l.price_minor, l.reviews, l.first_ms,"   \
	" l.state_ms, l.rating_x100, l.state, l.availability, l.condition, l.mine, l.sellers," \
	" l.currency, l.seen_ms"

/* What a page does not name has its product's brand. */
static const char rows_sql[] =
	"SELECT " COLUMNS " FROM listing l WHERE l.brand_key = ?1"
	" UNION ALL SELECT " COLUMNS " FROM product p CROSS JOIN listing l ON l.product = p.id"
	" WHERE p.brand_key = ?1 AND l.brand_key = ''";

static void take_row(struct brand_row *row, sqlite3_stmt *st)
{
	const char *family = row_text(st, 4);
	*row = (struct brand_row){
		.id = (uint64_t)sqlite3_column_int64(st, 0),
		.site = (uint64_t)sqlite3_column_int64(st, 1),
		.product = (uint64_t)sqlite3_column_int64(st, 2),
		.seller = (uint64_t)sqlite3_column_int64(st, 3),
		.group = *family ? hash_text(family) : 0,
		.price_minor = row_minor(st, 5),
		.reviews = row_minor(st, 6),
		.first_ms = sqlite3_column_int64(st, 7),
		.state_ms = sqlite3_column_int64(st, 8),
		.rating_x100 = (int)row_minor(st, 9),
		.state = (short)sqlite3_column_int(st, 10),
		.availability = (short)sqlite3_column_int(st, 11),
		.condition = (short)sqlite3_column_int(st, 12),
		.mine = sqlite3_column_int(st, 13),
		.sellers = sqlite3_column_int(st, 14),
		.seen_ms = sqlite3_column_int64(st, 16),
	};
	snprintf(row->currency, sizeof(row->currency), "%s", row_text(st, 15));
}

static enum err read_key(struct brand_reading *b, const char *key, size_t *cap)
{
	sqlite3_stmt *st = reader_prepare(b->r, rows_sql, b->e);
	int step = SQLITE_DONE;
	if (!st)
		return b->e->code;
	sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
	while (!b->a->cut && (step = sqlite3_step(st)) == SQLITE_ROW) {
		if (b->n == *cap) {
			*cap = *cap ? 2 * *cap : 256;
			b->rows = mem_array(b->rows, *cap, sizeof(*b->rows));
		}
		take_row(&b->rows[b->n++], st);
		b->a->cut = b->n == BRAND_LISTINGS_MAX;
	}
	enum err err = step == SQLITE_ROW || step == SQLITE_DONE
			       ? ERR_NONE
			       : store_error(step, sqlite3_db_handle(st), "reading listings", b->e);
	sqlite3_reset(st);
	return err;
}

/* Back-orders and the like can be ordered, but are not there. */
static bool is_out(int availability)
{
	return availability == AVAILABILITY_OUT_OF_STOCK || availability == AVAILABILITY_SOLD_OUT ||
	       availability == AVAILABILITY_DISCONTINUED || availability == AVAILABILITY_RESERVED ||
	       availability == AVAILABILITY_BACK_ORDER;
}

static void count_row(struct brand_analysis *a, const struct brand_row *row)
{
	bool known = row->state == LISTING_LISTED && row->availability != AVAILABILITY_UNKNOWN;
	if (row->state == LISTING_GONE) {
		a->gone++;
		return;
	}
	a->listings++;
	a->mine += row->mine;
	a->unknown += row->state == LISTING_UNKNOWN;
	a->stock_unknown += !known;
	a->out_of_stock += known && is_out(row->availability);
	a->in_stock += known && !is_out(row->availability);
}

static int by_product(const void *x, const void *y)
{
	const struct brand_row *a = x, *b = y;
	if (a->product != b->product)
		return a->product < b->product ? -1 : 1;
	int d = strcmp(a->currency, b->currency);
	return d ? d : a->id < b->id ? -1 : a->id > b->id;
}

enum err brand_read_rows(struct brand_reading *b)
{
	struct brand_analysis *a = b->a;
	size_t cap = 0;
	for (size_t i = 0; i < b->q->n_keys; i++)
		if (read_key(b, b->q->keys[i], &cap))
			return b->e->code;
	if (b->n)
		qsort(b->rows, b->n, sizeof(*b->rows), by_product);
	uint64_t last = 0;
	for (size_t i = 0; i < b->n; i++) {
		count_row(a, &b->rows[i]);
		if (b->rows[i].state == LISTING_GONE || b->rows[i].product == last)
			continue;
		last = b->rows[i].product;
		a->products++;
	}
	int64_t known = a->in_stock + a->out_of_stock;
	a->in_stock_bp = known ? ratio_half_even(a->in_stock * 10000, known) : REPUTATION_UNKNOWN;
	return ERR_NONE;
}

/* ---- mentions -------------------------------------------------------------------------------- */

enum err brand_read_mentions(struct brand_reading *b)
{
	struct brand_analysis *a = b->a;
	sqlite3_stmt *st;
	if (!b->q->id)
		return ERR_NONE;
	st = reader_prepare(b->r,
			    "SELECT at_ms, found_ms, title, url, source FROM mention"
			    " WHERE brand = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms DESC",
			    b->e);
	if (!st)
		return b->e->code;
	sqlite3_bind_int64(st, 1, (int64_t)b->q->id);
	sqlite3_bind_int64(st, 2, b->q->since_ms);
	sqlite3_bind_int64(st, 3, b->q->until_ms);
	a->said = mem_array(NULL, BRAND_MENTIONS_SHOWN, sizeof(*a->said));
	while (sqlite3_step(st) == SQLITE_ROW) {
		a->mentions++;
		if (a->n_said == BRAND_MENTIONS_SHOWN)
			continue;
		a->said[a->n_said++] =
			(struct brand_mention){.at_ms = sqlite3_column_int64(st, 0),
					       .found_ms = sqlite3_column_int64(st, 1),
					       .title = mem_strndup(row_text(st, 2), MENTION_TEXT),
					       .url = mem_strdup(row_text(st, 3)),
					       .source = mem_strdup(row_text(st, 4))};
	}
	sqlite3_reset(st);
	return ERR_NONE;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static enum err read_all(struct brand_reading *b)
{
	static enum err (*const parts[])(struct brand_reading * b) = {
		brand_read_rows,    brand_read_sellers, brand_read_prices,   brand_read_map,
		brand_read_ratings, brand_read_changes, brand_read_mentions,
	};
	enum err err = ERR_NONE;
	for (size_t i = 0; i < ARRAY_LEN(parts) && !err; i++)
		err = parts[i](b);
	return err;
}

enum err brand_analyze(struct store *s, const struct brand_query *q, int64_t now_ms,
		       struct brand_analysis *a, struct error *e)
{
	struct brand_reading b = {.q = q, .a = a, .now_ms = now_ms, .e = e};
	a->at_ms = now_ms;
	a->since_ms = q->since_ms;
	a->until_ms = q->until_ms;
	b.r = store_reader(s, e);
	if (!b.r)
		return e->code;
	enum err err = read_all(&b);
	reader_done(b.r);
	free(b.rows);
	if (!err)
		brand_score(a);
	return err;
}

void brand_analysis_fini(struct brand_analysis *a)
{
	for (size_t i = 0; i < a->n_spreads; i++)
		free(a->spreads[i].title);
	for (size_t i = 0; i < a->n_latest; i++) {
		free(a->latest[i].title);
		free(a->latest[i].was);
		free(a->latest[i].now);
	}
	for (size_t i = 0; i < a->n_said; i++) {
		free(a->said[i].title);
		free(a->said[i].url);
		free(a->said[i].source);
	}
	free(a->spreads);
	free(a->latest);
	free(a->said);
	*a = (struct brand_analysis){0};
}
