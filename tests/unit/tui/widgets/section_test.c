#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "shared/mem.h"
#include "tui/widgets/phases.h"
#include "tui/widgets/scroll.h"
#include "tui/widgets/section.h"
#include "tui/widgets/spark.h"

static struct canvas canvas;
static struct buf text;

static int set_up(void **state)
{
	text = BUF_INIT(65536);
	canvas.ascii = true;
	canvas_reset(&canvas, 6, 20);
	return 0;
}

static int tear_down(void **state)
{
	canvas_fini(&canvas);
	buf_fini(&text);
	return 0;
}

static const char *dump(void)
{
	buf_reset(&text);
	canvas_dump(&canvas, &text);
	return buf_str(&text);
}

static void wrapped__breaks__at_spaces(void **state)
{
	assert_int_equal(
		wrapped_draw(surface_all(&canvas), 0, 0, 10, ROLE_TEXT, "one two three four", 6),
		2);
	assert_string_equal(dump(), "one two\nthree four\n\n\n\n\n");
}

static void wrapped__cuts__a_word_longer_than_the_line(void **state)
{
	assert_int_equal(wrapped_draw(surface_all(&canvas), 0, 0, 5, ROLE_TEXT, "abcdefghij kl", 6),
			 2);
	assert_string_equal(dump(), "abcd~\nkl\n\n\n\n\n");
}

static void wrapped__ends__after_its_rows(void **state)
{
	assert_int_equal(
		wrapped_draw(surface_all(&canvas), 0, 0, 5, ROLE_TEXT, "a b c d e f g h i", 2), 2);
	assert_string_equal(dump(), "a b c\nd e ~\n\n\n\n\n");
	assert_int_equal(wrapped_draw(surface_all(&canvas), 0, 0, 0, ROLE_TEXT, "x", 2), 0);
}

static void box__is_never_larger__than_its_surface(void **state)
{
	struct surface in = box_draw(surface_all(&canvas), 50, 50, "title");

	assert_int_equal(in.height, 4);
	assert_int_equal(in.width, 16);
}

static void spark__shows__the_newest_hours(void **state)
{
	spark_draw(surface_all(&canvas), 0, 2, 4, "xxxx..o?");
	assert_string_equal(dump(), "  ..o?\n\n\n\n\n\n");
}

static void phases__name_the_longest__loudly(void **state)
{
	json_t *p = json_pack("{s:f, s:f}", "connect", 18.0, "first_byte", 9412.0);
	char line[200];

	canvas_reset(&canvas, 2, 60);
	assert_int_equal(phases_draw(surface_all(&canvas), 0, 0, p), 2);
	assert_non_null(strstr(dump(), "FIRST BYTE 9,412"));
	phases_text(p, line, sizeof line);
	assert_string_equal(line, "connect 18ms, first byte 9.4s");
	assert_int_equal(phases_draw(surface_all(&canvas), 0, 0, NULL), 0);
	json_decref(p);
}

static void scroll__stays__within_the_page(void **state)
{
	struct scroll p = {0};
	struct surface window = surface_part(surface_all(&canvas), 0, 0, 3, -1), page;

	for (int pass = 0; pass < 2; pass++) {
		canvas_reset(&canvas, 6, 20);
		page = scroll_begin(&p, window);
		for (int y = 0; y < 5; y++)
			surface_printf(page, y, 0, ROLE_TEXT, "line %d", y);
		scroll_end(&p, window, 5);
		if (pass == 0)
			scroll_by(&p, 1000);
	}
	assert_int_equal(p.offset, 2);
	assert_string_equal(dump(), "line 2             ^\nline 3\nline 4\n\n\n\n");
	scroll_by(&p, -1000);
	assert_int_equal(p.offset, 0);
	scroll_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(wrapped__breaks__at_spaces, set_up, tear_down),
		cmocka_unit_test_setup_teardown(wrapped__cuts__a_word_longer_than_the_line, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(wrapped__ends__after_its_rows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(box__is_never_larger__than_its_surface, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(spark__shows__the_newest_hours, set_up, tear_down),
		cmocka_unit_test_setup_teardown(phases__name_the_longest__loudly, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(scroll__stays__within_the_page, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
