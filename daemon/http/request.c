#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/http/internal.h"
#include "daemon/http/target.h"
#include "shared/mem.h"

enum {
	TEXT_MAX = 60000, /* offsets have 16 bits */
	USER_ENTRY_BYTES = 4096,
};

struct request *request_new(struct http_server *s, struct conn *c)
{
	struct request *r = s->spare;

	if (r) {
		s->spare = r->next;
		s->n_spare--;
		r->next = NULL;
	} else {
		r = mem_zalloc(sizeof *r);
		r->text = BUF_INIT(TEXT_MAX);
		r->body = BUF_INIT(HTTP_BODY_MAX);
		r->reply = BUF_INIT(HTTP_REPLY_MAX);
		r->headers = BUF_INIT(4096);
	}
	r->server = s;
	r->conn = c;
	parse_begin(r);
	gate_head_begin(&r->gate);
	return r;
}

void request_memory_free(struct request *r)
{
	json_decref(r->json);
	buf_fini(&r->text);
	buf_fini(&r->body);
	buf_fini(&r->reply);
	buf_fini(&r->headers);
	free(r);
}

/* Empty it, keeping a small buffer for the next request. */
static void recycle(struct buf *b)
{
	if (b->cap > HTTP_SPARE_BYTES)
		buf_fini(b);
	else
		buf_reset(b);
}

static void wipe(struct request *r)
{
	if (r->body.data)
		explicit_bzero(r->body.data, r->body.cap);
	if (r->server->read_buffer)
		explicit_bzero(r->server->read_buffer, HTTP_READ_BYTES);
}

void request_over(struct request *r)
{
	struct http_server *s = r->server;

	if (r->secret)
		wipe(r);
	if (s->n_spare >= HTTP_SPARE_REQUESTS) {
		request_memory_free(r);
		return;
	}
	json_decref(r->json);
	recycle(&r->text);
	recycle(&r->body);
	recycle(&r->reply);
	recycle(&r->headers);
	struct buf text = r->text, body = r->body, reply = r->reply, headers = r->headers;

	memset(r, 0, offsetof(struct request, fields));
	memset(&r->n_fields, 0, sizeof *r - offsetof(struct request, n_fields));
	r->text = text;
	r->body = body;
	r->body.max = HTTP_BODY_MAX;
	r->reply = reply;
	r->headers = headers;
	r->next = s->spare;
	s->spare = r;
	s->n_spare++;
}

void request_hold(struct request *r)
{
	struct http_server *s = r->server;

	r->held = true;
	r->prev = NULL;
	r->next = s->held;
	if (s->held)
		s->held->prev = r;
	s->held = r;
}

static void release(struct request *r)
{
	struct http_server *s = r->server;

	if (r->prev)
		r->prev->next = r->next;
	else
		s->held = r->next;
	if (r->next)
		r->next->prev = r->prev;
	r->prev = r->next = NULL;
	r->held = false;
}

/* ---- the head ------------------------------------------------------------------------------- */

static enum ready refuse(struct refusal *why, int status, const char *code, const char *detail)
{
	*why = (struct refusal){status, code, detail};
	return READY_REFUSED;
}

static enum ready malformed(struct refusal *why, const char *detail)
{
	return refuse(why, 400, "malformed", detail);
}

/* What a proxy that turns names into variables would take for a framing field. */
static bool disguised(const char *name)
{
	static const char *const plain[] = {"content-length", "transfer-encoding"};

	for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
		const char *a = name, *b = plain[i];

		while (*b && ((*a | 0x20) == *b || (*b == '-' && *a == '_')))
			a++, b++;
		if (!*a && !*b && strchr(name, '_'))
			return true;
	}
	return false;
}

static bool length_parse(const char *text, uint64_t *out)
{
	size_t n = strlen(text);

	if (!n || n > 15 || strspn(text, "0123456789") != n)
		return false;
	*out = strtoull(text, NULL, 10);
	return true;
}

static bool host_ok(const char *host)
{
	return host[0] && strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "0123456789-._~:[]") == strlen(host);
}

struct framing {
	unsigned hosts, lengths, codings, expects;
	uint64_t length;
};

/* One field's part in framing. @return what is wrong, or NULL */
static const char *frame_field(struct framing *f, const char *name, const char *value)
{
	switch (strlen(name)) {
	case 4:
		if (strcasecmp(name, "host"))
			return NULL;
		f->hosts++;
		return host_ok(value) ? NULL : "the Host header is no host";
	case 6:
		if (!strcasecmp(name, "expect"))
			f->expects += strcasecmp(value, "100-continue") ? 2 : 1;
		return NULL;
	case 14:
		if (!strcasecmp(name, "content-length")) {
			f->lengths++;
			return length_parse(value, &f->length) ? NULL
							       : "Content-Length is no length";
		}
		break;
	case 17:
		if (!strcasecmp(name, "transfer-encoding")) {
			f->codings++;
			return strcasecmp(value, "chunked")
				       ? "the only Transfer-Encoding understood is chunked"
				       : NULL;
		}
		break;
	default: return NULL;
	}
	return disguised(name) ? "a field name imitates a framing field" : NULL;
}

static enum ready framing(struct request *r, struct refusal *why)
{
	struct framing f = {0};
	bool old = r->parser.http_minor == 0;

	for (size_t i = 0; i < r->n_fields; i++) {
		const char *fault = frame_field(&f, request_text(r, r->fields[i].name),
						request_text(r, r->fields[i].value));

		if (fault)
			return malformed(why, fault);
	}
	if (f.hosts > 1 || (!f.hosts && !old))
		return malformed(why, "exactly one Host header is needed");
	if (f.lengths > 1 || f.codings > 1 || (f.lengths && f.codings))
		return malformed(why, "the length of the body is stated twice");
	if (f.codings && old)
		return malformed(why, "HTTP/1.0 has no Transfer-Encoding");
	/* Two readers must agree. */
	if (r->says_chunked != (f.codings == 1) || r->says_length != f.length || !r->head_done)
		return malformed(why, "the length of the body is ambiguous");
	if (f.expects > 1)
		return refuse(why, 417, "expectation", "the only expectation met is 100-continue");
	r->has_body = f.codings || f.length;
	r->expect_continue = f.expects && !old;
	r->phase = f.codings ? READ_CHUNKED : f.length ? READ_LENGTH : READ_DONE;
	r->body_left = f.length;
	if (r->phase == READ_CHUNKED)
		gate_chunked_begin(&r->gate);
	return READY_GO;
}

static const char *method_name(uint8_t method)
{
	switch (method) {
	case HTTP_GET: return "GET";
	case HTTP_HEAD: return "HEAD";
	case HTTP_POST: return "POST";
	case HTTP_PUT: return "PUT";
	case HTTP_PATCH: return "PATCH";
	case HTTP_DELETE: return "DELETE";
	case HTTP_OPTIONS: return "OPTIONS";
	case HTTP_TRACE: return "TRACE";
	default: return NULL;
	}
}

static void hex16(char *out, uint64_t v)
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 15; i >= 0; i--, v >>= 4)
		out[i] = digits[v & 15];
	out[16] = '\0';
}

/* The caller's id when it is harmless in a log, else one of ours. */
static void name_request(struct request *r)
{
	static const char safe[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
	const char *id = request_header(r, "x-request-id");
	size_t n = id ? strlen(id) : 0;

	if (n && n <= HTTP_REQUEST_ID_MAX && strspn(id, safe) == n)
		memcpy(r->id, id, n + 1);
	else
		hex16(r->id,
		      r->server->id_base + r->server->next_id++ * UINT64_C(0x9E3779B97F4A7C15));
}

static enum ready answered_problem(struct request *r, const struct error *e)
{
	reply_error(r, e);
	return READY_ANSWERED;
}

static enum ready route(struct request *r)
{
	const char *segments[HTTP_SEGMENTS_MAX];
	char allowed[64];
	struct error e = {0};

	for (size_t i = 0; i < r->n_segments; i++)
		segments[i] = request_text(r, r->segments[i]);
	r->entry = router_find(&r->server->router, r->method, segments, r->n_segments, allowed,
			       sizeof allowed);
	if (r->entry) {
		if (access_allowed(r, &e))
			return READY_GO;
	} else if (allowed[0]) {
		error_set(&e, ERR_METHOD, "%s is not possible here", r->method);
		error_hint(&e, "possible: %s", allowed);
		reply_header(r, "Allow", allowed);
	} else {
		error_set(&e, ERR_NOT_FOUND, "there is nothing at this path");
	}
	return answered_problem(r, &e);
}

enum ready request_ready(struct request *r, struct refusal *why)
{
	const char *fault;
	size_t max;
	enum ready ready;

	r->method = method_name(r->parser.method);
	if (!r->method)
		return refuse(why, 405, "method", "this method is not possible here");
	r->head_only = r->parser.method == HTTP_HEAD;
	r->writer = r->conn->writer;
	r->known = r->conn->known;
	r->uid = r->conn->uid;
	ready = framing(r, why);
	if (ready != READY_GO)
		return ready;
	fault = target_split(r);
	if (fault)
		return malformed(why, fault);
	name_request(r);
	ready = route(r);
	if (ready != READY_GO)
		return ready;
	if (r->has_body && (r->head_only || r->parser.method == HTTP_GET))
		return malformed(why, "GET and HEAD have no body");
	max = r->entry->route->body_max;
	r->body.max = max ? max : HTTP_BODY_MAX;
	if (r->phase == READ_LENGTH && r->body_left > r->body.max)
		return refuse(why, 413, "too_large", "the body is larger than is accepted here");
	return READY_GO;
}

/* ---- handling ---------------------------------------------------------------------------------
 */

static void finish(void *arg)
{
	struct request *r = arg;

	release(r);
	if (r->conn)
		conn_reply(r->conn, r);
	else
		request_over(r);
}

static void work(void *arg)
{
	struct request *r = arg;
	struct loop *loop = r->server->o.loop;
	struct answered a = r->entry->route->handle(r, r->entry->ctx);

	/* Put off: whoever finishes it may have done so already; r is no longer ours. */
	if (a.token == ANSWER_SENT)
		loop_post(loop, finish, r);
}

void request_dispatch(struct request *r)
{
	const struct route *route = r->entry->route;
	struct conn *c = r->conn;
	struct error e;
	struct answered a;

	if (route->mode == ROUTE_WORKER) {
		wait_set(r->server, &c->wait, WAIT_NONE);
		request_hold(r);
		if (pool_submit(r->server->o.pool, work, r))
			return;
		release(r);
		error_set(&e, ERR_BUSY, "too many requests wait for a worker");
		error_hint(&e, "try again in a second");
		reply_error(r, &e);
		conn_reply(c, r);
		return;
	}
	a = route->handle(r, r->entry->ctx);
	switch ((enum answer)a.token) {
	case ANSWER_NONE:
	case ANSWER_SENT: conn_reply(c, r); break;
	case ANSWER_LATER:
		wait_set(r->server, &c->wait, WAIT_NONE);
		request_hold(r);
		break;
	case ANSWER_STREAM: break;
	}
}

void request_finish(struct request *r, int status)
{
	r->status = status;
	loop_post(r->server->o.loop, finish, r);
}

void request_finish_error(struct request *r, const struct error *e)
{
	reply_error(r, e);
	loop_post(r->server->o.loop, finish, r);
}

/* ---- what handlers read -------------------------------------------------------------------------
 */

const char *request_text(const struct request *r, uint16_t at)
{
	return r->text.data + at;
}

const char *request_method(const struct request *r)
{
	return r->method;
}

const char *request_path(const struct request *r)
{
	return r->n_segments ? request_text(r, r->path) : "/";
}

const char *request_param(const struct request *r, const char *name)
{
	const char *p = r->entry->route->path + 1;
	size_t len = strlen(name);

	for (size_t i = 0; i < r->n_segments; i++) {
		size_t n = strcspn(p, "/");

		if (*p == ':' && n == len + 1 && !memcmp(p + 1, name, len))
			return request_text(r, r->segments[i]);
		p += n + (p[n] == '/');
	}
	return NULL;
}

const char *request_query(const struct request *r, const char *name, const char *fallback)
{
	for (size_t i = 0; i < r->n_query; i++) {
		if (!strcmp(request_text(r, r->query[i].name), name))
			return request_text(r, r->query[i].value);
	}
	return fallback;
}

void request_each_query(const struct request *r,
			void (*fn)(const char *name, const char *value, void *arg), void *arg)
{
	for (size_t i = 0; i < r->n_query; i++)
		fn(request_text(r, r->query[i].name), request_text(r, r->query[i].value), arg);
}

const char *request_header(const struct request *r, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < r->n_fields; i++) {
		const struct field_at *f = &r->fields[i];

		/* A name and its NUL stand right before the value. */
		if (f->value - f->name == (int)n + 1 && !strcasecmp(request_text(r, f->name), name))
			return request_text(r, f->value);
	}
	return NULL;
}

const char *request_body(const struct request *r, size_t *len)
{
	*len = r->body.len;
	return buf_str(&r->body);
}

json_t *request_json(struct request *r, struct error *e)
{
	if (!r->json)
		r->json = json_read(buf_str(&r->body), r->body.len, r->body.max, e);
	if (r->json && !json_is_object(r->json)) {
		error_set(e, ERR_MALFORMED, "the body must be a JSON object");
		return NULL;
	}
	return r->json;
}

const char *request_id(const struct request *r)
{
	return r->id;
}

bool request_may_write(const struct request *r)
{
	return r->writer;
}

bool request_user(const struct request *r, char *out, size_t cap)
{
	struct passwd entry, *found = NULL;
	char memory[USER_ENTRY_BYTES];

	if (!r->known)
		return false;
	if (!getpwuid_r(r->uid, &entry, memory, sizeof memory, &found) && found)
		snprintf(out, cap, "%s", entry.pw_name);
	else
		snprintf(out, cap, "uid %lu", (unsigned long)r->uid);
	return true;
}

void request_body_secret(struct request *r)
{
	r->secret = true;
}
