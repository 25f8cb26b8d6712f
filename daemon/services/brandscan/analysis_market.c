/* Who sells a brand, and for how much. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/catalog.h"
#include "daemon/catalog/offers.h"
#include "daemon/services/brandscan/analysis.h"
#include "shared/mem.h"
#include "shared/product_terms.h"
#include "shared/utf8.h"

/* ---- sellers --------------------------------------------------------------------------------- */

struct seller_list {
	struct brand_seller *all;
	size_t n, cap;
};

static void add_seller(struct seller_list *l, const struct brand_row *row, uint64_t seller)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 256;
		l->all = mem_array(l->all, l->cap, sizeof(*l->all));
	}
	l->all[l->n++] = (struct brand_seller){
		.site = row->site,
		.seller = seller,
		.mine = row->mine,
		.listings = 1,
		.in_stock = row->state == LISTING_LISTED &&
			    row->availability == AVAILABILITY_IN_STOCK && seller == row->seller,
	};
}

/* One of several: each whose newest row says that it offers it. */
static enum err add_offers(struct brand_reading *b, struct seller_list *l,
			   const struct brand_row *row)
{
	sqlite3_stmt *st = reader_prepare(b->r,
					  "SELECT seller, kind, max(at_ms) FROM offer"
					  " WHERE listing = ? GROUP BY seller",
					  b->e);
	if (!st)
		return b->e->code;
	sqlite3_bind_int64(st, 1, (int64_t)row->id);
	while (sqlite3_step(st) == SQLITE_ROW)
		if (sqlite3_column_int(st, 1) != OFFER_ENDED)
			add_seller(l, row, (uint64_t)sqlite3_column_int64(st, 0));
	sqlite3_reset(st);
	return ERR_NONE;
}

static int by_who(const void *x, const void *y)
{
	const struct brand_seller *a = x, *b = y;
	if (a->site != b->site)
		return a->site < b->site ? -1 : 1;
	return a->seller < b->seller ? -1 : a->seller > b->seller;
}

static int by_listings(const void *x, const void *y)
{
	const struct brand_seller *a = x, *b = y;
	if (a->listings != b->listings)
		return a->listings > b->listings ? -1 : 1;
	return by_who(x, y);
}

static size_t fold_sellers(struct brand_analysis *a, struct seller_list *l)
{
	size_t kept = 0;
	for (size_t i = 0; i < l->n; i++) {
		a->sites += !i || l->all[i].site != l->all[i - 1].site;
		if (kept && !by_who(&l->all[kept - 1], &l->all[i])) {
			l->all[kept - 1].listings++;
			l->all[kept - 1].in_stock += l->all[i].in_stock;
		} else {
			l->all[kept++] = l->all[i];
		}
	}
	return kept;
}

static enum err one_text(struct brand_reading *b, const char *sql, uint64_t id, char *out,
			 size_t cap)
{
	sqlite3_stmt *st = reader_prepare(b->r, sql, b->e);
	if (!st)
		return b->e->code;
	sqlite3_bind_int64(st, 1, (int64_t)id);
	if (sqlite3_step(st) == SQLITE_ROW) {
		const char *text = row_text(st, 0);
		snprintf(out, cap, "%.*s", (int)utf8_floor(text, strnlen(text, cap - 1)), text);
	}
	sqlite3_reset(st);
	return ERR_NONE;
}

static enum err name_seller(struct brand_reading *b, struct brand_seller *s)
{
	enum err err = one_text(b, "SELECT name FROM resource WHERE id = ?", s->site, s->site_name,
				sizeof(s->site_name));
	if (!err && s->seller)
		err = one_text(b, "SELECT name FROM seller WHERE id = ?", s->seller, s->name,
			       sizeof(s->name));
	if (!err && !s->name[0])
		memcpy(s->name, s->site_name, sizeof(s->site_name));
	return err;
}

enum err brand_read_sellers(struct brand_reading *b)
{
	struct seller_list l = {0};
	enum err err = ERR_NONE;
	for (size_t i = 0; i < b->n && !err; i++) {
		const struct brand_row *row = &b->rows[i];
		if (row->state == LISTING_GONE)
			continue;
		if (row->sellers > 1)
			err = add_offers(b, &l, row);
		else
			add_seller(&l, row, row->seller);
	}
	if (l.n) {
		qsort(l.all, l.n, sizeof(*l.all), by_who);
		l.n = fold_sellers(b->a, &l);
		qsort(l.all, l.n, sizeof(*l.all), by_listings);
	}
	b->a->n_sellers = l.n;
	for (size_t i = 0; i < l.n && i < BRAND_SELLERS_SHOWN && !err; i++) {
		b->a->sellers[i] = l.all[i];
		err = name_seller(b, &b->a->sellers[i]);
	}
	free(l.all);
	return err;
}

/* ---- prices ---------------------------------------------------------------------------------- */

/* What somebody could buy new now. */
static bool has_price(const struct brand_row *row)
{
	return row->state == LISTING_LISTED && row->price_minor > 0 && row->currency[0] &&
	       (row->condition == CONDITION_NEW || row->condition == CONDITION_UNKNOWN) &&
	       row->availability != AVAILABILITY_OUT_OF_STOCK &&
	       row->availability != AVAILABILITY_SOLD_OUT &&
	       row->availability != AVAILABILITY_DISCONTINUED;
}

struct pricing {
	struct brand_analysis *a;
	int64_t *prices; /* of one product, then of one currency */
	size_t n;
	int64_t spread_sum[BRAND_CURRENCIES_MAX];
};

static size_t currency_of(struct brand_analysis *a, const char *code)
{
	size_t i = 0;
	while (i < a->n_currencies && strcmp(a->currencies[i].currency, code))
		i++;
	if (i == a->n_currencies && i < BRAND_CURRENCIES_MAX) {
		a->currencies[i] = (struct brand_currency){.spread_bp = REPUTATION_UNKNOWN};
		memcpy(a->currencies[i].currency, code, CURRENCY_TEXT);
		a->n_currencies++;
	}
	return i;
}

/* Kept widest first, as many as are shown. */
static void show_spread(struct brand_analysis *a, const struct brand_row *row,
			const struct price_spread *s)
{
	size_t i = a->n_spreads;
	while (i > 0 && s->spread_bp > a->spreads[i - 1].prices.spread_bp)
		i--;
	if (i == BRAND_PRODUCTS_SHOWN)
		return;
	if (a->n_spreads < BRAND_PRODUCTS_SHOWN)
		a->n_spreads++;
	memmove(&a->spreads[i + 1], &a->spreads[i], (a->n_spreads - 1 - i) * sizeof(*a->spreads));
	a->spreads[i] = (struct brand_product){.id = row->product, .prices = *s};
	memcpy(a->spreads[i].currency, row->currency, CURRENCY_TEXT);
}

static void take_product(struct pricing *p, const struct brand_row *row)
{
	size_t c = currency_of(p->a, row->currency);
	struct price_spread s = price_spread(p->prices, p->n);
	if (p->n > 1) {
		if (c < BRAND_CURRENCIES_MAX) {
			p->a->currencies[c].compared++;
			p->spread_sum[c] += s.spread_bp;
		}
		show_spread(p->a, row, &s);
	}
	p->n = 0;
}

/* Rows stand by product and currency. */
static void read_products(struct brand_reading *b, struct pricing *p)
{
	const struct brand_row *last = NULL;
	for (size_t i = 0; i < b->n; i++) {
		const struct brand_row *row = &b->rows[i];
		if (!has_price(row))
			continue;
		if (last &&
		    (last->product != row->product || strcmp(last->currency, row->currency)))
			take_product(p, last);
		p->prices[p->n++] = row->price_minor;
		last = row;
	}
	if (last)
		take_product(p, last);
}

static void read_currency(struct brand_reading *b, struct pricing *p, size_t c)
{
	struct brand_currency *its = &b->a->currencies[c];
	p->n = 0;
	for (size_t i = 0; i < b->n; i++)
		if (has_price(&b->rows[i]) && !strcmp(b->rows[i].currency, its->currency))
			p->prices[p->n++] = b->rows[i].price_minor;
	its->all = price_spread(p->prices, p->n);
	if (its->compared)
		its->spread_bp = ratio_half_even(p->spread_sum[c], its->compared);
}

static int most_offers(const void *x, const void *y)
{
	const struct brand_currency *a = x, *b = y;
	if (a->all.offers != b->all.offers)
		return a->all.offers > b->all.offers ? -1 : 1;
	return strcmp(a->currency, b->currency);
}

static enum err title_product(struct brand_reading *b, struct brand_product *p)
{
	char title[256] = "";
	enum err err =
		one_text(b, "SELECT title FROM product WHERE id = ?", p->id, title, sizeof(title));
	p->title = mem_strdup(title);
	return err;
}

enum err brand_read_prices(struct brand_reading *b)
{
	struct brand_analysis *a = b->a;
	struct pricing p = {.a = a};
	enum err err = ERR_NONE;
	int64_t sum = 0;
	p.prices = mem_array(NULL, b->n + 1, sizeof(*p.prices));
	a->spreads = mem_array(NULL, BRAND_PRODUCTS_SHOWN + 1, sizeof(*a->spreads));
	read_products(b, &p);
	for (size_t c = 0; c < a->n_currencies; c++) {
		read_currency(b, &p, c);
		a->compared += a->currencies[c].compared;
		sum += p.spread_sum[c];
	}
	a->spread_bp = a->compared ? ratio_half_even(sum, a->compared) : REPUTATION_UNKNOWN;
	if (a->n_currencies)
		qsort(a->currencies, a->n_currencies, sizeof(*a->currencies), most_offers);
	for (size_t i = 0; i < a->n_spreads && !err; i++)
		err = title_product(b, &a->spreads[i]);
	free(p.prices);
	return err;
}

/* ---- minimum advertised prices ----------------------------------------------------------------
 */

/* What others advertise, in stock or not, in the product's currency. Rows stand by product. */
static int64_t count_below(const struct brand_reading *b, uint64_t product, int64_t minimum,
			   const char *currency)
{
	size_t low = 0, high = b->n;
	int64_t below = 0;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (b->rows[mid].product < product)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < b->n && b->rows[low].product == product; low++) {
		const struct brand_row *row = &b->rows[low];
		below += !row->mine && row->state == LISTING_LISTED && row->price_minor > 0 &&
			 row->price_minor < minimum && !strcmp(row->currency, currency);
	}
	return below;
}

enum err brand_read_map(struct brand_reading *b)
{
	for (size_t i = 0; b->q->map && i < b->q->n_keys; i++) {
		sqlite3_stmt *st = reader_prepare(b->r,
						  "SELECT id, map_minor, currency FROM product"
						  " WHERE brand_key = ? AND map_minor IS NOT NULL",
						  b->e);
		if (!st)
			return b->e->code;
		sqlite3_bind_text(st, 1, b->q->keys[i], -1, SQLITE_STATIC);
		while (sqlite3_step(st) == SQLITE_ROW) {
			b->a->map_products++;
			b->a->map_below +=
				count_below(b, (uint64_t)sqlite3_column_int64(st, 0),
					    sqlite3_column_int64(st, 1), row_text(st, 2));
		}
		sqlite3_reset(st);
	}
	return ERR_NONE;
}
