/* The smtp check: banner, EHLO, TLS where it is asked for, EHLO again, QUIT. It never gets as far
 * as a sender or a recipient. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/checks/common/smtp_reply.h"
#include "daemon/checks/common/spec.h"
#include "daemon/checks/common/walk_stream.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "shared/text_safe.h"

enum { SMTP_PORT = 25, CAPABILITIES_MAX = 10, PARTING_MS = 1000, SHOWN_MAX = 100 };

enum starttls { STARTTLS_REQUIRED, STARTTLS_OPTIONAL, STARTTLS_OFF };

struct smtp_config {
	struct socket_target target;
	struct tls_want want;
	enum starttls starttls;
	bool tls; /* from the first byte on */
	char *ehlo;
	char *capabilities[CAPABILITIES_MAX];
	size_t n_capabilities;
};

enum smtp_state { SAYS_BANNER, SAYS_EHLO, SAYS_HELO, SAYS_STARTTLS, SAYS_QUIT };

struct smtp_talk {
	struct walk_stream stream;
	struct walk_tls tls;
	enum smtp_state state;
	bool shaking;
	int64_t asked_us, first_us; /* boot time; first 0: nothing came yet */
	char server[256];           /* the name in the banner, safe */
	char extensions[1024];      /* safe */
};

/* ---- configuration ------------------------------------------------------------------------- */

static void smtp_config_free(void *config)
{
	struct smtp_config *c = config;

	if (!c)
		return;
	socket_target_fini(&c->target);
	tls_want_fini(&c->want);
	for (size_t i = 0; i < c->n_capabilities; i++)
		free(c->capabilities[i]);
	free(c->ehlo);
	free(c);
}

static enum err smtp_prepare(const json_t *spec, const struct check_env *env, void **config,
			     struct error *e)
{
	struct smtp_config *c = mem_zalloc(sizeof *c);
	const char *starttls = spec_text(monitor_kind(), spec, "starttls");
	enum err err = socket_target_prepare(&c->target, spec, SMTP_PORT, e);
	json_t *item;
	size_t i;

	if (!err)
		err = tls_want_prepare(&c->want, spec, c->target.host, e);
	if (err) {
		smtp_config_free(c);
		return err;
	}
	c->tls = spec_bool_of(spec, "tls");
	c->starttls = c->tls || (starttls && !strcmp(starttls, "off")) ? STARTTLS_OFF
		      : starttls && !strcmp(starttls, "required")      ? STARTTLS_REQUIRED
								       : STARTTLS_OPTIONAL;
	c->ehlo = spec_copy(spec, "ehlo");
	json_array_foreach((json_t *)spec_value(monitor_kind(), spec, "capabilities"), i, item)
	{
		if (json_is_string(item) && c->n_capabilities < CAPABILITIES_MAX)
			c->capabilities[c->n_capabilities++] = mem_strdup(json_string_value(item));
	}
	*config = c;
	return ERR_NONE;
}

/* ---- what is said -------------------------------------------------------------------------- */

static const char *command_name(enum smtp_state state)
{
	switch (state) {
	case SAYS_BANNER: return "the banner";
	case SAYS_EHLO: return "EHLO";
	case SAYS_HELO: return "HELO";
	case SAYS_STARTTLS: return "STARTTLS";
	case SAYS_QUIT: return "QUIT";
	}
	return "";
}

static const char *awaited_in(enum smtp_state state)
{
	switch (state) {
	case SAYS_BANNER: return "banner";
	case SAYS_EHLO: return "answer to EHLO";
	case SAYS_HELO: return "answer to HELO";
	case SAYS_STARTTLS: return "answer to STARTTLS";
	case SAYS_QUIT: return "answer to QUIT";
	}
	return "";
}

static void await(struct socket_walk *w, enum smtp_state state)
{
	struct smtp_talk *t = w->talk_state;

	t->state = state;
	w->awaited = awaited_in(state);
}

/* RFC 5321, 4.1.3: who has no name gives his address. */
static void own_address(int fd, char *out, size_t cap)
{
	struct sockaddr_storage a = {0};
	socklen_t len = sizeof a;
	char text[ADDRESS_TEXT] = "127.0.0.1";

	if (!getsockname(fd, (struct sockaddr *)&a, &len))
		address_text(&a, text);
	snprintf(out, cap, "[%s%s]", a.ss_family == AF_INET6 ? "IPv6:" : "", text);
}

static void greet(struct socket_walk *w, enum smtp_state state)
{
	const struct smtp_config *c = w->config;
	struct smtp_talk *t = w->talk_state;
	char own[ADDRESS_TEXT + 16];

	own_address(w->fd, own, sizeof own);
	buf_printf(&t->stream.out, "%s %s\r\n", command_name(state), c->ehlo ? c->ehlo : own);
	await(w, state);
}

static void part(struct socket_walk *w)
{
	struct smtp_talk *t = w->talk_state;

	w->phase_us[PHASE_TRANSFER] = clock_boot_us(w->env->clock) - t->first_us;
	if (!((const struct smtp_config *)w->config)->tls && w->phase_us[PHASE_TLS] > 0)
		w->phase_us[PHASE_TRANSFER] -= w->phase_us[PHASE_TLS];
	buf_add_str(&t->stream.out, "QUIT\r\n");
	await(w, SAYS_QUIT);
	socket_walk_part(w, PARTING_MS);
}

/* ---- what is heard ------------------------------------------------------------------------- */

static void refused(struct socket_walk *w, const struct smtp_reply *r, int expected)
{
	const struct smtp_talk *t = w->talk_state;
	char words[SHOWN_MAX];
	size_t len;
	const char *line = smtp_reply_line(r, r->lines - 1, &len);

	text_safe(words, sizeof words, line, len, 0, 0, NULL);
	if (t->state == SAYS_BANNER)
		verdict_set(&w->verdict, OUTCOME_DOWN, "banner", "banner \"%d %s\", expected %d",
			    r->code, words, expected);
	else
		verdict_set(&w->verdict, OUTCOME_DOWN, "smtp_status",
			    "%s was answered \"%d %s\", expected %d", command_name(t->state),
			    r->code, words, expected);
}

static void not_smtp(struct socket_walk *w)
{
	const struct smtp_talk *t = w->talk_state;
	char words[SHOWN_MAX];

	text_safe(words, sizeof words, buf_str(&t->stream.in), t->stream.in.len, 60, 0, NULL);
	if (t->state == SAYS_BANNER)
		verdict_set(&w->verdict, OUTCOME_DOWN, "banner",
			    "not a mail server: it began with \"%s\"", words);
	else
		verdict_set(&w->verdict, OUTCOME_DOWN, "protocol",
			    "the answer to %s is not SMTP: \"%s\"", command_name(t->state), words);
}

static void heard_banner(struct socket_walk *w, const struct smtp_reply *r)
{
	struct smtp_talk *t = w->talk_state;
	size_t len;
	const char *line = smtp_reply_line(r, 0, &len);
	const char *space = memchr(line, ' ', len);

	/* What follows the name often holds a time or a number: it would always have changed. */
	text_safe(t->server, sizeof t->server, line, space ? (size_t)(space - line) : len, 0, 0,
		  NULL);
	if (r->code == 220)
		greet(w, SAYS_EHLO);
	else
		refused(w, r, 220);
}

static bool may_say_helo(const struct smtp_config *c, const struct smtp_talk *t)
{
	return c->starttls != STARTTLS_REQUIRED && !c->n_capabilities && !t->tls.done_us;
}

static void heard_ehlo(struct socket_walk *w, const struct smtp_reply *r)
{
	const struct smtp_config *c = w->config;
	struct smtp_talk *t = w->talk_state;

	if ((r->code == 500 || r->code == 502) && may_say_helo(c, t)) {
		greet(w, SAYS_HELO);
		return;
	}
	if (r->code != 250) {
		refused(w, r, 250);
		return;
	}
	smtp_reply_extensions(r, t->extensions, sizeof t->extensions);
	if (c->starttls != STARTTLS_OFF && !t->tls.done_us) {
		if (smtp_reply_offers(r, "STARTTLS")) {
			buf_add_str(&t->stream.out, "STARTTLS\r\n");
			await(w, SAYS_STARTTLS);
			return;
		}
		if (c->starttls == STARTTLS_REQUIRED) {
			verdict_set(&w->verdict, OUTCOME_DOWN, "starttls_missing",
				    "STARTTLS is not offered");
			return;
		}
	}
	for (size_t i = 0; i < c->n_capabilities; i++) {
		if (smtp_reply_offers(r, c->capabilities[i]))
			continue;
		verdict_set(&w->verdict, OUTCOME_DOWN, "capability", "%.100s is not offered",
			    c->capabilities[i]);
		return;
	}
	part(w);
}

static void injected(struct socket_walk *w)
{
	verdict_set(&w->verdict, OUTCOME_DOWN, "starttls_injection",
		    "bytes before the TLS handshake that nobody asked for: somebody may be on the "
		    "line");
}

/* Whatever is in the clear behind the go-ahead would be taken for a part of what is encrypted. */
static void heard_starttls(struct socket_walk *w, const struct smtp_reply *r)
{
	struct smtp_talk *t = w->talk_state;

	if (r->code != 220) {
		refused(w, r, 220);
		return;
	}
	switch (walk_stream_fill(w, &t->stream)) {
	case STEP_DONE: injected(w); return;
	case STEP_ENDED:
		verdict_of_end(&w->verdict, TRANSFER_INCOMPLETE, w->at, NULL,
			       "the connection ended before the TLS handshake");
		return;
	case STEP_WAIT: t->shaking = true; return;
	case STEP_FAILED: return;
	}
}

static void heard_reply(struct socket_walk *w, const struct smtp_reply *r)
{
	const struct smtp_config *c = w->config;
	struct smtp_talk *t = w->talk_state;
	bool before_tls = c->starttls != STARTTLS_OFF && !t->tls.done_us;

	if (t->stream.in.len > r->used) { /* we say one thing at a time */
		if (before_tls && (t->state == SAYS_EHLO || t->state == SAYS_STARTTLS))
			injected(w);
		else
			verdict_set(&w->verdict, OUTCOME_DOWN, "protocol",
				    "more was said than the answer to %s", command_name(t->state));
		return;
	}
	switch (t->state) {
	case SAYS_BANNER: heard_banner(w, r); break;
	case SAYS_EHLO: heard_ehlo(w, r); break;
	case SAYS_HELO:
		if (r->code == 250)
			part(w);
		else
			refused(w, r, 250);
		break;
	case SAYS_STARTTLS: heard_starttls(w, r); break;
	case SAYS_QUIT: break;
	}
	buf_consume(&t->stream.in, r->used);
}

/* ---- the conversation ---------------------------------------------------------------------- */

static enum walk_step shake(struct socket_walk *w)
{
	const struct smtp_config *c = w->config;
	struct smtp_talk *t = w->talk_state;
	enum walk_step step =
		t->tls.ssl ? walk_tls_shake(w, &t->tls) : walk_tls_begin(w, &t->tls, &c->want);

	if (step != STEP_DONE)
		return step;
	t->shaking = false;
	t->stream.ssl = t->tls.ssl;
	if (c->tls) {
		t->asked_us = t->tls.done_us;
		w->at = AT_FIRST_BYTE;
	} else {
		w->at = AT_TRANSFER;
		greet(w, SAYS_EHLO);
	}
	return STEP_DONE;
}

static enum walk_step hear(struct socket_walk *w)
{
	struct smtp_talk *t = w->talk_state;
	enum walk_step step = walk_stream_fill(w, &t->stream);
	char words[96];

	if (step == STEP_DONE && !t->first_us) {
		t->first_us = clock_boot_us(w->env->clock);
		w->phase_us[PHASE_FIRST_BYTE] = t->first_us - t->asked_us;
		w->at = AT_TRANSFER;
	}
	if (step == STEP_ENDED && !w->parting) {
		snprintf(words, sizeof words, "the connection ended before the %s", w->awaited);
		verdict_of_end(&w->verdict, TRANSFER_INCOMPLETE, w->at, NULL, words);
	}
	return step;
}

/* One move; DONE: there may be another. */
static enum walk_step advance(struct socket_walk *w)
{
	struct smtp_talk *t = w->talk_state;
	struct smtp_reply r;
	enum walk_step step;

	if (t->shaking)
		return shake(w);
	step = walk_stream_flush(w, &t->stream);
	if (step != STEP_DONE)
		return step;
	switch (smtp_reply_parse(buf_str(&t->stream.in), t->stream.in.len, &r)) {
	case SMTP_MORE: return hear(w);
	case SMTP_BROKEN:
		if (!w->parting)
			not_smtp(w);
		return STEP_FAILED;
	case SMTP_REPLY: break;
	}
	if (w->parting)
		return STEP_ENDED;
	heard_reply(w, &r);
	return w->verdict.outcome == OUTCOME_NONE ? STEP_DONE : STEP_FAILED;
}

static void smtp_ready(struct socket_walk *w)
{
	enum walk_step step;

	do
		step = advance(w);
	while (step == STEP_DONE);
	if (step != STEP_WAIT)
		socket_walk_end(w);
}

static void smtp_begin(struct socket_walk *w)
{
	const struct smtp_config *c = w->config;
	struct smtp_talk *t = w->talk_state;

	walk_stream_init(&t->stream, SMTP_REPLY_MAX + SMTP_LINE_MAX, 1024);
	t->shaking = c->tls;
	t->asked_us = w->connected_us;
	w->at = AT_FIRST_BYTE;
	await(w, SAYS_BANNER);
	smtp_ready(w);
}

/* ---- the result ---------------------------------------------------------------------------- */

static void smtp_judge(struct socket_walk *w)
{
	const struct smtp_talk *t = w->talk_state;
	char summary[80];

	if (walk_tls_judge(w, &t->tls) || socket_walk_slow(w))
		return;
	walk_tls_summary(&t->tls, summary, sizeof summary);
	verdict_set(&w->verdict, OUTCOME_UP, "", "220 %.80s, %s", t->server,
		    summary[0] ? summary : "without TLS");
}

static void smtp_evidence(struct socket_walk *w, struct json_writer *jw)
{
	const struct smtp_config *c = w->config;
	const struct smtp_talk *t = w->talk_state;

	if (t->server[0])
		jw_kv_str(jw, "server", t->server);
	if (t->extensions[0])
		jw_kv_str(jw, "extensions", t->extensions);
	if (t->server[0] || t->tls.done_us)
		jw_kv_str(jw, "tls",
			  !t->tls.done_us ? "none"
			  : c->tls        ? "from the beginning"
					  : "STARTTLS");
	walk_tls_evidence(&t->tls, jw);
}

static void smtp_fill(struct socket_walk *w, struct check_result *r)
{
	walk_tls_fill(&((struct smtp_talk *)w->talk_state)->tls, r);
}

static void smtp_fini(struct socket_walk *w)
{
	struct smtp_talk *t = w->talk_state;

	walk_tls_fini(&t->tls);
	walk_stream_fini(&t->stream);
}

static void smtp_release(struct socket_walk *w)
{
	walk_tls_release(&((struct smtp_talk *)w->talk_state)->tls);
}

static const struct socket_talk talk = {
	.state_size = sizeof(struct smtp_talk),
	.begin = smtp_begin,
	.ready = smtp_ready,
	.judge = smtp_judge,
	.evidence = smtp_evidence,
	.fill = smtp_fill,
	.fini = smtp_fini,
	.release = smtp_release,
};

static void smtp_start(struct check_run *run)
{
	socket_check_start(run, &talk);
}

static const char *smtp_host(const void *config)
{
	return ((const struct smtp_config *)config)->target.host;
}

const struct check_type check_smtp = {
	.name = "smtp",
	.prepare = smtp_prepare,
	.config_free = smtp_config_free,
	.host = smtp_host,
	.start = smtp_start,
	.cancel = socket_check_cancel,
};
