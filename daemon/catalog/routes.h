#pragma once
/* The catalog by the API: listings, products and matches, and what was offered when. */
#include "daemon/services/service.h"

struct catalog;

/** Registers the routes; before listening and after api_init. */
struct catalog *catalog_new(struct daemon *d);
/** After the server and the store were stopped. */
void catalog_free(struct catalog *c);
