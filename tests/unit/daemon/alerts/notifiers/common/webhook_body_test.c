#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/alerts/notifiers/common/webhook_body.h"
#include "shared/json.h"
#include "shared/mem.h"

static const char one[] =
	"{\"type\":\"alert.opened\",\"at\":\"2026-11-23T07:42:00.000Z\",\"severity\":\"critical\","
	"\"title\":\"DOWN garden: HTTP 502\",\"total\":1,\"counts\":{\"open\":1},\"alerts\":[{"
	"\"number\":14,\"id\":\"alr_0000000000001\",\"what\":\"opened\",\"rule\":\"monitor-down\","
	"\"severity\":\"critical\",\"state\":\"open\",\"topic\":\"monitor.down\",\"subject\":"
	"\"garden\",\"subject_kind\":\"monitor\",\"since\":\"2026-11-23T07:40:00.000Z\","
	"\"incident\":\"inc_0000000000002\",\"reason\":\"HTTP 502\",\"evidence\":{\"state\":\"down\","
	"\"previous\":\"up\",\"checks\":3}}]}";

static json_t *read_text(const char *text)
{
	struct error e = {0};
	json_t *v = json_read(text, strlen(text), 1 << 20, &e);

	if (!v)
		fail_msg("%s", e.text);
	return v;
}

static json_t *body_of(const json_t *message)
{
	struct buf out = BUF_INIT(WEBHOOK_BODY_MAX);
	json_t *body;

	webhook_body(message, &out);
	assert_false(out.overflow);
	body = read_text(buf_str(&out));
	buf_fini(&out);
	return body;
}

static void body__has__what_a_program_wants_of_one_alert(void **state)
{
	json_t *message = read_text(one), *body = body_of(message);
	const json_t *data = json_object_get(body, "data");

	assert_string_equal(json_str(body, "type", ""), "alert.opened");
	assert_string_equal(json_str(body, "timestamp", ""), "2026-11-23T07:42:00.000Z");
	assert_int_equal(json_int(data, "alert", 0), 14);
	assert_string_equal(json_str(data, "incident_id", ""), "inc_0000000000002");
	assert_string_equal(json_str(data, "monitor", ""), "garden");
	assert_string_equal(json_str(data, "state", ""), "down");
	assert_string_equal(json_str(data, "previous", ""), "up");
	assert_string_equal(json_str(data, "reason", ""), "HTTP 502");
	assert_string_equal(json_str(data, "since", ""), "2026-11-23T07:40:00.000Z");
	assert_int_equal(json_int(data, "checks", 0), 3);
	assert_string_equal(
		json_str(json_array_get(json_object_get(data, "alerts"), 0), "state", ""), "open");
	json_decref(body);
	json_decref(message);
}

static void body__of_many__names_none_of_them_in_front(void **state)
{
	json_t *message = read_text(one), *alerts = json_object_get(message, "alerts"), *body;

	json_array_append(alerts, json_array_get(alerts, 0));
	json_object_set_new(message, "total", json_integer(7));
	body = body_of(message);
	assert_null(json_path(body, "data.monitor"));
	assert_int_equal(json_int(json_object_get(body, "data"), "total", 0), 7);
	assert_int_equal(json_array_size(json_path(body, "data.alerts")), 2);
	json_decref(body);
	json_decref(message);
}

static void body__of_an_event__is_the_events_own_data(void **state)
{
	json_t *message = read_text(
		"{\"type\":\"monitor.up\",\"at\":\"2026-11-23T07:42:00.000Z\",\"severity\":\"info\","
		"\"title\":\"garden is up\",\"data\":{\"monitor\":\"garden\",\"severity\":\"warning\"}}");
	json_t *body = body_of(message);

	assert_string_equal(json_str(body, "type", ""), "monitor.up");
	assert_string_equal(json_str(json_object_get(body, "data"), "monitor", ""), "garden");
	assert_string_equal(json_str(json_object_get(body, "data"), "severity", ""), "warning");
	json_decref(body);
	json_decref(message);
}

static void body__stays_below_20_kB__evidence_goes_first_then_alerts(void **state)
{
	json_t *message = read_text(one), *alerts = json_object_get(message, "alerts"), *body;
	char *text = mem_zalloc(4001);

	memset(text, 'x', 4000);
	for (int i = 0; i < 19; i++) {
		json_t *alert = json_deep_copy(json_array_get(alerts, 0));

		json_object_set_new(alert, "evidence", json_pack("{s:s}", "body", text));
		json_array_append_new(alerts, alert);
	}
	body = body_of(message);
	assert_int_equal(json_array_size(json_path(body, "data.alerts")), 20);
	assert_null(json_object_get(json_array_get(json_path(body, "data.alerts"), 1), "evidence"));
	json_decref(body);
	for (size_t i = 0; i < json_array_size(alerts); i++)
		json_object_set_new(json_array_get(alerts, i), "text", json_string(text));
	body = body_of(message);
	assert_in_range(json_array_size(json_path(body, "data.alerts")), 1, 5);
	free(text);
	json_decref(body);
	json_decref(message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(body__has__what_a_program_wants_of_one_alert),
		cmocka_unit_test(body__of_many__names_none_of_them_in_front),
		cmocka_unit_test(body__of_an_event__is_the_events_own_data),
		cmocka_unit_test(body__stays_below_20_kB__evidence_goes_first_then_alerts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
