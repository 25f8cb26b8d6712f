#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "shared/tz.h"
#include "shared/tz_rule.h"

/* DST of both hemispheres, of half an hour, of negative kind (Dublin, Casablanca), skipped days
 * (Apia, Kwajalein), odd offsets, none at all, and a rule with a time below zero (Nuuk). */
static const char *const zones[] = {
	"Europe/Berlin",    "Europe/Dublin",       "America/New_York", "America/Sao_Paulo",
	"Australia/Sydney", "Australia/Lord_Howe", "Asia/Kolkata",     "Asia/Kathmandu",
	"Pacific/Apia",     "Pacific/Kwajalein",   "Pacific/Chatham",  "Africa/Casablanca",
	"Asia/Tehran",      "America/St_Johns",    "America/Nuuk",     "Asia/Gaza",
	"Etc/GMT+5",        "America/Santiago",    "Antarctica/Troll", "UTC",
};
enum { ZONES = sizeof zones / sizeof zones[0] };

static uint64_t next_random(uint64_t *s)
{
	*s ^= *s >> 12;
	*s ^= *s << 25;
	*s ^= *s >> 27;
	return *s * UINT64_C(2685821657736338717);
}

static struct tz *load(const char *name)
{
	struct error e = {0};
	struct tz *z = tz_load(name, &e);

	if (!z)
		fail_msg("%s: %s", name, e.text);
	return z;
}

/* libc as the judge: another implementation of the same files. */
static void check_against_libc(const struct tz *z, const char *name, int64_t utc_s)
{
	time_t t = (time_t)utc_s;
	const char *abbr;
	struct tz_civil c;
	struct tm tm;
	int offset = tz_offset_s(z, utc_s * 1000, &abbr);

	assert_non_null(localtime_r(&t, &tm));
	tz_civil_from_ms(z, utc_s * 1000 + 999, &c);
	if (offset != tm.tm_gmtoff || strcmp(abbr, tm.tm_zone) != 0)
		fail_msg("%s at %lld: %d %s, libc %ld %s", name, (long long)utc_s, offset, abbr,
			 tm.tm_gmtoff, tm.tm_zone);
	if (c.year != tm.tm_year + 1900 || c.month != tm.tm_mon + 1 || c.day != tm.tm_mday ||
	    c.hour != tm.tm_hour || c.minute != tm.tm_min || c.second != tm.tm_sec ||
	    c.weekday != tm.tm_wday)
		fail_msg("%s at %lld: civil time differs", name, (long long)utc_s);
}

static void use_libc_zone(const char *name)
{
	setenv("TZ", name, 1);
	tzset();
}

static void offset__random_instants__as_libc(void **state)
{
	uint64_t seed = 7;

	for (size_t i = 0; i < ZONES; i++) {
		struct tz *z = load(zones[i]);

		use_libc_zone(zones[i]);
		for (int n = 0; n < 20000; n++) {
			/* 1970 .. 2100 */
			check_against_libc(z, zones[i],
					   (int64_t)(next_random(&seed) % UINT64_C(4102444800)));
		}
		tz_free(z);
	}
}

static void changes__to_2060__each_second_around__as_libc(void **state)
{
	for (size_t i = 0; i < ZONES; i++) {
		struct tz *z = load(zones[i]);
		int64_t ms = 0;

		use_libc_zone(zones[i]);
		for (;;) {
			int64_t next = tz_next_change_ms(z, ms);

			assert_true(next > ms);
			if (next > INT64_C(2840140800000))
				break;
			for (int64_t s = next / 1000 - 2; s <= next / 1000 + 2; s++)
				check_against_libc(z, zones[i], s);
			ms = next;
		}
		tz_free(z);
	}
}

static void changes__none_is_missed(void **state)
{
	uint64_t seed = 11;

	for (size_t i = 0; i < ZONES; i++) {
		struct tz *z = load(zones[i]);

		for (int n = 0; n < 2000; n++) {
			int64_t ms = (int64_t)(next_random(&seed) % UINT64_C(2840140800000));
			int64_t until = tz_next_change_ms(z, ms), last;

			if (until == INT64_MAX)
				continue;
			last = ms + (int64_t)(next_random(&seed) % (uint64_t)(until - ms));
			assert_int_equal(tz_offset_s(z, ms, NULL), tz_offset_s(z, last, NULL));
		}
		tz_free(z);
	}
}

static void ms_from_civil__random__inverts(void **state)
{
	uint64_t seed = 13;

	for (size_t i = 0; i < ZONES; i++) {
		struct tz *z = load(zones[i]);

		for (int n = 0; n < 20000; n++) {
			int64_t ms = (int64_t)(next_random(&seed) % UINT64_C(4102444800)) * 1000;
			struct tz_civil c, again;
			int64_t back;

			tz_civil_from_ms(z, ms, &c);
			back = tz_ms_from_civil(z, &c);
			tz_civil_from_ms(z, back, &again);
			/* the same wall time, and never later than the instant it came from */
			assert_int_equal(memcmp(&c, &again, sizeof c), 0);
			assert_true(back <= ms && ms - back <= 86400000);
		}
		tz_free(z);
	}
}

static int64_t at(const char *zone, int year, int month, int day, int hour, int minute)
{
	struct tz_civil c = {year, month, day, hour, minute, 0, 0};
	struct tz *z = load(zone);
	int64_t ms = tz_ms_from_civil(z, &c);

	tz_free(z);
	return ms / 1000;
}

static void ms_from_civil__gap__is_the_first_instant_after(void **state)
{
	assert_int_equal(at("Europe/Berlin", 2026, 3, 29, 1, 59), 1774745940);
	assert_int_equal(at("Europe/Berlin", 2026, 3, 29, 2, 0), 1774746000);
	assert_int_equal(at("Europe/Berlin", 2026, 3, 29, 2, 30), 1774746000);
	assert_int_equal(at("Europe/Berlin", 2026, 3, 29, 3, 0), 1774746000);
	assert_int_equal(at("Europe/Berlin", 2026, 3, 29, 3, 1), 1774746060);
	/* half an hour in Lord Howe, by the footer in 2049 */
	assert_int_equal(at("Australia/Lord_Howe", 2026, 10, 4, 2, 15), 1791041400);
	assert_int_equal(at("Europe/Berlin", 2049, 3, 28, 2, 30), 2500506000);
	/* a day that Samoa never had */
	assert_int_equal(at("Pacific/Apia", 2011, 12, 30, 12, 0), 1325239200);
}

static void ms_from_civil__repeated__is_the_first(void **state)
{
	assert_int_equal(at("Europe/Berlin", 2026, 10, 25, 2, 30), 1792888200);
	assert_int_equal(at("Europe/Berlin", 2026, 10, 25, 3, 0), 1792893600);
	assert_int_equal(at("America/New_York", 2026, 11, 1, 1, 30), 1793511000);
	assert_int_equal(at("Australia/Lord_Howe", 2026, 4, 5, 1, 45), 1775313900);
}

static void load__utc__needs_no_data(void **state)
{
	struct error e = {0};
	const char *abbr;
	struct tz *z;

	setenv("TZDIR", "/nonexistent", 1);
	z = load("UTC");
	assert_int_equal(tz_offset_s(z, 1795369683120, &abbr), 0);
	assert_string_equal(abbr, "UTC");
	assert_true(tz_next_change_ms(z, 0) == INT64_MAX);
	tz_free(z);
	assert_null(tz_load("Europe/Berlin", &e));
	assert_int_equal(e.code, ERR_UNAVAILABLE);
	assert_non_null(strstr(e.hint, "tzdata"));
	unsetenv("TZDIR");
}

static void load__refuses__what_is_no_zone(void **state)
{
	static const char *const bad[] = {
		"",
		"/etc/passwd",
		"../../../etc/passwd",
		"Europe/../../../etc/passwd",
		"Europe/Berln",
		"Europe",
		"Europe/",
		"Europe//Berlin",
		"zone.tab",
		"Europe/Berlin\n",
		"a b",
		".",
		"tzdata.zi",
		"right/Europe/Berlin",
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct error e = {0};
		struct tz *z = tz_load(bad[i], &e);

		if (z)
			fail_msg("accepted \"%s\"", bad[i]);
		assert_int_equal(e.code, ERR_INVALID);
	}
	tz_free(NULL);
}

static void parse__cut_anywhere__is_refused(void **state)
{
	/* two headers with one transition, two types and eight bytes of names in the second */
	static const uint8_t body[] = "\0\0\0\0\0\0\3\350"
				      "\1"
				      "\0\0\16\20\0\0"
				      "\0\0\34\40\1\4"
				      "AAA\0BBB\0"
				      "\nAAA-1BBB,M3.5.0,M10.5.0/3\n";
	uint8_t file[2 * 44 + sizeof body - 1] = {0};
	size_t n = sizeof file;
	uint8_t copy[sizeof file];
	const char *abbr;
	struct tz *z;

	memcpy(file, "TZif2", 5);
	memcpy(file + 44, "TZif2", 5);
	file[44 + 35] = 1;
	file[44 + 39] = 2;
	file[44 + 43] = 8;
	memcpy(file + 88, body, sizeof body - 1);
	z = tz_parse(file, n, NULL);
	assert_non_null(z);
	assert_int_equal(tz_offset_s(z, 0, &abbr), 3600);
	assert_string_equal(abbr, "AAA");
	assert_int_equal(tz_offset_s(z, 1000000, &abbr), 3600); /* the footer takes over */
	tz_free(z);
	for (size_t cut = 0; cut < n; cut++)
		assert_null(tz_parse(file, cut, NULL));
	memcpy(copy, file, n);
	copy[44 + 44 + 8] = 2; /* a type that is not there */
	assert_null(tz_parse(copy, n, NULL));
	memcpy(copy, file, n);
	copy[44 + 44 + 9 + 5] = 8; /* a name that is not there */
	assert_null(tz_parse(copy, n, NULL));
}

static void rule__forms(void **state)
{
	static const char *const good[] = {
		"UTC0",
		"CET-1CEST,M3.5.0,M10.5.0/3",
		"<+0330>-3:30",
		"<-03>3<-02>,M3.5.0/-2,M10.5.0/-1",
		"EST5EDT4:00:00,M3.2.0/2:00:00,M11.1.0",
		"IST-1GMT0,M10.5.0,M3.5.0/1",
		"XXX3EDT4,0/0,J365/23",
		"AAA-24BBB,J1,J365/167",
		"AAA0BBB,0/-167,365",
	};
	static const char *const bad[] = {
		"",
		"UT0",
		"UTC",
		"UTC25",
		"U1C0",
		"<+03-3",
		"<+0>0",
		"CET-1CEST",
		"CET-1CEST,M3.5.0",
		"CET-1CEST,M13.5.0,M10.5.0",
		"CET-1CEST,M3.0.0,M10.5.0",
		"CET-1CEST,M3.6.0,M10.5.0",
		"CET-1CEST,M3.5.7,M10.5.0",
		"CET-1CEST,J0,J365",
		"CET-1CEST,366,1",
		"CET-1CEST,J366,1",
		"CET-1CEST,M3.5.0/168,M10.5.0",
		"CET-1CEST,M3.5.0,M10.5.0/3x",
		"CET-1:60",
		"CET-1:0:60",
		"CET99999999999999999999",
		"ABCDEFGHIJKLMNOPQ0",
	};
	struct tz_rule r;

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		if (!tz_rule_parse(good[i], &r))
			fail_msg("refused %s", good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (tz_rule_parse(bad[i], &r))
			fail_msg("accepted %s", bad[i]);
	}
}

static void rule__all_forms__as_libc(void **state)
{
	static const char *const rules[] = {
		"AAA3BBB,J60/2,J300/3",
		"AAA-5BBB,59/1,299/4",
		"AAA3BBB,M2.1.0/-100,M11.5.6/50",
		"AAA-10BBB-10:30,M10.1.0,M4.1.0",
		"<-03>3<-02>,M3.5.0/-2,M10.5.0/-1",
		"AAA-3",
	};
	uint64_t seed = 17;

	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		struct tz_rule r;

		assert_true(tz_rule_parse(rules[i], &r));
		use_libc_zone(rules[i]);
		for (int n = 0; n < 20000; n++) {
			time_t t = (time_t)(next_random(&seed) % UINT64_C(4102444800));
			struct tz_rule_state s = tz_rule_at(&r, t);
			struct tm tm;

			localtime_r(&t, &tm);
			if (s.offset_s != tm.tm_gmtoff)
				fail_msg("%s at %lld: %d, libc %ld", rules[i], (long long)t,
					 s.offset_s, tm.tm_gmtoff);
		}
	}
}

/* RFC 8536, 3.3.1; libc gets the first hours of a year wrong here. */
static void rule__all_year__never_ends(void **state)
{
	struct tz_rule r;

	assert_true(tz_rule_parse("EST5EDT,0/0,J365/25", &r));
	for (int64_t t = 0; t < INT64_C(4102444800); t += 1800)
		assert_int_equal(tz_rule_at(&r, t).offset_s, -4 * 3600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offset__random_instants__as_libc),
		cmocka_unit_test(changes__to_2060__each_second_around__as_libc),
		cmocka_unit_test(changes__none_is_missed),
		cmocka_unit_test(ms_from_civil__random__inverts),
		cmocka_unit_test(ms_from_civil__gap__is_the_first_instant_after),
		cmocka_unit_test(ms_from_civil__repeated__is_the_first),
		cmocka_unit_test(load__utc__needs_no_data),
		cmocka_unit_test(load__refuses__what_is_no_zone),
		cmocka_unit_test(parse__cut_anywhere__is_refused),
		cmocka_unit_test(rule__forms),
		cmocka_unit_test(rule__all_forms__as_libc),
		cmocka_unit_test(rule__all_year__never_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
