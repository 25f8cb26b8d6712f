/* Fetching against origins on loopback, by a clock that the tests turn. */
#include "../checks/harness.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#include "daemon/net/fetch.h"
#include "shared/buf.h"
#include "shared/mem.h"

enum { LOG_MAX = 64, PEERS = 16, REQUEST_MAX = 4096 };

/* ---- an origin ----------------------------------------------------------------------------- */

struct page {
	const char *path, *answer; /* status line and headers, an empty line, the body */
};

struct origin {
	const struct page *pages;
	int listener, port, stop[2];
	pthread_t thread;
	pthread_mutex_t lock;
	char *log[LOG_MAX]; /* heads of requests */
	int64_t at_ms[LOG_MAX];
	int n;
	const _Atomic int64_t *clock;
	int open, most_open;
};

static void answer(struct origin *o, int fd, char *head)
{
	char path[256], *text;
	const char *found = "404 Not Found\r\n\r\nno", *body;

	assert_int_equal(sscanf(head, "GET %255s", path), 1);
	for (const struct page *p = o->pages; p->path; p++)
		if (!strcmp(p->path, path))
			found = p->answer;
	pthread_mutex_lock(&o->lock);
	if (o->n < LOG_MAX) {
		o->at_ms[o->n] = *o->clock;
		o->log[o->n++] = mem_strdup(head);
	}
	pthread_mutex_unlock(&o->lock);
	if (strstr(found, "304-if ") == found) { /* "304-if TAG\n" and the answer without it */
		char tag[64];

		sscanf(found, "304-if %63s", tag);
		found = strstr(head, tag) ? "304 Not Modified\r\n\r\n" : strchr(found, '\n') + 1;
	}
	body = strstr(found, "\r\n\r\n") + 4;
	text = mem_printf("HTTP/1.1 %.*sContent-Length: %zu\r\n\r\n%s", (int)(body - found - 2),
			  found, strlen(body), body);
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	free(text);
}

static void *serve(void *arg)
{
	struct origin *o = arg;
	struct pollfd fds[2 + PEERS] = {{o->stop[0], POLLIN, 0}, {o->listener, POLLIN, 0}};
	static _Thread_local char heads[PEERS][REQUEST_MAX];
	size_t have[PEERS] = {0};
	int n = 2;

	for (;;) {
		poll(fds, (nfds_t)n, -1);
		if (fds[0].revents)
			break;
		for (int i = 2; i < n; i++) {
			char *head = heads[i - 2];
			ssize_t got;

			if (!fds[i].revents || fds[i].fd < 0)
				continue;
			got = recv(fds[i].fd, head + have[i - 2], REQUEST_MAX - 1 - have[i - 2], 0);
			if (got <= 0) {
				close(fds[i].fd);
				fds[i].fd = -1;
				o->open--;
				continue;
			}
			have[i - 2] += (size_t)got;
			head[have[i - 2]] = '\0';
			if (!strstr(head, "\r\n\r\n"))
				continue;
			answer(o, fds[i].fd, head);
			have[i - 2] = 0;
		}
		if (fds[1].revents && n < 2 + PEERS) {
			have[n - 2] = 0;
			fds[n++] = (struct pollfd){accept(o->listener, NULL, NULL), POLLIN, 0};
			if (++o->open > o->most_open)
				o->most_open = o->open;
		}
	}
	for (int i = 2; i < n; i++)
		if (fds[i].fd >= 0)
			close(fds[i].fd);
	return NULL;
}

static void origin_start(struct origin *o, const struct page *pages, const _Atomic int64_t *clock)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof a;

	*o = (struct origin){.pages = pages, .clock = clock};
	o->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(o->listener, (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(o->listener, 16), 0);
	assert_int_equal(getsockname(o->listener, (struct sockaddr *)&a, &len), 0);
	o->port = ntohs(a.sin_port);
	pthread_mutex_init(&o->lock, NULL);
	assert_int_equal(pipe2(o->stop, O_CLOEXEC), 0);
	assert_int_equal(pthread_create(&o->thread, NULL, serve, o), 0);
}

static void origin_stop(struct origin *o)
{
	close(o->stop[1]);
	pthread_join(o->thread, NULL);
	close(o->stop[0]);
	close(o->listener);
	for (int i = 0; i < o->n; i++)
		free(o->log[i]);
	pthread_mutex_destroy(&o->lock);
}

/* How often a path was asked for. */
static int asked(struct origin *o, const char *path)
{
	char line[300];
	int n = 0;

	snprintf(line, sizeof line, "GET %s HTTP", path);
	pthread_mutex_lock(&o->lock);
	for (int i = 0; i < o->n; i++)
		n += !strncmp(o->log[i], line, strlen(line));
	pthread_mutex_unlock(&o->lock);
	return n;
}

/* ---- a fetcher ----------------------------------------------------------------------------- */

static _Atomic int64_t now_ms;

static int64_t turned_boot_us(const struct clock *c)
{
	return now_ms * 1000;
}
static int64_t turned_wall_ms(const struct clock *c)
{
	return INT64_C(20000) * 86400000 + now_ms;
}
static const struct clock turned = {turned_boot_us, turned_wall_ms};

struct scene {
	struct harness *h;
	struct fetcher *f;
	const char *allow;
	int64_t pace_ms, budget;
};

struct asking {
	struct scene *s;
	struct fetch_request q;
	char url[300];
	struct fetch *x;
	struct fetch_result r;
	char *body;
	atomic_bool ended;
	enum err err;
};

static void open_fetcher(void *arg)
{
	struct scene *s = arg;
	struct address_range range;
	struct error e = {0};
	struct fetcher_options o = {
		.loop = s->h->loop,
		.clock = &turned,
		.resolver = s->h->env.resolver,
		.transfers = s->h->env.transfers,
		.settings = {.allow = &range,
			     .n_allow = s->allow[0] != '\0',
			     .contact = "https://me.example/bot",
			     .rules = {.pace_ms = s->pace_ms, .budget = s->budget},
			     .cache_bytes = 1 << 20},
	};

	if (s->allow[0])
		assert_int_equal(address_range_parse(s->allow, &range, &e), ERR_NONE);
	s->f = fetcher_new(&o);
}

static struct scene scene_of(struct harness *h, const char *allow)
{
	struct scene s = {.h = h, .allow = allow, .pace_ms = 5000, .budget = 1000};

	now_ms = 1000000;
	loop_call(h->loop, open_fetcher, &s);
	return s;
}

static void close_fetcher(void *arg)
{
	fetcher_free(((struct scene *)arg)->f);
}

static void scene_end(struct scene *s)
{
	loop_call(s->h->loop, close_fetcher, s);
}

static void on_done(const struct fetch_result *r, void *arg)
{
	struct asking *a = arg;

	assert_false(a->ended);
	a->r = *r;
	a->body = mem_strndup(r->body, r->len);
	a->ended = true;
	sem_post(&a->s->h->done);
}

static void begin(void *arg)
{
	struct asking *a = arg;
	struct error e = {0};

	a->q.url = a->url;
	a->q.done = on_done;
	a->q.arg = a;
	a->err = fetch_start(a->s->f, &a->q, &a->x, &e);
	assert_false(a->ended);
}

static struct asking asking(struct scene *s, const char *url)
{
	struct asking a = {.s = s, .q = {.wait_ms = -1, .pace_ms = -1, .budget = -1}};

	snprintf(a.url, sizeof a.url, "%s", url);
	return a;
}

struct look {
	struct fetcher *f;
	int64_t next_ms; /* wall; when the first of the hosts that have work may be asked */
	bool busy;
	struct host_facts last;
	int n;
};

static void look_at(const struct host_facts *h, void *arg)
{
	struct look *l = arg;

	l->n++;
	l->last = *h;
	l->busy = l->busy || h->state == MANNERS_BUSY;
	if (h->state != MANNERS_BUSY && h->due_ms > turned_wall_ms(NULL) && h->due_ms < l->next_ms)
		l->next_ms = h->due_ms;
}

static void look(void *arg)
{
	struct look *l = arg;

	l->next_ms = INT64_MAX;
	l->busy = false;
	l->n = 0;
	fetcher_turn(l->f);
	fetcher_hosts(l->f, look_at, l);
}

static struct host_facts facts_of_last(struct scene *s)
{
	struct look l = {.f = s->f};

	loop_call(s->h->loop, look, &l);
	return l.last;
}

/* Until it has ended; when nothing can happen before some later time, it is that time. */
static void wait_for(struct asking *a)
{
	struct timespec until;

	for (int i = 0; i < 20000 && !a->ended; i++) {
		struct look l = {.f = a->s->f};

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += 3000000;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		sem_timedwait(&a->s->h->done, &until);
		loop_call(a->s->h->loop, look, &l);
		if (!a->ended && !l.busy && l.next_ms != INT64_MAX)
			now_ms += l.next_ms - turned_wall_ms(NULL);
	}
	assert_true(a->ended);
}

static void fetch(struct asking *a)
{
	free(a->body);
	a->body = NULL;
	a->ended = false;
	a->r = (struct fetch_result){0};
	loop_call(a->s->h->loop, begin, a);
	if (!a->err)
		wait_for(a);
}

static void expect(struct asking *a, enum fetch_end end)
{
	fetch(a);
	assert_int_equal(a->err, ERR_NONE);
	if (a->r.end != end)
		fail_msg("%s: %s, not %s: %s", a->url, fetch_end_name(a->r.end),
			 fetch_end_name(end), a->r.text);
	assert_true((end == FETCH_OK || end == FETCH_UNCHANGED) == !a->r.text[0]);
}

/* "http://shop.test:PORT/path" */
static struct asking page(struct scene *s, const struct origin *o, const char *host,
			  const char *path)
{
	char url[300];

	snprintf(url, sizeof url, "http://%s:%d%s", host, o->port, path);
	return asking(s, url);
}

/* ---- tests --------------------------------------------------------------------------------- */

static const struct page shop[] = {
	{"/robots.txt", "200 OK\r\n\r\nUser-agent: *\nDisallow: /cart\nAllow: /\n"},
	{"/p/1", "304-if \"v1\"\n200 OK\r\nETag: \"v1\"\r\nContent-Type: text/html\r\n\r\nlamp"},
	{"/p/2", "200 OK\r\n\r\nvase"},
	{"/cart", "200 OK\r\n\r\nsecret"},
	{"/old", "301 Moved\r\nLocation: /p/2\r\n\r\n"},
	{"/to-cart", "302 Found\r\nLocation: /cart\r\n\r\n"},
	{"/loop", "302 Found\r\nLocation: /loop\r\n\r\n"},
	{"/to-file", "302 Found\r\nLocation: file:///etc/passwd\r\n\r\n"},
	{"/to-metadata", "302 Found\r\nLocation: http://169.254.169.254/latest\r\n\r\n"},
	{"/wall", "403 Forbidden\r\n\r\n<title>Access denied</title>"},
	{"/captcha", "200 OK\r\n\r\n<title>Robot Check</title>"},
	{"/busy", "429 Too Many\r\nRetry-After: 120\r\n\r\n"},
	{"/broken", "500 No\r\n\r\n"},
	{NULL, NULL},
};

static void page__is_fetched__after_robots_and_at_the_hosts_pace(void **state)
{
	struct scene s = scene_of(*state, "127.0.0.0/8");
	struct origin o;
	struct asking a;

	origin_start(&o, shop, &now_ms);
	a = page(&s, &o, "shop.test", "/p/2");
	expect(&a, FETCH_OK);
	assert_string_equal(a.body, "vase");
	assert_int_equal(a.r.status, 200);
	assert_string_equal(a.r.url, a.url);
	expect(&a, FETCH_OK);
	expect(&a, FETCH_OK);
	assert_int_equal(o.n, 4);
	assert_int_equal(asked(&o, "/robots.txt"), 1);
	assert_non_null(strstr(o.log[0], "GET /robots.txt "));
	assert_non_null(strstr(o.log[1], "User-Agent: SellerSmart/"));
	assert_non_null(strstr(o.log[1], " (+https://me.example/bot)\r\n"));
	assert_null(strstr(o.log[1], "Cookie"));
	for (int i = 1; i < o.n; i++) {
		int64_t gap = o.at_ms[i] - o.at_ms[i - 1];

		if (gap < 5000 || gap > 6250)
			fail_msg("request %d came after %lld ms", i, (long long)gap);
	}
	assert_int_equal(o.most_open, 1);
	free(a.body);
	scene_end(&s);
	origin_stop(&o);
}

static void page__that_robots_forbid__is_not_asked_for(void **state)
{
	struct scene s = scene_of(*state, "127.0.0.0/8");
	struct origin o;
	struct asking a;

	origin_start(&o, shop, &now_ms);
	a = page(&s, &o, "shop.test", "/cart");
	expect(&a, FETCH_DISALLOWED);
	assert_non_null(strstr(a.r.text, "line 2"));
	free(a.body);
	a = page(&s, &o, "shop.test", "/to-cart"); /* nor by a redirect */
	expect(&a, FETCH_DISALLOWED);
	assert_int_equal(asked(&o, "/cart"), 0);
	free(a.body);
	scene_end(&s);
	origin_stop(&o);
}

static void robots__that_answer_503__let_nothing_be_fetched(void **state)
{
	static const struct page closed[] = {
		{"/robots.txt", "503 Busy\r\n\r\n"}, {"/p", "200 OK\r\n\r\nx"}, {NULL, NULL}};
	struct scene s = scene_of(*state, "127.0.0.0/8");
	struct origin o;
	struct asking a;

	origin_start(&o, closed, &now_ms);
	a = page(&s, &o, "shop.test", "/p");
	for (int i = 0; i < 3; i++)
		expect(&a, FETCH_DISALLOWED);
	assert_int_equal(a.r.status, 503);
	assert_true(fetch_end_passes(a.r.end, a.r.status));
	assert_int_equal(asked(&o, "/p"), 0);
	assert_string_equal(facts_of_last(&s).robots, "refuses");
	free(a.body);
	scene_end(&s);
	origin_stop(&o);
}

static void robots__are_read_again__after_a_day(void **state)
{
	struct scene s = scene_of(*state, "127.0.0.0/8");
	struct origin o;
	struct asking a;

	origin_start(&o, shop, &now_ms);
	a = page(&s, &o, "shop.test", "/p/2");
	expect(&a, FETCH_OK);
	now_ms += 23 * 3600000;
	expect(&a, FETCH_OK);
	assert_int_equal(asked(&o, "/robots.txt"), 1);
	now_ms += 3600000;
	expect(&a, FETCH_OK);
	assert_int_equal(asked(&o, "/robots.txt"), 2);
	free(a.body);
	scene_end(&s);
	origin_stop(&o);
}

static void crawl_delay__is_kept(void **state)
{
	static const struct page slow[] = {
		{"/robots.txt", "200 OK\r\n\r\nUser-agent: *\nCrawl-delay: 30\n"},
		{"/p", "200 OK\r\n\r\nx"},
		{NULL, NULL}};
	struct scene s = scene_of(*state, "127.0.0.0/8");
	struct origin o;
	struct asking a;

	origin_start(&o, slow, &now_ms);
	a = page(&s, &o, "shop.test", "/p");
	expect(&a, FETCH_OK);
	expect(&a, FETCH_OK);
	assert_true(o.at_ms[1] - o.at_ms[0] >= 30000);
	assert_true(o.at_ms[2] - o.at_ms[1] >= 30000);
	free(a.body);
	scene_end(&s);
	origin_stop(&o);
}

static void page__fetched_before__is_asked_about(void **state)
{
	struct scene s = scene_of(*state, "127.0.0.0/8");
	struct origin o;
	struct asking a;

	origin_start(&o, shop, &now_ms);
	a = page(&s, &o, "shop.test", "/p/1");
	expect(&a, FETCH_OK);
	assert_false(a.r.from_cache);
	assert_string_equal(a.r.etag, "\"v1\"");
	expect(&a, FETCH_OK);
	assert_true(a.r.from_cache);
	assert_string_equal(a.body, "lamp");
	assert_string_equal(a.r.type, "text/html");
	assert_non_null(strstr(o.log[2], "If-None-Match: \"v1\"\r\n"));
	a.q.etag = "\"v1\""; /* the caller's own copy */
	expect(&a, FETCH_UNCHANGED);
	assert_string_equal(a.body, "");
	free(a.body);
	scene_end(&s);
	origin_stop(&o);
}

static void redirects__wait_for_their_turn__and_go_nowhere_else(void **state)
{
	struct scene s = scene_of(*state, "127.0.0.0/8");
	struct origin o;
	struct asking a;

	origin_start(&o, shop, &now_ms);
	a = page(&s, &o, "shop.test", "/old");
	expect(&a, FETCH_OK);
	assert_string_equal(a.body, "vase");
	assert_int_equal(a.r.redirects, 1);
	assert_non_null(strstr(a.r.url, "/p/2"));
	assert_true(o.at_ms[2] - o.at_ms[1] >= 5000);
	free(a.body);
	a = page(&s, &o, "shop.test", "/loop");
	expect(&a, FETCH_REDIRECT);
	assert_int_equal(asked(&o, "/loop"), 1 + FETCH_REDIRECTS);
	free(a.body);
	a = page(&s, &o, "shop.test", "/to-file");
	expect(&a, FETCH_REDIRECT);
	free(a.body);
	a = page(&s, &o, "shop.test", "/to-metadata");
	expect(&a, FETCH_PRIVATE);
	assert_non_null(strstr(a.r.text, "metadata"));
	free(a.body);
	scene_end(&s);
	origin_stop(&o);
}

static void private_address__gets_no_connection__without_an_exception(void **state)
{
	static const char *const hosts[] = {"shop.test", "127.0.0.1", "localhost",
					    "dual.test", "[::1]",     "[::ffff:127.0.0.1]"};
	struct scene s = scene_of(*state, "");
	struct origin o;

	origin_start(&o, shop, &now_ms);
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		struct asking a = page(&s, &o, hosts[i], "/p/2");

		expect(&a, FETCH_PRIVATE);
		assert_non_null(strstr(a.r.text, "loopback"));
		assert_false(fetch_end_passes(a.r.end, a.r.status));
		free(a.body);
	}
	assert_int_equal(o.n, 0);
	assert_int_equal(o.most_open, 0);
	scene_end(&s);
	origin_stop(&o);
}

static void name__that_changes_its_mind__is_judged_at_each_connection(void **state)
{
	struct scene s = scene_of(*state, "127.0.0.1/32"); /* count.test is .1, then .2 */
	struct origin o;
	struct asking a;

	origin_start(&o, shop, &now_ms);
	a = page(&s, &o, "brief.test", "/p/2");
	expect(&a, FETCH_OK);
	free(a.body);
	for (int i = 0; i < 3; i++) { /* of its addresses at most one is the allowed one */
		a = page(&s, &o, "count.test", "/p/2");
		fetch(&a);
		if (a.r.end == FETCH_OK)
			assert_int_equal(i, 0);
		free(a.body);
	}
	scene_end(&s);
	origin_stop(&o);
}

static void wall__is_blocked__and_opens_the_breaker(void **state)
{
	struct scene s = scene_of(*state, "127.0.0.0/8");
	struct origin o;
	struct asking a;
	struct host_facts h;

	origin_start(&o, shop, &now_ms);
	a = page(&s, &o, "shop.test", "/captcha");
	expect(&a, FETCH_BLOCKED);
	free(a.body);
	a = page(&s, &o, "shop.test", "/wall");
	expect(&a, FETCH_BLOCKED);
	expect(&a, FETCH_BLOCKED);
	h = facts_of_last(&s);
	assert_string_equal(h.breaker, "open");
	assert_int_equal(h.state, MANNERS_OPEN);
	assert_non_null(strstr(h.text, "does not let us in"));
	free(a.body);
	scene_end(&s);
	origin_stop(&o);
}

static void host__that_says_429__waits_as_long_as_it_asked_for(void **state)
{
	struct scene s = scene_of(*state, "127.0.0.0/8");
	struct origin o;
	struct asking a;

	origin_start(&o, shop, &now_ms);
	a = page(&s, &o, "shop.test", "/busy");
	expect(&a, FETCH_STATUS);
	assert_int_equal(a.r.status, 429);
	assert_int_equal(a.r.retry_after_ms, 120000);
	assert_true(fetch_end_passes(a.r.end, a.r.status));
	a.q.wait_ms = 60000;
	expect(&a, FETCH_NOT_YET);
	assert_true(a.r.due_ms >= turned_wall_ms(NULL) + 100000);
	a.q.wait_ms = -1;
	expect(&a, FETCH_STATUS);
	assert_true(o.at_ms[2] - o.at_ms[1] >= 120000);
	free(a.body);
	scene_end(&s);
	origin_stop(&o);
}

struct resetting {
	struct scene *s;
	char name[300];
	enum err err;
};

static void reset(void *arg)
{
	struct resetting *r = arg;
	struct error e = {0};

	r->err = fetcher_reset(r->s->f, r->name, &e);
}

static void dead_host__keeps_only_its_own_queue__and_can_be_reset(void **state)
{
	struct scene s = scene_of(*state, "127.0.0.0/8");
	struct origin o, gone;
	struct asking live, dead;
	struct resetting r = {.s = &s};

	origin_start(&o, shop, &now_ms);
	origin_start(&gone, shop, &now_ms);
	origin_stop(&gone);
	for (int i = 0; i < 6; i++) {
		dead = page(&s, &gone, "dead.test", "/p/2");
		loop_call(s.h->loop, begin, &dead);
		live = page(&s, &o, "shop.test", "/p/2");
		expect(&live, FETCH_OK);
		free(live.body);
		wait_for(&dead);
		assert_int_equal(dead.r.end, FETCH_NO_ANSWER);
		free(dead.body);
	}
	snprintf(r.name, sizeof r.name, "dead.test:%d", gone.port);
	live = page(&s, &o, "shop.test", "/p/2");
	loop_call(s.h->loop, reset, &r);
	assert_int_equal(r.err, ERR_NONE);
	snprintf(r.name, sizeof r.name, "other.test");
	loop_call(s.h->loop, reset, &r);
	assert_int_equal(r.err, ERR_NOT_FOUND);
	scene_end(&s);
	origin_stop(&o);
}

static void live_host__keeps_its_pace__beside_a_dead_one(void **state)
{
	struct scene s = scene_of(*state, "127.0.0.0/8");
	struct origin o, gone;
	struct asking dead, live[4];

	origin_start(&o, shop, &now_ms);
	origin_start(&gone, shop, &now_ms);
	origin_stop(&gone);
	dead = page(&s, &gone, "dead.test", "/p/2");
	loop_call(s.h->loop, begin, &dead);
	for (int i = 0; i < 4; i++) {
		live[i] = page(&s, &o, "shop.test", "/p/2");
		loop_call(s.h->loop, begin, &live[i]);
	}
	for (int i = 0; i < 4; i++) {
		wait_for(&live[i]);
		assert_int_equal(live[i].r.end, FETCH_OK);
		free(live[i].body);
	}
	wait_for(&dead);
	free(dead.body);
	for (int i = 1; i < o.n; i++)
		assert_true(o.at_ms[i] - o.at_ms[i - 1] <= 6250 &&
			    o.at_ms[i] - o.at_ms[i - 1] >= 5000);
	scene_end(&s);
	origin_stop(&o);
}

static void budget__that_is_spent__waits_for_the_next_day(void **state)
{
	struct scene s = scene_of(*state, "127.0.0.0/8");
	struct origin o;
	struct asking a;

	origin_start(&o, shop, &now_ms);
	a = page(&s, &o, "shop.test", "/p/2");
	a.q.budget = 2;
	expect(&a, FETCH_OK); /* robots.txt is the first of the two */
	a.q.wait_ms = 3600000;
	expect(&a, FETCH_NOT_YET);
	assert_int_equal(a.r.due_ms % 86400000, 0);
	assert_int_equal(facts_of_last(&s).state, MANNERS_SPENT);
	free(a.body);
	scene_end(&s);
	origin_stop(&o);
}

static void answer__without_end_or_sense__is_bounded(void **state)
{
	static const struct {
		const char *path;
		enum fetch_end end;
	} cases[] = {{"/endless-chunks", FETCH_TOO_LARGE},
		     {"/gzip-bomb", FETCH_TOO_LARGE},
		     {"/endless-headers", FETCH_NO_ANSWER},
		     {"/not-http", FETCH_NO_ANSWER},
		     {"/reset", FETCH_NO_ANSWER},
		     {"/redirect-file", FETCH_REDIRECT},
		     {"/hang", FETCH_TIMEOUT}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct scene s = scene_of(*state, "127.0.0.0/8");
		struct asking a;
		char url[200];

		snprintf(url, sizeof url, "http://shop.test:%d%s", fake_port(&s.h->web, "http"),
			 cases[i].path);
		a = asking(&s, url);
		a.q.body_max = 100000;
		a.q.timeout_ms = cases[i].end == FETCH_TIMEOUT ? 300 : 0;
		expect(&a, cases[i].end);
		assert_true(a.r.len == 0);
		free(a.body);
		scene_end(&s);
	}
}

static void cancel(void *arg)
{
	struct asking *a = arg;

	fetch_cancel(a->x);
	assert_true(a->ended);
}

static void fetch__cancelled_anywhere__is_told_once(void **state)
{
	struct scene s = scene_of(*state, "127.0.0.0/8");
	struct asking a[3];
	char url[200];

	snprintf(url, sizeof url, "http://shop.test:%d/hang", fake_port(&s.h->web, "http"));
	for (int i = 0; i < 3; i++) {
		a[i] = asking(&s, url);
		loop_call(s.h->loop, begin, &a[i]);
	}
	loop_call(s.h->loop, cancel, &a[1]);
	assert_int_equal(a[1].r.end, FETCH_CANCELLED);
	free(a[1].body);
	scene_end(&s); /* the others end with it */
	assert_int_equal(a[0].r.end, FETCH_CANCELLED);
	assert_int_equal(a[2].r.end, FETCH_CANCELLED);
	free(a[0].body);
	free(a[2].body);
}

static void url__that_is_none__starts_nothing(void **state)
{
	struct scene s = scene_of(*state, "127.0.0.0/8");
	static const char *const wrong[] = {"", "ftp://shop.test/", "file:///etc/passwd",
					    "http://a@shop.test/", "http://127.1/"};

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct asking a = asking(&s, wrong[i]);

		fetch(&a);
		assert_int_equal(a.err, ERR_INVALID);
	}
	scene_end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page__is_fetched__after_robots_and_at_the_hosts_pace),
		cmocka_unit_test(page__that_robots_forbid__is_not_asked_for),
		cmocka_unit_test(robots__that_answer_503__let_nothing_be_fetched),
		cmocka_unit_test(robots__are_read_again__after_a_day),
		cmocka_unit_test(crawl_delay__is_kept),
		cmocka_unit_test(page__fetched_before__is_asked_about),
		cmocka_unit_test(redirects__wait_for_their_turn__and_go_nowhere_else),
		cmocka_unit_test(private_address__gets_no_connection__without_an_exception),
		cmocka_unit_test(name__that_changes_its_mind__is_judged_at_each_connection),
		cmocka_unit_test(wall__is_blocked__and_opens_the_breaker),
		cmocka_unit_test(host__that_says_429__waits_as_long_as_it_asked_for),
		cmocka_unit_test(dead_host__keeps_only_its_own_queue__and_can_be_reset),
		cmocka_unit_test(live_host__keeps_its_pace__beside_a_dead_one),
		cmocka_unit_test(budget__that_is_spent__waits_for_the_next_day),
		cmocka_unit_test(answer__without_end_or_sense__is_bounded),
		cmocka_unit_test(fetch__cancelled_anywhere__is_told_once),
		cmocka_unit_test(url__that_is_none__starts_nothing),
	};
	return cmocka_run_group_tests(tests, harness_setup, harness_teardown);
}
