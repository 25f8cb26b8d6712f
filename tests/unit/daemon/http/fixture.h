#pragma once
/* A server with a few routes on a Unix socket (and TCP when asked), and a plain client, for the
 * tests of daemon/http. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/core/thread.h"
#include "daemon/http/http.h"
#include "shared/mem.h"

enum { FIXTURE_DEADLINE_MS = 30000 };

struct fixture {
	struct loop *loop;
	struct pool *pool;
	struct http_server *server;
	char dir[64], path[96];
	int port;
	atomic_int handled;
	atomic_int closed_streams;
	struct http_stream *_Atomic stream;
	struct request *_Atomic put_off;
};

static struct answered fixture_hello(struct request *r, void *ctx)
{
	struct fixture *f = ctx;

	atomic_fetch_add(&f->handled, 1);
	buf_add_str(reply_body(r), "{\"hello\":true}");
	return reply_send(r, 200);
}

static struct answered fixture_echo(struct request *r, void *ctx)
{
	struct fixture *f = ctx;
	size_t n;
	const char *body = request_body(r, &n);

	atomic_fetch_add(&f->handled, 1);
	buf_add(reply_body(r), body, n);
	return reply_send(r, 200);
}

static struct answered fixture_later(struct request *r, void *ctx)
{
	struct fixture *f = ctx;

	atomic_fetch_add(&f->handled, 1);
	atomic_store(&f->put_off, r);
	return reply_later(r);
}

/* Answers what the request looks like from inside. */
static struct answered fixture_show(struct request *r, void *ctx)
{
	struct fixture *f = ctx;

	atomic_fetch_add(&f->handled, 1);
	buf_printf(reply_body(r), "%s|%s|%s|%s|%s", request_method(r), request_path(r),
		   request_param(r, "name") ? request_param(r, "name") : "-",
		   request_query(r, "filter[state]", "-"),
		   request_header(r, "X-Test") ? request_header(r, "X-Test") : "-");
	return reply_send(r, 200);
}

static struct answered fixture_tagged(struct request *r, void *ctx)
{
	reply_etag(r, 7);
	buf_add_str(reply_body(r), "tagged");
	return reply_send(r, 200);
}

static struct answered fixture_big(struct request *r, void *ctx)
{
	for (int i = 0; i < 400000; i++)
		buf_add_str(reply_body(r), "0123456789");
	return reply_send(r, 200);
}

static void fixture_stream_closed(void *arg)
{
	struct fixture *f = arg;

	atomic_store(&f->stream, NULL);
	atomic_fetch_add(&f->closed_streams, 1);
}

static struct answered fixture_events(struct request *r, void *ctx)
{
	struct fixture *f = ctx;
	struct answered a;
	struct http_stream *st = reply_stream(r, fixture_stream_closed, f, &a);

	if (st) {
		stream_send_copy(st, ": hi\n\n", 6);
		atomic_store(&f->stream, st);
	}
	return a;
}

static const struct route fixture_routes[] = {
	{"GET", "/hello", ROUTE_INLINE, ACCESS_READ, fixture_hello, 0},
	{"GET", "/worker", ROUTE_WORKER, ACCESS_READ, fixture_hello, 0},
	{"POST", "/echo", ROUTE_INLINE, ACCESS_WRITE, fixture_echo, 0},
	{"POST", "/work", ROUTE_WORKER, ACCESS_WRITE, fixture_echo, 0},
	{"PUT", "/small", ROUTE_INLINE, ACCESS_WRITE, fixture_echo, 16},
	{"POST", "/later", ROUTE_INLINE, ACCESS_WRITE, fixture_later, 0},
	{"GET", "/tagged", ROUTE_INLINE, ACCESS_READ, fixture_tagged, 0},
	{"GET", "/big", ROUTE_WORKER, ACCESS_READ, fixture_big, 0},
	{"GET", "/events", ROUTE_INLINE, ACCESS_READ, fixture_events, 0},
	{"GET", "/public", ROUTE_INLINE, ACCESS_PUBLIC, fixture_hello, 0},
	{"GET", "/things/:name", ROUTE_INLINE, ACCESS_READ, fixture_show, 0},
	{"DELETE", "/things/:name", ROUTE_INLINE, ACCESS_WRITE, fixture_show, 0},
	{"POST", "/things/create", ROUTE_INLINE, ACCESS_WRITE, fixture_echo, 0},
};

static inline struct http_options fixture_options(void)
{
	return (struct http_options){
		.connections_max = 100,
		.streams_max = 20,
		.head_timeout_ms = 10000,
		.body_timeout_ms = 10000,
		.idle_timeout_ms = 10000,
		.owner_uid = getuid(),
	};
}

static inline void fixture_start(struct fixture *f, struct http_options o)
{
	struct error e = {0};

	memset(f, 0, sizeof *f);
	f->loop = loop_new("api");
	assert_int_equal(loop_start(f->loop, NULL, NULL, &e), 0);
	f->pool = pool_new("worker", 2, 64, 0);
	o.loop = f->loop;
	o.pool = f->pool;
	f->server = http_new(&o);
	http_routes(f->server, fixture_routes, ARRAY_LEN(fixture_routes), f);
	snprintf(f->dir, sizeof f->dir, "/tmp/http-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof f->path, "%s/s", f->dir);
	if (http_listen_unix(f->server, f->path, &e) ||
	    http_listen_tcp(f->server, "127.0.0.1:0", &f->port, &e))
		fail_msg("%s", e.text);
}

static inline void fixture_stop(struct fixture *f)
{
	http_stop(f->server, 1000);
	pool_free(f->pool);
	loop_stop(f->loop, NULL, NULL, 1000);
	http_free(f->server);
	loop_free(f->loop);
	unlink(f->path);
	rmdir(f->dir);
}

/* ---- client ---------------------------------------------------------------------------------- */

static inline int dial(const struct fixture *f)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(a.sun_path, sizeof a.sun_path, "%s", f->path);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

static inline void put_bytes(int fd, const char *data, size_t n)
{
	while (n) {
		ssize_t k = send(fd, data, n, MSG_NOSIGNAL);

		if (k <= 0)
			return; /* refused and closed meanwhile: the answer tells */
		data += k;
		n -= (size_t)k;
	}
}

static inline void put(int fd, const char *text)
{
	put_bytes(fd, text, strlen(text));
}

/* Read until the peer closes, want stands in the text, or limit_ms passed. @return false: closed */
static inline bool get_until(int fd, struct buf *in, const char *want, int limit_ms)
{
	int64_t deadline = thread_now_us() + limit_ms * INT64_C(1000);
	size_t looked = 0; /* what came before cannot hold the beginning of want */

	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left = (deadline - thread_now_us()) / 1000;
		char chunk[65536];
		ssize_t n;

		if (want && strstr(buf_str(in) + looked, want))
			return true;
		if (want && in->len >= strlen(want))
			looked = in->len - strlen(want) + 1;
		if (left < 0 || poll(&p, 1, (int)left + 1) <= 0)
			return true;
		n = recv(fd, chunk, sizeof chunk, 0);
		if (n <= 0)
			return false;
		buf_add(in, chunk, (size_t)n);
	}
}

/* One request on a connection of its own; everything until the server closes or want came. */
static inline struct buf ask(const struct fixture *f, const char *text, const char *want)
{
	struct buf in = BUF_INIT(8 << 20);
	int fd = dial(f);

	put(fd, text);
	if (want && get_until(fd, &in, want, FIXTURE_DEADLINE_MS) && !strstr(buf_str(&in), want))
		fail_msg("no \"%s\" in: %s", want, buf_str(&in));
	else if (!want)
		get_until(fd, &in, NULL, FIXTURE_DEADLINE_MS);
	close(fd);
	return in;
}

static inline int status_of(const char *answer)
{
	return strncmp(answer, "HTTP/1.1 ", 9) ? 0 : atoi(answer + 9);
}

/* Wait until *value is at least n. */
static inline void wait_for(atomic_int *value, int n)
{
	int64_t deadline = thread_now_us() + FIXTURE_DEADLINE_MS * INT64_C(1000);

	while (atomic_load(value) < n) {
		if (thread_now_us() > deadline)
			fail_msg("waited in vain for %d, is %d", n, atomic_load(value));
		usleep(200);
	}
}
