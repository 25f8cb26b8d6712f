#include "tests/unit/daemon/services/sitemonitor/house.h"

#include "daemon/services/sitemonitor/ends.h"
#include "shared/timefmt.h"

HOUSE_DEFINITIONS

#define DAY INT64_C(86400000)
static const char shop[] = "{\"type\":\"http\",\"target\":\"https://shop.example/\","
			   "\"interval\":\"1h\",\"failures\":1}";

static void plan__is_what_the_table_says(void **state)
{
	static const struct {
		unsigned days;
		bool asked, is_domain;
		int64_t life_days, begin_h[END_STAGES];
	} cases[] = {
		{14, false, false, 0, {336, 72, 24}},
		{14, false, false, 365, {336, 72, 24}},
		{14, false, false, 90, {336, 72, 24}},
		{14, false, false, 45, {216, 72, 24}}, /* a fifth */
		{14, false, false, 10, {48, 24}},
		{14, false, false, 5, {24}},
		{14, false, false, 1, {4}},
		{14, true, false, 45, {336, 72, 24}}, /* that was said by a person */
		{60, true, false, 90, {1440, 72, 24}},
		{2, true, false, 90, {48, 24}},
		{0, true, false, 90, {0}},
		{30, false, true, 0, {720, 336, 72}},
		{7, true, true, 0, {168, 72}},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct end_plan p;
		end_plan(&p, cases[i].days, cases[i].asked, cases[i].is_domain,
			 cases[i].life_days * DAY);
		for (unsigned k = 0; k < END_STAGES; k++) {
			int64_t hours = k < p.n ? p.begin_ms[k] / 3600000 : 0;
			if (hours != cases[i].begin_h[k])
				fail_msg("case %zu, stage %u: %lld hours", i, k, (long long)hours);
		}
	}
}

static void stage__changes_at_its_beginning(void **state)
{
	struct end_plan p;
	end_plan(&p, 14, false, false, 0);
	assert_int_equal(end_plan_stage(&p, 14 * DAY), 0);
	assert_int_equal(end_plan_stage(&p, 14 * DAY - 1), 1);
	assert_int_equal(end_plan_stage(&p, 3 * DAY - 1), 2);
	assert_int_equal(end_plan_stage(&p, DAY - 1), 3);
	assert_int_equal(end_plan_stage(&p, -DAY), 3);
}

static void set_certificate(struct house *h, uint64_t id, int64_t ends_ms)
{
	char json[200], from[TIME_TEXT], at[TIME_TEXT];
	snprintf(json, sizeof(json),
		 "{\"subject\":\"shop.example\",\"not_before\":\"%s\",\"not_after\":\"%s\"}",
		 time_rfc3339(from, ends_ms - 365 * DAY), time_rfc3339(at, ends_ms));
	table_lock(&h->sm->table);
	struct monitor *m = table_find(&h->sm->table, id);
	replace_text(&m->shown.certificate, json);
	m->shown.ends_ms = ends_ms;
	m->evidence_dirty = true;
	table_unlock(&h->sm->table);
}

static int64_t events(struct house *h, const char *condition)
{
	char sql[300];
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM events WHERE %s", condition);
	house_write(h);
	return house_number(h, sql);
}

static void pass_days(struct house *h, uint64_t id, int days)
{
	house_pass(h, days * DAY);
	house_check(h, id, OUTCOME_UP);
}

static void certificate__is_told_once_a_stage__also_over_a_restart(void **state)
{
	struct house *h = *state;
	struct attention line;
	size_t total = 0;
	uint64_t id = house_put(h, "shop", shop);
	int64_t ends = h->clock.wall_ms + 15 * DAY;
	house_check(h, id, OUTCOME_UP);
	set_certificate(h, id, ends);
	house_check(h, id, OUTCOME_UP);
	assert_int_equal(events(h, "topic LIKE 'certificate.%'"), 0);
	pass_days(h, id, 2);
	assert_int_equal(events(h, "topic = 'certificate.ending' AND severity = 1"
				   " AND data LIKE '%\"stage\":1,\"days_left\":13%'"
				   " AND data LIKE '%\"subject\":\"shop.example\"%'"),
			 1);
	assert_int_equal(attention_lines(h->sm, &line, 1, &total), 1);
	assert_int_equal(line.level, ATTENTION_WARNING);
	assert_int_equal(line.since_ms, ends - 14 * DAY);
	pass_days(h, id, 1);
	house_crash(h);
	house_check(h, id, OUTCOME_UP);
	assert_int_equal(events(h, "topic = 'certificate.ending'"), 1);
	pass_days(h, id, 9);
	assert_int_equal(events(h, "topic = 'certificate.ending' AND severity = 1"
				   " AND data LIKE '%\"stage\":2%'"),
			 1);
	pass_days(h, id, 2);
	assert_int_equal(events(h, "topic = 'certificate.ending' AND severity = 2"
				   " AND data LIKE '%\"stage\":3%'"),
			 1);
	assert_int_equal(attention_lines(h->sm, &line, 1, &total), 1);
	assert_int_equal(line.level, ATTENTION_CRITICAL);
	assert_int_equal(events(h, "topic LIKE 'certificate.%'"), 3);
	set_certificate(h, id, ends + 365 * DAY);
	house_check(h, id, OUTCOME_UP);
	house_check(h, id, OUTCOME_UP);
	assert_int_equal(events(h, "topic = 'certificate.renewed' AND severity = 0"), 1);
	assert_int_equal(events(h, "topic LIKE 'certificate.%'"), 4);
	assert_int_equal(attention_lines(h->sm, &line, 1, &total), 0);
	house_crash(h);
	house_check(h, id, OUTCOME_UP);
	assert_int_equal(events(h, "topic LIKE 'certificate.%'"), 4);
}

static void certificate__renewed_while_nobody_looked__is_told(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	set_certificate(h, id, h->clock.wall_ms + 2 * DAY);
	house_check(h, id, OUTCOME_UP);
	assert_int_equal(events(h, "topic = 'certificate.ending'"), 1);
	house_crash(h);
	set_certificate(h, id, h->clock.wall_ms + 90 * DAY);
	house_check(h, id, OUTCOME_UP);
	assert_int_equal(events(h, "topic = 'certificate.renewed'"), 1);
}

static void certificate__that_is_not_watched_any_more__ends_what_was_told(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	set_certificate(h, id, h->clock.wall_ms + 2 * DAY);
	house_check(h, id, OUTCOME_UP);
	house_put(h, "shop",
		  "{\"type\":\"http\",\"target\":\"https://shop.example/\",\"interval\":\"1h\","
		  "\"failures\":1,\"cert_days\":0}");
	house_check(h, id, OUTCOME_UP);
	assert_int_equal(events(h, "topic = 'certificate.renewed' AND text LIKE"
				   " '%no longer watched%'"),
			 1);
}

/* What an earlier life began, this one ends. */
static enum err lost_event(struct txn *t, void *arg, struct error *e)
{
	struct event ev = {.topic = "network.lost",
			   .severity = SEVERITY_CRITICAL,
			   .text = (char *)"our own connection is lost"};
	enum err err = feed_event(t, &ev, e);
	snprintf(ev.topic, sizeof(ev.topic), "machine.disk");
	ev.data_json = (char *)"{\"scarce\":true}";
	return err ? err : feed_event(t, &ev, e);
}

static void look_twice(void *arg)
{
	struct sitemonitor *sm = arg;
	for (int i = 0; i < 2; i++) {
		sm->machine.looked_ms = 0;
		machine_look(sm);
	}
}

static void loss_and_scarcity__of_an_earlier_life__are_ended(void **state)
{
	struct house *h = *state;
	struct error e = {0};
	assert_int_equal(store_run(h->store.store, OP_PEOPLE, lost_event, NULL, &e), 0);
	house_crash(h); /* and the house has no witnesses */
	loop_call(h->d.net, look_twice, h->sm);
	assert_int_equal(events(h, "topic = 'network.back'"), 1);
	assert_int_equal(events(h, "topic = 'machine.disk' AND severity = 0"), 1);
	house_crash(h);
	loop_call(h->d.net, look_twice, h->sm);
	assert_int_equal(events(h, "topic IN ('network.back', 'machine.disk')"), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plan__is_what_the_table_says),
		cmocka_unit_test(stage__changes_at_its_beginning),
		house_test(certificate__is_told_once_a_stage__also_over_a_restart),
		house_test(certificate__renewed_while_nobody_looked__is_told),
		house_test(certificate__that_is_not_watched_any_more__ends_what_was_told),
		house_test(loss_and_scarcity__of_an_earlier_life__are_ended),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
