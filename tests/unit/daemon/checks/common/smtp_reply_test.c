#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "daemon/checks/common/smtp_reply.h"

static void smtp_reply__is_known__however_it_is_cut(void **state)
{
	static const struct {
		const char *text;
		enum smtp_parse end;
		int code, lines;
		size_t used;
	} cases[] = {
		{"220 mail.example ESMTP\r\n", SMTP_REPLY, 220, 1, 24},
		{"220\r\n", SMTP_REPLY, 220, 1, 5},
		{"220 bare\nrest", SMTP_REPLY, 220, 1, 9},
		{"250-mail\r\n250-SIZE 10\r\n250 HELP\r\n250 more", SMTP_REPLY, 250, 3, 33},
		{"250-mail\r\n250-SIZE 10\r\n", SMTP_MORE, 250, 2, 0},
		{"250-mail\r\n251 HELP\r\n", SMTP_BROKEN, 250, 1, 0},
		{"SSH-2.0-OpenSSH_9.2\r\n", SMTP_BROKEN, 0, 0, 0},
		{"HTTP", SMTP_BROKEN, 0, 0, 0},
		{"99", SMTP_BROKEN, 0, 0, 0},
		{"620 x\r\n", SMTP_BROKEN, 0, 0, 0},
		{"2200 x\r\n", SMTP_BROKEN, 0, 0, 0},
		{"22\r\n", SMTP_BROKEN, 0, 0, 0},
		{"\r\n", SMTP_BROKEN, 0, 0, 0},
		{"2", SMTP_MORE, 0, 0, 0},
		{"", SMTP_MORE, 0, 0, 0},
	};
	struct smtp_reply r;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t len = strlen(cases[i].text);
		size_t whole = cases[i].used ? cases[i].used : len;

		assert_int_equal(smtp_reply_parse(cases[i].text, len, &r), cases[i].end);
		assert_int_equal(r.code, cases[i].code);
		assert_int_equal(r.lines, cases[i].lines);
		assert_int_equal(r.used, cases[i].used);
		for (size_t n = 0; n < whole && cases[i].end != SMTP_BROKEN; n++)
			assert_int_equal(smtp_reply_parse(cases[i].text, n, &r), SMTP_MORE);
	}
}

static void smtp_reply__is_broken__over_its_limits(void **state)
{
	static char text[SMTP_REPLY_MAX * 2];
	struct smtp_reply r;
	size_t n = 0;

	memset(text, 'x', sizeof text);
	memcpy(text, "220 ", 4);
	assert_int_equal(smtp_reply_parse(text, SMTP_LINE_MAX, &r), SMTP_MORE);
	assert_int_equal(smtp_reply_parse(text, SMTP_LINE_MAX + 1, &r), SMTP_BROKEN);
	for (int i = 0; i < SMTP_LINES_MAX; i++, n += 6)
		memcpy(text + n, "250-\r\n", 6);
	assert_int_equal(smtp_reply_parse(text, n, &r), SMTP_MORE);
	memcpy(text + n, "250 \r\n", 6);
	assert_int_equal(smtp_reply_parse(text, n + 6, &r), SMTP_BROKEN);
	for (n = 0; n + 1000 < SMTP_REPLY_MAX; n += 1000) {
		memset(text + n, 'y', 999);
		memcpy(text + n, "250-", 4);
		text[n + 999] = '\n';
	}
	assert_int_equal(smtp_reply_parse(text, n, &r), SMTP_MORE);
	memcpy(text + n, "250 ", 4);
	memset(text + n + 4, 'z', 996);
	assert_int_equal(smtp_reply_parse(text, SMTP_REPLY_MAX + 4, &r), SMTP_BROKEN);
}

static void smtp_reply__offers__what_its_lines_say(void **state)
{
	static const char text[] = "250-STARTTLS here\r\n250-size 1000\r\n250-AUTH LOGIN PLAIN\r\n"
				   "250-AUTH=CRAM-MD5\r\n250-\r\n250 8BITMIME\r\n";
	static const struct {
		const char *wanted;
		bool offered;
	} cases[] = {
		{"SIZE", true},
		{"Size 1000", true},
		{"AUTH PLAIN", true},
		{"AUTH=LOGIN", true},
		{"AUTH CRAM-MD5", true},
		{"8bitmime", true},
		{"STARTTLS", false},
		{"PLAIN", false},
		{"AUTH PLAI", false},
		{"AUTH XOAUTH2", false},
		{"SIZ", false},
		{" ", false},
		{"", false},
	};
	struct smtp_reply r;
	char all[128];
	size_t len;

	assert_int_equal(smtp_reply_parse(text, strlen(text), &r), SMTP_REPLY);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(smtp_reply_offers(&r, cases[i].wanted), cases[i].offered);
	smtp_reply_extensions(&r, all, sizeof all);
	assert_string_equal(all, "size 1000, AUTH LOGIN PLAIN, AUTH=CRAM-MD5, 8BITMIME");
	assert_memory_equal(smtp_reply_line(&r, 0, &len), "STARTTLS here", 13);
	assert_int_equal(len, 13);
	smtp_reply_line(&r, 4, &len);
	assert_int_equal(len, 0);
	smtp_reply_line(&r, 6, &len);
	assert_int_equal(len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(smtp_reply__is_known__however_it_is_cut),
		cmocka_unit_test(smtp_reply__is_broken__over_its_limits),
		cmocka_unit_test(smtp_reply__offers__what_its_lines_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
