#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above */
#include <cmocka.h>

#include "daemon/extract/product_store.h"
#include "daemon/services/rivalradar/platform.h"

#include <stdlib.h>
#include <string.h>

static void platforms__are_asked__by_rank_each_once(void **state)
{
	static const char *const names[] = {"shopify", "woocommerce", "vendure"};
	const struct platform *p = NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		p = platform_after(p);
		assert_non_null(p);
		assert_string_equal(p->name, names[i]);
	}
	assert_null(platform_after(p));
}

static void platform__has__the_name_of_a_source(void **state)
{
	for (size_t i = 0; platform_table[i]; i++) {
		bool named = false;
		for (size_t n = 1; n < SOURCES; n++)
			named |= !strcmp(product_source_name((enum product_source)n),
					 platform_table[i]->name);
		assert_true(named);
		assert_ptr_equal(platform_find(platform_table[i]->name), platform_table[i]);
	}
	assert_null(platform_find("sitemap"));
}

static void smaller_pages__begin__where_the_larger_ones_did(void **state)
{
	for (size_t i = 0; platform_table[i]; i++) {
		const struct platform *p = platform_table[i];
		if (p->small_products)
			assert_int_equal(p->page_products % p->small_products, 0);
	}
}

static void vendure__skips__what_was_on_the_pages_before(void **state)
{
	const struct platform *p = platform_find("vendure");
	char *first = p->path(1, 100), *third = p->path(3, 100);
	assert_non_null(strstr(first, "take:100,skip:0,"));
	assert_non_null(strstr(third, "take:100,skip:200,"));
	assert_null(strpbrk(first, "{} "));
	free(first);
	free(third);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(platforms__are_asked__by_rank_each_once),
		cmocka_unit_test(platform__has__the_name_of_a_source),
		cmocka_unit_test(smaller_pages__begin__where_the_larger_ones_did),
		cmocka_unit_test(vendure__skips__what_was_on_the_pages_before),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
