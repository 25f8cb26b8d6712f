#pragma once
/* Clusters of low ratings: several within a few days, and what their texts have in common. Pure. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LOW_TOPIC_WORDS = 3,
	LOW_WORD_MAX = 32,
	LOW_SAMPLE_MAX = 120,
	LOW_REVIEWS_MAX = 5000, /* that are looked at: the newest */
};

/** A low rating with its text, or `count` of them that a counter lets on (text ""). */
struct low_rating {
	int64_t at_ms;
	uint64_t listing;
	int64_t count;    /* at least 1 */
	const char *text; /* borrowed, safe; "": not known */
};

struct low_cluster {
	int64_t from_ms, until_ms; /* of its first and last */
	int64_t ratings;
	size_t listings;
	size_t texts; /* how many have one */
	/** Words of at least `least` of its texts, the commonest first. n_topics 0: no text, or
	 * each says something else. */
	char topics[LOW_TOPIC_WORDS][LOW_WORD_MAX];
	size_t n_topics;
	char sample[LOW_SAMPLE_MAX]; /* of the newest text */
};

/** Greedy from the oldest: as many as lie within within_ms of the first one, when they are `least`
 *  or more; the next cluster begins behind.
 *  @param all  in order of time
 *  @return how many, at most max: the newest ones, the oldest of them first */
size_t low_clusters(const struct low_rating *all, size_t n, int64_t within_ms, int64_t least,
		    struct low_cluster *out, size_t max);

/** The next word of a text that may be a topic: letters and digits, lower case (ASCII's; others as
 *  they are), at least three bytes, and not one that is in every text. *at moves behind it.
 *  @return false: there is none any more */
bool topic_word_next(const char **at, char out[static LOW_WORD_MAX]);
