#pragma once
/* Secrets of Standard Webhooks 1.0.0: "whsec_" and base64 of 24 to 64 random bytes. */
#include <stddef.h>

#include "shared/err.h"

enum { WEBHOOK_KEY_MIN = 24, WEBHOOK_KEY_MAX = 64, WEBHOOK_SECRET_TEXT = 96 };

struct webhook_key {
	unsigned char bytes[WEBHOOK_KEY_MAX];
	size_t n;
};

/** White space around it is forgiven, "whsec_" may be missing. Errors never repeat the value. */
enum err webhook_key_parse(const char *text, size_t len, struct webhook_key *k, struct error *e)
	__attribute__((warn_unused_result));
void webhook_key_wipe(struct webhook_key *k);
/** As webhook_key_parse, of which only the judgement is wanted: struct field's fits. */
enum err webhook_secret_fits(const char *text, size_t len, struct error *e);
/** A new one, of 32 random bytes. */
void webhook_secret_make(char out[static WEBHOOK_SECRET_TEXT]);
