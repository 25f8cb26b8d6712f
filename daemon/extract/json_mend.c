#include "daemon/extract/json_mend.h"

#include <stdio.h>
#include <string.h>

#include "shared/buf.h"

struct mender {
	const char *p, *end;
	struct buf out;
	int depth;
	bool comma; /* one that waits for what follows it */
	bool mended, deep;
};

static bool starts(const struct mender *m, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(m->end - m->p) >= n && !memcmp(m->p, word, n);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_until(struct mender *m, const char *word)
{
	while (m->p < m->end && !starts(m, word))
		m->p++;
	m->p += m->p < m->end ? strlen(word) : 0;
}

/* What is no JSON and no part of the value. */
static bool skip_noise(struct mender *m)
{
	static const char *const noise[] = {"<![CDATA[", "]]>", "<!--", "-->", "\xEF\xBB\xBF"};

	for (size_t i = 0; i < sizeof noise / sizeof *noise; i++) {
		if (starts(m, noise[i])) {
			m->p += strlen(noise[i]);
			return true;
		}
	}
	if (starts(m, "/*")) {
		m->p += 2;
		skip_until(m, "*/");
		return true;
	}
	if (starts(m, "//")) {
		m->p += 2;
		/* "//<![CDATA[" and "//]]>" stand in front of what counts. */
		while (m->p < m->end && *m->p != '\n' && !starts(m, "<![CDATA["))
			m->p++;
		return true;
	}
	if (*m->p == ';' && m->depth == 0) {
		m->p++;
		return true;
	}
	return false;
}

static void string(struct mender *m)
{
	buf_add_char(&m->out, *m->p++);
	while (m->p < m->end && *m->p != '"') {
		unsigned char c = (unsigned char)*m->p;
		const char *begin = m->p;

		if (c == '\\' && m->end - m->p == 1) {
			m->p++; /* cut here: the string does not end */
			continue;
		}
		if (c == '\\') {
			if (m->p[1] == '\'' || (unsigned char)m->p[1] < 0x20) {
				m->mended = true; /* JavaScript's: \' and a line that goes on */
				if (m->p[1] == '\'')
					buf_add_char(&m->out, '\'');
			} else {
				buf_add(&m->out, m->p, 2);
			}
			m->p += 2;
			continue;
		}
		if (c < 0x20) {
			buf_add_str(&m->out, c == '\n' ? "\\n" : c == '\t' ? "\\t" : " ");
			m->mended = true;
			m->p++;
			continue;
		}
		while (m->p < m->end && *m->p != '"' && *m->p != '\\' &&
		       (unsigned char)*m->p >= 0x20)
			m->p++;
		buf_add(&m->out, begin, (size_t)(m->p - begin));
	}
	if (m->p < m->end) {
		buf_add_char(&m->out, '"');
		m->p++;
	}
}

static void number(struct mender *m)
{
	const char *begin = m->p;
	bool plain = true;

	while (m->p < m->end && strchr("+-.0123456789eE", *m->p) && *m->p) {
		plain = plain && *m->p != 'e' && *m->p != 'E' && *m->p != '+';
		m->p++;
	}
	if (plain)
		buf_add_char(&m->out, '"');
	buf_add(&m->out, begin, (size_t)(m->p - begin));
	if (plain)
		buf_add_char(&m->out, '"');
}

static void bracket(struct mender *m)
{
	m->depth += *m->p == '{' || *m->p == '[' ? 1 : -1;
	m->deep = m->deep || m->depth > JSON_MEND_DEPTH_MAX;
	buf_add_char(&m->out, *m->p++);
}

static void step(struct mender *m)
{
	char c = *m->p;

	if (is_blank(c)) {
		buf_add_char(&m->out, c);
		m->p++;
		return;
	}
	if (skip_noise(m)) {
		m->mended = true;
		return;
	}
	if (m->comma && (c == ']' || c == '}'))
		m->mended = true;
	else if (m->comma)
		buf_add_char(&m->out, ',');
	m->comma = c == ',';
	if (c == '"')
		string(m);
	else if (strchr("-0123456789", c) && c)
		number(m);
	else if (strchr("{}[]", c) && c)
		bracket(m);
	else if (c != ',')
		buf_add_char(&m->out, *m->p++);
	else
		m->p++;
}

json_t *json_mend_read(const char *text, size_t len, bool *mended, struct error *e)
{
	/* A number gets two quotes, a line end becomes two bytes. */
	struct mender m = {.p = text, .end = text + len, .out = BUF_INIT(3 * len + 16)};
	json_error_t fault;
	json_t *v = NULL;

	while (m.p < m.end && !m.deep)
		step(&m);
	if (m.deep) {
		error_set(e, ERR_TOO_LARGE, "it nests more than %d deep", JSON_MEND_DEPTH_MAX);
	} else {
		v = json_loadb(buf_str(&m.out), m.out.len, JSON_DECODE_ANY | JSON_ALLOW_NUL,
			       &fault);
		if (!v)
			error_set(e, ERR_MALFORMED, "line %d, column %d: %.100s", fault.line,
				  fault.column, fault.text);
	}
	if (mended)
		*mended = m.mended;
	buf_fini(&m.out);
	return v;
}
