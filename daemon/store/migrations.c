#include "daemon/store/migrations.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/store/database.h"
#include "shared/log.h"
#include "shared/mem.h"
#include "shared/paths.h"

enum { COPIES_KEPT = 2, COPY_BLOCK = 1 << 16 };

static const char copy_prefix[] = "store.db.before-";

int migrations_newest(const struct migration *table)
{
	int newest = 0;

	for (; table->number; table++)
		newest = table->number;
	return newest;
}

enum err migrations_newer(const char *path, int found, int newest, struct error *e)
{
	error_set(e, ERR_NEWER,
		  "the store %s was made by a newer program (step %d, this one knows %d)", path,
		  found, newest);
	error_hint(e,
		   "install the newer program again, or put a copy of the store from before in its "
		   "place; nothing was changed");
	return ERR_NEWER;
}

/* ---- copies ------------------------------------------------------------------------------- */

static int copy_number(const char *name)
{
	size_t n = sizeof copy_prefix - 1;
	char *end;
	long v;

	if (strncmp(name, copy_prefix, n) != 0)
		return 0;
	v = strtol(name + n, &end, 10);
	return *end || v <= 0 || v > 1000000 ? 0 : (int)v;
}

/* Highest number below limit, 0: none. */
static int highest_copy(const char *dir, int limit)
{
	DIR *d = opendir(dir);
	int highest = 0;

	for (struct dirent *entry; d && (entry = readdir(d));) {
		int n = copy_number(entry->d_name);

		if (n > highest && n < limit)
			highest = n;
	}
	if (d)
		closedir(d);
	return highest;
}

bool migrations_copy(const char *dir, char *out, size_t cap)
{
	int n = highest_copy(dir, 1 << 30);

	if (n)
		snprintf(out, cap, "%s/%s%d", dir, copy_prefix, n);
	return n > 0;
}

static void drop_old_copies(const char *dir)
{
	int limit = 1 << 30;

	for (int kept = 0; (limit = highest_copy(dir, limit)) > 0; kept++) {
		char path[PATH_TEXT + 64];

		snprintf(path, sizeof path, "%s/%s%d", dir, copy_prefix, limit);
		if (kept >= COPIES_KEPT)
			unlink(path);
	}
}

static enum err copy_bytes(int from, int to)
{
	char *block = mem_alloc(COPY_BLOCK);
	enum err rc = ERR_IO;
	ssize_t n;

	while ((n = read(from, block, COPY_BLOCK)) > 0) {
		for (ssize_t done = 0, w; done < n; done += w) {
			w = write(to, block + done, (size_t)(n - done));
			if (w < 0) {
				rc = errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
				goto out;
			}
		}
	}
	if (n == 0 && fsync(to) == 0)
		rc = ERR_NONE;
out:
	free(block);
	return rc;
}

/* The whole store is in one file after a TRUNCATE checkpoint, and nobody writes it now. */
static enum err copy_before(sqlite3 *db, const char *dir, int number, struct error *e)
{
	char from[PATH_TEXT + 64], temp[PATH_TEXT + 64], to[PATH_TEXT + 64];
	int in = -1, out = -1, busy;
	enum err rc = ERR_IO;

	snprintf(from, sizeof from, "%s/store.db", dir);
	snprintf(temp, sizeof temp, "%s/store.db.copying", dir);
	snprintf(to, sizeof to, "%s/%s%d", dir, copy_prefix, number);
	if (sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, &busy, NULL))
		return store_error(sqlite3_extended_errcode(db), db, "copy the store", e);
	in = open(from, O_RDONLY | O_CLOEXEC);
	if (in >= 0)
		out = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (in >= 0 && out >= 0)
		rc = copy_bytes(in, out);
	if (rc == ERR_NONE && rename(temp, to))
		rc = ERR_IO;
	if (rc) {
		error_set(e, rc, "cannot copy the store to %s before changing it: %s", to,
			  strerror(errno));
		error_hint(e, "free at least the size of %s on that disk", from);
		unlink(temp);
	}
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return rc ? rc : database_sync_path(dir, e);
}

/* ---- history ------------------------------------------------------------------------------ */

static void hash_of(const struct migration *m, unsigned char out[crypto_hash_sha256_BYTES])
{
	crypto_hash_sha256(out, (const unsigned char *)m->sql, strlen(m->sql));
}

static enum err changed(int number, const char *name, struct error *e)
{
	error_set(e, ERR_STORE, "step %d (%s) of the store is not the one this program has", number,
		  name);
	error_hint(e, "use the program that made this store; nothing was changed");
	return ERR_STORE;
}

/* Every recorded step must be ours, without gaps. @return the number of the last one */
static enum err check_history(sqlite3 *db, const struct migration *table, int *done,
			      struct error *e)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	enum err rc = ERR_NONE;
	sqlite3_stmt *st;
	int code;

	*done = 0;
	code = sqlite3_prepare_v2(db, "SELECT number, name, sha256 FROM migration ORDER BY number",
				  -1, &st, NULL);
	if (code)
		return store_error(code, db, "read the store's history", e);
	while (!rc && (code = sqlite3_step(st)) == SQLITE_ROW) {
		int number = sqlite3_column_int(st, 0);
		const char *name = (const char *)sqlite3_column_text(st, 1);

		if (table->number != number || strcmp(table->name, name) != 0) {
			rc = changed(number, name, e);
			break;
		}
		hash_of(table, hash);
		if (sqlite3_column_bytes(st, 2) != (int)sizeof hash ||
		    memcmp(sqlite3_column_blob(st, 2), hash, sizeof hash) != 0)
			rc = changed(number, name, e);
		*done = number;
		table++;
	}
	if (!rc && code != SQLITE_DONE)
		rc = store_error(code, db, "read the store's history", e);
	sqlite3_finalize(st);
	return rc;
}

static enum err check_references(sqlite3 *db, const struct migration *m, struct error *e)
{
	enum err rc = ERR_NONE;
	sqlite3_stmt *st;
	int code = sqlite3_prepare_v2(db, "PRAGMA foreign_key_check", -1, &st, NULL);

	if (!code)
		code = sqlite3_step(st);
	if (code == SQLITE_ROW)
		rc = error_set(e, ERR_STORE,
			       "step %d (%s) would leave rows of %s that refer to nothing",
			       m->number, m->name, (const char *)sqlite3_column_text(st, 0));
	else if (code != SQLITE_DONE)
		rc = store_error(code, db, "check the store", e);
	sqlite3_finalize(st);
	return rc;
}

static enum err record(sqlite3 *db, const struct migration *m, struct error *e)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	sqlite3_stmt *st;
	char sql[96];
	int code;

	hash_of(m, hash);
	code = sqlite3_prepare_v2(db,
				  "INSERT INTO migration(number, name, sha256, at_ms) "
				  "VALUES(?, ?, ?, CAST(unixepoch() AS INTEGER) * 1000)",
				  -1, &st, NULL);
	if (!code) {
		sqlite3_bind_int(st, 1, m->number);
		sqlite3_bind_text(st, 2, m->name, -1, SQLITE_STATIC);
		sqlite3_bind_blob(st, 3, hash, sizeof hash, SQLITE_STATIC);
		code = sqlite3_step(st);
	}
	sqlite3_finalize(st);
	if (code != SQLITE_DONE)
		return store_error(code, db, "record a step of the store", e);
	snprintf(sql, sizeof sql, "PRAGMA user_version=%d; PRAGMA application_id=%d", m->number,
		 STORE_APPLICATION_ID);
	return database_exec(db, sql, "record a step of the store", e);
}

static enum err apply(sqlite3 *db, const struct migration *m, struct error *e)
{
	enum err rc =
		database_exec(db,
			      "BEGIN IMMEDIATE;"
			      "CREATE TABLE IF NOT EXISTS migration(number INTEGER PRIMARY KEY,"
			      " name TEXT NOT NULL, sha256 BLOB NOT NULL,"
			      " at_ms INTEGER NOT NULL) STRICT",
			      "change the store", e);

	if (!rc)
		rc = database_exec(db, m->sql, "change the store", e);
	if (!rc)
		rc = check_references(db, m, e);
	if (!rc)
		rc = record(db, m, e);
	if (!rc)
		rc = database_exec(db, "COMMIT", "change the store", e);
	if (rc) {
		error_prefix(e, "step %d (%s): ", m->number, m->name);
		if (!sqlite3_get_autocommit(db))
			(void)database_exec(db, "ROLLBACK", "undo", NULL);
	}
	return rc;
}

static enum err run_steps(sqlite3 *db, const char *dir, const struct migration *table, int done,
			  struct error *e)
{
	enum err rc;

	while (table->number && table->number <= done)
		table++;
	if (!table->number)
		return ERR_NONE;
	if (done) {
		rc = copy_before(db, dir, table->number, e);
		if (rc)
			return rc;
	}
	/* Steps that rebuild a table need references unchecked until their end. */
	rc = database_exec(db, "PRAGMA foreign_keys=OFF", "change the store", e);
	for (; !rc && table->number; table++) {
		rc = apply(db, table, e);
		if (!rc && done)
			log_info("store", "step %d (%s) applied", table->number, table->name);
	}
	if (database_exec(db, "PRAGMA foreign_keys=ON", "change the store", rc ? NULL : e) && !rc)
		rc = ERR_STORE;
	if (!rc && done)
		drop_old_copies(dir);
	return rc;
}

enum err migrations_run(sqlite3 *db, const char *dir, const struct migration *table,
			struct error *e)
{
	int version = (int)database_int(db, "PRAGMA user_version", 0);
	int64_t app = database_int(db, "PRAGMA application_id", 0);
	int64_t tables = database_int(db, "SELECT count(*) FROM sqlite_schema", -1);
	int done = 0;
	enum err rc;

	if (tables < 0)
		return store_error(sqlite3_extended_errcode(db), db, "read the store", e);
	if (tables > 0 && app != STORE_APPLICATION_ID) {
		error_set(e, ERR_STORE, "%s/store.db is another program's database", dir);
		error_hint(e, "give another --data-dir");
		return ERR_STORE;
	}
	if (version > migrations_newest(table)) {
		char path[PATH_TEXT + 64];

		snprintf(path, sizeof path, "%s/store.db", dir);
		return migrations_newer(path, version, migrations_newest(table), e);
	}
	if (tables > 0) {
		rc = check_history(db, table, &done, e);
		if (rc)
			return rc;
	}
	return run_steps(db, dir, table, done, e);
}
