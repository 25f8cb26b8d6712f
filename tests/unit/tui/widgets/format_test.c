#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>
#include <time.h>

#include "shared/mem.h"
#include "shared/timefmt.h"
#include "tui/widgets/format.h"

static void ms__has__a_fitting_unit(void **state)
{
	static const struct {
		double ms;
		const char *text;
	} cases[] = {
		{-1, "-"},      {0, "0.0ms"},     {4.23, "4.2ms"},  {9.94, "9.9ms"},
		{9.96, "10ms"}, {212.4, "212ms"}, {999.4, "999ms"}, {999.6, "1.0s"},
		{2912, "2.9s"}, {59900, "59.9s"}, {60000, "1m"},    {1869000, "31m"},
	};
	char out[32];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(format_ms(out, sizeof out, cases[i].ms), cases[i].text);
}

static void percent__never_rounds_up(void **state)
{
	char out[32];

	assert_string_equal(format_percent(out, sizeof out, 99.999), "99.99%");
	assert_string_equal(format_percent(out, sizeof out, 100), "100.00%");
	assert_string_equal(format_percent(out, sizeof out, 97.85), "97.85%");
	assert_string_equal(format_percent(out, sizeof out, -1), "-");
}

static void count__groups__thousands(void **state)
{
	char out[32];

	assert_string_equal(format_count(out, sizeof out, 0), "0");
	assert_string_equal(format_count(out, sizeof out, 999), "999");
	assert_string_equal(format_count(out, sizeof out, 1000), "1,000");
	assert_string_equal(format_count(out, sizeof out, 1234567), "1,234,567");
	assert_string_equal(format_count(out, sizeof out, -1234), "-1,234");
}

static void age__counts__minutes(void **state)
{
	char out[32];

	assert_string_equal(format_age(out, sizeof out, 59999), "<1m");
	assert_string_equal(format_age(out, sizeof out, 60000), "1m");
	assert_string_equal(format_age(out, sizeof out, 5 * 3600000), "5h");
}

static void time__depends__on_how_long_ago(void **state)
{
	char out[32];
	int64_t now, at;

	setenv("TZ", "UTC", 1);
	tzset();
	assert_true(time_parse("2026-11-23T06:42:11Z", &now));
	assert_true(time_parse("2026-11-23T06:11:02Z", &at));
	assert_string_equal(format_time(out, sizeof out, at, now), "06:11:02");
	assert_true(time_parse("2026-10-13T05:00:00Z", &at));
	assert_string_equal(format_time(out, sizeof out, at, now), "13 Oct 05:00");
	assert_true(time_parse("2025-10-13T05:00:00Z", &at));
	assert_string_equal(format_time(out, sizeof out, at, now), "2025-10-13");
	assert_string_equal(format_time(out, sizeof out, 0, now), "-");
}

static void state__is_loud__when_something_is_wrong(void **state)
{
	char out[32];

	assert_string_equal(state_word(out, sizeof out, "down"), "DOWN");
	assert_string_equal(state_word(out, sizeof out, "unknown"), "UNKNOWN");
	assert_string_equal(state_word(out, sizeof out, "up"), "up");
	assert_string_equal(state_word(out, sizeof out, "pending"), "pending");
	assert_int_not_equal(state_role("unknown"), ROLE_UP);
	assert_int_equal(state_role("nosuch"), ROLE_TEXT);
}

static void value__survives__any_type(void **state)
{
	json_t *values[] = {json_null(),      json_true(),   json_integer(7), json_real(1.5),
			    json_string("x"), json_object(), json_array()};
	char out[64];
	unsigned style;

	for (int f = COLUMN_TEXT; f <= COLUMN_TREND; f++)
		for (size_t i = 0; i < ARRAY_LEN(values); i++)
			format_value((enum column_format)f, values[i], 0, out, sizeof out, &style);
	format_value(COLUMN_MS, NULL, 0, out, sizeof out, &style);
	assert_string_equal(out, "-");
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		json_decref(values[i]);
}

static void next__says__what_the_monitor_waits_for(void **state)
{
	static const struct column c = {.path = "since", .format = COLUMN_NEXT};
	static const struct {
		const char *row, *text;
	} cases[] = {
		{"{'state':'up','since':'2026-11-20T12:00:00Z'}", "3d"},
		{"{'state':'maintenance','since':'2026-11-23T11:00:00Z',"
		 "'ends_at':'2026-11-23T15:30:00Z'}",
		 "to 15:30"},
		{"{'state':'maintenance','since':'2026-11-23T11:00:00Z'}", "1h"},
		{"{'state':'up','since':'2026-11-20T12:00:00Z','ends_at':'2027-06-22T12:00:00Z'}",
		 "ends 211d"},
		/* What has ended is told by the state. */
		{"{'state':'down','since':'2026-11-20T12:00:00Z','ends_at':'2026-11-20T12:00:00Z'}",
		 "3d"},
		{"{'state':'up','since':'2026-11-20T12:00:00Z','deadline_at':'2026-11-24T03:00:00Z'}",
		 "by 03:00"},
		{"{'state':'up','since':'2026-11-20T12:00:00Z','deadline_at':'2026-11-26T03:00:00Z'}",
		 "by Thu"},
		{"{'state':'down','since':'2026-11-23T11:59:30Z','deadline_at':'2026-11-24T03:00:00Z'}",
		 "<1m"},
	};
	const int64_t now = INT64_C(1795435200000); /* 2026-11-23T12:00:00Z */
	char text[FORMAT_TEXT], json[256];
	unsigned style;

	setenv("TZ", "UTC", 1);
	tzset();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *row;

		snprintf(json, sizeof json, "%s", cases[i].row);
		for (char *q = json; *q; q++)
			*q = *q == '\'' ? '"' : *q;
		row = json_loads(json, 0, NULL);
		assert_non_null(row);
		format_cell(&c, row, now, text, sizeof text, &style);
		assert_string_equal(text, cases[i].text);
		json_decref(row);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ms__has__a_fitting_unit),
		cmocka_unit_test(percent__never_rounds_up),
		cmocka_unit_test(count__groups__thousands),
		cmocka_unit_test(age__counts__minutes),
		cmocka_unit_test(time__depends__on_how_long_ago),
		cmocka_unit_test(state__is_loud__when_something_is_wrong),
		cmocka_unit_test(value__survives__any_type),
		cmocka_unit_test(next__says__what_the_monitor_waits_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
