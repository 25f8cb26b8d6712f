#include "daemon/services/sitemonitor/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "shared/mem.h"

static const struct rules defaults = {.failures = 3, .recoveries = 2, .slow_after = 3};

static struct moment at(int64_t t)
{
	return (struct moment){.wall_ms = 1000000 + t, .boot_ms = t};
}

/* Each letter is a check a second apart: u up, d degraded, x down, ? unknown, P pause, R resume,
 * g nobody looked. Below it the state that is then shown, by its first letter (N for new, p for
 * pending, m paused, F flapping); an upper case letter O or C in events: incident opened, closed.
 */
struct row {
	const char *name, *checks, *shown, *events;
	int64_t since; /* of the last state */
	struct rules rules;
};

static const struct row rows[] = {
	{"first good answer", "u", "u", " ", 0, {3, 2, 3, false}},
	{"first failure of a new one", "x", "p", " ", 0, {3, 2, 3, false}},
	{"confirmed after three, since the first", "uxxx", "uppD", "   O", 1, {3, 2, 3, false}},
	{"one failure is enough", "ux", "uD", " O", 1, {1, 1, 1, false}},
	{"unconfirmed leaves no trace", "uuxxu", "uuppu", "     ", 0, {3, 2, 3, false}},
	{"recovered after two, since the first good",
	 "xxxuu",
	 "ppDDu",
	 "  O C",
	 3,
	 {3, 2, 3, false}},
	{"recovery interrupted", "xxxuxuu", "ppDDDDu", "  O   C", 5, {3, 2, 3, false}},
	{"stays down since the first bad", "xxxux", "ppDDD", "  O  ", 0, {3, 2, 3, false}},
	{"unknown neither breaks nor extends", "ux?xx", "upppD", "    O", 1, {3, 2, 3, false}},
	{"unknown after three", "u???", "uuu?", "    ", 1, {3, 2, 3, false}},
	{"unknown, then as before", "u???u", "uuu?u", "     ", 0, {3, 2, 3, false}},
	{"unknown in an outage keeps it", "xxx???x", "ppDDD?D", "  O    ", 0, {3, 2, 3, false}},
	{"unknown in an outage, then recovered",
	 "xxx???uu",
	 "ppDDD?Du",
	 "  O    C",
	 6,
	 {3, 2, 3, false}},
	{"a new one that cannot be known", "???", "NN?", "   ", 0, {3, 2, 3, false}},
	{"slow at once when nothing was known", "d", "d", " ", 0, {3, 2, 3, false}},
	{"slow after three", "uddd", "uuud", "    ", 1, {3, 2, 3, false}},
	{"slow broken", "uddudd", "uuuuuu", "      ", 0, {3, 2, 3, false}},
	{"quick again after two", "uddduu", "uuuddu", "      ", 4, {3, 2, 3, false}},
	{"slow is good when it comes to down", "xxxdd", "ppDDd", "  O C", 3, {3, 2, 3, false}},
	{"slow then quick ends down as up", "xxxdu", "ppDDu", "  O C", 3, {3, 2, 3, false}},
	{"pause", "uP", "um", "  ", 1, {3, 2, 3, false}},
	{"checks while paused change nothing", "uPxxxx", "ummmmm", "      ", 1, {3, 2, 3, false}},
	{"pause ends an outage", "xxxP", "ppDm", "  OC", 3, {3, 2, 3, false}},
	{"resumed is new, judged anew", "xxxPRxxx", "ppDmNppD", "  OC   O", 5, {3, 2, 3, false}},
	{"nobody looked", "ug", "u?", "  ", 1, {3, 2, 3, false}},
	{"nobody looked, then as before", "xxxgxu", "ppD?DD", "  O   ", 0, {3, 2, 3, false}},
	{"nobody looked in a streak", "xxgx", "pp?D", "   O", 0, {3, 2, 3, false}},
	{"a recovery interrupted once is no flapping",
	 "uxxxuxuu",
	 "uppDDDDu",
	 "   O   C",
	 6,
	 {3, 2, 3, true}},
	{"flapping when six changed, and no decision then",
	 "uxuxuxuxxxx",
	 "upupupFFFFF",
	 "           ",
	 6,
	 {3, 2, 3, true}},
	{"flapping keeps the incident that is open",
	 "uxuxuxuuuu",
	 "uDDDDDFFFF",
	 " O        ",
	 6,
	 {1, 2, 3, true}},
	{"unknown shows through flapping",
	 "uxuxuxu???u",
	 "upupupFFF?F",
	 "           ",
	 6,
	 {3, 2, 3, true}},
	{"paused, and flapping is forgotten",
	 "uxuxuxuPRu",
	 "upupupFmNu",
	 "          ",
	 9,
	 {3, 2, 3, true}},
	{"nobody looks for it", "uxuxuxuxu", "upupupupu", "         ", 0, {3, 2, 3, false}},
};

static char letter(enum monitor_state s)
{
	return "NudpD?FMm"[s];
}

static struct change apply(struct track *t, const struct rules *r, char check, struct moment now)
{
	switch (check) {
	case 'u': return track_step(t, r, OUTCOME_UP, now);
	case 'd': return track_step(t, r, OUTCOME_DEGRADED, now);
	case 'x': return track_step(t, r, OUTCOME_DOWN, now);
	case '?': return track_step(t, r, OUTCOME_UNKNOWN, now);
	case 'P': return track_hold(t, r, STATE_PAUSED, now);
	case 'R': return track_hold(t, r, STATE_NEW, now);
	case 'g': return track_gap(t, r, now);
	}
	fail_msg("unknown letter");
	return (struct change){0};
}

static void step__shows_and_announces__what_the_table_says(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct track t = {0};
		const struct row *row = &rows[i];
		for (size_t k = 0; row->checks[k]; k++) {
			struct change c = apply(&t, &row->rules, row->checks[k], at((int64_t)k));
			char event = c.opened ? 'O' : c.closed ? 'C' : ' ';
			if (letter(c.to) != row->shown[k] || event != row->events[k])
				fail_msg("%s: check %zu shows %c, event '%c'", row->name, k,
					 letter(c.to), event);
			assert_int_equal(c.to, track_state(&t, &row->rules));
		}
		if (track_since(&t, &row->rules).boot_ms != row->since)
			fail_msg("%s: since %d", row->name,
				 (int)track_since(&t, &row->rules).boot_ms);
	}
}

static void step__ends_an_incident_with_the_first_good_check(void **state)
{
	struct track t = {0};
	const char *checks = "xxxuxdu";
	struct change c = {0};
	for (int k = 0; checks[k]; k++)
		c = apply(&t, &defaults, checks[k], at(k));
	assert_true(c.closed);
	assert_int_equal(c.end.boot_ms, 5);
}

static void gap__is_quiet__and_so_is_what_it_turns_out_to_be(void **state)
{
	struct track t = {0};
	const char *checks = "uuu";
	for (int k = 0; checks[k]; k++)
		apply(&t, &defaults, checks[k], at(k));
	assert_true(apply(&t, &defaults, 'g', at(3)).quiet);
	struct change c = apply(&t, &defaults, 'u', at(4));
	assert_int_equal(c.to, STATE_UP);
	assert_true(c.quiet);
	for (int k = 5; k < 8; k++)
		c = apply(&t, &defaults, '?', at(k));
	assert_false(c.quiet);
	assert_false(apply(&t, &defaults, 'u', at(8)).quiet);
}

static void undecided__asks_for_another_look__only_until_decided(void **state)
{
	static const struct {
		const char *checks;
		bool undecided;
	} cases[] = {
		{"u", false},   {"x", true},      {"xx", true},   {"xxx", false}, {"xxxx", false},
		{"xxxu", true}, {"xxxuu", false}, {"?", true},    {"???", false}, {"ud", false},
		{"uP", false},  {"xP", false},    {"xxx?", true},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct track t = {0};
		for (int k = 0; cases[i].checks[k]; k++)
			apply(&t, &defaults, cases[i].checks[k], at(k));
		if (track_undecided(&t, &defaults) != cases[i].undecided)
			fail_msg("after %s", cases[i].checks);
	}
}

static void essence__stays_equal__while_nothing_is_decided_anew(void **state)
{
	struct track t = {0};
	for (int k = 0; k < 5; k++)
		apply(&t, &defaults, 'x', at(k));
	struct track before = track_essence(&t, &defaults);
	for (int k = 5; k < 100; k++)
		apply(&t, &defaults, 'x', at(k));
	struct track after = track_essence(&t, &defaults);
	assert_true(track_equal(&before, &after));
	assert_int_equal(t.fails, 100);
	apply(&t, &defaults, 'u', at(100));
	after = track_essence(&t, &defaults);
	assert_false(track_equal(&before, &after));
}

/* A hundred thousand monitors that are up are not written again with their second good answer. */
static void essence__of_what_is_up__is_written_once(void **state)
{
	struct rules r = {.failures = 3, .recoveries = 3, .slow_after = 3};
	struct track t = {0};
	apply(&t, &r, 'u', at(0));
	struct track first = track_essence(&t, &r);
	for (int k = 1; k < 5; k++) {
		apply(&t, &r, 'u', at(k));
		struct track next = track_essence(&t, &r);
		assert_true(track_equal(&first, &next));
	}
	for (int k = 5; k < 8; k++)
		apply(&t, &r, 'x', at(k));
	struct track down = track_essence(&t, &r);
	apply(&t, &r, 'u', at(8));
	struct track one = track_essence(&t, &r);
	apply(&t, &r, 'u', at(9));
	struct track two = track_essence(&t, &r);
	assert_false(track_equal(&down, &one));
	assert_false(track_equal(&one, &two));
}

/* What may never happen, whatever comes, with clocks that jump. */
static void step__keeps_its_promises__for_random_rows(void **state)
{
	static const char letters[] = "uuuudxxxx??PRg";
	unsigned seed = 11;
	for (int round = 0; round < 3000; round++) {
		struct rules r = {.failures = 1 + rand_r(&seed) % 4,
				  .recoveries = 1 + rand_r(&seed) % 3,
				  .slow_after = 1 + rand_r(&seed) % 3,
				  .flaps = rand_r(&seed) % 2};
		struct track t = {0};
		bool open = false;
		int bad = 0, good = 0;
		int64_t boot = 0;
		for (int k = 0; k < 60; k++) {
			char check = letters[rand_r(&seed) % (sizeof(letters) - 1)];
			boot += 1 + rand_r(&seed) % 1000;
			struct moment now = {.boot_ms = boot, .wall_ms = rand_r(&seed) % 100000};
			bool paused = t.hold == STATE_PAUSED;
			struct change c = apply(&t, &r, check, now);
			if (paused != (t.hold == STATE_PAUSED))
				bad = good = 0;
			else if (!paused && check == 'x')
				bad++, good = 0;
			else if (!paused && (check == 'u' || check == 'd'))
				good++, bad = 0;
			assert_false(c.opened && c.closed);
			if (c.opened) {
				assert_false(open);
				assert_true(bad >= (int)r.failures);
				assert_int_equal(c.to, STATE_DOWN);
				open = true;
			}
			if (c.closed) {
				assert_true(open);
				assert_true(check == 'P' || good >= (int)r.recoveries);
				assert_true(c.end.boot_ms <= boot);
				open = false;
			}
			assert_int_equal(open, t.base == STATE_DOWN);
			assert_true(track_since(&t, &r).boot_ms <= boot);
			assert_true(track_since(&t, &r).boot_ms >= 0);
			struct track e = track_essence(&t, &r), again = track_essence(&e, &r);
			assert_true(track_equal(&e, &again));
			assert_int_equal(track_state(&e, &r), track_state(&t, &r));
			assert_int_equal(track_since(&e, &r).boot_ms, track_since(&t, &r).boot_ms);
			assert_int_equal(track_undecided(&e, &r), track_undecided(&t, &r));
		}
	}
}

static void names__go_both_ways(void **state)
{
	for (int i = 0; i < STATE_COUNT; i++)
		assert_int_equal(monitor_state_parse(monitor_state_name((enum monitor_state)i)), i);
	assert_int_equal(monitor_state_parse("fine"), STATE_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(step__shows_and_announces__what_the_table_says),
		cmocka_unit_test(step__ends_an_incident_with_the_first_good_check),
		cmocka_unit_test(gap__is_quiet__and_so_is_what_it_turns_out_to_be),
		cmocka_unit_test(undecided__asks_for_another_look__only_until_decided),
		cmocka_unit_test(essence__stays_equal__while_nothing_is_decided_anew),
		cmocka_unit_test(essence__of_what_is_up__is_written_once),
		cmocka_unit_test(step__keeps_its_promises__for_random_rows),
		cmocka_unit_test(names__go_both_ways),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
