#include "daemon/extract/list.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/extract/references.h"
#include "shared/mem.h"
#include "shared/utf8.h"

enum {
	ROOT_TOKENS = 50, /* before the root element */
	ENTRY_JSON = 40,  /* what an item takes in the answer besides its texts */
	PRODUCT_JSON = 600,
};

static const char utf8_name[] = "utf-8"; /* as charset.c calls it */

/* ---- texts --------------------------------------------------------------------------------- */

static bool is_utf8(const char *s, size_t n, bool *ascii)
{
	uint32_t cp = 0;

	*ascii = true;
	for (size_t i = 0; i < n && cp != UTF8_INVALID;) {
		*ascii &= !(s[i] & 0x80);
		i += utf8_next(s + i, n - i, &cp);
	}
	return cp != UTF8_INVALID;
}

/* What a document says of its character set may be wrong: bytes that are no UTF-8 are Windows'
 * Latin, and text of many bytes that is UTF-8 by chance does not happen. */
static const char *charset_of(struct list *l, const char *s, size_t n)
{
	bool ascii, fine = is_utf8(s, n, &ascii);
	const char *real = l->charset;

	if (ascii)
		return utf8_name;
	if (!fine && !strcmp(l->charset, utf8_name))
		real = "CP1252";
	else if (fine && !strcmp(l->charset, "CP1252"))
		real = utf8_name;
	if (real != l->charset)
		facts_warn(l->f, "charset_wrong", "texts are in %s, not in %s as it is said", real,
			   l->charset);
	return real;
}

void list_add_text(struct list *l, const char *s, size_t n, bool references, struct buf *out)
{
	struct buf text;
	size_t room = out->max - out->len;

	/* A description of a hundred kB is not wanted whole, and an item that is cut is cut. */
	if (n > room / 3)
		n = utf8_floor(s, room / 3);
	if (n == 0)
		return;
	text = BUF_INIT(3 * n + 1);
	charset_convert(l->charsets, charset_of(l, s, n), s, n, &text);
	if (references)
		references_decode(buf_str(&text), text.len, out);
	else
		buf_add(out, buf_str(&text), text.len);
	buf_fini(&text);
}

/* ---- where it stands ----------------------------------------------------------------------- */

/* Bytes of UTF-16 that became these bytes of UTF-8. */
static uint64_t wide_length(const char *s, const char *end)
{
	uint64_t n = 0;

	for (; s < end; s++) {
		unsigned char c = (unsigned char)*s;

		n += c < 0x80 || (c & 0xC0) == 0xC0 ? (c >= 0xF0 ? 4 : 2) : 0;
	}
	return n;
}

static uint64_t place_of(struct list *l, const char *p)
{
	uint64_t n = l->wide ? wide_length(l->counted, p) : (uint64_t)(p - l->counted);

	l->at += n;
	l->counted = p;
	return l->at;
}

static size_t room_of_last(const struct list *l)
{
	const struct facts *f = l->f;
	size_t n = PRODUCT_JSON;

	if (f->is_sitemap) {
		const struct sitemap_entry *e = f->n_entries ? &f->entries[f->n_entries - 1] : NULL;

		return e ? ENTRY_JSON + strlen(e->loc) : 0;
	}
	if (!f->n_products)
		return 0;
	for (size_t i = 0; i < PRODUCT_FIELDS; i++) {
		const char *s = f->products[f->n_products - 1].text[i].s;

		n += s ? strlen(s) : 0;
	}
	return n;
}

bool list_item(struct list *l, const char *p)
{
	size_t taken = room_of_last(l);

	if (taken > l->room) {
		list_next(l, p);
		return false;
	}
	l->room -= taken;
	l->f->place = place_of(l, p);
	return true;
}

void list_next(struct list *l, const char *p)
{
	if (!p && !l->last)
		p = l->end;
	l->f->after = p ? place_of(l, p) : FACTS_AFTER_NONE;
}

void list_cut(struct list *l, const char *p)
{
	if (p == l->begin)
		facts_warn(l->f, "item_too_large", "an item of more than %zu bytes is left out",
			   (size_t)(l->end - l->begin));
	list_next(l, p > l->begin ? p : NULL);
}

/* ---- which kind ---------------------------------------------------------------------------- */

static void find_google(struct list *l, const struct xml_token *root)
{
	static const char space[] = "http://base.google.com/ns/1.0";
	const char *at = root->s, *end = root->s + root->len;
	struct xml_attribute a;

	memcpy(l->google, "g", 2);
	while (xml_attribute_next(&at, end, &a)) {
		if (a.name_len > 6 && a.name_len - 6 < sizeof l->google &&
		    !memcmp(a.name, "xmlns:", 6) && a.value_len >= sizeof space - 1 &&
		    !strncmp(a.value, space, sizeof space - 1)) {
			memcpy(l->google, a.name + 6, a.name_len - 6);
			l->google[a.name_len - 6] = '\0';
		}
	}
}

static enum list_kind kind_of_root(struct list *l, const char *s, size_t n)
{
	static const struct {
		const char *name;
		enum list_kind kind;
	} roots[] = {
		{"urlset", LIST_URLSET}, {"sitemapindex", LIST_INDEX},
		{"url", LIST_URLSET},    {"sitemap", LIST_INDEX},
		{"rss", LIST_RSS},       {"RDF", LIST_RSS},
		{"channel", LIST_RSS},   {"feed", LIST_ATOM},
	};
	struct xml_scan x = {s, s + n, false};
	struct xml_token t;

	for (int i = 0; i < ROOT_TOKENS; i++) {
		enum xml_kind kind = xml_next(&x, &t);

		if (kind == XML_OVER || kind == XML_CUT)
			return LIST_NONE;
		if (kind == XML_START)
			break;
	}
	for (size_t i = 0; t.kind == XML_START && i < ARRAY_LEN(roots); i++) {
		if (xml_name_is(&t, roots[i].name)) {
			find_google(l, &t);
			return roots[i].kind;
		}
	}
	return LIST_NONE;
}

static bool begins(const char *s, const char *end, const char *word)
{
	return (size_t)(end - s) >= strlen(word) && !strncasecmp(s, word, strlen(word));
}

static enum list_kind kind_of(struct list *l, const char *s, size_t n)
{
	const char *end = s + n, *line;

	while (s < end && strchr(" \t\r\n", *s) && *s)
		s++;
	line = s;
	while (line < end && *line != '\n' && *line != '\r')
		line++;
	if (s == end || *s == '{' || *s == '[')
		return LIST_NONE;
	if (*s == '<')
		return kind_of_root(l, s, (size_t)(end - s));
	if (!memchr(s, '<', (size_t)(end - s)) &&
	    (begins(s, end, "http://") || begins(s, end, "https://")) &&
	    !memchr(s, '\t', (size_t)(line - s)))
		return LIST_URLS;
	return list_table_head(l, s, (size_t)(line - s)) ? LIST_TABLE : LIST_NONE;
}

/* ---- reading ------------------------------------------------------------------------------- */

static void read_kind(struct list *l)
{
	switch (l->kind) {
	case LIST_NONE: break;
	case LIST_URLSET:
	case LIST_INDEX: list_sitemap_read(l); break;
	case LIST_URLS: list_urls_read(l); break;
	case LIST_RSS:
	case LIST_ATOM: list_feed_read(l); break;
	case LIST_TABLE: list_table_read(l); break;
	}
}

static size_t mark_length(const char *s, size_t n)
{
	return n >= 3 && !memcmp(s, "\xEF\xBB\xBF", 3) ? 3 : 0;
}

bool list_read(struct facts *f, const struct charsets *charsets, const struct list_request *r)
{
	size_t head_len = utf8_floor(r->head, r->head_len), mark;
	struct list l = {.f = f,
			 .charsets = charsets,
			 .charset = charset_find(r->head, head_len, r->content_type),
			 .last = !r->more,
			 .now_ms = r->now_ms,
			 .room = r->room,
			 .at = r->at};
	struct buf head = BUF_INIT(3 * head_len + 1), piece = BUF_INIT(3 * r->piece_len + 1);

	l.wide = !strncmp(l.charset, "UTF-16", 6);
	if (l.wide) {
		charset_convert(charsets, l.charset, r->head, r->head_len & ~(size_t)1, &head);
		l.kind = kind_of(&l, buf_str(&head), head.len);
	} else {
		mark = mark_length(r->head, head_len);
		l.kind = kind_of(&l, r->head + mark, head_len - mark);
	}
	l.begin = r->piece;
	l.end = r->piece + r->piece_len;
	mark = r->at ? 0 : mark_length(r->piece, r->piece_len);
	if (l.kind && l.wide) {
		mark = r->at == 0 && r->piece_len >= 2 &&
		       (!memcmp(r->piece, "\xFF\xFE", 2) || !memcmp(r->piece, "\xFE\xFF", 2));
		l.at += mark ? 2 : 0; /* which the conversion leaves out */
		mark = 0;
		charset_convert(charsets, l.charset, r->piece, r->piece_len & ~(size_t)1, &piece);
		l.charset = utf8_name;
		l.begin = buf_str(&piece);
		l.end = l.begin + piece.len;
	}
	l.begin += mark;
	l.at += mark;
	l.counted = l.begin;
	if (l.kind) {
		f->is_list = true;
		f->continues = r->at > 0;
		f->is_sitemap = l.kind <= LIST_URLS;
		f->is_index = l.kind == LIST_INDEX;
		f->sources[f->is_sitemap ? SOURCE_SITEMAP : SOURCE_FEED] = true;
		for (size_t i = 0; i < FEED_FIELDS; i++)
			l.fields[i] = BUF_INIT(LIST_FIELD_BYTES);
		read_kind(&l);
		for (size_t i = 0; i < FEED_FIELDS; i++)
			buf_fini(&l.fields[i]);
	}
	buf_fini(&head);
	buf_fini(&piece);
	return l.kind != LIST_NONE;
}
