#include "harness.h"

#include "shared/json.h"

#define HTTP(h) fake_port(&(h)->web, "http")

static void http__is_up__for_a_good_answer(void **state)
{
	struct harness *h = *state;
	struct probe p;
	json_t *evidence;

	probe(&p, h, "http", "{\"target\":\"http://127.0.0.1:%d/ok\"}", HTTP(h));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(http__is_up__for_a_good_answer),
	};

	return cmocka_run_group_tests(tests, harness_setup, harness_teardown);
}
