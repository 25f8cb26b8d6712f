#include "daemon/services/sitemonitor/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/store/resource_cache.h"

enum { MANY = 1000 };

static const uint8_t secret[32] = {1, 2, 3};

static struct monitor *enter(struct table *t, uint64_t id)
{
	struct resource *r =
		resource_make(&resource_monitor, id, "m", "{}",
			      id % 2 ? "{\"type\":\"http\"}" : "{\"type\":\"heartbeat\"}");
	struct monitor *m = table_enter(t, r);
	resource_unref(r);
	return m;
}

static void leave(struct table *t, struct monitor *m)
{
	table_remove(t, m);
	resource_unref(m->res);
	free(m->address);
	free(m);
}

static void table__finds_by_id_and_by_key__while_it_grows(void **state)
{
	struct table t;
	char text[PING_KEY_TEXT];
	uint64_t key[2];
	table_init(&t, secret);
	for (uint64_t id = 1; id <= MANY; id++)
		enter(&t, id);
	assert_int_equal(t.n, MANY);
	assert_ptr_equal(enter(&t, 7), table_find(&t, 7)); /* once */
	for (uint64_t id = 1; id <= MANY; id++) {
		struct monitor *m = table_find(&t, id);
		assert_non_null(m);
		assert_int_equal(m->id, id);
		ping_key(&t, id, key);
		ping_key_text(key, text);
		assert_int_equal(strlen(text), 36);
		assert_ptr_equal(table_find_key(&t, text), id % 2 == 0 ? m : NULL);
	}
	for (uint64_t id = 1; id <= MANY; id++)
		leave(&t, table_find(&t, id));
	assert_null(table_find(&t, 7));
	table_fini(&t);
}

static void key__depends_on_the_store__and_is_strict(void **state)
{
	static const char *const wrong[] = {"",
					    "x",
					    "6754d3d3372e4341891e76636e1fc36b",
					    "6754d3d3-372e-4341-891e-76636e1fc36",
					    "6754d3d3-372e-4341-891e-76636e1fc36b0",
					    "6754d3d3-372e-4341-891e-76636e1fc36g",
					    "6754d3d3-372e-4341-891e_76636e1fc36b"};
	struct table a, b;
	uint64_t x[2], y[2];
	table_init(&a, secret);
	table_init(&b, (const uint8_t[32]){9});
	ping_key(&a, 5, x);
	ping_key(&b, 5, y);
	assert_memory_not_equal(x, y, sizeof(x));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_null(table_find_key(&a, wrong[i]));
	table_fini(&a);
	table_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table__finds_by_id_and_by_key__while_it_grows),
		cmocka_unit_test(key__depends_on_the_store__and_is_strict),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
