#include "daemon/extract/product_read.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/extract/json_mend.h"
#include "daemon/extract/product.h"
#include "daemon/extract/product_html.h"
#include "daemon/extract/product_schema.h"
#include "daemon/extract/product_store.h"
#include "shared/mem.h"
#include "shared/url.h"

/* ---- a page -------------------------------------------------------------------------------- */

static json_t *read_scripts(struct facts *f, const struct html_page *page)
{
	json_t *trees = json_array();

	for (size_t i = 0; i < page->n_scripts; i++) {
		struct error e = {0};
		bool mended = false;
		json_t *tree = json_mend_read(page->scripts[i], page->script_len[i], &mended, &e);

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

static void read_page(struct facts *f, const char *text, size_t len, const char *url)
{
	struct html_page page;
	struct facts json, micro, graph;
	char *base;
	json_t *trees;

	html_page_read(text, len, &page);
	base = base_of(url, page.base);
	facts_init(&json, base);
	facts_init(&micro, base);
	facts_init(&graph, base);
	trees = read_scripts(f, &page);
	schema_read(&json, trees, SOURCE_JSON_LD);
	schema_read(&micro, page.items, SOURCE_MICRODATA);
	html_page_opengraph(&graph, &page);
	facts_merge(f, &json);
	facts_merge(f, &micro);
	facts_merge(f, &graph);
	json_decref(trees);
	facts_fini(&json);
	facts_fini(&micro);
	facts_fini(&graph);
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

static void read_text(struct facts *f, const char *text, size_t len,
		      const struct product_request *r)
{
	const char *begin = skip_blanks(text);

	if (*begin == '{' || *begin == '[')
		read_json(f, text, len);
	else
		read_page(f, text, len, r->url);
}

enum err product_read(const struct charsets *charsets, const struct product_request *r,
		      struct buf *out, struct error *e)
{
	struct buf text = BUF_INIT(3 * r->len + 1); /* a byte may become U+FFFD */
	struct facts f;

	charset_convert(charsets, charset_find(r->document, r->len, r->content_type), r->document,
			r->len, &text);
	facts_init(&f, r->url);
	read_text(&f, buf_str(&text), text.len, r);
	if (!f.n_products && !f.is_sitemap)
		facts_warn(&f, "nothing_found", "nothing here says that it is a product");
	facts_judge(&f);
	facts_write(&f, r->from, out);
	facts_fini(&f);
	buf_fini(&text);
	return ERR_NONE;
}
