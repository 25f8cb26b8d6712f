/* What is asked of the radar: by the API, and from memory while offers change. */
#include "daemon/services/rivalradar/radar.h"
#include "daemon/store/feed.h"
#include "tests/unit/daemon/api/fixture.h"

#define T0 INT64_C(1790000000000)

struct radar_fixture {
	struct fixture *f;
	struct radar *r;
};

static enum err run_sql(struct txn *t, void *arg, struct error *e)
{
	int rc = sqlite3_exec(txn_db(t), arg, NULL, NULL, NULL);

	if (rc)
		return store_error(rc, txn_db(t), "a test's SQL", e);
	return feed_change(t, "listing", 1, false, e);
}

static void sql(struct radar_fixture *x, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void sql(struct radar_fixture *x, const char *fmt, ...)
{
	char text[2000];
	struct error e = {0};
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (store_run(x->f->d.store, OP_BACKGROUND, run_sql, text, &e))
		fail_msg("%s: %s", text, e.text);
}

static void add_site(struct radar_fixture *x, int id, bool mine)
{
	sql(x,
	    "INSERT INTO site (id, mine, platform, entry, currency, state, state_ms, text, scanned_ms,"
	    " full_ms, next_ms, found_ms) VALUES (%d, %d, 'pages', '', 'EUR', 1, 0, '', %lld, %lld,"
	    " 0, 0);"
	    "INSERT INTO page (id, site, url, kind, seen_ms, state, state_ms, status, text, fails)"
	    " VALUES (%d, %d, 'https://s%d.example/', 2, %lld, 0, 0, 200, '', 0)",
	    id, mine, (long long)T0, (long long)T0, id, id, id, (long long)T0);
}

static void add_listing(struct radar_fixture *x, int id, int site, int product, int64_t minor)
{
	sql(x,
	    "INSERT INTO listing (id, site, mine, page, key, url, title, brand, brand_key, gtin, mpn,"
	    " sku, image, category, family, product, match_method, match_score, state, state_ms,"
	    " price_minor, shipping_minor, currency, availability, condition, seller, sellers,"
	    " price_ms, stock_ms, source, first_ms, seen_ms, missed, missed_ms) VALUES (%d, %d, %d,"
	    " %d, 'k%d', 'https://s.example/p/%d', 'Listing %d', 'ACME', 'acme', '', '', 'LMP-%d', '',"
	    " '', '', %d, 1, 1000, 0, %lld, %lld, 0, 'EUR', 1, 1, 0, 1, %lld, %lld, 3, %lld, %lld, 0,"
	    " 0)",
	    id, site, site == 901, site, id, id, id, id, product, (long long)T0, (long long)minor,
	    (long long)T0, (long long)T0, (long long)T0, (long long)T0);
}

/* I at 36.50, three others as on the drawing of the product's screen. */
static int start(void **state)
{
	struct radar_fixture *x = mem_zalloc(sizeof(*x));
	struct error e = {0};
	void *f;

	if (fixture_start(&f))
		return -1;
	x->f = f;
	x->r = radar_new(&x->f->d); /* nothing has asked yet */
	assert_int_equal(radar_start(x->r, &e), ERR_NONE);
	add_site(x, 901, true);
	for (int i = 902; i < 905; i++)
		add_site(x, i, false);
	sql(x, "INSERT INTO product (id, title, brand, brand_key, image, category, pack_count,"
	       " pack_amount, pack_unit, mine, listings, currency, created_ms, changed_ms) VALUES"
	       " (11, 'Desk lamp', 'ACME', 'acme', '', '', 1, 0, '', 1, 4, 'EUR', 0, 0);"
	       "INSERT INTO product_text (rowid, title, brand, codes)"
	       " VALUES (11, 'Desk lamp', 'ACME', 'LMP-101 04006381333931');"
	       "INSERT INTO identifier VALUES (1, '04006381333931', 11)");
	add_listing(x, 101, 901, 11, 3650);
	add_listing(x, 102, 902, 11, 3490);
	add_listing(x, 103, 903, 11, 3300);
	add_listing(x, 104, 904, 11, 3550);
	sql(x, "UPDATE listing SET shipping_minor = 495 WHERE id = 103;"
	       "UPDATE listing SET shipping_minor = 390 WHERE id = 104");
	*state = x;
	return 0;
}

static int stop(void **state)
{
	struct radar_fixture *x = *state;
	void *f = x->f;

	radar_stop(x->r);
	fixture_stop(&f);
	radar_free(x->r);
	free(x);
	return 0;
}

#define PRODUCT "/v1/products/LMP-101"

/* ---- by the API ------------------------------------------------------------------------------ */

static json_t *data_of(struct answer *a)
{
	return json_object_get(a->json, "data");
}

static void what_if__says__where_a_price_would_stand(void **state)
{
	struct radar_fixture *x = *state;
	struct answer a = ask(x->f, "GET", PRODUCT "/what-if?price=34.89", NULL, NULL);
	const json_t *d = data_of(&a);

	if (a.status != 200)
		fail_msg("%s", a.body);
	assert_int_equal(json_int(d, "rank", 0), 1);
	assert_int_equal(json_int(d, "of", 0), 4);
	assert_int_equal(json_int(d, "offers_above", 0), 3);
	assert_int_equal(json_int(d, "cheapest_minor", 0), 3490);
	assert_int_equal(json_int(d, "gap_minor", 0), 1);
	assert_int_equal(json_int(d, "lead_minor", 0), 3489);
	assert_int_equal(json_int(d, "mine_minor", 0), 3650);
	assert_int_equal(json_int(d, "rank_now", 0), 2);
	assert_true(json_bool(d, "landed", false));
	assert_int_equal(json_int(d, "mean_minor", 0), 3678); /* 14714 / 4 = 3678.5 */
	assert_false(json_bool(d, "below_floor", true));
	answer_fini(&a);
}

static void product__is_found__by_id_gtin_and_code(void **state)
{
	struct radar_fixture *x = *state;
	char id[ID_TEXT], path[100];

	snprintf(path, sizeof(path), "/v1/products/%s/what-if?price=30", id_format(id, "prd", 11));
	expect(x->f, "GET", path, NULL, 200, "Desk lamp");
	expect(x->f, "GET", "/v1/products/4006381333931/what-if?price=30", NULL, 200, "Desk lamp");
	expect(x->f, "GET", "/v1/products/lmp-101/what-if?price=30", NULL, 200, "Desk lamp");
	expect(x->f, "GET", "/v1/products/LMP-999/what-if?price=30", NULL, 404, "product list -q");
	expect(x->f, "GET", "/v1/products/%22%20OR%20/what-if?price=30", NULL, 404, NULL);
}

static void price__must_be__one_of_that_currency(void **state)
{
	static const char *const wrong[] = {"", "abc", "-1", "0", "34.899", "34,89", "1e3", "NaN"};
	struct radar_fixture *x = *state;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		char path[100], body[100];

		snprintf(path, sizeof(path), PRODUCT "/what-if?price=%s", wrong[i]);
		expect(x->f, "GET", path, NULL, 422, "34.90");
		snprintf(body, sizeof(body), "{\"price\":\"%s\"}", wrong[i]);
		expect(x->f, "POST", PRODUCT "/floor", body, 422, "34.90");
	}
	expect(x->f, "POST", PRODUCT "/floor", "{\"price\":33.2}", 422, "33.20");
	expect(x->f, "POST", PRODUCT "/floor", "[]", 400, NULL);
}

static void floor__is_kept__until_it_is_taken_away(void **state)
{
	struct radar_fixture *x = *state;

	expect(x->f, "POST", PRODUCT "/floor", "{\"price\":\"33.20\"}", 200,
	       "\"floor_minor\":3320");
	expect(x->f, "GET", PRODUCT "/what-if?price=33.19", NULL, 200, "\"below_floor\":true");
	expect(x->f, "GET", PRODUCT "/what-if?price=33.20", NULL, 200, "\"below_floor\":false");
	expect(x->f, "POST", PRODUCT "/floor", "{\"price\":null}", 200, "\"floor_minor\":null");
	expect(x->f, "GET", PRODUCT "/what-if?price=1", NULL, 200, "\"floor_minor\":null");
}

static void minimum__says__the_law_when_it_is_switched_on(void **state)
{
	struct radar_fixture *x = *state;
	struct answer a;

	expect(x->f, "POST", PRODUCT "/map", "{\"price\":\"36.00\"}", 200, "resale price");
	a = ask(x->f, "POST", PRODUCT "/map", NULL, "{\"price\":\"35.00\"}");
	assert_true(json_is_null(json_object_get(data_of(&a), "warning")));
	assert_int_equal(json_int(data_of(&a), "map_minor", 0), 3500);
	answer_fini(&a);
	expect(x->f, "POST", PRODUCT "/map", "{\"price\":null}", 200, "\"map_minor\":null");
	expect(x->f, "POST", PRODUCT "/map", "{\"price\":\"36.00\"}", 200, "resale price");
}

/* ---- from memory ----------------------------------------------------------------------------- */

static json_t *live_of(struct radar_fixture *x, uint64_t site)
{
	struct buf out = BUF_INIT(8192);
	struct json_writer w;

	radar_settle(x->r);
	jw_init(&w, &out);
	jw_object(&w);
	radar_live(x->r, &w, site);
	jw_object_end(&w);
	json_t *v = json_loads(buf_str(&out), 0, NULL);
	buf_fini(&out);
	assert_non_null(v);
	return v;
}

static void members__follow__the_offers(void **state)
{
	struct radar_fixture *x = *state;
	json_t *v = live_of(x, 902);
	int64_t index;

	assert_int_equal(json_int(v, "cheaper", -1), 1);
	assert_int_equal(json_int(v, "mine_too", -1), 1);
	assert_int_equal(json_array_size(json_object_get(v, "trend")), PICTURE_TREND_DAYS);
	index = json_int(v, "index_mean", -1);
	assert_int_equal(index, 9385); /* 3490 / 3718.75 = 0.93849 */
	json_decref(v);
	assert_true(radar_measure(x->r, "cheaper", 902, &index));
	assert_int_equal(index, 1000);
	assert_true(radar_measure(x->r, "price_index", 902, &index));
	assert_int_equal(index, 93850);
	assert_false(radar_measure(x->r, "cheaper", 4711, &index));
	sql(x, "UPDATE listing SET price_minor = 3700 WHERE id = 102");
	v = live_of(x, 902);
	assert_int_equal(json_int(v, "cheaper", -1), 0);
	assert_int_equal(json_int(v, "dearer", -1), 1);
	json_decref(v);
	sql(x, "UPDATE listing SET state = 1 WHERE id = 102");
	v = live_of(x, 902);
	assert_int_equal(json_int(v, "dearer", -1), 0);
	assert_true(json_is_null(json_object_get(v, "index_mean")));
	json_decref(v);
}

static void undercut__needs__a_person(void **state)
{
	struct radar_fixture *x = *state;
	struct attention lines[8];
	size_t total, n;

	sql(x, "UPDATE product SET mine_minor = 3650, best_minor = 3490, best_listing = 102,"
	       " undercut_ms = 1790000000000, floor_minor = 3320");
	sql(x,
	    "UPDATE site SET state = 2, state_ms = 1790000000000, text = 'HTTP 403' WHERE id = 904");
	radar_settle(x->r);
	n = radar_attention(x->r, lines, 8, &total);
	assert_int_equal(n, 1); /* the blocked one is no resource here */
	assert_int_equal(total, 1);
	assert_string_equal(lines[0].word, "PRICE");
	assert_string_equal(lines[0].name, "LMP-101 Desk lamp");
	assert_string_equal(lines[0].text, "a rival 34.90, you 36.50, floor 33.20");
	assert_int_equal(lines[0].id, 11);
	assert_int_equal(lines[0].key, 'o');
	assert_string_equal(lines[0].remedy, "what-if");
	assert_int_equal(radar_attention(x->r, lines, 0, &total), 0);
	assert_int_equal(total, 1);
}

struct said {
	char text[8][240];
	size_t n;
};

static void hear(void *arg, const struct brief_line *line)
{
	struct said *s = arg;

	assert_true(s->n < 8);
	assert_string_equal(line->section, "Rivals");
	snprintf(s->text[s->n++], sizeof(s->text[0]), "%s", line->text);
}

static void brief__says__where_i_am_cheapest(void **state)
{
	struct radar_fixture *x = *state;
	struct said s = {0};

	sql(x, "INSERT INTO rival_day VALUES (0, 20000, 10000, 10000, 3, 3, 0, 3)");
	radar_brief(x->r, T0 - 86400000, T0 + 86400000, hear, &s);
	assert_int_equal(s.n, 1);
	assert_string_equal(s.text[0], "you are cheapest on 0 of 1 (was 3)");
}

static void metrics__have__the_index_of_mine(void **state)
{
	struct radar_fixture *x = *state;
	struct buf out = BUF_INIT(65536);

	radar_settle(x->r);
	radar_metrics(&out, x->r);
	/* 3650 / 3718.75 */
	assert_non_null(strstr(buf_str(&out), "sellersmart_price_index{rival=\"\"} 0.9815\n"));
	assert_non_null(strstr(buf_str(&out), "sellersmart_products_undercut 0\n"));
	buf_fini(&out);
}

#define radar_unit(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		radar_unit(what_if__says__where_a_price_would_stand),
		radar_unit(product__is_found__by_id_gtin_and_code),
		radar_unit(price__must_be__one_of_that_currency),
		radar_unit(floor__is_kept__until_it_is_taken_away),
		radar_unit(minimum__says__the_law_when_it_is_switched_on),
		radar_unit(members__follow__the_offers),
		radar_unit(undercut__needs__a_person),
		radar_unit(brief__says__where_i_am_cheapest),
		radar_unit(metrics__have__the_index_of_mine),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
