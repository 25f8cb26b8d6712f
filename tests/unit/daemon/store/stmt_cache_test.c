#include "daemon/store/stmt_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct cache {
	sqlite3 *db;
	struct stmt_cache c;
	struct error e;
};

static int setup(void **state)
{
	struct cache *x = calloc(1, sizeof *x);

	if (sqlite3_open(":memory:", &x->db))
		return -1;
	stmt_cache_init(&x->c, x->db);
	*state = x;
	return 0;
}

static int teardown(void **state)
{
	struct cache *x = *state;

	stmt_cache_fini(&x->c);
	sqlite3_close(x->db);
	free(x);
	return 0;
}

static const char one_to_three[] = "SELECT 1 UNION SELECT 2 UNION SELECT 3";
static const char echo[] = "SELECT ?";

static void stmt_cache_get__again__is_the_same_reset_and_unbound(void **state)
{
	struct cache *x = *state;
	sqlite3_stmt *st = stmt_cache_get(&x->c, echo, &x->e);

	sqlite3_bind_int(st, 1, 42);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int(st, 0), 42);
	assert_ptr_equal(stmt_cache_get(&x->c, echo, &x->e), st);
	assert_false(sqlite3_stmt_busy(st));
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_int_equal(sqlite3_column_type(st, 0), SQLITE_NULL);
}

static void stmt_cache_get__bad_sql__says_why(void **state)
{
	struct cache *x = *state;

	assert_null(stmt_cache_get(&x->c, "SELECT x FROM nowhere", &x->e));
	assert_int_equal(x->e.code, ERR_STORE);
	assert_non_null(strstr(x->e.text, "nowhere"));
}

static void stmt_cache_get__same_address_other_text__is_prepared_anew(void **state)
{
	struct cache *x = *state;
	char sql[32] = "SELECT 1";
	sqlite3_stmt *st = stmt_cache_get(&x->c, sql, &x->e);

	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	strcpy(sql, "SELECT 2");
	st = stmt_cache_get(&x->c, sql, &x->e);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int(st, 0), 2);
}

static void stmt_cache_release__open_statement__no_longer_busy(void **state)
{
	struct cache *x = *state;
	sqlite3_stmt *st = stmt_cache_get(&x->c, one_to_three, &x->e);

	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_true(sqlite3_stmt_busy(st));
	stmt_cache_release(&x->c);
	assert_false(sqlite3_stmt_busy(st));
}

static void stmt_cache__hundreds__all_found_and_released(void **state)
{
	struct cache *x = *state;
	static char sql[300][48];
	sqlite3_stmt *st[300];

	for (int i = 0; i < 300; i++) {
		snprintf(sql[i], sizeof sql[i], "SELECT %d UNION SELECT -1", i);
		st[i] = stmt_cache_get(&x->c, sql[i], &x->e);
		assert_int_equal(sqlite3_step(st[i]), SQLITE_ROW);
	}
	stmt_cache_release(&x->c);
	for (int i = 0; i < 300; i++) {
		assert_false(sqlite3_stmt_busy(st[i]));
		assert_ptr_equal(stmt_cache_get(&x->c, sql[i], &x->e), st[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			stmt_cache_get__again__is_the_same_reset_and_unbound, setup, teardown),
		cmocka_unit_test_setup_teardown(stmt_cache_get__bad_sql__says_why, setup, teardown),
		cmocka_unit_test_setup_teardown(
			stmt_cache_get__same_address_other_text__is_prepared_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(stmt_cache_release__open_statement__no_longer_busy,
						setup, teardown),
		cmocka_unit_test_setup_teardown(stmt_cache__hundreds__all_found_and_released, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
