#include "daemon/alerts/notifiers/common/mail.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
	LINE = 76,
	LONG_WORD = 200, /* then it is encoded, in pieces */
	WORD_BYTES = 42, /* of text in an encoded word: 56 of base64 and 12 around it */
	FOLD_AT = 74,
};

/* ---- headers -------------------------------------------------------------------------------- */

static bool is_plain(const char *s)
{
	for (; *s; s++) {
		if (*s < 0x20 || *s > 0x7e)
			return false;
	}
	return true;
}

/* Bytes of whole characters, at most max. */
static size_t whole(const char *s, size_t max)
{
	size_t n = strnlen(s, max + 1);

	if (n <= max)
		return n;
	n = max;
	while (n > 1 && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static void encoded_words(const char *utf8, size_t used, struct buf *out)
{
	char word[sodium_base64_ENCODED_LEN(WORD_BYTES, sodium_base64_VARIANT_ORIGINAL)];
	size_t room = used + 16 < LINE ? (LINE - used - 12) / 4 * 3 : 0;
	bool first = true;

	while (*utf8) {
		size_t n;

		if (!first || room < 4) {
			buf_add_str(out, "\r\n ");
			room = WORD_BYTES;
		}
		n = whole(utf8, room < WORD_BYTES ? room : WORD_BYTES);
		sodium_bin2base64(word, sizeof word, (const unsigned char *)utf8, n,
				  sodium_base64_VARIANT_ORIGINAL);
		buf_printf(out, "=?UTF-8?B?%s?=", word);
		utf8 += n;
		first = false;
	}
}

/* Folded at blanks; a word that is too long for a line stays whole, far below the 998 bytes. */
static void folded(const char *text, size_t used, struct buf *out)
{
	while (*text) {
		size_t blanks = strspn(text, " "), n = blanks + strcspn(text + blanks, " ");

		if (used + n > FOLD_AT && blanks && text[blanks]) {
			buf_add_str(out, "\r\n");
			used = 0;
		}
		buf_add(out, text, n);
		used += n;
		text += n;
	}
}

/* A line is folded between words only, and may have 998 characters. */
static bool can_be_folded(const char *s)
{
	while (*s) {
		size_t n = strcspn(s, " ");
		if (n > LONG_WORD)
			return false;
		s += n + strspn(s + n, " ");
	}
	return true;
}

void mail_words(const char *utf8, size_t used, struct buf *out)
{
	/* What looks like an encoded word would be taken for one. */
	if (!is_plain(utf8) || strstr(utf8, "=?") || !can_be_folded(utf8))
		encoded_words(utf8, used, out);
	else
		folded(utf8, used, out);
}

static void add_address(const struct mail_address *a, size_t used, struct buf *out)
{
	if (!a->name[0]) {
		buf_add_str(out, a->address);
		return;
	}
	if (is_plain(a->name) && !strstr(a->name, "=?"))
		buf_printf(out, "\"%s\"", a->name);
	else
		encoded_words(a->name, used, out);
	buf_printf(out, "\r\n <%s>", a->address);
}

static void add_date(int64_t ms, struct buf *out)
{
	static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t s = (time_t)(ms / 1000);
	struct tm tm;

	gmtime_r(&s, &tm);
	buf_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[tm.tm_wday], tm.tm_mday,
		   months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static const char *domain_of(const struct mail *m)
{
	const char *at = strrchr(m->from->address, '@');

	return at && at[1] != '[' ? at + 1 : "sellersmart.invalid";
}

/* The mail that all about an alert refer to is never sent: so the order of arrival is no matter. */
static void add_threads(const struct mail *m, struct buf *out)
{
	if (!m->n_threads)
		return;
	if (m->answers)
		buf_printf(out, "In-Reply-To: <%s@%s>\r\n", m->threads[0], domain_of(m));
	buf_add_str(out, "References:");
	for (size_t i = 0; i < m->n_threads; i++)
		buf_printf(out, "%s <%s@%s>", i ? "\r\n" : "", m->threads[i], domain_of(m));
	buf_add_str(out, "\r\n");
}

static void add_head(const struct mail *m, struct buf *out)
{
	add_date(m->at_ms, out);
	buf_add_str(out, "From: ");
	add_address(m->from, 6, out);
	buf_add_str(out, "\r\nTo: ");
	for (size_t i = 0; i < m->n_to; i++) {
		if (i)
			buf_add_str(out, ",\r\n ");
		add_address(&m->to[i], 4, out);
	}
	buf_add_str(out, "\r\nSubject: ");
	mail_words(m->subject, 9, out);
	buf_printf(out, "\r\nMessage-ID: <%s@%s>\r\n", m->id, domain_of(m));
	add_threads(m, out);
	if (m->urgent)
		buf_add_str(out, "Importance: high\r\nX-Priority: 1\r\n");
	buf_add_str(out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
}

/* ---- body ----------------------------------------------------------------------------------- */

/* Must this byte be written as =XX? A blank must at the end of a line. */
static bool is_quoted(const char *s)
{
	unsigned char c = (unsigned char)*s;

	if (c == ' ' || c == '\t')
		return !s[1] || s[1] == '\n';
	return c < 0x20 || c > 0x7e || c == '=';
}

void mail_quoted(const char *text, struct buf *out)
{
	size_t column = 0;

	for (; *text; text++) {
		bool quoted;
		size_t n;

		if (*text == '\r')
			continue;
		if (*text == '\n') {
			buf_add_str(out, "\r\n");
			column = 0;
			continue;
		}
		quoted = is_quoted(text);
		n = quoted ? 3 : 1;
		if (column + n > LINE - 1) {
			buf_add_str(out, "=\r\n");
			column = 0;
		}
		if (quoted)
			buf_printf(out, "=%02X", (unsigned char)*text);
		else
			buf_add_char(out, *text);
		column += n;
	}
	if (column)
		buf_add_str(out, "\r\n");
}

static void add_part(const struct mail *m, const char *type, const char *text, struct buf *out)
{
	buf_printf(out,
		   "--=_%s\r\nContent-Type: %s; charset=utf-8\r\n"
		   "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
		   m->id, type);
	mail_quoted(text, out);
}

void mail_compose(const struct mail *m, struct buf *out)
{
	add_head(m, out);
	/* "=_" cannot be in quoted-printable text. */
	buf_printf(out, "Content-Type: multipart/alternative; boundary=\"=_%s\"\r\n\r\n", m->id);
	add_part(m, "text/plain", m->text, out);
	add_part(m, "text/html", m->html, out);
	buf_printf(out, "--=_%s--\r\n", m->id);
}
