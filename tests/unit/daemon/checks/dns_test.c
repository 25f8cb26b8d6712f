#include "harness.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "shared/json.h"

#define SERVER "\"server\":\"%s\""

static void dns__is_up__and_shows_the_records(void **state)
{
	static const struct {
		const char *target, *record, *records, *says;
	} cases[] = {
		{"v4.test", "A", "[\"127.0.0.1\"]", "A 127.0.0.1, TTL 60 s"},
		{"v6.test", "AAAA", "[\"::1\"]", "AAAA ::1, TTL 60 s"},
		{"www.test", "CNAME", "[\"example.test\"]", "CNAME example.test, TTL 300 s"},
		{"example.test", "MX", "[\"10 mx1.example.test\",\"20 mx2.example.test\"]",
		 "2 MX records, TTL 300 s"},
		{"example.test", "TXT",
		 "[\"hello; \\\"you\\\" \xEF\xBF\xBD[31m\",\"v=spf1 mx -all\"]", "2 TXT records"},
		{"example.test", "NS", "[\"ns1.example.test\",\"ns2.example.test\"]",
		 "2 NS records"},
		{"example.test", "SOA",
		 "[\"ns1.example.test host.example.test 2026112201 7200 3600 9 300\"]", "SOA ns1"},
		{"example.test", "CAA",
		 "[\"0 issue \\\"ca.example\\\"\",\"128 iodef \\\"mailto:a@example.test\\\"\"]",
		 "2 CAA records"},
	};
	struct harness *h = *state;
	struct probe p;
	json_t *root;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (int named = 0; named < 2; named++) {
			char *records;

			probe(&p, h, "dns", "{\"target\":\"%s\",\"record\":\"%s\"%s%s%s}",
			      cases[i].target, cases[i].record, named ? ",\"server\":\"" : "",
			      named ? h->nameservers : "", named ? "\"" : "");
			assert_result(&p, OUTCOME_UP, "");
			assert_says(&p, cases[i].says);
			assert_string_equal(p.run.result.address, named ? "127.0.0.1" : "");
			assert_true(p.run.result.total_us > 0);
			assert_true(p.run.result.phase_us[PHASE_FIRST_BYTE] >= 0);
			evidence_of(&p, &root);
			records = json_dumps(json_object_get(root, "records"), JSON_COMPACT);
			assert_string_equal(records, cases[i].records);
			assert_string_equal(json_str(root, "record", ""), cases[i].record);
			assert_string_equal(json_str(root, "dnssec", ""), "not authenticated");
			free(records);
			json_decref(root);
			probe_fini(&p);
		}
	}
}

static void dns__compares__with_what_is_expected(void **state)
{
#define MX "\"record\":\"MX\",\"expect\":"
#define A  "\"record\":\"A\",\"expect\":"
	static const struct {
		const char *target, *fields;
		enum outcome outcome;
		const char *cause, *says;
	} cases[] = {
		{"example.test", MX "[\"mx1.example.test\"]", OUTCOME_UP, "", "2 MX"},
		{"example.test", MX "[\"10 Mx1.Example.test.\"]", OUTCOME_UP, "", "2 MX"},
		{"example.test", MX "[\"5 mx1.example.test\"]", OUTCOME_DOWN, "records",
		 "MX: missing 5 mx1.example.test; unexpected 10 mx1.example.test, 20 "
		 "mx2.example.test"},
		{"example.test", MX "[\"mx1.example.test\",\"mx3.example.test\"]", OUTCOME_DOWN,
		 "records", "missing mx3.example.test; unexpected 20 mx2.example.test"},
		{"example.test", MX "[\"mx3.example.test\",\"mx1.example.test\"],\"match\":\"any\"",
		 OUTCOME_UP, "", ""},
		{"example.test", MX "[\"mx3.example.test\"],\"match\":\"any\"", OUTCOME_DOWN,
		 "records", "none of mx3.example.test; unexpected 10 mx1"},
		{"example.test", MX "[\"mx1.example.test\"],\"match\":\"exact\"", OUTCOME_DOWN,
		 "records", "MX: unexpected 20 mx2.example.test"},
		{"example.test",
		 MX "[\"mx2.example.test\",\"mx1.example.test\"],\"match\":\"exact\"", OUTCOME_UP,
		 "", ""},
		{"v4.test", A "[\"127.0.0.1\"],\"match\":\"exact\"", OUTCOME_UP, "", ""},
		{"v4.test", A "[\"127.0.0.2\"]", OUTCOME_DOWN, "records",
		 "A: missing 127.0.0.2; unexpected 127.0.0.1"},
		{"v6.test", "\"record\":\"AAAA\",\"expect\":[\"0:0:0:0:0:0:0:1\"]", OUTCOME_UP, "",
		 ""},
		{"www.test", A "[\"127.0.0.1\"]", OUTCOME_UP, "", ""},
		{"example.test", "\"record\":\"TXT\",\"expect\":[\"\\\"v=spf1 mx -all\\\"\"]",
		 OUTCOME_UP, "", ""},
		{"example.test", "\"record\":\"TXT\",\"expect\":[\"v=spf1 mx ~all\"]", OUTCOME_DOWN,
		 "records", "missing v=spf1 mx ~all; unexpected hello"},
		{"example.test", "\"record\":\"SOA\",\"expect\":[\"ns1.example.test\"]", OUTCOME_UP,
		 "", ""},
		{"example.test", "\"record\":\"SOA\",\"expect\":[\"ns2.example.test\"]",
		 OUTCOME_DOWN, "records", "missing ns2.example.test"},
		{"example.test", "\"record\":\"CAA\",\"expect\":[\"issue ca.example\"]", OUTCOME_UP,
		 "", ""},
		{"example.test", "\"record\":\"CAA\",\"expect\":[\"0 issue \\\"ca2.example\\\"\"]",
		 OUTCOME_DOWN, "records", "missing 0 issue"},
		{"v4.test", "\"record\":\"MX\"", OUTCOME_DOWN, "no_records",
		 "v4.test has no MX records"},
		{"empty.test", "\"record\":\"A\"", OUTCOME_DOWN, "no_records",
		 "empty.test has no A records"},
		{"signed.test", "\"record\":\"TXT\",\"dnssec\":true", OUTCOME_UP, "",
		 "validated by DNSSEC"},
		{"v4.test", "\"dnssec\":true", OUTCOME_DOWN, "dnssec", "no AD flag"},
		{"slow.test", "\"slow\":\"100ms\"", OUTCOME_DEGRADED, "slow", "slower than 100 ms"},
	};
	struct harness *h = *state;
	struct probe p;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		probe(&p, h, "dns", "{\"target\":\"%s\",%s}", cases[i].target, cases[i].fields);
		assert_result(&p, cases[i].outcome, cases[i].cause);
		assert_says(&p, cases[i].says);
		probe_fini(&p);
	}
}

/* A port on which nothing listens: it was taken, and let go. */
static int dead_port(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	close(fd);
	return ntohs(a.sin_port);
}

static void dns__blames__who_was_asked(void **state)
{
	static const struct {
		const char *target;
		enum outcome named;
		const char *named_cause;
		enum outcome own;
		const char *own_cause, *says, *own_says;
	} cases[] = {
		{"nx.test", OUTCOME_DOWN, "nxdomain", OUTCOME_DOWN, "nxdomain",
		 "nx.test: no such name (NXDOMAIN), says name server 127.0.0.1", ""},
		{"silent.test", OUTCOME_DOWN, "timeout", OUTCOME_UNKNOWN, "resolver",
		 "name server 127.0.0.1 did not answer within 400ms", "within 400ms"},
		{"servfail.test", OUTCOME_DOWN, "servfail", OUTCOME_UNKNOWN, "resolver",
		 "name server 127.0.0.1 answers: server failure (SERVFAIL)", "fails, refuses"},
		{"refused.test", OUTCOME_DOWN, "refused", OUTCOME_UNKNOWN, "resolver",
		 "answers: refused (REFUSED)", "fails, refuses"},
		{"broken.test", OUTCOME_DOWN, "protocol", OUTCOME_UNKNOWN, "resolver",
		 "cannot be read", "cannot be read"},
	};
	struct harness *h = *state;
	struct probe p;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		probe(&p, h, "dns", "{\"target\":\"%s\",\"timeout\":\"400ms\"," SERVER "}",
		      cases[i].target, h->nameservers);
		assert_result(&p, cases[i].named, cases[i].named_cause);
		assert_says(&p, cases[i].says);
		probe_fini(&p);
		probe(&p, h, "dns", "{\"target\":\"%s\",\"timeout\":\"400ms\"}", cases[i].target);
		assert_result(&p, cases[i].own, cases[i].own_cause);
		assert_says(&p, cases[i].own_says);
		assert_true(p.took_ms < 800);
		probe_fini(&p);
	}
}

static void dns__finds__the_named_server(void **state)
{
	static const struct {
		const char *host;
		bool dead;
		enum outcome outcome;
		const char *cause, *says;
	} cases[] = {
		{"ns1.test", false, OUTCOME_UP, "", "A 127.0.0.1"},
		{"nx.test", false, OUTCOME_DOWN, "nxdomain", "nx.test"},
		{"silent.test", false, OUTCOME_UNKNOWN, "resolver", "silent.test"},
		{"127.0.0.1", true, OUTCOME_DOWN, "refused", "nothing listens there"},
		{"[fe80::1]", true, OUTCOME_UNKNOWN, "local", "this machine cannot reach"},
	};
	struct harness *h = *state;
	struct probe p;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		probe(&p, h, "dns",
		      "{\"target\":\"v4.test\",\"server\":\"%s:%d\",\"timeout\":\"900ms\"}",
		      cases[i].host, cases[i].dead ? dead_port() : fake_port(&h->dns, "dns"));
		if (p.run.result.outcome == OUTCOME_DOWN && !strcmp(cases[i].cause, "local"))
			assert_string_equal(p.run.result.cause, "unreachable"); /* as routed here */
		else
			assert_result(&p, cases[i].outcome, cases[i].cause);
		probe_fini(&p);
	}
}

/* More than fits into a datagram comes by TCP; what is shown of it has a bound. */
static void dns__reads__long_answers(void **state)
{
	struct harness *h = *state;
	struct probe p;
	json_t *root;

	probe(&p, h, "dns", "{\"target\":\"many.test\",\"record\":\"TXT\"}");
	assert_result(&p, OUTCOME_UP, "");
	assert_says(&p, "50 TXT records");
	evidence_of(&p, &root);
	assert_int_equal(json_array_size(json_object_get(root, "records")), 50);
	json_decref(root);
	probe_fini(&p);
}

static void dns__evidence__is_the_same_for_the_same_answer(void **state)
{
	struct harness *h = *state;
	struct probe p;
	char *first;
	json_t *root;

	probe(&p, h, "dns", "{\"target\":\"www.test\",\"record\":\"A\"," SERVER "}",
	      h->nameservers);
	first = strdup(p.run.result.evidence);
	assert_string_equal(json_str(evidence_of(&p, &root), "alias", ""), "example.test");
	assert_int_equal(json_int(root, "ttl_s", 0), 60);
	json_decref(root);
	for (int i = 0; i < 3; i++) {
		probe_run(&p);
		assert_string_equal(p.run.result.evidence, first);
	}
	free(first);
	probe_fini(&p);
}

static void dns__can_be_cancelled__at_any_time(void **state)
{
	struct harness *h = *state;
	struct probe p;
	char spec[160];

	for (int i = 0; i < 4; i++) {
		snprintf(spec, sizeof spec, "{\"target\":\"silent.test\",\"server\":\"%s\"}",
			 i == 1 ? "silent.test:53" : h->nameservers);
		probe_prepare(&p, h, "dns", spec);
		check_result_init(&p.run.result);
		loop_post(h->loop, probe_start, &p);
		if (i > 1)
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
		cmocka_unit_test(dns__is_up__and_shows_the_records),
		cmocka_unit_test(dns__compares__with_what_is_expected),
		cmocka_unit_test(dns__blames__who_was_asked),
		cmocka_unit_test(dns__finds__the_named_server),
		cmocka_unit_test(dns__reads__long_answers),
		cmocka_unit_test(dns__evidence__is_the_same_for_the_same_answer),
		cmocka_unit_test(dns__can_be_cancelled__at_any_time),
	};

	return cmocka_run_group_tests(tests, harness_setup, harness_teardown);
}
