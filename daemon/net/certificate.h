#pragma once
/* What a certificate chain says, as facts and as JSON. All names come from outside and are made
 * safe here. Pure; thread: any. */
#include <openssl/x509.h>
#include <stdint.h>

#include "shared/buf.h"

enum { CERTIFICATE_NAME = 128, CERTIFICATE_JSON_MAX = 16384, CERTIFICATE_NAMES_MAX = 100 };

struct certificate_facts {
	int64_t earliest_ms; /* not_after of the certificate of the chain that ends first */
	char earliest[CERTIFICATE_NAME]; /* its subject, safe */
	int earliest_at;                 /* its place in the chain, 0: the leaf */
	char fingerprint[65];            /* SHA-256 of the leaf, hex */
};

/** "CN", or what else the subject has, safe. Returns out. */
const char *certificate_name(const X509_NAME *name, char *out, size_t cap);
int64_t certificate_not_after_ms(const X509 *c);
int64_t certificate_not_before_ms(const X509 *c);
/** Facts of a chain, leaf first, not empty. */
void certificate_read(STACK_OF(X509) * chain, struct certificate_facts *out);
/** The API's "certificate" object: subject, issuer, names, not_before, not_after, days_left, chain,
 *  fingerprint. now_ms: what days_left counts from. free(). */
char *certificate_json(STACK_OF(X509) * chain, int64_t now_ms);
/** Names the leaf is valid for, "a.example, b.example and 3 more", safe. */
void certificate_names_text(const X509 *leaf, char *out, size_t cap);
