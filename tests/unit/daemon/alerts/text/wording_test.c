#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/alerts/text/message.h"
#include "shared/err.h"
#include "shared/languages.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

static int64_t at(const char *text)
{
	int64_t ms = 0;
	assert_true(time_parse(text, &ms));
	return ms;
}

static void number__has_the_marks_of_its_language(void **state)
{
	static const struct {
		const char *language;
		int64_t scaled;
		unsigned decimals;
		const char *text;
	} cases[] = {
		{"en", 123450, 2, "1,234.50"},
		{"de", 123450, 2, "1.234,50"},
		{"fr", 123450, 2, "1\u202f234,50"},
		{"sv", 1234567, 0, "1\u00a0234\u00a0567"},
		{"es", 1234, 0, "1234"}, /* grouped from five digits on */
		{"es", 12345, 0, "12.345"},
		{"pl", 1234, 0, "1234"},
		{"en", 999, 0, "999"},
		{"en", 1000, 0, "1,000"},
		{"en", -1234567, 0, "-1,234,567"},
		{"en", -5, 2, "-0.05"},
		{"de", 5, 3, "0,005"},
		{"en", 0, 0, "0"},
		{"en", INT64_MIN, 0, "-9,223,372,036,854,775,808"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct wording w = {.language = cases[i].language};
		struct buf out = BUF_INIT(200);
		wording_number(&w, &out, cases[i].scaled, cases[i].decimals);
		assert_string_equal(buf_str(&out), cases[i].text);
		buf_fini(&out);
	}
}

static void time__is_written_as_in_its_language_and_zone(void **state)
{
	static const struct {
		const char *language, *zone, *now, *at, *text;
	} cases[] = {
		{"en", "Europe/Berlin", "2026-11-24T09:00:00Z", "2026-11-23T06:42:00Z",
		 "Mon 23 Nov 07:42 CET"},
		{"en", "Europe/Berlin", "2026-11-23T22:59:59Z", "2026-11-23T06:42:00Z",
		 "07:42 CET"},
		/* the same day in UTC, but not there */
		{"en", "Europe/Berlin", "2026-11-23T23:30:00Z", "2026-11-23T06:42:00Z",
		 "Mon 23 Nov 07:42 CET"},
		{"en", "Europe/Berlin", "2027-01-02T00:00:00Z", "2026-11-23T06:42:00Z",
		 "Mon 23 Nov 2026 07:42 CET"},
		{"en", NULL, "2026-11-24T00:00:00Z", "2026-11-23T06:42:00Z",
		 "Mon 23 Nov 06:42 UTC"},
		{"en-US", NULL, "2026-11-24T00:00:00Z", "2026-11-23T16:42:00Z",
		 "Mon, Nov 23, 16:42 UTC"},
		{"de", "Europe/Berlin", "2026-11-24T09:00:00Z", "2026-11-23T06:42:00Z",
		 "Mo, 23. Nov., 07:42 CET"},
		{"de-AT", "Europe/Vienna", "2026-07-24T09:00:00Z", "2026-07-01T06:42:00Z",
		 "Mi, 1. Juli, 08:42 CEST"},
		{"pt", "America/Sao_Paulo", "2026-11-24T09:00:00Z", "2026-11-23T06:42:00Z",
		 "seg., 23 de nov., 03:42 UTC-03"},
		{"da", NULL, "2026-11-24T00:00:00Z", "2026-11-23T06:42:00Z",
		 "man. 23. nov. 06.42 UTC"},
		{"fi", NULL, "2026-11-24T00:00:00Z", "2026-11-23T06:42:00Z", "ma 23.11. 06.42 UTC"},
		{"fr", NULL, "2026-11-24T00:00:00Z", "2026-08-01T06:42:00Z",
		 "sam. 1 ao\u00fbt, 06:42 UTC"},
		{"xx", NULL, "2026-11-24T00:00:00Z", "2026-11-23T06:42:00Z",
		 "Mon 23 Nov 06:42 UTC"},
		{NULL, NULL, "2026-11-24T00:00:00Z", "1970-01-01T00:00:00Z",
		 "Thu 1 Jan 1970 00:00 UTC"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error e = {0};
		struct tz *z = cases[i].zone ? tz_load(cases[i].zone, &e) : NULL;
		struct wording w = {cases[i].language, z, at(cases[i].now)};
		struct buf out = BUF_INIT(200);
		assert_true(z || !cases[i].zone);
		wording_time(&w, &out, at(cases[i].at));
		assert_string_equal(buf_str(&out), cases[i].text);
		buf_fini(&out);
		tz_free(z);
	}
}

static void duration__has_its_two_largest_units(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {
		{0, "0 s"},
		{-5, "0 s"},
		{999, "less than 1 s"},
		{41000, "41 s"},
		{60000, "1 min"},
		{90500, "1 min 30 s"},
		{7500000, "2 h 5 min"},
		{7205000, "2 h"},
		{INT64_C(93600000), "1 d 2 h"},
		{INT64_C(86400000) * 1200, "1,200 d"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct wording w = {.language = "en"};
		struct buf out = BUF_INIT(200);
		wording_duration(&w, &out, cases[i].ms);
		assert_string_equal(buf_str(&out), cases[i].text);
		buf_fini(&out);
	}
}

static void span__says_the_day_once(void **state)
{
	static const struct {
		const char *from, *until, *text;
	} cases[] = {
		{"2026-11-24T06:11:00Z", "2026-11-24T06:42:00Z", "06:11 UTC to 06:42 UTC"},
		{"2026-11-22T06:11:00Z", "2026-11-22T06:42:00Z",
		 "Sun 22 Nov 06:11 UTC to 06:42 UTC"},
		{"2026-11-22T23:50:00Z", "2026-11-23T00:10:00Z",
		 "Sun 22 Nov 23:50 UTC to Mon 23 Nov 00:10 UTC"},
	};
	const struct wording w = {.now_ms = at("2026-11-24T12:00:00Z")};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT(200);
		wording_span(&w, &out, at(cases[i].from), at(cases[i].until));
		assert_string_equal(buf_str(&out), cases[i].text);
		buf_fini(&out);
	}
}

static void languages__differ_from_english_where_they_are_named(void **state)
{
	struct wording w = {.now_ms = at("2027-11-24T00:00:00Z")};
	for (size_t i = 1; language_names[i]; i++) {
		struct buf out = BUF_INIT(200), english = BUF_INIT(200);
		w.language = language_names[i];
		wording_time(&w, &out, at("2026-05-20T06:42:00Z"));
		w.language = "en";
		wording_time(&w, &english, at("2026-05-20T06:42:00Z"));
		assert_string_not_equal(buf_str(&out), buf_str(&english));
		assert_non_null(strstr(buf_str(&out), "42 UTC"));
		assert_non_null(strstr(buf_str(&out), "2026"));
		buf_fini(&out);
		buf_fini(&english);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(number__has_the_marks_of_its_language),
		cmocka_unit_test(time__is_written_as_in_its_language_and_zone),
		cmocka_unit_test(duration__has_its_two_largest_units),
		cmocka_unit_test(span__says_the_day_once),
		cmocka_unit_test(languages__differ_from_english_where_they_are_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
