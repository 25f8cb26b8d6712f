#include "daemon/catalog/match_decide.h"

#include "tests/unit/daemon/catalog/match_fixture.h"

#define GTIN_LAMP "04006381333931"

typedef enum err decide_fn(struct txn *t, struct match_decision *d, struct error *e);
struct deciding {
	decide_fn *fn;
	struct match_decision d;
};

static enum err run_decide(struct txn *t, void *arg, struct error *e)
{
	struct deciding *x = arg;

	return x->fn(t, &x->d, e);
}

static enum err decide(struct fixture *f, decide_fn *fn, uint64_t match, uint64_t listing)
{
	struct deciding x = {fn, {.match = match, .listing = listing}};

	return store_run(f->store, OP_PEOPLE, run_decide, &x, &f->error);
}

/* Mine, black; theirs says no colour: in doubt. */
struct doubt {
	struct sale mine, theirs;
	uint64_t match;
};

static struct doubt in_doubt(struct fixture *f)
{
	struct doubt d = {.mine = sale_of(SHOP, "ACME Orion lamp black", "ACME"),
			  .theirs = sale_of(BRIGHTCO, "ACME Orion lamp", "ACME")};

	d.theirs.id.gtin = GTIN_LAMP;
	sell(f, &d.mine);
	sell(f, &d.theirs);
	d.match = (uint64_t)number_of(f, "SELECT id FROM match WHERE state = 0");
	return d;
}

static int64_t product_of(struct fixture *f, const struct sale *s)
{
	char query[100];

	snprintf(query, sizeof(query), "SELECT product FROM listing WHERE id = %llu",
		 (unsigned long long)s->listing);
	return number_of(f, query);
}

static void confirm__moves_the_listing_and_merges_its_lone_product(void **state)
{
	struct fixture *f = *state;
	struct doubt d = in_doubt(f);

	sql(f, "UPDATE product SET floor_minor = 777 WHERE id = %lld",
	    (long long)d.theirs.found.product);
	sql(f, "INSERT INTO rating VALUES (%lld, 1, 450, 10)", (long long)d.theirs.listing);
	assert_int_equal(decide(f, match_confirm, d.match, 0), ERR_NONE);
	assert_int_equal(product_of(f, &d.theirs), d.mine.found.product);
	assert_int_equal(number_of(f, "SELECT count(*) FROM product"), 1);
	assert_int_equal(number_of(f, "SELECT listings FROM product"), 2);
	assert_int_equal(number_of(f, "SELECT floor_minor FROM product"), 777);
	assert_int_equal(number_of(f, "SELECT product FROM identifier"), d.mine.found.product);
	assert_int_equal(number_of(f, "SELECT count(*) FROM product_text"), 1);
	assert_int_equal(number_of(f, "SELECT count(*) FROM rating"), 1);
	assert_int_equal(number_of(f, "SELECT match_method FROM listing ORDER BY id DESC"),
			 MATCH_PERSON);
	assert_int_equal(number_of(f, "SELECT mine_minor FROM product"), 1999);
}

struct doubting {
	uint64_t listing;
	struct match_found found;
};

static enum err run_doubts(struct txn *t, void *arg, struct error *e)
{
	struct doubting *x = arg;

	return match_doubts(t, x->listing, &x->found, e);
}

static void reject__is_never_asked_again(void **state)
{
	struct fixture *f = *state;
	struct doubt d = in_doubt(f);

	assert_int_equal(decide(f, match_reject, d.match, 0), ERR_NONE);
	assert_int_equal(number_of(f, "SELECT count(*) FROM product"), 2);
	struct doubting again = {
		d.theirs.listing,
		{.doubts = {{.product = d.mine.found.product, .score = 800}}, .n_doubts = 1}};
	assert_int_equal(store_run(f->store, OP_BACKGROUND, run_doubts, &again, &f->error), 0);
	assert_int_equal(number_of(f, "SELECT count(*) FROM match WHERE state = 0"), 0);
	/* It can still be confirmed. */
	assert_int_equal(decide(f, match_confirm, d.match, 0), ERR_NONE);
	assert_int_equal(product_of(f, &d.theirs), d.mine.found.product);
}

static void split__undoes_a_confirmation_with_its_codes(void **state)
{
	struct fixture *f = *state;
	struct doubt d = in_doubt(f);

	assert_int_equal(decide(f, match_confirm, d.match, 0), ERR_NONE);
	assert_int_equal(decide(f, listing_split, 0, d.theirs.listing), ERR_NONE);
	assert_int_not_equal(product_of(f, &d.theirs), d.mine.found.product);
	assert_int_equal(product_of(f, &d.mine), d.mine.found.product);
	assert_int_equal(number_of(f, "SELECT product FROM identifier"), product_of(f, &d.theirs));
	assert_int_equal(number_of(f, "SELECT count(*) FROM product"), 2);
	assert_int_equal(number_of(f, "SELECT count(*) FROM product WHERE listings = 1"), 2);
	assert_int_equal(number_of(f, "SELECT state FROM match"), 2);
	/* And back again. */
	assert_int_equal(decide(f, match_confirm, d.match, 0), ERR_NONE);
	assert_int_equal(product_of(f, &d.theirs), d.mine.found.product);
}

static void reject__of_what_was_confirmed__splits_it_off(void **state)
{
	struct fixture *f = *state;
	struct doubt d = in_doubt(f);

	assert_int_equal(decide(f, match_confirm, d.match, 0), ERR_NONE);
	assert_int_equal(decide(f, match_reject, d.match, 0), ERR_NONE);
	assert_int_not_equal(product_of(f, &d.theirs), d.mine.found.product);
}

static void reopen__takes_a_confirmation_back_and_asks_again(void **state)
{
	struct fixture *f = *state;
	struct doubt d = in_doubt(f);

	assert_int_equal(decide(f, match_confirm, d.match, 0), ERR_NONE);
	assert_int_equal(decide(f, match_reopen, d.match, 0), ERR_NONE);
	assert_int_not_equal(product_of(f, &d.theirs), d.mine.found.product);
	assert_int_equal(number_of(f, "SELECT count(*) FROM match WHERE state = 0"), 1);
	assert_int_equal(number_of(f, "SELECT count(*) FROM match"), 1);
	assert_int_equal(decide(f, match_confirm, d.match, 0), ERR_NONE);
	assert_int_equal(product_of(f, &d.theirs), d.mine.found.product);
}

static void reopen__takes_a_refusal_back_and_moves_nothing(void **state)
{
	struct fixture *f = *state;
	struct doubt d = in_doubt(f);

	assert_int_equal(decide(f, match_reject, d.match, 0), ERR_NONE);
	assert_int_equal(decide(f, match_reopen, d.match, 0), ERR_NONE);
	assert_int_equal(product_of(f, &d.theirs), (int64_t)d.theirs.found.product);
	assert_int_equal(number_of(f, "SELECT count(*) FROM match WHERE state = 0"), 1);
	assert_int_equal(decide(f, match_reopen, d.match, 0), ERR_NOT_NOW);
}

static void split__of_a_lone_listing__is_refused(void **state)
{
	struct fixture *f = *state;
	struct sale s = sale_of(SHOP, "ACME Orion lamp", "ACME");

	sell(f, &s);
	assert_int_equal(decide(f, listing_split, 0, s.listing), ERR_NOT_NOW);
	assert_int_equal(decide(f, match_confirm, 12345, 0), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		sites_test(confirm__moves_the_listing_and_merges_its_lone_product),
		sites_test(reject__is_never_asked_again),
		sites_test(split__undoes_a_confirmation_with_its_codes),
		sites_test(reject__of_what_was_confirmed__splits_it_off),
		sites_test(reopen__takes_a_confirmation_back_and_asks_again),
		sites_test(reopen__takes_a_refusal_back_and_moves_nothing),
		sites_test(split__of_a_lone_listing__is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
