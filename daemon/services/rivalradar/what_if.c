/* GET /v1/products/REF/what-if: where a price of mine would stand.
 * POST /v1/products/REF/floor and map: what I say of a product. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/map.h"
#include "daemon/catalog/offers.h"
#include "daemon/catalog/product_find.h"
#include "daemon/catalog/undercut.h"
#include "daemon/catalog/words.h"
#include "daemon/services/rivalradar/internal.h"
#include "shared/mem.h"

/* A product and its offers. */
struct product {
	uint64_t id;
	char *title;
	char currency[CURRENCY_TEXT];
	int64_t floor_minor, map_minor;
	struct offers offers;
};

static enum err product_read(struct reader *r, struct product *p, struct error *e)
{
	sqlite3_stmt *st = reader_prepare(
		r, "SELECT title, currency, floor_minor, map_minor FROM product WHERE id = ?1", e);

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)p->id);
	bool found = sqlite3_step(st) == SQLITE_ROW;
	if (found) {
		p->title = mem_strdup(row_text(st, 0));
		snprintf(p->currency, sizeof(p->currency), "%s", row_text(st, 1));
		p->floor_minor = row_minor(st, 2);
		p->map_minor = row_minor(st, 3);
	}
	sqlite3_reset(st);
	if (!found)
		return error_set(e, ERR_NOT_FOUND, "the product is gone");
	st = reader_prepare(r, "SELECT " OFFER_COLUMNS " FROM listing l WHERE l.product = ?1", e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)p->id);
	return offers_read(&p->offers, st, e);
}

static void product_fini(struct product *p)
{
	free(p->title);
	offers_fini(&p->offers);
}

static enum err product_get(struct radar *r, struct request *rq, struct product *p, struct error *e)
{
	enum err err = product_find(r->d->store, request_param(rq, "ref"), &p->id, e);
	struct reader *reader;

	if (err)
		return err;
	reader = store_reader(r->d->store, e);
	if (!reader)
		return ERR_STORE;
	err = product_read(reader, p, e);
	reader_done(reader);
	if (!err && *offers_currency(&p->offers, p->currency))
		snprintf(p->currency, sizeof(p->currency), "%s",
			 offers_currency(&p->offers, p->currency));
	return err;
}

/* ---- amounts --------------------------------------------------------------------------------- */

static enum err amount_read(const char *name, const char *text, const char *currency,
			    int64_t *minor, struct error *e)
{
	bool exact = false;

	if (money_from_decimal(text, currency, minor, &exact) && exact && *minor > 0)
		return ERR_NONE;
	error_field(e, ERR_INVALID, name, "%s: \"%.40s\" is not a price in %s", name, text,
		    *currency ? currency : "the product's currency");
	error_hint(e, "write it with a point and at most %u decimals: 34.90",
		   currency_decimals(currency));
	return ERR_INVALID;
}

/* ---- what if --------------------------------------------------------------------------------- */

/* The lowest price of mine now, and its shipping. */
static const struct market_seller *mine_now(const struct market *m)
{
	return market_find(m, MARKET_MINE);
}

/* What I charge for shipping when nothing of mine counts now. */
static int64_t my_shipping(const struct product *p, const struct market *m)
{
	const struct market_seller *now = mine_now(m);

	if (now)
		return now->shipping_minor;
	for (size_t i = 0; i < p->offers.n; i++)
		if (p->offers.all[i].seller == MARKET_MINE &&
		    !strcmp(p->offers.all[i].currency, p->currency))
			return p->offers.all[i].shipping_minor;
	return MARKET_UNKNOWN;
}

static void write_now(struct json_writer *w, const struct market *m)
{
	const struct market_seller *now = mine_now(m);

	words_minor(w, "mine_minor", now ? now->price_minor : MARKET_UNKNOWN);
	jw_key(w, "rank_now");
	now ? jw_int(w, (int64_t)market_what_if(m, now->price_minor, now->shipping_minor).rank)
	    : jw_null(w);
}

static void write_index(struct json_writer *w, const struct product *p, const struct market *m,
			const struct market_rank *rank)
{
	struct market then = {0};
	struct market_offer *all = mem_array(NULL, p->offers.n + 1, sizeof(*all));
	int64_t mean = MARKET_UNKNOWN, median = MARKET_UNKNOWN;
	size_t n = 0;

	/* The market as it would be: others as they are, and I at that price. */
	for (size_t i = 0; i < p->offers.n; i++)
		if (p->offers.all[i].seller != MARKET_MINE)
			all[n++] = p->offers.all[i];
	all[n] = (struct market_offer){.seller = MARKET_MINE,
				       .price_minor = rank->minor,
				       .shipping_minor = m->landed ? 0 : MARKET_UNKNOWN,
				       .availability = AVAILABILITY_IN_STOCK,
				       .condition = CONDITION_NEW,
				       .state = LISTING_LISTED};
	snprintf(all[n].currency, sizeof(all[n].currency), "%s", p->currency);
	market_make(&then, all, n + 1, p->currency);
	(void)market_index(&then, rank->minor, &mean, &median);
	words_minor(w, "mean_minor", then.mean_minor);
	words_minor(w, "median_minor", then.median_minor);
	words_minor(w, "index_mean", mean);
	words_minor(w, "index_median", median);
	market_fini(&then);
	free(all);
}

static void write_what_if(struct json_writer *w, const struct product *p, int64_t price_minor)
{
	struct market m = {0};
	char money[MONEY_TEXT];
	int64_t lead;

	market_make(&m, p->offers.all, p->offers.n, p->currency);
	int64_t shipping = my_shipping(p, &m);
	struct market_rank rank = market_what_if(&m, price_minor, shipping);
	jw_object(w);
	words_id(w, "product", "prd", p->id);
	jw_kv_str(w, "title", p->title);
	jw_kv_str(w, "currency", p->currency);
	jw_kv_str(w, "price", money_format(money, price_minor, p->currency));
	jw_kv_int(w, "price_minor", price_minor);
	jw_kv_bool(w, "landed", m.landed);
	jw_kv_int(w, "compared_minor", rank.minor);
	jw_kv_int(w, "rank", (int64_t)rank.rank);
	jw_kv_int(w, "of", (int64_t)rank.of);
	jw_kv_int(w, "offers_below", (int64_t)rank.below);
	jw_kv_int(w, "offers_equal", (int64_t)rank.equal);
	jw_kv_int(w, "offers_above", (int64_t)rank.above);
	words_minor(w, "cheapest_minor", rank.cheapest_minor);
	if (rank.cheapest_minor >= 0) {
		struct market_gap gap = market_gap(rank.minor, rank.cheapest_minor);

		jw_kv_int(w, "gap_minor", gap.minor);
		jw_kv_int(w, "gap_bp", gap.bp);
	}
	words_minor(w, "lead_minor",
		    market_price_to_lead(&m, shipping, &lead) ? lead : MARKET_UNKNOWN);
	write_index(w, p, &m, &rank);
	write_now(w, &m);
	words_minor(w, "floor_minor", p->floor_minor);
	jw_kv_bool(w, "below_floor", p->floor_minor >= 0 && price_minor < p->floor_minor);
	jw_object_end(w);
	market_fini(&m);
}

struct answered route_what_if(struct request *rq, void *ctx)
{
	const char *text = request_query(rq, "price", "");
	struct product p = {0};
	struct json_writer w;
	struct error e = {0};
	int64_t minor;

	if (product_get(ctx, rq, &p, &e) || amount_read("price", text, p.currency, &minor, &e)) {
		product_fini(&p);
		return reply_error(rq, &e);
	}
	jw_init(&w, reply_body(rq));
	jw_object(&w);
	jw_key(&w, "data");
	write_what_if(&w, &p, minor);
	jw_object_end(&w);
	product_fini(&p);
	return reply_send(rq, 200);
}

/* ---- what I say of it ------------------------------------------------------------------------ */

struct saying {
	uint64_t product;
	bool map;
	int64_t minor; /* MARKET_UNKNOWN: nothing any more */
	int64_t now_ms;
	bool gone;
};

static enum err run_say(struct txn *t, void *arg, struct error *e)
{
	static const char floor_sql[] = "UPDATE product SET floor_minor = ?2 WHERE id = ?1";
	static const char map_sql[] = "UPDATE product SET map_minor = ?2 WHERE id = ?1";
	struct saying *s = arg;
	sqlite3_stmt *st = txn_prepare(t, s->map ? map_sql : floor_sql, e);
	enum err err;

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)s->product);
	bind_minor(st, 2, s->minor);
	err = txn_exec(t, st, e);
	s->gone = !err && !sqlite3_changes(txn_db(t));
	if (err || s->gone)
		return err;
	err = feed_change(t, "product", s->product, false, e);
	return err || !s->map ? err : map_judge_product(t, s->product, NULL, s->now_ms, e);
}

static enum err body_amount(struct request *rq, const char *currency, int64_t *minor,
			    struct error *e)
{
	const json_t *body = request_json(rq, e), *price = json_object_get(body, "price");

	*minor = MARKET_UNKNOWN;
	if (!body)
		return ERR_MALFORMED;
	if (json_is_null(price))
		return ERR_NONE;
	if (json_is_string(price))
		return amount_read("price", json_string_value(price), currency, minor, e);
	error_field(e, ERR_INVALID, "price", "price: a text such as \"33.20\", or null for none");
	return ERR_INVALID;
}

static void write_said(struct json_writer *w, const struct product *p, const struct saying *s)
{
	char money[MONEY_TEXT];
	const char *word = s->map ? "map" : "floor";
	char key[16];

	jw_object(w);
	words_id(w, "id", "prd", p->id);
	jw_kv_str(w, "title", p->title);
	jw_kv_str(w, "currency", p->currency);
	jw_kv_str(w, word, s->minor < 0 ? NULL : money_format(money, s->minor, p->currency));
	snprintf(key, sizeof(key), "%s_minor", word);
	words_minor(w, key, s->minor);
	/* Once, when it is switched on. */
	jw_kv_str(w, "warning", s->map && s->minor >= 0 && p->map_minor < 0 ? MAP_LAW : NULL);
	jw_object_end(w);
}

static struct answered say(struct request *rq, struct radar *r, bool map)
{
	struct product p = {0};
	struct saying s = {.map = map, .now_ms = clock_wall_ms(r->d->clock)};
	struct json_writer w;
	struct error e = {0};
	enum err err = product_get(r, rq, &p, &e);

	if (!err)
		err = body_amount(rq, p.currency, &s.minor, &e);
	s.product = p.id;
	if (!err)
		err = store_run(r->d->store, OP_PEOPLE, run_say, &s, &e);
	if (!err && s.gone)
		err = error_set(&e, ERR_NOT_FOUND, "the product is gone");
	if (!err) {
		jw_init(&w, reply_body(rq));
		jw_object(&w);
		jw_key(&w, "data");
		write_said(&w, &p, &s);
		jw_object_end(&w);
	}
	product_fini(&p);
	return err ? reply_error(rq, &e) : reply_send(rq, 200);
}

struct answered route_floor(struct request *rq, void *ctx)
{
	return say(rq, ctx, false);
}

struct answered route_map(struct request *rq, void *ctx)
{
	return say(rq, ctx, true);
}
