/* The http check with a token by OAuth 2 client credentials. */
#include "secrets.h"

#include "shared/json.h"

#define CLIENT "\"oauth_client_id\":\"shop\",\"oauth_client_secret\":{\"secret\":\"oauth\"}"

static void prepare(struct harness *h, struct probe *p, const char *endpoint, const char *fields)
{
	char spec[1024];

	snprintf(spec, sizeof spec,
		 "{\"target\":\"http://127.0.0.1:%d/oauth/guarded\","
		 "\"oauth_token_url\":\"http://127.0.0.1:%d%s\"," CLIENT "%s}",
		 PORT(h, "http"), PORT(h, "http"), endpoint, fields);
	probe_prepare(p, h, "http", spec);
	check_result_init(&p->run.result);
}

static void try(struct harness *h, struct probe *p, const char *endpoint, const char *fields)
{
	prepare(h, p, endpoint, fields);
	probe_run(p);
}

/* Body of the guarded page: which token came. */
static void assert_token_changes(struct probe *p, bool changes)
{
	char *before = strdup(p->run.result.evidence);

	probe_run(p);
	assert_result(p, OUTCOME_UP, "");
	if (!strcmp(before, p->run.result.evidence) == changes)
		fail_msg("%s -> %s", before, p->run.result.evidence);
	free(before);
}

static void oauth__opens_the_door__in_each_of_its_manners(void **state)
{
	static const char *const manners[] = {
		"",
		",\"oauth_auth\":\"post\"",
		",\"oauth_scope\":\"orders.read stock.read\",\"oauth_audience\":\"https://api/\"",
	};
	struct harness *h = *state;
	struct probe p;
	char fields[128];

	for (size_t i = 0; i < sizeof manners / sizeof *manners; i++) {
		try(h, &p, "/oauth/token", manners[i]);
		assert_result(&p, OUTCOME_UP, "");
		assert_null(strstr(p.run.result.evidence, "tok-"));
		probe_fini(&p);
	}
	snprintf(fields, sizeof fields, ",\"proxy\":\"http://127.0.0.1:%d\"", PORT(h, "proxy"));
	try(h, &p, "/oauth/token", fields);
	assert_result(&p, OUTCOME_UP, "");
	probe_fini(&p);
}

static void oauth__keeps_a_token__until_shortly_before_its_end(void **state)
{
	struct harness *h = *state;
	struct probe p;

	try(h, &p, "/oauth/token", "");
	assert_result(&p, OUTCOME_UP, "");
	assert_token_changes(&p, false);
	assert_token_changes(&p, false);
	probe_fini(&p);
	try(h, &p, "/oauth/brief", "");
	assert_result(&p, OUTCOME_UP, "");
	assert_token_changes(&p, true);
	probe_fini(&p);
}

static void oauth__gets_a_new_token__when_the_old_one_was_withdrawn(void **state)
{
	struct harness *h = *state;
	struct probe p, other;

	try(h, &p, "/oauth/token", "");
	assert_result(&p, OUTCOME_UP, "");
	probe(&other, h, "http", "{\"target\":\"http://127.0.0.1:%d/oauth/withdraw\"}",
	      PORT(h, "http"));
	probe_fini(&other);
	assert_token_changes(&p, true);
	assert_token_changes(&p, false);
	probe_fini(&p);
}

/* A fresh token that is not taken is the target's answer, and is asked for once. */
static void oauth__does_not_insist__when_a_fresh_token_is_refused(void **state)
{
	struct harness *h = *state;
	struct probe p;

	probe(&p, h, "http",
	      "{\"target\":\"http://127.0.0.1:%d/status/401\","
	      "\"oauth_token_url\":\"http://127.0.0.1:%d/oauth/token\"," CLIENT "}",
	      PORT(h, "http"), PORT(h, "http"));
	assert_result(&p, OUTCOME_DOWN, "http_status");
	assert_says(&p, "HTTP 401 Unauthorized, expected 200-299");
	probe_run(&p);
	assert_result(&p, OUTCOME_DOWN, "http_status");
	probe_fini(&p);
}

static void oauth__without_a_token__says_why_nobody_asked(void **state)
{
	static const struct {
		const char *endpoint, *fields, *words;
	} cases[] = {
		{"/oauth/html", "", "no token: the answer is not a JSON object"},
		{"/oauth/none", "", "no token: the answer has no access_token"},
		{"/oauth/mac", "", "no token: its type is not bearer"},
		{"/oauth/evil", "", "no token: the access_token cannot stand in a header"},
		{"/oauth/broken", "", "no token: HTTP 500 Internal Server Error"},
		{"/oauth/token", ",\"oauth_scope\":\"forbidden\"",
		 "no token: HTTP 400 Bad Request, invalid_scope"},
		{"/oauth/token", ",\"oauth_client_id\":\"nobody\"",
		 "no token: HTTP 401 Unauthorized, invalid_client (no such client)"},
		{"/redirect/1", "", "no token: HTTP 302 Found"},
		{"/big/70000", "", "no token: the answer is larger than 65536 bytes"},
		{"/close", "", "no token from 127.0.0.1: connection was closed without an answer"},
		{"/hang", ",\"timeout\":\"300ms\"",
		 "no token from 127.0.0.1: no answer within 300ms"},
	};
	struct harness *h = *state;
	struct probe p;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		try(h, &p, cases[i].endpoint, cases[i].fields);
		assert_result(&p, OUTCOME_UNKNOWN, "oauth");
		assert_string_equal(p.run.result.message, cases[i].words);
		assert_int_equal(p.run.result.total_us, -1);
		probe_fini(&p);
	}
}

static void oauth__never_shows__what_is_secret_or_wild(void **state)
{
	struct harness *h = *state;
	struct probe p;

	try(h, &p, "/oauth/parrot", "");
	assert_result(&p, OUTCOME_UNKNOWN, "oauth");
	assert_string_equal(p.run.result.message, "no token: HTTP 400 Bad Request");
	probe_fini(&p);
	try(h, &p, "/oauth/escape", "");
	assert_null(strchr(p.run.result.message, '\033'));
	probe_fini(&p);
}

static void oauth__tells_its_endpoint__from_proxy_and_resolver(void **state)
{
	struct harness *h = *state;
	struct probe p;

	probe(&p, h, "http",
	      "{\"target\":\"http://127.0.0.1:%d/ok\",\"oauth_token_url\":\"http://nx.test/t\"," CLIENT
	      "}",
	      PORT(h, "http"));
	assert_result(&p, OUTCOME_UNKNOWN, "oauth");
	assert_says(&p, "no token: nx.test cannot be looked up");
	probe_fini(&p);
	probe(&p, h, "http",
	      "{\"target\":\"http://127.0.0.1:%d/ok\",\"oauth_token_url\":\"http://nx.test/t\"," CLIENT
	      ",\"proxy\":\"http://127.0.0.1:%d\"}",
	      PORT(h, "http"), PORT(h, "refused"));
	assert_result(&p, OUTCOME_UNKNOWN, "proxy");
	probe_fini(&p);
	probe(&p, h, "http",
	      "{\"target\":\"http://127.0.0.1:%d/ok\",\"oauth_token_url\":\"https://127.0.0.1:%d/\"," CLIENT
	      "}",
	      PORT(h, "http"), PORT(h, "tls_untrusted"));
	assert_result(&p, OUTCOME_UNKNOWN, "oauth");
	assert_says(&p, "issuer of \"localhost\" is unknown");
	probe_fini(&p);
}

static void oauth__token_stays__within_the_origin(void **state)
{
	struct harness *h = *state;
	struct probe p;

	probe(&p, h, "http",
	      "{\"target\":\"http://127.0.0.1:%d/to?/echo\",\"keyword\":\"Bearer tok-\","
	      "\"oauth_token_url\":\"http://127.0.0.1:%d/oauth/token\"," CLIENT "}",
	      PORT(h, "http"), PORT(h, "http"));
	assert_result(&p, OUTCOME_UP, "");
	probe_fini(&p);
	probe(&p, h, "http",
	      "{\"target\":\"http://127.0.0.1:%d/to?http://127.0.0.1:%d/echo\","
	      "\"keyword_absent\":\"tok-\","
	      "\"oauth_token_url\":\"http://127.0.0.1:%d/oauth/token\"," CLIENT "}",
	      PORT(h, "http"), PORT(h, "dual"), PORT(h, "http"));
	assert_result(&p, OUTCOME_UP, "");
	probe_fini(&p);
}

static void oauth__can_be_cancelled__while_it_asks(void **state)
{
	struct harness *h = *state;
	struct probe p;

	for (int i = 0; i < 2; i++) {
		if (i == 0) {
			prepare(h, &p, "/hang", "");
		} else {
			probe_prepare(&p, h, "http",
				      "{\"target\":\"http://127.0.0.1/\",\"oauth_token_url\":"
				      "\"http://silent.test/\"," CLIENT "}");
			check_result_init(&p.run.result);
		}
		loop_post(h->loop, probe_start, &p);
		loop_post(h->loop, probe_cancel, &p);
		harness_wait(h);
		assert_result(&p, OUTCOME_UNKNOWN, "cancelled");
		probe_fini(&p);
	}
}

static int set_up(void **state)
{
	int rc = secrets_setup(state);

	keep_secret(*state, "oauth", "s3cret/+");
	return rc;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oauth__opens_the_door__in_each_of_its_manners),
		cmocka_unit_test(oauth__keeps_a_token__until_shortly_before_its_end),
		cmocka_unit_test(oauth__gets_a_new_token__when_the_old_one_was_withdrawn),
		cmocka_unit_test(oauth__does_not_insist__when_a_fresh_token_is_refused),
		cmocka_unit_test(oauth__without_a_token__says_why_nobody_asked),
		cmocka_unit_test(oauth__never_shows__what_is_secret_or_wild),
		cmocka_unit_test(oauth__tells_its_endpoint__from_proxy_and_resolver),
		cmocka_unit_test(oauth__token_stays__within_the_origin),
		cmocka_unit_test(oauth__can_be_cancelled__while_it_asks),
	};

	return cmocka_run_group_tests(tests, set_up, secrets_teardown);
}
