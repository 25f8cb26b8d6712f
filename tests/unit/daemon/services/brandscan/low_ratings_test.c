#include "daemon/services/brandscan/low_ratings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "shared/mem.h"

static const int64_t day = 86400000, week = INT64_C(7) * 86400000;

static void three_in_a_week__are_a_cluster(void **state)
{
	const struct low_rating all[] = {{0, 1, 1, ""},
					 {10 * day, 1, 1, ""},
					 {12 * day, 2, 1, ""},
					 {17 * day, 2, 1, ""},
					 {30 * day, 1, 1, ""}};
	struct low_cluster c[4];
	assert_int_equal(low_clusters(all, 5, week, 3, c, 4), 1);
	assert_true(c[0].from_ms == 10 * day && c[0].until_ms == 17 * day);
	assert_int_equal(c[0].ratings, 3);
	assert_int_equal(c[0].listings, 2);
	assert_int_equal(c[0].n_topics, 0);
}

static void two_in_a_week__are_none(void **state)
{
	const struct low_rating all[] = {{0, 1, 1, ""}, {day, 1, 1, ""}, {9 * day, 1, 1, ""}};
	struct low_cluster c[4];
	assert_int_equal(low_clusters(all, 3, week, 3, c, 4), 0);
	assert_int_equal(low_clusters(NULL, 0, week, 3, c, 4), 0);
}

static void what_a_counter_lets_on__counts_as_many(void **state)
{
	const struct low_rating all[] = {{5 * day, 9, 4, ""}};
	struct low_cluster c[1];
	assert_int_equal(low_clusters(all, 1, week, 3, c, 1), 1);
	assert_int_equal(c[0].ratings, 4);
	assert_int_equal(c[0].listings, 1);
}

static void texts_of_one_topic__say_which(void **state)
{
	const struct low_rating all[] = {
		{0, 1, 1, "The battery died after two days."},
		{day, 2, 1, "Great lamp but BATTERY is dead, dead, dead"},
		{2 * day, 3, 1, "Cheap plastic; the battery leaks"},
		{3 * day, 3, 1, "It is the wrong colour"},
	};
	struct low_cluster c[1];
	assert_int_equal(low_clusters(all, 4, week, 3, c, 1), 1);
	assert_int_equal(c[0].texts, 4);
	assert_int_equal(c[0].n_topics, 1); /* "dead" is three times in one text */
	assert_string_equal(c[0].topics[0], "battery");
	assert_string_equal(c[0].sample, "It is the wrong colour");
}

static void the_newest_clusters__are_kept(void **state)
{
	struct low_rating all[40];
	struct low_cluster c[2];
	for (int i = 0; i < 40; i++)
		all[i] = (struct low_rating){i / 4 * 20 * day + i % 4, 1, 1, ""};
	assert_int_equal(low_clusters(all, 40, week, 3, c, 2), 2);
	assert_true(c[1].from_ms == 9 * 20 * day && c[0].from_ms == 8 * 20 * day);
}

static void words__without_those_of_every_text(void **state)
{
	const char *at = "And the Größe was NOT ok, 220V!";
	char word[LOW_WORD_MAX];
	assert_true(topic_word_next(&at, word));
	assert_string_equal(word, "größe");
	assert_true(topic_word_next(&at, word));
	assert_string_equal(word, "220v");
	assert_false(topic_word_next(&at, word));
	assert_false(topic_word_next(&at, word));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_in_a_week__are_a_cluster),
		cmocka_unit_test(two_in_a_week__are_none),
		cmocka_unit_test(what_a_counter_lets_on__counts_as_many),
		cmocka_unit_test(texts_of_one_topic__say_which),
		cmocka_unit_test(the_newest_clusters__are_kept),
		cmocka_unit_test(words__without_those_of_every_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
