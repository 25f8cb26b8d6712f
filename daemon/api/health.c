/* What the daemon says about itself: for supervisors, for Prometheus, for people. */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/api/internal.h"
#include "shared/process.h"
#include "daemon/extract/extract.h"
#include "shared/mem.h"
#include "shared/schema/openapi.h"

enum { ALIVE_MS = 10000, ONCE_MS = 120000, SUMMARY_MAX = 4 << 20 };

static struct answered text(struct request *r, int status)
{
	reply_header(r, "Content-Type", "text/plain; charset=utf-8");
	return reply_send(r, status);
}

/* The api loop answers this, so it is alive. */
static struct answered healthz(struct request *r, void *ctx)
{
	struct daemon *d = ((struct api_state *)ctx)->d;
	struct buf *out = reply_body(r);

	if (!loop_alive(d->net, ALIVE_MS))
		buf_add_str(out, "net loop does not answer\n");
	if (!store_alive(d->store, ALIVE_MS))
		buf_add_str(out, "writer does not answer\n");
	if (out->len)
		return text(r, 503);
	buf_add_str(out, "ok\n");
	return text(r, 200);
}

static struct answered readyz(struct request *r, void *ctx)
{
	struct daemon *d = ((struct api_state *)ctx)->d;
	struct store_health h;

	store_health(d->store, &h);
	if (h.readonly) {
		buf_printf(reply_body(r), "store is read-only: %s\n", h.reason);
		return text(r, 503);
	}
	buf_add_str(reply_body(r), "ready\n");
	return text(r, 200);
}

/* ---- metrics
 * -------------------------------------------------------------------------------------- */

static void metric(struct buf *out, const char *name, const char *type, const char *help,
		   double value)
{
	buf_printf(out,
		   "# HELP sellersmart_%s %s\n# TYPE sellersmart_%s %s\nsellersmart_%s %.15g\n",
		   name, help, name, type, name, value);
}

static void write_http(struct buf *out, struct http_server *s)
{
	struct http_stats h;

	http_stats(s, &h);
	metric(out, "http_requests_total", "counter", "Well-formed requests.", (double)h.requests);
	metric(out, "http_refused_total", "counter",
	       "Requests and connections refused: malformed, too large, too slow, too many.",
	       (double)h.refused);
	buf_add_str(out, "# HELP sellersmart_http_responses_total Answers by class of status.\n"
			 "# TYPE sellersmart_http_responses_total counter\n");
	for (size_t i = 2; i < ARRAY_LEN(h.responses); i++)
		buf_printf(out, "sellersmart_http_responses_total{class=\"%zuxx\"} %llu\n", i,
			   (unsigned long long)h.responses[i]);
	metric(out, "http_received_bytes_total", "counter", "Bytes read from clients.",
	       (double)h.bytes_in);
	metric(out, "http_sent_bytes_total", "counter", "Bytes written to clients.",
	       (double)h.bytes_out);
	metric(out, "http_connections", "gauge", "Open connections.", h.connections);
	metric(out, "http_streams", "gauge", "Open event streams.", h.streams);
}

static void write_holds(struct buf *out, const struct store_health *h)
{
	uint64_t below = 0;

	buf_add_str(out, "# HELP sellersmart_store_operation_seconds How long operations held the "
			 "writer.\n# TYPE sellersmart_store_operation_seconds histogram\n");
	for (size_t i = 0; i < STORE_HOLDS; i++) {
		below += h->held[i];
		buf_printf(out, "sellersmart_store_operation_seconds_bucket{le=\"%.15g\"} %llu\n",
			   (double)store_hold_bounds_us[i] / 1e6, (unsigned long long)below);
	}
	below += h->held[STORE_HOLDS];
	buf_printf(out,
		   "sellersmart_store_operation_seconds_bucket{le=\"+Inf\"} %llu\n"
		   "sellersmart_store_operation_seconds_sum %.6f\n"
		   "sellersmart_store_operation_seconds_count %llu\n",
		   (unsigned long long)below, (double)h->held_us / 1e6, (unsigned long long)below);
	metric(out, "store_operation_max_seconds", "gauge",
	       "Longest hold of the writer by an operation since the last look.",
	       (double)h->held_us_max / 1e6);
}

static void write_store(struct buf *out, struct store *s)
{
	struct store_health h;

	store_health(s, &h);
	metric(out, "store_commits_total", "counter", "Commits since the start.",
	       (double)h.commits);
	metric(out, "store_operations_total", "counter", "Operations since the start.",
	       (double)h.operations);
	metric(out, "store_written_bytes_total", "counter", "Bytes written to the write-ahead log.",
	       (double)h.bytes_written);
	metric(out, "store_commit_seconds_max", "gauge", "Longest commit since the last look.",
	       (double)h.commit_us_max / 1e6);
	write_holds(out, &h);
	buf_printf(out,
		   "# HELP sellersmart_store_queued_operations Operations that wait.\n"
		   "# TYPE sellersmart_store_queued_operations gauge\n"
		   "sellersmart_store_queued_operations{queue=\"people\"} %zu\n"
		   "sellersmart_store_queued_operations{queue=\"background\"} %zu\n",
		   h.queued_people, h.queued_background);
	metric(out, "store_bytes", "gauge", "Size of the database.", (double)h.bytes);
	metric(out, "store_wal_bytes", "gauge", "Size of the write-ahead log.",
	       (double)h.wal_bytes);
	metric(out, "store_disk_free_bytes", "gauge", "Free space on its disk.",
	       (double)h.disk_free);
	metric(out, "store_readonly", "gauge", "1 when the store takes no writes.", h.readonly);
	metric(out, "store_sequence", "counter", "Position of the change feed.", (double)h.seq);
}

static void write_loops(struct buf *out, struct daemon *d)
{
	buf_printf(out,
		   "# HELP sellersmart_loop_lag_seconds_max Longest turn of a loop since the last "
		   "look.\n# TYPE sellersmart_loop_lag_seconds_max gauge\n"
		   "sellersmart_loop_lag_seconds_max{loop=\"net\"} %.6f\n"
		   "sellersmart_loop_lag_seconds_max{loop=\"api\"} %.6f\n",
		   (double)loop_take_lag_us(d->net) / 1e6, (double)loop_take_lag_us(d->api) / 1e6);
	metric(out, "worker_queue", "gauge", "Requests that wait for a worker.",
	       (double)pool_queued(d->pool));
}

static void write_extract(struct buf *out, struct extract *x)
{
	struct extract_stats s;

	extract_stats(x, &s);
	metric(out, "extract_workers", "gauge", "Processes that take documents apart.", s.workers);
	metric(out, "extract_busy", "gauge", "Those of them that work.", s.busy);
	metric(out, "extract_waiting", "gauge", "Documents that wait for one.", (double)s.waiting);
	metric(out, "extract_requests_total", "counter", "Documents handed in.",
	       (double)s.requests);
	metric(out, "extract_killed_total", "counter",
	       "Processes ended because time or memory was not enough.", (double)s.killed);
	metric(out, "extract_replaced_total", "counter",
	       "Processes that ended while they worked, for any reason.", (double)s.replaced);
}

static void write_files(struct buf *out)
{
	int64_t most = process_max_files();

	buf_printf(out,
		   "# HELP process_open_fds Open files.\n# TYPE process_open_fds gauge\n"
		   "process_open_fds %zu\n",
		   process_open_files());
	if (most >= 0 && most < INT64_MAX)
		buf_printf(out,
			   "# HELP process_max_fds Files that may be open.\n"
			   "# TYPE process_max_fds gauge\nprocess_max_fds %lld\n",
			   (long long)most);
}

static void write_process(struct buf *out, const struct daemon *d)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	buf_printf(out,
		   "# HELP sellersmart_build_info Version.\n# TYPE sellersmart_build_info gauge\n"
		   "sellersmart_build_info{version=\"" SELLERSMART_VERSION "\"} 1\n"
		   "# HELP process_start_time_seconds Start of the process.\n"
		   "# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds %.3f\n"
		   "# HELP process_resident_memory_bytes Resident memory.\n"
		   "# TYPE process_resident_memory_bytes gauge\n"
		   "process_resident_memory_bytes %lld\n"
		   "# HELP process_cpu_seconds_total Time on the processor.\n"
		   "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total %.3f\n",
		   (double)d->started_ms / 1e3, (long long)process_resident_bytes(),
		   (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
			   (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6);
}

static struct answered metrics(struct request *r, void *ctx)
{
	struct api_state *a = ctx;
	struct buf *out = reply_body(r);

	write_process(out, a->d);
	write_files(out);
	write_http(out, a->d->http);
	write_store(out, a->d->store);
	write_loops(out, a->d);
	if (a->d->extract)
		write_extract(out, a->d->extract);
	for (size_t i = 0; i < a->n_services; i++) {
		if (a->services[i].service->metrics)
			a->services[i].service->metrics(out, a->services[i].state);
	}
	reply_header(r, "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
	return reply_send(r, 200);
}

/* ---- /v1/daemon
 * ----------------------------------------------------------------------------------- */

static void write_loop(struct json_writer *w, const char *name, struct loop *l)
{
	jw_key(w, name);
	jw_object(w);
	jw_kv_bool(w, "alive", loop_alive(l, ALIVE_MS));
	jw_kv_fixed(w, "lag_ms_max", loop_take_lag_us(l), 3);
	jw_object_end(w);
}

static void write_store_status(struct json_writer *w, struct daemon *d)
{
	struct store_health h;

	store_health(d->store, &h);
	jw_key(w, "store");
	jw_object(w);
	jw_kv_str(w, "dir", store_dir(d->store));
	jw_kv_bool(w, "alive", store_alive(d->store, ALIVE_MS));
	jw_kv_bool(w, "readonly", h.readonly);
	jw_kv_str(w, "reason", h.readonly ? h.reason : NULL);
	jw_kv_bool(w, "checking", h.checking);
	jw_kv_bool(w, "clean_start", h.clean_start);
	jw_kv_int(w, "bytes", h.bytes);
	jw_kv_int(w, "wal_bytes", h.wal_bytes);
	jw_kv_int(w, "disk_free", h.disk_free);
	jw_kv_int(w, "seq", (int64_t)h.seq);
	jw_kv_int(w, "epoch", (int64_t)h.epoch);
	jw_kv_int(w, "commits", (int64_t)h.commits);
	jw_kv_int(w, "operations", (int64_t)h.operations);
	jw_kv_int(w, "queued_people", (int64_t)h.queued_people);
	jw_kv_int(w, "queued_background", (int64_t)h.queued_background);
	jw_object_end(w);
}

static void write_http_status(struct json_writer *w, struct daemon *d)
{
	struct http_stats h;

	http_stats(d->http, &h);
	jw_key(w, "http");
	jw_object(w);
	jw_kv_int(w, "requests", (int64_t)h.requests);
	jw_kv_int(w, "refused", (int64_t)h.refused);
	jw_kv_int(w, "connections", h.connections);
	jw_kv_int(w, "streams", h.streams);
	jw_kv_int(w, "queued_workers", (int64_t)pool_queued(d->pool));
	jw_object_end(w);
}

static struct answered daemon_handle(struct request *r, void *ctx)
{
	struct api_state *a = ctx;
	struct daemon *d = a->d;
	const struct config *c = d->config;
	int64_t now_ms = clock_wall_ms(d->clock);
	struct json_writer w;

	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	jw_object(&w);
	jw_kv_str(&w, "version", SELLERSMART_VERSION);
	jw_kv_int(&w, "pid", getpid());
	jw_kv_time(&w, "started_at", d->started_ms);
	jw_kv_int(&w, "uptime_s", now_ms > d->started_ms ? (now_ms - d->started_ms) / 1000 : 0);
	if (c) {
		jw_kv_str(&w, "socket", c->socket);
		jw_kv_str(&w, "listen", c->listen[0] ? c->listen : NULL);
		jw_kv_str(&w, "config", c->file[0] ? c->file : NULL);
	}
	jw_kv_bool(&w, "previous_end_clean", d->previous_end_clean);
	jw_kv_int(&w, "resident_bytes", process_resident_bytes());
	jw_key(&w, "services");
	jw_array(&w);
	for (size_t i = 0; i < a->n_services; i++)
		jw_str(&w, a->services[i].service->name);
	jw_array_end(&w);
	jw_key(&w, "loops");
	jw_object(&w);
	write_loop(&w, "net", d->net);
	write_loop(&w, "api", d->api);
	jw_object_end(&w);
	write_store_status(&w, d);
	write_http_status(&w, d);
	jw_object_end(&w);
	jw_object_end(&w);
	return reply_send(r, 200);
}

static struct answered config_handle(struct request *r, void *ctx)
{
	struct api_state *a = ctx;
	const struct config *c = a->d->config;
	struct json_writer w;

	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	jw_object(&w);
	jw_kv_str(&w, "file", c && c->file[0] ? c->file : NULL);
	jw_key(&w, "values");
	jw_value(&w, c ? c->values : NULL);
	jw_key(&w, "origins");
	jw_value(&w, c ? c->origins : NULL);
	jw_object_end(&w);
	jw_object_end(&w);
	return reply_send(r, 200);
}

/* The main thread owns the configuration and waits for this signal. Its log says how it went. */
static struct answered reload_handle(struct request *r, void *ctx)
{
	struct error e;

	if (kill(getpid(), SIGHUP)) {
		error_set(&e, ERR_INTERNAL, "the reload could not be asked for");
		return reply_error(r, &e);
	}
	buf_add_str(reply_body(r), "{\"data\":{\"reloading\":true}}");
	return reply_send(r, 202);
}

static struct answered once_handle(struct request *r, void *ctx)
{
	struct api_state *a = ctx;
	int64_t deadline = clock_boot_ms(a->d->clock) + ONCE_MS;
	struct buf summary = BUF_INIT(SUMMARY_MAX);
	struct json_writer w;
	struct error e = {0};
	json_t *body = request_json(r, &e);
	char services[256];
	int status = 0;

	if (!body)
		return reply_error(r, &e);
	snprintf(services, sizeof services, "%s", json_str(body, "services", ""));
	if (services_check(services, &e))
		return reply_error(r, &e);
	for (size_t i = 0; i < a->n_services; i++) {
		const struct api_service *s = &a->services[i];
		bool wanted = s->service->once && service_wanted(services, s->service->name);
		int one = wanted ? s->service->once(s->state, deadline, &summary) : 0;

		status = one > status ? one : status;
	}
	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	jw_object(&w);
	jw_kv_int(&w, "exit", status);
	jw_kv_str(&w, "summary", buf_str(&summary));
	jw_object_end(&w);
	jw_object_end(&w);
	buf_fini(&summary);
	return reply_send(r, 200);
}

static struct answered openapi_handle(struct request *r, void *ctx)
{
	struct json_writer w;

	jw_init(&w, reply_body(r));
	schema_write_openapi(&w);
	return reply_send(r, 200);
}

struct route_set health_routes(void)
{
	static const struct route routes[] = {
		{"GET", "/healthz", ROUTE_INLINE, ACCESS_PUBLIC, healthz, 0},
		{"GET", "/readyz", ROUTE_INLINE, ACCESS_PUBLIC, readyz, 0},
		{"GET", "/metrics", ROUTE_WORKER, ACCESS_READ, metrics, 0},
		{"GET", "/v1/daemon", ROUTE_INLINE, ACCESS_READ, daemon_handle, 0},
		{"GET", "/v1/config", ROUTE_INLINE, ACCESS_READ, config_handle, 0},
		{"POST", "/v1/reload", ROUTE_INLINE, ACCESS_WRITE, reload_handle, 0},
		{"POST", "/v1/once", ROUTE_WORKER, ACCESS_WRITE, once_handle, 0},
		{"GET", "/v1/openapi.json", ROUTE_WORKER, ACCESS_READ, openapi_handle, 0},
	};

	return (struct route_set){routes, ARRAY_LEN(routes)};
}
