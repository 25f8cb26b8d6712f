#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above */
#include <cmocka.h>
#include <string.h>

#include "daemon/net/dns_reply.h"

/* Question "a.b", then what follows; \0 in it counts, the literal's own does not. */
#define MESSAGE(flags, answers, text) "\0\1" flags "\0\1\0" answers "\0\0\0\0\1a\1b\0\0\1\0\1" text
#define OWNER                         "\300\14"
#define READ(type, message, r, e) \
	dns_reply_read((const unsigned char *)(message), sizeof(message) - 1, type, r, e)

static void read__gives__text_in_order_without_doubles(void **state)
{
	struct dns_reply r;
	struct error e = {0};

	assert_int_equal(READ(DNS_MX,
			      MESSAGE("\204\240", "\3",
				      OWNER "\0\17\0\1\0\0\1\54\0\6\0\24\2MX\300\14" /* 20 */
				      OWNER "\0\17\0\1\0\0\0\74\0\4\0\12\300\14" OWNER
					    "\0\17\0\1\0\0\1\54\0\4\0\12\300\14"),
			      &r, &e),
			 ERR_MALFORMED); /* 20's name is longer than its record */
	assert_int_equal(READ(DNS_MX,
			      MESSAGE("\204\240", "\3",
				      OWNER "\0\17\0\1\0\0\1\54\0\7\0\24\2MX\300\14" OWNER
					    "\0\17\0\1\0\0\0\74\0\4\0\12\300\14" OWNER
					    "\0\17\0\1\0\0\1\54\0\4\0\12\300\14"),
			      &r, &e),
			 ERR_NONE);
	assert_int_equal(r.n, 2);
	assert_string_equal(r.records[0], "10 a.b");
	assert_string_equal(r.records[1], "20 mx.a.b");
	assert_int_equal(r.ttl_s, 60);
	assert_true(r.authoritative && r.authenticated);
	assert_int_equal(r.code, DNS_NOERROR);
	dns_reply_fini(&r);
}

static void read__follows__aliases_and_leaves_out_others(void **state)
{
	struct dns_reply r;
	struct error e = {0};

	assert_int_equal(READ(DNS_A,
			      MESSAGE("\200\0", "\3",
				      OWNER "\0\5\0\1\0\0\0\5\0\4\1C\300\16" OWNER
					    "\0\1\0\3\0\0\0\1\0\4\1\2\3\4" /* another class */
					    "\300\45\0\1\0\1\200\0\0\0\0\4\1\2\3\4"),
			      &r, &e),
			 ERR_NONE);
	assert_int_equal(r.n, 1);
	assert_string_equal(r.records[0], "1.2.3.4");
	assert_string_equal(r.alias, "c.b");
	assert_int_equal(r.ttl_s, 0); /* above 2^31 it counts as none */
	assert_false(r.authoritative || r.authenticated);
	dns_reply_fini(&r);
}

static void read__makes__foreign_bytes_safe(void **state)
{
	struct dns_reply r;
	struct error e = {0};

	assert_int_equal(READ(DNS_TXT,
			      MESSAGE("\200\0", "\1",
				      OWNER "\0\20\0\1\0\0\0\5\0\10\3\33[m\3\xFF"
					    "ab"),
			      &r, &e),
			 ERR_NONE);
	assert_string_equal(r.records[0], "\xEF\xBF\xBD[m\xEF\xBF\xBD"
					  "ab");
	dns_reply_fini(&r);
	assert_int_equal(READ(DNS_NS,
			      MESSAGE("\200\0", "\1",
				      OWNER "\0\2\0\1\0\0\0\5\0\5\2\33[\1\0\0" /* not ended */),
			      &r, &e),
			 ERR_MALFORMED);
}

static void read__refuses__what_is_broken(void **state)
{
	static const struct {
		enum dns_type type;
		const char *data;
		size_t len;
	} cases[] = {
#define CASE(type, text)                                  \
	{                                                 \
		type,                                     \
		MESSAGE("\200\0", "\1", text),            \
		sizeof MESSAGE("\200\0", "\1", text) - 1, \
	}
		{DNS_A, "", 0},
		{DNS_A, "\0\1\200\0\0\1\0\0\0\0\0", 11},
		{DNS_A, "\0\1\200\0\0\1\0\0\0\0\0\0", 12}, /* the question is missing */
		{DNS_A, "\0\1\0\0\0\0\0\0\0\0\0\0", 12},   /* a question, no answer */
		{DNS_A, "\0\1\200\0\0\1\0\0\0\0\0\0\300\14\0\1\0\1", 18}, /* a loop */
		CASE(DNS_A, ""),
		CASE(DNS_A, OWNER "\0\1\0\1\0\0\0\5\0\4\1\2\3"),
		CASE(DNS_A, OWNER "\0\1\0\1\0\0\0\5\0\3\1\2\3"),
		CASE(DNS_AAAA, OWNER "\0\34\0\1\0\0\0\5\0\4\1\2\3\4"),
		CASE(DNS_MX, OWNER "\0\17\0\1\0\0\0\5\0\2\0\12"),
		CASE(DNS_TXT, OWNER "\0\20\0\1\0\0\0\5\0\3\4ab"),
		CASE(DNS_SOA, OWNER "\0\6\0\1\0\0\0\5\0\6\1a\0\1b\0"),
		CASE(DNS_CAA, OWNER "\1\1\0\1\0\0\0\5\0\3\0\0x"),
		CASE(DNS_CAA, OWNER "\1\1\0\1\0\0\0\5\0\3\0\5x"),
		CASE(DNS_CNAME, OWNER "\0\5\0\1\0\0\0\5\0\0"),
	};
	struct dns_reply r;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error e = {0};

		if (dns_reply_read((const unsigned char *)cases[i].data, cases[i].len,
				   cases[i].type, &r, &e) != ERR_MALFORMED)
			fail_msg("case %zu was read", i);
		assert_int_equal(r.n, 0);
		assert_null(r.alias);
		assert_true(e.text[0]);
	}
}

static void types__have__names(void **state)
{
	assert_int_equal(dns_type_of("CAA"), DNS_CAA);
	assert_string_equal(dns_type_name(DNS_AAAA), "AAAA");
	assert_int_equal(dns_type_of("PTR"), 0);
	assert_string_equal(dns_code_text(DNS_REFUSED), "refused (REFUSED)");
	assert_string_equal(dns_code_text(99), "an error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read__gives__text_in_order_without_doubles),
		cmocka_unit_test(read__follows__aliases_and_leaves_out_others),
		cmocka_unit_test(read__makes__foreign_bytes_safe),
		cmocka_unit_test(read__refuses__what_is_broken),
		cmocka_unit_test(types__have__names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
