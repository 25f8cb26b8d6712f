/* A recipe: how facts about products are read from a site that says them in no standard way. */
#include "shared/recipe.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "shared/css.h"
#include "shared/json.h"
#include "shared/mem.h"
#include "shared/recipe_step.h"
#include "shared/schema/schema.h"
#include "shared/url.h"

extern const struct resource_kind resource_recipe;

static const struct field field_fields[] = {
	{.name = "name",
	 .type = FIELD_NAME,
	 .flags = FIELD_REQUIRED,
	 .help = "title, price, list_price, availability, sku ...; any other name is kept beside the known ones",
	 .example = "price"},
	{.name = "css",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = RECIPE_EXPRESSION_MAX,
	 .help = "CSS selector; the first element that says something counts",
	 .example = "'.product .price'"},
	{.name = "xpath",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = RECIPE_EXPRESSION_MAX,
	 .help = "XPath 1.0 instead; begin it with . to look within an item",
	 .example = "'.//dt[text()=\"EAN\"]/following-sibling::dd[1]'"},
	{.name = "jq",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = RECIPE_EXPRESSION_MAX,
	 .help = "jq program, of a page of JSON; with css or xpath, of the JSON in that element",
	 .example = ".props.product.price"},
	{.name = "pattern",
	 .type = FIELD_PATTERN,
	 .help = "Regular expression over the source, of an item over its text; its first group, else all",
	 .example = "'\"sku\":\"([^\"]+)\"'"},
	{.name = "attribute",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 64,
	 .help = "Attribute instead of the text; for image src, for url href when left out",
	 .example = "data-price"},
	{.name = "transform",
	 .type = FIELD_TEXT_LIST,
	 .max = RECIPE_STEPS_MAX,
	 .flags = FIELD_MULTILINE,
	 .help = "Steps: trim lower upper number price date, after T, before T, replace A -> B, pattern P, default T",
	 .example = "['after Art.-Nr.', trim]"},
	{.name = "required",
	 .type = FIELD_BOOL,
	 .dflt = "false",
	 .help = "A page where it finds nothing is told of (filter_missing)",
	 .example = "true"},
};

static const struct field test_fields[] = {
	{.name = "url",
	 .type = FIELD_URL,
	 .help = "Page that is fetched for it, politely",
	 .example = "https://shop.example/p/lamp"},
	{.name = "file",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 1000,
	 .help = "Page in a file beside the recipe's own; only the command reads it",
	 .example = "lamp.html"},
	{.name = "html",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = RECIPE_HTML_MAX,
	 .flags = FIELD_MULTILINE,
	 .help = "The page itself",
	 .example = "'<h1>Lamp</h1><b class=price>9.99 EUR</b>'"},
	{.name = "items",
	 .type = FIELD_INT,
	 .min = 0,
	 .max = 300,
	 .help = "Products that the page has",
	 .example = "24"},
	{.name = "expect",
	 .type = FIELD_TEXT_MAP,
	 .max = RECIPE_FIELDS_MAX,
	 .flags = FIELD_MULTILINE,
	 .help = "What the fields must say, of the first product; \"\" is nothing",
	 .example = "{title: Lamp, price: 9.99 EUR}"},
};

static const struct field fields[] = {
	{.name = "match",
	 .type = FIELD_TEXT_LIST,
	 .max = RECIPE_MATCHES_MAX,
	 .help = "Pages it is for: hosts, hosts with paths, paths; * is any text; all when left out",
	 .example = "['shop.example/p/*']"},
	{.name = "fields",
	 .type = FIELD_OBJECTS,
	 .max = RECIPE_FIELDS_MAX,
	 .members = field_fields,
	 .n_members = ARRAY_LEN(field_fields),
	 .help = "Where each fact is; in files also as NAME: {css: ...}",
	 .example = "{title: {css: h1}, price: {css: .price, required: true}}"},
	{.name = "items",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = RECIPE_EXPRESSION_MAX,
	 .help = "Selector of one product on a page of several, in which the fields look; or \"xpath: ...\"",
	 .example = "'.product-card'"},
	{.name = "links",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = RECIPE_EXPRESSION_MAX,
	 .help = "Selector of links to the pages of products; or \"xpath: ...\", \"jq: ...\"",
	 .example = "'.product-card a'"},
	{.name = "next",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = RECIPE_EXPRESSION_MAX,
	 .help = "Selector of the link to the next page of a list; or \"xpath: ...\", \"jq: ...\"",
	 .example = "'a[rel=next]'"},
	{.name = "pages",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 10000,
	 .dflt = "100",
	 .help = "Pages of a list that are followed by next",
	 .example = "20"},
	{.name = "override",
	 .type = FIELD_BOOL,
	 .dflt = "false",
	 .help = "Its facts win over what the page says in a standard way, instead of filling the gaps",
	 .example = "true"},
	{.name = "tests",
	 .type = FIELD_OBJECTS,
	 .max = RECIPE_TESTS_MAX,
	 .members = test_fields,
	 .n_members = ARRAY_LEN(test_fields),
	 .flags = FIELD_ADVANCED,
	 .help = "Pages and what must be found there, for recipe test",
	 .example = "[{url: 'https://shop.example/p/lamp', expect: {price: 9.99 EUR}}]"},
	{.name = "description",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 500,
	 .flags = FIELD_ADVANCED,
	 .help = "A note for people",
	 .example = "Their shop is built by hand"},
};

/* ---- rules ---------------------------------------------------------------------------------- */

__attribute__((format(printf, 3, 4))) static enum err refuse(struct error *e, const char *path,
							     const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return error_field(e, ERR_INVALID, path, "%s: %s", path, text);
}

static enum err check_css(const char *path, const char *css, struct error *e)
{
	struct error why = {0};

	if (!css_check(css, &why))
		return ERR_NONE;
	refuse(e, path, "%.250s", why.text);
	error_hint(e, "%s", why.hint[0] ? why.hint : "for example css: \".price\"");
	return ERR_INVALID;
}

static enum err check_selector(const json_t *spec, const char *name, enum recipe_language *language,
			       struct error *e)
{
	const char *text = json_str(spec, name, NULL);

	*language = RECIPE_CSS;
	if (!text)
		return ERR_NONE;
	text = recipe_selector(text, language);
	if (*text)
		return *language == RECIPE_CSS ? check_css(name, text, e) : ERR_NONE;
	refuse(e, name, "says no expression");
	error_hint(e, "for example %s: 'xpath: //a[@rel=\"next\"]'", name);
	return ERR_INVALID;
}

/* What one finds it by: css, xpath, pattern or jq; jq may follow css or xpath. */
static enum err check_languages(const char *path, const json_t *field, struct error *e)
{
	const char *first = NULL, *attribute = json_str(field, "attribute", NULL);
	bool jq = json_object_get(field, "jq") != NULL;

	for (size_t i = 0; i <= RECIPE_PATTERN; i++) {
		const char *name = recipe_language_name((enum recipe_language)i);

		if (i == RECIPE_JQ || !json_object_get(field, name))
			continue;
		if (first) {
			refuse(e, path, "%s and %s are two places to look in", first, name);
			error_hint(e, "give only one of them");
			return ERR_INVALID;
		}
		first = name;
	}
	if (!first && !jq) {
		refuse(e, path, "does not say where to look");
		error_hint(e, "one of css, xpath, pattern, jq");
		return ERR_INVALID;
	}
	if (jq && first && !strcmp(first, "pattern")) {
		refuse(e, path, "jq goes with css or xpath, not with a pattern");
		error_hint(e, "leave one of them out");
		return ERR_INVALID;
	}
	if (attribute && (!first || !strcmp(first, "pattern"))) {
		refuse(e, path, "attribute goes with css or xpath, not with %s",
		       first ? first : "jq");
		error_hint(e, "leave attribute out");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static enum err check_steps(const char *path, const json_t *field, struct error *e)
{
	const json_t *steps = json_object_get(field, "transform"), *step;
	size_t i;

	json_array_foreach(steps, i, step)
	{
		const char *text = json_string_value(step);
		struct recipe_step read;
		struct error why = {0};
		char place[96];

		snprintf(place, sizeof place, "%.60s.transform[%zu]", path, i);
		if (strlen(text) > RECIPE_STEP_BYTES)
			return refuse(e, place, "longer than %d bytes", RECIPE_STEP_BYTES);
		if (recipe_step_read(text, &read, &why)) {
			refuse(e, place, "%.250s", why.text);
			error_hint(e, "%s", why.hint);
			return ERR_INVALID;
		}
		recipe_step_fini(&read);
	}
	return ERR_NONE;
}

static enum err check_name(const char *path, const char *name, struct error *e)
{
	const char *meant;

	if (recipe_field_of(name) != RECIPE_OTHER)
		return ERR_NONE;
	meant = nearest(name, recipe_field_names, RECIPE_OTHER);
	if (!meant)
		return ERR_NONE;
	refuse(e, path, "\"%.40s\" is nearly %s, and would be kept beside it", name, meant);
	error_hint(e, "did you mean %s? else choose a name of its own", meant);
	return ERR_INVALID;
}

static enum err check_field(const char *path, const json_t *spec, const json_t *field,
			    enum recipe_language items, struct error *e)
{
	const char *css = json_str(field, "css", NULL);
	bool of_json = json_object_get(field, "jq") && !css && !json_object_get(field, "xpath");
	enum err err = check_name(path, json_str(field, "name", ""), e);

	if (!err)
		err = check_languages(path, field, e);
	if (!err && css)
		err = check_css(path, css, e);
	if (!err)
		err = check_steps(path, field, e);
	if (err || !json_object_get(spec, "items") || of_json == (items == RECIPE_JQ))
		return err;
	refuse(e, path,
	       items == RECIPE_JQ
		       ? "items are of JSON, and only jq looks into them"
		       : "items are elements, and jq looks into none without css or xpath");
	error_hint(e,
		   items == RECIPE_JQ ? "jq: .price" : "css: .price, with jq: .amount if need be");
	return ERR_INVALID;
}

static enum err check_test(const char *path, const json_t *spec, const json_t *test,
			   struct error *e)
{
	static const char *const sources[] = {"url", "file", "html"};
	const char *name;
	json_t *value;
	int n = 0;

	for (size_t i = 0; i < ARRAY_LEN(sources); i++)
		n += json_object_get(test, sources[i]) != NULL;
	if (n != 1) {
		/* An address beside a page says where it is from. */
		if (n == 2 && json_object_get(test, "url"))
			n = 1;
	}
	if (n != 1) {
		refuse(e, path, n ? "file and html are two pages" : "has no page");
		error_hint(e, "one of url, file, html");
		return ERR_INVALID;
	}
	json_object_foreach(json_object_get(test, "expect"), name, value)
	{
		const json_t *list = json_object_get(spec, "fields"), *field;
		size_t i;
		bool known = !strcmp(name, "currency") || !strcmp(name, "next");

		json_array_foreach(list, i, field) known |=
			!strcmp(json_str(field, "name", ""), name);
		if (known)
			continue;
		refuse(e, path, "no field is called \"%.40s\"", name);
		error_hint(e, "expect what one of the fields says");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static enum err check_match(const json_t *spec, struct error *e)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(spec, "match"), i, entry)
	{
		const char *text = json_string_value(entry);

		if (*text && strlen(text) < URL_MAX && !strpbrk(text, " \t\n"))
			continue;
		refuse(e, "match", "\"%.60s\" is no host or path", text);
		error_hint(e, "for example shop.example, shop.example/p/*, /p/*");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static enum err check(const json_t *spec, struct error *e)
{
	static const char *const selectors[] = {"items", "links", "next"};
	enum recipe_language language, items = RECIPE_CSS;
	enum err err = check_match(spec, e);
	const json_t *one;
	char path[64];
	size_t i;

	for (i = 0; !err && i < ARRAY_LEN(selectors); i++) {
		err = check_selector(spec, selectors[i], &language, e);
		if (i == 0)
			items = language;
	}
	json_array_foreach(json_object_get(spec, "fields"), i, one)
	{
		snprintf(path, sizeof path, "fields.%.40s", json_str(one, "name", ""));
		if (!err)
			err = check_field(path, spec, one, items, e);
	}
	json_array_foreach(json_object_get(spec, "tests"), i, one)
	{
		snprintf(path, sizeof path, "tests[%zu]", i);
		if (!err)
			err = check_test(path, spec, one, e);
	}
	if (err || json_array_size(json_object_get(spec, "fields")) ||
	    json_object_get(spec, "links"))
		return err;
	refuse(e, "fields", "it reads nothing");
	error_hint(e, "for example fields: {title: {css: h1}, price: {css: .price}}");
	return ERR_INVALID;
}

static const struct column columns[] = {
	{.title = "name", .path = "name", .min_width = 14, .weight = 2, .priority = 0},
	{.title = "match", .path = "match", .min_width = 16, .weight = 2, .priority = 1},
	{.title = "override",
	 .path = "override",
	 .format = COLUMN_BOOL,
	 .min_width = 8,
	 .priority = 4},
	{.title = "items", .path = "items", .min_width = 8, .weight = 1, .priority = 3},
	{.title = "note", .path = "description", .min_width = 12, .weight = 2, .priority = 5},
};

static const char *const sorts[] = {"name", NULL};
static const char *const filters[] = {"name", NULL};
static const char *const reserved[] = {"test", "propose", NULL};
static const char *const examples[] = {
	"sellersmart recipe init https://shop.example/p/lamp > shop.yaml",
	"sellersmart recipe test shop.yaml",
	"sellersmart apply -f shop.yaml",
	"sellersmart recipe show shop -o yaml",
	NULL,
};

const struct resource_kind resource_recipe = {
	.kind = "recipe",
	.plural = "recipes",
	.prefix = "rcp",
	.title = "Recipes",
	.help = "How products are read from a site that says them in no standard way",
	.ops = OP_ALL,
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.check = check,
	.columns = columns,
	.n_columns = ARRAY_LEN(columns),
	.sorts = sorts,
	.filters = filters,
	.reserved = reserved,
	.examples = examples,
	.order = 4,
};
