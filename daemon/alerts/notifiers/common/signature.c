#include "daemon/alerts/notifiers/common/signature.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

void webhook_sign(const struct webhook_key *k, const char *id, int64_t timestamp_s,
		  const char *body, size_t len, char out[static SIGNATURE_TEXT])
{
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state;
	char when[32];
	int n = snprintf(when, sizeof when, ".%" PRId64 ".", timestamp_s);

	crypto_auth_hmacsha256_init(&state, k->bytes, k->n);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)id, strlen(id));
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)when, (size_t)n);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)body, len);
	crypto_auth_hmacsha256_final(&state, mac);
	sodium_memzero(&state, sizeof state);
	memcpy(out, "v1,", 3);
	sodium_bin2base64(out + 3, SIGNATURE_TEXT - 3, mac, sizeof mac,
			  sodium_base64_VARIANT_ORIGINAL);
}
