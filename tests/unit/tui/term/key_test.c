#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "shared/mem.h"
#include "tui/term/key.h"

static void names__round_trip(void **state)
{
	static const char *const names[] = {"j",    "?",   "é",         "Ctrl-L", "Enter",
					    "Esc",  "Tab", "Shift-Tab", "Space",  "PgDn",
					    "Home", "F1",  "F12",       "Delete"};
	char out[KEY_NAME];
	uint32_t code;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		assert_true(key_parse(names[i], &code));
		assert_string_equal(key_format(out, code), names[i]);
	}
}

static void parse__refuses__what_is_no_key(void **state)
{
	static const char *const names[] = {"",   "jj",  "Ctrl-", "Ctrl-1",
					    "F0", "F13", "Alt-x", "\x01"};
	uint32_t code;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_false(key_parse(names[i], &code));
}

static void parse__ignores__case_of_names_not_of_letters(void **state)
{
	uint32_t a, b;

	assert_true(key_parse("pgdn", &a) && key_parse("PgDn", &b) && a == b);
	assert_true(key_parse("g", &a) && key_parse("G", &b) && a != b);
	assert_true(key_parse("ctrl-l", &a) && a == key_ctrl('L'));
}

static void printable__excludes__controls_and_special_keys(void **state)
{
	assert_true(key_printable('a'));
	assert_true(key_printable(0x65E5));
	assert_false(key_printable(27));
	assert_false(key_printable(0x7F));
	assert_false(key_printable(0x9B));
	assert_false(key_printable(KEY_CODE_UP));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names__round_trip),
		cmocka_unit_test(parse__refuses__what_is_no_key),
		cmocka_unit_test(parse__ignores__case_of_names_not_of_letters),
		cmocka_unit_test(printable__excludes__controls_and_special_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
