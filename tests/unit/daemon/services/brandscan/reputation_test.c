#include "daemon/services/brandscan/reputation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "shared/mem.h"

enum { DAY = 86400000, UNKNOWN = REPUTATION_UNKNOWN };

/* A small generator: the same in each run. */
static uint32_t next(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void bayes__ten_reviews_of_4_9__are_4_40(void **state)
{
	assert_int_equal(bayes_mean_x100(25, 420, 4900, 10), 440);
	assert_int_equal(bayes_mean_x100(25, 420, 0, 0), 420);
	assert_int_equal(bayes_mean_x100(25, 420, INT64_C(500) * 1000000000, 1000000000), 500);
}

static void bayes__lies_between_the_prior_and_the_mean(void **state)
{
	uint32_t r = 7;
	for (int i = 0; i < 5000; i++) {
		int prior = 100 + (int)(next(&r) % 401), mean = 100 + (int)(next(&r) % 401);
		int64_t n = next(&r) % 10000;
		int b = bayes_mean_x100(BAYES_WEIGHT, prior, n * mean, n);
		assert_in_range(b, prior < mean ? prior : mean, prior > mean ? prior : mean);
	}
}

static void wilson__nine_of_ten__is_0_596(void **state)
{
	assert_int_equal(wilson_lower_bp(9, 10), 5958);
	assert_int_equal(wilson_lower_bp(0, 10), 0);
	assert_int_equal(wilson_lower_bp(0, 0), UNKNOWN);
	assert_int_equal(wilson_lower_bp(10, 10), 7225); /* n / (n + z^2) */
	assert_in_range(wilson_lower_bp(900000000, 1000000000), 8999, 9000);
}

static void wilson__is_below_the_share_and_grows_with_evidence(void **state)
{
	uint32_t r = 3;
	for (int i = 0; i < 2000; i++) {
		int64_t n = 1 + next(&r) % 1000, hits = next(&r) % (n + 1);
		int one = wilson_lower_bp(hits, n), ten = wilson_lower_bp(hits * 10, n * 10);
		assert_true(one * n <= hits * 10000 + n);
		assert_true(ten >= one);
	}
}

/* ---- counters -------------------------------------------------------------------------------- */

static void pace__a_rising_counter__is_gained_over_its_time(void **state)
{
	const struct rating_point p[] = {{0, 450, 100}, {10 * DAY, 450, 120}};
	struct review_pace pace = review_pace(p, 2, 0, INT64_C(20) * DAY);
	assert_int_equal(pace.gained, 20);
	assert_true(pace.known_ms == INT64_C(20) * DAY);
	assert_int_equal(review_pace_per_day_x1000(&pace), 1000);
}

static void pace__a_falling_counter__never_counts(void **state)
{
	const struct rating_point p[] = {{0, 450, 100},
					 {10 * DAY, 450, 120},
					 {INT64_C(20) * DAY, 450, 60},
					 {INT64_C(24) * DAY, 450, 64}};
	struct review_pace pace = review_pace(p, 4, 0, INT64_C(30) * DAY);
	assert_int_equal(pace.gained, 24);
	assert_int_equal(pace.falls, 1);
	assert_true(pace.known_ms == INT64_C(20) * DAY); /* without the ten days before the fall */
}

static void pace__what_was_before_the_span__holds_at_its_beginning(void **state)
{
	const struct rating_point p[] = {{0, 450, 100}, {INT64_C(40) * DAY, 450, 130}};
	struct review_pace pace = review_pace(p, 2, INT64_C(30) * DAY, INT64_C(60) * DAY);
	assert_int_equal(pace.gained, 30);
	assert_true(pace.known_ms == INT64_C(30) * DAY);
}

static void pace__unknown_counts__are_no_zeros(void **state)
{
	const struct rating_point p[] = {
		{0, 450, 100}, {DAY, UNKNOWN, UNKNOWN}, {3 * DAY, 450, 110}};
	struct review_pace pace = review_pace(p, 3, 0, 4 * DAY);
	assert_int_equal(pace.gained, 0);
	assert_true(pace.known_ms == DAY);
	pace = (struct review_pace){.known_ms = DAY - 1};
	assert_int_equal(review_pace_per_day_x1000(&pace), UNKNOWN);
}

static void pace__is_never_negative__whatever_the_counter_does(void **state)
{
	uint32_t r = 11;
	for (int i = 0; i < 2000; i++) {
		struct rating_point p[8];
		size_t n = 1 + next(&r) % 8;
		int64_t at = 0, rises = 0;
		for (size_t k = 0; k < n; k++) {
			at += 1 + next(&r) % DAY;
			p[k] = (struct rating_point){at, 400, next(&r) % 50};
			if (k && p[k].reviews > p[k - 1].reviews)
				rises += p[k].reviews - p[k - 1].reviews;
		}
		struct review_pace pace = review_pace(p, n, 0, at + DAY);
		assert_true(pace.gained == rises);
		assert_true(pace.known_ms >= 0 && pace.known_ms <= at + DAY - p[0].at_ms);
	}
}

/* ---- low ones that only a counter shows --------------------------------------------------------
 */

static void low__four_reviews_that_drag_20_of_4_5_to_4_0__are_two_at_least(void **state)
{
	const struct rating_point from = {0, 450, 20}, to = {DAY, 400, 24};
	assert_int_equal(low_ratings_at_least(&from, &to, 50, 2), 2);
	assert_int_equal(low_ratings_at_least(&to, &from, 50, 2), 0); /* it fell */
	const struct rating_point same = {DAY, 450, 24};
	assert_int_equal(low_ratings_at_least(&from, &same, 50, 2), 0);
}

static int rounded(int64_t sum, int64_t n, int step)
{
	return (int)((sum * 100 + n * step / 2) / (n * step)) * step;
}

static void low__is_never_more_than_there_are(void **state)
{
	static const struct {
		int step, rounding;
	} ways[] = {{1, 5}, {10, 50}, {50, 250}, {100, 500}};
	uint32_t r = 5;
	size_t found = 0;
	for (int i = 0; i < 20000; i++) {
		int way = (int)(next(&r) % 4), low = 1 + (int)(next(&r) % 3);
		int64_t n = 1 + next(&r) % 60, came = 1 + next(&r) % 12, sum = 0, lows = 0,
			more = 0;
		for (int64_t k = 0; k < n; k++)
			sum += 1 + next(&r) % 5;
		for (int64_t k = 0; k < came; k++) {
			int stars = 1 + (int)(next(&r) % 5);
			lows += stars <= low;
			more += stars;
		}
		const struct rating_point from = {0, rounded(sum, n, ways[way].step), n};
		const struct rating_point to = {DAY, rounded(sum + more, n + came, ways[way].step),
						n + came};
		int64_t least = low_ratings_at_least(&from, &to, ways[way].rounding, low);
		assert_true(least <= lows);
		found += least > 0;
	}
	assert_true(found > 1000); /* and it finds some */
}

static void rounding__is_the_finest_that_was_seen(void **state)
{
	const struct rating_point p[] = {{0, 400, 1}, {1, 450, 2}, {2, 430, 3}, {3, 437, 4}};
	assert_int_equal(rating_rounding_x1000(p, 1), 500);
	assert_int_equal(rating_rounding_x1000(p, 2), 250);
	assert_int_equal(rating_rounding_x1000(p, 3), 50);
	assert_int_equal(rating_rounding_x1000(p, 4), 5);
}

/* ---- prices, score -----------------------------------------------------------------------------
 */

static void spread__is_of_the_cheapest(void **state)
{
	int64_t prices[] = {1500, 1000, 1250};
	struct price_spread s = price_spread(prices, 3);
	assert_int_equal(s.min_minor, 1000);
	assert_int_equal(s.median_minor, 1250);
	assert_int_equal(s.max_minor, 1500);
	assert_int_equal(s.spread_bp, 5000);
	assert_int_equal(price_spread(prices, 0).spread_bp, UNKNOWN);
}

static struct score unknown_score(void)
{
	struct score s = {0};
	for (int i = 0; i < SCORE_PARTS; i++)
		s.parts[i].value_bp = UNKNOWN;
	return s;
}

static void score__what_is_unknown__is_left_out_and_the_rest_weighs_more(void **state)
{
	struct score s = unknown_score();
	s.parts[SCORE_RATING].value_bp = 8000;
	s.parts[SCORE_AVAILABILITY].value_bp = 10000;
	score_reckon(&s);
	assert_int_equal(s.known_weight, 50);
	assert_int_equal(s.parts[SCORE_RATING].points_x100, 6400); /* 80 % x 40 / 50 */
	assert_int_equal(s.parts[SCORE_AVAILABILITY].points_x100, 2000);
	assert_int_equal(s.parts[SCORE_PRICES].points_x100, UNKNOWN);
	assert_int_equal(s.total, 84);
}

static void score__without_a_rating__there_is_none(void **state)
{
	struct score s = unknown_score();
	s.parts[SCORE_AVAILABILITY].value_bp = 10000;
	s.parts[SCORE_PRICES].value_bp = 10000;
	score_reckon(&s);
	assert_int_equal(s.total, UNKNOWN);
}

static void score__is_the_sum_of_its_points(void **state)
{
	uint32_t r = 17;
	for (int i = 0; i < 2000; i++) {
		struct score s = unknown_score();
		int64_t sum = 0;
		s.parts[SCORE_RATING].value_bp = next(&r) % 10001;
		for (int k = 1; k < SCORE_PARTS; k++)
			if (next(&r) % 2)
				s.parts[k].value_bp = next(&r) % 10001;
		score_reckon(&s);
		for (int k = 0; k < SCORE_PARTS; k++)
			sum += s.parts[k].points_x100 > 0 ? s.parts[k].points_x100 : 0;
		assert_in_range(s.total, 0, 100);
		assert_true(llabs(sum - s.total * 100) <= 53);
	}
	struct score all = unknown_score();
	for (int k = 0; k < SCORE_PARTS; k++)
		all.parts[k].value_bp = 10000;
	score_reckon(&all);
	assert_int_equal(all.known_weight, 100);
	assert_int_equal(all.total, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bayes__ten_reviews_of_4_9__are_4_40),
		cmocka_unit_test(bayes__lies_between_the_prior_and_the_mean),
		cmocka_unit_test(wilson__nine_of_ten__is_0_596),
		cmocka_unit_test(wilson__is_below_the_share_and_grows_with_evidence),
		cmocka_unit_test(pace__a_rising_counter__is_gained_over_its_time),
		cmocka_unit_test(pace__a_falling_counter__never_counts),
		cmocka_unit_test(pace__what_was_before_the_span__holds_at_its_beginning),
		cmocka_unit_test(pace__unknown_counts__are_no_zeros),
		cmocka_unit_test(pace__is_never_negative__whatever_the_counter_does),
		cmocka_unit_test(low__four_reviews_that_drag_20_of_4_5_to_4_0__are_two_at_least),
		cmocka_unit_test(low__is_never_more_than_there_are),
		cmocka_unit_test(rounding__is_the_finest_that_was_seen),
		cmocka_unit_test(spread__is_of_the_cheapest),
		cmocka_unit_test(score__what_is_unknown__is_left_out_and_the_rest_weighs_more),
		cmocka_unit_test(score__without_a_rating__there_is_none),
		cmocka_unit_test(score__is_the_sum_of_its_points),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
