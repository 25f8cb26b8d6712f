/* Deliveries as rows of a list and one by one. */
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/routes/alert_list.h"
#include "daemon/alerts/internal.h"
#include "shared/mem.h"

extern const struct resource_kind resource_delivery;

enum column_at {
	D_ID,
	D_NOTIFIER,
	D_NAME,
	D_TOPIC,
	D_SEVERITY,
	D_TITLE,
	D_STATE,
	D_MESSAGE,
	D_CREATED,
	D_ATTEMPTS,
	D_TRIED,
	D_NEXT,
	D_SENT,
	D_TOOK,
	D_STATUS,
	D_ANSWER,
	D_MERGED
};
#define COLUMNS                                                                                \
	"d.id, d.notifier, d.notifier_name, d.topic, d.severity, d.title, d.state, d.message," \
	" d.created_ms, d.attempts, d.tried_ms, d.next_ms, d.sent_ms, d.took_ms, d.status,"    \
	" d.answer, d.merged_into"

static int64_t number(const struct sql_row *row, int column)
{
	return sqlite3_column_int64(row->st, column);
}

/* A notifier or a subscription; what is gone has no id any more. */
static void write_notifier(struct json_writer *w, const struct sql_row *row, struct alerts *a)
{
	const struct resource *r = resource_by_id(a->d->store, (uint64_t)number(row, D_NOTIFIER));
	char id[ID_TEXT];
	jw_kv_str(w, "notifier", r ? r->name : list_text(row, D_NAME));
	jw_kv_str(w, "notifier_id", r ? id_format(id, r->kind->prefix, r->id) : NULL);
	resource_unref(r);
}

static void write_alerts(struct json_writer *w, const struct sql_row *row)
{
	struct error ignored = {0};
	sqlite3_stmt *st = reader_prepare(
		row->reader,
		"SELECT a.number FROM delivery_alert x JOIN alert a ON a.id = x.alert"
		" WHERE x.delivery = ? ORDER BY 1",
		&ignored);
	jw_key(w, "alerts");
	jw_array(w);
	if (st) {
		sqlite3_bind_int64(st, 1, number(row, D_ID));
		while (sqlite3_step(st) == SQLITE_ROW)
			jw_int(w, sqlite3_column_int64(st, 0));
		sqlite3_reset(st);
	}
	jw_array_end(w);
}

static void write_number_or_null(struct json_writer *w, const char *key, int64_t n, bool there)
{
	jw_key(w, key);
	there ? jw_int(w, n) : jw_null(w);
}

static void write_delivery(struct json_writer *w, const struct sql_row *row)
{
	char id[ID_TEXT];
	const char *state = list_text(row, D_STATE), *message = list_text(row, D_MESSAGE);
	int64_t attempts = number(row, D_ATTEMPTS), merged = number(row, D_MERGED);
	jw_object(w);
	jw_kv_str(w, "kind", "delivery");
	jw_kv_str(w, "id", id_format(id, "msg", (uint64_t)number(row, D_ID)));
	write_notifier(w, row, row->ctx);
	jw_kv_str(w, "topic", list_text(row, D_TOPIC));
	list_write_severity(w, row, D_SEVERITY);
	jw_kv_str(w, "title", list_text(row, D_TITLE));
	jw_kv_str(w, "state", state);
	write_alerts(w, row);
	jw_kv_int(w, "attempts", attempts);
	jw_kv_time(w, "created_at", number(row, D_CREATED));
	jw_kv_time(w, "tried_at", number(row, D_TRIED));
	jw_kv_time(w, "next_at", strcmp(state, "pending") ? 0 : number(row, D_NEXT));
	jw_kv_time(w, "sent_at", number(row, D_SENT));
	write_number_or_null(w, "took_ms", number(row, D_TOOK), attempts > 0);
	write_number_or_null(w, "status", number(row, D_STATUS), number(row, D_STATUS) != 0);
	jw_kv_str(w, "answer", list_text(row, D_ANSWER));
	jw_kv_str(w, "merged_into", merged ? id_format(id, "msg", (uint64_t)merged) : NULL);
	if (row->alone) {
		jw_key(w, "message");
		jw_raw(w, message, strlen(message));
	}
	jw_object_end(w);
}

/* ---- filters -------------------------------------------------------------------------------- */

/* By its number or id. */
static void where_alert(struct sql_query *q, const char *ref)
{
	uint64_t id;
	if (!sql_list_find(&alert_list, q->store, ref, &id, &q->error))
		sql_where_number(q, "d.id IN (SELECT delivery FROM delivery_alert WHERE alert = ?)",
				 (int64_t)id);
}

static bool filter(struct sql_query *q, const char *name, const char *value)
{
	static const char *const states[] = {"pending", "sent", "dead", "merged", "dropped", NULL};
	uint64_t id;
	if (!strcmp(name, "state"))
		sql_where_words(q, "d.state", name, value, states);
	else if (!strcmp(name, "alert"))
		where_alert(q, value);
	else if (!strcmp(name, "topic"))
		list_where_topic(q, "d.topic", value);
	else if (strcmp(name, "notifier"))
		return false;
	else if (id_parse(value, "ntf", &id) || id_parse(value, "sub", &id))
		sql_where_number(q, "d.notifier = ?", (int64_t)id);
	else
		sql_where_words(q, "d.notifier_name", name, value, NULL);
	return true;
}

static const struct sql_sort sorts[] = {
	{"created_at", "d.created_ms"},
	{"notifier", "d.notifier_name"},
	{"attempts", "d.attempts"},
};

const struct sql_list delivery_list = {
	.kind = &resource_delivery,
	.columns = COLUMNS,
	.from = "delivery d",
	.id = "d.id",
	.number = "d.id",
	.words = "d.title || ' ' || d.notifier_name || ' ' || coalesce(d.answer, '')",
	.sorts = sorts,
	.n_sorts = ARRAY_LEN(sorts),
	.filter = filter,
	.write = write_delivery,
};
