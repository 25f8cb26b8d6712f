#include "tui/client/channel.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "tui/client/wire.h"

enum { CONNECTIONS_MAX = 4 };

struct call {
	struct channel *channel;
	struct call *next; /* waiting */
	struct buf request;
	int timeout_ms;
	reply_fn *done; /* NULL: cancelled */
	void *arg;
	bool again; /* was resent once on a fresh connection */
};

/* A connection and the call it carries. */
struct line {
	struct channel *channel;
	struct wire *wire;
	struct response *response;
	struct call *call;
	bool used; /* an answer came over it before */
	uv_timer_t timer;
};

struct channel {
	uv_loop_t *loop;
	char *address;
	struct line lines[CONNECTIONS_MAX];
	struct call *first, **last;
	int open_timers;
	bool gone;
};

static void line_start(struct line *l, struct call *c);
static void channel_pump(struct channel *ch);

static void call_free(struct call *c)
{
	buf_fini(&c->request);
	free(c);
}

static void finish(struct call *c, enum err code, struct reply *r, const struct error *e)
{
	if (c->done)
		c->done(c->arg, code, r, e);
	call_free(c);
}

static void fail_call(struct call *c, enum err code, const struct error *e)
{
	struct reply none = {0};

	finish(c, code, &none, e);
}

static void line_close(struct line *l)
{
	uv_timer_stop(&l->timer);
	wire_close(l->wire);
	l->wire = NULL;
	l->used = false;
}

static void line_done(struct line *l)
{
	struct call *c = l->call;
	struct channel *ch = l->channel;
	struct reply r = {0};
	struct error e = {0};
	enum err code = reply_decode(l->response, &r, &e);

	uv_timer_stop(&l->timer);
	l->call = NULL;
	l->used = true;
	if (!response_keeps_alive(l->response))
		line_close(l);
	finish(c, code, &r, &e);
	reply_fini(&r);
	channel_pump(ch);
}

static void line_fail(struct line *l, enum err code, const struct error *e)
{
	struct call *c = l->call;
	bool stale = l->used && !response_started(l->response) && code == ERR_UNAVAILABLE;

	line_close(l);
	l->call = NULL;
	if (!c)
		return;
	if (stale && !c->again && c->done) {
		c->again = true;
		line_start(l, c);
		return;
	}
	fail_call(c, code, e);
	channel_pump(l->channel);
}

static void on_data(void *arg, const char *data, size_t n)
{
	struct line *l = arg;
	struct error e = {0};
	enum err code;

	if (!l->call) {
		line_close(l); /* an answer nobody asked for */
		return;
	}
	code = response_feed(l->response, data, n, &e);
	if (code)
		line_fail(l, code, &e);
	else if (response_complete(l->response))
		line_done(l);
}

static void on_closed(void *arg, const char *why)
{
	struct line *l = arg;
	struct error e = {0};
	struct endpoint at;

	l->wire = NULL;
	if (l->call && response_head_done(l->response) &&
	    response_end(l->response, NULL) == ERR_NONE) {
		line_done(l);
		return;
	}
	if (endpoint_find(l->channel->address, &at, &e) == ERR_NONE)
		endpoint_unreachable(&at, why, &e);
	line_fail(l, ERR_UNAVAILABLE, &e);
}

static void on_timeout(uv_timer_t *t)
{
	struct line *l = t->data;
	struct error e = {0};

	error_set(&e, ERR_TIMEOUT, "the daemon did not answer in %d s",
		  l->call ? l->call->timeout_ms / 1000 : 0);
	line_fail(l, ERR_TIMEOUT, &e);
}

static void line_start(struct line *l, struct call *c)
{
	static const struct wire_events events = {.data = on_data, .closed = on_closed};
	struct buf copy = BUF_INIT(RESPONSE_BODY_MAX);
	struct endpoint at;
	struct error e = {0};

	l->call = c;
	response_reset(l->response);
	if (!l->wire) {
		enum err code = endpoint_find(l->channel->address, &at, &e);

		if (code) {
			l->call = NULL;
			fail_call(c, code, &e);
			return;
		}
		l->wire = wire_open(l->channel->loop, &at, &events, l);
		l->used = false;
	}
	buf_add(&copy, c->request.data, c->request.len);
	wire_send(l->wire, &copy);
	uv_timer_start(&l->timer, on_timeout, (uint64_t)c->timeout_ms, 0);
}

/* An idle open connection first, then a new one. */
static struct line *free_line(struct channel *ch)
{
	struct line *closed = NULL;

	for (int i = 0; i < CONNECTIONS_MAX; i++) {
		if (ch->lines[i].call)
			continue;
		if (ch->lines[i].wire)
			return &ch->lines[i];
		if (!closed)
			closed = &ch->lines[i];
	}
	return closed;
}

static void channel_pump(struct channel *ch)
{
	while (ch->first && !ch->gone) {
		struct call *c = ch->first;
		struct line *l = NULL;

		if (c->done && !(l = free_line(ch)))
			return;
		ch->first = c->next;
		if (!ch->first)
			ch->last = &ch->first;
		c->next = NULL;
		if (c->done)
			line_start(l, c);
		else
			call_free(c);
	}
}

struct channel *channel_new(uv_loop_t *loop, const char *address)
{
	struct channel *ch = mem_zalloc(sizeof *ch);

	ch->loop = loop;
	ch->address = address ? mem_strdup(address) : NULL;
	ch->last = &ch->first;
	for (int i = 0; i < CONNECTIONS_MAX; i++) {
		struct line *l = &ch->lines[i];

		l->channel = ch;
		l->response = response_new(NULL, NULL);
		uv_timer_init(loop, &l->timer);
		l->timer.data = l;
		ch->open_timers++;
	}
	return ch;
}

static void on_timer_closed(uv_handle_t *h)
{
	struct line *l = h->data;
	struct channel *ch = l->channel;

	if (--ch->open_timers > 0)
		return;
	for (int i = 0; i < CONNECTIONS_MAX; i++)
		response_free(ch->lines[i].response);
	free(ch->address);
	free(ch);
}

void channel_free(struct channel *ch)
{
	struct error e = {0};

	if (!ch)
		return;
	ch->gone = true;
	error_set(&e, ERR_CANCELLED, "the program ends");
	while (ch->first) {
		struct call *c = ch->first;

		ch->first = c->next;
		fail_call(c, ERR_CANCELLED, &e);
	}
	for (int i = 0; i < CONNECTIONS_MAX; i++) {
		struct line *l = &ch->lines[i];
		struct call *c = l->call;

		l->call = NULL;
		line_close(l);
		if (c)
			fail_call(c, ERR_CANCELLED, &e);
		uv_close((uv_handle_t *)&l->timer, on_timer_closed);
	}
}

struct call *channel_send(struct channel *ch, const struct client_request *q, reply_fn *done,
			  void *arg)
{
	struct call *c = mem_zalloc(sizeof *c);

	c->channel = ch;
	assert(!ch->gone);
	c->request = BUF_INIT(RESPONSE_BODY_MAX);
	request_write(&c->request, q);
	c->timeout_ms = q->timeout_ms ? q->timeout_ms : REQUEST_TIMEOUT_MS;
	c->done = done;
	c->arg = arg;
	*ch->last = c;
	ch->last = &c->next;
	channel_pump(ch);
	return c;
}

bool channel_busy(const struct channel *ch)
{
	for (int i = 0; i < CONNECTIONS_MAX; i++)
		if (ch->lines[i].call)
			return true;
	return ch->first != NULL;
}

struct call *channel_get(struct channel *ch, const char *path, reply_fn *done, void *arg)
{
	return channel_send(ch, &(struct client_request){.path = path}, done, arg);
}

void call_cancel(struct call *c)
{
	if (c)
		c->done = NULL;
}
