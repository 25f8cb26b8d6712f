#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "tui/client/propose.h"

static void https__gets__a_certificate_monitor_too(void **state)
{
	struct error e = {0};
	json_t *items = propose_monitors(" https://shop.example/x ", NULL, &e);

	assert_int_equal(json_array_size(items), 2);
	assert_string_equal(json_str(json_array_get(items, 0), "type", ""), "http");
	assert_string_equal(json_str(json_array_get(items, 0), "target", ""),
			    "https://shop.example/x");
	assert_string_equal(json_str(json_array_get(items, 0), "name", ""), "shop-example-x");
	assert_string_equal(json_str(json_array_get(items, 1), "type", ""), "tls");
	assert_string_equal(json_str(json_array_get(items, 1), "target", ""), "shop.example:443");
	assert_string_equal(json_str(json_array_get(items, 1), "name", ""), "shop-example-x-cert");
	json_decref(items);
}

static void bare_host__means__https(void **state)
{
	json_t *items = propose_monitors("shop.example", NULL, NULL);

	assert_int_equal(json_array_size(items), 2);
	assert_string_equal(json_str(json_array_get(items, 0), "target", ""),
			    "https://shop.example");
	json_decref(items);
}

static void http_and_port__give__one_monitor(void **state)
{
	json_t *items = propose_monitors("http://127.0.0.1:8080/", NULL, NULL);

	assert_int_equal(json_array_size(items), 1);
	json_decref(items);
	items = propose_monitors("mail.example:25", NULL, NULL);
	assert_int_equal(json_array_size(items), 1);
	assert_string_equal(json_str(json_array_get(items, 0), "type", ""), "tcp");
	json_decref(items);
}

static void proposals__are_valid(void **state)
{
	static const char *const addresses[] = {"shop.example", "http://127.0.0.1:8080/a?b=c",
						"[::1]:25", "https://[::1]:8443/",
						"mail.example:25"};

	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		struct error e = {0};
		json_t *items = propose_monitors(addresses[i], NULL, &e), *item;
		size_t k;

		assert_non_null(items);
		json_array_foreach(items, k, item)
		{
			struct resource_input in = {0};
			struct error_list faults = {0};

			if (!resource_validate(resource_kind_find("monitor"), item, 0, NULL, &in,
					       &faults))
				fail_msg("%s: %s", addresses[i], faults.items[0].text);
			resource_input_fini(&in);
		}
		json_decref(items);
	}
}

static void nonsense__is_refused__with_a_hint(void **state)
{
	static const char *const addresses[] = {"", "not a site", "ftp://x.example/",
						"https://u:p@x.example/", "http://"};

	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		struct error e = {0};

		assert_null(propose_monitors(addresses[i], NULL, &e));
		assert_true(*e.text && *e.hint);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(https__gets__a_certificate_monitor_too),
		cmocka_unit_test(bare_host__means__https),
		cmocka_unit_test(http_and_port__give__one_monitor),
		cmocka_unit_test(proposals__are_valid),
		cmocka_unit_test(nonsense__is_refused__with_a_hint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
