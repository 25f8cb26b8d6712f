#include "daemon/catalog/routes.h"

#include <stdlib.h>

#include "daemon/catalog/internal.h"
#include "shared/mem.h"

static const struct route routes[] = {
	{"GET", "/v1/listings", ROUTE_WORKER, ACCESS_READ, listing_list_route, 0},
	{"GET", "/v1/listings/:ref", ROUTE_WORKER, ACCESS_READ, listing_show_route, 0},
	{"GET", "/v1/listings/:ref/history", ROUTE_WORKER, ACCESS_READ, listing_history_route, 0},
	{"GET", "/v1/listings/:ref/evidence", ROUTE_WORKER, ACCESS_READ, listing_evidence_route, 0},
	{"GET", "/v1/products/:ref/history", ROUTE_WORKER, ACCESS_READ, product_history_route, 0},
	{"POST", "/v1/listings/:ref/split", ROUTE_WORKER, ACCESS_WRITE, listing_split_route, 0},
	{"GET", "/v1/products", ROUTE_WORKER, ACCESS_READ, product_list_route, 0},
	{"GET", "/v1/products/:ref", ROUTE_WORKER, ACCESS_READ, product_show_route, 0},
	{"GET", "/v1/matches", ROUTE_WORKER, ACCESS_READ, match_list_route, 0},
	{"GET", "/v1/matches/:ref", ROUTE_WORKER, ACCESS_READ, match_show_route, 0},
	{"POST", "/v1/matches/:ref/confirm", ROUTE_WORKER, ACCESS_WRITE, match_confirm_route, 0},
	{"POST", "/v1/matches/:ref/reject", ROUTE_WORKER, ACCESS_WRITE, match_reject_route, 0},
	{"POST", "/v1/matches/:ref/reopen", ROUTE_WORKER, ACCESS_WRITE, match_reopen_route, 0},
};

struct catalog *catalog_new(struct daemon *d)
{
	struct catalog *c = mem_zalloc(sizeof(*c));
	c->d = d;
	http_routes(d->http, routes, ARRAY_LEN(routes), c);
	store_on_prune_prices(d->store, catalog_prune);
	return c;
}

void catalog_free(struct catalog *c)
{
	free(c);
}
