#pragma once
/* Items' way to the network: the daemon's polite fetcher.
 *
 * An item waits for its turn at its host for some seconds; when that would come later it is
 * postponed until then and holds no place among those that run. An answer says when its host is due
 * again, so that the next item of the host is begun then. */
#include "daemon/core/loop.h"
#include "daemon/jobs/job_type.h"

struct item_fetch;

/** @param fetcher  of that loop; both live longer */
struct item_fetch *item_fetch_new(struct loop *net, struct fetcher *fetcher,
				  const struct clock *clock);
/** Of items_options. */
const struct item_net *item_fetch_net(const struct item_fetch *x);
/** After items_stop. */
void item_fetch_free(struct item_fetch *x);

/** What a fetch came to, without body and sitemaps. Pure. */
void item_answer_of(const struct fetch_result *r, int64_t now_ms, struct item_answer *out);
