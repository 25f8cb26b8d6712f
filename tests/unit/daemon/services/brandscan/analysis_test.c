/* A brand in a store whose rows were written as a scan would have. */
#include "tests/unit/daemon/catalog/market_fixture.h"

#include "daemon/services/brandscan/analysis.h"

enum { DAY = 86400000, MANY = 50000, MANY_MS = 3000 };
#define NOW (T0 + INT64_C(40) * DAY)

static struct brand_query acme(void)
{
	struct brand_query q = {.low_rating = 2,
				.low_count = 3,
				.low_within_ms = INT64_C(7) * DAY,
				.since_ms = NOW - INT64_C(30) * DAY,
				.until_ms = NOW};
	snprintf(q.brand, sizeof(q.brand), "ACME");
	brand_query_add(&q, "ACME");
	return q;
}

static struct brand_analysis analyze(struct fixture *f, const struct brand_query *q)
{
	struct brand_analysis a = {0};
	if (brand_analyze(f->store, q, NOW, &a, &f->error))
		fail_msg("%s", f->error.text);
	return a;
}

static void rate(struct fixture *f, int listing, int64_t at_ms, int rating_x100, int reviews)
{
	sql(f, "INSERT INTO rating VALUES (%d, %lld, %d, %d)", listing, (long long)at_ms,
	    rating_x100, reviews);
	sql(f, "UPDATE listing SET rating_x100 = %d, reviews = %d, seen_ms = %lld WHERE id = %d",
	    rating_x100, reviews, (long long)NOW, listing);
}

static void change(struct fixture *f, int listing, int64_t at_ms, const char *field)
{
	sql(f,
	    "INSERT INTO listing_change (listing, at_ms, field, was, now)"
	    " VALUES (%d, %lld, '%s', 'a', 'b')",
	    listing, (long long)at_ms, field);
}

static void review(struct fixture *f, int listing, int64_t at_ms, int stars, const char *text)
{
	sql(f,
	    "INSERT INTO review (listing, key, at_ms, found_ms, rating_x100, text)"
	    " VALUES (%d, randomblob(8), %lld, %lld, %d, '%s')",
	    listing, (long long)at_ms, (long long)at_ms, stars * 100, text);
}

static void spellings__fold_to_one__and_nothing_is_no_brand(void **state)
{
	struct brand_query q = {0};
	brand_query_add(&q, "ACME");
	brand_query_add(&q, "Acme, Inc.");
	brand_query_add(&q, "acme");
	brand_query_add(&q, "  ");
	assert_int_equal(q.n_keys, 1);
	brand_query_add(&q, "Acme Lighting");
	assert_int_equal(q.n_keys, 2);
}

static void listings__of_the_page_s_brand_or_else_of_the_product_s(void **state)
{
	struct fixture *f = *state;
	struct brand_query q = acme();
	add_product(f, 10, "Lamp", true);
	add_product(f, 11, "Shade", false);
	add_listing(f, 1, SHOP, 10, 3490);
	add_listing(f, 2, BRIGHTCO, 10, 3000);
	add_listing(f, 3, LIGHTBARN, 11, 900);
	add_listing(f, 4, GLOWDEPOT, 11, 1000);
	sql(f, "UPDATE listing SET brand = '', brand_key = '' WHERE id = 2");
	sql(f, "UPDATE listing SET brand = 'BETA', brand_key = 'beta' WHERE id = 3");
	sql(f, "UPDATE listing SET state = 2, state_ms = %lld WHERE id = 4",
	    (long long)(NOW - DAY));
	struct brand_analysis a = analyze(f, &q);
	assert_int_equal(a.listings, 2);
	assert_int_equal(a.mine, 1);
	assert_int_equal(a.gone, 1);
	assert_int_equal(a.products, 1);
	assert_int_equal(a.sites, 2);
	assert_int_equal(a.changes[CHANGE_DELISTED], 1);
	assert_int_equal(a.in_stock_bp, 10000);
	brand_analysis_fini(&a);
}

static void prices__spread_by_product_and_currency__of_what_can_be_bought(void **state)
{
	struct fixture *f = *state;
	struct brand_query q = acme();
	add_product(f, 10, "Lamp", true);
	add_product(f, 11, "Shade", false);
	add_listing(f, 1, SHOP, 10, 3000);
	add_listing(f, 2, BRIGHTCO, 10, 3600);
	add_listing(f, 3, LIGHTBARN, 10, 100); /* out of stock: nobody's price */
	add_listing(f, 4, LIGHTBARN, 11, 1000);
	add_listing(f, 5, GLOWDEPOT, 11, 1100);
	add_listing(f, 6, BRIGHTCO, 11, 900);
	sql(f, "UPDATE listing SET availability = 2 WHERE id = 3");
	sql(f, "UPDATE listing SET currency = 'USD' WHERE id = 6");
	struct brand_analysis a = analyze(f, &q);
	assert_int_equal(a.compared, 2);
	assert_int_equal(a.spread_bp, 1500); /* 20 % and 10 % */
	assert_int_equal(a.n_currencies, 2);
	assert_string_equal(a.currencies[0].currency, "EUR");
	assert_int_equal(a.currencies[0].all.offers, 4);
	assert_int_equal(a.currencies[0].all.min_minor, 1000);
	assert_int_equal(a.currencies[1].spread_bp, REPUTATION_UNKNOWN);
	assert_int_equal(a.n_spreads, 2);
	assert_string_equal(a.spreads[0].title, "Lamp");
	assert_int_equal(a.spreads[0].prices.spread_bp, 2000);
	assert_int_equal(a.in_stock_bp, 8333);
	brand_analysis_fini(&a);
}

static void minimum__prices_of_others_below_it__only_when_switched_on(void **state)
{
	struct fixture *f = *state;
	struct brand_query q = acme();
	add_product(f, 10, "Lamp", true);
	add_product(f, 11, "Shade", true);
	add_listing(f, 1, SHOP, 10, 2000);
	add_listing(f, 2, BRIGHTCO, 10, 2999);
	add_listing(f, 3, LIGHTBARN, 10, 3000);
	add_listing(f, 4, GLOWDEPOT, 11, 1);
	sql(f, "UPDATE product SET map_minor = 3000 WHERE id = 10");
	struct brand_analysis a = analyze(f, &q);
	assert_int_equal(a.map_products, 0);
	brand_analysis_fini(&a);
	q.map = true;
	a = analyze(f, &q);
	assert_int_equal(a.map_products, 1);
	assert_int_equal(a.map_below, 1);
	brand_analysis_fini(&a);
}

static void sellers__several_at_a_listing__each_counts_while_it_offers(void **state)
{
	struct fixture *f = *state;
	struct brand_query q = acme();
	add_product(f, 10, "Lamp", false);
	add_listing(f, 1, BRIGHTCO, 10, 3000);
	add_listing(f, 2, LIGHTBARN, 10, 3000);
	sql(f, "UPDATE listing SET sellers = 3, seller = 71 WHERE id = 1");
	sql(f, "INSERT INTO seller VALUES (71, %d, 'Lampy'), (72, %d, 'Cheapo'), (73, %d, 'Gone')",
	    BRIGHTCO, BRIGHTCO, BRIGHTCO);
	static const int rows[][3] = {{71, 0, 0}, {72, 0, 0}, {73, 0, 0}, {73, 1, 3}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		sql(f,
		    "INSERT INTO offer (listing, seller, at_ms, until_ms, kind, currency,"
		    " availability, condition, source) VALUES (1, %d, %lld, 0, %d, 'EUR', 1, 1, 3)",
		    rows[i][0], (long long)T0 + rows[i][1], rows[i][2]);
	struct brand_analysis a = analyze(f, &q);
	assert_int_equal(a.n_sellers, 3);
	assert_string_equal(a.sellers[0].name, "Lampy");
	assert_string_equal(a.sellers[1].name, "Cheapo");
	assert_string_equal(a.sellers[2].name, "lightbarn"); /* the site itself */
	brand_analysis_fini(&a);
}

static void rating__variants_that_show_one_family_s_reviews__count_once(void **state)
{
	struct fixture *f = *state;
	struct brand_query q = acme();
	add_product(f, 10, "Lamp", false);
	for (int i = 1; i <= 4; i++) {
		add_listing(f, i, i == 4 ? LIGHTBARN : BRIGHTCO, 10, 3000);
		rate(f, i, T0, 490, 10);
		sql(f, "UPDATE listing SET family = 'lamp' WHERE id = %d", i);
	}
	struct brand_analysis a = analyze(f, &q);
	assert_int_equal(a.rated, 2); /* of two sites */
	assert_int_equal(a.reviews, 20);
	assert_string_equal(a.prior_of, "usual");
	assert_int_equal(a.prior_x100, 420);
	assert_int_equal(a.rating_x100, 451); /* (25 x 4.20 + 20 x 4.90) / 45 */
	brand_analysis_fini(&a);
}

static void rating__the_prior__is_of_its_category_where_enough_is_known(void **state)
{
	struct fixture *f = *state;
	struct brand_query q = acme();
	add_product(f, 10, "Lamp", false);
	for (int i = 1; i <= 20; i++) {
		add_listing(f, i, LIGHTBARN, 10, 3000);
		rate(f, i, T0, 300, 5);
		sql(f, "UPDATE listing SET category = 'Lamps', brand_key = 'beta' WHERE id = %d",
		    i);
	}
	add_listing(f, 21, BRIGHTCO, 10, 3000);
	rate(f, 21, T0, 500, 25);
	struct brand_analysis a = analyze(f, &q);
	assert_string_equal(a.prior_of, "all"); /* it has no category */
	assert_int_equal(a.prior_x100, 310);
	brand_analysis_fini(&a);
	sql(f, "UPDATE listing SET category = 'Lamps' WHERE id = 21");
	sql(f, "UPDATE listing SET rating_x100 = 100, category = 'Else' WHERE id = 1");
	sql(f, "UPDATE listing SET rating_x100 = 300 WHERE id = 21");
	a = analyze(f, &q);
	assert_string_equal(a.prior_of, "category");
	assert_int_equal(a.prior_x100, 300);
	assert_int_equal(a.rating_x100, 300);
	brand_analysis_fini(&a);
}

static void pace__and_low_ones_by_the_counter(void **state)
{
	struct fixture *f = *state;
	struct brand_query q = acme();
	add_product(f, 10, "Lamp", false);
	add_listing(f, 1, BRIGHTCO, 10, 3000);
	rate(f, 1, T0, 473, 100);
	rate(f, 1, NOW - INT64_C(3) * DAY, 431, 115);
	struct brand_analysis a = analyze(f, &q);
	assert_int_equal(a.gained, 15);
	assert_int_equal(a.per_day_x1000, 500);
	assert_int_equal(a.pace_listings, 1);
	assert_in_range(a.counted_low, 10, 15); /* 495.6 - 473 = 22.7 stars of 15 reviews */
	assert_int_equal(a.n_clusters, 1);
	assert_true(a.score.parts[SCORE_LATELY].value_bp < 4000);
	brand_analysis_fini(&a);
	rate(f, 1, NOW - INT64_C(2) * DAY, 470, 50); /* removed */
	a = analyze(f, &q);
	assert_int_equal(a.falls, 1);
	assert_int_equal(a.gained, 15);
	brand_analysis_fini(&a);
}

static void reviews__low_ones_of_a_week_with_one_topic__are_a_cluster(void **state)
{
	struct fixture *f = *state;
	struct brand_query q = acme();
	add_product(f, 10, "Lamp", false);
	add_listing(f, 1, BRIGHTCO, 10, 3000);
	add_listing(f, 2, LIGHTBARN, 10, 3000);
	review(f, 1, NOW - INT64_C(5) * DAY, 1, "The battery died");
	review(f, 1, NOW - INT64_C(4) * DAY, 2, "battery is weak");
	review(f, 2, NOW - INT64_C(3) * DAY, 1, "Battery leaked, smells");
	review(f, 2, NOW - INT64_C(3) * DAY, 5, "Nice");
	review(f, 2, NOW - INT64_C(200) * DAY, 1, "old");
	struct brand_analysis a = analyze(f, &q);
	assert_int_equal(a.texts, 4);
	assert_int_equal(a.low_texts, 3);
	assert_int_equal(a.year_texts, 5);
	assert_int_equal(a.positive_bp, wilson_lower_bp(1, 5));
	assert_int_equal(a.n_clusters, 1);
	assert_int_equal(a.clusters[0].listings, 2);
	assert_string_equal(a.clusters[0].topics[0], "battery");
	assert_true(a.score.total != REPUTATION_UNKNOWN);
	brand_analysis_fini(&a);
}

static void changes__are_counted_by_kind__and_the_newest_shown(void **state)
{
	struct fixture *f = *state;
	struct brand_query q = acme();
	add_product(f, 10, "Lamp", false);
	for (int i = 1; i <= 60; i++)
		add_listing(f, i, BRIGHTCO, 10, 3000);
	for (int i = 1; i <= 60; i++)
		change(f, i, NOW - i * INT64_C(3600000), i <= 4 ? "buy_box" : "image");
	change(f, 60, NOW - 1, "seller_joined");
	change(f, 60, NOW - INT64_C(35) * DAY, "title");
	struct brand_analysis a = analyze(f, &q);
	assert_int_equal(a.changes[CHANGE_BUY_BOX_LOST], 4);
	assert_int_equal(a.buy_boxes_lost_day, 4);
	assert_true(a.buy_box_last_ms == NOW - 3600000);
	assert_int_equal(a.changes[CHANGE_IMAGE], 56);
	assert_int_equal(a.changes[CHANGE_TITLE], 0);
	assert_int_equal(a.harmed, 60);
	assert_int_equal(a.n_latest, BRAND_CHANGES_SHOWN);
	assert_int_equal(a.latest[0].what, CHANGE_SELLER_JOINED);
	assert_string_equal(a.latest[0].title, "Listing 60");
	assert_string_equal(a.latest[0].site, "brightco");
	assert_int_equal(a.score.parts[SCORE_LISTINGS].value_bp, 0);
	brand_analysis_fini(&a);
}

static void changes__what_a_first_scan_found__is_not_new(void **state)
{
	struct fixture *f = *state;
	struct brand_query q = acme();
	long long added = NOW - INT64_C(10) * DAY;
	add_product(f, 10, "Lamp", false);
	add_listing(f, 1, BRIGHTCO, 10, 3000);
	add_listing(f, 2, BRIGHTCO, 10, 3000);
	sql(f, "UPDATE resource SET created_ms = %lld WHERE id = %d", added, BRIGHTCO);
	sql(f, "UPDATE listing SET first_ms = %lld WHERE id = 1", added + 7200000);
	sql(f, "UPDATE listing SET first_ms = %lld WHERE id = 2", added + 3 * DAY);
	sql(f,
	    "INSERT INTO job (id, name, type, owner_kind, owner, cause, params, state, found, done,"
	    " failed, retries, logged, slot_ms, created_ms, started_ms, ended_ms) VALUES (5, 'scan',"
	    " 'site-scan', 'rival', %d, 'person', '{}', 'done', 1, 1, 0, 0, 0, 0, %lld, %lld, %lld)",
	    BRIGHTCO, added, added, added + DAY);
	struct brand_analysis a = analyze(f, &q);
	assert_int_equal(a.changes[CHANGE_NEW], 1);
	assert_int_equal(a.latest[0].listing, 2);
	brand_analysis_fini(&a);
}

static enum err insert_many(struct txn *t, void *arg, struct error *e)
{
	int rc = sqlite3_exec(
		txn_db(t),
		"WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 50999)"
		" INSERT INTO listing SELECT i, site, mine, page, 'm' || i, url, title, brand, brand_key,"
		" gtin, mpn, sku, image, category, family, product, match_method, match_score, state,"
		" state_ms, 1000 + i % 500, price_to_minor, list_minor, shipping_minor, currency,"
		" availability, condition, seller, sellers, 400 + i % 100, i % 300, was_minor, price_ms,"
		" stock_ms, doubt_minor, source, first_ms, seen_ms, missed, missed_ms"
		" FROM n, listing l WHERE l.id = 1;"
		"INSERT INTO rating SELECT id, first_ms, rating_x100, reviews FROM listing;"
		"INSERT INTO rating SELECT id, first_ms + 864000000, rating_x100, reviews + 3 FROM listing;"
		"INSERT INTO listing_change (listing, at_ms, field, was, now)"
		" SELECT id, first_ms + 1728000000, 'image', 'a', 'b' FROM listing WHERE id % 5 = 0",
		NULL, NULL, NULL);
	return rc ? store_error(rc, txn_db(t), "many listings", e) : ERR_NONE;
}

static void fifty_thousand_listings__are_analyzed_while_one_waits(void **state)
{
	struct fixture *f = *state;
	struct brand_query q = acme();
	add_product(f, 10, "Lamp", false);
	add_listing(f, 1, BRIGHTCO, 10, 3000);
	assert_int_equal(store_run(f->store, OP_BACKGROUND, insert_many, NULL, &f->error),
			 ERR_NONE);
	int64_t began = thread_now_us();
	struct brand_analysis a = analyze(f, &q);
	int64_t took_ms = (thread_now_us() - began) / 1000;
	print_message("%d listings in %lld ms\n", MANY, (long long)took_ms);
	assert_int_equal(a.listings, MANY + 1);
	assert_true(a.reviews > 1000000);
	assert_int_equal(a.n_latest, BRAND_CHANGES_SHOWN);
	assert_true(took_ms < MANY_MS);
	brand_analysis_fini(&a);
}

/* No page says it: unknown, and nothing is told of it. */
static void a_brand_that_nobody_has__is_unknown_throughout(void **state)
{
	struct fixture *f = *state;
	struct brand_query q = acme();
	struct brand_analysis a = analyze(f, &q);
	assert_int_equal(a.listings, 0);
	assert_int_equal(a.in_stock_bp, REPUTATION_UNKNOWN);
	assert_int_equal(a.rating_x100, REPUTATION_UNKNOWN);
	assert_int_equal(a.per_day_x1000, REPUTATION_UNKNOWN);
	assert_int_equal(a.score.total, REPUTATION_UNKNOWN);
	assert_int_equal(number_of(f, "SELECT count(*) FROM brand_day"), 0);
	struct told told = told_of(f, 1);
	assert_int_equal(told.n, 0);
	brand_analysis_fini(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spellings__fold_to_one__and_nothing_is_no_brand),
		sites_test(listings__of_the_page_s_brand_or_else_of_the_product_s),
		sites_test(prices__spread_by_product_and_currency__of_what_can_be_bought),
		sites_test(minimum__prices_of_others_below_it__only_when_switched_on),
		sites_test(sellers__several_at_a_listing__each_counts_while_it_offers),
		sites_test(rating__variants_that_show_one_family_s_reviews__count_once),
		sites_test(rating__the_prior__is_of_its_category_where_enough_is_known),
		sites_test(pace__and_low_ones_by_the_counter),
		sites_test(reviews__low_ones_of_a_week_with_one_topic__are_a_cluster),
		sites_test(changes__are_counted_by_kind__and_the_newest_shown),
		sites_test(changes__what_a_first_scan_found__is_not_new),
		sites_test(fifty_thousand_listings__are_analyzed_while_one_waits),
		sites_test(a_brand_that_nobody_has__is_unknown_throughout),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
