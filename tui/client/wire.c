#include "tui/client/wire.h"

#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"

enum { READ_BYTES = 32 * 1024 };

struct wire {
	union {
		uv_handle_t handle;
		uv_stream_t stream;
		uv_pipe_t pipe;
		uv_tcp_t tcp;
	} u;
	uv_connect_t connect;
	struct wire_events events;
	void *arg;
	bool open, silent; /* silent: the owner has let go */
	int failed;        /* a connect that failed at once is told from the loop */
	uv_timer_t later;
	int open_handles;
	struct buf waiting;
	char block[READ_BYTES];
};

struct sending {
	uv_write_t req;
	char *data;
};

static void on_handle_closed(uv_handle_t *h)
{
	struct wire *w = h->data;

	if (--w->open_handles == 0) {
		buf_fini(&w->waiting);
		free(w);
	}
}

static void shut(struct wire *w)
{
	if (!uv_is_closing(&w->u.handle))
		uv_close(&w->u.handle, on_handle_closed);
	if (!uv_is_closing((uv_handle_t *)&w->later))
		uv_close((uv_handle_t *)&w->later, on_handle_closed);
}

static void fail(struct wire *w, int status)
{
	bool tell = !w->silent;

	w->silent = true;
	shut(w);
	if (tell)
		w->events.closed(w->arg, status == UV_EOF      ? "it closed the connection"
					 : status == UV_ENOENT ? "it is not running"
							       : uv_strerror(status));
}

static void on_sent(uv_write_t *req, int status)
{
	struct sending *s = (struct sending *)req;
	struct wire *w = req->data;

	free(s->data);
	free(s);
	if (status < 0 && !w->silent)
		fail(w, status);
}

static void send_now(struct wire *w, char *data, size_t n)
{
	struct sending *s = mem_zalloc(sizeof *s);
	uv_buf_t b = uv_buf_init(data, (unsigned)n);
	int status;

	s->data = data;
	s->req.data = w;
	status = uv_write(&s->req, &w->u.stream, &b, 1, on_sent);
	if (status < 0) {
		free(s->data);
		free(s);
		w->failed = status;
	}
}

static void on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *b)
{
	struct wire *w = h->data;

	*b = uv_buf_init(w->block, sizeof w->block);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
	struct wire *w = s->data;

	if (w->silent)
		return;
	if (n > 0)
		w->events.data(w->arg, b->base, (size_t)n);
	else if (n < 0)
		fail(w, (int)n);
}

static void on_connect(uv_connect_t *req, int status)
{
	struct wire *w = req->data;

	if (w->silent)
		return;
	if (status == 0)
		status = uv_read_start(&w->u.stream, on_alloc, on_read);
	if (status < 0) {
		fail(w, status);
		return;
	}
	w->open = true;
	if (w->waiting.len > 0) {
		size_t n = w->waiting.len;

		send_now(w, buf_take(&w->waiting), n);
	}
}

static void on_later(uv_timer_t *t)
{
	struct wire *w = t->data;

	if (!w->silent)
		fail(w, w->failed);
}

struct wire *wire_open(uv_loop_t *loop, const struct endpoint *at, const struct wire_events *events,
		       void *arg)
{
	struct wire *w = mem_zalloc(sizeof *w);
	int status;

	w->events = *events;
	w->arg = arg;
	w->waiting = BUF_INIT(64 << 20);
	w->connect.data = w;
	uv_timer_init(loop, &w->later);
	w->later.data = w;
	w->open_handles = 2;
	if (at->is_unix) {
		uv_pipe_init(loop, &w->u.pipe, 0);
		w->u.handle.data = w;
		uv_pipe_connect(&w->connect, &w->u.pipe, at->path, on_connect);
		return w;
	}
	uv_tcp_init(loop, &w->u.tcp);
	w->u.handle.data = w;
	status = uv_tcp_connect(&w->connect, &w->u.tcp, (const struct sockaddr *)&at->address,
				on_connect);
	if (status < 0) {
		w->failed = status;
		uv_timer_start(&w->later, on_later, 0, 0);
	}
	return w;
}

void wire_send(struct wire *w, struct buf *data)
{
	size_t n = data->len;

	if (w->open) {
		send_now(w, buf_take(data), n);
		if (w->failed)
			uv_timer_start(&w->later, on_later, 0, 0);
		return;
	}
	buf_add(&w->waiting, data->data, n);
	buf_fini(data);
}

void wire_close(struct wire *w)
{
	if (!w || w->silent)
		return;
	w->silent = true;
	shut(w);
}
