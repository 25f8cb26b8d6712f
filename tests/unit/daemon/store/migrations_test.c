#include "tests/unit/daemon/store/store_fixture.h"

#include <signal.h>
#include <sys/wait.h>

#include "daemon/store/database.h"
#include "daemon/store/migrations.h"

static const struct migration first[] = {
	{.number = 1, .name = "one", .sql = "CREATE TABLE a(x INTEGER PRIMARY KEY) STRICT;"},
	{.number = 0},
};
static const struct migration second[] = {
	{.number = 1, .name = "one", .sql = "CREATE TABLE a(x INTEGER PRIMARY KEY) STRICT;"},
	{.number = 2,
	 .name = "two",
	 .sql = "CREATE TABLE b(y TEXT) STRICT; INSERT INTO a VALUES(7);"},
	{.number = 0},
};
static const struct migration changed[] = {
	{.number = 1, .name = "one", .sql = "CREATE TABLE a(x INTEGER PRIMARY KEY);"},
	{.number = 2, .name = "two", .sql = "CREATE TABLE b(y TEXT) STRICT;"},
	{.number = 0},
};
static const struct migration broken[] = {
	{.number = 1, .name = "one", .sql = "CREATE TABLE a(x INTEGER PRIMARY KEY) STRICT;"},
	{.number = 2, .name = "two", .sql = "CREATE TABLE c(z TEXT) STRICT; CREATE TABLE;"},
	{.number = 0},
};
static const struct migration dangling[] = {
	{.number = 1, .name = "one", .sql = "CREATE TABLE a(x INTEGER PRIMARY KEY) STRICT;"},
	{.number = 2,
	 .name = "two",
	 .sql = "CREATE TABLE d(z INTEGER REFERENCES a(x)) STRICT; INSERT INTO d VALUES(99);"},
	{.number = 0},
};

static sqlite3 *opened(struct fixture *f)
{
	char path[256];
	sqlite3 *db;

	snprintf(path, sizeof path, "%s/store.db", f->dir);
	db = database_open_writer(path, NULL, NULL, &f->error);
	if (!db)
		fail_msg("%s", f->error.text);
	return db;
}

static enum err migrate(struct fixture *f, const struct migration *table)
{
	sqlite3 *db = opened(f);
	enum err rc = migrations_run(db, f->dir, table, &f->error);

	sqlite3_close(db);
	return rc;
}

static int64_t number(struct fixture *f, const char *sql)
{
	sqlite3 *db = opened(f);
	int64_t v = database_int(db, sql, -1);

	sqlite3_close(db);
	return v;
}

static bool exists(const struct fixture *f, const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", f->dir, name);
	return access(path, F_OK) == 0;
}

static void migrate__new_store__runs_all_and_copies_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(migrate(f, second), ERR_NONE);
	assert_int_equal(number(f, "SELECT x FROM a"), 7);
	assert_int_equal(number(f, "PRAGMA user_version"), 2);
	assert_int_equal(number(f, "PRAGMA application_id"), STORE_APPLICATION_ID);
	assert_int_equal(number(f, "PRAGMA auto_vacuum"), 2);
	assert_int_equal(number(f, "SELECT count(*) FROM migration WHERE length(sha256) = 32"), 2);
	assert_false(exists(f, "store.db.before-1"));
	assert_false(exists(f, "store.db.before-2"));
}

static void migrate__twice__does_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(migrate(f, second), ERR_NONE);
	assert_int_equal(migrate(f, second), ERR_NONE);
	assert_int_equal(number(f, "SELECT count(*) FROM a"), 1);
}

static void migrate__older_store__is_copied_first(void **state)
{
	struct fixture *f = *state;
	char path[256];
	sqlite3 *copy;

	assert_int_equal(migrate(f, first), ERR_NONE);
	assert_int_equal(migrate(f, second), ERR_NONE);
	assert_true(exists(f, "store.db.before-2"));
	assert_false(exists(f, "store.db.copying"));
	assert_true(migrations_copy(f->dir, path, sizeof path));
	assert_int_equal(sqlite3_open_v2(path, &copy, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	assert_int_equal(database_int(copy, "PRAGMA user_version", -1), 1);
	assert_int_equal(database_int(copy, "SELECT count(*) FROM a", -1), 0);
	sqlite3_close(copy);
}

static void migrate__many_steps__keep_two_copies(void **state)
{
	struct fixture *f = *state;
	struct migration table[6] = {{0}};
	char sql[5][64];

	for (int i = 0; i < 5; i++) {
		snprintf(sql[i], sizeof sql[i], "CREATE TABLE t%d(x TEXT) STRICT;", i);
		table[i] = (struct migration){.number = i + 1, .name = "t", .sql = sql[i]};
		assert_int_equal(migrate(f, table), ERR_NONE);
	}
	assert_false(exists(f, "store.db.before-3"));
	assert_true(exists(f, "store.db.before-4"));
	assert_true(exists(f, "store.db.before-5"));
}

static void migrate__changed_history__is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(migrate(f, first), ERR_NONE);
	assert_int_equal(migrate(f, changed), ERR_STORE);
	assert_non_null(strstr(f->error.text, "one"));
	assert_true(f->error.hint[0]);
	assert_int_equal(number(f, "PRAGMA user_version"), 1);
	assert_false(exists(f, "store.db.before-2"));
}

static void migrate__newer_store__is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(migrate(f, second), ERR_NONE);
	assert_int_equal(migrate(f, first), ERR_NEWER);
	assert_true(f->error.hint[0]);
}

static void migrate__failing_step__changes_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(migrate(f, first), ERR_NONE);
	assert_int_equal(migrate(f, broken), ERR_STORE);
	assert_non_null(strstr(f->error.text, "step 2"));
	assert_int_equal(number(f, "SELECT count(*) FROM sqlite_schema WHERE name = 'c'"), 0);
	assert_int_equal(number(f, "PRAGMA user_version"), 1);
	assert_int_equal(migrate(f, second), ERR_NONE);
}

static void migrate__dangling_reference__changes_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(migrate(f, first), ERR_NONE);
	assert_int_equal(migrate(f, dangling), ERR_STORE);
	assert_non_null(strstr(f->error.text, "refer"));
	assert_int_equal(number(f, "SELECT count(*) FROM sqlite_schema WHERE name = 'd'"), 0);
}

/* A step long enough to be hit in the middle. */
static const struct migration slow[] = {
	{.number = 1, .name = "one", .sql = "CREATE TABLE a(x INTEGER PRIMARY KEY) STRICT;"},
	{.number = 2,
	 .name = "slow",
	 .sql = "CREATE TABLE big(n INTEGER PRIMARY KEY, t TEXT) STRICT;"
		"WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 20000)"
		"INSERT INTO big SELECT i, printf('%0100d', i) FROM c;"
		"CREATE INDEX big_t ON big(t);"},
	{.number = 0},
};

static void migrate__killed__leaves_old_or_new(void **state)
{
	struct fixture *f = *state;
	bool finished = false;
	int before = 0;

	assert_int_equal(migrate(f, first), ERR_NONE);
	for (unsigned us = 0; !finished && us < 2000000; us += us < 4000 ? 1000 : us / 3) {
		int64_t version, rows, kill_at = thread_now_us() + us;
		int status;
		pid_t child = fork();

		if (child == 0) {
			enum err rc = migrate(f, slow);

			_exit(rc ? 1 : 0);
		}
		while (thread_now_us() < kill_at)
			sched_yield();
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		finished = WIFEXITED(status);
		if (finished)
			assert_int_equal(WEXITSTATUS(status), 0);
		version = number(f, "PRAGMA user_version");
		rows = number(f, "SELECT count(*) FROM big");
		if (version == 1) {
			assert_int_equal(rows, -1); /* no such table */
			before++;
		} else {
			assert_int_equal(version, 2);
			assert_int_equal(rows, 20000);
			break;
		}
	}
	assert_true(before > 0);
	assert_int_equal(migrate(f, slow), ERR_NONE);
	assert_int_equal(number(f, "SELECT count(*) FROM big"), 20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_dir_test(migrate__new_store__runs_all_and_copies_nothing),
		store_dir_test(migrate__twice__does_nothing),
		store_dir_test(migrate__older_store__is_copied_first),
		store_dir_test(migrate__many_steps__keep_two_copies),
		store_dir_test(migrate__changed_history__is_refused),
		store_dir_test(migrate__newer_store__is_refused),
		store_dir_test(migrate__failing_step__changes_nothing),
		store_dir_test(migrate__dangling_reference__changes_nothing),
		store_dir_test(migrate__killed__leaves_old_or_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
