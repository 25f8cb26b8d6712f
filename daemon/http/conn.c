/* One connection: reading, one request at a time, writing, the end. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include "daemon/http/internal.h"
#include "shared/log.h"
#include "shared/mem.h"

static void on_alloc(uv_handle_t *h, size_t size, uv_buf_t *out)
{
	struct conn *c = h->data;

	*out = uv_buf_init(c->server->read_buffer, HTTP_READ_BYTES);
}

static void on_closed(uv_handle_t *h)
{
	struct conn *c = h->data;
	struct http_server *s = c->server;

	buf_fini(&c->rest);
	free(c);
	s->connections--;
	atomic_store_explicit(&s->connections_now, s->connections, memory_order_relaxed);
	if (s->accept_paused)
		listeners_resume(s);
	server_handle_closed(s);
}

void conn_close(struct conn *c)
{
	struct request *r = c->request;
	struct http_stream *events = c->events;

	if (c->state == CONN_CLOSING)
		return;
	c->state = CONN_CLOSING;
	wait_remove(c->server, &c->wait);
	c->request = NULL;
	c->events = NULL;
	if (r && r->held)
		r->conn = NULL; /* its holder finishes it, into nothing */
	else if (r)
		request_over(r);
	if (events)
		stream_gone(events);
	uv_close(&c->u.handle, on_closed);
}

/* ---- reading ----------------------------------------------------------------------------------
 */

static void refuse(struct conn *c, const struct refusal *why)
{
	conn_refuse(c, why->status, why->code, why->detail);
}

void conn_refuse(struct conn *c, int status, const char *code, const char *detail)
{
	struct http_server *s = c->server;

	if (!c->request)
		c->request = request_new(s, c);
	count(&s->refused, 1);
	log_debug("http", "refused: %d %s", status, detail);
	buf_reset(&c->request->headers);
	c->request->content_type_set = false;
	c->request->cache_control_set = false;
	if (status == 405)
		reply_header(c->request, "Allow", "GET, HEAD, POST, PUT, PATCH, DELETE");
	reply_problem(c->request, status, code, detail);
	c->request->keep_alive = false;
	c->unread = true;
	c->state = CONN_BUSY;
	conn_reply(c, c->request);
}

static void refuse_gate(struct conn *c, enum gate_result result)
{
	switch (result) {
	case GATE_URL_LONG:
		conn_refuse(c, 414, "too_large", "the target is longer than 8 KiB");
		break;
	case GATE_HEAD_LONG:
		conn_refuse(c, 431, "too_large",
			    "the head is larger than 16 KiB or has more than 100 fields");
		break;
	case GATE_MORE:
	case GATE_END:
	case GATE_BAD:
		conn_refuse(c, 400, "malformed", "the request is not well-formed HTTP/1.1");
		break;
	}
}

static void dispatch(struct conn *c)
{
	if (!c->request->complete) { /* the gate saw the end, llhttp did not */
		refuse_gate(c, GATE_BAD);
		return;
	}
	c->state = CONN_BUSY;
	count(&c->server->requests, 1);
	request_dispatch(c->request);
}

static void send_continue(struct conn *c)
{
	uv_buf_t b = uv_buf_init((char *)"HTTP/1.1 100 Continue\r\n\r\n", 25);

	/* Nothing else is in the socket's buffer, so it fits or the peer is gone. */
	if (uv_try_write(&c->u.stream, &b, 1) != 25)
		conn_close(c);
}

static void head_ended(struct conn *c, size_t more)
{
	struct request *r = c->request;
	struct refusal why;

	switch (request_ready(r, &why)) {
	case READY_REFUSED: refuse(c, &why); return;
	case READY_ANSWERED:
		if (r->has_body) { /* unread: nothing after it can be trusted to be a request */
			r->keep_alive = false;
			c->unread = true;
		}
		c->state = CONN_BUSY;
		count(&c->server->requests, 1);
		conn_reply(c, r);
		return;
	case READY_GO: break;
	}
	if (!r->has_body) {
		dispatch(c);
		return;
	}
	wait_set(c->server, &c->wait, WAIT_BODY);
	if (r->expect_continue && !more)
		send_continue(c);
}

/* "QUERY /path": a method, if one that nobody here knows. */
static bool is_method(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && i < HTTP_METHOD_MAX && p[i] >= 'A' && p[i] <= 'Z')
		i++;
	return i > 0 && i < n && p[i] == ' ';
}

static size_t read_head(struct conn *c, const char *p, size_t n)
{
	struct request *r = c->request;
	enum gate_result result;
	size_t used = gate_head(&r->gate, p, n, &result);

	if (result != GATE_MORE && result != GATE_END)
		refuse_gate(c, result);
	else if (!parse_bytes(r, p, used) && llhttp_get_errno(&r->parser) == HPE_INVALID_METHOD &&
		 is_method(p, used))
		conn_refuse(c, 405, "method", "this method is not possible here");
	else if (llhttp_get_errno(&r->parser) != HPE_OK)
		refuse_gate(c, GATE_BAD);
	else if (result == GATE_END)
		head_ended(c, n - used);
	else if (c->wait.class != WAIT_HEAD)
		wait_set(c->server, &c->wait, WAIT_HEAD);
	return used;
}

static void body_refused(struct conn *c)
{
	if (c->request->body.overflow)
		conn_refuse(c, 413, "too_large", "the body is larger than is accepted here");
	else
		refuse_gate(c, GATE_BAD);
}

static size_t read_body(struct conn *c, const char *p, size_t n)
{
	struct request *r = c->request;
	enum gate_result result = GATE_MORE;
	size_t used;

	if (r->phase == READ_LENGTH) {
		used = n < r->body_left ? n : (size_t)r->body_left;
		r->body_left -= used;
		if (!r->body_left)
			result = GATE_END;
	} else {
		used = gate_chunked(&r->gate, p, n, &result);
		if (result != GATE_MORE && result != GATE_END) {
			refuse_gate(c, result);
			return used;
		}
	}
	if (!parse_bytes(r, p, used))
		body_refused(c);
	else if (result == GATE_END)
		dispatch(c);
	else if (r->complete) /* llhttp saw the end, the gate did not */
		refuse_gate(c, GATE_BAD);
	return used;
}

static void keep_rest(struct conn *c, const char *p, size_t n)
{
	if (!c->rest.max)
		c->rest = BUF_INIT(HTTP_REST_MAX + HTTP_READ_BYTES);
	buf_add(&c->rest, p, n);
	if (c->rest.len >= HTTP_REST_MAX && !c->paused) {
		uv_read_stop(&c->u.stream);
		c->paused = true;
	}
}

void conn_feed(struct conn *c, const char *p, size_t n)
{
	c->feeding = true;
	while (n && (c->state == CONN_IDLE || c->state == CONN_READING)) {
		size_t used;

		if (c->state == CONN_IDLE) {
			c->request = request_new(c->server, c);
			c->state = CONN_READING;
		}
		used = c->request->head_done ? read_body(c, p, n) : read_head(c, p, n);
		p += used;
		n -= used;
	}
	c->feeding = false;
	if (n && (c->state == CONN_BUSY || c->state == CONN_WRITING))
		keep_rest(c, p, n);
}

static void on_end(struct conn *c)
{
	c->eof = true;
	/* A peer that only ended its own side still gets the answer. */
	if (c->state != CONN_BUSY && c->state != CONN_WRITING)
		conn_close(c);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *b)
{
	struct conn *c = stream->data;

	if (n == UV_EOF) {
		on_end(c);
	} else if (n < 0) {
		conn_close(c);
	} else if (c->state == CONN_LINGER) {
		c->lingered += (size_t)n;
		if (c->lingered > HTTP_LINGER_BYTES)
			conn_close(c);
	} else if (n > 0) {
		count(&c->server->bytes_in, (uint64_t)n);
		conn_feed(c, b->base, (size_t)n);
	}
}

void conn_timed_out(struct conn *c)
{
	switch (c->wait.class) {
	case WAIT_HEAD: conn_refuse(c, 408, "timeout", "the head took too long"); break;
	case WAIT_BODY: conn_refuse(c, 408, "timeout", "the body took too long"); break;
	case WAIT_IDLE:
	case WAIT_WRITE:
	case WAIT_LINGER:
	case WAIT_NONE:
	case WAIT_CLASSES: conn_close(c); break;
	}
}

/* ---- writing ----------------------------------------------------------------------------------
 */

/* What the socket did not take at once. */
struct pending {
	uv_write_t write;
	struct conn *conn;
	struct buf head, body;
};

static void on_written(uv_write_t *w, int status)
{
	struct pending *p = CONTAINER_OF(w, struct pending, write);
	struct conn *c = p->conn;

	buf_fini(&p->head);
	buf_fini(&p->body);
	free(p);
	if (c->state == CONN_CLOSING)
		return;
	if (status < 0)
		conn_close(c);
	else
		conn_next(c);
}

static void queue(struct conn *c, struct buf *body, size_t written)
{
	struct http_server *s = c->server;
	struct pending *p = mem_zalloc(sizeof *p);
	size_t head = s->head.len, skip = written < head ? written : head;
	uv_buf_t b[2];

	p->conn = c;
	p->head = BUF_INIT(s->head.max);
	buf_add(&p->head, s->head.data + skip, head - skip);
	p->body = BUF_INIT(HTTP_REPLY_MAX);
	if (body) { /* taken, not copied */
		p->body = *body;
		*body = BUF_INIT(body->max);
	}
	skip = written - skip;
	b[0] = uv_buf_init(p->head.data, (unsigned)p->head.len);
	b[1] = uv_buf_init(p->body.data ? p->body.data + skip : NULL,
			   (unsigned)(p->body.len - skip));
	c->state = CONN_WRITING;
	wait_set(s, &c->wait, WAIT_WRITE);
	if (uv_write(&p->write, &c->u.stream, b, 2, on_written)) {
		buf_fini(&p->head);
		buf_fini(&p->body);
		free(p);
		conn_close(c);
	}
}

/* What anybody may ask has its key in the path: then the route's pattern is logged. */
static const char *loggable_path(const struct request *r)
{
	if (r->entry && r->entry->route->access == ACCESS_PUBLIC)
		return r->entry->route->path;
	return r->method ? request_path(r) : "-";
}

void conn_reply(struct conn *c, struct request *r)
{
	struct http_server *s = c->server;
	struct buf *body = &r->reply;
	size_t total, written;
	uv_buf_t b[2];
	int n;

	if (r->reply.overflow)
		reply_problem(r, 500, "internal", "the answer is too large");
	if (r->fresh && r->status == 200)
		r->status = 304;
	c->close_after = !r->keep_alive || s->stopping;
	buf_reset(&s->head);
	reply_head(r, &s->head, !c->close_after);
	if (r->head_only || r->status == 304 || r->status == 204)
		body = NULL;
	count(&s->responses[r->status / 100 % 6], 1);
	log_debug("http", "%s %s %d %s", r->method ? r->method : "-", loggable_path(r), r->status,
		  r->id);

	b[0] = uv_buf_init(s->head.data, (unsigned)s->head.len);
	b[1] = uv_buf_init(body ? body->data : NULL, body ? (unsigned)body->len : 0);
	total = b[0].len + b[1].len;
	n = uv_try_write(&c->u.stream, b, b[1].len ? 2 : 1);
	if (n < 0 && n != UV_EAGAIN) {
		conn_close(c);
		return;
	}
	written = n < 0 ? 0 : (size_t)n;
	count(&s->bytes_out, total);
	if (written < total)
		queue(c, body, written);
	if (c->state == CONN_CLOSING)
		return;
	c->request = NULL;
	request_over(r);
	if (written == total)
		conn_next(c);
}

static void on_shutdown(uv_shutdown_t *request, int status)
{
	free(request);
}

/* The peer may still be sending. Closing now could make its system drop our answer unread. */
static void linger(struct conn *c)
{
	uv_shutdown_t *shutdown_request = mem_alloc(sizeof *shutdown_request);

	c->state = CONN_LINGER;
	wait_set(c->server, &c->wait, WAIT_LINGER);
	buf_fini(&c->rest);
	if (uv_shutdown(shutdown_request, &c->u.stream, on_shutdown))
		free(shutdown_request);
	if (c->paused)
		uv_read_start(&c->u.stream, on_alloc, on_read);
}

void conn_next(struct conn *c)
{
	struct buf rest;

	if (c->close_after || (c->eof && !c->rest.len && !c->feeding)) {
		if (c->unread && !c->eof)
			linger(c);
		else
			conn_close(c);
		return;
	}
	c->state = CONN_IDLE;
	wait_set(c->server, &c->wait, WAIT_IDLE);
	if (c->feeding)
		return;
	if (c->paused && !c->eof) {
		c->paused = false;
		uv_read_start(&c->u.stream, on_alloc, on_read);
	}
	if (c->rest.len) {
		rest = c->rest;
		c->rest = (struct buf){0};
		conn_feed(c, rest.data, rest.len);
		buf_fini(&rest);
		if (c->eof && c->state != CONN_BUSY && c->state != CONN_WRITING)
			conn_close(c);
	}
}

/* ---- beginning --------------------------------------------------------------------------------
 */

static void look_at_peer(struct conn *c, int fd)
{
	struct ucred peer;
	socklen_t len = sizeof peer;

	c->known = !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len);
	c->uid = c->known ? peer.uid : (uid_t)-1;
	c->writer = c->known && (c->uid == 0 || c->uid == c->server->o.owner_uid);
}

static bool peer_is_loopback(int fd)
{
	struct sockaddr_storage a = {0};
	socklen_t len = sizeof a;

	if (getpeername(fd, (struct sockaddr *)&a, &len))
		return false;
	if (a.ss_family == AF_INET)
		return ntohl(((struct sockaddr_in *)&a)->sin_addr.s_addr) >> 24 == 127;
	return a.ss_family == AF_INET6 &&
	       IN6_IS_ADDR_LOOPBACK(&((struct sockaddr_in6 *)&a)->sin6_addr);
}

void conn_accept(struct http_server *s, int fd, bool tcp)
{
	struct conn *c = mem_zalloc(sizeof *c);
	int rc;

	c->server = s;
	c->tcp = tcp;
	c->wait.class = WAIT_CLASSES;
	if (tcp) {
		uv_tcp_init(s->uv, &c->u.tcp);
		rc = uv_tcp_open(&c->u.tcp, fd);
		if (!rc)
			uv_tcp_nodelay(&c->u.tcp, 1);
		c->loopback = c->writer = peer_is_loopback(fd);
	} else {
		uv_pipe_init(s->uv, &c->u.pipe, 0);
		rc = uv_pipe_open(&c->u.pipe, fd);
		look_at_peer(c, fd);
	}
	c->u.handle.data = c;
	s->handles++;
	s->connections++;
	atomic_store_explicit(&s->connections_now, s->connections, memory_order_relaxed);
	wait_set(s, &c->wait, WAIT_IDLE);
	if (rc)
		close(fd);
	if (rc || uv_read_start(&c->u.stream, on_alloc, on_read))
		conn_close(c);
}
