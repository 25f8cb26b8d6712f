#pragma once
/* Routes of no service: resources, batch, overview, events, streams, health, metrics,
 * configuration. */
#include "daemon/services/service.h"

/** Register the routes; before listening. */
enum err api_init(struct daemon *d, struct error *e);
/** A service was initialised: its live members, attention, overview and metrics are asked from now
 *  on, and POST /v1/once (WORKER: runs each service's once(); {"data":{"exit":0,"summary":"text"}})
 * runs it. */
void api_add_service(struct daemon *d, const struct service *s, void *state);
/** After the server and the store were stopped. */
void api_fini(struct daemon *d);
/** POST of that kind under another path. Inline routes. */
struct answered api_create(struct daemon *d, struct request *r, const struct resource_kind *k);
/** The whole object as the API shows it, live members included. Thread: any. */
void api_write_resource(struct daemon *d, struct json_writer *w, const struct resource *r);
