#include <inttypes.h>

#include "tests/unit/daemon/api/fixture.h"

struct client {
	int fd;
	struct buf in;
	char id[64];
};

static struct client listen_to(const struct fixture *f, const char *query, const char *headers)
{
	struct client c = {.fd = dial(f), .in = BUF_INIT(8 << 20)};
	char request[512];
	int n = snprintf(request, sizeof request,
			 "GET /v1/stream%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", query, headers);
	const char *id;

	assert_int_equal(send(c.fd, request, (size_t)n, MSG_NOSIGNAL), n);
	assert_true(get_until(c.fd, &c.in, "}\n\n", FIXTURE_DEADLINE_MS));
	id = strstr(buf_str(&c.in), "event: hello\ndata: {\"stream\":\"");
	assert_non_null(id);
	snprintf(c.id, sizeof c.id, "%.*s", (int)strcspn(id + 30, "\""), id + 30);
	assert_memory_equal(c.id, "st_", 3);
	return c;
}

static void client_close(struct client *c)
{
	close(c->fd);
	buf_fini(&c->in);
}

static void wait_text(struct client *c, const char *text)
{
	if (!get_until(c->fd, &c->in, text, FIXTURE_DEADLINE_MS) || !strstr(buf_str(&c->in), text))
		fail_msg("no \"%s\" in: %s", text, buf_str(&c->in));
}

static int count(const struct buf *in, const char *text)
{
	int n = 0;

	for (const char *p = buf_str(in); (p = strstr(p, text)); p++)
		n++;
	return n;
}

static enum err make_event(struct txn *t, void *arg, struct error *e)
{
	struct event ev = {.severity = SEVERITY_INFO, .name = "shop", .text = (char *)"text"};

	snprintf(ev.topic, sizeof ev.topic, "%s", (const char *)arg);
	return feed_event(t, &ev, e);
}

static void emit(struct fixture *f, const char *topic, int n)
{
	struct error e;

	for (int i = 0; i < n; i++)
		assert_int_equal(store_run(f->d.store, OP_PEOPLE, make_event, (void *)topic, &e),
				 0);
}

static void events__come_with_their_position(void **state)
{
	struct fixture *f = *state;
	struct client all = listen_to(f, "", ""),
		      some = listen_to(f, "?topics=order,monitor.down", "");
	char id[64];

	emit(f, "monitor.up", 1);
	emit(f, "monitor.down", 1);
	snprintf(id, sizeof id, "id: %" PRIu64 "-2\nevent: event\ndata: {\"kind\":\"event\"",
		 store_epoch(f->d.store));
	wait_text(&all, id);
	wait_text(&some, id);
	assert_int_equal(count(&all.in, "event: event"), 2);
	assert_int_equal(count(&some.in, "event: event"), 1);
	client_close(&all);
	client_close(&some);
}

static void watch(const struct fixture *f, const struct client *c, const char *body, int status)
{
	char path[128];

	snprintf(path, sizeof path, "/v1/streams/%s/watch", c->id);
	expect(f, "PUT", path, body, status, NULL);
}

static void watch_one(const struct fixture *f, const struct client *c, const char *name)
{
	char path[128], body[128];
	struct answer a;

	snprintf(path, sizeof path, "/v1/monitors/%s", name);
	a = ask(f, "GET", path, NULL, NULL);
	snprintf(body, sizeof body, "{\"kind\":\"monitor\",\"ids\":[\"%s\"]}",
		 json_str(json_object_get(a.json, "data"), "id", ""));
	watch(f, c, body, 200);
	answer_fini(&a);
}

static uint64_t number_of(struct fixture *f, const char *name)
{
	const struct resource *r = resource_get(f->d.store, &resource_monitor, name);
	uint64_t id = r->id;

	resource_unref(r);
	return id;
}

static void rows__only_to_who_watches_and_latest_wins(void **state)
{
	struct fixture *f = *state;
	struct client one, other;
	uint64_t shop, mill;
	int rows;

	add_monitor(f, "shop");
	add_monitor(f, "mill");
	shop = number_of(f, "shop");
	mill = number_of(f, "mill");
	one = listen_to(f, "", "");
	other = listen_to(f, "", "");
	watch_one(f, &one, "shop");
	watch_one(f, &other, "mill");

	/* A storm of changes over a second: at most four a second come, the last one among them. */
	for (int i = 1; i <= 1000; i++) {
		atomic_store(&f->beats, i);
		live_touch(f->d.live, "monitor", shop);
		usleep(1000);
	}
	wait_text(&one, "\"beats\":1000");
	rows = count(&one.in, "event: row");
	assert_in_range(rows, 2, 8);
	live_touch(f->d.live, "monitor", mill);
	wait_text(&other, "event: row\ndata: {\"kind\":\"monitor\",\"row\":{\"kind\":\"monitor\"");
	assert_null(strstr(buf_str(&other.in), "\"name\":\"shop\",\"labels\""));

	/* Watching something else takes the place of it. */
	watch(f, &one, "{\"kind\":\"monitor\",\"ids\":[]}", 200);
	live_touch(f->d.live, "monitor", shop);
	emit(f, "marker", 1);
	wait_text(&one, "marker");
	assert_int_equal(count(&one.in, "event: row"), rows);
	client_close(&one);
	client_close(&other);
}

static void edits__reach_rows_and_lists(void **state)
{
	struct fixture *f = *state;
	struct client c;

	add_monitor(f, "shop");
	c = listen_to(f, "", "");
	watch_one(f, &c, "shop");
	expect(f, "PATCH", "/v1/monitors/shop", "{\"interval\":\"5s\"}", 200, NULL);
	wait_text(&c, "\"interval\":\"5s\"");
	assert_null(strstr(buf_str(&c.in), "event: list"));
	add_monitor(f, "another");
	wait_text(&c, "event: list\ndata: {\"kind\":\"monitor\"}\n\n");
	client_close(&c);
}

static void watch__says_what_is_wrong(void **state)
{
	struct fixture *f = *state;
	struct client c = listen_to(f, "", "");
	struct buf body = BUF_INIT(1 << 20);

	watch(f, &c, "{\"kind\":\"tree\",\"ids\":[]}", 422);
	watch(f, &c, "{\"kind\":\"monitor\"}", 422);
	watch(f, &c, "{\"kind\":\"monitor\",\"ids\":[\"shop\"]}", 422);
	watch(f, &c, "{\"kind\":\"monitor\",\"ids\":[7]}", 422);
	buf_add_str(&body, "{\"kind\":\"monitor\",\"ids\":[");
	for (int i = 0; i < 201; i++)
		buf_printf(&body, "%s\"mon_0000000000000\"", i ? "," : "");
	buf_add_str(&body, "]}");
	watch(f, &c, body.data, 422);
	expect(f, "PUT", "/v1/streams/st_nope/watch", "{\"kind\":\"monitor\",\"ids\":[]}", 404,
	       "hello");
	buf_fini(&body);
	client_close(&c);
}

static void resume__sends_what_was_missed(void **state)
{
	struct fixture *f = *state;
	struct client c;
	char header[96];

	emit(f, "monitor.down", 5);
	snprintf(header, sizeof header, "Last-Event-ID: %" PRIu64 "-2\r\n",
		 store_epoch(f->d.store));
	c = listen_to(f, "", header);
	wait_text(&c, "\"seq\":5,\"at\"");
	assert_int_equal(count(&c.in, "event: event"), 3);
	emit(f, "monitor.up", 1);
	wait_text(&c, "\"seq\":6,\"at\"");
	assert_int_equal(count(&c.in, "event: event"), 4);
	assert_null(strstr(buf_str(&c.in), "resync"));
	client_close(&c);
}

static void resume__from_another_life__is_a_resync(void **state)
{
	struct fixture *f = *state;
	struct client c;
	char header[96];

	emit(f, "monitor.down", 2);
	c = listen_to(f, "", "Last-Event-ID: 999-1\r\n");
	wait_text(&c, "event: resync");
	client_close(&c);
	c = listen_to(f, "", "Last-Event-ID: nonsense\r\n");
	wait_text(&c, "event: resync");
	client_close(&c);
	snprintf(header, sizeof header, "Last-Event-ID: %" PRIu64 "-99\r\n",
		 store_epoch(f->d.store));
	c = listen_to(f, "", header);
	wait_text(&c, "event: resync");
	client_close(&c);
}

static void resume__too_far_back__is_a_resync(void **state)
{
	struct fixture *f = *state;
	struct client c;
	char header[96];

	emit(f, "monitor.down", 1100);
	snprintf(header, sizeof header, "Last-Event-ID: %" PRIu64 "-1\r\n",
		 store_epoch(f->d.store));
	c = listen_to(f, "", header);
	wait_text(&c, "event: resync");
	emit(f, "marker", 1);
	wait_text(&c, "marker");
	client_close(&c);
}

struct storm {
	struct fixture *f;
	int n;
	pthread_t thread;
};

static void *blow(void *arg)
{
	struct storm *s = arg;

	emit(s->f, "storm", s->n);
	return NULL;
}

/* Streams that resume while events are being committed miss none and get none twice. */
static void resume__under_load__exactly_once(void **state)
{
	struct fixture *f = *state;
	struct storm storm = {.f = f, .n = 600};
	char header[96];

	emit(f, "storm", 1);
	pthread_create(&storm.thread, NULL, blow, &storm);
	for (int i = 0; i < 10; i++) {
		struct client c;
		char last[32];

		snprintf(header, sizeof header, "Last-Event-ID: %" PRIu64 "-1\r\n",
			 store_epoch(f->d.store));
		c = listen_to(f, "", header);
		if (i == 9)
			pthread_join(storm.thread, NULL);
		snprintf(last, sizeof last, "\"seq\":%d,\"at\"",
			 i == 9 ? storm.n + 1 : 20 * (i + 1));
		wait_text(&c, last);
		for (int seq = 2; seq <= (i == 9 ? storm.n + 1 : 20 * (i + 1)); seq++) {
			char one[32];

			snprintf(one, sizeof one, "\"seq\":%d,\"at\"", seq);
			assert_int_equal(count(&c.in, one), 1);
		}
		client_close(&c);
	}
}

static void slow_reader__is_told_to_resync(void **state)
{
	struct fixture *f = *state;
	struct client slow = listen_to(f, "", ""), quick = listen_to(f, "", "");

	for (int seq = 100; seq <= 2500;
	     seq += 100) { /* in all more than a socket and the queue hold */
		char text[32];

		emit(f, "flood", 100);
		snprintf(text, sizeof text, "\"seq\":%d,\"at\"", seq);
		wait_text(&quick, text);
	}
	assert_null(strstr(buf_str(&quick.in), "resync"));
	wait_text(&slow, "event: resync");
	assert_true(count(&slow.in, "event: event") < 2500);
	emit(f, "marker", 1);
	wait_text(&slow, "marker");
	client_close(&slow);
	client_close(&quick);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_start, fixture_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(events__come_with_their_position),
		TEST(rows__only_to_who_watches_and_latest_wins),
		TEST(edits__reach_rows_and_lists),
		TEST(watch__says_what_is_wrong),
		TEST(resume__sends_what_was_missed),
		TEST(resume__from_another_life__is_a_resync),
		TEST(resume__too_far_back__is_a_resync),
		TEST(resume__under_load__exactly_once),
		TEST(slow_reader__is_told_to_resync),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
