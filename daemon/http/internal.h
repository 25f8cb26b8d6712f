#pragma once
/* What the files of the server share. Everything here lives on the api loop, except a request that
 * was handed to a worker or put off: that belongs to its holder until it is finished. */
#include <llhttp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>
#include <uv.h>

#include "daemon/http/gate.h"
#include "daemon/http/http.h"

enum {
	HTTP_READ_BYTES = 65536, /* one buffer, shared by all connections */
	HTTP_REST_MAX = 65536,   /* kept of a pipeline while its answer is awaited */
	HTTP_SEGMENTS_MAX = 12,
	HTTP_METHOD_MAX = 20,
	HTTP_REQUEST_ID_MAX = 64,
	HTTP_SPARE_REQUESTS = 32, /* kept with their buffers, for the next ones */
	HTTP_SPARE_BYTES = 16384, /* a larger buffer is given back */
	HTTP_REPLY_MAX = 64 << 20,
	HTTP_LINGER_MS = 2000,
	HTTP_LINGER_BYTES = 4 << 20,
	HTTP_WRITE_MS = 30000, /* without progress */
	HTTP_ACCEPT_RETRY_MS = 100,
	HTTP_LISTENERS_MAX = 8,
};

/* ---- deadlines: one timer for all connections --------------------------------------------- */

/* Each class has one length of time, so its list is in order by itself. */
enum wait_class {
	WAIT_IDLE,
	WAIT_HEAD,
	WAIT_BODY,
	WAIT_WRITE,
	WAIT_LINGER,
	WAIT_NONE,
	WAIT_CLASSES
};

struct wait_link {
	struct wait_link *prev, *next;
	uint64_t at; /* uv_now */
	enum wait_class class;
};

struct wait_list {
	struct wait_link *first, *last;
	uint64_t ms;
};

/* ---- routes --------------------------------------------------------------------------------- */

struct route_entry {
	const struct route *route;
	void *ctx;
};
struct route_node;

struct router {
	struct route_node *root;
};

void router_init(struct router *r);
void router_fini(struct router *r);
/** Later ones replace earlier ones of the same method and shape. */
void router_add(struct router *r, const struct route *route, void *ctx);
/** @param head  HEAD is answered from GET
 *  @return NULL: none; then allowed names the methods that this path has ("" when it has none) */
const struct route_entry *router_find(const struct router *r, const char *method,
				      const char *const *segments, size_t n, char *allowed,
				      size_t cap);

/* ---- server --------------------------------------------------------------------------------- */

struct listener {
	uv_poll_t poll;
	struct http_server *server;
	int fd;
	bool tcp, open;
	char path[108]; /* unlinked at the end; "" when it is not ours */
	dev_t device;
	ino_t inode;
};

struct http_server {
	struct http_options o;
	uv_loop_t *uv;
	struct router router;
	llhttp_settings_t settings;

	struct listener listeners[HTTP_LISTENERS_MAX];
	size_t n_listeners;
	uv_timer_t wait_timer, accept_timer, stop_timer;
	uint64_t wait_at; /* when wait_timer is due, 0: it is stopped */
	struct wait_list waits[WAIT_CLASSES];
	bool accept_paused, stopping, timers_closed;
	int handles; /* open or closing */
	int connections, streams;

	struct request *spare;
	size_t n_spare;
	struct request *held; /* at a worker or put off */
	char *read_buffer;
	struct buf head; /* of the answer being built */
	char date[40];
	time_t date_s;
	uint64_t next_id, id_base;

	/* Written on the loop, read anywhere. */
	_Atomic uint64_t requests, refused, bytes_in, bytes_out;
	_Atomic uint64_t responses[6];
	atomic_int connections_now, streams_now;

	pthread_mutex_t lock;
	pthread_cond_t closed;
	bool all_closed;
};

/** A counter with one writer needs no locked instruction. */
static inline void count(_Atomic uint64_t *c, uint64_t n)
{
	atomic_store_explicit(c, atomic_load_explicit(c, memory_order_relaxed) + n,
			      memory_order_relaxed);
}

void server_handle_closed(struct http_server *s);
const char *server_date(struct http_server *s);
void listeners_pause(struct http_server *s);
void listeners_resume(struct http_server *s);
void listeners_close(struct http_server *s);

void wait_set(struct http_server *s, struct wait_link *l, enum wait_class class);
void wait_remove(struct http_server *s, struct wait_link *l);
void wait_on_timer(uv_timer_t *t);

/* ---- connection ------------------------------------------------------------------------------ */

enum conn_state {
	CONN_IDLE,    /* nothing of a request yet */
	CONN_READING, /* head or body */
	CONN_BUSY,    /* its handler works */
	CONN_WRITING, /* the answer did not fit into the socket at once */
	CONN_LINGER,  /* answered; what still comes is dropped, so that the answer is not */
	CONN_STREAM,
	CONN_CLOSING,
};

struct conn {
	union {
		uv_handle_t handle;
		uv_stream_t stream;
		uv_tcp_t tcp;
		uv_pipe_t pipe;
	} u;
	struct http_server *server;
	struct wait_link wait;
	struct request *request; /* being read or answered */
	struct http_stream *events;
	struct buf rest; /* came while an answer was awaited */
	size_t lingered;
	enum conn_state state;
	bool unread;        /* the peer may be sending what nobody wants */
	bool tcp, loopback; /* tcp: the peer's address */
	bool writer;        /* the peer may write */
	bool known;         /* uid is the peer's */
	uid_t uid;
	bool paused;      /* reading was stopped: rest is full */
	bool eof;         /* the peer sends no more; it may still read */
	bool close_after; /* the answer being written is the last */
	bool feeding;     /* inside conn_feed: it goes on by itself */
};

void conn_accept(struct http_server *s, int fd, bool tcp);
/** Answer a plain problem, then close: what follows cannot be trusted. */
void conn_refuse(struct conn *c, int status, const char *code, const char *detail);
/** Send the answer in r; r is over. */
void conn_reply(struct conn *c, struct request *r);
void conn_close(struct conn *c);
void conn_timed_out(struct conn *c);
/** The answer was written: next request, or the end. */
void conn_next(struct conn *c);
/** Bytes arrived. */
void conn_feed(struct conn *c, const char *p, size_t n);

/* ---- request ----------------------------------------------------------------------------------
 */

enum read_phase { READ_HEAD, READ_LENGTH, READ_CHUNKED, READ_DONE };
enum answer { ANSWER_NONE, ANSWER_SENT, ANSWER_LATER, ANSWER_STREAM };

/* Texts are offsets into `text`, which may move while it grows. */
struct field_at {
	uint16_t name, value;
};

struct request {
	struct conn *conn; /* NULL once the connection is gone */
	struct http_server *server;
	struct request *prev, *next; /* held, or next spare */
	const struct route_entry *entry;

	llhttp_t parser;
	struct gate gate;
	enum read_phase phase;
	/* What llhttp says. */
	bool head_done, complete, keep_alive, says_chunked;
	uint64_t says_length;

	bool expect_continue, has_body;
	bool held;
	bool head_only;     /* HEAD */
	bool secret;        /* wipe the body when it is over */
	bool fresh;         /* If-None-Match holds */
	bool writer, known; /* the peer's, who may be gone by now */
	uid_t uid;
	uint64_t body_left;
	size_t body_max;

	struct buf text;
	struct field_at fields[HTTP_FIELDS_MAX];
	struct field_at query[HTTP_QUERY_MAX];
	uint16_t n_fields, n_query, n_segments;
	uint16_t target, path, field_start;
	uint16_t segments[HTTP_SEGMENTS_MAX];
	const char *method;
	char id[HTTP_REQUEST_ID_MAX + 1];

	struct buf body;
	json_t *json;

	enum answer answer;
	int status;
	struct buf reply, headers;
	bool content_type_set, cache_control_set;
	void *stream; /* reply_stream made one */
};

struct request *request_new(struct http_server *s, struct conn *c);
/** Give it back; wipes a secret body. */
void request_over(struct request *r);
void request_memory_free(struct request *r);
/** The head is complete: judge its framing, split and decode the target, find the route, judge the
 *  peer. READY_ANSWERED: the answer is in r. READY_REFUSED: close, with this. */
enum ready { READY_GO, READY_ANSWERED, READY_REFUSED };
struct refusal {
	int status;
	const char *code, *detail;
};
enum ready request_ready(struct request *r, struct refusal *why);
/** True when the peer may use the route; else e says why not. */
bool access_allowed(const struct request *r, struct error *e);
void request_dispatch(struct request *r);
const char *request_text(const struct request *r, uint16_t at);
void reply_head(struct request *r, struct buf *out, bool keep);
void reply_problem(struct request *r, int status, const char *code, const char *detail);
void request_hold(struct request *r);

void parse_begin(struct request *r);
/** Hand on bytes that the gate let through. False: llhttp disagrees. */
bool parse_bytes(struct request *r, const char *p, size_t n);
void parse_settings(llhttp_settings_t *settings);

void stream_gone(struct http_stream *st); /* the connection closes */
