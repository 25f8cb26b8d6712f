#include "daemon/services/brandscan/judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "shared/mem.h"

enum { UNKNOWN = REPUTATION_UNKNOWN };
static const struct brand_limits limits = {10, 10, 3};
static const int64_t day = 86400000;

static struct brand_analysis seen(int rating_x100, int score)
{
	struct brand_analysis a = {.at_ms = 100 * day, .rating_x100 = rating_x100};
	a.score.total = score;
	return a;
}

static struct brand_news judge(struct brand_told *told, const struct brand_analysis *a)
{
	struct brand_told next;
	struct brand_news news;
	brand_judge(told, &limits, a, &next, &news);
	*told = next;
	return news;
}

static size_t count(const struct brand_news *news)
{
	size_t n = 0;
	for (int i = 0; i < BRAND_NEWS; i++)
		n += news->happened[i];
	return n;
}

static void the_first_look__is_no_news(void **state)
{
	struct brand_told told = {0};
	struct brand_analysis a = seen(440, 80);
	a.n_clusters = 1;
	a.clusters[0] = (struct low_cluster){90 * day, 92 * day, 5, 1, 0, {""}, 0, ""};
	a.buy_boxes_lost_day = 50;
	a.buy_box_last_ms = 100 * day;
	struct brand_news first = judge(&told, &a), second = judge(&told, &a);
	assert_int_equal(count(&first), 0);
	assert_int_equal(count(&second), 0);
	assert_int_equal(told.rating_x100, 440);
}

static void a_rating_that_falls_slowly__is_told_once_it_is_far_from_its_best(void **state)
{
	struct brand_told told = {.known = true, .rating_x100 = 440, .score = UNKNOWN};
	static const struct {
		int rating;
		bool fell;
	} days[] = {{445, false}, {440, false}, {436, false},
		    {435, true},  {434, false}, {425, true}};
	for (size_t i = 0; i < ARRAY_LEN(days); i++) {
		struct brand_analysis a = seen(days[i].rating, UNKNOWN);
		struct brand_news news = judge(&told, &a);
		assert_int_equal(news.happened[NEWS_RATING_FELL], days[i].fell);
		if (i == 3)
			assert_int_equal(news.rating_was, 445);
	}
}

static void what_is_not_known__is_no_fall(void **state)
{
	struct brand_told told = {.known = true, .rating_x100 = 440, .score = 80};
	struct brand_analysis a = seen(UNKNOWN, UNKNOWN);
	struct brand_news news = judge(&told, &a);
	assert_int_equal(count(&news), 0);
	assert_int_equal(told.rating_x100, 440);
	assert_int_equal(told.score, 80);
}

static void a_fallen_reputation__is_back_when_it_has_gained_as_much(void **state)
{
	struct brand_told told = {.known = true, .rating_x100 = UNKNOWN, .score = 80};
	static const struct {
		int score;
		bool fell, back;
	} looks[] = {{70, true, false}, {75, false, false}, {71, false, false},
		     {80, false, true}, {85, false, false}, {74, true, false}};
	for (size_t i = 0; i < ARRAY_LEN(looks); i++) {
		struct brand_analysis a = seen(UNKNOWN, looks[i].score);
		struct brand_news news = judge(&told, &a);
		assert_int_equal(news.happened[NEWS_REPUTATION_FELL], looks[i].fell);
		assert_int_equal(news.happened[NEWS_REPUTATION_BACK], looks[i].back);
		if (i == 5)
			assert_int_equal(news.score_was, 85);
	}
	assert_true(told.fallen);
}

static void a_cluster_that_grows__is_told_once(void **state)
{
	struct brand_told told = {
		.known = true, .rating_x100 = UNKNOWN, .score = UNKNOWN, .low_ms = 90 * day};
	struct brand_analysis a = seen(UNKNOWN, UNKNOWN);
	a.n_clusters = 1;
	a.clusters[0] = (struct low_cluster){95 * day, 97 * day, 3, 2, 0, {""}, 0, ""};
	assert_true(judge(&told, &a).happened[NEWS_LOW_REVIEWS]);
	a.clusters[0].until_ms = 98 * day;
	a.clusters[0].ratings = 4;
	assert_false(judge(&told, &a).happened[NEWS_LOW_REVIEWS]);
	a.clusters[0] = (struct low_cluster){99 * day, 100 * day, 3, 2, 0, {""}, 0, ""};
	assert_true(judge(&told, &a).happened[NEWS_LOW_REVIEWS]);
}

static void more_than_three_lost_buy_boxes__are_told_once_a_day(void **state)
{
	struct brand_told told = {.known = true, .rating_x100 = UNKNOWN, .score = UNKNOWN};
	struct brand_analysis a = seen(UNKNOWN, UNKNOWN);
	a.buy_boxes_lost_day = 3;
	a.buy_box_last_ms = 100 * day;
	assert_false(judge(&told, &a).happened[NEWS_BUY_BOX_BURST]);
	a.buy_boxes_lost_day = 4;
	assert_true(judge(&told, &a).happened[NEWS_BUY_BOX_BURST]);
	a.buy_boxes_lost_day = 9;
	a.buy_box_last_ms += day / 2;
	assert_false(judge(&told, &a).happened[NEWS_BUY_BOX_BURST]);
	a.buy_box_last_ms += day;
	assert_true(judge(&told, &a).happened[NEWS_BUY_BOX_BURST]);
}

static void sentences__say_from_what_to_what(void **state)
{
	struct brand_analysis a = seen(421, 63);
	struct brand_news news = {.rating_was = 440, .score_was = 80};
	char text[400];
	a.reviews = 1200;
	a.n_clusters = 1;
	a.clusters[0] = (struct low_cluster){0, 2 * day, 5, 2, 5, {"battery", "smell"}, 2, ""};
	a.buy_boxes_lost_day = 4;
	brand_news_text(NEWS_RATING_FELL, "ACME", &news, &a, text, sizeof(text));
	assert_string_equal(text, "ACME: its rating fell from 4.40 to 4.21, of 1200 reviews");
	brand_news_text(NEWS_LOW_REVIEWS, "ACME", &news, &a, text, sizeof(text));
	assert_string_equal(text,
			    "ACME: 5 low ratings of 2 listings within 3d, about: battery, smell");
	brand_news_text(NEWS_REPUTATION_FELL, "ACME", &news, &a, text, sizeof(text));
	assert_string_equal(text, "ACME: its reputation fell from 80 to 63 of 100");
	brand_news_text(NEWS_BUY_BOX_BURST, "ACME", &news, &a, text, sizeof(text));
	assert_string_equal(text, "ACME: 4 listings lost the buy box within a day");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_look__is_no_news),
		cmocka_unit_test(a_rating_that_falls_slowly__is_told_once_it_is_far_from_its_best),
		cmocka_unit_test(what_is_not_known__is_no_fall),
		cmocka_unit_test(a_fallen_reputation__is_back_when_it_has_gained_as_much),
		cmocka_unit_test(a_cluster_that_grows__is_told_once),
		cmocka_unit_test(more_than_three_lost_buy_boxes__are_told_once_a_day),
		cmocka_unit_test(sentences__say_from_what_to_what),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
