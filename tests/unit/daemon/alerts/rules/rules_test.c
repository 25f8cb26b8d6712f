#include "tests/unit/daemon/alerts/rules/rules_fixture.h"

/* ---- events --------------------------------------------------------------------------------- */

static void monitor_down__tells__down_flapping_and_the_end(void **state)
{
	struct rules_fixture *f = *state;
	const struct happening all[] = {
		{"monitor.down", SEVERITY_CRITICAL, "monitor", 9, "garden", "garden is down",
		 "{\"state\":\"down\"}"},
		{"monitor.flapping", SEVERITY_WARNING, "monitor", 9, "garden", "garden is flapping",
		 "{\"state\":\"flapping\"}"},
		{"monitor.maintenance", SEVERITY_INFO, "monitor", 9, "garden", "in maintenance",
		 "{\"state\":\"maintenance\"}"},
		{"monitor.unknown", SEVERITY_WARNING, "monitor", 9, "garden", "unknown",
		 "{\"state\":\"unknown\"}"},
		{"monitor.up", SEVERITY_INFO, "monitor", 9, "garden", "garden is up again",
		 "{\"state\":\"up\"}"},
	};
	static const char *const said[] = {
		"opens monitor-down/monitor/9 2 garden is down\nends monitor-slow/monitor/9 1 "
		"garden is down\n",
		"opens monitor-down/monitor/9 2 garden is flapping\nends monitor-slow/monitor/9 1 "
		"garden is flapping\n",
		"",
		"",
		"ends monitor-down/monitor/9 2 garden is up again\nends monitor-slow/monitor/9 1 "
		"garden is up again\n",
	};
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		happen(f, &all[i], true);
		assert_said(f, said[i]);
	}
}

static void suppressed__opens__nothing_and_still_ends(void **state)
{
	struct rules_fixture *f = *state;
	have_rule(f, "once", "{\"topics\":[\"a.bad\"],\"until_topics\":[\"a.good\"]}");
	have_rule(f, "thrice", "{\"topics\":[\"a.bad\"],\"count\":2,\"within\":\"1h\"}");
	event(f, "a.bad", "{\"suppressed\":true}");
	event(f, "a.bad", "{\"suppressed\":true}");
	assert_said(f, "");
	event(f, "a.good", "{\"suppressed\":true}");
	assert_said(f, "ends once/thing/7 1 it happened\n");
}

static void each__decides__what_is_one_alert(void **state)
{
	struct rules_fixture *f = *state;
	have_rule(f, "all", "{\"topics\":[\"a\"],\"each\":\"none\",\"severity\":\"info\"}");
	have_rule(f, "topics", "{\"topics\":[\"a\"],\"each\":\"topic\"}");
	have_rule(f, "whom", "{\"topics\":[\"a\"]}");
	event(f, "a.x", NULL);
	assert_said(f, "opens all 0 it happened\nopens topics/a.x 1 it happened\n"
		       "opens whom/thing/7 1 it happened\n");
	happen(f, &(struct happening){.topic = "a.y", .severity = SEVERITY_CRITICAL}, true);
	assert_said(f, "opens all 0 it happened\nopens topics/a.y 2 it happened\n"
		       "opens whom// 2 it happened\n");
}

static void conditions__look__at_tags_and_labels_of_the_subject(void **state)
{
	struct rules_fixture *f = *state;
	uint64_t id = have(f, "monitor", "garden",
			   "{\"target\":\"http://127.0.0.1/\",\"type\":\"http\","
			   "\"tags\":[\"shop\"],\"labels\":{\"region\":\"eu\"}}");
	have_rule(f, "tagged",
		  "{\"topics\":[\"a\"],\"when\":[\"tag=shop\",\"labels.region=eu\","
		  "\"monitor=garden\",\"service=sitemonitor\"]}");
	event(f, "a.x", NULL);
	assert_said(f, "");
	happen(f, &(struct happening){.topic = "a.x", .kind = "monitor", .id = id, .name = "old"},
	       true);
	assert_non_null(strstr(f->said, "opens tagged/monitor/"));
}

static void paused__opens__nothing_and_still_ends(void **state)
{
	struct rules_fixture *f = *state;
	have_rule(f, "quiet",
		  "{\"topics\":[\"a.bad\"],\"until_topics\":[\"a.good\"],\"paused\":true}");
	event(f, "a.bad", NULL);
	assert_said(f, "");
	event(f, "a.good", NULL);
	assert_said(f, "ends quiet/thing/7 1 it happened\n");
}

static void text__takes__members_of_the_event_or_falls_back(void **state)
{
	struct rules_fixture *f = *state;
	have_rule(f, "worded",
		  "{\"topics\":[\"a\"],\"text\":\"{{subject}}: {{data.http.status}} on {{topic}}, "
		  "{{severity}} {{labels.team}}\",\"severity\":\"critical\"}");
	have(f, "rule", "worded2", "{\"topics\":[\"a\"],\"text\":\"{{data.n}} {{kind}}\"}");
	rules_reload(f->rules);
	event(f, "a.x", "{\"n\":5}");
	assert_said(f, "opens worded/thing/7 2 it happened\nopens worded2/thing/7 1 5 thing\n");
	event(f, "a.x", "{\"http\":{\"status\":502}}");
	assert_non_null(strstr(f->said, "it happened"));
}

/* ---- in a row, within a time ---------------------------------------------------------------- */

static void a_row__opens__with_its_last_and_is_broken_by_what_is_well(void **state)
{
	struct rules_fixture *f = *state;
	event(f, "job.failed", NULL);
	assert_said(f, "");
	event(f, "job.done", NULL);
	assert_said(f, "ends job-failing/thing/7 1 it happened\n");
	event(f, "job.failed", NULL);
	assert_said(f, "");
	event(f, "job.failed", NULL);
	assert_said(f, "opens job-failing/thing/7 1 it happened\n");
	happen(f, &(struct happening){.topic = "job.failed", .kind = "thing", .id = 8}, true);
	assert_said(f, "");
}

static void a_row__goes_on__after_a_restart(void **state)
{
	struct rules_fixture *f = *state;
	event(f, "job.failed", NULL);
	event(f, "job.done", NULL);
	f->said[0] = '\0';
	event(f, "job.failed", NULL);
	restart(f);
	event(f, "job.failed", NULL);
	assert_said(f, "opens job-failing/thing/7 1 it happened\n");
}

static void a_count__opens__within_the_time_and_ends_when_it_has_run_empty(void **state)
{
	struct rules_fixture *f = *state;
	have_rule(f, "many", "{\"topics\":[\"a\"],\"count\":3,\"within\":\"10m\"}");
	event(f, "a.x", NULL);
	pass(f, 6 * MINUTE);
	event(f, "a.x", NULL);
	pass(f, 6 * MINUTE); /* the first is out of the window */
	event(f, "a.x", NULL);
	assert_said(f, "");
	pass(f, 1 * MINUTE);
	event(f, "a.x", NULL);
	assert_said(f, "opens many/thing/7 1 it happened (3 times in 10m)\n");
	pass(f, 9 * MINUTE);
	assert_said(f, "");
	pass(f, 1 * MINUTE);
	assert_said(f, "ends many/thing/7 1 no more of them in the whole time\n");
	pass(f, DAY);
	assert_said(f, "");
}

static void a_count__with_an_end__stays_until_it(void **state)
{
	struct rules_fixture *f = *state;
	have_rule(f, "many",
		  "{\"topics\":[\"a.bad\"],\"until_topics\":[\"a.good\"],\"count\":2,"
		  "\"within\":\"10m\"}");
	event(f, "a.bad", NULL);
	event(f, "a.good", NULL);
	f->said[0] = '\0';
	event(f, "a.bad", NULL);
	assert_said(f, "");
	event(f, "a.bad", NULL);
	assert_said(f, "opens many/thing/7 1 it happened (2 times in 10m)\n");
	pass(f, 2 * HOUR);
	assert_said(f, "");
	event(f, "a.good", NULL);
	assert_said(f, "ends many/thing/7 1 it happened\n");
}

static void windows__are_filled__from_the_log_after_a_restart(void **state)
{
	struct rules_fixture *f = *state;
	have_rule(f, "many", "{\"topics\":[\"a\"],\"count\":3,\"within\":\"10m\"}");
	event(f, "a.x", NULL);
	f->now_ms += MINUTE;
	event(f, "a.x", NULL);
	f->now_ms += MINUTE;
	restart(f);
	event(f, "a.x", NULL);
	assert_said(f, "opens many/thing/7 1 it happened (3 times in 10m)\n");
}

static void windows__of_a_rule_with_another_severity__are_kept(void **state)
{
	struct rules_fixture *f = *state;
	have_rule(f, "many", "{\"topics\":[\"a\"],\"count\":2,\"within\":\"10m\"}");
	event(f, "a.x", NULL);
	have_rule(f, "many",
		  "{\"topics\":[\"a\"],\"count\":2,\"within\":\"10m\",\"severity\":\"critical\"}");
	event(f, "a.x", NULL);
	assert_said(f, "opens many/thing/7 2 it happened (2 times in 10m)\n");
}

/* ---- shares --------------------------------------------------------------------------------- */

static void a_share__opens__above_its_limit_with_enough_to_judge_by(void **state)
{
	struct rules_fixture *f = *state;
	have_rule(f, "errors",
		  "{\"topics\":[\"a\"],\"when\":[\"topic=a.bad\"],\"percent\":\"20\",\"count\":5,"
		  "\"within\":\"10m\"}");
	event(f, "a.bad", NULL);
	event(f, "a.bad", NULL);
	event(f, "a.good", NULL);
	event(f, "a.good", NULL);
	assert_said(f, ""); /* four are too few */
	event(f, "a.good", NULL);
	assert_said(f, "opens errors/thing/7 1 40 % of the last 10m, limit 20 %: it happened\n");
	for (int i = 0; i < 5; i++)
		event(f, "a.good", NULL);
	assert_said(f, ""); /* 2 of 10 are 20 % */
	event(f, "a.good", NULL);
	assert_said(f, "ends errors/thing/7 1 the share is below the limit again\n");
}

static void a_share__ends__when_nothing_comes_any_more(void **state)
{
	struct rules_fixture *f = *state;
	have_rule(f, "errors",
		  "{\"topics\":[\"a\"],\"when\":[\"topic=a.bad\"],\"percent\":\"50\",\"count\":1,"
		  "\"within\":\"10m\"}");
	event(f, "a.bad", NULL);
	f->said[0] = '\0';
	pass(f, 9 * MINUTE);
	assert_said(f, "");
	pass(f, 2 * MINUTE);
	assert_said(f, "ends errors/thing/7 1 the share is below the limit again\n");
}

/* ---- absence -------------------------------------------------------------------------------- */

static void an_absence__opens__after_its_time_and_ends_with_the_next(void **state)
{
	struct rules_fixture *f = *state;
	have_rule(f, "silent", "{\"topics\":[\"order\"],\"absent\":\"2h\"}");
	pass(f, 5 * HOUR);
	assert_said(f, ""); /* nobody was ever heard of */
	event(f, "order.created", NULL);
	pass(f, 2 * HOUR - 1);
	assert_said(f, "");
	pass(f, 1);
	assert_said(f, "opens silent/thing/7 1 no order.created for 2h, limit 2h: seven\n");
	pass(f, DAY);
	assert_said(f, "");
	event(f, "order.created", NULL);
	assert_said(f, "ends silent/thing/7 1 it came again\n");
}

static void an_absence__of_all__waits_also_for_the_first(void **state)
{
	struct rules_fixture *f = *state;
	have_rule(f, "silent",
		  "{\"topics\":[\"order\"],\"absent\":\"2h\",\"each\":\"none\","
		  "\"severity\":\"critical\"}");
	pass(f, 2 * HOUR + 1);
	assert_said(f, "opens silent 2 no order for 2h, limit 2h\n");
}

static void an_absence__against_the_usual_gap__needs_ten_events(void **state)
{
	struct rules_fixture *f = *state;
	have_rule(f, "silent", "{\"topics\":[\"order\"],\"absent\":\"usual\"}");
	for (int i = 0; i < 9; i++) {
		event(f, "order.created", NULL);
		pass(f, HOUR);
	}
	pass(f, DAY);
	assert_said(f, "");
}

static void an_absence__against_the_usual_gap__opens_after_twice_its_95th_percentile(void **state)
{
	struct rules_fixture *f = *state;
	have_rule(f, "silent", "{\"topics\":[\"order\"],\"absent\":\"usual\"}");
	/* 39 gaps of an hour and one of five: the 95th percentile is an hour */
	event(f, "order.created", NULL);
	for (int i = 0; i < 40; i++) {
		f->now_ms += i == 20 ? 5 * HOUR : HOUR;
		event(f, "order.created", NULL);
	}
	f->said[0] = '\0';
	restart(f); /* the gaps are in the log */
	pass(f, 2 * HOUR - 1);
	assert_said(f, "");
	pass(f, 1);
	assert_said(
		f,
		"opens silent/thing/7 1 no order.created for 2h, twice the usual gap is 2h: seven\n");
}

static void an_absence__of_what_was_deleted__is_no_news(void **state)
{
	struct rules_fixture *f = *state;
	have_rule(f, "silent", "{\"topics\":[\"order\"],\"absent\":\"2h\"}");
	happen(f, &(struct happening){.topic = "order.x", .kind = "monitor", .id = 12345}, true);
	pass(f, DAY);
	assert_said(f, "");
}

/* ---- figures -------------------------------------------------------------------------------- */

struct figures {
	int64_t value;
	bool known;
	size_t asked;
	int64_t span_ms;
};

static bool figure(void *state, uint64_t id, int64_t from_ms, int64_t until_ms, int64_t *out)
{
	struct figures *f = state;
	f->asked++;
	f->span_ms = until_ms - from_ms;
	*out = f->value;
	return f->known;
}

static const struct measure measures[] = {
	{.name = "latency", .kind = "monitor", .unit = "ms", .value = figure}};
static const struct service service = {
	.name = "fake", .title = "Fake", .measures = measures, .n_measures = 1};

static uint64_t have_figures(struct rules_fixture *f, struct figures *figures, const char *rule)
{
	uint64_t id = have(f, "monitor", "garden",
			   "{\"target\":\"http://127.0.0.1/\",\"type\":\"http\","
			   "\"tags\":[\"shop\"]}");
	f->d.services[0] = &service;
	f->d.service_states[0] = figures;
	f->d.n_services = 1;
	have_rule(f, "slow", rule);
	return id;
}

static void a_figure__opens__above_its_limit_and_ends_below(void **state)
{
	struct rules_fixture *f = *state;
	struct figures figures = {.value = 1000000, .known = true};
	char said[256];
	uint64_t id = have_figures(f, &figures,
				   "{\"measure\":\"latency\",\"above\":\"2s\",\"within\":\"10m\"}");
	pass(f, MINUTE);
	f->said[0] = '\0'; /* it may end what was open before the start */
	assert_int_equal(figures.span_ms, 10 * MINUTE);
	figures.value = 2000001;
	pass(f, 30000);
	snprintf(said, sizeof(said),
		 "opens slow/monitor/%llu 1 garden: latency 2000.001 ms over the last 10m, above "
		 "2000 ms\n",
		 (unsigned long long)id);
	assert_said(f, said);
	figures.known = false;
	figures.value = 0;
	pass(f, 5 * MINUTE);
	assert_said(f, ""); /* what is not known changes nothing */
	figures.known = true;
	pass(f, 30000);
	snprintf(said, sizeof(said), "ends slow/monitor/%llu 1 latency is below the limit again\n",
		 (unsigned long long)id);
	assert_said(f, said);
}

static void a_figure__is_asked__of_what_matches_only(void **state)
{
	struct rules_fixture *f = *state;
	struct figures figures = {.value = 9000000, .known = true};
	have_figures(f, &figures,
		     "{\"measure\":\"latency\",\"above\":\"2s\",\"match\":[\"tag=rival\"]}");
	pass(f, 2 * MINUTE);
	assert_int_equal(figures.asked, 0);
	assert_said(f, "");
	have(f, "monitor", "garden",
	     "{\"target\":\"http://127.0.0.1/\",\"type\":\"http\",\"tags\":[\"rival\"]}");
	pass(f, 30000);
	assert_non_null(strstr(f->said, "opens slow/monitor/"));
	f->said[0] = '\0';
	have(f, "monitor", "garden", "{\"target\":\"http://127.0.0.1/\",\"type\":\"http\"}");
	pass(f, 30000);
	assert_non_null(strstr(f->said, "ends slow/monitor/"));
}

static void figures__of_many__are_asked_in_slices(void **state)
{
	struct rules_fixture *f = *state;
	struct figures figures = {.known = true};
	char name[32];
	have_figures(f, &figures, "{\"measure\":\"latency\",\"below\":\"-1\"}");
	for (int i = 0; i < 1200; i++) {
		snprintf(name, sizeof(name), "m%d", i);
		have(f, "monitor", name, "{\"target\":\"http://127.0.0.1/\",\"type\":\"http\"}");
	}
	f->now_ms += MINUTE;
	size_t before = figures.asked;
	int64_t next = tick(f);
	assert_in_range(figures.asked - before, 1, 600);
	assert_in_range(next - f->now_ms, 1, 1000);
	before = figures.asked;
	pass(f, 30000);
	assert_in_range(figures.asked - before, 600, 1300);
	before = figures.asked;
	pass(f, 30000);
	assert_int_equal(figures.asked - before, 1201);
}

/* ---- all ------------------------------------------------------------------------------------ */

static void a_tick__without_windows__asks_for_none(void **state)
{
	struct rules_fixture *f = *state;
	assert_int_equal(tick(f), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		rules_test(monitor_down__tells__down_flapping_and_the_end),
		rules_test(suppressed__opens__nothing_and_still_ends),
		rules_test(each__decides__what_is_one_alert),
		rules_test(conditions__look__at_tags_and_labels_of_the_subject),
		rules_test(paused__opens__nothing_and_still_ends),
		rules_test(text__takes__members_of_the_event_or_falls_back),
		rules_test(a_row__opens__with_its_last_and_is_broken_by_what_is_well),
		rules_test(a_row__goes_on__after_a_restart),
		rules_test(a_count__opens__within_the_time_and_ends_when_it_has_run_empty),
		rules_test(a_count__with_an_end__stays_until_it),
		rules_test(windows__are_filled__from_the_log_after_a_restart),
		rules_test(windows__of_a_rule_with_another_severity__are_kept),
		rules_test(a_share__opens__above_its_limit_with_enough_to_judge_by),
		rules_test(a_share__ends__when_nothing_comes_any_more),
		rules_test(an_absence__opens__after_its_time_and_ends_with_the_next),
		rules_test(an_absence__of_all__waits_also_for_the_first),
		rules_test(an_absence__against_the_usual_gap__needs_ten_events),
		rules_test(
			an_absence__against_the_usual_gap__opens_after_twice_its_95th_percentile),
		rules_test(an_absence__of_what_was_deleted__is_no_news),
		rules_test(a_figure__opens__above_its_limit_and_ends_below),
		rules_test(a_figure__is_asked__of_what_matches_only),
		rules_test(figures__of_many__are_asked_in_slices),
		rules_test(a_tick__without_windows__asks_for_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
