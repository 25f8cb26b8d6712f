#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/mem.h"
#include "shared/timefmt.h"
#include "tui/app/price_data.h"

static json_t *read_json(const char *text)
{
	json_t *v;
	char *copy = mem_strdup(text);

	for (char *p = copy; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	v = json_loads(copy, 0, NULL);
	free(copy);
	assert_non_null(v);
	return v;
}

static int64_t at(const char *text)
{
	int64_t ms;

	assert_true(time_parse(text, &ms));
	return ms;
}

/* ---- stretches ------------------------------------------------------------------------------- */

static void price__holds__until_it_changes(void **state)
{
	json_t *points = read_json(
		"[{'at':'2026-11-01T00:00:00Z','until':'2026-11-05T00:00:00Z','kind':'seen',"
		"'price_minor':3490,'availability':'InStock'},"
		"{'at':'2026-11-05T06:00:00Z','until':'2026-11-10T00:00:00Z','kind':'seen',"
		"'price_minor':3390,'availability':'OutOfStock'}]");
	struct time_stretch *s;

	assert_int_equal(price_stretches(points, at("2026-11-11T00:00:00Z"), &s), 2);
	assert_int_equal(s[0].minor, 3490);
	assert_int_equal(s[0].stock, 'y');
	assert_int_equal(s[1].from_ms, at("2026-11-05T06:00:00Z"));
	assert_int_equal(s[1].minor, 3390);
	assert_int_equal(s[1].stock, 'n');
	free(s);
	json_decref(points);
}

static void price__is_not_known__after_a_week_unseen(void **state)
{
	json_t *points = read_json(
		"[{'at':'2026-11-01T00:00:00Z','until':'2026-11-02T00:00:00Z','kind':'seen',"
		"'price_minor':3490,'availability':'InStock'}]");
	struct time_stretch *s;

	assert_int_equal(price_stretches(points, at("2026-11-09T00:00:00Z"), &s), 1);
	free(s);
	assert_int_equal(price_stretches(points, at("2026-11-20T00:00:00Z"), &s), 2);
	assert_int_equal(s[1].from_ms, at("2026-11-02T00:00:00Z"));
	assert_int_equal(s[1].minor, TIME_CHART_UNKNOWN);
	free(s);
	json_decref(points);
}

static void kinds__are_told_apart(void **state)
{
	json_t *points =
		read_json("[{'at':'2026-11-01T00:00:00Z','kind':'seen','price_minor':3490},"
			  "{'at':'2026-11-02T00:00:00Z','kind':'doubtful','price_minor':1},"
			  "{'at':'2026-11-03T00:00:00Z','kind':'unknown','price_minor':3490},"
			  "{'at':'2026-11-04T00:00:00Z','kind':'ended'},"
			  "{'at':'2026-11-05T00:00:00Z','kind':'seen','price_minor':null}]");
	struct time_stretch *s;

	assert_int_equal(price_stretches(points, at("2026-11-06T00:00:00Z"), &s), 4);
	assert_int_equal(s[0].minor, 3490);
	assert_int_equal(s[1].minor, TIME_CHART_UNKNOWN);
	assert_int_equal(s[2].minor, TIME_CHART_ABSENT);
	assert_int_equal(s[3].minor, TIME_CHART_UNKNOWN);
	free(s);
	json_decref(points);
}

/* ---- lines ----------------------------------------------------------------------------------- */

static const char history[] =
	"{'currency':'EUR','from':'2026-11-01T00:00:00Z','until':'2026-11-20T00:00:00Z',"
	"'floor_minor':3320,'series':["
	"{'listing':'lst_1','site':'a','mine':false,'points':[]},"
	"{'listing':'lst_2','site':'b','mine':false,'points':[]},"
	"{'listing':'lst_3','site':'shop','mine':true,'points':[]},"
	"{'listing':'lst_4','site':'c','mine':false,'points':[]},"
	"{'listing':'lst_5','site':'d','mine':false,'points':[]}]}";

static void chart__begins_with__what_is_looked_at_then_mine(void **state)
{
	json_t *h = read_json(history);
	struct time_chart c = {0};

	assert_int_equal(price_chart_fill(&c, h, "lst_2", false), 3);
	assert_int_equal(c.n, 2);
	assert_string_equal(c.series[0].title, "b");
	assert_int_equal(c.series[0].mark, '*');
	assert_string_equal(c.series[1].title, "you");
	assert_int_equal(c.series[1].mark, 'm');
	assert_int_equal(c.floor_minor, 3320);
	assert_string_equal(c.currency, "EUR");
	price_chart_fini(&c);
	json_decref(h);
}

static void chart__has_a_mark__for_each_of_four(void **state)
{
	json_t *h = read_json(history);
	struct time_chart c = {0};

	assert_int_equal(price_chart_fill(&c, h, "lst_2", true), 1);
	assert_int_equal(c.n, 4);
	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(c.series[i].mark, c.series[k].mark);
	/* Filled again it has the same, and nothing is lost. */
	assert_int_equal(price_chart_fill(&c, h, "lst_3", false), 4);
	assert_int_equal(c.n, 1);
	assert_int_equal(c.series[0].mark, 'm');
	price_chart_fini(&c);
	json_decref(h);
}

/* ---- sentences ------------------------------------------------------------------------------- */

static const char product[] =
	"{'currency':'EUR','floor_minor':3320,'offers':["
	"{'listing':'lst_1','site':'brightco','mine':false,'price_minor':3490,'currency':'EUR',"
	"'state':'listed','seen_at':'2026-11-23T05:02:00Z'},"
	"{'listing':'lst_2','site':'lamps','mine':true,'price_minor':3650,'currency':'EUR'},"
	"{'listing':'lst_3','site':'glow','mine':false,'price_minor':3550,'currency':'EUR',"
	"'state':'unknown','seen_at':'2026-11-22T20:58:00Z'},"
	"{'listing':'lst_4','site':'swiss','mine':false,'price_minor':3000,'currency':'CHF',"
	"'state':'listed'},"
	"{'listing':'lst_5','site':'barn','mine':false,'price_minor':null,'currency':'EUR'}]}";

static const char *headline(const char *listing, const char *before)
{
	static char out[PRICE_TEXT];
	json_t *p = read_json(product), *l = before ? read_json(before) : NULL;

	price_headline(p, price_offer(json_object_get(p, "offers"), listing), l,
		       at("2026-11-23T06:42:00Z"), out, sizeof out);
	json_decref(p);
	json_decref(l);
	return out;
}

static void headline__says__was_you_and_gap(void **state)
{
	assert_string_equal(
		headline("lst_1", "{'was_minor':3699,'price_since':'2026-11-22T21:14:00Z'}"),
		"brightco 34.90 EUR (was 36.99 until Sun 21:14)   you 36.50   gap -1.60, -4.4%");
	assert_string_equal(headline("lst_1", NULL),
			    "brightco 34.90 EUR   you 36.50   gap -1.60, -4.4%");
}

static void headline__never_compares__what_cannot_be(void **state)
{
	assert_string_equal(headline("lst_3", NULL),
			    "glow not known since Sun 20:58, last 35.50 EUR   you 36.50");
	assert_string_equal(headline("lst_4", NULL), "swiss 30.00 CHF   you 36.50 EUR");
	assert_string_equal(headline("lst_5", NULL), "barn has no price   you 36.50");
	assert_string_equal(headline("lst_9", NULL), "nobody offers it now");
}

static void what_if__says__rank_distance_and_floor(void **state)
{
	static const struct {
		const char *answer, *text;
	} cases[] = {
		{"{'rank':1,'of':4,'cheapest_minor':3490,'gap_minor':1,'below_floor':false}",
		 "rank 1 of 4, 0.01 under the others"},
		{"{'rank':2,'of':4,'cheapest_minor':3490,'gap_minor':-160,'lead_minor':3489}",
		 "rank 2 of 4, 1.60 over the cheapest; 34.89 leads"},
		{"{'rank':1,'of':4,'cheapest_minor':3490,'gap_minor':0}",
		 "rank 1 of 4, as the cheapest"},
		{"{'rank':1,'of':4,'cheapest_minor':3490,'gap_minor':190,'below_floor':true}",
		 "BELOW your floor 33.20; rank 1 of 4, 1.90 under the others"},
		{"{'rank':1,'of':1,'cheapest_minor':null}", "nobody else's offer can be compared"},
	};
	json_t *p = read_json(product);
	char out[PRICE_TEXT];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *a = read_json(cases[i].answer);

		price_what_if_text(a, p, out, sizeof out);
		assert_string_equal(out, cases[i].text);
		json_decref(a);
	}
	json_decref(p);
}

static void step__is_pretty__and_small(void **state)
{
	assert_int_equal(price_step(3650), 10);
	assert_int_equal(price_step(100), 1);
	assert_int_equal(price_step(1), 1);
	assert_int_equal(price_step(199900), 500);
	for (int64_t v = 1; v < INT64_C(10000000000); v = v * 3 + 1)
		assert_true(price_step(v) >= 1 && price_step(v) * 100 <= (v > 100 ? v : 100));
}

static void sentences__are_bounded(void **state)
{
	json_t *p = read_json(product);
	const json_t *offer = price_offer(json_object_get(p, "offers"), "lst_1");
	char out[20];

	for (size_t cap = 1; cap <= sizeof out; cap++) {
		price_headline(p, offer, NULL, 0, out, cap);
		assert_true(strlen(out) < cap);
		price_why(offer, out, cap);
		assert_true(strlen(out) < cap);
	}
	json_decref(p);
}

static void offers__are_called__as_people_know_them(void **state)
{
	json_t *offers =
		read_json("[{'site':'lamps','mine':true,'source':'shopify'},"
			  "{'site':'mart','seller':'Jo','source':'json-ld','state':'unknown'},"
			  "{'site':'x','seller':'x','source':'feed','state':'gone'}]");
	static const char *const want[][2] = {
		{"you (lamps)", "shopify"}, {"Jo at mart", "json-ld, stale"}, {"x", "feed, gone"}};

	price_offers_prepare(offers);
	for (size_t i = 0; i < 3; i++) {
		const json_t *one = json_array_get(offers, i);

		assert_string_equal(json_string_value(json_object_get(one, "who")), want[i][0]);
		assert_string_equal(json_string_value(json_object_get(one, "from")), want[i][1]);
	}
	json_decref(offers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(price__holds__until_it_changes),
		cmocka_unit_test(price__is_not_known__after_a_week_unseen),
		cmocka_unit_test(kinds__are_told_apart),
		cmocka_unit_test(chart__begins_with__what_is_looked_at_then_mine),
		cmocka_unit_test(chart__has_a_mark__for_each_of_four),
		cmocka_unit_test(headline__says__was_you_and_gap),
		cmocka_unit_test(headline__never_compares__what_cannot_be),
		cmocka_unit_test(what_if__says__rank_distance_and_floor),
		cmocka_unit_test(step__is_pretty__and_small),
		cmocka_unit_test(sentences__are_bounded),
		cmocka_unit_test(offers__are_called__as_people_know_them),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
