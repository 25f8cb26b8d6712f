/* Until the real ones are here. */
#include <stdlib.h>
#include <string.h>
#include "daemon/alerts/outbox.h"
#include "daemon/alerts/rules.h"
#include "daemon/store/feed.h"
#include "shared/json.h"
#include "shared/mem.h"
#define WEAK __attribute__((weak))
WEAK struct rules *rules_new(struct daemon *d)
{
	return NULL;
}
WEAK void rules_free(struct rules *r)
{
}
WEAK void rules_reload(struct rules *r)
{
}
WEAK enum err rules_warm(struct rules *r, uint64_t seq, struct error *e)
{
	return ERR_NONE;
}
WEAK int64_t rules_tick(struct rules *r, int64_t now_ms, rule_hit_fn *fn, void *arg)
{
	return 0;
}
WEAK void rules_event(struct rules *r, const struct event *ev, const struct subject *s,
		      rule_hit_fn *fn, void *arg)
{
	char print[FINGERPRINT_TEXT];
	bool down = !strcmp(ev->topic, "monitor.down") || !strcmp(ev->topic, "monitor.flapping");
	if (strncmp(ev->topic, "monitor.", 8))
		return;
	json_t *data = ev->data_json ? json_loads(ev->data_json, 0, NULL) : NULL;
	const char *state = json_str(data, "state", "");
	down = down || !strcmp(state, "down");
	bool up = !strcmp(state, "up") || !strcmp(state, "degraded") || !strcmp(state, "paused");
	snprintf(print, sizeof(print), "monitor-down/monitor/%llu",
		 (unsigned long long)ev->subject);
	struct rule_hit hit = {.rule = "monitor-down",
			       .what = down ? RULE_OPENS : RULE_RESOLVES,
			       .fingerprint = print,
			       .severity = (int)ev->severity,
			       .since_ms = ev->at_ms,
			       .at_ms = ev->at_ms,
			       .topic = ev->topic,
			       .text = ev->text,
			       .data = ev->data_json,
			       .seq = ev->seq,
			       .changes = true,
			       .subject = s};
	if (down || up)
		fn(&hit, arg);
	json_decref(data);
}
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
