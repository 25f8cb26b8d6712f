#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shared/mem.h"
#include "shared/rule.h"
#include "shared/rule_builtins.h"

static json_t *parse(const char *text)
{
	struct error e = {0};
	json_t *v = json_read(text, strlen(text), 1 << 16, &e);
	if (!v)
		fail_msg("%s: %s", text, e.text);
	return v;
}

/* As a user would give it, and nothing changed by the validation. */
static void builtins__are__valid_and_canonical(void **state)
{
	const struct resource_kind *k = resource_kind_find("rule");
	struct error_list *errors = mem_zalloc(sizeof(*errors));
	assert_int_equal(k->n_builtins, RULE_BUILTINS);
	for (size_t i = 0; i < k->n_builtins; i++) {
		const struct builtin *b = &k->builtins[i];
		struct resource_input in = {0};
		json_t *input = parse(b->spec);
		json_object_set_new(input, "name", json_string(b->name));
		if (!resource_validate(k, input, 0, NULL, &in, errors))
			fail_msg("%s: %s", b->name, errors->items[0].text);
		char *spec = spec_dump(in.spec);
		assert_string_equal(spec, b->spec);
		free(spec);
		json_decref(input);
		resource_input_fini(&in);
	}
	free(errors);
}

static void builtins__have__names_and_ids_of_their_own(void **state)
{
	for (size_t i = 0; resource_table[i]; i++) {
		const struct resource_kind *k = resource_table[i];
		for (size_t a = 0; a < k->n_builtins; a++) {
			assert_in_range(k->builtins[a].id, 1, BUILTIN_ID_END - 1);
			assert_ptr_equal(resource_builtin(k, k->builtins[a].name, 0),
					 &k->builtins[a]);
			assert_ptr_equal(resource_builtin(k, NULL, k->builtins[a].id),
					 &k->builtins[a]);
		}
	}
	assert_null(resource_builtin(resource_kind_find("rule"), "mine", 0));
	assert_null(resource_builtin(resource_kind_find("monitor"), "monitor-down", 0));
}

static void inhibits__of_builtins__are_builtins(void **state)
{
	for (size_t i = 0; i < RULE_BUILTINS; i++) {
		json_t *spec = parse(rule_builtins[i].spec);
		const json_t *list = json_object_get(spec, "inhibits");
		for (size_t n = 0; n < json_array_size(list); n++)
			assert_non_null(resource_builtin(resource_kind_find("rule"),
							 json_string_value(json_array_get(list, n)),
							 0));
		json_decref(spec);
	}
}

static void limits__are__numbers_or_durations(void **state)
{
	static const struct {
		const char *text;
		int64_t thousandths;
	} good[] = {{"5", 5000},     {"99.95", 99950},  {"0.001", 1},
		    {"5%", 5000},    {"5 %", 5000},     {"-1", -1000},
		    {"2s", 2000000}, {"250ms", 250000}, {"-0.5", -500}};
	static const char *const bad[] = {"",    "-",  "5.",   ".5",  "1.2345",
					  "1e3", "x",  "5 % ", "--5", "9999999999999",
					  "5s5", "nan"};
	int64_t v;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(rule_limit_parse(good[i].text, &v));
		assert_int_equal(v, good[i].thousandths);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (rule_limit_parse(bad[i], &v))
			fail_msg("%s", bad[i]);
	}
}

static void absences__are__durations_or_usual(void **state)
{
	int64_t ms;
	assert_true(rule_absent_parse("6h", &ms));
	assert_int_equal(ms, 6 * 3600000);
	assert_true(rule_absent_parse("usual", &ms));
	assert_int_equal(ms, RULE_ABSENT_USUAL);
	assert_false(rule_absent_parse("59s", &ms));
	assert_false(rule_absent_parse("91d", &ms));
	assert_false(rule_absent_parse("usually", &ms));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builtins__are__valid_and_canonical),
		cmocka_unit_test(builtins__have__names_and_ids_of_their_own),
		cmocka_unit_test(inhibits__of_builtins__are_builtins),
		cmocka_unit_test(limits__are__numbers_or_durations),
		cmocka_unit_test(absences__are__durations_or_usual),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
