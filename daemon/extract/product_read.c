#include "daemon/extract/product_read.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/extract/extract.h"
#include "daemon/extract/gzip.h"
#include "daemon/extract/json_mend.h"
#include "daemon/extract/list.h"
#include "daemon/extract/product.h"
#include "daemon/extract/product_html.h"
#include "daemon/extract/product_schema.h"
#include "daemon/extract/product_store.h"
#include "daemon/extract/recipe.h"
#include "daemon/extract/references.h"
#include "shared/mem.h"
#include "shared/url.h"

/* ---- a page -------------------------------------------------------------------------------- */

/* All of it escaped for HTML, which no browser undoes inside of a script. */
static json_t *read_escaped(const char *text, size_t len, bool *mended)
{
	struct buf plain = BUF_INIT(len + 1);
	json_t *tree = NULL;

	if (!memchr(text, '"', len) && memmem(text, len, "&quot;", 6)) {
		references_decode(text, len, &plain);
		tree = json_mend_read(buf_str(&plain), plain.len, NULL, NULL);
		*mended = true;
	}
	buf_fini(&plain);
	return tree;
}

static json_t *read_scripts(struct facts *f, const struct html_page *page)
{
	json_t *trees = json_array();

	for (size_t i = 0; i < page->n_scripts; i++) {
		struct error e = {0};
		bool mended = false;
		json_t *tree = json_mend_read(page->scripts[i], page->script_len[i], &mended, &e);

		if (!tree)
			tree = read_escaped(page->scripts[i], page->script_len[i], &mended);
		if (!tree) {
			facts_warn(f, "json_broken", "a script of JSON-LD is left out: %s", e.text);
			continue;
		}
		if (mended)
			facts_warn(f, "json_mended",
				   "a script of JSON-LD is not quite JSON and was mended");
		json_array_append_new(trees, tree);
	}
	return trees;
}

static char *base_of(const char *page_url, const char *base)
{
	char full[URL_MAX + HOST_MAX + 16];
	struct url page, u;

	if (base && !url_parse(page_url, &page, NULL) && !url_resolve(&page, base, &u, NULL))
		return mem_strdup(url_format(&u, full, sizeof full));
	if (base && !url_parse(base, &u, NULL))
		return mem_strdup(url_format(&u, full, sizeof full));
	return mem_strdup(page_url);
}

/* A page's bytes as they came, and as text. */
struct page {
	const struct product_request *r;
	const struct charsets *charsets;
	const char *document, *text;
	size_t len, text_len;
};

static void ask_recipe(const struct page *p, struct facts *f)
{
	struct recipe_page page = {.charsets = p->charsets,
				   .select = p->r->select,
				   .document = p->document,
				   .len = p->len,
				   .content_type = p->r->content_type,
				   .text = p->text,
				   .text_len = p->text_len,
				   .url = p->r->url,
				   .trace = p->r->only_recipe};

	if (p->r->recipe)
		recipe_read(p->r->recipe, &page, f);
}

static bool overrides(const struct page *p)
{
	return p->r->recipe && recipe_overrides(p->r->recipe);
}

static void read_html(struct facts *f, const struct page *p)
{
	struct html_page page;
	struct facts json, micro, graph, own;
	char *base;
	json_t *trees;

	html_page_read(p->text, p->text_len, &page);
	base = base_of(p->r->url, page.base);
	facts_init(&json, base);
	facts_init(&micro, base);
	facts_init(&graph, base);
	facts_init(&own, base);
	ask_recipe(p, &own);
	trees = p->r->only_recipe ? json_array() : read_scripts(f, &page);
	if (overrides(p))
		facts_merge(f, &own);
	if (!p->r->only_recipe) {
		schema_read(&json, trees, SOURCE_JSON_LD);
		schema_read(&micro, page.items, SOURCE_MICRODATA);
		html_page_opengraph(&graph, &page);
		facts_merge(f, &json);
		facts_merge(f, &micro);
		facts_merge(f, &graph);
	}
	if (!overrides(p))
		facts_merge(f, &own);
	json_decref(trees);
	facts_fini(&json);
	facts_fini(&micro);
	facts_fini(&graph);
	facts_fini(&own);
	html_page_fini(&page);
	free(base);
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static void read_json(struct facts *f, const char *text, size_t len)
{
	struct error e = {0};
	json_t *v = json_mend_read(text, len, NULL, &e), *trees;

	if (!v) {
		facts_warn(f, "json_broken", "the document is no JSON: %s", e.text);
		return;
	}
	if (!store_read(f, v)) {
		trees = json_pack("[O]", v);
		schema_read(f, trees, SOURCE_JSON_LD);
		json_decref(trees);
	}
	json_decref(v);
}

/* ---- which kind ---------------------------------------------------------------------------- */

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t\r\n");
}

static void read_json_page(struct facts *f, const struct page *p)
{
	struct facts own, whole;

	facts_init(&own, p->r->url);
	facts_init(&whole, p->r->url);
	ask_recipe(p, &own);
	if (overrides(p)) {
		if (!p->r->only_recipe)
			read_json(&whole, p->text, p->text_len);
		facts_merge(f, &own);
		facts_merge(f, &whole);
	} else {
		if (!p->r->only_recipe)
			read_json(f, p->text, p->text_len);
		facts_merge(f, &own);
	}
	facts_fini(&own);
	facts_fini(&whole);
}

static void read_text(struct facts *f, const struct page *p)
{
	const char *begin = skip_blanks(p->text);

	if (*begin != '{' && *begin != '[')
		read_html(f, p);
	else if (p->r->recipe)
		read_json_page(f, p);
	else
		read_json(f, p->text, p->text_len);
}

/* ---- the whole of it, or a piece ----------------------------------------------------------- */

static uint64_t place_of(uint64_t from)
{
	return from >= EXTRACT_FROM_PLACE ? from - EXTRACT_FROM_PLACE : 0;
}

/* The bytes that are read: as they came, or unpacked. */
static enum err open_list(const struct product_request *r, struct list_request *list,
			  struct buf *head, struct buf *piece, bool *broken, struct error *e)
{
	uint64_t skip = place_of(r->from);
	enum err err;

	if (!r->head_len && gzip_is(r->document, r->len)) {
		err = gzip_read(r->document, r->len, head, skip, piece, &list->more, broken, e);
		list->head = buf_str(head);
		list->head_len = head->len;
		list->piece = buf_str(piece);
		list->piece_len = piece->len;
		list->at = skip;
		return err;
	}
	list->head = r->document;
	if (r->head_len) {
		list->head_len = r->head_len;
		list->piece = r->document + r->head_len;
		list->piece_len = r->len - r->head_len;
		list->at = r->piece_at;
		list->more = r->more;
		return ERR_NONE;
	}
	skip = skip < r->len ? skip : r->len;
	list->head_len = r->len < LIST_HEAD_BYTES ? r->len : LIST_HEAD_BYTES;
	list->piece = r->document + skip;
	list->piece_len = r->len - (size_t)skip;
	list->at = skip;
	list->more = r->more;
	return ERR_NONE;
}

static enum err read_whole(struct facts *f, const struct charsets *charsets,
			   const struct product_request *r, const struct list_request *list,
			   struct error *e)
{
	struct buf text;

	if (list->more || list->at) {
		error_set(
			e, ERR_TOO_LARGE,
			"a page of more than %d bytes is not taken apart, only feeds and sitemaps "
			"are",
			EXTRACT_DOCUMENT_MAX);
		error_hint(e, "choose an address that answers with less");
		return ERR_TOO_LARGE;
	}
	text = BUF_INIT(3 * list->piece_len + 1); /* a byte may become U+FFFD */
	charset_convert(charsets, charset_find(list->piece, list->piece_len, r->content_type),
			list->piece, list->piece_len, &text);
	read_text(f, &(struct page){r, charsets, list->piece, buf_str(&text), list->piece_len,
				    text.len});
	buf_fini(&text);
	return ERR_NONE;
}

enum err product_read(const struct charsets *charsets, const struct product_request *r,
		      struct buf *out, struct error *e)
{
	struct list_request list = {
		.content_type = r->content_type, .now_ms = r->now_ms, .room = facts_room(out)};
	struct buf head = BUF_INIT(LIST_HEAD_BYTES);
	struct buf piece = BUF_INIT(place_of(r->from) ? EXTRACT_PIECE_BYTES : EXTRACT_DOCUMENT_MAX);
	bool broken = false;
	struct facts f;
	enum err err;

	facts_init(&f, r->url);
	err = open_list(r, &list, &head, &piece, &broken, e);
	if (!err && (r->only_recipe || !list_read(&f, charsets, &list)))
		err = read_whole(&f, charsets, r, &list, e);
	if (!err) {
		if (broken)
			facts_warn(&f, "gzip_broken",
				   "the packed document is cut short or damaged");
		if (r->recipe_bad)
			facts_warn(&f, "recipe_invalid", "%s", r->recipe_bad->text);
		if (!f.n_products && !f.is_sitemap && !f.n_links &&
		    (!f.is_list || (f.after == FACTS_AFTER_NONE && !f.continues)))
			facts_warn(&f, "nothing_found", "nothing here says that it is a product");
		facts_judge(&f);
		facts_write(&f, r->from < f.n_products ? (size_t)r->from : f.n_products, out);
	}
	facts_fini(&f);
	buf_fini(&head);
	buf_fini(&piece);
	return err;
}
