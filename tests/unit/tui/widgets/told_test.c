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

static void told__says__what_the_reader_must_know_first(void **state)
{
	static const struct {
		const char *row, *text;
		unsigned role;
	} cases[] = {
		{"{'state':'open','deliveries':[{'notifier':'ops','state':'sent',"
		 "'sent_at':'2026-11-23T07:11:53Z'}]}",
		 "ops 07:11 ok", ROLE_UP},
		{"{'state':'open','deliveries':[{'notifier':'ops','state':'sent',"
		 "'sent_at':'2026-11-20T07:11:53Z'}]}",
		 "ops 20 Nov ok", ROLE_UP},
		{"{'state':'open','deliveries':["
		 "{'notifier':'ops','state':'sent','sent_at':'2026-11-23T07:11:53Z'},"
		 "{'notifier':'mail','state':'dead','created_at':'2026-11-23T07:11:00Z'}]}",
		 "mail FAILED", ROLE_DOWN},
		{"{'state':'open','deliveries':["
		 "{'notifier':'mail','state':'dead','created_at':'2026-11-23T07:11:00Z'},"
		 "{'notifier':'mail','state':'sent','created_at':'2026-11-23T07:12:00Z'}]}",
		 "mail ok at last", ROLE_DIM},
		{"{'state':'open','deliveries':[{'notifier':'mail','state':'pending','attempts':2,"
		 "'next_at':'2026-11-23T12:20:00Z'}]}",
		 "mail again 12:20", ROLE_DEGRADED},
		{"{'state':'open','deliveries':[{'notifier':'mail','state':'pending','attempts':0,"
		 "'next_at':'2026-11-23T20:00:00Z'}]}",
		 "waiting 20:00", ROLE_DIM},
		{"{'state':'open','snoozed_until':'2026-11-23T13:30:00Z','silenced':true}",
		 "snoozed 13:30", ROLE_DIM},
		{"{'state':'open','snoozed_until':'2026-11-23T11:30:00Z','silenced':true}",
		 "silenced", ROLE_DIM},
		{"{'state':'open','inhibited':true}", "held back", ROLE_DIM},
		{"{'state':'open','deliveries':[]}", "nobody", ROLE_DIM},
		{"{'state':'resolved','silenced':true}", "-", ROLE_DIM},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *row = read(cases[i].row);
		char text[TOLD_TEXT];
		unsigned style;

		told_text(row, now, text, sizeof text, &style);
		assert_string_equal(text, cases[i].text);
		assert_int_equal(style, cases[i].role);
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
		cmocka_unit_test(told__says__what_the_reader_must_know_first),
		cmocka_unit_test(outcome__has__status_tries_and_answer),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
