#include "daemon/alerts/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/feed.h"
#include "shared/ids.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"

enum { DATA_MAX = 64 * 1024 };

/* ---- one alert ------------------------------------------------------------------------------ */

static void kv_time(struct json_writer *w, const char *key, int64_t ms)
{
	jw_kv_time(w, key, ms > 0 ? ms : 0);
}

static void kv_id(struct json_writer *w, const char *key, const char *prefix, uint64_t id)
{
	char text[ID_TEXT];
	jw_kv_str(w, key, prefix && id ? id_format(text, prefix, id) : NULL);
}

/* A member as it is, of that type, or its empty form. */
static void kv_json(struct json_writer *w, const char *key, const char *json, const char *empty)
{
	json_t *v = json ? json_loads(json, 0, NULL) : NULL;
	jw_key(w, key);
	if (v && json[0] == empty[0])
		jw_value(w, v);
	else
		jw_raw(w, empty, strlen(empty));
	json_decref(v);
}

static void kv_value(struct json_writer *w, const char *key, const json_t *v, const char *empty)
{
	jw_key(w, key);
	if (v)
		jw_value(w, v);
	else
		jw_raw(w, empty, strlen(empty));
}

static void write_data(struct json_writer *w, const struct message_alert *a)
{
	json_t *data = a->data ? json_read(a->data, strlen(a->data), DATA_MAX, NULL) : NULL;
	const json_t *changed = json_object_get(data, "changed");
	const json_t *evidence = json_object_get(data, "evidence");
	jw_kv_str(w, "reason", json_str(data, "reason", NULL));
	if (a->what)
		jw_kv_str(w, "cause", json_str(data, "cause", NULL));
	kv_value(w, "changed", json_is_array(changed) ? changed : NULL, "[]");
	kv_value(w, "evidence", json_is_object(evidence) ? evidence : NULL, "null");
	json_decref(data);
}

static int64_t duration_ms(const struct message_alert *a)
{
	int64_t until = a->resolved_ms > 0 ? a->resolved_ms : a->now_ms;
	return a->since_ms > 0 && until > a->since_ms ? until - a->since_ms : 0;
}

static void write_acknowledgement(struct json_writer *w, const struct message_alert *a)
{
	char command[48];
	kv_time(w, "acknowledged_at", a->acknowledged_ms);
	jw_kv_str(w, "acknowledged_by", a->acknowledged_by);
	jw_kv_str(w, "note", a->note);
	kv_time(w, "snoozed_until", a->snoozed_until_ms);
	if (!a->what)
		return;
	snprintf(command, sizeof(command), "sellersmart ack %lld", (long long)a->number);
	jw_kv_str(w, "ended", a->ended);
	jw_kv_str(w, "ack", a->number > 0 ? command : NULL);
}

void message_write_alert(struct json_writer *w, const struct message_alert *a)
{
	const struct resource_kind *kind =
		resource_kind_find(a->subject_kind ? a->subject_kind : "");
	jw_kv_int(w, "number", a->number);
	kv_id(w, "id", "alr", a->id);
	if (a->what)
		jw_kv_str(w, "what", a->what);
	jw_kv_str(w, "rule", a->rule);
	jw_kv_str(w, "severity", severity_name((enum severity)a->severity));
	jw_kv_str(w, "state", a->state);
	jw_kv_bool(w, "silenced", a->silenced);
	jw_kv_bool(w, "inhibited", a->inhibited);
	jw_kv_str(w, "topic", a->topic);
	jw_kv_str(w, "subject", a->subject);
	kv_id(w, "subject_id", kind ? kind->prefix : NULL, a->subject_id);
	jw_kv_str(w, "subject_kind", a->subject_kind);
	jw_kv_str(w, "text", a->text);
	kv_time(w, "since", a->since_ms);
	kv_time(w, "opened_at", a->opened_ms);
	kv_time(w, "changed_at", a->changed_ms);
	kv_time(w, "resolved_at", a->resolved_ms);
	jw_kv_int(w, "duration_ms", duration_ms(a));
	kv_id(w, "incident", "inc", a->incident);
	write_data(w, a);
	jw_kv_int(w, "events", a->events);
	kv_json(w, "labels", a->labels, "{}");
	kv_json(w, "tags", a->tags, "[]");
	jw_kv_str(w, "runbook", a->runbook);
	write_acknowledgement(w, a);
}

/* ---- a message about several ---------------------------------------------------------------- */

/* How much of it fits. */
struct measure_of {
	size_t alerts, evidence, lines; /* evidence: of the first so many alerts */
};

static bool is(const struct message_alert *a, const char *what)
{
	return a->what && !strcmp(a->what, what);
}

static const char *type_of(const struct message_parts *p)
{
	if (p->type)
		return p->type;
	if (p->n != 1 || p->total > 1)
		return "alert.group";
	return is(p->alerts, "resolved")   ? "alert.resolved"
	       : is(p->alerts, "changed")  ? "alert.changed"
	       : is(p->alerts, "reminder") ? "alert.reminder"
					   : "alert.opened";
}

static void write_alerts(struct buf *out, const struct message_parts *p, const struct measure_of *m)
{
	struct json_writer w;
	jw_init(&w, out);
	jw_array(&w);
	for (size_t i = 0; i < m->alerts; i++) {
		struct message_alert a = p->alerts[i];
		if (i >= m->evidence)
			a.data = NULL;
		jw_object(&w);
		message_write_alert(&w, &a);
		jw_object_end(&w);
	}
	jw_array_end(&w);
}

static size_t count_resolved(const struct message_parts *p)
{
	size_t n = 0;
	for (size_t i = 0; i < p->n; i++)
		n += is(&p->alerts[i], "resolved");
	return n;
}

static int worst(const struct message_parts *p)
{
	int severity = 0;
	for (size_t i = 0; i < p->n; i++)
		if (p->alerts[i].severity > severity)
			severity = p->alerts[i].severity;
	return severity;
}

static void write_document(struct json_writer *w, const struct message_parts *p,
			   const struct measure_of *m, const char *alerts)
{
	bool counted = p->open || p->resolved;
	size_t resolved = counted ? p->resolved : count_resolved(p);
	jw_object(w);
	jw_kv_str(w, "type", type_of(p));
	kv_time(w, "at", p->at_ms);
	jw_kv_str(w, "severity", severity_name((enum severity)worst(p)));
	jw_key(w, "alerts");
	jw_raw(w, alerts, strlen(alerts));
	jw_kv_int(w, "total", (int64_t)(p->total ? p->total : p->n));
	jw_key(w, "counts");
	jw_object(w);
	jw_kv_int(w, "open", (int64_t)(counted ? p->open : p->n - resolved));
	jw_kv_int(w, "resolved", (int64_t)resolved);
	jw_object_end(w);
	if (p->n_lines) {
		jw_key(w, "lines");
		jw_array(w);
		for (size_t i = 0; i < m->lines; i++)
			jw_str(w, p->lines[i]);
		if (m->lines < p->n_lines) {
			char more[48];
			snprintf(more, sizeof(more), "and %zu more", p->n_lines - m->lines);
			jw_str(w, more);
		}
		jw_array_end(w);
	}
}

static bool make(const struct message_parts *p, const struct measure_of *m, struct buf *out,
		 char *title)
{
	struct buf alerts = BUF_INIT(MESSAGE_BYTES_MAX), line = BUF_INIT(MESSAGE_TITLE_MAX);
	struct wording plain = {.now_ms = 0};
	struct json_writer w;
	bool fits = true;
	write_alerts(&alerts, p, m);
	jw_init(&w, out);
	write_document(&w, p, m, buf_str(&alerts));
	fits = !alerts.overflow && !out->overflow;
	if (fits) {
		/* What is there so far says what the title is. */
		struct buf whole = BUF_INIT(MESSAGE_BYTES_MAX + 1);
		buf_printf(&whole, "%s}", buf_str(out));
		json_t *document = json_read(buf_str(&whole), whole.len, whole.len, NULL);
		message_title(document, &plain, &line);
		json_decref(document);
		buf_fini(&whole);
		jw_kv_str(&w, "title", buf_str(&line));
	}
	jw_object_end(&w);
	fits = fits && !out->overflow;
	if (fits && title)
		snprintf(title, MESSAGE_TITLE_MAX + 1, "%s", buf_str(&line));
	buf_fini(&alerts);
	buf_fini(&line);
	return fits;
}

/* Evidence of the worst is worth more than of the others, an alert more than any evidence. */
static bool take_less(struct measure_of *m)
{
	if (m->evidence > 1)
		m->evidence = m->evidence / 2;
	else if (m->lines > 20)
		m->lines = m->lines / 2;
	else if (m->evidence)
		m->evidence = 0;
	else if (m->alerts > 1)
		m->alerts = m->alerts / 2;
	else if (m->lines)
		m->lines = m->lines / 2;
	else if (m->alerts)
		m->alerts = 0;
	else
		return false;
	return true;
}

char *message_make(const struct message_parts *p, char *title)
{
	struct buf out = BUF_INIT(MESSAGE_BYTES_MAX);
	struct measure_of m = {.alerts = p->n < MESSAGE_ALERTS_MAX ? p->n : MESSAGE_ALERTS_MAX,
			       .lines = p->n_lines};
	m.evidence = m.alerts;
	if (title)
		title[0] = 0;
	while (!make(p, &m, &out, title) && take_less(&m))
		buf_reset(&out);
	return buf_take(&out);
}

char *message_test(const char *notifier, int64_t now_ms)
{
	struct buf out = BUF_INIT(MESSAGE_BYTES_MAX);
	struct json_writer w;
	char title[MESSAGE_TITLE_MAX + 1];
	snprintf(title, sizeof(title), "Test of the notifier %.100s", notifier);
	jw_init(&w, &out);
	jw_object(&w);
	jw_kv_str(&w, "type", "test");
	kv_time(&w, "at", now_ms);
	jw_kv_str(&w, "severity", severity_name(SEVERITY_INFO));
	jw_kv_str(&w, "title", title);
	jw_kv_str(&w, "notifier", notifier);
	jw_key(&w, "lines");
	jw_array(&w);
	jw_str(&w, "This is only a test: nothing has happened, and there is nothing to do.");
	jw_str(&w, "That you read it means that SellerSmart can reach you this way.");
	jw_array_end(&w);
	jw_key(&w, "alerts");
	jw_array(&w);
	jw_array_end(&w);
	jw_kv_int(&w, "total", 0);
	jw_object_end(&w);
	return buf_take(&out);
}
