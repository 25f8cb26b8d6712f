#include "daemon/alerts/text/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/feed.h"
#include "shared/ids.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "shared/timefmt.h"

enum { DATA_MAX = 64 * 1024, LINES_KEPT = 20 };

/* ---- members -------------------------------------------------------------------------------- */

static void set(json_t *o, const char *key, const char *text)
{
	json_object_set_new(o, key, text && *text ? json_string(text) : json_null());
}

static void set_int(json_t *o, const char *key, int64_t n)
{
	json_object_set_new(o, key, json_integer((json_int_t)n));
}

static void set_time(json_t *o, const char *key, int64_t ms)
{
	char text[TIME_TEXT];
	set(o, key, ms > 0 ? time_rfc3339(text, ms) : NULL);
}

static void set_id(json_t *o, const char *key, const char *prefix, uint64_t id)
{
	char text[ID_TEXT];
	set(o, key, prefix && id ? id_format(text, prefix, id) : NULL);
}

/* v when it is of the type that `otherwise` is of. Owns otherwise. */
static void set_like(json_t *o, const char *key, json_t *v, json_t *otherwise)
{
	bool alike = v && json_typeof(v) == json_typeof(otherwise);
	json_object_set(o, key, alike ? v : otherwise);
	json_decref(otherwise);
}

static void set_parsed(json_t *o, const char *key, const char *text, json_t *otherwise)
{
	json_t *v = text ? json_loads(text, 0, NULL) : NULL;
	set_like(o, key, v, otherwise);
	json_decref(v);
}

/* ---- one alert ------------------------------------------------------------------------------ */

static void set_subject(json_t *o, const struct message_alert *a)
{
	const struct resource_kind *k = resource_kind_find(a->subject_kind ? a->subject_kind : "");
	set(o, "subject", a->subject);
	set_id(o, "subject_id", k ? k->prefix : a->subject_kind, a->subject_id);
	set(o, "subject_kind", a->subject_kind);
}

static void set_times(json_t *o, const struct message_alert *a)
{
	int64_t until_ms = a->resolved_ms > 0 ? a->resolved_ms : a->now_ms;
	bool lasted = a->since_ms > 0 && until_ms > a->since_ms;
	set_time(o, "since", a->since_ms);
	set_time(o, "opened_at", a->opened_ms);
	set_time(o, "changed_at", a->changed_ms);
	set_time(o, "resolved_at", a->resolved_ms);
	set_int(o, "duration_ms", lasted ? until_ms - a->since_ms : 0);
}

/* What the check found, as its last event told it. */
static void set_findings(json_t *o, const char *text)
{
	json_t *data = text ? json_read(text, strlen(text), DATA_MAX, NULL) : NULL;
	json_t *evidence = json_object_get(data, "evidence");
	set(o, "condition", json_str(data, "state", NULL));
	set(o, "reason", json_str(data, "reason", NULL));
	set(o, "cause", json_str(data, "cause", NULL));
	set_like(o, "changed", json_object_get(data, "changed"), json_array());
	json_object_set_new(o, "evidence",
			    json_is_object(evidence) ? json_incref(evidence) : json_null());
	json_decref(data);
}

json_t *message_alert(const struct message_alert *a)
{
	json_t *o = json_object();
	bool over = a->state && !strcmp(a->state, "resolved");
	bool may_ack = a->number > 0 && a->state && !strcmp(a->state, "open");
	char ack[48];
	set_int(o, "number", a->number);
	set_id(o, "id", "alr", a->id);
	set(o, "what", a->what);
	set(o, "rule", a->rule);
	set(o, "severity", severity_name((enum severity)a->severity));
	set(o, "state", a->state);
	set(o, "topic", a->topic);
	set_subject(o, a);
	set(o, "text", a->text);
	set_times(o, a);
	set_id(o, "incident", "inc", a->incident);
	set_findings(o, a->data);
	set_parsed(o, "labels", a->labels, json_object());
	set_parsed(o, "tags", a->tags, json_array());
	set(o, "runbook", a->runbook);
	set(o, "acknowledged_by", a->acknowledged_by);
	set(o, "note", a->note);
	set(o, "ended", over ? a->ended : NULL);
	snprintf(ack, sizeof(ack), "sellersmart ack %lld", (long long)a->number);
	set(o, "ack", may_ack ? ack : NULL);
	return o;
}

/* ---- a message about several ---------------------------------------------------------------- */

/* How much of it fits: of the first so many. */
struct fit {
	size_t alerts, findings, labels, lines; /* findings: evidence and what changed */
};

static const char *what_of(const json_t *alerts, size_t i)
{
	return json_str(json_array_get(alerts, i), "what", "opened");
}

/* "alert.opened", ..., of one kind of news; reminders stay reminders however many there are. */
static void type_of(const struct message_parts *p, char *out, size_t cap)
{
	const char *first = what_of(p->alerts, 0);
	size_t n = json_array_size(p->alerts);
	bool group = n != 1 || p->total > 1;
	bool reminds = n && !strcmp(first, "reminder");
	for (size_t i = 1; i < n; i++)
		reminds = reminds && !strcmp(what_of(p->alerts, i), "reminder");
	if (p->type)
		snprintf(out, cap, "%s", p->type);
	else
		snprintf(out, cap, "alert.%s", reminds ? "reminder" : group ? "group" : first);
}

static json_t *fitting_alerts(const struct message_parts *p, const struct fit *fit)
{
	json_t *alerts = json_array();
	for (size_t i = 0; i < fit->alerts; i++) {
		json_t *a = json_copy(json_array_get(p->alerts, i));
		if (i >= fit->findings) {
			json_object_set_new(a, "evidence", json_null());
			json_object_set_new(a, "changed", json_array());
		}
		if (i >= fit->labels) {
			json_object_set_new(a, "labels", json_object());
			json_object_set_new(a, "tags", json_array());
		}
		json_array_append_new(alerts, a);
	}
	return alerts;
}

static json_t *fitting_lines(const struct message_parts *p, const struct fit *fit)
{
	json_t *lines = json_array();
	size_t n = json_array_size(p->lines), all = p->total_lines > n ? p->total_lines : n;
	char more[64];
	for (size_t i = 0; i < fit->lines; i++)
		json_array_append(lines, json_array_get(p->lines, i));
	if (fit->lines < all) {
		snprintf(more, sizeof(more), "and %zu more", all - fit->lines);
		json_array_append_new(lines, json_string(more));
	}
	return lines;
}

static json_t *counts_of(const struct message_parts *p)
{
	return json_pack("{s:I, s:I}", "open", (json_int_t)p->open, "resolved",
			 (json_int_t)p->resolved);
}

/* Its title is a place that is filled when the rest says what it is. */
static json_t *document(const struct message_parts *p, const char *type, const struct fit *fit)
{
	json_t *d = json_object();
	set(d, "type", type);
	set_time(d, "at", p->at_ms);
	set(d, "severity", severity_name((enum severity)p->severity));
	set(d, "title", p->title);
	json_object_set_new(d, "alerts", fitting_alerts(p, fit));
	set_int(d, "total", (int64_t)p->total);
	json_object_set_new(d, "counts", counts_of(p));
	if (p->lines)
		json_object_set_new(d, "lines", fitting_lines(p, fit));
	return d;
}

static size_t bytes_of(const json_t *d)
{
	return json_dumpb(d, NULL, 0, JSON_COMPACT);
}

/* Evidence of the worst is worth more than of the others, an alert more than any evidence. */
static bool take_less(struct fit *fit)
{
	if (fit->findings > 1)
		fit->findings /= 2;
	else if (fit->lines > LINES_KEPT)
		fit->lines /= 2;
	else if (fit->labels > 1)
		fit->labels /= 2;
	else if (fit->findings)
		fit->findings = 0;
	else if (fit->labels)
		fit->labels = 0;
	else if (fit->alerts > 1)
		fit->alerts /= 2;
	else if (fit->lines)
		fit->lines /= 2;
	else if (fit->alerts)
		fit->alerts = 0;
	else
		return false;
	return true;
}

void message_make(const struct message_parts *p, struct message *out)
{
	size_t n = json_array_size(p->alerts);
	struct fit fit = {.alerts = n < MESSAGE_ALERTS_MAX ? n : MESSAGE_ALERTS_MAX,
			  .lines = json_array_size(p->lines)};
	struct wording plain = {.now_ms = 0};
	struct buf title = BUF_INIT(MESSAGE_TITLE_MAX);
	json_t *d;
	fit.findings = fit.labels = fit.alerts;
	*out = (struct message){.severity = p->severity};
	type_of(p, out->type, sizeof(out->type));
	d = document(p, out->type, &fit);
	message_title(d, &plain, &title);
	while (bytes_of(d) + MESSAGE_TITLE_MAX > MESSAGE_BYTES_MAX && take_less(&fit)) {
		json_decref(d);
		d = document(p, out->type, &fit);
	}
	set(d, "title", buf_str(&title));
	out->json = json_dumps(d, JSON_COMPACT);
	out->title = buf_take(&title);
	json_decref(d);
}

void message_fini(struct message *m)
{
	free(m->title);
	free(m->json);
	m->title = m->json = NULL;
}

/* ---- a test --------------------------------------------------------------------------------- */

char *message_test(const char *notifier, int64_t now_ms)
{
	struct buf out = BUF_INIT(MESSAGE_BYTES_MAX);
	struct json_writer w;
	char title[MESSAGE_TITLE_MAX + 1];
	snprintf(title, sizeof(title), "Test of the notifier %.100s", notifier);
	jw_init(&w, &out);
	jw_object(&w);
	jw_kv_str(&w, "type", "test");
	jw_kv_time(&w, "at", now_ms);
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
