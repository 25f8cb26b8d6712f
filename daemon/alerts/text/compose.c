#include "daemon/alerts/text/compose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/rows.h"
#include "daemon/store/resources.h"
#include "shared/json.h"
#include "shared/mem.h"
#include "shared/text_safe.h"

enum { DATA_MAX = 1 << 16 };

json_t *alert_data(struct store *s, const struct alert *a)
{
	char *stored = a->data ? NULL : alert_data_read(s, a->id);
	const char *text = a->data ? a->data : stored;
	json_t *data = text ? json_read(text, strlen(text), DATA_MAX, NULL) : NULL;
	free(stored);
	return data ? data : json_object();
}

/* ---- alerts --------------------------------------------------------------------------------- */

/* Whoever wrote none into the rule may have written one for the monitor. */
static char *runbook_of_subject(struct store *s, const struct alert *a)
{
	const struct resource *r = a->subject ? resource_by_id(s, a->subject) : NULL;
	json_t *spec = r ? resource_spec(r) : NULL;
	const char *runbook = json_str(spec, "runbook", NULL);
	char *copy = runbook ? mem_strdup(runbook) : NULL;
	json_decref(spec);
	resource_unref(r);
	return copy;
}

static json_t *alert_of(struct store *s, const struct tell *t, int64_t now_ms)
{
	const struct alert *a = t->pair->alert;
	char *stored = a->data ? NULL : alert_data_read(s, a->id);
	char *runbook = a->runbook ? NULL : runbook_of_subject(s, a);
	json_t *o = message_alert(&(struct message_alert){
		.id = a->id,
		.number = a->number,
		.what = tell_name(t->what),
		.rule = a->rule,
		.state = alert_state_name(a->state),
		.topic = a->topic,
		.subject = a->name,
		.subject_kind = a->kind,
		.subject_id = a->subject,
		.severity = a->severity,
		.text = a->text,
		.data = a->data ? a->data : stored,
		.labels = a->labels,
		.tags = a->tags,
		.runbook = a->runbook ? a->runbook : runbook,
		.acknowledged_by = a->by,
		.note = a->note,
		.ended = a->ended,
		.since_ms = a->since_ms,
		.opened_ms = a->opened_ms,
		.changed_ms = a->changed_ms,
		.resolved_ms = a->resolved_ms,
		.now_ms = now_ms,
		.incident = a->incident,
	});
	free(stored);
	free(runbook);
	return o;
}

void compose_tells(struct store *s, const struct tell *tells, size_t n, int64_t now_ms,
		   struct message *out)
{
	struct message_parts p = {
		.at_ms = now_ms, .severity = SEVERITY_INFO, .alerts = json_array(), .total = n};
	for (size_t i = 0; i < n; i++) {
		bool over = tells[i].what == TELL_RESOLVED;
		int severity = tells[i].pair->alert->severity;
		p.severity = severity > p.severity ? severity : p.severity;
		p.open += !over;
		p.resolved += over;
		if (i < MESSAGE_ALERTS_MAX)
			json_array_append_new(p.alerts, alert_of(s, &tells[i], now_ms));
	}
	message_make(&p, out);
	json_decref(p.alerts);
}

/* ---- events --------------------------------------------------------------------------------- */

void compose_event(uint64_t epoch, const struct event *ev, struct message *out)
{
	struct buf text = BUF_INIT(MESSAGE_BYTES_MAX);
	struct json_writer w;
	*out = (struct message){.severity = (int)ev->severity};
	snprintf(out->type, sizeof(out->type), "%s", ev->topic);
	out->title = text_safe_dup(ev->text ? ev->text : "", strlen(ev->text ? ev->text : ""),
				   MESSAGE_TITLE_MAX);
	jw_init(&w, &text);
	jw_object(&w);
	jw_kv_str(&w, "type", ev->topic);
	jw_kv_time(&w, "at", ev->at_ms);
	jw_kv_str(&w, "severity", severity_name(ev->severity));
	jw_kv_str(&w, "title", out->title);
	jw_key(&w, "data");
	event_write_json(&w, epoch, ev);
	jw_object_end(&w);
	out->json = buf_take(&text);
}
