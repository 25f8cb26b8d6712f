#pragma once
/* Secret values, XChaCha20-Poly1305 with the key in DATA/master.key (0600) or systemd's
 * CREDENTIALS_DIRECTORY/master.key; associated data binds a value to its secret's id. A missing or
 * wrong key is an error of each secret_put and secret_get; the ciphertexts stay as they are. */
#include "daemon/store/resources.h"

enum { SECRET_MAX = 65536 };

/** Create or replace; makes the `secret` resource when it is missing. */
enum err secret_put(struct txn *t, const char *name, const void *value, size_t len,
		    struct error *e);
/** NUL-terminated copy, or NULL (ERR_NOT_FOUND with the command to store it); give it to
 * secret_wipe. len may be NULL. Between uses only the ciphertext and the key (in locked memory) are
 * in memory. Thread: any; answered from memory. */
char *secret_get(struct store *s, const char *name, size_t *len, struct error *e);
bool secret_exists(struct store *s, const char *name);
/** Overwrites the value and frees it; NULL is fine. */
void secret_wipe(char *value, size_t len);
