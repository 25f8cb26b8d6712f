#pragma once
/* What a listing cost when: its own offer (the lowest new one of all sellers that can be bought) as
 * it was, point by point. */
#include "daemon/catalog/known.h"

enum { HISTORY_POINTS = 500, HISTORY_POINTS_MAX = 5000 };

struct history_point {
	int64_t at_ms, until_ms; /* until: when it was last seen so */
	enum offer_kind kind;
	struct terms terms;
	uint64_t seller; /* 0: the site itself */
	bool has_evidence;
	uint8_t evidence[EVIDENCE_BYTES];
};

struct history {
	struct history_point *all;
	size_t n, cap;
	size_t left_out; /* by history_thin */
};

/** Points of [from, until), the first one being what was so at from, with its time moved there.
 *  @param seen_ms  when the listing was last seen, for the end of the newest one */
enum err history_read(const struct known_source *from, uint64_t listing, int64_t from_ms,
		      int64_t until_ms, int64_t seen_ms, struct history *h, struct error *e);
/** At most about max points: of each stretch of time the first, the last, the lowest and the
 * highest stay, so that no low and no end of it is lost. Pure. */
void history_thin(struct history *h, int64_t from_ms, int64_t until_ms, size_t max);
void history_fini(struct history *h);
