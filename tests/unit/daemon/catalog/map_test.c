#include "daemon/catalog/map.h"
#include "tests/unit/daemon/catalog/market_fixture.h"

enum { DESK = 11, LISTING = 102 };
#define HOUR_MS INT64_C(3600000)

/* ---- what a scan does ------------------------------------------------------------------------ */

struct scanning {
	const struct map_page *page;
	int64_t at_ms;
	bool same;
};

static enum err run_scan(struct txn *t, void *arg, struct error *e)
{
	const uint64_t product = DESK;
	struct scanning *s = arg;

	return s->same ? map_judge_same(t, BRIGHTCO, "https://brightco.example/", s->page, s->at_ms,
					e)
		       : map_judge(t, &product, 1, s->page, s->at_ms, e);
}

static void judge(struct fixture *f, const struct map_page *page, int64_t at_ms, bool same)
{
	struct scanning s = {page, at_ms, same};

	if (store_run(f->store, OP_BACKGROUND, run_scan, &s, &f->error))
		fail_msg("%s", f->error.text);
}

static struct map_page page_of(uint8_t first, const char *body)
{
	struct observation o = {.site = BRIGHTCO, .page_url = "https://brightco.example/"};
	struct map_page p;

	o.hash[0] = first;
	assert_true(map_page_make(&p, &o, "text/html", body, strlen(body)));
	return p;
}

/* The price changed at that time, as the catalog writes it. */
static void observe_change(struct fixture *f, int64_t minor, int64_t at_ms, int first)
{
	sql(f, "UPDATE offer SET until_ms = %lld WHERE listing = %d AND until_ms = 0",
	    (long long)at_ms - 1, LISTING);
	sql(f,
	    "INSERT INTO offer (listing, seller, at_ms, until_ms, kind, price_minor, currency,"
	    " availability, condition, source, evidence) VALUES (%d, 0, %lld, %lld, 0, %lld, 'EUR',"
	    " 1, 1, 3, x'%02x000000000000000000000000000000')",
	    LISTING, (long long)at_ms, (long long)at_ms, (long long)minor, (unsigned)first);
	sql(f,
	    "UPDATE listing SET price_minor = %lld, price_ms = %lld, seen_ms = %lld WHERE id = %d",
	    (long long)minor, (long long)at_ms, (long long)at_ms, LISTING);
	sql(f, "UPDATE page SET seen_ms = %lld WHERE id = %d", (long long)at_ms, BRIGHTCO);
}

/* The page was as before. */
static void observe_again(struct fixture *f, int64_t at_ms)
{
	sql(f, "UPDATE page SET seen_ms = %lld WHERE id = %d", (long long)at_ms, BRIGHTCO);
}

static void desk(struct fixture *f)
{
	add_product(f, DESK, "Desk lamp", true);
	add_listing(f, LISTING, BRIGHTCO, DESK, 3900);
	sql(f, "UPDATE product SET map_minor = 3600 WHERE id = %d", DESK);
	observe_change(f, 3900, T0, 1);
	judge(f, NULL, T0, false);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void breach__is_told__at_the_second_observation_with_its_page(void **state)
{
	struct fixture *f = *state;
	struct map_page page = page_of(7, "<html>Desk lamp 34.90</html>");

	desk(f);
	assert_true(map_watches(f->store, BRIGHTCO, "https://brightco.example/"));
	assert_false(map_watches(f->store, LIGHTBARN, "https://lightbarn.example/"));
	observe_change(f, 3490, T0 + HOUR_MS, 7);
	judge(f, &page, T0 + HOUR_MS, false);
	assert_int_equal(told_count(f, LISTING), 0);
	observe_again(f, T0 + 2 * HOUR_MS);
	judge(f, &page, T0 + 2 * HOUR_MS, true);
	judge(f, &page, T0 + 2 * HOUR_MS, true);
	struct told t = told_of(f, LISTING);
	assert_int_equal(t.n, 1);
	assert_string_equal(t.topic, "price.map_breach");
	assert_string_equal(t.kind, "listing");
	assert_string_equal(t.name, "brightco Desk lamp");
	assert_string_equal(t.text,
			    "brightco advertises it for 34.90 EUR, below the minimum of 36.00 EUR");
	assert_string_equal(json_str(t.data, "state", ""), "breach");
	assert_string_equal(json_str(t.data, "evidence", ""), "07000000000000000000000000000000");
	assert_true(json_bool(t.data, "evidence_kept", false));
	assert_int_equal(number_of(f, "SELECT count(*) FROM evidence"), 1);
	assert_int_equal(number_of(f, "SELECT bytes FROM evidence"), 28);
	json_decref(t.data);
	map_page_fini(&page);
}

static void breach__is_over__when_the_price_is_back(void **state)
{
	struct fixture *f = *state;

	desk(f);
	observe_change(f, 3490, T0 + HOUR_MS, 7);
	observe_again(f, T0 + 2 * HOUR_MS);
	judge(f, NULL, T0 + 2 * HOUR_MS, true);
	assert_int_equal(told_count(f, LISTING), 1);
	observe_change(f, 3600, T0 + 3 * HOUR_MS, 8);
	judge(f, NULL, T0 + 3 * HOUR_MS, false);
	struct told t = told_of(f, LISTING);
	assert_int_equal(t.n, 2);
	assert_string_equal(t.topic, "price.map_ok");
	assert_string_equal(json_str(t.data, "state", ""), "ok");
	json_decref(t.data);
}

static void breach__needs__two_observations_in_a_row(void **state)
{
	struct fixture *f = *state;

	desk(f);
	for (int i = 0; i < 6; i++) { /* below, above, below ...: never twice in a row */
		observe_change(f, i % 2 ? 3900 : 3490, T0 + (i + 1) * HOUR_MS, i + 2);
		judge(f, NULL, T0 + (i + 1) * HOUR_MS, false);
	}
	assert_int_equal(told_count(f, LISTING), 0);
	observe_change(f, 3500, T0 + 8 * HOUR_MS, 20); /* two different prices, both below */
	observe_change(f, 3400, T0 + 9 * HOUR_MS, 21);
	judge(f, NULL, T0 + 9 * HOUR_MS, false);
	struct told t = told_of(f, LISTING);
	assert_int_equal(t.n, 1);
	assert_false(json_bool(t.data, "evidence_kept", true));
	assert_string_equal(json_str(t.data, "evidence", ""), "15000000000000000000000000000000");
	json_decref(t.data);
}

/* Down on Saturday night, up on Monday morning, with a page that never stays the same. */
static void breach__of_a_weekend__is_caught_with_each_page(void **state)
{
	struct fixture *f = *state;
	int64_t saturday = T0 + 5 * 24 * HOUR_MS;

	desk(f);
	for (int i = 0; i < 4; i++) {
		char body[64];

		snprintf(body, sizeof(body), "<html>nonce %d</html>", i);
		struct map_page page = page_of((uint8_t)(0x30 + i), body);
		if (!i)
			observe_change(f, 3490, saturday, 0x30);
		else
			observe_again(f, saturday + i * 6 * HOUR_MS);
		judge(f, &page, saturday + i * 6 * HOUR_MS, i > 0);
		map_page_fini(&page);
	}
	observe_change(f, 3900, saturday + 36 * HOUR_MS, 0x40);
	judge(f, NULL, saturday + 36 * HOUR_MS, false);
	struct told t = told_of(f, LISTING);
	assert_int_equal(t.n, 2);
	assert_string_equal(t.topic, "price.map_ok");
	json_decref(t.data);
	/* The page that began it and the one that confirmed it; the rest says nothing new. */
	assert_int_equal(number_of(f, "SELECT count(*) FROM evidence"), 2);
	assert_int_equal(number_of(f, "SELECT count(*) FROM evidence WHERE"
				      " hash = x'30000000000000000000000000000000'"),
			 1);
}

static void breach__that_goes_lower__has_that_page_too(void **state)
{
	struct fixture *f = *state;
	struct map_page page = page_of(9, "<html>Desk lamp 29.90</html>");

	desk(f);
	observe_change(f, 3490, T0 + HOUR_MS, 7);
	observe_again(f, T0 + 2 * HOUR_MS);
	judge(f, NULL, T0 + 2 * HOUR_MS, true);
	observe_change(f, 2990, T0 + 3 * HOUR_MS, 9);
	judge(f, &page, T0 + 3 * HOUR_MS, false);
	struct told t = told_of(f, LISTING);
	assert_int_equal(t.n, 1);
	assert_int_equal(number_of(f, "SELECT count(*) FROM evidence WHERE"
				      " hash = x'09000000000000000000000000000000'"),
			 1);
	json_decref(t.data);
	map_page_fini(&page);
}

static void breach__stays__while_the_page_blocks(void **state)
{
	struct fixture *f = *state;

	desk(f);
	observe_change(f, 3490, T0 + HOUR_MS, 7);
	observe_again(f, T0 + 2 * HOUR_MS);
	judge(f, NULL, T0 + 2 * HOUR_MS, true);
	sql(f, "UPDATE listing SET state = 1 WHERE id = %d", LISTING);
	judge(f, NULL, T0 + 3 * HOUR_MS, false);
	assert_int_equal(told_count(f, LISTING), 1);
	sql(f, "UPDATE listing SET state = 2 WHERE id = %d", LISTING);
	judge(f, NULL, T0 + 4 * HOUR_MS, false);
	struct told t = told_of(f, LISTING);
	assert_int_equal(t.n, 2);
	assert_string_equal(json_str(t.data, "reason", ""), "gone");
	json_decref(t.data);
}

static enum err run_product(struct txn *t, void *arg, struct error *e)
{
	return map_judge_product(t, DESK, NULL, T0 + 5 * HOUR_MS, e);
}

static void breach__is_over__when_nobody_watches_any_more(void **state)
{
	struct fixture *f = *state;

	desk(f);
	observe_change(f, 3490, T0 + HOUR_MS, 7);
	observe_again(f, T0 + 2 * HOUR_MS);
	judge(f, NULL, T0 + 2 * HOUR_MS, true);
	sql(f, "UPDATE product SET map_minor = NULL WHERE id = %d", DESK);
	judge(f, NULL, T0 + 3 * HOUR_MS, false); /* a scan does not look at it any more */
	assert_int_equal(told_count(f, LISTING), 1);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_product, NULL, &f->error), ERR_NONE);
	struct told t = told_of(f, LISTING);
	assert_string_equal(json_str(t.data, "reason", ""), "off");
	json_decref(t.data);
}

static void page__of_another_listing__is_no_evidence(void **state)
{
	struct fixture *f = *state;
	struct map_page page = page_of(9, "<html></html>");

	desk(f);
	page.site = LIGHTBARN;
	observe_change(f, 3490, T0 + HOUR_MS, 7);
	observe_again(f, T0 + 2 * HOUR_MS);
	judge(f, &page, T0 + 2 * HOUR_MS, false);
	struct told t = told_of(f, LISTING);
	assert_int_equal(t.n, 1);
	assert_false(json_bool(t.data, "evidence_kept", true));
	assert_int_equal(number_of(f, "SELECT count(*) FROM evidence"), 0);
	json_decref(t.data);
	map_page_fini(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		sites_test(breach__is_told__at_the_second_observation_with_its_page),
		sites_test(breach__is_over__when_the_price_is_back),
		sites_test(breach__needs__two_observations_in_a_row),
		sites_test(breach__of_a_weekend__is_caught_with_each_page),
		sites_test(breach__that_goes_lower__has_that_page_too),
		sites_test(breach__stays__while_the_page_blocks),
		sites_test(breach__is_over__when_nobody_watches_any_more),
		sites_test(page__of_another_listing__is_no_evidence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
