/* Uptime Kuma's SQLite file. Read only, and as foreign as any file: nothing in it is run. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/import/kuma.h"

enum { ROWS_MAX = 100000, CELL_MAX = 1 << 20 };

static json_t *cell(sqlite3_stmt *st, int column)
{
	switch (sqlite3_column_type(st, column)) {
	case SQLITE_INTEGER: return json_integer(sqlite3_column_int64(st, column));
	case SQLITE_FLOAT: return json_real(sqlite3_column_double(st, column));
	case SQLITE_TEXT: {
		int n = sqlite3_column_bytes(st, column);
		json_t *text = n > CELL_MAX
				       ? NULL
				       : json_stringn((const char *)sqlite3_column_text(st, column),
						      (size_t)n);
		return text ? text : json_null();
	}
	default: return json_null();
	}
}

/* All rows as objects; NULL when the table is not there or the file is damaged. */
static json_t *rows(sqlite3 *db, const char *sql, struct error *e)
{
	sqlite3_stmt *st = NULL;
	json_t *out = json_array();
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		rc = sqlite3_step(st);
		if (rc != SQLITE_ROW || json_array_size(out) >= ROWS_MAX)
			break;
		json_t *row = json_object();
		for (int i = 0; i < sqlite3_column_count(st); i++)
			json_object_set_new(row, sqlite3_column_name(st, i), cell(st, i));
		json_array_append_new(out, row);
	}
	if (rc != SQLITE_DONE && rc != SQLITE_ROW) {
		error_set(e, ERR_MALFORMED, "the database cannot be read: %s", sqlite3_errmsg(db));
		json_decref(out);
		out = NULL;
	}
	sqlite3_finalize(st);
	return out;
}

static void attach_tags(json_t *monitors, const json_t *tags)
{
	size_t i, t;
	json_t *monitor;
	const json_t *tag;
	json_t *by_id = json_object();
	char key[32];
	json_array_foreach(monitors, i, monitor)
	{
		json_object_set_new(monitor, "tags", json_array());
		snprintf(key, sizeof(key), "%" JSON_INTEGER_FORMAT,
			 json_integer_value(json_object_get(monitor, "id")));
		json_object_set(by_id, key, monitor);
	}
	json_array_foreach(tags, t, tag)
	{
		snprintf(key, sizeof(key), "%" JSON_INTEGER_FORMAT,
			 json_integer_value(json_object_get(tag, "monitor_id")));
		json_array_append(json_object_get(json_object_get(by_id, key), "tags"),
				  (json_t *)tag);
	}
	json_decref(by_id);
}

json_t *kuma_database(const char *path, struct error *e)
{
	sqlite3 *db = NULL;
	json_t *monitors = NULL, *tags = NULL, *out = NULL;
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL)) {
		error_set(e, ERR_IO, "%s: %s", path, sqlite3_errmsg(db));
		goto out;
	}
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 16 << 20);
	monitors = rows(db, "SELECT * FROM monitor ORDER BY id", e);
	if (!monitors) {
		error_hint(e, "Uptime Kuma keeps it in data/kuma.db; copy kuma.db-wal along, or "
			      "stop it first");
		goto out;
	}
	tags = rows(db,
		    "SELECT mt.monitor_id, mt.value, tag.name FROM monitor_tag mt "
		    "JOIN tag ON mt.tag_id = tag.id ORDER BY mt.id",
		    NULL);
	attach_tags(monitors, tags);
	/* Older files have no such table. */
	json_t *windows = rows(db, "SELECT * FROM maintenance ORDER BY id", NULL);
	json_t *covered = rows(db, "SELECT * FROM monitor_maintenance ORDER BY id", NULL);
	json_t *notifications = rows(db, "SELECT * FROM notification ORDER BY id", NULL);
	json_t *told = rows(db, "SELECT * FROM monitor_notification ORDER BY id", NULL);
	out = json_pack("{s:O,s:o*,s:o*,s:o*,s:o*}", "monitorList", monitors, "maintenanceList",
			windows, "monitorMaintenance", covered, "notificationList", notifications,
			"monitorNotification", told);
out:
	json_decref(monitors);
	json_decref(tags);
	sqlite3_close(db);
	return out;
}
