#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/mem.h"
#include "tui/widgets/time_chart.h"

#define DAY INT64_C(86400000)
#define END INT64_C(1795392000000) /* 2026-11-23 00:00 UTC */

static const char *drawn(int height, int width, const struct time_chart *c, bool ascii)
{
	static struct buf text;
	struct canvas canvas = {.ascii = ascii};

	buf_fini(&text);
	text = BUF_INIT(65536);
	canvas_reset(&canvas, height, width);
	time_chart_draw(surface_all(&canvas), c);
	canvas_dump(&canvas, &text);
	canvas_fini(&canvas);
	return buf_str(&text);
}

/* 90 days: a rival, and mine. */
static struct time_stretch theirs[] = {
	{END - 90 * DAY, 3825, 'y'}, {END - 75 * DAY, 3900, 'y'},
	{END - 60 * DAY, 3750, 'y'}, {END - 50 * DAY, TIME_CHART_UNKNOWN, '?'},
	{END - 40 * DAY, 3750, 'n'}, {END - 30 * DAY, 3675, 'y'},
	{END - 1 * DAY, 3490, 'y'},
};
static struct time_stretch mine[] = {
	{END - 90 * DAY, 3825, 'y'},
	{END - 55 * DAY, 3650, 'y'},
};

static struct time_chart lamp(void)
{
	return (struct time_chart){
		.series = {{.title = "brightco", .mark = '*', .at = theirs, .n = ARRAY_LEN(theirs)},
			   {.title = "you", .mark = 'm', .at = mine, .n = ARRAY_LEN(mine)}},
		.n = 2,
		.from_ms = END - 90 * DAY,
		.to_ms = END,
		.currency = "EUR",
		.floor_minor = 3320,
		.style = GRAPH_BLOCK,
	};
}

static void ascii__tells_series_apart__by_their_marks(void **state)
{
	struct time_chart c = lamp();

	assert_string_equal(
		drawn(12, 80, &c, true),
		" 39.00 |            ************\n"
		" 38.25 |############mmmmmmmmmmmmmmmm\n"
		" 37.50 |                        ********????????********\n"
		" 36.75 |                            mmmmmmmmmmmmmmmmmmmm########################\n"
		" 36.00 |                                                                       |\n"
		" 35.25 |                                                                       *\n"
		" 34.50 |\n"
		" 33.75 |\n"
		" 33.00 |________________________________________________________________________\n"
		" stock |yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy????????nnnnnnnnyyyyyyyyyyyyyyyyyyyyyyyy\n"
		"        25 Aug                  24 Sep                  24 Oct            23 Nov\n"
		"        * brightco  m you  # same row  _ floor 33.20  y/n stock  ? unknown\n");
}

static void block__has_two_levels__in_a_row(void **state)
{
	struct time_chart c = lamp();
	const char *text;

	theirs[6].minor = 3500; /* the lower half of the row of 35.25 */
	text = drawn(12, 80, &c, false);
	assert_non_null(strstr(text, "┤            ▄▄▄▄▄▄▄▄▄▄▄▄\n"));
	assert_non_null(strstr(text, "┤############▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁\n"));
	assert_non_null(strstr(text,
			       " 35.25 ┤                                                           "
			       "            ▄"));
	theirs[6].minor = 3550;
	assert_non_null(strstr(drawn(12, 80, &c, false), "            ▀"));
	theirs[6].minor = 3490;
}

static void braille__draws_mine__with_half_the_dots(void **state)
{
	struct time_chart c = lamp();
	const char *text;

	c.style = GRAPH_BRAILLE;
	text = drawn(12, 80, &c, false);
	assert_non_null(strstr(text, "⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠄⠄⠄⠄⠄⠄⠄⠄"));
	assert_non_null(strstr(text, "⠤⠤ brightco  ⠄⠄ you"));
	assert_non_null(strstr(text, "????????"));
}

static void cursor__tells__what_was_then(void **state)
{
	struct time_chart c = lamp();
	const char *text;

	c.cursor_ms = END - 45 * DAY;
	text = drawn(12, 80, &c, true);
	assert_non_null(strstr(text, "24 Sep      ^           24 Oct"));
	assert_non_null(
		strstr(text, "Fri  9 Oct 00:00  * brightco ?  m you 36.50  stock unknown\n"));
	c.cursor_ms = END - 35 * DAY;
	text = drawn(12, 80, &c, true);
	assert_non_null(strstr(text, "* brightco 37.50  m you 36.50  out of stock\n"));
}

static void small__still_shows__prices_and_stock(void **state)
{
	struct time_chart c = lamp();

	assert_string_equal(drawn(7, 40, &c, true), " 40.00 |     ******\n"
						    " 37.50 |######mmmm#####mm###############\n"
						    " 35.00 |                               *\n"
						    " 32.50 |________________________________\n"
						    " stock |yyyyyyyyyyyyyyy??nnnnnyyyyyyyyyy\n"
						    "        25 Aug                    23 Nov\n"
						    "        * brightco  m you  # same row\n");
}

static void absence__is_blank__and_unknown_from_the_start_is_at_the_ground(void **state)
{
	struct time_stretch at[] = {{END - 30 * DAY, TIME_CHART_UNKNOWN, '?'},
				    {END - 20 * DAY, 1000, 'y'},
				    {END - 10 * DAY, TIME_CHART_ABSENT, '?'}};
	struct time_chart c = {.series = {{.title = "x", .mark = '*', .at = at, .n = 3}},
			       .n = 1,
			       .from_ms = END - 40 * DAY,
			       .to_ms = END,
			       .currency = "EUR",
			       .floor_minor = -1};
	const char *text = drawn(6, 28, &c, true), *line;

	/* 20 columns: nothing yet, 5 unknown, 5 known, 5 gone. */
	line = strstr(text, "|     ?????");
	assert_non_null(line);
	assert_non_null(strstr(text, "|          *****\n"));
	assert_non_null(strstr(text, " stock |     ?????yyyyy\n"));
}

static void column__joins__the_lowest_and_highest_of_its_time(void **state)
{
	enum { MANY = 20000 };
	struct time_stretch *at = mem_array(NULL, MANY, sizeof *at);
	struct time_chart c = {.series = {{.title = "x", .mark = '*', .at = at, .n = MANY}},
			       .n = 1,
			       .from_ms = END - 90 * DAY,
			       .to_ms = END,
			       .currency = "EUR",
			       .floor_minor = -1};
	const char *text;

	for (int i = 0; i < MANY; i++)
		at[i] = (struct time_stretch){END - 90 * DAY + (int64_t)i * 90 * DAY / MANY,
					      i % 2 ? 1000 : 1400, 'y'};
	text = drawn(8, 28, &c, true);
	assert_non_null(strstr(text, " 14.00 |********************\n"));
	assert_non_null(strstr(text, " 13.00 |||||||||||||||||||||\n"));
	assert_non_null(strstr(text, " 10.00 |********************\n"));
	free(at);
}

static void far_floor__is_named__not_drawn(void **state)
{
	struct time_chart c = lamp();
	const char *text;

	c.floor_minor = 500;
	text = drawn(12, 80, &c, true);
	assert_null(strchr(text, '_'));
	assert_non_null(strstr(text, "floor 5.00, not in sight"));
}

static void price_that_stands_still__stands_in_the_middle(void **state)
{
	struct time_stretch at[] = {{END - 90 * DAY, 1200, 'y'}};
	struct time_chart c = {.series = {{.title = "x", .mark = '*', .at = at, .n = 1}},
			       .n = 1,
			       .from_ms = END - 30 * DAY,
			       .to_ms = END,
			       .currency = "JPY",
			       .floor_minor = -1};
	const char *text = drawn(8, 40, &c, true);

	assert_int_not_equal(text[8], '*');
	assert_non_null(strstr(text, "  1200 |********************************\n"));
	assert_null(strstr(text, "1200 |*\n stock"));
}

static void steps__are_round__and_not_below(void **state)
{
	static const int64_t want[][2] = {{0, 1},     {2, 2},   {3, 5},     {6, 10},
					  {11, 20},   {21, 25}, {51, 75},   {76, 100},
					  {101, 200}, {74, 75}, {999, 1000}};

	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		assert_int_equal(time_chart_step(want[i][0]), want[i][1]);
	for (int64_t v = 1; v < INT64_C(100000000000); v += v / 3 + 1)
		assert_true(time_chart_step(v) >= v);
}

static void at__finds__what_held_then(void **state)
{
	struct time_series s = {.at = theirs, .n = ARRAY_LEN(theirs)};

	assert_null(time_series_at(&s, END - 91 * DAY));
	assert_ptr_equal(time_series_at(&s, END - 90 * DAY), &theirs[0]);
	assert_ptr_equal(time_series_at(&s, END - 75 * DAY - 1), &theirs[0]);
	assert_ptr_equal(time_series_at(&s, END + DAY), &theirs[6]);
}

static void chart__survives__any_shape(void **state)
{
	static const int64_t prices[] = {
		0, 1, 99, 100000, INT64_C(1000000000000000), TIME_CHART_UNKNOWN, TIME_CHART_ABSENT};
	struct time_stretch at[3];

	for (size_t i = 0; i < ARRAY_LEN(prices) * ARRAY_LEN(prices); i++)
		for (int style = GRAPH_BLOCK; style <= GRAPH_ASCII; style++)
			for (int h = 1; h < 90; h += 11)
				for (int w = 1; w < 700; w = w * 2 + 17) {
					struct time_chart c = lamp();

					at[0] = (struct time_stretch){END - 95 * DAY, prices[i / 7],
								      'y'};
					at[1] = (struct time_stretch){END - 5, prices[i % 7], 'n'};
					at[2] = (struct time_stretch){END + 5, 7, 0};
					c.series[0].at = at;
					c.series[0].n = i % 4;
					c.style = (enum graph_style)style;
					c.cursor_ms = w % 2 ? END - 1 : 0;
					drawn(h, w, &c, false);
				}
}

static void no_room__draws_nothing(void **state)
{
	struct time_chart c = lamp();

	assert_string_equal(drawn(5, 80, &c, true), "\n\n\n\n\n");
	assert_string_equal(drawn(6, 23, &c, true), "\n\n\n\n\n\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ascii__tells_series_apart__by_their_marks),
		cmocka_unit_test(block__has_two_levels__in_a_row),
		cmocka_unit_test(braille__draws_mine__with_half_the_dots),
		cmocka_unit_test(cursor__tells__what_was_then),
		cmocka_unit_test(small__still_shows__prices_and_stock),
		cmocka_unit_test(absence__is_blank__and_unknown_from_the_start_is_at_the_ground),
		cmocka_unit_test(column__joins__the_lowest_and_highest_of_its_time),
		cmocka_unit_test(far_floor__is_named__not_drawn),
		cmocka_unit_test(price_that_stands_still__stands_in_the_middle),
		cmocka_unit_test(steps__are_round__and_not_below),
		cmocka_unit_test(at__finds__what_held_then),
		cmocka_unit_test(chart__survives__any_shape),
		cmocka_unit_test(no_room__draws_nothing),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
