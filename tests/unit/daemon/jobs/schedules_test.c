/* Slots of schedules, and that each starts one run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/jobs/schedules.h"
#include "shared/timefmt.h"
#include "shared/tz.h"

#define HOUR INT64_C(3600000)

static int64_t at(const char *text)
{
	int64_t ms = 0;
	assert_true(time_parse(text, &ms));
	return ms;
}

static struct schedule_plan by_cron(const char *cron, struct tz *z)
{
	struct error e = {0};
	struct schedule_plan p = {.id = 7, .by_cron = true, .zone = z};
	assert_int_equal(cron_parse(cron, &p.cron, &e), 0);
	return p;
}

static void every__has_a_grid_of_its_own(void **state)
{
	struct schedule_plan a = {.id = 1, .every_ms = 6 * HOUR},
			     b = {.id = 2, .every_ms = 6 * HOUR};
	int64_t now = at("2026-11-23T10:00:00Z"), first = schedule_plan_next(&a, now);
	assert_true(first > now && first <= now + 6 * HOUR);
	assert_int_equal(schedule_plan_next(&a, first), first + 6 * HOUR);
	assert_int_equal(schedule_plan_next(&a, first - 1), first);
	assert_int_not_equal(first, schedule_plan_next(&b, now));
}

static void jitter__is_the_same_for_a_slot_and_differs_between_slots(void **state)
{
	struct schedule_plan p = {.id = 3, .every_ms = HOUR, .jitter_ms = 600000};
	int64_t slot = schedule_plan_next(&p, at("2026-11-23T10:00:00Z")), differ = 0;
	for (int i = 0; i < 20; i++, slot += HOUR) {
		int64_t start = schedule_plan_start(&p, slot);
		assert_true(start >= slot && start <= slot + 600000);
		assert_int_equal(start, schedule_plan_start(&p, slot));
		differ += start - slot != schedule_plan_start(&p, slot + HOUR) - slot - HOUR;
	}
	assert_true(differ > 15);
}

static void due__is_the_last_slot_whose_time_has_come(void **state)
{
	struct error e = {0};
	struct tz *z = tz_load("Europe/Berlin", &e);
	struct schedule_plan p = by_cron("30 2 * * *", z);
	int64_t next;
	assert_int_equal(schedule_plan_due(&p, at("2026-11-20T12:00:00Z"),
					   at("2026-11-23T12:00:00Z"), &next),
			 at("2026-11-23T01:30:00Z"));
	assert_int_equal(next, at("2026-11-24T01:30:00Z"));
	/* seen to: nothing is due until the next */
	assert_int_equal(schedule_plan_due(&p, at("2026-11-23T01:30:00Z"),
					   at("2026-11-23T12:00:00Z"), &next),
			 0);
	tz_free(z);
}

static void due__comes_once_on_both_nights_of_the_clocks(void **state)
{
	struct error e = {0};
	struct tz *z = tz_load("Europe/Berlin", &e);
	struct schedule_plan p = by_cron("30 2 * * *", z);
	int64_t next, slot;
	slot = schedule_plan_due(&p, at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z"), &next);
	assert_int_equal(slot, at("2026-03-29T01:00:00Z"));
	assert_int_equal(next, at("2026-03-30T00:30:00Z"));
	slot = schedule_plan_due(&p, at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z"), &next);
	assert_int_equal(slot, at("2026-10-25T00:30:00Z"));
	assert_int_equal(next, at("2026-10-26T01:30:00Z"));
	tz_free(z);
}

static void due__waits_for_its_jitter(void **state)
{
	struct schedule_plan p = {.id = 5, .every_ms = HOUR, .jitter_ms = 1800000};
	int64_t slot = schedule_plan_next(&p, at("2026-11-23T10:00:00Z")), next;
	int64_t start = schedule_plan_start(&p, slot);
	assert_int_equal(schedule_plan_due(&p, slot - 1, start - 1, &next), 0);
	assert_int_equal(next, start);
	assert_int_equal(schedule_plan_due(&p, slot - 1, start, &next), slot);
}

static void yearly__is_found_after_a_long_time_away(void **state)
{
	struct error e = {0};
	struct tz *z = tz_load("UTC", &e);
	struct schedule_plan p = by_cron("0 0 1 1 *", z);
	int64_t next;
	assert_int_equal(schedule_plan_due(&p, at("2024-06-01T00:00:00Z"),
					   at("2026-11-23T00:00:00Z"), &next),
			 at("2026-01-01T00:00:00Z"));
	tz_free(z);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every__has_a_grid_of_its_own),
		cmocka_unit_test(jitter__is_the_same_for_a_slot_and_differs_between_slots),
		cmocka_unit_test(due__is_the_last_slot_whose_time_has_come),
		cmocka_unit_test(due__comes_once_on_both_nights_of_the_clocks),
		cmocka_unit_test(due__waits_for_its_jitter),
		cmocka_unit_test(yearly__is_found_after_a_long_time_away),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
