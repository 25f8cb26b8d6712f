#include "daemon/services/brandscan/reputation.h"

#include <stdlib.h>

enum { DAY_MS = 86400000, BP = 10000 };

/* ---- numbers --------------------------------------------------------------------------------- */

int64_t ratio_half_even(int64_t a, int64_t b)
{
	int64_t q = a / b, r = a % b;
	if (r < 0) {
		r += b;
		q--;
	}
	int64_t rest = b - r;
	return q + (r > rest || (r == rest && (q & 1)));
}

static uint64_t square_root(unsigned __int128 x)
{
	uint64_t root = 0;
	for (int bit = 63; bit >= 0; bit--) {
		uint64_t more = root | UINT64_C(1) << bit;
		if ((unsigned __int128)more * more <= x)
			root = more;
	}
	return root;
}

int bayes_mean_x100(int64_t weight, int prior_x100, int64_t sum_x100, int64_t n)
{
	return (int)ratio_half_even(weight * prior_x100 + sum_x100, weight + n);
}

/* In millionths. */
int wilson_lower_bp(int64_t hits, int64_t n)
{
	const int64_t one = 1000000, z2 = (int64_t)WILSON_Z_X1000 * WILSON_Z_X1000;
	if (n <= 0)
		return REPUTATION_UNKNOWN;
	unsigned __int128 under = (unsigned __int128)hits * (uint64_t)(n - hits) *
					  ((uint64_t)one * (uint64_t)one) / (uint64_t)n +
				  (unsigned __int128)z2 * (uint64_t)one / 4;
	__int128 top = (__int128)hits * one + z2 / 2 -
		       (__int128)square_root(under) * WILSON_Z_X1000 / 1000;
	__int128 bottom = (__int128)n * one + z2;
	return top <= 0 ? 0 : (int)((top * BP + bottom / 2) / bottom);
}

/* ---- counters of reviews --------------------------------------------------------------------- */

struct review_pace review_pace(const struct rating_point *points, size_t n, int64_t since_ms,
			       int64_t until_ms)
{
	struct review_pace p = {0};
	for (size_t i = 0; i < n; i++) {
		int64_t from = points[i].at_ms > since_ms ? points[i].at_ms : since_ms;
		int64_t to = i + 1 < n ? points[i + 1].at_ms : until_ms;
		int64_t now = points[i].reviews, next = i + 1 < n ? points[i + 1].reviews : now;
		if (to > until_ms) { /* the next one is out of the span: unchanged in it */
			to = until_ms;
			next = now;
		}
		if (to <= from || now == REPUTATION_UNKNOWN || next == REPUTATION_UNKNOWN)
			continue;
		if (next < now) {
			p.falls++;
			continue;
		}
		p.gained += next - now;
		p.known_ms += to - from;
	}
	return p;
}

int64_t review_pace_per_day_x1000(const struct review_pace *p)
{
	if (p->known_ms < DAY_MS)
		return REPUTATION_UNKNOWN;
	__int128 top = (__int128)p->gained * 1000 * DAY_MS;
	return (int64_t)((top + p->known_ms / 2) / p->known_ms);
}

int rating_rounding_x1000(const struct rating_point *points, size_t n)
{
	int finest = 500;
	for (size_t i = 0; i < n; i++) {
		int r = points[i].rating_x100;
		int its = r == REPUTATION_UNKNOWN ? 500
			  : r % 10                ? 5
			  : r % 50                ? 50
			  : r % 100               ? 250
						  : 500;
		finest = its < finest ? its : finest;
	}
	return finest;
}

int64_t low_ratings_at_least(const struct rating_point *from, const struct rating_point *to,
			     int rounding_x1000, int low)
{
	int64_t came = to->reviews - from->reviews;
	if (from->reviews < 0 || to->reviews < 0 || from->rating_x100 < 0 || to->rating_x100 < 0 ||
	    came <= 0)
		return 0;
	__int128 sum = (__int128)(to->rating_x100 * 10 + rounding_x1000) * to->reviews -
		       (__int128)(from->rating_x100 * 10 - rounding_x1000) * from->reviews;
	__int128 over = (__int128)(low + 1) * came * 1000 - sum;
	if (over <= 0)
		return 0;
	int64_t least = (int64_t)((over + low * 1000 - 1) / (low * 1000));
	return least < came ? least : came;
}

/* ---- prices ---------------------------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

struct price_spread price_spread(int64_t *prices, size_t n)
{
	struct price_spread s = {0, REPUTATION_UNKNOWN, REPUTATION_UNKNOWN, REPUTATION_UNKNOWN,
				 REPUTATION_UNKNOWN};
	if (!n)
		return s;
	qsort(prices, n, sizeof(*prices), ascending);
	s = (struct price_spread){n, prices[0], prices[(n - 1) / 2], prices[n - 1], 0};
	s.spread_bp = ratio_half_even((s.max_minor - s.min_minor) * BP, s.min_minor);
	return s;
}

/* ---- the score --------------------------------------------------------------------------------
 */

static const struct {
	const char *word, *title;
	int weight;
} parts[SCORE_PARTS] = {
	[SCORE_RATING] = {"rating", "rating", 40},
	[SCORE_POSITIVE] = {"positive", "good reviews", 15},
	[SCORE_LATELY] = {"lately", "ratings of late", 15},
	[SCORE_LISTINGS] = {"listings", "listings unharmed", 10},
	[SCORE_AVAILABILITY] = {"availability", "can be bought", 10},
	[SCORE_PRICES] = {"prices", "prices agree", 10},
};

const char *score_part_word(enum score_part_name p)
{
	return parts[p].word;
}

const char *score_part_title(enum score_part_name p)
{
	return parts[p].title;
}

static bool is_known(const struct score *s, enum score_part_name p)
{
	return s->parts[p].value_bp != REPUTATION_UNKNOWN;
}

void score_reckon(struct score *s)
{
	int64_t sum_x100 = 0;
	s->known_weight = 0;
	for (int i = 0; i < SCORE_PARTS; i++) {
		s->parts[i].weight = parts[i].weight;
		s->known_weight += is_known(s, (enum score_part_name)i) ? parts[i].weight : 0;
	}
	for (int i = 0; i < SCORE_PARTS; i++) {
		struct score_part *p = &s->parts[i];
		p->points_x100 = is_known(s, (enum score_part_name)i)
					 ? ratio_half_even(p->value_bp * p->weight, s->known_weight)
					 : REPUTATION_UNKNOWN;
		sum_x100 += p->points_x100 > 0 ? p->points_x100 : 0;
	}
	s->total = is_known(s, SCORE_RATING) || is_known(s, SCORE_POSITIVE)
			   ? (int)ratio_half_even(sum_x100, 100)
			   : REPUTATION_UNKNOWN;
	if (s->total > 100)
		s->total = 100;
}
