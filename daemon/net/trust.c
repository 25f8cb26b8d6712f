#include "daemon/net/trust.h"

#include <dirent.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/text_safe.h"
#include "shared/timefmt.h"

struct trust {
	X509_STORE *store;
};

static const char *const system_folders[] = {"/etc/ssl/certs", "/etc/pki/tls/certs"};
static const char *const system_bundles[] = {"/etc/ssl/certs/ca-certificates.crt",
					     "/etc/pki/tls/certs/ca-bundle.crt",
					     "/etc/ssl/cert.pem"};

/* True when the folder has OpenSSL's hash links (8 hex digits, a dot, a number). */
static bool is_hashed(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *entry;
	bool found = false;

	while (d && !found && (entry = readdir(d)))
		found = strspn(entry->d_name, "0123456789abcdef") == 8 && entry->d_name[8] == '.';
	if (d)
		closedir(d);
	return found;
}

static bool load_system(X509_STORE *store)
{
	for (size_t i = 0; i < ARRAY_LEN(system_folders); i++) {
		if (is_hashed(system_folders[i]))
			return X509_STORE_load_path(store, system_folders[i]) == 1;
	}
	for (size_t i = 0; i < ARRAY_LEN(system_bundles); i++) {
		if (X509_STORE_load_file(store, system_bundles[i]) == 1)
			return true;
	}
	return X509_STORE_set_default_paths(store) == 1;
}

struct trust *trust_new(const char *ca_file, struct error *e)
{
	struct trust *t = mem_zalloc(sizeof *t);
	bool fine;

	t->store = X509_STORE_new();
	fine = t->store &&
	       (ca_file ? X509_STORE_load_file(t->store, ca_file) == 1 : load_system(t->store));
	ERR_clear_error();
	if (!fine) {
		error_set(e, ERR_CONFIG, "cannot read trusted certificates from %s",
			  ca_file ? ca_file : "the system");
		error_hint(e, "install ca-certificates, or name a PEM file");
		trust_free(t);
		return NULL;
	}
	/* A trusted certificate ends the search, root or not, and the trusted path wins over what
	 * the server sent: an expired cross-signed root it still sends does no harm. */
	X509_STORE_set_flags(t->store, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST);
	return t;
}

void trust_free(struct trust *t)
{
	if (!t)
		return;
	X509_STORE_free(t->store);
	free(t);
}

X509_STORE *trust_store(const struct trust *t)
{
	return t->store;
}

void tls_seen_fini(struct tls_seen *s)
{
	sk_X509_pop_free(s->chain, X509_free);
	*s = (struct tls_seen){0};
}

static void note_culprit(struct tls_seen *s, const X509 *c)
{
	certificate_name(X509_get_subject_name(c), s->culprit, sizeof s->culprit);
	s->culprit_ms = s->verify_error == X509_V_ERR_CERT_NOT_YET_VALID
				? certificate_not_before_ms(c)
				: certificate_not_after_ms(c);
}

int tls_seen_verify(struct tls_seen *s, X509_STORE_CTX *ctx, bool verify)
{
	STACK_OF(X509) *presented = X509_STORE_CTX_get0_untrusted(ctx);
	int fine;

	tls_seen_fini(s);
	/* Also with verification off: the verified chain, when there is one, is what expires. */
	fine = X509_verify_cert(ctx) == 1;
	s->chain = fine ? X509_STORE_CTX_get1_chain(ctx) : X509_chain_up_ref(presented);
	if (s->chain && sk_X509_num(s->chain) == 0) {
		sk_X509_free(s->chain);
		s->chain = NULL;
	}
	if (fine || !verify) {
		X509_STORE_CTX_set_error(ctx, X509_V_OK);
		ERR_clear_error();
		return 1;
	}
	s->verify_error = X509_STORE_CTX_get_error(ctx);
	s->culprit_at = X509_STORE_CTX_get_error_depth(ctx);
	if (X509_STORE_CTX_get_current_cert(ctx))
		note_culprit(s, X509_STORE_CTX_get_current_cert(ctx));
	return 0;
}

static const char *place(int at)
{
	return at == 0 ? "certificate" : "issuing certificate";
}

static void mismatch_text(const struct tls_seen *s, const char *host, char *message)
{
	char names[100] = "";

	if (s->chain)
		certificate_names_text(sk_X509_value(s->chain, 0), names, sizeof names);
	snprintf(message, TLS_MESSAGE, "certificate is not for %.64s but for %s", host,
		 names[0] ? names : "no host");
}

void tls_seen_explain(const struct tls_seen *s, const char *host, bool mismatch, const char *detail,
		      char cause[static TLS_CAUSE], char message[static TLS_MESSAGE])
{
	char day[TIME_TEXT];
	char words[TLS_MESSAGE];

	time_rfc3339(day, s->culprit_ms);
	day[10] = '\0';
	if (mismatch || s->verify_error == X509_V_ERR_HOSTNAME_MISMATCH ||
	    s->verify_error == X509_V_ERR_IP_ADDRESS_MISMATCH) {
		snprintf(cause, TLS_CAUSE, "tls_hostname");
		mismatch_text(s, host, message);
		return;
	}
	switch (s->verify_error) {
	case X509_V_OK:
		text_safe(words, sizeof words, detail, strlen(detail), 0, 0, NULL);
		snprintf(cause, TLS_CAUSE, "tls_handshake");
		snprintf(message, TLS_MESSAGE, "TLS handshake failed%s%.150s", words[0] ? ": " : "",
			 words);
		return;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		snprintf(cause, TLS_CAUSE, "tls_expired");
		snprintf(message, TLS_MESSAGE, "%s \"%.90s\" expired on %s", place(s->culprit_at),
			 s->culprit, day);
		return;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		snprintf(cause, TLS_CAUSE, "tls_not_yet_valid");
		snprintf(message, TLS_MESSAGE, "%s \"%.90s\" is valid only from %s",
			 place(s->culprit_at), s->culprit, day);
		return;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		snprintf(cause, TLS_CAUSE, "tls_self_signed");
		snprintf(message, TLS_MESSAGE, "certificate \"%.90s\" is self-signed", s->culprit);
		return;
	case X509_V_ERR_CERT_REVOKED:
		snprintf(cause, TLS_CAUSE, "tls_revoked");
		snprintf(message, TLS_MESSAGE, "%s \"%.90s\" was revoked", place(s->culprit_at),
			 s->culprit);
		return;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		snprintf(cause, TLS_CAUSE, "tls_untrusted");
		snprintf(message, TLS_MESSAGE, "chain ends in \"%.90s\", which is not trusted here",
			 s->culprit);
		return;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		snprintf(cause, TLS_CAUSE, "tls_untrusted");
		snprintf(message, TLS_MESSAGE,
			 "issuer of \"%.90s\" is unknown: not trusted here, or the server does not "
			 "send it",
			 s->culprit);
		return;
	default: /* OpenSSL's numbers are an open set */
		snprintf(cause, TLS_CAUSE, "tls_untrusted");
		snprintf(message, TLS_MESSAGE, "%s \"%.90s\": %.60s", place(s->culprit_at),
			 s->culprit, X509_verify_cert_error_string(s->verify_error));
	}
}
