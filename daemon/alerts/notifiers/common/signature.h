#pragma once
/* Signatures of Standard Webhooks 1.0.0: "v1," and base64 of HMAC-SHA256 of "ID.SECONDS.BODY". */
#include <stddef.h>
#include <stdint.h>

#include "shared/webhook_secret.h"

enum { SIGNATURE_TEXT = 64 };

void webhook_sign(const struct webhook_key *k, const char *id, int64_t timestamp_s,
		  const char *body, size_t len, char out[static SIGNATURE_TEXT]);
