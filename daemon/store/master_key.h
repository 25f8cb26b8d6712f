#pragma once
/* The key that seals the secrets. */
#include <sqlite3.h>
#include <stdbool.h>

#include "shared/err.h"

enum { MASTER_KEY_BYTES = 32 };

struct master_key {
	unsigned char *bytes; /* locked memory; NULL: unusable, error says why */
	struct error error;
};

/** Read CREDENTIALS_DIRECTORY/master.key or DIR/master.key; make the latter when there is none and
 *  nothing was sealed yet (may_make). A key that is missing, broken or not the one in use is no
 *  failure of the store: it is remembered for master_key_check. */
enum err master_key_load(struct master_key *k, const char *dir, sqlite3 *db, bool may_make,
			 struct error *e);
enum err master_key_check(const struct master_key *k, struct error *e);
void master_key_fini(struct master_key *k);
