/* Replies of mail servers: limits hold, what is read does not depend on what follows, texts are
 * safe. */
#include "tests/fuzz/fuzz.h"

#include "daemon/checks/common/smtp_reply.h"

static void check(const char *text, size_t size, const struct smtp_reply *r)
{
	struct smtp_reply again;
	char all[512];
	size_t len;

	MUST(r->code >= 200 && r->code <= 599);
	MUST(r->lines >= 1 && r->lines <= SMTP_LINES_MAX);
	MUST(r->used <= size && r->used <= SMTP_REPLY_MAX && text[r->used - 1] == '\n');
	for (int i = 0; i <= r->lines; i++) {
		const char *line = smtp_reply_line(r, i, &len);

		MUST(len <= SMTP_LINE_MAX && (i < r->lines || len == 0));
		MUST(!memchr(line, '\n', len));
	}
	smtp_reply_extensions(r, all, sizeof all);
	for (const char *p = all; *p; p++)
		MUST((unsigned char)*p >= 0x20 && *p != 0x7F);
	smtp_reply_offers(r, "AUTH PLAIN");
	MUST(!smtp_reply_offers(r, ""));
	MUST(smtp_reply_parse(text, r->used, &again) == SMTP_REPLY && again.used == r->used);
	MUST(smtp_reply_parse(text, r->used - 1, &again) == SMTP_MORE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct smtp_reply r;

	switch (smtp_reply_parse(text, size, &r)) {
	case SMTP_REPLY: check(text, size, &r); break;
	case SMTP_MORE: MUST(size < SMTP_REPLY_MAX + SMTP_LINE_MAX); break;
	case SMTP_BROKEN: break;
	}
	free(text);
	return 0;
}
