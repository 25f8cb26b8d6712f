/* Where rivals stand, of one and of all: both ways of working it out agree. */
#include "daemon/services/rivalradar/analysis.h"
#include "daemon/services/rivalradar/picture.h"
#include "tests/unit/daemon/catalog/market_fixture.h"

#define DAY_MS INT64_C(86400000)
#define NOW    (T0 + 10 * DAY_MS)

static struct picture *picture(struct fixture *f)
{
	struct picture *p = NULL;

	if (picture_make(f->store, NOW, &p, &f->error))
		fail_msg("%s", f->error.text);
	return p;
}

static struct analysis analyse(struct fixture *f, int site, int64_t since_ms)
{
	struct analysis a = {.site = (uint64_t)site, .since_ms = since_ms, .based_ms = T0};

	if (analysis_make(f->store, &a, &f->error))
		fail_msg("%s", f->error.text);
	return a;
}

static enum err run_judge(struct txn *t, void *arg, struct error *e)
{
	return undercut_judge(t, arg, 1, T0, false, e);
}

static void judge_all(struct fixture *f, int first, int last)
{
	for (int i = first; i <= last; i++) {
		uint64_t product = (uint64_t)i;

		assert_int_equal(store_run(f->store, OP_BACKGROUND, run_judge, &product, &f->error),
				 0);
	}
}

static void offer_row(struct fixture *f, int listing, int64_t at_ms, int64_t minor,
		      int availability)
{
	sql(f,
	    "INSERT INTO offer (listing, seller, at_ms, until_ms, kind, price_minor, currency,"
	    " availability, condition, source) VALUES (%d, 0, %lld, %lld, 0, %lld, 'EUR', %d, 1, 3)",
	    listing, (long long)at_ms, (long long)at_ms, (long long)minor, availability);
}

/* ---- a rival --------------------------------------------------------------------------------- */

static void analysis__says__who_is_cheaper_and_by_how_much(void **state)
{
	struct fixture *f = *state;

	add_product(f, 11, "Desk lamp", true);
	add_product(f, 12, "Arc lamp", true);
	add_product(f, 13, "Torch", true);
	add_product(f, 14, "Only theirs", false);
	add_listing(f, 101, SHOP, 11, 10000);
	add_listing(f, 102, SHOP, 12, 2000);
	add_listing(f, 103, SHOP, 13, 500);
	add_listing(f, 201, BRIGHTCO, 11, 9000);
	add_listing(f, 202, BRIGHTCO, 12, 1500);
	add_listing(f, 203, BRIGHTCO, 13, 500);
	add_listing(f, 204, BRIGHTCO, 14, 700);
	add_listing(f, 301, LIGHTBARN, 11, 11000);
	struct analysis a = analyse(f, BRIGHTCO, T0);
	assert_int_equal(a.products, 4);
	assert_int_equal(a.compared, 3);
	assert_int_equal(a.cheaper, 2);
	assert_int_equal(a.equal, 1);
	assert_int_equal(a.dearer, 0);
	assert_int_equal(a.n[ANALYSIS_UNDERCUTS], 2);
	assert_int_equal(a.lists[ANALYSIS_UNDERCUTS][0].listing, 202); /* -25 % before -10 % */
	assert_int_equal(a.lists[ANALYSIS_UNDERCUTS][1].mine_minor, 10000);
	/* 9000/10000, 1500/1750, 500/500 */
	assert_int_equal(a.index_mean, 9190); /* (9000 + 8571 + 10000) / 3 = 9190.33 */
	assert_int_equal(a.index_median, 9000);
	analysis_fini(&a);
}

static void analysis__counts__what_is_in_another_currency(void **state)
{
	struct fixture *f = *state;

	add_product(f, 11, "Desk lamp", true);
	add_listing(f, 101, SHOP, 11, 10000);
	add_listing(f, 201, BRIGHTCO, 11, 9000);
	sql(f, "UPDATE listing SET currency = 'USD' WHERE id = 201");
	struct analysis a = analyse(f, BRIGHTCO, T0);
	assert_int_equal(a.compared, 0);
	assert_int_equal(a.other_currency, 1);
	assert_int_equal(a.index_mean, MARKET_UNKNOWN);
	analysis_fini(&a);
}

static void analysis__lists__what_became_different_since(void **state)
{
	struct fixture *f = *state;
	const int64_t then = T0 + 5 * DAY_MS, since = T0 + 3 * DAY_MS;

	for (int i = 0; i < 8; i++) {
		char title[32];

		snprintf(title, sizeof(title), "Lamp %d", i);
		add_product(f, 10 + i, title, false);
		add_listing(f, 200 + i, BRIGHTCO, 10 + i, 5000);
		offer_row(f, 200 + i, T0, 5000, 1);
	}
	/* 200 fell, 201 rose, 202 fell and came back: nothing; 203 is new; 204 is gone; 205 is out;
	 * 206 is back; 207 fell before the time that is asked for. */
	offer_row(f, 200, then, 4000, 1);
	sql(f,
	    "UPDATE listing SET price_minor = 4000, was_minor = 5000, price_ms = %lld"
	    " WHERE id = 200",
	    (long long)then);
	offer_row(f, 201, then, 5500, 1);
	sql(f,
	    "UPDATE listing SET price_minor = 5500, was_minor = 5000, price_ms = %lld"
	    " WHERE id = 201",
	    (long long)then);
	offer_row(f, 202, then, 4000, 1);
	offer_row(f, 202, then + 1000, 5000, 1);
	sql(f,
	    "UPDATE listing SET price_minor = 5000, was_minor = 4000, price_ms = %lld"
	    " WHERE id = 202",
	    (long long)then + 1000);
	sql(f, "UPDATE listing SET first_ms = %lld WHERE id = 203", (long long)then);
	sql(f, "UPDATE listing SET state = 2, state_ms = %lld WHERE id = 204", (long long)then);
	sql(f, "UPDATE listing SET availability = 2, stock_ms = %lld WHERE id = 205",
	    (long long)then);
	offer_row(f, 206, T0 + DAY_MS, 5000, 2);
	offer_row(f, 206, then, 5000, 1);
	sql(f, "UPDATE listing SET stock_ms = %lld WHERE id = 206", (long long)then);
	sql(f,
	    "UPDATE listing SET price_minor = 4500, was_minor = 5000, price_ms = %lld"
	    " WHERE id = 207",
	    (long long)T0 + DAY_MS);
	struct analysis a = analyse(f, BRIGHTCO, since);
	static const struct {
		enum analysis_list list;
		uint64_t listing;
	} expected[] = {{ANALYSIS_DROPS, 200},        {ANALYSIS_RISES, 201},
			{ANALYSIS_NEW, 203},          {ANALYSIS_REMOVED, 204},
			{ANALYSIS_OUT_OF_STOCK, 205}, {ANALYSIS_BACK_IN_STOCK, 206}};
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		enum analysis_list l = expected[i].list;

		if (a.n[l] != 1 || a.lists[l][0].listing != expected[i].listing)
			fail_msg("%s: %zu rows", analysis_list_name(l), a.n[l]);
	}
	assert_int_equal(a.lists[ANALYSIS_DROPS][0].was_minor, 5000);
	assert_int_equal(a.total[ANALYSIS_UNDERCUTS], 0);
	assert_int_equal(a.products, 7);
	analysis_fini(&a);
}

static void deal__is_within_5_percent_of_the_lowest__after_five_weeks(void **state)
{
	struct fixture *f = *state;
	const int64_t late = T0 + 40 * DAY_MS;

	add_product(f, 11, "Desk lamp", false);
	add_product(f, 12, "Arc lamp", false);
	add_listing(f, 201, BRIGHTCO, 11, 4100);
	add_listing(f, 202, BRIGHTCO, 12, 4100);
	offer_row(f, 201, T0, 5000, 1);
	offer_row(f, 201, T0 + DAY_MS, 4000, 1);
	offer_row(f, 201, late, 4100, 1);
	sql(f, "UPDATE listing SET price_ms = %lld WHERE id = 201", (long long)late);
	struct analysis a = analyse(f, BRIGHTCO, late + DAY_MS);
	assert_int_equal(a.n[ANALYSIS_DEALS], 1);
	assert_int_equal(a.lists[ANALYSIS_DEALS][0].listing, 201);
	assert_int_equal(a.lists[ANALYSIS_DEALS][0].deal, MARKET_GOOD_DEAL);
	analysis_fini(&a);
}

/* ---- all of them ----------------------------------------------------------------------------- */

static void picture__is_empty__without_anything(void **state)
{
	struct fixture *f = *state;
	struct picture *p = picture(f);

	assert_non_null(picture_find(p, BRIGHTCO));
	assert_int_equal(picture_find(p, BRIGHTCO)->products, 0);
	assert_int_equal(picture_find(p, 0)->compared, 0);
	assert_null(picture_find(p, 4711));
	assert_int_equal(p->undercuts_total, 0);
	picture_free(p);
}

static void picture__names__the_widest_undercut_first(void **state)
{
	struct fixture *f = *state;

	add_product(f, 11, "Desk lamp", true);
	add_product(f, 12, "Arc lamp", true);
	add_listing(f, 101, SHOP, 11, 10000);
	add_listing(f, 102, SHOP, 12, 2000);
	add_listing(f, 201, BRIGHTCO, 11, 9500);
	add_listing(f, 202, LIGHTBARN, 12, 1500);
	sql(f, "UPDATE product SET floor_minor = 1400 WHERE id = 12");
	judge_all(f, 11, 12);
	struct picture *p = picture(f);
	assert_int_equal(p->undercuts_total, 2);
	assert_int_equal(p->undercuts[0].product, 12);
	assert_int_equal(p->undercuts[0].rival, LIGHTBARN);
	assert_int_equal(p->undercuts[0].floor_minor, 1400);
	assert_string_equal(p->undercuts[0].sku, "SKU-102");
	assert_int_equal(p->undercuts[1].best_minor, 9500);
	picture_free(p);
}

static void picture__counts__news_only_after_the_first_scan(void **state)
{
	struct fixture *f = *state;

	add_product(f, 11, "Desk lamp", false);
	add_product(f, 12, "Arc lamp", false);
	add_product(f, 13, "Torch", false);
	add_listing(f, 201, BRIGHTCO, 11, 100); /* of the first scan */
	add_listing(f, 202, BRIGHTCO, 12, 100);
	add_listing(f, 203, BRIGHTCO, 13, 100);
	sql(f, "UPDATE listing SET first_ms = %lld WHERE id = 202", (long long)NOW - DAY_MS);
	sql(f, "UPDATE listing SET state = 2, state_ms = %lld WHERE id = 203",
	    (long long)NOW - DAY_MS);
	sql(f, "UPDATE site SET scanned_ms = 0 WHERE id = %d", BRIGHTCO);
	struct picture *p = picture(f);
	assert_int_equal(picture_find(p, BRIGHTCO)->new_n, 0); /* not read to its end yet */
	picture_free(p);
	sql(f, "UPDATE site SET scanned_ms = %lld WHERE id = %d", (long long)T0, BRIGHTCO);
	p = picture(f);
	assert_int_equal(picture_find(p, BRIGHTCO)->new_n, 1);
	assert_int_equal(picture_find(p, BRIGHTCO)->gone_n, 1);
	assert_int_equal(picture_find(p, BRIGHTCO)->products, 2);
	assert_int_equal(picture_keep(f->store, p, &f->error), ERR_NONE);
	picture_free(p);
	/* Later scans do not make it younger. */
	sql(f, "UPDATE site SET scanned_ms = %lld WHERE id = %d", (long long)NOW, BRIGHTCO);
	p = picture(f);
	assert_int_equal(picture_find(p, BRIGHTCO)->based_ms, T0);
	assert_int_equal(picture_find(p, BRIGHTCO)->new_n, 1);
	picture_free(p);
}

static void picture__remembers__days(void **state)
{
	struct fixture *f = *state;
	const int64_t today = NOW / DAY_MS;

	add_product(f, 11, "Desk lamp", true);
	add_listing(f, 101, SHOP, 11, 10000);
	add_listing(f, 201, BRIGHTCO, 11, 9000);
	sql(f, "INSERT INTO rival_day VALUES (%d, %lld, 9900, 9800, 1, 1, 0, 1)", BRIGHTCO,
	    (long long)today - 2);
	struct picture *p = picture(f);
	const struct figures *b = picture_find(p, BRIGHTCO);
	assert_int_equal(b->trend[PICTURE_TREND_DAYS - 3], 9800);
	assert_int_equal(b->trend[PICTURE_TREND_DAYS - 2], -1);
	assert_int_equal(b->trend[PICTURE_TREND_DAYS - 1], b->index_median);
	assert_int_equal(picture_keep(f->store, p, &f->error), ERR_NONE);
	assert_int_equal(picture_keep(f->store, p, &f->error), ERR_NONE);
	assert_int_equal(number_of(f, "SELECT count(*) FROM rival_day WHERE site = 902"), 2);
	assert_int_equal(number_of(f, "SELECT dearer FROM rival_day WHERE site = 0"), 1);
	assert_int_equal(number_of(f, "SELECT index_mean FROM rival_day WHERE site = 902"
				      " ORDER BY day DESC"),
			 9474); /* 9000 / 9500 */
	picture_free(p);
}

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *seed >> 33;
}

static void picture__and_analysis__agree_on_whatever_is_sold(void **state)
{
	enum { PRODUCTS = 60 };
	struct fixture *f = *state;
	static const int sites[] = {SHOP, BRIGHTCO, LIGHTBARN, GLOWDEPOT};
	uint64_t seed = 815;
	int listing = 1000;

	for (int i = 0; i < PRODUCTS; i++) {
		add_product(f, 10 + i, "Lamp", true);
		for (size_t s = 0; s < ARRAY_LEN(sites); s++)
			for (uint64_t n = next(&seed) % 3; n; n--) {
				add_listing(f, ++listing, sites[s], 10 + i,
					    1000 + (int64_t)(next(&seed) % 40) * 100);
				sql(f,
				    "UPDATE listing SET state = %d, availability = %d,"
				    " shipping_minor = %s, currency = '%s' WHERE id = %d",
				    next(&seed) % 6 ? 0 : (int)(next(&seed) % 3),
				    next(&seed) % 4 ? 1 : 2, next(&seed) % 3 ? "400" : "NULL",
				    next(&seed) % 8 ? "EUR" : "GBP", listing);
			}
	}
	judge_all(f, 10, 10 + PRODUCTS - 1);
	struct picture *p = picture(f);
	for (size_t s = 1; s < ARRAY_LEN(sites); s++) {
		const struct figures *x = picture_find(p, (uint64_t)sites[s]);
		struct analysis a = analyse(f, sites[s], T0);

		assert_true(a.compared > 5);
		assert_int_equal(x->products, a.products);
		assert_int_equal(x->unknown, a.unknown);
		assert_int_equal(x->compared, a.compared);
		assert_int_equal(x->cheaper, a.cheaper);
		assert_int_equal(x->dearer, a.dearer);
		assert_int_equal(x->equal, a.equal);
		assert_int_equal(x->cheaper, a.total[ANALYSIS_UNDERCUTS]);
		assert_int_equal(x->out_of_stock, a.total[ANALYSIS_OUT_OF_STOCK]);
		assert_int_equal(x->index_mean, a.index_mean);
		assert_int_equal(x->index_median, a.index_median);
		analysis_fini(&a);
	}
	assert_int_equal(
		p->undercuts_total,
		number_of(f, "SELECT count(*) FROM product WHERE undercut_ms IS NOT NULL"));
	picture_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		sites_test(analysis__says__who_is_cheaper_and_by_how_much),
		sites_test(analysis__counts__what_is_in_another_currency),
		sites_test(analysis__lists__what_became_different_since),
		sites_test(deal__is_within_5_percent_of_the_lowest__after_five_weeks),
		sites_test(picture__is_empty__without_anything),
		sites_test(picture__names__the_widest_undercut_first),
		sites_test(picture__counts__news_only_after_the_first_scan),
		sites_test(picture__remembers__days),
		sites_test(picture__and_analysis__agree_on_whatever_is_sold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
