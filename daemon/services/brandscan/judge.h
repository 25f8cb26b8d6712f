#pragma once
/* Which of the things that an analysis found are to be told now. Pure: what was told is passed in
 * and out, so that each thing is told once, also across restarts. */
#include "daemon/services/brandscan/analysis.h"

/** Of brand_state. known false: never judged; then everything there is is how it is, not news. */
struct brand_told {
	bool known;
	int rating_x100, score; /* what later ones are compared with: the best since, or unknown */
	bool fallen;            /* the score is told as fallen */
	int64_t low_ms, burst_ms;
};

struct brand_limits {
	int rating_fall_x100, score_fall;
	int64_t buy_box_burst;
};

enum brand_news_kind {
	NEWS_RATING_FELL,
	NEWS_LOW_REVIEWS,
	NEWS_REPUTATION_FELL,
	NEWS_REPUTATION_BACK,
	NEWS_BUY_BOX_BURST,
	BRAND_NEWS,
};

struct brand_news {
	bool happened[BRAND_NEWS];
	int rating_was, score_was;
};

/** Rises are taken along silently; a fall is measured from the best since the last one told. Low
 *  ratings are told once for each span of theirs, lost buy boxes once a day. */
void brand_judge(const struct brand_told *told, const struct brand_limits *limits,
		 const struct brand_analysis *a, struct brand_told *next, struct brand_news *news);
/** The sentence and the topic of a piece of news. */
const char *brand_news_topic(enum brand_news_kind k);
void brand_news_text(enum brand_news_kind k, const char *brand, const struct brand_news *news,
		     const struct brand_analysis *a, char *out, size_t cap);
