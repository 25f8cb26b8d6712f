/* The http check and what the body must hold, by real worker processes. */
#include "harness.h"

#include "shared/json.h"

struct expect_case {
	const char *path, *fields;
	enum outcome outcome;
	const char *cause, *words;
};

static void try_all(struct harness *h, const struct expect_case *cases, size_t n)
{
	struct probe p;

	for (size_t i = 0; i < n; i++) {
		probe(&p, h, "http", "{\"target\":\"http://127.0.0.1:%d%s\",%s}", PORT(h, "http"),
		      cases[i].path, cases[i].fields);
		if (p.run.result.outcome != cases[i].outcome)
			print_message("%s %s\n", cases[i].path, cases[i].fields);
		assert_result(&p, cases[i].outcome, cases[i].cause);
		assert_says(&p, cases[i].words);
		assert_null(strchr(p.run.result.message, '\033'));
		probe_fini(&p);
	}
}

#define TRY(h, cases) try_all(h, cases, sizeof cases / sizeof *cases)
#define JSON(program) "\"json_expect\":[\"" program "\"]"

static void json_expect__shows__what_was_found_instead(void **state)
{
	static const struct expect_case cases[] = {
		{"/json", JSON(".status == \\\"degraded\\\""), OUTCOME_UP, "", "HTTP 200"},
		{"/json", "\"json_expect\":[\".items | length == 2\",\".items[0] < 2\"]",
		 OUTCOME_UP, "", "HTTP 200"},
		{"/json", JSON(".status == \\\"ok\\\""), OUTCOME_DOWN, "json",
		 ".status is \"degraded\", expected .status == \"ok\""},
		{"/json", JSON(".items | length > 3"), OUTCOME_DOWN, "json",
		 ".items | length is 2, expected .items | length > 3"},
		{"/json", "\"json_expect\":[\".items\",\".stock\"]", OUTCOME_DOWN, "json",
		 ".stock is null"},
		{"/json", JSON(".items == [] or .status == \\\"ok\\\""), OUTCOME_DOWN, "json",
		 ".items == [] or .status == \"ok\" is false"},
		{"/json", JSON(".items[] | select(. > 5)"), OUTCOME_DOWN, "json",
		 ".items[] | select(. > 5) gives nothing"},
		{"/json", JSON(".evil == 1"), OUTCOME_DOWN, "json", ".evil is \""},
		{"/json", JSON(".status.text == 1"), OUTCOME_DOWN, "json",
		 "jq: Cannot index string"},
		{"/shop", JSON(".status"), OUTCOME_DOWN, "json",
		 "the body is not what json_expect asks of: not valid JSON"},
		{"/status/200", JSON(".status"), OUTCOME_DOWN, "json", "not valid JSON"},
		{"/json", JSON(".status = = 1"), OUTCOME_UNKNOWN, "configuration",
		 "json_expect: jq: "},
		{"/json-long", JSON(".status == \\\"ok\\\""), OUTCOME_UP, "", "HTTP 200"},
		{"/json-long", JSON(".status == \\\"ok\\\"") ",\"max_body\":\"1KiB\"",
		 OUTCOME_UNKNOWN, "body_cut", "only its beginning was read"},
	};

	TRY(*state, cases);
}

static void selectors__find__or_say_what_is_missing(void **state)
{
	static const struct expect_case cases[] = {
		{"/shop", "\"css\":\"#price\"", OUTCOME_UP, "", "HTTP 200"},
		{"/shop", "\"css\":\"#price\",\"select_pattern\":\"^19,90 EUR$\"", OUTCOME_UP, "",
		 "HTTP 200"},
		{"/shop", "\"xpath\":\"//p[@class='stock']\"", OUTCOME_UP, "", "HTTP 200"},
		{"/feed", "\"xpath\":\"//offer[@id='7']/price\",\"select_pattern\":\"^5$\"",
		 OUTCOME_UP, "", "HTTP 200"},
		{"/shop", "\"css\":\"#basket\"", OUTCOME_DOWN, "selector",
		 "nothing on the page is #basket"},
		{"/shop", "\"xpath\":\"//table\"", OUTCOME_DOWN, "selector",
		 "nothing on the page is //table"},
		{"/shop", "\"css\":\".stock\",\"select_pattern\":\"^in stock\"", OUTCOME_DOWN,
		 "selector", ".stock is \"sold "},
		{"/shop", "\"css\":\"h1\",\"select_pattern\":\"^Chair$\"", OUTCOME_DOWN, "selector",
		 "h1 is \"Lamp\", expected ^Chair$"},
		{"/shop", "\"css\":\"h1:hover\"", OUTCOME_UNKNOWN, "configuration", "css: "},
		{"/shop", "\"xpath\":\"//p[\"", OUTCOME_UNKNOWN, "configuration", "xpath: XPath"},
		{"/endless-chunks", "\"css\":\"#price\",\"max_body\":\"1KiB\"", OUTCOME_DOWN,
		 "selector", ", in the part that was read"},
		{"/status/500", "\"css\":\"#price\"", OUTCOME_DOWN, "http_status", "HTTP 500"},
	};

	TRY(*state, cases);
}

static void json_expect__that_never_ends__is_stopped(void **state)
{
	static const struct expect_case cases[] = {
		{"/json", JSON("last(range(1e12)) == 1"), OUTCOME_UNKNOWN, "extract", "stopped"},
		{"/json", JSON(".status"), OUTCOME_UP, "", "HTTP 200"},
	};

	TRY(*state, cases);
}

static void expectations__can_be_cancelled__while_a_worker_looks(void **state)
{
	struct harness *h = *state;
	struct probe p;
	char spec[256];

	snprintf(spec, sizeof spec,
		 "{\"target\":\"http://127.0.0.1:%d/json\"," JSON("last(range(1e12)) == 1") "}",
		 PORT(h, "http"));
	for (int i = 0; i < 3; i++) {
		probe_prepare(&p, h, "http", spec);
		check_result_init(&p.run.result);
		loop_post(h->loop, probe_start, &p);
		usleep((useconds_t)i * 60000);
		loop_post(h->loop, probe_cancel, &p);
		harness_wait(h);
		assert_result(&p, OUTCOME_UNKNOWN, "cancelled");
		probe_fini(&p);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_expect__shows__what_was_found_instead),
		cmocka_unit_test(selectors__find__or_say_what_is_missing),
		cmocka_unit_test(json_expect__that_never_ends__is_stopped),
		cmocka_unit_test(expectations__can_be_cancelled__while_a_worker_looks),
	};

	if (argc == 2 && !strcmp(argv[1], "--extract"))
		return extract_worker_main();
	return cmocka_run_group_tests(tests, harness_setup, harness_teardown);
}
