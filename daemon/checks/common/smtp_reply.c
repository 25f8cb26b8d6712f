#include "daemon/checks/common/smtp_reply.h"

#include <string.h>
#include <strings.h>

#include "shared/text_safe.h"

enum { CODE_LEN = 3 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "250-text" or "250 text" or "250"; 0 when it is neither. */
static int line_code(const char *line, size_t n)
{
	if (n < CODE_LEN || line[0] < '2' || line[0] > '5' || !is_digit(line[1]) ||
	    !is_digit(line[2]))
		return 0;
	if (n > CODE_LEN && line[CODE_LEN] != ' ' && line[CODE_LEN] != '-')
		return 0;
	return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

/* A beginning that no line of a reply has: known before the line is whole. */
static bool is_hopeless(const char *line, size_t n)
{
	char padded[CODE_LEN + 1] = {'2', '0', '0', ' '};

	memcpy(padded, line, n < sizeof padded ? n : sizeof padded);
	if (n > CODE_LEN && (line[CODE_LEN] == '\r' || line[CODE_LEN] == '\n'))
		padded[CODE_LEN] = ' ';
	return n > SMTP_LINE_MAX || !line_code(padded, sizeof padded);
}

enum smtp_parse smtp_reply_parse(const char *data, size_t len, struct smtp_reply *out)
{
	size_t at = 0;

	*out = (struct smtp_reply){.data = data};
	while (at < len) {
		const char *line = data + at;
		const char *end = memchr(line, '\n', len - at);
		size_t n = end ? (size_t)(end - line) : len - at;
		int code;

		if (at + n >= SMTP_REPLY_MAX || n > SMTP_LINE_MAX || out->lines == SMTP_LINES_MAX)
			return SMTP_BROKEN;
		if (!end)
			return is_hopeless(line, n) ? SMTP_BROKEN : SMTP_MORE;
		at += n + 1;
		if (n && line[n - 1] == '\r')
			n--;
		code = line_code(line, n);
		if (!code || (out->code && out->code != code))
			return SMTP_BROKEN;
		out->code = code;
		out->lines++;
		if (n == CODE_LEN || line[CODE_LEN] == ' ') {
			out->used = at;
			return SMTP_REPLY;
		}
	}
	return SMTP_MORE;
}

const char *smtp_reply_line(const struct smtp_reply *r, int i, size_t *len)
{
	const char *line = r->data, *end = line;
	size_t n;

	*len = 0;
	if (i < 0 || i >= r->lines)
		return "";
	for (int k = 0; k <= i; k++) {
		line = k ? end + 1 : line;
		end = memchr(line, '\n', r->used - (size_t)(line - r->data));
	}
	n = (size_t)(end - line);
	if (n && line[n - 1] == '\r')
		n--;
	if (n <= CODE_LEN + 1)
		return "";
	*len = n - CODE_LEN - 1;
	return line + CODE_LEN + 1;
}

/* The next word of [*at, end), NULL at the end. "=" parts words as a space does. */
static const char *next_word(const char **at, const char *end, size_t *n)
{
	const char *s = *at, *begin;

	while (s < end && (*s == ' ' || *s == '\t' || *s == '='))
		s++;
	begin = s;
	while (s < end && *s != ' ' && *s != '\t' && *s != '=')
		s++;
	*at = s;
	*n = (size_t)(s - begin);
	return *n ? begin : NULL;
}

static bool has_word(const char *line, size_t len, const char *word, size_t n, bool first_only)
{
	const char *at = line, *have;
	size_t m;

	while ((have = next_word(&at, line + len, &m))) {
		if (m == n && !strncasecmp(have, word, n))
			return true;
		if (first_only)
			return false;
	}
	return false;
}

bool smtp_reply_offers(const struct smtp_reply *r, const char *wanted)
{
	const char *end = wanted + strlen(wanted);

	for (int i = 1; i < r->lines; i++) {
		size_t len, n;
		const char *line = smtp_reply_line(r, i, &len), *at = wanted, *word;
		bool first = true, all = true;

		while (all && (word = next_word(&at, end, &n))) {
			all = has_word(line, len, word, n, first);
			first = false;
		}
		if (all && !first)
			return true;
	}
	return false;
}

void smtp_reply_extensions(const struct smtp_reply *r, char *out, size_t cap)
{
	struct buf all = BUF_INIT(SMTP_REPLY_MAX);

	for (int i = 1; i < r->lines; i++) {
		size_t len;
		const char *line = smtp_reply_line(r, i, &len);

		if (!len)
			continue;
		if (all.len)
			buf_add_str(&all, ", ");
		buf_add(&all, line, len);
	}
	text_safe(out, cap, buf_str(&all), all.len, 0, 0, NULL);
	buf_fini(&all);
}
