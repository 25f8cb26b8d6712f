/* Server-sent events: an answer that never ends. Bytes are shared between streams; what a socket
 * does not take at once is queued by reference, up to a limit. */
#include <stdlib.h>
#include <string.h>

#include "daemon/http/internal.h"
#include "shared/mem.h"

struct shared_bytes {
	atomic_uint refs;
	size_t len;
	char data[];
};

struct http_stream {
	struct conn *conn;
	void (*on_close)(void *arg);
	void *arg;
	void (*on_drain)(void *arg);
	void *drain_arg;
	unsigned writing; /* queued writes */
	bool gone;
};

struct shared_bytes *shared_bytes_new(const char *data, size_t len)
{
	struct shared_bytes *b = mem_alloc(sizeof *b + len);

	atomic_init(&b->refs, 1);
	b->len = len;
	memcpy(b->data, data, len);
	return b;
}

void shared_bytes_unref(struct shared_bytes *b)
{
	if (b && atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) == 1)
		free(b);
}

struct send {
	uv_write_t write;
	struct http_stream *stream;
	struct shared_bytes *bytes;
};

static void drop(struct http_stream *st)
{
	if (st->gone && !st->writing)
		free(st);
}

static void on_sent(uv_write_t *w, int status)
{
	struct send *send = CONTAINER_OF(w, struct send, write);
	struct http_stream *st = send->stream;
	void (*drained)(void *arg);

	shared_bytes_unref(send->bytes);
	free(send);
	st->writing--;
	if (st->gone) {
		drop(st);
		return;
	}
	if (status < 0) {
		conn_close(st->conn);
		return;
	}
	wait_set(st->conn->server, &st->conn->wait, st->writing ? WAIT_WRITE : WAIT_NONE);
	if (st->writing || !st->on_drain)
		return;
	drained = st->on_drain;
	st->on_drain = NULL;
	drained(st->drain_arg);
}

/* Queue what is left of b from offset on. Never closes: the caller may be walking its streams, and
 * the read side sees the end too. */
static bool queue(struct http_stream *st, struct shared_bytes *b, size_t offset)
{
	struct send *send = mem_zalloc(sizeof *send);
	uv_buf_t rest = uv_buf_init(b->data + offset, (unsigned)(b->len - offset));

	send->stream = st;
	send->bytes = b;
	if (uv_write(&send->write, &st->conn->u.stream, &rest, 1, on_sent)) {
		free(send);
		return false;
	}
	atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
	st->writing++;
	if (st->writing == 1)
		wait_set(st->conn->server, &st->conn->wait, WAIT_WRITE);
	return true;
}

bool stream_send(struct http_stream *st, struct shared_bytes *b)
{
	uv_buf_t whole = uv_buf_init(b->data, (unsigned)b->len);
	size_t backlog;
	int n;

	if (st->gone)
		return false;
	backlog = stream_backlog(st);
	if (backlog && backlog + b->len > HTTP_STREAM_BACKLOG)
		return false;
	n = backlog ? UV_EAGAIN : uv_try_write(&st->conn->u.stream, &whole, 1);
	if (n < 0 && n != UV_EAGAIN)
		return false; /* gone; see queue() */
	count(&st->conn->server->bytes_out, b->len);
	if (n == (int)b->len)
		return true;
	return queue(st, b, n < 0 ? 0 : (size_t)n);
}

bool stream_send_copy(struct http_stream *st, const char *data, size_t len)
{
	struct shared_bytes *b = shared_bytes_new(data, len);
	bool taken = stream_send(st, b);

	shared_bytes_unref(b);
	return taken;
}

size_t stream_backlog(const struct http_stream *st)
{
	return st->gone ? 0 : uv_stream_get_write_queue_size(&st->conn->u.stream);
}

void stream_on_drain(struct http_stream *st, void (*fn)(void *arg), void *arg)
{
	st->on_drain = fn;
	st->drain_arg = arg;
}

void stream_gone(struct http_stream *st)
{
	struct http_server *s = st->conn->server;

	s->streams--;
	atomic_store_explicit(&s->streams_now, s->streams, memory_order_relaxed);
	st->gone = true;
	st->on_drain = NULL;
	st->on_close(st->arg);
	drop(st);
}

void stream_close(struct http_stream *st)
{
	if (!st->gone)
		conn_close(st->conn);
}

struct http_stream *reply_stream(struct request *r, void (*on_close)(void *arg), void *arg,
				 struct answered *out)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
				   "Cache-Control: no-store\r\nX-Accel-Buffering: no\r\n"
				   "Connection: close\r\nX-Request-ID: ";
	struct http_server *s = r->server;
	struct conn *c = r->conn;
	struct http_stream *st;
	struct error e = {0};

	if (s->streams >= s->o.streams_max || s->stopping) {
		error_set(&e, ERR_BUSY, "no more than %d streams are served", s->o.streams_max);
		error_hint(&e, "close another dashboard, or raise streams_max");
		*out = reply_error(r, &e);
		return NULL;
	}
	st = mem_zalloc(sizeof *st);
	st->conn = c;
	st->on_close = on_close;
	st->arg = arg;
	s->streams++;
	atomic_store_explicit(&s->streams_now, s->streams, memory_order_relaxed);
	count(&s->responses[2], 1);
	c->state = CONN_STREAM;
	c->events = st;
	wait_set(s, &c->wait, WAIT_NONE);
	buf_reset(&s->head);
	buf_add(&s->head, head, sizeof head - 1);
	buf_printf(&s->head, "%s\r\n\r\n", r->id);
	stream_send_copy(st, s->head.data, s->head.len);
	r->answer = ANSWER_STREAM;
	*out = (struct answered){ANSWER_STREAM};
	return st;
}
