#pragma once
/* BrandScan's state. What lists and the overview show of brands is worked out by a thread of its
 * own (watch.c), which also starts the reading of feeds and says what happened (look.c). */
#include <pthread.h>

#include "daemon/services/brandscan/analysis.h"
#include "daemon/services/brandscan/judge.h"
#include "daemon/services/service.h"

enum { BRAND_TREND_DAYS = 30, BRAND_SPAN_DAYS = 30, BRAND_COMPARE_MAX = 8 };

/** What is shown of a brand without asking the store. */
struct brand_summary {
	uint64_t id, version; /* of the resource that it is of */
	char name[64];
	bool analyzed;
	int64_t at_ms;
	int64_t listings, sellers, products, spread_bp, reviews, in_stock_bp, per_day_x1000;
	int64_t changes, mentions, buy_boxes_lost, joined, low;
	int rating_x100, score;
	int trend[BRAND_TREND_DAYS]; /* scores, the oldest first; unknown where there is none */
	struct brand_told told;
	struct low_cluster cluster; /* the newest; ratings 0: none */
	/* feeds */
	int64_t slot_ms, next_ms, read_ms;
	char feed_fault[160];
	int64_t feed_fault_ms;
};

struct brandscan {
	struct daemon *d;

	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t thread;
	bool runs, stopping; /* the thread */
	bool changed;        /* brands were written: look at once */
	bool gone;           /* brands were deleted */
	bool stirred;        /* the catalog was written */
	struct brand_summary *all;
	size_t n, cap;
	uint64_t analyses;
	int64_t last_us, worst_us; /* of an analysis */
	uint64_t told, mentions;   /* events, since the start */
};

extern const struct resource_kind resource_brand;

/* ---- query.c */

/** Of a resource: its spellings, limits, and the span of BRAND_SPAN_DAYS up to now. */
void brand_query_of(const struct resource *r, int64_t now_ms, struct brand_query *q);
bool brand_is_paused(const struct resource *r);
/** Of a name, an id, a spelling of a brand that was added, or any other brand's.
 *  @return false with e filled: nothing is left of that text when it is compared */
bool brand_query_find(struct brandscan *bs, const char *ref, int64_t now_ms, struct brand_query *q,
		      struct error *e);

/* ---- watch.c */

enum err watch_start(struct brandscan *bs, struct error *e);
void watch_stop(struct brandscan *bs);
/** Look at once; what was written meanwhile is seen. Thread: any. */
void watch_kick(struct brandscan *bs);

/* ---- summaries.c */

/** A copy of what is shown. @return false: nothing is known of it yet. Thread: any. */
bool summary_get(struct brandscan *bs, uint64_t id, struct brand_summary *out);
/** Show that from now on. Thread: the brands' own, as all below. */
void summary_put(struct brandscan *bs, const struct brand_summary *s);
void summaries_drop_gone(struct brandscan *bs);

/* ---- look.c */

/** At most, between two looks: the clock on the wall may be set. */
enum { BRAND_LOOK_MS = 60000 };
/** Analyse it when the catalog was written since (stirred), its day or its configuration changed,
 * or an hour passed; tell what happened; start what is due of its feeds. @return when to look
 * again, wall */
int64_t brand_look(struct brandscan *bs, const struct resource *r, bool stirred, int64_t now_ms);

/* ---- keep.c */

/** What an analysis came to; all borrowed. */
struct brand_keeping {
	const struct resource *r;
	const struct brand_query *q;
	const struct brand_analysis *a;
	const struct brand_told *told; /* from now on */
	const struct brand_news *news;
	int64_t day;
};
/** Its day, what was told of it and the news as events, in one operation; nothing of a brand that
 * went meanwhile. Waits for the writer. */
enum err brand_keep(struct brandscan *bs, const struct brand_keeping *what, struct error *e);
/** What was told of it, the slot of its feeds and the scores of the last days into s.
 *  @return false: the store did not answer */
bool brand_kept_read(struct brandscan *bs, struct brand_summary *s, int64_t now_ms);

/* ---- feeds.c */

/** Start the reading of a brand's feeds. ERR_NOT_NOW: it is being read. slot_ms 0: by a person. */
enum err feeds_start(struct brandscan *bs, const struct resource *r, int64_t slot_ms, uint64_t *job,
		     struct error *e);
/** Start what is due by `every`; sets slot, next time and faults. @return when to look again, wall
 */
int64_t feeds_look(struct brandscan *bs, const struct resource *r, struct brand_summary *s,
		   int64_t now_ms);
/** What is left of brands that are no more; a store_prune_fn for old mentions. */
enum err feeds_orphans(struct txn *t, void *more, struct error *e);
enum err mentions_prune(struct txn *t, int64_t before_ms, bool *more, struct error *e);

/* ---- write.c */

void write_analysis(struct json_writer *w, const struct brand_query *q,
		    const struct brand_analysis *a);
/** The figures that brands are compared by, and the score with its parts. */
void write_figures(struct json_writer *w, const struct brand_query *q,
		   const struct brand_analysis *a);
void write_score(struct json_writer *w, const struct brand_analysis *a);
void write_rating(struct json_writer *w, const struct brand_analysis *a);
/** "key": 4.25, or null when it is unknown. */
void write_stars(struct json_writer *w, const char *key, int x100);

/* ---- shown.c, brief.c */

void brand_live(struct json_writer *w, const struct resource *r, void *ctx);
bool brand_rank(const struct resource *r, const char *sort, int64_t *key, void *ctx);
const char *brand_filter(const struct resource *r, const char *name, char *out, void *ctx);
size_t brand_attention(void *state, struct attention *out, size_t max, size_t *total);
void brand_overview(struct json_writer *w, void *state);
void brand_metrics(struct buf *out, void *state);
void brand_doctor(void *state,
		  void (*say)(void *arg, const char *name, const struct doctor_finding *f),
		  void *arg);
void brand_brief(void *state, int64_t since_ms, int64_t until_ms,
		 void (*say)(void *arg, const struct brief_line *line), void *arg);

/* ---- routes.c */

enum { BRAND_ROUTES = 5 };
extern const struct route brand_routes[BRAND_ROUTES];
