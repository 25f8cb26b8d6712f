/* When a brief goes out by itself, and that each slot does so once. */
#include "fixture.h"

#include "shared/timefmt.h"

static int64_t at(const char *text)
{
	int64_t ms = 0;
	assert_true(time_parse(text, &ms));
	return ms;
}

struct slots {
	struct cron cron;
	struct tz *zone;
};

static void slots_open(struct slots *s, const char *cron, const char *zone)
{
	struct error e = {0};
	assert_int_equal(cron_parse(cron, &s->cron, &e), 0);
	s->zone = tz_load(zone, &e);
	assert_non_null(s->zone);
}

static void slot__is_the_last_one_that_has_come(void **state)
{
	struct slots s;
	int64_t slot, next;
	slots_open(&s, "0 7 * * *", "Europe/Berlin");
	next = brief_next(&s.cron, s.zone, at("2026-11-23T05:00:00Z"), at("2026-11-23T05:59:59Z"),
			  &slot);
	assert_int_equal(slot, 0);
	assert_int_equal(next, at("2026-11-23T06:00:00Z"));
	next = brief_next(&s.cron, s.zone, at("2026-11-23T05:00:00Z"), at("2026-11-23T06:00:00Z"),
			  &slot);
	assert_int_equal(slot, at("2026-11-23T06:00:00Z"));
	assert_int_equal(next, at("2026-11-24T06:00:00Z"));
	/* told: not again */
	brief_next(&s.cron, s.zone, slot, at("2026-11-23T06:00:01Z"), &slot);
	assert_int_equal(slot, 0);
	tz_free(s.zone);
}

static void slot__is_told_late_up_to_twelve_hours(void **state)
{
	struct slots s;
	int64_t slot;
	slots_open(&s, "0 7 * * *", "UTC");
	brief_next(&s.cron, s.zone, at("2026-11-20T07:00:00Z"), at("2026-11-23T19:00:00Z"), &slot);
	assert_int_equal(slot, at("2026-11-23T07:00:00Z"));
	brief_next(&s.cron, s.zone, at("2026-11-20T07:00:00Z"), at("2026-11-23T19:00:01Z"), &slot);
	assert_int_equal(slot, 0);
	tz_free(s.zone);
}

static void slot__comes_once_on_both_nights_of_the_clocks(void **state)
{
	struct slots s;
	int64_t slot, next, first;
	slots_open(&s, "30 2 * * *", "Europe/Berlin");
	/* 2026-03-29 has no 02:30: at the end of the gap, 03:00 CEST */
	next = brief_next(&s.cron, s.zone, at("2026-03-28T12:00:00Z"), at("2026-03-28T13:00:00Z"),
			  &slot);
	assert_int_equal(next, at("2026-03-29T01:00:00Z"));
	/* 2026-10-25 has two: the first, CEST */
	next = brief_next(&s.cron, s.zone, at("2026-10-24T12:00:00Z"), at("2026-10-24T13:00:00Z"),
			  &slot);
	assert_int_equal(next, at("2026-10-25T00:30:00Z"));
	first = next;
	next = brief_next(&s.cron, s.zone, first, at("2026-10-25T01:45:00Z"), &slot);
	assert_int_equal(slot, 0);
	assert_int_equal(next, at("2026-10-26T01:30:00Z"));
	tz_free(s.zone);
}

/* ---- on a store ----------------------------------------------------------------------------- */

#define BRIEFS                                                                                     \
	"SELECT notifier_name || ' ' || topic || ' ' || json_extract(message, '$.since') || '..' " \
	"|| json_extract(message, '$.until') FROM delivery WHERE topic = 'brief' ORDER BY id"
static const char daily[] = "{\"type\":\"webhook\",\"url\":\"http://127.0.0.1:9/\","
			    "\"brief\":\"0 7 * * *\",\"zone\":\"Europe/Berlin\"}";

static void add_notifier(struct fixture *f)
{
	put_resource(f, "notifier", "ops", daily);
	briefs_changed(f->a->briefs);
}

static int64_t tick(struct fixture *f, const char *now)
{
	f->clock.wall_ms = at(now);
	return briefs_tick(f->a->briefs, f->clock.wall_ms, true);
}

static void scheduled__is_told_once_also_over_a_restart(void **state)
{
	struct fixture *f = *state;
	f->clock.wall_ms = at("2026-11-23T05:00:00Z");
	add_notifier(f);
	assert_int_equal(tick(f, "2026-11-23T05:00:01Z"), at("2026-11-23T06:00:00Z"));
	assert_string_equal(stored(f, BRIEFS), "");
	assert_int_equal(tick(f, "2026-11-23T06:00:00Z"), at("2026-11-24T06:00:00Z"));
	/* the first covers a day */
	assert_string_equal(stored(f, BRIEFS),
			    "ops brief 2026-11-22T06:00:00.000Z..2026-11-23T06:00:00.000Z");
	fixture_again(f);
	tick(f, "2026-11-23T06:00:05Z");
	assert_string_equal(stored(f, "SELECT count(*) FROM delivery WHERE topic = 'brief'"), "1");
	/* the next begins where that one ended, also when it is late */
	fixture_again(f);
	tick(f, "2026-11-24T17:30:00Z");
	assert_string_equal(stored(f, BRIEFS),
			    "ops brief 2026-11-22T06:00:00.000Z..2026-11-23T06:00:00.000Z,"
			    "ops brief 2026-11-23T06:00:00.000Z..2026-11-24T17:30:00.000Z");
	/* too late for one: its time is in the one after it */
	fixture_again(f);
	tick(f, "2026-11-25T19:00:00Z");
	assert_string_equal(stored(f, "SELECT count(*) FROM delivery WHERE topic = 'brief'"), "2");
	tick(f, "2026-11-26T06:00:00Z");
	assert_string_equal(stored(f, "SELECT json_extract(message, '$.since') FROM delivery"
				      " WHERE topic = 'brief' ORDER BY id DESC LIMIT 1"),
			    "2026-11-24T17:30:00.000Z");
}

static void scheduled__leaves_out_what_was_due_before_it_was_wanted(void **state)
{
	struct fixture *f = *state;
	f->clock.wall_ms = at("2026-11-23T06:30:00Z");
	add_notifier(f);
	assert_int_equal(tick(f, "2026-11-23T06:30:01Z"), at("2026-11-24T06:00:00Z"));
	assert_string_equal(stored(f, BRIEFS), "");
}

static void scheduled__tells_nothing_while_it_is_paused(void **state)
{
	struct fixture *f = *state;
	f->clock.wall_ms = at("2026-11-23T05:00:00Z");
	add_notifier(f);
	put_resource(f, "notifier", "ops",
		     "{\"type\":\"webhook\",\"url\":\"http://127.0.0.1:9/\","
		     "\"brief\":\"0 7 * * *\",\"paused\":true}");
	briefs_changed(f->a->briefs);
	assert_int_equal(tick(f, "2026-11-23T08:00:00Z"), INT64_MAX);
	assert_string_equal(stored(f, BRIEFS), "");
}

/* ---- what it says --------------------------------------------------------------------------- */

static char *text_of(struct fixture *f, int64_t since_ms, int64_t until_ms)
{
	struct wording w = {.now_ms = until_ms};
	struct buf text = BUF_INIT(1 << 16);
	json_t *message = brief_make(&f->d, since_ms, until_ms, &w);
	message_text(message, &w, &text);
	json_decref(message);
	return buf_take(&text);
}

static void brief__is_quiet__when_nothing_happened(void **state)
{
	struct fixture *f = *state;
	int64_t now = f->clock.wall_ms;
	char *text = text_of(f, now - HOUR, now);
	assert_memory_equal(text, "Quiet since ", 12);
	assert_int_equal(strcspn(text, "\n") + 1, strlen(text));
	free(text);
}

static void brief__says_what_is_open_and_what_came_and_went(void **state)
{
	struct fixture *f = *state;
	int64_t begin = f->clock.wall_ms;
	uint64_t garden = put_resource(f, "monitor", "garden",
				       "{\"type\":\"http\",\"target\":\"http://127.0.0.1:9/\"}");
	f->clock.wall_ms += MINUTE;
	happens(f, garden, "down", NULL);
	turns(f, (struct notes){.rules = true});
	char *text = text_of(f, begin, f->clock.wall_ms + 1);
	assert_non_null(strstr(text, "1 alert open"));
	assert_non_null(strstr(text, "#1 garden is down"));
	free(text);
	f->clock.wall_ms += MINUTE;
	happens(f, garden, "up", NULL);
	turns(f, (struct notes){0});
	text = text_of(f, begin, f->clock.wall_ms + 1);
	assert_null(strstr(text, "alert open"));
	assert_non_null(strstr(text, "1 opened, 1 resolved"));
	free(text);
	text = text_of(f, f->clock.wall_ms + 1, f->clock.wall_ms + MINUTE);
	assert_memory_equal(text, "Quiet since ", 12);
	free(text);
}

static void brief__stays_within_a_message(void **state)
{
	struct fixture *f = *state;
	struct event all[101] = {0};
	char text[230];
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 100; i++) {
			all[i] = (struct event){.at_ms = f->clock.wall_ms,
						.severity = SEVERITY_WARNING,
						.text = text};
			snprintf(all[i].topic, sizeof(all[i].topic), "store.test");
		}
		assert_int_equal(store_run(f->d.store, OP_PEOPLE, run_events, all, &f->e), 0);
	}
	struct wording w = {.now_ms = f->clock.wall_ms + 1};
	json_t *message = brief_make(&f->d, f->clock.wall_ms - HOUR, f->clock.wall_ms + 1, &w);
	char *json = json_dumps(message, JSON_COMPACT);
	assert_true(strlen(json) < MESSAGE_BYTES_MAX);
	assert_non_null(strstr(json, "and 292 more before"));
	free(json);
	json_decref(message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slot__is_the_last_one_that_has_come),
		cmocka_unit_test(slot__is_told_late_up_to_twelve_hours),
		cmocka_unit_test(slot__comes_once_on_both_nights_of_the_clocks),
		alerts_test(scheduled__is_told_once_also_over_a_restart),
		alerts_test(scheduled__leaves_out_what_was_due_before_it_was_wanted),
		alerts_test(scheduled__tells_nothing_while_it_is_paused),
		alerts_test(brief__is_quiet__when_nothing_happened),
		alerts_test(brief__says_what_is_open_and_what_came_and_went),
		alerts_test(brief__stays_within_a_message),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
