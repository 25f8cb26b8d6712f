#include "daemon/api/sql_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/internal.h"
#include "shared/mem.h"

enum { SQL_MAX = 16384, WHERE_MAX = 8192, NAMES_TEXT = 200, ROW_MAX = 1 << 20 };

/* ---- the query ------------------------------------------------------------------------------ */

static void take_filter(const char *name, const char *value, void *arg)
{
	struct sql_query *q = arg;
	const char *const *names = q->list->kind->filters;
	size_t n = strlen(name);
	char plain[64], all[NAMES_TEXT] = "";
	if (q->error.code || strncmp(name, "filter[", 7))
		return;
	snprintf(plain, sizeof(plain), "%.*s", n > 8 ? (int)(n - 8) : 0, name + 7);
	if (name[n - 1] == ']' && q->list->filter(q, plain, value))
		return;
	error_field(&q->error, ERR_INVALID, "filter", "%.80s: %s have no such filter", name,
		    q->list->kind->plural);
	for (size_t len = 0; names && *names && len < sizeof(all); names++)
		len += (size_t)snprintf(all + len, sizeof(all) - len, "%s%s", len ? ", " : "",
					*names);
	error_hint(&q->error, "filters are %s", all);
}

static void take_sort(struct sql_query *q, const char *sort)
{
	const struct sql_list *l = q->list;
	char all[NAMES_TEXT] = "";
	q->descending = *sort == '-';
	const char *name = sort + q->descending;
	for (size_t i = 0; i < l->n_sorts; i++)
		if (!strcmp(name, l->sorts[i].name))
			q->sort = l->sorts[i].sql;
	if (q->sort)
		return;
	error_field(&q->error, ERR_INVALID, "sort", "sort: %s cannot be sorted by \"%.40s\"",
		    l->kind->plural, name);
	for (size_t i = 0, len = 0; i < l->n_sorts && len < sizeof(all); i++)
		len += (size_t)snprintf(all + len, sizeof(all) - len, "%s%s",
					!len                  ? ""
					: i + 1 == l->n_sorts ? " or "
							      : ", ",
					l->sorts[i].name);
	error_hint(&q->error, "sort by %s, with - in front for descending", all);
}

static void query_read(struct sql_query *q, struct request *r,
		       void (*scope)(struct sql_query *q, struct request *r), char like[static 160])
{
	const char *text = request_query(r, "q", "");
	if (scope)
		scope(q, r);
	request_each_query(r, take_filter, q);
	if (!q->error.code)
		take_sort(q, request_query(r, "sort", q->list->kind->sorts[0]));
	if (!q->error.code && q->list->rest)
		q->list->rest(q, r);
	if (*text && !q->error.code && q->list->search) {
		q->list->search(q, text);
	} else if (*text && !q->error.code) {
		struct buf sql = BUF_INIT(WHERE_MAX);
		snprintf(like, 160, "%.150s", text);
		buf_printf(&sql, "instr(lower(%s), lower(?)) > 0", q->list->words);
		sql_where_text(q, buf_str(&sql), like);
		buf_fini(&sql);
	}
}

static sqlite3_stmt *prepare(sqlite3 *db, const struct sql_query *q, const char *sql,
			     struct error *e)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
	if (rc) {
		store_error(rc, db, "reading a list", e);
		return NULL;
	}
	for (int i = 0; i < q->n_binds; i++) {
		const struct sql_bind *b = &q->binds[i];
		if (b->text)
			sqlite3_bind_text(st, i + 1, b->text, b->len, SQLITE_STATIC);
		else
			sqlite3_bind_int64(st, i + 1, b->number);
	}
	return st;
}

/* ---- a page --------------------------------------------------------------------------------- */

struct page {
	const char *after, *before, *around; /* ids, NULL */
	bool last;
	int limit;
};

struct rows {
	uint64_t ids[SQL_LIST_LIMIT_MAX];
	int n;
};

/* Beyond which row, itself too when inclusive; reading forward or back. */
struct bound {
	uint64_t id; /* 0: none */
	bool forward, inclusive;
};

/* The place of an anchor is looked up inside the condition, by its id, which is bound last. */
static void add_bound(const struct sql_query *q, const struct bound *b, struct buf *sql)
{
	const struct sql_list *l = q->list;
	bool greater = b->forward != q->descending;
	if (b->id)
		buf_printf(sql, "%s((%s, %s) %s%s (SELECT %s, %s FROM %s WHERE %s = ?))",
			   q->where.len ? " AND " : " WHERE ", q->sort, l->number,
			   greater ? ">" : "<", b->inclusive ? "=" : "", q->sort, l->number,
			   l->from, l->id);
}

static sqlite3_stmt *select_rows(sqlite3 *db, const struct sql_query *q, const char *what,
				 const struct bound *b, const char *order, struct error *e)
{
	struct buf sql = BUF_INIT(SQL_MAX);
	buf_printf(&sql, "SELECT %s FROM %s%s", what, q->list->from, buf_str(&q->where));
	add_bound(q, b, &sql);
	buf_add_str(&sql, order);
	sqlite3_stmt *st = prepare(db, q, buf_str(&sql), e);
	if (st && b->id)
		sqlite3_bind_int64(st, q->n_binds + 1, (sqlite3_int64)b->id);
	buf_fini(&sql);
	return st;
}

static enum err count_rows(sqlite3 *db, const struct sql_query *q, const struct bound *b,
			   int64_t *n, struct error *e)
{
	sqlite3_stmt *st = select_rows(db, q, "count(*)", b, "", e);
	if (!st)
		return ERR_STORE;
	int rc = sqlite3_step(st);
	*n = rc == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
	enum err err = rc == SQLITE_ROW ? ERR_NONE : store_error(rc, db, "counting a list", e);
	sqlite3_finalize(st);
	return err;
}

/* Ids of at most limit rows from the anchor on, in reading order. */
static enum err read_ids(sqlite3 *db, const struct sql_query *q, const struct bound *b, int limit,
			 struct rows *rows, struct error *e)
{
	const char *direction = b->forward == q->descending ? "DESC" : "ASC";
	struct buf order = BUF_INIT(SQL_MAX);
	buf_printf(&order, " ORDER BY %s %s, %s %s LIMIT %d", q->sort, direction, q->list->number,
		   direction, limit);
	sqlite3_stmt *st = select_rows(db, q, q->list->id, b, buf_str(&order), e);
	buf_fini(&order);
	rows->n = 0;
	if (!st)
		return ERR_STORE;
	int rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && rows->n < SQL_LIST_LIMIT_MAX)
		rows->ids[rows->n++] = (uint64_t)sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	for (int i = 0; !b->forward && i < rows->n / 2; i++) {
		uint64_t swap = rows->ids[i];
		rows->ids[i] = rows->ids[rows->n - 1 - i];
		rows->ids[rows->n - 1 - i] = swap;
	}
	return rc == SQLITE_DONE || rc == SQLITE_ROW ? ERR_NONE
						     : store_error(rc, db, "reading a list", e);
}

static enum err anchor_id(const struct resource_kind *k, const char *text, uint64_t *id,
			  struct error *e)
{
	if (id_parse(text, k->prefix, id))
		return ERR_NONE;
	error_set(e, ERR_INVALID, "\"%.40s\" is not the id of %s %s", text,
		  strchr("aeiou", k->kind[0]) ? "an" : "a", k->kind);
	error_hint(e, "give an id from the list, such as %s_01H5ZK3QW8F2A", k->prefix);
	return ERR_INVALID;
}

static enum err read_page(sqlite3 *db, const struct sql_query *q, const struct page *p,
			  struct rows *rows, struct error *e)
{
	struct bound b = {.forward = !p->before && !p->last};
	const char *given = p->after ? p->after : p->before ? p->before : p->around;
	enum err err = given ? anchor_id(q->list->kind, given, &b.id, e) : ERR_NONE;
	if (err)
		return err;
	if (!p->around || p->after || p->before)
		return read_ids(db, q, &b, p->limit, rows, e);
	struct rows before;
	b.forward = false;
	err = read_ids(db, q, &b, p->limit / 2, &before, e);
	b.forward = b.inclusive = true;
	if (!err)
		err = read_ids(db, q, &b, p->limit - before.n, rows, e);
	if (err)
		return err;
	memmove(rows->ids + before.n, rows->ids, (size_t)rows->n * sizeof(*rows->ids));
	memcpy(rows->ids, before.ids, (size_t)before.n * sizeof(*rows->ids));
	rows->n += before.n;
	return ERR_NONE;
}

/* ---- writing -------------------------------------------------------------------------------- */

/* The statement that finds one by its id. */
static sqlite3_stmt *one_prepare(sqlite3 *db, const struct sql_list *l, struct error *e)
{
	struct buf sql = BUF_INIT(SQL_MAX);
	sqlite3_stmt *st = NULL;
	buf_printf(&sql, "SELECT %s FROM %s WHERE %s = ?", l->columns, l->from, l->id);
	int rc = sqlite3_prepare_v2(db, buf_str(&sql), -1, &st, NULL);
	buf_fini(&sql);
	if (rc)
		store_error(rc, db, "reading a list", e);
	return rc ? NULL : st;
}

static void write_row(struct json_writer *w, const struct sql_list *l, const struct sql_row *row,
		      const char *fields)
{
	struct buf whole = BUF_INIT(ROW_MAX), part = BUF_INIT(ROW_MAX);
	struct json_writer single;
	if (!*fields) {
		l->write(w, row);
		return;
	}
	jw_init(&single, &whole);
	l->write(&single, row);
	render_projection(&part, buf_str(&whole), whole.len, fields);
	jw_raw(w, buf_str(&part), part.len);
	buf_fini(&whole);
	buf_fini(&part);
}

static enum err write_rows(struct json_writer *w, struct reader *reader, sqlite3 *db,
			   const struct sql_query *q, const struct rows *rows, const char *fields,
			   struct error *e)
{
	sqlite3_stmt *st = one_prepare(db, q->list, e);
	if (!st)
		return ERR_STORE;
	const struct sql_row row = {.st = st, .reader = reader, .ctx = q->ctx};
	for (int i = 0; i < rows->n; i++) {
		sqlite3_bind_int64(st, 1, (sqlite3_int64)rows->ids[i]);
		if (sqlite3_step(st) == SQLITE_ROW)
			write_row(w, q->list, &row, fields);
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	return ERR_NONE;
}

static void write_id_or_null(struct json_writer *w, const char *key, const struct sql_list *l,
			     uint64_t id, bool there)
{
	char text[ID_TEXT];
	jw_kv_str(w, key, there ? id_format(text, l->kind->prefix, id) : NULL);
}

static enum err write_meta(struct json_writer *w, sqlite3 *db, const struct sql_query *q,
			   const struct page *p, const struct rows *rows, struct error *e)
{
	const struct bound all = {0};
	int64_t total = 0, position = 0;
	enum err err = count_rows(db, q, &all, &total, e);
	/* Nothing is before a page that is asked for by nothing but its length. */
	if (!err && rows->n && (p->after || p->before || p->around || p->last)) {
		const struct bound first = {.id = rows->ids[0]};
		err = count_rows(db, q, &first, &position, e);
	}
	if (err)
		return err;
	jw_key(w, "meta");
	jw_object(w);
	jw_kv_int(w, "total", total);
	jw_kv_int(w, "position", position);
	jw_kv_int(w, "limit", p->limit);
	write_id_or_null(w, "prev", q->list, rows->n ? rows->ids[0] : 0, position > 0);
	write_id_or_null(w, "next", q->list, rows->n ? rows->ids[rows->n - 1] : 0,
			 rows->n && position + rows->n < total);
	jw_object_end(w);
	return ERR_NONE;
}

static enum err take_page(struct request *r, struct page *p, struct error *e)
{
	const char *limit = request_query(r, "limit", NULL);
	const char *last = request_query(r, "last", "0");
	char *end = NULL;
	long n = limit ? strtol(limit, &end, 10) : SQL_LIST_LIMIT;
	*p = (struct page){.after = request_query(r, "after", NULL),
			   .before = request_query(r, "before", NULL),
			   .around = request_query(r, "around", NULL),
			   .last = !strcmp(last, "1"),
			   .limit = (int)n};
	if (strcmp(last, "0") && strcmp(last, "1"))
		return error_field(e, ERR_INVALID, "last", "last: 0 or 1, not \"%.40s\"", last);
	if (n < 1 || n > SQL_LIST_LIMIT_MAX || (limit && (!*limit || *end)))
		return error_field(e, ERR_INVALID, "limit", "limit: 1..%d, not \"%.40s\"",
				   SQL_LIST_LIMIT_MAX, limit ? limit : "");
	return ERR_NONE;
}

/* ---- answers -------------------------------------------------------------------------------- */

/* The connection below a borrowed reader, for statements that are put together. */
static sqlite3 *reader_db(struct reader *reader, struct error *e)
{
	sqlite3_stmt *st = reader_prepare(reader, "SELECT 1", e);
	return st ? sqlite3_db_handle(st) : NULL;
}

static enum err write_list(struct request *r, const struct sql_query *q, const struct page *p,
			   struct error *e)
{
	struct json_writer w;
	struct rows *rows = mem_zalloc(sizeof(*rows));
	struct reader *reader = store_reader(q->store, e);
	sqlite3 *db = reader ? reader_db(reader, e) : NULL;
	enum err err = db ? read_page(db, q, p, rows, e) : e->code;
	if (!err) {
		jw_init(&w, reply_body(r));
		jw_object(&w);
		jw_key(&w, "data");
		jw_array(&w);
		err = write_rows(&w, reader, db, q, rows, request_query(r, "fields", ""), e);
		jw_array_end(&w);
		if (!err)
			err = write_meta(&w, db, q, p, rows, e);
		jw_object_end(&w);
	}
	if (reader)
		reader_done(reader);
	free(rows);
	return err;
}

struct answered sql_list_page_of(struct request *r, const struct sql_list *list,
				 struct store *store, void *ctx,
				 void (*scope)(struct sql_query *q, struct request *r))
{
	struct sql_query q = {
		.list = list, .store = store, .ctx = ctx, .where = BUF_INIT(WHERE_MAX)};
	struct page page;
	char like[160];
	query_read(&q, r, scope, like);
	struct error e = q.error;
	bool failed = e.code || take_page(r, &page, &e) || write_list(r, &q, &page, &e);
	buf_fini(&q.where);
	while (q.n_kept)
		free(q.kept[--q.n_kept]);
	if (!failed)
		return reply_send(r, 200);
	buf_reset(reply_body(r));
	return reply_error(r, &e);
}

struct answered sql_list_page(struct request *r, const struct sql_list *list, struct store *store,
			      void *ctx)
{
	return sql_list_page_of(r, list, store, ctx, NULL);
}

enum err sql_list_write_one(struct json_writer *w, const struct sql_list *list, struct store *store,
			    uint64_t id, void *ctx, struct error *e)
{
	struct reader *reader = store_reader(store, e);
	sqlite3 *db = reader ? reader_db(reader, e) : NULL;
	sqlite3_stmt *st = db ? one_prepare(db, list, e) : NULL;
	enum err err = st ? ERR_NONE : ERR_STORE;
	if (st) {
		const struct sql_row row = {.st = st, .reader = reader, .ctx = ctx, .alone = true};
		sqlite3_bind_int64(st, 1, (sqlite3_int64)id);
		if (sqlite3_step(st) == SQLITE_ROW)
			list->write(w, &row);
		else
			err = error_set(e, ERR_NOT_FOUND, "the %s is gone", list->kind->kind);
	}
	sqlite3_finalize(st);
	if (reader)
		reader_done(reader);
	return err;
}

enum err sql_list_find(const struct sql_list *list, struct store *store, const char *ref,
		       uint64_t *id, struct error *e)
{
	struct buf sql = BUF_INIT(SQL_MAX);
	uint64_t given = 0;
	char *end = NULL;
	/* An id, or the short number. */
	int64_t number = id_parse(ref, list->kind->prefix, &given) ? 0 : strtoll(ref, &end, 10);
	struct reader *reader = store_reader(store, e);
	sqlite3 *db = reader ? reader_db(reader, e) : NULL;
	sqlite3_stmt *st = NULL;
	enum err err = ERR_STORE;
	buf_printf(&sql, "SELECT %s FROM %s WHERE %s = ?", list->id, list->from,
		   given ? list->id : list->number);
	int rc = db ? sqlite3_prepare_v2(db, buf_str(&sql), -1, &st, NULL) : SQLITE_ERROR;
	if (db && rc)
		store_error(rc, db, "looking for one of a list", e);
	if (st) {
		sqlite3_bind_int64(st, 1, given ? (sqlite3_int64)given : end && !*end ? number : 0);
		err = sqlite3_step(st) == SQLITE_ROW ? ERR_NONE : ERR_NOT_FOUND;
		*id = err ? 0 : (uint64_t)sqlite3_column_int64(st, 0);
	}
	sqlite3_finalize(st);
	if (reader)
		reader_done(reader);
	buf_fini(&sql);
	if (err == ERR_NOT_FOUND) {
		error_set(e, ERR_NOT_FOUND, "there is no %s \"%.40s\"", list->kind->kind, ref);
		error_hint(e, "see sellersmart %s list", list->kind->kind);
	}
	return err;
}

struct answered sql_list_show(struct request *r, const struct sql_list *list, struct store *store,
			      void *ctx)
{
	struct error e = {0};
	struct json_writer w;
	uint64_t id;
	enum err err = sql_list_find(list, store, request_param(r, "ref"), &id, &e);
	if (!err) {
		const char *fields = request_query(r, "fields", "");
		struct buf whole = BUF_INIT(ROW_MAX), part = BUF_INIT(ROW_MAX);
		struct json_writer single;
		jw_init(&single, &whole);
		err = sql_list_write_one(&single, list, store, id, ctx, &e);
		if (!err && *fields)
			render_projection(&part, buf_str(&whole), whole.len, fields);
		const struct buf *out = *fields ? &part : &whole;
		jw_init(&w, reply_body(r));
		jw_object(&w);
		jw_key(&w, "data");
		jw_raw(&w, err ? "null" : buf_str(out), err ? 4 : out->len);
		jw_object_end(&w);
		buf_fini(&whole);
		buf_fini(&part);
	}
	if (!err)
		return reply_send(r, 200);
	buf_reset(reply_body(r));
	return reply_error(r, &e);
}
