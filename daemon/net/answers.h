#pragma once
/* One family's answers put together to what a caller asked for. Thread: any. */
#include "daemon/net/resolver.h"

/** One family's part of an answer. */
struct answer {
	enum resolve_status status; /* OK, NXDOMAIN, NODATA or FAILED */
	int n;
	struct sockaddr_storage addr[RESOLVE_MAX];
	int64_t ttl_ms;
	bool timed_out; /* FAILED because nobody answered */
};

enum { ANSWER_V4, ANSWER_V6, ANSWERS };

/** Of two families the reachable one comes first, IPv6 if both are; a message when there is none.
 *  @param server  who was asked, for the message */
void answers_compose(const char *server, enum ip_family family, const struct answer a[ANSWERS],
		     int64_t waited_ms, struct resolved *out);
