#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/net/transfers_internal.h"
#include "shared/mem.h"

/* Belongs to an SSL_CTX, which curl makes for each connection. The connection may outlive the
 * transfer (kept alive, tickets that come late), so neither may trust the other to be there. */
struct handshake {
	struct transfers *owner;
	struct transfer *transfer; /* NULL after its end */
	char session_key[SESSION_KEY_MAX];
	bool settled; /* it is decided whether a session is offered: once, before the first flight
		       */
	bool verify;
	bool has_session; /* a resumed one that is still young: its successor is not wanted */
	bool stored;
};

static void on_ctx_free(void *parent, void *ptr, CRYPTO_EX_DATA *ad, int index, long argl,
			void *argp)
{
	struct handshake *h = ptr;

	if (!h)
		return;
	if (h->transfer)
		h->transfer->handshake = NULL;
	free(h);
}

int transfer_tls_index(void)
{
	return SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, on_ctx_free);
}

static struct handshake *handshake_of(const SSL *ssl)
{
	return SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
}

static int on_verify(X509_STORE_CTX *ctx, void *arg)
{
	struct handshake *h = arg;
	struct tls_seen late = {0};
	int result;

	if (h->transfer)
		return tls_seen_verify(&h->transfer->seen, ctx, h->verify);
	result = tls_seen_verify(&late, ctx, h->verify);
	tls_seen_fini(&late);
	return result;
}

/* The one moment between curl's set-up and the first flight at which a session can be given. */
static void on_info(const SSL *ssl, int where, int value)
{
	struct handshake *h = handshake_of(ssl);
	SSL_SESSION *session;

	if (where != SSL_CB_HANDSHAKE_START || !h || h->settled)
		return;
	h->settled = true;
	session = sessions_get(h->owner->sessions, h->session_key);
	if (!session)
		return;
	SSL_set_session((SSL *)(uintptr_t)ssl, session);
	/* Servers send two tickets each time; one that lasts a while longer is good enough. */
	h->has_session =
		time(NULL) - SSL_SESSION_get_time(session) < SSL_SESSION_get_timeout(session) / 2;
	SSL_SESSION_free(session);
}

static int on_new_session(SSL *ssl, SSL_SESSION *session)
{
	struct handshake *h = handshake_of(ssl);

	if (!h || (h->has_session && SSL_session_reused(ssl)) || !SSL_SESSION_is_resumable(session))
		return 0;
	/* No verified session comes from a handshake that was not. */
	if (h->verify && SSL_get_verify_result(ssl) != X509_V_OK)
		return 0;
	if (!h->stored)
		sessions_put(h->owner->sessions, h->session_key, session);
	h->stored = true;
	return 0;
}

/* The proxy's own handshake: it is verified, and none of it is the target's. */
static bool is_for_proxy(struct transfer *t)
{
	return t->req.proxy && t->req.proxy->kind == PROXY_HTTPS && !t->handshakes++;
}

CURLcode transfer_tls_setup(CURL *easy, void *ssl_ctx, void *arg)
{
	struct transfer *t = arg;
	SSL_CTX *ctx = ssl_ctx;
	struct handshake *h;

	if (is_for_proxy(t)) {
		SSL_CTX_set1_cert_store(ctx, trust_store(t->owner->trust));
		return CURLE_OK;
	}
	h = mem_zalloc(sizeof *h);
	transfer_tls_detach(t); /* curl tries again on a new connection when a kept one was dead */
	h->owner = t->owner;
	h->transfer = t;
	h->settled = t->req.full_handshake;
	h->verify = t->req.verify;
	memcpy(h->session_key, t->session_key, sizeof h->session_key);
	if (!SSL_CTX_set_ex_data(ctx, t->owner->handshake_index, h)) {
		free(h);
		return CURLE_OUT_OF_MEMORY;
	}
	SSL_CTX_set_app_data(ctx, h);
	t->handshake = h;
	t->tls_began_us = clock_boot_us(t->owner->clock);
	SSL_CTX_set1_cert_store(ctx, trust_store(t->owner->trust));
	SSL_CTX_set_cert_verify_callback(ctx, on_verify, h);
	SSL_CTX_set_info_callback(ctx, on_info);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(ctx, on_new_session);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION);
	return CURLE_OK;
}

void transfer_tls_look(struct transfer *t)
{
	struct curl_tlssessioninfo *info = NULL;
	const SSL *ssl;

	t->looked_at_tls = true;
	if (curl_easy_getinfo(t->easy, CURLINFO_TLS_SSL_PTR, &info) || !info || !info->internals)
		return;
	ssl = info->internals;
	t->result.resumed_session = SSL_session_reused(ssl);
	snprintf(t->result.tls_version, sizeof t->result.tls_version, "%s", SSL_get_version(ssl));
	snprintf(t->result.cipher, sizeof t->result.cipher, "%s", SSL_get_cipher_name(ssl));
}

/* The server's alert about our certificate (RFC 8446, 6.2), in OpenSSL's words; NULL: none. */
static const char *alert_of(const struct transfer *t)
{
	static const char *const alerts[] = {
		"certificate required", "bad certificate",     "unsupported certificate",
		"certificate revoked",  "certificate expired", "certificate unknown",
		"unknown ca",           "access denied",
	};
	const char *alert = strstr(t->curl_error, " alert ");

	for (size_t i = 0; alert && i < ARRAY_LEN(alerts); i++) {
		if (!strncmp(alert + 7, alerts[i], strlen(alerts[i])))
			return alerts[i];
	}
	/* Of this one curl makes an error of its own verification. */
	if (!t->seen.verify_error && !strcmp(t->curl_error, "SSL certificate verification failed"))
		return "certificate expired";
	return NULL;
}

bool transfer_tls_refused(struct transfer *t)
{
	const char *alert = alert_of(t), *host = t->req.url->host;
	struct transfer_result *r = &t->result;

	if (!alert)
		return false;
	if (t->req.identity)
		transfer_say(t, TRANSFER_TLS, "%.64s refused our client certificate: %s", host,
			     alert);
	else
		transfer_say(t, TRANSFER_TLS, "%.64s wants a client certificate", host);
	r->at = AT_TLS;
	snprintf(r->tls_cause, sizeof r->tls_cause, "tls_client_certificate");
	sessions_drop(t->owner->sessions, t->session_key);
	return true;
}

void transfer_tls_detach(struct transfer *t)
{
	if (t->handshake)
		t->handshake->transfer = NULL;
	t->handshake = NULL;
}
