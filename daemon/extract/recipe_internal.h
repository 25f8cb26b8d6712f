#pragma once
#include "daemon/extract/product.h"
#include "daemon/extract/recipe.h"
#include "daemon/extract/tree.h"
#include "shared/css_simple.h"
#include "shared/pattern.h"
#include "shared/recipe.h"
#include "shared/recipe_step.h"

enum {
	RECIPE_ITEMS_MAX = FACTS_PAGE_PRODUCTS_MAX,
	RECIPE_LOOKS_MAX = RECIPE_FIELDS_MAX + 4, /* fields, items and their text, links, next */
	RECIPE_FINDS_MAX = 20 * RECIPE_ITEMS_MAX, /* of one look */
	RECIPE_JSON_BYTES = 2 << 20,              /* of an element whose JSON is asked */
};

struct program;

/** One expression, compiled. */
struct look {
	bool used;
	enum recipe_language language;
	char *expression, *attribute;
	struct css_simple *simple; /* of CSS; NULL: it needs a tree */
	struct path *paths[2];     /* of CSS and XPath: in HTML, in XML */
	bool for_each;             /* an XPath that is evaluated for each item */
	struct program *program;   /* jq, also of what css or xpath found */
	struct pattern *pattern;
};

struct recipe_rule {
	char *name;
	enum recipe_field field;
	struct look look;
	struct recipe_step steps[RECIPE_STEPS_MAX];
	char *step_text[RECIPE_STEPS_MAX];
	size_t n_steps;
	bool required;
};

struct recipe {
	json_t *spec;
	struct recipe_rule rules[RECIPE_FIELDS_MAX];
	size_t n_rules;
	struct look items, links, next;
	bool override, in_one_pass;
	bool wants_text; /* of items: a pattern looks there */
};

/** What the expressions found, as it is. */
struct finds {
	size_t n_items; /* 1 for a page that is one product */
	/** [item * n_rules + rule]: the first text that is not empty; NULL: none. */
	char **values;
	uint32_t *counts;
	char **links;
	size_t n_links;
	char *next;
	struct error fault; /* the first expression that could not be evaluated */
	char fault_of[64];
};

enum { RECIPE_LINKS_MAX = 1000 };

void finds_init(struct finds *x, const struct recipe *r, size_t n_items);
void finds_fini(struct finds *x, const struct recipe *r);
/** A text that rule found in an item; NULL-ended, copied; blank ones only count. */
void finds_add(struct finds *x, const struct recipe *r, size_t item, size_t rule, const char *text);
void finds_add_link(struct finds *x, const char *text);
void finds_add_next(struct finds *x, const char *text);
void finds_fail(struct finds *x, const char *of, const struct error *e);

/** x is not initialised; each of these does it, or returns false and leaves it so. */
bool recipe_find_streaming(struct recipe *r, const struct recipe_page *page, struct finds *x);
bool recipe_find_in_tree(struct recipe *r, const struct recipe_page *page, struct finds *x);
/** Of a page that is JSON. */
bool recipe_find_in_json(struct recipe *r, const struct recipe_page *page, struct finds *x);
/** jq on the JSON of an element: its first output that is something, unquoted. NULL: none. */
char *recipe_program_value(struct program *p, const char *json, size_t len, struct error *e);
/** Patterns over the whole page. */
void recipe_match_page(struct recipe *r, const struct recipe_page *page, struct finds *x);
/** The first match in a text; free(). */
char *recipe_match(const struct pattern *p, const char *text, size_t len);

/** Facts of what was found. */
void recipe_facts(struct recipe *r, const struct recipe_page *page, struct finds *x,
		  struct facts *f);
