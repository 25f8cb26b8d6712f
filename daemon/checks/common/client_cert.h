#pragma once
/* Our own certificate for servers that ask for one (mutual TLS), from the fields client_certificate
 * and client_key. It is held in memory as PEM and never written to a file. */
#include "daemon/checks/check.h"
#include "daemon/net/certificate.h"
#include "daemon/net/transfers.h"

struct client_cert {
	struct transfer_identity identity; /* borrows from below */
	char *certificate, *key;           /* PEM; key NULL: in certificate */
	char name[CERTIFICATE_NAME];       /* of the subject, safe */
	int64_t not_after_ms;
};

/** Read and look at it: PEM that does not parse, a key that needs a pass phrase or belongs to
 *  another certificate is refused with a text that says so. One that has expired is not: the server
 *  decides. *out NULL when there is none. Thread: any. */
enum err client_cert_prepare(const json_t *spec, const struct check_env *env,
			     struct client_cert **out, struct error *e);
/** Overwrites; NULL is fine. */
void client_cert_free(struct client_cert *c);
