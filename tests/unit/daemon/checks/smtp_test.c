#include "harness.h"

#include "shared/json.h"

static void smtp__turns_to_tls__and_shows_certificate_and_extensions(void **state)
{
	struct harness *h = *state;
	struct probe p;
	json_t *evidence, *certificate;

	probe(&p, h, "smtp", "{\"target\":\"localhost:%d\",\"ip\":\"4\"}", PORT(h, "smtp"));
	assert_result(&p, OUTCOME_UP, "");
	assert_says(&p, "220 mail.test, TLSv1.3, certificate until ");
	for (int i = 0; i < PHASE_COUNT; i++)
		assert_true(p.run.result.phase_us[i] >= 0);
	assert_true(p.run.result.total_us < 900000);
	evidence_of(&p, &evidence);
	assert_string_equal(json_str(evidence, "server", ""), "mail.test");
	assert_string_equal(json_str(evidence, "tls", ""), "STARTTLS");
	assert_string_equal(json_str(evidence, "extensions", ""),
			    "SIZE 1000, AUTH LOGIN PLAIN, 8BITMIME");
	assert_string_equal(json_str(evidence, "tls_version", ""), "TLSv1.3");
	assert_int_equal(strlen(json_str(evidence, "certificate_fingerprint", "")), 64);
	json_decref(evidence);
	certificate = json_loads(p.run.result.certificate, 0, NULL);
	assert_string_equal(json_str(certificate, "subject", ""), "localhost");
	json_decref(certificate);
	assert_true(p.run.result.certificate_not_after_ms > 0);
	probe_fini(&p);
}

static void smtp__names_what_is_wrong(void **state)
{
	static const struct {
		const char *port, *fields;
		enum outcome outcome;
		const char *cause, *words;
	} cases[] = {
		{"smtp", "\"starttls\":\"off\"", OUTCOME_UP, "", "220 mail.test, without TLS"},
		{"smtp", "\"starttls\":\"required\"", OUTCOME_UP, "", "certificate until"},
		{"smtps", "\"tls\":true", OUTCOME_UP, "", "220 mail.test, TLSv1.3"},
		{"smtps", "\"tls\":true,\"capabilities\":[\"auth plain\",\"SIZE\"]", OUTCOME_UP, "",
		 ""},
		{"smtp", "\"ehlo\":\"no-bye\"", OUTCOME_UP, "", "TLSv1.3"},
		{"smtp", "\"ehlo\":\"old\"", OUTCOME_UP, "", "without TLS"},
		{"smtp", "\"ehlo\":\"old\",\"starttls\":\"required\"", OUTCOME_DOWN, "smtp_status",
		 "EHLO was answered \"502 5.5.1 what?\", expected 250"},
		{"smtp", "\"ehlo\":\"plain\"", OUTCOME_UP, "", "without TLS"},
		{"smtp", "\"ehlo\":\"plain\",\"starttls\":\"required\"", OUTCOME_DOWN,
		 "starttls_missing", "STARTTLS is not offered"},
		{"smtp", "\"capabilities\":[\"SIZE\",\"AUTH XOAUTH2\"]", OUTCOME_DOWN, "capability",
		 "AUTH XOAUTH2 is not offered"},
		{"smtp_refusing", "\"slow\":\"1s\"", OUTCOME_DOWN, "banner",
		 "banner \"554 mail.test no service for you\", expected 220"},
		{"ssh", "\"slow\":\"1s\"", OUTCOME_DOWN, "banner",
		 "not a mail server: it began with \"SSH-2.0-x"},
		{"smtps", "\"timeout\":\"300ms\"", OUTCOME_DOWN, "timeout:first_byte",
		 "no banner within 300ms"},
		{"silent", "\"timeout\":\"300ms\"", OUTCOME_DOWN, "timeout:first_byte",
		 "no banner within 300ms"},
		{"smtp", "\"ehlo\":\"silent\",\"timeout\":\"300ms\"", OUTCOME_DOWN,
		 "timeout:transfer", "no answer to EHLO within 300ms"},
		{"smtp", "\"ehlo\":\"stuck\",\"timeout\":\"300ms\"", OUTCOME_DOWN, "timeout:tls",
		 "TLS handshake not finished within 300ms"},
		{"smtp", "\"ehlo\":\"reject\"", OUTCOME_DOWN, "smtp_status", "550 5.7.1 go \xEF"},
		{"smtp", "\"ehlo\":\"busy\"", OUTCOME_DOWN, "smtp_status",
		 "STARTTLS was answered \"454 4.7.0 TLS is busy\", expected 220"},
		{"smtp", "\"ehlo\":\"inject\"", OUTCOME_DOWN, "starttls_injection",
		 "bytes before the TLS handshake"},
		{"smtp", "\"ehlo\":\"early\"", OUTCOME_DOWN, "starttls_injection",
		 "bytes before the TLS handshake"},
		{"smtp", "\"ehlo\":\"talks\",\"starttls\":\"off\"", OUTCOME_DOWN, "protocol",
		 "more was said"},
		{"smtp", "\"ehlo\":\"babble\"", OUTCOME_DOWN, "protocol", "not SMTP"},
		{"smtp", "\"ehlo\":\"endless\"", OUTCOME_DOWN, "protocol", "not SMTP"},
		{"smtp", "\"ehlo\":\"close\"", OUTCOME_DOWN, "incomplete",
		 "the connection ended before the answer to EHLO"},
		{"smtp", "\"ehlo\":\"lost\"", OUTCOME_DOWN, "incomplete",
		 "the connection ended before the answer to EHLO"},
		{"smtp_expired", "\"slow\":\"1s\"", OUTCOME_DOWN, "tls_expired", "expired on"},
		{"smtp_expired", "\"verify\":false", OUTCOME_DEGRADED, "cert_expired",
		 "expired on"},
		{"smtp_wrong_host", "\"slow\":\"1s\"", OUTCOME_DOWN, "tls_hostname",
		 "for other.test"},
		{"smtp_wrong_host", "\"server_name\":\"other.test\"", OUTCOME_UP, "", "220"},
		{"smtp_soon", "\"slow\":\"1s\"", OUTCOME_DEGRADED, "cert_expiring", "in 5 days"},
		{"reset", "\"slow\":\"1s\"", OUTCOME_DOWN, "reset", "reset"},
		{"refused", "\"slow\":\"1s\"", OUTCOME_DOWN, "refused", "refused"},
	};
	struct harness *h = *state;
	struct probe p;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		probe(&p, h, "smtp", "{\"target\":\"localhost:%d\",\"ip\":\"4\",%s}",
		      PORT(h, cases[i].port), cases[i].fields);
		assert_result(&p, cases[i].outcome, cases[i].cause);
		assert_says(&p, cases[i].words);
		assert_null(strchr(p.run.result.message, '\033'));
		probe_fini(&p);
	}
}

/* Injected bytes that come in a segment of their own are found as well, or break the handshake. */
static void smtp__never_goes_on__after_clear_text_before_tls(void **state)
{
	struct harness *h = *state;
	struct probe p;

	probe(&p, h, "smtp", "{\"target\":\"localhost:%d\",\"ip\":\"4\",\"ehlo\":\"clear\"}",
	      PORT(h, "smtp"));
	assert_int_equal(p.run.result.outcome, OUTCOME_DOWN);
	if (strcmp(p.run.result.cause, "tls_handshake"))
		assert_string_equal(p.run.result.cause, "starttls_injection");
	probe_fini(&p);
}

/* A missing goodbye takes neither the verdict nor the time. */
static void smtp__does_not_count__a_slow_goodbye(void **state)
{
	struct harness *h = *state;
	struct probe p;

	probe(&p, h, "smtp",
	      "{\"target\":\"localhost:%d\",\"ip\":\"4\",\"ehlo\":\"no-bye\",\"slow\":\"800ms\"}",
	      PORT(h, "smtp"));
	assert_result(&p, OUTCOME_UP, "");
	assert_true(p.run.result.total_us < 800000);
	assert_true(p.took_ms >= 900);
	probe_fini(&p);
}

static void smtp__can_be_cancelled__at_any_time(void **state)
{
	static const char *const moods[] = {"silent", "stuck", "no-bye"};
	struct harness *h = *state;
	struct probe p;
	char spec[160];

	for (size_t i = 0; i < sizeof moods / sizeof *moods; i++) {
		snprintf(spec, sizeof spec, "{\"target\":\"127.0.0.1:%d\",\"ehlo\":\"%s\"}",
			 PORT(h, "smtp"), moods[i]);
		probe_prepare(&p, h, "smtp", spec);
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
		cmocka_unit_test(smtp__turns_to_tls__and_shows_certificate_and_extensions),
		cmocka_unit_test(smtp__names_what_is_wrong),
		cmocka_unit_test(smtp__never_goes_on__after_clear_text_before_tls),
		cmocka_unit_test(smtp__does_not_count__a_slow_goodbye),
		cmocka_unit_test(smtp__can_be_cancelled__at_any_time),
	};

	return cmocka_run_group_tests(tests, harness_setup, harness_teardown);
}
