#include "daemon/alerts/compose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/message.h"
#include "daemon/alerts/rows.h"
#include "shared/schema/schema.h"
#include "shared/ids.h"
#include "shared/json.h"
#include "shared/mem.h"
#include "shared/text_safe.h"
#include "shared/timefmt.h"

enum {
	HEAD_BYTES = 1024, /* of a message, apart from its alerts */
	DATA_MAX = 1 << 16,
};

json_t *alert_data(struct store *s, const struct alert *a)
{
	char *stored = a->data ? NULL : alert_data_read(s, a->id);
	const char *text = a->data ? a->data : stored;
	json_t *data = text ? json_read(text, strlen(text), DATA_MAX, NULL) : NULL;
	free(stored);
	return data ? data : json_object();
}

/* ---- one alert ------------------------------------------------------------------------------ */

static void set(json_t *o, const char *key, const char *text)
{
	json_object_set_new(o, key, text && *text ? json_string(text) : json_null());
}

static void set_time(json_t *o, const char *key, int64_t ms)
{
	char text[TIME_TEXT];
	set(o, key, ms > 0 ? time_rfc3339(text, ms) : NULL);
}

static void set_id(json_t *o, const char *key, const char *prefix, uint64_t id)
{
	char text[ID_TEXT];
	set(o, key, id ? id_format(text, prefix, id) : NULL);
}

static json_t *parsed(const char *text, json_t *otherwise)
{
	json_t *v = text ? json_loads(text, 0, NULL) : NULL;
	if (!v)
		return otherwise;
	json_decref(otherwise);
	return v;
}

static const char *subject_prefix(const char *kind)
{
	const struct resource_kind *k = resource_kind_find(kind);
	return k ? k->prefix : kind;
}

static json_t *alert_doc(struct store *s, const struct tell *t, int64_t now_ms)
{
	const struct alert *a = t->pair->alert;
	json_t *o = json_object(), *data = alert_data(s, a);
	bool over = a->state == ALERT_RESOLVED;
	int64_t duration = (over ? a->resolved_ms : now_ms) - a->since_ms;
	char ack[40];
	json_object_set_new(o, "number", json_integer(a->number));
	set_id(o, "id", "alr", a->id);
	set(o, "what", tell_name(t->what));
	set(o, "rule", a->rule);
	set(o, "severity", severity_name((enum severity)a->severity));
	set(o, "state", alert_state_name(a->state));
	set(o, "topic", a->topic);
	set(o, "subject", a->name);
	set_id(o, "subject_id", subject_prefix(a->kind), a->subject);
	set(o, "subject_kind", a->kind);
	set(o, "text", a->text);
	set_time(o, "since", a->since_ms);
	set_time(o, "opened_at", a->opened_ms);
	set_time(o, "resolved_at", over ? a->resolved_ms : 0);
	json_object_set_new(o, "duration_ms", json_integer(duration > 0 ? duration : 0));
	set_id(o, "incident", "inc", a->incident);
	set(o, "reason", json_str(data, "reason", NULL));
	set(o, "cause", json_str(data, "cause", NULL));
	set(o, "condition", a->condition);
	json_t *changed = json_object_get(data, "changed");
	json_object_set(o, "changed", json_is_array(changed) ? changed : NULL);
	if (!json_is_array(changed))
		json_object_set_new(o, "changed", json_array());
	json_t *evidence = json_object_get(data, "evidence");
	json_object_set_new(o, "evidence",
			    json_is_object(evidence) ? json_incref(evidence) : json_null());
	json_object_set_new(o, "labels", parsed(a->labels, json_object()));
	json_object_set_new(o, "tags", parsed(a->tags, json_array()));
	set(o, "runbook", a->runbook);
	set(o, "acknowledged_by", a->by);
	set(o, "note", a->note);
	set(o, "ended", over ? a->ended : NULL);
	snprintf(ack, sizeof(ack), "sellersmart ack %lld", (long long)a->number);
	set(o, "ack", a->state == ALERT_OPEN ? ack : NULL);
	json_decref(data);
	return o;
}

/* ---- fitting -------------------------------------------------------------------------------- */

static size_t bytes_of(const json_t *o)
{
	return json_dumpb(o, NULL, 0, JSON_COMPACT) + 1;
}

/* The least needed goes first, until it fits into its share. */
static bool shrink(json_t *o, size_t share)
{
	if (bytes_of(o) <= share)
		return true;
	json_object_set_new(o, "evidence", json_null());
	if (bytes_of(o) <= share)
		return true;
	json_object_set_new(o, "changed", json_array());
	if (bytes_of(o) <= share)
		return true;
	json_object_set_new(o, "labels", json_object());
	json_object_set_new(o, "tags", json_array());
	json_object_set_new(o, "runbook", json_null());
	return bytes_of(o) <= share;
}

static json_t *alert_docs(struct store *s, const struct tell *tells, size_t n, int64_t now_ms)
{
	json_t *all = json_array();
	size_t most = n < MESSAGE_ALERTS_MAX ? n : MESSAGE_ALERTS_MAX;
	size_t room = MESSAGE_BYTES_MAX - HEAD_BYTES;
	for (size_t i = 0; i < most; i++) {
		json_t *o = alert_doc(s, &tells[i], now_ms);
		if (!shrink(o, room / (most - i))) {
			json_decref(o);
			continue;
		}
		room -= bytes_of(o);
		json_array_append_new(all, o);
	}
	return all;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void set_type(const struct tell *tells, size_t n, struct composed *out)
{
	bool alike = true;
	for (size_t i = 1; i < n; i++)
		alike = alike && tells[i].what == tells[0].what;
	bool group = n > 1 && !(alike && tells[0].what == TELL_REMINDER);
	snprintf(out->topic, sizeof(out->topic), "alert.%s",
		 group ? "group" : tell_name(tells[0].what));
}

static json_t *counts_of(const struct tell *tells, size_t n)
{
	size_t resolved = 0;
	for (size_t i = 0; i < n; i++)
		resolved += tells[i].what == TELL_RESOLVED;
	return json_pack("{s:I, s:I}", "open", (json_int_t)(n - resolved), "resolved",
			 (json_int_t)resolved);
}

void compose_tells(struct store *s, const struct tell *tells, size_t n, int64_t now_ms,
		   struct composed *out)
{
	struct buf title = BUF_INIT(MESSAGE_TITLE_MAX + 1);
	json_t *o = json_object(), *docs = alert_docs(s, tells, n, now_ms);
	*out = (struct composed){.severity = SEVERITY_INFO};
	for (size_t i = 0; i < n; i++)
		if (tells[i].pair->alert->severity > out->severity)
			out->severity = tells[i].pair->alert->severity;
	set_type(tells, n, out);
	message_make_title(docs, n, &title);
	set(o, "type", out->topic);
	set_time(o, "at", now_ms);
	set(o, "severity", severity_name((enum severity)out->severity));
	json_object_set_new(o, "title", json_string(buf_str(&title)));
	json_object_set_new(o, "alerts", docs);
	json_object_set_new(o, "total", json_integer((json_int_t)n));
	json_object_set_new(o, "counts", counts_of(tells, n));
	out->json = json_dumps(o, JSON_COMPACT);
	out->title = buf_take(&title);
	json_decref(o);
}

void compose_event(uint64_t epoch, const struct event *ev, struct composed *out)
{
	struct buf text = BUF_INIT(MESSAGE_BYTES_MAX);
	struct json_writer w;
	*out = (struct composed){.severity = (int)ev->severity};
	snprintf(out->topic, sizeof(out->topic), "%s", ev->topic);
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

void composed_fini(struct composed *c)
{
	free(c->title);
	free(c->json);
}
