#pragma once
/* The proxy of an http monitor, from its fields proxy, proxy_user, proxy_password. */
#include "daemon/checks/common/verdict.h"
#include "daemon/net/transfers.h"

struct http_proxy {
	struct transfer_proxy to; /* borrows from below */
	char *host, *user, *password;
};

/** *out NULL when there is none. Thread: any. */
enum err http_proxy_prepare(const json_t *spec, const struct check_env *env,
			    struct http_proxy **out, struct error *e);
/** Overwrites the password; NULL is fine. */
void http_proxy_free(struct http_proxy *p);
/** The proxy's name gave no address: whatever the reason, nothing is known of the target. */
void http_proxy_nowhere(struct verdict *v, const struct http_proxy *p, const struct resolved *r);
