#include "../checks/harness.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

#include "daemon/core/thread.h"
#include "daemon/net/send.h"
#include "shared/mem.h"

/* ---- a server that says what it is told to, and keeps what it hears ------------------------ */

struct talker {
	int listener, port;
	pthread_t thread;
	bool is_mail;
	const char *answer;    /* HTTP: the whole answer; NULL: never one */
	const char *refuse[2]; /* mail: a recipient and what it is answered */
	const char *greeting;  /* mail */
	bool no_goodbye;       /* mail: QUIT is not answered */
	atomic_int connections;
	char heard[256 * 1024]; /* read after the thread has ended */
	size_t n_heard;
};

static ssize_t hear(struct talker *t, int fd)
{
	ssize_t n = recv(fd, t->heard + t->n_heard, sizeof t->heard - 1 - t->n_heard, 0);

	if (n > 0)
		t->n_heard += (size_t)n;
	t->heard[t->n_heard] = '\0';
	return n;
}

static void say(int fd, const char *text)
{
	size_t n = strlen(text);

	while (n) {
		ssize_t sent = send(fd, text, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return;
		text += sent;
		n -= (size_t)sent;
	}
}

static void talk_http(struct talker *t, int fd)
{
	for (;;) {
		size_t from = t->n_heard;
		const char *length, *end;
		size_t body;

		while (!(end = strstr(t->heard + from, "\r\n\r\n"))) {
			if (hear(t, fd) <= 0)
				return;
		}
		length = strstr(t->heard + from, "Content-Length: ");
		body = length ? strtoul(length + 16, NULL, 10) : 0;
		while (strlen(end + 4) < body) {
			if (hear(t, fd) <= 0)
				return;
		}
		if (t->answer)
			say(fd, t->answer);
	}
}

static void mail_line(struct talker *t, int fd, const char *line)
{
	if (!strncmp(line, "EHLO", 4))
		say(fd, "250-mail.test\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n");
	else if (!strncmp(line, "AUTH", 4))
		say(fd, "334 \r\n");
	else if (!strcmp(line, "AG1lAHB3")) /* me, pw */
		say(fd, "235 2.7.0 welcome\r\n");
	else if (t->refuse[0] && !strncmp(line, "RCPT", 4) && strstr(line, t->refuse[0]))
		say(fd, t->refuse[1]);
	else if (!strncmp(line, "DATA", 4))
		say(fd, "354 go on\r\n");
	else if (!strncmp(line, "QUIT", 4) && !t->no_goodbye)
		say(fd, "221 bye\r\n");
	else if (strncmp(line, "QUIT", 4) != 0)
		say(fd, "250 2.1.0 fine\r\n");
}

static void talk_mail(struct talker *t, int fd)
{
	bool in_data = false;
	size_t at = t->n_heard;

	say(fd, t->greeting ? t->greeting : "220 mail.test\r\n");
	while (hear(t, fd) > 0) {
		char *end;

		while ((end = strstr(t->heard + at, "\r\n"))) {
			char line[1024];

			snprintf(line, sizeof line, "%.*s", (int)(end - t->heard - (int)at),
				 t->heard + at);
			at = (size_t)(end - t->heard) + 2;
			if (in_data && strcmp(line, ".") != 0)
				continue;
			if (in_data)
				say(fd, "250 2.0.0 queued as 4711\r\n");
			else
				mail_line(t, fd, line);
			in_data = !in_data && !strncmp(line, "DATA", 4);
		}
	}
}

static void *talk(void *arg)
{
	struct talker *t = arg;
	int fd;

	while ((fd = accept(t->listener, NULL, NULL)) >= 0) {
		atomic_fetch_add(&t->connections, 1);
		if (t->is_mail)
			talk_mail(t, fd);
		else
			talk_http(t, fd);
		close(fd);
	}
	return NULL;
}

static void talker_start(struct talker *t)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof a;
	struct error e;

	t->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(t->listener, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(t->listener, 16), 0);
	getsockname(t->listener, (struct sockaddr *)&a, &len);
	t->port = ntohs(a.sin_port);
	assert_int_equal(thread_start(&t->thread, "talker", THREAD_STACK_SMALL, talk, t, &e), 0);
}

/* After the sender let go of its connections. */
static void talker_stop(struct talker *t)
{
	shutdown(t->listener, SHUT_RDWR);
	pthread_join(t->thread, NULL);
	close(t->listener);
	t->listener = -1;
}

static void talker_end(struct talker *t)
{
	if (t->listener >= 0)
		talker_stop(t);
	free(t);
}

/* ---- sending -------------------------------------------------------------------------------- */

static int64_t wall_now(const struct clock *c)
{
	return INT64_C(1795390400000); /* 2026-11-22T23:33:20Z */
}

static int64_t boot_now(const struct clock *c)
{
	return clock_system.boot_us(&clock_system);
}

static const struct clock clock_fixed = {.boot_us = boot_now, .wall_ms = wall_now};

static struct sender *make(const char *ca)
{
	struct error e = {0};
	struct sender *s = sender_new(&clock_fixed, ca, &e);

	if (!s)
		fail_msg("%s", e.text);
	return s;
}

static struct talker *talker(const char *answer)
{
	struct talker *t = mem_zalloc(sizeof *t);

	t->answer = answer;
	talker_start(t);
	return t;
}

static void post(struct sender *s, int port, const char *path, struct send_answer *a)
{
	char url[128];
	struct send_http m = {.url = url, .body = "{}", .body_len = 2, .timeout_ms = 10000};

	snprintf(url, sizeof url, "http://127.0.0.1:%d%s", port, path);
	send_http(s, &m, a);
}

static void http__carries__method_headers_body_and_login(void **state)
{
	struct talker *t = talker("HTTP/1.1 202 x\r\nContent-Length: 3\r\n\r\nyes");
	static const struct send_header headers[] = {
		{"webhook-id", "msg_1"}, {"Content-Type", "application/json"}, {"X-Empty", ""}};
	struct sender *s = make(NULL);
	struct send_answer a;
	char url[64];
	struct send_http m = {.method = "PUT",
			      .url = url,
			      .headers = headers,
			      .n_headers = 3,
			      .body = "{\"a\":1}",
			      .body_len = 7,
			      .user = "me",
			      .password = "pw",
			      .timeout_ms = 10000};

	snprintf(url, sizeof url, "http://127.0.0.1:%d/hook?x=1", t->port);
	send_http(s, &m, &a);
	assert_int_equal(a.end, SEND_ANSWERED);
	assert_int_equal(a.status, 202);
	assert_string_equal(a.text, "202 Accepted");
	assert_string_equal(a.body, "yes");
	assert_false(a.cut);
	sender_free(s);
	talker_stop(t);
	assert_ptr_equal(strstr(t->heard, "PUT /hook?x=1 HTTP/1.1\r\n"), t->heard);
	assert_non_null(strstr(t->heard, "\r\nwebhook-id: msg_1\r\n"));
	assert_non_null(strstr(t->heard, "\r\nContent-Type: application/json\r\n"));
	assert_non_null(strstr(t->heard, "\r\nX-Empty:\r\n"));
	assert_non_null(strstr(t->heard, "\r\nAuthorization: Basic bWU6cHc=\r\n"));
	assert_non_null(strstr(t->heard, "\r\nUser-Agent: SellerSmart/"));
	assert_null(strstr(t->heard, "Expect:"));
	assert_null(strstr(t->heard, "Accept-Encoding:"));
	assert_non_null(strstr(t->heard, "\r\n\r\n{\"a\":1}"));
	talker_end(t);
}

static void http__keeps_a_connection__and_lets_it_go_when_it_is_old(void **state)
{
	struct talker *t = talker("HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n");
	struct sender *s = make(NULL);
	struct send_answer a;

	for (int i = 0; i < 3; i++) {
		post(s, t->port, "/", &a);
		assert_int_equal(a.status, 200);
	}
	assert_int_equal(t->connections, 1);
	assert_true(sender_trim(s, 60000) > 0);
	assert_int_equal(sender_trim(s, 0), -1);
	post(s, t->port, "/", &a);
	assert_int_equal(a.status, 200);
	assert_int_equal(t->connections, 2);
	sender_free(s);
	talker_end(t);
}

static void http__takes__a_redirect_as_the_answer(void **state)
{
	struct talker *t = talker("HTTP/1.1 302 x\r\nLocation: /else\r\nContent-Length: 0\r\n\r\n");
	struct sender *s = make(NULL);
	struct send_answer a;

	post(s, t->port, "/", &a);
	assert_int_equal(a.status, 302);
	sender_free(s);
	talker_stop(t);
	assert_null(strstr(t->heard, "/else"));
	talker_end(t);
}

static void http__reads__retry_after_in_both_spellings(void **state)
{
	static const struct {
		const char *value;
		int64_t ms;
	} cases[] = {
		{"120", 120000},
		{" 7 ", 7000},
		{"0", 0},
		{"-5", 0},
		{"soon", 0},
		{"Sun, 22 Nov 2026 23:34:20 GMT", 60000},
		{"Sun, 22 Nov 2026 23:00:00 GMT", 0},
		{"99999999999999999999", 86400000},
		{"Thu, 22 Nov 2029 23:34:20 GMT", 86400000},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char answer[256];
		struct sender *s = make(NULL);
		struct send_answer a;
		struct talker *t;

		snprintf(answer, sizeof answer,
			 "HTTP/1.1 429 x\r\nretry-after:%s\r\nContent-Length: 0\r\n\r\n",
			 cases[i].value);
		t = talker(answer);
		post(s, t->port, "/", &a);
		assert_int_equal(a.status, 429);
		assert_int_equal(a.retry_after_ms, cases[i].ms);
		sender_free(s);
		talker_end(t);
	}
}

static void http__refuses__what_would_smuggle_a_header(void **state)
{
	static const struct send_header bad[] = {
		{"X-A", "1\r\nX-B: 2"}, {"X-A\r\nX-B", "2"},     {"X A", "1"},  {"", "1"},
		{"X-A", "1\n"},         {"Content-Length", "9"}, {"host", "x"},
	};
	struct sender *s = make(NULL);
	struct send_answer a;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct send_http m = {.url = "http://127.0.0.1:1/",
				      .headers = &bad[i],
				      .n_headers = 1,
				      .timeout_ms = 1000};

		send_http(s, &m, &a);
		assert_int_equal(a.end, SEND_INVALID);
		assert_null(strchr(a.text, '\n'));
	}
	for (int i = 0; i < 5; i++) {
		static const char *const urls[] = {
			"http://127.0.0.1:1/a\r\nX: 1", "file:///etc/passwd", "http://a b/",
			"gopher://127.0.0.1/x", "http://u:secret@127.0.0.1/"};
		struct send_http m = {.url = urls[i], .timeout_ms = 1000};

		send_http(s, &m, &a);
		assert_int_equal(a.end, SEND_INVALID);
		assert_null(strstr(a.text, "secret"));
	}
	struct send_http m = {
		.method = "GET /\r\n", .url = "http://127.0.0.1:1/", .timeout_ms = 1000};
	send_http(s, &m, &a);
	assert_int_equal(a.end, SEND_INVALID);
	sender_free(s);
}

static void http__never_says__more_of_an_address_than_its_host(void **state)
{
	struct sender *s = make(NULL);
	struct send_http m = {
		.url = "http://127.0.0.1:1/services/T0/B0/verysecret?token=alsosecret",
		.timeout_ms = 2000};
	struct send_answer a;

	send_http(s, &m, &a);
	assert_int_equal(a.end, SEND_FAILED);
	assert_string_equal(a.text, "http://127.0.0.1:1: connection refused");
	m.url = "http://nowhere.invalid/verysecret";
	send_http(s, &m, &a);
	assert_int_equal(a.end, SEND_FAILED);
	assert_null(strstr(a.text, "secret"));
	sender_free(s);
}

static void http__ends__what_never_ends(void **state)
{
	static const struct {
		const char *path;
		enum send_end end;
		bool cut;
	} cases[] = {
		{"/endless-chunks", SEND_ANSWERED, true},
		{"/endless-headers", SEND_FAILED, false},
		{"/endless-header", SEND_FAILED, false},
		{"/gzip-bomb", SEND_ANSWERED, true},
		{"/hang", SEND_FAILED, false},
		{"/slow-headers", SEND_FAILED, false},
		{"/slow-body", SEND_ANSWERED, false},
		{"/close", SEND_FAILED, false},
		{"/not-http", SEND_FAILED, false},
		{"/half", SEND_ANSWERED, false},
	};
	struct harness *h = *state;
	struct sender *s = make(h->ca);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char url[128];
		struct send_http m = {.url = url, .body = "{}", .body_len = 2, .timeout_ms = 1500};
		struct send_answer a;

		snprintf(url, sizeof url, "http://127.0.0.1:%d%s", fake_port(&h->web, "http"),
			 cases[i].path);
		send_http(s, &m, &a);
		assert_int_equal(a.end, cases[i].end);
		assert_int_equal(a.cut, cases[i].cut);
		assert_true(a.took_ms < 3000);
	}
	sender_free(s);
}

static void http__looks_at_certificates__unless_told_not_to(void **state)
{
	struct harness *h = *state;
	struct sender *s = make(h->ca);
	struct send_answer a;
	char url[128];
	struct send_http m = {.method = "GET", .url = url, .timeout_ms = 10000};

	snprintf(url, sizeof url, "https://127.0.0.1:%d/ok", fake_port(&h->web, "tls_good"));
	send_http(s, &m, &a);
	assert_int_equal(a.status, 200);
	snprintf(url, sizeof url, "https://127.0.0.1:%d/ok", fake_port(&h->web, "tls_expired"));
	send_http(s, &m, &a);
	assert_int_equal(a.end, SEND_FAILED);
	assert_non_null(strstr(a.text, "expired on"));
	m.insecure = true;
	send_http(s, &m, &a);
	assert_int_equal(a.status, 200);
	m.insecure = false; /* a connection that nobody looked at serves nobody who does */
	send_http(s, &m, &a);
	assert_int_equal(a.end, SEND_FAILED);
	sender_free(s);
}

static void *cancel_soon(void *arg)
{
	struct talker *t = ((void **)arg)[0];

	while (!atomic_load(&t->connections))
		sched_yield();
	atomic_store((atomic_bool *)((void **)arg)[1], true);
	return NULL;
}

static void http__ends_at_once__when_it_is_cancelled(void **state)
{
	struct talker *t = talker(NULL);
	struct sender *s = make(NULL);
	atomic_bool cancel = false;
	void *arg[2] = {t, &cancel};
	struct send_answer a;
	struct error e;
	pthread_t thread;
	char url[64];
	struct send_http m = {.url = url, .timeout_ms = 60000, .cancel = &cancel};

	snprintf(url, sizeof url, "http://127.0.0.1:%d/", t->port);
	assert_int_equal(thread_start(&thread, "cancel", THREAD_STACK_SMALL, cancel_soon, arg, &e),
			 0);
	send_http(s, &m, &a);
	pthread_join(thread, NULL);
	assert_int_equal(a.end, SEND_CANCELLED);
	assert_true(a.took_ms < 1000);
	sender_free(s);
	talker_end(t);
}

/* ---- mail ----------------------------------------------------------------------------------- */

static const char *const three[] = {"a@example.org", "b@example.org", "c@example.org"};

static void mail(struct sender *s, const struct talker *t, struct send_mail m,
		 struct send_answer *a)
{
	m.host = "127.0.0.1";
	m.port = (uint16_t)t->port;
	m.from = m.from ? m.from : "shop@example.org";
	m.to = m.to ? m.to : three;
	m.n_to = m.n_to ? m.n_to : 3;
	m.message = "Subject: x\r\n\r\nhello\r\n.dot\r\n";
	m.message_len = strlen(m.message);
	m.timeout_ms = m.timeout_ms ? m.timeout_ms : 10000;
	send_mail(s, &m, a);
}

static struct talker *mailer(void)
{
	struct talker *t = mem_zalloc(sizeof *t);

	t->is_mail = true;
	return t;
}

static void mail__is_handed_over__with_login_and_all_recipients(void **state)
{
	struct talker *t = mailer();
	struct sender *s = make(NULL);
	struct send_answer a;

	talker_start(t);
	mail(s, t, (struct send_mail){.tls = SEND_TLS_OFF, .user = "me", .password = "pw"}, &a);
	assert_int_equal(a.end, SEND_ANSWERED);
	assert_int_equal(a.status, 250);
	assert_string_equal(a.text, "250 2.0.0 queued as 4711");
	sender_free(s);
	talker_stop(t);
	assert_non_null(strstr(t->heard, "AG1lAHB3"));
	talker_end(t);
}

static void mail__tells__who_was_refused(void **state)
{
	struct talker *t = mailer();
	struct sender *s = make(NULL);
	struct send_answer a;

	t->refuse[0] = "b@";
	t->refuse[1] = "550 5.1.1 no such user\r\n";
	talker_start(t);
	mail(s, t, (struct send_mail){.tls = SEND_TLS_OFF}, &a);
	assert_int_equal(a.status, 250);
	assert_string_equal(a.text, "250 2.0.0 queued as 4711 (1 of 3 recipients refused: 550 "
				    "5.1.1 no such user)");
	mail(s, t, (struct send_mail){.tls = SEND_TLS_OFF, .to = three + 1, .n_to = 1}, &a);
	assert_int_equal(a.end, SEND_ANSWERED);
	assert_int_equal(a.status, 550);
	assert_string_equal(a.text, "550 5.1.1 no such user");
	sender_free(s);
	talker_stop(t);
	assert_non_null(strstr(t->heard, "MAIL FROM:<shop@example.org>"));
	assert_non_null(strstr(t->heard, "RCPT TO:<c@example.org>\r\n"));
	assert_non_null(strstr(t->heard, "\r\nhello\r\n..dot\r\n.\r\n"));
	talker_end(t);
}

static void mail__does_not_go_in_the_clear__when_starttls_is_required(void **state)
{
	struct talker *t = mailer();
	struct sender *s = make(NULL);
	struct send_answer a;

	talker_start(t);
	mail(s, t, (struct send_mail){.tls = SEND_STARTTLS, .user = "me", .password = "pw"}, &a);
	assert_int_equal(a.end, SEND_FAILED);
	assert_non_null(strstr(a.text, "STARTTLS"));
	sender_free(s);
	talker_stop(t);
	assert_null(strstr(t->heard, "AUTH"));
	assert_null(strstr(t->heard, "MAIL"));
	talker_end(t);
}

static void mail__is_not_held_up__by_a_server_that_says_no_goodbye(void **state)
{
	struct talker *t = mailer();
	struct sender *s = make(NULL);
	struct send_answer a;

	t->no_goodbye = true;
	talker_start(t);
	mail(s, t, (struct send_mail){.tls = SEND_TLS_OFF, .timeout_ms = 60000}, &a);
	assert_int_equal(a.status, 250);
	assert_true(a.took_ms < 5000);
	sender_free(s);
	talker_end(t);
}

static void mail__says__what_a_busy_server_said(void **state)
{
	struct talker *t = mailer();
	struct sender *s = make(NULL);
	struct send_answer a;

	t->greeting = "421 4.3.2 too \033[31mbusy\r\n";
	talker_start(t);
	mail(s, t, (struct send_mail){.tls = SEND_STARTTLS_TRY}, &a);
	assert_int_equal(a.end, SEND_ANSWERED);
	assert_int_equal(a.status, 421);
	assert_null(strchr(a.text, '\033'));
	assert_non_null(strstr(a.text, "421 4.3.2 too"));
	sender_free(s);
	talker_end(t);
}

static void mail__refuses__addresses_that_would_smuggle_a_command(void **state)
{
	static const char *const bad[] = {"a@b>\r\nRCPT TO:<x@y", "a b@c", "nobody", ""};
	struct talker t = {.port = 1};
	struct sender *s = make(NULL);
	struct send_answer a;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		mail(s, &t, (struct send_mail){.tls = SEND_TLS_OFF, .to = &bad[i], .n_to = 1}, &a);
		assert_int_equal(a.end, SEND_INVALID);
		assert_null(strchr(a.text, '\n'));
		mail(s, &t, (struct send_mail){.tls = SEND_TLS_OFF, .from = bad[i]}, &a);
		assert_int_equal(a.end, SEND_INVALID);
	}
	sender_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(http__carries__method_headers_body_and_login),
		cmocka_unit_test(http__keeps_a_connection__and_lets_it_go_when_it_is_old),
		cmocka_unit_test(http__takes__a_redirect_as_the_answer),
		cmocka_unit_test(http__reads__retry_after_in_both_spellings),
		cmocka_unit_test(http__refuses__what_would_smuggle_a_header),
		cmocka_unit_test(http__never_says__more_of_an_address_than_its_host),
		cmocka_unit_test_setup_teardown(http__ends__what_never_ends, harness_setup,
						harness_teardown),
		cmocka_unit_test_setup_teardown(http__looks_at_certificates__unless_told_not_to,
						harness_setup, harness_teardown),
		cmocka_unit_test(http__ends_at_once__when_it_is_cancelled),
		cmocka_unit_test(mail__is_handed_over__with_login_and_all_recipients),
		cmocka_unit_test(mail__tells__who_was_refused),
		cmocka_unit_test(mail__does_not_go_in_the_clear__when_starttls_is_required),
		cmocka_unit_test(mail__is_not_held_up__by_a_server_that_says_no_goodbye),
		cmocka_unit_test(mail__says__what_a_busy_server_said),
		cmocka_unit_test(mail__refuses__addresses_that_would_smuggle_a_command),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
