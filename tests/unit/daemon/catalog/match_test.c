#include "daemon/catalog/match_internal.h"

#include "tests/unit/daemon/catalog/match_fixture.h"

#define GTIN_LAMP  "04006381333931"
#define GTIN_OTHER "00036000291452"
#define GTIN_LOCAL "02012345678900" /* 2: a shop's own */

static int64_t doubts(struct fixture *f)
{
	return number_of(f, "SELECT count(*) FROM match WHERE state = 0");
}

static void match__is_made__by_gtin_whatever_the_language(void **state)
{
	struct fixture *f = *state;
	struct sale a = sale_of(SHOP, "ACME Bogenlampe 40 cm", "ACME"),
		    b = sale_of(BRIGHTCO, "Arc lamp", "");

	a.id.gtin = b.id.gtin = GTIN_LAMP;
	sell(f, &a);
	assert_int_equal(sell(f, &b), a.found.product);
	assert_int_equal(b.found.method, MATCH_GTIN);
	assert_int_equal(number_of(f, "SELECT listings FROM product"), 2);
	assert_int_equal(number_of(f, "SELECT mine FROM product"), 1);
}

static void match__is_not_made__by_a_gtin_of_the_shops_own(void **state)
{
	struct fixture *f = *state;
	struct sale a = sale_of(SHOP, "Red apples", ""), b = sale_of(BRIGHTCO, "Cheese", "");

	a.id.gtin = b.id.gtin = GTIN_LOCAL;
	sell(f, &a);
	assert_int_not_equal(sell(f, &b), a.found.product);
	assert_true(gtin_is_local("00000020123457"));
	assert_true(gtin_is_local("00412345678903"));
	assert_false(gtin_is_local(GTIN_LAMP));
	assert_false(gtin_is_local("00000096385074"));
	assert_false(gtin_is_local("09780306406157"));
}

static void match__is_asked__when_the_pack_is_another(void **state)
{
	struct fixture *f = *state;
	struct sale a = sale_of(SHOP, "ACME cola 330 ml", "ACME"),
		    b = sale_of(BRIGHTCO, "ACME cola 12 x 330 ml", "ACME");

	a.id.gtin = b.id.gtin = GTIN_LAMP;
	sell(f, &a);
	assert_int_not_equal(sell(f, &b), a.found.product);
	assert_int_equal(doubts(f), 1);
	assert_int_equal(number_of(f, "SELECT why LIKE 'the same GTIN 4006381333931; %"
				      "330 ml against %' FROM match"),
			 1);
}

/* One number on all variants, as shops do. */
static void match__is_not_made__within_a_shop_that_copies_its_gtin(void **state)
{
	struct fixture *f = *state;
	static const char *const titles[] = {"ACME shirt red M", "ACME shirt red L",
					     "ACME shirt blue M"};
	uint64_t products[3];

	for (int i = 0; i < 3; i++) {
		struct sale s = sale_of(BRIGHTCO, titles[i], "ACME");

		s.id.gtin = GTIN_LAMP;
		products[i] = sell(f, &s);
	}
	assert_int_not_equal(products[0], products[1]);
	assert_int_not_equal(products[0], products[2]);
	assert_int_not_equal(products[1], products[2]);
}

static void match__is_made__by_brand_and_part_number(void **state)
{
	struct fixture *f = *state;
	struct sale a = sale_of(SHOP, "Desk thing", "ACME, Inc."),
		    b = sale_of(BRIGHTCO, "Schreibtischlampe", "acme"),
		    c = sale_of(LIGHTBARN, "Schreibtischlampe", "Other");

	a.id.mpn = "DL-100/B";
	b.id.mpn = "dl100b";
	c.id.mpn = "DL100B";
	sell(f, &a);
	assert_int_equal(sell(f, &b), a.found.product);
	assert_int_equal(b.found.method, MATCH_MPN);
	assert_int_not_equal(sell(f, &c), a.found.product);
}

static void part_number__of_nobody__is_none(void **state)
{
	static const char *const none[] = {"", "N/A", "-", "0", "000", "12", "none", "not known"};
	char out[64];

	for (size_t i = 0; i < ARRAY_LEN(none); i++) {
		mpn_fold(none[i], out, sizeof(out));
		assert_string_equal(out, "");
	}
	mpn_fold("WH-1000 XM4", out, sizeof(out));
	assert_string_equal(out, "wh1000xm4");
}

static void match__is_made__by_titles_across_shops_only(void **state)
{
	struct fixture *f = *state;
	uint64_t mine = sell_titled(f, SHOP, "ACME Arc lamp 40 cm", "ACME");
	struct sale same = sale_of(BRIGHTCO, "Arc Lamp 40cm by Acme", "Acme"),
		    again = sale_of(BRIGHTCO, "ACME Arc lamp, 40 cm", "ACME"),
		    other = sale_of(LIGHTBARN, "ACME Arc lamp 60 cm", "ACME");

	assert_int_equal(sell(f, &same), mine);
	assert_int_equal(same.found.method, MATCH_TITLE);
	assert_int_not_equal(sell(f, &again), mine);
	assert_int_not_equal(sell(f, &other), mine);
	assert_int_equal(doubts(f), 0);
}

static void match__is_asked__once_when_in_doubt(void **state)
{
	struct fixture *f = *state;
	uint64_t mine = sell_titled(f, SHOP, "ACME Orion lamp black", "ACME");
	struct sale s = sale_of(BRIGHTCO, "ACME Orion lamp", "ACME");

	assert_int_not_equal(sell(f, &s), mine);
	assert_int_equal(doubts(f), 1);
	assert_int_equal(number_of(f, "SELECT product FROM match"), mine);
	assert_int_equal(number_of(f, "SELECT why LIKE '%only one says black' FROM match"), 1);
}

static void match__is_not_asked__when_gtins_differ(void **state)
{
	struct fixture *f = *state;
	struct sale a = sale_of(SHOP, "ACME Orion lamp black", "ACME"),
		    b = sale_of(BRIGHTCO, "ACME Orion lamp", "ACME"),
		    c = sale_of(LIGHTBARN, "ACME Orion lamp black", "ACME");

	a.id.gtin = GTIN_LAMP;
	b.id.gtin = c.id.gtin = GTIN_OTHER;
	sell(f, &a);
	assert_int_not_equal(sell(f, &b), a.found.product);
	assert_int_equal(doubts(f), 0);
	sell(f, &c);
	assert_int_not_equal(c.found.product, a.found.product);
}

/* Both were looked for before either was written. */
static void match__is_made__of_two_that_come_at_the_same_time(void **state)
{
	struct fixture *f = *state;
	struct sale a = sale_of(SHOP, "ACME Arc lamp 40 cm", "ACME"),
		    b = sale_of(BRIGHTCO, "ACME Arc lamp 40cm", "ACME"),
		    c = sale_of(LIGHTBARN, "Lampe", "ACME"), d = sale_of(GLOWDEPOT, "Lamp", "");

	c.id.gtin = d.id.gtin = GTIN_LAMP;
	find(f, &a);
	find(f, &b);
	find(f, &c);
	find(f, &d);
	settle(f, &a);
	settle(f, &b);
	settle(f, &c);
	settle(f, &d);
	assert_int_equal(a.found.product, b.found.product);
	assert_int_equal(c.found.product, d.found.product);
	assert_int_not_equal(a.found.product, c.found.product);
}

/* A listing whose page is read anew is looked for again. */
static enum err run_settle_again(struct txn *t, void *arg, struct error *e)
{
	struct sale *s = arg;

	enum err err = match_settle(t, s->listing, &s->id, &s->found, e);

	return err ? err : match_doubts(t, s->listing, &s->found, e);
}

static void match__is_never_made__where_a_person_said_no(void **state)
{
	struct fixture *f = *state;
	uint64_t mine = sell_titled(f, SHOP, "ACME Arc lamp 40 cm", "ACME");
	struct sale s = sale_of(BRIGHTCO, "ACME Arc lamp 40 cm", "ACME");

	assert_int_equal(sell(f, &s), mine);
	sql(f, "INSERT INTO match VALUES (1, %lld, %lld, 900, '', 2, 1, 1)", (long long)s.listing,
	    (long long)mine);
	s.found = (struct match_found){.product = mine, .method = MATCH_TITLE, .score = 900};
	s.found.doubts[s.found.n_doubts++] = (struct match_doubt){.product = mine, .score = 700};
	assert_int_equal(store_run(f->store, OP_BACKGROUND, run_settle_again, &s, &f->error), 0);
	assert_int_not_equal(s.found.product, mine);
	assert_int_equal(s.found.method, MATCH_NEW);
	assert_int_equal(doubts(f), 0);
}

static enum err run_refresh(struct txn *t, void *arg, struct error *e)
{
	return product_refresh(t, *(uint64_t *)arg, e);
}

static void refresh(struct fixture *f, uint64_t product)
{
	assert_int_equal(store_run(f->store, OP_BACKGROUND, run_refresh, &product, &f->error), 0);
}

static void product__goes__with_its_last_listing_unless_somebody_said_something(void **state)
{
	struct fixture *f = *state;
	uint64_t lamp = sell_titled(f, SHOP, "ACME Arc lamp", "ACME"),
		 chair = sell_titled(f, SHOP, "ACME Desk chair", "ACME");

	sql(f, "UPDATE product SET floor_minor = 100 WHERE id = %lld", (long long)chair);
	sql(f, "DELETE FROM listing");
	refresh(f, lamp);
	refresh(f, chair);
	assert_int_equal(number_of(f, "SELECT id FROM product"), chair);
	assert_int_equal(number_of(f, "SELECT count(*) FROM product"), 1);
	assert_int_equal(number_of(f, "SELECT count(*) FROM product_text"), 1);
	assert_int_equal(number_of(f, "SELECT listings FROM product"), 0);
}

static void product__is_found__by_codes_and_other_spellings(void **state)
{
	struct fixture *f = *state;
	struct sale a = sale_of(SHOP, "Sony WH-1000XM4 Kopfhörer weiß", "Sony");
	static const char *const words[] = {"wh1000xm4", "1000xm4",       "kopfhorer", "weiss",
					    "weiß",      "4006381333931", "lamp77",    "sony"};
	char query[200];

	a.id.gtin = GTIN_LAMP;
	a.id.sku = "LAMP77";
	sell(f, &a);
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		snprintf(query, sizeof(query),
			 "SELECT count(*) FROM product_text WHERE product_text MATCH '\"%s\"'",
			 words[i]);
		if (number_of(f, query) != 1)
			fail_msg("not found by %s", words[i]);
	}
}

static void product__is_called__what_my_shop_calls_it(void **state)
{
	struct fixture *f = *state;
	struct sale a = sale_of(BRIGHTCO, "LAMP!!! ACME Arc", ""),
		    b = sale_of(SHOP, "Arc lamp 2 kg", "ACME");

	a.id.gtin = b.id.gtin = GTIN_LAMP;
	sell(f, &a);
	sell(f, &b);
	assert_int_equal(number_of(f, "SELECT title = 'Arc lamp 2 kg' FROM product"), 1);
	assert_int_equal(number_of(f, "SELECT brand_key = 'acme' FROM product"), 1);
	assert_int_equal(number_of(f, "SELECT pack_amount FROM product"), 2000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		sites_test(match__is_made__by_gtin_whatever_the_language),
		sites_test(match__is_not_made__by_a_gtin_of_the_shops_own),
		sites_test(match__is_asked__when_the_pack_is_another),
		sites_test(match__is_not_made__within_a_shop_that_copies_its_gtin),
		sites_test(match__is_made__by_brand_and_part_number),
		sites_test(part_number__of_nobody__is_none),
		sites_test(match__is_made__by_titles_across_shops_only),
		sites_test(match__is_asked__once_when_in_doubt),
		sites_test(match__is_not_asked__when_gtins_differ),
		sites_test(match__is_made__of_two_that_come_at_the_same_time),
		sites_test(match__is_never_made__where_a_person_said_no),
		sites_test(product__is_found__by_codes_and_other_spellings),
		sites_test(product__is_called__what_my_shop_calls_it),
		sites_test(product__goes__with_its_last_listing_unless_somebody_said_something),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
