#include "daemon/store/database.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/store/migrations.h"

enum { HEADER_BYTES = 100, HEADER_USER_VERSION = 60, HEADER_APPLICATION_ID = 68 };

static int64_t big_endian(const unsigned char *p)
{
	return (int64_t)p[0] << 24 | (int64_t)p[1] << 16 | (int64_t)p[2] << 8 | p[3];
}

static enum err cannot_open(const char *path, int why, struct error *e)
{
	struct stat st;
	const struct passwd *owner = NULL;
	bool denied = why == EACCES || why == EPERM || why == EROFS;

	error_set(e, denied ? ERR_DENIED : ERR_IO, "cannot open the store %s: %s", path,
		  strerror(why));
	if (denied && stat(path, &st) == 0)
		owner = getpwuid(st.st_uid); /* at start, before there are threads */
	if (owner)
		error_hint(e, "it belongs to %s: start the daemon as that user, or chown it",
			   owner->pw_name);
	else
		error_hint(e,
			   "make it readable and writable for the daemon's user, or give another "
			   "--data-dir");
	return denied ? ERR_DENIED : ERR_IO;
}

enum err database_probe(const char *path, int newest, bool *is_new, struct error *e)
{
	unsigned char head[HEADER_BYTES];
	enum err rc = ERR_NONE;
	int64_t app, version;
	ssize_t n;
	int fd;

	*is_new = false;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		*is_new = true;
		return ERR_NONE;
	}
	if (fd < 0)
		return cannot_open(path, errno, e);
	n = pread(fd, head, sizeof head, 0);
	if (n < 0) {
		rc = cannot_open(path, errno, e);
		goto out;
	}
	if (n == 0) {
		*is_new = true;
		goto out;
	}
	if (n < HEADER_BYTES || memcmp(head, "SQLite format 3", 16) != 0) {
		rc = error_set(e, ERR_STORE, "%s is not a store: it is no SQLite database", path);
		error_hint(e,
			   "move it away and put a copy in its place, or give another --data-dir");
		goto out;
	}
	app = big_endian(head + HEADER_APPLICATION_ID);
	version = big_endian(head + HEADER_USER_VERSION);
	/* Both 0: killed while it was being made; the content is looked at once it is open. */
	if (app != STORE_APPLICATION_ID && (app != 0 || version != 0)) {
		rc = error_set(e, ERR_STORE, "%s is another program's database", path);
		error_hint(e, "give another --data-dir");
	} else if (version > newest) {
		rc = migrations_newer(path, (int)version, newest, e);
	}
out:
	close(fd);
	return rc;
}

enum err store_error(int sqlite_code, sqlite3 *db, const char *what, struct error *e)
{
	int sys = db ? sqlite3_system_errno(db) : 0;
	const char *why = db ? sqlite3_errmsg(db) : sqlite3_errstr(sqlite_code);

	switch (sqlite_code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE: return ERR_NONE;
	case SQLITE_FULL: goto full;
	case SQLITE_IOERR:
		if (sqlite_code == SQLITE_IOERR_NOMEM)
			goto other;
		if (sqlite_code != SQLITE_IOERR_FSYNC && (sys == ENOSPC || sys == EDQUOT))
			goto full;
		error_set(e, ERR_IO, "cannot %s: %s%s%s", what, why, sys ? ": " : "",
			  sys ? strerror(sys) : "");
		error_hint(e, "look at the disk and the kernel's log, then restart the daemon");
		return ERR_IO;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		error_set(e, ERR_BUSY, "cannot %s: another program uses the store", what);
		error_hint(e, "end programs that have store.db open (sqlite3?) and try again");
		return ERR_BUSY;
	case SQLITE_CONSTRAINT:
		if (sqlite_code == SQLITE_CONSTRAINT_UNIQUE ||
		    sqlite_code == SQLITE_CONSTRAINT_PRIMARYKEY)
			return error_set(e, ERR_EXISTS, "cannot %s: %s", what, why);
		if (sqlite_code == SQLITE_CONSTRAINT_FOREIGNKEY)
			return error_set(e, ERR_IN_USE, "cannot %s: %s", what, why);
		goto other;
	case SQLITE_READONLY: return error_set(e, ERR_READONLY, "cannot %s: %s", what, why);
	case SQLITE_INTERRUPT:
		return error_set(e, ERR_TIMEOUT, "cannot %s: it took too long", what);
	case SQLITE_TOOBIG: return error_set(e, ERR_TOO_LARGE, "cannot %s: %s", what, why);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		error_set(e, ERR_STORE, "cannot %s: the store is damaged (%s)", what, why);
		error_hint(e, "stop the daemon and put a copy in place of store.db");
		return ERR_STORE;
	case SQLITE_CANTOPEN:
		if (sys)
			return error_set(e, ERR_IO, "cannot %s: %s", what, strerror(sys));
		goto other;
	}
other:
	return error_set(e, ERR_STORE, "cannot %s: %s", what, why);
full:
	error_set(e, ERR_FULL, "cannot %s: no space left on the device", what);
	error_hint(e, "free some space; writing goes on by itself");
	return ERR_FULL;
}

enum err database_exec(sqlite3 *db, const char *sql, const char *what, struct error *e)
{
	int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);

	return rc ? store_error(rc, db, what, e) : ERR_NONE;
}

int64_t database_int(sqlite3 *db, const char *sql, int64_t fallback)
{
	int64_t v = fallback;
	sqlite3_stmt *st;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL))
		return fallback;
	if (sqlite3_step(st) == SQLITE_ROW && sqlite3_column_type(st, 0) != SQLITE_NULL)
		v = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return v;
}

static sqlite3 *open_common(const char *path, int flags, const char *vfs, struct error *e)
{
	sqlite3 *db = NULL;
	int rc = sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX, vfs);

	if (rc) {
		(void)store_error(rc, db, "open the store", e);
		sqlite3_close(db);
		return NULL;
	}
	sqlite3_extended_result_codes(db, 1);
	sqlite3_busy_timeout(db, 5000);
	/* Only the writer checkpoints: see the WAL-reset fault of SQLite before 3.51.3. */
	sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return db;
}

static bool is_wal(sqlite3 *db)
{
	sqlite3_stmt *st;
	bool wal = false;

	if (sqlite3_prepare_v2(db, "PRAGMA journal_mode=WAL", -1, &st, NULL))
		return false;
	if (sqlite3_step(st) == SQLITE_ROW)
		wal = !sqlite3_stricmp((const char *)sqlite3_column_text(st, 0), "wal");
	sqlite3_finalize(st);
	return wal;
}

sqlite3 *database_open_writer(const char *path, const char *vfs, const char *synchronous,
			      struct error *e)
{
	char sql[256];
	sqlite3 *db;
	mode_t mask;

	mask = umask(
		077); /* secrets' ciphertexts and monitors' targets are nobody else's business */
	db = open_common(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs, e);
	if (!db)
		goto out;
	/* Before the first page is written; without effect on an existing file. */
	if (database_exec(db, "PRAGMA page_size=4096; PRAGMA auto_vacuum=INCREMENTAL",
			  "set up the store", e))
		goto fail;
	if (!is_wal(db)) {
		int rc = sqlite3_extended_errcode(db);

		if (rc && rc != SQLITE_ROW && rc != SQLITE_DONE)
			(void)store_error(rc, db, "open the store", e);
		else
			error_set(e, ERR_STORE,
				  "cannot open the store: its file system has no "
				  "shared memory for write-ahead logs");
		error_hint(e, "put the data directory on a local disk");
		goto fail;
	}
	snprintf(sql, sizeof sql,
		 "PRAGMA synchronous=%s; PRAGMA wal_autocheckpoint=0;"
		 "PRAGMA journal_size_limit=67108864; PRAGMA mmap_size=0; PRAGMA cache_size=-2048;"
		 "PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON; PRAGMA secure_delete=FAST",
		 synchronous ? synchronous : "FULL");
	if (database_exec(db, sql, "set up the store", e))
		goto fail;
	goto out;
fail:
	sqlite3_close(db);
	db = NULL;
out:
	umask(mask);
	return db;
}

sqlite3 *database_open_reader(const char *path, const char *vfs, struct error *e)
{
	sqlite3 *db = open_common(path, SQLITE_OPEN_READONLY, vfs, e);

	if (db && database_exec(db,
				"PRAGMA mmap_size=0; PRAGMA cache_size=-512; PRAGMA query_only=ON;"
				"PRAGMA temp_store=MEMORY",
				"open the store", e)) {
		sqlite3_close(db);
		db = NULL;
	}
	return db;
}

enum err database_sync_path(const char *path, struct error *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum err rc = ERR_NONE;

	if (fd < 0 || fsync(fd))
		rc = error_set(e, ERR_IO, "cannot write %s to disk: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return rc;
}
