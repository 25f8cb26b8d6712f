#include "harness.h"

#include <sys/resource.h>

#include "shared/json.h"
#include "shared/pattern.h"

static int64_t cpu_ms(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
	       (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
}

static void http__is_up__for_a_good_answer(void **state)
{
	struct harness *h = *state;
	struct probe p;
	json_t *evidence;

	probe(&p, h, "http", "{\"target\":\"http://127.0.0.1:%d/ok\"}", PORT(h, "http"));
	assert_result(&p, OUTCOME_UP, "");
	assert_string_equal(p.run.result.address, "127.0.0.1");
	assert_true(p.run.result.total_us > 0);
	assert_true(p.run.result.phase_us[PHASE_CONNECT] >= 0);
	assert_true(p.run.result.phase_us[PHASE_FIRST_BYTE] >= 0);
	assert_true(p.run.result.phase_us[PHASE_TRANSFER] >= 0);
	assert_int_equal(p.run.result.phase_us[PHASE_TLS], -1);
	evidence_of(&p, &evidence);
	assert_int_equal(json_int(evidence, "status", 0), 200);
	assert_string_equal(json_str(evidence, "server", ""), "badserver");
	assert_int_equal(json_int(evidence, "body_bytes", 0), 27);
	json_decref(evidence);
	probe_fini(&p);
}

static void http__gives_equal_evidence__for_equal_answers(void **state)
{
	struct harness *h = *state;
	struct probe p;
	char *first;

	probe(&p, h, "http", "{\"target\":\"http://127.0.0.1:%d/ok\"}", PORT(h, "http"));
	first = strdup(p.run.result.evidence);
	probe_run(&p);
	assert_string_equal(p.run.result.evidence, first);
	free(first);
	probe_fini(&p);
}

static void http__is_down__for_a_wrong_status(void **state)
{
	struct harness *h = *state;
	struct probe p;

	probe(&p, h, "http", "{\"target\":\"http://127.0.0.1:%d/status/502\"}", PORT(h, "http"));
	assert_result(&p, OUTCOME_DOWN, "http_status");
	assert_string_equal(p.run.result.message, "HTTP 502 Bad Gateway, expected 200-299");
	probe_fini(&p);
	probe(&p, h, "http",
	      "{\"target\":\"http://127.0.0.1:%d/status/404\",\"status\":\"200,404\"}",
	      PORT(h, "http"));
	assert_result(&p, OUTCOME_UP, "");
	probe_fini(&p);
}

static void http__looks_for_keywords__across_chunks_and_compression(void **state)
{
	struct harness *h = *state;
	struct probe p;

	probe(&p, h, "http",
	      "{\"target\":\"http://127.0.0.1:%d/split-keyword\",\"keyword\":\"Add to basket\"}",
	      PORT(h, "http"));
	assert_result(&p, OUTCOME_UP, "");
	probe_fini(&p);
	probe(&p, h, "http",
	      "{\"target\":\"http://127.0.0.1:%d/gzip\",\"keyword\":\"Add to basket\"}",
	      PORT(h, "http"));
	assert_result(&p, OUTCOME_UP, "");
	probe_fini(&p);
	probe(&p, h, "http", "{\"target\":\"http://127.0.0.1:%d/ok\",\"keyword\":\"Sold out\"}",
	      PORT(h, "http"));
	assert_result(&p, OUTCOME_DOWN, "keyword");
	assert_says(&p, "\"Sold out\" is not on the page");
	probe_fini(&p);
	probe(&p, h, "http",
	      "{\"target\":\"http://127.0.0.1:%d/split-keyword\",\"keyword_absent\":\"to basket\"}",
	      PORT(h, "http"));
	assert_result(&p, OUTCOME_DOWN, "keyword_absent");
	probe_fini(&p);
}

static void http__matches_patterns__of_body_and_headers(void **state)
{
	static const struct {
		const char *fields;
		enum outcome outcome;
		const char *cause;
	} cases[] = {
		{"\"pattern\":\"(?i)add\\\\s+to\"", OUTCOME_UP, ""},
		{"\"pattern\":\"^nothing$\"", OUTCOME_DOWN, "pattern"},
		{"\"pattern_absent\":\"basket$\"", OUTCOME_DOWN, "pattern_absent"},
		{"\"pattern_absent\":\"error\"", OUTCOME_UP, ""},
		{"\"expect_headers\":{\"content-type\":\"^text/html\"}", OUTCOME_UP, ""},
		{"\"expect_headers\":{\"Content-Type\":\"json\"}", OUTCOME_DOWN, "header"},
		{"\"expect_headers\":{\"X-Missing\":\".\"}", OUTCOME_DOWN, "header"},
	};
	struct harness *h = *state;
	struct probe p;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		probe(&p, h, "http", "{\"target\":\"http://127.0.0.1:%d/ok\",%s}", PORT(h, "http"),
		      cases[i].fields);
		assert_result(&p, cases[i].outcome, cases[i].cause);
		probe_fini(&p);
	}
}

static void http__is_degraded__when_slow(void **state)
{
	struct harness *h = *state;
	struct probe p;

	probe(&p, h, "http",
	      "{\"target\":\"http://127.0.0.1:%d/slow-first/120\",\"slow\":\"100ms\"}",
	      PORT(h, "http"));
	assert_result(&p, OUTCOME_DEGRADED, "slow");
	assert_true(p.run.result.phase_us[PHASE_FIRST_BYTE] >= 110000);
	probe_fini(&p);
}

/* ---- deadlines ----------------------------------------------------------------------------- */

/* target: with %d for the port; fields: the rest of the spec. */
static void check_deadline(struct harness *h, const char *scheme_host, const char *port,
			   const char *path, const char *fields, const char *cause, int after_ms)
{
	struct probe p;

	probe(&p, h, "http", "{\"target\":\"%s:%d%s\",%s}", scheme_host, PORT(h, port), path,
	      fields);
	assert_result(&p, OUTCOME_DOWN, cause);
	if (p.took_ms < after_ms - 20 || p.took_ms > after_ms + 200)
		fail_msg("%s came after %lld ms, not %d", cause, (long long)p.took_ms, after_ms);
	probe_fini(&p);
}

static void http__names_the_phase__that_took_too_long(void **state)
{
	static const struct {
		const char *host, *port, *path, *fields, *cause;
		int ms;
	} cases[] = {
		{"http://127.0.0.1", "http", "/slow-headers", "\"timeout\":\"1500ms\"",
		 "timeout:transfer", 1500},
		{"http://127.0.0.1", "http", "/slow-body", "\"timeout\":\"1500ms\"",
		 "timeout:transfer", 1500},
		{"http://127.0.0.1", "http", "/slow-body", "\"transfer_timeout\":\"300ms\"",
		 "timeout:transfer", 300},
		{"http://127.0.0.1", "http", "/hang", "\"first_byte_timeout\":\"300ms\"",
		 "timeout:first_byte", 300},
		{"https://127.0.0.1", "silent", "/", "\"tls_timeout\":\"300ms\"", "timeout:tls",
		 300},
		{"http://[::1]", "black_hole6", "/", "\"connect_timeout\":\"300ms\"",
		 "timeout:connect", 300},
		{"http://127.0.0.1", "http", "/hang", "\"timeout\":\"500ms\"", "timeout:first_byte",
		 500},
		{"http://127.0.0.1", "http", "/to?/to?/slow-body", "\"timeout\":\"700ms\"",
		 "timeout:transfer", 700},
	};
	struct harness *h = *state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_deadline(h, cases[i].host, cases[i].port, cases[i].path, cases[i].fields,
			       cases[i].cause, cases[i].ms);
}

/* ---- bad peers ----------------------------------------------------------------------------- */

static void http__says_what_is_wrong__with_a_broken_peer(void **state)
{
	static const struct {
		const char *port, *path, *cause, *words;
	} cases[] = {
		{"refused", "/", "refused", "refused"},
		{"reset", "/", "reset", "connection"},
		{"http", "/close", "reset", "connection was closed without an answer"},
		{"http", "/reset", "reset", "in the middle of the answer"},
		{"http", "/half", "incomplete", "ended before its announced length"},
		{"http", "/not-http", "protocol", ""},
		{"http", "/endless-headers", "protocol", ""},
		{"http", "/endless-header", "protocol", ""},
	};
	struct harness *h = *state;
	struct probe p;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		probe(&p, h, "http", "{\"target\":\"http://127.0.0.1:%d%s\"}",
		      PORT(h, cases[i].port), cases[i].path);
		assert_result(&p, OUTCOME_DOWN, cases[i].cause);
		assert_true(p.run.result.message[0]);
		assert_says(&p, cases[i].words);
		assert_true(p.took_ms < 5000);
		probe_fini(&p);
	}
}

static void http__cuts__endless_bodies_and_bombs(void **state)
{
	static const char *const paths[] = {"/endless-chunks", "/gzip-bomb"};
	struct harness *h = *state;
	struct probe p;

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		int64_t before = cpu_ms();
		json_t *evidence;

		probe(&p, h, "http", "{\"target\":\"http://127.0.0.1:%d%s\"}", PORT(h, "http"),
		      paths[i]);
		assert_result(&p, OUTCOME_UP, "");
		assert_says(&p, "only the first 1048576 bytes were read");
		evidence_of(&p, &evidence);
		assert_int_equal(json_int(evidence, "body_bytes", 0), 1 << 20);
		json_decref(evidence);
		if (!getenv("ASAN_OPTIONS") && cpu_ms() - before > 500)
			fail_msg("%s took %lld ms of processor time", paths[i],
				 (long long)(cpu_ms() - before));
		probe_fini(&p);
	}
}

static void http__makes_foreign_text_safe(void **state)
{
	struct harness *h = *state;
	struct probe p;

	probe(&p, h, "http", "{\"target\":\"http://127.0.0.1:%d/escapes\"}", PORT(h, "http"));
	assert_result(&p, OUTCOME_DOWN, "http_status");
	assert_null(strchr(p.run.result.evidence, '\033'));
	assert_null(strstr(p.run.result.evidence, "\\u001b"));
	assert_null(strstr(p.run.result.evidence, "\\u0007"));
	assert_non_null(strstr(p.run.result.evidence, "cleared"));
	probe_fini(&p);
}

/* ---- redirects ----------------------------------------------------------------------------- */

static void http__follows_redirects__and_records_the_hops(void **state)
{
	struct harness *h = *state;
	struct probe p;
	json_t *evidence, *hops;

	probe(&p, h, "http", "{\"target\":\"http://127.0.0.1:%d/redirect/3\"}", PORT(h, "http"));
	assert_result(&p, OUTCOME_UP, "");
	evidence_of(&p, &evidence);
	hops = json_object_get(evidence, "redirects");
	assert_int_equal(json_array_size(hops), 3);
	assert_int_equal(json_int(json_array_get(hops, 0), "status", 0), 302);
	assert_non_null(strstr(json_str(json_array_get(hops, 2), "url", ""), "/redirect/1"));
	json_decref(evidence);
	probe_fini(&p);
	probe(&p, h, "http", "{\"target\":\"http://127.0.0.1:%d/redirect/3\",\"redirects\":2}",
	      PORT(h, "http"));
	assert_result(&p, OUTCOME_DOWN, "redirects");
	probe_fini(&p);
	probe(&p, h, "http", "{\"target\":\"http://127.0.0.1:%d/redirect/3\",\"redirects\":0}",
	      PORT(h, "http"));
	assert_result(&p, OUTCOME_DOWN, "http_status");
	probe_fini(&p);
	probe(&p, h, "http", "{\"target\":\"http://127.0.0.1:%d/redirect/3\",\"status\":\"302\"}",
	      PORT(h, "http"));
	assert_result(&p, OUTCOME_UP, "");
	probe_fini(&p);
}

static void http__sees_a_redirect_loop__and_shows_the_hops(void **state)
{
	struct harness *h = *state;
	struct probe p;

	probe(&p, h, "http", "{\"target\":\"http://127.0.0.1:%d/loop-a\"}", PORT(h, "http"));
	assert_result(&p, OUTCOME_DOWN, "redirect_loop");
	assert_says(&p, "302 /loop-a, 302 /loop-b");
	assert_non_null(strstr(p.run.result.evidence, "\"redirects\""));
	probe_fini(&p);
	probe(&p, h, "http", "{\"target\":\"http://127.0.0.1:%d/cookie-gate\"}", PORT(h, "http"));
	assert_result(&p, OUTCOME_UP, "");
	probe_fini(&p);
	probe(&p, h, "http", "{\"target\":\"http://127.0.0.1:%d/redirect-file\"}", PORT(h, "http"));
	assert_result(&p, OUTCOME_DOWN, "redirect_invalid");
	probe_fini(&p);
}

/* What the other origin saw is the body, and must not hold what was meant for the first. */
static void http__keeps_credentials__within_the_origin(void **state)
{
	static const char *const secrets[] = {"Authorization", "X-Api-Key", "hidden"};
	struct harness *h = *state;
	struct probe p;
	int first = PORT(h, "http"), other = PORT(h, "dual");

	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
		const char *fields =
			"\"headers\":{\"X-Api-Key\":\"hidden\",\"Authorization\":\"Bearer hidden\"}";

		probe(&p, h, "http",
		      "{\"target\":\"http://127.0.0.1:%d/to?/echo\",%s,\"keyword\":\"%s\"}", first,
		      fields, secrets[i]);
		assert_result(&p, OUTCOME_UP, "");
		probe_fini(&p);
		probe(&p, h, "http",
		      "{\"target\":\"http://127.0.0.1:%d/to?http://127.0.0.1:%d/echo\",%s,"
		      "\"keyword\":\"User-Agent: SellerSmart\",\"keyword_absent\":\"%s\"}",
		      first, other, fields, secrets[i]);
		assert_result(&p, OUTCOME_UP, "");
		probe_fini(&p);
		/* There and back again: still none. */
		probe(&p, h, "http",
		      "{\"target\":\"http://127.0.0.1:%d/to?http://127.0.0.1:%d/to?http://127.0.0.1:%d/echo\","
		      "%s,\"keyword_absent\":\"%s\"}",
		      first, other, first, fields, secrets[i]);
		assert_result(&p, OUTCOME_UP, "");
		probe_fini(&p);
	}
}

static void http__sends_a_body__to_its_own_origin_only(void **state)
{
	struct harness *h = *state;
	struct probe p;
	int first = PORT(h, "http"), other = PORT(h, "dual");

	probe(&p, h, "http",
	      "{\"target\":\"http://127.0.0.1:%d/echo\",\"method\":\"POST\",\"body\":\"{\\\"a\\\":1}\","
	      "\"pattern\":\"(?s)^POST .*application/json.*\\\\{\\\"a\\\":1\\\\}\"}",
	      first);
	assert_result(&p, OUTCOME_UP, "");
	probe_fini(&p);
	probe(&p, h, "http",
	      "{\"target\":\"http://127.0.0.1:%d/to307?/echo\",\"method\":\"POST\",\"body\":\"token\","
	      "\"pattern\":\"(?s)^POST .*token\"}",
	      first);
	assert_result(&p, OUTCOME_UP, "");
	probe_fini(&p);
	probe(&p, h, "http",
	      "{\"target\":\"http://127.0.0.1:%d/to307?http://127.0.0.1:%d/echo\",\"method\":\"POST\","
	      "\"body\":\"token\"}",
	      first, other);
	assert_result(&p, OUTCOME_DOWN, "redirect_body");
	probe_fini(&p);
	probe(&p, h, "http",
	      "{\"target\":\"http://127.0.0.1:%d/to?http://127.0.0.1:%d/echo\",\"method\":\"POST\","
	      "\"body\":\"token\",\"pattern\":\"^GET\",\"keyword_absent\":\"token\"}",
	      first, other);
	assert_result(&p, OUTCOME_UP, "");
	probe_fini(&p);
}

static void http__uses_one_handle__for_different_methods(void **state)
{
	static const char *const methods[] = {"GET",    "POST", "HEAD", "GET",
					      "DELETE", "HEAD", "POST"};
	struct harness *h = *state;
	struct probe p;

	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		bool head = !strcmp(methods[i], "HEAD"), post = !strcmp(methods[i], "POST");

		probe(&p, h, "http",
		      "{\"target\":\"http://127.0.0.1:%d/echo\",\"method\":\"%s\"%s%s%s%s}",
		      PORT(h, "http"), methods[i], post ? ",\"body\":\"x=1\"" : "",
		      head ? "" : ",\"pattern\":\"^", head ? "" : methods[i],
		      head ? "" : " /echo\"");
		assert_result(&p, OUTCOME_UP, "");
		probe_fini(&p);
	}
}

/* ---- names and families -------------------------------------------------------------------- */

static void http__tells_a_missing_name__from_a_dead_resolver(void **state)
{
	static const struct {
		const char *host;
		enum outcome outcome;
		const char *cause;
	} cases[] = {
		{"nx.test", OUTCOME_DOWN, "nxdomain"},
		{"empty.test", OUTCOME_DOWN, "no_address"},
		{"silent.test", OUTCOME_UNKNOWN, "resolver"},
		{"servfail.test", OUTCOME_UNKNOWN, "resolver"},
		{"refused.test", OUTCOME_UNKNOWN, "resolver"},
		{"shop.test", OUTCOME_UP, ""},
		{"half.test", OUTCOME_UP, ""},
	};
	struct harness *h = *state;
	struct probe p;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		probe(&p, h, "http",
		      "{\"target\":\"http://%s:%d/ok\",\"resolve_timeout\":\"400ms\"}",
		      cases[i].host, PORT(h, "http"));
		assert_result(&p, cases[i].outcome, cases[i].cause);
		assert_true(p.took_ms < 1000);
		probe_fini(&p);
	}
}

static void http__asks__the_families_it_is_told_to(void **state)
{
	static const struct {
		const char *host, *port, *ip;
		enum outcome outcome;
		const char *cause;
	} cases[] = {
		{"dual.test", "dual", "auto", OUTCOME_UP, ""},
		{"dual.test", "dual", "4", OUTCOME_UP, ""},
		{"dual.test", "dual", "6", OUTCOME_UP, ""},
		{"dual.test", "dual", "both", OUTCOME_UP, ""},
		{"v4.test", "dual", "6", OUTCOME_DOWN, "no_address"},
		{"v4.test", "dual", "both", OUTCOME_DEGRADED, "ipv6"},
		{"v6.test", "dual", "both", OUTCOME_DEGRADED, "ipv4"},
		{"dual.test", "http", "both", OUTCOME_DEGRADED, "ipv6"},
		{"dual.test", "refused", "both", OUTCOME_DOWN, "refused"},
		{"nx.test", "dual", "both", OUTCOME_DOWN, "nxdomain"},
	};
	struct harness *h = *state;
	struct probe p;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		probe(&p, h, "http", "{\"target\":\"http://%s:%d/ok\",\"ip\":\"%s\"}",
		      cases[i].host, PORT(h, cases[i].port), cases[i].ip);
		assert_result(&p, cases[i].outcome, cases[i].cause);
		if (!strcmp(cases[i].ip, "6") && cases[i].outcome == OUTCOME_UP)
			assert_string_equal(p.run.result.address, "::1");
		probe_fini(&p);
	}
}

static void http__notes_a_dead_ipv6__that_ipv4_stood_in_for(void **state)
{
	struct harness *h = *state;
	struct probe p;

	probe(&p, h, "http", "{\"target\":\"http://deadv6.test:%d/ok\"}", PORT(h, "black_hole6"));
	assert_result(&p, OUTCOME_UP, "");
	assert_says(&p, "IPv6 did not answer, IPv4 did");
	assert_true(p.took_ms < 1500);
	probe_fini(&p);
	probe(&p, h, "http",
	      "{\"target\":\"http://deadv6.test:%d/ok\",\"ip\":\"both\",\"timeout\":\"1s\"}",
	      PORT(h, "black_hole6"));
	assert_result(&p, OUTCOME_DEGRADED, "ipv6");
	assert_says(&p, "IPv6 fails");
	probe_fini(&p);
}

/* ---- certificates -------------------------------------------------------------------------- */

static void http__names_what_is_wrong__with_a_certificate(void **state)
{
	static const struct {
		const char *port, *cause, *words;
	} cases[] = {
		{"tls_good", "", "HTTP 200"},
		{"tls_chain", "", "HTTP 200"},
		{"tls_expired", "tls_expired", "certificate \"localhost\" expired on "},
		{"tls_expired_intermediate", "tls_expired",
		 "issuing certificate \"Past Intermediate\" expired on"},
		{"tls_self_signed", "tls_self_signed", "\"localhost\" is self-signed"},
		{"tls_wrong_host", "tls_hostname",
		 "not for localhost but for other.test, www.other.test"},
		{"tls_untrusted", "tls_untrusted", "issuer of \"localhost\" is unknown"},
		{"tls_no_chain", "tls_untrusted", "issuer of \"localhost\" is unknown"},
		{"tls_future", "tls_not_yet_valid", "valid only from"},
		{"garbage", "tls_handshake", "TLS handshake failed"},
	};
	struct harness *h = *state;
	struct probe p;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		probe(&p, h, "http", "{\"target\":\"https://localhost:%d/ok\",\"ip\":\"4\"}",
		      PORT(h, cases[i].port));
		assert_result(&p, cases[i].cause[0] ? OUTCOME_DOWN : OUTCOME_UP, cases[i].cause);
		assert_says(&p, cases[i].words);
		if (strcmp(cases[i].port, "garbage")) {
			assert_non_null(p.run.result.certificate);
			assert_true(p.run.result.certificate_not_after_ms > 0);
		}
		probe_fini(&p);
	}
}

static void http__warns_of_expiry__also_without_verification(void **state)
{
	static const struct {
		const char *port, *verify, *words;
	} cases[] = {
		{"tls_soon", "true", "certificate \"localhost\" ends on "},
		{"tls_soon_intermediate", "true",
		 "issuing certificate \"Soon Intermediate\" ends on "},
		{"tls_self_signed", "false", "certificate \"localhost\" ends on "},
	};
	struct harness *h = *state;
	struct probe p;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		probe(&p, h, "http", "{\"target\":\"https://127.0.0.1:%d/ok\",\"verify\":%s}",
		      PORT(h, cases[i].port), cases[i].verify);
		assert_result(&p, OUTCOME_DEGRADED, "cert_expiring");
		assert_says(&p, cases[i].words);
		assert_says(&p, "in 5 days");
		probe_fini(&p);
	}
	probe(&p, h, "http", "{\"target\":\"https://127.0.0.1:%d/ok\",\"cert_days\":3}",
	      PORT(h, "tls_soon"));
	assert_result(&p, OUTCOME_UP, "");
	probe_fini(&p);
}

static void http__resumes_sessions__and_keeps_the_certificate(void **state)
{
	struct harness *h = *state;
	struct probe p;
	char *certificate = NULL, *evidence = NULL;

	/* The first run is a full handshake; those after it resume and say the same. */
	probe(&p, h, "http", "{\"target\":\"https://127.0.0.1:%d/ok\"}", PORT(h, "tls_chain"));
	for (int i = 0; i < 4; i++) {
		assert_result(&p, OUTCOME_UP, "");
		assert_non_null(p.run.result.certificate);
		if (i) {
			assert_string_equal(p.run.result.certificate, certificate);
			assert_string_equal(p.run.result.evidence, evidence);
		}
		free(certificate);
		free(evidence);
		certificate = strdup(p.run.result.certificate);
		evidence = strdup(p.run.result.evidence);
		p.run.fresh_session = i == 2;
		probe_run(&p);
	}
	free(certificate);
	free(evidence);
	probe_fini(&p);
}

static void http__never_resumes__an_unverified_session_as_verified(void **state)
{
	struct harness *h = *state;
	struct probe p;

	for (int i = 0; i < 2; i++) {
		probe(&p, h, "http",
		      "{\"target\":\"https://127.0.0.1:%d/ok\",\"verify\":false,\"cert_days\":0}",
		      PORT(h, "tls_untrusted"));
		assert_result(&p, OUTCOME_UP, "");
		probe_run(&p);
		assert_result(&p, OUTCOME_UP, "");
		probe_fini(&p);
		probe(&p, h, "http", "{\"target\":\"https://127.0.0.1:%d/ok\"}",
		      PORT(h, "tls_untrusted"));
		assert_result(&p, OUTCOME_DOWN, "tls_untrusted");
		probe_run(&p);
		assert_result(&p, OUTCOME_DOWN, "tls_untrusted");
		probe_fini(&p);
	}
}

static void http__makes_certificate_names_safe(void **state)
{
	struct harness *h = *state;
	struct probe p;

	probe(&p, h, "http", "{\"target\":\"https://127.0.0.1:%d/ok\"}", PORT(h, "tls_escapes"));
	assert_result(&p, OUTCOME_UP, "");
	assert_null(strstr(p.run.result.certificate, "\\u001b"));
	assert_null(strchr(p.run.result.certificate, '\033'));
	assert_null(strstr(p.run.result.certificate, "\u202e"));
	probe_fini(&p);
}

/* ---- connections --------------------------------------------------------------------------- */

static void http__keeps_a_connection__only_when_told_to(void **state)
{
	struct harness *h = *state;
	struct probe p;

	/* Nothing to connect is no time to connect. */
	probe(&p, h, "http", "{\"target\":\"http://127.0.0.1:%d/ok\",\"connection\":\"reuse\"}",
	      PORT(h, "http"));
	assert_true(p.run.result.phase_us[PHASE_CONNECT] > 0);
	probe_run(&p);
	assert_result(&p, OUTCOME_UP, "");
	assert_int_equal(p.run.result.phase_us[PHASE_CONNECT], 0);
	p.run.fresh_session = true;
	probe_run(&p);
	assert_true(p.run.result.phase_us[PHASE_CONNECT] > 0);
	probe_fini(&p);
	probe(&p, h, "http", "{\"target\":\"http://127.0.0.1:%d/ok\"}", PORT(h, "http"));
	probe_run(&p);
	assert_true(p.run.result.phase_us[PHASE_CONNECT] > 0);
	probe_fini(&p);
}

static void http__can_be_cancelled__at_any_time(void **state)
{
	static const struct {
		const char *host, *path, *ip;
	} targets[] = {
		{"silent.test", "/", "auto"},
		{"127.0.0.1", "/hang", "auto"},
		{"127.0.0.1", "/slow-body", "auto"},
		{"dual.test", "/hang", "both"},
	};
	struct harness *h = *state;
	struct probe p;
	char spec[256];

	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
		snprintf(spec, sizeof spec, "{\"target\":\"http://%s:%d%s\",\"ip\":\"%s\"}",
			 targets[i].host, PORT(h, "http"), targets[i].path, targets[i].ip);
		probe_prepare(&p, h, "http", spec);
		check_result_init(&p.run.result);
		loop_post(h->loop, probe_start, &p);
		usleep(i * 30000);
		loop_post(h->loop, probe_cancel, &p);
		harness_wait(h);
		assert_result(&p, OUTCOME_UNKNOWN, "cancelled");
		probe_fini(&p);
	}
}

static void http__blames_itself__without_descriptors(void **state)
{
	struct harness *h = *state;
	struct rlimit old, tight;
	struct probe p;
	int highest = dup(0);

	close(highest);
	probe(&p, h, "http", "{\"target\":\"http://127.0.0.1:%d/ok\"}", PORT(h, "http"));
	assert_result(&p, OUTCOME_UP, "");
	getrlimit(RLIMIT_NOFILE, &old);
	tight = old;
	tight.rlim_cur = (rlim_t)highest;
	setrlimit(RLIMIT_NOFILE, &tight);
	probe_run(&p);
	setrlimit(RLIMIT_NOFILE, &old);
	assert_result(&p, OUTCOME_UNKNOWN, "local");
	probe_run(&p);
	assert_result(&p, OUTCOME_UP, "");
	probe_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(http__is_up__for_a_good_answer),
		cmocka_unit_test(http__gives_equal_evidence__for_equal_answers),
		cmocka_unit_test(http__is_down__for_a_wrong_status),
		cmocka_unit_test(http__looks_for_keywords__across_chunks_and_compression),
		cmocka_unit_test(http__matches_patterns__of_body_and_headers),
		cmocka_unit_test(http__is_degraded__when_slow),
		cmocka_unit_test(http__names_the_phase__that_took_too_long),
		cmocka_unit_test(http__says_what_is_wrong__with_a_broken_peer),
		cmocka_unit_test(http__cuts__endless_bodies_and_bombs),
		cmocka_unit_test(http__makes_foreign_text_safe),
		cmocka_unit_test(http__follows_redirects__and_records_the_hops),
		cmocka_unit_test(http__sees_a_redirect_loop__and_shows_the_hops),
		cmocka_unit_test(http__keeps_credentials__within_the_origin),
		cmocka_unit_test(http__sends_a_body__to_its_own_origin_only),
		cmocka_unit_test(http__uses_one_handle__for_different_methods),
		cmocka_unit_test(http__tells_a_missing_name__from_a_dead_resolver),
		cmocka_unit_test(http__asks__the_families_it_is_told_to),
		cmocka_unit_test(http__notes_a_dead_ipv6__that_ipv4_stood_in_for),
		cmocka_unit_test(http__names_what_is_wrong__with_a_certificate),
		cmocka_unit_test(http__warns_of_expiry__also_without_verification),
		cmocka_unit_test(http__resumes_sessions__and_keeps_the_certificate),
		cmocka_unit_test(http__never_resumes__an_unverified_session_as_verified),
		cmocka_unit_test(http__makes_certificate_names_safe),
		cmocka_unit_test(http__keeps_a_connection__only_when_told_to),
		cmocka_unit_test(http__can_be_cancelled__at_any_time),
		cmocka_unit_test(http__blames_itself__without_descriptors),
	};

	return cmocka_run_group_tests(tests, harness_setup, harness_teardown);
}
