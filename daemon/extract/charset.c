#include "daemon/extract/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/mem.h"
#include "shared/utf8.h"

enum { SNIFF_BYTES = 2048, LABEL_MAX = 32, CHUNK = 16384 };

#define NO_ICONV ((iconv_t)-1)

static const char utf8_name[] = "utf-8";

/* Label of the web -> name for iconv, after the WHATWG's encoding standard: what says latin1 means
 * windows-1252. The first of equal names is the one whose table is opened. */
static const struct label {
	const char *label, *name;
} labels[] = {
	{"windows-1252", "CP1252"},
	{"iso-8859-1", "CP1252"},
	{"latin1", "CP1252"},
	{"ascii", "CP1252"},
	{"us-ascii", "CP1252"},
	{"cp1252", "CP1252"},
	{"utf-16", "UTF-16LE"},
	{"utf-16le", "UTF-16LE"},
	{"utf-16be", "UTF-16BE"},
	{"windows-1250", "CP1250"},
	{"cp1250", "CP1250"},
	{"windows-1251", "CP1251"},
	{"cp1251", "CP1251"},
	{"windows-1253", "CP1253"},
	{"windows-1254", "CP1254"},
	{"iso-8859-9", "CP1254"},
	{"latin5", "CP1254"},
	{"windows-1255", "CP1255"},
	{"windows-1256", "CP1256"},
	{"windows-1257", "CP1257"},
	{"windows-1258", "CP1258"},
	{"windows-874", "CP874"},
	{"tis-620", "CP874"},
	{"iso-8859-2", "ISO-8859-2"},
	{"latin2", "ISO-8859-2"},
	{"iso-8859-4", "ISO-8859-4"},
	{"iso-8859-5", "ISO-8859-5"},
	{"iso-8859-6", "ISO-8859-6"},
	{"iso-8859-7", "ISO-8859-7"},
	{"iso-8859-8", "ISO-8859-8"},
	{"iso-8859-13", "ISO-8859-13"},
	{"iso-8859-15", "ISO-8859-15"},
	{"latin9", "ISO-8859-15"},
	{"koi8-r", "KOI8-R"},
	{"koi8-u", "KOI8-U"},
	{"macintosh", "MACINTOSH"},
	{"gbk", "GB18030"},
	{"gb2312", "GB18030"},
	{"gb18030", "GB18030"},
	{"big5", "BIG5-HKSCS"},
	{"shift_jis", "CP932"},
	{"shift-jis", "CP932"},
	{"sjis", "CP932"},
	{"windows-31j", "CP932"},
	{"euc-jp", "EUC-JP"},
	{"iso-2022-jp", "ISO-2022-JP"},
	{"euc-kr", "CP949"},
	{"ks_c_5601-1987", "CP949"},
};

struct charsets {
	iconv_t tables[ARRAY_LEN(labels)]; /* NO_ICONV where an earlier label has the same */
};

static size_t label_of_name(const char *name)
{
	size_t i = 0;

	while (i < ARRAY_LEN(labels) && strcmp(labels[i].name, name) != 0)
		i++;
	return i;
}

struct charsets *charsets_new(void)
{
	struct charsets *c = mem_zalloc(sizeof *c);

	for (size_t i = 0; i < ARRAY_LEN(labels); i++)
		c->tables[i] = label_of_name(labels[i].name) == i
				       ? iconv_open("UTF-8", labels[i].name)
				       : NO_ICONV;
	return c;
}

void charsets_free(struct charsets *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		if (c->tables[i] != NO_ICONV)
			iconv_close(c->tables[i]);
	}
	free(c);
}

/* ---- which one ----------------------------------------------------------------------------- */

static const char *name_of_label(const char *s, size_t len)
{
	if (len == 0 || len >= LABEL_MAX)
		return NULL;
	if ((len == 5 && !strncasecmp(s, "utf-8", 5)) || (len == 4 && !strncasecmp(s, "utf8", 4)))
		return utf8_name;
	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		if (strlen(labels[i].label) == len && !strncasecmp(labels[i].label, s, len))
			return labels[i].name;
	}
	return NULL;
}

static const char *find_word(const char *s, const char *end, const char *word)
{
	size_t n = strlen(word);

	for (; (size_t)(end - s) >= n; s++) {
		if (!strncasecmp(s, word, n))
			return s;
	}
	return NULL;
}

static bool is_blank(char c)
{
	return c && strchr(" \t\r\n\f", c);
}

/* The value after `word =`, quotes or none: in a content type, a tag, an XML declaration. */
static const char *value_of(const char *s, const char *end, const char *word)
{
	for (const char *at = s; (at = find_word(at, end, word));) {
		const char *from;

		at += strlen(word);
		for (from = at; from < end && is_blank(*from); from++)
			;
		if (from == end || *from != '=')
			continue;
		for (from++; from < end && (is_blank(*from) || *from == '"' || *from == '\'');
		     from++)
			;
		const char *to = from;
		while (to < end && *to && !is_blank(*to) && !strchr("\"';>?/", *to))
			to++;
		return name_of_label(from, (size_t)(to - from));
	}
	return NULL;
}

/* A document that can say so in ASCII is not in UTF-16. */
static const char *said_inside(const char *text, size_t len)
{
	const char *end = text + (len < SNIFF_BYTES ? len : SNIFF_BYTES), *name = NULL;

	if (len > 5 && !strncmp(text, "<?xml", 5)) {
		const char *close = memchr(text, '>', (size_t)(end - text));

		name = close ? value_of(text, close, "encoding") : NULL;
	}
	for (const char *at = text; !name && (at = find_word(at, end, "<meta"));) {
		const char *close = memchr(at, '>', (size_t)(end - at));

		if (!close)
			break;
		name = value_of(at, close, "charset");
		at = close;
	}
	return name && !strncmp(name, "UTF-16", 6) ? utf8_name : name;
}

/* The beginning that is ASCII without NUL, by eights: nearly all of nearly every page. */
static size_t plain_length(const char *s, size_t len)
{
	static const uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
	size_t i = 0;
	uint64_t eight;

	for (; i + sizeof eight <= len; i += sizeof eight) {
		memcpy(&eight, s + i, sizeof eight);
		if ((eight | ((eight - ones) & ~eight)) & highs)
			break;
	}
	return i;
}

static bool is_utf8(const char *s, size_t len)
{
	uint32_t cp = 0;

	for (size_t i = 0; i < len && cp != UTF8_INVALID;) {
		i += plain_length(s + i, len - i);
		if (i < len)
			i += utf8_next(s + i, len - i, &cp);
	}
	return cp != UTF8_INVALID;
}

const char *charset_find(const char *text, size_t len, const char *content_type)
{
	const char *name = NULL;

	if (len >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3))
		return utf8_name;
	if (len >= 2 && !memcmp(text, "\xFF\xFE", 2))
		return "UTF-16LE";
	if (len >= 2 && !memcmp(text, "\xFE\xFF", 2))
		return "UTF-16BE";
	if (content_type)
		name = value_of(content_type, content_type + strlen(content_type), "charset");
	if (!name)
		name = said_inside(text, len);
	if (!name)
		name = is_utf8(text, len) ? utf8_name : "CP1252";
	return name;
}

/* ---- converting ---------------------------------------------------------------------------- */

static void add_replacement(struct buf *out)
{
	buf_add(out, "\xEF\xBF\xBD", 3);
}

static void add_clean(struct buf *out, const char *s, size_t len)
{
	size_t clean = 0;

	for (size_t i = 0; i < len;) {
		uint32_t cp;
		size_t n = plain_length(s + i, len - i);

		if (n) {
			i += n;
			continue;
		}
		n = utf8_next(s + i, len - i, &cp);
		if (cp == UTF8_INVALID || cp == 0) {
			buf_add(out, s + clean, i - clean);
			add_replacement(out);
			clean = i + n;
		}
		i += n;
	}
	buf_add(out, s + clean, len - clean);
}

static void convert(iconv_t table, const char *text, size_t len, struct buf *out)
{
	char *from = (char *)text, chunk[CHUNK];

	iconv(table, NULL, NULL, NULL, NULL);
	while (len > 0 && !out->overflow) {
		char *to = chunk;
		size_t room = sizeof chunk;
		size_t rc = iconv(table, &from, &len, &to, &room);
		int why = rc == (size_t)-1 ? errno : 0;

		add_clean(out, chunk, (size_t)(to - chunk));
		if (why == EILSEQ || why == EINVAL) {
			add_replacement(out);
			from++;
			len--;
		}
	}
}

bool charset_convert(const struct charsets *c, const char *charset, const char *text, size_t len,
		     struct buf *out)
{
	size_t i = label_of_name(charset);
	iconv_t table = i < ARRAY_LEN(labels) ? c->tables[i] : NO_ICONV;
	size_t mark = 0;

	if (len >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3))
		mark = 3;
	else if (len >= 2 && !strncmp(charset, "UTF-16", 6) &&
		 (!memcmp(text, "\xFF\xFE", 2) || !memcmp(text, "\xFE\xFF", 2)))
		mark = 2;
	if (table == NO_ICONV)
		add_clean(out, text + mark, len - mark);
	else
		convert(table, text + mark, len - mark, out);
	return !out->overflow;
}
