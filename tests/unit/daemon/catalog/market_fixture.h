#pragma once
/* A store with sites, products and listings, written as rows: what a scan would have left there. */
#include "daemon/catalog/undercut.h"
#include "tests/unit/daemon/store/store_fixture.h"

enum { SHOP = 901, BRIGHTCO = 902, LIGHTBARN = 903, GLOWDEPOT = 904 };
#define T0 INT64_C(1790000000000)

struct sql_run {
	const char *sql;
};

static inline enum err run_sql(struct txn *t, void *arg, struct error *e)
{
	int rc = sqlite3_exec(txn_db(t), ((struct sql_run *)arg)->sql, NULL, NULL, NULL);

	return rc ? store_error(rc, txn_db(t), "a test's SQL", e) : ERR_NONE;
}

static inline void sql(struct fixture *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static inline void sql(struct fixture *f, const char *fmt, ...)
{
	char text[2000];
	struct sql_run r = {text};
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (store_run(f->store, OP_BACKGROUND, run_sql, &r, &f->error))
		fail_msg("%s: %s", text, f->error.text);
}

static inline void add_site(struct fixture *f, int id, const char *name, bool mine)
{
	sql(f,
	    "INSERT INTO resource VALUES (%d, '%s', '%s', '{}', '{\"url\":\"https://%s.example/\"}',"
	    " 1, 0, 0)",
	    id, mine ? "shop" : "rival", name, name);
	sql(f,
	    "INSERT INTO site (id, mine, platform, entry, currency, state, state_ms, text, scanned_ms,"
	    " full_ms, next_ms, found_ms) VALUES (%d, %d, 'pages', '', 'EUR', 1, 0, '', %lld, %lld,"
	    " 0, 0)",
	    id, mine, (long long)T0, (long long)T0);
	sql(f,
	    "INSERT INTO page (id, site, url, kind, seen_ms, state, state_ms, status, text, fails)"
	    " VALUES (%d, %d, 'https://%s.example/', 2, %lld, 0, 0, 200, '', 0)",
	    id, id, name, (long long)T0);
}

static inline void add_product(struct fixture *f, int id, const char *title, bool mine)
{
	sql(f,
	    "INSERT INTO product (id, title, brand, brand_key, image, category, pack_count,"
	    " pack_amount, pack_unit, mine, listings, currency, created_ms, changed_ms)"
	    " VALUES (%d, '%s', 'ACME', 'acme', '', '', 1, 0, '', %d, 0, 'EUR', %lld, %lld)",
	    id, title, mine, (long long)T0, (long long)T0);
}

/* At a site; free shipping, new, in stock, seen at T0. */
static inline void add_listing(struct fixture *f, int id, int site, int product, int64_t minor)
{
	sql(f,
	    "INSERT INTO listing (id, site, mine, page, key, url, title, brand, brand_key, gtin, mpn,"
	    " sku, image, category, family, product, match_method, match_score, state, state_ms,"
	    " price_minor, shipping_minor, currency, availability, condition, seller, sellers,"
	    " price_ms, stock_ms, source, first_ms, seen_ms, missed, missed_ms) VALUES (%d, %d, %d, %d, 'k%d',"
	    " 'https://s%d.example/p/%d', 'Listing %d', 'ACME', 'acme', '', '', 'SKU-%d', '', '', '',"
	    " %d, 1, 1000, 0, %lld, %lld, 0, 'EUR', 1, 1, 0, 1, %lld, %lld, 3, %lld, %lld, 0, 0)",
	    id, site, site == SHOP, site, id, site, id, id, id, product, (long long)T0,
	    (long long)minor, (long long)T0, (long long)T0, (long long)T0, (long long)T0);
}

static inline int sites_setup(void **state)
{
	int rc = fixture_setup(state);
	struct fixture *f = *state;

	if (rc)
		return rc;
	add_site(f, SHOP, "lamps", true);
	add_site(f, BRIGHTCO, "brightco", false);
	add_site(f, LIGHTBARN, "lightbarn", false);
	add_site(f, GLOWDEPOT, "glowdepot", false);
	return 0;
}

#define sites_test(name) cmocka_unit_test_setup_teardown(name, sites_setup, fixture_teardown)

/* ---- what is there --------------------------------------------------------------------------- */

/* The first column of the first row; -99 for NULL, -100 for no row. */
static inline int64_t number_of(struct fixture *f, const char *text)
{
	sqlite3 *db;
	sqlite3_stmt *st;
	char path[512];
	int64_t out = -100;

	snprintf(path, sizeof(path), "%s/store.db", f->dir);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, text, -1, &st, NULL), SQLITE_OK);
	if (sqlite3_step(st) == SQLITE_ROW)
		out = sqlite3_column_type(st, 0) == SQLITE_NULL ? -99 : sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return out;
}

struct told {
	char topic[48], kind[16], name[64], text[256];
	json_t *data;
	int n;
};

static inline bool take_told(const struct event *ev, void *arg)
{
	struct told *t = arg;

	t->n++;
	snprintf(t->topic, sizeof(t->topic), "%s", ev->topic);
	snprintf(t->kind, sizeof(t->kind), "%s", ev->subject_kind);
	snprintf(t->name, sizeof(t->name), "%s", ev->name);
	snprintf(t->text, sizeof(t->text), "%s", ev->text);
	json_decref(t->data);
	t->data = json_loads(ev->data_json ? ev->data_json : "{}", 0, NULL);
	return true;
}

/* The newest event of a subject, and how many there are. */
static inline struct told told_of(struct fixture *f, uint64_t subject)
{
	struct told t = {0};
	const struct event_query q = {.subject = subject};

	assert_int_equal(feed_events(f->store, &q, take_told, &t, &f->error), ERR_NONE);
	return t;
}

static inline int told_count(struct fixture *f, uint64_t subject)
{
	struct told t = told_of(f, subject);

	json_decref(t.data);
	return t.n;
}
