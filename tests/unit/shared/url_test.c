#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "shared/url.h"

static void parse__parts(void **state)
{
	static const struct {
		const char *text, *scheme, *host, *path;
		int port;
		bool six;
	} cases[] = {
		{"http://shop.example", "http", "shop.example", "/", 80, false},
		{"HTTPS://Shop.Example:8443/A/b?c=d#e", "https", "shop.example", "/A/b?c=d", 8443,
		 false},
		{"http://127.0.0.1:8080/", "http", "127.0.0.1", "/", 8080, false},
		{"https://[2001:DB8::1]:444", "https", "2001:db8::1", "/", 444, true},
		{"https://[::1]/x", "https", "::1", "/x", 443, true},
		{"http://a?q", "http", "a", "/?q", 80, false},
		{"http://a#f", "http", "a", "/", 80, false},
		{"http://a:/x", "http", "a", "/x", 80, false},
		{"http://a.example./", "http", "a.example.", "/", 80, false},
		{"http://m\xC3\xBCller.example/\xC3\xBC", "http", "m\xC3\xBCller.example",
		 "/%C3%BC", 80, false},
		{"http://my_host/a@b:c", "http", "my_host", "/a@b:c", 80, false},
		{"http://a/?u=http://b", "http", "a", "/?u=http://b", 80, false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct error e = {0};
		struct url u;

		if (url_parse(cases[i].text, &u, &e))
			fail_msg("%s: %s", cases[i].text, e.text);
		assert_string_equal(u.scheme, cases[i].scheme);
		assert_string_equal(u.host, cases[i].host);
		assert_string_equal(u.path, cases[i].path);
		assert_int_equal(u.port, cases[i].port);
		assert_int_equal(u.host_is_ipv6, cases[i].six);
	}
}

static void parse__refuses(void **state)
{
	static const char *const bad[] = {
		"",
		"shop.example",
		"shop.example:8080",
		"localhost:80/x",
		"//a/",
		"/a",
		"ftp://a/",
		"httpss://a/",
		"javascript:alert(1)",
		"http:",
		"http:/a",
		"http:a",
		"http://",
		"http:///x",
		"http://:80/",
		"http://user@a/",
		"http://user:pass@a/",
		"http://a@b@c/",
		"http://a b/",
		"http://a/b c",
		" http://a/",
		"http://a/\n",
		"http://a\t/",
		"http://a/\x7F",
		"http://a:0/",
		"http://a:65536/",
		"http://a:80x/",
		"http://a:-1/",
		"http://a:1:2/",
		"http://::1/",
		"http://[::1/",
		"http://[]/",
		"http://[::1]x/",
		"http://[::1%25eth0]/",
		"http://[1.2.3.4]/",
		"http://a..b/",
		"http://.a/",
		"http://./",
		"http://a%41/",
		"http://a\\b/",
		"http://a\xFF/",
		"http://1.2.3/",
		"http://256.1.1.1/",
		"http://2130706433/",
		"http://0x7f.1/",
		"http://1.2.3.4.5/",
		"http://127.0.0.01x.1/",
		"http://a,b/",
		"http://a;b/",
		"http://<a>/",
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct error e = {0};
		struct url u;

		if (url_parse(bad[i], &u, &e) == ERR_NONE)
			fail_msg("accepted %s", bad[i]);
		assert_int_equal(e.code, ERR_INVALID);
		assert_true(e.text[0] != '\0');
	}
}

static void parse__lengths_are_bounded(void **state)
{
	char text[3 * URL_MAX] = "http://a/";
	struct error e;
	struct url u;

	memset(text + 9, 'x', URL_MAX - 10);
	text[URL_MAX - 1] = '\0';
	assert_int_equal(url_parse(text, &u, &e), 0);
	text[URL_MAX - 1] = 'x';
	text[URL_MAX] = '\0';
	assert_int_equal(url_parse(text, &u, &e), ERR_TOO_LARGE);
	/* grows past the limit by percent-encoding */
	memset(text + 9, 0xC3, 1000);
	text[1009] = '\0';
	assert_int_equal(url_parse(text, &u, &e), ERR_TOO_LARGE);
	memcpy(text, "http://", 7);
	memset(text + 7, 'a', 300);
	strcpy(text + 307, "/");
	assert_int_equal(url_parse(text, &u, &e), ERR_INVALID);
	memset(text + 7 + 63, '.', 1);
	strcpy(text + 7 + 64 + 63, "/"); /* two labels of 63 */
	assert_int_equal(url_parse(text, &u, &e), 0);
}

/* The examples of RFC 3986, 5.4, that stay with http. */
static void resolve__rfc_3986_examples(void **state)
{
	static const char *const cases[][2] = {
		{"g", "/b/c/g"},
		{"./g", "/b/c/g"},
		{"g/", "/b/c/g/"},
		{"/g", "/g"},
		{"?y", "/b/c/d;p?y"},
		{"g?y", "/b/c/g?y"},
		{"#s", "/b/c/d;p?q"},
		{"g#s", "/b/c/g"},
		{"g?y#s", "/b/c/g?y"},
		{";x", "/b/c/;x"},
		{"g;x", "/b/c/g;x"},
		{"", "/b/c/d;p?q"},
		{".", "/b/c/"},
		{"./", "/b/c/"},
		{"..", "/b/"},
		{"../", "/b/"},
		{"../g", "/b/g"},
		{"../..", "/"},
		{"../../", "/"},
		{"../../g", "/g"},
		{"../../../g", "/g"},
		{"../../../../g", "/g"},
		{"/./g", "/g"},
		{"/../g", "/g"},
		{"g.", "/b/c/g."},
		{".g", "/b/c/.g"},
		{"g..", "/b/c/g.."},
		{"..g", "/b/c/..g"},
		{"./../g", "/b/g"},
		{"./g/.", "/b/c/g/"},
		{"g/./h", "/b/c/g/h"},
		{"g/../h", "/b/c/h"},
		{"g;x=1/./y", "/b/c/g;x=1/y"},
		{"g;x=1/../y", "/b/c/y"},
		{"g?y/./x", "/b/c/g?y/./x"},
		{"g?y/../x", "/b/c/g?y/../x"},
		{"a b", "/b/c/a%20b"},
		{"  g ", "/b/c/g"},
		{"\xC3\xBC", "/b/c/%C3%BC"},
		{"/..?x", "/?x"},
		{"..?x", "/b/?x"},
	};
	struct url base, out;

	assert_int_equal(url_parse("http://a/b/c/d;p?q", &base, NULL), 0);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (url_resolve(&base, cases[i][0], &out, NULL) ||
		    strcmp(out.path, cases[i][1]) != 0)
			fail_msg("%s -> %s", cases[i][0], out.path);
		assert_string_equal(out.host, "a");
	}
}

static void resolve__other_hosts_and_schemes(void **state)
{
	struct url base, out;
	struct error e;

	assert_int_equal(url_parse("https://a:444/b", &base, NULL), 0);
	assert_int_equal(url_resolve(&base, "//B.example/c", &out, NULL), 0);
	assert_string_equal(out.scheme, "https");
	assert_string_equal(out.host, "b.example");
	assert_int_equal(out.port, 443);
	assert_int_equal(url_resolve(&base, "http://[::1]:81/../x", &out, NULL), 0);
	assert_string_equal(out.path, "/x");
	assert_true(out.host_is_ipv6);
	assert_int_equal(url_resolve(&base, "/c", &base, NULL), 0); /* in place */
	assert_string_equal(base.path, "/c");
	assert_int_equal(url_resolve(&base, "ftp://a/", &out, &e), ERR_INVALID);
	assert_int_equal(url_resolve(&base, "javascript:x", &out, &e), ERR_INVALID);
	assert_int_equal(url_resolve(&base, "http://u:p@a/", &out, &e), ERR_INVALID);
	assert_int_equal(url_resolve(&base, "/x\r\nSet-Cookie: a", &out, &e), ERR_INVALID);
	assert_int_equal(url_resolve(&base, "http://", &out, &e), ERR_INVALID);
}

static void same_origin__scheme_host_port(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{"http://a/x", "http://A:80/y", true},      {"http://a/", "https://a/", false},
		{"https://a/", "https://a:444/", false},    {"http://a/", "http://b/", false},
		{"http://a:443/", "https://a:443/", false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct url a, b;

		assert_int_equal(url_parse(cases[i].a, &a, NULL), 0);
		assert_int_equal(url_parse(cases[i].b, &b, NULL), 0);
		assert_int_equal(url_same_origin(&a, &b), cases[i].same);
	}
}

static void format__reads_back(void **state)
{
	static const char *const cases[] = {"http://a/", "https://a/b?c", "http://a:81/",
					    "https://[::1]/", "http://[::1]:443/x"};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char out[URL_MAX + HOST_MAX + 32];
		struct url u;

		assert_int_equal(url_parse(cases[i], &u, NULL), 0);
		assert_string_equal(url_format(&u, out, sizeof out), cases[i]);
	}
}

static void host_port__forms(void **state)
{
	static const struct {
		const char *text;
		int standard;
		const char *host;
		int port;
	} good[] = {
		{"Mail.Example", 25, "mail.example", 25},
		{"host:443", 25, "host", 443},
		{"[::1]:443", 0, "::1", 443},
		{"[::1]", 80, "::1", 80},
		{"10.0.0.1:22", 0, "10.0.0.1", 22},
	};
	static const char *const bad[] = {"",         "host",       "host:",      ":80",
					  "::1",      "::1:443",    "[::1]",      "host:http",
					  "host:0",   "host:70000", "ho st:1",    "host:1 ",
					  "u@host:1", "host/x:1",   "http://a:80"};
	char host[HOST_MAX];
	struct error e;
	uint16_t port;

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_int_equal(
			host_port_parse(good[i].text, (uint16_t)good[i].standard, host, &port, &e),
			0);
		assert_string_equal(host, good[i].host);
		assert_int_equal(port, good[i].port);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (host_port_parse(bad[i], 0, host, &port, &e) != ERR_INVALID)
			fail_msg("accepted %s", bad[i]);
	}
}

static void mask__hides__values_of_a_query(void **state)
{
	static const char *const cases[][2] = {
		{"/a?token=secret&next=/b", "/a?token=*&next=*"},
		{"https://x.example/?s3cr3t", "https://x.example/?*"},
		{"/a?x=&y=1#part", "/a?x=&y=*#*"},
		{"/a?", "/a?"},
		{"/a", "/a"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[64];

		snprintf(text, sizeof text, "%s", cases[i][0]);
		url_mask_query(text);
		assert_string_equal(text, cases[i][1]);
	}
}

static void parse__takes_other_schemes__only_when_asked(void **state)
{
	static const char *const sockets[] = {"ws", "wss"};
	struct error e = {0};
	char text[64];
	struct url u;

	assert_int_equal(url_parse_schemes("WSS://Shop.Example/live?x", sockets, &u, &e), ERR_NONE);
	assert_string_equal(u.scheme, "wss");
	assert_string_equal(u.path, "/live?x");
	assert_int_equal(u.port, 443);
	assert_string_equal(url_authority(&u, text, sizeof text), "shop.example");
	assert_int_equal(url_parse_schemes("ws://[::1]:8080", sockets, &u, &e), ERR_NONE);
	assert_string_equal(url_authority(&u, text, sizeof text), "[::1]:8080");
	assert_string_equal(url_format(&u, text, sizeof text), "ws://[::1]:8080/");
	assert_int_equal(url_parse_schemes("ws://a", sockets, &u, &e), ERR_NONE);
	assert_int_equal(u.port, 80);
	assert_int_equal(url_parse_schemes("http://a", sockets, &u, &e), ERR_INVALID);
	assert_string_equal(e.text, "the address is neither ws:// nor wss://");
	assert_int_equal(url_parse("ws://a", &u, &e), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mask__hides__values_of_a_query),
		cmocka_unit_test(parse__takes_other_schemes__only_when_asked),
		cmocka_unit_test(parse__parts),
		cmocka_unit_test(parse__refuses),
		cmocka_unit_test(parse__lengths_are_bounded),
		cmocka_unit_test(resolve__rfc_3986_examples),
		cmocka_unit_test(resolve__other_hosts_and_schemes),
		cmocka_unit_test(same_origin__scheme_host_port),
		cmocka_unit_test(format__reads_back),
		cmocka_unit_test(host_port__forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
