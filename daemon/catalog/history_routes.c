/* What listings and products cost when, what else changed, and what it was read from. */
#include "daemon/catalog/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/evidence.h"
#include "daemon/catalog/internal.h"
#include "daemon/catalog/product_find.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum { DAYS = 90, DAYS_MAX = 3650, SERIES_MAX = 200, CHANGES_MAX = 500, RATINGS_MAX = 1000 };
#define DAY_MS INT64_C(86400000)

/* ---- what was asked for -------------------------------------------------------------------------
 */

struct asked {
	struct request *r;
	struct catalog *c;
	struct known_source from;
	int64_t from_ms, until_ms, now_ms;
};

static enum err read_time(const struct asked *a, const char *name, int64_t fallback, int64_t *ms,
			  struct error *e)
{
	const char *text = request_query(a->r, name, "");
	*ms = fallback;
	if (!*text || time_parse_since(text, a->now_ms, ms))
		return ERR_NONE;
	error_field(e, ERR_INVALID, name, "%s: \"%.40s\" is no time", name, text);
	error_hint(e, "90d, or 2026-11-01T00:00:00Z");
	return ERR_INVALID;
}

static enum err read_span(struct asked *a, struct error *e)
{
	enum err err = read_time(a, "since", a->now_ms - DAYS * DAY_MS, &a->from_ms, e);
	if (!err)
		err = read_time(a, "until", a->now_ms + 1, &a->until_ms, e);
	if (!err && a->until_ms <= a->from_ms)
		err = error_field(e, ERR_INVALID, "until", "until: not after since");
	return err;
}

static enum err read_days(struct asked *a, struct error *e)
{
	const char *text = request_query(a->r, "days", "90");
	char *end;
	long days = strtol(text, &end, 10);
	if (!*text || *end || days < 1 || days > DAYS_MAX)
		return error_field(e, ERR_INVALID, "days", "days: 1..%d, not \"%.40s\"", DAYS_MAX,
				   text);
	a->until_ms = a->now_ms + 1;
	a->from_ms = a->now_ms - days * DAY_MS;
	return ERR_NONE;
}

/* ---- points -------------------------------------------------------------------------------------
 */

static void write_minor(struct json_writer *w, const char *key, int64_t v)
{
	jw_key(w, key);
	v == UNKNOWN ? jw_null(w) : jw_int(w, v);
}

static void write_hash(struct json_writer *w, const char *key, const uint8_t *hash)
{
	char text[2 * EVIDENCE_BYTES + 1];
	for (size_t i = 0; i < EVIDENCE_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", hash[i]);
	jw_kv_str(w, key, text);
}

static void write_seller(struct json_writer *w, const struct asked *a, uint64_t seller)
{
	struct error ignored = {0};
	sqlite3_stmt *st =
		seller ? known_prepare(&a->from, "SELECT name FROM seller WHERE id = ?", &ignored)
		       : NULL;
	jw_key(w, "seller");
	if (st)
		sqlite3_bind_int64(st, 1, (sqlite3_int64)seller);
	if (st && sqlite3_step(st) == SQLITE_ROW)
		jw_str(w, row_text(st, 0));
	else
		jw_null(w);
	if (st)
		sqlite3_reset(st);
}

static void write_short(struct json_writer *w, const struct history_point *p)
{
	jw_kv_time(w, "at", p->at_ms);
	jw_kv_time(w, "until", p->until_ms);
	jw_kv_str(w, "kind", offer_kind_name(p->kind));
	write_minor(w, "price_minor", p->terms.price);
	jw_kv_str(w, "availability", availability_word(p->terms.availability));
}

static void write_points(struct json_writer *w, const struct asked *a, const struct history *h)
{
	jw_key(w, "points");
	jw_array(w);
	for (size_t i = 0; i < h->n; i++) {
		const struct history_point *p = &h->all[i];
		jw_object(w);
		write_short(w, p);
		write_minor(w, "list_minor", p->terms.list);
		write_minor(w, "shipping_minor", p->terms.shipping);
		jw_kv_str(w, "currency", *p->terms.currency ? p->terms.currency : NULL);
		jw_kv_str(w, "condition", condition_word(p->terms.condition));
		write_seller(w, a, p->seller);
		jw_kv_str(w, "source", p->terms.source ? source_name(p->terms.source) : NULL);
		if (p->has_evidence)
			write_hash(w, "evidence", p->evidence);
		else
			jw_kv_str(w, "evidence", NULL);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_kv_int(w, "left_out", (int64_t)h->left_out);
}

/* ---- a listing ----------------------------------------------------------------------------------
 */

static sqlite3_stmt *of_listing(const struct asked *a, const char *sql, uint64_t listing, int limit)
{
	struct error ignored = {0};
	sqlite3_stmt *st = known_prepare(&a->from, sql, &ignored);
	if (!st)
		return NULL;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)listing);
	sqlite3_bind_int64(st, 2, a->from_ms);
	sqlite3_bind_int64(st, 3, a->until_ms);
	sqlite3_bind_int(st, 4, limit);
	return st;
}

/* The newest ones of the stretch, the oldest first. */
static void write_ratings(struct json_writer *w, const struct asked *a, uint64_t listing)
{
	sqlite3_stmt *st = of_listing(
		a,
		"SELECT * FROM (SELECT at_ms, rating_x100, reviews FROM rating WHERE listing = ?"
		" AND at_ms >= ? AND at_ms < ? ORDER BY at_ms DESC LIMIT ?) ORDER BY at_ms",
		listing, RATINGS_MAX);
	jw_key(w, "ratings");
	jw_array(w);
	while (st && sqlite3_step(st) == SQLITE_ROW) {
		jw_object(w);
		jw_kv_time(w, "at", sqlite3_column_int64(st, 0));
		write_figure(w, "rating_x100", st, 1);
		write_figure(w, "reviews", st, 2);
		jw_object_end(w);
	}
	if (st)
		sqlite3_reset(st);
	jw_array_end(w);
}

static void write_changes(struct json_writer *w, const struct asked *a, uint64_t listing)
{
	sqlite3_stmt *st = of_listing(
		a,
		"SELECT * FROM (SELECT id, at_ms, field, was, now FROM listing_change"
		" WHERE listing = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms DESC, id DESC"
		" LIMIT ?) ORDER BY at_ms, id",
		listing, CHANGES_MAX);
	jw_key(w, "changes");
	jw_array(w);
	while (st && sqlite3_step(st) == SQLITE_ROW) {
		jw_object(w);
		jw_kv_time(w, "at", sqlite3_column_int64(st, 1));
		jw_kv_str(w, "field", row_text(st, 2));
		write_word(w, "was", st, 3);
		write_word(w, "now", st, 4);
		jw_object_end(w);
	}
	if (st)
		sqlite3_reset(st);
	jw_array_end(w);
}

static enum err write_listing_history(struct json_writer *w, const struct asked *a,
				      uint64_t listing, struct error *e)
{
	struct history h = {0};
	struct known k;
	char id[ID_TEXT];
	enum err err = known_read(&a->from, 0, NULL, listing, &k, e);
	if (!err)
		err = history_read(&a->from, listing, a->from_ms, a->until_ms, k.seen_ms, &h, e);
	if (!err) {
		history_thin(&h, a->from_ms, a->until_ms, HISTORY_POINTS);
		jw_object(w);
		jw_kv_str(w, "listing", id_format(id, "lst", listing));
		jw_kv_str(w, "currency", *k.currency ? k.currency : NULL);
		jw_kv_time(w, "from", a->from_ms);
		jw_kv_time(w, "until", a->until_ms);
		write_minor(w, "now", k.state == LISTING_LISTED ? k.price : UNKNOWN);
		write_points(w, a, &h);
		write_ratings(w, a, listing);
		write_changes(w, a, listing);
		jw_object_end(w);
	}
	history_fini(&h);
	known_fini(&k);
	return err;
}

/* ---- evidence -----------------------------------------------------------------------------------
 */

/* The point that a moment lies in. */
static const struct history_point *point_at(const struct history *h, int64_t at_ms)
{
	const struct history_point *found = NULL;
	for (size_t i = 0; i < h->n && h->all[i].at_ms <= at_ms; i++)
		found = &h->all[i];
	return found;
}

static enum err write_kept(struct json_writer *w, const struct asked *a,
			   const struct history_point *p, struct error *e)
{
	struct buf body = BUF_INIT(EVIDENCE_BODY_MAX);
	enum err err = ERR_NONE;
	sqlite3_stmt *st =
		p->has_evidence ? known_prepare(&a->from,
						"SELECT at_ms, url, type, bytes, body FROM evidence"
						" WHERE hash = ?",
						e)
				: NULL;
	bool kept = false;
	if (st) {
		sqlite3_bind_blob(st, 1, p->evidence, EVIDENCE_BYTES, SQLITE_STATIC);
		kept = sqlite3_step(st) == SQLITE_ROW;
	}
	jw_kv_bool(w, "kept", kept);
	if (kept) {
		jw_kv_time(w, "kept_at", sqlite3_column_int64(st, 0));
		jw_kv_str(w, "url", row_text(st, 1));
		write_word(w, "type", st, 2);
		jw_kv_int(w, "bytes", sqlite3_column_int64(st, 3));
		err = evidence_unpack(sqlite3_column_blob(st, 4),
				      (size_t)sqlite3_column_bytes(st, 4), &body, e);
		jw_key(w, "body");
		jw_strn(w, buf_str(&body), body.len);
	}
	if (st)
		sqlite3_reset(st);
	buf_fini(&body);
	return err;
}

static void write_page(struct json_writer *w, const struct asked *a, uint64_t listing)
{
	struct error ignored = {0};
	sqlite3_stmt *st = known_prepare(&a->from,
					 "SELECT l.url, g.url, g.status, g.text FROM listing l"
					 " LEFT JOIN page g ON g.id = l.page WHERE l.id = ?",
					 &ignored);
	jw_key(w, "page");
	if (st)
		sqlite3_bind_int64(st, 1, (sqlite3_int64)listing);
	if (st && sqlite3_step(st) == SQLITE_ROW) {
		jw_object(w);
		jw_kv_str(w, "listing_url", row_text(st, 0));
		write_word(w, "url", st, 1);
		write_figure(w, "status", st, 2);
		write_word(w, "text", st, 3);
		jw_object_end(w);
	} else {
		jw_null(w);
	}
	if (st)
		sqlite3_reset(st);
}

static enum err write_evidence(struct json_writer *w, const struct asked *a, uint64_t listing,
			       int64_t at_ms, struct error *e)
{
	struct history h = {0};
	struct known k;
	char id[ID_TEXT];
	enum err err = known_read(&a->from, 0, NULL, listing, &k, e);
	if (!err)
		err = history_read(&a->from, listing, 0, at_ms + 1, k.seen_ms, &h, e);
	const struct history_point *p = err ? NULL : point_at(&h, at_ms);
	if (!err && !p)
		err = error_set(e, ERR_NOT_FOUND, "nothing is known of this listing at that time");
	if (!err) {
		jw_object(w);
		jw_kv_str(w, "listing", id_format(id, "lst", listing));
		write_short(w, p);
		write_minor(w, "shipping_minor", p->terms.shipping);
		jw_kv_str(w, "currency", *p->terms.currency ? p->terms.currency : NULL);
		jw_kv_str(w, "source", p->terms.source ? source_name(p->terms.source) : NULL);
		if (p->has_evidence)
			write_hash(w, "hash", p->evidence);
		else
			jw_kv_str(w, "hash", NULL);
		write_page(w, a, listing);
		err = write_kept(w, a, p, e);
		jw_object_end(w);
	}
	history_fini(&h);
	known_fini(&k);
	return err;
}

/* ---- a product ----------------------------------------------------------------------------------
 */

static enum err write_one_series(struct json_writer *w, const struct asked *a, sqlite3_stmt *st,
				 size_t max, struct error *e)
{
	struct history h;
	char id[ID_TEXT];
	uint64_t listing = (uint64_t)sqlite3_column_int64(st, 0);
	enum err err = history_read(&a->from, listing, a->from_ms, a->until_ms,
				    sqlite3_column_int64(st, 4), &h, e);
	if (!err && h.n) {
		history_thin(&h, a->from_ms, a->until_ms, max);
		jw_object(w);
		jw_kv_str(w, "listing", id_format(id, "lst", listing));
		site_write(w, a->c->d->store, (uint64_t)sqlite3_column_int64(st, 1));
		jw_kv_bool(w, "mine", sqlite3_column_int(st, 2));
		jw_kv_str(w, "title", row_text(st, 3));
		write_word(w, "currency", st, 5);
		jw_key(w, "points");
		jw_array(w);
		for (size_t i = 0; i < h.n; i++) {
			jw_object(w);
			write_short(w, &h.all[i]);
			jw_object_end(w);
		}
		jw_array_end(w);
		jw_object_end(w);
	}
	history_fini(&h);
	return err;
}

/* Mine first, then the cheapest. */
static enum err write_series(struct json_writer *w, const struct asked *a, uint64_t product,
			     struct error *e)
{
	sqlite3_stmt *st = known_prepare(
		&a->from,
		"SELECT l.id, l.site, l.mine, l.title, " LISTING_SEEN_SQL
		", l.currency FROM listing l LEFT JOIN page g ON g.id = l.page"
		" WHERE l.product = ? ORDER BY l.mine DESC, l.price_minor IS NULL, l.price_minor,"
		" l.id LIMIT ?",
		e);
	enum err err = st ? ERR_NONE : ERR_STORE;
	if (!st)
		return err;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	sqlite3_bind_int(st, 2, SERIES_MAX);
	jw_key(w, "series");
	jw_array(w);
	while (!err && sqlite3_step(st) == SQLITE_ROW)
		err = write_one_series(w, a, st, HISTORY_POINTS, e);
	jw_array_end(w);
	sqlite3_reset(st);
	return err;
}

static enum err write_product_history(struct json_writer *w, const struct asked *a,
				      uint64_t product, struct error *e)
{
	sqlite3_stmt *st = known_prepare(
		&a->from, "SELECT currency, floor_minor, map_minor FROM product WHERE id = ?", e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	if (sqlite3_step(st) != SQLITE_ROW) {
		sqlite3_reset(st);
		return error_set(e, ERR_NOT_FOUND, "the product is gone");
	}
	jw_object(w);
	write_word(w, "currency", st, 0);
	write_figure(w, "floor_minor", st, 1);
	write_figure(w, "map_minor", st, 2);
	jw_kv_time(w, "from", a->from_ms);
	jw_kv_time(w, "until", a->until_ms - 1);
	sqlite3_reset(st);
	enum err err = write_series(w, a, product, e);
	jw_object_end(w);
	return err;
}

/* ---- routes -------------------------------------------------------------------------------------
 */

static enum err begin(struct asked *a, struct request *r, void *ctx, struct error *e)
{
	*a = (struct asked){.r = r, .c = ctx};
	a->now_ms = clock_wall_ms(a->c->d->clock);
	a->from.reader = store_reader(a->c->d->store, e);
	return a->from.reader ? ERR_NONE : e->code ? e->code : ERR_BUSY;
}

static struct answered end(struct asked *a, enum err err, const struct error *e)
{
	if (a->from.reader)
		reader_done(a->from.reader);
	if (!err)
		return reply_send(a->r, 200);
	buf_reset(reply_body(a->r));
	return reply_error(a->r, e);
}

static void open_data(struct json_writer *w, struct request *r)
{
	jw_init(w, reply_body(r));
	jw_object(w);
	jw_key(w, "data");
}

struct answered listing_history_route(struct request *r, void *ctx)
{
	struct error e = {0};
	struct json_writer w;
	struct asked a = {.r = r};
	struct catalog *c = ctx;
	uint64_t id;
	enum err err = sql_list_find(&listing_list, c->d->store, request_param(r, "ref"), &id, &e);
	if (!err && !(err = begin(&a, r, ctx, &e)) && !(err = read_span(&a, &e))) {
		open_data(&w, r);
		err = write_listing_history(&w, &a, id, &e);
		if (!err)
			jw_object_end(&w);
	}
	return end(&a, err, &e);
}

struct answered listing_evidence_route(struct request *r, void *ctx)
{
	struct error e = {0};
	struct json_writer w;
	struct asked a = {.r = r};
	struct catalog *c = ctx;
	int64_t at_ms;
	uint64_t id;
	enum err err = sql_list_find(&listing_list, c->d->store, request_param(r, "ref"), &id, &e);
	if (!err && !(err = begin(&a, r, ctx, &e)) &&
	    !(err = read_time(&a, "at", a.now_ms, &at_ms, &e))) {
		open_data(&w, r);
		err = write_evidence(&w, &a, id, at_ms, &e);
		if (!err)
			jw_object_end(&w);
	}
	return end(&a, err, &e);
}

struct answered product_history_route(struct request *r, void *ctx)
{
	struct error e = {0};
	struct json_writer w;
	struct asked a = {.r = r};
	struct catalog *c = ctx;
	uint64_t id;
	enum err err = product_find(c->d->store, request_param(r, "ref"), &id, &e);
	if (!err && !(err = begin(&a, r, ctx, &e)) && !(err = read_days(&a, &e))) {
		open_data(&w, r);
		err = write_product_history(&w, &a, id, &e);
		if (!err)
			jw_object_end(&w);
	}
	return end(&a, err, &e);
}
