/* The tls check: one full handshake; who the certificates are for, who vouches, when they end. */
#include <stdlib.h>

#include "daemon/checks/common/spec.h"
#include "daemon/checks/common/walk_tls.h"
#include "shared/mem.h"

enum { TLS_PORT = 443 };

struct tls_config {
	struct socket_target target;
	struct tls_want want;
};

static void tls_config_free(void *config)
{
	struct tls_config *c = config;

	if (!c)
		return;
	socket_target_fini(&c->target);
	tls_want_fini(&c->want);
	free(c);
}

static enum err tls_prepare(const json_t *spec, const struct check_env *env, void **config,
			    struct error *e)
{
	struct tls_config *c = mem_zalloc(sizeof *c);
	enum err err = socket_target_prepare(&c->target, spec, TLS_PORT, e);

	if (!err)
		err = tls_want_prepare(&c->want, spec, c->target.host, e);
	if (err) {
		tls_config_free(c);
		return err;
	}
	*config = c;
	return ERR_NONE;
}

static void tls_begin(struct socket_walk *w)
{
	const struct tls_config *c = w->config;

	if (walk_tls_begin(w, w->talk_state, &c->want) != STEP_WAIT)
		socket_walk_end(w);
}

static void tls_ready(struct socket_walk *w)
{
	if (walk_tls_shake(w, w->talk_state) != STEP_WAIT)
		socket_walk_end(w);
}

static void tls_judge(struct socket_walk *w)
{
	const struct walk_tls *t = w->talk_state;
	char summary[80];

	if (walk_tls_judge(w, t) || socket_walk_slow(w))
		return;
	walk_tls_summary(t, summary, sizeof summary);
	verdict_set(&w->verdict, OUTCOME_UP, "", "%s", summary);
}

static void tls_evidence(struct socket_walk *w, struct json_writer *jw)
{
	walk_tls_evidence(w->talk_state, jw);
}

static void tls_fill(struct socket_walk *w, struct check_result *r)
{
	walk_tls_fill(w->talk_state, r);
}

static void tls_fini(struct socket_walk *w)
{
	walk_tls_fini(w->talk_state);
}

static void tls_release(struct socket_walk *w)
{
	walk_tls_release(w->talk_state);
}

static const struct socket_talk talk = {
	.state_size = sizeof(struct walk_tls),
	.begin = tls_begin,
	.ready = tls_ready,
	.judge = tls_judge,
	.evidence = tls_evidence,
	.fill = tls_fill,
	.fini = tls_fini,
	.release = tls_release,
};

static void tls_start(struct check_run *run)
{
	socket_check_start(run, &talk);
}

static const char *tls_host(const void *config)
{
	return ((const struct tls_config *)config)->target.host;
}

const struct check_type check_tls = {
	.name = "tls",
	.prepare = tls_prepare,
	.config_free = tls_config_free,
	.host = tls_host,
	.start = tls_start,
	.cancel = socket_check_cancel,
};
