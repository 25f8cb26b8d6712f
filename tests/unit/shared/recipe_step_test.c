#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "shared/recipe_step.h"

static char *after(const char *step, const char *value)
{
	struct recipe_step s;
	struct error e = {0};
	char *out;

	if (recipe_step_read(step, &s, &e))
		fail_msg("%s: %s", step, e.text);
	out = recipe_step_apply(&s, value);
	recipe_step_fini(&s);
	return out;
}

static void steps__make__facts_of_texts(void **state)
{
	static const struct {
		const char *step, *value, *wanted; /* NULL: nothing */
	} cases[] = {
		{"trim", " \u00a0Brass \n lamp\t", "Brass lamp"},
		{"trim", " \u00a0 ", NULL},
		{"lower", "GIESSKANNE \u00c4 \u0160 \u0416", "giesskanne \u00e4 \u0161 \u0436"},
		{"upper", "\u00e4\u00df \u0161 \u0436", "\u00c4\u00df \u0160 \u0416"},
		{"number", "ca. 1.234,5 kg", "1234.5"},
		{"number", "1,234.5", "1234.5"},
		{"number", "1.234.567", "1234567"},
		{"number", "(1.234 Bewertungen)", "1234"},
		{"number", "0.125 l", "0.125"},
		{"number", "1 234 pieces", "1234"},
		{"number", "-7", "-7"},
		{"number", "A-7", "7"},
		{"number", "4,5 von 5", "4.5"},
		{"number", "none", NULL},
		{"price", "statt 12,99 \u20ac nur 9,99 \u20ac", "9.99 EUR"},
		{"price", "soon", NULL},
		{"date", "2026-11-23T10:00:00Z", "2026-11-23"},
		{"date %d.%m.%Y", "23.11.2026", "2026-11-23"},
		{"date %d.%m.%Y", "tomorrow", NULL},
		{"after Art.-Nr.", "Lamp, Art.-Nr. 17", "17"},
		{"after Art.-Nr.", "Lamp", NULL},
		{"before incl.", "9.99 incl. VAT", "9.99 "},
		{"before incl.", "9.99", "9.99"},
		{"replace , -> .", "1,5,", "1.5."},
		{"replace EUR ->", "9.99 EUR", "9.99 "},
		{"pattern SKU: ([A-Z]+)", "x SKU: AB9", "AB"},
		{"pattern [0-9]+", "a12b3", "12"},
		{"pattern x", "a", NULL},
		{"default in stock", NULL, "in stock"},
		{"default in stock", " ", "in stock"},
		{"default in stock", "sold", "sold"},
		{"number", NULL, NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *got = after(cases[i].step, cases[i].value);

		if (!got != !cases[i].wanted || (got && strcmp(got, cases[i].wanted) != 0))
			fail_msg("%s of \"%s\": \"%s\", not \"%s\"", cases[i].step,
				 cases[i].value ? cases[i].value : "(none)", got ? got : "(none)",
				 cases[i].wanted ? cases[i].wanted : "(none)");
		free(got);
	}
}

static void steps__that_are_wrong__say_what_to_try(void **state)
{
	static const struct {
		const char *step, *text, *hint;
	} cases[] = {
		{"numbr", "no step", "number"},      {"", "no step", "one of"},
		{"trim x", "takes nothing", "trim"}, {"after", "says not what", "after"},
		{"replace a", "by what", "->"},      {"pattern (", "", ""},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct recipe_step s;
		struct error e = {0};

		assert_int_equal(recipe_step_read(cases[i].step, &s, &e), ERR_INVALID);
		assert_non_null(strstr(e.text, cases[i].text));
		assert_non_null(strstr(e.hint, cases[i].hint));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps__make__facts_of_texts),
		cmocka_unit_test(steps__that_are_wrong__say_what_to_try),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
