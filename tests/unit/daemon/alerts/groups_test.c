#include "daemon/alerts/groups.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "shared/mem.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
/* Mon 23 Nov 2026 12:00:00 UTC */
#define NOON INT64_C(1795435200000)

enum { INFO, WARNING, CRITICAL };

/* One notifier with the defaults, alerts, and a clock. */
struct scene {
	struct recipients all;
	struct book book;
	struct recipient *ops;
	struct moment now;
	char said[4096]; /* of the last message: "opened 1 critical\n" ... */
	size_t messages;
};

static struct recipient *add_notifier(struct scene *s, const char *name)
{
	struct recipient *r = mem_zalloc(sizeof(*r));
	struct error e = {0};
	r->id = 1000 + strlen(name);
	snprintf(r->name, sizeof(r->name), "%s", name);
	r->min_severity = WARNING;
	r->resolved = true;
	r->match = matchers_compile(NULL, &e);
	r->times = (struct recipient_times){.group_wait = 30000,
					    .group_interval = 5 * MINUTE,
					    .critical_interval = 30000,
					    .repeat_interval = 4 * HOUR};
	r->zone = tz_load("Europe/Berlin", &e);
	assert_non_null(r->zone);
	r->next = s->all.first;
	s->all.first = r;
	return r;
}

static int setup(void **state)
{
	struct scene *s = mem_zalloc(sizeof(*s));
	s->now = (struct moment){.boot_ms = HOUR, .wall_ms = NOON};
	recipients_init(&s->all);
	book_init(&s->book);
	s->ops = add_notifier(s, "ops");
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;
	for (struct alert *a = s->book.first; a; a = a->next)
		recipients_forget(&s->all, a);
	recipients_fini(&s->all);
	book_fini(&s->book);
	free(s);
	return 0;
}

static struct alert *pending(struct scene *s, int64_t number, int severity)
{
	char print[32];
	struct alert *a = alert_new();
	snprintf(print, sizeof(print), "down/monitor/%lld", (long long)number);
	a->id = (uint64_t)number;
	a->number = number;
	a->severity = severity;
	a->fingerprint = mem_strdup(print);
	a->rule = mem_strdup("monitor-down");
	a->name = mem_strdup("garden");
	a->text = mem_strdup("garden is down");
	a->labels = mem_strdup("{\"shop\":\"garden\"}");
	a->subject = 500 + (uint64_t)number;
	snprintf(a->topic, sizeof(a->topic), "monitor.down");
	snprintf(a->kind, sizeof(a->kind), "monitor");
	book_add(&s->book, a);
	recipients_place(&s->all, a, NULL);
	return a;
}

static void open_it(struct scene *s, struct alert *a)
{
	a->state = ALERT_OPEN;
	a->rev = 1;
	a->opened_ms = s->now.wall_ms;
	recipients_touch(&s->all, a);
}

static struct alert *opened(struct scene *s, int64_t number, int severity)
{
	struct alert *a = pending(s, number, severity);
	open_it(s, a);
	return a;
}

static void resolved(struct scene *s, struct alert *a)
{
	a->state = ALERT_RESOLVED;
	a->rev++;
	a->resolved_ms = s->now.wall_ms;
	recipients_touch(&s->all, a);
}

static void changed(struct scene *s, struct alert *a)
{
	a->rev++;
	recipients_touch(&s->all, a);
}

static void say(struct scene *s, const struct tell *tells, size_t n)
{
	s->said[0] = 0;
	s->messages++;
	for (size_t i = 0; i < n && i < 40; i++)
		snprintf(s->said + strlen(s->said), sizeof(s->said) - strlen(s->said), "%s%s %lld",
			 i ? ", " : "", tell_name(tells[i].what),
			 (long long)tells[i].pair->alert->number);
}

/* Let the clock go to that time and back no further; every message on the way is counted. */
static void until(struct scene *s, int64_t boot_ms)
{
	for (;;) {
		int64_t due = recipients_look(&s->all, &s->now);
		struct group *g;
		if (due > boot_ms)
			break;
		if (due > s->now.boot_ms) {
			s->now.wall_ms += due - s->now.boot_ms;
			s->now.boot_ms = due;
		}
		while ((g = recipients_due(&s->all, &s->now))) {
			struct tell *tells;
			size_t n = group_take(&s->all, g, &s->now, false, &tells);
			if (n)
				say(s, tells, n);
			free(tells);
		}
	}
	s->now.wall_ms += boot_ms - s->now.boot_ms;
	s->now.boot_ms = boot_ms;
}

static void after(struct scene *s, int64_t ms)
{
	until(s, s->now.boot_ms + ms);
}

static void expect(struct scene *s, size_t messages, const char *said)
{
	assert_int_equal(s->messages, messages);
	assert_string_equal(s->said, said);
}

/* ---- waiting and pacing --------------------------------------------------------------------- */

static void group__tells__critical_at_once(void **state)
{
	struct scene *s = *state;
	opened(s, 1, CRITICAL);
	after(s, 0);
	expect(s, 1, "opened 1");
}

static void group__waits__for_others_with_a_warning(void **state)
{
	struct scene *s = *state;
	opened(s, 1, WARNING);
	after(s, 29999);
	opened(s, 2, WARNING);
	expect(s, 0, "");
	after(s, 1);
	expect(s, 1, "opened 1");
}

static void group__tells__those_of_one_moment_in_one_message(void **state)
{
	struct scene *s = *state;
	for (int64_t i = 1; i <= 3; i++)
		opened(s, i, i == 2 ? CRITICAL : CRITICAL);
	after(s, 0);
	expect(s, 1, "opened 3, opened 2, opened 1");
}

static void group__paces__further_criticals(void **state)
{
	struct scene *s = *state;
	opened(s, 1, CRITICAL);
	after(s, 1000);
	opened(s, 2, CRITICAL);
	opened(s, 3, CRITICAL);
	after(s, 28999);
	expect(s, 1, "opened 1");
	after(s, 1);
	expect(s, 2, "opened 3, opened 2");
}

static void group__paces__further_warnings_by_its_interval(void **state)
{
	struct scene *s = *state;
	opened(s, 1, WARNING);
	after(s, 30000);
	opened(s, 2, WARNING);
	after(s, 5 * MINUTE - 1);
	expect(s, 1, "opened 1");
	after(s, 1);
	expect(s, 2, "opened 2");
}

static void group__takes_no_blip_along__with_a_critical(void **state)
{
	struct scene *s = *state;
	struct alert *blip = opened(s, 1, WARNING);
	after(s, 1000);
	opened(s, 2, CRITICAL);
	after(s, 0);
	expect(s, 1, "opened 2");
	resolved(s, blip);
	after(s, HOUR);
	expect(s, 1, "opened 2");
}

/* ---- resolution ----------------------------------------------------------------------------- */

static void blip__is_told__never(void **state)
{
	struct scene *s = *state;
	struct alert *a = opened(s, 1, WARNING);
	after(s, 10000);
	resolved(s, a);
	after(s, 10 * HOUR);
	expect(s, 0, "");
	assert_false(recipients_want(a));
}

static void resolution__is_told__to_whom_was_told(void **state)
{
	struct scene *s = *state;
	struct alert *a = opened(s, 1, CRITICAL);
	after(s, MINUTE);
	resolved(s, a);
	assert_true(recipients_want(a));
	after(s, 0);
	expect(s, 2, "resolved 1");
	assert_false(recipients_want(a));
}

static void resolution__is_not_told__to_who_does_not_want_it(void **state)
{
	struct scene *s = *state;
	s->ops->resolved = false;
	struct alert *a = opened(s, 1, CRITICAL);
	after(s, MINUTE);
	resolved(s, a);
	assert_false(recipients_want(a));
	after(s, HOUR);
	expect(s, 1, "opened 1");
}

static void resolution__is_told__though_a_silence_began(void **state)
{
	struct scene *s = *state;
	struct alert *a = opened(s, 1, CRITICAL);
	after(s, MINUTE);
	a->silence = 7;
	resolved(s, a);
	after(s, MINUTE);
	expect(s, 2, "resolved 1");
}

static void resolution__is_not_told__of_what_is_inhibited(void **state)
{
	struct scene *s = *state;
	struct alert *a = opened(s, 1, CRITICAL);
	after(s, MINUTE);
	a->inhibited = true;
	resolved(s, a);
	after(s, HOUR);
	expect(s, 1, "opened 1");
	assert_false(recipients_want(a));
}

static void flapping__is_told__thrice_at_most(void **state)
{
	struct scene *s = *state;
	struct alert *a = opened(s, 1, CRITICAL);
	after(s, MINUTE);
	changed(s, a);
	after(s, 20 * MINUTE);
	expect(s, 2, "changed 1");
	resolved(s, a);
	after(s, HOUR);
	expect(s, 3, "resolved 1");
}

/* ---- what hushes ---------------------------------------------------------------------------- */

static void silence__hushes__until_it_ends(void **state)
{
	struct scene *s = *state;
	struct alert *a = pending(s, 1, CRITICAL);
	a->silence = 7;
	open_it(s, a);
	after(s, 2 * HOUR);
	expect(s, 0, "");
	a->silence = 0;
	recipients_touch(&s->all, a);
	after(s, 0);
	expect(s, 1, "opened 1");
}

static void snooze__hushes__until_its_time(void **state)
{
	struct scene *s = *state;
	struct alert *a = pending(s, 1, CRITICAL);
	a->snoozed_ms = s->now.wall_ms + HOUR;
	open_it(s, a);
	after(s, HOUR);
	expect(s, 0, "");
	recipients_touch(&s->all, a);
	after(s, 0);
	expect(s, 1, "opened 1");
}

static void acknowledged__gets__no_reminder(void **state)
{
	struct scene *s = *state;
	struct alert *a = opened(s, 1, CRITICAL);
	after(s, MINUTE);
	a->state = ALERT_ACKNOWLEDGED;
	recipients_touch(&s->all, a);
	after(s, 24 * HOUR);
	expect(s, 1, "opened 1");
	resolved(s, a);
	after(s, 0);
	expect(s, 2, "resolved 1");
}

static void inhibited__is_told__when_the_cause_has_gone(void **state)
{
	struct scene *s = *state;
	struct alert *a = pending(s, 1, WARNING);
	a->inhibited = true;
	open_it(s, a);
	after(s, HOUR);
	recipients_inhibit(&s->all, a, false, s->now.boot_ms);
	after(s, 29999);
	expect(s, 0, "");
	after(s, 1);
	expect(s, 1, "opened 1");
}

/* A monitor is up, and its job is done the moment after. */
static void inhibited__that_ends_with_its_cause__is_not_told(void **state)
{
	for (int severity = WARNING; severity <= CRITICAL; severity++) {
		struct scene *s = *state;
		struct alert *a = pending(s, severity, severity);
		s->ops->times.group_wait = 0;
		a->inhibited = true;
		open_it(s, a);
		recipients_inhibit(&s->all, a, false, s->now.boot_ms);
		after(s, 4000);
		resolved(s, a);
		after(s, HOUR);
		expect(s, 0, "");
	}
}

static void reminder__waits__when_its_inhibitor_has_gone(void **state)
{
	struct scene *s = *state;
	struct alert *a = opened(s, 1, CRITICAL);
	after(s, MINUTE);
	expect(s, 1, "opened 1");
	recipients_inhibit(&s->all, a, true, s->now.boot_ms);
	after(s, 5 * HOUR);
	recipients_inhibit(&s->all, a, false, s->now.boot_ms);
	after(s, 5000);
	expect(s, 1, "opened 1");
	resolved(s, a);
	after(s, 0);
	expect(s, 2, "resolved 1");
}

static void paused_notifier__says__nothing(void **state)
{
	struct scene *s = *state;
	s->ops->paused = true;
	opened(s, 1, CRITICAL);
	after(s, 10 * HOUR);
	expect(s, 0, "");
}

/* ---- reminders ------------------------------------------------------------------------------ */

static void reminder__comes__each_repeat_interval(void **state)
{
	struct scene *s = *state;
	opened(s, 1, CRITICAL);
	after(s, 4 * HOUR - 1);
	expect(s, 1, "opened 1");
	after(s, 1);
	expect(s, 2, "reminder 1");
	after(s, 4 * HOUR);
	expect(s, 3, "reminder 1");
}

static void reminder__takes_along__what_is_nearly_due(void **state)
{
	struct scene *s = *state;
	opened(s, 1, CRITICAL);
	after(s, 10 * MINUTE);
	opened(s, 2, CRITICAL);
	after(s, 0);
	after(s, 4 * HOUR - 10 * MINUTE);
	expect(s, 3, "reminder 2, reminder 1");
	after(s, 3 * HOUR);
	expect(s, 3, "reminder 2, reminder 1");
}

static void reminder__comes_never__with_an_interval_of_zero(void **state)
{
	struct scene *s = *state;
	s->ops->times.repeat_interval = 0;
	opened(s, 1, CRITICAL);
	after(s, 400 * HOUR);
	expect(s, 1, "opened 1");
}

/* ---- quiet hours ---------------------------------------------------------------------------- */

static void quiet_hours__hold_back__all_but_critical(void **state)
{
	struct scene *s = *state;
	assert_true(quiet_hours_parse("22:00-07:00", &s->ops->quiet));
	after(s, 10 * HOUR); /* 23:00 in Berlin */
	opened(s, 1, WARNING);
	opened(s, 2, WARNING);
	after(s, MINUTE);
	opened(s, 3, CRITICAL);
	after(s, 0);
	expect(s, 1, "opened 3");
	after(s, 8 * HOUR - 2 * MINUTE); /* 06:59 */
	expect(s, 2, "reminder 3");
	after(s, MINUTE);                               /* 07:00 */
	expect(s, 3, "reminder 3, opened 2, opened 1"); /* it was nearly due */
}

/* ---- who takes what ------------------------------------------------------------------------- */

static void notifier__takes__only_what_is_grave_enough(void **state)
{
	struct scene *s = *state;
	s->ops->min_severity = CRITICAL;
	struct alert *a = opened(s, 1, WARNING);
	after(s, HOUR);
	expect(s, 0, "");
	a->severity = CRITICAL;
	a->rev++;
	recipients_place(&s->all, a, NULL);
	after(s, 0);
	expect(s, 1, "opened 1");
}

static void notifier__takes__on_request_only_what_names_it(void **state)
{
	struct scene *s = *state;
	s->ops->on_request = true;
	struct alert *a = opened(s, 1, CRITICAL);
	after(s, 0);
	expect(s, 0, "");
	a->notify = mem_strdup("[\"ops\"]");
	recipients_place(&s->all, a, NULL);
	after(s, 0);
	expect(s, 1, "opened 1");
}

static void rule_that_names_one__is_told__to_no_other(void **state)
{
	struct scene *s = *state;
	struct alert *a = pending(s, 1, CRITICAL);
	a->notify = mem_strdup("[\"mail\"]");
	recipients_place(&s->all, a, NULL);
	open_it(s, a);
	after(s, HOUR);
	expect(s, 0, "");
}

static void notifier__takes__what_matches(void **state)
{
	struct scene *s = *state;
	struct error e = {0};
	json_t *list = json_pack("[s]", "labels.shop=lamps");
	matchers_free(s->ops->match);
	s->ops->match = matchers_compile(list, &e);
	assert_non_null(s->ops->match);
	json_decref(list);
	opened(s, 1, CRITICAL);
	after(s, HOUR);
	expect(s, 0, "");
}

static void groups__are__parted_by_what_is_asked_for(void **state)
{
	struct scene *s = *state;
	s->ops->group_by = json_pack("[s]", "alert");
	opened(s, 1, CRITICAL);
	opened(s, 2, CRITICAL);
	after(s, 0);
	assert_int_equal(s->messages, 2);
}

static void two_notifiers__are_told__each_by_its_own_times(void **state)
{
	struct scene *s = *state;
	struct recipient *slow = add_notifier(s, "night");
	slow->times.group_wait = MINUTE;
	opened(s, 1, WARNING);
	after(s, 30000);
	assert_int_equal(s->messages, 1);
	after(s, 30000);
	assert_int_equal(s->messages, 2);
}

/* ---- changes of notifiers ------------------------------------------------------------------- */

static void notifier_that_changes__keeps__what_it_was_told(void **state)
{
	struct scene *s = *state;
	struct alert *a = opened(s, 1, CRITICAL);
	after(s, 0);
	struct recipient *old = s->all.first;
	s->all.first = NULL;
	struct recipient *fresh = add_notifier(s, "ops");
	s->all.first = old;
	fresh->next = NULL;
	recipients_replace(&s->all, fresh, &s->book);
	s->ops = fresh;
	recipients_place(&s->all, a, NULL);
	after(s, HOUR);
	expect(s, 1, "opened 1");
	resolved(s, a);
	after(s, 0);
	expect(s, 2, "resolved 1");
}

static void notifier_that_goes__leaves__nothing_behind(void **state)
{
	struct scene *s = *state;
	struct alert *a = opened(s, 1, CRITICAL);
	after(s, 0);
	recipients_replace(&s->all, NULL, &s->book);
	assert_null(a->pairs);
	resolved(s, a);
	after(s, HOUR);
	expect(s, 1, "opened 1");
}

/* ---- after a start -------------------------------------------------------------------------- */

static void what_was_told_before_the_start__is_not_told__again(void **state)
{
	struct scene *s = *state;
	struct alert *a = pending(s, 1, CRITICAL);
	recipients_told(&s->all, a, s->ops->id, 1, s->now.boot_ms - HOUR);
	open_it(s, a);
	recipients_place(&s->all, a, NULL);
	after(s, 3 * HOUR - 1);
	expect(s, 0, "");
	after(s, 1);
	expect(s, 1, "reminder 1");
}

static void clock_set_back__delays__nothing_that_waits(void **state)
{
	struct scene *s = *state;
	opened(s, 1, WARNING);
	after(s, 1000);
	s->now.wall_ms -= HOUR;
	after(s, 29000);
	expect(s, 1, "opened 1");
}

/* ---- many ----------------------------------------------------------------------------------- */

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void ten_thousand__are_told__in_two_messages_and_little_time(void **state)
{
	struct scene *s = *state;
	double began = seconds();
	for (int64_t i = 1; i <= 10000; i++) {
		opened(s, i, CRITICAL);
		if (i % 64 == 0)
			after(s, 0);
	}
	after(s, HOUR);
	assert_int_equal(s->messages, 2);
	for (struct alert *a = s->book.first; a; a = a->next)
		assert_int_equal(a->pairs->told, 1);
	/* Far more than it takes, far less than what grows with the square would. */
	assert_true(seconds() - began < 10);
}

#define scene_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(group__tells__critical_at_once),
		scene_test(group__waits__for_others_with_a_warning),
		scene_test(group__tells__those_of_one_moment_in_one_message),
		scene_test(group__paces__further_criticals),
		scene_test(group__paces__further_warnings_by_its_interval),
		scene_test(group__takes_no_blip_along__with_a_critical),
		scene_test(blip__is_told__never),
		scene_test(resolution__is_told__to_whom_was_told),
		scene_test(resolution__is_not_told__to_who_does_not_want_it),
		scene_test(resolution__is_told__though_a_silence_began),
		scene_test(resolution__is_not_told__of_what_is_inhibited),
		scene_test(flapping__is_told__thrice_at_most),
		scene_test(silence__hushes__until_it_ends),
		scene_test(snooze__hushes__until_its_time),
		scene_test(acknowledged__gets__no_reminder),
		scene_test(inhibited__is_told__when_the_cause_has_gone),
		scene_test(inhibited__that_ends_with_its_cause__is_not_told),
		scene_test(reminder__waits__when_its_inhibitor_has_gone),
		scene_test(paused_notifier__says__nothing),
		scene_test(reminder__comes__each_repeat_interval),
		scene_test(reminder__takes_along__what_is_nearly_due),
		scene_test(reminder__comes_never__with_an_interval_of_zero),
		scene_test(quiet_hours__hold_back__all_but_critical),
		scene_test(notifier__takes__only_what_is_grave_enough),
		scene_test(notifier__takes__on_request_only_what_names_it),
		scene_test(rule_that_names_one__is_told__to_no_other),
		scene_test(notifier__takes__what_matches),
		scene_test(groups__are__parted_by_what_is_asked_for),
		scene_test(two_notifiers__are_told__each_by_its_own_times),
		scene_test(notifier_that_changes__keeps__what_it_was_told),
		scene_test(notifier_that_goes__leaves__nothing_behind),
		scene_test(what_was_told_before_the_start__is_not_told__again),
		scene_test(clock_set_back__delays__nothing_that_waits),
		scene_test(ten_thousand__are_told__in_two_messages_and_little_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
