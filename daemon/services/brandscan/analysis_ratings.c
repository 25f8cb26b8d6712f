/* What people rated a brand's products: the mean, how many reviews come, and the low ones. */
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/catalog.h"
#include "daemon/catalog/offers.h"
#include "daemon/services/brandscan/analysis.h"
#include "shared/mem.h"

enum {
	POINTS_MAX = 2000, /* of a listing, in a span */
	GOOD_X100 = 400,
	STAR_X100 = 100,
	CATEGORIES_MAX = 20,
};
static const int64_t year_ms = INT64_C(365) * 86400000;

/* ---- twins: variants that show the reviews of their family ------------------------------------
 */

static int by_reviews(const void *x, const void *y)
{
	const struct brand_row *const *a = x, *const *b = y;
	if ((*a)->site != (*b)->site)
		return (*a)->site < (*b)->site ? -1 : 1;
	if ((*a)->group != (*b)->group)
		return (*a)->group < (*b)->group ? -1 : 1;
	if ((*a)->reviews != (*b)->reviews)
		return (*a)->reviews < (*b)->reviews ? -1 : 1;
	if ((*a)->rating_x100 != (*b)->rating_x100)
		return (*a)->rating_x100 < (*b)->rating_x100 ? -1 : 1;
	return (*a)->id < (*b)->id ? -1 : (*a)->id > (*b)->id;
}

static void find_twins(struct brand_reading *b)
{
	struct brand_row **all = mem_array(NULL, b->n + 1, sizeof(struct brand_row *));
	for (size_t i = 0; i < b->n; i++)
		all[i] = &b->rows[i];
	if (b->n)
		qsort(all, b->n, sizeof(struct brand_row *), by_reviews);
	for (size_t i = 1; i < b->n; i++)
		all[i]->twin = all[i]->group && all[i]->reviews > 0 &&
			       all[i]->site == all[i - 1]->site &&
			       all[i]->group == all[i - 1]->group &&
			       all[i]->reviews == all[i - 1]->reviews &&
			       all[i]->rating_x100 == all[i - 1]->rating_x100;
	free(all);
}

static bool counts(const struct brand_row *row)
{
	return row->state != LISTING_GONE && !row->twin && row->reviews > 0 &&
	       row->rating_x100 > 0 && row->rating_x100 <= RATING_MAX_X100;
}

static void add_up(struct brand_reading *b)
{
	struct brand_analysis *a = b->a;
	for (size_t i = 0; i < b->n; i++) {
		if (!counts(&b->rows[i]))
			continue;
		a->rated++;
		a->reviews += b->rows[i].reviews;
		a->rating_sum_x100 += b->rows[i].reviews * b->rows[i].rating_x100;
	}
}

/* ---- what is usual ----------------------------------------------------------------------------
 */

struct prior {
	int64_t n, sum_x100;
};

static enum err read_prior(struct brand_reading *b, const char *sql, const char *category,
			   struct prior *p)
{
	sqlite3_stmt *st = reader_prepare(b->r, sql, b->e);
	if (!st)
		return b->e->code;
	if (category)
		sqlite3_bind_text(st, 1, category, -1, SQLITE_STATIC);
	if (sqlite3_step(st) == SQLITE_ROW) {
		p->n += sqlite3_column_int64(st, 0);
		p->sum_x100 += sqlite3_column_int64(st, 1);
	}
	sqlite3_reset(st);
	return ERR_NONE;
}

/* Of the first few rated listings: brands sell in few categories. */
static enum err read_categories(struct brand_reading *b, struct prior *p)
{
	char seen[CATEGORIES_MAX][256];
	size_t n = 0, looked = 0;
	for (size_t i = 0; i < b->n && n < CATEGORIES_MAX && looked < 10 * CATEGORIES_MAX; i++) {
		sqlite3_stmt *st;
		size_t k = 0;
		if (!counts(&b->rows[i]))
			continue;
		looked++;
		st = reader_prepare(b->r, "SELECT category FROM listing WHERE id = ?", b->e);
		if (!st)
			return b->e->code;
		sqlite3_bind_int64(st, 1, (int64_t)b->rows[i].id);
		seen[n][0] = 0;
		if (sqlite3_step(st) == SQLITE_ROW)
			strncat(seen[n], row_text(st, 0), sizeof(seen[n]) - 1);
		sqlite3_reset(st);
		while (k < n && strcmp(seen[k], seen[n]))
			k++;
		if (!seen[n][0] || k < n)
			continue;
		if (read_prior(b,
			       "SELECT count(*), coalesce(sum(rating_x100), 0) FROM listing"
			       " WHERE reviews > 0 AND category = ? AND rating_x100 > 0",
			       seen[n++], p))
			return b->e->code;
	}
	return ERR_NONE;
}

static enum err find_prior(struct brand_reading *b)
{
	struct brand_analysis *a = b->a;
	struct prior p = {0};
	a->prior_of = "category";
	if (read_categories(b, &p))
		return b->e->code;
	if (p.n < BRAND_PRIOR_LEAST) {
		p = (struct prior){0};
		a->prior_of = "all";
		if (read_prior(b,
			       "SELECT count(*), coalesce(sum(rating_x100), 0) FROM listing"
			       " WHERE reviews > 0 AND rating_x100 > 0",
			       NULL, &p))
			return b->e->code;
	}
	a->prior_listings = p.n;
	if (p.n < BRAND_PRIOR_LEAST) {
		a->prior_of = "usual";
		a->prior_x100 = BRAND_PRIOR_USUAL_X100;
	} else {
		a->prior_x100 = (int)ratio_half_even(p.sum_x100, p.n);
	}
	return ERR_NONE;
}

static enum err read_mean(struct brand_reading *b)
{
	struct brand_analysis *a = b->a;
	a->rating_x100 = a->mean_x100 = REPUTATION_UNKNOWN;
	a->prior_x100 = REPUTATION_UNKNOWN;
	if (!a->reviews)
		return ERR_NONE;
	if (find_prior(b))
		return b->e->code;
	a->mean_x100 = (int)ratio_half_even(a->rating_sum_x100, a->reviews);
	a->rating_x100 =
		bayes_mean_x100(BAYES_WEIGHT, a->prior_x100, a->rating_sum_x100, a->reviews);
	return ERR_NONE;
}

/* ---- low ones ---------------------------------------------------------------------------------
 */

struct low_list {
	struct low_rating *all;
	char **texts;
	size_t n, cap;
};

static void add_low(struct low_list *l, int64_t at_ms, uint64_t listing, int64_t count,
		    const char *text)
{
	if (l->n == LOW_REVIEWS_MAX)
		return;
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 64;
		l->all = mem_array(l->all, l->cap, sizeof(*l->all));
		l->texts = mem_array(l->texts, l->cap, sizeof(*l->texts));
	}
	l->texts[l->n] = mem_strdup(text);
	l->all[l->n] = (struct low_rating){at_ms, listing, count, l->texts[l->n]};
	l->n++;
}

static void low_fini(struct low_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->texts[i]);
	free(l->texts);
	free(l->all);
}

static int by_time(const void *x, const void *y)
{
	const struct low_rating *a = x, *b = y;
	if (a->at_ms != b->at_ms)
		return a->at_ms < b->at_ms ? -1 : 1;
	return a->listing < b->listing ? -1 : a->listing > b->listing;
}

/* ---- counters ---------------------------------------------------------------------------------
 */

/* From the one that holds when the span begins. */
static const char points_sql[] =
	"SELECT at_ms, rating_x100, reviews FROM rating WHERE listing = ?1 AND at_ms >= coalesce("
	"(SELECT max(at_ms) FROM rating WHERE listing = ?1 AND at_ms <= ?2), 0)"
	" AND at_ms < ?3 ORDER BY at_ms";

static int read_points(struct brand_reading *b, const struct brand_row *row,
		       struct rating_point *points)
{
	sqlite3_stmt *st = reader_prepare(b->r, points_sql, b->e);
	int n = 0;
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, (int64_t)row->id);
	sqlite3_bind_int64(st, 2, b->q->since_ms);
	sqlite3_bind_int64(st, 3, b->q->until_ms);
	while (n < POINTS_MAX && sqlite3_step(st) == SQLITE_ROW)
		points[n++] = (struct rating_point){sqlite3_column_int64(st, 0),
						    (int)row_minor(st, 1), row_minor(st, 2)};
	sqlite3_reset(st);
	return n;
}

static void take_counter(struct brand_reading *b, const struct brand_row *row,
			 const struct rating_point *points, size_t n, struct low_list *lows)
{
	struct brand_analysis *a = b->a;
	int64_t until = row->seen_ms < b->q->until_ms ? row->seen_ms : b->q->until_ms;
	struct review_pace p = review_pace(points, n, b->q->since_ms, until);
	int64_t rate = review_pace_per_day_x1000(&p);
	int rounding = rating_rounding_x1000(points, n);
	a->falls += p.falls;
	a->gained += p.gained;
	if (rate == REPUTATION_UNKNOWN) {
		a->pace_unknown++;
	} else {
		a->pace_listings++;
		a->per_day_x1000 += rate;
	}
	for (size_t i = 1; i < n; i++) {
		int64_t low = points[i].at_ms >= b->q->since_ms
				      ? low_ratings_at_least(&points[i - 1], &points[i], rounding,
							     b->q->low_rating)
				      : 0;
		a->counted_low += low;
		if (low)
			add_low(lows, points[i].at_ms, row->id, low, "");
	}
}

static enum err read_counters(struct brand_reading *b, struct low_list *lows)
{
	struct rating_point *points = mem_array(NULL, POINTS_MAX, sizeof(*points));
	for (size_t i = 0; i < b->n && !b->e->code; i++) {
		const struct brand_row *row = &b->rows[i];
		if (row->state == LISTING_GONE || row->twin || row->reviews < 0)
			continue;
		int n = read_points(b, row, points);
		if (n > 0)
			take_counter(b, row, points, (size_t)n, lows);
	}
	free(points);
	if (!b->a->pace_listings)
		b->a->per_day_x1000 = REPUTATION_UNKNOWN;
	return b->e->code;
}

/* ---- single reviews ---------------------------------------------------------------------------
 */

static void take_review(struct brand_reading *b, uint64_t listing, sqlite3_stmt *st,
			struct low_list *lows)
{
	struct brand_analysis *a = b->a;
	int64_t at = sqlite3_column_int64(st, 0), rating = sqlite3_column_int64(st, 1);
	bool in_span = at >= b->q->since_ms && at < b->q->until_ms;
	bool low = rating <= (int64_t)b->q->low_rating * STAR_X100;
	a->year_texts++;
	a->year_positive += rating >= GOOD_X100;
	if (!in_span)
		return;
	a->texts++;
	a->positive += rating >= GOOD_X100;
	a->low_texts += low;
	if (low)
		add_low(lows, at, listing, 1, row_text(st, 2));
}

static enum err read_reviews_of(struct brand_reading *b, const struct brand_row *row,
				struct low_list *lows)
{
	sqlite3_stmt *st = reader_prepare(b->r,
					  "SELECT at_ms, rating_x100, text FROM review"
					  " WHERE listing = ? AND at_ms >= ? AND at_ms < ?"
					  " ORDER BY at_ms DESC",
					  b->e);
	int64_t from = b->q->until_ms - year_ms;
	if (!st)
		return b->e->code;
	sqlite3_bind_int64(st, 1, (int64_t)row->id);
	sqlite3_bind_int64(st, 2, from < b->q->since_ms ? from : b->q->since_ms);
	sqlite3_bind_int64(st, 3, b->q->until_ms);
	while (sqlite3_step(st) == SQLITE_ROW)
		take_review(b, row->id, st, lows);
	sqlite3_reset(st);
	return ERR_NONE;
}

static enum err read_reviews(struct brand_reading *b, struct low_list *lows)
{
	struct brand_analysis *a = b->a;
	sqlite3_stmt *st = reader_prepare(b->r, "SELECT 1 FROM review LIMIT 1", b->e);
	bool any = st && sqlite3_step(st) == SQLITE_ROW;
	if (!st)
		return b->e->code;
	sqlite3_reset(st);
	for (size_t i = 0; any && i < b->n; i++)
		if (b->rows[i].state != LISTING_GONE && !b->rows[i].twin &&
		    read_reviews_of(b, &b->rows[i], lows))
			return b->e->code;
	a->positive_bp = wilson_lower_bp(a->year_positive, a->year_texts);
	return ERR_NONE;
}

/* What single reviews say is not said by the counters again. */
static void find_clusters(struct brand_reading *b, struct low_list *lows, size_t counted)
{
	const struct low_rating *all = lows->all;
	size_t n = lows->n;
	if (lows->n > counted) {
		all += counted;
		n -= counted;
	}
	if (!n)
		return;
	qsort((void *)all, n, sizeof(*all), by_time);
	b->a->n_clusters = low_clusters(all, n, b->q->low_within_ms, b->q->low_count,
					b->a->clusters, BRAND_CLUSTERS_MAX);
}

enum err brand_read_ratings(struct brand_reading *b)
{
	struct low_list lows = {0};
	find_twins(b);
	add_up(b);
	enum err err = read_mean(b);
	if (!err)
		err = read_counters(b, &lows);
	size_t counted = lows.n;
	if (!err)
		err = read_reviews(b, &lows);
	if (!err)
		find_clusters(b, &lows, counted);
	low_fini(&lows);
	return err;
}
