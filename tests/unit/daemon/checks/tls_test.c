#include "harness.h"

#include "shared/json.h"

static void tls__shows_the_chain__of_a_good_certificate(void **state)
{
	struct harness *h = *state;
	struct probe p;
	json_t *certificate, *evidence;

	probe(&p, h, "tls", "{\"target\":\"tls://localhost:%d\",\"ip\":\"4\"}",
	      PORT(h, "tls_chain"));
	assert_result(&p, OUTCOME_UP, "");
	assert_true(p.run.result.phase_us[PHASE_TLS] > 0);
	certificate = json_loads(p.run.result.certificate, 0, NULL);
	assert_string_equal(json_str(certificate, "subject", ""), "localhost");
	assert_string_equal(json_str(certificate, "issuer", ""), "Test Intermediate");
	assert_int_equal(json_array_size(json_object_get(certificate, "chain")), 3);
	assert_int_equal(json_array_size(json_object_get(certificate, "names")), 5);
	assert_int_equal(json_int(certificate, "days_left", 0), 364);
	assert_int_equal(strlen(json_str(certificate, "fingerprint", "")), 64);
	evidence_of(&p, &evidence);
	assert_string_equal(json_str(evidence, "tls_version", ""), "TLSv1.3");
	json_decref(evidence);
	json_decref(certificate);
	probe_fini(&p);
}

static void tls__names_what_is_wrong(void **state)
{
	static const struct {
		const char *port, *fields;
		enum outcome outcome;
		const char *cause, *words;
	} cases[] = {
		{"tls_expired", "", OUTCOME_DOWN, "tls_expired", "\"localhost\" expired on"},
		{"tls_expired_intermediate", "", OUTCOME_DOWN, "tls_expired",
		 "\"Past Intermediate\" expired"},
		{"tls_self_signed", "", OUTCOME_DOWN, "tls_self_signed", "self-signed"},
		{"tls_wrong_host", "", OUTCOME_DOWN, "tls_hostname",
		 "for other.test, www.other.test"},
		{"tls_wrong_host", ",\"server_name\":\"www.other.test\"", OUTCOME_UP, "",
		 "certificate until"},
		{"tls_untrusted", "", OUTCOME_DOWN, "tls_untrusted", "is unknown"},
		{"tls_soon_intermediate", "", OUTCOME_DEGRADED, "cert_expiring",
		 "\"Soon Intermediate\" ends"},
		{"tls_self_signed", ",\"verify\":false", OUTCOME_DEGRADED, "cert_expiring",
		 "in 5 days"},
		{"tls_expired", ",\"verify\":false", OUTCOME_DEGRADED, "cert_expired",
		 "expired on"},
		{"tls_untrusted", ",\"verify\":false", OUTCOME_UP, "",
		 "TLSv1.3, certificate until"},
		{"garbage", "", OUTCOME_DOWN, "tls_handshake", "TLS handshake failed"},
		{"reset", "", OUTCOME_DOWN, "reset", "reset"},
		{"refused", "", OUTCOME_DOWN, "refused", "refused"},
		{"silent", ",\"timeout\":\"300ms\"", OUTCOME_DOWN, "timeout:tls", "within 300ms"},
	};
	struct harness *h = *state;
	struct probe p;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		probe(&p, h, "tls", "{\"target\":\"localhost:%d\",\"ip\":\"4\"%s}",
		      PORT(h, cases[i].port), cases[i].fields);
		assert_result(&p, cases[i].outcome, cases[i].cause);
		assert_says(&p, cases[i].words);
		if (!strncmp(cases[i].port, "tls_", 4)) {
			assert_non_null(p.run.result.certificate);
			assert_true(p.run.result.certificate_not_after_ms > 0);
		}
		probe_fini(&p);
	}
}

static void tls__verifies_addresses__as_names(void **state)
{
	struct harness *h = *state;
	struct probe p;

	probe(&p, h, "tls", "{\"target\":\"127.0.0.1:%d\"}", PORT(h, "tls_good"));
	assert_result(&p, OUTCOME_UP, "");
	probe_fini(&p);
	probe(&p, h, "tls", "{\"target\":\"127.0.0.1:%d\"}", PORT(h, "tls_wrong_host"));
	assert_result(&p, OUTCOME_DOWN, "tls_hostname");
	probe_fini(&p);
}

static void tls__can_be_cancelled(void **state)
{
	struct harness *h = *state;
	struct probe p;
	char spec[128];

	snprintf(spec, sizeof spec, "{\"target\":\"127.0.0.1:%d\"}", PORT(h, "silent"));
	probe_prepare(&p, h, "tls", spec);
	check_result_init(&p.run.result);
	loop_post(h->loop, probe_start, &p);
	usleep(20000);
	loop_post(h->loop, probe_cancel, &p);
	harness_wait(h);
	assert_result(&p, OUTCOME_UNKNOWN, "cancelled");
	probe_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tls__shows_the_chain__of_a_good_certificate),
		cmocka_unit_test(tls__names_what_is_wrong),
		cmocka_unit_test(tls__verifies_addresses__as_names),
		cmocka_unit_test(tls__can_be_cancelled),
	};

	return cmocka_run_group_tests(tests, harness_setup, harness_teardown);
}
