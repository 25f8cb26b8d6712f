#include "daemon/store/master_key.h"

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
#include "shared/paths.h"

enum { CHECK_BYTES = 16, CHECK_TEXT = CHECK_BYTES * 2 + 1 };

void master_key_fini(struct master_key *k)
{
	sodium_free(k->bytes);
	k->bytes = NULL;
}

enum err master_key_check(const struct master_key *k, struct error *e)
{
	if (k->bytes)
		return ERR_NONE;
	if (e)
		*e = k->error;
	return k->error.code;
}

/* Tells keys apart and says nothing about them. */
static void check_text(const unsigned char *key, char out[CHECK_TEXT])
{
	static const char what[] = "sellersmart master key";
	unsigned char hash[CHECK_BYTES];

	crypto_generichash(hash, sizeof hash, (const unsigned char *)what, sizeof what, key,
			   MASTER_KEY_BYTES);
	sodium_bin2hex(out, CHECK_TEXT, hash, sizeof hash);
}

static bool read_check(sqlite3 *db, char out[CHECK_TEXT])
{
	sqlite3_stmt *st;
	bool found = false;

	if (sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE key = 'secrets.key'", -1, &st,
			       NULL))
		return false;
	if (sqlite3_step(st) == SQLITE_ROW) {
		snprintf(out, CHECK_TEXT, "%s", (const char *)sqlite3_column_text(st, 0));
		found = true;
	}
	sqlite3_finalize(st);
	return found;
}

static enum err write_check(sqlite3 *db, const char *text, struct error *e)
{
	char sql[160];

	snprintf(sql, sizeof sql,
		 "INSERT INTO meta(key, value) VALUES('secrets.key', '%s') "
		 "ON CONFLICT(key) DO UPDATE SET value = excluded.value",
		 text);
	return database_exec(db, sql, "record the master key", e);
}

/* On disk, and known to be, before anything is sealed with it. */
static enum err make(const char *path, const char *dir, const unsigned char *key, struct error *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	enum err rc = ERR_NONE;

	if (fd < 0 || write(fd, key, MASTER_KEY_BYTES) != MASTER_KEY_BYTES || fsync(fd))
		rc = error_set(e, errno == ENOSPC ? ERR_FULL : ERR_IO, "cannot make %s: %s", path,
			       strerror(errno));
	if (fd >= 0) {
		close(fd);
		if (rc)
			unlink(path);
	}
	return rc ? rc : database_sync_path(dir, e);
}

static void unusable(struct master_key *k, const char *path, const char *why)
{
	master_key_fini(k);
	error_set(&k->error, ERR_UNAVAILABLE, "secrets cannot be used: %s %s", path, why);
	error_hint(&k->error,
		   "put the right master.key back and restart the daemon; the stored values "
		   "are untouched");
	log_error("store", "%s", k->error.text);
}

static int open_key(const char *dir, char path[PATH_TEXT + 16])
{
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");
	int fd = -1;

	if (credentials) {
		snprintf(path, PATH_TEXT + 16, "%s/master.key", credentials);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0) {
		snprintf(path, PATH_TEXT + 16, "%s/master.key", dir);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	return fd;
}

enum err master_key_load(struct master_key *k, const char *dir, sqlite3 *db, bool may_make,
			 struct error *e)
{
	char path[PATH_TEXT + 16], is[CHECK_TEXT], was[CHECK_TEXT];
	unsigned char more;
	enum err rc = ERR_NONE;
	struct stat st;
	int fd = open_key(dir, path);

	k->bytes = sodium_malloc(MASTER_KEY_BYTES);
	if (!k->bytes) {
		unusable(k, path, "found no memory");
	} else if (fd < 0 && errno != ENOENT) {
		unusable(k, path, "cannot be read");
	} else if (fd < 0 && !may_make) {
		unusable(k, path, "is missing");
	} else if (fd < 0) {
		randombytes_buf(k->bytes, MASTER_KEY_BYTES);
		rc = make(path, dir, k->bytes, e);
	} else if (read(fd, k->bytes, MASTER_KEY_BYTES) != MASTER_KEY_BYTES ||
		   read(fd, &more, 1) != 0) {
		unusable(k, path, "is damaged: it must have 32 bytes");
	} else if (fstat(fd, &st) == 0 && (st.st_mode & 077)) {
		log_warn("store", "%s can be read by others: chmod 600 it", path);
	}
	if (fd >= 0)
		close(fd);
	if (rc || !k->bytes)
		return rc;
	check_text(k->bytes, is);
	if (read_check(db, was) && !strcmp(is, was))
		return ERR_NONE;
	if (may_make)
		return write_check(db, is, e);
	unusable(k, path, "is not the key that the secrets were sealed with");
	return ERR_NONE;
}
