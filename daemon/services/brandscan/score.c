/* The parts of a reputation, from an analysis. */
#include <stdio.h>

#include "daemon/services/brandscan/analysis.h"

enum { BP = 10000, LOWEST_X100 = 100 };

static void rating_part(const struct brand_analysis *a, struct score_part *p)
{
	if (a->rating_x100 == REPUTATION_UNKNOWN) {
		p->value_bp = REPUTATION_UNKNOWN;
		snprintf(p->why, sizeof(p->why), "no page shows how many rated it");
		return;
	}
	p->value_bp = ratio_half_even((int64_t)(a->rating_x100 - LOWEST_X100) * BP,
				      RATING_MAX_X100 - LOWEST_X100);
	if (p->value_bp < 0)
		p->value_bp = 0;
	snprintf(p->why, sizeof(p->why),
		 "(%d x %d.%02d + %lld x %d.%02d) / (%d + %lld) = %d.%02d; 1 star is 0, 5 are 100",
		 BAYES_WEIGHT, a->prior_x100 / 100, a->prior_x100 % 100, (long long)a->reviews,
		 a->mean_x100 / 100, a->mean_x100 % 100, BAYES_WEIGHT, (long long)a->reviews,
		 a->rating_x100 / 100, a->rating_x100 % 100);
}

static void positive_part(const struct brand_analysis *a, struct score_part *p)
{
	p->value_bp = a->positive_bp;
	if (a->positive_bp == REPUTATION_UNKNOWN)
		snprintf(p->why, sizeof(p->why), "no page shows single reviews");
	else
		snprintf(p->why, sizeof(p->why),
			 "%lld of %lld reviews of a year have 4 or 5 stars; at least %d.%02d %% by "
			 "Wilson, 95 %%",
			 (long long)a->year_positive, (long long)a->year_texts,
			 a->positive_bp / 100, a->positive_bp % 100);
}

/* Single reviews where there are any, else what the counters let on. */
static void lately_part(const struct brand_analysis *a, struct score_part *p)
{
	bool single = a->texts >= BRAND_LATELY_LEAST;
	int64_t n = single ? a->texts : a->gained, low = single ? a->low_texts : a->counted_low;
	if (n < BRAND_LATELY_LEAST) {
		p->value_bp = REPUTATION_UNKNOWN;
		snprintf(p->why, sizeof(p->why), "%lld new ratings in the span: too few to say",
			 (long long)n);
		return;
	}
	if (low > n)
		low = n;
	p->value_bp = BP - ratio_half_even(low * BP, n);
	snprintf(p->why, sizeof(p->why), "%s%lld of %lld new ratings are low%s",
		 single ? "" : "at least ", (long long)low, (long long)n,
		 single ? "" : ", by the counters");
}

static void listings_part(const struct brand_analysis *a, struct score_part *p)
{
	int64_t n = a->listings + a->changes[CHANGE_DELISTED];
	if (!a->listings) {
		p->value_bp = REPUTATION_UNKNOWN;
		snprintf(p->why, sizeof(p->why), "no listing is known");
		return;
	}
	p->value_bp = BP - ratio_half_even((a->harmed < n ? a->harmed : n) * BP, n);
	snprintf(p->why, sizeof(p->why),
		 "%lld of %lld listings changed, lost the buy box, got a seller more or went",
		 (long long)a->harmed, (long long)n);
}

static void availability_part(const struct brand_analysis *a, struct score_part *p)
{
	p->value_bp = a->in_stock_bp;
	if (a->in_stock_bp == REPUTATION_UNKNOWN)
		snprintf(p->why, sizeof(p->why), "no page says what is in stock");
	else
		snprintf(p->why, sizeof(p->why), "%lld of %lld listings can be bought",
			 (long long)a->in_stock, (long long)(a->in_stock + a->out_of_stock));
}

static void prices_part(const struct brand_analysis *a, struct score_part *p)
{
	if (a->spread_bp == REPUTATION_UNKNOWN) {
		p->value_bp = REPUTATION_UNKNOWN;
		snprintf(p->why, sizeof(p->why), "no product has two prices to compare");
		return;
	}
	p->value_bp = a->spread_bp < BP ? BP - a->spread_bp : 0;
	snprintf(p->why, sizeof(p->why),
		 "the dearest is %lld.%02lld %% above the cheapest, mean of %lld product%s",
		 (long long)(a->spread_bp / 100), (long long)(a->spread_bp % 100),
		 (long long)a->compared, a->compared == 1 ? "" : "s");
}

void brand_score(struct brand_analysis *a)
{
	static void (*const fill[SCORE_PARTS])(const struct brand_analysis *a,
					       struct score_part *p) = {
		[SCORE_RATING] = rating_part,
		[SCORE_POSITIVE] = positive_part,
		[SCORE_LATELY] = lately_part,
		[SCORE_LISTINGS] = listings_part,
		[SCORE_AVAILABILITY] = availability_part,
		[SCORE_PRICES] = prices_part,
	};
	for (int i = 0; i < SCORE_PARTS; i++)
		fill[i](a, &a->score.parts[i]);
	score_reckon(&a->score);
}
