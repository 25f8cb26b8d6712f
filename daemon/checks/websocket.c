/* The websocket check: opens as RFC 6455 says, says a message and waits for words when it is asked
 * to, closes. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/checks/common/walk_stream.h"
#include "daemon/checks/common/websocket_config.h"
#include "daemon/checks/common/ws_frame.h"
#include "daemon/checks/common/ws_handshake.h"
#include "shared/http_reason.h"
#include "shared/mem.h"
#include "shared/text_safe.h"

enum {
	IN_MAX = WS_MESSAGE_MAX + WS_HEADER_MAX + 8192,
	OUT_MAX = 262144,
	RECEIVED_MAX = 1 << 20, /* of one check */
	MESSAGES_MAX = 100,
	MATCHING_MAX_US = 100000,
	PARTING_MS = 1000,
	SHOWN_MAX = 80,
	CLOSE_NORMAL = 1000,
	CLOSE_NONE = 1005,
};

struct websocket_talk {
	struct walk_stream stream;
	struct walk_tls tls;
	struct ws_reader reader;
	bool shaking, open, closed; /* closed: the server's Close was read */
	char key[WS_KEY_TEXT];
	int64_t asked_us, first_us, matching_us;
	int messages;
	char last[SHOWN_MAX]; /* message, safe */
	char server[128];     /* safe */
	char subprotocol[WS_PROTOCOL_MAX];
};

static bool wants_reply(const struct websocket_config *c)
{
	return c->expect || c->pattern;
}

/* ---- the handshake ------------------------------------------------------------------------- */

static void ask(struct socket_walk *w)
{
	const struct websocket_config *c = w->config;
	struct websocket_talk *t = w->talk_state;

	ws_key_make(t->key);
	/* In one piece, so that no copy with a secret is left behind by growing. */
	buf_reserve(&t->stream.out, strlen(c->request) + 64);
	buf_printf(&t->stream.out, "%sSec-WebSocket-Key: %s\r\n\r\n", c->request, t->key);
	t->asked_us = clock_boot_us(w->env->clock);
	w->at = AT_FIRST_BYTE;
	w->awaited = "answer to the handshake";
}

static bool judge_answer(struct socket_walk *w, const struct ws_answer *a)
{
	const struct websocket_config *c = w->config;
	struct websocket_talk *t = w->talk_state;
	char accept[WS_ACCEPT_TEXT], words[SHOWN_MAX];
	const char *fault = NULL;

	text_safe(words, sizeof words, a->protocol, strlen(a->protocol), 0, 0, NULL);
	ws_accept_of(t->key, accept);
	if (a->status != 101) {
		verdict_set(&w->verdict, OUTCOME_DOWN, "handshake",
			    "HTTP %d %s, expected 101 Switching Protocols", a->status,
			    http_reason(a->status));
		return false;
	}
	if (!a->upgrade || !a->connection) {
		fault = "the answer does not say Upgrade: websocket and Connection: Upgrade";
	} else if (strcmp(a->accept, accept) != 0) {
		verdict_set(&w->verdict, OUTCOME_DOWN, "accept_mismatch",
			    a->has_accept ? "Sec-WebSocket-Accept is not the answer to our key: a "
					    "cache, or no WebSocket server"
					  : "the answer has no Sec-WebSocket-Accept");
		return false;
	} else if (a->has_extensions) {
		fault = "the server uses an extension that nobody asked for";
	} else if (c->subprotocol && !a->has_protocol) {
		verdict_set(&w->verdict, OUTCOME_DOWN, "handshake",
			    "the server did not choose the subprotocol %.64s", c->subprotocol);
		return false;
	} else if (a->has_protocol && (!c->subprotocol || strcmp(a->protocol, c->subprotocol))) {
		verdict_set(&w->verdict, OUTCOME_DOWN, "handshake",
			    "the server chose the subprotocol \"%.60s\", which was not asked for",
			    words);
		return false;
	}
	if (fault)
		verdict_set(&w->verdict, OUTCOME_DOWN, "handshake", "%s", fault);
	memcpy(t->subprotocol, words, sizeof words);
	return !fault;
}

static void part(struct socket_walk *w)
{
	struct websocket_talk *t = w->talk_state;

	w->phase_us[PHASE_TRANSFER] = clock_boot_us(w->env->clock) - t->first_us;
	ws_write_close(&t->stream.out, CLOSE_NORMAL);
	socket_walk_part(w, PARTING_MS);
}

static enum walk_step hear_answer(struct socket_walk *w)
{
	const struct websocket_config *c = w->config;
	struct websocket_talk *t = w->talk_state;
	struct ws_answer a;
	char words[SHOWN_MAX];

	switch (ws_answer_parse(buf_str(&t->stream.in), t->stream.in.len, &a)) {
	case WS_HEAD_MORE: return STEP_WAIT;
	case WS_HEAD_BROKEN:
		text_safe(words, sizeof words, buf_str(&t->stream.in), t->stream.in.len, 40, 0,
			  NULL);
		verdict_set(&w->verdict, OUTCOME_DOWN, "handshake",
			    "the answer is not HTTP, or too long: \"%s\"", words);
		return STEP_FAILED;
	case WS_HEAD_WHOLE: break;
	}
	memcpy(t->server, a.server, sizeof t->server);
	buf_consume(&t->stream.in, a.used);
	if (!judge_answer(w, &a))
		return STEP_FAILED;
	t->open = true;
	if (c->message)
		ws_write(&t->stream.out, WS_OP_TEXT, c->message, strlen(c->message));
	if (wants_reply(c))
		w->awaited = "expected message";
	else
		part(w);
	return STEP_DONE;
}

/* ---- messages ------------------------------------------------------------------------------ */

static bool is_expected(struct socket_walk *w, const struct ws_item *m)
{
	const struct websocket_config *c = w->config;
	struct websocket_talk *t = w->talk_state;
	int64_t began = clock_boot_us(w->env->clock);
	enum pattern_result found;

	if (c->expect && !memmem(m->data, m->len, c->expect, strlen(c->expect)))
		return false;
	if (!c->pattern)
		return true;
	found = pattern_match(c->pattern, m->data, m->len);
	t->matching_us += clock_boot_us(w->env->clock) - began;
	if (found == PATTERN_LIMIT ||
	    (found == PATTERN_NOT_MATCHED && t->matching_us > MATCHING_MAX_US))
		verdict_set(&w->verdict, OUTCOME_UNKNOWN, "pattern_limit",
			    "the pattern takes too much work on these messages");
	return found == PATTERN_MATCHED;
}

static void not_among(struct socket_walk *w, const char *when)
{
	const struct websocket_config *c = w->config;
	const struct websocket_talk *t = w->talk_state;
	char wanted[48];
	const char *text = c->expect ? c->expect : "what the pattern says";

	text_safe(wanted, sizeof wanted, text, strlen(text), 40, 0, NULL);
	verdict_set(&w->verdict, OUTCOME_DOWN, "reply",
		    "%d message%s %s, none with %s%s%s; the last: \"%.60s\"", t->messages,
		    t->messages == 1 ? "" : "s", when, c->expect ? "\"" : "", wanted,
		    c->expect ? "\"" : "", t->last);
}

static void heard_message(struct socket_walk *w, const struct ws_item *m)
{
	struct websocket_talk *t = w->talk_state;

	if (w->parting)
		return;
	t->messages++;
	text_safe(t->last, sizeof t->last, m->data, m->len, 60, 0, NULL);
	if (is_expected(w, m))
		part(w);
	else if (w->verdict.outcome == OUTCOME_NONE && t->messages == MESSAGES_MAX)
		not_among(w, "came");
}

static void heard_close(struct socket_walk *w, const struct ws_item *m)
{
	struct websocket_talk *t = w->talk_state;
	char words[SHOWN_MAX];

	t->closed = true;
	if (w->parting)
		return;
	ws_write_close(&t->stream.out, m->code == CLOSE_NONE ? CLOSE_NORMAL : m->code);
	text_safe(words, sizeof words, m->data, m->len, 0, 0, NULL);
	if (m->code == CLOSE_NONE)
		verdict_set(&w->verdict, OUTCOME_DOWN, "closed",
			    "the server closed before the expected message");
	else
		verdict_set(&w->verdict, OUTCOME_DOWN, "closed",
			    "the server closed with %d%s%s%s before the expected message", m->code,
			    words[0] ? " \"" : "", words, words[0] ? "\"" : "");
}

/* WAIT: more bytes are wanted. */
static enum walk_step hear_frame(struct socket_walk *w)
{
	struct websocket_talk *t = w->talk_state;
	struct ws_item m;

	switch (ws_read(&t->reader, buf_str(&t->stream.in), t->stream.in.len, &m)) {
	case WS_MORE: return STEP_WAIT;
	case WS_PART:
	case WS_PONG: break;
	case WS_MESSAGE: heard_message(w, &m); break;
	case WS_PING: ws_write(&t->stream.out, WS_OP_PONG, m.data, m.len); break;
	case WS_CLOSE: heard_close(w, &m); break;
	case WS_BROKEN:
		if (!w->parting)
			verdict_set(&w->verdict, OUTCOME_DOWN, "protocol", "%s", m.why);
		ws_write_close(&t->stream.out, m.code);
		walk_stream_flush(w, &t->stream); /* as far as it goes at once */
		return STEP_FAILED;
	}
	buf_consume(&t->stream.in, m.used);
	if (t->closed)
		walk_stream_flush(w, &t->stream);
	return t->closed || w->verdict.outcome != OUTCOME_NONE ? STEP_FAILED : STEP_DONE;
}

/* ---- the conversation ---------------------------------------------------------------------- */

static enum walk_step shake(struct socket_walk *w)
{
	const struct websocket_config *c = w->config;
	struct websocket_talk *t = w->talk_state;
	enum walk_step step =
		t->tls.ssl ? walk_tls_shake(w, &t->tls) : walk_tls_begin(w, &t->tls, &c->want);

	if (step == STEP_DONE) {
		t->shaking = false;
		t->stream.ssl = t->tls.ssl;
		ask(w);
	}
	return step;
}

static void ended(struct socket_walk *w)
{
	const struct websocket_talk *t = w->talk_state;

	if (w->parting)
		return;
	if (t->open)
		verdict_set(&w->verdict, OUTCOME_DOWN, "closed",
			    "the connection ended without a Close before the expected message");
	else
		verdict_set(&w->verdict, OUTCOME_DOWN, "closed",
			    "the connection ended before the answer to the handshake");
}

static enum walk_step hear(struct socket_walk *w)
{
	struct websocket_talk *t = w->talk_state;
	enum walk_step step = walk_stream_fill(w, &t->stream);

	if (step == STEP_ENDED)
		ended(w);
	if (step != STEP_DONE)
		return step;
	if (!t->first_us) {
		t->first_us = clock_boot_us(w->env->clock);
		w->phase_us[PHASE_FIRST_BYTE] = t->first_us - t->asked_us;
		w->at = AT_TRANSFER;
	}
	if (t->stream.received <= RECEIVED_MAX)
		return STEP_DONE;
	if (!w->parting)
		not_among(w, "within 1 MB");
	return STEP_FAILED;
}

/* One move; DONE: there may be another. */
static enum walk_step advance(struct socket_walk *w)
{
	struct websocket_talk *t = w->talk_state;
	enum walk_step step;

	if (t->shaking)
		return shake(w);
	step = walk_stream_flush(w, &t->stream);
	if (step == STEP_ENDED)
		ended(w);
	if (step != STEP_DONE)
		return step;
	step = t->open ? hear_frame(w) : hear_answer(w);
	return step == STEP_WAIT ? hear(w) : step;
}

static void websocket_ready(struct socket_walk *w)
{
	enum walk_step step;

	do
		step = advance(w);
	while (step == STEP_DONE);
	if (step != STEP_WAIT)
		socket_walk_end(w);
}

static void websocket_begin(struct socket_walk *w)
{
	const struct websocket_config *c = w->config;
	struct websocket_talk *t = w->talk_state;

	walk_stream_init(&t->stream, IN_MAX, OUT_MAX);
	ws_reader_init(&t->reader);
	t->shaking = c->tls;
	if (!c->tls)
		ask(w);
	websocket_ready(w);
}

/* Messages came, yet not the right one: that says more than a timeout. */
static void websocket_late(struct socket_walk *w, const char *after)
{
	const struct websocket_talk *t = w->talk_state;
	char when[48];

	if (!t->messages)
		return;
	snprintf(when, sizeof when, "within %s", after);
	not_among(w, when);
}

/* ---- the result ---------------------------------------------------------------------------- */

static void websocket_judge(struct socket_walk *w)
{
	const struct websocket_config *c = w->config;
	const struct websocket_talk *t = w->talk_state;
	char summary[80];

	if (walk_tls_judge(w, &t->tls) || socket_walk_slow(w))
		return;
	walk_tls_summary(&t->tls, summary, sizeof summary);
	verdict_set(&w->verdict, OUTCOME_UP, "", "opened%s%s%s",
		    wants_reply(c) ? ", the expected message came" : "", summary[0] ? ", " : "",
		    summary);
}

static void websocket_evidence(struct socket_walk *w, struct json_writer *jw)
{
	const struct websocket_talk *t = w->talk_state;

	if (t->server[0])
		jw_kv_str(jw, "server", t->server);
	if (t->subprotocol[0])
		jw_kv_str(jw, "subprotocol", t->subprotocol);
	if (t->open)
		jw_kv_bool(jw, "clean_close", t->closed);
	walk_tls_evidence(&t->tls, jw);
}

static void websocket_fill(struct socket_walk *w, struct check_result *r)
{
	walk_tls_fill(&((struct websocket_talk *)w->talk_state)->tls, r);
}

static void websocket_fini(struct socket_walk *w)
{
	struct websocket_talk *t = w->talk_state;

	walk_tls_fini(&t->tls);
	if (t->stream.out.data)
		sodium_memzero(t->stream.out.data, t->stream.out.cap);
	walk_stream_fini(&t->stream);
	ws_reader_fini(&t->reader);
}

static void websocket_release(struct socket_walk *w)
{
	walk_tls_release(&((struct websocket_talk *)w->talk_state)->tls);
}

static const struct socket_talk talk = {
	.state_size = sizeof(struct websocket_talk),
	.late = websocket_late,
	.begin = websocket_begin,
	.ready = websocket_ready,
	.judge = websocket_judge,
	.evidence = websocket_evidence,
	.fill = websocket_fill,
	.fini = websocket_fini,
	.release = websocket_release,
};

static void websocket_start(struct check_run *run)
{
	socket_check_start(run, &talk);
}

static const char *websocket_host(const void *config)
{
	return ((const struct websocket_config *)config)->target.host;
}

const struct check_type check_websocket = {
	.name = "websocket",
	.prepare = websocket_config_prepare,
	.config_free = websocket_config_free,
	.host = websocket_host,
	.start = websocket_start,
	.cancel = socket_check_cancel,
};
