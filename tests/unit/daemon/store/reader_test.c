#include "tests/unit/daemon/store/store_fixture.h"

static enum err run_value(struct txn *t, void *arg, struct error *e)
{
	return txn_meta_set(t, "key", arg, e);
}

static void set(struct fixture *f, const char *value)
{
	assert_int_equal(
		store_run(f->store, OP_PEOPLE, run_value, (void *)(uintptr_t)value, &f->error),
		ERR_NONE);
}

static void reader__after_a_commit__sees_it(void **state)
{
	struct fixture *f = *state;
	char *v;

	for (int i = 0; i < 20; i++) {
		char text[16];

		snprintf(text, sizeof text, "%d", i);
		set(f, text);
		v = store_meta_get(f->store, "key");
		assert_string_equal(v, text);
		free(v);
	}
	assert_null(store_meta_get(f->store, "unknown"));
}

static void reader__statement_left_open__does_not_keep_an_old_view(void **state)
{
	struct fixture *f = *state;
	struct reader *r;
	sqlite3_stmt *st;

	set(f, "old");
	r = store_reader(f->store, &f->error);
	st = reader_prepare(r, "SELECT value FROM meta ORDER BY key DESC", &f->error);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	reader_done(r);
	assert_false(sqlite3_stmt_busy(st));
}

static void reader__writing__is_refused(void **state)
{
	struct fixture *f = *state;
	struct reader *r = store_reader(f->store, &f->error);
	sqlite3_stmt *st = reader_prepare(r, "DELETE FROM meta", &f->error);

	assert_true(!st || sqlite3_step(st) == SQLITE_READONLY);
	reader_done(r);
}

static void *borrow(void *arg)
{
	struct fixture *f = arg;
	struct error e;

	for (int i = 0; i < 200; i++) {
		struct reader *r = store_reader(f->store, &e);
		sqlite3_stmt *st = r ? reader_prepare(r, "SELECT count(*) FROM meta", &e) : NULL;

		if (!st || sqlite3_step(st) != SQLITE_ROW)
			return (void *)1;
		reader_done(r);
	}
	return NULL;
}

static void reader__more_threads_than_readers__all_get_their_turn(void **state)
{
	struct fixture *f = *state;
	pthread_t t[8];
	void *wrong;

	for (int i = 0; i < 8; i++)
		pthread_create(&t[i], NULL, borrow, f);
	for (int i = 0; i < 50; i++)
		set(f, "x");
	for (int i = 0; i < 8; i++) {
		pthread_join(t[i], &wrong);
		assert_null(wrong);
	}
}

static void reader__too_long__is_interrupted(void **state)
{
	struct fixture *f = *state;
	struct reader *r = store_reader(f->store, &f->error);
	sqlite3_stmt *st;

	reader_set_deadline(r, thread_now_us());
	st = reader_prepare(r,
			    "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) "
			    "SELECT count(*) FROM c",
			    &f->error);
	assert_int_equal(sqlite3_step(st) & 0xff, SQLITE_INTERRUPT);
	assert_int_equal(store_error(SQLITE_INTERRUPT, sqlite3_db_handle(st), "read", &f->error),
			 ERR_TIMEOUT);
	reader_done(r);
	r = store_reader(f->store, &f->error);
	st = reader_prepare(r, "SELECT count(*) FROM meta", &f->error);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	reader_done(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(reader__after_a_commit__sees_it),
		store_test(reader__statement_left_open__does_not_keep_an_old_view),
		store_test(reader__writing__is_refused),
		store_test(reader__more_threads_than_readers__all_get_their_turn),
		store_test(reader__too_long__is_interrupted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
