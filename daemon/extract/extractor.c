#include "daemon/extract/extractor.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/extract/html_select.h"
#include "daemon/extract/lru.h"
#include "daemon/extract/news_feed.h"
#include "daemon/extract/product_read.h"
#include "daemon/extract/program.h"
#include "daemon/extract/propose.h"
#include "daemon/extract/recipe.h"
#include "daemon/extract/tree.h"
#include "shared/css.h"
#include "shared/css_simple.h"
#include "shared/mem.h"
#include "shared/pattern.h"

/* A compiled one takes a few kB, and compiling a jq program 15 ms. */
enum {
	CACHED_MAX = 256,
	RECIPES_MAX = 16, /* each of several of those */
	VALUE_HEAD = 16,  /* what a value of an answer takes besides its bytes, at most */
};

struct extractor {
	struct charsets *charsets;
	struct lru paths, simples, programs, patterns, recipes;
	struct html_select *select;
	struct html_select *recipe_select; /* NULL until a recipe needs it */
};

/* A document is read when the first query asks for that form of it. */
struct documents {
	const struct extract_request *request;
	struct tree *tree;
	struct json_document *json;
	struct error tree_error, json_error;
	bool streamed;                     /* the selectors are answered already */
	size_t slots[EXTRACT_QUERIES_MAX]; /* of a query in the stream */
};

static void free_path(void *p)
{
	path_free(p);
}

static void free_simple(void *p)
{
	css_simple_free(p);
}

static void free_program(void *p)
{
	program_free(p);
}

static void free_pattern(void *p)
{
	pattern_free(p);
}

static void free_recipe(void *p)
{
	recipe_free(p);
}

struct extractor *extractor_new(void)
{
	struct extractor *x = mem_zalloc(sizeof *x);

	x->charsets = charsets_new();
	x->select = html_select_new();
	lru_init(&x->paths, CACHED_MAX, free_path);
	lru_init(&x->simples, CACHED_MAX, free_simple);
	lru_init(&x->programs, CACHED_MAX, free_program);
	lru_init(&x->patterns, CACHED_MAX, free_pattern);
	lru_init(&x->recipes, RECIPES_MAX, free_recipe);
	return x;
}

void extractor_free(struct extractor *x)
{
	if (!x)
		return;
	charsets_free(x->charsets);
	html_select_free(x->select);
	html_select_free(x->recipe_select);
	lru_fini(&x->paths);
	lru_fini(&x->simples);
	lru_fini(&x->programs);
	lru_fini(&x->patterns);
	lru_fini(&x->recipes);
	free(x);
}

/* ---- compiled, once ------------------------------------------------------------------------ */

static struct path *compile_css(const char *selector, bool xml, struct error *e)
{
	struct buf xpath = BUF_INIT(CSS_XPATH_MAX);
	struct path *p = NULL;

	if (!css_to_xpath(selector, xml ? CSS_XML : CSS_HTML, &xpath, e))
		p = path_compile(buf_str(&xpath), e);
	buf_fini(&xpath);
	return p;
}

static struct path *path_of(struct extractor *x, const struct extract_query *q, bool xml,
			    struct error *e)
{
	bool css = q->kind == EXTRACT_CSS;
	char *key = mem_printf("%c%s", !css ? 'x' : xml ? 'm' : 'h', q->expression);
	struct path *p = lru_get(&x->paths, key);

	if (!p) {
		p = css ? compile_css(q->expression, xml, e) : path_compile(q->expression, e);
		if (p)
			lru_put(&x->paths, key, p);
	}
	free(key);
	return p;
}

/* NULL: not simple, or wrong. */
static struct css_simple *simple_of(struct extractor *x, const char *selector)
{
	struct css_simple *s = lru_get(&x->simples, selector);

	if (!s && (s = css_simple_new(selector)))
		lru_put(&x->simples, selector, s);
	return s;
}

static struct program *program_of(struct extractor *x, const char *text, struct error *e)
{
	struct program *p = lru_get(&x->programs, text);

	if (!p && (p = program_compile(text, e)))
		lru_put(&x->programs, text, p);
	return p;
}

static struct pattern *pattern_of(struct extractor *x, const char *text, struct error *e)
{
	struct pattern *p = lru_get(&x->patterns, text);

	if (!p && (p = pattern_compile(text, e)))
		lru_put(&x->patterns, text, p);
	return p;
}

static struct recipe *recipe_of(struct extractor *x, const char *text, struct error *e)
{
	struct recipe *r = lru_get(&x->recipes, text);

	if (!r && (r = recipe_new(text, e)))
		lru_put(&x->recipes, text, r);
	if (r && !x->recipe_select)
		x->recipe_select = html_select_new();
	return r;
}

/* ---- all selectors in one pass -------------------------------------------------------------- */

static bool select_begin(struct extractor *x, struct documents *d)
{
	const struct extract_request *r = d->request;
	struct html_query queries[EXTRACT_QUERIES_MAX];
	size_t n = 0;

	if (tree_is_xml(r->document, r->document_len, r->content_type))
		return false;
	for (size_t i = 0; i < r->n_queries; i++) {
		const struct extract_query *q = &r->queries[i];

		if (q->kind == EXTRACT_XPATH)
			return false;
		if (q->kind != EXTRACT_CSS)
			continue;
		d->slots[i] = n;
		queries[n] = (struct html_query){.css = simple_of(x, q->expression),
						 .attribute = q->attribute};
		if (!queries[n++].css)
			return false;
	}
	return n > 0 && html_select_begin(x->select, queries, n);
}

/* One selector that needs the tree makes a tree, which then answers all of them alike. */
static void select_all(struct extractor *x, struct documents *d)
{
	const struct extract_request *r = d->request;
	struct buf text = BUF_INIT(3 * r->document_len + 1);

	if (!select_begin(x, d))
		return;
	charset_convert(x->charsets, charset_find(r->document, r->document_len, r->content_type),
			r->document, r->document_len, &text);
	html_select_feed(x->select, text.data, text.len);
	d->streamed = html_select_finish(x->select);
	buf_fini(&text);
}

/* ---- one query ----------------------------------------------------------------------------- */

static struct tree *tree_of(struct extractor *x, struct documents *d)
{
	const struct extract_request *r = d->request;

	if (!d->tree && !d->tree_error.code)
		d->tree = tree_read(x->charsets, r->document, r->document_len, r->content_type,
				    &d->tree_error);
	return d->tree;
}

static struct json_document *json_of(struct documents *d)
{
	if (!d->json && !d->json_error.code)
		d->json = json_document_read(d->request->document, d->request->document_len,
					     &d->json_error);
	return d->json;
}

/* The expression first: a wrong one is wrong on every document. */
static void find_nodes(struct extractor *x, struct documents *d, const struct extract_query *q,
		       struct found_writer *f)
{
	const struct extract_request *r = d->request;
	bool xml = tree_is_xml(r->document, r->document_len, r->content_type);
	struct path *p = path_of(x, q, xml, &f->error);

	if (!p)
		return;
	if (tree_of(x, d))
		tree_find(d->tree, p, q->attribute, f);
	else
		f->error = d->tree_error;
}

static void run_program(struct extractor *x, struct documents *d, const struct extract_query *q,
			struct found_writer *f)
{
	struct program *p = program_of(x, q->expression, &f->error);

	if (!p)
		return;
	if (json_of(d))
		program_run(p, d->json, f);
	else
		f->error = d->json_error;
}

static void match_pattern(struct extractor *x, const struct extract_request *r,
			  const struct extract_query *q, struct found_writer *f)
{
	struct pattern *p = pattern_of(x, q->expression, &f->error);
	enum pattern_result result = p ? PATTERN_MATCHED : PATTERN_NOT_MATCHED;
	struct pattern_search search;
	size_t begin, end;

	if (p)
		pattern_search_init(&search, p, r->document, r->document_len);
	while (result == PATTERN_MATCHED) {
		result = pattern_search_next(&search, &begin, &end);
		if (result == PATTERN_MATCHED)
			found_add(f, r->document + begin, end - begin);
	}
	if (result == PATTERN_LIMIT) {
		error_set(&f->error, ERR_INVALID,
			  "the pattern needs too much work on this document");
		error_hint(&f->error, "repetitions inside repetitions, as (a+)+, do that");
	}
}

static void read_products(struct extractor *x, const struct extract_request *r,
			  const struct extract_query *q, struct found_writer *f)
{
	struct error bad = {0};
	struct product_request request = {.document = r->document,
					  .len = r->document_len,
					  .content_type = r->content_type,
					  .url = q->expression,
					  .from = q->from,
					  .head_len = r->head_len,
					  .piece_at = r->piece_at,
					  .more = r->more,
					  .now_ms = (int64_t)time(NULL) * 1000,
					  .only_recipe = q->kind == EXTRACT_RECIPE};
	struct buf out = BUF_INIT(f->values.max > VALUE_HEAD ? f->values.max - VALUE_HEAD : 0);

	if (q->recipe) {
		request.recipe = recipe_of(x, q->recipe, &bad);
		request.select = x->recipe_select;
		request.recipe_bad = request.recipe ? NULL : &bad;
	}
	if (bad.code && request.only_recipe)
		f->error = bad;
	else if (!product_read(x->charsets, &request, &out, &f->error))
		found_add_whole(f, &out);
	buf_fini(&out);
}

static void read_news(struct extractor *x, const struct extract_request *r,
		      const struct extract_query *q, struct found_writer *f)
{
	struct buf text = BUF_INIT(3 * r->document_len + 1);

	charset_convert(x->charsets, charset_find(r->document, r->document_len, r->content_type),
			r->document, r->document_len, &text);
	news_feed_read(buf_str(&text), text.len, q->expression, f);
	buf_fini(&text);
}

static void propose_recipe(struct extractor *x, const struct extract_request *r,
			   const struct extract_query *q, struct found_writer *f)
{
	struct propose_request request = {.charsets = x->charsets,
					  .document = r->document,
					  .len = r->document_len,
					  .content_type = r->content_type,
					  .url = q->expression};
	struct buf out = BUF_INIT(f->values.max > VALUE_HEAD ? f->values.max - VALUE_HEAD : 0);

	if (!propose(&request, &out, &f->error))
		found_add_whole(f, &out);
	buf_fini(&out);
}

static void run_query(struct extractor *x, struct documents *d, const struct extract_query *q,
		      struct found_writer *f)
{
	size_t i = (size_t)(q - d->request->queries);

	switch (q->kind) {
	case EXTRACT_CSS:
	case EXTRACT_XPATH:
		if (d->streamed)
			html_select_found(x->select, d->slots[i], f);
		else
			find_nodes(x, d, q, f);
		break;
	case EXTRACT_JQ: run_program(x, d, q, f); break;
	case EXTRACT_PATTERN: match_pattern(x, d->request, q, f); break;
	case EXTRACT_PRODUCT:
	case EXTRACT_RECIPE: read_products(x, d->request, q, f); break;
	case EXTRACT_NEWS: read_news(x, d->request, q, f); break;
	case EXTRACT_PROPOSE: propose_recipe(x, d->request, q, f); break;
	}
}

void extractor_run(struct extractor *x, const struct frame_request *request, struct buf *answer)
{
	struct documents d = {.request = &request->request};
	size_t budget = EXTRACT_ANSWER_BYTES;

	frame_answer_begin(answer);
	select_all(x, &d);
	for (size_t i = 0; i < request->request.n_queries; i++) {
		struct found_writer f;

		found_init(&f, budget);
		run_query(x, &d, &request->queries[i], &f);
		frame_answer_found(answer, &f);
		if (!f.error.code)
			budget -= f.values.len;
		found_fini(&f);
	}
	frame_answer_end(answer);
	tree_free(d.tree);
	json_document_free(d.json);
}
