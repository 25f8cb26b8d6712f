#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "tui/widgets/chart.h"

static const char *drawn(int height, int width, const struct chart *c, bool ascii)
{
	static struct buf text;
	struct canvas canvas = {.ascii = ascii};

	buf_fini(&text);
	text = BUF_INIT(65536);
	canvas_reset(&canvas, height, width);
	chart_draw(surface_all(&canvas), c);
	canvas_dump(&canvas, &text);
	canvas_fini(&canvas);
	return buf_str(&text);
}

static void ceiling__is_round__and_not_below(void **state)
{
	assert_float_equal(chart_ceiling(0), 1, 0);
	assert_float_equal(chart_ceiling(3), 4, 0);
	assert_float_equal(chart_ceiling(401), 500, 0);
	assert_float_equal(chart_ceiling(1000), 1000, 0);
	assert_float_equal(chart_ceiling(9412), 10000, 0);
	for (double v = 0.1; v < 1e6; v *= 1.37)
		assert_true(chart_ceiling(v) >= v);
}

static void chart__marks__what_was_down_and_unknown(void **state)
{
	struct chart_point p[12];
	struct chart c = {
		.points = p, .n = 12, .from_ms = 0, .to_ms = 3600000, .style = GRAPH_ASCII};
	const char *text;

	for (int i = 0; i < 12; i++)
		p[i] = (struct chart_point){.low = 100, .high = 200};
	p[3] = (struct chart_point){.low = -1, .high = -1, .mark = 'x'};
	p[7] = (struct chart_point){.low = -1, .high = -1, .mark = '?'};
	text = drawn(5, 20, &c, true);
	assert_non_null(strstr(text, "###x###?####"));
	assert_non_null(strstr(text, ":::"));
}

static void chart__draws__nothing_where_there_is_no_room(void **state)
{
	struct chart_point p = {.low = 1, .high = 2};
	struct chart c = {.points = &p, .n = 1, .to_ms = 1000};

	assert_string_equal(drawn(2, 80, &c, false), "\n\n");
	assert_string_equal(drawn(3, 19, &c, false), "\n\n\n");
}

static void chart__survives__any_shape(void **state)
{
	struct chart_point p[3] = {
		{.low = -1, .high = -1}, {.low = 0, .high = 0}, {.low = 1e9, .high = 1e9}};

	for (size_t n = 0; n <= 3; n++)
		for (int style = GRAPH_BLOCK; style <= GRAPH_ASCII; style++)
			for (int w = 20; w < 200; w += 37) {
				struct chart c = {.points = p,
						  .n = n,
						  .to_ms = 1,
						  .style = (enum graph_style)style};

				drawn(9, w, &c, false);
			}
}

static void styles__are_found__by_name(void **state)
{
	enum graph_style s;

	assert_true(graph_style_parse("braille", &s));
	assert_int_equal(s, GRAPH_BRAILLE);
	assert_false(graph_style_parse("pie", &s));
	assert_string_equal(graph_style_name(GRAPH_ASCII), "ascii");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ceiling__is_round__and_not_below),
		cmocka_unit_test(chart__marks__what_was_down_and_unknown),
		cmocka_unit_test(chart__draws__nothing_where_there_is_no_room),
		cmocka_unit_test(chart__survives__any_shape),
		cmocka_unit_test(styles__are_found__by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
