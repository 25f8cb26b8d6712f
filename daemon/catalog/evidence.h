#pragma once
/* Pages kept as they were, deflated: those that advertise a price below a product's minimum. */
#include "daemon/catalog/known.h"
#include "shared/buf.h"

enum {
	EVIDENCE_PACKED_MAX = 1 << 20, /* deflated; larger pages are not kept */
	EVIDENCE_BODY_MAX = 4 << 20,
};

/** Has the product a minimum, and is that price below it? */
bool evidence_is_wanted(const struct known_source *from, uint64_t product, int64_t price,
			struct error *e);
/** Deflate the body; out stays empty when it has it already, or when it is too large. */
void evidence_pack(const char *body, size_t len, struct buf *out);
/** What was packed. ERR_MALFORMED, ERR_TOO_LARGE: out would hold more than it may. */
enum err evidence_unpack(const void *packed, size_t len, struct buf *out, struct error *e);
/** Inside an operation: keep it; the same bytes once. */
enum err evidence_keep(struct txn *t, const struct observation *o, const struct buf *packed,
		       struct error *e);
