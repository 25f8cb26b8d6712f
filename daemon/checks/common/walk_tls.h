#pragma once
/* TLS over the connection of a socket check: the handshake, who the certificates are for, who
 * vouches and when they end. Net loop; tls_want: any thread. */
#include <openssl/ssl.h>

#include "daemon/checks/common/socket_check.h"
#include "daemon/net/trust.h"

/** What a handshake is judged by; part of a check's config. */
struct tls_want {
	char *name; /* asked for and verified, ASCII */
	bool name_is_address, verify;
	int cert_days; /* degraded when a certificate ends within; 0: never */
};
/** Read server_name (else host), verify and cert_days. */
enum err tls_want_prepare(struct tls_want *want, const json_t *spec, const char *host,
			  struct error *e);
void tls_want_fini(struct tls_want *want);

/** One handshake and what it showed; part of a talk's state, zeroed at first. */
struct walk_tls {
	const struct tls_want *want;
	SSL_CTX *ctx;
	SSL *ssl;
	int64_t began_us, done_us; /* boot time; done 0: not yet */
	struct tls_seen seen;
	struct certificate_facts facts;
	char *certificate; /* JSON */
	char version[16], cipher[48];
};

enum walk_step {
	STEP_DONE,
	STEP_WAIT,   /* socket_walk_watch was called */
	STEP_FAILED, /* the verdict is set */
	STEP_ENDED,  /* the peer sent its end */
};

/** Begin over w->fd, which nothing else may read from now on. */
enum walk_step walk_tls_begin(struct socket_walk *w, struct walk_tls *t,
			      const struct tls_want *want);
/** Go on when the descriptor is ready. DONE sets PHASE_TLS. */
enum walk_step walk_tls_shake(struct socket_walk *w, struct walk_tls *t);
/** A certificate that ends soon sets the verdict: true. */
bool walk_tls_judge(struct socket_walk *w, const struct walk_tls *t);
/** "TLSv1.3, certificate until 2027-01-31", or "" without a handshake. */
void walk_tls_summary(const struct walk_tls *t, char *out, size_t cap);
/** Members about the session and the certificate, if there was one. */
void walk_tls_evidence(const struct walk_tls *t, struct json_writer *jw);
void walk_tls_fill(struct walk_tls *t, struct check_result *r);
/** For the talk's fini: says goodbye when there is a session; facts stay. */
void walk_tls_fini(struct walk_tls *t);
/** For the talk's release. */
void walk_tls_release(struct walk_tls *t);
