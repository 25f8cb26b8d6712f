/* The http check through proxies, and whose fault is whose. */
#include "secrets.h"

#include "shared/json.h"

/* Names end in .test and nobody but the proxies knows them. */
struct proxy_case {
	const char *proxy, *port; /* scheme, and what listens there */
	const char *scheme_host, *path;
	const char *target_port;
	const char *fields;
	enum outcome outcome;
	const char *cause, *words;
};

static void try(struct harness *h, const struct proxy_case *c)
{
	char target[128];
	struct probe p;

	snprintf(target, sizeof target, "%s:%d%s", c->scheme_host, PORT(h, c->target_port),
		 c->path);
	probe(&p, h, "http",
	      "{\"target\":\"%s\",\"proxy\":\"%s://localhost:%d\",\"verify\":false,"
	      "\"timeout\":\"1s\",\"cert_days\":0%s}",
	      target, c->proxy, PORT(h, c->port), c->fields);
	if (p.run.result.outcome != c->outcome)
		print_message("%s by %s %s\n", target, c->proxy, c->port);
	assert_result(&p, c->outcome, c->cause);
	assert_says(&p, c->words);
	assert_null(strstr(p.run.result.message, "sesame"));
	assert_null(strstr(p.run.result.evidence, "sesame"));
	probe_fini(&p);
}

static void try_all(struct harness *h, const struct proxy_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		try(h, &cases[i]);
}

#define TRY(h, cases) try_all(h, cases, sizeof cases / sizeof *cases)
#define LOGIN(user)   ",\"proxy_user\":\"" user "\",\"proxy_password\":{\"secret\":\"proxy\"}"

static void proxy__leads_to_targets__that_only_it_can_find(void **state)
{
	static const struct proxy_case cases[] = {
		{"http", "proxy", "http://inside.test", "/ok", "http", "", OUTCOME_UP, "",
		 "HTTP 200"},
		{"http", "proxy", "https://inside.test", "/ok", "tls_good", "", OUTCOME_UP, "",
		 "HTTP 200"},
		{"https", "proxy_tls", "http://inside.test", "/ok", "http", "", OUTCOME_UP, "",
		 "HTTP 200"},
		{"https", "proxy_tls", "https://inside.test", "/ok", "tls_good", "", OUTCOME_UP, "",
		 "HTTP 200"},
		{"socks5h", "socks", "http://inside.test", "/ok", "http", "", OUTCOME_UP, "",
		 "HTTP 200"},
		{"socks5h", "socks", "https://inside.test", "/ok", "tls_good", "", OUTCOME_UP, "",
		 "HTTP 200"},
		{"http", "proxy_login", "https://inside.test", "/ok", "tls_good", LOGIN("monitor"),
		 OUTCOME_UP, "", "HTTP 200"},
		{"http", "proxy_login", "http://inside.test", "/ok", "http", LOGIN("monitor"),
		 OUTCOME_UP, "", "HTTP 200"},
		{"socks5h", "socks_login", "http://inside.test", "/ok", "http", LOGIN("monitor"),
		 OUTCOME_UP, "", "HTTP 200"},
	};

	TRY(*state, cases);
}

static void proxy__that_fails__makes_the_target_unknown(void **state)
{
	static const struct proxy_case cases[] = {
		{"http", "refused", "http://inside.test", "/ok", "http", "", OUTCOME_UNKNOWN,
		 "proxy", "refused the connection"},
		{"http", "refused", "https://inside.test", "/ok", "tls_good", "", OUTCOME_UNKNOWN,
		 "proxy", "refused the connection"},
		{"socks5h", "refused", "http://inside.test", "/ok", "http", "", OUTCOME_UNKNOWN,
		 "proxy", "refused the connection"},
		{"http", "proxy_login", "https://inside.test", "/ok", "tls_good", "",
		 OUTCOME_UNKNOWN, "proxy", "proxy wants another user or password: HTTP 407"},
		{"http", "proxy_login", "http://inside.test", "/ok", "http", LOGIN("thief"),
		 OUTCOME_UNKNOWN, "proxy", "proxy wants another user or password: HTTP 407"},
		{"socks5h", "socks_login", "http://inside.test", "/ok", "http", "", OUTCOME_UNKNOWN,
		 "proxy", "proxy wants another user or password"},
		{"socks5h", "socks_login", "http://inside.test", "/ok", "http", LOGIN("thief"),
		 OUTCOME_UNKNOWN, "proxy", "proxy wants another user or password"},
		{"http", "proxy", "https://forbidden.test", "/ok", "tls_good", "", OUTCOME_UNKNOWN,
		 "proxy", "proxy leads nobody to forbidden.test port "},
		{"socks5h", "socks", "http://forbidden.test", "/ok", "http", "", OUTCOME_UNKNOWN,
		 "proxy", "proxy leads nobody to forbidden.test port "},
		{"socks5h", "socks", "http://failing.test", "/ok", "http", "", OUTCOME_UNKNOWN,
		 "proxy", "proxy failed"},
		{"http", "garbage", "https://inside.test", "/ok", "tls_good", "", OUTCOME_UNKNOWN,
		 "proxy", "proxy failed"},
		{"socks5h", "garbage", "http://inside.test", "/ok", "http", "", OUTCOME_UNKNOWN,
		 "proxy", "proxy failed"},
		{"http", "reset", "https://inside.test", "/ok", "tls_good", "", OUTCOME_UNKNOWN,
		 "proxy", "proxy"},
		{"https", "proxy_untrusted", "https://inside.test", "/ok", "tls_good", "",
		 OUTCOME_UNKNOWN, "proxy", "proxy failed"},
		{"https", "proxy_untrusted", "http://inside.test", "/ok", "http", "",
		 OUTCOME_UNKNOWN, "proxy", "proxy failed"},
	};

	TRY(*state, cases);
}

static void proxy__that_speaks_for_the_target__is_believed(void **state)
{
	static const struct proxy_case cases[] = {
		{"http", "proxy", "https://unreachable.test", "/ok", "tls_good", "", OUTCOME_DOWN,
		 "unreachable", "the proxy cannot reach unreachable.test port "},
		{"http", "proxy", "https://busy.test", "/ok", "tls_good", "", OUTCOME_DOWN,
		 "unreachable", "HTTP 503 Service Unavailable"},
		{"http", "proxy", "http://unreachable.test", "/ok", "http", "", OUTCOME_DOWN,
		 "http_status", "HTTP 502 Bad Gateway"},
		{"http", "proxy", "https://inside.test", "/status/500", "tls_good", "",
		 OUTCOME_DOWN, "http_status", "HTTP 500"},
		{"socks5h", "socks", "http://unreachable.test", "/ok", "http", "", OUTCOME_DOWN,
		 "unreachable", "the proxy cannot reach unreachable.test port "},
		{"socks5h", "socks", "http://no-network.test", "/ok", "http", "", OUTCOME_DOWN,
		 "unreachable", "the proxy cannot reach no-network.test port "},
		{"socks5h", "socks", "http://refusing.test", "/ok", "http", "", OUTCOME_DOWN,
		 "refused", "refused the connection, says the proxy"},
		{"http", "proxy", "https://hang.test", "/ok", "tls_good", "", OUTCOME_DOWN,
		 "timeout:connect", "no connection to hang.test port "},
		{"socks5h", "socks", "https://hang.test", "/ok", "tls_good", "", OUTCOME_DOWN,
		 "timeout:connect", "through the proxy within 1s"},
		{"http", "proxy", "https://inside.test", "/ok", "garbage", "", OUTCOME_DOWN,
		 "tls_handshake", "TLS handshake failed"},
		{"https", "proxy_tls", "https://inside.test", "/ok", "garbage", "", OUTCOME_DOWN,
		 "tls_handshake", "TLS handshake failed"},
		{"http", "proxy", "https://inside.test", "/close", "tls_good", "", OUTCOME_DOWN,
		 "reset", "closed without an answer"},
		{"http", "proxy", "https://inside.test", "/hang", "tls_good", "", OUTCOME_DOWN,
		 "timeout:first_byte", "no answer within"},
	};

	TRY(*state, cases);
}

static void proxy__that_nobody_finds__makes_the_target_unknown(void **state)
{
	static const char *const hosts[] = {"nx.test", "silent.test"};
	struct harness *h = *state;
	struct probe p;

	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		probe(&p, h, "http",
		      "{\"target\":\"http://127.0.0.1:%d/ok\",\"proxy\":\"http://%s:3128\"}",
		      PORT(h, "http"), hosts[i]);
		assert_result(&p, OUTCOME_UNKNOWN, "proxy");
		assert_says(&p, "cannot be looked up");
		probe_fini(&p);
	}
	probe(&p, h, "http",
	      "{\"target\":\"http://127.0.0.1:%d/ok\",\"proxy\":\"http://[::1]:%d\","
	      "\"timeout\":\"300ms\"}",
	      PORT(h, "http"), PORT(h, "black_hole6"));
	assert_result(&p, OUTCOME_UNKNOWN, "proxy");
	assert_says(&p, "no connection to the proxy ::1 port ");
	probe_fini(&p);
}

static void proxy__is_shown__in_the_evidence(void **state)
{
	struct harness *h = *state;
	struct probe p;
	json_t *evidence;

	probe(&p, h, "http",
	      "{\"target\":\"https://inside.test:%d/ok\",\"proxy\":\"http://127.0.0.1:%d\","
	      "\"verify\":false,\"cert_days\":0}",
	      PORT(h, "tls_good"), PORT(h, "proxy"));
	assert_result(&p, OUTCOME_UP, "");
	evidence_of(&p, &evidence);
	assert_string_equal(json_str(evidence, "proxy", ""), "127.0.0.1");
	assert_null(json_object_get(evidence, "address"));
	assert_int_equal(strlen(json_str(evidence, "certificate_fingerprint", "")), 64);
	json_decref(evidence);
	for (int i = PHASE_RESOLVE; i < PHASE_COUNT; i++)
		assert_true(p.run.result.phase_us[i] >= 0);
	probe_fini(&p);
}

static void proxy__is_not_used__by_the_next_monitor(void **state)
{
	struct harness *h = *state;
	struct probe p;

	probe(&p, h, "http",
	      "{\"target\":\"http://127.0.0.1:%d/echo\",\"connection\":\"reuse\","
	      "\"proxy\":\"http://127.0.0.1:%d\",\"keyword\":\"Via: bad proxy\"}",
	      PORT(h, "http"), PORT(h, "proxy"));
	assert_result(&p, OUTCOME_UP, "");
	probe_fini(&p);
	probe(&p, h, "http",
	      "{\"target\":\"http://127.0.0.1:%d/echo\",\"connection\":\"reuse\","
	      "\"keyword_absent\":\"Via: bad proxy\"}",
	      PORT(h, "http"));
	assert_result(&p, OUTCOME_UP, "");
	probe_fini(&p);
}

static void proxy__is_not_led__into_its_own_network(void **state)
{
	struct harness *h = *state;
	struct probe p;

	probe(&p, h, "http",
	      "{\"target\":\"http://inside.test:%d/to?http://127.0.0.1:%d/ok\","
	      "\"proxy\":\"http://127.0.0.1:%d\"}",
	      PORT(h, "http"), PORT(h, "http"), PORT(h, "proxy"));
	assert_result(&p, OUTCOME_DOWN, "redirect_internal");
	probe_fini(&p);
	probe(&p, h, "http",
	      "{\"target\":\"http://127.0.0.1:%d/to?http://127.0.0.1:%d/ok\","
	      "\"proxy\":\"http://127.0.0.1:%d\"}",
	      PORT(h, "http"), PORT(h, "dual"), PORT(h, "proxy"));
	assert_result(&p, OUTCOME_UP, "");
	probe_fini(&p);
}

static int set_up(void **state)
{
	int rc = secrets_setup(state);

	keep_secret(*state, "proxy", "sesame");
	return rc;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proxy__leads_to_targets__that_only_it_can_find),
		cmocka_unit_test(proxy__that_fails__makes_the_target_unknown),
		cmocka_unit_test(proxy__that_speaks_for_the_target__is_believed),
		cmocka_unit_test(proxy__that_nobody_finds__makes_the_target_unknown),
		cmocka_unit_test(proxy__is_shown__in_the_evidence),
		cmocka_unit_test(proxy__is_not_used__by_the_next_monitor),
		cmocka_unit_test(proxy__is_not_led__into_its_own_network),
	};

	return cmocka_run_group_tests(tests, set_up, secrets_teardown);
}
