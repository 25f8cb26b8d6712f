#pragma once
/* Immutable steps known by number, name and hash; generated from migrations/. */
#include "daemon/store/store.h"

struct migration {
	int number;
	const char *name;
	const char *sql;
};
extern const struct migration migration_table[]; /* ends with number 0 */

/** Bring db to the newest step: refuse changed history and newer stores, copy the file first (not
 * for a new one), each step in one transaction with foreign_key_check before its commit. */
enum err migrations_run(sqlite3 *db, const char *dir, const struct migration *table,
			struct error *e);
/** Number of the last step. */
int migrations_newest(const struct migration *table);
/** ERR_NEWER for a store at found when this program knows steps up to newest. */
enum err migrations_newer(const char *path, int found, int newest, struct error *e);
/** Path of the newest copy taken before a step, false when there is none. */
bool migrations_copy(const char *dir, char *out, size_t cap);
