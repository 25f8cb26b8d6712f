#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shared/mem.h"
#include "shared/topic.h"

static void topics__belong__to_themselves_and_what_is_above(void **state)
{
	static const struct {
		const char *pattern, *topic;
		bool in;
	} cases[] = {
		{"monitor.down", "monitor.down", true}, {"monitor.down", "monitor.downer", false},
		{"monitor.down", "monitor", false},     {"monitor", "monitor.down", true},
		{"monitor", "monitor", true},           {"monitor", "monitors.down", false},
		{"monitor.*", "monitor.down", true},    {"monitor.*", "monitor.cert.ending", true},
		{"monitor.*", "monitor", false},        {"monitor.*", "monitors.down", false},
		{"*", "anything.at.all", true},         {"", "monitor", false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *list = json_pack("[s, s]", "nothing.else", cases[i].pattern);
		if (topic_in(list, cases[i].topic) != cases[i].in)
			fail_msg("%s in %s", cases[i].topic, cases[i].pattern);
		json_decref(list);
		char *words = mem_printf("nothing.else,%s", cases[i].pattern);
		if (topic_in_words(words, cases[i].topic) != cases[i].in)
			fail_msg("%s in %s", cases[i].topic, words);
		free(words);
	}
	assert_false(topic_in(NULL, "monitor.down"));
}

static void patterns__are_refused__with_the_field(void **state)
{
	static const char *const good[] = {"a", "monitor.down", "a.b-c.d_9", "monitor.*", "*"};
	static const char *const bad[] = {
		"",      ".",
		"a.",    ".a",
		"a..b",  "Mon.a",
		"a.*.b", "a*",
		"*.a",   "a b",
		"a.b=c", "\x1b[m",
		"**",    "a2345678901234567890123456789012345678901234567890"};
	struct error e = {0};
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(topic_pattern_valid(good[i], &e));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (topic_pattern_valid(bad[i], &e))
			fail_msg("%s", bad[i]);
	}
	json_t *spec = json_pack("{s:[s,s]}", "topics", "monitor.down", "Monitor down");
	e = (struct error){0};
	assert_int_equal(topics_check_field(spec, "topics", &e), ERR_INVALID);
	assert_string_equal(e.field, "topics");
	assert_string_equal(e.text, "topics: \"Monitor down\" is not a topic");
	assert_non_null(strstr(e.hint, "monitor.down"));
	assert_int_equal(topics_check_field(spec, "absent", &e), ERR_NONE);
	json_decref(spec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(topics__belong__to_themselves_and_what_is_above),
		cmocka_unit_test(patterns__are_refused__with_the_field),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
