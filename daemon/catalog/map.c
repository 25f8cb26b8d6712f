#include "daemon/catalog/map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "daemon/catalog/evidence.h"
#include "daemon/catalog/offers.h"
#include "daemon/catalog/words.h"
#include "daemon/store/feed.h"
#include "shared/hash.h"
#include "shared/mem.h"

enum { DATA_MAX = 3000 };

/* ---- pages ----------------------------------------------------------------------------------- */

bool map_watches(struct store *s, uint64_t site, const char *page_url)
{
	struct error ignored = {0};
	struct reader *r = store_reader(s, &ignored);
	sqlite3_stmt *st = r ? reader_prepare(r,
					      "SELECT 1 FROM page g JOIN listing l ON l.page = g.id"
					      " JOIN product p ON p.id = l.product"
					      " WHERE g.site = ?1 AND g.url = ?2 AND l.mine = 0"
					      " AND p.map_minor IS NOT NULL LIMIT 1",
					      &ignored)
			     : NULL;
	bool found = false;

	if (st) {
		sqlite3_bind_int64(st, 1, (sqlite3_int64)site);
		sqlite3_bind_text(st, 2, page_url, -1, SQLITE_STATIC);
		found = sqlite3_step(st) == SQLITE_ROW;
		sqlite3_reset(st);
	}
	if (r)
		reader_done(r);
	return found;
}

bool map_page_make(struct map_page *p, const struct observation *o, const char *type,
		   const void *body, size_t len)
{
	*p = (struct map_page){0};
	if (!body || !len || len > EVIDENCE_BODY_MAX)
		return false;
	uLongf room = compressBound((uLong)len);
	void *out = mem_alloc(room);
	if (compress2(out, &room, body, (uLong)len, Z_DEFAULT_COMPRESSION) != Z_OK ||
	    room > EVIDENCE_PACKED_MAX) {
		free(out);
		return false;
	}
	memcpy(p->hash, o->hash, EVIDENCE_BYTES);
	p->site = o->site;
	p->url = mem_strdup(o->page_url);
	p->type = mem_strdup(type);
	p->bytes = len;
	p->deflated = out;
	p->len = room;
	return true;
}

void map_page_fini(struct map_page *p)
{
	free((void *)(uintptr_t)p->url);
	free((void *)(uintptr_t)p->type);
	free((void *)(uintptr_t)p->deflated);
	*p = (struct map_page){0};
}

/* The same bytes are kept once. */
static enum err keep_page(struct txn *t, const struct map_page *p, int64_t at_ms, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t,
				       "INSERT INTO evidence (hash, site, at_ms, url, type, bytes,"
				       " body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
				       " ON CONFLICT (hash) DO NOTHING",
				       e);

	if (!st)
		return ERR_STORE;
	sqlite3_bind_blob(st, 1, p->hash, EVIDENCE_BYTES, SQLITE_STATIC);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)p->site);
	sqlite3_bind_int64(st, 3, at_ms);
	sqlite3_bind_text(st, 4, p->url, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 5, p->type, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 6, (sqlite3_int64)p->bytes);
	sqlite3_bind_blob(st, 7, p->deflated, (int)p->len, SQLITE_STATIC);
	return txn_exec(t, st, e);
}

/* ---- a listing ------------------------------------------------------------------------------- */

struct watched {
	uint64_t id, product, site, seller;
	char *title, *url, *site_name, *page_url;
	char currency[CURRENCY_TEXT];
	int64_t price_minor, map_minor, seen_ms; /* MARKET_UNKNOWN: none */
	enum listing_state state;
	/* of its history */
	int64_t since_ms; /* the first observation below the minimum of this stretch */
	int64_t moved_ms; /* since when the offer is as it is now */
	bool twice;
	uint8_t evidence[EVIDENCE_BYTES];
	bool has_evidence;
};

struct watch {
	struct watched *all;
	size_t n, cap;
};

#define WATCHED_COLUMNS                                                                         \
	"l.id, l.product, l.site, l.seller, p.title, l.url, r.name, l.currency, l.price_minor," \
	" CASE WHEN p.currency = l.currency THEN p.map_minor END, " LISTING_SEEN_SQL            \
	", l.state, g.url"
#define WATCHED_FROM                                                                           \
	" FROM listing l JOIN product p ON p.id = l.product LEFT JOIN page g ON g.id = l.page" \
	" LEFT JOIN resource r ON r.id = l.site WHERE l.mine = 0"

static enum err read_watched(struct watch *w, sqlite3_stmt *st, struct error *e)
{
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (w->n == w->cap) {
			w->cap = w->cap ? 2 * w->cap : 8;
			w->all = mem_array(w->all, w->cap, sizeof(*w->all));
		}
		struct watched *x = &w->all[w->n++];
		*x = (struct watched){.id = (uint64_t)sqlite3_column_int64(st, 0),
				      .product = (uint64_t)sqlite3_column_int64(st, 1),
				      .site = (uint64_t)sqlite3_column_int64(st, 2),
				      .seller = (uint64_t)sqlite3_column_int64(st, 3),
				      .title = mem_strdup(row_text(st, 4)),
				      .url = mem_strdup(row_text(st, 5)),
				      .site_name = mem_strdup(row_text(st, 6)),
				      .price_minor = row_minor(st, 8),
				      .map_minor = row_minor(st, 9),
				      .seen_ms = sqlite3_column_int64(st, 10),
				      .state = (enum listing_state)sqlite3_column_int(st, 11),
				      .page_url = mem_strdup(row_text(st, 12))};
		snprintf(x->currency, sizeof(x->currency), "%s", row_text(st, 7));
	}
	enum err err = rc == SQLITE_DONE
			       ? ERR_NONE
			       : store_error(rc, sqlite3_db_handle(st), "reading listings", e);
	sqlite3_reset(st);
	return err;
}

static void watch_fini(struct watch *w)
{
	for (size_t i = 0; i < w->n; i++) {
		free(w->all[i].title);
		free(w->all[i].url);
		free(w->all[i].site_name);
		free(w->all[i].page_url);
	}
	free(w->all);
	*w = (struct watch){0};
}

/* Was it a breach, as far as anybody was told? */
static enum err told_breach(struct txn *t, uint64_t listing, bool *breach, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t,
				       "SELECT topic FROM events WHERE subject = ?1 AND topic IN"
				       " ('price.map_breach', 'price.map_ok')"
				       " ORDER BY seq DESC LIMIT 1",
				       e);

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)listing);
	int rc = sqlite3_step(st);
	*breach = rc == SQLITE_ROW && !strcmp(row_text(st, 0), "price.map_breach");
	enum err err = rc == SQLITE_ROW || rc == SQLITE_DONE
			       ? ERR_NONE
			       : store_error(rc, txn_db(t), "reading events", e);
	sqlite3_reset(st);
	return err;
}

/* The newest rows of its history that are below the minimum, without another in between. Of the
 * newest row the listing's seen time counts: seen later than it began, it was observed twice. */
static enum err read_stretch(struct txn *t, struct watched *x, struct error *e)
{
	enum { ROWS = 50 };
	sqlite3_stmt *st = txn_prepare(t,
				       "SELECT at_ms, until_ms, kind, price_minor, evidence"
				       " FROM offer WHERE listing = ?1 AND seller = ?2"
				       " ORDER BY at_ms DESC LIMIT ?3",
				       e);
	int rc, n = 0;

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)x->id);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)x->seller);
	sqlite3_bind_int(st, 3, ROWS);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		int64_t price = row_minor(st, 3);

		if (sqlite3_column_int(st, 2) != OFFER_SEEN || price < 0 || price >= x->map_minor)
			break;
		if (!n)
			x->moved_ms = sqlite3_column_int64(st, 0);
		if (!n++ && sqlite3_column_bytes(st, 4) == EVIDENCE_BYTES) {
			memcpy(x->evidence, sqlite3_column_blob(st, 4), EVIDENCE_BYTES);
			x->has_evidence = true;
		}
		x->since_ms = sqlite3_column_int64(st, 0);
		x->twice = n > 1 || x->seen_ms > x->since_ms ||
			   sqlite3_column_int64(st, 1) > x->since_ms;
	}
	enum err err = rc == SQLITE_ROW || rc == SQLITE_DONE
			       ? ERR_NONE
			       : store_error(rc, txn_db(t), "reading offers", e);
	sqlite3_reset(st);
	return err;
}

/* ---- what is told ---------------------------------------------------------------------------- */

static void write_hash(struct json_writer *w, const uint8_t *hash)
{
	char hex[2 * EVIDENCE_BYTES + 1];

	for (size_t i = 0; i < EVIDENCE_BYTES; i++)
		snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	jw_kv_str(w, "evidence", hex);
}

static void data_of(const struct watched *x, bool breach, const char *reason,
		    const struct map_page *page, struct buf *out)
{
	struct json_writer w;

	jw_init(&w, out);
	jw_object(&w);
	jw_kv_str(&w, "state", breach ? "breach" : "ok");
	if (reason)
		jw_kv_str(&w, "reason", reason);
	words_id(&w, "product", "prd", x->product);
	words_id(&w, "rival", "riv", x->site);
	jw_kv_str(&w, "rival_name", x->site_name);
	words_id(&w, "listing", "lst", x->id);
	words_minor(&w, "price_minor", x->price_minor);
	words_minor(&w, "map_minor", x->map_minor);
	jw_kv_str(&w, "currency", x->currency);
	jw_kv_str(&w, "url", x->url);
	if (breach) {
		jw_kv_time(&w, "first_at", x->since_ms);
		jw_kv_time(&w, "seen_at", x->seen_ms);
		if (page || x->has_evidence)
			write_hash(&w, page ? page->hash : x->evidence);
		jw_kv_bool(&w, "evidence_kept", page != NULL);
	}
	jw_object_end(&w);
}

static void text_of(const struct watched *x, bool breach, const char *reason, char *out, size_t cap)
{
	char price[MONEY_TEXT], map[MONEY_TEXT];
	const char *site = *x->site_name ? x->site_name : "a rival";

	money_format(price, x->price_minor < 0 ? 0 : x->price_minor, x->currency);
	money_format(map, x->map_minor < 0 ? 0 : x->map_minor, x->currency);
	if (breach)
		snprintf(out, cap, "%.63s advertises it for %s, below the minimum of %s", site,
			 price, map);
	else if (!strcmp(reason, "off"))
		snprintf(out, cap, "its minimum is not watched any more");
	else if (!strcmp(reason, "gone"))
		snprintf(out, cap, "%.63s no longer offers it", site);
	else
		snprintf(out, cap, "%.63s advertises it for %s, not below %s any more", site, price,
			 map);
}

static enum err tell(struct txn *t, const struct watched *x, bool breach, const char *reason,
		     const struct map_page *page, int64_t at_ms, struct error *e)
{
	struct buf data = BUF_INIT(DATA_MAX);
	char text[240], name[200];
	struct event ev = {.at_ms = at_ms,
			   .severity = breach ? SEVERITY_WARNING : SEVERITY_INFO,
			   .subject_kind = "listing",
			   .subject = x->id,
			   .text = text};

	snprintf(ev.topic, sizeof(ev.topic), "%s", breach ? "price.map_breach" : "price.map_ok");
	snprintf(name, sizeof(name), "%.63s %.120s", x->site_name, x->title);
	words_cut(ev.name, sizeof(ev.name), name);
	text_of(x, breach, reason, text, sizeof(text));
	data_of(x, breach, reason, page, &data);
	ev.data_json = data.overflow ? NULL : data.data;
	enum err err = feed_event(t, &ev, e);
	buf_fini(&data);
	return err;
}

static enum err judge_below(struct txn *t, struct watched *x, bool was, const struct map_page *page,
			    int64_t at_ms, struct error *e)
{
	enum err err = read_stretch(t, x, e);

	/* Each page is kept that began it, confirmed it, or changed the offer further. */
	if (!err && page && (!was || x->moved_ms == at_ms))
		err = keep_page(t, page, at_ms, e);
	if (err || was || !x->twice)
		return err;
	return tell(t, x, true, NULL, page, at_ms, e);
}

static enum err judge_one(struct txn *t, struct watched *x, const struct map_page *page,
			  int64_t at_ms, struct error *e)
{
	bool was = false;
	enum err err = told_breach(t, x->id, &was, e);

	if (page && (page->site != x->site || strcmp(page->url, x->page_url) != 0))
		page = NULL; /* it says nothing of this one */
	if (err || x->state == LISTING_UNKNOWN)
		return err;
	if (x->map_minor >= 0 && x->state == LISTING_LISTED && x->price_minor < 0)
		return ERR_NONE; /* no price on it: not known either */
	if (x->map_minor >= 0 && x->state == LISTING_LISTED && x->price_minor < x->map_minor)
		return judge_below(t, x, was, page, at_ms, e);
	if (!was)
		return ERR_NONE;
	return tell(t, x, false,
		    x->map_minor < 0           ? "off"
		    : x->state == LISTING_GONE ? "gone"
					       : "price",
		    NULL, at_ms, e);
}

static enum err judge_rows(struct txn *t, sqlite3_stmt *st, const struct map_page *page,
			   int64_t at_ms, struct error *e)
{
	struct watch w = {0};
	enum err err = read_watched(&w, st, e);

	for (size_t i = 0; !err && i < w.n; i++)
		err = judge_one(t, &w.all[i], page, at_ms, e);
	watch_fini(&w);
	return err;
}

static enum err has_minimum(struct txn *t, uint64_t product, bool *has, struct error *e)
{
	sqlite3_stmt *st =
		txn_prepare(t, "SELECT 1 FROM product WHERE id = ?1 AND map_minor IS NOT NULL", e);

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	*has = sqlite3_step(st) == SQLITE_ROW;
	sqlite3_reset(st);
	return ERR_NONE;
}

enum err map_judge_product(struct txn *t, uint64_t product, const struct map_page *page,
			   int64_t at_ms, struct error *e)
{
	sqlite3_stmt *st =
		txn_prepare(t, "SELECT " WATCHED_COLUMNS WATCHED_FROM " AND l.product = ?1", e);

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	return judge_rows(t, st, page, at_ms, e);
}

enum err map_judge(struct txn *t, const uint64_t *products, size_t n, const struct map_page *page,
		   int64_t at_ms, struct error *e)
{
	enum err err = ERR_NONE;

	for (size_t i = 0; !err && i < n; i++) {
		bool has = false;

		err = has_minimum(t, products[i], &has, e);
		if (!err && has)
			err = map_judge_product(t, products[i], page, at_ms, e);
	}
	return err;
}

enum err map_judge_same(struct txn *t, uint64_t site, const char *page_url,
			const struct map_page *page, int64_t at_ms, struct error *e)
{
	sqlite3_stmt *st =
		txn_prepare(t,
			    "SELECT " WATCHED_COLUMNS WATCHED_FROM
			    " AND p.map_minor IS NOT NULL AND l.page = (SELECT id FROM page"
			    " WHERE site = ?1 AND url = ?2)",
			    e);

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)site);
	sqlite3_bind_text(st, 2, page_url, -1, SQLITE_STATIC);
	return judge_rows(t, st, page, at_ms, e);
}
