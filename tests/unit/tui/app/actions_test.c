#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "tui/app/internal.h"
#include "tui/term/key.h"

/* The whole table as the program has it: every screen's rows, the descriptors' and the
 * application's. */
static int set_up(void **state)
{
	struct keymap *m = keymap_new();

	actions_add_all(m);
	*state = m;
	return 0;
}

static int tear_down(void **state)
{
	keymap_free(*state);
	return 0;
}

static void table__has__no_conflict(void **state)
{
	struct error e = {0};

	if (keymap_load(*state, "", "built in", &e))
		fail_msg("%s", e.text);
}

static void rows__have__words_and_a_function(void **state)
{
	for (size_t i = 0; i < keymap_count(*state); i++) {
		const struct binding *b = keymap_at(*state, i);

		assert_non_null(b->run);
		assert_true(*b->context && *b->action && *b->help);
		assert_null(strpbrk(b->action, " \t"));
	}
}

/* Some keyboards have these behind AltGr: they may be a second way, never the only one. */
static void first_keys__need__no_alt_and_no_altgr(void **state)
{
	char key[128];

	for (size_t i = 0; i < keymap_count(*state); i++) {
		keymap_first_key(*state, keymap_at(*state, i), key, sizeof key);
		assert_null(strpbrk(key, "[]{}\\|@~"));
	}
}

static void confirming_key__differs__from_every_delete_key(void **state)
{
	char keys[128];

	for (size_t i = 0; i < keymap_count(*state); i++) {
		const struct binding *b = keymap_at(*state, i);

		if (strcmp(b->action, "delete") != 0)
			continue;
		keymap_keys(*state, b, keys, sizeof keys);
		assert_null(strchr(keys, 'y'));
	}
}

static void descriptors__bring__their_actions(void **state)
{
	static const char *const contexts[] = {"monitor", NULL};

	assert_string_equal(keymap_find(*state, contexts, 'c', NULL)->action, "check");
	assert_non_null(keymap_action(*state, contexts, "resume"));
	assert_null(keymap_action(*state, contexts, "samples"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(table__has__no_conflict, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rows__have__words_and_a_function, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(first_keys__need__no_alt_and_no_altgr, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(confirming_key__differs__from_every_delete_key,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(descriptors__bring__their_actions, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
