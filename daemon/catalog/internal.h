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
extern const struct sql_list listing_list, product_list, match_list;
struct answered listing_list_route(struct request *r, void *ctx);
struct answered listing_show_route(struct request *r, void *ctx);
struct answered listing_split_route(struct request *r, void *ctx);
struct answered product_list_route(struct request *r, void *ctx);
struct answered product_show_route(struct request *r, void *ctx);
struct answered match_list_route(struct request *r, void *ctx);
struct answered match_show_route(struct request *r, void *ctx);
struct answered match_confirm_route(struct request *r, void *ctx);
struct answered match_reject_route(struct request *r, void *ctx);
struct answered match_reopen_route(struct request *r, void *ctx);
struct answered listing_history_route(struct request *r, void *ctx);
struct answered listing_evidence_route(struct request *r, void *ctx);
struct answered product_history_route(struct request *r, void *ctx);
