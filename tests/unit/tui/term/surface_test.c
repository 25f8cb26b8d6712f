#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "tui/term/surface.h"

struct fixture {
	struct canvas canvas;
	struct buf text;
};

static int set_up(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof f);
	f.text = BUF_INIT(65536);
	canvas_reset(&f.canvas, 3, 10);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	canvas_fini(&f->canvas);
	buf_fini(&f->text);
	return 0;
}

static const char *dump(struct fixture *f)
{
	buf_reset(&f->text);
	canvas_dump(&f->canvas, &f->text);
	return buf_str(&f->text);
}

static void put__clips__at_the_edge(void **state)
{
	struct fixture *f = *state;
	struct surface s = surface_all(&f->canvas);

	assert_int_equal(surface_put(s, 0, 6, ROLE_TEXT, safe_literal("abcdefgh"), -1), 4);
	assert_int_equal(surface_put(s, 3, 0, ROLE_TEXT, safe_literal("below"), -1), 0);
	assert_int_equal(surface_put(s, -1, 0, ROLE_TEXT, safe_literal("above"), -1), 0);
	assert_string_equal(dump(f), "      abcd\n\n\n");
}

static void put__never_halves__a_wide_character(void **state)
{
	struct fixture *f = *state;
	struct surface s = surface_all(&f->canvas);

	assert_int_equal(surface_put(s, 0, 0, ROLE_TEXT, safe_literal("日本"), 3), 2);
	assert_string_equal(dump(f), "日\n\n\n");
	surface_put(s, 0, 1, ROLE_TEXT, safe_literal("x"), 1);
	assert_string_equal(dump(f), " x\n\n\n");
	surface_put(s, 1, 0, ROLE_TEXT, safe_literal("日"), -1);
	surface_put(s, 1, 0, ROLE_TEXT, safe_literal("y"), 1);
	assert_string_equal(dump(f), " x\ny\n\n");
}

static void put__keeps__combining_marks_with_their_letter(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(surface_put(surface_all(&f->canvas), 0, 0, ROLE_TEXT,
				     safe_literal("e\xcc\x81x"), -1),
			 2);
	assert_string_equal(dump(f), "e\xcc\x81x\n\n\n");
}

static void outside__makes_safe__and_marks_what_was_cut(void **state)
{
	struct fixture *f = *state;
	struct surface s = surface_all(&f->canvas);

	surface_outside(s, 0, 0, ROLE_TEXT, "a\033[2Jb", -1);
	assert_null(strchr(dump(f), '\033'));
	surface_outside(s, 1, 0, ROLE_TEXT, "abcdefghijklm", 5);
	assert_non_null(strstr(dump(f), "abcd…\n"));
}

static void ascii_canvas__holds__only_ascii(void **state)
{
	struct fixture *f = *state;
	struct surface s = surface_all(&f->canvas);

	f->canvas.ascii = true;
	surface_outside(s, 0, 0, ROLE_TEXT, "é日x", -1);
	surface_glyph(s, 1, 0, ROLE_TEXT, GLYPH_CURSOR);
	for (const char *p = dump(f); *p; p++)
		assert_true((unsigned char)*p < 0x80);
	assert_string_equal(dump(f), "?? x\n>\n\n");
}

static void part__clips__to_its_parent(void **state)
{
	struct fixture *f = *state;
	struct surface s = surface_part(surface_all(&f->canvas), 1, 8, 10, 10);

	assert_int_equal(s.height, 2);
	assert_int_equal(s.width, 2);
	surface_outside(s, 0, 0, ROLE_TEXT, "abc", -1);
	assert_string_equal(dump(f), "\n        a…\n\n");
	s = surface_part(s, 5, 5, -1, -1);
	assert_int_equal(s.height, 0);
	surface_code(s, 0, 0, ROLE_TEXT, 'x');
}

static void right__aligns__to_the_end(void **state)
{
	struct fixture *f = *state;

	surface_outside_right(surface_all(&f->canvas), 0, 2, ROLE_TEXT, "12", 6);
	assert_string_equal(dump(f), "      12\n\n\n");
}

static void every_glyph__has__one_column_in_both_forms(void **state)
{
	for (int g = 0; g < GLYPH_COUNT; g++) {
		assert_int_equal(text_width(glyph_text((enum glyph)g, false)), 1);
		assert_int_equal(strlen(glyph_text((enum glyph)g, true)), 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(put__clips__at_the_edge, set_up, tear_down),
		cmocka_unit_test_setup_teardown(put__never_halves__a_wide_character, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(put__keeps__combining_marks_with_their_letter,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(outside__makes_safe__and_marks_what_was_cut, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(ascii_canvas__holds__only_ascii, set_up, tear_down),
		cmocka_unit_test_setup_teardown(part__clips__to_its_parent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(right__aligns__to_the_end, set_up, tear_down),
		cmocka_unit_test(every_glyph__has__one_column_in_both_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
