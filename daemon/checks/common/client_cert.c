#include "daemon/checks/common/client_cert.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/checks/common/spec.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"

static int no_pass_phrase(char *out, int size, int writing, void *asked)
{
	*(bool *)asked = true;
	return -1;
}

static BIO *bio_of(const char *pem)
{
	return BIO_new_mem_buf(pem, (int)strlen(pem));
}

static const char *secret_name(const json_t *spec, const char *field)
{
	const char *name = secret_ref(spec_value(monitor_kind(), spec, field));

	return name ? name : "";
}

static X509 *read_certificate(const char *pem)
{
	BIO *bio = bio_of(pem);
	X509 *x = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	BIO_free(bio);
	return x;
}

static EVP_PKEY *read_key(const char *pem, bool *locked)
{
	BIO *bio = bio_of(pem);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, no_pass_phrase, locked);

	BIO_free(bio);
	return key;
}

static enum err no_certificate(const json_t *spec, struct error *e)
{
	const char *name = secret_name(spec, "client_certificate");

	error_field(e, ERR_INVALID, "client_certificate",
		    "client_certificate: the secret %s holds no certificate in PEM form", name);
	error_hint(e, "sellersmart secret set %s < client.pem", name);
	return ERR_INVALID;
}

static enum err no_key(const json_t *spec, bool own_secret, bool locked, struct error *e)
{
	const char *field = own_secret ? "client_key" : "client_certificate";
	const char *name = secret_name(spec, field);

	if (locked) {
		error_field(e, ERR_INVALID, field,
			    "%s: the key in the secret %s wants a pass phrase", field, name);
		error_hint(e, "openssl pkey -in key.pem | sellersmart secret set %s", name);
	} else {
		error_field(e, ERR_INVALID, field,
			    "%s: the secret %s holds no private key in PEM form", field, name);
		error_hint(e,
			   own_secret ? "sellersmart secret set %s < key.pem"
				      : "add the key to the secret %s, or name it in client_key",
			   name);
	}
	return ERR_INVALID;
}

static enum err wrong_key(struct error *e)
{
	error_field(e, ERR_INVALID, "client_key",
		    "client_key: this key does not belong to the certificate in "
		    "client_certificate");
	error_hint(e, "give both from the same pair; the certificate that is ours comes first");
	return ERR_INVALID;
}

static enum err look(struct client_cert *c, const json_t *spec, struct error *e)
{
	const char *key_pem = c->key ? c->key : c->certificate;
	bool locked = false;
	X509 *x = read_certificate(c->certificate);
	EVP_PKEY *key = x ? read_key(key_pem, &locked) : NULL;
	enum err err = ERR_NONE;

	if (!x)
		err = no_certificate(spec, e);
	else if (!key)
		err = no_key(spec, c->key != NULL, locked, e);
	else if (X509_check_private_key(x, key) != 1)
		err = wrong_key(e);
	if (!err) {
		certificate_name(X509_get_subject_name(x), c->name, sizeof c->name);
		c->not_after_ms = certificate_not_after_ms(x);
	}
	ERR_clear_error();
	X509_free(x);
	EVP_PKEY_free(key);
	return err;
}

static void name_identity(struct client_cert *c)
{
	unsigned char digest[crypto_generichash_BYTES_MIN];
	struct transfer_identity *id = &c->identity;

	id->certificate = c->certificate;
	id->key = c->key ? c->key : c->certificate;
	crypto_generichash(digest, sizeof digest, (const unsigned char *)c->certificate,
			   strlen(c->certificate), NULL, 0);
	sodium_bin2hex(id->id, sizeof id->id, digest, (sizeof id->id - 1) / 2);
}

enum err client_cert_prepare(const json_t *spec, const struct check_env *env,
			     struct client_cert **out, struct error *e)
{
	const json_t *certificate = spec_value(monitor_kind(), spec, "client_certificate");
	const json_t *key = spec_value(monitor_kind(), spec, "client_key");
	struct client_cert *c;
	enum err err = ERR_NONE;

	*out = NULL;
	if (!certificate)
		return ERR_NONE;
	c = mem_zalloc(sizeof *c);
	c->certificate = spec_secret(certificate, env, e);
	if (c->certificate && key)
		c->key = spec_secret(key, env, e);
	if (!c->certificate || (key && !c->key))
		err = e && e->code ? e->code : ERR_NOT_FOUND;
	if (!err)
		err = look(c, spec, e);
	if (err) {
		client_cert_free(c);
		return err;
	}
	name_identity(c);
	*out = c;
	return ERR_NONE;
}

void client_cert_free(struct client_cert *c)
{
	if (!c)
		return;
	spec_wipe(c->certificate);
	spec_wipe(c->key);
	free(c);
}
