/* Items' fetches with the real fetcher, against servers on loopback. */
#include "../checks/harness.h"

#include <stdatomic.h>

#include "daemon/jobs/item_fetch.h"
#include "shared/mem.h"

struct scene {
	struct harness *h;
	const char *allow;
	int64_t pace_ms;
	struct fetcher *fetcher;
	struct item_fetch *x;
};

struct asked {
	struct scene *s;
	struct item_request rq;
	struct item_answer a;
	atomic_int n;
	void *fetch;
};

static void open_fetcher(void *arg)
{
	struct scene *s = arg;
	struct address_range range;
	struct error e = {0};
	struct fetcher_options o = {
		.loop = s->h->loop,
		.clock = &clock_system,
		.resolver = s->h->env.resolver,
		.transfers = s->h->env.transfers,
		.settings = {.allow = &range,
			     .n_allow = s->allow != NULL,
			     .contact = "",
			     .rules = {.pace_ms = s->pace_ms, .budget = 1000},
			     .cache_bytes = 1 << 20},
	};
	if (s->allow)
		assert_int_equal(address_range_parse(s->allow, &range, &e), ERR_NONE);
	s->fetcher = fetcher_new(&o);
}

static struct scene scene_of(void **state, const char *allow, int64_t pace_ms)
{
	struct scene s = {.h = *state, .allow = allow, .pace_ms = pace_ms};
	loop_call(s.h->loop, open_fetcher, &s);
	s.x = item_fetch_new(s.h->loop, s.fetcher, &clock_system);
	return s;
}

static void close_fetcher(void *arg)
{
	fetcher_free(((struct scene *)arg)->fetcher);
}

static void scene_end(struct scene *s)
{
	item_fetch_net(s->x)->close(s->x);
	loop_call(s->h->loop, close_fetcher, s);
	item_fetch_free(s->x);
}

static void on_done(void *arg, struct item_answer *a)
{
	struct asked *q = arg;
	q->a = *a;
	q->n++;
	sem_post(&q->s->h->done);
}

static struct asked ask(struct scene *s, const char *server, const char *path)
{
	struct asked q = {.s = s};
	q.rq.url = mem_printf("http://127.0.0.1:%d%s", fake_port(&s->h->web, server), path);
	return q;
}

static void begin(struct asked *q)
{
	const struct item_net *net = item_fetch_net(q->s->x);
	q->fetch = net->start(net->ctx, &q->rq, on_done, q);
}

static void fini(struct asked *q)
{
	assert_int_equal(q->n, 1);
	free(q->rq.url);
	free(q->a.body);
	free(q->a.sitemaps);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void answer__has_what_the_page_said(void **state)
{
	struct scene s = scene_of(state, "127.0.0.0/8", 1);
	struct asked q = ask(&s, "http", "/ok");
	begin(&q);
	harness_wait(s.h);
	assert_int_equal(q.a.err, ERR_NONE);
	assert_int_equal(q.a.end, FETCH_OK);
	assert_int_equal(q.a.status, 200);
	assert_true(q.a.len > 0 && q.a.body && strlen(q.a.body) == q.a.len);
	assert_string_equal(q.a.url, q.rq.url);
	assert_true(q.a.at_ms > 0);
	fini(&q);
	scene_end(&s);
}

static void status_404__is_an_answer(void **state)
{
	struct scene s = scene_of(state, "127.0.0.0/8", 1);
	struct asked q = ask(&s, "http", "/there-is-no-such-page");
	begin(&q);
	harness_wait(s.h);
	assert_int_equal(q.a.err, ERR_NONE);
	assert_int_equal(q.a.end, FETCH_STATUS);
	assert_int_equal(q.a.status, 404);
	fini(&q);
	scene_end(&s);
}

static void host_that_rests_for_long__postpones_what_is_asked_next(void **state)
{
	struct scene s = scene_of(state, "127.0.0.0/8", 1);
	struct asked first = ask(&s, "http", "/ok"), second = ask(&s, "http", "/json");
	first.rq.pace_ms = 100; /* robots.txt and the page */
	begin(&first);
	harness_wait(s.h);
	assert_int_equal(first.a.err, ERR_NONE);
	assert_true(first.a.wait_ms > 0 && first.a.wait_ms <= 125);
	second.rq.pace_ms = 60000;
	begin(&second);
	harness_wait(s.h);
	assert_int_equal(second.a.err, ERR_NONE); /* its rest had been reckoned before */
	assert_true(second.a.wait_ms >= 59000);
	struct asked third = ask(&s, "http", "/shop");
	begin(&third);
	harness_wait(s.h);
	assert_true(third.a.postponed);
	assert_int_equal(third.a.end, FETCH_NOT_YET);
	assert_true(third.a.wait_ms > 15000);
	fini(&first);
	fini(&second);
	fini(&third);
	scene_end(&s);
}

static void private_address__is_denied__for_good(void **state)
{
	struct scene s = scene_of(state, NULL, 1);
	struct asked q = ask(&s, "http", "/ok");
	begin(&q);
	harness_wait(s.h);
	assert_int_equal(q.a.err, ERR_DENIED);
	assert_int_equal(q.a.end, FETCH_PRIVATE);
	assert_false(err_info(q.a.err)->retry);
	assert_true(strlen(q.a.text) > 10);
	fini(&q);
	scene_end(&s);
}

static void address_that_is_none__is_answered__not_started(void **state)
{
	struct scene s = scene_of(state, NULL, 1);
	struct asked q = {.s = &s, .rq.url = mem_strdup("ftp://shop.example/")};
	begin(&q);
	harness_wait(s.h);
	assert_int_equal(q.a.err, ERR_INVALID);
	fini(&q);
	scene_end(&s);
}

static void cancel__answers_once(void **state)
{
	struct scene s = scene_of(state, "127.0.0.0/8", 1);
	const struct item_net *net = item_fetch_net(s.x);
	struct asked hanging = ask(&s, "http", "/hang"), quick = ask(&s, "http", "/ok");
	begin(&hanging);
	net->cancel(net->ctx, hanging.fetch);
	harness_wait(s.h);
	assert_int_equal(hanging.a.err, ERR_CANCELLED);
	begin(&quick);
	net->cancel(net->ctx, quick.fetch);
	harness_wait(s.h);
	assert_int_equal(quick.a.err, ERR_CANCELLED);
	fini(&hanging);
	fini(&quick);
	scene_end(&s);
}

static void close__ends_what_runs__before_it_returns(void **state)
{
	struct scene s = scene_of(state, "127.0.0.0/8", 1);
	const struct item_net *net = item_fetch_net(s.x);
	struct asked hanging = ask(&s, "http", "/hang"), late = ask(&s, "http", "/ok");
	begin(&hanging);
	net->close(net->ctx);
	assert_int_equal(hanging.n, 1);
	assert_int_equal(hanging.a.err, ERR_CANCELLED);
	begin(&late);
	harness_wait(s.h);
	harness_wait(s.h);
	assert_int_equal(late.a.err, ERR_CANCELLED);
	fini(&hanging);
	fini(&late);
	scene_end(&s);
}

static void robots_that_cannot_be_had__may_be_asked_again__a_no_may_not(void **state)
{
	struct item_answer a;
	struct fetch_result r = {.end = FETCH_DISALLOWED, .status = 503, .due_ms = 5000};
	item_answer_of(&r, 1000, &a);
	assert_true(err_info(a.err)->retry);
	assert_int_equal(a.wait_ms, 4000);
	r.status = 200;
	r.retry_after_ms = 9000;
	item_answer_of(&r, 1000, &a);
	assert_int_equal(a.err, ERR_DENIED);
	assert_int_equal(a.wait_ms, 9000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(answer__has_what_the_page_said),
		TEST(status_404__is_an_answer),
		TEST(host_that_rests_for_long__postpones_what_is_asked_next),
		TEST(private_address__is_denied__for_good),
		TEST(address_that_is_none__is_answered__not_started),
		TEST(cancel__answers_once),
		TEST(close__ends_what_runs__before_it_returns),
		cmocka_unit_test(robots_that_cannot_be_had__may_be_asked_again__a_no_may_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
