#pragma once
/* What a check makes of what it met: an outcome, a stable word and a sentence. */
#include "daemon/checks/check.h"
#include "daemon/net/resolver.h"
#include "daemon/net/transfers.h"

struct verdict {
	enum outcome outcome;
	char cause[CHECK_CAUSE];
	char message[CHECK_MESSAGE]; /* safe */
};

void verdict_set(struct verdict *v, enum outcome outcome, const char *cause, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/** A note for an answer that is fine otherwise: put behind what is there. */
void verdict_note(struct verdict *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** A name that gave no address: the target's fault, or a resolver that we cannot judge by. */
void verdict_of_name(struct verdict *v, const char *host, const struct resolved *r);
/** An exchange or connection that ended before an answer. cause: for TRANSFER_TLS, else NULL */
void verdict_of_end(struct verdict *v, enum transfer_end end, enum phase_at at,
		    const char *tls_cause, const char *message);
enum { EXPIRY_OF_OURS = -1 };
/** Degraded when a certificate ends within days. days 0: never.
 *  @param place  in the chain, 0: the server's own, or EXPIRY_OF_OURS */
bool verdict_of_expiry(struct verdict *v, int days, int64_t now_ms, int64_t not_after_ms,
		       const char *subject, int place);
/** IPv4 and IPv6 were both asked: one that fails while the other is fine degrades.
 *  @return whose times and facts speak for the check: 0 IPv4, 1 IPv6 */
int verdict_of_both(struct verdict *v, const struct verdict *v4, const struct verdict *v6);
