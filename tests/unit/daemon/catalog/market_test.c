#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/catalog/market.h"
#include "shared/mem.h"

#define DAY_MS INT64_C(86400000)

enum { MINE = 0, BRIGHTCO, LIGHTBARN, GLOWDEPOT };

static struct market_offer offer(uint64_t seller, int64_t price, int64_t shipping)
{
	return (struct market_offer){.seller = seller,
				     .listing = 100 + seller,
				     .price_minor = price,
				     .shipping_minor = shipping,
				     .currency = "EUR",
				     .availability = AVAILABILITY_IN_STOCK,
				     .condition = CONDITION_NEW,
				     .state = LISTING_LISTED};
}

static void market__leaves_out__what_nobody_can_buy_now(void **state)
{
	struct market_offer o = offer(BRIGHTCO, 3490, 0);
	static const enum availability bought[] = {
		AVAILABILITY_UNKNOWN,     AVAILABILITY_IN_STOCK,     AVAILABILITY_LIMITED,
		AVAILABILITY_ONLINE_ONLY, AVAILABILITY_PRE_ORDER,    AVAILABILITY_PRE_SALE,
		AVAILABILITY_BACK_ORDER,  AVAILABILITY_MADE_TO_ORDER};
	static const enum availability not_bought[] = {
		AVAILABILITY_OUT_OF_STOCK, AVAILABILITY_SOLD_OUT, AVAILABILITY_DISCONTINUED,
		AVAILABILITY_RESERVED, AVAILABILITY_IN_STORE_ONLY};

	for (size_t i = 0; i < ARRAY_LEN(bought); i++) {
		o.availability = bought[i];
		assert_true(market_counts(&o, "EUR"));
	}
	for (size_t i = 0; i < ARRAY_LEN(not_bought); i++) {
		o.availability = not_bought[i];
		assert_false(market_counts(&o, "EUR"));
	}
}

static void market__leaves_out__other_currencies_used_goods_and_blocked_pages(void **state)
{
	struct market_offer o = offer(BRIGHTCO, 3490, 0);

	assert_true(market_counts(&o, "EUR"));
	assert_false(market_counts(&o, "GBP"));
	assert_false(market_counts(&o, ""));
	o.condition = CONDITION_UNKNOWN;
	assert_true(market_counts(&o, "EUR"));
	o.condition = CONDITION_REFURBISHED;
	assert_false(market_counts(&o, "EUR"));
	o = offer(BRIGHTCO, 3490, 0);
	o.state = LISTING_UNKNOWN;
	assert_false(market_counts(&o, "EUR"));
	o.state = LISTING_GONE;
	assert_false(market_counts(&o, "EUR"));
	o = offer(BRIGHTCO, MARKET_UNKNOWN, 0);
	assert_false(market_counts(&o, "EUR"));
	o.price_minor = 0;
	assert_false(market_counts(&o, "EUR"));
}

static void market__compares_landed__only_when_every_shipping_is_known(void **state)
{
	/* The drawing of the product's screen. */
	struct market_offer o[] = {offer(MINE, 3650, 0), offer(BRIGHTCO, 3490, 0),
				   offer(LIGHTBARN, 3300, 495), offer(GLOWDEPOT, 3550, 390)};
	struct market m = {0};

	market_make(&m, o, 4, "EUR");
	assert_true(m.landed);
	assert_int_equal(m.n, 4);
	assert_int_equal(m.sellers[0].seller, BRIGHTCO);
	assert_int_equal(m.sellers[2].seller, LIGHTBARN);
	assert_int_equal(m.sellers[2].minor, 3795);
	assert_int_equal(m.mean_minor, 3719);   /* 14875 / 4 = 3718.75 */
	assert_int_equal(m.median_minor, 3722); /* 3722.5, to even */

	o[3].shipping_minor = MARKET_UNKNOWN;
	market_make(&m, o, 4, "EUR");
	assert_false(m.landed);
	assert_int_equal(m.sellers[0].seller, LIGHTBARN);
	assert_int_equal(m.sellers[0].minor, 3300);

	o[3].state = LISTING_UNKNOWN; /* blocked: its shipping is of no concern */
	market_make(&m, o, 4, "EUR");
	assert_true(m.landed);
	assert_int_equal(m.n, 3);
	market_fini(&m);
}

static void market__takes__the_lowest_of_each_seller_and_my_shops_as_one(void **state)
{
	struct market_offer o[] = {offer(MINE, 3650, 0), offer(MINE, 3500, 0),
				   offer(BRIGHTCO, 3600, 0), offer(BRIGHTCO, 3490, 0),
				   offer(BRIGHTCO, 9900, 0)};
	struct market m = {0};

	o[1].listing = 7;
	market_make(&m, o, 5, "EUR");
	assert_int_equal(m.n, 2);
	assert_int_equal(market_find(&m, MARKET_MINE)->minor, 3500);
	assert_int_equal(market_find(&m, MARKET_MINE)->listing, 7);
	assert_int_equal(market_find(&m, BRIGHTCO)->minor, 3490);
	assert_null(market_find(&m, GLOWDEPOT));
	assert_int_equal(market_cheapest_but(&m, BRIGHTCO)->seller, MINE);
	assert_int_equal(market_cheapest_but(&m, MARKET_MINE)->seller, BRIGHTCO);
	market_fini(&m);
}

static void market__is_empty__without_offers(void **state)
{
	struct market m = {0};
	int64_t mean, median;

	market_make(&m, NULL, 0, "EUR");
	assert_int_equal(m.n, 0);
	assert_int_equal(m.mean_minor, MARKET_UNKNOWN);
	assert_false(m.landed);
	assert_false(market_index(&m, 100, &mean, &median));
	assert_null(market_cheapest_but(&m, MARKET_MINE));
	assert_int_equal(market_what_if(&m, 100, 0).rank, 1);
	assert_int_equal(market_what_if(&m, 100, 0).of, 1);
	market_fini(&m);
}

static void index__needs__somebody_to_compare_with(void **state)
{
	struct market_offer o[] = {offer(BRIGHTCO, 9000, 0), offer(MINE, 10000, 0),
				   offer(LIGHTBARN, 14000, 0)};
	struct market m = {0};
	int64_t mean, median;

	market_make(&m, o, 1, "EUR");
	assert_false(market_index(&m, 9000, &mean, &median));
	market_make(&m, o, 3, "EUR");
	assert_true(market_index(&m, 9000, &mean, &median));
	assert_int_equal(mean, 8182); /* 9000 / 11000 */
	assert_int_equal(median, 9000);
	market_fini(&m);
}

static void indexes__are__mean_and_median_over_products(void **state)
{
	struct market_indexes x = {0};
	int64_t mean, median;

	assert_false(market_indexes_result(&x, &mean, &median));
	market_indexes_add(&x, 9000, 9100);
	market_indexes_add(&x, 12001, 20000);
	market_indexes_add(&x, 10000, 10000);
	market_indexes_add(&x, 9000, 9201);
	assert_true(market_indexes_result(&x, &mean, &median));
	assert_int_equal(mean, 10000);  /* 40001 / 4 */
	assert_int_equal(median, 9600); /* (9201 + 10000) / 2 = 9600.5, to even */
	market_indexes_fini(&x);
}

static void gap__is__theirs_minus_mine(void **state)
{
	struct market_gap g = market_gap(3650, 3490);

	assert_int_equal(g.minor, -160);
	assert_int_equal(g.bp, -438); /* -4.38 % */
	g = market_gap(3490, 3650);
	assert_int_equal(g.minor, 160);
	assert_int_equal(g.bp, 458);
	g = market_gap(20000, 20001); /* half a basis point, to even */
	assert_int_equal(g.bp, 0);
	g = market_gap(20000, 20003); /* 1.5 */
	assert_int_equal(g.bp, 2);
	g = market_gap(20000, 19997);
	assert_int_equal(g.bp, -2);
}

static void change__is_unknown__from_nothing(void **state)
{
	int64_t bp = 7;

	assert_false(market_change(0, 100, &bp));
	assert_int_equal(bp, 7);
	assert_true(market_change(3699, 3490, &bp));
	assert_int_equal(bp, -565);
}

static void duel__is_landed__only_when_the_shipping_of_both_is_known(void **state)
{
	struct market_offer o[] = {offer(MINE, 3650, 0), offer(LIGHTBARN, 3300, 495),
				   offer(BRIGHTCO, 3490, 0)};
	struct market_duel d;

	assert_true(market_duel(o, 3, MARKET_ANYBODY, &d));
	assert_int_equal(d.theirs->seller, BRIGHTCO);
	assert_int_equal(d.mine_minor, 3650);
	assert_int_equal(d.theirs_minor, 3490);
	assert_true(d.landed);
	o[1].shipping_minor = MARKET_UNKNOWN;
	assert_true(market_duel(o, 3, MARKET_ANYBODY, &d));
	assert_int_equal(d.theirs->seller, LIGHTBARN);
	assert_int_equal(d.theirs_minor, 3300);
	assert_false(d.landed);
	assert_true(market_duel(o, 3, BRIGHTCO, &d));
	assert_int_equal(d.theirs_minor, 3490);
	assert_false(market_duel(o, 3, GLOWDEPOT, &d));
	o[0].availability = AVAILABILITY_OUT_OF_STOCK;
	assert_false(market_duel(o, 3, MARKET_ANYBODY, &d));
}

static void duel__stays__within_a_currency(void **state)
{
	struct market_offer o[] = {offer(MINE, 3650, 0), offer(MINE, 3200, 0),
				   offer(BRIGHTCO, 3490, 0), offer(LIGHTBARN, 3000, 0)};
	struct market_duel d;

	for (size_t i = 1; i < 4; i += 2)
		snprintf(o[i].currency, sizeof(o[i].currency), "GBP");
	assert_true(market_duel(o, 4, MARKET_ANYBODY, &d)); /* -6.25 % is worse than -4.38 % */
	assert_int_equal(d.theirs->seller, LIGHTBARN);
	assert_int_equal(d.mine_minor, 3200);
	assert_true(market_duel(o, 4, BRIGHTCO, &d));
	assert_int_equal(d.mine_minor, 3650);
	snprintf(o[3].currency, sizeof(o[3].currency), "CHF");
	assert_false(market_duel(o, 4, LIGHTBARN, &d));
}

static void what_if__ranks__my_price_among_the_others(void **state)
{
	struct market_offer o[] = {offer(MINE, 3650, 0), offer(BRIGHTCO, 3490, 0),
				   offer(LIGHTBARN, 3300, 495), offer(GLOWDEPOT, 3550, 390)};
	struct market m = {0};
	int64_t lead;

	market_make(&m, o, 4, "EUR");
	struct market_rank r = market_what_if(&m, 3489, 0);
	assert_int_equal(r.rank, 1);
	assert_int_equal(r.of, 4);
	assert_int_equal(r.above, 3);
	assert_int_equal(r.cheapest_minor, 3490);
	r = market_what_if(&m, 3490, 0);
	assert_int_equal(r.rank, 1);
	assert_int_equal(r.equal, 1);
	r = market_what_if(&m, 3650, 0);
	assert_int_equal(r.rank, 2);
	assert_int_equal(r.below, 1);
	r = market_what_if(&m, 3489, 400); /* my shipping counts where theirs does */
	assert_int_equal(r.minor, 3889);
	assert_int_equal(r.rank, 3);
	assert_true(market_price_to_lead(&m, 0, &lead));
	assert_int_equal(lead, 3489);
	assert_true(market_price_to_lead(&m, 400, &lead));
	assert_int_equal(lead, 3089);
	assert_false(market_price_to_lead(&m, 3489, &lead));
	market_fini(&m);
}

static void deal__needs__five_weeks_and_the_lowest_price_within_5_percent(void **state)
{
	const int64_t first = 1000, late = first + 35 * DAY_MS;

	assert_int_equal(market_deal(1000, 1000, first, late), MARKET_BEST_PRICE);
	assert_int_equal(market_deal(1050, 1000, first, late), MARKET_GOOD_DEAL);
	assert_int_equal(market_deal(1051, 1000, first, late), MARKET_NO_DEAL);
	assert_int_equal(market_deal(1000, 1000, first, late - 1), MARKET_NO_DEAL);
	assert_int_equal(market_deal(1000, 1000, first, first), MARKET_NO_DEAL);
	assert_int_equal(market_deal(MARKET_UNKNOWN, 1000, first, late), MARKET_NO_DEAL);
	assert_string_equal(market_deal_name(MARKET_GOOD_DEAL), "good");
	assert_null(market_deal_name(MARKET_NO_DEAL));
}

/* ---- properties ------------------------------------------------------------------------------ */

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *seed >> 33;
}

static size_t any_offers(uint64_t *seed, struct market_offer *out)
{
	size_t n = 1 + next(seed) % 12;

	for (size_t i = 0; i < n; i++) {
		out[i] = offer(next(seed) % 6, (int64_t)(next(seed) % 5000),
			       next(seed) % 4 ? (int64_t)(next(seed) % 700) : MARKET_UNKNOWN);
		out[i].listing = i + 1;
		out[i].state = next(seed) % 5 ? LISTING_LISTED : LISTING_UNKNOWN;
		if (next(seed) % 6 == 0)
			snprintf(out[i].currency, sizeof(out[i].currency), "GBP");
	}
	return n;
}

static void market__holds__its_bounds_whatever_is_offered(void **state)
{
	uint64_t seed = 4711;
	struct market_offer o[12];
	struct market m = {0};

	for (int round = 0; round < 20000; round++) {
		market_make(&m, o, any_offers(&seed, o), "EUR");
		for (size_t i = 0; i < m.n; i++) {
			int64_t mean, median, before = i ? m.sellers[i - 1].minor : 0;

			assert_true(m.sellers[i].minor >= before);
			assert_true(m.mean_minor >= m.sellers[0].minor);
			assert_true(m.mean_minor <= m.sellers[m.n - 1].minor);
			assert_true(m.median_minor >= m.sellers[0].minor);
			assert_true(m.median_minor <= m.sellers[m.n - 1].minor);
			if (m.n > 1 && market_index(&m, m.sellers[0].minor, &mean, &median)) {
				assert_true(mean <= MARKET_WHOLE_BP);
				assert_true(median <= MARKET_WHOLE_BP);
			}
			for (size_t j = 0; j < i; j++)
				assert_int_not_equal(m.sellers[i].seller, m.sellers[j].seller);
		}
	}
	market_fini(&m);
}

static void market__does_not_depend__on_the_order_of_offers(void **state)
{
	uint64_t seed = 99;
	struct market_offer o[12], swapped[12];
	struct market a = {0}, b = {0};

	for (int round = 0; round < 5000; round++) {
		size_t n = any_offers(&seed, o);

		for (size_t i = 0; i < n; i++)
			swapped[i] = o[n - 1 - i];
		market_make(&a, o, n, "EUR");
		market_make(&b, swapped, n, "EUR");
		assert_int_equal(a.n, b.n);
		assert_int_equal(a.landed, b.landed);
		assert_int_equal(a.mean_minor, b.mean_minor);
		assert_int_equal(a.median_minor, b.median_minor);
		for (size_t i = 0; i < a.n; i++) {
			assert_int_equal(a.sellers[i].seller, b.sellers[i].seller);
			assert_int_equal(a.sellers[i].listing, b.sellers[i].listing);
		}
	}
	market_fini(&a);
	market_fini(&b);
}

static void what_if__never_gets_better__with_a_higher_price(void **state)
{
	uint64_t seed = 5;
	struct market_offer o[12];
	struct market m = {0};

	for (int round = 0; round < 5000; round++) {
		int64_t shipping = (int64_t)(next(&seed) % 500), lead;
		size_t rank = 1;

		market_make(&m, o, any_offers(&seed, o), "EUR");
		for (int64_t price = 1; price < 6000; price += 97) {
			struct market_rank r = market_what_if(&m, price, shipping);

			assert_true(r.rank >= rank);
			assert_true(r.rank <= r.of);
			assert_int_equal(r.below + r.equal + r.above + 1, r.of);
			rank = r.rank;
		}
		if (market_price_to_lead(&m, shipping, &lead)) {
			assert_int_equal(market_what_if(&m, lead, shipping).rank, 1);
			assert_int_equal(market_what_if(&m, lead, shipping).equal, 0);
			assert_int_not_equal(market_what_if(&m, lead + 1, shipping).equal, 0);
		}
	}
	market_fini(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(market__leaves_out__what_nobody_can_buy_now),
		cmocka_unit_test(market__leaves_out__other_currencies_used_goods_and_blocked_pages),
		cmocka_unit_test(market__compares_landed__only_when_every_shipping_is_known),
		cmocka_unit_test(market__takes__the_lowest_of_each_seller_and_my_shops_as_one),
		cmocka_unit_test(market__is_empty__without_offers),
		cmocka_unit_test(index__needs__somebody_to_compare_with),
		cmocka_unit_test(indexes__are__mean_and_median_over_products),
		cmocka_unit_test(gap__is__theirs_minus_mine),
		cmocka_unit_test(change__is_unknown__from_nothing),
		cmocka_unit_test(duel__is_landed__only_when_the_shipping_of_both_is_known),
		cmocka_unit_test(duel__stays__within_a_currency),
		cmocka_unit_test(what_if__ranks__my_price_among_the_others),
		cmocka_unit_test(deal__needs__five_weeks_and_the_lowest_price_within_5_percent),
		cmocka_unit_test(market__holds__its_bounds_whatever_is_offered),
		cmocka_unit_test(market__does_not_depend__on_the_order_of_offers),
		cmocka_unit_test(what_if__never_gets_better__with_a_higher_price),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
