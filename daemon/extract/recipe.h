#pragma once
/* Recipes (shared/recipe.h) on documents: what a site says in no standard way, as facts. Pure; in a
 * worker.
 *
 * A page of elements is read in one pass (html_select.h) when all selectors are simple, else by a
 * tree; each selector looks through the page once, and what it finds belongs to the item around it,
 * so a list of many products costs as much as one of few. Only an XPath that begins with a point,
 * or that is no path, is evaluated for each item. */
#include "daemon/extract/charset.h"
#include "daemon/extract/product.h"
#include "shared/err.h"

struct html_select;
struct recipe;

/** @param text  a spec as recipe_text() writes it
 *  @return NULL with e filled: what is wrong with which field. Owner: the caller. */
struct recipe *recipe_new(const char *text, struct error *e);
void recipe_free(struct recipe *r);
/** Its facts are first, not last. */
bool recipe_overrides(const struct recipe *r);

struct recipe_page {
	const struct charsets *charsets;
	struct html_select *select; /* nobody else's meanwhile */
	const char *document;       /* as it came */
	size_t len;
	const char *content_type; /* NULL: not known */
	const char *text;         /* the same in UTF-8 */
	size_t text_len;
	const char *url;
	bool trace; /* say what each step made of it */
};

/** Facts of SOURCE_RECIPE, the next page and links, what was missing ("filter_missing"), and
 *  f->recipe: {"items":n|null,"found":{field:n},"missing":[field]}, with trace also "values" and
 *  "fields". A page that the recipe is not for: nothing, and {"applies":false}. */
void recipe_read(struct recipe *r, const struct recipe_page *page, struct facts *f);
