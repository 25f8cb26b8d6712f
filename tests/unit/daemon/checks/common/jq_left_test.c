#include "daemon/checks/common/jq_left.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
/* cmocka wants the five above */
#include <cmocka.h>

static void jq_left_side__is_what_a_comparison_looks_at(void **state)
{
	static const struct {
		const char *program, *left;
	} cases[] = {
		{".status == \"ok\"", ".status"},
		{".items | length > 3", ".items | length"},
		{".a<=2", ".a"},
		{".a != null", ".a"},
		{".[\"a == b\"] == 1", ".[\"a == b\"]"},
		{"(.a == 1) == true", "(.a == 1)"},
		{".order == 1", ".order"},
		{".android >= 1", ".android"},
		{"$x.if == 1", "$x.if"},
		{".\"a\\\" == \" == 1", ".\"a\\\" == \""},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *left = jq_left_side(cases[i].program);

		if (!left)
			fail_msg("nothing of %s", cases[i].program);
		assert_string_equal(left, cases[i].left);
		free(left);
	}
}

static void jq_left_side__of_anything_else__is_none(void **state)
{
	static const char *const programs[] = {
		"",
		".status",
		"== 1",
		".a == 1 and .b == 2",
		".a == 1 or .b",
		".a |= 1",
		".a == 1 | not",
		".a, .b == 1",
		".a // 1 == 1",
		"if .a == 1 then 1 else 0 end",
		".a == \"x",
		".a as $x | $x == 1",
		"[.a == 1]",
		"any(.[]; . == 1)",
		".a == .b == .c",
	};

	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		char *left = jq_left_side(programs[i]);

		if (left)
			fail_msg("%s: %s", programs[i], left);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jq_left_side__is_what_a_comparison_looks_at),
		cmocka_unit_test(jq_left_side__of_anything_else__is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
