#pragma once
/* Tokens by OAuth 2 client credentials (RFC 6749, 4.4), from the fields oauth_*. A token is never
 * in a message, in evidence or in the log. Net loop but for prepare and free. */
#include "daemon/checks/common/http_proxy.h"
#include "daemon/checks/common/verdict.h"

/** Where to ask and as whom; immutable. */
struct oauth;

/** *out NULL when the monitor has none. Thread: any. */
enum err oauth_prepare(const json_t *spec, const struct check_env *env, struct oauth **out,
		       struct error *e);
/** Nobody asks any more; overwrites what is secret; NULL is fine. */
void oauth_free(struct oauth *o);

struct oauth_token {
	char *line;            /* a header line: "Authorization: Bearer …" */
	int64_t good_until_ms; /* boot time; shortly before it expires */
};
/** Overwrites; NULL is fine. */
void oauth_token_free(struct oauth_token *t);

/** One request for a token. */
struct oauth_ask;
/** @param token    NULL when there is none, else the callee's
 *  @param verdict  when there is none: unknown, cause "oauth", or "proxy", "local": we could not
 *                  ask, which says nothing of the target */
typedef void oauth_fn(struct oauth_token *token, const struct verdict *verdict, void *arg);
/** done is called once, never from within, unless the request is cancelled.
 *  @param proxy       NULL: none; borrowed until the end, as o
 *  @param timeout_ms  for all of it, > 0 */
struct oauth_ask *oauth_ask(const struct oauth *o, const struct check_env *env,
			    const struct http_proxy *proxy, int64_t timeout_ms, oauth_fn *done,
			    void *arg);
/** done is not called. */
void oauth_cancel(struct oauth_ask *a);
