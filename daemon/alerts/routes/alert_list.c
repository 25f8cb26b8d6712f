/* Alerts as rows of a list and one by one: the table, their deliveries and steps, and from the book
 * why nothing is told about one now. */
#include "daemon/alerts/routes/alert_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/internal.h"
#include "daemon/api/text.h"
#include "shared/mem.h"

enum {
	DELIVERIES_LISTED = 5,
	DELIVERIES_SHOWN = 200,
	STEPS_SHOWN = 500,
	TOLD_TEXT = 200,
	TOPICS_SQL = 4096,
	SILENCED_TEXT = 4 << 20,
};

extern const struct resource_kind resource_alert;

#define LATER "4398046511104" /* 2^42 ms: more than any time */
/* Open ones first, the graver and newer before others; what is over by its end, the last first. */
#define WORST                                                                     \
	"CASE a.state WHEN 'resolved' THEN 12 * " LATER " - a.resolved_ms ELSE"   \
	" (CASE a.state WHEN 'open' THEN 0 WHEN 'acknowledged' THEN 4 ELSE 8 END" \
	" + 2 - a.severity) * " LATER " - a.since_ms END"

enum column_at {
	A_NUMBER,
	A_ID,
	A_RULE,
	A_STATE,
	A_SEVERITY,
	A_TOPIC,
	A_KIND,
	A_SUBJECT,
	A_NAME,
	A_LABELS,
	A_TEXT,
	A_DATA,
	A_RUNBOOK,
	A_INCIDENT,
	A_EVENTS,
	A_SINCE,
	A_OPENED,
	A_CHANGED,
	A_ACKNOWLEDGED,
	A_BY,
	A_NOTE,
	A_SNOOZED,
	A_RESOLVED
};
#define COLUMNS                                                                            \
	"a.number, a.id, a.rule, a.state, a.severity, a.topic, a.subject_kind, a.subject," \
	" a.name, a.labels, a.text, a.data, a.runbook, a.incident, a.events, a.since_ms,"  \
	" a.opened_ms, a.changed_ms, a.acknowledged_ms, a.acknowledged_by, a.note,"        \
	" a.snoozed_until_ms, a.resolved_ms"

const char *list_text(const struct sql_row *row, int column)
{
	return (const char *)sqlite3_column_text(row->st, column);
}

static int64_t number(const struct sql_row *row, int column)
{
	return sqlite3_column_int64(row->st, column);
}

void list_write_severity(struct json_writer *w, const struct sql_row *row, int column)
{
	int s = sqlite3_column_int(row->st, column);
	jw_kv_str(w, "severity",
		  severity_name(s < 0   ? SEVERITY_INFO
				: s > 2 ? 2
					: (enum severity)s));
}

/* ---- parts of one --------------------------------------------------------------------------- */

/* A member of the event's data as it is, when it is of that type ('[', '{', '"'). */
static void write_member(struct json_writer *w, const char *name, const char *data, char type,
			 const char *otherwise)
{
	struct json_slice v =
		data && *data == '{' ? text_member(data, name) : (struct json_slice){0};
	bool good = v.n && v.s[0] == type;
	jw_key(w, name);
	jw_raw(w, good ? v.s : otherwise, good ? v.n : strlen(otherwise));
}

static const char *word_about(const char *state, int attempts)
{
	if (!strcmp(state, "dead"))
		return " FAILED";
	if (strcmp(state, "pending") != 0)
		return "";
	return attempts ? " fails" : " waits";
}

/* How it stands with each notifier, what is wrong first: "mail FAILED, ops". */
static void tell_notifiers(struct buf *told, const struct sql_row *row, struct error *e)
{
	sqlite3_stmt *st = reader_prepare(
		row->reader,
		"SELECT d.notifier_name, d.state, d.attempts, max(d.id) FROM delivery_alert x"
		" JOIN delivery d ON d.id = x.delivery WHERE x.alert = ?1 AND d.state != 'dropped'"
		" GROUP BY d.notifier ORDER BY CASE d.state WHEN 'dead' THEN 0 WHEN 'pending'"
		" THEN iif(d.attempts, 1, 2) ELSE 3 END, d.notifier_name",
		e);
	if (st)
		sqlite3_bind_int64(st, 1, number(row, A_ID));
	while (st && sqlite3_step(st) == SQLITE_ROW)
		buf_printf(told, "%s%s%s", told->len ? ", " : "",
			   (const char *)sqlite3_column_text(st, 0),
			   word_about((const char *)sqlite3_column_text(st, 1),
				      sqlite3_column_int(st, 2)));
	if (st)
		sqlite3_reset(st);
}

/* Who was told, or why nobody is. */
static void write_told(struct json_writer *w, const struct sql_row *row,
		       const struct alert_view *now, struct error *e)
{
	struct alerts *a = row->ctx;
	struct buf told = BUF_INIT(TOLD_TEXT);
	bool open = !strcmp(list_text(row, A_STATE), "open");
	if (open && number(row, A_SNOOZED) > clock_wall_ms(a->d->clock))
		buf_add_str(&told, "snoozed");
	else if (open && now->silenced)
		buf_add_str(&told, "silenced");
	else
		tell_notifiers(&told, row, e);
	if (!told.len)
		buf_add_str(&told, open && now->inhibited ? "held back" : "nobody");
	jw_kv_str(w, "told", buf_str(&told));
	buf_fini(&told);
}

static void write_delivery(struct json_writer *w, sqlite3_stmt *st)
{
	char id[ID_TEXT];
	const char *state = (const char *)sqlite3_column_text(st, 3);
	int attempts = sqlite3_column_int(st, 4), status = sqlite3_column_int(st, 5);
	jw_object(w);
	jw_kv_str(w, "id", id_format(id, "msg", (uint64_t)sqlite3_column_int64(st, 0)));
	jw_kv_str(w, "notifier", (const char *)sqlite3_column_text(st, 1));
	jw_kv_str(w, "topic", (const char *)sqlite3_column_text(st, 2));
	jw_kv_str(w, "state", state);
	jw_kv_int(w, "attempts", attempts);
	jw_key(w, "status");
	status ? jw_int(w, status) : jw_null(w);
	jw_kv_str(w, "answer", (const char *)sqlite3_column_text(st, 6));
	jw_kv_time(w, "created_at", sqlite3_column_int64(st, 7));
	jw_kv_time(w, "sent_at", sqlite3_column_int64(st, 8));
	jw_kv_time(w, "next_at", strcmp(state, "pending") ? 0 : sqlite3_column_int64(st, 9));
	jw_key(w, "took_ms");
	attempts ? jw_int(w, sqlite3_column_int64(st, 10)) : jw_null(w);
	jw_object_end(w);
}

/* The last ones, in order. */
static void write_deliveries(struct json_writer *w, const struct sql_row *row, struct error *e)
{
	sqlite3_stmt *st = reader_prepare(
		row->reader,
		"SELECT * FROM (SELECT d.id, d.notifier_name, d.topic, d.state, d.attempts,"
		" d.status, d.answer, d.created_ms, d.sent_ms, d.next_ms, d.took_ms"
		" FROM delivery_alert x JOIN delivery d ON d.id = x.delivery WHERE x.alert = ?1"
		" ORDER BY x.delivery DESC LIMIT ?2) ORDER BY 1",
		e);
	jw_key(w, "deliveries");
	jw_array(w);
	if (st) {
		sqlite3_bind_int64(st, 1, number(row, A_ID));
		sqlite3_bind_int(st, 2, row->alone ? DELIVERIES_SHOWN : DELIVERIES_LISTED);
		while (sqlite3_step(st) == SQLITE_ROW)
			write_delivery(w, st);
		sqlite3_reset(st);
	}
	jw_array_end(w);
}

static void write_steps(struct json_writer *w, const struct sql_row *row, struct error *e)
{
	sqlite3_stmt *st = reader_prepare(
		row->reader,
		"SELECT * FROM (SELECT id, at_ms, what, text FROM alert_step WHERE alert = ?1"
		" ORDER BY id DESC LIMIT ?2) ORDER BY id",
		e);
	jw_key(w, "steps");
	jw_array(w);
	if (st) {
		sqlite3_bind_int64(st, 1, number(row, A_ID));
		sqlite3_bind_int(st, 2, STEPS_SHOWN);
		while (sqlite3_step(st) == SQLITE_ROW) {
			jw_object(w);
			jw_kv_time(w, "at", sqlite3_column_int64(st, 1));
			jw_kv_str(w, "what", (const char *)sqlite3_column_text(st, 2));
			jw_kv_str(w, "text", (const char *)sqlite3_column_text(st, 3));
			jw_object_end(w);
		}
		sqlite3_reset(st);
	}
	jw_array_end(w);
}

/* What the event and the rule told, or what the subject has now. */
static void write_of_subject(struct json_writer *w, const struct sql_row *row, struct alerts *a)
{
	const char *data = list_text(row, A_DATA), *runbook = list_text(row, A_RUNBOOK);
	bool tagged = data && *data == '{' && text_member(data, "tags").n;
	const struct resource *r =
		tagged && runbook ? NULL
				  : resource_by_id(a->d->store, (uint64_t)number(row, A_SUBJECT));
	const char *spec = r ? r->spec : "{}";
	write_member(w, "tags", tagged ? data : spec, '[', "[]");
	if (runbook)
		jw_kv_str(w, "runbook", runbook);
	else
		write_member(w, "runbook", spec, '"', "null");
	resource_unref(r);
}

/* ---- one ------------------------------------------------------------------------------------ */

static void write_id(struct json_writer *w, const char *key, const char *prefix, int64_t id)
{
	char text[ID_TEXT];
	jw_kv_str(w, key, id && prefix ? id_format(text, prefix, (uint64_t)id) : NULL);
}

static void write_times(struct json_writer *w, const struct sql_row *row, struct alerts *a)
{
	int64_t since = number(row, A_SINCE), resolved = number(row, A_RESOLVED);
	int64_t lasts = (resolved ? resolved : clock_wall_ms(a->d->clock)) - since;
	jw_kv_time(w, "since", since);
	jw_kv_time(w, "opened_at", number(row, A_OPENED));
	jw_kv_time(w, "changed_at", number(row, A_CHANGED));
	jw_kv_time(w, "resolved_at", resolved);
	jw_kv_int(w, "duration_ms", lasts > 0 ? lasts : 0);
	jw_kv_time(w, "acknowledged_at", number(row, A_ACKNOWLEDGED));
	jw_kv_str(w, "acknowledged_by", number(row, A_ACKNOWLEDGED) ? list_text(row, A_BY) : NULL);
	jw_kv_str(w, "note", list_text(row, A_NOTE));
	jw_kv_time(w, "snoozed_until", number(row, A_SNOOZED));
}

static void write_alert(struct json_writer *w, const struct sql_row *row)
{
	struct alerts *a = row->ctx;
	struct alert_view now = {0};
	struct error ignored = {0};
	const char *data = list_text(row, A_DATA), *labels = list_text(row, A_LABELS);
	const struct resource_kind *k = resource_kind_find(list_text(row, A_KIND));
	alerts_view(a, (uint64_t)number(row, A_ID), &now);
	jw_object(w);
	jw_kv_str(w, "kind", "alert");
	write_id(w, "id", "alr", number(row, A_ID));
	jw_kv_int(w, "number", number(row, A_NUMBER));
	jw_kv_str(w, "rule", list_text(row, A_RULE));
	list_write_severity(w, row, A_SEVERITY);
	jw_kv_str(w, "state", list_text(row, A_STATE));
	jw_kv_bool(w, "silenced", now.silenced);
	jw_kv_bool(w, "inhibited", now.inhibited);
	jw_kv_str(w, "topic", list_text(row, A_TOPIC));
	jw_kv_str(w, "subject", list_text(row, A_NAME));
	write_id(w, "subject_id", k ? k->prefix : NULL, number(row, A_SUBJECT));
	jw_kv_str(w, "subject_kind", list_text(row, A_KIND));
	jw_kv_str(w, "text", list_text(row, A_TEXT));
	write_member(w, "reason", data, '"', "null");
	write_times(w, row, a);
	write_id(w, "incident", "inc", number(row, A_INCIDENT));
	write_member(w, "changed", data, '[', "[]");
	write_member(w, "evidence", data, '{', "null");
	jw_kv_int(w, "events", number(row, A_EVENTS));
	jw_key(w, "labels");
	jw_raw(w, labels && *labels == '{' ? labels : "{}",
	       labels && *labels == '{' ? strlen(labels) : 2);
	write_of_subject(w, row, a);
	write_told(w, row, &now, &ignored);
	write_deliveries(w, row, &ignored);
	if (row->alone)
		write_steps(w, row, &ignored);
	jw_object_end(w);
}

/* ---- filters -------------------------------------------------------------------------------- */

void list_where_topic(struct sql_query *q, const char *expression, const char *topics)
{
	struct buf sql = BUF_INIT(TOPICS_SQL);
	size_t n_topics = 0, n;
	for (const char *at = topics; *at; at += n + (at[n] == ',')) {
		size_t bare = n = strcspn(at, ",");
		if (bare && at[bare - 1] == '*')
			bare--;
		if (bare && at[bare - 1] == '.')
			bare--;
		if (!bare) { /* "*": all */
			buf_fini(&sql);
			return;
		}
		buf_printf(&sql, "%sinstr(%s || '.', ? || '.') = 1", n_topics++ ? " OR " : "",
			   expression);
		sql_bind_text(q, at, bare);
	}
	if (n_topics)
		sql_where(q, buf_str(&sql));
	buf_fini(&sql);
}

/* By name; or by the id of anything. */
static void where_subject(struct sql_query *q, const char *ref)
{
	char prefix[ID_PREFIX_MAX + 1];
	uint64_t id;
	size_t n = strcspn(ref, "_");
	snprintf(prefix, sizeof(prefix), "%.*s", (int)(n < sizeof(prefix) ? n : 0), ref);
	if (id_shaped(ref) && id_parse(ref, prefix, &id))
		sql_where_number(q, "a.subject = ?", (int64_t)id);
	else
		sql_where_words(q, "a.name", "subject", ref, NULL);
}

static void take_silenced(const struct alert_view *v, void *arg)
{
	if (v->silenced || v->inhibited)
		buf_printf(arg, "%s%" PRIu64, ((struct buf *)arg)->len > 1 ? "," : "", v->id);
}

/* Of which nothing is told, for whatever reason: only the book knows; a number of ids is one value.
 */
static void where_silenced(struct sql_query *q, bool yes)
{
	struct buf ids = BUF_INIT(SILENCED_TEXT);
	buf_add_char(&ids, '[');
	alerts_each(q->ctx, take_silenced, &ids);
	buf_add_char(&ids, ']');
	sql_where_text(q,
		       yes ? "a.id IN (SELECT value FROM json_each(?))"
			   : "a.id NOT IN (SELECT value FROM json_each(?))",
		       sql_keep(q, buf_take(&ids)));
}

static void where_severity(struct sql_query *q, const char *words)
{
	static const char *const severities[] = {"info", "warning", "critical", NULL};
	sql_where_words(
		q, "CASE a.severity WHEN 0 THEN 'info' WHEN 1 THEN 'warning' ELSE 'critical' END",
		"severity", words, severities);
}

static bool filter(struct sql_query *q, const char *name, const char *value)
{
	static const char *const states[] = {"pending", "open", "acknowledged", "resolved", NULL};
	bool yes;
	if (!strcmp(name, "state"))
		sql_where_words(q, "a.state", name, value, states);
	else if (!strcmp(name, "open")) {
		if (sql_filter_bool(q, name, value, &yes))
			sql_where(q, yes ? "a.resolved_ms IS NULL AND a.state != 'pending'"
					 : "a.resolved_ms IS NOT NULL");
	} else if (!strcmp(name, "silenced")) {
		if (sql_filter_bool(q, name, value, &yes))
			where_silenced(q, yes);
	} else if (!strcmp(name, "severity"))
		where_severity(q, value);
	else if (!strcmp(name, "rule"))
		sql_where_words(q, "a.rule", name, value, NULL);
	else if (!strcmp(name, "topic"))
		list_where_topic(q, "a.topic", value);
	else if (!strcmp(name, "subject"))
		where_subject(q, value);
	else if (!strcmp(name, "kind"))
		sql_where_words(q, "a.subject_kind", name, value, NULL);
	else if (!strcmp(name, "tag"))
		sql_where_text(
			q,
			"EXISTS (SELECT 1 FROM json_each(coalesce("
			"json_extract(a.data, '$.tags'), (SELECT json_extract(r.spec, '$.tags')"
			" FROM resource r WHERE r.id = a.subject), '[]')) WHERE value = ?)",
			value);
	else
		return false;
	return true;
}

/* What is over is not asked for by itself, and what only might become one never. */
static void rest(struct sql_query *q, struct request *r)
{
	const char *all = request_query(r, "all", "false");
	bool every = !strcmp(all, "true") || !strcmp(all, "yes") || !strcmp(all, "1");
	if (!every && strcmp(all, "false") && strcmp(all, "no") && strcmp(all, "0")) {
		error_field(&q->error, ERR_INVALID, "all", "all: true or false, not \"%.40s\"",
			    all);
		return;
	}
	if (request_query(r, "filter[state]", NULL) || request_query(r, "filter[open]", NULL))
		return;
	sql_where(q, every ? "a.state != 'pending'"
			   : "a.resolved_ms IS NULL AND a.state != 'pending'");
}

static const struct sql_sort sorts[] = {
	{"worst", WORST},       {"opened_at", "a.opened_ms"}, {"changed_at", "a.changed_ms"},
	{"number", "a.number"}, {"subject", "a.name"},        {"severity", "a.severity"},
};

const struct sql_list alert_list = {
	.kind = &resource_alert,
	.columns = COLUMNS,
	.from = "alert a",
	.id = "a.id",
	.number = "a.number",
	.words = "a.name || ' ' || a.text || ' ' || a.rule || ' ' || a.topic || ' ' || a.number",
	.sorts = sorts,
	.n_sorts = ARRAY_LEN(sorts),
	.filter = filter,
	.rest = rest,
	.write = write_alert,
};
