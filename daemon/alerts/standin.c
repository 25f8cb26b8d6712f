/* Until the real ones are here. */
#include <stdlib.h>
#include <string.h>
#include "daemon/alerts/outbox.h"
#include "shared/mem.h"
#define WEAK __attribute__((weak))
WEAK struct outbox *outbox_new(struct daemon *d, struct error *e)
{
	return mem_zalloc(8);
}
WEAK enum err outbox_start(struct outbox *o, struct error *e)
{
	return ERR_NONE;
}
WEAK void outbox_stop(struct outbox *o, int limit_ms)
{
}
WEAK void outbox_free(struct outbox *o)
{
	free(o);
}
WEAK void outbox_wake(struct outbox *o, uint64_t notifier)
{
}
WEAK size_t outbox_drain(struct outbox *o, int64_t deadline)
{
	return 0;
}
WEAK void outbox_metrics(struct outbox *o, struct buf *out)
{
}
WEAK enum err outbox_add(struct txn *t, struct outbox_message *m, int64_t now_ms, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"INSERT INTO delivery(id, notifier, notifier_name, topic, severity, title, state, message, created_ms, attempts, tried_ms, next_ms, sent_ms, took_ms, status) VALUES(?,?,?,?,?,?,'pending',?,?,0,0,0,0,0,0)",
		e);
	if (!st)
		return ERR_STORE;
	m->id = txn_new_id(t);
	sqlite3_bind_int64(st, 1, (int64_t)m->id);
	sqlite3_bind_int64(st, 2, (int64_t)m->notifier);
	sqlite3_bind_text(st, 3, m->notifier_name, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 4, m->topic, -1, SQLITE_STATIC);
	sqlite3_bind_int(st, 5, m->severity);
	sqlite3_bind_text(st, 6, m->title, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 7, m->json, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 8, now_ms);
	return txn_exec(t, st, e);
}
WEAK void message_make_title(const json_t *alerts, size_t total, struct buf *out)
{
	buf_printf(out, "%zu alerts", total);
}
