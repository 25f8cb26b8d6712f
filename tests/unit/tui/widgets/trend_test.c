#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "tui/widgets/trend.h"

static const char *drawn(const char *values, int width, bool ascii)
{
	static struct buf text;
	struct canvas canvas = {.ascii = ascii};
	json_t *list = json_loads(values, JSON_DECODE_ANY, NULL);

	buf_fini(&text);
	text = BUF_INIT(4096);
	canvas_reset(&canvas, 1, width);
	trend_draw(surface_all(&canvas), 0, 0, width, list);
	canvas_dump(&canvas, &text);
	canvas_fini(&canvas);
	json_decref(list);
	return buf_str(&text);
}

static void trend__stands__on_the_right(void **state)
{
	assert_string_equal(drawn("[1,2,3,4]", 8, true), "    _.-^\n");
	assert_string_equal(drawn("[1,8]", 4, false), "  ▁█\n");
}

static void gap__is_a_question_mark__and_nothing_before_the_first(void **state)
{
	assert_string_equal(drawn("[null,null,1,null,4]", 5, true), "  _?^\n");
}

static void more_than_fits__is_joined(void **state)
{
	assert_string_equal(drawn("[1,1,1,1,4,4,4,4]", 2, true), "_^\n");
	assert_string_equal(drawn("[null,2,null,null,4,4,4,4]", 4, true), "_?^^\n");
}

static void still__is_in_the_middle(void **state)
{
	assert_string_equal(drawn("[5,5,5]", 3, true), "...\n");
}

static void other_things__are_nothing(void **state)
{
	assert_string_equal(drawn("[]", 4, true), "\n");
	assert_string_equal(drawn("\"text\"", 4, true), "\n");
	assert_string_equal(drawn("[1,2]", 0, true), "\n");
}

static void text__is_bounded(void **state)
{
	json_t *list = json_pack("[i,i,i,i]", 1, 2, 3, 4);
	char out[3];

	trend_text(out, sizeof out, list);
	assert_string_equal(out, "_.");
	json_decref(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trend__stands__on_the_right),
		cmocka_unit_test(gap__is_a_question_mark__and_nothing_before_the_first),
		cmocka_unit_test(more_than_fits__is_joined),
		cmocka_unit_test(still__is_in_the_middle),
		cmocka_unit_test(other_things__are_nothing),
		cmocka_unit_test(text__is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
