/* A shop of many products: kept for the first time (against plain inserts of the same rows), polled
 * hourly without a change (bytes that each poll adds to the file), and a product's chart of a year
 * among a million rows. Usage: bench_catalog [PRODUCTS] [POLLS] [DIR] */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/catalog.h"
#include "daemon/catalog/history.h"
#include "daemon/core/thread.h"
#include "daemon/extract/product.h"
#include "shared/mem.h"

enum { A_PAGE = 250, SITE = 1, CHARTS = 100, CHART_LISTINGS = 8, CHART_ROWS = 1250 };
#define BEGIN   INT64_C(1760000000000)
#define HOUR_MS INT64_C(3600000)
#define YEAR_MS (365 * 24 * HOUR_MS)

struct bench {
	struct store *store;
	char dir[256];
	int products;
	int64_t slice_us_max, slices, slice_us;
};

static void fail(const struct error *e)
{
	fprintf(stderr, "bench_catalog: %s\n", e->text);
	exit(1);
}

static int64_t file_bytes(const struct bench *b)
{
	struct store_health h;
	store_health(b->store, &h);
	return h.bytes;
}

/* ---- pages
 * --------------------------------------------------------------------------------------- */

static void say_page(struct facts *f, int page, int n)
{
	static const char *const things[] = {"Lamp",  "Chair",  "Kettle", "Drill", "Mug",  "Tent",
					     "Shelf", "Router", "Helmet", "Scarf", "Lens", "Pan"};
	char name[96], url[96], sku[32], brand[32];
	for (int i = 0; i < n; i++) {
		int id = page * A_PAGE + i;
		struct product *p = facts_add_product(f, FACTS_PRODUCTS_MAX);
		snprintf(brand, sizeof brand, "Brand%c%c", 'a' + id % 7, 'a' + id / 7 % 7);
		snprintf(name, sizeof name, "%s %s %c%d", brand, things[(id / 49) % 12],
			 'A' + id % 26, id);
		snprintf(url, sizeof url, "https://shop.example/products/widget-%d", id);
		snprintf(sku, sizeof sku, "WID-%06d", id);
		product_set(f, p, FIELD_NAME, name, SOURCE_SHOPIFY);
		product_set(f, p, FIELD_BRAND, brand, SOURCE_SHOPIFY);
		product_set(f, p, FIELD_URL, url, SOURCE_SHOPIFY);
		product_set(f, p, FIELD_SKU, sku, SOURCE_SHOPIFY);
		struct offer *o = product_add_offer(f, p, SOURCE_SHOPIFY);
		o->price_minor = 1000 + id;
		strcpy(o->currency, "EUR");
		o->availability = AVAILABILITY_IN_STOCK;
	}
}

struct slice {
	struct bench *b;
	struct observed *x;
	bool more;
};

static enum err run_slice(struct txn *t, void *arg, struct error *e)
{
	struct slice *s = arg;
	int64_t began = thread_now_us();
	enum err err = observe_keep(t, s->x, &s->more, e);
	int64_t took = thread_now_us() - began;
	s->b->slices++;
	s->b->slice_us += took;
	s->b->slice_us_max = took > s->b->slice_us_max ? took : s->b->slice_us_max;
	return err;
}

/* round: of the hash, so that the bytes are others each time; prices stay. */
static void read_page(struct bench *b, int page, int round, int64_t at_ms)
{
	char url[96];
	struct facts f;
	struct error e = {0};
	struct slice s = {.b = b};
	snprintf(url, sizeof url, "https://shop.example/products.json?page=%d", page);
	struct observation o = {
		.site = SITE,
		.site_name = "shop",
		.site_kind = "rival",
		.page_url = url,
		.page_kind = PAGE_API,
		.at_ms = at_ms,
		.default_currency = "EUR",
		.baseline = round == 0,
		.status = 200,
	};
	memcpy(o.hash, &round, sizeof round);
	facts_init(&f, url);
	say_page(&f, page, A_PAGE);
	if (observe_prepare(b->store, &o, &f, &s.x, &e))
		fail(&e);
	do {
		if (store_run(b->store, OP_BACKGROUND, run_slice, &s, &e))
			fail(&e);
	} while (s.more);
	observed_free(s.x);
	facts_fini(&f);
}

static double read_all(struct bench *b, int round)
{
	int64_t began = thread_now_us();
	for (int page = 0; page < b->products / A_PAGE; page++)
		read_page(b, page, round, BEGIN + round * HOUR_MS);
	return (double)(thread_now_us() - began) / 1e6;
}

/* ---- plain inserts
 * ------------------------------------------------------------------------------- */

struct plain {
	int from;
};

/* The rows of 25 listings: what an operation of 2.5 ms keeps. */
static enum err run_plain(struct txn *t, void *arg, struct error *e)
{
	struct plain *p = arg;
	char text[400];
	for (int i = 0; i < 25; i++) {
		int id = p->from + i;
		static const char *const sql[] = {
			"INSERT INTO product (id, title, brand, brand_key, image, category, pack_count,"
			" pack_amount, pack_unit, mine, listings, currency, created_ms, changed_ms)"
			" VALUES (?1, ?2, 'Acme', 'acme', '', '', 1, 0, '', 0, 1, 'EUR', 0, 0)",
			"INSERT INTO product_text (rowid, title, brand, codes) VALUES (?1, ?2, 'Acme',"
			" 'WID-' || ?1)",
			"INSERT INTO listing SELECT ?1, 2, 0, NULL, 'https://shop.example/products/x-' ||"
			" ?1, 'https://shop.example/products/x-' || ?1, ?2, 'Acme', 'acme', '', '',"
			" 'WID-' || ?1, '', '', '', ?1, 0, 0, 0, 0, 1000, NULL, NULL, NULL, 'EUR', 1, 0,"
			" 0, 1, NULL, NULL, NULL, 0, 0, NULL, 1, 0, 0, 0, 0",
			"INSERT INTO offer VALUES (?1, 0, 1, 1, 0, 1000, NULL, NULL, NULL, 'EUR', 1, 0,"
			" NULL, NULL, 1, zeroblob(16))"};
		snprintf(text, sizeof text, "Widget %c%d model %d", 'A' + id % 26, id, id * 7);
		for (size_t j = 0; j < ARRAY_LEN(sql); j++) {
			sqlite3_stmt *st = txn_prepare(t, sql[j], e);
			if (!st)
				return ERR_STORE;
			sqlite3_bind_int64(st, 1, 1000000000 + id);
			if (j == 1 || j == 0 || j == 2)
				sqlite3_bind_text(st, 2, text, -1, SQLITE_STATIC);
			enum err err = txn_exec(t, st, e);
			if (err)
				return err;
		}
	}
	return ERR_NONE;
}

static double insert_all(struct bench *b)
{
	struct error e = {0};
	int64_t began = thread_now_us();
	for (struct plain p = {0}; p.from < b->products; p.from += 25)
		if (store_run(b->store, OP_BACKGROUND, run_plain, &p, &e))
			fail(&e);
	return (double)(thread_now_us() - began) / 1e6;
}

/* ---- charts
 * -------------------------------------------------------------------------------------- */

struct chart {
	int listing;
};

static enum err run_chart(struct txn *t, void *arg, struct error *e)
{
	const struct chart *c = arg;
	for (int i = 0; i < CHART_ROWS; i++) {
		sqlite3_stmt *st = txn_prepare(
			t,
			"INSERT INTO offer VALUES (?1, 0, ?2, ?3, 0, ?4, NULL, NULL, NULL, 'EUR', 1, 0,"
			" NULL, NULL, 1, zeroblob(16))",
			e);
		if (!st)
			return ERR_STORE;
		sqlite3_bind_int64(st, 1, 1000000000 + c->listing);
		sqlite3_bind_int64(st, 2, BEGIN + i * (YEAR_MS / CHART_ROWS));
		sqlite3_bind_int64(st, 3, BEGIN + (i + 1) * (YEAR_MS / CHART_ROWS) - 1);
		sqlite3_bind_int64(st, 4, 1000 + (i * 7919) % 500);
		enum err err = txn_exec(t, st, e);
		if (err)
			return err;
	}
	return ERR_NONE;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

/* As the product's page asks: each of its listings, a year, as many points as an answer has. */
static int64_t one_chart(struct bench *b, int product, size_t *points)
{
	struct error e = {0};
	struct known_source from = {.reader = store_reader(b->store, &e)};
	int64_t began = thread_now_us();
	for (int i = 0; i < CHART_LISTINGS; i++) {
		struct history h;
		uint64_t id = 1000000000U + (unsigned)(product * CHART_LISTINGS + i);
		if (history_read(&from, id, BEGIN, BEGIN + YEAR_MS, 0, &h, &e))
			fail(&e);
		history_thin(&h, BEGIN, BEGIN + YEAR_MS, HISTORY_POINTS);
		*points = h.n;
		history_fini(&h);
	}
	reader_done(from.reader);
	return thread_now_us() - began;
}

static void measure_charts(struct bench *b)
{
	int64_t took[CHARTS];
	size_t points = 0;
	struct error e = {0};
	for (struct chart c = {0}; c.listing < CHARTS * CHART_LISTINGS; c.listing++)
		if (store_run(b->store, OP_BACKGROUND, run_chart, &c, &e))
			fail(&e);
	for (int i = 0; i < CHARTS; i++)
		took[i] = one_chart(b, (i * 37) % CHARTS, &points);
	qsort(took, CHARTS, sizeof *took, by_value);
	printf("catalog: a year's chart of %d listings (%d rows each, %zu points) among %d rows:"
	       " %.1f ms, slowest of %d %.1f ms\n",
	       CHART_LISTINGS, CHART_ROWS, points, CHARTS * CHART_LISTINGS * CHART_ROWS,
	       (double)took[CHARTS / 2] / 1e3, CHARTS, (double)took[CHARTS - 1] / 1e3);
}

int main(int argc, char **argv)
{
	struct bench b = {.products = argc > 1 ? atoi(argv[1]) : 10000};
	int polls = argc > 2 ? atoi(argv[2]) : 100;
	char command[300];
	struct error e = {0};
	if (sodium_init() < 0)
		return 1;
	snprintf(b.dir, sizeof b.dir, "%s/bench-catalog-XXXXXX", argc > 3 ? argv[3] : "/var/tmp");
	if (!mkdtemp(b.dir))
		return 1;
	b.store = store_open(&(struct store_options){.dir = b.dir, .clock = &clock_system}, &e);
	if (!b.store)
		fail(&e);
	double kept = read_all(&b, 0);
	printf("catalog: %d listings kept for the first time: %.0f/s; %lld operations, %.1f ms on"
	       " average, longest %.1f ms\n",
	       b.products, b.products / kept, (long long)b.slices,
	       (double)b.slice_us / 1e3 / (double)b.slices, (double)b.slice_us_max / 1e3);
	double plain = insert_all(&b);
	printf("catalog: their rows alone, inserted: %.0f/s; ratio %.2f\n", b.products / plain,
	       plain / kept);
	int64_t before = file_bytes(&b);
	double polled = 0;
	b.slice_us_max = 0;
	for (int i = 1; i <= polls; i++)
		polled += read_all(&b, i);
	double observations = (double)polls * b.products;
	printf("catalog: %.0f observations of unchanged prices on changed pages: %.0f/s, %.2f bytes"
	       " each (target <= 16), longest operation %.1f ms\n",
	       observations, observations / polled,
	       (double)(file_bytes(&b) - before) / observations, (double)b.slice_us_max / 1e3);
	measure_charts(&b);
	store_close(b.store);
	snprintf(command, sizeof command, "rm -rf '%s'", b.dir);
	return system(command) != 0;
}
