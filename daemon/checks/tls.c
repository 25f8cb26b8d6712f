/* The tls check: one full handshake; who the certificates are for, who vouches, when they end. */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/checks/common/socket_check.h"
#include "daemon/checks/common/spec.h"
#include "daemon/net/idn.h"
#include "daemon/net/trust.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum { TLS_PORT = 443 };

struct tls_config {
	struct socket_target target;
	char *name; /* asked for and verified */
	bool name_is_address;
	bool verify;
	int cert_days;
};

struct tls_talk {
	SSL_CTX *ctx;
	SSL *ssl;
	struct tls_seen seen;
	bool verify;
	char *certificate; /* JSON */
	struct certificate_facts facts;
	char version[16], cipher[48];
};

static void tls_config_free(void *config)
{
	struct tls_config *c = config;

	if (!c)
		return;
	socket_target_fini(&c->target);
	free(c->name);
	free(c);
}

static enum err prepare_name(struct tls_config *c, const json_t *spec, struct error *e)
{
	struct sockaddr_storage address;
	char *given = spec_copy(spec, "server_name");
	char name[HOST_MAX];
	enum err err;

	snprintf(name, sizeof name, "%s", given ? given : c->target.host);
	free(given);
	err = idn_to_ascii(name, e);
	if (err)
		return err;
	c->name = mem_strdup(name);
	c->name_is_address = address_parse(name, &address);
	return ERR_NONE;
}

static enum err tls_prepare(const json_t *spec, const struct check_env *env, void **config,
			    struct error *e)
{
	struct tls_config *c = mem_zalloc(sizeof *c);
	enum err err = socket_target_prepare(&c->target, spec, TLS_PORT, e);

	if (!err)
		err = prepare_name(c, spec, e);
	if (err) {
		tls_config_free(c);
		return err;
	}
	c->verify = spec_bool_of(spec, "verify");
	c->cert_days = (int)spec_int_of(spec, "cert_days");
	*config = c;
	return ERR_NONE;
}

static int on_verify(X509_STORE_CTX *ctx, void *arg)
{
	struct tls_talk *t = arg;

	return tls_seen_verify(&t->seen, ctx, t->verify);
}

static bool open_tls(struct socket_walk *w)
{
	const struct tls_config *c = w->config;
	struct tls_talk *t = w->talk_state;

	t->verify = c->verify;
	t->ctx = SSL_CTX_new(TLS_client_method());
	if (!t->ctx)
		return false;
	SSL_CTX_set1_cert_store(t->ctx, trust_store(transfers_trust(w->env->transfers)));
	SSL_CTX_set_cert_verify_callback(t->ctx, on_verify, t);
	SSL_CTX_set_verify(t->ctx, c->verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_session_cache_mode(t->ctx, SSL_SESS_CACHE_OFF);
	t->ssl = SSL_new(t->ctx);
	if (!t->ssl || SSL_set_fd(t->ssl, w->fd) != 1)
		return false;
	if (c->name_is_address)
		return !c->verify ||
		       X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(t->ssl), c->name) == 1;
	return SSL_set_tlsext_host_name(t->ssl, c->name) == 1 &&
	       (!c->verify || SSL_set1_host(t->ssl, c->name) == 1);
}

static void note_chain(struct socket_walk *w)
{
	struct tls_talk *t = w->talk_state;

	if (!t->seen.chain)
		return;
	certificate_read(t->seen.chain, &t->facts);
	t->certificate = certificate_json(t->seen.chain, clock_wall_ms(w->env->clock));
}

static void handshake_failed(struct socket_walk *w, int reason)
{
	const struct tls_config *c = w->config;
	struct tls_talk *t = w->talk_state;
	unsigned long code = ERR_peek_last_error();
	const char *words = code ? ERR_reason_error_string(code) : NULL;
	char cause[TLS_CAUSE], message[TLS_MESSAGE];

	if (!t->seen.verify_error && reason == SSL_ERROR_SYSCALL) {
		verdict_of_end(&w->verdict, TRANSFER_RESET, AT_TLS, NULL,
			       "connection was reset in the TLS handshake");
		return;
	}
	tls_seen_explain(&t->seen, c->name, false, words ? words : "", cause, message);
	verdict_of_end(&w->verdict, TRANSFER_TLS, AT_TLS, cause, message);
}

static void shake(struct socket_walk *w)
{
	struct tls_talk *t = w->talk_state;
	int rc, reason;

	ERR_clear_error();
	rc = SSL_connect(t->ssl);
	reason = SSL_get_error(t->ssl, rc);
	if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) {
		socket_walk_watch(w, reason == SSL_ERROR_WANT_READ ? UV_READABLE : UV_WRITABLE);
		return;
	}
	note_chain(w);
	if (rc == 1) {
		w->phase_us[PHASE_TLS] = clock_boot_us(w->env->clock) - w->connected_us;
		snprintf(t->version, sizeof t->version, "%s", SSL_get_version(t->ssl));
		snprintf(t->cipher, sizeof t->cipher, "%s", SSL_get_cipher_name(t->ssl));
		SSL_shutdown(t->ssl);
	} else {
		handshake_failed(w, reason);
	}
	ERR_clear_error();
	socket_walk_end(w);
}

static void tls_begin(struct socket_walk *w)
{
	w->at = AT_TLS;
	if (open_tls(w)) {
		shake(w);
		return;
	}
	ERR_clear_error();
	verdict_of_end(&w->verdict, TRANSFER_LOCAL, AT_TLS, NULL, "no memory for a TLS handshake");
	socket_walk_end(w);
}

static void tls_judge(struct socket_walk *w)
{
	const struct tls_config *c = w->config;
	const struct tls_talk *t = w->talk_state;
	char day[TIME_TEXT];

	if (verdict_of_expiry(&w->verdict, c->cert_days, clock_wall_ms(w->env->clock),
			      t->facts.earliest_ms, t->facts.earliest, t->facts.earliest_at))
		return;
	if (c->target.slow_ms && w->total_us > c->target.slow_ms * 1000)
		return; /* the frame says so */
	time_rfc3339(day, t->facts.earliest_ms);
	day[10] = '\0';
	verdict_set(&w->verdict, OUTCOME_UP, "", "%s, certificate until %s", t->version, day);
}

static void tls_evidence(struct socket_walk *w, struct json_writer *jw)
{
	const struct tls_talk *t = w->talk_state;

	if (t->version[0]) {
		jw_kv_str(jw, "tls_version", t->version);
		jw_kv_str(jw, "cipher", t->cipher);
	}
	if (t->facts.fingerprint[0])
		jw_kv_str(jw, "certificate_fingerprint", t->facts.fingerprint);
	if (t->facts.earliest_ms)
		jw_kv_time(jw, "certificate_not_after", t->facts.earliest_ms);
}

static void tls_fill(struct socket_walk *w, struct check_result *r)
{
	struct tls_talk *t = w->talk_state;

	r->certificate = t->certificate;
	t->certificate = NULL;
	r->certificate_not_after_ms = t->facts.earliest_ms;
}

static void tls_fini(struct socket_walk *w)
{
	struct tls_talk *t = w->talk_state;

	SSL_free(t->ssl);
	SSL_CTX_free(t->ctx);
	tls_seen_fini(&t->seen);
	t->ssl = NULL;
	t->ctx = NULL;
}

static void tls_release(struct socket_walk *w)
{
	struct tls_talk *t = w->talk_state;

	free(t->certificate);
}

static const struct socket_talk talk = {
	.state_size = sizeof(struct tls_talk),
	.begin = tls_begin,
	.ready = shake,
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
