#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "shared/timefmt.h"

static const int64_t now = 1795369683120;

static void rfc3339__known_instants(void **state)
{
	char text[TIME_TEXT];

	assert_string_equal(time_rfc3339(text, now), "2026-11-22T17:48:03.120Z");
	assert_string_equal(time_rfc3339(text, 0), "1970-01-01T00:00:00.000Z");
	assert_string_equal(time_rfc3339(text, 951782400001), "2000-02-29T00:00:00.001Z");
	assert_string_equal(time_rfc3339(text, INT64_MAX), "9999-12-31T23:59:59.999Z");
	assert_string_equal(time_rfc3339(text, INT64_MIN), "1970-01-01T00:00:00.000Z");
}

static void parse__offsets_and_fractions(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = {
		{"2026-11-22T17:48:03.120Z", 1795369683120},
		{"2026-11-22T17:48:03Z", 1795369683000},
		{"2026-11-22t17:48:03z", 1795369683000},
		{"2026-11-22 18:48:03.12+01:00", 1795369683120},
		{"2026-11-22T12:18:03.1209999-05:30", 1795369683120},
		{"2026-11-22T17:48:03-00:00", 1795369683000},
		{"1970-01-01T00:00:00Z", 0},
		{"1970-01-01T01:00:00+01:00", 0},
		{"9999-12-31T23:59:59.999Z", 253402300799999},
		{"2016-12-31T23:59:60Z", 1483228800000},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t ms = -1;

		if (!time_parse(cases[i].text, &ms) || ms != cases[i].ms)
			fail_msg("%s -> %lld", cases[i].text, (long long)ms);
	}
}

static void parse__refuses(void **state)
{
	static const char *const bad[] = {
		"",
		"2026",
		"2026-11-22",
		"2026-11-22T17:48:03",
		"2026-11-22T17:48Z",
		"2026-13-01T00:00:00Z",
		"2026-02-29T00:00:00Z",
		"2026-00-10T00:00:00Z",
		"2026-01-00T00:00:00Z",
		"2026-01-32T00:00:00Z",
		"2026-11-22T24:00:00Z",
		"2026-11-22T17:60:00Z",
		"2026-11-22T17:48:61Z",
		"2026-11-22T17:48:03.Z",
		"2026-11-22T17:48:03+1:00",
		"2026-11-22T17:48:03+24:00",
		"2026-11-22T17:48:03+0100",
		"2026-11-22T17:48:03Zx",
		" 2026-11-22T17:48:03Z",
		"1969-12-31T23:59:59Z",
		"1970-01-01T00:00:00+00:01",
		"9999-12-31T23:59:59-00:01",
		"26-11-22T17:48:03Z",
		"+2026-11-22T17:48:03Z",
		"2026-11-22T17:48:-3Z",
	};
	int64_t ms;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (time_parse(bad[i], &ms))
			fail_msg("accepted %s", bad[i]);
	}
}

static void parse__format__round_trip(void **state)
{
	for (int64_t ms = 0; ms < 253402300799999; ms += 86399999 * INT64_C(97) + 1) {
		char text[TIME_TEXT];
		int64_t back;

		assert_true(time_parse(time_rfc3339(text, ms), &back));
		assert_true(back == ms);
	}
}

static void duration__parse(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = {
		{"250ms", 250},    {"2s", 2000},
		{"1m30s", 90000},  {"24h", 86400000},
		{"7d", 604800000}, {"2w", 1209600000},
		{"0s", 0},         {"1w2d3h4m5s6ms", 788645006},
		{"90m", 5400000},  {"9223372036854775807ms", INT64_MAX},
	};
	static const char *const bad[] = {
		"",
		"5",
		"s",
		"1x",
		"1 s",
		"-1s",
		"+1s",
		"1.5s",
		"1s1m",
		"1s1s",
		"1S",
		"1mss",
		"9223372036854775808ms",
		"9223372036854775807s",
		"99999999999999999999s",
		"1h30",
		"1month",
		" 1s",
		"1s ",
		"0",
	};
	int64_t ms;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (!duration_parse(cases[i].text, &ms) || ms != cases[i].ms)
			fail_msg("%s", cases[i].text);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (duration_parse(bad[i], &ms))
			fail_msg("accepted \"%s\"", bad[i]);
	}
}

static void duration__format__is_exact(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {
		{90000, "90s"},
		{3600000, "1h"},
		{0, "0s"},
		{250, "250ms"},
		{1500, "1500ms"},
		{86400000, "1d"},
		{30 * INT64_C(86400000), "30d"},
		{14 * INT64_C(86400000), "2w"},
		{-5, "0s"},
		{60000, "1m"},
		{INT64_MAX, "9223372036854775807ms"},
	};
	char text[DURATION_TEXT];
	int64_t back;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_string_equal(duration_format(text, cases[i].ms), cases[i].text);
		assert_true(duration_parse(text, &back));
		assert_true(back == (cases[i].ms < 0 ? 0 : cases[i].ms));
	}
}

static void age__at_most_four_characters(void **state)
{
	static const struct {
		int64_t s;
		const char *text;
	} cases[] = {
		{-9, "now"},
		{0, "now"},
		{1, "1s"},
		{41, "41s"},
		{59, "59s"},
		{60, "1m"},
		{1860, "31m"},
		{3599, "59m"},
		{3600, "1h"},
		{5 * 3600, "5h"},
		{86399, "23h"},
		{86400, "1d"},
		{12 * 86400, "12d"},
		{364 * 86400, "364d"},
		{365 * 86400, "1y"},
		{2 * 365 * 86400, "2y"},
		{INT64_MAX / 1000, "999y"},
	};
	char text[DURATION_TEXT];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(age_format(text, cases[i].s * 1000), cases[i].text);
	for (int64_t ms = 1; ms < INT64_MAX / 3; ms *= 2)
		assert_true(strlen(age_format(text, ms)) <= 4);
}

static void since__forms(void **state)
{
	int64_t ms;

	assert_true(time_parse_since("now", now, &ms) && ms == now);
	assert_true(time_parse_since("1h", now, &ms) && ms == now - 3600000);
	assert_true(time_parse_since("9999w", now, &ms) && ms == 0);
	assert_true(time_parse_since("2026-11-22T17:48:03Z", now, &ms) && ms == now - 120);
	assert_false(time_parse_since("2026-11-23T17:48:03Z", now, &ms));
	assert_false(time_parse_since("yesterday", now, &ms));
	assert_false(time_parse_since("", now, &ms));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc3339__known_instants),
		cmocka_unit_test(parse__offsets_and_fractions),
		cmocka_unit_test(parse__refuses),
		cmocka_unit_test(parse__format__round_trip),
		cmocka_unit_test(duration__parse),
		cmocka_unit_test(duration__format__is_exact),
		cmocka_unit_test(age__at_most_four_characters),
		cmocka_unit_test(since__forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
