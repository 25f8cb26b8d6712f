#pragma once
/* What a person says of a pair in doubt. Each answer can be taken back: a listing that was moved is
 * split off again, one that was refused can still be confirmed. */
#include "daemon/store/store.h"

struct match_decision {
	uint64_t match;   /* to confirm or refuse */
	uint64_t listing; /* to split */
	uint64_t product; /* out: where the listing is now */
};

/** Inside an operation: the listing is that product. Its history comes with it; the product that
 *  was only its own goes, and what was said of that (floor, minimum, codes) goes with it. */
enum err match_confirm(struct txn *t, struct match_decision *d, struct error *e);
/** Inside an operation: it is not, and that is never asked again. Where it was put there already it
 *  is split off. */
enum err match_reject(struct txn *t, struct match_decision *d, struct error *e);
/** Inside an operation: the answer is taken back, and the pair is asked about again. What was moved
 *  by it is split off. ERR_NOT_NOW: it has no answer. */
enum err match_reopen(struct txn *t, struct match_decision *d, struct error *e);
/** Inside an operation: the listing becomes a product of its own, and never that one again unless a
 *  person says so. ERR_NOT_NOW: it is alone there. */
enum err listing_split(struct txn *t, struct match_decision *d, struct error *e);
