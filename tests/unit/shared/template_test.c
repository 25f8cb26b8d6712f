#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shared/mem.h"
#include "shared/template.h"

static const char *find(const char *name, void *arg)
{
	static const struct {
		const char *name, *value;
	} values[] = {{"id", "17"},
		      {"q", "a b&c=\xc3\xa4/\"\n"},
		      {"path", "/next?x=1"},
		      {"empty", ""},
		      {"nested", "{{id}}"}};
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		if (!strcmp(values[i].name, name))
			return values[i].value;
	}
	return NULL;
}

static void expand__escapes__for_where_a_value_stands(void **state)
{
	static const struct {
		const char *text;
		enum template_escape how;
		const char *result;
	} cases[] = {
		{"/basket/{{id}}", TEMPLATE_ADDRESS, "/basket/17"},
		{"/basket/{{ id }}/x", TEMPLATE_ADDRESS, "/basket/17/x"},
		{"{{path}}", TEMPLATE_ADDRESS, "/next?x=1"},
		{"{{path}}&y={{path}}", TEMPLATE_ADDRESS, "/next?x=1&y=%2Fnext%3Fx%3D1"},
		{"{{path}}", TEMPLATE_PERCENT, "%2Fnext%3Fx%3D1"},
		{"q={{q}}", TEMPLATE_PERCENT, "q=a%20b%26c%3D%C3%A4%2F%22%0A"},
		{"{\"q\":\"{{q}}\"}", TEMPLATE_JSON, "{\"q\":\"a b&c=\xc3\xa4/\\\"\\n\"}"},
		{"<{{q}}>", TEMPLATE_RAW, "<a b&c=\xc3\xa4/\"\n>"},
		{"{{nested}}", TEMPLATE_RAW, "{{id}}"},
		{"a{{empty}}b", TEMPLATE_RAW, "ab"},
		{"{\"a\":{\"b\":1}}", TEMPLATE_JSON, "{\"a\":{\"b\":1}}"},
		{"", TEMPLATE_RAW, ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT(1000);
		struct error e = {0};
		if (template_expand(cases[i].text, cases[i].how, find, NULL, &out, &e))
			fail_msg("%s: %s", cases[i].text, e.text);
		assert_string_equal(buf_str(&out), cases[i].result);
		buf_fini(&out);
	}
}

static void expand__refuses__what_has_no_value_or_no_name(void **state)
{
	static const struct {
		const char *text;
		enum err err;
		const char *words;
	} cases[] = {
		{"{{none}}", ERR_NOT_FOUND, "there is no value none"},
		{"a{{id", ERR_INVALID, "{{ is never closed by }}"},
		{"{{}}", ERR_INVALID, "{{...}} holds no name"},
		{"{{Id}}", ERR_INVALID, "{{...}} holds no name"},
		{"{{a b}}", ERR_INVALID, "{{...}} holds no name"},
		{"{{{id}}}", ERR_INVALID, "{{...}} holds no name"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT(1000);
		struct error e = {0};
		assert_int_equal(template_expand(cases[i].text, TEMPLATE_RAW, find, NULL, &out, &e),
				 cases[i].err);
		assert_string_equal(e.text, cases[i].words);
		buf_fini(&out);
	}
}

static void expand__stays__within_its_buffer(void **state)
{
	struct buf out = BUF_INIT(20);
	struct error e = {0};
	assert_int_equal(template_expand("0123456789{{path}}{{path}}", TEMPLATE_PERCENT, find, NULL,
					 &out, &e),
			 ERR_TOO_LARGE);
	assert_true(out.len <= 20);
	buf_fini(&out);
}

static bool collect(const char *name, void *arg)
{
	strcat(arg, name);
	strcat(arg, " ");
	return strcmp(name, "stop") != 0;
}

static void names__are_told__in_order_until_told_to_stop(void **state)
{
	char got[64] = "";
	struct error e = {0};
	assert_true(template_names("{{a}}-{{ b-1 }}{{a}}", collect, got, &e));
	assert_string_equal(got, "a b-1 a ");
	got[0] = '\0';
	assert_false(template_names("{{stop}}{{a}}", collect, got, &e));
	assert_string_equal(got, "stop ");
	assert_int_equal(e.code, ERR_NONE);
	assert_false(template_names("{{ ", collect, got, &e));
	assert_int_equal(e.code, ERR_INVALID);
	assert_true(template_opens("{{a}}/"));
	assert_false(template_opens("/{{a}}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expand__escapes__for_where_a_value_stands),
		cmocka_unit_test(expand__refuses__what_has_no_value_or_no_name),
		cmocka_unit_test(expand__stays__within_its_buffer),
		cmocka_unit_test(names__are_told__in_order_until_told_to_stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
