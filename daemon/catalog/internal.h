#pragma once
/* What the files of the catalog share. */
#include "daemon/api/sql_list.h"
#include "daemon/catalog/catalog.h"
#include "daemon/catalog/columns.h"
#include "daemon/services/service.h"

struct catalog {
	struct daemon *d;
};

/** ctx: struct catalog. */
extern const struct sql_list listing_list;
struct answered listing_list_route(struct request *r, void *ctx);
struct answered listing_show_route(struct request *r, void *ctx);
