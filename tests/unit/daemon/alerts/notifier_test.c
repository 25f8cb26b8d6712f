#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/alerts/notifier.h"
#include "shared/schema/schema.h"

static void types__each_has__fields_and_a_way_to_send(void **state)
{
	size_t n = 0;

	for (; notifier_variant_names[n]; n++) {
		const struct notifier_type *type = notifier_type_find(notifier_variant_names[n]);

		assert_non_null(type);
		assert_non_null(type->send);
	}
	assert_true(n >= 5);
	assert_null(notifier_type_find("carrier-pigeon"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types__each_has__fields_and_a_way_to_send),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
