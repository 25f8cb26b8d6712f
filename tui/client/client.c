#include "tui/client/client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shared/mem.h"

enum { READ_BYTES = 64 * 1024, CONNECT_TIMEOUT_MS = 5000 };

struct client {
	struct endpoint endpoint;
	struct response *response;
	int fd; /* -1: not connected */
};

struct client *client_new(const char *address, struct error *e)
{
	struct client *c = mem_zalloc(sizeof *c);

	c->fd = -1;
	if (endpoint_find(address, &c->endpoint, e)) {
		free(c);
		return NULL;
	}
	c->response = response_new(NULL, NULL);
	return c;
}

static void hang_up(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

void client_free(struct client *c)
{
	if (!c)
		return;
	hang_up(c);
	response_free(c->response);
	free(c);
}

const struct endpoint *client_endpoint(const struct client *c)
{
	return &c->endpoint;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* @return > 0 ready, 0 the deadline passed, < 0 errno is set; deadline < 0: none */
static int wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd p = {.fd = fd, .events = events};

	for (;;) {
		int64_t left = deadline < 0 ? -1 : deadline - now_ms();
		int n;

		if (deadline >= 0 && left <= 0)
			return 0;
		n = poll(&p, 1, (int)left);
		if (n >= 0 || errno != EINTR)
			return n;
	}
}

static enum err dial(const struct endpoint *at, int64_t deadline, int *out, struct error *e)
{
	int fd = socket(at->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int fault = 0;
	socklen_t n = sizeof fault;

	if (fd < 0)
		return endpoint_unreachable(at, strerror(errno), e);
	if (connect(fd, (const struct sockaddr *)&at->address, at->address_len) < 0) {
		fault = errno;
		if (fault == EINPROGRESS || fault == EAGAIN) {
			int64_t longest = now_ms() + CONNECT_TIMEOUT_MS;
			if (deadline < 0 || longest < deadline)
				deadline = longest;
			fault = wait_for(fd, POLLOUT, deadline) > 0 ? 0 : ETIMEDOUT;
			if (!fault && getsockopt(fd, SOL_SOCKET, SO_ERROR, &fault, &n) < 0)
				fault = errno;
		}
	}
	if (fault) {
		close(fd);
		return endpoint_unreachable(
			at, fault == ENOENT ? "it is not running" : strerror(fault), e);
	}
	*out = fd;
	return ERR_NONE;
}

static enum err send_all(int fd, const char *data, size_t n, int64_t deadline)
{
	while (n > 0) {
		ssize_t done = send(fd, data, n, MSG_NOSIGNAL);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			int ready = wait_for(fd, POLLOUT, deadline);

			if (ready <= 0)
				return ready == 0 ? ERR_TIMEOUT : ERR_UNAVAILABLE;
			continue;
		}
		if (done < 0)
			return ERR_UNAVAILABLE;
		data += done;
		n -= (size_t)done;
	}
	return ERR_NONE;
}

static enum err receive(int fd, struct response *r, int64_t deadline, struct error *e)
{
	char *block = mem_alloc(READ_BYTES);
	enum err code = ERR_NONE;

	while (!code && !response_complete(r)) {
		int ready = wait_for(fd, POLLIN, deadline);
		ssize_t n;

		if (ready <= 0) {
			code = ready == 0 ? error_set(e, ERR_TIMEOUT,
						      "the daemon did not answer in time")
					  : error_set(e, ERR_UNAVAILABLE, "%s", strerror(errno));
			break;
		}
		n = recv(fd, block, READ_BYTES, 0);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n > 0)
			code = response_feed(r, block, (size_t)n, e);
		else
			code = response_end(r, e);
	}
	free(block);
	return code;
}

/* One exchange. *stale: a kept connection had been closed by the daemon before it read anything,
 * so that the request may safely be sent again. */
static enum err exchange(struct client *c, const struct buf *request, int64_t deadline, bool *stale,
			 struct error *e)
{
	bool kept = c->fd >= 0;
	enum err code = kept ? ERR_NONE : dial(&c->endpoint, deadline, &c->fd, e);

	*stale = false;
	if (code)
		return code;
	response_reset(c->response);
	code = send_all(c->fd, request->data, request->len, deadline);
	if (code == ERR_TIMEOUT)
		error_set(e, ERR_TIMEOUT, "the daemon did not take the request in time");
	else if (code)
		endpoint_unreachable(&c->endpoint, strerror(errno), e);
	else
		code = receive(c->fd, c->response, deadline, e);
	if (code == ERR_UNAVAILABLE && !response_started(c->response)) {
		*stale = kept;
		error_hint(e, "sellersmart daemon status");
	}
	if (code || !response_keeps_alive(c->response))
		hang_up(c);
	return code;
}

enum err client_send(struct client *c, const struct client_request *q, struct reply *r,
		     struct error *e)
{
	int64_t deadline = now_ms() + (q->timeout_ms ? q->timeout_ms : REQUEST_TIMEOUT_MS);
	struct buf request = BUF_INIT(RESPONSE_BODY_MAX);
	struct error fault = {0};
	bool stale;
	enum err code;

	request_write(&request, q);
	if (request.overflow) {
		code = error_set(e, ERR_TOO_LARGE, "the request is over %d MiB",
				 RESPONSE_BODY_MAX >> 20);
		goto out;
	}
	code = exchange(c, &request, deadline, &stale, &fault);
	if (code && stale) {
		fault = (struct error){0};
		code = exchange(c, &request, deadline, &stale, &fault);
	}
	if (code && e)
		*e = fault;
	if (!code)
		code = reply_decode(c->response, r, e);
out:
	buf_fini(&request);
	return code;
}

enum err client_call(struct client *c, const char *method, const char *path, const char *json,
		     struct reply *r, struct error *e)
{
	struct client_request q = {.method = method, .path = path, .body = json};

	q.body_len = json ? strlen(json) : 0;
	return client_send(c, &q, r, e);
}

static bool feed_stream(void *arg, const char *data, size_t n)
{
	return sse_feed(arg, data, n);
}

enum err client_follow(struct client *c, const char *path, const char *last_id, sse_fn *fn,
		       void *arg, int timeout_ms, struct error *e)
{
	struct client_request q = {
		.path = path, .accept = "text/event-stream", .last_event_id = last_id};
	int64_t deadline = timeout_ms ? now_ms() + timeout_ms : -1;
	struct buf request = BUF_INIT(RESPONSE_BODY_MAX);
	struct reply reply = {0};
	struct response *response;
	struct sse sse;
	enum err code;
	int fd = -1;

	sse_init(&sse, fn, arg);
	response = response_new(feed_stream, &sse);
	request_write(&request, &q);
	code = dial(&c->endpoint, deadline, &fd, e);
	if (!code)
		code = send_all(fd, request.data, request.len, now_ms() + CONNECT_TIMEOUT_MS);
	if (!code)
		code = receive(fd, response, deadline, e);
	if (code == ERR_CANCELLED)
		code = ERR_NONE; /* the callback has what it wanted */
	else if (!code && response_status(response) != 200)
		code = reply_decode(response, &reply, e);
	else if (!code)
		code = endpoint_unreachable(&c->endpoint, "it ended the stream", e);
	if (fd >= 0)
		close(fd);
	reply_fini(&reply);
	response_free(response);
	buf_fini(&request);
	sse_fini(&sse);
	return code;
}
