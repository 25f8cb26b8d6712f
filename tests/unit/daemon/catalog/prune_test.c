#include "tests/unit/daemon/catalog/observe_fixture.h"

struct run {
	int64_t before_ms;
	bool more;
};

static enum err run_slice(struct txn *t, void *arg, struct error *e)
{
	struct run *r = arg;
	return catalog_prune(t, r->before_ms, &r->more, e);
}

static int prune(struct fixture *f, int64_t before_ms)
{
	struct run r = {.before_ms = before_ms};
	int slices = 0;
	do {
		assert_int_equal(store_run(f->store, OP_BACKGROUND, run_slice, &r, &f->error), 0);
		assert_in_range(++slices, 1, 1000);
	} while (r.more);
	return slices;
}

static void prune__of_old_prices__keeps_what_held_then_and_the_newest(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 6; i++)
		observe_price(f, 1000 + i, BEGIN + i * DAY);
	prune(f, BEGIN);
	expect_rows(f, "SELECT count(*) FROM offer", "6");
	prune(f, BEGIN + 2 * DAY + HOUR);
	expect_rows(f, "SELECT price_minor FROM offer ORDER BY at_ms", "1003; 1004; 1005");
	prune(f, BEGIN + 900 * DAY);
	expect_rows(f, "SELECT price_minor FROM offer", "1005");
	expect_rows(f, "SELECT price_minor FROM listing", "1005");
}

static void prune__of_many_listings__reaches_each_and_begins_anew(void **state)
{
	struct fixture *f = *state;
	for (int round = 0; round < 3; round++) {
		struct page_said p;
		said_init(&p, "https://shop.example/feed", BEGIN + round * DAY);
		p.o.page_kind = PAGE_FEED;
		for (int i = 0; i < 450; i++) {
			char url[64], name[32];
			snprintf(url, sizeof url, "https://shop.example/p/%d", i);
			snprintf(name, sizeof name, "Widget %d", i);
			said_offer(&p, said_product(&p, name, url), 1000 + round, NULL);
		}
		observe(f, &p);
		if (!round)
			continue;
		assert_in_range(prune(f, BEGIN + 900 * DAY), 2, 400);
		expect_rows(f, "SELECT count(*), min(price_minor) FROM offer",
			    round == 1 ? "450 1001" : "450 1002");
	}
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(prune__of_old_prices__keeps_what_held_then_and_the_newest),
		T(prune__of_many_listings__reaches_each_and_begins_anew),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
