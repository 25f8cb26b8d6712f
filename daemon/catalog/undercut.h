#pragma once
/* Who sells what I sell for less. Judged in the operation that writes the offers, so that a product
 * and its offers never contradict each other: product.currency, mine_minor, best_minor,
 * best_listing and undercut_ms are what they say, and price.undercut or price.undercut_over is in
 * the feed.
 *
 * A rival's offer undercuts mine when it counts (market.h) and is lower. What is known to be out of
 * stock does not, nor what is not known any more because its page blocks or fails. */
#include "daemon/store/store.h"

/** Inside an operation: products whose offers may have changed. Again is the same as once.
 *  @param quiet  the first scan of a site: what was so before anybody looked is no news; the state
 * is kept, and only its end or a change is told */
enum err undercut_judge(struct txn *t, const uint64_t *products, size_t n, int64_t at_ms,
			bool quiet, struct error *e);
