#include "tests/unit/daemon/store/store_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "daemon/store/database.h"
#include "tests/fakes/fault_vfs.h"

static void path_of(const struct fixture *f, const char *name, char out[256])
{
	snprintf(out, 256, "%s/%s", f->dir, name);
}

static void put_file(const struct fixture *f, const char *name, const void *bytes, size_t n,
		     long at)
{
	char path[256];
	int fd;

	path_of(f, name, path);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, n, at), n);
	close(fd);
}

static enum err run_write(struct txn *t, void *arg, struct error *e)
{
	return txn_meta_set(t, arg, "x", e);
}

static enum err write_key(struct fixture *f, const char *key)
{
	return store_run(f->store, OP_PEOPLE, run_write, (void *)(uintptr_t)key, &f->error);
}

static bool has(struct store *s, const char *key)
{
	char *v = store_meta_get(s, key);
	bool found = v != NULL;

	free(v);
	return found;
}

static enum err refusal(struct fixture *f)
{
	f->error = (struct error){0};
	f->store = store_open(&f->options, &f->error);
	assert_null(f->store);
	assert_true(f->error.text[0]);
	assert_true(f->error.hint[0]);
	return f->error.code;
}

/* ---- opening --------------------------------------------------------------------------------- */

static void store_open__settings__are_the_promised_ones(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db = f->store->db;
	char path[256];
	struct stat st;

	assert_int_equal(database_int(db, "PRAGMA synchronous", -1), 2);
	assert_int_equal(database_int(db, "PRAGMA wal_autocheckpoint", -1), 0);
	assert_int_equal(database_int(db, "PRAGMA journal_size_limit", -1), 64 << 20);
	assert_int_equal(database_int(db, "PRAGMA mmap_size", -1), 0);
	assert_int_equal(database_int(db, "PRAGMA foreign_keys", -1), 1);
	assert_int_equal(database_int(db, "PRAGMA trusted_schema", -1), 0);
	assert_int_equal(database_int(db, "PRAGMA auto_vacuum", -1), 2);
	assert_int_equal(database_int(db, "PRAGMA page_size", -1), 4096);
	assert_int_equal(database_int(db, "SELECT \"no column\"", -7),
			 -7); /* no text by accident */
	assert_int_equal(database_int(db,
				      "SELECT count(*) FROM pragma_table_list WHERE type = 'table' "
				      "AND schema = 'main' AND strict = 0 AND name NOT LIKE "
				      "'sqlite%'",
				      -1),
			 0);
	path_of(f, "store.db", path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void store_open__second_daemon__is_told_who_owns_it(void **state)
{
	struct fixture *f = *state;
	char pid[32];
	struct store *second = store_open(&f->options, &f->error);

	assert_null(second);
	assert_int_equal(f->error.code, ERR_LOCKED);
	snprintf(pid, sizeof pid, "process %d", (int)getpid());
	assert_non_null(strstr(f->error.text, pid));
	assert_true(f->error.hint[0]);
	assert_int_equal(write_key(f, "still-mine"), ERR_NONE);
}

static void store_open__no_database__is_left_alone(void **state)
{
	struct fixture *f = *state;
	char text[200] = "", after[200];
	char path[256];
	int fd;

	memset(text, 'x', sizeof text);
	put_file(f, "store.db", text, sizeof text, 0);
	assert_int_equal(refusal(f), ERR_STORE);
	path_of(f, "store.db", path);
	fd = open(path, O_RDONLY);
	assert_int_equal(read(fd, after, sizeof after), sizeof after);
	close(fd);
	assert_memory_equal(text, after, sizeof text);
}

static void store_open__unreadable__says_so(void **state)
{
	struct fixture *f = *state;
	char path[256];

	path_of(f, "store.db", path);
	assert_int_equal(mkdir(path, 0700),
			 0); /* a file without rights would be readable for root */
	assert_int_equal(refusal(f), ERR_IO);
	assert_non_null(strstr(f->error.text, "directory"));
}

static void store_open__another_programs_database__is_refused(void **state)
{
	struct fixture *f = *state;
	char path[256];
	sqlite3 *db;

	path_of(f, "store.db", path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE theirs(x)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(refusal(f), ERR_STORE);
	assert_non_null(strstr(f->error.text, "another program"));
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(database_int(db, "SELECT count(*) FROM sqlite_schema", -1), 1);
	sqlite3_close(db);
}

static void store_open__newer__is_refused_untouched(void **state)
{
	struct fixture *f = *state;
	char path[256], *before, *after;
	struct stat st, now;
	sqlite3 *db;
	int fd;

	fixture_open(f);
	store_close(f->store);
	f->store = NULL;
	path_of(f, "store.db", path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version=9999", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(stat(path, &st), 0);
	before = mem_alloc((size_t)st.st_size);
	after = mem_alloc((size_t)st.st_size);
	fd = open(path, O_RDONLY);
	assert_int_equal(read(fd, before, (size_t)st.st_size), st.st_size);
	close(fd);
	assert_int_equal(refusal(f), ERR_NEWER);
	assert_int_equal(stat(path, &now), 0);
	assert_int_equal(now.st_size, st.st_size);
	assert_int_equal(now.st_mtim.tv_nsec, st.st_mtim.tv_nsec);
	fd = open(path, O_RDONLY);
	assert_int_equal(read(fd, after, (size_t)st.st_size), st.st_size);
	close(fd);
	assert_memory_equal(before, after, (size_t)st.st_size);
	free(before);
	free(after);
}

/* ---- ends -------------------------------------------------------------------------------------
 */

static void store_close__is_clean_and_one_file(void **state)
{
	struct fixture *f = *state;
	struct store_health h;
	char path[256];

	store_health(f->store, &h);
	assert_true(h.clean_start);
	assert_int_equal(write_key(f, "a"), ERR_NONE);
	store_close(f->store);
	f->store = NULL;
	path_of(f, "store.db-wal", path);
	assert_int_not_equal(access(path, F_OK), 0);
	fixture_open(f);
	store_health(f->store, &h);
	assert_true(h.clean_start);
	assert_false(h.checking);
	assert_true(has(f->store, "a"));
}

/* A child opens the store, writes, and is killed. */
static void die_with_it_open(struct fixture *f)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		f->store = store_open(&f->options, &f->error);
		if (!f->store || write_key(f, "from the child"))
			_exit(1);
		raise(SIGKILL);
	}
	waitpid(child, &status, 0);
	assert_true(WIFSIGNALED(status));
}

static void store_open__after_kill__checks_and_goes_on(void **state)
{
	struct fixture *f = *state;
	struct store_health h;

	die_with_it_open(f);
	fixture_open(f);
	store_health(f->store, &h);
	assert_false(h.clean_start);
	assert_true(has(f->store, "from the child"));
	assert_int_equal(write_key(f, "b"), ERR_NONE); /* while it is checked */
	do
		store_health(f->store, &h);
	while (h.checking);
	assert_false(h.readonly);
	fixture_reopen(f);
	store_health(f->store, &h);
	assert_true(h.clean_start);
}

static enum err run_bulk(struct txn *t, void *arg, struct error *e)
{
	for (int i = 0; i < 2000; i++) {
		sqlite3_stmt *st = txn_prepare(t,
					       "INSERT OR REPLACE INTO meta(key, value) "
					       "VALUES(?, printf('%0200d', ?))",
					       e);

		if (!st)
			return ERR_STORE;
		sqlite3_bind_int(st, 1, i);
		sqlite3_bind_int(st, 2, i);
		if (txn_exec(t, st, e))
			return ERR_STORE;
	}
	return ERR_NONE;
}

static void store_open__damaged_after_kill__is_read_only_and_says_what_to_do(void **state)
{
	struct fixture *f = *state;
	struct store_health h;
	char garbage[4096];

	fixture_open(f);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_bulk, NULL, &f->error), ERR_NONE);
	store_close(f->store);
	f->store = NULL;
	die_with_it_open(f);
	memset(garbage, 0xa5, sizeof garbage);
	put_file(f, "store.db", garbage, sizeof garbage, 60 * 4096); /* inside the bulk */
	fixture_open(f);
	do
		store_health(f->store, &h);
	while (h.checking);
	assert_true(h.readonly);
	assert_non_null(strstr(h.reason, "damaged"));
	assert_non_null(strstr(h.reason, "stop the daemon"));
	assert_int_equal(write_key(f, "c"), ERR_READONLY);
	assert_non_null(strstr(f->error.hint, "stop the daemon"));
}

/* ---- a disk that fails --------------------------------------------------------------------------
 */

static void disk_full__at_every_write__fails_and_recovers(void **state)
{
	struct fixture *f = *state;
	struct fault_vfs *fault = fault_vfs_register();
	struct store_health h;
	int failures = 0;

	f->options.vfs = "fault";
	fixture_open(f);
	for (int n = 0; n < 40; n++) {
		char key[32], kept[32];
		enum err rc;

		snprintf(key, sizeof key, "full-%d", n);
		snprintf(kept, sizeof kept, "kept-%d", n);
		atomic_store(&fault->writes_left, n % 8);
		rc = write_key(f, key);
		if (rc) {
			assert_int_equal(rc, ERR_FULL);
			assert_true(f->error.hint[0]);
			store_health(f->store, &h);
			assert_true(h.readonly);
			assert_non_null(strstr(h.reason, "space"));
			failures++;
		}
		assert_int_equal(has(f->store, key), rc == ERR_NONE);
		atomic_store(&fault->writes_left, -1);
		assert_int_equal(write_key(f, kept), ERR_NONE);
		assert_true(has(f->store, kept));
		store_health(f->store, &h);
		assert_false(h.readonly);
		assert_string_equal(h.reason, "");
	}
	assert_true(failures >= 5);
	fixture_reopen(f);
	for (int n = 0; n < 40; n++) {
		char kept[32];

		snprintf(kept, sizeof kept, "kept-%d", n);
		assert_true(has(f->store, kept));
	}
}

static void disk_full__space_returns__is_noticed_without_a_write(void **state)
{
	struct fixture *f = *state;
	struct fault_vfs *fault = fault_vfs_register();
	struct store_health h;

	f->options.vfs = "fault";
	fixture_open(f);
	atomic_store(&fault->writes_left, 0);
	assert_int_equal(write_key(f, "a"), ERR_FULL);
	atomic_store(&fault->writes_left, -1);
	do
		store_health(f->store, &h);
	while (h.readonly);
	assert_int_equal(write_key(f, "a"), ERR_NONE);
}

static void sync_fails__nothing_is_acknowledged_or_tried_again(void **state)
{
	struct fixture *f = *state;
	struct fault_vfs *fault = fault_vfs_register();
	struct store_health h;
	unsigned syncs;

	f->options.vfs = "fault";
	fixture_open(f);
	assert_int_equal(write_key(f, "before"), ERR_NONE);
	atomic_store(&fault->bad_sync, true);
	assert_int_equal(write_key(f, "lost"), ERR_IO);
	atomic_store(&fault->bad_sync, false);
	syncs = atomic_load(&fault->syncs);
	assert_int_equal(write_key(f, "after"), ERR_IO);
	store_health(f->store, &h);
	assert_true(h.readonly);
	assert_non_null(strstr(h.reason, "restart"));
	assert_true(has(f->store, "before"));
	assert_false(has(f->store, "lost"));
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(atomic_load(&fault->syncs), syncs);
	fixture_open(f); /* the restart */
	assert_true(has(f->store, "before"));
	assert_int_equal(write_key(f, "after"), ERR_NONE);
}

static void write_fails__whole_group_fails_and_writing_stops(void **state)
{
	struct fixture *f = *state;
	struct fault_vfs *fault = fault_vfs_register();

	f->options.vfs = "fault";
	fixture_open(f);
	atomic_store(&fault->bad_write, true);
	assert_int_equal(write_key(f, "a"), ERR_IO);
	assert_int_equal(write_key(f, "b"), ERR_IO);
	atomic_store(&fault->bad_write, false);
	assert_false(has(f->store, "a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(store_open__settings__are_the_promised_ones),
		store_test(store_open__second_daemon__is_told_who_owns_it),
		store_dir_test(store_open__no_database__is_left_alone),
		store_dir_test(store_open__unreadable__says_so),
		store_dir_test(store_open__another_programs_database__is_refused),
		store_dir_test(store_open__newer__is_refused_untouched),
		store_test(store_close__is_clean_and_one_file),
		store_dir_test(store_open__after_kill__checks_and_goes_on),
		store_dir_test(store_open__damaged_after_kill__is_read_only_and_says_what_to_do),
		store_dir_test(disk_full__at_every_write__fails_and_recovers),
		store_dir_test(disk_full__space_returns__is_noticed_without_a_write),
		store_dir_test(sync_fails__nothing_is_acknowledged_or_tried_again),
		store_dir_test(write_fails__whole_group_fails_and_writing_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
