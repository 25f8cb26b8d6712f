#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tui/term/theme.h"

static void every_theme__is_found__by_its_name(void **state)
{
	for (int i = 0; theme_table[i]; i++)
		assert_ptr_equal(theme_find(theme_table[i]->name), theme_table[i]);
	assert_null(theme_find("nosuch"));
}

static void no_theme__writes_text__in_white(void **state)
{
	/* Colours 7 and 15 vanish on a light background. */
	for (int i = 0; theme_table[i]; i++)
		for (int r = 0; r < ROLE_COUNT; r++) {
			assert_int_not_equal(theme_table[i]->inks[r].ansi, 7);
			assert_int_not_equal(theme_table[i]->inks[r].ansi, 15);
		}
}

static void mono__uses__no_colour(void **state)
{
	const struct theme *mono = theme_find("mono");

	for (int r = 0; r < ROLE_COUNT; r++)
		assert_int_equal(theme_colour(&mono->inks[r], mono->depth), -1);
}

static void states__differ__without_colour(void **state)
{
	const struct ink *inks = theme_table[0]->inks;

	assert_int_not_equal(inks[ROLE_DOWN].mono, inks[ROLE_UP].mono);
	assert_int_not_equal(inks[ROLE_DEGRADED].mono, inks[ROLE_DOWN].mono);
	assert_int_not_equal(inks[ROLE_UNKNOWN].mono, inks[ROLE_UP].mono);
}

static void nearest__finds__the_fixed_colours(void **state)
{
	assert_int_equal(theme_nearest_256(0x000000), 16);
	assert_int_equal(theme_nearest_256(0xffffff), 231);
	assert_int_equal(theme_nearest_256(0xff0000), 196);
	assert_int_equal(theme_nearest_256(0x5f87af), 67);
	assert_int_equal(theme_nearest_256(0x303030), 236);
}

static void colour__follows__the_depth(void **state)
{
	const struct ink ink = {.ansi = 2, .rgb = 0x87d787};

	assert_int_equal(theme_colour(&ink, DEPTH_MONO), -1);
	assert_int_equal(theme_colour(&ink, DEPTH_16), 2);
	assert_int_equal(theme_colour(&ink, DEPTH_256), 114);
	assert_int_equal(theme_colour(&ink, DEPTH_TRUE), 0x87d787);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_theme__is_found__by_its_name),
		cmocka_unit_test(no_theme__writes_text__in_white),
		cmocka_unit_test(mono__uses__no_colour),
		cmocka_unit_test(states__differ__without_colour),
		cmocka_unit_test(nearest__finds__the_fixed_colours),
		cmocka_unit_test(colour__follows__the_depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
