/* Recipes tried on pages: POST /v1/recipes/test (a spec, or REF/test) reads pages by it and
 * compares them with what is expected; POST /v1/recipes/propose makes a first one for a page. Pages
 * come with the request or are fetched as a scrape would; workers take them apart. One page after
 * the other: they are of one shop. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/fetched.h"
#include "daemon/api/internal.h"
#include "daemon/extract/extract.h"
#include "shared/mem.h"
#include "shared/recipe.h"
#include "shared/recipe_expect.h"
#include "shared/schema/schema.h"

extern const struct resource_kind resource_recipe;

enum { WORK_MS = 5000, BODY_MAX = EXTRACT_DOCUMENT_MAX };

/* A request that is being answered. On the net loop once it is put off. */
struct trial {
	struct daemon *d;
	struct request *r;
	struct extract_query query;
	struct extract_request request;
	char *url, *type, *document; /* of the page that is read now */
	size_t document_len;
	void (*done)(struct trial *t, const json_t *answer, const struct error *e);
	/* of a test */
	json_t *tests; /* what is to be tried */
	json_t *results;
	size_t at, failed;
	/* a recipe: what is tried, or was proposed */
	json_t *spec, *notes;
	char *text;
};

static void trial_free(struct trial *t)
{
	json_decref(t->tests);
	json_decref(t->results);
	json_decref(t->spec);
	json_decref(t->notes);
	free(t->text);
	free(t->url);
	free(t->type);
	free(t->document);
	free(t);
}

static void trial_fail(struct trial *t, const struct error *e)
{
	struct request *r = t->r;

	trial_free(t);
	request_finish_error(r, e);
}

static void trial_answer(struct trial *t, json_t *data)
{
	struct request *r = t->r;
	struct json_writer w;

	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	jw_value(&w, data);
	jw_object_end(&w);
	json_decref(data);
	trial_free(t);
	request_finish(r, 200);
}

/* ---- one page ------------------------------------------------------------------------------- */

static void on_extracted(const struct extract_answer *a, void *arg)
{
	struct trial *t = arg;
	const struct extract_found *found = a->n ? &a->found[0] : NULL;
	struct error e = {0};
	json_t *answer = NULL;

	if (a->code)
		e = a->error;
	else if (found && found->code)
		e = found->error;
	else if (found && found->n == 1)
		answer = json_read(found->values[0], strlen(found->values[0]), EXTRACT_ANSWER_BYTES,
				   &e);
	if (!answer && !e.code)
		error_set(&e, ERR_INTERNAL, "the extraction worker answered nothing");
	t->done(t, answer, &e);
	json_decref(answer);
}

static void page_ask(struct trial *t, enum extract_kind kind)
{
	t->query = (struct extract_query){
		.kind = kind, .expression = t->url ? t->url : "", .recipe = t->text};
	t->request = (struct extract_request){.document = t->document,
					      .document_len = t->document_len,
					      .content_type = t->type,
					      .queries = &t->query,
					      .n_queries = 1,
					      .timeout_ms = WORK_MS};
	extract_submit(t->d->extract, &t->request, on_extracted, t);
}

static void page_set(struct trial *t, const char *document, size_t len, const char *url,
		     const char *type)
{
	free(t->document);
	free(t->url);
	free(t->type);
	t->document = mem_alloc(len + 1);
	memcpy(t->document, document, len);
	t->document[len] = '\0';
	t->document_len = len;
	t->url = url ? mem_strdup(url) : NULL;
	t->type = type && *type ? mem_strdup(type) : NULL;
}

/* ---- a test --------------------------------------------------------------------------------- */

static void test_next(struct trial *t);

static const json_t *field_of(const json_t *fields, const char *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach(fields, i, one)
	{
		if (!strcmp(json_str(one, "name", ""), name))
			return one;
	}
	return NULL;
}

/* A value of what has no field of its own: the currency comes with the price. */
static const char *value_of(const json_t *answer, const json_t *field, const char *name)
{
	const json_t *product = json_array_get(json_object_get(answer, "products"), 0);
	const json_t *offer = json_array_get(json_object_get(product, "offers"), 0);

	if (!strcmp(name, "next"))
		return json_str(answer, "next_page", NULL);
	if (!field && !strcmp(name, "currency"))
		return json_str(offer, "currency", NULL);
	return json_str(field, "value", NULL);
}

/* @return true: as expected */
static bool judge_fields(const json_t *answer, const json_t *expect, json_t *out)
{
	const json_t *fields = json_path(answer, "recipe.fields"), *one;
	const char *name;
	json_t *wanted;
	bool fine = true;
	size_t i;

	json_array_foreach(fields, i, one) json_array_append_new(out, json_copy((json_t *)one));
	json_object_foreach((json_t *)expect, name, wanted)
	{
		json_t *field = (json_t *)field_of(out, name);
		const char *value = value_of(answer, field, name);
		bool same = json_is_string(wanted) &&
			    recipe_says(name, value, json_string_value(wanted));

		if (!field) {
			field = json_pack("{s:s, s:s?}", "name", name, "value", value);
			json_array_append_new(out, field);
		}
		json_object_set(field, "expected", wanted);
		json_object_set_new(field, "passed", json_boolean(same));
		fine = fine && same;
	}
	return fine;
}

static void test_add(struct trial *t, json_t *result, bool passed)
{
	const json_t *test = json_array_get(t->tests, t->at);
	const char *page = json_str(test, "file", NULL);

	if (!page)
		page = t->url ? t->url : json_str(test, "url", "its own page");
	json_object_set_new(result, "page", json_string(page));
	json_object_set_new(result, "passed", json_boolean(passed));
	json_array_append_new(t->results, result);
	t->failed += !passed;
	t->at++;
	test_next(t);
}

static void test_fail(struct trial *t, const struct error *e)
{
	json_t *result = json_object();

	json_object_set_new(result, "error", json_string(e->text));
	if (e->hint[0])
		json_object_set_new(result, "hint", json_string(e->hint));
	test_add(t, result, false);
}

static void test_judge(struct trial *t, const json_t *answer, const struct error *e)
{
	const json_t *test = json_array_get(t->tests, t->at), *recipe, *wanted;
	json_t *result, *fields;
	int64_t products;
	bool fine;

	if (!answer) {
		test_fail(t, e);
		return;
	}
	recipe = json_object_get(answer, "recipe");
	products = (int64_t)json_array_size(json_object_get(answer, "products"));
	fields = json_array();
	fine = judge_fields(answer, json_object_get(test, "expect"), fields);
	wanted = json_object_get(test, "items");
	result = json_object();
	json_object_set_new(result, "applies", json_boolean(json_bool(recipe, "applies", false)));
	json_object_set_new(result, "products", json_integer(products));
	if (wanted) {
		json_object_set(result, "expected_products", (json_t *)wanted);
		fine = fine && json_integer_value(wanted) == products;
	}
	json_object_set_new(result, "fields", fields);
	json_object_set(result, "links", json_object_get(answer, "links"));
	json_object_set(result, "next_page", json_object_get(answer, "next_page"));
	json_object_set(result, "missing", json_object_get(recipe, "missing"));
	json_object_set(result, "warnings", json_object_get(answer, "warnings"));
	fine = fine && json_bool(recipe, "applies", false) &&
	       !json_array_size(json_object_get(recipe, "missing")) &&
	       (products || json_array_size(json_object_get(answer, "links")));
	test_add(t, result, fine);
}

static void on_test_page(const struct fetch_result *r, void *arg)
{
	struct trial *t = arg;
	struct error e = {0};

	if (fetched_check(r, &e)) {
		test_fail(t, &e);
		return;
	}
	page_set(t, r->body, r->len, r->url, r->type);
	page_ask(t, EXTRACT_RECIPE);
}

static void test_next(struct trial *t)
{
	const json_t *test = json_array_get(t->tests, t->at);
	const char *html = json_str(test, "html", NULL), *url = json_str(test, "url", NULL);
	struct error e = {0};

	if (!test) {
		json_t *data = json_object();

		json_object_set_new(data, "passed", json_boolean(!t->failed));
		json_object_set_new(data, "failed", json_integer((json_int_t)t->failed));
		json_object_set(data, "tests", t->results);
		trial_answer(t, data);
		return;
	}
	page_set(t, "", 0, NULL, NULL);
	if (html) {
		page_set(t, html, strlen(html), url, "text/html; charset=utf-8");
		page_ask(t, EXTRACT_RECIPE);
	} else if (!url) {
		error_set(&e, ERR_INVALID, "the page is in a file, which only the command reads");
		error_hint(&e, "sellersmart recipe test FILE");
		test_fail(t, &e);
	} else if (fetched_start(t->d, url, EXTRACT_DOCUMENT_MAX, on_test_page, t, &e)) {
		test_fail(t, &e);
	}
}

static void test_start(void *arg)
{
	struct trial *t = arg;

	t->done = test_judge;
	t->results = json_array();
	t->text = recipe_text(t->spec);
	test_next(t);
}

/* The spec of a body, loose as a file has it or as the API answered it. */
static json_t *spec_read(const json_t *given, struct error *e)
{
	struct resource_input in = {0};
	struct error_list faults = {0};
	json_t *whole = json_is_object(given) ? json_copy((json_t *)given) : NULL, *spec = NULL;

	if (!whole) {
		error_field(e, ERR_INVALID, "spec", "spec: the recipe to be tried is missing");
		return NULL;
	}
	if (!json_object_get(whole, "name"))
		json_object_set_new(whole, "name", json_string("trial"));
	if (resource_validate(&resource_recipe, whole, 0, NULL, &in, &faults))
		spec = json_incref(in.spec);
	else
		*e = faults.items[0];
	resource_input_fini(&in);
	json_decref(whole);
	return spec;
}

/* The tests of a file, or one page to look at. */
static json_t *tests_of(const json_t *spec, const json_t *body)
{
	const json_t *url = json_object_get(body, "url");

	if (json_is_array(json_object_get(body, "tests")))
		return json_deep_copy(json_object_get(body, "tests"));
	if (json_is_string(url))
		return json_pack("[{s:O}]", "url", url);
	return json_deep_copy(json_object_get(spec, "tests"));
}

static struct answered test_handle(struct request *r, void *ctx)
{
	struct daemon *d = ((struct api_state *)ctx)->d;
	const char *ref = request_param(r, "ref"), *problem = NULL;
	struct error e = {0};
	size_t len;
	json_t *none = json_object(), *body = none, *spec = NULL, *tests = NULL;
	struct trial *t;

	if ((request_body(r, &len) && len) && !(body = request_json(r, &e)))
		problem = "body";
	if (!problem && ref) {
		const struct resource *resource = resource_get(d->store, &resource_recipe, ref);

		if (!resource) {
			json_decref(none);
			return answer_not_found(r, &resource_recipe, ref);
		}
		spec = resource_spec(resource);
		resource_unref(resource);
	} else if (!problem) {
		spec = spec_read(json_object_get(body, "spec"), &e);
	}
	if (spec && !json_array_size(tests = tests_of(spec, body))) {
		error_field(&e, ERR_INVALID, "tests", "the recipe has no tests");
		error_hint(&e,
			   "give a page: --url https://...; or write tests: [{url: ..., expect: "
			   "{price: 9.99 EUR}}]");
	}
	if (json_array_size(tests) > RECIPE_TESTS_MAX)
		error_field(&e, ERR_TOO_LARGE, "tests", "more than %d tests", RECIPE_TESTS_MAX);
	json_decref(none);
	if (e.code) {
		json_decref(spec);
		json_decref(tests);
		return reply_error(r, &e);
	}
	t = mem_zalloc(sizeof *t);
	t->d = d;
	t->r = r;
	t->spec = spec;
	t->tests = tests;
	loop_post(d->net, test_start, t);
	return reply_later(r);
}

/* ---- a proposal ----------------------------------------------------------------------------- */

/* What the page says now is what a test expects. */
static json_t *expectations(const json_t *answer)
{
	json_t *expect = json_object();
	const json_t *one;
	size_t i;

	json_array_foreach(json_path(answer, "recipe.fields"), i, one)
	{
		const char *value = json_str(one, "value", NULL);

		if (value)
			json_object_set_new(expect, json_str(one, "name", ""), json_string(value));
	}
	return expect;
}

/* A field of which nothing would be kept is none. */
static void drop_silent(json_t *spec, const json_t *answer, json_t *notes)
{
	const json_t *fields = json_path(answer, "recipe.fields");
	json_t *own = json_object_get(spec, "fields");

	for (size_t i = json_array_size(own); i-- > 0;) {
		const char *name = json_str(json_array_get(own, i), "name", "");

		if (json_str(field_of(fields, name), "value", NULL))
			continue;
		json_array_append_new(notes,
				      json_sprintf("%s: what was found there says nothing", name));
		json_array_remove(own, i);
	}
}

static void propose_done(struct trial *t, const json_t *answer, const struct error *e)
{
	size_t products = json_array_size(json_object_get(answer, "products"));
	json_t *test = json_object(), *data, *expect;
	char name[NAME_MAX_BYTES + 1] = "";

	if (!answer) {
		json_decref(test);
		trial_fail(t, e);
		return;
	}
	drop_silent(t->spec, answer, t->notes);
	expect = expectations(answer);
	if (t->url && *t->url)
		json_object_set_new(test, "url", json_string(t->url));
	if (json_object_get(t->spec, "items"))
		json_object_set_new(test, "items", json_integer((json_int_t)products));
	json_object_set_new(test, "expect", expect);
	if (t->url && *t->url)
		json_object_set_new(t->spec, "tests", json_pack("[O]", test));
	name_slug(json_string_value(json_array_get(json_object_get(t->spec, "match"), 0))
			  ? json_string_value(json_array_get(json_object_get(t->spec, "match"), 0))
			  : "shop",
		  name, sizeof name);
	data = json_object();
	json_object_set_new(data, "name",
			    json_string(name_valid(&resource_recipe, name, NULL) ? name : "shop"));
	json_object_set(data, "spec", t->spec);
	json_object_set_new(data, "test", test);
	json_object_set(data, "notes", t->notes);
	json_object_set_new(data, "products", json_integer((json_int_t)products));
	json_object_set(data, "fields", json_path(answer, "recipe.fields"));
	trial_answer(t, data);
}

static void propose_tried(struct trial *t, const json_t *answer, const struct error *e)
{
	if (!answer) {
		trial_fail(t, e);
		return;
	}
	t->spec = json_deep_copy(json_object_get(answer, "recipe"));
	t->notes = json_deep_copy(json_object_get(answer, "notes"));
	t->text = recipe_text(t->spec);
	t->done = propose_done;
	page_ask(t, EXTRACT_RECIPE);
}

static void on_propose_page(const struct fetch_result *r, void *arg)
{
	struct trial *t = arg;
	struct error e = {0};

	if (fetched_check(r, &e)) {
		trial_fail(t, &e);
		return;
	}
	page_set(t, r->body, r->len, r->url, r->type);
	page_ask(t, EXTRACT_PROPOSE);
}

static void propose_start(void *arg)
{
	struct trial *t = arg;
	struct error e = {0};
	const char *body;
	size_t len;

	t->done = propose_tried;
	body = request_body(t->r, &len);
	if (body && len) {
		page_set(t, body, len, request_query(t->r, "url", ""),
			 request_query(t->r, "content_type", NULL));
		page_ask(t, EXTRACT_PROPOSE);
	} else if (fetched_start(t->d, request_query(t->r, "url", ""), EXTRACT_DOCUMENT_MAX,
				 on_propose_page, t, &e)) {
		trial_fail(t, &e);
	}
}

static struct answered propose_handle(struct request *r, void *ctx)
{
	struct error e = {0};
	struct trial *t;
	const char *body;
	size_t len;

	body = request_body(r, &len);
	if ((!body || !len) && !*request_query(r, "url", "")) {
		error_field(&e, ERR_INVALID, "url", "there is no page to look at");
		error_hint(&e, "the body of the request is the page's bytes; or give url=");
		return reply_error(r, &e);
	}
	t = mem_zalloc(sizeof *t);
	t->d = ((struct api_state *)ctx)->d;
	t->r = r;
	loop_post(t->d->net, propose_start, t);
	return reply_later(r);
}

struct route_set recipes_routes(void)
{
	static const struct route routes[] = {
		{"POST", "/v1/recipes/propose", ROUTE_INLINE, ACCESS_WRITE, propose_handle,
		 BODY_MAX},
		{"POST", "/v1/recipes/test", ROUTE_WORKER, ACCESS_WRITE, test_handle, BODY_MAX},
		{"POST", "/v1/recipes/:ref/test", ROUTE_WORKER, ACCESS_WRITE, test_handle, 0},
	};

	return (struct route_set){routes, ARRAY_LEN(routes)};
}
