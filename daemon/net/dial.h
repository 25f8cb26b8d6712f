#pragma once
/* A plain TCP connection to the first of several addresses that answers (RFC 8305: the next one
 * is tried beside the others after 250 ms, or at once when one failed; the families take turns).
 * Net loop. */
#include "daemon/net/address.h"
#include "daemon/net/transfers.h"

struct dial;

struct dial_result {
	int fd;                /* connected and non-blocking, the caller's now; -1: none */
	enum transfer_end end; /* DONE, or why there is none */
	struct sockaddr_storage peer;
	char address[ADDRESS_TEXT]; /* the peer, or the one tried last */
	char message[160];          /* safe */
	bool ipv6_skipped;          /* IPv6 came first in the list and did not answer, IPv4 did */
};
typedef void dial_fn(const struct dial_result *r, void *arg);

/** Copies addrs. fn is called once, never from within. Ends after timeout_ms at the latest. */
struct dial *dial_start(struct loop *l, const struct sockaddr_storage *addrs, int n, uint16_t port,
			int64_t timeout_ms, dial_fn *fn, void *arg);
/** fn is called with TRANSFER_CANCELLED before this returns. */
void dial_cancel(struct dial *d);
