/* Sitemaps (sitemaps.org 0.9): urlset, index, and lines of addresses. Other namespaces' elements
 * (images, languages) have a "loc" of their own, so a child counts when its prefix is its parent's.
 */
#include <string.h>

#include "daemon/extract/list.h"

enum { LOC_MAX = 3 * FACTS_URL_MAX };

struct entry {
	bool open;
	const char *begin;
	const char *prefix;
	size_t prefix_len;
	struct buf loc, lastmod;
	struct buf *into; /* NULL: text counts for nothing */
};

static void entry_end(struct list *l, struct entry *e)
{
	if (e->open)
		facts_add_entry(l->f, e->loc.len ? buf_str(&e->loc) : NULL,
				e->lastmod.len ? buf_str(&e->lastmod) : NULL);
	e->open = false;
	e->into = NULL;
}

static bool is_entry(const struct list *l, const struct xml_token *t)
{
	return xml_name_is(t, l->kind == LIST_INDEX ? "sitemap" : "url");
}

/* @return false: full */
static bool entry_begin(struct list *l, struct entry *e, const struct xml_token *t)
{
	entry_end(l, e); /* one whose end tag is missing */
	if (!list_item(l, t->begin))
		return false;
	*e = (struct entry){true, t->begin, t->prefix, t->prefix_len, e->loc, e->lastmod, NULL};
	buf_reset(&e->loc);
	buf_reset(&e->lastmod);
	return true;
}

static bool read_token(struct list *l, struct entry *e, const struct xml_token *t)
{
	bool ours = e->open && xml_prefix_is(t, e->prefix, e->prefix_len);

	if (t->kind == XML_START && is_entry(l, t)) {
		if (!entry_begin(l, e, t))
			return false;
		if (t->empty)
			entry_end(l, e);
	} else if (t->kind == XML_START) {
		e->into = NULL;
		if (ours && xml_name_is(t, "loc") && !e->loc.len && !t->empty)
			e->into = &e->loc;
		else if (ours && xml_name_is(t, "lastmod") && !e->lastmod.len && !t->empty)
			e->into = &e->lastmod;
	} else if (t->kind == XML_STOP) {
		e->into = NULL;
		if (ours && is_entry(l, t))
			entry_end(l, e);
	} else if (e->into) {
		list_add_text(l, t->s, t->len, t->kind == XML_TEXT, e->into);
	}
	return true;
}

void list_sitemap_read(struct list *l)
{
	struct xml_scan x = {l->begin, l->end, l->last};
	struct entry e = {.loc = BUF_INIT(LOC_MAX), .lastmod = BUF_INIT(LOC_MAX)};
	struct xml_token t;
	enum xml_kind kind;
	bool fits = true;

	while (fits && (kind = xml_next(&x, &t)) != XML_OVER && kind != XML_CUT)
		fits = read_token(l, &e, &t);
	if (fits && l->last) {
		entry_end(l, &e);
		list_next(l, NULL);
	} else if (fits) {
		list_cut(l, e.open ? e.begin : t.begin);
	}
	buf_fini(&e.loc);
	buf_fini(&e.lastmod);
}

void list_urls_read(struct list *l)
{
	const char *s = l->begin;
	struct buf loc = BUF_INIT(LOC_MAX);

	while (s < l->end) {
		const char *end = s;

		while (end < l->end && *end != '\n' && *end != '\r')
			end++;
		if (end == l->end && !l->last) {
			list_cut(l, s);
			break;
		}
		if (end > s + strspn(s, " \t")) {
			if (!list_item(l, s))
				break;
			buf_reset(&loc);
			list_add_text(l, s, (size_t)(end - s), false, &loc);
			facts_add_entry(l->f, buf_str(&loc), NULL);
		}
		s = end + (end < l->end);
	}
	if (s == l->end)
		list_next(l, NULL);
	buf_fini(&loc);
}
