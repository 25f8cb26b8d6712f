#include "shared/webhook_secret.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

static const char prefix[] = "whsec_";

enum { PREFIX_LEN = sizeof prefix - 1, NEW_BYTES = 32 };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static enum err refuse(struct error *e, const char *why)
{
	error_set(e, ERR_INVALID, "the secret is no webhook secret: %s", why);
	error_hint(e,
		   "whsec_ and base64 of %d to %d bytes; `sellersmart secret generate NAME` "
		   "makes and stores one",
		   WEBHOOK_KEY_MIN, WEBHOOK_KEY_MAX);
	return ERR_INVALID;
}

enum err webhook_key_parse(const char *text, size_t len, struct webhook_key *k, struct error *e)
{
	const char *end;

	while (len && is_blank(text[0])) {
		text++;
		len--;
	}
	while (len && is_blank(text[len - 1]))
		len--;
	if (len >= PREFIX_LEN && !memcmp(text, prefix, PREFIX_LEN)) {
		text += PREFIX_LEN;
		len -= PREFIX_LEN;
	} else if (len > 3 && !memcmp(text, "whs", 3)) { /* whsk_, whpk_: keys for Ed25519 */
		return refuse(e, "it does not begin with whsec_");
	}
	k->n = 0;
	errno = 0;
	if (sodium_base642bin(k->bytes, sizeof k->bytes, text, len, NULL, &k->n, &end,
			      sodium_base64_VARIANT_ORIGINAL) ||
	    end != text + len) {
		bool long_one = errno == ERANGE;

		webhook_key_wipe(k);
		return refuse(e, long_one ? "it is too long" : "it is not base64");
	}
	if (k->n < WEBHOOK_KEY_MIN) {
		webhook_key_wipe(k);
		return refuse(e, "it is too short to be safe");
	}
	return ERR_NONE;
}

void webhook_key_wipe(struct webhook_key *k)
{
	sodium_memzero(k, sizeof *k);
}

enum err webhook_secret_fits(const char *text, size_t len, struct error *e)
{
	struct webhook_key k;
	enum err err = webhook_key_parse(text, len, &k, e);

	webhook_key_wipe(&k);
	return err;
}

void webhook_secret_make(char out[static WEBHOOK_SECRET_TEXT])
{
	unsigned char bytes[NEW_BYTES];

	randombytes_buf(bytes, sizeof bytes);
	memcpy(out, prefix, PREFIX_LEN);
	sodium_bin2base64(out + PREFIX_LEN, WEBHOOK_SECRET_TEXT - PREFIX_LEN, bytes, sizeof bytes,
			  sodium_base64_VARIANT_ORIGINAL);
	sodium_memzero(bytes, sizeof bytes);
}
