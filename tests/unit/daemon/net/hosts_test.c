#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/net/address.h"
#include "daemon/net/hosts.h"

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void hosts__finds__names_and_aliases(void **state)
{
	char path[] = "/tmp/sellersmart-hosts-XXXXXX", text[ADDRESS_TEXT];
	struct sockaddr_storage out[4];
	struct hosts *h;
	bool named;

	close(mkstemp(path));
	put(path,
	    "# comment\n10.0.0.1\tNAS nas.lan # mine\nfd00::1 nas\n10.0.0.2 nas\nnonsense x\n10.0.0.3");
	h = hosts_new(path);
	assert_int_equal(hosts_find(h, "nas", AF_INET, 5000, out, 4, &named), 2);
	assert_true(named);
	assert_string_equal(address_text(&out[0], text), "10.0.0.1");
	assert_string_equal(address_text(&out[1], text), "10.0.0.2");
	assert_int_equal(hosts_find(h, "nas", AF_INET6, 5000, out, 4, &named), 1);
	assert_int_equal(hosts_find(h, "nas.lan", AF_INET6, 5000, out, 4, &named), 0);
	assert_true(named);
	assert_int_equal(hosts_find(h, "x", AF_INET, 5000, out, 4, &named), 0);
	assert_false(named);
	/* A changed file is seen a second later, not at once. */
	put(path, "10.0.0.9 other-name-now\n");
	assert_int_equal(hosts_find(h, "nas", AF_INET, 5500, out, 4, &named), 2);
	assert_int_equal(hosts_find(h, "nas", AF_INET, 6500, out, 4, &named), 0);
	assert_int_equal(hosts_find(h, "other-name-now", AF_INET, 6500, out, 4, &named), 1);
	unlink(path);
	assert_int_equal(hosts_find(h, "other-name-now", AF_INET, 8000, out, 4, &named), 0);
	hosts_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts__finds__names_and_aliases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
