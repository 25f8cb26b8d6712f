#include "daemon/services/brandscan/judge.h"

#include <stdio.h>
#include <string.h>

static const int64_t day_ms = 86400000;

static void judge_rating(const struct brand_limits *limits, int now, struct brand_told *next,
			 struct brand_news *news)
{
	int was = next->rating_x100;
	if (now == REPUTATION_UNKNOWN)
		return;
	if (was != REPUTATION_UNKNOWN && was - now >= limits->rating_fall_x100) {
		news->happened[NEWS_RATING_FELL] = true;
		news->rating_was = was;
		next->rating_x100 = now;
	} else if (was == REPUTATION_UNKNOWN || now > was) {
		next->rating_x100 = now;
	}
}

/* Once fallen it is back when it has gained as much as would be told of a fall. */
static void judge_score(const struct brand_limits *limits, int now, struct brand_told *next,
			struct brand_news *news)
{
	int was = next->score;
	if (now == REPUTATION_UNKNOWN)
		return;
	if (was != REPUTATION_UNKNOWN && was - now >= limits->score_fall) {
		news->happened[NEWS_REPUTATION_FELL] = true;
		next->fallen = true;
	} else if (next->fallen && was != REPUTATION_UNKNOWN && now - was >= limits->score_fall) {
		news->happened[NEWS_REPUTATION_BACK] = true;
		next->fallen = false;
	} else if (was != REPUTATION_UNKNOWN && (next->fallen || now <= was)) {
		return;
	}
	news->score_was = was;
	next->score = now;
}

static void judge_low(const struct brand_analysis *a, struct brand_told *next,
		      struct brand_news *news)
{
	const struct low_cluster *c = a->n_clusters ? &a->clusters[a->n_clusters - 1] : NULL;
	if (!c || c->from_ms <= next->low_ms)
		return;
	news->happened[NEWS_LOW_REVIEWS] = true;
	next->low_ms = c->until_ms;
}

static void judge_burst(const struct brand_limits *limits, const struct brand_analysis *a,
			struct brand_told *next, struct brand_news *news)
{
	if (a->buy_boxes_lost_day <= limits->buy_box_burst ||
	    a->buy_box_last_ms - next->burst_ms < day_ms)
		return;
	news->happened[NEWS_BUY_BOX_BURST] = true;
	next->burst_ms = a->buy_box_last_ms;
}

void brand_judge(const struct brand_told *told, const struct brand_limits *limits,
		 const struct brand_analysis *a, struct brand_told *next, struct brand_news *news)
{
	*news = (struct brand_news){0};
	*next = *told;
	if (!told->known) {
		*next = (struct brand_told){.known = true,
					    .rating_x100 = a->rating_x100,
					    .score = a->score.total,
					    .low_ms = a->at_ms,
					    .burst_ms = a->buy_box_last_ms};
		return;
	}
	judge_rating(limits, a->rating_x100, next, news);
	judge_score(limits, a->score.total, next, news);
	judge_low(a, next, news);
	judge_burst(limits, a, next, news);
}

const char *brand_news_topic(enum brand_news_kind k)
{
	static const char *const topics[BRAND_NEWS] = {
		[NEWS_RATING_FELL] = "brand.rating_fell",
		[NEWS_LOW_REVIEWS] = "brand.low_reviews",
		[NEWS_REPUTATION_FELL] = "brand.reputation",
		[NEWS_REPUTATION_BACK] = "brand.reputation",
		[NEWS_BUY_BOX_BURST] = "brand.buy_box_burst",
	};
	return topics[k];
}

static void low_text(const char *brand, const struct low_cluster *c, char *out, size_t cap)
{
	int n = snprintf(out, cap, "%.63s: %lld low ratings of %zu listing%s within %lldd", brand,
			 (long long)c->ratings, c->listings, c->listings == 1 ? "" : "s",
			 (long long)((c->until_ms - c->from_ms) / day_ms + 1));
	for (size_t i = 0; i < c->n_topics && n > 0 && (size_t)n < cap; i++)
		n += snprintf(out + n, cap - (size_t)n, "%s%s",
			      i ? ", " : ", about: ", c->topics[i]);
}

void brand_news_text(enum brand_news_kind k, const char *brand, const struct brand_news *news,
		     const struct brand_analysis *a, char *out, size_t cap)
{
	switch (k) {
	case NEWS_RATING_FELL:
		snprintf(out, cap,
			 "%.63s: its rating fell from %d.%02d to %d.%02d, of %lld reviews", brand,
			 news->rating_was / 100, news->rating_was % 100, a->rating_x100 / 100,
			 a->rating_x100 % 100, (long long)a->reviews);
		break;
	case NEWS_LOW_REVIEWS: low_text(brand, &a->clusters[a->n_clusters - 1], out, cap); break;
	case NEWS_REPUTATION_FELL:
		snprintf(out, cap, "%.63s: its reputation fell from %d to %d of 100", brand,
			 news->score_was, a->score.total);
		break;
	case NEWS_REPUTATION_BACK:
		snprintf(out, cap, "%.63s: its reputation is back, from %d to %d of 100", brand,
			 news->score_was, a->score.total);
		break;
	case NEWS_BUY_BOX_BURST:
		snprintf(out, cap, "%.63s: %lld listings lost the buy box within a day", brand,
			 (long long)a->buy_boxes_lost_day);
		break;
	case BRAND_NEWS: *out = 0; break;
	}
}
