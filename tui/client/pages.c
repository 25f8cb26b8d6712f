#include "tui/client/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"

enum { PATH_MAX_BYTES = 4096, SEARCH_MAX = 256, SORT_MAX = 64, ID_MAX = 64 };

enum fetch { FETCH_REPLACE, FETCH_AFTER, FETCH_BEFORE };

struct pages {
	struct channel *channel;
	char *plural, *query;
	pages_changed_fn *changed;
	void *arg;
	char search[SEARCH_MAX], sort[SORT_MAX];
	char around[ID_MAX]; /* of the fetch under way, for the second try */
	json_t *rows;        /* array */
	json_t *meta;
	long position, total;
	bool before, after; /* more on that side */
	bool loaded;
	struct call *call;
	enum fetch fetching;
	bool failed;
	struct error error;
};

struct pages *pages_new(struct channel *ch, const char *plural, const char *query,
			pages_changed_fn *changed, void *arg)
{
	struct pages *p = mem_zalloc(sizeof *p);

	p->channel = ch;
	p->plural = mem_strdup(plural);
	p->query = query ? mem_strdup(query) : NULL;
	p->changed = changed;
	p->arg = arg;
	p->rows = json_array();
	return p;
}

void pages_free(struct pages *p)
{
	if (!p)
		return;
	call_cancel(p->call);
	json_decref(p->rows);
	json_decref(p->meta);
	free(p->plural);
	free(p->query);
	free(p);
}

static bool known(const json_t *v)
{
	return v && !json_is_null(v);
}

static void replace_rows(struct pages *p, json_t *data)
{
	json_decref(p->rows);
	p->rows = json_is_array(data) ? json_incref(data) : json_array();
	p->position = (long)json_int(p->meta, "position", 0);
	p->before = known(json_object_get(p->meta, "prev"));
	p->after = known(json_object_get(p->meta, "next"));
}

/* Rows that are listings as somebody sees them are called by that. */
static const char *id_of(const json_t *row)
{
	return json_str(row, "id", json_str(row, "listing", ""));
}

static void append_rows(struct pages *p, json_t *data)
{
	json_t *row;
	size_t i, excess;

	json_array_foreach(data, i, row) if (pages_find(p, id_of(row)) < 0)
		json_array_append(p->rows, row);
	p->after = known(json_object_get(p->meta, "next"));
	excess = json_array_size(p->rows);
	excess = excess > PAGES_ROWS_MAX ? excess - PAGES_ROWS_MAX : 0;
	for (i = 0; i < excess; i++)
		json_array_remove(p->rows, 0);
	p->position += (long)excess;
	p->before = p->before || excess > 0;
}

static void prepend_rows(struct pages *p, json_t *data)
{
	size_t at = 0, i;
	json_t *row;

	json_array_foreach(data, i, row) if (pages_find(p, id_of(row)) < 0)
		json_array_insert(p->rows, at++, row);
	p->position = (long)json_int(p->meta, "position", p->position - (long)at);
	p->before = known(json_object_get(p->meta, "prev"));
	while (json_array_size(p->rows) > PAGES_ROWS_MAX) {
		json_array_remove(p->rows, json_array_size(p->rows) - 1);
		p->after = true;
	}
}

static void fetch(struct pages *p, enum fetch how, const char *member, const char *value);

static void on_reply(void *arg, enum err code, struct reply *r, const struct error *e)
{
	struct pages *p = arg;

	p->call = NULL;
	if (code) {
		/* The row to stay near is gone: begin at the top. */
		if (p->fetching == FETCH_REPLACE && *p->around &&
		    (code == ERR_NOT_FOUND || code == ERR_INVALID)) {
			p->around[0] = '\0';
			fetch(p, FETCH_REPLACE, NULL, NULL);
			return;
		}
		p->failed = true;
		p->error = *e;
		p->changed(p->arg);
		return;
	}
	p->failed = false;
	p->loaded = true;
	json_decref(p->meta);
	p->meta = json_incref(r->meta);
	p->total = (long)json_int(p->meta, "total", (int64_t)json_array_size(r->data));
	switch (p->fetching) {
	case FETCH_REPLACE: replace_rows(p, r->data); break;
	case FETCH_AFTER: append_rows(p, r->data); break;
	case FETCH_BEFORE: prepend_rows(p, r->data); break;
	}
	p->changed(p->arg);
}

static void fetch(struct pages *p, enum fetch how, const char *member, const char *value)
{
	struct buf path = BUF_INIT(PATH_MAX_BYTES);

	call_cancel(p->call);
	p->fetching = how;
	buf_printf(&path, "/v1/%s", p->plural);
	if (p->query)
		buf_printf(&path, "?%s", p->query);
	if (*p->search)
		path_add(&path, "q", p->search);
	if (*p->sort)
		path_add(&path, "sort", p->sort);
	path_add_int(&path, "limit", PAGES_LIMIT);
	if (member)
		path_add(&path, member, value);
	p->call = channel_get(p->channel, buf_str(&path), on_reply, p);
	buf_fini(&path);
}

void pages_refresh(struct pages *p, const char *id)
{
	snprintf(p->around, sizeof p->around, "%s", id ? id : "");
	if (id && *id)
		fetch(p, FETCH_REPLACE, "around", p->around);
	else
		fetch(p, FETCH_REPLACE, NULL, NULL);
}

void pages_query(struct pages *p, const char *query)
{
	free(p->query);
	p->query = query ? mem_strdup(query) : NULL;
}

void pages_set(struct pages *p, const char *search, const char *sort, const char *near_id)
{
	snprintf(p->search, sizeof p->search, "%s", search ? search : "");
	snprintf(p->sort, sizeof p->sort, "%s", sort ? sort : "");
	pages_refresh(p, near_id);
}

void pages_first(struct pages *p)
{
	pages_refresh(p, NULL);
}

void pages_last(struct pages *p)
{
	p->around[0] = '\0';
	fetch(p, FETCH_REPLACE, "last", "1");
}

void pages_want(struct pages *p, size_t first, size_t height)
{
	size_t n = pages_count(p);

	if (p->call || p->failed || n == 0)
		return;
	if (p->after && first + 3 * height > n)
		fetch(p, FETCH_AFTER, "after", pages_id(p, n - 1));
	else if (p->before && first < 2 * height)
		fetch(p, FETCH_BEFORE, "before", pages_id(p, 0));
}

bool pages_patch(struct pages *p, json_t *row)
{
	long at = pages_find(p, id_of(row));

	if (at < 0)
		return false;
	json_array_set(p->rows, (size_t)at, row);
	return true;
}

void pages_remove(struct pages *p, const char *id)
{
	long at = pages_find(p, id);

	if (at < 0)
		return;
	json_array_remove(p->rows, (size_t)at);
	p->total--;
}

size_t pages_count(const struct pages *p)
{
	return json_array_size(p->rows);
}

json_t *pages_row(const struct pages *p, size_t i)
{
	return json_array_get(p->rows, i);
}

const char *pages_id(const struct pages *p, size_t i)
{
	return id_of(json_array_get(p->rows, i));
}

long pages_find(const struct pages *p, const char *id)
{
	size_t n = pages_count(p);

	if (!id || !*id)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (!strcmp(pages_id(p, i), id))
			return (long)i;
	return -1;
}

long pages_position(const struct pages *p)
{
	return p->position;
}

long pages_total(const struct pages *p)
{
	return p->total;
}

bool pages_has_before(const struct pages *p)
{
	return p->before;
}

bool pages_has_after(const struct pages *p)
{
	return p->after;
}

json_t *pages_meta(const struct pages *p)
{
	return p->meta;
}

bool pages_loaded(const struct pages *p)
{
	return p->loaded;
}

bool pages_loading(const struct pages *p)
{
	return p->call != NULL;
}

const struct error *pages_error(const struct pages *p)
{
	return p->failed ? &p->error : NULL;
}
