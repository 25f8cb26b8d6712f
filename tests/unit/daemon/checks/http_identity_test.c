/* The http check with a certificate of its own (mutual TLS). */
#include "secrets.h"

#include <openssl/pem.h>

#include "shared/json.h"

static void try(struct harness *h, struct probe *p, const char *port, const char *secret)
{
	probe(p, h, "http",
	      "{\"target\":\"https://localhost:%d/ok\",\"ip\":\"4\",%s%s%s\"failures\":1}",
	      PORT(h, port), secret ? "\"client_certificate\":{\"secret\":\"" : "",
	      secret ? secret : "", secret ? "\"}," : "");
}

static void identity__opens__a_server_that_asks_for_one(void **state)
{
	static const char *const ports[] = {"mtls", "mtls12"};
	struct harness *h = *state;
	struct probe p;

	for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
		try(h, &p, ports[i], "client");
		assert_result(&p, OUTCOME_UP, "");
		probe_run(&p);
		assert_result(&p, OUTCOME_UP, "");
		assert_null(strstr(p.run.result.evidence, "PRIVATE"));
		probe_fini(&p);
	}
}

static void identity__may_have_its_key__in_another_secret(void **state)
{
	struct harness *h = *state;
	struct probe p;

	probe(&p, h, "http",
	      "{\"target\":\"https://localhost:%d/ok\",\"ip\":\"4\","
	      "\"client_certificate\":{\"secret\":\"certificate-only\"},"
	      "\"client_key\":{\"secret\":\"key-only\"}}",
	      PORT(h, "mtls"));
	assert_result(&p, OUTCOME_UP, "");
	probe_fini(&p);
}

static void identity__that_the_server_refuses__is_named(void **state)
{
	static const struct {
		const char *port, *secret, *words;
	} cases[] = {
		{"mtls", NULL, "localhost wants a client certificate"},
		{"mtls", "foreign", "localhost refused our client certificate: unknown ca"},
		{"mtls", "expired",
		 "localhost refused our client certificate: certificate expired"},
		{"mtls12", "foreign", "localhost refused our client certificate: unknown ca"},
		{"mtls12", "expired",
		 "localhost refused our client certificate: certificate expired"},
	};
	struct harness *h = *state;
	struct probe p;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		try(h, &p, cases[i].port, cases[i].secret);
		assert_result(&p, OUTCOME_DOWN, "tls_client_certificate");
		assert_says(&p, cases[i].words);
		probe_fini(&p);
	}
}

/* A session that a certificate opened must not open the door for who has none. */
static void identity__is_not_lent__by_a_kept_session_or_connection(void **state)
{
	struct harness *h = *state;
	struct probe with, without;

	probe(&with, h, "http",
	      "{\"target\":\"https://localhost:%d/ok\",\"ip\":\"4\",\"connection\":\"reuse\","
	      "\"client_certificate\":{\"secret\":\"client\"}}",
	      PORT(h, "mtls"));
	probe_run(&with);
	assert_result(&with, OUTCOME_UP, "");
	probe(&without, h, "http",
	      "{\"target\":\"https://localhost:%d/ok\",\"ip\":\"4\",\"connection\":\"reuse\"}",
	      PORT(h, "mtls"));
	assert_result(&without, OUTCOME_DOWN, "tls_client_certificate");
	probe_run(&without);
	assert_result(&without, OUTCOME_DOWN, "tls_client_certificate");
	probe_fini(&without);
	probe_fini(&with);
}

static void identity__that_ends_soon__degrades(void **state)
{
	struct harness *h = *state;
	struct probe p;

	try(h, &p, "mtls", "ending");
	assert_result(&p, OUTCOME_DEGRADED, "cert_expiring");
	assert_says(&p, "our client certificate \"Monitor\" ends on ");
	assert_says(&p, "in 5 days");
	probe_fini(&p);
	try(h, &p, "tls_good", "expired"); /* nobody asks for it */
	assert_result(&p, OUTCOME_DEGRADED, "cert_expired");
	assert_says(&p, "our client certificate \"Monitor\" expired on ");
	probe_fini(&p);
}

static void identity__that_cannot_be_used__is_refused_with_the_reason(void **state)
{
	static const struct {
		const char *fields, *field, *words, *hint;
	} cases[] = {
		{"\"client_certificate\":{\"secret\":\"missing\"}", "", "missing",
		 "secret set missing"},
		{"\"client_certificate\":{\"secret\":\"text\"}", "client_certificate",
		 "the secret text holds no certificate in PEM form", "secret set text < "},
		{"\"client_certificate\":{\"secret\":\"certificate-only\"}", "client_certificate",
		 "the secret certificate-only holds no private key", "name it in client_key"},
		{"\"client_certificate\":{\"secret\":\"certificate-only\"},"
		 "\"client_key\":{\"secret\":\"text\"}",
		 "client_key", "the secret text holds no private key", "secret set text < "},
		{"\"client_certificate\":{\"secret\":\"certificate-only\"},"
		 "\"client_key\":{\"secret\":\"foreign\"}",
		 "client_key", "does not belong to the certificate", "the same pair"},
		{"\"client_certificate\":{\"secret\":\"certificate-only\"},"
		 "\"client_key\":{\"secret\":\"locked\"}",
		 "client_key", "wants a pass phrase", "openssl pkey"},
	};
	struct harness *h = *state;
	char spec[512];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		snprintf(spec, sizeof spec, "{\"target\":\"https://localhost/\",%s}",
			 cases[i].fields);
		assert_refused(h, spec, cases[i].field, cases[i].words, cases[i].hint);
	}
}

/* A key under a pass phrase. */
static void keep_locked_key(struct harness *h)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	BIO *out = BIO_new(BIO_s_mem());

	assert_int_equal(
		PEM_write_bio_PKCS8PrivateKey(out, key, EVP_aes_256_cbc(), "phrase", 6, NULL, NULL),
		1);
	BIO_write(out, "", 1);
	char *pem;
	BIO_get_mem_data(out, &pem);
	keep_secret(h, "locked", pem);
	BIO_free(out);
	EVP_PKEY_free(key);
}

static int set_up(void **state)
{
	int rc = secrets_setup(state);
	struct harness *h = *state;
	char *pem = file_of(h, "client.pem"), *key = strstr(pem, "-----BEGIN PRIVATE");

	assert_non_null(key);
	keep_secret(h, "client", pem);
	keep_secret(h, "key-only", key);
	*key = '\0';
	keep_secret(h, "certificate-only", pem);
	free(pem);
	keep_file(h, "ending", "client-ending.pem");
	keep_file(h, "expired", "client-expired.pem");
	keep_file(h, "foreign", "client-foreign.pem");
	keep_locked_key(h);
	keep_secret(h, "text", "not a certificate");
	return rc;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identity__opens__a_server_that_asks_for_one),
		cmocka_unit_test(identity__may_have_its_key__in_another_secret),
		cmocka_unit_test(identity__that_the_server_refuses__is_named),
		cmocka_unit_test(identity__is_not_lent__by_a_kept_session_or_connection),
		cmocka_unit_test(identity__that_ends_soon__degrades),
		cmocka_unit_test(identity__that_cannot_be_used__is_refused_with_the_reason),
	};

	return cmocka_run_group_tests(tests, set_up, secrets_teardown);
}
