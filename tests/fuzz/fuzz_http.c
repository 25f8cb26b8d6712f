/* The request reader: gate and llhttp over any bytes, as a connection drives them. However the
 * bytes are cut into reads, the same requests come out, with the same bodies, and the same end:
 * refused or not. */
#include "tests/fuzz/fuzz.h"

#include "daemon/http/internal.h"

enum { REQUESTS_MAX = 64, STEPS = 3 };

struct outcome {
	int verdict; /* status of the refusal, 0: all consumed or the end of input */
	size_t n;
	struct {
		uint32_t head, body;
		const struct route *route;
	} requests[REQUESTS_MAX];
};

static struct answered handle(struct request *r, void *ctx)
{
	return reply_send(r, 200);
}

static const struct route routes[] = {
	{"GET", "/hello", ROUTE_INLINE, ACCESS_READ, handle, 0},
	{"POST", "/echo", ROUTE_INLINE, ACCESS_WRITE, handle, 0},
	{"PUT", "/small", ROUTE_INLINE, ACCESS_WRITE, handle, 16},
	{"GET", "/things/:name", ROUTE_INLINE, ACCESS_READ, handle, 0},
	{"DELETE", "/things/:name/of/:other", ROUTE_INLINE, ACCESS_WRITE, handle, 0},
};

static uint32_t sum(uint32_t h, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)p[i]) * 16777619U;
	return h;
}

static void see(const char *name, const char *value, void *arg)
{
	uint32_t *h = arg;

	*h = sum(sum(*h, name, strlen(name)), value, strlen(value));
}

/* What a handler would read, all of it. */
static void note(struct outcome *o, struct request *r)
{
	uint32_t h = 2166136261U;

	if (o->n == REQUESTS_MAX)
		return;
	see(request_method(r), request_path(r), &h);
	request_each_query(r, see, &h);
	for (size_t i = 0; i < r->n_fields; i++)
		see(request_text(r, r->fields[i].name), request_text(r, r->fields[i].value), &h);
	if (r->entry) {
		const char *name = request_param(r, "name"), *other = request_param(r, "other");

		see(name ? name : "", other ? other : "", &h);
		MUST(r->body.len <= r->body.max);
	}
	o->requests[o->n].head = h;
	o->requests[o->n].body = sum(0, buf_str(&r->body), r->body.len);
	o->requests[o->n++].route = r->entry ? r->entry->route : NULL;
}

struct reader {
	struct http_server server;
	struct conn conn;
	struct request *r;
	struct outcome *out;
};

static int gate_status(enum gate_result result)
{
	return result == GATE_URL_LONG ? 414 : result == GATE_HEAD_LONG ? 431 : 400;
}

/* The request is whole. */
static int whole(struct reader *in)
{
	struct request *r = in->r;

	if (!r->complete)
		return 400;
	note(in->out, r);
	in->r = NULL;
	bool keep = r->keep_alive;

	request_over(r);
	return keep ? 0 : -1;
}

static int head_ended(struct reader *in)
{
	struct refusal why;

	switch (request_ready(in->r, &why)) {
	case READY_REFUSED: return why.status;
	case READY_ANSWERED:
		if (in->r->has_body) {
			note(in->out, in->r);
			return -1;
		}
		return whole(in);
	case READY_GO: break;
	}
	return in->r->has_body ? 0 : whole(in);
}

/* @return bytes used; *stop: the status that ends it, -1 for a close without a fault */
static size_t step(struct reader *in, const char *p, size_t n, int *stop)
{
	enum gate_result result = GATE_MORE;
	struct request *r;
	size_t used;

	if (!in->r)
		in->r = request_new(&in->server, &in->conn);
	r = in->r;
	if (!r->head_done) {
		used = gate_head(&r->gate, p, n, &result);
	} else if (r->phase == READ_LENGTH) {
		used = n < r->body_left ? n : (size_t)r->body_left;
		r->body_left -= used;
		result = r->body_left ? GATE_MORE : GATE_END;
	} else {
		used = gate_chunked(&r->gate, p, n, &result);
	}
	MUST(used <= n && (used == n || result != GATE_MORE));
	bool head = !r->head_done;

	if (result != GATE_MORE && result != GATE_END)
		*stop = gate_status(result);
	else if (!parse_bytes(r, p, used))
		*stop = r->body.overflow ? 413 : 400;
	else if (result == GATE_END)
		*stop = head ? head_ended(in) : whole(in);
	else if (!head && r->complete)
		*stop = 400;
	return used;
}

static void read_all(struct reader *in, const char *data, size_t size, size_t pace,
		     struct outcome *out)
{
	int stop = 0;

	*out = (struct outcome){0};
	in->out = out;
	for (size_t at = 0; at < size && !stop;) {
		size_t n = size - at < pace ? size - at : pace, used = 0;

		while (used < n && !stop)
			used += step(in, data + at + used, n - used, &stop);
		at += used;
	}
	out->verdict = stop;
	if (in->r)
		request_over(in->r);
	in->r = NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t paces[STEPS] = {HTTP_READ_BYTES, 1, 7};
	struct reader in = {
		.server = {.n_spare = HTTP_SPARE_REQUESTS}}; /* none is kept: overruns show */
	struct outcome first, other;
	struct outcome *o = &first;

	parse_settings(&in.server.settings);
	router_init(&in.server.router);
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
		router_add(&in.server.router, &routes[i], NULL);
	in.conn.server = &in.server;
	in.conn.writer = true;
	for (size_t i = 0; i < STEPS; i++, o = &other) {
		char *copy = fuzz_string(data, size);

		read_all(&in, copy, size, paces[i], o);
		free(copy);
		if (i) {
			/* Of two faults either may be the one that is seen first. */
			MUST(other.n == first.n && (other.verdict > 0) == (first.verdict > 0));
			MUST(!memcmp(other.requests, first.requests, sizeof first.requests));
		}
	}
	router_fini(&in.server.router);
	return 0;
}
