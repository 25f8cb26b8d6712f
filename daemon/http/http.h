#pragma once
/* The HTTP server: llhttp on libuv, on the api loop. It knows no service.
 *
 * A handler returns a token that only reply_send(), reply_error() and reply_later() can make, so no
 * path forgets to answer. INLINE handlers run on the loop and answer from memory in <= 100 µs or
 * answer later; WORKER handlers run on the pool and may block. A request that was put off may
 * outlive its connection: finishing it then is harmless. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/core/loop.h"
#include "daemon/core/pool.h"
#include "shared/buf.h"
#include "shared/err.h"
#include "shared/json.h"

struct http_server;
struct request;

/** Proof that a request was answered or taken over. */
struct answered {
	int token;
};

enum route_mode { ROUTE_INLINE, ROUTE_WORKER };
enum route_access { ACCESS_READ, ACCESS_WRITE, ACCESS_PUBLIC /* heartbeats, healthz: any peer */ };

struct route {
	const char *method; /* "GET"; HEAD is answered from GET */
	const char *path;   /* "/v1/monitors/:ref/check"; fixed words win over parameters */
	enum route_mode mode;
	enum route_access access;
	struct answered (*handle)(struct request *r, void *ctx);
	size_t body_max; /* 0: HTTP_BODY_MAX for methods with a body */
};

enum {
	HTTP_HEAD_MAX = 16384,
	HTTP_FIELDS_MAX = 100,
	HTTP_BODY_MAX = 1 << 20,
	HTTP_URL_MAX = 8192,
	HTTP_PARAMS_MAX = 6,
	HTTP_QUERY_MAX = 64,
	HTTP_STREAM_BACKLOG = 65536
};

struct http_options {
	struct loop *loop;   /* the api loop, running */
	struct pool *pool;   /* for WORKER routes */
	int connections_max; /* beyond: 503 and close */
	int streams_max;
	int head_timeout_ms; /* absolute, from the first byte of a head: 408 */
	int body_timeout_ms; /* absolute */
	int idle_timeout_ms; /* kept-alive connections */
	uid_t owner_uid;     /* this uid and 0 may write on the Unix socket */
};

struct http_server *http_new(const struct http_options *o);
/** Add routes (the array must stay); before listening. ctx is handed to the handlers. A route of
 * the same method and shape as an earlier one replaces it: a service refines the generic ones. */
void http_routes(struct http_server *s, const struct route *routes, size_t n, void *ctx);
/** Bind and listen; mode 0660; an existing dead socket is replaced, a live one is ERR_LOCKED. */
enum err http_listen_unix(struct http_server *s, const char *path, struct error *e);
/** Loopback addresses only: anything else is ERR_CONFIG. "127.0.0.1:8420", "[::1]:8420", port 0
 * picks one. */
enum err http_listen_tcp(struct http_server *s, const char *host_port, int *port, struct error *e);
/** Take over a listening descriptor (socket activation). */
enum err http_listen_fd(struct http_server *s, int fd, struct error *e);
/** Stop accepting, let what runs finish for at most limit_ms, close everything. The loop runs. */
void http_stop(struct http_server *s, int limit_ms);
/** When nobody can finish a put-off request any more: the pool and the store are gone. */
void http_free(struct http_server *s);

struct http_stats {
	uint64_t requests; /* well-formed ones */
	uint64_t refused;  /* not well-formed, too large, too slow, too many: answered and closed */
	uint64_t responses[6]; /* [2]: 2xx ... */
	uint64_t bytes_in, bytes_out;
	int connections, streams;
};
void http_stats(struct http_server *s, struct http_stats *out);

/* ---- request: borrowed until the answer --------------------------------------------------- */
const char *request_method(const struct request *r);
const char *request_path(const struct request *r);                    /* decoded */
const char *request_param(const struct request *r, const char *name); /* ":ref" -> "ref"; decoded */
const char *request_query(const struct request *r, const char *name, const char *fallback);
/** Visit "filter[state]" and so on; decoded. */
void request_each_query(const struct request *r,
			void (*fn)(const char *name, const char *value, void *arg), void *arg);
const char *request_header(const struct request *r, const char *name); /* case-insensitive */
const char *request_body(const struct request *r, size_t *len);
/** Parsed body (JSON object), cached; NULL with e filled. Borrowed. */
json_t *request_json(struct request *r, struct error *e);
const char *request_id(const struct request *r);
/** The body is a secret: its memory is wiped when the request is over. */
void request_body_secret(struct request *r);
bool request_may_write(const struct request *r);
/** Name of the user at the other end of the Unix socket. @return false: not known (TCP) */
bool request_user(const struct request *r, char *out, size_t cap);

/* ---- answering ----------------------------------------------------------------------------- */

/** The body being written; starts empty, at most 64 MiB. */
struct buf *reply_body(struct request *r);
/** An answer is not to be kept by caches unless a Cache-Control is set here. */
void reply_header(struct request *r, const char *name, const char *value);
/** Strong ETag; If-None-Match then yields 304 by itself. Not for what has live members, which
 * change without a new version: set the header there. */
void reply_etag(struct request *r, uint64_t version);
/** Send what is in reply_body (application/json unless a Content-Type header was set). */
struct answered reply_send(struct request *r, int status);
struct answered reply_error(struct request *r, const struct error *e);
/** The handler keeps r and will finish it once, from any thread, with request_finish or
 *  request_finish_error. */
struct answered reply_later(struct request *r);
void request_finish(struct request *r, int status);
void request_finish_error(struct request *r, const struct error *e);

/* ---- streams ------------------------------------------------------------------------------- */

/** Turn the connection into a server-sent event stream, on the api loop only. on_close runs once
 * when the peer has gone or the stream is closed. */
struct http_stream;
struct http_stream *reply_stream(struct request *r, void (*on_close)(void *arg), void *arg,
				 struct answered *out);
/** Append bytes; shared is counted, so one event to 1,000 streams is one buffer. false: the peer
 * has more than backlog_max bytes waiting and nothing was added (send resync when it drains). */
struct shared_bytes;
struct shared_bytes *shared_bytes_new(const char *data, size_t len);
void shared_bytes_unref(struct shared_bytes *b);
bool stream_send(struct http_stream *st, struct shared_bytes *b);
bool stream_send_copy(struct http_stream *st, const char *data, size_t len);
size_t stream_backlog(const struct http_stream *st);
/** Called once when the backlog has drained to zero. */
void stream_on_drain(struct http_stream *st, void (*fn)(void *arg), void *arg);
void stream_close(struct http_stream *st);
