/* An inner address in whatever writing: refused as a URL, or seen for what it is once it is an
 * address; never a name that some library behind us might read as a number after all. */
#include "../checks/harness.h"

#include <arpa/inet.h>

#include "daemon/net/address.h"
#include "daemon/net/idn.h"
#include "shared/mem.h"
#include "shared/private_address.h"
#include "shared/url.h"

enum { SPELLINGS_MAX = 2000 };

struct spellings {
	struct harness *h;
	char *urls[SPELLINGS_MAX];
	size_t n, refused, seen;
	char fault[512];
};

static void add(struct spellings *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add(struct spellings *s, const char *fmt, ...)
{
	char host[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(host, sizeof host, fmt, ap);
	va_end(ap);
	assert_true(s->n < SPELLINGS_MAX);
	s->urls[s->n++] = strstr(host, "://") ? mem_strdup(host) : mem_printf("http://%s/", host);
}

static void add_wide(struct spellings *s, const unsigned b[4], const char *dot)
{
	char text[16], wide[200] = "";

	snprintf(text, sizeof text, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
	for (const char *c = text; *c; c++) {
		size_t n = strlen(wide);

		if (*c == '.')
			snprintf(wide + n, sizeof wide - n, "%s", dot);
		else /* fullwidth digits: U+FF10 on */
			snprintf(wide + n, sizeof wide - n, "\xEF\xBC%c",
				 (char)(0x90 + (*c - '0')));
	}
	add(s, "%s", wide);
}

static void add_v4(struct spellings *s, uint32_t a)
{
	const unsigned b[4] = {a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255};
	unsigned hi = a >> 16, lo = a & 0xFFFF;

	add(s, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
	add(s, "%u.%u.%u.%u.", b[0], b[1], b[2], b[3]);
	add(s, "%u.%u.%u.%u..", b[0], b[1], b[2], b[3]);
	add(s, "%u.%u.%u.%u:80", b[0], b[1], b[2], b[3]);
	add(s, "%u", a);
	add(s, "%u.", a);
	add(s, "0%o", a);
	add(s, "0x%x", a);
	add(s, "0X%X", a);
	add(s, "0x%08x.", a);
	add(s, "%u.%u", b[0], a & 0xFFFFFF);
	add(s, "%u.%u.%u", b[0], b[1], lo);
	add(s, "0%o.0%o.0%o.0%o", b[0], b[1], b[2], b[3]);
	add(s, "%03o.%03o.%03o.%03o", b[0], b[1], b[2], b[3]);
	add(s, "000%o.%u.%u.%u", b[0], b[1], b[2], b[3]);
	add(s, "0x%x.0x%x.0x%x.0x%x", b[0], b[1], b[2], b[3]);
	add(s, "0x%x.%u.0%o.%u", b[0], b[1], b[2], b[3]);
	add(s, "0x%x.%u", b[0], a & 0xFFFFFF);
	add(s, "%u.0x%x", b[0], a & 0xFFFFFF);
	add(s, "0%o.%u.0x%x", b[0], b[1], lo);
	add(s, "%u.%u.%u.%u", b[0] + 256, b[1], b[2], b[3]);
	add(s, "%%%x%%%x%%%x.%u.%u.%u", 0x31, 0x32, 0x37, b[1], b[2], b[3]);
	add(s, "%u%%2E%u%%2E%u%%2E%u", b[0], b[1], b[2], b[3]);
	add(s, "shop.example@%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
	add(s, "shop.example:x@%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
	add(s, "shop.example\\@%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
	add(s, "%u.%u.%u.%u@shop.example@%u.%u.%u.%u", b[0], b[1], b[2], b[3], b[0], b[1], b[2],
	    b[3]);
	add(s, " %u.%u.%u.%u", b[0], b[1], b[2], b[3]);
	add(s, "%u.%u.%u.%u%%00.shop.example", b[0], b[1], b[2], b[3]);
	add(s, "%u.%u.%u.%u\t", b[0], b[1], b[2], b[3]);
	add(s, "http:\\\\%u.%u.%u.%u/", b[0], b[1], b[2], b[3]);
	add(s, "[::ffff:%u.%u.%u.%u]", b[0], b[1], b[2], b[3]);
	add(s, "[::ffff:%x:%x]", hi, lo);
	add(s, "[::FFFF:%X:%X]", hi, lo);
	add(s, "[0:0:0:0:0:ffff:%x:%x]", hi, lo);
	add(s, "[0000:0000:0000:0000:0000:ffff:%04x:%04x]:80", hi, lo);
	add(s, "[::%u.%u.%u.%u]", b[0], b[1], b[2], b[3]);
	add(s, "[::%x:%x]", hi, lo);
	add(s, "[64:ff9b::%u.%u.%u.%u]", b[0], b[1], b[2], b[3]);
	add(s, "[64:ff9b::%x:%x]", hi, lo);
	add(s, "[64:ff9b:1::%x:%x]", hi, lo);
	add(s, "[2002:%x:%x::]", hi, lo);
	add(s, "[2002:%x:%x::1]", hi, lo);
	add(s, "[2001:0:808:808:0:0:%x:%x]", hi ^ 0xFFFF, lo ^ 0xFFFF);
	add(s, "[2606:4700::5efe:%u.%u.%u.%u]", b[0], b[1], b[2], b[3]);
	add(s, "[::ffff:0:%x:%x]", hi, lo);
	add(s, "[::ffff:%u.%u.%u.%u%%25lo]", b[0], b[1], b[2], b[3]);
	add(s, "[%u.%u.%u.%u]", b[0], b[1], b[2], b[3]);
	add_wide(s, b, ".");
	add_wide(s, b, "\xE3\x80\x82"); /* ideographic full stop */
	add_wide(s, b, "\xEF\xBC\x8E"); /* fullwidth full stop */
	add_wide(s, b, "\xEF\xBD\xA1"); /* halfwidth ideographic full stop */
}

static void add_names(struct spellings *s)
{
	static const char *const more[] = {
		"localhost",
		"LOCALHOST",
		"localhost.",
		"a.localhost",
		"a.localhost.",
		"[::1]",
		"[0:0:0:0:0:0:0:1]",
		"[::0001]",
		"[::]",
		"[0::0]",
		"[fe80::1]",
		"[fe80::1%25eth0]",
		"[fe80::1%eth0]",
		"[FD00:EC2::254]",
		"[fd00:0ec2:0:0:0:0:0:254]",
		"[fd20:ce::254]",
		"[fc00::1]",
		"[fec0::1]",
		"[ff02::1]",
		"[100::1]",
		"[::1]:443",
		"[0000:0000:0000:0000:0000:0000:0000:0001]",
		"[::1",
		"::1",
		"[::1]x",
		"0",
		"0.",
		"00",
		"0x0",
		"0x",
		"127.1",
		"127.0.1",
		"0x7f.1",
		"0177.1",
		"017700000001",
		"\xE2\x93\xBF",
		"\xE2\x91\xA0\xE2\x91\xA1\xE2\x91\xA6.0.0.1", /* circled 127 */
		"\xE2\x82\x81\xE2\x82\x82\xE2\x82\x87.0.0.1", /* subscript */
		"\xD9\xA1\xD9\xA2\xD9\xA7.0.0.1",             /* arabic-indic */
		"loc\xCE\xB1lhost",
		"\xE2\x93\x9B\xE2\x93\x9E\xE2\x93\x92\xE2\x93\x90\xE2\x93\x9B"
		"\xE2\x93\x97\xE2\x93\x9E\xE2\x93\xA2\xE2\x93\xA3", /* circled localhost */
		"file:///etc/passwd",
		"gopher://127.0.0.1/",
		"ftp://127.0.0.1/",
		"dict://127.0.0.1/",
		"http:127.0.0.1",
		"http:///127.0.0.1/",
		"http://@127.0.0.1/",
		"https://127.0.0.1:443/",
		"127.0.0.1#@shop.example",
		"127.0.0.1?@shop.example",
		"127.0.0.1:80:80",
		"shop.example:80@127.0.0.1:80",
		"4294967296",
		"2130706433",
	};

	for (size_t i = 0; i < ARRAY_LEN(more); i++)
		add(s, "%s", more[i]);
}

static void look(struct spellings *s, const char *text)
{
	struct resolved r;
	struct in_addr number;
	struct error e = {0};
	struct url u;

	if (url_parse(text, &u, &e) || idn_to_ascii(u.host, &e)) {
		s->refused++;
		return;
	}
	if (!resolver_known(s->h->env.resolver, u.host, IP_AUTO, false, &r)) {
		if (inet_aton(u.host, &number) || strspn(u.host, "0123456789.") == strlen(u.host))
			snprintf(s->fault, sizeof s->fault, "%s is asked for as a name: %s", text,
				 u.host);
		return;
	}
	s->seen++;
	for (int i = 0; i < r.n; i++)
		if (address_allowed((struct sockaddr *)&r.addr[i], NULL, 0, NULL))
			snprintf(s->fault, sizeof s->fault, "%s is a public address: %s", text,
				 u.host);
}

static void look_at_all(void *arg)
{
	struct spellings *s = arg;

	for (size_t i = 0; i < s->n && !s->fault[0]; i++)
		look(s, s->urls[i]);
}

static void private_addresses__in_any_writing__are_not_allowed(void **state)
{
	static const uint32_t addresses[] = {
		0x7F000001, 0x7F0000FE,       0x0A000001, 0xAC10FE01, 0xC0A80101,
		0xA9FEA9FE, 0x64646464 + 100, 0x00000000, 0xC0000201, 0xE0000001,
	};
	struct spellings s = {.h = *state};

	for (size_t i = 0; i < ARRAY_LEN(addresses); i++)
		add_v4(&s, addresses[i]);
	add_names(&s);
	loop_call(s.h->loop, look_at_all, &s);
	if (s.fault[0])
		fail_msg("%s", s.fault);
	assert_true(s.n >= 300);
	assert_true(s.refused > 100);
	assert_true(s.seen > 100);
	for (size_t i = 0; i < s.n; i++)
		free(s.urls[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(private_addresses__in_any_writing__are_not_allowed),
	};
	return cmocka_run_group_tests(tests, harness_setup, harness_teardown);
}
