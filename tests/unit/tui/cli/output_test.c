/* What commands print: machine formats, spreadsheets, hostile text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "tui/cli/output.h"

static const struct column columns[] = {
	{.title = "name", .path = "name", .format = COLUMN_TEXT},
	{.title = "ms", .path = "last.duration_ms", .format = COLUMN_MS, .priority = 1},
};
static const struct resource_kind kind = {
	.kind = "thing", .plural = "things", .columns = columns, .n_columns = ARRAY_LEN(columns)};

static char *printed(enum output_format format, const char *fields, const char *rows_json)
{
	char *text = NULL;
	size_t len;
	struct output o = {.format = format, .fields = fields, .to = open_memstream(&text, &len)};
	json_t *rows = json_loads(rows_json, 0, NULL);
	assert_non_null(rows);
	output_list_begin(&o, &kind);
	output_list_rows(&o, &kind, rows);
	output_list_end(&o, &kind);
	fclose(o.to);
	json_decref(rows);
	return text;
}

static void expect(enum output_format format, const char *fields, const char *rows,
		   const char *expected)
{
	char *text = printed(format, fields, rows);
	assert_string_equal(text, expected);
	free(text);
}

static void csv__guards__cells_that_compute(void **state)
{
	expect(OUTPUT_CSV, NULL,
	       "[{\"name\":\"=1+1\",\"last\":{\"duration_ms\":-1.5}},{\"name\":\"a,\\\"b\\\"\"}]",
	       "name,last.duration_ms\n\"'=1+1\",-1.5\n\"a,\"\"b\"\"\",\n");
}

static void plain__has__tabs_and_no_heading(void **state)
{
	expect(OUTPUT_PLAIN, NULL, "[{\"name\":\"x\",\"last\":{\"duration_ms\":2}}]", "x\t2\n");
}

static void plain__escapes__what_commands_a_terminal(void **state)
{
	char *text = printed(OUTPUT_PLAIN, NULL, "[{\"name\":\"a\\u001b]52;c;x\\u0007\\rb\\tc\"}]");
	assert_null(strchr(text, 033));
	assert_null(strchr(text, '\r'));
	assert_int_equal(strcspn(text, "\t"), strrchr(text, '\t') - text);
	free(text);
}

static void json__is__one_array(void **state)
{
	expect(OUTPUT_JSON, "name,last.duration_ms",
	       "[{\"name\":\"x\",\"last\":{\"duration_ms\":2}},{\"name\":\"y\"}]",
	       "[\n{\"name\":\"x\",\"last.duration_ms\":2},\n{\"name\":\"y\",\"last.duration_ms\":null}\n]\n");
	expect(OUTPUT_JSON, NULL, "[]", "[]\n");
}

static void jsonl__is__an_object_a_line(void **state)
{
	expect(OUTPUT_JSONL, NULL, "[{\"name\":\"x\"},{\"name\":\"y\"}]",
	       "{\"name\":\"x\"}\n{\"name\":\"y\"}\n");
}

static void table__aligns__wide_characters(void **state)
{
	expect(OUTPUT_TABLE, NULL,
	       "[{\"name\":\"漢字\",\"last\":{\"duration_ms\":12}},{\"name\":\"abcd\",\"last\":{\"duration_ms\":3456}}]",
	       "name    ms\n漢字  12ms\nabcd  3.5s\n");
}

static void fit__counts__columns_and_not_bytes(void **state)
{
	char out[OUTPUT_FIT];
	assert_string_equal(output_fit(out, "Écran", 7), "Écran  ");
	assert_string_equal(output_fit(out, "漢字漢字", 5), "漢字 ");
	assert_string_equal(output_fit(out, "a\033b", 3), "a\xEF\xBF\xBD"
							  "b");
	assert_string_equal(output_fit(out, "", 2), "  ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv__guards__cells_that_compute),
		cmocka_unit_test(plain__has__tabs_and_no_heading),
		cmocka_unit_test(plain__escapes__what_commands_a_terminal),
		cmocka_unit_test(json__is__one_array),
		cmocka_unit_test(jsonl__is__an_object_a_line),
		cmocka_unit_test(table__aligns__wide_characters),
		cmocka_unit_test(fit__counts__columns_and_not_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
