#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "daemon/core/thread.h"
#include "daemon/http/internal.h"
#include "shared/log.h"
#include "shared/mem.h"

enum { TIMERS = 3, STOP_MARGIN_MS = 500 };

static void open_timers(void *arg)
{
	struct http_server *s = arg;

	s->uv = loop_uv(s->o.loop);
	uv_timer_init(s->uv, &s->wait_timer);
	uv_timer_init(s->uv, &s->accept_timer);
	uv_timer_init(s->uv, &s->stop_timer);
	s->wait_timer.data = s->accept_timer.data = s->stop_timer.data = s;
	s->handles = TIMERS;
}

struct http_server *http_new(const struct http_options *o)
{
	struct http_server *s = mem_zalloc(sizeof *s);

	s->o = *o;
	s->waits[WAIT_IDLE].ms = (uint64_t)o->idle_timeout_ms;
	s->waits[WAIT_HEAD].ms = (uint64_t)o->head_timeout_ms;
	s->waits[WAIT_BODY].ms = (uint64_t)o->body_timeout_ms;
	s->waits[WAIT_WRITE].ms = HTTP_WRITE_MS;
	s->waits[WAIT_LINGER].ms = HTTP_LINGER_MS;
	s->head = BUF_INIT(HTTP_HEAD_MAX);
	s->read_buffer = mem_alloc(HTTP_READ_BYTES);
	if (getrandom(&s->id_base, sizeof s->id_base, 0) < 0)
		s->id_base = (uint64_t)thread_now_us();
	parse_settings(&s->settings);
	router_init(&s->router);
	pthread_mutex_init(&s->lock, NULL);
	thread_cond_init(&s->closed);
	loop_call(o->loop, open_timers, s);
	return s;
}

void http_routes(struct http_server *s, const struct route *routes, size_t n, void *ctx)
{
	for (size_t i = 0; i < n; i++)
		router_add(&s->router, &routes[i], ctx);
}

/* ---- the end ----------------------------------------------------------------------------------
 */

static void on_timer_closed(uv_handle_t *h)
{
	server_handle_closed(h->data);
}

/* Timers last: they serve connections until those are gone. */
void server_handle_closed(struct http_server *s)
{
	s->handles--;
	if (!s->stopping)
		return;
	if (s->handles == TIMERS && !s->timers_closed) {
		s->timers_closed = true;
		uv_close((uv_handle_t *)&s->wait_timer, on_timer_closed);
		uv_close((uv_handle_t *)&s->accept_timer, on_timer_closed);
		uv_close((uv_handle_t *)&s->stop_timer, on_timer_closed);
	}
	if (!s->handles) {
		pthread_mutex_lock(&s->lock);
		s->all_closed = true;
		pthread_cond_broadcast(&s->closed);
		pthread_mutex_unlock(&s->lock);
	}
}

static void close_class(struct http_server *s, enum wait_class class, bool all)
{
	struct wait_link *next;

	for (struct wait_link *l = s->waits[class].first; l; l = next) {
		struct conn *c = CONTAINER_OF(l, struct conn, wait);

		next = l->next;
		if (all || c->state == CONN_STREAM || c->state == CONN_IDLE)
			conn_close(c);
	}
}

static void on_limit(uv_timer_t *t)
{
	struct http_server *s = t->data;

	for (int i = 0; i < WAIT_CLASSES; i++)
		close_class(s, (enum wait_class)i, true);
}

struct stopping {
	struct http_server *server;
	int limit_ms;
};

static void stop_begin(void *arg)
{
	struct stopping *stopping = arg;
	struct http_server *s = stopping->server;

	if (s->stopping)
		return;
	s->stopping = true;
	s->handles++; /* ours, until everything was asked to close */
	listeners_close(s);
	close_class(s, WAIT_IDLE, true);
	close_class(s, WAIT_HEAD, true);
	close_class(s, WAIT_LINGER, true);
	close_class(s, WAIT_WRITE, false);
	close_class(s, WAIT_NONE, false);
	uv_timer_start(&s->stop_timer, on_limit, (uint64_t)stopping->limit_ms, 0);
	server_handle_closed(s);
}

void http_stop(struct http_server *s, int limit_ms)
{
	struct stopping stopping = {s, limit_ms};
	int64_t deadline = thread_now_us() + (int64_t)(limit_ms + STOP_MARGIN_MS) * 1000;

	loop_call(s->o.loop, stop_begin, &stopping);
	pthread_mutex_lock(&s->lock);
	while (!s->all_closed &&
	       thread_cond_wait_until(&s->closed, &s->lock, deadline) != ETIMEDOUT)
		;
	if (!s->all_closed)
		log_warn("http", "connections were still open at the end");
	pthread_mutex_unlock(&s->lock);
}

void http_free(struct http_server *s)
{
	struct request *next;

	if (!s)
		return;
	for (struct request *r = s->spare; r; r = next) {
		next = r->next;
		request_memory_free(r);
	}
	for (struct request *r = s->held; r;
	     r = next) { /* never finished, or after the loop's end */
		next = r->next;
		request_memory_free(r);
	}
	router_fini(&s->router);
	buf_fini(&s->head);
	free(s->read_buffer);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->closed);
	free(s);
}

void http_stats(struct http_server *s, struct http_stats *out)
{
	*out = (struct http_stats){
		.requests = atomic_load(&s->requests),
		.refused = atomic_load(&s->refused),
		.bytes_in = atomic_load(&s->bytes_in),
		.bytes_out = atomic_load(&s->bytes_out),
		.connections = atomic_load(&s->connections_now),
		.streams = atomic_load(&s->streams_now),
	};
	for (size_t i = 0; i < ARRAY_LEN(out->responses); i++)
		out->responses[i] = atomic_load(&s->responses[i]);
}
