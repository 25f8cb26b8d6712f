#pragma once
/* What ratings say, in whole numbers. Pure; nothing here knows a store or a clock.
 *
 * Ratings are hundredths of a star ("4.2" is 420), shares basis points, rates thousandths. What is
 * not known is REPUTATION_UNKNOWN and never 0. Divisions round half to even. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	REPUTATION_UNKNOWN = -1,
	BAYES_WEIGHT = 25,     /* C: a prior as strong as so many reviews */
	WILSON_Z_X1000 = 1960, /* 95 % on both sides */
	RATING_MAX_X100 = 500,
};

/** a / b for b > 0. */
int64_t ratio_half_even(int64_t a, int64_t b);

/** Bayesian mean (C m + sum of ratings) / (C + n): few reviews stay near what is usual.
 *  C = 25, m = 4.20, ten reviews of 4.9: 4.40. No review at all gives m.
 *  @param prior_x100  m
 *  @param sum_x100    of all ratings; n * 500 at most */
int bayes_mean_x100(int64_t weight, int prior_x100, int64_t sum_x100, int64_t n);

/** Lower bound of Wilson's score interval for a share of hits among n (E. B. Wilson, 1927):
 *  (h + z^2/2 - z sqrt(h (n-h) / n + z^2/4)) / (n + z^2). 9 of 10, z = 1.96: 0.596.
 *  @return basis points; unknown when n is 0 */
int wilson_lower_bp(int64_t hits, int64_t n);

/* ---- counters of reviews --------------------------------------------------------------------- */

/** What a page said at a time: from then on, until the next one. */
struct rating_point {
	int64_t at_ms;
	int rating_x100; /* unknown: REPUTATION_UNKNOWN */
	int64_t reviews; /* same */
};

struct review_pace {
	int64_t gained;   /* reviews */
	int64_t known_ms; /* in which they came */
	unsigned falls;   /* times that reviews were removed */
};
/** How many reviews came: the sum of what the counter rose by, over the time in which it did not
 *  fall. A counter that falls (reviews were removed) says nothing about the stretch before: neither
 *  its reviews nor its time count.
 *  @param points  ascending; the first may lie before since_ms and then holds from there on
 *  @param until_ms  how long the last one holds */
struct review_pace review_pace(const struct rating_point *points, size_t n, int64_t since_ms,
			       int64_t until_ms);
/** Reviews a day, thousandths; unknown for less than a day that is known. */
int64_t review_pace_per_day_x1000(const struct review_pace *p);

/** How exactly a page rounds its ratings, as a half of its last digit in thousandths of a star: the
 *  finest of those seen (4.37: 5, 4.3: 50, 4.5: 250, 4: 500). */
int rating_rounding_x1000(const struct rating_point *points, size_t n);

/** How many low ratings (at most `low` stars) there are for certain among the reviews that came
 * between two points. If x of d new reviews are low, their sum is at least x + (low+1)(d-x), so
 *  x >= ((low+1) d - sum) / low, where sum is the largest that the rounded means allow:
 *  (r2 + e) n2 - (r1 - e) n1.
 *  @return 0 when nothing is certain, or the counter did not rise */
int64_t low_ratings_at_least(const struct rating_point *from, const struct rating_point *to,
			     int rounding_x1000, int low);

/* ---- prices ---------------------------------------------------------------------------------- */

struct price_spread {
	size_t offers;
	int64_t min_minor, median_minor, max_minor; /* the lower of two medians */
	int64_t spread_bp;                          /* (max - min) / min */
};
/** Sorts prices. Of none all is unknown. Prices are above 0. */
struct price_spread price_spread(int64_t *prices, size_t n);

/* ---- the score --------------------------------------------------------------------------------
 */

enum score_part_name {
	SCORE_RATING,
	SCORE_POSITIVE,
	SCORE_LATELY,
	SCORE_LISTINGS,
	SCORE_AVAILABILITY,
	SCORE_PRICES,
	SCORE_PARTS,
};

/** A part: value/100 percent of its weight. Why: how the value came about, or why it is not known.
 */
struct score_part {
	int64_t value_bp; /* 0..10000, or unknown */
	int weight;       /* set by score_reckon */
	int64_t points_x100;
	char why[160];
};

struct score {
	struct score_part parts[SCORE_PARTS];
	int known_weight; /* of 100 */
	int total;        /* 0..100, or unknown */
};
const char *score_part_word(enum score_part_name p);
const char *score_part_title(enum score_part_name p);
/** Points = value * weight / the weights of what is known, and their sum, rounded, is the score.
 *  What people rated (rating or positive) must be known: shops that have stock are no reputation.
 */
void score_reckon(struct score *s);
