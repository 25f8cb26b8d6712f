#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tui/app/changed.h"

static void changes__are_told__in_one_line(void **state)
{
	json_t *incident =
		json_pack("{s:[{s:s,s:s,s:s},{s:s,s:n,s:i}]}", "changed", "what", "address", "from",
			  ".7", "to", ".20", "what", "redirects", "from", "to", 2);
	char text[200];

	changed_text(incident, true, text, sizeof text);
	assert_string_equal(text, "address .7 -> .20, redirects none -> 2");
	changed_text(incident, false, text, sizeof text);
	assert_string_equal(text, "address .7 → .20, redirects none → 2");
	json_decref(incident);
}

static void no_change__is__no_text(void **state)
{
	char text[16] = "x";

	changed_text(NULL, true, text, sizeof text);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes__are_told__in_one_line),
		cmocka_unit_test(no_change__is__no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
