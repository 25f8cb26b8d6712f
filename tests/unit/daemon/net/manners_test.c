#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/net/manners.h"

enum { NOON_MS = 43200000, DAY_MS = 86400000 };
static const int64_t wall0 = INT64_C(20000) * DAY_MS + NOON_MS;
static const struct manners_rules rules = {.pace_ms = 5000, .budget = 100};

struct host {
	struct manners m;
	int64_t now_ms;
};

static int64_t wall(const struct host *h)
{
	return wall0 + h->now_ms;
}

static int64_t due_in(const struct host *h)
{
	int64_t due = manners_due_ms(&h->m, &rules, h->now_ms, wall(h));

	return due > h->now_ms ? due - h->now_ms : 0;
}

static enum manners_state state_of(const struct host *h)
{
	return manners_state(&h->m, &rules, h->now_ms, wall(h));
}

static void ask(struct host *h, enum manners_outcome o, int64_t retry_after_ms, uint32_t chance)
{
	manners_began(&h->m, wall(h));
	assert_int_equal(state_of(h), MANNERS_BUSY);
	h->now_ms += 100;
	manners_ended(&h->m, &rules, o, retry_after_ms, chance, h->now_ms);
}

static struct host fresh(void)
{
	struct host h = {.now_ms = 1000000};

	manners_init(&h.m);
	return h;
}

static void host__rests__at_least_its_pace_and_a_quarter_more_at_most(void **state)
{
	int64_t least = INT64_MAX, most = 0;

	for (uint32_t chance = 0; chance < 3000; chance += 7) {
		struct host h = fresh();

		assert_int_equal(state_of(&h), MANNERS_READY);
		ask(&h, MANNERS_FINE, 0, chance * 2654435761u);
		assert_int_equal(state_of(&h), MANNERS_RESTING);
		least = due_in(&h) < least ? due_in(&h) : least;
		most = due_in(&h) > most ? due_in(&h) : most;
		h.now_ms += due_in(&h);
		assert_int_equal(state_of(&h), MANNERS_READY);
	}
	assert_true(least >= 5000 && least < 5100);
	assert_true(most > 6100 && most <= 6250);
}

static void host__whose_robots_ask_for_a_delay__gets_it(void **state)
{
	struct host h = fresh();

	h.m.delay_ms = 20000;
	assert_int_equal(manners_pace_ms(&h.m, &rules), 20000);
	h.m.own_pace_ms = 1000; /* a setting does not undercut it */
	assert_int_equal(manners_pace_ms(&h.m, &rules), 20000);
	h.m.own_pace_ms = 30000;
	assert_int_equal(manners_pace_ms(&h.m, &rules), 30000);
	h.m.own_pace_ms = -1;
	h.m.delay_ms = 1000; /* it says itself that it can take more */
	assert_int_equal(manners_pace_ms(&h.m, &rules), 1000);
	h.m.delay_ms = -1;
	h.m.own_pace_ms = 0;
	assert_int_equal(manners_pace_ms(&h.m, &rules), 0);
}

static void host__that_says_429__is_left_alone_longer_each_time(void **state)
{
	struct host h = fresh();
	int64_t last = 0;

	for (int i = 0; i < MANNERS_FAILURES - 1; i++) {
		ask(&h, MANNERS_SLOW_DOWN, 0, 0);
		assert_int_equal(state_of(&h), MANNERS_BACKOFF);
		assert_int_equal(due_in(&h), last ? 2 * last : MANNERS_BACKOFF_MS);
		last = due_in(&h);
		h.now_ms += last;
	}
	ask(&h, MANNERS_FINE, 0, 0);
	h.now_ms += due_in(&h);
	ask(&h, MANNERS_SLOW_DOWN, 0, 0);
	assert_int_equal(due_in(&h), MANNERS_BACKOFF_MS);
}

static void retry_after__is_a_lower_bound__of_a_day_at_most(void **state)
{
	struct host h = fresh();

	ask(&h, MANNERS_SLOW_DOWN, 7200000, 0);
	assert_int_equal(due_in(&h), 7200000);
	h = fresh();
	ask(&h, MANNERS_SLOW_DOWN, 1000, 0);
	assert_int_equal(due_in(&h), MANNERS_BACKOFF_MS);
	h = fresh();
	ask(&h, MANNERS_SLOW_DOWN, INT64_MAX / 2, 0);
	assert_int_equal(due_in(&h), MANNERS_RETRY_MAX_MS);
	h = fresh();
	ask(&h, MANNERS_FINE, 60000, 0);
	assert_int_equal(due_in(&h), 60000);
}

static void breaker__opens_after_five_failures__and_tries_once(void **state)
{
	struct host h = fresh();

	for (int i = 0; i < MANNERS_FAILURES; i++) {
		assert_false(h.m.open);
		ask(&h, MANNERS_FAILED, 0, 0);
		h.now_ms += i < MANNERS_FAILURES - 1 ? due_in(&h) : 0;
	}
	assert_int_equal(state_of(&h), MANNERS_OPEN);
	assert_int_equal(due_in(&h), MANNERS_OPEN_MS);
	h.now_ms += due_in(&h);
	assert_int_equal(state_of(&h), MANNERS_READY);
	ask(&h, MANNERS_FAILED, 0, 0);
	assert_int_equal(state_of(&h), MANNERS_OPEN);
	assert_int_equal(due_in(&h), 2 * MANNERS_OPEN_MS);
	for (int i = 0; i < 20; i++) {
		h.now_ms += due_in(&h);
		ask(&h, MANNERS_FAILED, 0, 0);
	}
	assert_int_equal(due_in(&h), MANNERS_OPEN_MAX_MS);
	h.now_ms += due_in(&h);
	ask(&h, MANNERS_FINE, 0, 0);
	assert_int_equal(state_of(&h), MANNERS_RESTING);
	assert_false(h.m.open);
}

static void breaker__when_our_own_fault_spoils_the_try__stays_as_it_is(void **state)
{
	struct host h = fresh();

	for (int i = 0; i < MANNERS_FAILURES; i++)
		ask(&h, MANNERS_FAILED, 0, 0);
	h.now_ms += due_in(&h);
	ask(&h, MANNERS_OURS, 0, 0);
	assert_true(h.m.open);
	assert_int_equal(due_in(&h), 5000);
	h.now_ms += due_in(&h);
	ask(&h, MANNERS_FAILED, 0, 0);
	assert_int_equal(due_in(&h), 2 * MANNERS_OPEN_MS);
}

static void breaker__opens_sooner__for_blocked_pages(void **state)
{
	struct host h = fresh();

	ask(&h, MANNERS_BLOCKED, 0, 0);
	ask(&h, MANNERS_BLOCKED, 0, 0);
	assert_false(h.m.open);
	ask(&h, MANNERS_BLOCKED, 0, 0);
	assert_true(h.m.open);
}

static void reset__closes_the_breaker__and_keeps_pace_and_budget(void **state)
{
	struct host h = fresh();

	for (int i = 0; i < MANNERS_FAILURES; i++)
		ask(&h, MANNERS_FAILED, 0, 0);
	manners_reset(&h.m);
	assert_int_equal(state_of(&h), MANNERS_RESTING);
	assert_true(due_in(&h) > 0 && due_in(&h) <= 6250);
	assert_int_equal(manners_today(&h.m, wall(&h)), MANNERS_FAILURES);
}

static void budget__is_spent__until_the_next_day(void **state)
{
	struct host h = fresh();

	h.m.own_budget = 3;
	for (int i = 0; i < 3; i++) {
		h.now_ms += due_in(&h);
		ask(&h, MANNERS_FINE, 0, 0);
	}
	assert_int_equal(state_of(&h), MANNERS_SPENT);
	h.now_ms += due_in(&h);
	assert_int_equal(wall(&h) % DAY_MS, 0);
	assert_int_equal(state_of(&h), MANNERS_READY);
	assert_int_equal(manners_today(&h.m, wall(&h)), 0);
	ask(&h, MANNERS_FINE, 0, 0);
	assert_int_equal(manners_today(&h.m, wall(&h)), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host__rests__at_least_its_pace_and_a_quarter_more_at_most),
		cmocka_unit_test(host__whose_robots_ask_for_a_delay__gets_it),
		cmocka_unit_test(host__that_says_429__is_left_alone_longer_each_time),
		cmocka_unit_test(retry_after__is_a_lower_bound__of_a_day_at_most),
		cmocka_unit_test(breaker__opens_after_five_failures__and_tries_once),
		cmocka_unit_test(breaker__when_our_own_fault_spoils_the_try__stays_as_it_is),
		cmocka_unit_test(breaker__opens_sooner__for_blocked_pages),
		cmocka_unit_test(reset__closes_the_breaker__and_keeps_pace_and_budget),
		cmocka_unit_test(budget__is_spent__until_the_next_day),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
