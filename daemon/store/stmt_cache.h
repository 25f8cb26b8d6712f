#pragma once
/* Prepared statements of one connection, found by the address of their literal text. */
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "shared/err.h"

struct stmt_slot;

struct stmt_cache {
	sqlite3 *db;
	struct stmt_slot *slots;
	size_t cap, n;
	sqlite3_stmt *used[32]; /* handed out since the last release */
	size_t n_used;
	bool many_used; /* more than fit: release resets all */
};

void stmt_cache_init(struct stmt_cache *c, sqlite3 *db);
/** Finalizes all; before the connection is closed. */
void stmt_cache_fini(struct stmt_cache *c);
/** Reset and unbound; NULL with e filled. Owner: the cache. */
sqlite3_stmt *stmt_cache_get(struct stmt_cache *c, const char *sql, struct error *e);
/** Reset all that were handed out, so that none keeps a snapshot open. */
void stmt_cache_release(struct stmt_cache *c);
