#include "tests/unit/daemon/catalog/observe_fixture.h"

#include "daemon/catalog/history.h"

static uint64_t only_listing(struct fixture *f)
{
	return strtoull(rows(f, "SELECT id FROM listing"), NULL, 10);
}

/* "at until kind price" in hours since BEGIN. */
static const char *points(struct fixture *f, int64_t from_ms, int64_t until_ms, int64_t seen_ms,
			  size_t max)
{
	static char out[65536];
	struct known_source from = {.reader = store_reader(f->store, &f->error)};
	struct history h;
	size_t n = 0;
	assert_int_equal(
		history_read(&from, only_listing(f), from_ms, until_ms, seen_ms, &h, &f->error), 0);
	reader_done(from.reader);
	history_thin(&h, from_ms, until_ms, max);
	out[0] = '\0';
	for (size_t i = 0; i < h.n && n < sizeof out - 100; i++)
		n += (size_t)snprintf(out + n, sizeof out - n, "%s%lld %lld %s %lld", i ? "; " : "",
				      (long long)((h.all[i].at_ms - BEGIN) / HOUR),
				      (long long)((h.all[i].until_ms - BEGIN) / HOUR),
				      offer_kind_name(h.all[i].kind),
				      (long long)h.all[i].terms.price);
	history_fini(&h);
	return out;
}

static void history__has_what_was_so_at_its_beginning_and_the_newest_end(void **state)
{
	struct fixture *f = *state;
	observe_price(f, 1000, BEGIN);
	observe_price(f, 900, BEGIN + 10 * HOUR);
	observe_price(f, 800, BEGIN + 20 * HOUR);
	observe_price(f, 800, BEGIN + 30 * HOUR);
	assert_string_equal(points(f, BEGIN + 15 * HOUR, BEGIN + 40 * HOUR, BEGIN + 30 * HOUR, 100),
			    "15 15 seen 900; 20 30 seen 800");
}

static void history__of_nothing_in_a_stretch__is_what_was_so_before_it(void **state)
{
	struct fixture *f = *state;
	observe_price(f, 1000, BEGIN);
	assert_string_equal(points(f, BEGIN + 50 * HOUR, BEGIN + 60 * HOUR, BEGIN + 55 * HOUR, 100),
			    "50 55 seen 1000");
	assert_string_equal(points(f, BEGIN - 60 * HOUR, BEGIN - 50 * HOUR, BEGIN, 100), "");
}

static void history__says_where_nothing_is_known(void **state)
{
	struct fixture *f = *state;
	observe_price(f, 1000, BEGIN);
	observe_failure(f, PAGE_1, PAGE_BLOCKED, BEGIN + 5 * HOUR);
	observe_price(f, 1000, BEGIN + 8 * HOUR);
	assert_string_equal(points(f, BEGIN - HOUR, BEGIN + 10 * HOUR, BEGIN + 8 * HOUR, 100),
			    "0 0 seen 1000; 5 8 unknown -1; 8 8 seen 1000");
}

static void say(struct fixture *f, int64_t at_ms, int64_t a, int64_t b)
{
	struct page_said p;
	said_init(&p, PAGE_1, at_ms);
	struct product *lamp = said_product(&p, "Lamp", NULL);
	said_offer(&p, lamp, a, "A");
	if (b)
		said_offer(&p, lamp, b, "B");
	observe(f, &p);
}

static void history__of_several_sellers__is_the_lowest_of_them(void **state)
{
	struct fixture *f = *state;
	say(f, BEGIN, 1000, 1100);
	say(f, BEGIN + HOUR, 1000, 950);
	say(f, BEGIN + 2 * HOUR, 940, 950);
	say(f, BEGIN + 3 * HOUR, 990, 0);
	assert_string_equal(points(f, BEGIN - HOUR, BEGIN + 9 * HOUR, BEGIN + 3 * HOUR, 100),
			    "0 1 seen 1000; 1 2 seen 950; 2 2 seen 940; 3 3 seen 990");
}

static void history__with_fewer_points__keeps_first_last_lowest_and_highest(void **state)
{
	struct fixture *f = *state;
	struct known_source from;
	struct history h;
	int64_t low = INT64_MAX, high = 0;
	for (int i = 0; i < 300; i++)
		observe_price(f, 2000 + (i * 7919) % 997, BEGIN + i * HOUR);
	from = (struct known_source){.reader = store_reader(f->store, &f->error)};
	assert_int_equal(history_read(&from, only_listing(f), BEGIN - HOUR, BEGIN + 300 * HOUR, 0,
				      &h, &f->error),
			 0);
	reader_done(from.reader);
	struct history_point first = h.all[0], last = h.all[h.n - 1];
	for (size_t i = 0; i < h.n; i++) {
		low = h.all[i].terms.price < low ? h.all[i].terms.price : low;
		high = h.all[i].terms.price > high ? h.all[i].terms.price : high;
	}
	assert_int_equal(h.n, 300);
	history_thin(&h, BEGIN - HOUR, BEGIN + 300 * HOUR, 40);
	assert_in_range(h.n, 10, 40);
	assert_int_equal(h.n + h.left_out, 300);
	assert_int_equal(h.all[0].at_ms, first.at_ms);
	assert_int_equal(h.all[h.n - 1].at_ms, last.at_ms);
	bool has_low = false, has_high = false;
	for (size_t i = 0; i < h.n; i++) {
		has_low |= h.all[i].terms.price == low;
		has_high |= h.all[i].terms.price == high;
		assert_true(!i || h.all[i].at_ms > h.all[i - 1].at_ms);
		assert_true(!i || h.all[i - 1].until_ms <= h.all[i].at_ms);
	}
	assert_true(has_low && has_high);
	history_fini(&h);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(history__has_what_was_so_at_its_beginning_and_the_newest_end),
		T(history__of_nothing_in_a_stretch__is_what_was_so_before_it),
		T(history__says_where_nothing_is_known),
		T(history__of_several_sellers__is_the_lowest_of_them),
		T(history__with_fewer_points__keeps_first_last_lowest_and_highest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
