#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "shared/mem.h"
#include "tui/app/keymap.h"
#include "tui/term/key.h"

static const struct binding rows[] = {
	{.context = "list", .keys = "j Down", .action = "cursor-down", .help = "next"},
	{.context = "list", .keys = "c", .action = "copy", .help = "copy"},
	{.context = "monitor", .keys = "c", .action = "check", .help = "check"},
	{.context = "global", .keys = "q", .action = "quit", .help = "leave"},
};
static const char *const contexts[] = {"monitor", "list", "global", NULL};

static int set_up(void **state)
{
	struct keymap *m = keymap_new();

	keymap_add(m, rows, ARRAY_LEN(rows));
	*state = m;
	return 0;
}

static int tear_down(void **state)
{
	keymap_free(*state);
	return 0;
}

static void find__prefers__the_most_specific_context(void **state)
{
	const struct binding *b = keymap_find(*state, contexts, 'c', NULL);

	assert_string_equal(b->action, "check");
	b = keymap_find(*state, contexts, 'c', b);
	assert_string_equal(b->action, "copy");
	assert_null(keymap_find(*state, contexts, 'c', b));
}

static void find__ignores__other_contexts(void **state)
{
	static const char *const only[] = {"global", NULL};

	assert_null(keymap_find(*state, only, 'j', NULL));
	assert_non_null(keymap_find(*state, only, 'q', NULL));
}

static void load__replaces__the_keys_of_an_action(void **state)
{
	char keys[64];
	struct error e = {0};

	assert_int_equal(keymap_load(*state, "# mine\n\nlist cursor-down n Ctrl-N\nglobal quit\n",
				     "keys", &e),
			 ERR_NONE);
	assert_null(keymap_find(*state, contexts, 'j', NULL));
	assert_ptr_equal(keymap_find(*state, contexts, key_ctrl('N'), NULL), &rows[0]);
	assert_string_equal(keymap_keys(*state, &rows[0], keys, sizeof keys), "n, Ctrl-N");
	assert_string_equal(keymap_keys(*state, &rows[3], keys, sizeof keys), "");
}

static void load__refuses__conflicts_and_changes_nothing(void **state)
{
	struct error e = {0};

	assert_int_equal(keymap_load(*state, "list cursor-down x\nlist copy x\n", "keys", &e),
			 ERR_CONFIG);
	assert_non_null(strstr(e.text, "keys: "));
	assert_non_null(strstr(e.text, "bound to both cursor-down and copy"));
	assert_ptr_equal(keymap_find(*state, contexts, 'j', NULL), &rows[0]);
}

static void load__names__the_line_at_fault(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{"list cursor-down j\nlist fly f\n", "keys:2: no action fly"},
		{"list cursor-down Alt-x\n", "keys:1: Alt-x is not a key"},
		{"list\n", "keys:1: an action is missing"},
		{"list cursor-down a b c d e f g\n", "keys:1: g is not a key, or more than 6"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error e = {0};

		assert_int_equal(keymap_load(*state, cases[i].text, "keys", &e), ERR_CONFIG);
		assert_non_null(strstr(e.text, cases[i].says));
		assert_true(*e.hint);
	}
}

static void copies__outlive__their_source(void **state)
{
	char word[16] = "pause";

	keymap_add_copy(
		*state,
		&(struct binding){.context = "monitor", .keys = "p", .action = word, .help = word});
	memset(word, 'x', sizeof word - 1);
	assert_string_equal(keymap_find(*state, contexts, 'p', NULL)->action, "pause");
	assert_non_null(keymap_action(*state, contexts, "pause"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(find__prefers__the_most_specific_context, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(find__ignores__other_contexts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(load__replaces__the_keys_of_an_action, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(load__refuses__conflicts_and_changes_nothing,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(load__names__the_line_at_fault, set_up, tear_down),
		cmocka_unit_test_setup_teardown(copies__outlive__their_source, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
