#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/services/sitemonitor/reports/report_span.h"
#include "shared/timefmt.h"

static void expect(const char *zone, const char *month, const char *from, const char *until)
{
	struct error e = {0};
	struct tz *z = tz_load(zone, &e);
	int64_t a = -1, b = -1;
	char text[TIME_TEXT];
	assert_non_null(z);
	assert_true(month_span(month, z, &a, &b));
	assert_string_equal(time_rfc3339(text, a), from);
	assert_string_equal(time_rfc3339(text, b), until);
	tz_free(z);
}

static void month__in_a_zone__begins_at_its_midnight(void **state)
{
	expect("UTC", "2026-02", "2026-02-01T00:00:00.000Z", "2026-03-01T00:00:00.000Z");
	expect("UTC", "2028-12", "2028-12-01T00:00:00.000Z", "2029-01-01T00:00:00.000Z");
	expect("Asia/Kolkata", "2026-01", "2025-12-31T18:30:00.000Z", "2026-01-31T18:30:00.000Z");
}

static void month__of_a_clock_change__is_an_hour_longer_or_shorter(void **state)
{
	expect("Europe/Berlin", "2026-10", "2026-09-30T22:00:00.000Z", "2026-10-31T23:00:00.000Z");
	expect("Europe/Berlin", "2026-03", "2026-02-28T23:00:00.000Z", "2026-03-31T22:00:00.000Z");
	expect("America/New_York", "2026-11", "2026-11-01T04:00:00.000Z",
	       "2026-12-01T05:00:00.000Z");
}

static void month__that_is_none__is_refused(void **state)
{
	static const char *const bad[] = {"",        "2026",    "2026-13",    "2026-00",
					  "2026-1",  "26-10",   "2026-10-01", "2026/10",
					  "9999-12", "1969-12", "-026-10",    "2026-1x"};
	struct error e = {0};
	struct tz *z = tz_load("UTC", &e);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int64_t a, b;
		if (month_span(bad[i], z, &a, &b))
			fail_msg("\"%s\" was taken", bad[i]);
	}
	tz_free(z);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(month__in_a_zone__begins_at_its_midnight),
		cmocka_unit_test(month__of_a_clock_change__is_an_hour_longer_or_shorter),
		cmocka_unit_test(month__that_is_none__is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
