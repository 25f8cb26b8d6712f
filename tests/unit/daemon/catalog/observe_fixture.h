#pragma once
/* A store and pages that are read: facts as a worker would hand them, prepared and kept. */
#include "tests/unit/daemon/store/store_dir.h"

#include <sodium.h>

#include "daemon/catalog/catalog.h"
#include "daemon/extract/product.h"

#define SITE   UINT64_C(4711)
#define HOUR   INT64_C(3600000)
#define DAY    (24 * HOUR)
#define BEGIN  INT64_C(1800000000000)
#define PAGE_1 "https://shop.example/p/1"

struct page_said {
	struct facts facts;
	struct observation o;
};

static inline void said_init(struct page_said *p, const char *url, int64_t at_ms)
{
	facts_init(&p->facts, url);
	p->o = (struct observation){
		.site = SITE,
		.site_name = "lamps",
		.site_kind = "rival",
		.page_url = url,
		.page_kind = PAGE_PRODUCT,
		.at_ms = at_ms,
		.default_currency = "",
		.status = 200,
	};
}

static inline struct product *said_product(struct page_said *p, const char *name, const char *url)
{
	struct product *product = facts_add_product(&p->facts, FACTS_PRODUCTS_MAX);
	product_set(&p->facts, product, FIELD_NAME, name, SOURCE_JSON_LD);
	product_set(&p->facts, product, FIELD_URL, url, SOURCE_JSON_LD);
	return product;
}

static inline struct offer *said_offer(struct page_said *p, struct product *product, int64_t price,
				       const char *seller)
{
	struct offer *o = product_add_offer(&p->facts, product, SOURCE_JSON_LD);
	o->price_minor = price;
	strcpy(o->currency, "EUR");
	o->availability = AVAILABILITY_IN_STOCK;
	o->seller = seller ? mem_strdup(seller) : NULL;
	return o;
}

/* The bytes are taken to be what the facts are. */
static inline void said_hash(struct page_said *p)
{
	struct buf out = BUF_INIT(4 << 20);
	facts_write(&p->facts, 0, &out);
	crypto_generichash(p->o.hash, EVIDENCE_BYTES, (const unsigned char *)out.data, out.len,
			   NULL, 0);
	buf_fini(&out);
}

struct slice {
	struct observed *x;
	bool more;
};

static inline enum err keep_slice(struct txn *t, void *arg, struct error *e)
{
	struct slice *s = arg;
	return observe_keep(t, s->x, &s->more, e);
}

/* All slices; frees x. @return how many there were */
static inline int keep_all(struct fixture *f, struct observed *x, struct observe_counts *counts)
{
	struct slice s = {.x = x};
	int n = 0;
	do {
		n++;
		if (store_run(f->store, OP_BACKGROUND, keep_slice, &s, &f->error))
			fail_msg("%s", f->error.text);
	} while (s.more);
	if (counts)
		*counts = observed_counts(x);
	observed_free(x);
	return n;
}

static inline struct observed *prepare(struct fixture *f, struct page_said *p)
{
	struct observed *x;
	said_hash(p);
	if (observe_prepare(f->store, &p->o, &p->facts, &x, &f->error))
		fail_msg("%s", f->error.text);
	return x;
}

static inline enum err run_same(struct txn *t, void *arg, struct error *e)
{
	return observe_same(t, arg, e);
}

/* As a scan does it. Frees the facts. */
static inline struct observe_counts observe(struct fixture *f, struct page_said *p)
{
	struct observe_counts counts = {0};
	said_hash(p);
	if (observe_is_same(f->store, &p->o)) {
		if (store_run(f->store, OP_BACKGROUND, run_same, &p->o, &f->error))
			fail_msg("%s", f->error.text);
	} else {
		keep_all(f, prepare(f, p), &counts);
	}
	facts_fini(&p->facts);
	return counts;
}

/* One product of one price on PAGE_1. */
static inline struct observe_counts observe_price(struct fixture *f, int64_t price, int64_t at_ms)
{
	struct page_said p;
	said_init(&p, PAGE_1, at_ms);
	said_offer(&p, said_product(&p, "Lamp", NULL), price, NULL);
	return observe(f, &p);
}

static inline void observe_failure(struct fixture *f, const char *url, enum page_state state,
				   int64_t at_ms)
{
	struct page_said p;
	struct observed *x;
	said_init(&p, url, at_ms);
	p.o.status = state == PAGE_GONE ? 404 : 403;
	if (observe_prepare_failed(f->store, &p.o, state, "it blocks", &x, &f->error))
		fail_msg("%s", f->error.text);
	keep_all(f, x, NULL);
}

static inline struct observe_counts observe_end(struct fixture *f, int64_t began_ms, int64_t at_ms)
{
	struct observe_counts counts;
	struct page_said p;
	struct observed *x;
	said_init(&p, "", at_ms);
	if (observe_prepare_over(f->store, &p.o, began_ms, &x, &f->error))
		fail_msg("%s", f->error.text);
	keep_all(f, x, &counts);
	return counts;
}

/* Rows of a query as "a b; a b", NULL as "-". */
static inline const char *rows(struct fixture *f, const char *sql)
{
	static char out[16384];
	struct reader *r = store_reader(f->store, &f->error);
	sqlite3_stmt *st = reader_prepare(r, sql, &f->error), *mine;
	size_t n = 0;
	out[0] = '\0';
	if (!st)
		fail_msg("%s", f->error.text);
	if (sqlite3_prepare_v2(sqlite3_db_handle(st), sql, -1, &mine, NULL))
		fail_msg("%s", sql);
	while (sqlite3_step(mine) == SQLITE_ROW) {
		n += (size_t)snprintf(out + n, sizeof out - n, "%s", n ? "; " : "");
		for (int i = 0; i < sqlite3_column_count(mine); i++) {
			const char *text = (const char *)sqlite3_column_text(mine, i);
			n += (size_t)snprintf(out + n, sizeof out - n, "%s%s", i ? " " : "",
					      text ? text : "-");
		}
	}
	sqlite3_finalize(mine);
	reader_done(r);
	return out;
}

static inline void expect_rows(struct fixture *f, const char *sql, const char *want)
{
	assert_string_equal(rows(f, sql), want);
}

#define OFFERS                                                                                  \
	"SELECT (at_ms - 1800000000000) / 3600000, (until_ms - 1800000000000) / 3600000, kind," \
	" price_minor FROM offer ORDER BY listing, seller, at_ms"
#define TOPICS "SELECT topic FROM events ORDER BY seq"
