#include "tests/unit/daemon/services/sitemonitor/house.h"

#include <time.h>

HOUSE_DEFINITIONS

static const char shop[] = "{\"type\":\"http\",\"target\":\"http://shop.example/\",\"interval\":"
			   "\"60s\",\"retry_interval\":\"60s\",\"failures\":1,\"recoveries\":1,"
			   "\"slo\":\"99\"}";

/* -1: not known. */
static int64_t value(struct house *h, uint64_t id, const char *name, int64_t span_ms)
{
	int64_t now = h->clock.wall_ms + 1, v = 0;
	for (size_t i = 0; i < SITEMONITOR_MEASURES; i++)
		if (!strcmp(sitemonitor_measures[i].name, name))
			return sitemonitor_measures[i].value(h->sm, id, now - span_ms, now, &v)
				       ? v
				       : -1;
	fail_msg("no measure %s", name);
	return -1;
}

static void measures__are_of_the_stretch(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	for (int i = 0; i < 20; i++)
		house_check(h, id, OUTCOME_UP);
	for (int i = 0; i < 5; i++)
		house_check(h, id, OUTCOME_DOWN);
	house_write(h);
	assert_in_range(value(h, id, "errors", 1800000), 19000, 20001); /* 5 of 25 or 26 */
	assert_int_equal(value(h, id, "errors", 240000), 100000);
	assert_int_equal(value(h, id, "unknown", 1800000), 0);
	assert_in_range(value(h, id, "uptime", 1800000), 79000, 84000);
	assert_in_range(value(h, id, "p95", 1800000), 33000, 35000);
	assert_in_range(value(h, id, "p50", 1800000), 33000, 35000);
	assert_in_range(value(h, id, "burn", 1800000), 16000, 21000); /* 20 % of 1 % */
	/* Longer than memory has: the tables say the same. */
	assert_in_range(value(h, id, "errors", 86400000), 19000, 20001);
	assert_int_equal(value(h, 12345, "errors", 1800000), -1);
	uint64_t without =
		house_put(h, "other", "{\"type\":\"http\",\"target\":\"http://other.example/\"}");
	assert_int_equal(value(h, without, "burn", 1800000), -1);
}

/* Memory and tables agree on what both have. */
static void recent__is_what_the_query_says(void **state)
{
	struct house *h = *state;
	struct error e = {0};
	struct series_point a, b;
	uint64_t id = house_put(h, "shop", shop);
	for (int i = 0; i < 40; i++)
		house_check(h, id, i % 7 == 3 ? OUTCOME_DOWN : OUTCOME_UP);
	house_write(h);
	int64_t now = h->clock.wall_ms + 1;
	for (int64_t span = 60000; span <= 2400000; span += 60000) {
		assert_true(series_recent(h->store.store, id, now - span, now, &a));
		assert_int_equal(series_query(h->store.store, id, now - span, now, 0, NULL, &b, &e),
				 0);
		assert_memory_equal(a.count, b.count, sizeof(a.count));
		assert_int_equal(a.known_ms, b.known_ms);
		assert_int_equal(a.up_ms, b.up_ms);
		assert_int_equal(a.p95_us, b.p95_us);
	}
}

static int64_t cpu_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* A rule that covers ten thousand monitors asks for as many figures. */
static void measures__of_an_hour__cost_microseconds(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	for (int i = 0; i < 60; i++)
		house_check(h, id, OUTCOME_UP);
	house_write(h);
	int64_t began = cpu_us();
	for (int i = 0; i < 2000; i++)
		assert_int_equal(value(h, id, "errors", 600000), 0);
	int64_t memory = cpu_us() - began;
	began = cpu_us();
	for (int i = 0; i < 200; i++)
		assert_int_equal(value(h, id, "errors", 86400000 * INT64_C(7)), 0);
	printf("a figure of 10 minutes %.2f us, of 7 days %.2f us\n", (double)memory / 2000,
	       (double)(cpu_us() - began) / 200);
	assert_true(memory / 2000 < 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		house_test(measures__are_of_the_stretch),
		house_test(recent__is_what_the_query_says),
		house_test(measures__of_an_hour__cost_microseconds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
