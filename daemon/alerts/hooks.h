#pragma once
/* Routes of alerts, in sets: each file that answers some exports its own, and is named in hooks.c.
 * ctx of a handler is the struct alerts. */
#include "daemon/http/http.h"

struct daemon;
struct alerts;

struct route_group {
	const struct route *routes;
	size_t n;
};
/** NULL-routes-terminated. */
extern const struct route_group *const alerts_route_sets[];
/** Before the server listens. */
void alerts_routes(struct daemon *d, struct alerts *a);
