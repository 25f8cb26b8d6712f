#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/private_address.h"

static const struct sockaddr *address(const char *text)
{
	static struct sockaddr_storage a;
	struct sockaddr_in *v4 = (struct sockaddr_in *)&a;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&a;

	memset(&a, 0, sizeof a);
	a.ss_family = strchr(text, ':') ? AF_INET6 : AF_INET;
	assert_int_equal(
		inet_pton(a.ss_family, text,
			  a.ss_family == AF_INET ? (void *)&v4->sin_addr : (void *)&v6->sin6_addr),
		1);
	return (struct sockaddr *)&a;
}

/* First and last of each range of IANA's registries, and what stands beside them. */
static void private_address__knows__the_special_purpose_registries(void **state)
{
	static const char *const refused[] = {
		"0.0.0.0",
		"0.255.255.255",
		"10.0.0.0",
		"10.255.255.255",
		"100.64.0.0",
		"100.127.255.255",
		"127.0.0.1",
		"127.255.255.255",
		"169.254.0.0",
		"169.254.169.254",
		"169.254.255.255",
		"172.16.0.0",
		"172.31.255.255",
		"192.0.0.0",
		"192.0.0.192",
		"192.0.0.255",
		"192.0.2.0",
		"192.0.2.255",
		"192.31.196.1",
		"192.52.193.1",
		"192.88.99.1",
		"192.168.0.0",
		"192.168.255.255",
		"192.175.48.1",
		"198.18.0.0",
		"198.19.255.255",
		"198.51.100.7",
		"203.0.113.7",
		"224.0.0.0",
		"239.255.255.255",
		"240.0.0.0",
		"255.255.255.255",
		"100.100.100.200",
		"168.63.129.16",
		"::",
		"::1",
		"::7f00:1",
		"::ffff:127.0.0.1",
		"::ffff:10.0.0.1",
		"::ffff:a9fe:a9fe",
		"64:ff9b::10.0.0.1",
		"64:ff9b::169.254.169.254",
		"64:ff9b:1::1",
		"64:ff9b:1:ffff::8.8.8.8",
		"100::",
		"100::ffff",
		"fc00::",
		"fd00:ec2::254",
		"fdff:ffff::1",
		"fe80::",
		"fe80::1",
		"febf::1",
		"fec0::1",
		"feff::1",
		"ff02::1",
		"ff0e::1",
		"2001::1",
		"2001:0:4136:e378:8000:63bf:3fff:fdd2",
		"2001:2::1",
		"2001:10::1",
		"2001:20::1",
		"2001:1ff:ffff::1",
		"2001:db8::1",
		"2001:db8:ffff:ffff::",
		"2002:7f00:1::",
		"2002:808:808::1",
		"2620:4f:8000::1",
		"3fff::1",
		"3fff:fff:ffff::",
		"4000::1",
		"5f00::1",
		"8000::1",
		"e000::1",
		"1fff::1",
		"200::1",
		"2606:4700::5efe:10.0.0.1",
		"2606:4700::200:5efe:7f00:1",
	};
	static const char *const fine[] = {
		"1.1.1.1",         "8.8.8.8",          "9.255.255.255",
		"11.0.0.0",        "100.63.255.255",   "100.128.0.0",
		"126.255.255.255", "128.0.0.0",        "169.253.255.255",
		"169.255.0.0",     "172.15.255.255",   "172.32.0.0",
		"192.0.1.0",       "192.0.3.0",        "192.167.255.255",
		"192.169.0.0",     "198.17.255.255",   "198.20.0.0",
		"198.51.101.0",    "203.0.114.0",      "223.255.255.255",
		"::ffff:8.8.8.8",  "64:ff9b::8.8.8.8", "2606:4700::1111",
		"2001:200::1",     "2001:4860::8888",  "2001:db7::1",
		"2001:db9::1",     "2003::1",          "2a00::1",
		"3ffe::1",         "3fff:1000::1",     "2606:4700::5efe:8.8.8.8",
	};

	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (!private_address(address(refused[i])))
			fail_msg("%s is taken for public", refused[i]);
	for (size_t i = 0; i < ARRAY_LEN(fine); i++)
		if (private_address(address(fine[i])))
			fail_msg("%s is taken for %s", fine[i], private_address(address(fine[i])));
}

static void private_address__of_another_family__is_refused(void **state)
{
	struct sockaddr_storage local = {.ss_family = AF_UNIX}, none = {.ss_family = AF_UNSPEC};

	assert_non_null(private_address((struct sockaddr *)&local));
	assert_false(address_allowed((struct sockaddr *)&none, NULL, 0, NULL));
}

static struct address_range range(const char *text)
{
	struct address_range r;
	struct error e = {0};

	if (address_range_parse(text, &r, &e))
		fail_msg("%s: %s", text, e.text);
	return r;
}

static bool allowed(const char *text, const char *except)
{
	struct address_range r = range(except);
	const char *why = "";
	bool yes = address_allowed(address(text), &r, 1, &why);

	assert_int_equal(yes, why == NULL);
	return yes;
}

static void exceptions__open__exactly_their_range(void **state)
{
	assert_true(allowed("127.0.0.1", "127.0.0.0/8"));
	assert_true(allowed("127.255.0.1", "127.0.0.0/8"));
	assert_true(allowed("::ffff:127.0.0.1", "127.0.0.0/8"));
	assert_false(allowed("::1", "127.0.0.0/8"));
	assert_true(allowed("::1", "::1"));
	assert_false(allowed("10.0.0.1", "127.0.0.0/8"));
	assert_true(allowed("192.168.1.77", "192.168.1.64/26"));
	assert_false(allowed("192.168.1.63", "192.168.1.64/26"));
	assert_true(allowed("fd12:3456::1", "fd12:3456::/32"));
	assert_false(allowed("fd12:3457::1", "fd12:3456::/32"));
	assert_true(allowed("8.8.8.8", "127.0.0.1"));
	/* what only carries the address inside is not in the range */
	assert_false(allowed("64:ff9b::127.0.0.1", "127.0.0.0/8"));
	assert_false(allowed("2002:7f00:1::", "127.0.0.0/8"));
	assert_false(allowed("::127.0.0.1", "127.0.0.0/8"));
}

static void metadata__is_opened__only_by_its_own_address(void **state)
{
	assert_false(allowed("169.254.169.254", "169.254.0.0/16"));
	assert_true(allowed("169.254.1.1", "169.254.0.0/16"));
	assert_true(allowed("169.254.169.254", "169.254.169.254/32"));
	assert_false(allowed("fd00:ec2::254", "fd00::/8"));
	assert_true(allowed("fd00:ec2::254", "fd00:ec2::254"));
	assert_false(allowed("100.100.100.200", "100.64.0.0/10"));
}

static void range__that_is_none__says_what_to_write(void **state)
{
	static const char *const wrong[] = {
		"",
		"/8",
		"localhost",
		"10.0.0.0/",
		"10.0.0.0/33",
		"10.0.0.0/-1",
		"10.0.0.0/8x",
		"10.0.0/8",
		"10.1.2.3/8",
		"0.0.0.0/0",
		"0.0.0.0/3",
		"::/0",
		"::/7",
		"::/64",
		"::ffff:0:0/96",
		"fd00::/129",
		"fd00::1/64",
		"fe80::1%eth0",
		"127.1",
		"[::1]",
		"10.0.0.0/08 ",
		"10.0.0.0 /8",
		"0x7f.0.0.1",
	};

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct address_range r;
		struct error e = {0};

		if (!address_range_parse(wrong[i], &r, &e))
			fail_msg("\"%s\" was taken", wrong[i]);
		assert_true(e.text[0] && e.hint[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(private_address__knows__the_special_purpose_registries),
		cmocka_unit_test(private_address__of_another_family__is_refused),
		cmocka_unit_test(exceptions__open__exactly_their_range),
		cmocka_unit_test(metadata__is_opened__only_by_its_own_address),
		cmocka_unit_test(range__that_is_none__says_what_to_write),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
