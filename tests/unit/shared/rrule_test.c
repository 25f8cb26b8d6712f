#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "shared/mem.h"
#include "shared/rrule.h"
#include "shared/timefmt.h"

enum { LINE_MAX_BYTES = 2048 };

static int64_t wall(const char *text)
{
	char utc[64];
	int64_t ms;
	snprintf(utc, sizeof(utc), "%.19sZ", text);
	if (!time_parse(utc, &ms))
		fail_msg("no time: %s", text);
	return ms / 1000;
}

static struct rrule rule(const char *text, const char *start)
{
	struct rrule r;
	struct error e = {0};
	if (rrule_parse(text, wall(start), &r, &e))
		fail_msg("%s: %s", text, e.text);
	return r;
}

/* One line of cases.txt; also when asked from the middle, not only from the start. */
static void agree(char *line)
{
	char *start = strchr(line, '|'), *times, *save = NULL;
	*start++ = '\0';
	times = strchr(start, '|');
	*times++ = '\0';
	struct rrule r = rule(line, start);
	int64_t at = wall(start) - 1;
	int n = 0;
	for (char *t = strtok_r(times, ",", &save); t; t = strtok_r(NULL, ",", &save), n++) {
		int64_t next = rrule_next(&r, wall(start), at);
		if (next != wall(t))
			fail_msg("%s from %s: number %d is not %s but %lld s after it", line, start,
				 n + 1, t, (long long)(next - wall(t)));
		at = next;
	}
	if (n < 8) {
		int64_t more = rrule_next(&r, wall(start), at);
		assert_true(more == -1 || more > wall("2199-12-31T00:00:00"));
	}
}

static void next__agrees__with_dateutil(void **state)
{
	FILE *f = fopen("tests/fixtures/rrules/cases.txt", "r");
	char line[LINE_MAX_BYTES];
	int n = 0;
	assert_non_null(f);
	for (; fgets(line, sizeof(line), f); n++) {
		line[strcspn(line, "\n")] = '\0';
		agree(line);
	}
	fclose(f);
	assert_true(n >= 200);
}

static void parse__says__what_is_wrong(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{"", "no FREQ"},
		{"BYDAY=MO", "no FREQ"},
		{"FREQ=MINUTELY", "FREQ=MINUTELY is not possible"},
		{"FREQ=DAILY;INTERVAL=0", "INTERVAL=0 is not in 1..1000"},
		{"FREQ=DAILY;BYHOUR=24", "BYHOUR=24 is not in 0..23"},
		{"FREQ=DAILY;BYMONTHDAY=0", "without 0"},
		{"FREQ=DAILY;BYDAY=XX", "no day of the week"},
		{"FREQ=DAILY;BYDAY=1MO", "needs FREQ=MONTHLY or YEARLY"},
		{"FREQ=WEEKLY;BYMONTHDAY=1", "not possible with FREQ=WEEKLY"},
		{"FREQ=MONTHLY;BYWEEKNO=1", "needs FREQ=YEARLY"},
		{"FREQ=DAILY;COUNT=2;UNTIL=20270101", "not possible together"},
		{"FREQ=DAILY;UNTIL=20270231", "is not a time"},
		{"FREQ=DAILY;UNTIL=2027-01-01", "is not a time"},
		{"FREQ=DAILY;BYSECOND=1", "not supported"},
		{"FREQ=DAILY;BYMOON=1", "BYMOON is not understood"},
		{"FREQ=DAILY;INTERVAL", "not PART=VALUE"},
		{"DTSTART:20260101T000000", "only the rule itself"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rrule r;
		struct error e = {0};
		assert_int_equal(rrule_parse(cases[i].text, 0, &r, &e), ERR_INVALID);
		if (!strstr(e.text, cases[i].says))
			fail_msg("%s: %s", cases[i].text, e.text);
	}
}

static void until__keeps__its_whole_day(void **state)
{
	struct rrule r = rule("FREQ=DAILY;UNTIL=20261203", "2026-12-02T02:30:00");
	int64_t start = wall("2026-12-02T02:30:00");
	assert_int_equal(rrule_next(&r, start, start), wall("2026-12-03T02:30:00"));
	assert_int_equal(rrule_next(&r, start, wall("2026-12-03T02:30:00")), -1);
}

/* The longest search there is, by processor time: a loaded machine changes nothing. */
static void rule_that_never_comes__ends_quickly(void **state)
{
	static const char *const rules[] = {
		"FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
		"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
		"FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
		"FREQ=YEARLY;INTERVAL=1000;BYMONTHDAY=31;"
		"BYMONTH=4",
		"FREQ=HOURLY;INTERVAL=2;BYHOUR=3",
		"FREQ=MONTHLY;BYSETPOS=300;BYDAY=MO",
	};
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		struct rrule r = rule(rules[i], "2026-12-01T02:30:00");
		clock_t before = clock();
		assert_int_equal(rrule_next(&r, wall("2026-12-01T02:30:00"), 0), -1);
		assert_true(clock() - before < CLOCKS_PER_SEC / 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(next__agrees__with_dateutil),
		cmocka_unit_test(parse__says__what_is_wrong),
		cmocka_unit_test(until__keeps__its_whole_day),
		cmocka_unit_test(rule_that_never_comes__ends_quickly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
