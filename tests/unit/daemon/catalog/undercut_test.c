#include "tests/unit/daemon/catalog/market_fixture.h"

enum { DESK = 11, ARC = 12 };

struct judging {
	uint64_t product;
	int64_t at_ms;
	bool quiet;
};

static enum err run_judge(struct txn *t, void *arg, struct error *e)
{
	struct judging *j = arg;

	return undercut_judge(t, &j->product, 1, j->at_ms, j->quiet, e);
}

static void judge_at(struct fixture *f, uint64_t product, int64_t at_ms)
{
	struct judging j = {product, at_ms, false};

	if (store_run(f->store, OP_BACKGROUND, run_judge, &j, &f->error))
		fail_msg("%s", f->error.text);
}

static void judge_quietly(struct fixture *f, uint64_t product)
{
	struct judging j = {product, T0, true};

	assert_int_equal(store_run(f->store, OP_BACKGROUND, run_judge, &j, &f->error), ERR_NONE);
}

/* Mine at 36.50, brightco at 36.99. */
static void desk(struct fixture *f)
{
	add_product(f, DESK, "Desk lamp", true);
	add_listing(f, 101, SHOP, DESK, 3650);
	add_listing(f, 102, BRIGHTCO, DESK, 3699);
}

static void undercut__is_told_once__with_who_and_how_much(void **state)
{
	struct fixture *f = *state;

	desk(f);
	judge_at(f, DESK, T0);
	assert_int_equal(told_count(f, DESK), 0);
	assert_int_equal(number_of(f, "SELECT mine_minor FROM product"), 3650);
	assert_int_equal(number_of(f, "SELECT best_minor FROM product"), 3699);
	assert_int_equal(number_of(f, "SELECT undercut_ms FROM product"), -99);
	sql(f, "UPDATE listing SET price_minor = 3490 WHERE id = 102");
	judge_at(f, DESK, T0 + 5000);
	judge_at(f, DESK, T0 + 9000);
	struct told t = told_of(f, DESK);
	assert_int_equal(t.n, 1);
	assert_string_equal(t.topic, "price.undercut");
	assert_string_equal(t.kind, "product");
	assert_string_equal(t.name, "Desk lamp");
	assert_string_equal(t.text,
			    "brightco sells it for 34.90 EUR landed, you for 36.50 EUR: -4.4 %");
	assert_string_equal(json_str(t.data, "state", ""), "undercut");
	assert_string_equal(json_str(t.data, "rival_name", ""), "brightco");
	assert_int_equal(json_int(t.data, "price_minor", 0), 3490);
	assert_int_equal(json_int(t.data, "gap_minor", 0), -160);
	assert_int_equal(json_int(t.data, "gap_bp", 0), -438);
	assert_true(json_bool(t.data, "landed", false));
	assert_int_equal(number_of(f, "SELECT undercut_ms FROM product"), T0 + 5000);
	assert_int_equal(number_of(f, "SELECT best_listing FROM product"), 102);
	json_decref(t.data);
}

static void undercut__says__when_shipping_is_not_compared(void **state)
{
	struct fixture *f = *state;

	desk(f);
	sql(f, "UPDATE listing SET price_minor = 3490, shipping_minor = NULL WHERE id = 102");
	judge_at(f, DESK, T0);
	struct told t = told_of(f, DESK);
	assert_int_equal(t.n, 1);
	assert_false(json_bool(t.data, "landed", true));
	assert_null(strstr(t.text, "landed"));
	json_decref(t.data);
}

static void undercut__is_over__for_a_reason(void **state)
{
	static const struct {
		const char *change, *reason;
	} ends[] = {
		{"price_minor = 3650", "dearer"},
		{"availability = 2", "out_of_stock"},
		{"availability = 6", "out_of_stock"},
		{"state = 1", "unknown"},
		{"state = 2", "gone"},
		{"product = 12", "gone"},
	};
	struct fixture *f = *state;

	desk(f);
	add_product(f, ARC, "Arc lamp", false);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		sql(f, "UPDATE listing SET price_minor = 3490, availability = 1, state = 0,"
		       " product = 11 WHERE id = 102");
		judge_at(f, DESK, T0);
		sql(f, "UPDATE listing SET %s WHERE id = 102", ends[i].change);
		judge_at(f, DESK, T0 + 1000);
		struct told t = told_of(f, DESK);
		assert_int_equal(t.n, 2 * (int)i + 2);
		assert_string_equal(t.topic, "price.undercut_over");
		assert_string_equal(json_str(t.data, "state", ""), "over");
		assert_string_equal(json_str(t.data, "reason", ""), ends[i].reason);
		assert_string_equal(json_str(t.data, "rival_name", ""), "brightco");
		assert_int_equal(number_of(f, "SELECT undercut_ms FROM product WHERE id = 11"),
				 -99);
		json_decref(t.data);
	}
}

static void undercut__is_over__when_i_lower_my_price_or_sell_no_more(void **state)
{
	struct fixture *f = *state;

	desk(f);
	sql(f, "UPDATE listing SET price_minor = 3490 WHERE id = 102");
	judge_at(f, DESK, T0);
	sql(f, "UPDATE listing SET price_minor = 3489 WHERE id = 101");
	judge_at(f, DESK, T0);
	struct told t = told_of(f, DESK);
	assert_string_equal(json_str(t.data, "reason", ""), "mine");
	json_decref(t.data);
	sql(f, "UPDATE listing SET price_minor = 3650 WHERE id = 101");
	judge_at(f, DESK, T0);
	sql(f, "UPDATE listing SET availability = 2 WHERE id = 101");
	judge_at(f, DESK, T0);
	t = told_of(f, DESK);
	assert_string_equal(json_str(t.data, "reason", ""), "mine_out");
	assert_int_equal(number_of(f, "SELECT best_minor FROM product"), 3490);
	assert_int_equal(number_of(f, "SELECT mine_minor FROM product"), -99);
	json_decref(t.data);
}

static void undercut__stays__while_only_my_own_page_fails(void **state)
{
	struct fixture *f = *state;

	desk(f);
	sql(f, "UPDATE listing SET price_minor = 3490 WHERE id = 102");
	judge_at(f, DESK, T0);
	sql(f, "UPDATE listing SET state = 1 WHERE id = 101");
	judge_at(f, DESK, T0);
	struct told t = told_of(f, DESK);
	assert_int_equal(t.n, 1);
	json_decref(t.data);
}

static void undercut__is_told_again__when_another_is_lower_still(void **state)
{
	struct fixture *f = *state;

	desk(f);
	sql(f, "UPDATE listing SET price_minor = 3490 WHERE id = 102");
	judge_at(f, DESK, T0);
	add_listing(f, 103, LIGHTBARN, DESK, 3300);
	judge_at(f, DESK, T0 + 60000);
	struct told t = told_of(f, DESK);
	assert_int_equal(t.n, 2);
	assert_string_equal(json_str(t.data, "rival_name", ""), "lightbarn");
	assert_int_equal(number_of(f, "SELECT undercut_ms FROM product"), T0);
	json_decref(t.data);
}

static void undercut__of_a_first_scan__is_kept_but_no_news(void **state)
{
	struct fixture *f = *state;

	desk(f);
	sql(f, "UPDATE listing SET price_minor = 3490 WHERE id = 102");
	judge_quietly(f, DESK);
	assert_int_equal(told_count(f, DESK), 0);
	assert_int_equal(number_of(f, "SELECT undercut_ms FROM product"), T0);
	judge_at(f, DESK, T0 + 1000);
	assert_int_equal(told_count(f, DESK), 0);
	sql(f, "UPDATE listing SET price_minor = 3480 WHERE id = 102");
	judge_at(f, DESK, T0 + 2000);
	struct told t = told_of(f, DESK);
	assert_int_equal(t.n, 1);
	assert_string_equal(t.topic, "price.undercut");
	json_decref(t.data);
}

static void product__without_mine__has_the_lowest_of_rivals(void **state)
{
	struct fixture *f = *state;

	add_product(f, ARC, "Arc lamp", false);
	add_listing(f, 201, BRIGHTCO, ARC, 9900);
	add_listing(f, 202, GLOWDEPOT, ARC, 9500);
	add_listing(f, 203, LIGHTBARN, ARC, 9000);
	sql(f, "UPDATE listing SET availability = 2 WHERE id = 203");
	judge_at(f, ARC, T0);
	assert_int_equal(number_of(f, "SELECT best_minor FROM product"), 9500);
	assert_int_equal(number_of(f, "SELECT best_listing FROM product"), 202);
	assert_int_equal(number_of(f, "SELECT mine_minor FROM product"), -99);
	assert_int_equal(told_count(f, ARC), 0);
	judge_at(f, 4711, T0); /* there is no such product: nothing happens */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		sites_test(undercut__is_told_once__with_who_and_how_much),
		sites_test(undercut__says__when_shipping_is_not_compared),
		sites_test(undercut__is_over__for_a_reason),
		sites_test(undercut__is_over__when_i_lower_my_price_or_sell_no_more),
		sites_test(undercut__stays__while_only_my_own_page_fails),
		sites_test(undercut__is_told_again__when_another_is_lower_still),
		sites_test(undercut__of_a_first_scan__is_kept_but_no_news),
		sites_test(product__without_mine__has_the_lowest_of_rivals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
