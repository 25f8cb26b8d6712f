/* What an event about a monitor carries beside its sentence, so that a message about it can say
 * what is different and where to look, without asking anybody. Whatever a target answered, it stays
 * within the bytes of an event. */
#include <stdio.h>
#include <string.h>

#include "daemon/api/text.h"
#include "daemon/services/sitemonitor/figures.h"
#include "daemon/services/sitemonitor/transition.h"
#include "shared/mem.h"
#include "shared/utf8.h"

enum { TARGET_TEXT = 200, FACTS_MAX = 768, MEASURED_MAX = 1024, REASON_BYTES = 280 };

/* ---- as it stands: net loop ----------------------------------------------------------------- */

/* Neither who logs in nor what is asked for: both may be secrets. */
static void write_target(struct json_writer *w, const struct monitor *m)
{
	char target[TARGET_TEXT + 1];
	text_value(text_member(m->res->spec, "target"), target, sizeof(target));
	target[strcspn(target, "?#")] = 0;
	char *authority = strstr(target, "://");
	authority = authority ? authority + 3 : target;
	char *at = memchr(authority, '@', strcspn(authority, "/"));
	if (at)
		memmove(authority, at + 1, strlen(at + 1) + 1);
	if (*target) {
		jw_key(w, "target");
		jw_strn(w, target, utf8_floor(target, strlen(target)));
	}
}

/* A ping that did not come, a run that does not end, or a job that said itself that it failed. */
static const char *heartbeat_kind(const struct monitor *m)
{
	if (!m->bad || !m->bad->cause)
		return NULL;
	return !strcmp(m->bad->cause, "late")      ? "late"
	       : !strcmp(m->bad->cause, "running") ? "running"
						   : "failed";
}

/* What does not fit is left out whole: half an object would be none. */
static char *take_object(struct buf *out)
{
	char *text = out->overflow ? mem_strdup("{}") : buf_take(out);
	buf_fini(out);
	return text;
}

char *event_facts(const struct monitor *m)
{
	struct buf out = BUF_INIT(FACTS_MAX);
	struct json_writer w;
	jw_init(&w, &out);
	jw_object(&w);
	jw_kv_str(&w, "type", m->shown.type);
	write_target(&w, m);
	if (m->shown.is_heartbeat && heartbeat_kind(m)) {
		jw_kv_str(&w, "kind", heartbeat_kind(m));
		jw_kv_int(&w, "count", m->track.fails);
	}
	jw_object_end(&w);
	return take_object(&out);
}

char *event_measured(const struct monitor *m)
{
	const struct shown *s = &m->shown;
	struct buf out = BUF_INIT(MEASURED_MAX);
	struct json_writer w;
	jw_init(&w, &out);
	jw_object(&w);
	if (s->message && (!s->reason || strcmp(s->message, s->reason) != 0))
		jw_kv_str(&w, "message", s->message);
	if (s->address)
		jw_kv_str(&w, "address", s->address);
	if (s->last_us >= 0)
		write_us(&w, "duration_ms", s->last_us);
	bool phases = false;
	for (int i = 0; i < PHASE_COUNT; i++)
		phases |= s->phase_us[i] >= 0;
	if (phases && s->last_us >= 0) {
		jw_key(&w, "phases_ms");
		jw_object(&w);
		for (int i = 0; i < PHASE_COUNT; i++)
			if (s->phase_us[i] >= 0)
				write_us(&w, phase_name((enum phase)i), s->phase_us[i]);
		jw_object_end(&w);
	}
	if (s->ends_ms)
		jw_kv_time(&w, s->is_domain ? "domain_ends" : "certificate_ends", s->ends_ms);
	jw_object_end(&w);
	return take_object(&out);
}

/* ---- all of it: writer thread --------------------------------------------------------------- */

/* Members of an object that we wrote, as they are. */
static void copy_members(struct json_writer *w, const char *object)
{
	struct json_slice key, value;
	char name[40];
	while (object && text_next_member(&object, &key, &value)) {
		snprintf(name, sizeof(name), "%.*s", (int)key.n, key.s);
		jw_key(w, name);
		jw_raw(w, value.s, value.n);
	}
}

static void write_text(struct json_writer *w, const char *key, const char *text)
{
	if (!text)
		return;
	jw_key(w, key);
	jw_strn(w, text, utf8_floor(text, strnlen(text, REASON_BYTES)));
}

static void write_state(struct json_writer *w, const struct transition *t,
			const struct incident_story *story)
{
	char id[ID_TEXT];
	const struct change *c = &t->change;
	const char *known = story && c->to == STATE_DOWN ? story->cause : NULL;
	const char *cause = t->cause ? t->cause : known;
	jw_kv_str(w, "state", monitor_state_name(c->to));
	jw_kv_str(w, "previous", monitor_state_name(c->from));
	jw_kv_time(w, "since", t->since_ms);
	write_text(w, "reason", t->message);
	if (c->to == STATE_DOWN || c->to == STATE_DEGRADED || c->to == STATE_UNKNOWN)
		write_text(w, "cause", cause);
	if (t->incident) {
		jw_kv_str(w, "incident", id_format(id, "inc", t->incident));
		jw_kv_int(w, "number", story ? story->number : 0);
	}
	if (t->parent[0]) {
		jw_kv_bool(w, "suppressed", true);
		jw_kv_str(w, "parent", t->parent);
	}
	if (c->opened)
		jw_kv_int(w, "checks", t->checks);
	if (c->closed) {
		jw_kv_int(w, "duration_ms", t->duration_ms);
		write_text(w, "was", story ? story->message : NULL);
	}
}

static void write_evidence(struct json_writer *w, const struct transition *t,
			   const struct incident_story *story)
{
	bool bad = t->change.to == STATE_DOWN || t->change.to == STATE_FLAPPING;
	size_t before = w->out->len;
	jw_key(w, "evidence");
	jw_object(w);
	copy_members(w, t->measured);
	size_t used = w->out->len - before;
	if (bad && story && used < EVENT_EVIDENCE_BYTES)
		evidence_write_compact(w, story->evidence, EVENT_EVIDENCE_BYTES - used);
	jw_object_end(w);
}

/* As many as fit. */
static void write_changes(struct json_writer *w, const struct incident_story *story)
{
	for (size_t max = EVENT_CHANGES; max > 0; max--) {
		struct buf list = BUF_INIT(EVENT_CHANGED_BYTES);
		struct json_writer changes;
		jw_init(&changes, &list);
		evidence_write_changes_of(&changes, story->good, story->evidence, max,
					  EVENT_VALUE_BYTES);
		bool fits = !list.overflow;
		if (fits) {
			jw_key(w, "changed");
			jw_raw(w, list.data, list.len);
		}
		buf_fini(&list);
		if (fits)
			return;
	}
}

static bool checked(enum monitor_state s)
{
	return s == STATE_UP || s == STATE_DEGRADED || s == STATE_DOWN || s == STATE_FLAPPING ||
	       s == STATE_UNKNOWN;
}

static void write_all(struct buf *out, const struct transition *t,
		      const struct incident_story *story, bool with_evidence, bool with_changes)
{
	struct json_writer w;
	jw_init(&w, out);
	jw_object(&w);
	write_state(&w, t, story);
	copy_members(&w, t->facts);
	if (with_evidence && checked(t->change.to))
		write_evidence(&w, t, story);
	if (with_changes && story && t->change.to == STATE_DOWN)
		write_changes(&w, story);
	jw_object_end(&w);
}

void event_data(struct buf *out, const struct transition *t, const struct incident_story *story)
{
	write_all(out, t, story, true, true);
	for (int less = 1; less >= 0 && out->overflow; less--) { /* many escapes */
		buf_reset(out);
		write_all(out, t, story, false, less);
	}
}
