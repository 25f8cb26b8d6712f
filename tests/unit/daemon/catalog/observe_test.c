#include "tests/unit/daemon/catalog/observe_fixture.h"

/* ---- prices
 * -------------------------------------------------------------------------------------- */

static void price__unchanged__adds_no_row_and_moves_its_end(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 5; i++)
		observe_price(f, 4990, BEGIN + i * HOUR);
	expect_rows(f, OFFERS, "0 0 0 4990");
	expect_rows(f,
		    "SELECT (max(l.seen_ms, g.seen_ms) - 1800000000000) / 3600000"
		    " FROM listing l JOIN page g ON g.id = l.page",
		    "4");
}

static void price__that_changes__is_a_row_and_the_one_before_ends_when_last_seen(void **state)
{
	struct fixture *f = *state;
	observe_price(f, 4990, BEGIN);
	observe_price(f, 4990, BEGIN + HOUR);
	observe_price(f, 3990, BEGIN + 3 * HOUR);
	expect_rows(f, OFFERS, "0 1 0 4990; 3 3 0 3990");
	expect_rows(f,
		    "SELECT price_minor, was_minor, (price_ms - 1800000000000) / 3600000"
		    " FROM listing",
		    "3990 4990 3");
	expect_rows(f,
		    "SELECT topic, json_extract(data, '$.was_minor'),"
		    " json_extract(data, '$.price_minor'), json_extract(data, '$.change_bp')"
		    " FROM events WHERE topic LIKE 'offer%'",
		    "offer.price_drop 4990 3990 -2004");
}

static void price__that_flaps__is_written_each_time(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 5; i++)
		observe_price(f, i % 2 ? 3990 : 4990, BEGIN + i * HOUR);
	expect_rows(f, OFFERS, "0 0 0 4990; 1 1 0 3990; 2 2 0 4990; 3 3 0 3990; 4 4 0 4990");
	expect_rows(f, "SELECT was_minor FROM listing", "3990");
}

static void price__that_is_not_said__is_null_and_never_0(void **state)
{
	struct fixture *f = *state;
	observe_price(f, 4990, BEGIN);
	observe_price(f, FACT_UNKNOWN, BEGIN + HOUR);
	expect_rows(f, OFFERS, "0 0 0 4990; 1 1 0 -");
	expect_rows(f, "SELECT price_minor, was_minor FROM listing", "- 4990");
	observe_price(f, 4490, BEGIN + 2 * HOUR);
	expect_rows(f, "SELECT price_minor, was_minor FROM listing", "4490 4990");
	expect_rows(f, TOPICS, "listing.new; offer.price_drop");
}

static void price__in_another_currency__is_not_compared(void **state)
{
	struct fixture *f = *state;
	struct page_said p;
	observe_price(f, 4990, BEGIN);
	said_init(&p, PAGE_1, BEGIN + HOUR);
	strcpy(said_offer(&p, said_product(&p, "Lamp", NULL), 5290, NULL)->currency, "USD");
	observe(f, &p);
	expect_rows(f, "SELECT price_minor, currency, was_minor FROM listing", "5290 USD -");
	expect_rows(f, TOPICS, "listing.new");
	expect_rows(f, OFFERS, "0 0 0 4990; 1 1 0 5290");
}

/* ---- doubt
 * --------------------------------------------------------------------------------------- */

static void doubt__of_a_hundred_times__is_believed_when_seen_twice(void **state)
{
	struct fixture *f = *state;
	observe_price(f, 4990, BEGIN);
	assert_int_equal(observe_price(f, 499000, BEGIN + HOUR).doubtful, 1);
	expect_rows(f, "SELECT price_minor, doubt_minor FROM listing", "4990 499000");
	expect_rows(f, TOPICS, "listing.new; offer.doubtful");
	/* The same bytes are read again all the same. */
	observe_price(f, 499000, BEGIN + 2 * HOUR);
	expect_rows(f, "SELECT price_minor, doubt_minor, was_minor FROM listing", "499000 - 4990");
	expect_rows(f, OFFERS, "0 0 0 4990; 1 1 2 499000; 2 2 0 499000");
	expect_rows(f, TOPICS, "listing.new; offer.doubtful; offer.price_rise");
	expect_rows(f, "SELECT hash IS NULL FROM page", "0");
}

static void doubt__that_passes__leaves_the_price_as_it_was(void **state)
{
	struct fixture *f = *state;
	observe_price(f, 4990, BEGIN);
	observe_price(f, 0, BEGIN + HOUR);
	observe_price(f, 4990, BEGIN + 2 * HOUR);
	expect_rows(f, OFFERS, "0 0 0 4990; 1 1 2 0; 2 2 0 4990");
	expect_rows(f, "SELECT price_minor, doubt_minor, was_minor FROM listing", "4990 - -");
	expect_rows(f, TOPICS, "listing.new; offer.doubtful");
}

static void doubt__of_another_odd_price__begins_anew(void **state)
{
	struct fixture *f = *state;
	observe_price(f, 4990, BEGIN);
	observe_price(f, 49, BEGIN + HOUR);
	observe_price(f, 48, BEGIN + 2 * HOUR);
	expect_rows(f, "SELECT price_minor, doubt_minor FROM listing", "4990 48");
	observe_price(f, 48, BEGIN + 3 * HOUR);
	expect_rows(f, "SELECT price_minor, doubt_minor FROM listing", "48 -");
}

static void doubt__of_a_first_price_of_0__is_no_price(void **state)
{
	struct fixture *f = *state;
	observe_price(f, 0, BEGIN);
	expect_rows(f, "SELECT price_minor, doubt_minor FROM listing", "- 0");
}

static void doubt__kept_twice__is_not_seen_twice(void **state)
{
	struct fixture *f = *state;
	observe_price(f, 4990, BEGIN);
	observe_price(f, 0, BEGIN + HOUR);
	observe_price(f, 0, BEGIN + HOUR); /* the same observation, done again */
	expect_rows(f, "SELECT price_minor, doubt_minor FROM listing", "4990 0");
}

static void doubt__just_below_a_hundred_times__is_none(void **state)
{
	struct fixture *f = *state;
	observe_price(f, 100, BEGIN);
	observe_price(f, 9999, BEGIN + HOUR);
	expect_rows(f, "SELECT price_minor, doubt_minor FROM listing", "9999 -");
	observe_price(f, 100, BEGIN + 2 * HOUR);
	expect_rows(f, "SELECT price_minor, doubt_minor FROM listing", "100 -");
	observe_price(f, 1, BEGIN + 3 * HOUR);
	expect_rows(f, "SELECT price_minor, doubt_minor FROM listing", "100 1");
}

/* ---- failures
 * ------------------------------------------------------------------------------------ */

static void page__that_blocks__leaves_prices_unknown_since_then(void **state)
{
	struct fixture *f = *state;
	observe_price(f, 4990, BEGIN);
	observe_failure(f, PAGE_1, PAGE_BLOCKED, BEGIN + 2 * HOUR);
	observe_failure(f, PAGE_1, PAGE_BLOCKED, BEGIN + 3 * HOUR);
	expect_rows(f, OFFERS, "0 0 0 4990; 2 2 1 -");
	expect_rows(f,
		    "SELECT state, (state_ms - 1800000000000) / 3600000, price_minor FROM listing",
		    "1 2 4990");
	expect_rows(f, "SELECT state, fails, text FROM page", "1 2 it blocks");
	observe_price(f, 4990, BEGIN + 5 * HOUR);
	expect_rows(f, OFFERS, "0 0 0 4990; 2 5 1 -; 5 5 0 4990");
	expect_rows(f, "SELECT state FROM listing", "0");
	expect_rows(f, TOPICS, "listing.new");
}

static void page__that_is_gone__ends_its_listings_and_may_come_back(void **state)
{
	struct fixture *f = *state;
	observe_price(f, 4990, BEGIN);
	observe_failure(f, PAGE_1, PAGE_GONE, BEGIN + HOUR);
	expect_rows(f, OFFERS, "0 0 0 4990; 1 1 3 -");
	expect_rows(f, "SELECT state FROM listing", "2");
	observe_price(f, 3990, BEGIN + 3 * HOUR);
	expect_rows(f, OFFERS, "0 0 0 4990; 1 3 3 -; 3 3 0 3990");
	expect_rows(f, TOPICS, "listing.new; listing.gone; listing.back; offer.price_drop");
}

static void sightings__far_apart__say_nothing_of_the_time_between(void **state)
{
	struct fixture *f = *state;
	observe_price(f, 4990, BEGIN);
	observe_price(f, 4990, BEGIN + 20 * DAY);
	expect_rows(f, OFFERS, "0 0 0 4990; 0 0 1 -; 480 480 0 4990");
}

/* ---- several on a page
 * --------------------------------------------------------------------------- */

static void say_three(struct page_said *p, int64_t at_ms, unsigned which)
{
	said_init(p, "https://shop.example/products.json?page=1", at_ms);
	p->o.page_kind = PAGE_API;
	for (unsigned i = 0; i < 3; i++) {
		char url[64], name[16];
		snprintf(url, sizeof url, "https://shop.example/p/%u", i);
		snprintf(name, sizeof name, "Lamp %u", i);
		if (which & 1U << i)
			said_offer(p, said_product(p, name, url), 1000 + i, NULL);
	}
}

static void listing__missed_by_two_complete_scans__is_gone(void **state)
{
	struct fixture *f = *state;
	struct page_said p;
	say_three(&p, BEGIN, 7);
	assert_int_equal(observe(f, &p).added, 3);
	for (int i = 1; i <= 2; i++) {
		say_three(&p, BEGIN + i * DAY, 5);
		observe(f, &p);
		observe_end(f, BEGIN + i * DAY, BEGIN + i * DAY + HOUR);
		/* The end of one scan, told twice, is one. */
		observe_end(f, BEGIN + i * DAY, BEGIN + i * DAY + HOUR);
		expect_rows(f, "SELECT title, state, missed FROM listing ORDER BY title",
			    i == 1 ? "Lamp 0 0 0; Lamp 1 0 1; Lamp 2 0 0"
				   : "Lamp 0 0 0; Lamp 1 2 2; Lamp 2 0 0");
	}
	expect_rows(f, "SELECT count(*) FROM events WHERE topic = 'listing.gone'", "1");
	say_three(&p, BEGIN + 3 * DAY, 7);
	observe(f, &p);
	expect_rows(f, "SELECT state, missed FROM listing WHERE title = 'Lamp 1'", "0 0");
}

static void listing__that_moved_to_another_page__is_neither_gone_nor_kept_alive_by_the_old(
	void **state)
{
	struct fixture *f = *state;
	struct page_said p;
	say_three(&p, BEGIN, 7);
	observe(f, &p);
	say_three(&p, BEGIN + DAY, 3);
	observe(f, &p);
	expect_rows(f, "SELECT page IS NULL FROM listing ORDER BY title", "0; 0; 1");
	say_three(&p, BEGIN + DAY + HOUR, 4);
	p.o.page_url = "https://shop.example/products.json?page=2";
	observe(f, &p);
	observe_end(f, BEGIN + DAY, BEGIN + 2 * DAY);
	expect_rows(f, "SELECT l.page, missed, state FROM listing l ORDER BY title",
		    "1 0 0; 1 0 0; 2 0 0");
}

static void listing__of_a_blocked_page__is_not_missed(void **state)
{
	struct fixture *f = *state;
	observe_price(f, 4990, BEGIN);
	observe_failure(f, PAGE_1, PAGE_BLOCKED, BEGIN + DAY);
	assert_int_equal(observe_end(f, BEGIN + DAY, BEGIN + DAY + HOUR).gone, 0);
	expect_rows(f, "SELECT missed, state FROM listing", "0 1");
}

static void part__of_a_page__says_nothing_of_the_rest(void **state)
{
	struct fixture *f = *state;
	struct page_said p;
	say_three(&p, BEGIN, 7);
	observe(f, &p);
	say_three(&p, BEGIN + DAY, 1);
	p.o.part = true;
	observe(f, &p);
	expect_rows(f,
		    "SELECT page, (seen_ms - 1800000000000) / 3600000 FROM listing ORDER BY title",
		    "1 24; 1 0; 1 0");
	expect_rows(f, "SELECT (seen_ms - 1800000000000) / 3600000, hash IS NULL FROM page", "0 1");
}

static void variants__with_prices_of_their_own__are_a_family_of_listings(void **state)
{
	struct fixture *f = *state;
	struct page_said p;
	said_init(&p, PAGE_1, BEGIN);
	struct product *shirt = said_product(&p, "Shirt", NULL);
	product_set(&p.facts, shirt, FIELD_GROUP, "G1", SOURCE_JSON_LD);
	product_set(&p.facts, shirt, FIELD_BRAND, "Acme", SOURCE_JSON_LD);
	for (int i = 0; i < 2; i++) {
		struct product *v = product_add_variant(&p.facts, shirt);
		product_set(&p.facts, v, FIELD_NAME, i ? "Shirt M" : "Shirt S", SOURCE_JSON_LD);
		product_set(&p.facts, v, FIELD_SKU, i ? "SH-M" : "SH-S", SOURCE_JSON_LD);
		said_offer(&p, v, 1990 + i, NULL);
	}
	observe(f, &p);
	expect_rows(f, "SELECT title, key, family, brand, price_minor FROM listing ORDER BY key",
		    "Shirt M " PAGE_1 "#SH-M G1 Acme 1991; Shirt S " PAGE_1 "#SH-S G1 Acme 1990");
}

/* ---- sellers
 * ------------------------------------------------------------------------------------- */

static void say_sellers(struct page_said *p, int64_t at_ms, const char *names)
{
	said_init(p, PAGE_1, at_ms);
	struct product *product = said_product(p, "Lamp", NULL);
	for (const char *at = names; *at; at++) {
		char name[2] = {*at, 0};
		said_offer(p, product, 1000 + *at, name);
	}
}

static void sellers__of_one_product__are_one_listing_with_an_offer_each(void **state)
{
	struct fixture *f = *state;
	struct page_said p;
	say_sellers(&p, BEGIN, "CBA");
	observe(f, &p);
	expect_rows(f,
		    "SELECT price_minor, sellers, (SELECT name FROM seller WHERE id = l.seller)"
		    " FROM listing l",
		    "1065 3 A");
	expect_rows(f,
		    "SELECT s.name, o.price_minor, o.buy_box, o.rank FROM offer o"
		    " JOIN seller s ON s.id = o.seller ORDER BY o.rank",
		    "C 1067 1 1; B 1066 0 2; A 1065 0 3");
	say_sellers(&p, BEGIN + HOUR, "BAD");
	observe(f, &p);
	expect_rows(f, "SELECT field, was, now FROM listing_change ORDER BY field",
		    "buy_box C B; seller_joined  D; seller_left C ");
	expect_rows(f, "SELECT topic FROM events ORDER BY topic",
		    "listing.new; offer.buy_box_lost; offer.seller_joined; offer.seller_left");
	expect_rows(f,
		    "SELECT s.name, o.kind FROM offer o JOIN seller s ON s.id = o.seller"
		    " WHERE o.at_ms = (SELECT max(at_ms) FROM offer WHERE seller = o.seller)"
		    " ORDER BY s.name",
		    "A 0; B 0; C 3; D 0");
}

static void seller__that_a_page_begins_to_name__is_the_same_offer(void **state)
{
	struct fixture *f = *state;
	struct page_said p;
	observe_price(f, 1065, BEGIN);
	say_sellers(&p, BEGIN + HOUR, "A");
	observe(f, &p);
	expect_rows(f, OFFERS, "0 0 0 1065");
	expect_rows(f, TOPICS, "listing.new");
}

/* ---- texts, ratings, reviews
 * --------------------------------------------------------------------- */

static void say_lamp(struct page_said *p, int64_t at_ms, const char *title, const char *image,
		     const char *rating, const char *count)
{
	said_init(p, PAGE_1, at_ms);
	struct product *lamp = said_product(p, title, NULL);
	product_set(&p->facts, lamp, FIELD_IMAGE, image, SOURCE_JSON_LD);
	if (rating)
		product_set_rating(lamp, rating, "5", count, SOURCE_JSON_LD);
	said_offer(p, lamp, 4990, NULL);
}

static void title_and_image__that_change__are_told(void **state)
{
	struct fixture *f = *state;
	struct page_said p;
	say_lamp(&p, BEGIN, "Lamp", "https://shop.example/a.jpg?v=1", NULL, NULL);
	observe(f, &p);
	say_lamp(&p, BEGIN + HOUR, "Lamp", "https://shop.example/a.jpg?v=2", NULL, NULL);
	observe(f, &p);
	expect_rows(f, "SELECT count(*) FROM listing_change", "0");
	say_lamp(&p, BEGIN + 2 * HOUR, "Lamp II", NULL, NULL, NULL);
	observe(f, &p);
	expect_rows(f, "SELECT field, was, now FROM listing_change", "title Lamp Lamp II");
	expect_rows(f, "SELECT title, image FROM listing",
		    "Lamp II https://shop.example/a.jpg?v=1");
	expect_rows(f, TOPICS, "listing.new; listing.changed");
}

static void rating__that_changes__is_a_row_and_one_that_is_not_said_is_none(void **state)
{
	struct fixture *f = *state;
	struct page_said p;
	say_lamp(&p, BEGIN, "Lamp", NULL, "4.5", "10");
	observe(f, &p);
	say_lamp(&p, BEGIN + HOUR, "Lamp", NULL, NULL, NULL);
	observe(f, &p);
	say_lamp(&p, BEGIN + 2 * HOUR, "Lamp", NULL, "4.4", "11");
	observe(f, &p);
	expect_rows(f, "SELECT rating_x100, reviews FROM rating ORDER BY at_ms", "450 10; 440 11");
	expect_rows(f, "SELECT rating_x100, reviews FROM listing", "440 11");
}

static void reviews__are_kept_once_and_their_authors_only_as_a_hash(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 2; i++) {
		struct page_said p;
		said_init(&p, PAGE_1, BEGIN + i * HOUR);
		struct product *lamp = said_product(&p, "Lamp", NULL);
		struct review *r = product_add_review(lamp, SOURCE_JSON_LD);
		*r = (struct review){mem_strdup("Jane Doe"), mem_strdup("Bright."),
				     mem_strdup("2026-03-01"), 400};
		if (i) {
			r = product_add_review(lamp, SOURCE_JSON_LD);
			*r = (struct review){.text = mem_strdup("Dark."),
					     .rating_x100 = FACT_UNKNOWN};
		}
		said_offer(&p, lamp, 4990, NULL);
		observe(f, &p);
	}
	expect_rows(f,
		    "SELECT date(at_ms / 1000, 'unixepoch') <> '2026-03-01', rating_x100, text"
		    " FROM review ORDER BY text",
		    "0 400 Bright.; 1 - Dark.");
	expect_rows(f,
		    "SELECT count(*) FROM review WHERE instr(key, 'Jane')"
		    " OR instr(text, 'Jane')",
		    "0");
}

/* ---- which product
 * ------------------------------------------------------------------------------- */

static void listings__of_one_gtin__are_one_product(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 3; i++) {
		struct page_said p;
		char url[64];
		snprintf(url, sizeof url, "https://shop.example/p/%d", i);
		said_init(&p, url, BEGIN);
		struct product *lamp = said_product(&p, i ? "Lamp" : "A lamp", NULL);
		if (i < 2)
			product_set(&p.facts, lamp, FIELD_GTIN, "4006381333931", SOURCE_JSON_LD);
		else
			product_set(&p.facts, lamp, FIELD_NAME, "x", SOURCE_JSON_LD);
		said_offer(&p, lamp, 1000, NULL);
		observe(f, &p);
	}
	expect_rows(f, "SELECT count(DISTINCT product) FROM listing WHERE gtin <> ''", "1");
	expect_rows(f, "SELECT max(listings) FROM product", "2");
}

static void listings__of_one_site__are_not_one_product_for_their_titles(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 3; i++) {
		struct page_said p;
		char url[64];
		snprintf(url, sizeof(url), "https://shop.example/p/%d", i);
		said_init(&p, url, BEGIN + i * HOUR);
		struct product *lamp = said_product(&p, "ACME brass desk lamp Oslo", NULL);
		product_set(&p.facts, lamp, FIELD_BRAND, "ACME", SOURCE_JSON_LD);
		said_offer(&p, lamp, 4990 + i, NULL);
		if (i == 2)
			p.o.site = SITE + 1;
		observe(f, &p);
	}
	expect_rows(f, "SELECT count(DISTINCT product) FROM listing WHERE site = 4711", "2");
}

/* So many that it is asked first whether titles may lead anywhere. */
static void say_lamps(struct page_said *p, uint64_t site, const char *url, int64_t at_ms)
{
	said_init(p, url, at_ms);
	p->o.site = site;
	for (int i = 0; i < 60; i++) {
		char name[64], of[96];
		snprintf(name, sizeof(name), "ACME Oslo lamp A%d brass", 100 + i);
		snprintf(of, sizeof(of), "https://shop.example/p/%d", i);
		struct product *lamp = said_product(p, name, of);
		product_set(&p->facts, lamp, FIELD_BRAND, "ACME", SOURCE_JSON_LD);
		said_offer(p, lamp, 4990 + i, NULL);
	}
}

static void listings__of_a_second_site__join_by_their_titles(void **state)
{
	struct fixture *f = *state;
	struct page_said p;
	say_lamps(&p, SITE, "https://shop.example/1", BEGIN);
	observe(f, &p);
	expect_rows(f, "SELECT count(*) FROM product", "60");
	say_lamps(&p, SITE + 1, "https://other.example/1", BEGIN + HOUR);
	observe(f, &p);
	expect_rows(f, "SELECT count(*), min(listings), max(listings) FROM product", "60 2 2");
}

static enum err set_floors(struct txn *t, void *arg, struct error *e)
{
	return txn_exec(t, txn_prepare(t, "UPDATE product SET floor_minor = 100", e), e);
}

/* A site that is deleted and added anew finds what was said of its products. */
static void listings__of_a_lone_site__join_what_a_person_said_something_of(void **state)
{
	struct fixture *f = *state;
	struct page_said p;
	struct observed *x;
	say_lamps(&p, SITE, "https://shop.example/1", BEGIN);
	observe(f, &p);
	if (store_run(f->store, OP_PEOPLE, set_floors, NULL, &f->error) ||
	    observe_prepare_forget(f->store, SITE, &x, &f->error))
		fail_msg("%s", f->error.text);
	keep_all(f, x, NULL);
	expect_rows(f, "SELECT count(*), max(listings) FROM product", "60 0");
	say_lamps(&p, SITE + 1, "https://shop.example/1", BEGIN + HOUR);
	observe(f, &p);
	expect_rows(f, "SELECT count(*), min(listings) FROM product", "60 1");
}

static void listing__whose_gtin_is_said_later__joins_the_product_it_names(void **state)
{
	struct fixture *f = *state;
	struct page_said p;
	for (int i = 0; i < 2; i++) {
		said_init(&p, i ? "https://other.example/p/2" : PAGE_1, BEGIN);
		p.o.site = SITE + (uint64_t)i;
		struct product *lamp = said_product(&p, i ? "Zzz 77" : "Lamp", NULL);
		if (!i)
			product_set(&p.facts, lamp, FIELD_GTIN, "4006381333931", SOURCE_JSON_LD);
		said_offer(&p, lamp, 1000, NULL);
		observe(f, &p);
	}
	expect_rows(f, "SELECT count(*) FROM product", "2");
	said_init(&p, "https://other.example/p/2", BEGIN + HOUR);
	p.o.site = SITE + 1;
	struct product *lamp = said_product(&p, "Zzz 77", NULL);
	product_set(&p.facts, lamp, FIELD_GTIN, "4006381333931", SOURCE_JSON_LD);
	said_offer(&p, lamp, 1000, NULL);
	observe(f, &p);
	expect_rows(f, "SELECT count(DISTINCT product), count(*) FROM listing", "1 2");
	expect_rows(f, "SELECT listings FROM product", "2");
}

/* ---- slices, repetitions, ends
 * ------------------------------------------------------------------- */

static void say_many(struct page_said *p, int n, int64_t at_ms, int64_t price)
{
	said_init(p, "https://shop.example/products.json?page=1", at_ms);
	p->o.page_kind = PAGE_API;
	for (int i = 0; i < n; i++) {
		char url[64], name[32];
		snprintf(url, sizeof url, "https://shop.example/p/%d", i);
		snprintf(name, sizeof name, "Widget number %d", i);
		said_offer(p, said_product(p, name, url), price + i, NULL);
	}
}

static const char everything[] =
	"SELECT l.key, o.at_ms, o.until_ms, o.kind, o.price_minor, l.price_minor, l.was_minor"
	" FROM listing l JOIN offer o ON o.listing = l.id WHERE l.key LIKE '%/p/1%'"
	" ORDER BY l.key, o.at_ms";

static void keep__killed_between_slices__gives_the_same_when_done_again(void **state)
{
	struct fixture *f = *state;
	struct page_said p;
	char want[16384];
	say_many(&p, 120, BEGIN, 1000);
	observe(f, &p);
	say_many(&p, 120, BEGIN + DAY, 900);
	struct observed *x = prepare(f, &p);
	struct slice s = {.x = x};
	assert_int_equal(store_run(f->store, OP_BACKGROUND, keep_slice, &s, &f->error), 0);
	observed_free(x); /* killed: what is left was never written */
	fixture_reopen(f);
	assert_false(observe_is_same(f->store, &p.o) && s.more);
	keep_all(f, prepare(f, &p), NULL);
	snprintf(want, sizeof want, "%s", rows(f, everything));
	keep_all(f, prepare(f, &p), NULL);
	expect_rows(f, everything, want);
	expect_rows(f, "SELECT count(*), count(DISTINCT listing) FROM offer", "240 120");
	expect_rows(f, "SELECT count(*) FROM events WHERE topic = 'offer.price_drop'", "120");
	assert_true(observe_is_same(f->store, &p.o));
	facts_fini(&p.facts);
}

static void baseline__is_no_news(void **state)
{
	struct fixture *f = *state;
	struct page_said p;
	say_three(&p, BEGIN, 7);
	p.o.baseline = true;
	observe(f, &p);
	expect_rows(f, TOPICS, "");
	expect_rows(f, "SELECT count(*) FROM listing", "3");
}

static void site__that_is_forgotten__leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct page_said p;
	struct observed *x;
	say_many(&p, 250, BEGIN, 1000);
	observe(f, &p);
	say_sellers(&p, BEGIN, "AB");
	observe(f, &p);
	assert_int_equal(observe_prepare_forget(f->store, SITE, &x, &f->error), 0);
	keep_all(f, x, NULL);
	expect_rows(f,
		    "SELECT (SELECT count(*) FROM listing), (SELECT count(*) FROM offer),"
		    " (SELECT count(*) FROM page), (SELECT count(*) FROM seller),"
		    " (SELECT count(*) FROM product), (SELECT count(*) FROM product_text)",
		    "0 0 0 0 0 0");
}

static void products__of_each_slice__are_those_whose_offers_it_wrote(void **state)
{
	struct fixture *f = *state;
	struct page_said p;
	const uint64_t *ids;
	say_three(&p, BEGIN, 7);
	observe(f, &p);
	observe_failure(f, p.o.page_url, PAGE_FAILING, BEGIN + HOUR);
	say_three(&p, BEGIN + 2 * HOUR, 7);
	struct observed *x = prepare(f, &p);
	struct slice s = {.x = x};
	size_t n = 0;
	do {
		assert_int_equal(store_run(f->store, OP_BACKGROUND, keep_slice, &s, &f->error), 0);
		n += observed_products(x, &ids);
	} while (s.more);
	assert_int_equal(n, 3);
	observed_free(x);
	facts_fini(&p.facts);
}

/* ---- addresses
 * ----------------------------------------------------------------------------------- */

static void products__of_one_address__are_told_apart(void **state)
{
	struct fixture *f = *state;
	struct page_said p;
	said_init(&p, "https://shop.example/feed.xml?utm_source=x", BEGIN);
	p.o.page_kind = PAGE_FEED;
	for (int i = 0; i < 2; i++) {
		struct product *lamp =
			said_product(&p, i ? "Lamp red" : "Lamp blue",
				     "https://shop.example/p/1?utm_source=feed&c=1&gclid=3#x");
		product_set(&p.facts, lamp, FIELD_SKU, i ? "R" : "B", SOURCE_FEED);
		said_offer(&p, lamp, 1000, NULL);
	}
	observe(f, &p);
	expect_rows(f, "SELECT key FROM listing ORDER BY key",
		    "https://shop.example/p/1?c=1#B; https://shop.example/p/1?c=1#R");
}

static void page__whose_address_in_it_is_the_home_page__is_its_own_address(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 2; i++) {
		struct page_said p;
		said_init(&p, i ? "https://shop.example/p/2" : PAGE_1, BEGIN);
		said_offer(&p, said_product(&p, i ? "Chair" : "Lamp", "https://shop.example/"),
			   1000, NULL);
		observe(f, &p);
	}
	expect_rows(f, "SELECT count(*) FROM listing", "2");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(price__unchanged__adds_no_row_and_moves_its_end),
		T(price__that_changes__is_a_row_and_the_one_before_ends_when_last_seen),
		T(price__that_flaps__is_written_each_time),
		T(price__that_is_not_said__is_null_and_never_0),
		T(price__in_another_currency__is_not_compared),
		T(doubt__of_a_hundred_times__is_believed_when_seen_twice),
		T(doubt__that_passes__leaves_the_price_as_it_was),
		T(doubt__of_another_odd_price__begins_anew),
		T(doubt__of_a_first_price_of_0__is_no_price),
		T(doubt__kept_twice__is_not_seen_twice),
		T(doubt__just_below_a_hundred_times__is_none),
		T(page__that_blocks__leaves_prices_unknown_since_then),
		T(page__that_is_gone__ends_its_listings_and_may_come_back),
		T(sightings__far_apart__say_nothing_of_the_time_between),
		T(listing__missed_by_two_complete_scans__is_gone),
		T(listing__that_moved_to_another_page__is_neither_gone_nor_kept_alive_by_the_old),
		T(listing__of_a_blocked_page__is_not_missed),
		T(part__of_a_page__says_nothing_of_the_rest),
		T(variants__with_prices_of_their_own__are_a_family_of_listings),
		T(sellers__of_one_product__are_one_listing_with_an_offer_each),
		T(seller__that_a_page_begins_to_name__is_the_same_offer),
		T(title_and_image__that_change__are_told),
		T(rating__that_changes__is_a_row_and_one_that_is_not_said_is_none),
		T(reviews__are_kept_once_and_their_authors_only_as_a_hash),
		T(listings__of_one_gtin__are_one_product),
		T(listings__of_one_site__are_not_one_product_for_their_titles),
		T(listings__of_a_second_site__join_by_their_titles),
		T(listings__of_a_lone_site__join_what_a_person_said_something_of),
		T(listing__whose_gtin_is_said_later__joins_the_product_it_names),
		T(keep__killed_between_slices__gives_the_same_when_done_again),
		T(baseline__is_no_news),
		T(site__that_is_forgotten__leaves_nothing),
		T(products__of_each_slice__are_those_whose_offers_it_wrote),
		T(products__of_one_address__are_told_apart),
		T(page__whose_address_in_it_is_the_home_page__is_its_own_address),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
