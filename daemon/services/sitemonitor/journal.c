/* Transitions: each writes the monitor's state, opens or closes its incident and adds one event,
 * all in one operation, in order. Several that wait share an operation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/live.h"
#include "daemon/core/thread.h"
#include "daemon/services/sitemonitor/depends.h"
#include "daemon/services/sitemonitor/rows.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/log.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum {
	TRANSITIONS_AT_ONCE = 64,
	TRANSITIONS_KEPT = 20000, /* while the store takes no writes */
	TRIES_MAX = 8,            /* of what the store refuses for its own sake */
	WAIT_MS = 1000,           /* of a reader for a slow disk */
	TEXT_MAX = 320,
};

struct transition {
	struct transition *next;
	uint64_t monitor;
	struct state_row row;
	struct change change;
	struct moment at;
	int64_t since_ms, duration_ms;
	uint64_t incident;
	unsigned checks;
	char *cause, *message, *evidence, *good;
	int64_t good_ms;
	struct evidence_body good_body;
	char topic[24], name[64];
	char parent[64]; /* that it is suppressed by; "": told for itself */
	enum severity severity;
	char *text;   /* NULL: no event */
	uint64_t seq; /* out */
};

struct journal_op {
	struct store_op op;
	struct sitemonitor *sm;
	struct transition *first;
	enum err code;
	char why[160];
};

static void transition_free(struct transition *t)
{
	state_row_fini(&t->row);
	free(t->cause);
	free(t->message);
	free(t->evidence);
	free(t->good);
	free(t->text);
	free(t);
}

/* ---- one sentence --------------------------------------------------------------------------- */

static const char *reason_of(const struct monitor *m)
{
	return m->shown.reason ? m->shown.reason : "no answer";
}

static void up_text(const struct transition *t, const struct monitor *m, char *out, size_t cap)
{
	char age[DURATION_TEXT];
	if (t->change.closed)
		snprintf(out, cap, "%s is %s after %s", t->name,
			 t->change.from == STATE_FLAPPING ? "stable again: it is up" : "up again",
			 t->duration_ms < 1000 ? "less than 1s" : age_format(age, t->duration_ms));
	else if (t->change.from == STATE_MAINTENANCE)
		snprintf(out, cap, "%s is up again: it came back during the maintenance", t->name);
	else if (t->change.from == STATE_FLAPPING)
		snprintf(out, cap, "%s is stable again: it is up", t->name);
	else if (t->change.from == STATE_DEGRADED)
		snprintf(out, cap, "%s is as fast as usual again", t->name);
	else if (t->change.from == STATE_UNKNOWN)
		snprintf(out, cap, "%s can be checked again: it is up", t->name);
	else if (m->shown.is_heartbeat)
		snprintf(out, cap, "%s is up: its first ping came", t->name);
	else if (m->shown.last_us >= 0)
		snprintf(out, cap, "%s is up: it answered in %lld ms", t->name,
			 (long long)((m->shown.last_us + 999) / 1000));
	else
		snprintf(out, cap, "%s is up", t->name);
}

static void describe(struct transition *t, const struct monitor *m, char *out, size_t cap)
{
	const struct change *c = &t->change;
	const char *topic = NULL;
	char age[DURATION_TEXT];
	t->severity = SEVERITY_INFO;
	switch (c->to) {
	case STATE_DOWN:
		t->severity = SEVERITY_CRITICAL;
		topic = c->opened || c->from != STATE_UNKNOWN ? "monitor.down"
							      : "monitor.still_down";
		if (c->from == STATE_FLAPPING)
			snprintf(out, cap, "%s is stable again: it is down: %s", t->name,
				 reason_of(m));
		else if (c->from == STATE_MAINTENANCE && !c->opened)
			snprintf(out, cap,
				 "%s is down: %s; it began %s before the maintenance ended",
				 t->name, reason_of(m),
				 age_format(age, t->at.wall_ms - t->since_ms));
		else if (c->from == STATE_DOWN)
			snprintf(out, cap, "%s is still down, and not for what it depends on: %s",
				 t->name, reason_of(m));
		else if (!c->opened && c->from == STATE_UNKNOWN)
			snprintf(out, cap, "%s can be checked again: it is still down", t->name);
		else if (m->shown.is_heartbeat)
			snprintf(out, cap, "%s is down: %s", t->name, reason_of(m));
		else
			snprintf(out, cap, "%s is down: %s, %u of %u checks", t->name, reason_of(m),
				 t->checks, m->shown.rules.failures);
		break;
	case STATE_UP:
		topic = "monitor.up";
		up_text(t, m, out, cap);
		break;
	case STATE_DEGRADED:
		topic = "monitor.degraded";
		t->severity = SEVERITY_WARNING;
		snprintf(out, cap, "%s %s: %s", t->name,
			 c->closed ? "is back, but degraded" : "is degraded", reason_of(m));
		break;
	case STATE_FLAPPING:
		topic = "monitor.flapping";
		t->severity = SEVERITY_WARNING;
		snprintf(out, cap, "%s is flapping: %s", t->name, reason_of(m));
		break;
	case STATE_UNKNOWN:
		topic = "monitor.unknown";
		t->severity = SEVERITY_WARNING;
		snprintf(out, cap, "%s is unknown: %s", t->name, reason_of(m));
		break;
	case STATE_PAUSED:
		topic = "monitor.paused";
		snprintf(out, cap, "%s is paused%s", t->name,
			 c->closed ? ", while it was down" : "");
		break;
	case STATE_NEW:
		topic = "monitor.resumed";
		snprintf(out, cap, "%s is checked again", t->name);
		break;
	case STATE_MAINTENANCE:
		topic = "monitor.maintenance";
		snprintf(out, cap, "%s is in maintenance", t->name);
		break;
	case STATE_PENDING:
	case STATE_COUNT: break;
	}
	bool decided = c->to == STATE_UP || c->to == STATE_DOWN || c->to == STATE_DEGRADED;
	if (c->from == STATE_FLAPPING && decided)
		topic = "monitor.stable";
	snprintf(t->topic, sizeof(t->topic), "%s", topic ? topic : "");
	if (t->parent[0])
		t->severity = SEVERITY_INFO;
}

/* ---- writing -------------------------------------------------------------------------------- */

static enum err write_event(struct txn *t, struct transition *tr, int64_t number, struct error *e)
{
	char id[ID_TEXT];
	struct buf data = BUF_INIT(4096);
	struct json_writer w;
	jw_init(&w, &data);
	jw_object(&w);
	jw_kv_str(&w, "state", monitor_state_name(tr->change.to));
	jw_kv_str(&w, "previous", monitor_state_name(tr->change.from));
	jw_kv_time(&w, "since", tr->since_ms);
	if (tr->message)
		jw_kv_str(&w, "reason", tr->message);
	if (tr->cause && tr->change.to == STATE_DOWN)
		jw_kv_str(&w, "cause", tr->cause);
	if (tr->incident) {
		jw_kv_str(&w, "incident", id_format(id, "inc", tr->incident));
		jw_kv_int(&w, "number", number);
	}
	if (tr->parent[0]) {
		jw_kv_bool(&w, "suppressed", true);
		jw_kv_str(&w, "parent", tr->parent);
	}
	if (tr->change.opened)
		jw_kv_int(&w, "checks", tr->checks);
	if (tr->change.closed)
		jw_kv_int(&w, "duration_ms", tr->duration_ms);
	jw_object_end(&w);
	struct event ev = {
		.at_ms = tr->at.wall_ms,
		.severity = tr->severity,
		.subject_kind = "monitor",
		.subject = tr->monitor,
		.text = tr->text,
		.data_json = data.data,
	};
	snprintf(ev.topic, sizeof(ev.topic), "%s", tr->topic);
	snprintf(ev.name, sizeof(ev.name), "%s", tr->name);
	enum err err = feed_event(t, &ev, e);
	tr->seq =
		(uint64_t)sqlite3_last_insert_rowid(txn_db(t)); /* an event's key is its position */
	buf_fini(&data);
	return err;
}

static enum err write_transition(struct txn *t, struct transition *tr, struct error *e)
{
	bool exists = false;
	int64_t number = 0;
	enum err err = monitor_row_exists(t, tr->monitor, &exists, e);
	if (err || !exists)
		return err;
	if (tr->change.opened) {
		struct incident_open o = {
			.id = tr->incident,
			.monitor = tr->monitor,
			.opened_ms = tr->since_ms,
			.confirmed_ms = tr->at.wall_ms,
			.good_ms = tr->good_ms,
			.failures = tr->checks,
			.cause = tr->cause,
			.message = tr->message,
			.evidence = tr->evidence,
			.good = tr->good,
			.good_body = tr->good_body,
		};
		err = incident_row_open(t, &o, &number, e);
	} else if (tr->change.closed) {
		err = incident_row_close(t, tr->incident, tr->change.end.wall_ms, tr->duration_ms,
					 &number, e);
	}
	if (!err)
		err = state_row_write(t, &tr->row, e);
	return err || !tr->text ? err : write_event(t, tr, number, e);
}

static enum err write_journal(struct txn *t, void *arg, struct error *e)
{
	struct journal_op *op = arg;
	enum err err = ERR_NONE;
	for (struct transition *tr = op->first; tr && !err; tr = tr->next)
		err = write_transition(t, tr, e);
	return err;
}

/* ---- readers wait for what is under way ----------------------------------------------------- */

void journal_begin(struct sitemonitor *sm)
{
	pthread_mutex_lock(&sm->lock);
	sm->journal.begun++;
	pthread_mutex_unlock(&sm->lock);
}

static void settle(struct sitemonitor *sm, uint64_t n)
{
	pthread_mutex_lock(&sm->lock);
	sm->journal.settled += n;
	sm->journal.stuck = sm->journal.failed > 0;
	pthread_cond_broadcast(&sm->changed);
	pthread_mutex_unlock(&sm->lock);
}

void journal_wait(struct sitemonitor *sm)
{
	struct journal *j = &sm->journal;
	int64_t until = thread_now_us() + WAIT_MS * 1000;
	pthread_mutex_lock(&sm->lock);
	uint64_t wanted = j->begun;
	while (j->settled < wanted && !j->stuck && !sm->stopped &&
	       !thread_cond_wait_until(&sm->changed, &sm->lock, until))
		;
	pthread_mutex_unlock(&sm->lock);
}

/* ---- what waits ----------------------------------------------------------------------------- */

static size_t text_bytes(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

static size_t transition_bytes(const struct transition *t)
{
	const struct state_row *r = &t->row;
	return sizeof(*t) + text_bytes(t->evidence) + text_bytes(t->good) + text_bytes(r->good) +
	       text_bytes(r->bad) + text_bytes(r->certificate);
}

static void drop_oldest(struct sitemonitor *sm)
{
	struct journal *j = &sm->journal;
	struct transition *oldest = j->first;
	if (j->dropped++ == 0)
		log_error("sitemonitor",
			  "the store takes no writes: the oldest transitions are dropped");
	j->first = oldest->next;
	j->n--;
	j->bytes -= transition_bytes(oldest);
	transition_free(oldest);
	settle(sm, 1);
}

/* The newest state counts: the row of the last one has it. */
static void keep_newest(struct sitemonitor *sm)
{
	struct journal *j = &sm->journal;
	while (j->n > TRANSITIONS_KEPT || (j->n > 1 && j->bytes > j->bytes_max))
		drop_oldest(sm);
}

static void put_back(struct sitemonitor *sm, struct journal_op *op)
{
	struct journal *j = &sm->journal;
	struct transition **end = &op->first;
	while (*end) {
		j->n++;
		j->bytes += transition_bytes(*end);
		end = &(*end)->next;
	}
	*end = j->first;
	j->first = op->first;
	op->first = NULL;
	struct transition *last = j->first;
	while (last->next)
		last = last->next;
	j->last = last;
	keep_newest(sm);
}

static void failed(struct sitemonitor *sm, struct journal_op *op, const char *why)
{
	struct journal *j = &sm->journal;
	if (writing_is_refused(op->code) && j->failed >= TRIES_MAX) { /* then it is alone in op */
		log_error("sitemonitor", "a transition of %s was dropped: %s", op->first->name,
			  why);
		j->dropped++;
		j->failed = 0;
		settle(sm, 1);
		return;
	}
	if (j->failed++ == 0)
		log_warn("sitemonitor", "transitions cannot be written, kept in memory: %s", why);
	put_back(sm, op);
	settle(sm, 0);
	if (sm->running)
		due_set(sm, &j->due, now_boot(sm) + writing_backoff_ms(j->failed));
}

static void written(struct sitemonitor *sm, const struct transition *tr)
{
	state_row_written(sm, &tr->row);
	table_lock(&sm->table);
	struct monitor *m = table_find(&sm->table, tr->monitor);
	if (m && tr->seq)
		m->shown.seq = tr->seq;
	table_unlock(&sm->table);
	live_touch(sm->d->live, "monitor", tr->monitor);
}

static void op_free(struct journal_op *op)
{
	for (struct transition *t = op->first, *next; t; t = next) {
		next = t->next;
		transition_free(t);
	}
	free(op);
}

static void journal_ended(void *arg)
{
	struct journal_op *op = arg;
	struct sitemonitor *sm = op->sm;
	sm->journal.in_flight = false;
	if (op->code) {
		failed(sm, op, op->why);
	} else {
		uint64_t n = 0;
		sm->journal.failed = 0;
		for (const struct transition *tr = op->first; tr; tr = tr->next, n++)
			written(sm, tr);
		settle(sm, n);
		live_list(sm->d->live, "monitor");
		live_list(sm->d->live, "incident");
	}
	bool more = sm->running && sm->journal.first && !heap_has(&sm->journal.due.node);
	op_free(op);
	if (more)
		journal_flush(sm);
}

/* The loop is gone: there is nobody to tell. */
static void journal_dropped(void *arg)
{
	op_free(arg);
}

static void journal_done(void *arg, enum err code, const struct error *e)
{
	struct journal_op *op = arg;
	op->code = code;
	snprintf(op->why, sizeof(op->why), "%.150s",
		 e && e->text[0] ? e->text : err_info(code)->title);
	writing_ended(op->sm, journal_ended, journal_dropped, op);
}

void journal_flush(struct sitemonitor *sm)
{
	struct journal *j = &sm->journal;
	struct error e = {0};
	due_clear(sm, &j->due);
	if (j->in_flight || !j->first)
		return;
	struct journal_op *op = mem_zalloc(sizeof(*op));
	op->op = (struct store_op){.run = write_journal, .done = journal_done, .arg = op};
	op->sm = sm;
	struct transition **end = &op->first;
	int most = j->failed ? 1 : TRANSITIONS_AT_ONCE; /* so that one that is refused is found */
	for (int n = 0; j->first && n < most; n++) {
		*end = j->first;
		j->first = j->first->next;
		j->n--;
		j->bytes -= transition_bytes(*end);
		end = &(*end)->next;
	}
	*end = NULL;
	if (!j->first)
		j->last = NULL;
	j->in_flight = true;
	if (!writing_submit(sm, OP_PEOPLE, &op->op, &e))
		return;
	j->in_flight = false;
	failed(sm, op, e.text);
	op_free(op);
}

/* ---- noting one ----------------------------------------------------------------------------- */

static char *copy(const char *text)
{
	return text ? mem_strdup(text) : NULL;
}

void journal_transition(struct sitemonitor *sm, struct monitor *m, const struct change *c,
			struct moment at, const struct outage *outage)
{
	struct journal *j = &sm->journal;
	struct transition *t = mem_zalloc(sizeof(*t));
	char text[TEXT_MAX] = "";
	t->monitor = m->id;
	t->change = *c;
	t->at = at;
	t->incident = outage->incident;
	t->duration_ms = outage->duration_ms;
	/* Also while a maintenance covers it, an incident began with its first bad check. */
	t->since_ms = c->opened ? m->track.base_since.wall_ms
				: track_since(&m->track, &m->shown.rules).wall_ms;
	t->checks = m->track.fails;
	t->message = copy(m->shown.reason);
	if (c->opened) {
		t->cause = copy(m->bad ? m->bad->cause : NULL);
		free(t->message);
		t->message = copy(m->bad ? m->bad->message : NULL);
		t->evidence = copy(m->bad ? m->bad->evidence : NULL);
		t->good = copy(m->good);
		t->good_ms = m->good_ms;
		t->good_body = m->good_body;
	}
	snprintf(t->name, sizeof(t->name), "%s", monitor_name(m));
	if (m->kin)
		snprintf(t->parent, sizeof(t->parent), "%s", m->kin->hidden_by);
	if (!c->quiet) {
		describe(t, m, text, sizeof(text));
		t->text = copy(text);
	}
	state_row_take(m, &t->row);
	*(j->first ? &j->last->next : &j->first) = t;
	j->last = t;
	j->n++;
	j->bytes += transition_bytes(t);
	keep_newest(sm);
	if (!heap_has(&j->due.node)) /* else it waits for the store */
		journal_flush(sm);
}

void journal_fini(struct sitemonitor *sm)
{
	struct journal_op rest = {.first = sm->journal.first};
	if (sm->journal.n)
		log_warn("sitemonitor", "%zu transitions could not be written", sm->journal.n);
	for (struct transition *t = rest.first, *next; t; t = next) {
		next = t->next;
		transition_free(t);
	}
	sm->journal.first = sm->journal.last = NULL;
	sm->journal.n = sm->journal.bytes = 0;
}

/* ---- a deleted monitor ---------------------------------------------------------------------- */

struct forget_op {
	struct store_op op;
	struct sitemonitor *sm;
	uint64_t id;
};

static enum err write_forget(struct txn *t, void *arg, struct error *e)
{
	return series_forget(t, ((struct forget_op *)arg)->id, e);
}

static void forget_done(void *arg, enum err code, const struct error *e)
{
	struct forget_op *op = arg;
	if (code) /* the next start finds what has no monitor */
		log_debug("sitemonitor", "samples of a deleted monitor stay for now: %s",
			  e ? e->text : "");
	writing_ended(op->sm, free, free, op);
}

void forget_submit(struct sitemonitor *sm, uint64_t id)
{
	struct error e = {0};
	struct forget_op *op = mem_zalloc(sizeof(*op));
	op->op = (struct store_op){.run = write_forget, .done = forget_done, .arg = op};
	op->sm = sm;
	op->id = id;
	if (writing_submit(sm, OP_BACKGROUND, &op->op, &e))
		free(op);
}
