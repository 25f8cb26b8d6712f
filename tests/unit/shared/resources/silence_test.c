#include "tests/unit/shared/schema/support.h"

#include "shared/timefmt.h"

static int64_t now_ms(void)
{
	int64_t ms = 0;
	assert_true(time_parse("2026-11-23T07:42:31.500Z", &ms));
	return ms;
}

/* As the command, the form and POST do: complete, then validate. */
static bool made(const char *text, struct resource_input *in, struct error *e)
{
	const struct resource_kind *k = kind("silence");
	struct error_list errors = {0};
	json_t *input = json(text);
	bool fine = !k->complete(input, now_ms(), e) &&
		    resource_validate(k, input, SCHEMA_LOOSE, NULL, in, &errors);
	if (errors.n)
		*e = errors.items[0];
	json_decref(input);
	return fine;
}

static void expect_made(const char *text, const char *name, const char *spec)
{
	struct resource_input in = {0};
	struct error e = {0};
	if (!made(text, &in, &e))
		fail_msg("%s: %s", text, e.text);
	char *got = spec_dump(in.spec);
	assert_string_equal(in.name, name);
	assert_string_equal(got, spec);
	free(got);
	resource_input_fini(&in);
}

static void expect_refused(const char *text, const char *field, const char *why, const char *hint)
{
	struct resource_input in = {0};
	struct error e = {0};
	if (made(text, &in, &e))
		fail_msg("%s was taken", text);
	assert_string_equal(e.field, field);
	if (!strstr(e.text, why) || !strstr(e.hint, hint))
		fail_msg("%s: %s (%s)", text, e.text, e.hint);
}

static void for__is_kept_as__until(void **state)
{
	expect_made("{'name':'x','match':['tag=shop'],'for':'2h'}", "x",
		    "{\"match\":[\"tag=shop\"],\"until\":\"2026-11-23T09:42:31.000Z\"}");
}

static void name__is_proposed_from__match_and_end(void **state)
{
	static const char spec[] =
		"{\"match\":[\"tag=shop\"],\"until\":\"2026-11-23T09:42:31.000Z\"}";
	expect_made("{'match':['tag=shop'],'for':'2h'}", "tag-shop-1123-094231", spec);
	expect_made("{'match':'tag=shop','for':'2h'}", "tag-shop-1123-094231", spec);
	expect_made("{'all':'yes','until':'2026-12-01T04:00:00+01:00'}", "all-1201-030000",
		    "{\"all\":true,\"until\":\"2026-12-01T04:00:00+01:00\"}");
}

static void names__of_any_length__are_valid(void **state)
{
	static const char *const matches[] = {
		"subject=a-very-long-name-of-a-monitor-that-goes-on-and-on-beyond-all-limits",
		"labels.region!=eu", "severity<critical", "text~^x"};
	for (size_t i = 0; i < ARRAY_LEN(matches); i++) {
		struct resource_input in = {0};
		struct error e = {0};
		char text[300];
		snprintf(text, sizeof(text), "{'match':['%s'],'for':'1h'}", matches[i]);
		if (!made(text, &in, &e))
			fail_msg("%s: %s", text, e.text);
		assert_true(name_valid(kind("silence"), in.name, &e));
		resource_input_fini(&in);
	}
}

static void silence__refuses__what_would_never_or_always_hold(void **state)
{
	expect_refused("{'for':'2h','name':'x'}", "match", "which alerts are meant", "--all");
	expect_refused("{'for':'2h','name':'x','match':[]}", "match", "which alerts are meant",
		       "--all");
	expect_refused("{'for':'2h','all':true,'match':['tag=a']}", "all", "not together",
		       "--match");
	expect_refused("{'match':['tag=a'],'name':'x'}", "until", "a silence has an end",
		       "--for 2h");
	expect_refused("{'match':['tag=a'],'until':'tomorrow','name':'x'}", "until",
		       "\"tomorrow\" is no time", "--for 2h");
	expect_refused("{'match':['tag=a'],'until':'2026-11-23T07:42:31Z'}", "until", "is over",
		       "--for 2h");
	expect_refused("{'match':['tag=a'],'until':'2027-01-01T00:00:00Z','for':'1h'}", "for",
		       "not together with until", "one of them");
	expect_refused("{'match':['tag=a'],'for':'2 hours','name':'x'}", "for", "\"2 hours\"",
		       "2h");
	expect_refused("{'match':['tag=a'],'for':'9999d','name':'x'}", "for", "9999d", "");
	expect_refused("{'match':['tagg=a'],'for':'1h'}", "match", "tagg", "tag");
}

/* A file says when it ends: what is read again tomorrow must mean the same. */
static void file__has__no_for(void **state)
{
	struct error e = refused("silence", "{'name':'x','match':['tag=a'],'for':'1h'}", 0);
	assert_string_equal(e.field, "for");
	assert_non_null(strstr(e.hint, "until: "));
	/* What is over may be read again. */
	free(canonical("silence", "{'name':'x','all':true,'until':'2020-01-01T00:00:00Z'}", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(for__is_kept_as__until),
		cmocka_unit_test(name__is_proposed_from__match_and_end),
		cmocka_unit_test(names__of_any_length__are_valid),
		cmocka_unit_test(silence__refuses__what_would_never_or_always_hold),
		cmocka_unit_test(file__has__no_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
