/* A transition: it writes the monitor's state, opens or closes its incident and adds one event, all
 * in one operation. */
#include "daemon/services/sitemonitor/transition.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/services/sitemonitor/depends.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum { TEXT_MAX = 320 };

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

static enum err write_event(struct txn *txn, struct transition *t,
			    const struct incident_story *story, struct error *e)
{
	struct buf data = BUF_INIT(EVENT_DATA_BYTES);
	event_data(&data, t, story);
	struct event ev = {
		.at_ms = t->at.wall_ms,
		.severity = t->severity,
		.subject_kind = "monitor",
		.subject = t->monitor,
		.text = t->text,
		.data_json = data.data,
	};
	snprintf(ev.topic, sizeof(ev.topic), "%s", t->topic);
	snprintf(ev.name, sizeof(ev.name), "%s", t->name);
	enum err err = feed_event(txn, &ev, e);
	t->seq = (uint64_t)sqlite3_last_insert_rowid(txn_db(txn)); /* an event's key */
	buf_fini(&data);
	return err;
}

static enum err write_incident(struct txn *txn, const struct transition *t, struct error *e)
{
	struct incident_open o = {
		.id = t->incident,
		.monitor = t->monitor,
		.opened_ms = t->since_ms,
		.confirmed_ms = t->at.wall_ms,
		.good_ms = t->good_ms,
		.failures = t->checks,
		.cause = t->cause,
		.message = t->message,
		.evidence = t->evidence,
		.good = t->good,
		.good_body = t->good_body,
	};
	int64_t number;
	return incident_row_open(txn, &o, &number, e);
}

enum err transition_write(struct txn *txn, struct transition *t, struct error *e)
{
	bool exists = false;
	int64_t number = 0;
	struct incident_story story = {0};
	enum err err = monitor_row_exists(txn, t->monitor, &exists, e);
	if (err || !exists)
		return err;
	if (t->change.opened)
		err = write_incident(txn, t, e);
	else if (t->change.closed)
		err = incident_row_close(txn, t->incident, t->change.end.wall_ms, t->duration_ms,
					 &number, e);
	if (!err)
		err = state_row_write(txn, &t->row, e);
	if (!err && t->text && t->incident)
		err = incident_row_story(txn, t->incident, &story, e);
	if (!err && t->text)
		err = write_event(txn, t, story.number ? &story : NULL, e);
	incident_story_fini(&story);
	return err;
}

/* ---- making one ----------------------------------------------------------------------------- */

static char *copy(const char *text)
{
	return text ? mem_strdup(text) : NULL;
}

static size_t text_bytes(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

struct transition *transition_new(struct monitor *m, const struct change *c, struct moment at,
				  const struct outage *outage)
{
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
	if (c->to == STATE_DEGRADED || c->to == STATE_UNKNOWN)
		t->cause = copy(m->shown.cause);
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
		t->facts = event_facts(m);
		t->measured = event_measured(m);
	}
	state_row_take(m, &t->row);
	return t;
}

void transition_free(struct transition *t)
{
	state_row_fini(&t->row);
	free(t->cause);
	free(t->message);
	free(t->evidence);
	free(t->good);
	free(t->text);
	free(t->facts);
	free(t->measured);
	free(t);
}

size_t transition_bytes(const struct transition *t)
{
	const struct state_row *r = &t->row;
	return sizeof(*t) + text_bytes(t->evidence) + text_bytes(t->good) + text_bytes(r->good) +
	       text_bytes(r->bad) + text_bytes(r->certificate) + text_bytes(t->facts) +
	       text_bytes(t->measured);
}
