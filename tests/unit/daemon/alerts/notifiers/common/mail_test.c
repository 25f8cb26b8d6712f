#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/alerts/notifiers/common/mail.h"
#include "shared/mem.h"

static char *composed(const char *subject, const char *text)
{
	static const struct mail_address from = {"watch@shop.example", "G\xc3\xa4rten"},
					 to[] = {{"me@shop.example", ""}, {"you@shop.example", ""}};
	struct mail m = {.id = "msg_06c0000000001",
			 .at_ms = INT64_C(1795395403000),
			 .from = &from,
			 .to = to,
			 .n_to = 2,
			 .subject = subject,
			 .text = text,
			 .html = "<p>x</p>",
			 .threads = {"alr_06c0000000002"},
			 .n_threads = 1,
			 .answers = true,
			 .urgent = true};
	struct buf out = BUF_INIT(MAIL_MAX);

	mail_compose(&m, &out);
	return buf_take(&out);
}

static void lines_are_sound(const char *mail)
{
	for (const char *at = mail; *at;) {
		size_t n = strcspn(at, "\r\n");

		if (n > 78)
			fail_msg("a line of %zu bytes: %.90s", n, at);
		assert_memory_equal(at + n, "\r\n", 2);
		at += n + 2;
	}
}

static void mail__has__the_headers_of_a_thread(void **state)
{
	char *mail = composed("DOWN garden", "one\ntwo\n");

	lines_are_sound(mail);
	assert_non_null(strstr(mail, "Date: Mon, 23 Nov 2026 00:56:43 +0000\r\n"));
	assert_non_null(strstr(mail, "\r\nSubject: DOWN garden\r\n"));
	assert_non_null(strstr(mail, "\r\nMessage-ID: <msg_06c0000000001@shop.example>\r\n"));
	assert_non_null(strstr(mail, "\r\nIn-Reply-To: <alr_06c0000000002@shop.example>\r\n"));
	assert_non_null(strstr(mail, "\r\nReferences: <alr_06c0000000002@shop.example>\r\n"));
	assert_non_null(strstr(mail, "\r\nAuto-Submitted: auto-generated\r\n"));
	assert_non_null(strstr(mail, "=?UTF-8?B?R8OkcnRlbg==?=\r\n <watch@shop.example>"));
	free(mail);
}

static void subject__cannot__begin_another_header(void **state)
{
	char *mail = composed("DOWN\r\nBcc: x@y.example\r\n\r\nbody =?UTF-8?Q?=0D=0ABcc?=",
			      "x\r\n.\r\n");

	lines_are_sound(mail);
	assert_null(strstr(mail, "Bcc"));
	free(mail);
}

static void subject__of_any_length__is_folded_in_whole_characters(void **state)
{
	char subject[600] = "";
	char *mail;

	for (int i = 0; i < 90; i++)
		strcat(subject, i % 9 ? "\xe2\x82\xac" : "\xf0\x9f\x94\xa5");
	mail = composed(subject, "x");
	lines_are_sound(mail);
	free(mail);
	memset(subject, 'a', 500);
	for (int i = 20; i < 500; i += 21)
		subject[i] = ' ';
	subject[500] = '\0';
	mail = composed(subject, "x");
	lines_are_sound(mail);
	free(mail);
	char word[1500];
	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	mail = composed(word, "x");
	lines_are_sound(mail);
	free(mail);
}

static void quoted__keeps__every_byte_and_no_line_is_long(void **state)
{
	static const struct {
		const char *text, *quoted;
	} cases[] = {
		{"a=b", "a=3Db\r\n"},       {"blank \nend", "blank=20\r\nend\r\n"},
		{"\xc3\xa4", "=C3=A4\r\n"}, {"a\r\nb", "a\r\nb\r\n"},
		{".\n", ".\r\n"},           {"", ""},
	};
	char text[400];
	struct buf out = BUF_INIT(4000);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		buf_reset(&out);
		mail_quoted(cases[i].text, &out);
		assert_string_equal(buf_str(&out), cases[i].quoted);
	}
	memset(text, '=', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	buf_reset(&out);
	mail_quoted(text, &out);
	lines_are_sound(buf_str(&out));
	buf_fini(&out);
}

static void address__is__one_and_nothing_more(void **state)
{
	static const char *const good[] = {"a@b.example", "Shop watch <a+b@b.example>",
					   "G\xc3\xa4rten & S\xc3\xb6hne <a@b>", "a@[192.0.2.1]"};
	static const char *const bad[] = {"",
					  "a",
					  "@b",
					  "a@",
					  "a@b, c@d",
					  "a@b>",
					  "<a@b",
					  "a b@c",
					  "a@b\r\nBcc: c@d",
					  "X\r\nBcc: c@d <a@b>",
					  "\"x\" <a@b>",
					  "a..b@c",
					  "a@b..c",
					  "a@b@c",
					  "a@\xc3\xa4.example"};
	struct mail_address a;
	struct error e;

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		if (mail_address_parse(good[i], &a, &e))
			fail_msg("%s: %s", good[i], e.text);
	}
	assert_int_equal(mail_address_parse(good[1], &a, &e), 0);
	assert_string_equal(a.name, "Shop watch");
	assert_string_equal(a.address, "a+b@b.example");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (!mail_address_parse(bad[i], &a, &e))
			fail_msg("%s was taken", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mail__has__the_headers_of_a_thread),
		cmocka_unit_test(subject__cannot__begin_another_header),
		cmocka_unit_test(subject__of_any_length__is_folded_in_whole_characters),
		cmocka_unit_test(quoted__keeps__every_byte_and_no_line_is_long),
		cmocka_unit_test(address__is__one_and_nothing_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
