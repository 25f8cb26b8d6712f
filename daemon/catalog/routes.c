#include "daemon/catalog/routes.h"

#include <stdlib.h>

#include "daemon/catalog/internal.h"
#include "shared/mem.h"

static const struct route routes[] = {
	{"GET", "/v1/listings", ROUTE_WORKER, ACCESS_READ, listing_list_route, 0},
	{"GET", "/v1/listings/:ref", ROUTE_WORKER, ACCESS_READ, listing_show_route, 0},
};

struct catalog *catalog_new(struct daemon *d)
{
	struct catalog *c = mem_zalloc(sizeof(*c));
	c->d = d;
	http_routes(d->http, routes, ARRAY_LEN(routes), c);
	return c;
}

void catalog_free(struct catalog *c)
{
	free(c);
}
