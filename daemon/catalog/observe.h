#pragma once
/* What the files of observing share: what was prepared, and the steps of keeping it. */
#include "daemon/catalog/difference.h"
#include "shared/buf.h"

enum observed_kind { OBSERVED_READING, OBSERVED_FAILED, OBSERVED_OVER, OBSERVED_FORGET };

/** Ids of listings. */
struct listing_ids {
	uint64_t *all;
	size_t n, cap;
};
void listing_ids_add(struct listing_ids *ids, uint64_t id);

struct observed {
	enum observed_kind kind;
	struct observation o; /* its texts are ours */
	struct observe_counts counts;
	/* a reading: sightings that change something, the others were dropped */
	struct sightings sightings;
	struct listing_ids touched; /* unchanged, of a part */
	struct listing_ids left;    /* on the page before, not in this reading */
	bool doubts;
	/* a failure, an end, a deletion: the listings that it is about */
	struct listing_ids listings;
	enum page_state state;
	char *text;
	int64_t began_ms;
	/* keeping */
	uint64_t page;
	size_t at_sighting, at_touched, at_left, at_listing;
	int stage;
	uint64_t *products;
	size_t n_products, cap_products;
};

/** A listing while it is kept. */
struct keeping {
	struct txn *t;
	struct observed *x;
	struct known k;
	const struct sighting *s; /* NULL: nothing was seen */
	struct difference d;
	const struct match_found *found; /* of a new one, while it is written */
	uint64_t listing, product;
};

void observed_product(struct observed *x, uint64_t product);

/* ---- observe_write.c: rows
 * ----------------------------------------------------------------------- */

enum err put_new_listing(struct keeping *w, struct error *e);
enum err put_listing(struct keeping *w, struct error *e);
enum err put_steps(struct keeping *w, struct error *e);
enum err put_rating(struct keeping *w, struct error *e);
enum err put_reviews(struct keeping *w, struct error *e);
enum err put_change(struct keeping *w, const char *field, const char *was, const char *now,
		    struct error *e);
/** Every offer from now on is of that kind: not known, or no more. */
enum err put_offers_over(struct keeping *w, enum offer_kind kind, struct error *e);
enum err put_listing_state(struct keeping *w, enum listing_state state, struct error *e);
bool review_is_new(const struct known_source *from, uint64_t listing, const struct seen_review *r,
		   struct error *e);

/* ---- observe_event.c: news
 * ----------------------------------------------------------------------- */

/** What the difference means for somebody who follows the listing. */
enum err tell_difference(struct keeping *w, struct error *e);
enum err tell_gone(struct keeping *w, struct error *e);

/* ---- page.c
 * --------------------------------------------------------------------------------------- */

/** The page's row; 0: there is none. */
enum err page_find(const struct known_source *from, const struct observation *o, uint64_t *id,
		   struct error *e);
enum err page_make(struct txn *t, const struct observation *o, uint64_t *id, struct error *e);
/** It was read: its bytes are these (forget: and are to be read again all the same). */
enum err page_read(struct txn *t, uint64_t id, const struct observation *o, bool forget,
		   struct error *e);
enum err page_failed(struct txn *t, uint64_t id, const struct observation *o, enum page_state state,
		     const char *text, struct error *e);
