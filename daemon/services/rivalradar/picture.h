#pragma once
/* Where every rival stands, worked out in one pass over all listings and then asked from memory:
 * lists, overview, attention and rules never read a row per rival. Immutable once made. */
#include "daemon/catalog/market.h"

enum {
	PICTURE_TREND_DAYS = 30,
	PICTURE_NEWS_DAYS = 7,      /* "new" and "gone" are of the last days */
	PICTURE_UNDERCUTS_MAX = 50, /* that are named; all are counted */
};

/** A rival, a shop of mine, or (site 0) all of my shops together. Indexes are basis points,
 *  MARKET_UNKNOWN where nothing can be compared. */
struct figures {
	uint64_t site;
	bool mine;
	enum site_state state;
	int64_t state_ms, scanned_ms;
	int64_t based_ms; /* end of its first scan: what came later is new; 0: not yet */
	char text[160];   /* why it is blocked or fails */
	unsigned products, unknown, out_of_stock;  /* listings that are not gone, and of those */
	unsigned new_n, gone_n;                    /* of the last PICTURE_NEWS_DAYS */
	unsigned mine_too;                         /* products that I sell, too */
	unsigned compared, cheaper, dearer, equal; /* of those: what can be compared, as it is */
	int64_t index_mean, index_median;
	int64_t changed_ms;                /* the latest change of a price or stock */
	int32_t trend[PICTURE_TREND_DAYS]; /* index_median at the end of each day, today last; -1 */
};

/** A product of mine that somebody sells for less, the widest gap first. */
struct undercut {
	uint64_t product, rival;
	char sku[40], title[96];
	char currency[CURRENCY_TEXT];
	int64_t mine_minor, best_minor, floor_minor, since_ms;
};

struct picture {
	int64_t made_ms;
	struct figures *sites; /* by id; the first one is site 0: cheaper is where I am cheapest */
	size_t n;
	struct undercut undercuts[PICTURE_UNDERCUTS_MAX];
	size_t n_undercuts, undercuts_total;
};

/** Reads all listings, page by page. Thread: a worker. */
enum err picture_make(struct store *s, int64_t now_ms, struct picture **out, struct error *e);
void picture_free(struct picture *p);
/** NULL: not known. */
const struct figures *picture_find(const struct picture *p, uint64_t site);

/** A site's first scan ended at at_ms, inside the operation that says so: what is found later is
 *  new. */
enum err picture_base(struct txn *t, uint64_t site, int64_t at_ms, struct error *e);

/** Rows of rival_day for today, of those that differ from what is there; and the ends of first
 *  scans, which nothing else remembers. Waits for the writer. Thread: a worker. */
enum err picture_keep(struct store *s, const struct picture *p, struct error *e);
