#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/checks/common/plugin_output.h"

static struct plugin_output parse(const char *text)
{
	struct plugin_output out;

	plugin_output_parse(text, strlen(text), &out);
	return out;
}

static void lines__are_message_more_and_what_was_measured(void **state)
{
	struct plugin_output o = parse("DISK OK - free: / 3326 MB | /=2643MB;5948;5958;0;5968\n"
				       "/ 15272 MB (77%);\n\n"
				       "/home 69357 MB | /boot=68MB;88;93;0;98\n"
				       "/home=69357MB;253404;253409;0;253414\n"
				       "/var/log=818MB;970;975;0;980\n");

	assert_string_equal(o.message, "DISK OK - free: / 3326 MB");
	assert_string_equal(o.more, "/ 15272 MB (77%);; /home 69357 MB");
	assert_int_equal(o.n_perf, 4);
	assert_string_equal(o.perf[0].label, "/");
	assert_string_equal(o.perf[0].value, "2643");
	assert_string_equal(o.perf[0].unit, "MB");
	assert_string_equal(o.perf[0].warn, "5948");
	assert_string_equal(o.perf[0].crit, "5958");
	assert_string_equal(o.perf[3].label, "/var/log");
}

static void numbers__become_json__in_all_the_ways_that_they_are_written(void **state)
{
	static const struct {
		const char *text, *value, *unit;
	} cases[] = {
		{"x=5", "5", ""},
		{"x=0.011s", "0.011", "s"},
		{"x=.5", "0.5", ""},
		{"x=5.", "5", ""},
		{"x=+5%", "5", "%"},
		{"x=-0,5ms", "-0.5", "ms"},
		{"x=1.5e-05s", "1.5e-05", "s"},
		{"x=007B", "7", "B"},
		{"x=U", "", ""},
		{"x=3e", "3", "e"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[64];
		struct plugin_output o;

		snprintf(text, sizeof text, "OK | %s", cases[i].text);
		o = parse(text);
		assert_int_equal(o.n_perf, 1);
		assert_string_equal(o.perf[0].value, cases[i].value);
		assert_string_equal(o.perf[0].unit, cases[i].unit);
	}
}

static void labels__may_be_quoted__and_what_is_wrong_is_skipped(void **state)
{
	struct plugin_output o = parse("OK|'it''s = free'=1;@10:20;~:5 nonsense =5 x= y=z "
				       "n=99999999999999999999999999999999999999 'open=1 q=2");

	assert_int_equal(o.n_perf, 1);
	assert_string_equal(o.perf[0].label, "it's = free");
	assert_string_equal(o.perf[0].warn, "@10:20");
	assert_string_equal(o.perf[0].crit, "~:5");
	o = parse("OK | bad good=1");
	assert_int_equal(o.n_perf, 1);
	assert_string_equal(o.perf[0].label, "good");
}

static void texts__are_safe_and_bounded(void **state)
{
	char text[8192];
	struct plugin_output o;
	int n = snprintf(text, sizeof text, "\033[2Jred\a\tx|");

	for (int i = 0; i < 100; i++)
		n += snprintf(text + n, sizeof text - (size_t)n, " l%d=%d", i, i);
	o = parse(text);
	assert_null(strchr(o.message, '\033'));
	assert_non_null(strstr(o.message, "red"));
	assert_int_equal(o.n_perf, PERF_MAX);
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	o = parse(text);
	assert_true(strlen(o.message) < PLUGIN_MESSAGE);
	o = parse("");
	assert_string_equal(o.message, "");
}

static void measured__is_written_as_objects(void **state)
{
	struct plugin_output o = parse("OK | time=0.25s;1;2 free=U");
	struct buf out = BUF_INIT(4096);
	struct json_writer w;

	jw_init(&w, &out);
	plugin_perf_write(&w, &o);
	assert_string_equal(buf_str(&out),
			    "[{\"label\":\"time\",\"value\":0.25,\"unit\":\"s\",\"warn\":\"1\","
			    "\"crit\":\"2\"},{\"label\":\"free\",\"value\":null}]");
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines__are_message_more_and_what_was_measured),
		cmocka_unit_test(numbers__become_json__in_all_the_ways_that_they_are_written),
		cmocka_unit_test(labels__may_be_quoted__and_what_is_wrong_is_skipped),
		cmocka_unit_test(texts__are_safe_and_bounded),
		cmocka_unit_test(measured__is_written_as_objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
