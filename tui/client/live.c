#include "tui/client/live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/client/reply.h"
#include "tui/client/wire.h"

enum {
	BACKOFF_FIRST_MS = 250,
	BACKOFF_MAX_MS = 5000,
	SILENCE_MS = 60000, /* the daemon says something every 15 s */
	STREAM_ID_MAX = 48,
};

struct live {
	uv_loop_t *loop;
	char *address, *topics;
	struct live_events events;
	void *arg;
	struct wire *wire;
	struct response *response;
	struct sse sse;
	uv_timer_t timer; /* up: silence; away: the next attempt */
	unsigned attempt;
	bool told_away, closed;
	char stream[STREAM_ID_MAX];
};

static void dial(struct live *l);

int live_backoff_ms(unsigned attempt, uint32_t random)
{
	int wait = attempt >= 5 ? BACKOFF_MAX_MS : BACKOFF_FIRST_MS << attempt;

	wait = wait > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : wait;
	/* 75 % .. 100 %: many dashboards do not come back in step. */
	return wait - (int)(random % (uint32_t)(wait / 4 + 1));
}

static void on_retry(uv_timer_t *t)
{
	dial(t->data);
}

static void lost(struct live *l, const struct error *why)
{
	uint32_t random = 0;

	wire_close(l->wire);
	l->wire = NULL;
	l->stream[0] = '\0';
	if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
		random = (uint32_t)uv_hrtime();
	uv_timer_start(&l->timer, on_retry, (uint64_t)live_backoff_ms(l->attempt, random), 0);
	l->attempt++;
	if (!l->told_away) {
		l->told_away = true;
		l->events.away(l->arg, why);
	}
}

static void unreachable(struct live *l, const char *why)
{
	struct endpoint at;
	struct error e = {0};

	if (endpoint_find(l->address, &at, &e) == ERR_NONE)
		endpoint_unreachable(&at, why, &e);
	lost(l, &e);
}

static void on_silence(uv_timer_t *t)
{
	unreachable(t->data, "it went silent");
}

static bool on_message(void *arg, const struct sse_message *m)
{
	struct live *l = arg;

	if (!strcmp(m->event, "hello")) {
		json_t *hello = json_read(m->data, m->data_len, SSE_DATA_MAX, NULL);

		snprintf(l->stream, sizeof l->stream, "%s", json_str(hello, "stream", ""));
		json_decref(hello);
		l->attempt = 0;
		l->told_away = false;
		l->events.up(l->arg);
	} else {
		l->events.message(l->arg, m);
	}
	return !l->closed;
}

static bool on_body(void *arg, const char *data, size_t n)
{
	struct live *l = arg;

	return sse_feed(&l->sse, data, n);
}

static void on_data(void *arg, const char *data, size_t n)
{
	struct live *l = arg;
	struct error e = {0};
	enum err code = response_feed(l->response, data, n, &e);

	if (l->closed)
		return;
	if (!code && response_complete(l->response)) {
		struct reply r = {0};

		code = reply_decode(l->response, &r, &e);
		reply_fini(&r);
		if (!code)
			code = error_set(&e, ERR_UNAVAILABLE, "the daemon ended the stream");
	}
	if (code)
		lost(l, &e);
	else
		uv_timer_start(&l->timer, on_silence, SILENCE_MS, 0);
}

static void on_closed(void *arg, const char *why)
{
	struct live *l = arg;

	l->wire = NULL;
	unreachable(l, why);
}

static void dial(struct live *l)
{
	static const struct wire_events events = {.data = on_data, .closed = on_closed};
	struct buf path = BUF_INIT(1024), request = BUF_INIT(4096);
	struct client_request q = {.accept = "text/event-stream", .last_event_id = l->sse.id};
	struct endpoint at;
	struct error e = {0};

	if (endpoint_find(l->address, &at, &e)) {
		lost(l, &e);
		return;
	}
	response_reset(l->response);
	sse_restart(&l->sse);
	buf_add_str(&path, "/v1/stream");
	if (l->topics)
		path_add(&path, "topics", l->topics);
	q.path = buf_str(&path);
	request_write(&request, &q);
	l->wire = wire_open(l->loop, &at, &events, l);
	wire_send(l->wire, &request);
	uv_timer_start(&l->timer, on_silence, SILENCE_MS, 0);
	buf_fini(&path);
}

struct live *live_open(uv_loop_t *loop, const char *address, const char *topics,
		       const struct live_events *events, void *arg)
{
	struct live *l = mem_zalloc(sizeof *l);

	l->loop = loop;
	l->address = address ? mem_strdup(address) : NULL;
	l->topics = topics ? mem_strdup(topics) : NULL;
	l->events = *events;
	l->arg = arg;
	l->response = response_new(on_body, l);
	sse_init(&l->sse, on_message, l);
	uv_timer_init(loop, &l->timer);
	l->timer.data = l;
	uv_timer_start(&l->timer, on_retry, 0, 0);
	return l;
}

static void on_timer_closed(uv_handle_t *h)
{
	struct live *l = h->data;

	response_free(l->response);
	sse_fini(&l->sse);
	free(l->address);
	free(l->topics);
	free(l);
}

void live_close(struct live *l)
{
	if (!l)
		return;
	l->closed = true;
	wire_close(l->wire);
	l->wire = NULL;
	uv_close((uv_handle_t *)&l->timer, on_timer_closed);
}

const char *live_stream_id(const struct live *l)
{
	return l->stream;
}

void live_retry(struct live *l)
{
	if (l->wire)
		return;
	l->attempt = 0;
	dial(l);
}
