#pragma once
/* What a recipe says, for who validates, reads and proposes one. The resource is in
 * shared/resources/recipe.c; a worker reads pages by it (daemon/extract/recipe.h). */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "shared/err.h"

enum {
	RECIPE_FIELDS_MAX = 24,
	RECIPE_TESTS_MAX = 20,
	RECIPE_MATCHES_MAX = 20,
	RECIPE_EXPRESSION_MAX = 2000,
	RECIPE_HTML_MAX = 64 << 10, /* of a page inside a test */
};

/** Fields that mean something; any other name is kept beside them. */
enum recipe_field {
	RECIPE_TITLE,
	RECIPE_PRICE,
	RECIPE_LIST_PRICE,
	RECIPE_CURRENCY,
	RECIPE_AVAILABILITY,
	RECIPE_CONDITION,
	RECIPE_SKU,
	RECIPE_GTIN,
	RECIPE_MPN,
	RECIPE_BRAND,
	RECIPE_IMAGE,
	RECIPE_URL,
	RECIPE_RATING,
	RECIPE_REVIEWS,
	RECIPE_SHIPPING,
	RECIPE_SELLER,
	RECIPE_CATEGORY,
	RECIPE_OTHER,
};
/** NULL-terminated, in the order of the enum. */
extern const char *const recipe_field_names[];
enum recipe_field recipe_field_of(const char *name);
/** The attribute that is meant when a field says none: href of url, src of image. NULL: the text.
 */
const char *recipe_attribute_of(enum recipe_field field);

enum recipe_language { RECIPE_CSS, RECIPE_XPATH, RECIPE_JQ, RECIPE_PATTERN };
const char *recipe_language_name(enum recipe_language l);

/** "items", "next" and "links": CSS, or another language named in front: "xpath: //a", "jq: .next".
 * @return the expression, which points into text */
const char *recipe_selector(const char *text, enum recipe_language *language);

/** Is a page one that the recipe is for? Its `match` has hosts ("shop.example", "*.shop.example"),
 *  hosts with paths and paths ("shop.example/p/" or "/p/" and a star); a star is any text. None:
 *  every page; so is an address that is not known (""). */
bool recipe_matches(const json_t *spec, const char *url);

/** What a worker needs of a spec, as JSON text for extract_query.recipe: without tests and notes.
 *  free(). */
char *recipe_text(const json_t *spec);
