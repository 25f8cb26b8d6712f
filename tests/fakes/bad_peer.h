#pragma once
/* A connection as the misbehaving servers see it. */
#include <openssl/ssl.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

struct peer {
	int fd;
	SSL *ssl;
	SSL_CTX *starttls; /* what to turn to when asked */
	unsigned number;   /* of the connection */
};

static inline bool put(struct peer *p, const void *data, size_t n)
{
	const char *at = data;

	while (n) {
		ssize_t done =
			p->ssl ? SSL_write(p->ssl, at, (int)n) : send(p->fd, at, n, MSG_NOSIGNAL);

		if (done <= 0)
			return false;
		at += done;
		n -= (size_t)done;
	}
	return true;
}

static inline bool put_text(struct peer *p, const char *text)
{
	return put(p, text, strlen(text));
}

static inline ssize_t get(struct peer *p, void *data, size_t n)
{
	return p->ssl ? SSL_read(p->ssl, data, (int)n) : recv(p->fd, data, n, 0);
}

static inline bool turn_to_tls(struct peer *p, SSL_CTX *ctx)
{
	p->ssl = SSL_new(ctx);
	SSL_set_fd(p->ssl, p->fd);
	return SSL_accept(p->ssl) == 1;
}

/* False when the peer hung up meanwhile. */
static inline bool wait_ms(struct peer *p, int ms)
{
	struct pollfd fd = {.fd = p->fd, .events = POLLRDHUP};

	return poll(&fd, 1, ms) == 0;
}

static inline void reset_on_close(int fd)
{
	struct linger now = {1, 0};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

/* Nothing more, until the peer hangs up. */
static inline bool hang(struct peer *p)
{
	wait_ms(p, 60000);
	return false;
}
