#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/services/sitemonitor/reports/budget.h"
#include "shared/percent.h"
#include "shared/timefmt.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static int64_t at(const char *text)
{
	int64_t ms = 0;
	assert_true(time_parse(text, &ms));
	return ms;
}

static void allowed__is__the_window_s_share(void **state)
{
	assert_int_equal(budget_allowed_ms(30 * DAY, 99900), 43 * MINUTE + 12000);
	assert_int_equal(budget_allowed_ms(30 * DAY, 99999), 25920);
	assert_int_equal(budget_allowed_ms(7 * DAY, 99950), 302400);
	assert_int_equal(budget_allowed_ms(90 * DAY, 50000), 45 * DAY);
	assert_int_equal(budget_allowed_ms(30 * DAY, PERCENT_WHOLE), 0);
	/* half to even: 0.5 and 1.5 ms */
	assert_int_equal(budget_allowed_ms(500, 99900), 0);
	assert_int_equal(budget_allowed_ms(1500, 99900), 2);
}

static void burn__of_the_whole_budget_in_the_window__is_one(void **state)
{
	struct stretch s = {.known_ms = HOUR, .down_ms = 3600};
	assert_int_equal(budget_burn(&s, 99900), 100);
	s.down_ms = HOUR;
	assert_int_equal(budget_burn(&s, 99900), 100000);
	assert_int_equal(budget_burn(&s, 99999), 10000000);
	s.down_ms = 0;
	assert_int_equal(budget_burn(&s, PERCENT_WHOLE), 0);
	s.down_ms = 1;
	assert_int_equal(budget_burn(&s, PERCENT_WHOLE), BURN_MAX);
	s.known_ms = 0;
	assert_int_equal(budget_burn(&s, 99900), -1);
}

static void rates__of_30_days__are_those_of_the_workbook(void **state)
{
	assert_int_equal(budget_rate_1h(30 * DAY), 1440);
	assert_int_equal(budget_rate_6h(30 * DAY), 600);
	assert_int_equal(budget_rate_1h(7 * DAY), 336);
}

static void used__of_no_budget__is_beyond_all(void **state)
{
	assert_int_equal(budget_used_tenths(0, 0), 0);
	assert_int_equal(budget_used_tenths(1, 0), BURN_MAX);
	assert_int_equal(budget_used_tenths(1040, 1000), 1040);
	assert_int_equal(budget_used_tenths(1, 3), 333);
}

static void window__month__is_the_calendar_s(void **state)
{
	int64_t from, until;
	slo_window_span(SLO_MONTH, at("2028-02-29T23:59:59.999Z"), &from, &until);
	assert_int_equal(from, at("2028-02-01T00:00:00Z"));
	assert_int_equal(until, at("2028-03-01T00:00:00Z"));
	slo_window_span(SLO_MONTH, at("2026-12-31T00:00:00Z"), &from, &until);
	assert_int_equal(until, at("2027-01-01T00:00:00Z"));
	slo_window_span(SLO_7D, 10 * DAY, &from, &until);
	assert_int_equal(from, 3 * DAY);
	assert_int_equal(until, 10 * DAY);
}

static struct stretch known(int64_t known_ms, int64_t down_ms, uint32_t n)
{
	return (struct stretch){.known_ms = known_ms, .down_ms = down_ms, .down_count = n};
}

static enum budget_state judge(enum budget_state was, int64_t used_ms, const struct burns *b)
{
	struct stretch w = known(30 * DAY, used_ms, 1);
	return budget_judge(99900, SLO_30D, 30 * DAY, was, &w, b, 3).state;
}

static const struct burns calm = {
	{DAY, 0, 0}, {6 * HOUR, 0, 0}, {HOUR, 0, 0}, {30 * MINUTE, 0, 0}, {5 * MINUTE, 0, 0}};

static void budget__is_used_up__at_100_and_again_ok_below_95(void **state)
{
	int64_t allowed = budget_allowed_ms(30 * DAY, 99900);
	assert_int_equal(judge(BUDGET_OK, allowed - 1, &calm), BUDGET_OK);
	assert_int_equal(judge(BUDGET_OK, allowed, &calm), BUDGET_EXHAUSTED);
	assert_int_equal(judge(BUDGET_EXHAUSTED, allowed - 1, &calm), BUDGET_EXHAUSTED);
	assert_int_equal(judge(BUDGET_EXHAUSTED, allowed * 95 / 100 + 1, &calm), BUDGET_EXHAUSTED);
	assert_int_equal(judge(BUDGET_EXHAUSTED, allowed * 95 / 100, &calm), BUDGET_OK);
}

static void burning__begins_with_both_stretches__and_ends_with_the_long_one(void **state)
{
	struct burns b = calm;
	b.h1 = known(HOUR, 2 * MINUTE, 3);
	assert_int_equal(judge(BUDGET_OK, MINUTE, &b), BUDGET_OK); /* it has stopped already */
	b.m5 = known(5 * MINUTE, 2 * MINUTE, 3);
	assert_int_equal(judge(BUDGET_OK, MINUTE, &b), BUDGET_BURNING);
	b.m5 = calm.m5;
	assert_int_equal(judge(BUDGET_BURNING, MINUTE, &b), BUDGET_BURNING);
	b.h1 = known(HOUR, 30000, 1);
	assert_int_equal(judge(BUDGET_BURNING, MINUTE, &b), BUDGET_OK);
}

static void burning__over_six_hours__needs_less_a_hour(void **state)
{
	struct burns b = calm;
	b.h1 = known(HOUR, 40000, 2);
	b.h6 = known(6 * HOUR, 150000, 6); /* 0.69 %: 6.9 */
	b.m30 = known(30 * MINUTE, 20000, 1);
	assert_int_equal(judge(BUDGET_OK, MINUTE, &b), BUDGET_BURNING);
	b.m30 = calm.m30;
	assert_int_equal(judge(BUDGET_OK, MINUTE, &b), BUDGET_OK);
}

static void burning__never_begins__with_fewer_bad_answers_than_make_it_down(void **state)
{
	struct burns b = calm;
	b.h1 = known(HOUR, MINUTE, 1);
	b.m5 = known(5 * MINUTE, MINUTE, 1);
	assert_int_equal(judge(BUDGET_OK, MINUTE, &b), BUDGET_OK);
	b.h1.down_count = 3;
	assert_int_equal(judge(BUDGET_OK, MINUTE, &b), BUDGET_BURNING);
}

static void nothing_known__is_neither_ok_nor_used_up(void **state)
{
	struct stretch none = {0};
	struct burns b = {0};
	struct budget x = budget_judge(99900, SLO_30D, 30 * DAY, BUDGET_UNKNOWN, &none, &b, 3);
	assert_int_equal(x.state, BUDGET_UNKNOWN);
	assert_int_equal(x.burn_1h, -1);
	assert_int_equal(x.allowed_ms, 2592000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allowed__is__the_window_s_share),
		cmocka_unit_test(burn__of_the_whole_budget_in_the_window__is_one),
		cmocka_unit_test(rates__of_30_days__are_those_of_the_workbook),
		cmocka_unit_test(used__of_no_budget__is_beyond_all),
		cmocka_unit_test(window__month__is_the_calendar_s),
		cmocka_unit_test(budget__is_used_up__at_100_and_again_ok_below_95),
		cmocka_unit_test(burning__begins_with_both_stretches__and_ends_with_the_long_one),
		cmocka_unit_test(burning__over_six_hours__needs_less_a_hour),
		cmocka_unit_test(burning__never_begins__with_fewer_bad_answers_than_make_it_down),
		cmocka_unit_test(nothing_known__is_neither_ok_nor_used_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
