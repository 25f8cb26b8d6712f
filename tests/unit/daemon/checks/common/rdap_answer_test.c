#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "daemon/checks/common/rdap_answer.h"

static enum err parse(const char *text, struct rdap_domain *d, struct error *e)
{
	return rdap_answer_parse(text, strlen(text), "shop.example", d, e);
}

static void answer__is_sorted_safe_and_the_same__whatever_the_order(void **state)
{
	struct rdap_domain a, b;

	assert_int_equal(
		parse("{\"objectClassName\":\"domain\",\"ldhName\":\"Shop.Example.\","
		      "\"status\":[\"clientTransferProhibited\",\"active\",\"active\"],"
		      "\"nameservers\":[{\"ldhName\":\"NS2.Host.\"},{\"ldhName\":\"ns1.host\"}]}",
		      &a, NULL),
		0);
	assert_int_equal(
		parse("{\"objectClassName\":\"domain\","
		      "\"status\":[\"active\",\"client transfer prohibited\"],"
		      "\"nameservers\":[{\"ldhName\":\"ns1.host\"},{\"ldhName\":\"ns2.host\"}]}",
		      &b, NULL),
		0);
	assert_int_equal(a.n_statuses, 2);
	assert_string_equal(a.statuses[0], "active");
	assert_string_equal(a.statuses[1], "client transfer prohibited");
	assert_int_equal(a.n_nameservers, 2);
	assert_string_equal(a.nameservers[0], "ns1.host");
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(a.statuses[i], b.statuses[i]);
		assert_string_equal(a.nameservers[i], b.nameservers[i]);
	}
	assert_int_equal(a.is_signed, -1);
}

static void dates__are_read__in_the_forms_that_registries_write(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = {
		{"2026-11-22T10:00:00Z", 1795341600000},
		{"2026-11-22T11:00:00.000+01:00", 1795341600000},
		{"2026-11-22T10:00:00", 1795341600000},
		{"2026-11-22", 1795305600000},
		{"22.11.2026", 0},
		{"", 0},
		{"2026-11-22T10:00:00Z and a tail that is longer than any date", 0},
	};
	char text[256];
	struct rdap_domain d;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		snprintf(text, sizeof text,
			 "{\"objectClassName\":\"domain\",\"events\":[{\"eventAction\":"
			 "\"expiration\",\"eventDate\":\"%s\"}]}",
			 cases[i].text);
		assert_int_equal(parse(text, &d, NULL), 0);
		assert_int_equal(d.expires_ms, cases[i].ms);
	}
}

static void registry_date__counts_before_the_registrars(void **state)
{
	static const char registrar[] = "{\"eventAction\":\"registrar expiration\",\"eventDate\":"
					"\"2026-01-01T00:00:00Z\"}";
	static const char registry[] = "{\"eventAction\":\"expiration\",\"eventDate\":"
				       "\"2027-01-01T00:00:00Z\"}";
	char text[512];
	struct rdap_domain d;

	snprintf(text, sizeof text, "{\"objectClassName\":\"domain\",\"events\":[%s,%s]}", registry,
		 registrar);
	assert_int_equal(parse(text, &d, NULL), 0);
	assert_int_equal(d.expires_ms, 1798761600000);
	snprintf(text, sizeof text, "{\"objectClassName\":\"domain\",\"events\":[%s]}", registrar);
	assert_int_equal(parse(text, &d, NULL), 0);
	assert_int_equal(d.expires_ms, 1767225600000);
}

static void registrar__is_found__by_its_role_and_its_card(void **state)
{
	struct rdap_domain d;

	assert_int_equal(
		parse("{\"objectClassName\":\"domain\",\"entities\":["
		      "{\"roles\":[\"registrant\"],\"handle\":\"me\",\"entities\":["
		      "{\"roles\":[\"Registrar\"],\"vcardArray\":[\"vcard\",[[\"org\",{},\"text\","
		      "\"Org\"],[\"fn\",{},\"text\",\"Green\\u001b[31m Names\"]]],\"publicIds\":"
		      "[{\"type\":\"IANA Registrar ID\",\"identifier\":\"42\"}]}]}]}",
		      &d, NULL),
		0);
	assert_non_null(strstr(d.registrar, "Green"));
	assert_null(strchr(d.registrar, '\033'));
	assert_string_equal(d.registrar_id, "42");
	assert_int_equal(parse("{\"objectClassName\":\"domain\",\"entities\":[{\"roles\":"
			       "[\"registrar\"],\"handle\":\"REG-7\"}]}",
			       &d, NULL),
			 0);
	assert_string_equal(d.registrar, "REG-7");
}

static void answer__is_refused__when_it_is_none(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{"", ""},
		{"[]", "no JSON object"},
		{"{\"ldhName\":\"shop.example\"}", "about a \"\", not a domain"},
		{"{\"objectClassName\":\"domain\",\"ldhName\":\"shop.example.evil\"}",
		 "about another name, shop.example.evil"},
		{"{\"objectClassName\":\"domain\",\"objectClassName\":\"domain\"}", ""},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct rdap_domain d;
		struct error e = {0};

		assert_int_not_equal(parse(cases[i].text, &d, &e), 0);
		assert_non_null(strstr(e.text, cases[i].words));
	}
}

static void lists__that_never_end__are_cut(void **state)
{
	char text[16384];
	struct rdap_domain d;
	int n = snprintf(text, sizeof text, "{\"objectClassName\":\"domain\",\"nameservers\":[");

	for (int i = 0; i < 100; i++)
		n += snprintf(text + n, sizeof text - (size_t)n,
			      "%s{\"ldhName\":\"ns%d.host.example\"}", i ? "," : "", i);
	n += snprintf(text + n, sizeof text - (size_t)n, "],\"status\":[");
	for (int i = 0; i < 100; i++)
		n += snprintf(text + n, sizeof text - (size_t)n, "%s\"status %d\"", i ? "," : "",
			      i);
	snprintf(text + n, sizeof text - (size_t)n, "]}");
	assert_int_equal(parse(text, &d, NULL), 0);
	assert_int_equal(d.n_nameservers, RDAP_NAMESERVERS_MAX);
	assert_int_equal(d.n_statuses, RDAP_STATUSES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answer__is_sorted_safe_and_the_same__whatever_the_order),
		cmocka_unit_test(dates__are_read__in_the_forms_that_registries_write),
		cmocka_unit_test(registry_date__counts_before_the_registrars),
		cmocka_unit_test(registrar__is_found__by_its_role_and_its_card),
		cmocka_unit_test(answer__is_refused__when_it_is_none),
		cmocka_unit_test(lists__that_never_end__are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
