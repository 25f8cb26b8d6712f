#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/mem.h"
#include "tui/term/theme.h"
#include "tui/widgets/told.h"

static const int64_t now = INT64_C(1795435200000); /* 2026-11-23T12:00:00Z */

static json_t *read(const char *text)
{
	char json[1024];
	json_t *v;

	snprintf(json, sizeof json, "%s", text);
	for (char *p = json; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	v = json_loads(json, 0, NULL);
	assert_non_null(v);
	return v;
}

static int set_up(void **state)
{
	setenv("TZ", "UTC", 1);
	tzset();
	return 0;
}

static void told__has__the_colour_of_the_worst_that_a_notifier_got_last(void **state)
{
	static const struct {
		const char *row;
		unsigned role;
	} cases[] = {
		{"{'state':'open','deliveries':[{'notifier':'ops','state':'sent'}]}", ROLE_UP},
		{"{'state':'open','deliveries':[{'notifier':'mail','state':'dead'},"
		 "{'notifier':'ops','state':'sent'}]}",
		 ROLE_DOWN},
		{"{'state':'open','deliveries':[{'notifier':'mail','state':'dead'},"
		 "{'notifier':'mail','state':'sent'}]}",
		 ROLE_UP},
		{"{'state':'open','deliveries':["
		 "{'notifier':'mail','state':'pending','attempts':2}]}",
		 ROLE_DEGRADED},
		{"{'state':'open','deliveries':["
		 "{'notifier':'mail','state':'pending','attempts':0}]}",
		 ROLE_DIM},
		{"{'state':'open','silenced':true,'deliveries':["
		 "{'notifier':'ops','state':'sent'}]}",
		 ROLE_DIM},
		{"{'state':'open','deliveries':[]}", ROLE_DIM},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *row = read(cases[i].row);

		assert_int_equal(told_style(row), cases[i].role);
		json_decref(row);
	}
}

static void outcome__has__status_tries_and_answer(void **state)
{
	static const struct {
		const char *row, *text;
	} cases[] = {
		{"{'state':'sent','attempts':1,'status':200,'took_ms':41,'answer':'ok'}",
		 "ok, 200 in 41ms"},
		{"{'state':'sent','attempts':1,'status':200,'took_ms':41,'answer':'200 OK'}",
		 "ok, 200 in 41ms"},
		{"{'state':'sent','attempts':1,'took_ms':41,'answer':'250 queued as 7'}",
		 "ok in 41ms: 250 queued as 7"},
		{"{'state':'dead','attempts':3,'status':401,'answer':'invalid_token'}",
		 "FAILED after 3 attempts, 401: invalid_token"},
		{"{'state':'pending','attempts':1,'answer':'refused the connection',"
		 "'next_at':'2026-11-23T12:05:00Z'}",
		 "tries again 12:05 after 1 attempt: refused the connection"},
		{"{'state':'pending','attempts':0,'next_at':'2026-11-23T20:00:00Z'}",
		 "waiting until 20:00"},
		{"{'state':'pending','attempts':0}", "on its way"},
		{"{'state':'merged'}", "merged"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *row = read(cases[i].row);
		char text[256];
		unsigned style;

		told_outcome(row, now, text, sizeof text, &style);
		assert_string_equal(text, cases[i].text);
		json_decref(row);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(told__has__the_colour_of_the_worst_that_a_notifier_got_last),
		cmocka_unit_test(outcome__has__status_tries_and_answer),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
