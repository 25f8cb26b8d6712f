/* GET /v1/hosts: the hosts whose pages are fetched, from the memory of the net loop. A few thousand
 * at most: all are copied, then filtered, sorted and cut to a page. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/internal.h"
#include "daemon/api/jobs.h"
#include "daemon/api/text.h"
#include "daemon/net/fetch.h"
#include "shared/mem.h"

extern const struct resource_kind resource_host;

struct hosts {
	struct daemon *d;
	struct host_facts *items;
	size_t n, cap;
	/* of a reset */
	const char *name;
	struct error error;
};

static void add(const struct host_facts *h, void *arg)
{
	struct hosts *all = arg;

	if (all->n == all->cap) {
		all->cap = all->cap ? 2 * all->cap : 32;
		all->items = mem_array(all->items, all->cap, sizeof *all->items);
	}
	all->items[all->n++] = *h;
}

static void collect(void *arg)
{
	struct hosts *all = arg;

	if (all->d->fetcher)
		fetcher_hosts(all->d->fetcher, add, all);
}

static void reset(void *arg)
{
	struct hosts *all = arg;

	if (all->d->fetcher && !fetcher_reset(all->d->fetcher, all->name, &all->error) &&
	    all->d->jobs)
		items_host_ready(jobs_items(all->d->jobs), all->name);
	collect(all);
}

/* ---- one ----------------------------------------------------------------------------------- */

static void kv_int_or_null(struct json_writer *w, const char *key, int64_t v, bool there)
{
	jw_key(w, key);
	if (there)
		jw_int(w, v);
	else
		jw_null(w);
}

static void kv_time_or_null(struct json_writer *w, const char *key, int64_t ms)
{
	jw_key(w, key);
	if (ms)
		jw_time(w, ms);
	else
		jw_null(w);
}

static void write_host(struct json_writer *w, const struct host_facts *h, int64_t now_ms)
{
	jw_object(w);
	jw_kv_str(w, "id", h->name);
	jw_kv_str(w, "name", h->name);
	jw_kv_str(w, "state", manners_state_name(h->state));
	jw_kv_str(w, "breaker", h->breaker);
	jw_kv_int(w, "failures", h->failures);
	jw_kv_time(w, "due_at", h->due_ms);
	jw_kv_int(w, "pace_ms", h->pace_ms);
	kv_int_or_null(w, "crawl_delay_ms", h->delay_ms, h->delay_ms >= 0);
	jw_kv_int(w, "today", h->today);
	jw_kv_int(w, "budget", h->budget);
	jw_kv_str(w, "robots", h->robots);
	kv_int_or_null(w, "robots_age_ms", now_ms - h->robots_ms, h->robots_ms);
	jw_kv_int(w, "waiting", h->waiting);
	kv_int_or_null(w, "status", h->status, h->status);
	kv_time_or_null(w, "asked_at", h->asked_ms);
	jw_kv_str(w, "text", h->text[0] ? h->text : NULL);
	jw_object_end(w);
}

static void write_fields(struct json_writer *w, const struct host_facts *h, int64_t now_ms,
			 const char *fields)
{
	struct buf whole = BUF_INIT(8192), part = BUF_INIT(8192);
	struct json_writer single;

	if (!*fields) {
		write_host(w, h, now_ms);
		return;
	}
	jw_init(&single, &whole);
	write_host(&single, h, now_ms);
	render_projection(&part, buf_str(&whole), whole.len, fields);
	jw_raw(w, buf_str(&part), part.len);
	buf_fini(&part);
	buf_fini(&whole);
}

/* ---- which, in which order ----------------------------------------------------------------- */

struct asked {
	const char *state, *breaker, *robots;
	char word[64];
	struct error error;
};

static void take_filter(const char *name, const char *value, void *arg)
{
	struct asked *q = arg;

	if (strncmp(name, "filter[", 7) || q->error.code)
		return;
	if (!strcmp(name, "filter[state]"))
		q->state = value;
	else if (!strcmp(name, "filter[breaker]"))
		q->breaker = value;
	else if (!strcmp(name, "filter[robots]"))
		q->robots = value;
	else {
		error_field(&q->error, ERR_INVALID, name, "%.80s: hosts have no such filter", name);
		error_hint(&q->error, "state, breaker or robots");
	}
}

static bool is_one_of(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = list; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (!strncmp(at, word, n) && (!at[n] || at[n] == ','))
			return true;
	}
	return !list;
}

static void keep_asked(struct hosts *all, const struct asked *q)
{
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		const struct host_facts *h = &all->items[i];

		if (is_one_of(q->state, manners_state_name(h->state)) &&
		    is_one_of(q->breaker, h->breaker) && is_one_of(q->robots, h->robots) &&
		    (!q->word[0] || text_contains(h->name, strlen(h->name), q->word)))
			all->items[n++] = *h;
	}
	all->n = n;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct host_facts *)a)->name, ((const struct host_facts *)b)->name);
}
#define COMPARE(member)                                                                         \
	static int by_##member(const void *a, const void *b)                                    \
	{                                                                                       \
		const struct host_facts *x = a, *y = b;                                         \
                                                                                                \
		return x->member == y->member ? by_name(a, b) : x->member < y->member ? -1 : 1; \
	}
COMPARE(asked_ms)
COMPARE(today)
COMPARE(due_ms)
COMPARE(waiting)

static const struct {
	const char *name;
	int (*compare)(const void *a, const void *b);
} orders[] = {
	{"name", by_name},     {"asked_at", by_asked_ms}, {"today", by_today},
	{"due_at", by_due_ms}, {"waiting", by_waiting},
};

static enum err sort(struct hosts *all, const char *by, struct error *e)
{
	bool descending = *by == '-';

	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		if (strcmp(orders[i].name, by + descending))
			continue;
		if (all->n)
			qsort(all->items, all->n, sizeof *all->items, orders[i].compare);
		for (size_t k = 0; descending && k < all->n / 2; k++) {
			struct host_facts swap = all->items[k];

			all->items[k] = all->items[all->n - 1 - k];
			all->items[all->n - 1 - k] = swap;
		}
		return ERR_NONE;
	}
	error_field(e, ERR_INVALID, "sort", "sort: hosts are not sorted by \"%.40s\"", by);
	error_hint(e, "name, asked_at, today, due_at or waiting; - before it: descending");
	return ERR_INVALID;
}

/* ---- a page -------------------------------------------------------------------------------- */

static size_t place_of(const struct hosts *all, const char *name)
{
	size_t i = 0;

	while (i < all->n && strcmp(all->items[i].name, name))
		i++;
	return i;
}

static enum err cut(struct request *r, const struct hosts *all, size_t *first, size_t *n,
		    size_t *limit, struct error *e)
{
	const char *text = request_query(r, "limit", ""), *last = request_query(r, "last", "0");
	const char *after = request_query(r, "after", NULL);
	const char *before = request_query(r, "before", NULL);
	const char *around = request_query(r, "around", NULL);
	size_t at;

	*limit = *text ? strtoul(text, NULL, 10) : LIST_LIMIT;
	if (*text && (strspn(text, "0123456789") != strlen(text) || strlen(text) > 4 || !*limit ||
		      *limit > LIST_LIMIT_MAX))
		return error_field(e, ERR_INVALID, "limit", "limit: \"%.32s\" is not 1..%d", text,
				   LIST_LIMIT_MAX);
	if (strcmp(last, "0") && strcmp(last, "1"))
		return error_field(e, ERR_INVALID, "last", "last: 0 or 1, not \"%.32s\"", last);
	*first = 0;
	*n = *limit;
	if (after) {
		at = place_of(all, after);
		*first = at < all->n ? at + 1 : 0;
	} else if (before || *last == '1') {
		at = before ? place_of(all, before) : all->n;
		*first = at > *limit ? at - *limit : 0;
		*n = at - *first;
	} else if (around) {
		at = place_of(all, around);
		*first = at < all->n && at > *limit / 2 ? at - *limit / 2 : 0;
	}
	if (*first > all->n)
		*first = all->n;
	if (*n > all->n - *first)
		*n = all->n - *first;
	return ERR_NONE;
}

static void write_page(struct request *r, const struct hosts *all, size_t first, size_t n,
		       size_t limit)
{
	int64_t now_ms = clock_wall_ms(all->d->clock);
	const char *fields = request_query(r, "fields", "");
	bool more = first + n < all->n;
	struct json_writer w;

	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	jw_array(&w);
	for (size_t i = first; i < first + n; i++)
		write_fields(&w, &all->items[i], now_ms, fields);
	jw_array_end(&w);
	jw_key(&w, "meta");
	jw_object(&w);
	jw_kv_int(&w, "total", (int64_t)all->n);
	jw_kv_int(&w, "position", (int64_t)first);
	jw_kv_int(&w, "limit", (int64_t)limit);
	jw_kv_str(&w, "prev", n && first ? all->items[first].name : NULL);
	jw_kv_str(&w, "next", n && more ? all->items[first + n - 1].name : NULL);
	jw_object_end(&w);
	jw_object_end(&w);
}

/* ---- routes -------------------------------------------------------------------------------- */

static struct answered list_route(struct request *r, void *ctx)
{
	struct hosts all = {.d = ((struct api_state *)ctx)->d};
	const char *words = request_query(r, "q", "");
	struct asked q = {0};
	size_t first = 0, n = 0, limit = 0;

	for (size_t i = 0; words[i] && i + 1 < sizeof q.word; i++)
		q.word[i] = words[i] >= 'A' && words[i] <= 'Z' ? (char)(words[i] | 0x20) : words[i];
	request_each_query(r, take_filter, &q);
	if (q.error.code)
		return reply_error(r, &q.error);
	loop_call(all.d->net, collect, &all);
	keep_asked(&all, &q);
	if (sort(&all, request_query(r, "sort", "name"), &q.error) ||
	    cut(r, &all, &first, &n, &limit, &q.error)) {
		free(all.items);
		return reply_error(r, &q.error);
	}
	write_page(r, &all, first, n, limit);
	free(all.items);
	return reply_send(r, 200);
}

static struct answered answer_one(struct request *r, struct hosts *all)
{
	const char *ref = request_param(r, "ref");
	size_t at = place_of(all, ref);
	struct json_writer w;

	if (at == all->n) {
		free(all->items);
		return answer_not_found(r, &resource_host, ref);
	}
	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	write_fields(&w, &all->items[at], clock_wall_ms(all->d->clock),
		     request_query(r, "fields", ""));
	jw_object_end(&w);
	free(all->items);
	return reply_send(r, 200);
}

static struct answered show_route(struct request *r, void *ctx)
{
	struct hosts all = {.d = ((struct api_state *)ctx)->d};

	loop_call(all.d->net, collect, &all);
	return answer_one(r, &all);
}

static struct answered reset_route(struct request *r, void *ctx)
{
	struct hosts all = {.d = ((struct api_state *)ctx)->d, .name = request_param(r, "ref")};

	loop_call(all.d->net, reset, &all);
	return answer_one(r, &all);
}

struct route_set hosts_routes(void)
{
	static const struct route routes[] = {
		{"GET", "/v1/hosts", ROUTE_WORKER, ACCESS_READ, list_route, 0},
		{"GET", "/v1/hosts/:ref", ROUTE_WORKER, ACCESS_READ, show_route, 0},
		{"POST", "/v1/hosts/:ref/reset", ROUTE_WORKER, ACCESS_WRITE, reset_route, 0},
	};

	return (struct route_set){routes, ARRAY_LEN(routes)};
}
