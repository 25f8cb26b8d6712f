#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "tui/widgets/edit.h"

static void type(struct edit *e, const char *text)
{
	for (; *text; text++)
		assert_true(edit_key(e, &(struct key){.code = (unsigned char)*text}));
}

static void press(struct edit *e, uint32_t code)
{
	assert_true(edit_key(e, &(struct key){.code = code}));
}

static void keys__edit__inside_the_text(void **state)
{
	struct edit e;

	edit_set(&e, "");
	type(&e, "shp");
	press(&e, KEY_CODE_LEFT);
	type(&e, "o");
	assert_string_equal(e.text, "shop");
	press(&e, KEY_CODE_HOME);
	press(&e, KEY_CODE_DELETE);
	assert_string_equal(e.text, "hop");
	press(&e, KEY_CODE_END);
	press(&e, KEY_CODE_BACKSPACE);
	assert_string_equal(e.text, "ho");
}

static void backspace__removes__a_whole_character(void **state)
{
	struct edit e;

	edit_set(&e, "a日");
	press(&e, KEY_CODE_BACKSPACE);
	assert_string_equal(e.text, "a");
	edit_key(&e, &(struct key){.code = 0x1F373});
	assert_string_equal(e.text, "a🍳");
	press(&e, KEY_CODE_LEFT);
	assert_int_equal(e.at, 1);
}

static void ctrl_w__removes__a_word(void **state)
{
	struct edit e;

	edit_set(&e, "monitor check shop ");
	press(&e, key_ctrl('W'));
	assert_string_equal(e.text, "monitor check ");
	press(&e, key_ctrl('U'));
	assert_string_equal(e.text, "");
	press(&e, KEY_CODE_BACKSPACE);
	assert_string_equal(e.text, "");
}

static void text__stays__within_its_limit(void **state)
{
	struct edit e;

	edit_set(&e, "");
	for (int i = 0; i < 2 * EDIT_MAX; i++)
		press(&e, 'x');
	assert_int_equal(e.len, EDIT_MAX - 1);
	assert_int_equal(strlen(e.text), EDIT_MAX - 1);
}

static void pasted_line_end__ends__nothing(void **state)
{
	struct edit e;

	edit_set(&e, "a");
	press(&e, KEY_CODE_HOME);
	assert_true(edit_key(&e, &(struct key){.code = KEY_CODE_ENTER, .pasted = true}));
	assert_string_equal(e.text, " a");
	assert_false(edit_key(&e, &(struct key){.code = KEY_CODE_ENTER}));
}

static void draw__keeps__the_caret_in_sight(void **state)
{
	struct canvas c = {0};
	struct edit e;

	canvas_reset(&c, 1, 20);
	edit_set(&e, "0123456789abcdefghijklmnopqrstuvwxyz");
	edit_draw(&e, surface_all(&c), 0, 2, 10, ROLE_INPUT, true);
	assert_int_equal(c.caret_x, 11);
	press(&e, KEY_CODE_HOME);
	edit_draw(&e, surface_all(&c), 0, 2, 10, ROLE_INPUT, true);
	assert_int_equal(c.caret_x, 2);
	canvas_fini(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys__edit__inside_the_text),
		cmocka_unit_test(backspace__removes__a_whole_character),
		cmocka_unit_test(ctrl_w__removes__a_word),
		cmocka_unit_test(text__stays__within_its_limit),
		cmocka_unit_test(pasted_line_end__ends__nothing),
		cmocka_unit_test(draw__keeps__the_caret_in_sight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
