#pragma once
/* What the catalog says about a brand: an analysis over a span, read from the store as it is now.
 * Nothing of it is kept but what brand_day keeps. Thread: a worker. */
#include "daemon/services/brandscan/low_ratings.h"
#include "daemon/services/brandscan/reputation.h"
#include "daemon/store/store.h"
#include "shared/money.h"

enum {
	BRAND_KEYS_MAX = 21, /* its name and twenty aliases */
	BRAND_KEY_TEXT = 128,
	BRAND_TEXT_MAX = 104,
	BRAND_LISTINGS_MAX = 200000, /* that one analysis looks at */
	BRAND_SELLERS_SHOWN = 50,
	BRAND_PRODUCTS_SHOWN = 50,
	BRAND_CHANGES_SHOWN = 50,
	BRAND_MENTIONS_SHOWN = 20,
	BRAND_CURRENCIES_MAX = 8,
	BRAND_CLUSTERS_MAX = 10,
	BRAND_LATELY_LEAST = 5,       /* ratings of late that say something */
	BRAND_PRIOR_LEAST = 20,       /* rated listings that a mean is taken of */
	BRAND_PRIOR_USUAL_X100 = 420, /* what shops' ratings are like, when too few are known */
};

/** Which brand, and what is low there. */
struct brand_query {
	uint64_t id;                               /* 0: not a resource */
	char name[64];                             /* of the resource, "" */
	char brand[BRAND_TEXT_MAX];                /* as pages write it */
	char keys[BRAND_KEYS_MAX][BRAND_KEY_TEXT]; /* as they are compared, each once */
	size_t n_keys;
	bool map; /* look for prices below the minimum that products name */
	int low_rating;
	int64_t low_count, low_within_ms;
	int64_t since_ms, until_ms; /* the span of changes, ratings, mentions */
};
/** Add a spelling; one that folds to nothing or is there already adds nothing. */
void brand_query_add(struct brand_query *q, const char *spelling);

enum brand_change {
	CHANGE_TITLE,
	CHANGE_IMAGE,
	CHANGE_CATEGORY,
	CHANGE_BRAND,
	CHANGE_SELLER_JOINED,
	CHANGE_SELLER_LEFT,
	CHANGE_BUY_BOX_LOST,
	CHANGE_DELISTED,
	CHANGE_NEW,
	CHANGE_OTHER,
	BRAND_CHANGES,
};
/** "seller_joined" */
const char *brand_change_word(enum brand_change c);

struct brand_seller {
	uint64_t site, seller; /* seller 0: the site itself */
	bool mine;
	int64_t listings, in_stock;
	char site_name[64], name[128];
};

struct brand_currency {
	char currency[CURRENCY_TEXT];
	struct price_spread all;
	int64_t compared;  /* products with two offers or more */
	int64_t spread_bp; /* mean of theirs, or unknown */
};

struct brand_product {
	uint64_t id;
	char currency[CURRENCY_TEXT];
	struct price_spread prices;
	char *title;
};

struct brand_changed {
	enum brand_change what;
	uint64_t listing;
	int64_t at_ms;
	char site[64];
	char *title, *was, *now;
};

struct brand_mention {
	int64_t at_ms, found_ms;
	char *title, *url, *source;
};

struct brand_analysis {
	int64_t at_ms, since_ms, until_ms;
	bool cut; /* there are more listings than BRAND_LISTINGS_MAX */
	/* listings: those that are listed or whose page is not known at present */
	int64_t listings, mine, unknown, gone, sites, products;
	int64_t in_stock, out_of_stock, stock_unknown;
	int64_t in_stock_bp; /* of those that are known, or unknown */

	size_t n_sellers; /* in all */
	struct brand_seller sellers[BRAND_SELLERS_SHOWN];

	struct brand_currency currencies[BRAND_CURRENCIES_MAX]; /* most offers first */
	size_t n_currencies;
	int64_t compared, spread_bp;     /* over all currencies */
	int64_t map_products, map_below; /* products with a minimum, prices of others below it */
	struct brand_product *spreads;   /* widest first */
	size_t n_spreads;

	int64_t rated, reviews, rating_sum_x100; /* listings, their reviews, all their stars */
	int rating_x100, mean_x100;              /* Bayesian, plain; or unknown */
	int prior_x100;
	int64_t prior_listings;
	const char *prior_of; /* "category", "all", "usual" */

	int64_t gained, pace_listings, pace_unknown, per_day_x1000;
	unsigned falls;      /* times that reviews were removed */
	int64_t counted_low; /* among those gained, at least */

	int64_t texts, positive,
		low_texts; /* single reviews in the span, of 4 stars or more, low */
	int64_t year_texts, year_positive;
	int positive_bp; /* Wilson's lower bound, of a year */
	struct low_cluster clusters[BRAND_CLUSTERS_MAX];
	size_t n_clusters;

	int64_t changes[BRAND_CHANGES], harmed;      /* harmed: listings with one that hurts */
	int64_t changed;                             /* in all, but new ones */
	int64_t buy_boxes_lost_day, buy_box_last_ms; /* listings, in the last 24 h */
	struct brand_changed *latest;                /* newest first */
	size_t n_latest;

	int64_t mentions;
	struct brand_mention *said; /* newest first */
	size_t n_said;

	struct score score;
};

/** Into zeroed memory; brand_analysis_fini also after an error. */
enum err brand_analyze(struct store *s, const struct brand_query *q, int64_t now_ms,
		       struct brand_analysis *a, struct error *e);
void brand_analysis_fini(struct brand_analysis *a);

/** A listing as the parts of an analysis hand it on to each other. */
struct brand_row {
	uint64_t id, site, product, seller, group; /* group: of the same reviews, 0: its own */
	int64_t price_minor, reviews, first_ms, state_ms, seen_ms;
	int rating_x100;
	short state, availability, condition;
	bool mine, twin; /* twin: its reviews are another row's */
	bool harmed;
	int sellers;
	char currency[CURRENCY_TEXT];
};

struct brand_reading {
	struct reader *r;
	const struct brand_query *q;
	struct brand_analysis *a;
	int64_t now_ms;
	struct brand_row *rows;
	size_t n;
	struct error *e;
};
enum err brand_read_rows(struct brand_reading *b);    /* and counts, stock */
enum err brand_read_sellers(struct brand_reading *b); /* and sites */
enum err brand_read_prices(struct brand_reading *b);
enum err brand_read_map(struct brand_reading *b);
enum err brand_read_ratings(struct brand_reading *b); /* prior, pace, texts, clusters */
enum err brand_read_changes(struct brand_reading *b);
enum err brand_read_mentions(struct brand_reading *b);
/** From what was read. Pure. */
void brand_score(struct brand_analysis *a);
