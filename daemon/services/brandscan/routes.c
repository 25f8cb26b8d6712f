/* /v1/brands/analyze, compare, reputation: of brands that were added, and of any other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/jobs.h"
#include "daemon/catalog/offers.h"
#include "daemon/catalog/words.h"
#include "daemon/services/brandscan/brandscan.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum { REF_MAX = 120, HISTORY_DAYS = 365 };

static enum err read_since(struct request *r, struct brand_query *q, struct error *e)
{
	const char *text = request_query(r, "since", "30d");
	if (time_parse_since(text, q->until_ms, &q->since_ms) && q->since_ms < q->until_ms)
		return ERR_NONE;
	error_field(e, ERR_INVALID, "since", "since: \"%.40s\" is no time in the past", text);
	error_hint(e, "write 7d, 30d, or 2026-11-22T17:00:00Z");
	return ERR_INVALID;
}

/* A brand that nobody added and no page names is a mistake in writing. */
static enum err read_brand(struct brandscan *bs, struct request *r, const char *ref,
			   struct brand_query *q, struct brand_analysis *a, struct error *e)
{
	int64_t now = clock_wall_ms(bs->d->clock);
	if (!brand_query_find(bs, ref, now, q, e) || read_since(r, q, e))
		return e->code;
	if (brand_analyze(bs->d->store, q, now, a, e))
		return e->code;
	if (q->id || a->listings || a->gone)
		return ERR_NONE;
	error_set(e, ERR_NOT_FOUND, "no listing is of the brand \"%.60s\"", q->brand);
	error_hint(
		e,
		"sellersmart product list -q WORD shows what pages call it; brand list has those "
		"that were added");
	return ERR_NOT_FOUND;
}

struct one {
	struct brand_query q;
	struct brand_analysis a;
};

static struct answered refuse(struct request *r, struct one *all, size_t n, const struct error *e)
{
	for (size_t i = 0; i < n; i++)
		brand_analysis_fini(&all[i].a);
	free(all);
	buf_reset(reply_body(r));
	return reply_error(r, e);
}

static const char *ref_of(struct request *r, struct error *e)
{
	const char *ref = request_param(r, "ref");
	if (!ref)
		ref = request_query(r, "brand", NULL);
	if (ref && *ref)
		return ref;
	error_field(e, ERR_INVALID, "brand", "brand: it is not said which");
	error_hint(e, "?brand=ACME");
	return NULL;
}

static struct answered analyze_route(struct request *r, void *ctx)
{
	struct one *one = mem_zalloc(sizeof(*one));
	struct error e = {0};
	struct json_writer w;
	const char *ref = ref_of(r, &e);
	if (!ref || read_brand(ctx, r, ref, &one->q, &one->a, &e))
		return refuse(r, one, 1, &e);
	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	write_analysis(&w, &one->q, &one->a);
	jw_object_end(&w);
	brand_analysis_fini(&one->a);
	free(one);
	return reply_send(r, 200);
}

/* ---- compare ----------------------------------------------------------------------------------
 */

static size_t split(const char *text, char refs[BRAND_COMPARE_MAX][REF_MAX], struct error *e)
{
	size_t n = 0;
	while (text && *text) {
		size_t len = strcspn(text, ",");
		if (len >= REF_MAX || (len && n == BRAND_COMPARE_MAX)) {
			error_field(e, ERR_INVALID, "brands",
				    "brands: at most %d, of at most %d bytes each",
				    BRAND_COMPARE_MAX, REF_MAX - 1);
			return 0;
		}
		if (len)
			snprintf(refs[n++], REF_MAX, "%.*s", (int)len, text);
		text += len + (text[len] == ',');
	}
	if (n >= 2)
		return n;
	error_field(e, ERR_INVALID, "brands", "brands: two or more are compared");
	error_hint(e, "?brands=ACME,BETA");
	return 0;
}

static struct answered compare_route(struct request *r, void *ctx)
{
	char refs[BRAND_COMPARE_MAX][REF_MAX];
	struct error e = {0};
	struct json_writer w;
	size_t n = split(request_query(r, "brands", NULL), refs, &e), read = 0;
	struct one *all = mem_array(NULL, BRAND_COMPARE_MAX, sizeof(*all));
	memset(all, 0, BRAND_COMPARE_MAX * sizeof(*all));
	while (read < n && !read_brand(ctx, r, refs[read], &all[read].q, &all[read].a, &e))
		read++;
	if (!n || read < n)
		return refuse(r, all, BRAND_COMPARE_MAX, &e);
	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	jw_object(&w);
	jw_kv_time(&w, "since", all[0].q.since_ms);
	jw_kv_time(&w, "until", all[0].q.until_ms);
	jw_key(&w, "brands");
	jw_array(&w);
	for (size_t i = 0; i < n; i++) {
		write_figures(&w, &all[i].q, &all[i].a);
		brand_analysis_fini(&all[i].a);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	jw_object_end(&w);
	free(all);
	return reply_send(r, 200);
}

/* ---- reputation -------------------------------------------------------------------------------
 */

static enum err write_days(struct json_writer *w, struct store *s, uint64_t brand, int64_t now_ms,
			   struct error *e)
{
	static const int64_t day_ms = 86400000;
	struct reader *r = store_reader(s, e);
	sqlite3_stmt *st =
		r ? reader_prepare(r,
				   "SELECT day, score, rating_x100, reviews, listings, sellers"
				   " FROM brand_day WHERE brand = ? AND day > ? ORDER BY day",
				   e)
		  : NULL;
	jw_key(w, "days");
	jw_array(w);
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)brand);
		sqlite3_bind_int64(st, 2, now_ms / day_ms - HISTORY_DAYS);
		while (sqlite3_step(st) == SQLITE_ROW) {
			jw_object(w);
			jw_kv_time(w, "day", sqlite3_column_int64(st, 0) * day_ms);
			words_minor(w, "score", row_minor(st, 1));
			words_minor(w, "rating_x100", row_minor(st, 2));
			words_minor(w, "reviews", row_minor(st, 3));
			jw_kv_int(w, "listings", sqlite3_column_int64(st, 4));
			jw_kv_int(w, "sellers", sqlite3_column_int64(st, 5));
			jw_object_end(w);
		}
		sqlite3_reset(st);
	}
	jw_array_end(w);
	if (r)
		reader_done(r);
	return e->code;
}

static struct answered reputation_route(struct request *r, void *ctx)
{
	struct brandscan *bs = ctx;
	struct one *one = mem_zalloc(sizeof(*one));
	struct error e = {0};
	struct json_writer w;
	char id[ID_TEXT];
	const char *ref = ref_of(r, &e);
	if (!ref || read_brand(bs, r, ref, &one->q, &one->a, &e))
		return refuse(r, one, 1, &e);
	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	jw_object(&w);
	jw_kv_str(&w, "brand", one->q.brand);
	jw_kv_str(&w, "name", one->q.id ? one->q.name : NULL);
	jw_kv_str(&w, "id", one->q.id ? id_format(id, "brd", one->q.id) : NULL);
	jw_kv_time(&w, "since", one->q.since_ms);
	jw_kv_time(&w, "until", one->q.until_ms);
	write_score(&w, &one->a);
	write_rating(&w, &one->a);
	if (write_days(&w, bs->d->store, one->q.id, one->q.until_ms, &e))
		return refuse(r, one, 1, &e);
	jw_object_end(&w);
	jw_object_end(&w);
	brand_analysis_fini(&one->a);
	free(one);
	return reply_send(r, 200);
}

/* ---- read -------------------------------------------------------------------------------------
 */

static struct answered read_route(struct request *r, void *ctx)
{
	struct brandscan *bs = ctx;
	struct error e = {0};
	struct json_writer w;
	uint64_t job = 0;
	const char *ref = request_param(r, "ref");
	const struct resource *brand = resource_get(bs->d->store, &resource_brand, ref);
	enum err err;
	if (!brand) {
		error_set(&e, ERR_NOT_FOUND, "there is no brand \"%.64s\"", ref);
		error_hint(&e, "sellersmart brand list has the names");
		return reply_error(r, &e);
	}
	json_t *spec = resource_spec(brand);
	bool any = json_array_size(json_object_get(spec, "feeds")) > 0;
	json_decref(spec);
	if (!any) {
		err = error_set(&e, ERR_INVALID, "%s has no feeds to read", brand->name);
		error_hint(&e, "sellersmart brand edit %s --feed https://news.example/rss",
			   brand->name);
	} else {
		err = feeds_start(bs, brand, 0, &job, &e);
	}
	resource_unref(brand);
	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	if (err || jobs_write(bs->d->jobs, &w, job, &e)) {
		buf_reset(reply_body(r));
		return reply_error(r, &e);
	}
	jw_object_end(&w);
	return reply_send(r, 201);
}

const struct route brand_routes[BRAND_ROUTES] = {
	{"GET", "/v1/brands/analyze", ROUTE_WORKER, ACCESS_READ, analyze_route, 0},
	{"GET", "/v1/brands/:ref/analysis", ROUTE_WORKER, ACCESS_READ, analyze_route, 0},
	{"GET", "/v1/brands/compare", ROUTE_WORKER, ACCESS_READ, compare_route, 0},
	{"GET", "/v1/brands/reputation", ROUTE_WORKER, ACCESS_READ, reputation_route, 0},
	{"POST", "/v1/brands/:ref/read", ROUTE_WORKER, ACCESS_WRITE, read_route, 0},
};
