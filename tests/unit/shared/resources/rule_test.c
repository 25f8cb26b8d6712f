/* Rules that cannot mean anything are refused by the field that is wrong, with what to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shared/mem.h"
#include "shared/schema/schema.h"

static bool valid(const char *json, struct error_list *errors)
{
	const struct resource_kind *k = resource_kind_find("rule");
	struct resource_input in = {0};
	json_t *input = json_loads(json, 0, NULL);
	assert_non_null(input);
	json_object_set_new(input, "name", json_string("mine"));
	memset(errors, 0, sizeof(*errors));
	bool ok = resource_validate(k, input, 0, NULL, &in, errors);
	json_decref(input);
	resource_input_fini(&in);
	return ok;
}

static void rules__that_mean_something__are_taken(void **state)
{
	static const char *const good[] = {
		"{\"topics\":[\"monitor.down\"]}",
		"{\"topics\":[\"a\"],\"when\":[\"tag=shop\"],\"until\":[\"data.state=up\"]}",
		"{\"topics\":[\"a\"],\"count\":5,\"within\":\"10m\"}",
		"{\"topics\":[\"a\"],\"count\":2,\"until_topics\":[\"b\"]}",
		"{\"topics\":[\"a\"],\"when\":[\"data.status>=500\"],\"percent\":\"5\","
		"\"within\":\"10m\"}",
		"{\"measure\":\"latency\",\"above\":\"2s\",\"match\":[\"tag=shop\"]}",
		"{\"topics\":[\"order.created\"],\"absent\":\"usual\",\"each\":\"none\"}",
		"{\"topics\":[\"a\"],\"text\":\"{{subject}}: {{data.reason}}\"}",
	};
	struct error_list *errors = mem_zalloc(sizeof(*errors));
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		if (!valid(good[i], errors))
			fail_msg("%s: %s", good[i], errors->items[0].text);
	}
	free(errors);
}

static void rules__that_mean_nothing__are_refused(void **state)
{
	static const struct {
		const char *json, *field, *text, *hint;
	} cases[] = {
		{"{}", "topics", "it is not said what the rule looks at", "--topic"},
		{"{\"topics\":[\"A b\"]}", "topics", "\"A b\" is not a topic", "monitor.down"},
		{"{\"topics\":[\"a\"],\"when\":[\"tga=x\"]}", "when", "no field \"tga\"",
		 "did you mean tag?"},
		{"{\"topics\":[\"a\"],\"until\":[\"tag\"]}", "until", "no operator", "FIELD=VALUE"},
		{"{\"topics\":[\"a\"],\"match\":[\"tag=x\"]}", "match", "without measure",
		 "--when"},
		{"{\"topics\":[\"a\"],\"above\":\"5\"}", "above", "without measure", "--measure"},
		{"{\"topics\":[\"a\"],\"count\":5}", "count", "counted in a row", "--within"},
		{"{\"topics\":[\"a\"],\"within\":\"10m\"}", "within", "nothing to count",
		 "--count"},
		{"{\"topics\":[\"a\"],\"percent\":\"5\",\"within\":\"10m\"}", "percent",
		 "without when", "--when"},
		{"{\"topics\":[\"a\"],\"percent\":\"5\",\"when\":[\"tag=x\"]}", "within",
		 "of which time", "--within"},
		{"{\"measure\":\"errors\"}", "above", "when the figure is bad", "--above"},
		{"{\"measure\":\"errors\",\"above\":\"5\",\"below\":\"3\"}", "below",
		 "not together", "two rules"},
		{"{\"measure\":\"errors\",\"above\":\"many\"}", "above", "\"many\" is not a limit",
		 "99.95"},
		{"{\"measure\":\"errors\",\"above\":\"5\",\"topics\":[\"a\"]}", "topics",
		 "means nothing for a figure", "leave out measure"},
		{"{\"measure\":\"errors\",\"above\":\"5\",\"when\":[\"tag=x\"]}", "when",
		 "means nothing for a figure", "leave it out"},
		{"{\"topics\":[\"a\"],\"absent\":\"soon\"}", "absent", "\"soon\" is neither",
		 "usual"},
		{"{\"topics\":[\"a\"],\"absent\":\"6h\",\"count\":5}", "count",
		 "means nothing for an absence", "leave it out"},
		{"{\"topics\":[\"a\"],\"text\":\"{{sbject}} fell\"}", "text", "no {{sbject}}",
		 "did you mean {{subject}}?"},
		{"{\"topics\":[\"a\"],\"text\":\"{{data}}\"}", "text", "no {{data}}",
		 "{{data.PATH}}"},
		{"{\"topics\":[\"a\"],\"text\":\"{{subject\"}", "text", "never closed", "{{NAME}}"},
		{"{\"topics\":[\"a\"],\"severity\":\"warn\"}", "severity", "warn", "warning"},
		{"{\"topics\":[\"a\"],\"toipcs\":[\"b\"]}", "toipcs", "toipcs", "topics"},
	};
	struct error_list *errors = mem_zalloc(sizeof(*errors));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct error *e = &errors->items[0];
		bool ok = valid(cases[i].json, errors);
		if (ok || strcmp(e->field, cases[i].field) || !strstr(e->text, cases[i].text) ||
		    (!strstr(e->hint, cases[i].hint) && !strstr(e->text, cases[i].hint)))
			fail_msg("%s: [%s] %s | %s", cases[i].json, e->field, e->text, e->hint);
	}
	free(errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules__that_mean_something__are_taken),
		cmocka_unit_test(rules__that_mean_nothing__are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
