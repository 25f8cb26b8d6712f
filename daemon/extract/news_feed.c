#include "daemon/extract/news_feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/extract/news_date.h"
#include "daemon/extract/references.h"
#include "daemon/extract/text_writer.h"
#include "daemon/extract/xml_scan.h"
#include "shared/json.h"
#include "shared/mem.h"
#include "shared/text_safe.h"
#include "shared/url.h"
#include "shared/utf8.h"

enum {
	FIELD_BYTES = 16 << 10, /* of one, with its tags */
	ITEM_JSON = 16 << 10,
	DEPTH_MAX = 1000000,
};

enum news_field {
	NEWS_NONE,
	NEWS_TITLE,
	NEWS_LINK,
	NEWS_ID,
	NEWS_DATE,
	NEWS_TEXT,
	NEWS_FIELDS,
};

/* Earlier names are better: a description is there when the whole text is not. */
static const struct {
	const char *name;
	enum news_field field;
	int rank;
} names[] = {
	{"title", NEWS_TITLE, 1},  {"link", NEWS_LINK, 1},        {"guid", NEWS_ID, 1},
	{"id", NEWS_ID, 1},        {"pubDate", NEWS_DATE, 1},     {"published", NEWS_DATE, 1},
	{"date", NEWS_DATE, 2},    {"issued", NEWS_DATE, 2},      {"created", NEWS_DATE, 2},
	{"updated", NEWS_DATE, 3}, {"modified", NEWS_DATE, 3},    {"encoded", NEWS_TEXT, 1},
	{"content", NEWS_TEXT, 1}, {"description", NEWS_TEXT, 2}, {"summary", NEWS_TEXT, 2},
};

/* Their title and link are not the item's. */
static const char *const containers[] = {"source", "image", "author", "contributor", "textinput"};

struct news {
	struct found_writer *f;
	struct url base;
	bool has_base;
	bool is_feed, full;
	bool open; /* in an item */
	struct buf fields[NEWS_FIELDS];
	int ranks[NEWS_FIELDS]; /* of what is in them */
	char *permalink;        /* a guid that is an address */
	enum news_field into;
	char into_name[32];
	int into_depth; /* elements inside the field: XHTML of Atom */
	const char *container;
	char *feed;
};

/* ---- texts ------------------------------------------------------------------------------------
 */

/* Tags out, blanks collapsed, references of HTML decoded. */
static void plain_text(const char *s, size_t n, struct buf *out)
{
	struct buf bare = BUF_INIT(FIELD_BYTES + 1), decoded = BUF_INIT(2 * FIELD_BYTES);
	struct text_writer w = {.out = out};
	while (n > 0) {
		const char *tag = memchr(s, '<', n), *end;
		size_t text = tag ? (size_t)(tag - s) : n;
		buf_add(&bare, s, text);
		s += text;
		n -= text;
		if (!n)
			break;
		end = memchr(s, '>', n);
		buf_add_char(&bare, end ? ' ' : '<');
		text = end ? (size_t)(end - s) + 1 : 1;
		s += text;
		n -= text;
	}
	references_decode(buf_str(&bare), bare.len, &decoded);
	text_add(&w, buf_str(&decoded), decoded.len);
	buf_fini(&bare);
	buf_fini(&decoded);
}

/* NULL: nothing is left. */
static char *shown(const struct buf *field, size_t max)
{
	struct buf text = BUF_INIT(2 * FIELD_BYTES);
	plain_text(buf_str(field), field->len, &text);
	char *safe = text_safe_dup(buf_str(&text), text.len, max);
	buf_fini(&text);
	if (safe && *safe)
		return safe;
	free(safe);
	return NULL;
}

/* Absolute, of the web; NULL: it is none. */
static char *address(const struct news *n, const char *text)
{
	struct url u;
	struct error e = {0};
	char out[URL_MAX + HOST_MAX + 32];
	while (*text == ' ' || (*text >= '\t' && *text <= '\r'))
		text++;
	size_t len = strcspn(text, " \t\r\n");
	char *bare = mem_strndup(text, len < NEWS_URL_MAX ? len : NEWS_URL_MAX);
	bool fine = *bare &&
		    (n->has_base ? !url_resolve(&n->base, bare, &u, &e) : !url_parse(bare, &u, &e));
	free(bare);
	if (!fine)
		return NULL;
	url_format(&u, out, sizeof(out));
	return text_safe_dup(out, strlen(out), NEWS_URL_MAX);
}

/* ---- items ------------------------------------------------------------------------------------
 */

static void item_begin(struct news *n)
{
	for (int i = 0; i < NEWS_FIELDS; i++) {
		buf_reset(&n->fields[i]);
		n->ranks[i] = 0;
	}
	free(n->permalink);
	n->permalink = NULL;
	n->open = true;
	n->into = NEWS_NONE;
	n->container = NULL;
}

static void write_item(struct news *n, struct buf *out)
{
	struct json_writer w;
	int64_t at;
	char *title = shown(&n->fields[NEWS_TITLE], NEWS_TITLE_MAX);
	char *text = shown(&n->fields[NEWS_TEXT], NEWS_TEXT_MAX);
	char *id = shown(&n->fields[NEWS_ID], NEWS_TITLE_MAX);
	char *date = shown(&n->fields[NEWS_DATE], 80);
	char *url = address(n, buf_str(&n->fields[NEWS_LINK]));
	if (!url && n->permalink)
		url = address(n, n->permalink);
	jw_init(&w, out);
	jw_object(&w);
	jw_kv_str(&w, "title", title);
	jw_kv_str(&w, "url", url);
	jw_kv_str(&w, "id", id);
	jw_kv_time(&w, "at", date && news_date_parse(date, &at) ? at : 0);
	jw_kv_str(&w, "text", text);
	jw_kv_str(&w, "feed", n->feed);
	jw_object_end(&w);
	free(title);
	free(text);
	free(id);
	free(date);
	free(url);
}

static void item_end(struct news *n)
{
	struct buf out = BUF_INIT(ITEM_JSON);
	if (!n->open)
		return;
	n->open = false;
	n->into = NEWS_NONE;
	write_item(n, &out);
	if (!out.overflow)
		n->full = !found_add(n->f, buf_str(&out), out.len);
	buf_fini(&out);
}

/* ---- tokens -----------------------------------------------------------------------------------
 */

static bool is_item(const struct xml_token *t)
{
	return xml_name_is(t, "item") || xml_name_is(t, "entry");
}

static bool is_root(const struct xml_token *t)
{
	return xml_name_is(t, "rss") || xml_name_is(t, "feed") || xml_name_is(t, "RDF");
}

static bool has_name(const struct xml_attribute *a, const char *name)
{
	return a->name_len == strlen(name) && !memcmp(a->name, name, a->name_len);
}

static bool has_value(const struct xml_attribute *a, const char *value)
{
	return a->value_len == strlen(value) && !memcmp(a->value, value, a->value_len);
}

/* <link rel="alternate" href="..."/> */
static void read_link(struct news *n, const struct xml_token *t)
{
	const char *at = t->s, *end = t->s + t->len;
	struct xml_attribute a, href = {0};
	while (xml_attribute_next(&at, end, &a)) {
		if (has_name(&a, "href"))
			href = a;
		else if (has_name(&a, "rel") && !has_value(&a, "alternate"))
			return;
	}
	if (!href.name || n->fields[NEWS_LINK].len)
		return;
	references_decode(href.value, href.value_len < NEWS_URL_MAX ? href.value_len : NEWS_URL_MAX,
			  &n->fields[NEWS_LINK]);
	n->ranks[NEWS_LINK] = 1;
}

static bool is_permalink(const struct xml_token *t)
{
	const char *at = t->s, *end = t->s + t->len;
	struct xml_attribute a;
	while (xml_attribute_next(&at, end, &a))
		if (has_name(&a, "isPermaLink") && has_value(&a, "false"))
			return false;
	return xml_name_is(t, "guid");
}

/* Of the item, or of the feed: there only its title is wanted. Media's own titles and texts are of
 * pictures. */
static void field_begin(struct news *n, const struct xml_token *t)
{
	bool media =
		t->prefix_len && (xml_prefix_is(t, "media", 5) || xml_prefix_is(t, "itunes", 6));
	if (t->empty || media || t->name_len >= sizeof(n->into_name))
		return;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		enum news_field field = names[i].field;
		if (!xml_name_is(t, names[i].name))
			continue;
		if (n->open ? n->ranks[field] && n->ranks[field] <= names[i].rank
			    : field != NEWS_TITLE || n->feed)
			return;
		buf_reset(&n->fields[field]);
		n->ranks[field] = names[i].rank;
		n->into = field;
		n->into_depth = 0;
		snprintf(n->into_name, sizeof(n->into_name), "%.*s", (int)t->name_len, t->name);
		if (field == NEWS_ID && is_permalink(t) && !n->permalink)
			n->permalink = mem_strdup("");
		return;
	}
}

static void start(struct news *n, const struct xml_token *t)
{
	if (is_item(t)) {
		item_end(n);
		if (!t->empty)
			item_begin(n);
		return;
	}
	if (n->into) { /* markup inside of a text parts words */
		buf_add_char(&n->fields[n->into], ' ');
		if (!t->empty && n->into_depth < DEPTH_MAX && xml_name_is(t, n->into_name))
			n->into_depth++;
		return;
	}
	if (n->container)
		return;
	for (size_t i = 0; i < ARRAY_LEN(containers) && !t->empty; i++)
		if (xml_name_is(t, containers[i])) {
			n->container = containers[i];
			return;
		}
	if (n->open && xml_name_is(t, "link") && t->len)
		read_link(n, t);
	field_begin(n, t);
}

static void field_end(struct news *n)
{
	if (n->into == NEWS_ID && n->permalink && !*n->permalink) {
		free(n->permalink);
		n->permalink = mem_strdup(buf_str(&n->fields[NEWS_ID]));
	}
	if (!n->open && n->into == NEWS_TITLE && !n->feed)
		n->feed = shown(&n->fields[NEWS_TITLE], 100);
	n->into = NEWS_NONE;
}

static void stop(struct news *n, const struct xml_token *t)
{
	if (n->into && xml_name_is(t, n->into_name)) {
		if (n->into_depth-- == 0)
			field_end(n);
	} else if (n->container && xml_name_is(t, n->container)) {
		n->container = NULL;
	} else if (is_item(t)) {
		item_end(n);
	}
}

/* Cut at what a field holds: an article's first words are enough. */
static void text(struct news *n, const struct xml_token *t)
{
	struct buf *field = &n->fields[n->into];
	size_t room = (field->max - field->len) / 2, len = t->len;
	if (!n->into || !room)
		return;
	if (len > room)
		len = utf8_floor(t->s, room);
	if (t->kind == XML_TEXT)
		references_decode(t->s, len, field);
	else
		buf_add(field, t->s, len);
}

static void read_token(struct news *n, const struct xml_token *t)
{
	switch (t->kind) {
	case XML_START:
		n->is_feed = n->is_feed || is_root(t);
		if (n->is_feed)
			start(n, t);
		break;
	case XML_STOP: stop(n, t); break;
	case XML_TEXT:
	case XML_CDATA: text(n, t); break;
	case XML_OVER:
	case XML_CUT: break;
	}
}

void news_feed_read(const char *document, size_t len, const char *url, struct found_writer *f)
{
	struct xml_scan x = {document, document + len, true};
	struct news *n = mem_zalloc(sizeof(*n));
	struct error e = {0};
	struct xml_token t;
	n->f = f;
	n->has_base = !url_parse(url, &n->base, &e);
	for (int i = 0; i < NEWS_FIELDS; i++)
		n->fields[i] = BUF_INIT(FIELD_BYTES);
	for (;;) {
		enum xml_kind kind = xml_next(&x, &t);
		if (kind == XML_OVER || kind == XML_CUT || n->full)
			break;
		read_token(n, &t);
	}
	item_end(n);
	if (!n->is_feed) {
		error_set(&f->error, ERR_MALFORMED, "it is no RSS or Atom feed");
		error_hint(&f->error,
			   "the address of the feed itself is needed, not of the page that has it");
	}
	for (int i = 0; i < NEWS_FIELDS; i++)
		buf_fini(&n->fields[i]);
	free(n->permalink);
	free(n->feed);
	free(n);
}
