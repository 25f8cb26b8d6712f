#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/net/address.h"

static void address__tells__how_far_inside_it_points(void **state)
{
	static const struct {
		const char *text;
		enum address_class inside;
	} cases[] = {
		{"192.0.2.1", ADDRESS_PUBLIC},
		{"127.0.0.1", ADDRESS_LOOPBACK},
		{"0.0.0.0", ADDRESS_LOOPBACK},
		{"10.1.2.3", ADDRESS_PRIVATE},
		{"172.16.0.1", ADDRESS_PRIVATE},
		{"172.32.0.1", ADDRESS_PUBLIC},
		{"192.168.1.1", ADDRESS_PRIVATE},
		{"100.64.0.1", ADDRESS_PRIVATE},
		{"100.128.0.1", ADDRESS_PUBLIC},
		{"169.254.169.254", ADDRESS_LINK_LOCAL},
		{"::1", ADDRESS_LOOPBACK},
		{"::", ADDRESS_LOOPBACK},
		{"2001:db8::1", ADDRESS_PUBLIC},
		{"fe80::1", ADDRESS_LINK_LOCAL},
		{"fd00::1", ADDRESS_PRIVATE},
		{"::ffff:127.0.0.1", ADDRESS_LOOPBACK},
		{"::ffff:10.0.0.1", ADDRESS_PRIVATE},
		{"64:ff9b::169.254.169.254", ADDRESS_LINK_LOCAL},
		{"2002:7f00:1::", ADDRESS_LOOPBACK},
		{"2002:c000:201::", ADDRESS_PUBLIC},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sockaddr_storage a;

		assert_true(address_parse(cases[i].text, &a));
		if (address_class(&a) != cases[i].inside)
			fail_msg("%s is class %d", cases[i].text, address_class(&a));
	}
}

static void address__parses__only_addresses(void **state)
{
	static const char *const wrong[] = {"",      "localhost", "127.1",      "1.2.3.4.5",
					    "[::1]", "::1::",     "0x7f.0.0.1", "127.0.0.1%lo"};
	struct sockaddr_storage a;
	char text[ADDRESS_TEXT];

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(address_parse(wrong[i], &a));
	assert_true(address_parse("2001:DB8:0:0::1", &a));
	assert_string_equal(address_text(&a, text), "2001:db8::1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address__tells__how_far_inside_it_points),
		cmocka_unit_test(address__parses__only_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
