/* Mails: whatever the subject, the text and the sender's name are, it is one mail with its own
 * headers, in short lines. The input's lines are address, subject and, all the rest, text. */
#include "tests/fuzz/fuzz.h"

#include "daemon/alerts/notifiers/common/mail.h"

static void lines_are_sound(const struct buf *mail)
{
	size_t column = 0;
	for (size_t i = 0; i < mail->len; i++) {
		char c = mail->data[i];
		MUST(c == '\r' || c == '\n' || c == '\t' || (c >= ' ' && c <= '~'));
		MUST((c == '\n') == (i > 0 && mail->data[i - 1] == '\r'));
		column = c == '\n' ? 0 : column + 1;
		MUST(column < 998);
	}
}

static size_t headers_of(const char *mail)
{
	size_t n = 0;
	for (const char *at = mail; *at && strncmp(at, "\r\n", 2); at = strstr(at, "\r\n") + 2)
		n += *at != ' ';
	return n;
}

static size_t compose(const struct mail_address *from, const char *subject, const char *text)
{
	struct mail m = {.id = "msg_06c0000000001",
			 .from = from,
			 .to = from,
			 .n_to = 1,
			 .subject = subject,
			 .text = text,
			 .html = text};
	struct buf out = BUF_INIT(4 * MAIL_MAX);
	mail_compose(&m, &out);
	MUST(!out.overflow);
	lines_are_sound(&out);
	size_t n = headers_of(buf_str(&out));
	buf_fini(&out);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct mail_address plain = {"a@b.example", ""};
	struct mail_address from;
	struct error e = {0};
	char *text = mem_strndup((const char *)data, size < 65536 ? size : 65536);
	char *subject = strchr(text, '\n'), *body = subject ? strchr(subject + 1, '\n') : NULL;
	if (subject)
		*subject++ = '\0';
	if (body)
		*body++ = '\0';
	size_t wanted = compose(&plain, "x", "x");
	MUST(compose(&plain, subject ? subject : "", body ? body : "") == wanted);
	if (!mail_address_parse(text, &from, &e))
		MUST(compose(&from, "x", "x") == wanted);
	free(text);
	return 0;
}
