#pragma once
/* Connections and their settings. */
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "daemon/store/store.h"

/* PRAGMA application_id of every store: "SSm1". */
enum { STORE_APPLICATION_ID = 0x53536d31 };

/** Look at the file's first bytes only, so that one that is not ours stays untouched: ERR_DENIED,
 *  ERR_STORE (no database, another program's), ERR_NEWER. @param is_new  absent or empty */
enum err database_probe(const char *path, int newest, bool *is_new, struct error *e);

/** The one connection that writes; makes the file (0600) when it is missing. */
sqlite3 *database_open_writer(const char *path, const char *vfs, const char *synchronous,
			      struct error *e);
/** Read-only, never checkpoints. */
sqlite3 *database_open_reader(const char *path, const char *vfs, struct error *e);

/** One number from a statement; fallback when there is no row or it is NULL. */
int64_t database_int(sqlite3 *db, const char *sql, int64_t fallback);
/** Run statements that return nothing of interest. */
enum err database_exec(sqlite3 *db, const char *sql, const char *what, struct error *e);
/** fsync a file or directory by path. */
enum err database_sync_path(const char *path, struct error *e);
