#include "daemon/extract/recipe.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/extract/extract.h"
#include "daemon/extract/program.h"
#include "daemon/extract/recipe_internal.h"
#include "shared/css.h"
#include "shared/json.h"
#include "shared/mem.h"

/* ---- compiling ----------------------------------------------------------------------------- */

static struct path *css_path(const char *css, enum css_dialect dialect, struct error *e)
{
	struct buf xpath = BUF_INIT(CSS_XPATH_MAX);
	struct path *p = NULL;

	if (!css_to_xpath(css, dialect, &xpath, e))
		p = path_compile(buf_str(&xpath), e);
	buf_fini(&xpath);
	return p;
}

static bool look_compile(struct look *k, struct error *e)
{
	switch (k->language) {
	case RECIPE_CSS:
		k->simple = css_simple_new(k->expression);
		k->paths[0] = css_path(k->expression, CSS_HTML, e);
		k->paths[1] = k->paths[0] ? css_path(k->expression, CSS_XML, e) : NULL;
		return k->paths[1];
	case RECIPE_XPATH:
		k->paths[0] = path_compile(k->expression, e);
		k->for_each = k->expression[strspn(k->expression, "( ")] != '/';
		return k->paths[0];
	case RECIPE_JQ: k->program = program_compile(k->expression, e); return k->program;
	case RECIPE_PATTERN: k->pattern = pattern_compile(k->expression, e); return k->pattern;
	}
	return false;
}

static void look_fini(struct look *k)
{
	free(k->expression);
	free(k->attribute);
	css_simple_free(k->simple);
	path_free(k->paths[0]);
	path_free(k->paths[1]);
	program_free(k->program);
	pattern_free(k->pattern);
}

static bool look_read(struct look *k, const json_t *spec, const char *name, struct error *e)
{
	const char *text = json_str(spec, name, NULL);

	if (!text)
		return true;
	k->used = true;
	k->expression = mem_strdup(recipe_selector(text, &k->language));
	if (strcmp(name, "items") != 0)
		k->attribute = mem_strdup("href");
	if (look_compile(k, e))
		return true;
	error_prefix(e, "%s: ", name);
	return false;
}

static bool rule_steps(struct recipe_rule *rule, const json_t *steps, struct error *e)
{
	const json_t *step;
	size_t i;

	json_array_foreach(steps, i, step)
	{
		const char *text = json_string_value(step);

		if (!text || rule->n_steps == RECIPE_STEPS_MAX)
			return !error_set(e, ERR_INVALID, "a step is no text, or there are many");
		if (recipe_step_read(text, &rule->steps[rule->n_steps], e))
			return false;
		rule->step_text[rule->n_steps++] = mem_strdup(text);
	}
	return true;
}

static bool rule_read(struct recipe_rule *rule, const json_t *field, struct error *e)
{
	static const enum recipe_language order[] = {RECIPE_CSS, RECIPE_XPATH, RECIPE_PATTERN,
						     RECIPE_JQ};
	const char *attribute = json_str(field, "attribute", NULL), *jq;
	struct look *k = &rule->look;

	rule->name = mem_strdup(json_str(field, "name", ""));
	rule->field = recipe_field_of(rule->name);
	rule->required = json_bool(field, "required", false);
	for (size_t i = 0; i < ARRAY_LEN(order) && !k->expression; i++) {
		const char *text = json_str(field, recipe_language_name(order[i]), NULL);

		k->language = order[i];
		k->expression = text ? mem_strdup(text) : NULL;
	}
	if (!k->expression)
		return !error_set(e, ERR_INVALID, "does not say where to look");
	k->used = true;
	jq = json_str(field, "jq", NULL);
	if (jq && k->language != RECIPE_JQ) {
		k->program = program_compile(jq, e);
		if (!k->program)
			return false;
	}
	/* An XPath that asks for an attribute finds no element. */
	if (!attribute && !k->program)
		attribute = recipe_attribute_of(rule->field);
	k->attribute = attribute ? mem_strdup(attribute) : NULL;
	return look_compile(k, e) && rule_steps(rule, json_object_get(field, "transform"), e);
}

static bool simple(const struct look *k)
{
	return !k->used ||
	       (k->language == RECIPE_CSS ? k->simple != NULL : k->language != RECIPE_XPATH);
}

/* Each field has a name, and its own: answers have a member for each. */
static bool is_named(const struct recipe *r, const char *name)
{
	for (size_t i = 0; i < r->n_rules; i++) {
		if (!strcmp(r->rules[i].name, name))
			return false;
	}
	return *name != '\0';
}

static bool rules_read(struct recipe *r, struct error *e)
{
	const json_t *fields = json_object_get(r->spec, "fields"), *field;
	size_t i;

	json_array_foreach(fields, i, field)
	{
		struct recipe_rule *rule = &r->rules[r->n_rules];

		if (r->n_rules == RECIPE_FIELDS_MAX)
			return !error_set(e, ERR_INVALID, "more than %d fields", RECIPE_FIELDS_MAX);
		if (!is_named(r, json_str(field, "name", "")))
			return !error_set(e, ERR_INVALID,
					  "a field without a name, or one of the same name again");
		r->n_rules++;
		if (!rule_read(rule, field, e)) {
			error_prefix(e, "%.60s: ", rule->name);
			return false;
		}
		r->in_one_pass = r->in_one_pass && simple(&rule->look);
		r->wants_text |= rule->look.language == RECIPE_PATTERN && r->items.used;
	}
	return true;
}

struct recipe *recipe_new(const char *text, struct error *e)
{
	struct recipe *r = mem_zalloc(sizeof *r);

	r->spec = json_read(text, strlen(text), EXTRACT_RECIPE_MAX, e);
	if (r->spec && json_is_object(r->spec)) {
		r->override = json_bool(r->spec, "override", false);
		if (look_read(&r->items, r->spec, "items", e) &&
		    look_read(&r->links, r->spec, "links", e) &&
		    look_read(&r->next, r->spec, "next", e)) {
			r->in_one_pass = simple(&r->items) && simple(&r->links) && simple(&r->next);
			if (rules_read(r, e))
				return r;
		}
	} else if (r->spec) {
		error_set(e, ERR_INVALID, "the recipe is no object");
	}
	recipe_free(r);
	return NULL;
}

void recipe_free(struct recipe *r)
{
	if (!r)
		return;
	json_decref(r->spec);
	look_fini(&r->items);
	look_fini(&r->links);
	look_fini(&r->next);
	for (size_t i = 0; i < r->n_rules; i++) {
		struct recipe_rule *rule = &r->rules[i];

		free(rule->name);
		look_fini(&rule->look);
		for (size_t k = 0; k < rule->n_steps; k++) {
			recipe_step_fini(&rule->steps[k]);
			free(rule->step_text[k]);
		}
	}
	free(r);
}

bool recipe_overrides(const struct recipe *r)
{
	return r->override;
}

/* ---- what was found ------------------------------------------------------------------------- */

void finds_init(struct finds *x, const struct recipe *r, size_t n_items)
{
	size_t n = n_items * r->n_rules;

	*x = (struct finds){.n_items = n_items};
	x->values = mem_zalloc((n ? n : 1) * sizeof *x->values);
	x->counts = mem_zalloc((n ? n : 1) * sizeof *x->counts);
}

void finds_fini(struct finds *x, const struct recipe *r)
{
	for (size_t i = 0; i < x->n_items * r->n_rules; i++)
		free(x->values[i]);
	for (size_t i = 0; i < x->n_links; i++)
		free(x->links[i]);
	free(x->values);
	free(x->counts);
	free(x->links);
	free(x->next);
}

static bool is_blank(const char *text)
{
	return !text[strspn(text, " \t\r\n\f")];
}

void finds_add(struct finds *x, const struct recipe *r, size_t item, size_t rule, const char *text)
{
	const struct look *k = &r->rules[rule].look;
	size_t at = item * r->n_rules + rule;
	struct error e = {0};

	x->counts[at]++;
	if (x->values[at] || is_blank(text))
		return;
	if (k->program && k->language != RECIPE_JQ) {
		x->values[at] = recipe_program_value(k->program, text, strlen(text), &e);
		if (e.code)
			finds_fail(x, r->rules[rule].name, &e);
	} else {
		x->values[at] = mem_strndup(text, RECIPE_VALUE_BYTES);
	}
}

void finds_add_link(struct finds *x, const char *text)
{
	if (x->n_links == RECIPE_LINKS_MAX || is_blank(text))
		return;
	if (!(x->n_links & (x->n_links - 1)))
		x->links = mem_array(x->links, x->n_links ? 2 * x->n_links : 1, sizeof *x->links);
	x->links[x->n_links++] = mem_strndup(text, FACTS_URL_MAX);
}

void finds_add_next(struct finds *x, const char *text)
{
	if (!x->next && !is_blank(text))
		x->next = mem_strndup(text, FACTS_URL_MAX);
}

void finds_fail(struct finds *x, const char *of, const struct error *e)
{
	if (x->fault.code)
		return;
	x->fault = *e;
	snprintf(x->fault_of, sizeof x->fault_of, "%s", of);
}

char *recipe_match(const struct pattern *p, const char *text, size_t len)
{
	struct pattern_search search;
	size_t begin, end;

	pattern_search_init(&search, p, text, len);
	if (pattern_search_next(&search, &begin, &end) != PATTERN_MATCHED)
		return NULL;
	if (end - begin > RECIPE_VALUE_BYTES)
		end = begin + RECIPE_VALUE_BYTES;
	return mem_strndup(text + begin, end - begin);
}

void recipe_match_page(struct recipe *r, const struct recipe_page *page, struct finds *x)
{
	for (size_t i = 0; i < r->n_rules; i++) {
		const struct look *k = &r->rules[i].look;
		char *text;

		if (k->language != RECIPE_PATTERN || r->items.used)
			continue;
		text = recipe_match(k->pattern, page->text, page->text_len);
		if (text)
			finds_add(x, r, 0, i, text);
		free(text);
	}
}

/* ---- a page --------------------------------------------------------------------------------- */

static bool find(struct recipe *r, const struct recipe_page *page, struct finds *x)
{
	const char *begin = page->text + strspn(page->text, " \t\r\n");

	if (*begin == '{' || *begin == '[')
		return recipe_find_in_json(r, page, x);
	return (r->in_one_pass && recipe_find_streaming(r, page, x)) ||
	       recipe_find_in_tree(r, page, x);
}

void recipe_read(struct recipe *r, const struct recipe_page *page, struct facts *f)
{
	struct finds x;

	free(f->recipe);
	f->recipe = NULL;
	if (!recipe_matches(r->spec, page->url)) {
		f->recipe = mem_strdup("{\"applies\":false}");
		return;
	}
	if (!find(r, page, &x))
		finds_init(&x, r, r->items.used ? 0 : 1);
	recipe_match_page(r, page, &x);
	recipe_facts(r, page, &x, f);
	finds_fini(&x, r);
}
