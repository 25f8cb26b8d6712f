#include "daemon/checks/common/http_expect.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/checks/common/jq_left.h"
#include "daemon/checks/common/spec.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "shared/text_safe.h"

enum { JSON_EXPECT_MAX = 10, SHOWN = 80, NO_QUERY = -1 };

struct http_expect {
	struct extract_query queries[EXTRACT_QUERIES_MAX]; /* own their expressions */
	size_t n;
	/* one for each of json_expect: its query, and that of its left side */
	struct {
		size_t query;
		int left;
	} json[JSON_EXPECT_MAX];
	size_t n_json;
	int selector; /* its query */
	const char *selector_field;
	char *pattern_text;
	struct pattern *pattern;
};

/* ---- compile ------------------------------------------------------------------------------- */

static int add_query(struct http_expect *x, enum extract_kind kind, char *expression)
{
	x->queries[x->n] = (struct extract_query){.kind = kind, .expression = expression};
	return (int)x->n++;
}

static void add_selector(struct http_expect *x, const json_t *spec, const char *field,
			 enum extract_kind kind)
{
	char *expression = spec_copy(spec, field);

	if (!expression)
		return;
	x->selector = add_query(x, kind, expression);
	x->selector_field = field;
}

static enum err add_json(struct http_expect *x, const json_t *list, struct error *e)
{
	size_t i;
	const json_t *program;

	json_array_foreach((json_t *)(uintptr_t)list, i, program)
	{
		char *left;

		if (x->n_json == JSON_EXPECT_MAX || !json_is_string(program))
			return error_field(e, ERR_INVALID, "json_expect",
					   "json_expect: at most %d jq programs", JSON_EXPECT_MAX);
		left = jq_left_side(json_string_value(program));
		x->json[x->n_json].query =
			(size_t)add_query(x, EXTRACT_JQ, mem_strdup(json_string_value(program)));
		x->json[x->n_json].left = left ? add_query(x, EXTRACT_JQ, left) : NO_QUERY;
		x->n_json++;
	}
	return ERR_NONE;
}

enum err http_expect_prepare(const json_t *spec, struct http_expect **out, struct error *e)
{
	struct http_expect *x = mem_zalloc(sizeof *x);
	enum err err;

	*out = NULL;
	x->selector = NO_QUERY;
	add_selector(x, spec, "css", EXTRACT_CSS);
	if (x->selector == NO_QUERY)
		add_selector(x, spec, "xpath", EXTRACT_XPATH);
	err = add_json(x, spec_value(monitor_kind(), spec, "json_expect"), e);
	x->pattern_text = spec_copy(spec, "select_pattern");
	if (!err && x->pattern_text && !(x->pattern = pattern_compile(x->pattern_text, e)))
		err = e && e->code ? e->code : ERR_INVALID;
	if (err || !x->n) {
		http_expect_free(x);
		return err;
	}
	*out = x;
	return ERR_NONE;
}

void http_expect_free(struct http_expect *x)
{
	if (!x)
		return;
	for (size_t i = 0; i < x->n; i++)
		free((char *)(uintptr_t)x->queries[i].expression);
	pattern_free(x->pattern);
	free(x->pattern_text);
	free(x);
}

const struct pattern *http_expect_pattern(const struct http_expect *x)
{
	return x->selector == NO_QUERY ? NULL : x->pattern;
}

void http_found_fini(struct http_found *f)
{
	free(f->value);
	*f = (struct http_found){0};
}

/* ---- look ---------------------------------------------------------------------------------- */

struct extract_job *http_expect_start(const struct http_expect *x, struct extract *pool,
				      const char *body, size_t len, const char *content_type,
				      void (*done)(const struct extract_answer *a, void *arg),
				      void *arg)
{
	struct extract_request q = {.document = body,
				    .document_len = len,
				    .content_type = content_type,
				    .queries = x->queries,
				    .n_queries = x->n};

	return extract_submit(pool, &q, done, arg);
}

static const char *shown(const char *text, char out[static SHOWN])
{
	text_safe(out, SHOWN, text, strlen(text), 60, 0, NULL);
	return out;
}

/* The expression itself is wrong: where, in the worker's words. */
static void wrong_expression(struct verdict *v, const char *field, const struct error *e)
{
	char words[CHECK_MESSAGE];

	text_safe(words, sizeof words, e->text, strlen(e->text), 0, 0, NULL);
	verdict_set(v, OUTCOME_UNKNOWN, "configuration", "%s: %s", field, words);
}

static void read_selector(const struct http_expect *x, const struct extract_found *f, bool cut,
			  struct http_found *out)
{
	const char *expression = x->queries[x->selector].expression;
	char text[SHOWN];

	if (f->code == ERR_INVALID)
		wrong_expression(&out->verdict, x->selector_field, &f->error);
	else if (f->code || !f->n)
		verdict_set(&out->verdict, OUTCOME_DOWN, "selector", "nothing on the page is %s%s",
			    shown(expression, text), cut ? ", in the part that was read" : "");
	else if (x->pattern)
		out->value = mem_strdup(f->values[0]);
}

static void not_json(const struct extract_found *f, bool cut, struct verdict *v)
{
	char words[120];

	text_safe(words, sizeof words, f->error.text, strlen(f->error.text), 100, 0, NULL);
	if (cut)
		verdict_set(v, OUTCOME_UNKNOWN, "body_cut",
			    "the JSON is longer than max_body: only its beginning was read");
	else
		verdict_set(v, OUTCOME_DOWN, "json", "the body is not what json_expect asks of: %s",
			    words);
}

/* true: the program is. */
static bool read_json(const struct http_expect *x, size_t i, const struct extract_answer *a,
		      bool cut, struct verdict *v)
{
	const struct extract_found *f = &a->found[x->json[i].query];
	const struct extract_found *left =
		x->json[i].left == NO_QUERY ? NULL : &a->found[x->json[i].left];
	char program[SHOWN], part[SHOWN], value[SHOWN];

	shown(x->queries[x->json[i].query].expression, program);
	if (f->code == ERR_INVALID) {
		wrong_expression(v, "json_expect", &f->error);
	} else if (f->code) {
		not_json(f, cut, v);
	} else if (!f->n) {
		verdict_set(v, OUTCOME_DOWN, "json", "%s gives nothing", program);
	} else if (!strcmp(f->values[0], "false") || !strcmp(f->values[0], "null")) {
		if (left && !left->code && left->n)
			verdict_set(v, OUTCOME_DOWN, "json", "%.60s is %.60s, expected %s",
				    shown(x->queries[x->json[i].left].expression, part),
				    shown(left->values[0], value), program);
		else
			verdict_set(v, OUTCOME_DOWN, "json", "%s is %s", program, f->values[0]);
	} else {
		return true;
	}
	return false;
}

static void no_answer(const struct extract_answer *a, struct verdict *v)
{
	if (a->code == ERR_CANCELLED)
		verdict_set(v, OUTCOME_UNKNOWN, "cancelled", "cancelled");
	else if (a->code == ERR_TIMEOUT)
		verdict_set(v, OUTCOME_UNKNOWN, "extract",
			    "the body takes too long to look through: stopped");
	else if (a->code == ERR_TOO_LARGE)
		verdict_set(v, OUTCOME_UNKNOWN, "extract",
			    "the body takes too much memory to look through: stopped");
	else
		verdict_set(v, OUTCOME_UNKNOWN, "extract",
			    "the body was not looked through: %.140s", a->error.text);
}

void http_expect_read(const struct http_expect *x, const struct extract_answer *a, bool cut,
		      struct http_found *out)
{
	*out = (struct http_found){0};
	if (a->code) {
		no_answer(a, &out->verdict);
		return;
	}
	for (size_t i = 0; i < x->n_json; i++) {
		if (!read_json(x, i, a, cut, &out->verdict))
			return;
	}
	if (x->selector != NO_QUERY)
		read_selector(x, &a->found[x->selector], cut, out);
}

bool http_expect_judge(const struct http_expect *x, const struct http_found *f,
		       enum pattern_result match, struct verdict *v)
{
	char text[SHOWN], value[SHOWN], pattern[SHOWN];

	if (!f->value || match == PATTERN_MATCHED)
		return false;
	shown(x->pattern_text, pattern);
	if (match == PATTERN_LIMIT)
		verdict_set(v, OUTCOME_UNKNOWN, "pattern_limit", "pattern %s takes too much work",
			    pattern);
	else
		verdict_set(v, OUTCOME_DOWN, "selector", "%.60s is \"%.60s\", expected %.60s",
			    shown(x->queries[x->selector].expression, text), shown(f->value, value),
			    pattern);
	return true;
}
