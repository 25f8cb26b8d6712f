#include "daemon/checks/common/steps_look.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/template.h"
#include "shared/text_safe.h"

_Static_assert(STEP_SAVE_MAX + STEP_EXPECT_MAX <= EXTRACT_QUERIES_MAX, "one request a step");

enum { WHERE_TEXT = 96, SHOWN_TEXT = 64 };

static const char *const kind_names[] = {
	[EXTRACT_CSS] = "css",
	[EXTRACT_XPATH] = "xpath",
	[EXTRACT_JQ] = "jq",
	[EXTRACT_PATTERN] = "pattern",
};

size_t step_queries(const struct step *s, struct extract_query out[static EXTRACT_QUERIES_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_sources && n < EXTRACT_QUERIES_MAX; i++) {
		const struct step_source *x = &s->sources[i];

		if (x->in == IN_BODY)
			out[n++] = (struct extract_query){.kind = x->kind,
							  .expression = x->expression,
							  .attribute = x->attribute};
	}
	return n;
}

/* "css input[name=csrf], its value". */
static const char *where(const struct step_source *x, char out[static WHERE_TEXT])
{
	char safe[WHERE_TEXT - 30];
	struct buf text = BUF_INIT(WHERE_TEXT);

	text_safe(safe, sizeof safe, x->expression, strlen(x->expression), 50, 0, NULL);
	buf_printf(&text, "%s %s",
		   x->in == IN_HEADER   ? "header"
		   : x->in == IN_COOKIE ? "cookie"
					: kind_names[x->kind],
		   safe);
	if (x->attribute)
		buf_printf(&text, " (%.20s)", x->attribute);
	memcpy(out, buf_str(&text), text.len + 1);
	buf_fini(&text);
	return out;
}

/* ---- one value ------------------------------------------------------------------------------ */

/* jq's output is JSON: of a string only what it says; null is nothing. */
static char *text_of_jq(const char *json)
{
	json_t *v = json_loads(json, JSON_DECODE_ANY, NULL);
	char *text = json_is_string(v) ? mem_strdup(json_string_value(v))
		     : json_is_null(v) ? NULL
				       : mem_strdup(json);

	json_decref(v);
	return text;
}

static char *trimmed(const char *text)
{
	size_t n;

	text += strspn(text, " \t\r\n");
	n = strlen(text);
	while (n && strchr(" \t\r\n", text[n - 1]))
		n--;
	return mem_strndup(text, n);
}

/* The value, NULL when it is not there. */
static char *value_of(const struct step_source *x, const struct http_walk *w,
		      const struct extract_found *found)
{
	const char *cookie;

	switch (x->in) {
	case IN_HEADER: return w->expected[x->header] ? trimmed(w->expected[x->header]) : NULL;
	case IN_COOKIE:
		cookie = http_cookies_value(&w->cookies, &w->url, x->expression);
		return cookie ? mem_strdup(cookie) : NULL;
	case IN_BODY:
		if (!found->n)
			return NULL;
		return x->kind == EXTRACT_JQ ? text_of_jq(found->values[0])
					     : trimmed(found->values[0]);
	}
	return NULL;
}

/* The expression is wrong, or the body is not what it is for. */
static bool fault_of(const struct step_source *x, const struct extract_found *f, struct verdict *v)
{
	char place[WHERE_TEXT], words[SHOWN_TEXT + 32];

	if (x->in != IN_BODY || f->code == ERR_NONE)
		return false;
	text_safe(words, sizeof words, f->error.text, strlen(f->error.text), 0, 0, NULL);
	if (f->code == ERR_MALFORMED)
		verdict_set(v, OUTCOME_DOWN, "malformed", "%s: %s", where(x, place), words);
	else
		verdict_set(v, OUTCOME_UNKNOWN, "selector", "%s: %s", where(x, place), words);
	return true;
}

/* ---- expectations --------------------------------------------------------------------------- */

static const char *shown(const char *text, char out[static SHOWN_TEXT])
{
	text_safe(out, SHOWN_TEXT, text, strlen(text), 40, 0, NULL);
	return out;
}

static bool expand(const char *text, struct step_values *values, struct buf *out)
{
	return !template_expand(text, TEMPLATE_RAW, step_values_find, values, out, NULL);
}

static bool holds(const struct step_source *x, const char *value, struct step_values *values,
		  struct verdict *v)
{
	char place[WHERE_TEXT], is[SHOWN_TEXT];
	struct buf text = BUF_INIT(8192);
	bool fine = true;

	where(x, place);
	if (x->absent && value) {
		verdict_set(v, OUTCOME_DOWN, "expect", "%s is there: \"%s\"", place,
			    shown(value, is));
		fine = false;
	} else if (!x->absent && !value) {
		verdict_set(v, OUTCOME_DOWN, "expect", "%s: nothing found", place);
		fine = false;
	}
	/* A value from a secret is not repeated: the text as it was written is. */
	if (fine && value && x->equals &&
	    (!expand(x->equals, values, &text) || strcmp(value, buf_str(&text)))) {
		char wanted[SHOWN_TEXT];

		verdict_set(v, OUTCOME_DOWN, "expect", "%s is \"%s\", expected \"%s\"", place,
			    shown(value, is), shown(x->equals, wanted));
		fine = false;
	}
	buf_reset(&text);
	if (fine && value && x->contains &&
	    (!expand(x->contains, values, &text) || !strstr(value, buf_str(&text)))) {
		char wanted[SHOWN_TEXT];

		verdict_set(v, OUTCOME_DOWN, "expect", "%s is \"%s\", which lacks \"%s\"", place,
			    shown(value, is), shown(x->contains, wanted));
		fine = false;
	}
	buf_fini(&text);
	return fine;
}

/* ---- values to save ------------------------------------------------------------------------- */

static bool save(const struct step_source *x, const char *value, struct step_values *values,
		 struct verdict *v)
{
	bool secret = x->in == IN_COOKIE ||
		      (x->in == IN_HEADER && !strcasecmp(x->expression, "Set-Cookie"));
	char place[WHERE_TEXT], cause[CHECK_CAUSE];

	if (value && *value) {
		step_values_set(values, x->name, value, secret);
		return true;
	}
	snprintf(cause, sizeof cause, "not_found:%s", x->name);
	if (value && !x->attribute && x->in == IN_BODY && x->kind <= EXTRACT_XPATH)
		verdict_set(v, OUTCOME_DOWN, cause,
			    "%s is empty by %s; what an input holds is its attribute: value",
			    x->name, where(x, place));
	else
		verdict_set(v, OUTCOME_DOWN, cause, "%s was %s by %s", x->name,
			    value ? "empty" : "not found", where(x, place));
	return false;
}

/* ---- all of them ---------------------------------------------------------------------------- */

static bool fault_of_answer(const struct extract_answer *a, struct verdict *v)
{
	switch (a->code) {
	case ERR_NONE: return false;
	case ERR_TIMEOUT:
		verdict_set(v, OUTCOME_UNKNOWN, "extract_timeout",
			    "looking for values took too long on this page and was ended");
		return true;
	case ERR_TOO_LARGE:
		verdict_set(v, OUTCOME_UNKNOWN, "extract_memory",
			    "looking for values took too much memory on this page and was ended");
		return true;
	case ERR_CANCELLED: verdict_set(v, OUTCOME_UNKNOWN, "cancelled", "cancelled"); return true;
	case ERR_BUSY:
		verdict_set(v, OUTCOME_UNKNOWN, "extract_busy",
			    "no worker was free to look for values");
		return true;
	default:
		verdict_set(v, OUTCOME_UNKNOWN, "local", "no worker to look for values: %.100s",
			    a->error.text);
		return true;
	}
}

bool step_look(const struct step *s, const struct http_walk *w, const struct extract_answer *answer,
	       struct step_values *values, struct verdict *v)
{
	size_t in_body = 0;
	bool fine = !(answer && fault_of_answer(answer, v));

	for (size_t i = 0; i < s->n_sources && fine; i++) {
		const struct step_source *x = &s->sources[i];
		const struct extract_found *found =
			x->in == IN_BODY ? &answer->found[in_body++] : NULL;
		char *value;

		if (fault_of(x, found, v))
			return false;
		value = value_of(x, w, found);
		fine = x->name ? save(x, value, values, v) : holds(x, value, values, v);
		if (value)
			sodium_memzero(value, strlen(value));
		free(value);
	}
	return fine;
}
