/* The tcp check: connects; may say something and wait for words in the answer. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/checks/common/socket_check.h"
#include "daemon/checks/common/spec.h"
#include "shared/mem.h"
#include "shared/schema/escapes.h"
#include "shared/text_safe.h"

enum { SAID_MAX = 4096, HEARD_MAX = 65536, SHOWN_MAX = 256 };

struct bytes {
	char *data;
	size_t len;
};

struct tcp_config {
	struct socket_target target;
	struct bytes send, expect; /* len 0: none */
};

struct tcp_talk {
	size_t sent;
	struct buf heard;
	int64_t first_us;
	char shown[SHOWN_MAX]; /* what came, safe */
};

static enum err read_bytes(const json_t *spec, const char *field, struct bytes *out,
			   struct error *e)
{
	char bytes[SAID_MAX];
	char *text = spec_copy(spec, field);
	enum err err = text ? escapes_decode(text, bytes, sizeof bytes, &out->len, e) : ERR_NONE;

	if (text && !err) {
		out->data = mem_alloc(out->len + 1);
		memcpy(out->data, bytes, out->len);
	}
	free(text);
	return err;
}

static void tcp_config_free(void *config)
{
	struct tcp_config *c = config;

	if (!c)
		return;
	socket_target_fini(&c->target);
	free(c->send.data);
	free(c->expect.data);
	free(c);
}

static enum err tcp_prepare(const json_t *spec, const struct check_env *env, void **config,
			    struct error *e)
{
	struct tcp_config *c = mem_zalloc(sizeof *c);
	enum err err = socket_target_prepare(&c->target, spec, 0, e);

	if (!err)
		err = read_bytes(spec, "send", &c->send, e);
	if (!err)
		err = read_bytes(spec, "expect", &c->expect, e);
	if (err) {
		tcp_config_free(c);
		return err;
	}
	*config = c;
	return ERR_NONE;
}

static bool would_block(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static void broken(struct socket_walk *w)
{
	verdict_of_end(&w->verdict, TRANSFER_RESET, w->at, NULL, "the connection was reset");
	socket_walk_end(w);
}

static void hear(struct socket_walk *w)
{
	const struct tcp_config *c = w->config;
	struct tcp_talk *t = w->talk_state;
	char data[4096];
	ssize_t n = recv(w->fd, data, sizeof data, 0);
	char words[80];

	if (n < 0 && would_block())
		return;
	if (n < 0) {
		broken(w);
		return;
	}
	if (n > 0 && w->at == AT_FIRST_BYTE) {
		w->at = AT_TRANSFER;
		t->first_us = clock_boot_us(w->env->clock);
		w->phase_us[PHASE_FIRST_BYTE] = t->first_us - w->connected_us;
	}
	buf_add(&t->heard, data, (size_t)n);
	if (memmem(t->heard.data ? t->heard.data : "", t->heard.len, c->expect.data,
		   c->expect.len)) {
		w->phase_us[PHASE_TRANSFER] = clock_boot_us(w->env->clock) - t->first_us;
		socket_walk_end(w);
	} else if (n == 0 || t->heard.overflow) {
		text_safe(words, sizeof words, c->expect.data, c->expect.len, 60, 0, NULL);
		verdict_set(&w->verdict, OUTCOME_DOWN, "expect", "%s without \"%s\" in the answer",
			    n ? "64 kB" : "the connection ended", words);
		socket_walk_end(w);
	}
}

static void say(struct socket_walk *w)
{
	const struct tcp_config *c = w->config;
	struct tcp_talk *t = w->talk_state;

	while (t->sent < c->send.len) {
		ssize_t n =
			send(w->fd, c->send.data + t->sent, c->send.len - t->sent, MSG_NOSIGNAL);

		if (n < 0 && would_block()) {
			socket_walk_watch(w, UV_WRITABLE);
			return;
		}
		if (n < 0) {
			broken(w);
			return;
		}
		t->sent += (size_t)n;
	}
	if (c->expect.len)
		socket_walk_watch(w, UV_READABLE);
	else
		socket_walk_end(w);
}

static void tcp_begin(struct socket_walk *w)
{
	struct tcp_talk *t = w->talk_state;

	t->heard = BUF_INIT(HEARD_MAX);
	w->at = AT_FIRST_BYTE;
	say(w);
}

static void tcp_ready(struct socket_walk *w)
{
	const struct tcp_config *c = w->config;
	const struct tcp_talk *t = w->talk_state;

	if (t->sent < c->send.len)
		say(w);
	else
		hear(w);
}

static void tcp_evidence(struct socket_walk *w, struct json_writer *jw)
{
	const struct tcp_talk *t = w->talk_state;

	if (t->shown[0])
		jw_kv_str(jw, "answer", t->shown);
}

static void tcp_fini(struct socket_walk *w)
{
	struct tcp_talk *t = w->talk_state;

	if (t->heard.len)
		text_safe(t->shown, sizeof t->shown, t->heard.data, t->heard.len, 0, 0, NULL);
	buf_fini(&t->heard);
}

static const struct socket_talk talk = {
	.state_size = sizeof(struct tcp_talk),
	.begin = tcp_begin,
	.ready = tcp_ready,
	.evidence = tcp_evidence,
	.fini = tcp_fini,
};

static void tcp_start(struct check_run *run)
{
	socket_check_start(run, &talk);
}

static const char *tcp_host(const void *config)
{
	return ((const struct tcp_config *)config)->target.host;
}

const struct check_type check_tcp = {
	.name = "tcp",
	.prepare = tcp_prepare,
	.config_free = tcp_config_free,
	.host = tcp_host,
	.start = tcp_start,
	.cancel = socket_check_cancel,
};
