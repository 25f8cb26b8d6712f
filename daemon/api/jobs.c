#include "daemon/api/jobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/jobs_internal.h"
#include "daemon/api/live.h"
#include "shared/mem.h"

extern const struct resource_kind resource_job, resource_schedule;

/* ---- jobs ------------------------------------------------------------------------------------ */

static struct answered list_route(struct request *r, void *ctx)
{
	struct jobs *j = ctx;
	return sql_list_page(r, &job_list, j->d->store, j);
}

static struct answered show_route(struct request *r, void *ctx)
{
	struct jobs *j = ctx;
	return sql_list_show(r, &job_list, j->d->store, j);
}

static struct answered answer_job(struct request *r, struct jobs *j, uint64_t id, int status)
{
	struct error e = {0};
	struct json_writer w;
	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	if (sql_list_write_one(&w, &job_list, j->d->store, id, j, &e)) {
		buf_reset(reply_body(r));
		return reply_error(r, &e);
	}
	jw_object_end(&w);
	return reply_send(r, status);
}

static struct answered cancel_route(struct request *r, void *ctx)
{
	struct jobs *j = ctx;
	struct error e = {0};
	uint64_t id;
	enum err err = sql_list_find(&job_list, j->d->store, request_param(r, "ref"), &id, &e);
	if (!err)
		err = items_cancel(j->items, id, &e);
	return err ? reply_error(r, &e) : answer_job(r, j, id, 200);
}

static enum err log_params(struct request *r, int *last, struct error *e)
{
	const char *text = request_query(r, "last", NULL);
	json_t *input = text ? json_pack("{s:s}", "last", text) : json_object();
	for (size_t i = 0; i < resource_job.n_actions; i++)
		if (!strcmp(resource_job.actions[i].verb, "log")) {
			json_t *params = action_params(&resource_job.actions[i], input, e);
			*last = params ? (int)json_int(params, "last", JOB_LOG_MAX) : 0;
			json_decref(params);
		}
	json_decref(input);
	return e->code;
}

static struct answered log_route(struct request *r, void *ctx)
{
	struct jobs *j = ctx;
	struct error e = {0};
	struct json_writer w;
	struct reader *reader = NULL;
	uint64_t id;
	int last = 0;
	if (sql_list_find(&job_list, j->d->store, request_param(r, "ref"), &id, &e) ||
	    log_params(r, &last, &e) || !(reader = store_reader(j->d->store, &e)))
		return reply_error(r, &e);
	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	job_write_log(&w, reader, id, last);
	jw_object_end(&w);
	reader_done(reader);
	return reply_send(r, 200);
}

/* ---- starting -------------------------------------------------------------------------------- */

static struct answered no_such(struct request *r, const char *what, const char *ref,
			       const char *hint)
{
	struct error e = {0};
	error_set(&e, ERR_NOT_FOUND, "there is no %s \"%.64s\"", what, ref);
	error_hint(&e, "%s", hint);
	return reply_error(r, &e);
}

static struct answered run_scheduled(struct request *r, struct jobs *j, const struct resource *s)
{
	struct error e = {0};
	uint64_t id = 0;
	enum err err = schedules_run(j->schedules, s, "person", &id, &e);
	resource_unref(s);
	return err ? reply_error(r, &e) : answer_job(r, j, id, 201);
}

static struct answered run_schedule(struct request *r, void *ctx)
{
	struct jobs *j = ctx;
	const char *ref = request_param(r, "ref");
	const struct resource *s = resource_get(j->d->store, &resource_schedule, ref);
	return s ? run_scheduled(r, j, s)
		 : no_such(r, "schedule", ref, "sellersmart schedule list has the names");
}

/* Schedules first; then what services run on their own: scan-NAME. */
static struct answered run_named(struct request *r, struct jobs *j, const char *name)
{
	const struct resource *s = resource_get(j->d->store, &resource_schedule, name);
	if (s)
		return run_scheduled(r, j, s);
	for (size_t i = 0; i < j->d->n_services; i++) {
		struct error e = {0};
		uint64_t id = 0;
		if (!j->d->services[i]->run_job)
			continue;
		enum err err = j->d->services[i]->run_job(j->d->service_states[i], name, &id, &e);
		if (err != ERR_NOT_FOUND || e.text[0])
			return err ? reply_error(r, &e) : answer_job(r, j, id, 201);
	}
	return no_such(r, "schedule or scan", name,
		       "sellersmart schedule list and job list have the names");
}

static struct answered run_route(struct request *r, void *ctx)
{
	struct error e = {0};
	const json_t *body = request_json(r, &e);
	const char *name = body ? json_str(body, "name", NULL) : NULL;
	if (!body)
		return reply_error(r, &e);
	if (!name) {
		error_field(&e, ERR_INVALID, "name", "name: it is not said which job");
		error_hint(&e, "{\"name\": \"store-check\"}");
		return reply_error(r, &e);
	}
	return run_named(r, ctx, name);
}

static const struct route routes[] = {
	{"GET", "/v1/jobs", ROUTE_WORKER, ACCESS_READ, list_route, 0},
	{"POST", "/v1/jobs/run", ROUTE_WORKER, ACCESS_WRITE, run_route, 0},
	{"GET", "/v1/jobs/:ref", ROUTE_WORKER, ACCESS_READ, show_route, 0},
	{"GET", "/v1/jobs/:ref/log", ROUTE_WORKER, ACCESS_READ, log_route, 0},
	{"POST", "/v1/jobs/:ref/cancel", ROUTE_WORKER, ACCESS_WRITE, cancel_route, 0},
	{"POST", "/v1/schedules/:ref/run", ROUTE_WORKER, ACCESS_WRITE, run_schedule, 0},
};

/* ---- schedules --------------------------------------------------------------------------------
 */

static void write_when(struct json_writer *w, const struct resource *r, const json_t *spec)
{
	char text[160];
	const char *cron = spec_text(r->kind, spec, "cron"),
		   *zone = spec_text(r->kind, spec, "zone");
	if (cron && *cron)
		snprintf(text, sizeof(text), "%s%s%s", cron, strcmp(zone, "UTC") ? " " : "",
			 strcmp(zone, "UTC") ? zone : "");
	else
		snprintf(text, sizeof(text), "every %s", json_str(spec, "every", ""));
	jw_kv_str(w, "when", text);
}

static void schedule_write(struct json_writer *w, const struct resource *r, void *ctx)
{
	struct jobs *j = ctx;
	json_t *spec = resource_spec(r);
	bool paused = spec_bool(r->kind, spec, "paused");
	struct job_progress p;
	bool runs = items_progress_of(j->items, r->id, &p);
	jw_kv_str(w, "state", runs ? "running" : paused ? "paused" : "waits");
	write_when(w, r, spec);
	jw_kv_time(w, "next_at", schedules_next(r, clock_wall_ms(j->d->clock)));
	json_decref(spec);
}

static const struct resource_live live[] = {
	{.kind = &resource_schedule, .write = schedule_write},
	{0},
};

static void metrics(struct buf *out, void *state)
{
	struct jobs *j = state;
	size_t n = 0, under_way = 0;
	items_counts(j->items, &n, &under_way);
	buf_printf(out,
		   "# HELP sellersmart_jobs_running Jobs that are not over.\n"
		   "# TYPE sellersmart_jobs_running gauge\n"
		   "sellersmart_jobs_running %zu\n"
		   "# HELP sellersmart_job_items_running Items of jobs that are under way.\n"
		   "# TYPE sellersmart_job_items_running gauge\n"
		   "sellersmart_job_items_running %zu\n",
		   n, under_way);
}

static const struct service hooks = {
	.name = "jobs",
	.title = "Jobs",
	.live = live,
	.metrics = metrics,
};

/* ---- life -------------------------------------------------------------------------------------
 */

static void on_touched(void *arg, uint64_t job)
{
	struct jobs *j = arg;
	live_touch(j->d->live, "job", job);
}

/* From memory: on the api loop. */
static bool write_row(struct json_writer *w, uint64_t id, void *ctx)
{
	struct jobs *j = ctx;
	struct job_progress p;
	if (!items_progress(j->items, id, &p))
		return false;
	jw_object(w);
	job_write_members(w, &p, clock_wall_ms(j->d->clock));
	jw_object_end(w);
	return true;
}

struct jobs *jobs_new(struct daemon *d)
{
	struct jobs *j = mem_zalloc(sizeof(*j));
	j->d = d;
	j->fetch = item_fetch_new(d->net, d->fetcher, d->clock);
	const struct items_options o = {
		.store = d->store,
		.clock = d->clock,
		.types = job_type_table,
		.net = item_fetch_net(j->fetch),
		.ctx = d,
		.touched = on_touched,
		.touched_arg = j,
	};
	j->items = items_new(&o);
	j->schedules = schedules_new(d->store, d->clock, j->items);
	http_routes(d->http, routes, ARRAY_LEN(routes), j);
	live_facts(d->live, &resource_job, write_row, j);
	api_add_service(d, &hooks, j);
	return j;
}

enum err jobs_write(struct jobs *j, struct json_writer *w, uint64_t id, struct error *e)
{
	return sql_list_write_one(w, &job_list, j->d->store, id, j, e);
}

struct items *jobs_items(struct jobs *j)
{
	return j->items;
}

enum err jobs_start(struct jobs *j, struct error *e)
{
	return items_start(j->items, e);
}

void jobs_stop(struct jobs *j, int limit_ms)
{
	if (!j)
		return;
	schedules_stop(j->schedules);
	items_stop(j->items, limit_ms);
}

void jobs_free(struct jobs *j)
{
	if (!j)
		return;
	schedules_free(j->schedules);
	items_free(j->items);
	item_fetch_free(j->fetch);
	free(j);
}
