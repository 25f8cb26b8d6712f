#pragma once
/* Names to addresses by c-ares on the net loop. A resolver's fault is told from a target's. */
#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

#include "daemon/core/clock.h"
#include "daemon/core/loop.h"
#include "shared/err.h"

enum resolve_status {
	RESOLVE_OK,
	RESOLVE_NXDOMAIN, /* the name does not exist: the target's fault */
	RESOLVE_NODATA,   /* it exists, but not with an address of that family */
	RESOLVE_FAILED,   /* SERVFAIL, refused, no answer: we do not know */
	RESOLVE_CANCELLED,
};
enum ip_family { IP_AUTO, IP_4, IP_6 };
enum { RESOLVE_MAX = 16 };

struct resolved {
	enum resolve_status status;
	int n;
	struct sockaddr_storage addr[RESOLVE_MAX]; /* port unset; RFC 6724-like order for IP_AUTO */
	char message[128]; /* safe: "no answer from 192.0.2.53 within 5 s" */
	int64_t ttl_ms;
};
typedef void resolve_fn(const struct resolved *r, void *arg);

struct resolver;
struct resolver_options {
	struct loop *loop;
	const struct clock *clock;
	const char *nameservers; /* copied; "" or NULL: resolv.conf; "127.0.0.1:5353,…" */
	int timeout_ms;          /* per try */
	int tries;
	int64_t cache_min_ms, cache_max_ms; /* answers are kept for their TTL within these */
	const char *hosts_file;             /* NULL: /etc/hosts */
};
/** Creation and everything below on the net loop. */
struct resolver *resolver_new(const struct resolver_options *o, struct error *e);
void resolver_free(struct resolver *r);
struct resolve_query;
/** Literals and /etc/hosts answer too. fn is never called from within. NULL never. */
struct resolve_query *resolver_start(struct resolver *r, const char *host, enum ip_family family,
				     bool use_cache, resolve_fn *fn, void *arg);
/** The same, but ends with RESOLVE_FAILED when there is no answer after timeout_ms. */
struct resolve_query *resolver_start_within(struct resolver *r, const char *host,
					    enum ip_family family, bool use_cache,
					    int64_t timeout_ms, resolve_fn *fn, void *arg);
/** What is known without asking anybody: literals, the hosts file, the cache. False: start a query.
 */
bool resolver_known(struct resolver *r, const char *host, enum ip_family family, bool use_cache,
		    struct resolved *out);
/** Who is asked: "" for resolv.conf, or "127.0.0.1:5353,…". Borrowed. */
const char *resolver_nameservers(const struct resolver *r);
/** fn is called with RESOLVE_CANCELLED before this returns. */
void resolver_cancel(struct resolve_query *q);
