#include "daemon/checks/common/walk_stream.h"

#include <errno.h>
#include <openssl/err.h>
#include <sys/socket.h>

enum { READ_MAX = 8192 };

void walk_stream_init(struct walk_stream *s, size_t in_max, size_t out_max)
{
	s->in = BUF_INIT(in_max);
	s->out = BUF_INIT(out_max);
}

void walk_stream_fini(struct walk_stream *s)
{
	buf_fini(&s->in);
	buf_fini(&s->out);
}

static enum walk_step reset(struct socket_walk *w)
{
	if (!w->parting)
		verdict_of_end(&w->verdict, TRANSFER_RESET, w->at, NULL,
			       "the connection was reset");
	return STEP_FAILED;
}

static enum walk_step plain_step(struct socket_walk *w, int events)
{
	if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
		return reset(w);
	socket_walk_watch(w, events);
	return STEP_WAIT;
}

static enum walk_step tls_step(struct socket_walk *w, const struct walk_stream *s, int rc)
{
	int reason = SSL_get_error(s->ssl, rc);
	unsigned long code = ERR_peek_last_error();

	ERR_clear_error();
	if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) {
		socket_walk_watch(w, reason == SSL_ERROR_WANT_READ ? UV_READABLE : UV_WRITABLE);
		return STEP_WAIT;
	}
	/* Many hang up without saying so in TLS. */
	if (reason == SSL_ERROR_ZERO_RETURN ||
	    ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		return STEP_ENDED;
	return reset(w);
}

enum walk_step walk_stream_flush(struct socket_walk *w, struct walk_stream *s)
{
	while (s->out.len) {
		size_t sent = 0;

		if (s->ssl) {
			int rc;

			ERR_clear_error();
			rc = SSL_write_ex(s->ssl, s->out.data, s->out.len, &sent);
			if (rc != 1)
				return tls_step(w, s, rc);
		} else {
			ssize_t n = send(w->fd, s->out.data, s->out.len, MSG_NOSIGNAL);

			if (n < 0)
				return plain_step(w, UV_WRITABLE);
			sent = (size_t)n;
		}
		buf_consume(&s->out, sent);
	}
	return STEP_DONE;
}

enum walk_step walk_stream_fill(struct socket_walk *w, struct walk_stream *s)
{
	size_t room = s->in.max - s->in.len, got = 0;
	char data[READ_MAX];

	if (room == 0)
		return STEP_DONE;
	if (room > sizeof data)
		room = sizeof data;
	if (s->ssl) {
		int rc;

		ERR_clear_error();
		rc = SSL_read_ex(s->ssl, data, room, &got);
		if (rc != 1)
			return tls_step(w, s, rc);
	} else {
		ssize_t n = recv(w->fd, data, room, 0);

		if (n < 0)
			return plain_step(w, UV_READABLE);
		if (n == 0)
			return STEP_ENDED;
		got = (size_t)n;
	}
	s->received += got;
	buf_add(&s->in, data, got);
	return STEP_DONE;
}
