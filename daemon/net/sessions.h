#pragma once
/* TLS sessions to resume, by origin: curl 7.88 shares only eight among all its handles. Bounded;
 * what was used longest ago goes. Sessions of unverified handshakes have keys of their own, so they
 * never stand in for a verified one. Net loop only. */
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

struct sessions;
struct sessions *sessions_new(size_t max);
void sessions_free(struct sessions *s);
/** Keep a session for key. Copies. */
void sessions_put(struct sessions *s, const char *key, SSL_SESSION *session);
/** New reference, or NULL. */
SSL_SESSION *sessions_get(struct sessions *s, const char *key);
void sessions_drop(struct sessions *s, const char *key);
