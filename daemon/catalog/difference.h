#pragma once
/* What a sighting changes of what is known of a listing. Pure: whoever keeps it asks again inside
 * the operation, so that nothing is written twice. */
#include "daemon/catalog/known.h"

enum {
	/** A price that becomes 0, this many times as much, or as small a part, is doubtful until
	 *  it is seen twice. */
	DOUBT_FACTOR = 100,
};
/** Longer than that between two sightings, and nothing is said of the time between. */
#define SIGHTING_GAP_MS INT64_C(691200000)

enum {
	DIFFERS_OFFERS = 1,  /* rows of offers */
	DIFFERS_RATING = 2,  /* rating or reviews */
	DIFFERS_TEXTS = 4,   /* title, image, ... codes */
	DIFFERS_PLACE = 8,   /* page, state, missed */
	DIFFERS_CODES = 16,  /* with TEXTS: what products are found by */
	DIFFERS_LISTING = 32 /* new */
};

/** A row that is to be written. */
struct offer_step {
	const struct known_offer *was; /* NULL: of a new seller */
	const struct sold *sold;       /* NULL: unknown, ended */
	enum offer_kind kind;
	bool joined, left; /* among several, since the listing is known */
	bool gap;          /* nothing is known between was and now */
};

struct difference {
	unsigned what;
	bool texts[SIGHTING_TEXTS]; /* those that differ */
	struct offer_step *steps;
	size_t n_steps;
	size_t now;                        /* of sold: the offer that the listing has, */
	const struct known_offer *now_was; /* as it was known; NULL: it is new */
	bool doubt;                        /* its price is not believed yet, */
	bool doubts;                       /* that of any offer is not */
	/* what the listing's row has afterwards */
	int64_t price, was, rating_x100, reviews;
	char currency[CURRENCY_TEXT];
	/* the price before, in the same currency, if it was another; else UNKNOWN */
	int64_t moved_from;
	bool went_out, came_in;            /* can be bought no more, or again */
	const struct known_offer *box_was; /* who lost the buy box */
	const struct sold *box_now;
};

/** k->id 0: nothing is known. page: its id, 0 when it is new. d borrows from k and s. */
void difference_make(struct difference *d, const struct known *k, const struct sighting *s,
		     uint64_t page, int64_t at_ms);
void difference_fini(struct difference *d);
/** Is a price to be doubted after one that was believed (UNKNOWN: none) in that currency? */
bool price_is_doubtful(int64_t believed, const char *believed_currency, int64_t price,
		       const char *currency);
