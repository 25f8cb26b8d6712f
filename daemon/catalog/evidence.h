#pragma once
/* Pages kept as they were, deflated: those that advertise a price below a product's minimum. map.h
 * keeps them. */
#include "shared/buf.h"
#include "shared/err.h"

enum {
	EVIDENCE_PACKED_MAX = 1 << 20, /* deflated: one row, which the writer writes at once */
	EVIDENCE_BODY_MAX = 4 << 20,
};

/** What was packed. ERR_MALFORMED, ERR_TOO_LARGE: out would hold more than it may. */
enum err evidence_unpack(const void *packed, size_t len, struct buf *out, struct error *e);
