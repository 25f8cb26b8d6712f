#include "tests/unit/shared/schema/support.h"

#include "shared/schema/describe.h"

static void describe__tells__limits_and_default(void **state)
{
	static const struct {
		const char *field, *text;
	} cases[] = {
		{"interval", "duration, 1s..1d, default 60s"},
		{"failures", "number, 1..20, default 3"},
		{"max_body", "size, 1KiB..16MiB, default 1MiB"},
		{"keyword", "text, 1..1024 bytes"},
		{"ip", "one of auto, 4, 6, both, default auto"},
		{"verify", "true or false, default true"},
		{"bearer", "secret:NAME"},
		{"connection", "one of fresh, reuse, default fresh"},
		{"target", "http or https address, required"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char out[200], flag[40];
		const struct field *f = resource_field_any(kind("monitor"), cases[i].field);
		field_describe(f, out, sizeof(out));
		assert_string_equal(out, cases[i].text);
		field_describe(f, out, 8);
		assert_true(strlen(out) < 8);
		field_flag(f, flag, sizeof(flag));
		assert_int_equal(strncmp(flag, "--", 2), 0);
		assert_null(strchr(flag, '_'));
	}
}

static void help__begins__with_examples(void **state)
{
	struct buf out = BUF_INIT(1 << 16);
	schema_write_help(&out, kind("monitor"), "add", NULL);
	assert_int_equal(strncmp(buf_str(&out), "  sellersmart monitor add ", 26), 0);
	assert_contains(buf_str(&out), "--retry-interval\n");
	assert_contains(buf_str(&out), "Flags of heartbeat monitors");
	/* No line is wider than a terminal. */
	for (const char *line = buf_str(&out); *line;) {
		size_t n = strcspn(line, "\n");
		if (strncmp(line, "  sellersmart", 13))
			assert_true(n <= 80);
		line += n + (line[n] == '\n');
	}
	buf_reset(&out);
	schema_write_help(&out, kind("monitor"), "add", check_variant_table[0]);
	assert_null(strstr(buf_str(&out), "Flags of "));
	buf_reset(&out);
	schema_write_help(&out, kind("monitor"), "history", NULL);
	assert_contains(buf_str(&out), "--points");
	buf_reset(&out);
	schema_write_help(&out, kind("event"), "list", NULL);
	assert_contains(buf_str(&out), "--since");
	assert_contains(buf_str(&out), "--sort FIELD");
	buf_fini(&out);
}

/* Each line is either a request we know or text that begins with no control character. */
static void man__is__roff(void **state)
{
	static const char *const requests[] = {".SS ", ".TP", ".B ", ".PP",
					       ".nf",  ".fi", ".RS", ".RE"};
	struct buf out = BUF_INIT(1 << 18);
	for (size_t i = 0; resource_table[i]; i++)
		schema_write_man(&out, resource_table[i]);
	assert_false(out.overflow);
	for (const char *line = buf_str(&out); *line;) {
		bool known = *line != '.' && *line != '\'';
		for (size_t i = 0; i < ARRAY_LEN(requests); i++)
			known = known || !strncmp(line, requests[i], strlen(requests[i]));
		assert_true(known);
		/* A heading begins a paragraph itself. */
		if (!strncmp(line, ".SS ", 4)) {
			const char *next = line + strcspn(line, "\n") + 1;
			assert_int_not_equal(strncmp(next, ".PP", 3), 0);
		}
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	assert_contains(buf_str(&out), ".B retry_interval\n");
	assert_contains(buf_str(&out), "It has no interval, timeout, retry_interval.");
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(describe__tells__limits_and_default),
		cmocka_unit_test(help__begins__with_examples),
		cmocka_unit_test(man__is__roff),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
