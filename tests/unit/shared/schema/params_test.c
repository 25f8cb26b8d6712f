#include "tests/unit/shared/schema/support.h"

static const struct field fields[] = {
	{.name = "note",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 10,
	 .help = "A remark",
	 .example = "x"},
	{.name = "for",
	 .type = FIELD_DURATION,
	 .min = 1000,
	 .max = 60000,
	 .dflt = "30s",
	 .help = "How long",
	 .example = "5s"},
};
static const struct action rest = {.verb = "rest", .params = fields, .n_params = 2};
static const struct action plain = {.verb = "end"};

static void expect_params(const struct action *a, const char *given, const char *want)
{
	struct error e = {0};
	json_t *input = given ? json(given) : NULL, *got = action_params(a, input, &e);
	if (!got)
		fail_msg("%s: %s", given, e.text);
	char *text = spec_dump(got);
	assert_string_equal(text, want);
	free(text);
	json_decref(got);
	json_decref(input);
}

static void expect_refused(const struct action *a, const char *given, const char *field,
			   const char *text, const char *hint)
{
	struct error e = {0};
	json_t *input = json(given), *got = action_params(a, input, &e);
	if (got)
		fail_msg("%s was taken", given);
	assert_int_equal(e.code, ERR_INVALID);
	assert_string_equal(e.field, field);
	if (!strstr(e.text, text) || !strstr(e.hint, hint))
		fail_msg("%s: %s (%s)", given, e.text, e.hint);
	json_decref(input);
}

static void params__have__their_defaults(void **state)
{
	expect_params(&rest, NULL, "{\"for\":\"30s\"}");
	expect_params(&rest, "{'note':null}", "{\"for\":\"30s\"}");
	expect_params(&rest, "{'for':'30000ms','note':'on it'}",
		      "{\"for\":\"30s\",\"note\":\"on it\"}");
	expect_params(&plain, NULL, "{}");
	expect_params(&plain, "{}", "{}");
}

static void params__name__member_value_and_what_to_try(void **state)
{
	expect_refused(&rest, "{'not':'x'}", "not", "rest takes no such thing",
		       "did you mean note?");
	expect_refused(&plain, "{'note':'x'}", "note", "end takes no such thing", "");
	expect_refused(&rest, "{'for':'2 hours'}", "for", "\"2 hours\" is not a duration", "");
	expect_refused(&rest, "{'for':'2h'}", "for", "2h", "");
	expect_refused(&rest, "{'note':7}", "note", "7", "");
	expect_refused(&rest, "{'note':'longer than ten'}", "note", "longer than ten", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(params__have__their_defaults),
		cmocka_unit_test(params__name__member_value_and_what_to_try),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
