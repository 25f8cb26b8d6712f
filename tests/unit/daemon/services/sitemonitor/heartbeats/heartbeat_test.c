#include "daemon/services/sitemonitor/heartbeats/heartbeat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

struct row {
	const char *spec, *after, *started, *deadline;
};

static const struct row rows[] = {
	{"{\"period\":\"1h\",\"grace\":\"10m\"}", "2026-11-22T10:00:00Z", NULL,
	 "2026-11-22T11:10:00Z"},
	/* a run that began and did not end: its own time, else the grace */
	{"{\"period\":\"1h\",\"grace\":\"10m\"}", "2026-11-22T10:00:00Z", "2026-11-22T10:30:00Z",
	 "2026-11-22T10:40:00Z"},
	{"{\"period\":\"1h\",\"grace\":\"10m\",\"max_runtime\":\"2h\"}", "2026-11-22T10:00:00Z",
	 "2026-11-22T10:30:00Z", "2026-11-22T12:30:00Z"},
	{"{\"cron\":\"0 3 * * *\",\"grace\":\"30m\"}", "2026-11-22T03:05:00Z", NULL,
	 "2026-11-23T03:30:00Z"},
	{"{\"cron\":\"0 3 * * *\",\"grace\":\"30m\",\"zone\":\"Europe/Berlin\"}",
	 "2026-11-22T03:05:00Z", NULL, "2026-11-23T02:30:00Z"},
	/* the night that is an hour shorter: 02:30 does not exist, the job runs at 03:00 summer
	   time */
	{"{\"cron\":\"30 2 * * *\",\"grace\":\"1m\",\"zone\":\"Europe/Berlin\"}",
	 "2027-03-27T12:00:00Z", NULL, "2027-03-28T01:01:00Z"},
	{"{\"cron\":\"30 2 * * *\",\"grace\":\"1m\",\"zone\":\"Europe/Berlin\"}",
	 "2027-03-28T01:00:00Z", NULL, "2027-03-29T00:31:00Z"},
	/* the night that is an hour longer: 02:30 comes twice, the first counts, once */
	{"{\"cron\":\"30 2 * * *\",\"grace\":\"1m\",\"zone\":\"Europe/Berlin\"}",
	 "2027-10-30T12:00:00Z", NULL, "2027-10-31T00:31:00Z"},
	{"{\"cron\":\"30 2 * * *\",\"grace\":\"1m\",\"zone\":\"Europe/Berlin\"}",
	 "2027-10-31T00:30:00Z", NULL, "2027-11-01T01:31:00Z"},
};

static int64_t ms(const char *text)
{
	int64_t t = 0;
	if (text)
		assert_true(time_parse(text, &t));
	return t;
}

static void deadline__is_what_the_table_says(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct heartbeat_plan p;
		struct error e = {0};
		char found[TIME_TEXT], wanted[TIME_TEXT];
		json_t *spec = json_loads(rows[i].spec, 0, NULL);
		json_object_set_new(spec, "type", json_string("heartbeat"));
		if (heartbeat_plan_init(&p, spec, &e))
			fail_msg("%s: %s", rows[i].spec, e.text);
		int64_t at = heartbeat_deadline_ms(&p, ms(rows[i].after), ms(rows[i].started));
		time_rfc3339(found, at);
		time_rfc3339(wanted, ms(rows[i].deadline));
		if (at != ms(rows[i].deadline))
			fail_msg("%s after %s: %s, not %s", rows[i].spec, rows[i].after, found,
				 wanted);
		heartbeat_plan_fini(&p);
		json_decref(spec);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deadline__is_what_the_table_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
