#include "tests/unit/daemon/http/fixture.h"

#define HOST "Host: localhost\r\n"

static int start(void **state)
{
	struct fixture *f = mem_zalloc(sizeof *f);

	fixture_start(f, fixture_options());
	*state = f;
	return 0;
}

static int stop(void **state)
{
	fixture_stop(*state);
	free(*state);
	return 0;
}

static void expect(struct fixture *f, const char *request, int status, const char *body)
{
	struct buf in = ask(f, request, body);

	if (status_of(buf_str(&in)) != status)
		fail_msg("wanted %d: %s", status, buf_str(&in));
	buf_fini(&in);
}

static void get__answers_with_length_and_id(void **state)
{
	struct buf in = ask(*state, "GET /hello HTTP/1.1\r\n" HOST "X-Request-ID: abc.1\r\n\r\n",
			    "{\"hello\":true}");

	assert_int_equal(status_of(buf_str(&in)), 200);
	assert_non_null(strstr(buf_str(&in), "Content-Length: 14\r\n"));
	assert_non_null(strstr(buf_str(&in), "X-Request-ID: abc.1\r\n"));
	assert_non_null(strstr(buf_str(&in), "Date: "));
	buf_fini(&in);
}

static void request_id__unsafe__replaced_by_ours(void **state)
{
	struct buf in =
		ask(*state, "GET /hello HTTP/1.1\r\n" HOST "X-Request-ID: a b<c\r\n\r\n", "true}");
	const char *id = strstr(buf_str(&in), "X-Request-ID: ");

	assert_non_null(id);
	assert_int_equal(strcspn(id + 14, "\r"), 16);
	buf_fini(&in);
}

static void head__has_length_but_no_body(void **state)
{
	struct buf in =
		ask(*state, "HEAD /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", NULL);

	assert_int_equal(status_of(buf_str(&in)), 200);
	assert_non_null(strstr(buf_str(&in), "Content-Length: 14\r\n"));
	assert_null(strstr(buf_str(&in), "hello\":"));
	buf_fini(&in);
}

static void routes__fixed_word_before_parameter(void **state)
{
	expect(*state, "POST /things/create HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nhi", 200,
	       "hi");
	expect(*state, "GET /things/create HTTP/1.1\r\n" HOST "\r\n", 200,
	       "GET|/things/create|create");
	expect(*state, "GET /nothing HTTP/1.1\r\n" HOST "\r\n", 404, "not_found");
	expect(*state, "GET /things/ HTTP/1.1\r\n" HOST "\r\n", 404, "not_found");
	expect(*state, "PUT /things/x HTTP/1.1\r\n" HOST "\r\n", 405, "\"method\"");
}

static void method_refused__says_which_are_possible(void **state)
{
	struct buf in = ask(*state, "PATCH /things/x HTTP/1.1\r\n" HOST "\r\n", "\"method\"");

	assert_non_null(strstr(buf_str(&in), "Allow: "));
	assert_non_null(strstr(buf_str(&in), "GET"));
	assert_non_null(strstr(buf_str(&in), "DELETE"));
	buf_fini(&in);
}

static void target__decoded_for_handlers(void **state)
{
	expect(*state,
	       "GET /things/a%20b?x=1&filter%5Bstate%5D=d%6Fwn+1 HTTP/1.1\r\n" HOST
	       "x-TEST:  v  \r\n\r\n",
	       200, "GET|/things/a b|a b|down 1|v");
	expect(*state, "GET /things/x?filter[state]= HTTP/1.1\r\n" HOST "\r\n", 200, "|x||-");
	expect(*state, "GET /things/%zz HTTP/1.1\r\n" HOST "\r\n", 400, "percent");
	expect(*state, "GET /things/%00 HTTP/1.1\r\n" HOST "\r\n", 400, "percent");
	expect(*state, "GET /things/%ff HTTP/1.1\r\n" HOST "\r\n", 400, "percent");
	expect(*state, "GET /things/x?a=%1b[2J HTTP/1.1\r\n" HOST "\r\n", 400, "query");
}

static void pipeline__answered_in_order(void **state)
{
	struct buf in = ask(*state,
			    "GET /hello HTTP/1.1\r\n" HOST "\r\n"
			    "POST /work HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nfirst"
			    "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
			    "3\r\nsec\r\n3\r\nond\r\n0\r\n\r\n"
			    "GET /nothing HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"
			    "GET /hello HTTP/1.1\r\n" HOST "\r\n",
			    NULL);
	const char *one = strstr(buf_str(&in), "hello\":true"),
		   *two = strstr(buf_str(&in), "first"), *three = strstr(buf_str(&in), "second"),
		   *four = strstr(buf_str(&in), "404");

	assert_true(one && two > one && three > two && four > three);
	assert_null(strstr(four, "hello"));
	buf_fini(&in);
}

static void pipeline__of_hundreds_through_workers(void **state)
{
	static const char request[] = "GET /worker HTTP/1.1\r\n" HOST "\r\n";
	struct fixture *f = *state;
	struct buf in = BUF_INIT(8 << 20);
	int fd = dial(f), n = 300;

	for (int i = 0; i < n; i++) {
		put_bytes(fd, request, sizeof request - 1);
		if (i % 100 == 99)
			get_until(fd, &in, NULL, 0);
	}
	put(fd, "GET /nothing HTTP/1.1\r\n" HOST "\r\n");
	get_until(fd, &in, "not_found", FIXTURE_DEADLINE_MS);
	assert_int_equal(atomic_load(&f->handled), n);
	close(fd);
	buf_fini(&in);
}

static void expect_continue__is_answered_before_the_body(void **state)
{
	struct fixture *f = *state;
	struct buf in = BUF_INIT(65536);
	int fd = dial(f);

	put(fd, "POST /echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n");
	get_until(fd, &in, "100 Continue\r\n\r\n", FIXTURE_DEADLINE_MS);
	assert_int_equal(atomic_load(&f->handled), 0);
	put(fd, "body");
	get_until(fd, &in, "\r\n\r\nbody", FIXTURE_DEADLINE_MS);
	assert_non_null(strstr(buf_str(&in), "HTTP/1.1 200"));
	close(fd);
	buf_fini(&in);
	expect(f,
	       "PUT /small HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 17\r\n\r\n",
	       413, "too_large");
	expect(f,
	       "POST /nothing HTTP/1.1\r\n" HOST
	       "Expect: 100-continue\r\nContent-Length: 17\r\n\r\n",
	       404, "not_found");
	expect(f, "POST /echo HTTP/1.1\r\n" HOST "Expect: tea\r\nContent-Length: 17\r\n\r\n", 417,
	       "expectation");
}

static void limits__of_body_head_fields_and_target(void **state)
{
	struct buf text = BUF_INIT(4 << 20);

	expect(*state, "PUT /small HTTP/1.1\r\n" HOST "Content-Length: 16\r\n\r\n0123456789abcdef",
	       200, "9abcdef");
	expect(*state, "PUT /small HTTP/1.1\r\n" HOST "Content-Length: 17\r\n\r\n", 413,
	       "too_large");
	expect(*state,
	       "PUT /small HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
	       "11\r\n01234567890123456\r\n",
	       413, "too_large");

	buf_add_str(&text, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3000000\r\n\r\n");
	for (int i = 0; i < 300000; i++)
		buf_add_str(&text, "0123456789");
	expect(*state, buf_str(&text), 413, "too_large");

	buf_reset(&text);
	buf_add_str(&text, "GET /hello HTTP/1.1\r\n" HOST);
	for (int i = 0; i < 100; i++)
		buf_printf(&text, "X%d: y\r\n", i);
	buf_add_str(&text, "\r\n");
	expect(*state, buf_str(&text), 431, "too_large");

	buf_reset(&text);
	buf_add_str(&text, "GET /hello HTTP/1.1\r\n" HOST "X: ");
	for (int i = 0; i < 100000; i++)
		buf_add_str(&text, "0123456789");
	expect(*state, buf_str(&text), 431, "too_large");

	buf_reset(&text);
	buf_add_str(&text, "GET /");
	for (int i = 0; i < 100000; i++)
		buf_add_str(&text, "0123456789");
	expect(*state, buf_str(&text), 414, "too_large");
	buf_fini(&text);
}

static void if_none_match__answers_304(void **state)
{
	struct buf in;

	expect(*state, "GET /tagged HTTP/1.1\r\n" HOST "If-None-Match: \"6\"\r\n\r\n", 200,
	       "tagged");
	in = ask(*state,
		 "GET /tagged HTTP/1.1\r\n" HOST
		 "If-None-Match: \"1\", W/\"7\"\r\nConnection: close\r\n\r\n",
		 NULL);
	assert_int_equal(status_of(buf_str(&in)), 304);
	assert_non_null(strstr(buf_str(&in), "ETag: \"7\""));
	assert_null(strstr(buf_str(&in), "tagged"));
	buf_fini(&in);
}

static void big_answer__to_a_slow_reader_arrives_whole(void **state)
{
	struct buf in = ask(*state, "GET /big HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", NULL);
	const char *body = strstr(buf_str(&in), "\r\n\r\n");

	assert_non_null(body);
	assert_int_equal(in.len - (size_t)(body + 4 - in.data), 4000000);
	buf_fini(&in);
}

static void half_closed_peer__still_gets_its_answer(void **state)
{
	struct buf in = BUF_INIT(65536);
	int fd = dial(*state);

	put(fd, "GET /worker HTTP/1.1\r\n" HOST "\r\nGET /hello HTTP/1.1\r\n" HOST "\r\n");
	shutdown(fd, SHUT_WR);
	assert_false(get_until(fd, &in, NULL, FIXTURE_DEADLINE_MS));
	assert_non_null(strstr(strstr(buf_str(&in), "hello") + 1, "hello"));
	close(fd);
	buf_fini(&in);
}

static void put_off__finished_from_another_thread(void **state)
{
	struct fixture *f = *state;
	struct buf in = BUF_INIT(65536);
	int fd = dial(f);
	struct request *r;

	put(fd, "POST /later HTTP/1.1\r\n" HOST "\r\nGET /hello HTTP/1.1\r\n" HOST "\r\n");
	wait_for(&f->handled, 1);
	r = atomic_load(&f->put_off);
	buf_add_str(reply_body(r), "at last");
	request_finish(r, 201);
	get_until(fd, &in, "hello", FIXTURE_DEADLINE_MS);
	assert_int_equal(status_of(buf_str(&in)), 201);
	assert_non_null(strstr(buf_str(&in), "at last"));
	close(fd);
	buf_fini(&in);
}

static void nothing(void *arg)
{
}

static void put_off__peer_gone__finishing_is_harmless(void **state)
{
	struct fixture *f = *state;
	struct http_stats stats;
	struct request *r;
	int64_t deadline = thread_now_us() + FIXTURE_DEADLINE_MS * INT64_C(1000);
	int fd = dial(f);

	put(fd, "POST /later HTTP/1.1\r\n" HOST "\r\n");
	wait_for(&f->handled, 1);
	close(fd);
	r = atomic_load(&f->put_off);
	buf_add_str(reply_body(r), "to nobody");
	request_finish(r, 200);
	do {
		loop_call(f->loop, nothing, NULL);
		http_stats(f->server, &stats);
	} while (stats.connections && thread_now_us() < deadline);
	assert_int_equal(stats.connections, 0);
}

static void idle_and_slow_connections__are_ended(void **state)
{
	struct fixture f;
	struct http_options o = fixture_options();
	struct buf in = BUF_INIT(65536);
	int64_t start_us;
	int idle, fd;
	bool cut = false;

	o.head_timeout_ms = 300;
	o.body_timeout_ms = 300;
	o.idle_timeout_ms = 200;
	fixture_start(&f, o);
	idle = dial(&f);
	assert_false(get_until(idle, &in, NULL, FIXTURE_DEADLINE_MS));
	assert_int_equal(in.len, 0);
	close(idle);

	/* A byte each 20 ms does not put the deadline off. */
	fd = dial(&f);
	start_us = thread_now_us();
	for (int i = 0; i < 400 && !cut; i++) {
		put_bytes(fd, &"GET /hello HTTP/1.1\r\nX: aaaaaaaaaaaaaaaaa"[i < 30 ? i : 30], 1);
		cut = !get_until(fd, &in, "HTTP/1.1 408", 20) || strstr(buf_str(&in), " 408 ");
	}
	assert_true(cut);
	assert_in_range(thread_now_us() - start_us, 250000, 3000000);
	get_until(fd, &in, NULL, FIXTURE_DEADLINE_MS);
	assert_int_equal(status_of(buf_str(&in)), 408);
	close(fd);

	buf_reset(&in);
	fd = dial(&f);
	put(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\nabc");
	get_until(fd, &in, "408", FIXTURE_DEADLINE_MS);
	assert_int_equal(status_of(buf_str(&in)), 408);
	close(fd);
	buf_fini(&in);
	fixture_stop(&f);
}

static void connections_max__further_ones_are_told(void **state)
{
	struct fixture f;
	struct http_options o = fixture_options();
	struct buf in = BUF_INIT(65536);
	int fds[4], fd;

	o.connections_max = 4;
	fixture_start(&f, o);
	for (int i = 0; i < 4; i++) {
		fds[i] = dial(&f);
		put(fds[i], "GET /hello HTTP/1.1\r\n" HOST "\r\n");
		get_until(fds[i], &in, "hello", FIXTURE_DEADLINE_MS);
		buf_reset(&in);
	}
	fd = dial(&f);
	assert_false(get_until(fd, &in, NULL, FIXTURE_DEADLINE_MS));
	assert_int_equal(status_of(buf_str(&in)), 503);
	assert_int_equal(strlen(strstr(buf_str(&in), "\r\n\r\n") + 4),
			 atoi(strstr(buf_str(&in), "Content-Length: ") + 16));
	close(fd);
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	buf_fini(&in);
	fixture_stop(&f);
}

static int dial_tcp(const struct fixture *f)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)f->port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

static void tcp_expect(const struct fixture *f, const char *request, int status)
{
	struct buf in = BUF_INIT(65536);
	int fd = dial_tcp(f);

	put(fd, request);
	get_until(fd, &in, "}", FIXTURE_DEADLINE_MS);
	if (status_of(buf_str(&in)) != status)
		fail_msg("wanted %d: %s", status, buf_str(&in));
	close(fd);
	buf_fini(&in);
}

static void tcp__refuses_foreign_names_and_pages(void **state)
{
	struct fixture *f = *state;

	tcp_expect(f, "GET /hello HTTP/1.1\r\nHost: localhost:8420\r\n\r\n", 200);
	tcp_expect(f, "GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 200);
	tcp_expect(f, "GET /hello HTTP/1.1\r\nHost: [::1]:1\r\n\r\n", 200);
	tcp_expect(f, "GET /hello HTTP/1.1\r\nHost: shop.example\r\n\r\n", 403);
	tcp_expect(f, "GET /hello HTTP/1.1\r\nHost: localhost.shop.example\r\n\r\n", 403);
	tcp_expect(f, "GET /hello HTTP/1.1\r\nHost: localhost:8.example\r\n\r\n", 403);
	tcp_expect(f, "GET /public HTTP/1.1\r\nHost: shop.example\r\n\r\n", 200);
	tcp_expect(f, "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n}", 200);
	tcp_expect(f,
		   "POST /echo HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n"
		   "Content-Length: 1\r\n\r\n}",
		   403);
	tcp_expect(f, "GET /hello HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n\r\n", 200);
}

/* Root is always let in: as root the request is made by a child that is somebody of root's group.
 */
static void unix_peer__not_the_owner__reads_only(void **state)
{
	struct fixture f;
	struct http_options o = fixture_options();
	int status = -1;
	pid_t child;

	o.owner_uid = getuid() + 1;
	fixture_start(&f, o);
	assert_int_equal(chmod(f.dir, 0755), 0);
	child = fork();
	if (!child) {
		struct buf get, delete;

		if (getuid() == 0 && setuid(65534))
			_exit(1);
		get = ask(&f, "GET /hello HTTP/1.1\r\n" HOST "\r\n", "}");
		delete = ask(&f, "DELETE /things/x HTTP/1.1\r\n" HOST "\r\n", "}");
		_exit(status_of(buf_str(&get)) == 200 && status_of(buf_str(&delete)) == 403 ? 0
											    : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(atomic_load(&f.handled), 1);
	fixture_stop(&f);
}

static void listening__says_what_is_wrong(void **state)
{
	struct fixture *f = *state;
	struct error e = {0};
	char path[200];
	int port = 0;

	assert_int_equal(http_listen_unix(f->server, f->path, &e), ERR_LOCKED);
	memset(path, 'x', sizeof path);
	path[sizeof path - 1] = '\0';
	assert_int_equal(http_listen_unix(f->server, path, &e), ERR_CONFIG);
	assert_non_null(strstr(e.text, "199"));
	assert_int_equal(http_listen_unix(f->server, "/dev/null", &e), ERR_CONFIG);
	assert_int_equal(http_listen_unix(f->server, "/nowhere/at/all", &e), ERR_IO);
	assert_int_equal(http_listen_tcp(f->server, "0.0.0.0:0", &port, &e), ERR_CONFIG);
	assert_int_equal(http_listen_tcp(f->server, "192.0.2.1:80", &port, &e), ERR_CONFIG);
	assert_int_equal(http_listen_tcp(f->server, "[::]:80", &port, &e), ERR_CONFIG);
	assert_int_equal(http_listen_tcp(f->server, "127.0.0.1", &port, &e), ERR_CONFIG);
	assert_int_equal(http_listen_tcp(f->server, "127.0.0.1:99999", &port, &e), ERR_CONFIG);
	assert_int_equal(http_listen_fd(f->server, 0, &e), ERR_CONFIG);
}

static void listening__replaces_a_dead_socket_only(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	struct error e = {0};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(a.sun_path, sizeof a.sun_path, "%s/dead", f->dir);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	close(fd);
	assert_int_equal(http_listen_unix(f->server, a.sun_path, &e), 0);
	assert_int_equal(http_listen_unix(f->server, a.sun_path, &e), ERR_LOCKED);
	fixture_stop(f);
	assert_int_equal(access(a.sun_path, F_OK), -1);
	fixture_start(f, fixture_options());
}

struct start {
	struct fixture *f;
	pthread_barrier_t *together;
	const char *path;
	enum err rc;
};

static void *start_listening(void *arg)
{
	struct start *s = arg;
	struct error e = {0};

	pthread_barrier_wait(s->together);
	s->rc = http_listen_unix(s->f->server, s->path, &e);
	return NULL;
}

/* Two daemons that find the same dead socket at the same moment. */
static void listening__at_once__has_one_winner(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	for (int round = 0; round < 50; round++) {
		pthread_barrier_t together;
		pthread_t threads[2];
		struct start starts[2];
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);

		snprintf(a.sun_path, sizeof a.sun_path, "%s/both", f->dir);
		assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
		close(fd);
		pthread_barrier_init(&together, NULL, 2);
		for (int i = 0; i < 2; i++) {
			starts[i] = (struct start){f, &together, a.sun_path, ERR_NONE};
			pthread_create(&threads[i], NULL, start_listening, &starts[i]);
		}
		for (int i = 0; i < 2; i++)
			pthread_join(threads[i], NULL);
		pthread_barrier_destroy(&together);
		assert_true((starts[0].rc == ERR_NONE) != (starts[1].rc == ERR_NONE));
		assert_int_equal(starts[0].rc + starts[1].rc, ERR_LOCKED);
		fd = socket(AF_UNIX, SOCK_STREAM, 0);
		assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
		close(fd);
		fixture_stop(f);
		fixture_start(f, fixture_options());
	}
}

static void stream_more(void *arg)
{
	struct fixture *f = arg;

	stream_send_copy(atomic_load(&f->stream), "data: more\n\n", 12);
}

static void stream__sends_until_the_peer_goes(void **state)
{
	struct fixture *f = *state;
	struct buf in = BUF_INIT(65536);
	int fd = dial(f);
	struct http_stats stats;

	put(fd, "GET /events HTTP/1.1\r\n" HOST "\r\n");
	get_until(fd, &in, ": hi", FIXTURE_DEADLINE_MS);
	assert_non_null(strstr(buf_str(&in), "text/event-stream"));
	http_stats(f->server, &stats);
	assert_int_equal(stats.streams, 1);
	loop_call(f->loop, stream_more, f);
	get_until(fd, &in, "data: more\n\n", FIXTURE_DEADLINE_MS);
	close(fd);
	wait_for(&f->closed_streams, 1);
	buf_fini(&in);
}

struct flood {
	struct fixture *f;
	size_t taken, drained_after;
	bool refused;
	atomic_int drained;
};

static void on_drain(void *arg)
{
	struct flood *flood = arg;

	atomic_fetch_add(&flood->drained, 1);
}

static void flood_stream(void *arg)
{
	struct flood *flood = arg;
	struct http_stream *st = atomic_load(&flood->f->stream);
	char block[4096];

	memset(block, 'x', sizeof block);
	for (int i = 0; i < 10000 && !flood->refused; i++) {
		flood->refused = !stream_send_copy(st, block, sizeof block);
		if (!flood->refused)
			flood->taken += sizeof block;
	}
	stream_on_drain(st, on_drain, flood);
}

static void stream__slow_reader__bounded_and_told_when_drained(void **state)
{
	struct fixture *f = *state;
	struct flood flood = {.f = f};
	struct buf in = BUF_INIT(64 << 20);
	int fd = dial(f);

	put(fd, "GET /events HTTP/1.1\r\n" HOST "\r\n");
	get_until(fd, &in, ": hi\n\n", FIXTURE_DEADLINE_MS);
	buf_reset(&in);
	loop_call(f->loop, flood_stream, &flood);
	assert_true(flood.refused);
	assert_true(flood.taken < 1 << 20); /* the kernel's buffer and ours */
	while (in.len < flood.taken)
		assert_true(get_until(fd, &in, NULL, 1));
	wait_for(&flood.drained, 1);
	assert_int_equal(in.len, flood.taken);
	close(fd);
	buf_fini(&in);
}

static void streams_max__further_ones_are_told(void **state)
{
	struct fixture f;
	struct http_options o = fixture_options();
	struct buf in = BUF_INIT(65536);
	int fd;

	o.streams_max = 1;
	fixture_start(&f, o);
	fd = dial(&f);
	put(fd, "GET /events HTTP/1.1\r\n" HOST "\r\n");
	get_until(fd, &in, ": hi", FIXTURE_DEADLINE_MS);
	expect(&f, "GET /events HTTP/1.1\r\n" HOST "\r\n", 503, "busy");
	close(fd);
	buf_fini(&in);
	fixture_stop(&f);
}

static void stop__with_everything_open__ends_in_time(void **state)
{
	struct fixture f;
	struct buf in = BUF_INIT(65536);
	int idle, stream, half, later;
	int64_t start_us;

	fixture_start(&f, fixture_options());
	idle = dial(&f);
	stream = dial(&f);
	half = dial(&f);
	later = dial(&f);
	put(stream, "GET /events HTTP/1.1\r\n" HOST "\r\n");
	get_until(stream, &in, ": hi", FIXTURE_DEADLINE_MS);
	put(half, "GET /hel");
	put(later, "POST /later HTTP/1.1\r\n" HOST "\r\n");
	wait_for(&f.handled, 1);
	start_us = thread_now_us();
	http_stop(f.server, 200);
	assert_true(thread_now_us() - start_us < 3000000);
	request_finish(atomic_load(&f.put_off), 200);
	fixture_stop(&f);
	assert_int_equal(atomic_load(&f.closed_streams), 1);
	close(idle);
	close(stream);
	close(half);
	close(later);
	buf_fini(&in);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(get__answers_with_length_and_id),
		TEST(request_id__unsafe__replaced_by_ours),
		TEST(head__has_length_but_no_body),
		TEST(routes__fixed_word_before_parameter),
		TEST(method_refused__says_which_are_possible),
		TEST(target__decoded_for_handlers),
		TEST(pipeline__answered_in_order),
		TEST(pipeline__of_hundreds_through_workers),
		TEST(expect_continue__is_answered_before_the_body),
		TEST(limits__of_body_head_fields_and_target),
		TEST(if_none_match__answers_304),
		TEST(big_answer__to_a_slow_reader_arrives_whole),
		TEST(half_closed_peer__still_gets_its_answer),
		TEST(put_off__finished_from_another_thread),
		TEST(put_off__peer_gone__finishing_is_harmless),
		cmocka_unit_test(idle_and_slow_connections__are_ended),
		cmocka_unit_test(connections_max__further_ones_are_told),
		TEST(tcp__refuses_foreign_names_and_pages),
		cmocka_unit_test(unix_peer__not_the_owner__reads_only),
		TEST(listening__says_what_is_wrong),
		TEST(listening__replaces_a_dead_socket_only),
		TEST(listening__at_once__has_one_winner),
		TEST(stream__sends_until_the_peer_goes),
		TEST(stream__slow_reader__bounded_and_told_when_drained),
		cmocka_unit_test(streams_max__further_ones_are_told),
		cmocka_unit_test(stop__with_everything_open__ends_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
