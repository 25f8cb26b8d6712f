#include "daemon/checks/common/walk_tls.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/checks/common/spec.h"
#include "daemon/net/idn.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum err tls_want_prepare(struct tls_want *want, const json_t *spec, const char *host,
			  struct error *e)
{
	struct sockaddr_storage address;
	char *given = spec_copy(spec, "server_name");
	char name[HOST_MAX];
	enum err err;

	snprintf(name, sizeof name, "%s", given ? given : host);
	free(given);
	err = idn_to_ascii(name, e);
	if (err)
		return err;
	want->name = mem_strdup(name);
	want->name_is_address = address_parse(name, &address);
	want->verify = spec_bool_of(spec, "verify");
	want->cert_days = (int)spec_int_of(spec, "cert_days");
	return ERR_NONE;
}

void tls_want_fini(struct tls_want *want)
{
	free(want->name);
	want->name = NULL;
}

static int on_verify(X509_STORE_CTX *ctx, void *arg)
{
	struct walk_tls *t = arg;

	return tls_seen_verify(&t->seen, ctx, t->want->verify);
}

static bool open_session(struct socket_walk *w, struct walk_tls *t)
{
	const struct tls_want *want = t->want;

	t->ctx = SSL_CTX_new(TLS_client_method());
	if (!t->ctx)
		return false;
	SSL_CTX_set1_cert_store(t->ctx, trust_store(transfers_trust(w->env->transfers)));
	SSL_CTX_set_cert_verify_callback(t->ctx, on_verify, t);
	SSL_CTX_set_verify(t->ctx, want->verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_session_cache_mode(t->ctx, SSL_SESS_CACHE_OFF);
	/* A buffer that is sent in parts may move between them. */
	SSL_CTX_set_mode(t->ctx,
			 SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	t->ssl = SSL_new(t->ctx);
	if (!t->ssl || SSL_set_fd(t->ssl, w->fd) != 1)
		return false;
	if (want->name_is_address)
		return !want->verify ||
		       X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(t->ssl), want->name) == 1;
	return SSL_set_tlsext_host_name(t->ssl, want->name) == 1 &&
	       (!want->verify || SSL_set1_host(t->ssl, want->name) == 1);
}

static void note_chain(struct socket_walk *w, struct walk_tls *t)
{
	if (!t->seen.chain)
		return;
	certificate_read(t->seen.chain, &t->facts);
	t->certificate = certificate_json(t->seen.chain, clock_wall_ms(w->env->clock));
}

static void handshake_failed(struct socket_walk *w, const struct walk_tls *t, int reason)
{
	unsigned long code = ERR_peek_last_error();
	const char *words = code ? ERR_reason_error_string(code) : NULL;
	char cause[TLS_CAUSE], message[TLS_MESSAGE];

	if (!t->seen.verify_error && reason == SSL_ERROR_SYSCALL) {
		verdict_of_end(&w->verdict, TRANSFER_RESET, AT_TLS, NULL,
			       "connection was reset in the TLS handshake");
		return;
	}
	tls_seen_explain(&t->seen, t->want->name, false, words ? words : "", cause, message);
	verdict_of_end(&w->verdict, TRANSFER_TLS, AT_TLS, cause, message);
}

enum walk_step walk_tls_shake(struct socket_walk *w, struct walk_tls *t)
{
	int rc, reason;

	ERR_clear_error();
	rc = SSL_connect(t->ssl);
	reason = SSL_get_error(t->ssl, rc);
	if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) {
		socket_walk_watch(w, reason == SSL_ERROR_WANT_READ ? UV_READABLE : UV_WRITABLE);
		return STEP_WAIT;
	}
	note_chain(w, t);
	if (rc == 1) {
		t->done_us = clock_boot_us(w->env->clock);
		w->phase_us[PHASE_TLS] = t->done_us - t->began_us;
		snprintf(t->version, sizeof t->version, "%s", SSL_get_version(t->ssl));
		snprintf(t->cipher, sizeof t->cipher, "%s", SSL_get_cipher_name(t->ssl));
	} else {
		handshake_failed(w, t, reason);
	}
	ERR_clear_error();
	return rc == 1 ? STEP_DONE : STEP_FAILED;
}

enum walk_step walk_tls_begin(struct socket_walk *w, struct walk_tls *t,
			      const struct tls_want *want)
{
	w->at = AT_TLS;
	t->want = want;
	t->began_us = clock_boot_us(w->env->clock);
	if (open_session(w, t))
		return walk_tls_shake(w, t);
	ERR_clear_error();
	verdict_of_end(&w->verdict, TRANSFER_LOCAL, AT_TLS, NULL, "no memory for a TLS handshake");
	return STEP_FAILED;
}

bool walk_tls_judge(struct socket_walk *w, const struct walk_tls *t)
{
	return t->want &&
	       verdict_of_expiry(&w->verdict, t->want->cert_days, clock_wall_ms(w->env->clock),
				 t->facts.earliest_ms, t->facts.earliest, t->facts.earliest_at);
}

void walk_tls_summary(const struct walk_tls *t, char *out, size_t cap)
{
	char day[TIME_TEXT];

	out[0] = '\0';
	if (!t->done_us)
		return;
	time_rfc3339(day, t->facts.earliest_ms);
	day[10] = '\0';
	snprintf(out, cap, "%s, certificate until %s", t->version, day);
}

void walk_tls_evidence(const struct walk_tls *t, struct json_writer *jw)
{
	if (t->version[0]) {
		jw_kv_str(jw, "tls_version", t->version);
		jw_kv_str(jw, "cipher", t->cipher);
	}
	if (t->facts.fingerprint[0])
		jw_kv_str(jw, "certificate_fingerprint", t->facts.fingerprint);
	if (t->facts.earliest_ms)
		jw_kv_time(jw, "certificate_not_after", t->facts.earliest_ms);
}

void walk_tls_fill(struct walk_tls *t, struct check_result *r)
{
	r->certificate = t->certificate;
	t->certificate = NULL;
	r->certificate_not_after_ms = t->facts.earliest_ms;
}

void walk_tls_fini(struct walk_tls *t)
{
	if (t->done_us) {
		SSL_shutdown(t->ssl);
		ERR_clear_error();
	}
	SSL_free(t->ssl);
	SSL_CTX_free(t->ctx);
	tls_seen_fini(&t->seen);
	t->ssl = NULL;
	t->ctx = NULL;
}

void walk_tls_release(struct walk_tls *t)
{
	free(t->certificate);
	t->certificate = NULL;
}
