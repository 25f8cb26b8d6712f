/* Incidents: pages of their table, one of them, and those of a monitor. */
#include <string.h>

#include "daemon/api/sql_list.h"
#include "daemon/services/sitemonitor/evidence.h"
#include "daemon/services/sitemonitor/rows.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/mem.h"

#define COLUMNS                                                                        \
	"i.number, i.id, i.monitor, r.name, i.opened_ms, i.confirmed_ms, i.closed_ms," \
	" i.duration_ms, i.failures, i.cause, i.message, i.evidence, i.good_ms, i.good"
#define FROM "incident i JOIN resource r ON r.id = i.monitor"

static void write_json(struct json_writer *w, const char *key, const char *json)
{
	jw_key(w, key);
	if (json)
		jw_raw(w, json, strlen(json));
	else
		jw_null(w);
}

static void write_incident(struct json_writer *w, struct sitemonitor *sm, sqlite3_stmt *st)
{
	char id[ID_TEXT];
	bool open = sqlite3_column_type(st, 6) == SQLITE_NULL;
	int64_t opened = sqlite3_column_int64(st, 4);
	int64_t lasts = open ? clock_wall_ms(sm->d->clock) - opened : sqlite3_column_int64(st, 7);
	jw_object(w);
	jw_kv_str(w, "kind", "incident");
	jw_kv_str(w, "id", id_format(id, "inc", (uint64_t)sqlite3_column_int64(st, 1)));
	jw_kv_int(w, "number", sqlite3_column_int64(st, 0));
	jw_kv_str(w, "monitor", column_text(st, 3));
	jw_kv_str(w, "monitor_id", id_format(id, "mon", (uint64_t)sqlite3_column_int64(st, 2)));
	jw_kv_str(w, "state", open ? "open" : "closed");
	jw_kv_time(w, "opened_at", opened);
	jw_kv_time(w, "confirmed_at", sqlite3_column_int64(st, 5));
	jw_kv_time(w, "closed_at", sqlite3_column_int64(st, 6));
	jw_kv_int(w, "duration_ms", lasts > 0 ? lasts : 0);
	jw_kv_str(w, "cause", column_text(st, 9));
	jw_kv_str(w, "message", column_text(st, 10));
	write_json(w, "evidence", column_text(st, 11));
	jw_key(w, "last_good");
	if (sqlite3_column_int64(st, 12)) {
		jw_object(w);
		jw_kv_time(w, "at", sqlite3_column_int64(st, 12));
		write_json(w, "evidence", column_text(st, 13));
		jw_object_end(w);
	} else {
		jw_null(w);
	}
	jw_key(w, "changed");
	evidence_write_changes(w, column_text(st, 13), column_text(st, 11));
	jw_kv_int(w, "failures", sqlite3_column_int64(st, 8));
	jw_object_end(w);
}

static void write_row(struct json_writer *w, const struct sql_row *row)
{
	write_incident(w, row->ctx, row->st);
}

static void filter_monitor(struct sql_query *q, const char *ref)
{
	const struct resource *m = route_monitor(q->ctx, ref, &q->error);
	if (m)
		sql_where_number(q, "i.monitor = ?", (int64_t)m->id);
	resource_unref(m);
}

static bool filter(struct sql_query *q, const char *name, const char *value)
{
	bool yes;
	if (!strcmp(name, "monitor"))
		filter_monitor(q, value);
	else if (!strcmp(name, "open") && sql_filter_bool(q, name, value, &yes))
		sql_where(q, yes ? "i.closed_ms IS NULL" : "i.closed_ms IS NOT NULL");
	else if (!strcmp(name, "cause"))
		sql_where_text(q, "i.cause = ?", value);
	else
		return q->error.code;
	return true;
}

static const struct sql_sort sorts[] = {
	{"opened_at", "i.opened_ms"},
	{"number", "i.number"},
	{"monitor", "r.name"},
	{"duration_ms", "coalesce(i.duration_ms, 9223372036854775807)"},
};

extern const struct resource_kind resource_incident;
static const struct sql_list incidents = {
	.kind = &resource_incident,
	.columns = COLUMNS,
	.from = FROM,
	.id = "i.id",
	.number = "i.number",
	.words = "r.name || ' ' || i.cause || ' ' || i.message",
	.sorts = sorts,
	.n_sorts = ARRAY_LEN(sorts),
	.filter = filter,
	.write = write_row,
};

struct answered route_incidents(struct request *r, void *ctx)
{
	struct sitemonitor *sm = ctx;
	journal_wait(sm);
	return sql_list_page(r, &incidents, sm->d->store, sm);
}

struct answered route_incident(struct request *r, void *ctx)
{
	struct sitemonitor *sm = ctx;
	journal_wait(sm);
	return sql_list_show(r, &incidents, sm->d->store, sm);
}

enum err incidents_write_of(struct json_writer *w, struct sitemonitor *sm, uint64_t monitor,
			    int64_t from_ms, int64_t until_ms, int max, struct error *e)
{
	journal_wait(sm);
	struct reader *reader = store_reader(sm->d->store, e);
	sqlite3_stmt *st =
		reader ? reader_prepare(reader,
					"SELECT " COLUMNS " FROM " FROM
					" WHERE i.monitor = ?1 AND i.opened_ms < ?3"
					" AND (i.closed_ms IS NULL OR i.closed_ms >= ?2)"
					" ORDER BY i.opened_ms DESC, i.number DESC LIMIT ?4",
					e)
		       : NULL;
	int rc = SQLITE_ERROR;
	if (st) {
		sqlite3_bind_int64(st, 1, (sqlite3_int64)monitor);
		sqlite3_bind_int64(st, 2, from_ms);
		sqlite3_bind_int64(st, 3, until_ms);
		sqlite3_bind_int(st, 4, max);
		while ((rc = sqlite3_step(st)) == SQLITE_ROW)
			write_incident(w, sm, st);
		sqlite3_reset(st);
	}
	enum err err = rc == SQLITE_DONE ? ERR_NONE
		       : st ? store_error(rc, sqlite3_db_handle(st), "reading incidents", e)
			    : ERR_STORE;
	if (reader)
		reader_done(reader);
	return err;
}
