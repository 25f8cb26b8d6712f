/* Pings that arrive. Addresses as healthchecks.io has them:
 * /ping/KEY[/start|/fail|/log|/0-255]. A ping is answered after its commit. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/services/sitemonitor/heartbeats/heartbeats.h"
#include "daemon/services/sitemonitor/rows.h"
#include "shared/mem.h"
#include "shared/text_safe.h"

enum { BODY_KEPT = 10000, PINGS_KEPT = 100, BODY_IN_EVIDENCE = 4000, FAILURES_TOLD = 20 };

enum ping_kind { PING_SUCCESS, PING_START, PING_FAIL, PING_LOG };
static const char *const kind_names[] = {"success", "start", "fail", "log"};

struct ping {
	struct store_op op;
	struct sitemonitor *sm;
	struct request *r;
	uint64_t monitor;
	enum ping_kind kind;
	int exit_status; /* -1: none */
	char run[RUN_TEXT];
	struct moment at;
	char *body;                                 /* safe, NULL when empty */
	int64_t duration_ms;                        /* -1: none */
	int64_t pinged_ms, started_ms, deadline_ms; /* to be kept */
	char kept_run[RUN_TEXT];
	struct state_row row;
	bool with_row;
	enum err code;
};

/* ---- keeping a ping
 * -------------------------------------------------------------------------------- */

static enum err keep_heartbeat(struct txn *t, const struct ping *p, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"INSERT INTO heartbeat (monitor, pinged_ms, started_ms, run, deadline_ms)"
		" VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (monitor) DO UPDATE SET"
		" pinged_ms = excluded.pinged_ms, started_ms = excluded.started_ms,"
		" run = excluded.run, deadline_ms = excluded.deadline_ms",
		e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)p->monitor);
	sqlite3_bind_int64(st, 2, p->pinged_ms);
	sqlite3_bind_int64(st, 3, p->started_ms);
	bind_text(st, 4, p->kept_run[0] ? p->kept_run : NULL);
	sqlite3_bind_int64(st, 5, p->deadline_ms);
	return txn_exec(t, st, e);
}

static enum err keep_body(struct txn *t, const struct ping *p, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"INSERT INTO heartbeat_ping (monitor, at_ms, kind, exit_status, run, duration_ms, body)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)p->monitor);
	sqlite3_bind_int64(st, 2, p->at.wall_ms);
	bind_text(st, 3, kind_names[p->kind]);
	if (p->exit_status >= 0)
		sqlite3_bind_int(st, 4, p->exit_status);
	bind_text(st, 5, p->run[0] ? p->run : NULL);
	if (p->duration_ms >= 0)
		sqlite3_bind_int64(st, 6, p->duration_ms);
	bind_text(st, 7, p->body);
	enum err err = txn_exec(t, st, e);
	st = err ? NULL
		 : txn_prepare(
			   t,
			   "DELETE FROM heartbeat_ping WHERE monitor = ?1 AND id <= (SELECT id FROM heartbeat_ping"
			   " WHERE monitor = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
			   e);
	if (!st)
		return err ? err : ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)p->monitor);
	sqlite3_bind_int(st, 2, PINGS_KEPT);
	return txn_exec(t, st, e);
}

static enum err keep_ping(struct txn *t, void *arg, struct error *e)
{
	struct ping *p = arg;
	bool exists = false;
	enum err err = monitor_row_exists(t, p->monitor, &exists, e);
	if (!err && !exists)
		return error_set(e, ERR_NOT_FOUND, "there is no heartbeat at this address");
	if (!err)
		err = keep_body(t, p, e);
	if (!err)
		err = keep_heartbeat(t, p, e);
	if (!err && p->with_row)
		err = state_row_write(t, &p->row, e);
	return err;
}

static void ping_free(void *arg)
{
	struct ping *p = arg;
	state_row_fini(&p->row);
	free(p->body);
	free(p);
}

/* What was written with the ping is dirty again when that failed. */
static void ping_ended(void *arg)
{
	struct ping *p = arg;
	struct monitor *m = p->with_row ? table_find(&p->sm->table, p->monitor) : NULL;
	if (m && p->code) {
		m->evidence_dirty |= p->row.with_evidence;
		batch_dirty(p->sm, m);
	}
	ping_free(p);
}

static void answer(struct ping *p, const struct error *e)
{
	struct request *r = p->r;
	p->r = NULL;
	if (e) {
		request_finish_error(r, e);
		return;
	}
	buf_add_str(reply_body(r), "OK");
	reply_header(r, "Content-Type", "text/plain; charset=utf-8");
	reply_header(r, "Ping-Body-Limit", "10000");
	request_finish(r, 200);
}

static void ping_kept(void *arg, enum err code, const struct error *e)
{
	struct ping *p = arg;
	struct error why = {0};
	if (code && (!e || !e->code))
		error_set(&why, code, "the ping was not kept: %s", err_info(code)->title);
	p->code = code;
	answer(p, !code ? NULL : why.code ? &why : e);
	writing_ended(p->sm, ping_ended, ping_free, p);
}

/* ---- a ping arrives: net loop
 * ----------------------------------------------------------------------- */

static void evidence_of(const struct ping *p, struct check_result *r, size_t body_max)
{
	struct buf out = BUF_INIT(CHECK_EVIDENCE_MAX);
	struct json_writer w;
	jw_init(&w, &out);
	jw_object(&w);
	jw_kv_str(&w, "ping", kind_names[p->kind]);
	if (p->exit_status >= 0)
		jw_kv_int(&w, "exit_status", p->exit_status);
	if (p->body && body_max) {
		jw_key(&w, "output");
		jw_strn(&w, p->body, strnlen(p->body, body_max));
	}
	jw_object_end(&w);
	if (!out.overflow)
		r->evidence = buf_take(&out);
	buf_fini(&out);
}

static void say_ping(const struct ping *p, struct check_result *r)
{
	r->outcome = p->kind == PING_SUCCESS ? OUTCOME_UP : OUTCOME_DOWN;
	r->total_us = p->duration_ms >= 0 ? p->duration_ms * 1000 : -1;
	if (p->kind == PING_SUCCESS)
		return;
	snprintf(r->cause, sizeof(r->cause), "%s", p->exit_status > 0 ? "exit_status" : "failed");
	if (p->exit_status > 0)
		snprintf(r->message, sizeof(r->message), "the job ended with exit status %d",
			 p->exit_status);
	else
		snprintf(r->message, sizeof(r->message), "the job said that it failed");
	evidence_of(p, r, BODY_IN_EVIDENCE);
	if (!r->evidence) /* escapes made it too long */
		evidence_of(p, r, 0);
}

/* Each failed run until everybody knows, and the first good one after it: jobs may report every few
 * seconds. */
static void tell_run(struct sitemonitor *sm, struct monitor *m, const struct ping *p, bool failing)
{
	char text[NOTICE_TEXT], data[NOTICE_DATA], number[16] = "null";
	unsigned count = m->track.fails;
	bool failed = p->kind == PING_FAIL;
	if (m->track.hold == STATE_PAUSED || (failed ? count > FAILURES_TOLD : !failing))
		return;
	if (!failed)
		snprintf(text, sizeof(text), "%s: the job is done again", monitor_name(m));
	else if (count > 1)
		snprintf(text, sizeof(text), "%s: the job failed %u times in a row",
			 monitor_name(m), count);
	else
		snprintf(text, sizeof(text), "%s: the job failed", monitor_name(m));
	if (p->exit_status >= 0)
		snprintf(number, sizeof(number), "%d", p->exit_status);
	snprintf(data, sizeof(data), "{\"state\":\"%s\",\"count\":%u,\"exit_status\":%s%s}",
		 failed ? "failed" : "done", failed ? count : 0, number,
		 m->track.hold == STATE_MAINTENANCE ? ",\"suppressed\":true" : "");
	notice_of(sm, m, failed ? "job.failed" : "job.done",
		  failed ? SEVERITY_WARNING : SEVERITY_INFO, text, data);
}

static void apply(struct sitemonitor *sm, struct monitor *m, struct ping *p)
{
	struct heartbeat *h = m->beat;
	struct check_result r;
	if (p->kind == PING_START) {
		h->started_ms = p->at.wall_ms;
		snprintf(h->run, sizeof(h->run), "%s", p->run);
		heartbeat_set_deadline(sm, m, p->at.wall_ms);
	} else if (p->kind != PING_LOG) {
		bool own_run = h->started_ms && !strcmp(h->run, p->run);
		if (own_run && p->at.wall_ms >= h->started_ms)
			p->duration_ms = p->at.wall_ms - h->started_ms;
		if (own_run || !p->run[0])
			h->started_ms = 0; /* another run that is under way goes on */
		h->pinged_ms = p->at.wall_ms;
		heartbeat_set_deadline(sm, m, p->at.wall_ms);
		bool failing = m->track.fails > 0;
		check_result_init(&r);
		say_ping(p, &r);
		heartbeat_conclude(sm, m, &r, p->at);
		check_result_fini(&r);
		tell_run(sm, m, p, failing);
	}
	heartbeat_schedule(sm, m);
	p->pinged_ms = h->pinged_ms;
	p->started_ms = h->started_ms;
	p->deadline_ms = h->deadline.wall_ms;
	snprintf(p->kept_run, sizeof(p->kept_run), "%s", h->started_ms ? h->run : "");
	if (m->state_dirty || m->evidence_dirty) {
		state_row_take(m, &p->row);
		p->with_row = true;
	}
}

static void arrive(void *arg)
{
	struct ping *p = arg;
	struct sitemonitor *sm = p->sm;
	struct error e = {0};
	struct monitor *m = table_find(&sm->table, p->monitor);
	if (m && m->beat && m->beat->arriving) {
		table_lock(&sm->table);
		m->beat->arriving--;
		table_unlock(&sm->table);
	}
	if (!m || !m->beat || !sm->running) {
		error_set(&e, sm->running ? ERR_NOT_FOUND : ERR_UNAVAILABLE,
			  sm->running ? "there is no heartbeat at this address"
				      : "the daemon is ending");
		answer(p, &e);
		ping_free(p);
		return;
	}
	apply(sm, m, p);
	p->op = (struct store_op){.run = keep_ping, .done = ping_kept, .arg = p};
	enum err err = writing_submit(sm, OP_PEOPLE, &p->op, &e);
	if (err) { /* else p may already be gone */
		p->code = err;
		answer(p, &e);
		ping_ended(p);
	}
}

/* ---- the route: api loop
 * ----------------------------------------------------------------------------- */

static bool take_kind(const char *word, struct ping *p)
{
	p->kind = PING_SUCCESS;
	p->exit_status = -1;
	if (!word)
		return true;
	for (int i = PING_START; i <= PING_LOG; i++) {
		if (!strcmp(word, kind_names[i])) {
			p->kind = (enum ping_kind)i;
			return true;
		}
	}
	size_t n = strlen(word);
	if (n < 1 || n > 3 || strspn(word, "0123456789") != n || atoi(word) > 255)
		return false;
	p->exit_status = atoi(word);
	p->kind = p->exit_status ? PING_FAIL : PING_SUCCESS;
	return true;
}

static bool take_run(const char *rid, struct ping *p)
{
	if (!rid)
		return true;
	size_t n = strlen(rid);
	if (n < 1 || n >= RUN_TEXT || strspn(rid, "0123456789abcdefABCDEF-") != n)
		return false;
	for (size_t i = 0; i <= n; i++)
		p->run[i] = (char)tolower((unsigned char)rid[i]);
	return true;
}

static void take_body(struct request *r, struct ping *p)
{
	size_t n = 0;
	const char *body = request_body(r, &n);
	if (body && n)
		p->body = text_safe_dup(body, n < BODY_KEPT ? n : BODY_KEPT, BODY_KEPT * 3 + 1);
}

struct answered route_ping(struct request *r, void *ctx)
{
	struct sitemonitor *sm = ctx;
	struct error e = {0};
	struct ping *p = mem_zalloc(sizeof(*p));
	const char *rid = request_query(r, "rid", NULL);
	if (!take_kind(request_param(r, "kind"), p)) {
		error_set(&e, ERR_NOT_FOUND,
			  "a ping ends in /start, /fail, /log or an exit status 0..255");
	} else if (!take_run(rid, p)) {
		error_field(&e, ERR_INVALID, "rid", "rid: a UUID is expected");
	} else {
		table_lock(&sm->table);
		struct monitor *m = table_find_key(&sm->table, request_param(r, "key"));
		p->monitor = m ? m->id : 0;
		if (m && m->beat)
			m->beat->arriving++;
		table_unlock(&sm->table);
		if (!m)
			error_set(&e, ERR_NOT_FOUND, "there is no heartbeat at this address");
	}
	if (e.code) {
		free(p);
		return reply_error(r, &e);
	}
	p->sm = sm;
	p->r = r;
	p->at = now_moment(sm);
	p->duration_ms = -1;
	take_body(r, p);
	struct answered later = reply_later(r);
	loop_post(sm->d->net, arrive, p);
	return later;
}
