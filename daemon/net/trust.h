#pragma once
/* Whom we trust, what a TLS handshake showed, and what is wrong with it in words.
 *
 * The store reads a root from the system's hashed folder when a chain needs it: nothing is loaded
 * at start, and no handshake waits for 140 certificates to be parsed. */
#include <openssl/ssl.h>
#include <stdbool.h>

#include "daemon/net/certificate.h"
#include "shared/err.h"

struct trust;
/** @param ca_file  PEM bundle; NULL: the system's */
struct trust *trust_new(const char *ca_file, struct error *e);
void trust_free(struct trust *t);
X509_STORE *trust_store(const struct trust *t);

/** Filled while the peer's certificates are looked at. */
struct tls_seen {
	STACK_OF(X509) *
		chain; /* leaf first: the verified chain, else what was presented; NULL: resumed */
	int verify_error;               /* X509_V_*, X509_V_OK also when verification is off */
	char culprit[CERTIFICATE_NAME]; /* subject of the certificate at fault, safe */
	int64_t culprit_ms;             /* the date at fault (expired, not yet valid) */
	int culprit_at;
};
void tls_seen_fini(struct tls_seen *s);
/** The body of SSL_CTX_set_cert_verify_callback. Returns what OpenSSL wants: 1 go on, 0 refuse. */
int tls_seen_verify(struct tls_seen *s, X509_STORE_CTX *ctx, bool verify);

enum { TLS_CAUSE = 32, TLS_MESSAGE = 200 };
/** Stable word and one safe sentence for a handshake that failed.
 *  @param host      whose name was expected
 *  @param mismatch  the chain was fine but the name was not
 *  @param detail    the library's words, for faults that are not the certificate's; may be "" */
void tls_seen_explain(const struct tls_seen *s, const char *host, bool mismatch, const char *detail,
		      char cause[static TLS_CAUSE], char message[static TLS_MESSAGE]);
