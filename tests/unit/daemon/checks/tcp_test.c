#include "harness.h"

#include "shared/json.h"

static void tcp__is_up__when_it_connects(void **state)
{
	struct harness *h = *state;
	struct probe p;

	probe(&p, h, "tcp", "{\"target\":\"127.0.0.1:%d\"}", PORT(h, "silent"));
	assert_result(&p, OUTCOME_UP, "");
	assert_true(p.run.result.phase_us[PHASE_CONNECT] >= 0);
	assert_true(p.run.result.total_us > 0);
	assert_string_equal(p.run.result.address, "127.0.0.1");
	probe_fini(&p);
}

static void tcp__says_and_expects(void **state)
{
	static const struct {
		const char *port, *fields;
		enum outcome outcome;
		const char *cause;
	} cases[] = {
		{"echo", "\"expect\":\"220 hello\\\\r\\\\n\"", OUTCOME_UP, ""},
		{"echo", "\"send\":\"P\\\\x49NG\\\\r\\\\n\",\"expect\":\"PING\"", OUTCOME_UP, ""},
		{"garbage", "\"expect\":\"+PONG\"", OUTCOME_DOWN, "expect"},
		{"silent", "\"expect\":\"x\",\"timeout\":\"300ms\"", OUTCOME_DOWN,
		 "timeout:first_byte"},
		{"echo", "\"expect\":\"never\",\"timeout\":\"300ms\"", OUTCOME_DOWN,
		 "timeout:transfer"},
		{"reset", "\"expect\":\"x\"", OUTCOME_DOWN, "reset"},
		{"refused", "\"slow\":\"1s\"", OUTCOME_DOWN, "refused"},
	};
	struct harness *h = *state;
	struct probe p;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		probe(&p, h, "tcp", "{\"target\":\"127.0.0.1:%d\",%s}", PORT(h, cases[i].port),
		      cases[i].fields);
		assert_result(&p, cases[i].outcome, cases[i].cause);
		assert_true(p.took_ms < 600);
		probe_fini(&p);
	}
}

static void tcp__asks__the_families_it_is_told_to(void **state)
{
	static const struct {
		const char *host, *port, *ip;
		enum outcome outcome;
		const char *cause;
	} cases[] = {
		{"dual.test", "dual", "auto", OUTCOME_UP, ""},
		{"dual.test", "dual", "both", OUTCOME_UP, ""},
		{"dual.test", "dual", "6", OUTCOME_UP, ""},
		{"dual.test", "echo", "both", OUTCOME_DEGRADED, "ipv6"},
		{"dual.test", "echo", "auto", OUTCOME_UP, ""},
		{"v6.test", "dual", "both", OUTCOME_DEGRADED, "ipv4"},
		{"deadv6.test", "black_hole6", "auto", OUTCOME_UP, ""},
		{"deadv6.test", "black_hole6", "6", OUTCOME_DOWN, "timeout:connect"},
		{"nx.test", "dual", "auto", OUTCOME_DOWN, "nxdomain"},
		{"silent.test", "dual", "auto", OUTCOME_UNKNOWN, "resolver"},
	};
	struct harness *h = *state;
	struct probe p;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		probe(&p, h, "tcp", "{\"target\":\"%s:%d\",\"ip\":\"%s\",\"timeout\":\"800ms\"}",
		      cases[i].host, PORT(h, cases[i].port), cases[i].ip);
		assert_result(&p, cases[i].outcome, cases[i].cause);
		if (!strcmp(cases[i].host, "deadv6.test") && cases[i].outcome == OUTCOME_UP)
			assert_says(&p, "IPv6 did not answer, IPv4 did");
		probe_fini(&p);
	}
}

static void tcp__can_be_cancelled__at_any_time(void **state)
{
	struct harness *h = *state;
	struct probe p;
	char spec[128];

	for (int i = 0; i < 3; i++) {
		snprintf(spec, sizeof spec, "{\"target\":\"%s:%d\",\"expect\":\"x\",\"ip\":\"%s\"}",
			 i == 1 ? "silent.test" : "dual.test", PORT(h, "silent"),
			 i == 2 ? "both" : "auto");
		probe_prepare(&p, h, "tcp", spec);
		check_result_init(&p.run.result);
		loop_post(h->loop, probe_start, &p);
		usleep(20000);
		loop_post(h->loop, probe_cancel, &p);
		harness_wait(h);
		assert_result(&p, OUTCOME_UNKNOWN, "cancelled");
		probe_fini(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tcp__is_up__when_it_connects),
		cmocka_unit_test(tcp__says_and_expects),
		cmocka_unit_test(tcp__asks__the_families_it_is_told_to),
		cmocka_unit_test(tcp__can_be_cancelled__at_any_time),
	};

	return cmocka_run_group_tests(tests, harness_setup, harness_teardown);
}
