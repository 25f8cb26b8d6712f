#include "harness.h"

#include "shared/json.h"

static void websocket__opens_and_closes__over_tls(void **state)
{
	struct harness *h = *state;
	struct probe p;
	json_t *evidence, *certificate;

	probe(&p, h, "websocket",
	      "{\"target\":\"wss://localhost:%d/ws/echo\",\"ip\":\"4\",\"subprotocol\":\"chat\","
	      "\"message\":\"{\\\"n\\\": 1}\",\"expect\":\"\\\"n\\\"\",\"pattern\":\"[0-9]\"}",
	      PORT(h, "tls_good"));
	assert_result(&p, OUTCOME_UP, "");
	assert_says(&p, "opened, the expected message came, TLSv1.3, certificate until ");
	for (int i = 0; i < PHASE_COUNT; i++)
		assert_true(p.run.result.phase_us[i] >= 0);
	evidence_of(&p, &evidence);
	assert_string_equal(json_str(evidence, "server", ""), "badserver");
	assert_string_equal(json_str(evidence, "subprotocol", ""), "chat");
	assert_true(json_bool(evidence, "clean_close", false));
	assert_int_equal(strlen(json_str(evidence, "certificate_fingerprint", "")), 64);
	json_decref(evidence);
	certificate = json_loads(p.run.result.certificate, 0, NULL);
	assert_string_equal(json_str(certificate, "subject", ""), "localhost");
	json_decref(certificate);
	probe_fini(&p);
}

struct expected_case {
	const char *path, *fields;
	enum outcome outcome;
	const char *cause, *words;
};

static void try_cases(struct harness *h, const struct expected_case *cases, size_t n)
{
	struct probe p;

	for (size_t i = 0; i < n; i++) {
		probe(&p, h, "websocket", "{\"target\":\"ws://localhost:%d%s\",\"ip\":\"4\",%s}",
		      PORT(h, "http"), cases[i].path, cases[i].fields);
		assert_result(&p, cases[i].outcome, cases[i].cause);
		assert_says(&p, cases[i].words);
		assert_null(strchr(p.run.result.message, '\033'));
		assert_true(p.took_ms < 1500);
		probe_fini(&p);
	}
}

static void websocket__judges__the_handshake(void **state)
{
	static const struct expected_case cases[] = {
		{"/ws/echo", "\"timeout\":\"1s\"", OUTCOME_UP, "", "opened"},
		{"/ws/silent", "\"timeout\":\"400ms\"", OUTCOME_UP, "", "opened"},
		{"/ws/drop", "\"timeout\":\"1s\"", OUTCOME_UP, "", "opened"},
		{"/ws/needs-key", "\"headers\":{\"X-Api-Key\":\"k1\"}", OUTCOME_UP, "", ""},
		{"/ws/needs-key", "\"headers\":{}", OUTCOME_DOWN, "handshake",
		 "HTTP 401 Unauthorized, expected 101"},
		{"/ok", "\"timeout\":\"1s\"", OUTCOME_DOWN, "handshake", "HTTP 200 OK"},
		{"/status/502", "\"timeout\":\"1s\"", OUTCOME_DOWN, "handshake",
		 "HTTP 502 Bad Gateway"},
		{"/ws/wrong-accept", "\"timeout\":\"1s\"", OUTCOME_DOWN, "accept_mismatch",
		 "not the answer to our key"},
		{"/ws/no-accept", "\"timeout\":\"1s\"", OUTCOME_DOWN, "accept_mismatch",
		 "has no Sec-WebSocket-Accept"},
		{"/ws/no-upgrade", "\"timeout\":\"1s\"", OUTCOME_DOWN, "handshake",
		 "does not say Upgrade"},
		{"/ws/extension", "\"timeout\":\"1s\"", OUTCOME_DOWN, "handshake", "extension"},
		{"/ws/no-protocol", "\"subprotocol\":\"chat\"", OUTCOME_DOWN, "handshake",
		 "did not choose the subprotocol chat"},
		{"/ws/other-protocol", "\"subprotocol\":\"chat\"", OUTCOME_DOWN, "handshake",
		 "chose the subprotocol \"other\""},
		{"/ws/other-protocol", "\"timeout\":\"1s\"", OUTCOME_DOWN, "handshake",
		 "was not asked for"},
		{"/ws/endless-head", "\"timeout\":\"1s\"", OUTCOME_DOWN, "handshake", "too long"},
		{"/not-http", "\"timeout\":\"1s\"", OUTCOME_DOWN, "handshake",
		 "not HTTP, or too long: \"220 mail"},
		{"/ws/no-answer", "\"timeout\":\"1s\"", OUTCOME_DOWN, "closed",
		 "ended before the answer to the handshake"},
		{"/hang", "\"timeout\":\"300ms\"", OUTCOME_DOWN, "timeout:first_byte",
		 "no answer to the handshake within 300ms"},
	};

	try_cases(*state, cases, sizeof cases / sizeof *cases);
}

static void websocket__waits__for_the_expected_message(void **state)
{
	static const struct expected_case cases[] = {
		{"/ws/echo", "\"message\":\"ping 17\",\"pattern\":\"^ping [0-9]+$\"", OUTCOME_UP,
		 "", "the expected message came"},
		{"/ws/pings", "\"expect\":\"Hello world\"", OUTCOME_UP, "", "came"},
		{"/ws/hello", "\"expect\":\"bye\",\"timeout\":\"300ms\"", OUTCOME_DOWN, "reply",
		 "1 message within 300ms, none with \"bye\"; the last: \"hi\xEF"},
		{"/ws/silent", "\"expect\":\"x\",\"timeout\":\"300ms\"", OUTCOME_DOWN,
		 "timeout:transfer", "no expected message within 300ms"},
		{"/ws/drop", "\"expect\":\"x\"", OUTCOME_DOWN, "closed", "without a Close"},
		{"/ws/close", "\"expect\":\"x\"", OUTCOME_DOWN, "closed",
		 "closed with 1013 \"try later\""},
		{"/ws/close-none", "\"expect\":\"x\"", OUTCOME_DOWN, "closed", "the server closed"},
		{"/ws/flood", "\"expect\":\"x\"", OUTCOME_DOWN, "reply", "within 1 MB"},
		{"/ws/masked", "\"expect\":\"x\"", OUTCOME_DOWN, "protocol", "a masked frame"},
		{"/ws/reserved", "\"expect\":\"x\"", OUTCOME_DOWN, "protocol", "reserved bits"},
		{"/ws/unknown", "\"expect\":\"x\"", OUTCOME_DOWN, "protocol", "unknown kind"},
		{"/ws/huge", "\"expect\":\"x\"", OUTCOME_DOWN, "protocol", "more than 64 kB"},
		{"/ws/long-length", "\"expect\":\"x\"", OUTCOME_DOWN, "protocol", "too long"},
		{"/ws/bad-utf8", "\"expect\":\"x\"", OUTCOME_DOWN, "protocol", "not UTF-8"},
		{"/ws/continues-nothing", "\"expect\":\"x\"", OUTCOME_DOWN, "protocol",
		 "a continuation of nothing"},
		{"/ws/echo",
		 "\"message\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\","
		 "\"pattern\":\"^(a+)+$\"",
		 OUTCOME_UNKNOWN, "pattern_limit", "too much work"},
	};

	try_cases(*state, cases, sizeof cases / sizeof *cases);
}

static void websocket__judges__certificates(void **state)
{
	static const struct {
		const char *port, *fields;
		enum outcome outcome;
		const char *cause;
	} cases[] = {
		{"tls_expired", "\"timeout\":\"1s\"", OUTCOME_DOWN, "tls_expired"},
		{"tls_wrong_host", "\"timeout\":\"1s\"", OUTCOME_DOWN, "tls_hostname"},
		{"tls_wrong_host", "\"server_name\":\"other.test\"", OUTCOME_UP, ""},
		{"tls_untrusted", "\"timeout\":\"1s\"", OUTCOME_DOWN, "tls_untrusted"},
		{"tls_untrusted", "\"verify\":false", OUTCOME_UP, ""},
		{"tls_soon", "\"timeout\":\"1s\"", OUTCOME_DEGRADED, "cert_expiring"},
		{"tls_soon", "\"cert_days\":3", OUTCOME_UP, ""},
		{"garbage", "\"timeout\":\"1s\"", OUTCOME_DOWN, "tls_handshake"},
		{"silent", "\"timeout\":\"300ms\"", OUTCOME_DOWN, "timeout:tls"},
		{"refused", "\"timeout\":\"1s\"", OUTCOME_DOWN, "refused"},
	};
	struct harness *h = *state;
	struct probe p;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		probe(&p, h, "websocket",
		      "{\"target\":\"wss://localhost:%d/ws/echo\",\"ip\":\"4\",%s}",
		      PORT(h, cases[i].port), cases[i].fields);
		assert_result(&p, cases[i].outcome, cases[i].cause);
		probe_fini(&p);
	}
}

static void websocket__can_be_cancelled__at_any_time(void **state)
{
	static const char *const specs[] = {
		"{\"target\":\"ws://localhost:%d/hang\"}",
		"{\"target\":\"ws://localhost:%d/ws/silent\",\"expect\":\"x\"}",
		"{\"target\":\"ws://localhost:%d/ws/silent\"}",
	};
	struct harness *h = *state;
	struct probe p;
	char spec[160];

	for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
		const char *rest = strstr(specs[i], "%d") + 2;

		snprintf(spec, sizeof spec, "%.*s%d%s", (int)(rest - 2 - specs[i]), specs[i],
			 PORT(h, "http"), rest);
		probe_prepare(&p, h, "websocket", spec);
		check_result_init(&p.run.result);
		loop_post(h->loop, probe_start, &p);
		usleep(30000);
		loop_post(h->loop, probe_cancel, &p);
		harness_wait(h);
		assert_result(&p, OUTCOME_UNKNOWN, "cancelled");
		probe_fini(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(websocket__opens_and_closes__over_tls),
		cmocka_unit_test(websocket__judges__the_handshake),
		cmocka_unit_test(websocket__waits__for_the_expected_message),
		cmocka_unit_test(websocket__judges__certificates),
		cmocka_unit_test(websocket__can_be_cancelled__at_any_time),
	};

	return cmocka_run_group_tests(tests, harness_setup, harness_teardown);
}
