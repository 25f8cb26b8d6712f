#include "daemon/store/resources.h"
#include "daemon/store/store_internal.h"
#include "shared/mem.h"

static const int64_t kept_ms = 24 * INT64_C(3600000);

bool idempotency_find(struct txn *t, const char *key, int *status, char **reply)
{
	sqlite3_stmt *st = txn_prepare(
		t, "SELECT status, reply FROM idempotency WHERE key = ? AND at_ms > ?", NULL);
	bool found;

	if (!st)
		return false;
	txn_bind_text(st, 1, key);
	sqlite3_bind_int64(st, 2, txn_now_ms(t) - kept_ms);
	found = sqlite3_step(st) == SQLITE_ROW;
	if (found) {
		*status = sqlite3_column_int(st, 0);
		*reply = mem_strdup((const char *)sqlite3_column_text(st, 1));
	}
	sqlite3_reset(st);
	return found;
}

enum err idempotency_keep(struct txn *t, const char *key, int status, const char *reply,
			  struct error *e)
{
	sqlite3_stmt *st =
		txn_prepare(t,
			    "INSERT OR REPLACE INTO idempotency(key, status, reply, at_ms) "
			    "VALUES(?, ?, ?, ?)",
			    e);

	if (st) {
		txn_bind_text(st, 1, key);
		sqlite3_bind_int(st, 2, status);
		txn_bind_text(st, 3, reply);
		sqlite3_bind_int64(st, 4, txn_now_ms(t));
	}
	return txn_exec(t, st, e);
}
