#include "daemon/catalog/columns.h"

#include "daemon/store/resources.h"
#include "shared/mem.h"

const char *row_text(sqlite3_stmt *st, int column)
{
	const char *text = (const char *)sqlite3_column_text(st, column);
	return text ? text : "";
}

void write_figure(struct json_writer *w, const char *key, sqlite3_stmt *st, int column)
{
	jw_key(w, key);
	if (sqlite3_column_type(st, column) == SQLITE_NULL)
		jw_null(w);
	else
		jw_int(w, sqlite3_column_int64(st, column));
}

void write_landed(struct json_writer *w, sqlite3_stmt *st, int price, int shipping)
{
	jw_key(w, "landed_minor");
	if (sqlite3_column_type(st, price) == SQLITE_NULL ||
	    sqlite3_column_type(st, shipping) == SQLITE_NULL)
		jw_null(w);
	else
		jw_int(w, sqlite3_column_int64(st, price) + sqlite3_column_int64(st, shipping));
}

void write_word(struct json_writer *w, const char *key, sqlite3_stmt *st, int column)
{
	const char *text = row_text(st, column);
	jw_kv_str(w, key, *text ? text : NULL);
}

/* ---- rivals and shops -------------------------------------------------------------------------
 */

static const char *const site_kinds[] = {"rival", "shop"};

uint64_t site_find(struct store *s, const char *ref)
{
	uint64_t id = 0;
	for (size_t i = 0; i < ARRAY_LEN(site_kinds) && !id; i++) {
		const struct resource_kind *k = resource_kind_find(site_kinds[i]);
		const struct resource *r = k ? resource_get(s, k, ref) : NULL;
		id = r ? r->id : 0;
		resource_unref(r);
	}
	return id;
}

void site_write(struct json_writer *w, struct store *s, uint64_t site)
{
	const struct resource *r = resource_by_id(s, site);
	jw_kv_str(w, "site", r ? r->name : NULL);
	jw_kv_str(w, "site_kind", r ? r->kind->kind : NULL);
	resource_unref(r);
}
