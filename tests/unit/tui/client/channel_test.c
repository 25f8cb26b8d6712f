#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "tests/unit/tui/client/server.h"
#include "tui/client/channel.h"
#include "tui/client/live.h"
#include "tui/client/pages.h"

enum { DEADLINE_MS = 10000 };

struct rig {
	uv_loop_t loop;
	uv_timer_t deadline;
	struct channel *channel;
	struct server server;
	bool late;
};

static void on_deadline(uv_timer_t *t)
{
	struct rig *r = t->data;

	r->late = true;
	uv_stop(&r->loop);
}

static void rig_start(struct rig *r, const struct exchange *script)
{
	memset(r, 0, sizeof *r);
	server_start(&r->server, script);
	uv_loop_init(&r->loop);
	uv_timer_init(&r->loop, &r->deadline);
	r->deadline.data = r;
	uv_timer_start(&r->deadline, on_deadline, DEADLINE_MS, 0);
	r->channel = channel_new(&r->loop, r->server.path);
}

static void rig_until(struct rig *r, const int *counter, int wanted)
{
	while (*counter < wanted && !r->late)
		uv_run(&r->loop, UV_RUN_ONCE);
	assert_false(r->late);
}

static void rig_stop(struct rig *r)
{
	channel_free(r->channel);
	uv_close((uv_handle_t *)&r->deadline, NULL);
	uv_run(&r->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&r->loop), 0);
	server_stop(&r->server);
}

struct outcome {
	int n;
	enum err last;
	int64_t value;
};

static void on_reply(void *arg, enum err code, struct reply *r, const struct error *e)
{
	struct outcome *o = arg;

	o->n++;
	o->last = code;
	o->value = json_integer_value(r->data);
}

static void calls__are_answered__one_after_another(void **state)
{
	const struct exchange script[] = {
		{"GET /a", server_json(0, "{\"data\":1}"), false},
		{"GET /b", server_json(1, "{\"data\":2}"), false},
		{0},
	};
	struct outcome o = {0};
	struct rig r;

	rig_start(&r, script);
	channel_get(r.channel, "/a", on_reply, &o);
	rig_until(&r, &o.n, 1);
	assert_int_equal(o.value, 1);
	channel_get(r.channel, "/b", on_reply, &o);
	rig_until(&r, &o.n, 2);
	assert_int_equal(o.value, 2);
	assert_false(channel_busy(r.channel));
	rig_stop(&r);
	assert_int_equal(r.server.wrong, 0);
}

static void kept_connection__that_was_closed__is_replaced(void **state)
{
	const struct exchange script[] = {
		{"GET /a", server_json(0, "{\"data\":1}"), true},
		{"GET /b", server_json(1, "{\"data\":2}"), false},
		{0},
	};
	struct outcome o = {0};
	struct rig r;

	rig_start(&r, script);
	channel_get(r.channel, "/a", on_reply, &o);
	rig_until(&r, &o.n, 1);
	channel_get(r.channel, "/b", on_reply, &o);
	rig_until(&r, &o.n, 2);
	assert_int_equal(o.last, ERR_NONE);
	assert_int_equal(o.value, 2);
	rig_stop(&r);
}

static void cancelled_call__is_never_told(void **state)
{
	const struct exchange script[] = {
		{"GET /a", server_json(0, "{\"data\":1}"), false},
		{"GET /b", server_json(1, "{\"data\":2}"), false},
		{0},
	};
	struct outcome cancelled = {0}, kept = {0};
	struct rig r;

	rig_start(&r, script);
	call_cancel(channel_get(r.channel, "/a", on_reply, &cancelled));
	while (channel_busy(r.channel) && !r.late)
		uv_run(&r.loop, UV_RUN_ONCE);
	channel_get(r.channel, "/b", on_reply, &kept);
	rig_until(&r, &kept.n, 1);
	assert_int_equal(cancelled.n, 0);
	rig_stop(&r);
}

static void absent_daemon__is_told_from_the_loop(void **state)
{
	const struct exchange script[] = {{0}};
	struct outcome o = {0};
	struct channel *away;
	struct rig r;

	rig_start(&r, script);
	away = channel_new(&r.loop, "/tmp/no-such-directory/s");
	channel_get(away, "/a", on_reply, &o);
	assert_int_equal(o.n, 0);
	rig_until(&r, &o.n, 1);
	assert_int_equal(o.last, ERR_UNAVAILABLE);
	channel_free(away);
	rig_stop(&r);
}

static void free__ends__what_waits(void **state)
{
	const struct exchange script[] = {{"GET /a", NULL, false}, {0}};
	struct outcome o = {0};
	struct rig r;

	rig_start(&r, script);
	for (int i = 0; i < 9; i++)
		channel_get(r.channel, "/a", on_reply, &o);
	rig_stop(&r);
	assert_int_equal(o.n, 9);
	assert_int_equal(o.last, ERR_CANCELLED);
}

/* ---- the stream ------------------------------------------------------------------------------ */

struct heard {
	int up, away, messages;
	char last[64];
};

static void on_up(void *arg)
{
	((struct heard *)arg)->up++;
}

static void on_away(void *arg, const struct error *why)
{
	((struct heard *)arg)->away++;
}

static void on_message(void *arg, const struct sse_message *m)
{
	struct heard *h = arg;

	h->messages++;
	snprintf(h->last, sizeof h->last, "%s %s", m->event, m->data);
}

static void stream__comes_back__after_the_last_event(void **state)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
				   "event: hello\ndata: {\"stream\":\"st_1\"}\n\n";
	static const struct live_events events = {
		.up = on_up, .away = on_away, .message = on_message};
	char first[512];
	const struct exchange script[] = {
		{"GET /v1/stream?topics=monitor", first, true},
		{"Last-Event-ID: 1-7", head, false},
		{0},
	};
	struct heard h = {0};
	struct live *live;
	struct rig r;

	snprintf(first, sizeof first, "%sid: 1-7\nevent: event\ndata: {}\n\n", head);
	rig_start(&r, script);
	live = live_open(&r.loop, r.server.path, "monitor", &events, &h);
	rig_until(&r, &h.messages, 1);
	assert_string_equal(h.last, "event {}");
	rig_until(&r, &h.away, 1);
	assert_string_equal(live_stream_id(live), "");
	rig_until(&r, &h.up, 2);
	assert_string_equal(live_stream_id(live), "st_1");
	assert_int_equal(h.away, 1);
	live_close(live);
	rig_stop(&r);
	assert_int_equal(r.server.wrong, 0);
}

static void absent_stream__is_away__once(void **state)
{
	static const struct live_events events = {
		.up = on_up, .away = on_away, .message = on_message};
	const struct exchange script[] = {{0}};
	struct heard h = {0};
	struct live *live;
	struct rig r;

	rig_start(&r, script);
	live = live_open(&r.loop, "/tmp/no-such-directory/s", NULL, &events, &h);
	rig_until(&r, &h.away, 1);
	live_retry(live);
	while (uv_backend_timeout(&r.loop) == 0)
		uv_run(&r.loop, UV_RUN_ONCE);
	uv_run(&r.loop, UV_RUN_NOWAIT);
	assert_int_equal(h.away, 1);
	live_close(live);
	rig_stop(&r);
}

/* ---- pages ----------------------------------------------------------------------------------- */

static void on_changed(void *arg)
{
	++*(int *)arg;
}

static void pages__grow__to_both_sides(void **state)
{
	const struct exchange script[] = {
		{"around=c",
		 server_json(0, "{\"data\":[{\"id\":\"c\"},{\"id\":\"d\"}],\"meta\":{\"total\":6,"
				"\"position\":2,\"prev\":\"c\",\"next\":\"d\"}}"),
		 false},
		{"after=d",
		 server_json(1,
			     "{\"data\":[{\"id\":\"d\"},{\"id\":\"e\"},{\"id\":\"f\"}],\"meta\":{"
			     "\"total\":6,\"position\":4,\"next\":null}}"),
		 false},
		{"before=c",
		 server_json(2, "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"meta\":{\"total\":6,"
				"\"position\":0,\"prev\":null}}"),
		 false},
		{0},
	};
	struct pages *p;
	struct rig r;
	int n = 0;

	rig_start(&r, script);
	p = pages_new(r.channel, "monitors", "filter%5Bx%5D=y", on_changed, &n);
	pages_set(p, "sh op", "-name", "c");
	rig_until(&r, &n, 1);
	assert_non_null(
		strstr(r.server.requests[0], "/v1/monitors?filter%5Bx%5D=y&q=sh%20op&sort=-name"));
	assert_int_equal(pages_position(p), 2);
	pages_want(p, 0, 1);
	rig_until(&r, &n, 2);
	pages_want(p, 0, 1);
	rig_until(&r, &n, 3);
	assert_int_equal(pages_count(p), 6);
	assert_int_equal(pages_position(p), 0);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(pages_id(p, i)[0], "abcdef"[i]);
	assert_false(pages_has_before(p) || pages_has_after(p));
	pages_free(p);
	rig_stop(&r);
	assert_int_equal(r.server.wrong, 0);
}

static void pages__begin_again__when_the_row_is_gone(void **state)
{
	const struct exchange script[] = {
		{"around=gone",
		 "HTTP/1.1 404 X\r\nContent-Type: application/problem+json\r\nContent-Length: "
		 "20\r\n\r\n{\"code\":\"not_found\"}",
		 false},
		{"limit=100 ", server_json(0, "{\"data\":[{\"id\":\"a\"}],\"meta\":{\"total\":1}}"),
		 false},
		{0},
	};
	struct pages *p;
	struct rig r;
	int n = 0;

	rig_start(&r, script);
	p = pages_new(r.channel, "monitors", NULL, on_changed, &n);
	pages_refresh(p, "gone");
	rig_until(&r, &n, 1);
	assert_null(pages_error(p));
	assert_int_equal(pages_count(p), 1);
	pages_free(p);
	rig_stop(&r);
}

static void pages__keep_their_rows__when_the_daemon_refuses(void **state)
{
	const struct exchange script[] = {
		{"GET", server_json(0, "{\"data\":[{\"id\":\"a\"}],\"meta\":{\"total\":1}}"),
		 false},
		{"GET", "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n", false},
		{0},
	};
	json_t *row = json_pack("{s:s, s:i}", "id", "a", "n", 2);
	struct pages *p;
	struct rig r;
	int n = 0;

	rig_start(&r, script);
	p = pages_new(r.channel, "monitors", NULL, on_changed, &n);
	pages_first(p);
	rig_until(&r, &n, 1);
	pages_first(p);
	rig_until(&r, &n, 2);
	assert_non_null(pages_error(p));
	assert_int_equal(pages_count(p), 1);
	assert_true(pages_patch(p, row));
	assert_int_equal(json_integer_value(json_object_get(pages_row(p, 0), "n")), 2);
	pages_remove(p, "a");
	assert_int_equal(pages_count(p), 0);
	assert_false(pages_patch(p, row));
	json_decref(row);
	pages_free(p);
	rig_stop(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls__are_answered__one_after_another),
		cmocka_unit_test(kept_connection__that_was_closed__is_replaced),
		cmocka_unit_test(cancelled_call__is_never_told),
		cmocka_unit_test(absent_daemon__is_told_from_the_loop),
		cmocka_unit_test(free__ends__what_waits),
		cmocka_unit_test(stream__comes_back__after_the_last_event),
		cmocka_unit_test(absent_stream__is_away__once),
		cmocka_unit_test(pages__grow__to_both_sides),
		cmocka_unit_test(pages__begin_again__when_the_row_is_gone),
		cmocka_unit_test(pages__keep_their_rows__when_the_daemon_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
