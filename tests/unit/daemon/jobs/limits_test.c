#include "daemon/jobs/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { SEEN_MAX = 64 };
struct seen {
	struct limit_ticket *tickets[SEEN_MAX];
	size_t n;
};

static void granted(struct limit_ticket *t, void *arg)
{
	struct seen *s = arg;
	assert_true(t->holding);
	assert_in_range(s->n, 0, SEEN_MAX - 1);
	s->tickets[s->n++] = t;
}

static void acquire__waits__beyond_the_limit_of_one_host(void **state)
{
	struct seen seen = {0};
	struct limits *l = limits_new(10, 2, granted, &seen);
	struct limit_ticket t[4] = {0};
	assert_true(limits_acquire(l, &t[0], "a", false));
	assert_true(limits_acquire(l, &t[1], "a", false));
	assert_false(limits_acquire(l, &t[2], "a", false));
	assert_true(limits_acquire(l, &t[3], "b", false));
	assert_int_equal(limits_waiting(l), 1);
	limits_release(l, &t[0]);
	assert_int_equal(seen.n, 1);
	assert_ptr_equal(seen.tickets[0], &t[2]);
	for (int i = 1; i < 4; i++)
		limits_release(l, &t[i]);
	limits_free(l);
}

static void acquire__has_no_limit_of_a_host__without_one(void **state)
{
	struct seen seen = {0};
	struct limits *l = limits_new(3, 1, granted, &seen);
	struct limit_ticket t[4] = {0};
	for (int i = 0; i < 3; i++)
		assert_true(limits_acquire(l, &t[i], NULL, false));
	assert_false(limits_acquire(l, &t[3], NULL, false));
	for (int i = 0; i < 4; i++)
		limits_release(l, &t[i]);
	limits_free(l);
}

static void release__serves_hosts_in_turn__not_the_longest_queue_first(void **state)
{
	struct seen seen = {0};
	struct limits *l = limits_new(1, 1, granted, &seen);
	struct limit_ticket held = {0}, many[3] = {0}, one = {0};
	assert_true(limits_acquire(l, &held, "x", false));
	for (int i = 0; i < 3; i++)
		assert_false(limits_acquire(l, &many[i], "many", false));
	assert_false(limits_acquire(l, &one, "one", false));
	limits_release(l, &held);
	assert_ptr_equal(seen.tickets[0], &many[0]);
	limits_release(l, &many[0]);
	assert_ptr_equal(seen.tickets[1], &one);
	limits_release(l, &one);
	limits_release(l, &many[1]);
	limits_release(l, &many[2]);
	assert_int_equal(limits_running(l), 0);
	limits_free(l);
}

static void acquire__goes_first_in_its_host__when_urgent(void **state)
{
	struct seen seen = {0};
	struct limits *l = limits_new(1, 1, granted, &seen);
	struct limit_ticket held = {0}, later = {0}, urgent = {0};
	limits_acquire(l, &held, "a", false);
	limits_acquire(l, &later, "a", false);
	assert_false(limits_acquire(l, &urgent, "a", true));
	limits_release(l, &held);
	assert_ptr_equal(seen.tickets[0], &urgent);
	limits_release(l, &later); /* stops waiting */
	limits_release(l, &urgent);
	limits_free(l);
}

static void set__grants_what_fits_now(void **state)
{
	struct seen seen = {0};
	struct limits *l = limits_new(1, 1, granted, &seen);
	struct limit_ticket t[4] = {0};
	for (int i = 0; i < 4; i++)
		limits_acquire(l, &t[i], "a", false);
	limits_set(l, 8, 3);
	assert_int_equal(seen.n, 2);
	assert_int_equal(limits_running(l), 3);
	for (int i = 0; i < 4; i++)
		limits_release(l, &t[i]);
	limits_free(l);
}

/* Any steps: never over a limit, and nothing waits while there is room for it. */
static void limits__hold__after_any_steps(void **state)
{
	enum { TICKETS = 60, HOSTS = 7, MAX = 9, PER_HOST = 3 };
	struct seen seen = {0};
	struct limits *l = limits_new(MAX, PER_HOST, granted, &seen);
	struct limit_ticket t[TICKETS] = {0};
	int host[TICKETS] = {0};
	unsigned seed = 3;
	for (int step = 0; step < 20000; step++) {
		int i = rand_r(&seed) % TICKETS;
		char name[16];
		if (t[i].host) {
			limits_release(l, &t[i]);
		} else {
			host[i] = rand_r(&seed) % HOSTS;
			snprintf(name, sizeof(name), "h%d", host[i]);
			limits_acquire(l, &t[i], name, rand_r(&seed) % 5 == 0);
		}
		seen.n = 0;
		unsigned running = 0, of_host[HOSTS] = {0};
		bool waits[HOSTS] = {0};
		for (int j = 0; j < TICKETS; j++) {
			running += t[j].holding;
			of_host[host[j]] += t[j].holding;
			waits[host[j]] |= t[j].waiting;
		}
		assert_int_equal(running, limits_running(l));
		assert_in_range(running, 0, MAX);
		for (int h = 0; h < HOSTS; h++) {
			assert_in_range(of_host[h], 0, PER_HOST);
			if (waits[h])
				assert_true(running == MAX || of_host[h] == PER_HOST);
		}
	}
	for (int i = 0; i < TICKETS; i++)
		limits_release(l, &t[i]), seen.n = 0;
	limits_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(acquire__waits__beyond_the_limit_of_one_host),
		cmocka_unit_test(acquire__has_no_limit_of_a_host__without_one),
		cmocka_unit_test(release__serves_hosts_in_turn__not_the_longest_queue_first),
		cmocka_unit_test(acquire__goes_first_in_its_host__when_urgent),
		cmocka_unit_test(set__grants_what_fits_now),
		cmocka_unit_test(limits__hold__after_any_steps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
