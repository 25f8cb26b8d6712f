/* Receivers that lie: whatever they answer, a send ends in its time, in little memory, and what is
 * said of it can be shown. */
#include <arpa/inet.h>
#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/core/thread.h"
#include "daemon/net/send.h"
#include "shared/mem.h"

enum { ANSWERS = 10000, TIMEOUT_MS = 1000, ANSWER_MAX = 4096 };

struct liar {
	pthread_t thread;
	int listener, port;
	void (*speak)(struct liar *l, int fd);
	uint64_t seed;
	const char *greeting, *ehlo, *mail, *rcpt, *data, *queued, *starttls;
	const char *endless; /* said again and again in place of what is NULL */
};

static bool say(int fd, const char *text, size_t n)
{
	while (n) {
		ssize_t sent = send(fd, text, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		text += sent;
		n -= (size_t)sent;
	}
	return true;
}

static void *lie(void *arg)
{
	struct liar *l = arg;
	int fd;

	while ((fd = accept(l->listener, NULL, NULL)) >= 0) {
		l->speak(l, fd);
		close(fd);
	}
	return NULL;
}

static void liar_start(struct liar *l)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof a;
	struct error e;

	l->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(l->listener, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(l->listener, 16), 0);
	getsockname(l->listener, (struct sockaddr *)&a, &len);
	l->port = ntohs(a.sin_port);
	assert_int_equal(thread_start(&l->thread, "liar", THREAD_STACK_SMALL, lie, l, &e), 0);
}

static void liar_end(struct liar *l)
{
	shutdown(l->listener, SHUT_RDWR);
	pthread_join(l->thread, NULL);
	close(l->listener);
}

static struct sender *make(void)
{
	struct error e = {0};
	struct sender *s = sender_new(&clock_system, NULL, &e);

	if (!s)
		fail_msg("%s", e.text);
	return s;
}

static void assert_showable(const struct send_answer *a)
{
	assert_true(strlen(a->text) < SEND_TEXT);
	for (const char *c = a->text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7F)
			fail_msg("byte %d in \"%s\"", *c, a->text);
}

/* ---- web ------------------------------------------------------------------------------------ */

static const char *const seeds[] = {
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length: -1\r\nContent-Length: 5\r\n\r\nok",
	"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n",
	"HTTP/1.1 301 Moved\r\nLocation: gopher://127.0.0.1:25/_MAIL\r\n\r\n",
	"HTTP/1.1 429 Too \033[31mMany\r\nRetry-After: 99999999999999999999\r\n\r\n",
	"HTTP/1.1 503 \xff\xfe\r\nRetry-After: -5\r\n\r\n",
	"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
	"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\nPRI * HTTP/2.0",
	"HTTP/1.1 999 \r\n\r\n",
	"HTTP/0.9 200\r\n\r\n",
	"<html>no head at all</html>",
	"HTTP/2 200\r\n\r\n",
	"HTTP/1.1 200 OK\nContent-Encoding: gzip\n\n\x1f\x8b\x08",
	"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\n folded\r\n\tagain\r\n\r\n",
	"HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm=\"\r\n\r\n",
};

static uint64_t next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* One of the seeds, with bytes changed, doubled, cut out. */
static size_t mutate(uint64_t *seed, char *out)
{
	const char *from = seeds[next(seed) % ARRAY_LEN(seeds)];
	size_t n = strlen(from);

	memcpy(out, from, n);
	for (uint64_t times = next(seed) % 6; times; times--) {
		size_t at = next(seed) % (n ? n : 1), len = next(seed) % 16;

		switch (next(seed) % 4) {
		case 0: out[at] = (char)next(seed); break;
		case 1: n = at; break;
		case 2:
			len = at + len > n ? n - at : len;
			memmove(out + at, out + at + len, n - at - len);
			n -= len;
			break;
		default:
			while (n + len < ANSWER_MAX && len) {
				memmove(out + at + len, out + at, n - at);
				n += len;
				len = len < 256 ? len * 2 : 0;
			}
			break;
		}
	}
	return n;
}

static void speak_nonsense(struct liar *l, int fd)
{
	char heard[2048], answer[ANSWER_MAX];

	if (recv(fd, heard, sizeof heard, 0) <= 0)
		return;
	say(fd, answer, mutate(&l->seed, answer));
	shutdown(fd, SHUT_WR);
	while (recv(fd, heard, sizeof heard, 0) > 0)
		;
}

static void http__survives__ten_thousand_answers_that_are_none(void **state)
{
	struct liar l = {.speak = speak_nonsense, .seed = 0x9E3779B97F4A7C15};
	struct sender *s = make();
	size_t before = 0, ends[4] = {0};
	char url[64];

	liar_start(&l);
	snprintf(url, sizeof url, "http://127.0.0.1:%d/hook", l.port);
	for (int i = 0; i < ANSWERS; i++) {
		struct send_http m = {
			.url = url, .body = "{}", .body_len = 2, .timeout_ms = TIMEOUT_MS};
		struct send_answer a;

		send_http(s, &m, &a);
		assert_true(a.took_ms <= TIMEOUT_MS + 1000);
		assert_true(a.retry_after_ms >= 0 && a.retry_after_ms <= 86400000);
		assert_true(a.body_len <= SEND_KEPT_MAX);
		assert_null(strstr(a.text, "hook"));
		assert_showable(&a);
		ends[a.end]++;
		if (i == ANSWERS / 10)
			before = mallinfo2().uordblks;
	}
	assert_true(ends[SEND_ANSWERED] > 100 && ends[SEND_FAILED] > 100);
	assert_int_equal(ends[SEND_CANCELLED], 0);
	assert_true(mallinfo2().uordblks < before + 256 * 1024);
	sender_free(s);
	liar_end(&l);
}

static void speak_first_words(struct liar *l, int fd)
{
	char heard[2048];

	if (recv(fd, heard, sizeof heard, 0) <= 0)
		return;
	while (say(fd, l->endless, strlen(l->endless)))
		;
}

static void http__ends__a_flood_of_first_words(void **state)
{
	struct liar l = {.speak = speak_first_words, .endless = "HTTP/1.1 102 Processing\r\n\r\n"};
	struct sender *s = make();
	struct send_answer a;
	char url[64];
	struct send_http m = {.url = url, .body = "{}", .body_len = 2, .timeout_ms = TIMEOUT_MS};

	liar_start(&l);
	snprintf(url, sizeof url, "http://127.0.0.1:%d/", l.port);
	size_t before = mallinfo2().uordblks;
	send_http(s, &m, &a);
	assert_int_equal(a.end, SEND_FAILED);
	assert_true(a.took_ms < TIMEOUT_MS + 1000);
	assert_true(mallinfo2().uordblks < before + 1024 * 1024);
	sender_free(s);
	liar_end(&l);
}

/* ---- mail ----------------------------------------------------------------------------------- */

static bool answer(struct liar *l, int fd, const char *text)
{
	if (text)
		return say(fd, text, strlen(text));
	while (say(fd, l->endless, strlen(l->endless)))
		;
	return false;
}

static void speak_mail(struct liar *l, int fd)
{
	char line[4096] = "";
	size_t n = 0;
	bool data = false, go_on = answer(l, fd, l->greeting);

	while (go_on && n < sizeof line - 1 && recv(fd, line + n, 1, 0) == 1) {
		if (line[n++] != '\n')
			continue;
		line[n] = '\0';
		n = 0;
		if (data && strcmp(line, ".\r\n") != 0)
			continue;
		go_on = answer(l, fd,
			       data                            ? l->queued
			       : !strncmp(line, "EHLO", 4)     ? l->ehlo
			       : !strncmp(line, "STARTTLS", 8) ? l->starttls
			       : !strncmp(line, "MAIL", 4)     ? l->mail
			       : !strncmp(line, "RCPT", 4)     ? l->rcpt
			       : !strncmp(line, "DATA", 4)     ? l->data
							       : "250 fine\r\n");
		data = !data && !strncmp(line, "DATA", 4);
	}
}

static const struct liar honest = {.speak = speak_mail,
				   .greeting = "220 mail.test\r\n",
				   .ehlo = "250-mail.test\r\n250 STARTTLS\r\n",
				   .starttls = "220 go\r\n",
				   .mail = "250 fine\r\n",
				   .rcpt = "250 fine\r\n",
				   .data = "354 go on\r\n",
				   .queued = "250 queued\r\n"};

static void mail_to(struct liar *l, enum send_tls tls, struct send_answer *a)
{
	static const char *const to[] = {"a@example.org"};
	struct sender *s = make();
	const struct send_mail m = {.host = "127.0.0.1",
				    .port = (uint16_t)l->port,
				    .tls = tls,
				    .from = "shop@example.org",
				    .to = to,
				    .n_to = 1,
				    .message = "Subject: x\r\n\r\nhello\r\n",
				    .message_len = 21,
				    .timeout_ms = TIMEOUT_MS};

	send_mail(s, &m, a);
	sender_free(s);
	assert_true(a->took_ms < TIMEOUT_MS + 1000);
	assert_showable(a);
}

static void mail__ends__replies_without_end(void **state)
{
	static const char *const endless[] = {"250-and more\r\n", "x", "250-\033]0;x\a\r\n"};

	for (size_t i = 0; i < ARRAY_LEN(endless) * 3; i++) {
		struct liar l = honest;
		struct send_answer a;
		size_t before = mallinfo2().uordblks;

		l.endless = endless[i / 3];
		*(i % 3 == 0 ? &l.greeting : i % 3 == 1 ? &l.ehlo : &l.queued) = NULL;
		liar_start(&l);
		mail_to(&l, SEND_TLS_OFF, &a);
		assert_true(a.end == SEND_FAILED || a.status != 250);
		assert_true(mallinfo2().uordblks < before + 2 * 1024 * 1024);
		liar_end(&l);
	}
}

static void mail__takes__a_line_of_a_megabyte_for_no_success(void **state)
{
	struct liar l = honest;
	struct send_answer a;
	char *line = mem_alloc(1024 * 1024 + 8);

	memset(line, 'a', 1024 * 1024);
	memcpy(line, "250 ", 4);
	memcpy(line + 1024 * 1024, "\r\n", 3);
	l.rcpt = line;
	liar_start(&l);
	mail_to(&l, SEND_TLS_OFF, &a);
	assert_true(a.end == SEND_FAILED || a.end == SEND_ANSWERED);
	liar_end(&l);
	free(line);
}

static void mail__hears__a_421_wherever_it_comes(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct liar l = honest;
		struct send_answer a;

		*(i == 0   ? &l.mail
		  : i == 1 ? &l.rcpt
		  : i == 2 ? &l.data
			   : &l.queued) = "421 4.3.2 going down\r\n";
		liar_start(&l);
		mail_to(&l, SEND_TLS_OFF, &a);
		if (a.end != SEND_ANSWERED || a.status != 421)
			fail_msg("after %d: %d %d %s", i, a.end, a.status, a.text);
		liar_end(&l);
	}
}

/* What a man in the middle puts behind the reply to STARTTLS counts for nothing. */
static void mail__believes__nothing_said_before_the_encryption(void **state)
{
	struct liar l = honest;
	struct send_answer a;

	l.starttls = "220 go\r\n250-mail.test\r\n250 AUTH PLAIN\r\n250 fine\r\n250 fine\r\n";
	liar_start(&l);
	mail_to(&l, SEND_STARTTLS, &a);
	assert_int_equal(a.end, SEND_FAILED);
	liar_end(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(http__survives__ten_thousand_answers_that_are_none),
		cmocka_unit_test(http__ends__a_flood_of_first_words),
		cmocka_unit_test(mail__ends__replies_without_end),
		cmocka_unit_test(mail__takes__a_line_of_a_megabyte_for_no_success),
		cmocka_unit_test(mail__hears__a_421_wherever_it_comes),
		cmocka_unit_test(mail__believes__nothing_said_before_the_encryption),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
