/* A page of a list: filter, sort, cut, render, all from memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/internal.h"
#include "daemon/api/text.h"
#include "shared/mem.h"

/* Beyond these a list is made by a worker: the loop answers others meanwhile. */
enum { INLINE_ROWS = 1000, INLINE_LIMIT = 200, WORDS_MAX = 8 };

struct filter {
	const char *name, *value;
	const struct field *field;
};

struct query {
	struct api_kind *k;
	struct filter filters[16];
	size_t n_filters;
	char words[WORDS_MAX][64]; /* lower case */
	size_t n_words;
	const char *sort, *fields, *after, *before, *around;
	bool descending, last;
	size_t limit;
	struct error error; /* code ERR_NONE: none */
};

struct row {
	int64_t key;
	struct json_slice text; /* s NULL: sorted by key alone */
	uint32_t index;         /* in name order */
};

/* ---- reading the query ------------------------------------------------------------------------
 */

static bool listed(const char *const *names, const char *name)
{
	for (; names && *names; names++) {
		if (!strcmp(**names == '-' ? *names + 1 : *names, name))
			return true;
	}
	return false;
}

static void hint_names(struct error *e, const char *const *names, const char *more)
{
	char text[200] = "";

	for (; names && *names; names++) {
		size_t n = strlen(text);

		snprintf(text + n, sizeof text - n, "%s%s", n ? ", " : "",
			 **names == '-' ? *names + 1 : *names);
	}
	error_hint(e, "possible: %s%s", text, more);
}

static void take_words(struct query *q, const char *text)
{
	while (*text && q->n_words < WORDS_MAX) {
		size_t n = strcspn(text, " \t"), kept = n < 63 ? n : 63;
		char *word = q->words[q->n_words];

		for (size_t i = 0; i < kept; i++)
			word[i] =
				text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] | 0x20) : text[i];
		word[kept] = '\0';
		q->n_words += n > 0;
		text += n + strspn(text + n, " \t");
	}
}

static void take_filter(struct query *q, const char *name, const char *value)
{
	const struct resource_kind *k = q->k->kind;
	struct filter *f = &q->filters[q->n_filters];
	size_t n = strlen(name);
	char *plain;

	if (n < 9 || name[n - 1] != ']') {
		error_field(&q->error, ERR_INVALID, "filter", "\"%.64s\" is not filter[NAME]",
			    name);
		return;
	}
	plain = mem_strndup(name + 7, n - 8);
	if (q->n_filters == ARRAY_LEN(q->filters)) {
		error_field(&q->error, ERR_INVALID, "filter", "more than %zu filters",
			    ARRAY_LEN(q->filters));
	} else if (strncmp(plain, "labels.", 7) && !listed(k->filters, plain)) {
		error_field(&q->error, ERR_INVALID, "filter", "%s lists have no filter \"%.64s\"",
			    k->kind, plain);
		hint_names(&q->error, k->filters, ", labels.KEY");
	} else {
		*f = (struct filter){plain, value, resource_field_flagged(k, plain)};
		if (!f->field)
			f->field = resource_field_any(k, plain);
		q->n_filters++;
		return;
	}
	free(plain);
}

static bool last_read(const char *value, bool *last)
{
	*last = !strcmp(value, "1");
	return *last || !strcmp(value, "0");
}

static void take(const char *name, const char *value, void *arg)
{
	struct query *q = arg;
	char *end;

	if (q->error.code)
		return;
	if (!strncmp(name, "filter", 6)) {
		take_filter(q, name, value);
	} else if (!strcmp(name, "q")) {
		take_words(q, value);
	} else if (!strcmp(name, "sort")) {
		q->descending = *value == '-';
		q->sort = value + q->descending;
	} else if (!strcmp(name, "fields")) {
		q->fields = value;
	} else if (!strcmp(name, "after")) {
		q->after = value;
	} else if (!strcmp(name, "before")) {
		q->before = value;
	} else if (!strcmp(name, "around")) {
		q->around = value;
	} else if (!strcmp(name, "last")) {
		if (!last_read(value, &q->last))
			error_field(&q->error, ERR_INVALID, "last", "last: 0 or 1, not \"%.32s\"",
				    value);
	} else if (!strcmp(name, "limit")) {
		q->limit = strtoul(value, &end, 10);
		if (!*value || *end || *value == '-' || !q->limit || q->limit > LIST_LIMIT_MAX)
			error_field(&q->error, ERR_INVALID, "limit", "\"%.32s\" is not 1..%d",
				    value, LIST_LIMIT_MAX);
	}
}

/* A column's path is as good as the sort's own name: p95_1h_ms is p95. */
static const char *sort_of_path(const struct resource_kind *k, const char *path)
{
	for (size_t i = 0; i < k->n_columns; i++) {
		if (strcmp(k->columns[i].path, path))
			continue;
		for (size_t s = 0; k->sorts && k->sorts[s]; s++) {
			size_t n = strlen(k->sorts[s]);
			if (!strncmp(path, k->sorts[s], n) && (path[n] == '_' || !path[n]))
				return k->sorts[s];
		}
	}
	return path;
}

static void query_read(struct query *q, struct request *r, struct api_kind *k)
{
	const char *const *sorts = k->kind->sorts;

	*q = (struct query){.k = k, .limit = LIST_LIMIT};
	request_each_query(r, take, q);
	if (q->error.code)
		return;
	if (!q->sort && sorts && sorts[0]) {
		q->descending = sorts[0][0] == '-';
		q->sort = sorts[0] + q->descending;
	}
	if (q->sort && !listed(sorts, q->sort))
		q->sort = sort_of_path(k->kind, q->sort);
	if (q->sort && strcmp(q->sort, "name") && !listed(sorts, q->sort)) {
		error_field(&q->error, ERR_INVALID, "sort",
			    "%s lists cannot be sorted by \"%.64s\"", k->kind->kind, q->sort);
		hint_names(&q->error, sorts, "; with - in front: downwards");
	}
}

static void query_fini(struct query *q)
{
	for (size_t i = 0; i < q->n_filters; i++)
		free((char *)q->filters[i].name);
}

/* ---- filtering --------------------------------------------------------------------------------
 */

/* value is one of "a,b,c" */
static bool one_of(const char *list, const char *value)
{
	size_t n = strlen(value);

	for (;;) {
		size_t len = strcspn(list, ",");

		if (len == n && !memcmp(list, value, n))
			return true;
		if (!list[len])
			return false;
		list += len + 1;
	}
}

/* An entry of the list (of names: nothing is escaped) is one of "a,b". */
static bool entry_holds(struct json_slice list, const char *wanted)
{
	for (size_t at = 0; at + 1 < list.n;) {
		size_t len = 0;
		char entry[NAME_MAX_BYTES + 1];

		if (list.s[at++] != '"')
			continue;
		while (at + len < list.n && list.s[at + len] != '"')
			len++;
		snprintf(entry, sizeof entry, "%.*s", (int)len, list.s + at);
		if (one_of(wanted, entry))
			return true;
		at += len + 1;
	}
	return false;
}

static bool filter_holds(const struct query *q, const struct filter *f, const struct resource *r)
{
	const struct resource_live *live = q->k->live;
	char value[2304];
	const char *text = NULL;
	struct json_slice v;

	if (!strncmp(f->name, "labels.", 7)) {
		v = text_member(r->labels, f->name + 7);
		return v.s && text_equals(v, f->value);
	}
	if (!strcmp(f->name, "name"))
		return one_of(f->value, r->name);
	if (!strcmp(f->name, "origin") && r->kind->n_builtins)
		return one_of(f->value, resource_origin(r));
	if (live && live->filter)
		text = live->filter(r, f->name, value, q->k->live_ctx);
	if (f->field && f->field->flags & FIELD_SLUGS)
		return entry_holds(text_member(r->spec, f->field->name), f->value);
	if (!text && f->field) {
		v = text_member(r->spec, f->name);
		text_value(v, value, sizeof value);
		text = v.s ? value : f->field->dflt ? f->field->dflt : "";
	}
	return text && one_of(f->value, text);
}

static bool members_contain(const char *object, const char *word)
{
	struct json_slice key, value;

	while (text_next_member(&object, &key, &value)) {
		if (text_contains(value.s, value.n, word))
			return true;
	}
	return false;
}

static bool matches(const struct query *q, const struct resource *r)
{
	for (size_t i = 0; i < q->n_filters; i++) {
		if (!filter_holds(q, &q->filters[i], r))
			return false;
	}
	for (size_t i = 0; i < q->n_words; i++) {
		const char *word = q->words[i];

		if (!text_contains(r->name, strlen(r->name), word) &&
		    !members_contain(r->labels, word) && !members_contain(r->spec, word))
			return false;
	}
	return true;
}

/* ---- sorting ----------------------------------------------------------------------------------
 */

static int compare_text(const struct json_slice *a, const struct json_slice *b)
{
	size_t n = a->n < b->n ? a->n : b->n;
	int c = n ? memcmp(a->s, b->s, n) : 0;

	return c ? c : a->n < b->n ? -1 : a->n > b->n;
}

static int compare(const void *x, const void *y)
{
	const struct row *a = x, *b = y;
	int c = a->key < b->key ? -1 : a->key > b->key;

	if (!c && a->text.s && b->text.s)
		c = compare_text(&a->text, &b->text);
	return c ? c : a->index < b->index ? -1 : 1;
}

static int compare_down(const void *x, const void *y)
{
	const struct row *a = x, *b = y;
	int c = a->key < b->key ? 1 : a->key > b->key ? -1 : 0;

	if (!c && a->text.s && b->text.s)
		c = -compare_text(&a->text, &b->text);
	return c ? c : a->index < b->index ? -1 : 1; /* names go up either way */
}

/* What decides where r stands. */
static void rank(const struct query *q, const struct resource *r, struct row *row)
{
	const struct resource_live *live = q->k->live;
	const struct field *field;

	row->key = 0;
	row->text = (struct json_slice){0};
	if (!q->sort || !strcmp(q->sort, "name"))
		row->key = row->index;
	else if (live && live->rank && live->rank(r, q->sort, &row->key, q->k->live_ctx))
		return;
	else if (!strncmp(q->sort, "created_at", 10))
		row->key = r->created_ms;
	else if (!strncmp(q->sort, "updated_at", 10))
		row->key = r->updated_ms;
	else {
		row->text = text_member(r->spec, q->sort);
		field = row->text.s ? NULL : resource_field_any(q->k->kind, q->sort);
		if (field && field->dflt)
			row->text = (struct json_slice){field->dflt, strlen(field->dflt)};
		else if (!row->text.s)
			row->text = (struct json_slice){"", 0};
	}
}

/* ---- the page ---------------------------------------------------------------------------------
 */

struct page {
	size_t first, n;
};

static size_t find(const struct query *q, const struct resource **all, const struct row *rows,
		   size_t n, const char *ref)
{
	uint64_t id;

	if (!id_parse(ref, q->k->kind->prefix, &id))
		return n;
	for (size_t i = 0; i < n; i++) {
		if (all[rows[i].index]->id == id)
			return i;
	}
	return n;
}

/* A row that is gone is no error: what was asked around it begins at the top. */
static struct page cut(const struct query *q, const struct resource **all, const struct row *rows,
		       size_t n)
{
	const char *ref = q->after ? q->after : q->before ? q->before : q->around;
	size_t at = ref ? find(q, all, rows, n, ref) : n, first = 0, limit = q->limit;

	if (q->last) {
		first = n > limit ? n - limit : 0;
	} else if (ref && at < n) {
		if (q->after) {
			first = at + 1;
		} else if (q->before) {
			first = at > limit ? at - limit : 0;
			limit = at - first;
		} else {
			first = at > limit / 2 ? at - limit / 2 : 0;
			if (first + limit > n)
				first = n > limit ? n - limit : 0;
		}
	}
	return (struct page){first, n - first < limit ? n - first : limit};
}

static void write_id(struct json_writer *w, const char *key, const struct resource *r)
{
	char id[ID_TEXT];

	jw_kv_str(w, key, r ? id_format(id, r->kind->prefix, r->id) : NULL);
}

static void write_rows(struct query *q, struct json_writer *w, const struct resource **all,
		       const struct row *rows, struct page p)
{
	struct buf one = BUF_INIT(1 << 20);

	jw_key(w, "data");
	jw_array(w);
	for (size_t i = p.first; i < p.first + p.n; i++) {
		const struct resource *r = all[rows[i].index];
		struct json_writer single;
		struct buf picked = BUF_INIT(1 << 20);

		if (!q->fields || !*q->fields) {
			render_resource(q->k, w, r, true);
			continue;
		}
		buf_reset(&one);
		jw_init(&single, &one);
		render_resource(q->k, &single, r, true);
		render_projection(&picked, buf_str(&one), one.len, q->fields);
		jw_raw(w, buf_str(&picked), picked.len);
		buf_fini(&picked);
	}
	jw_array_end(w);
	buf_fini(&one);
}

static void write_meta(struct query *q, struct json_writer *w, const struct resource **all,
		       const struct row *rows, size_t n, struct page p)
{
	size_t end = p.first + p.n;

	jw_key(w, "meta");
	jw_object(w);
	jw_kv_int(w, "total", (int64_t)n);
	jw_kv_int(w, "position", (int64_t)p.first);
	jw_kv_int(w, "limit", (int64_t)q->limit);
	write_id(w, "prev", p.first && p.n ? all[rows[p.first].index] : NULL);
	write_id(w, "next", end < n && p.n ? all[rows[end - 1].index] : NULL);
	if (q->k->live && q->k->live->meta)
		q->k->live->meta(w, q->k->live_ctx);
	jw_object_end(w);
}

static void list_write(struct query *q, struct request *r)
{
	size_t total, n = 0;
	const struct resource **all = resource_list(q->k->api->d->store, q->k->kind, &total);
	struct row *rows = mem_array(NULL, total + 1, sizeof *rows);
	struct json_writer w;
	struct page p;

	for (size_t i = 0; i < total; i++) {
		if (!matches(q, all[i]))
			continue;
		rows[n].index = (uint32_t)i;
		rank(q, all[i], &rows[n]);
		n++;
	}
	if ((q->sort && strcmp(q->sort, "name")) || q->descending)
		qsort(rows, n, sizeof *rows, q->descending ? compare_down : compare);
	p = cut(q, all, rows, n);
	jw_init(&w, reply_body(r));
	jw_object(&w);
	write_rows(q, &w, all, rows, p);
	write_meta(q, &w, all, rows, n, p);
	jw_object_end(&w);
	for (size_t i = 0; i < total; i++)
		resource_unref(all[i]);
	free(all);
	free(rows);
}

struct job {
	struct query query;
	struct request *request;
};

static void on_worker(void *arg)
{
	struct job *job = arg;
	struct request *r = job->request;

	list_write(&job->query, r);
	query_fini(&job->query);
	free(job);
	request_finish(r, 200);
}

struct answered list_handle(struct request *r, void *ctx)
{
	struct api_kind *k = ctx;
	struct daemon *d = k->api->d;
	struct query q;
	struct job *job;

	query_read(&q, r, k);
	if (q.error.code) {
		query_fini(&q);
		return reply_error(r, &q.error);
	}
	if (resource_count(d->store, k->kind) <= INLINE_ROWS && q.limit <= INLINE_LIMIT) {
		list_write(&q, r);
		query_fini(&q);
		return reply_send(r, 200);
	}
	job = mem_alloc(sizeof *job);
	*job = (struct job){q, r};
	if (pool_submit(d->pool, on_worker, job))
		return reply_later(r);
	query_fini(&q);
	free(job);
	return answer_busy(r);
}
