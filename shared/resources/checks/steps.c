/* Several requests in order, as a customer makes them; what an answer says is carried on. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "shared/css.h"
#include "shared/pattern.h"
#include "shared/resources/checks/common.h"
#include "shared/resources/checks/headers.h"
#include "shared/resources/checks/steps.h"
#include "shared/template.h"
#include "shared/url.h"

static const char *const methods[] = {
	"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", NULL,
};

#define WHERE_TO_LOOK                                                                           \
	{.name = "css",                                                                         \
	 .type = FIELD_TEXT,                                                                    \
	 .min = 1,                                                                              \
	 .max = 1024,                                                                           \
	 .help = "CSS selector of an element in HTML",                                          \
	 .example = "\"input[name=csrf]\""},                                                    \
		{.name = "attribute",                                                           \
		 .type = FIELD_TEXT,                                                            \
		 .min = 1,                                                                      \
		 .max = 64,                                                                     \
		 .help = "Attribute of the element that css or xpath chose; without it its "    \
			 "text",                                                                \
		 .example = "value"},                                                           \
		{.name = "xpath",                                                               \
		 .type = FIELD_TEXT,                                                            \
		 .min = 1,                                                                      \
		 .max = 1024,                                                                   \
		 .help = "XPath 1.0 of an element in HTML or XML",                              \
		 .example = "\"//form/@action\""},                                              \
		{.name = "jq",                                                                  \
		 .type = FIELD_TEXT,                                                            \
		 .min = 1,                                                                      \
		 .max = 1024,                                                                   \
		 .help = "jq program over JSON; its first output counts",                       \
		 .example = ".items[0].id"},                                                    \
		{.name = "pattern",                                                             \
		 .type = FIELD_PATTERN,                                                         \
		 .help = "Regular expression (PCRE2) over the body; its first group, else all", \
		 .example = "'order=([0-9]+)'"},                                                \
	{                                                                                       \
		.name = "header", .type = FIELD_TEXT, .min = 1, .max = 64,                      \
		.help = "Header of the answer", .example = "X-Csrf-Token"                       \
	}

static const struct field save_fields[] = {
	{.name = "name",
	 .type = FIELD_NAME,
	 .flags = FIELD_REQUIRED,
	 .help = "What later steps call it: {{NAME}}",
	 .example = "csrf"},
	WHERE_TO_LOOK,
	{.name = "cookie",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 64,
	 .help = "Cookie that the run holds after the step",
	 .example = "XSRF-TOKEN"},
};

static const struct field expect_fields[] = {
	WHERE_TO_LOOK,
	{.name = "equals",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 1024,
	 .help = "The whole value, blanks at its ends apart",
	 .example = "\"{{total}}\""},
	{.name = "contains",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 1024,
	 .help = "A part of the value",
	 .example = "in stock"},
	{.name = "absent",
	 .type = FIELD_BOOL,
	 .dflt = "false",
	 .help = "It must not be there at all",
	 .example = "true"},
};

static const struct field step_fields[] = {
	{.name = "name",
	 .type = FIELD_NAME,
	 .flags = FIELD_REQUIRED,
	 .help = "What messages call it",
	 .example = "login"},
	{.name = "method",
	 .type = FIELD_ENUM,
	 .choices = methods,
	 .dflt = "GET",
	 .help = "Request method",
	 .example = "POST"},
	{.name = "url",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = URL_MAX - 1,
	 .flags = FIELD_REQUIRED,
	 .help = "Address, or one relative to where the step before ended (first: to target)",
	 .example = "/basket/{{id}}"},
	{.name = "query",
	 .type = FIELD_TEXT_MAP,
	 .max = STEP_PAIRS_MAX,
	 .flags = FIELD_MAY_SECRET | FIELD_MULTILINE,
	 .help = "Put behind the address: ?a=1&b=2, escaped as needed",
	 .example = "{q: lamp}"},
	{.name = "form",
	 .type = FIELD_TEXT_MAP,
	 .max = STEP_PAIRS_MAX,
	 .flags = FIELD_MAY_SECRET | FIELD_MULTILINE,
	 .help = "Fields of a form, sent as the body, escaped as needed",
	 .example = "{user: probe, password: {secret: shop-password}}"},
	{.name = "body",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 65536,
	 .flags = FIELD_MULTILINE,
	 .help = "Request body; values in JSON are escaped for it",
	 .example = "'{\"sku\": \"{{sku}}\"}'"},
	{.name = "headers",
	 .type = FIELD_TEXT_MAP,
	 .max = STEP_PAIRS_MAX,
	 .flags = FIELD_MAY_SECRET | FIELD_MULTILINE,
	 .help = "Request headers",
	 .example = "{Authorization: \"Bearer {{token}}\"}"},
	{.name = "redirects",
	 .type = FIELD_INT,
	 .min = 0,
	 .max = 20,
	 .dflt = "10",
	 .help = "Redirects to follow; 0 takes the first answer",
	 .example = "0"},
	{.name = "status",
	 .type = FIELD_STATUS_SET,
	 .dflt = "200-299",
	 .help = "Statuses of a good answer",
	 .example = "201"},
	{.name = "keyword",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 1024,
	 .help = "Text that the body must contain",
	 .example = "Sign out"},
	{.name = "keyword_absent",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 1024,
	 .help = "Text that the body must not contain",
	 .example = "wrong password"},
	{.name = "expect",
	 .type = FIELD_OBJECTS,
	 .max = STEP_EXPECT_MAX,
	 .members = expect_fields,
	 .n_members = ARRAY_LEN(expect_fields),
	 .help = "What the answer must hold; without equals and contains it must only be there",
	 .example = "[{jq: .total, equals: \"9.00\"}]"},
	{.name = "save",
	 .type = FIELD_OBJECTS,
	 .max = STEP_SAVE_MAX,
	 .members = save_fields,
	 .n_members = ARRAY_LEN(save_fields),
	 .help = "Values to carry on; in files also as NAME: {css: ...}",
	 .example = "{csrf: {css: \"input[name=csrf]\", attribute: value}}"},
	{.name = "timeout",
	 .type = FIELD_DURATION,
	 .min = 100,
	 .max = 120000,
	 .help = "Deadline of this step, within the whole",
	 .example = "5s"},
	{.name = "slow",
	 .type = FIELD_DURATION,
	 .min = 1,
	 .max = 120000,
	 .help = "A step that takes longer degrades",
	 .example = "1s"},
};

static const struct field fields[] = {
	{.name = "target",
	 .type = FIELD_URL,
	 .flags = FIELD_REQUIRED | FIELD_POSITIONAL,
	 .help = "Address of the shop, which the first step's is relative to",
	 .example = "https://shop.example/"},
	{.name = "steps",
	 .type = FIELD_OBJECTS,
	 .flags = FIELD_REQUIRED,
	 .min = 1,
	 .max = STEPS_MAX,
	 .members = step_fields,
	 .n_members = ARRAY_LEN(step_fields),
	 .help = "Requests in order, the first that fails ends the run; none should pay",
	 .example = "[{name: home, url: /}]"},
	{.name = "values",
	 .type = FIELD_TEXT_MAP,
	 .max = STEP_PAIRS_MAX,
	 .flags = FIELD_MAY_SECRET | FIELD_MULTILINE,
	 .help = "Values that every step may use as {{NAME}}",
	 .example = "{password: {secret: shop-password}}"},
	{.name = "interval",
	 .type = FIELD_DURATION,
	 .min = 1000,
	 .max = 86400000,
	 .dflt = "5m",
	 .help = "Time from one run to the next",
	 .example = "10m"},
	{.name = "timeout",
	 .type = FIELD_DURATION,
	 .min = 100,
	 .max = 120000,
	 .dflt = "30s",
	 .help = "A run that takes longer has failed; at most ten intervals",
	 .example = "60s"},
	{.name = "slow",
	 .type = FIELD_DURATION,
	 .min = 1,
	 .max = 120000,
	 .help = "A run that takes longer is degraded; the message names its slowest step",
	 .example = "8s"},
	{.name = "max_body",
	 .type = FIELD_SIZE,
	 .min = 1024,
	 .max = 4 << 20,
	 .dflt = "1MiB",
	 .flags = FIELD_ADVANCED,
	 .help = "Bytes of each decompressed body that are read",
	 .example = "256KiB"},
	{.name = "user_agent",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 256,
	 .flags = FIELD_ADVANCED,
	 .help = "User-Agent header instead of the program's own",
	 .example = "Mozilla/5.0"},
	FIELD_VERIFY,
	FIELD_CERT_DAYS,
	{.name = "ip",
	 .type = FIELD_ENUM,
	 .choices = (const char *const[]){"auto", "4", "6", NULL},
	 .dflt = "auto",
	 .flags = FIELD_ADVANCED,
	 .help = "Address family: whichever answers first, only IPv4, only IPv6",
	 .example = "4"},
};

static const char *const examples[] = {
	"sellersmart monitor add --type steps -f checkout.yaml",
	"sellersmart monitor add -f checkout.yaml --name checkout-hourly --interval 1h",
	NULL,
};

/* ---- rules ---------------------------------------------------------------------------------- */

/* One rule's look at one step. */
struct look {
	const json_t *spec, *steps, *step;
	size_t at;
	const char *path; /* of what is looked at */
	struct error *e;
};

__attribute__((format(printf, 3, 4))) static enum err refuse(const struct look *l,
							     const char *member, const char *fmt,
							     ...)
{
	char path[96], text[256];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	snprintf(path, sizeof path, "steps[%zu].%.64s", l->at, member);
	return error_field(l->e, ERR_INVALID, path, "%s: %s", path, text);
}

static bool is_saved(const json_t *step, const char *name)
{
	size_t i;
	json_t *save;
	json_array_foreach(json_object_get(step, "save"), i, save)
	{
		if (!strcmp(json_str(save, "name", ""), name))
			return true;
	}
	return false;
}

/* Is the value there when the step begins (or, with its own, after its answer)? */
static bool is_known(const char *name, void *arg)
{
	const struct look *l = arg;
	if (json_object_get(json_object_get(l->spec, "values"), name))
		return true;
	for (size_t i = 0; i < l->at; i++) {
		if (is_saved(json_array_get(l->steps, i), name))
			return true;
	}
	refuse(l, l->path, "no step before it saves {{%s}}", name);
	error_hint(l->e, "save: {%.40s: {css: ...}} in an earlier step, or values: {%.40s: ...}",
		   name, name);
	return false;
}

static enum err check_text(struct look *l, const char *path, const char *text)
{
	struct error why = {0};
	l->path = path;
	if (!text || template_names(text, is_known, l, &why))
		return ERR_NONE;
	if (why.code) {
		refuse(l, path, "%s", why.text);
		error_hint(l->e, "%s", why.hint);
	}
	return ERR_INVALID;
}

static enum err check_map(struct look *l, const char *member)
{
	const char *key;
	json_t *value;
	json_object_foreach(json_object_get(l->step, member), key, value)
	{
		char path[80];
		snprintf(path, sizeof path, "%s.%.60s", member, key);
		enum err err = check_text(l, path, json_string_value(value));
		if (err)
			return err;
	}
	return ERR_NONE;
}

static const char *placeholder(const char *name, void *arg)
{
	return arg;
}

/* The address with a word for each value. */
static enum err fill_url(const struct look *l, const char *word, struct url *out, struct error *e)
{
	const char *url = json_str(l->step, "url", "");
	struct buf filled = BUF_INIT(URL_MAX * 2);
	struct url base;
	enum err err = url_parse(json_str(l->spec, "target", ""), &base, e);
	if (!err)
		err = template_expand(url, TEMPLATE_PERCENT, placeholder, (void *)(uintptr_t)word,
				      &filled, e);
	if (!err)
		err = url_resolve(&base, buf_str(&filled), out, e);
	buf_fini(&filled);
	return err;
}

/* Where a request goes is the user's word, not a page's: no value in scheme, host or port. */
static enum err check_url(struct look *l)
{
	struct url one, other;
	struct error why = {0};
	enum err err = check_text(l, "url", json_str(l->step, "url", ""));
	if (err)
		return err;
	if (fill_url(l, "x", &one, &why) || fill_url(l, "yy", &other, &why)) {
		refuse(l, "url", "%.150s", why.text);
		error_hint(l->e, "for example url: /basket/{{id}}");
		return ERR_INVALID;
	}
	if (url_same_origin(&one, &other))
		return ERR_NONE;
	refuse(l, "url", "a value cannot choose the host");
	error_hint(l->e, "write the host out; values belong behind it");
	return ERR_INVALID;
}

static enum err check_body(struct look *l)
{
	static const char *const of_bodies[] = {"form", "body", "keyword", "keyword_absent"};
	const char *method = json_str(l->step, "method", "GET");
	bool head = !strcmp(method, "HEAD"), get = head || !strcmp(method, "GET");
	for (size_t i = 0; i < (head ? ARRAY_LEN(of_bodies) : get ? 2 : 0); i++) {
		if (!json_object_get(l->step, of_bodies[i]))
			continue;
		refuse(l, of_bodies[i], "a %s request has no body", method);
		error_hint(l->e, "method: %s", i < 2 ? "POST" : "GET");
		return ERR_INVALID;
	}
	if (json_object_get(l->step, "form") && json_object_get(l->step, "body")) {
		refuse(l, "body", "a request has one body, and form is it");
		error_hint(l->e, "give only one of them");
		return ERR_INVALID;
	}
	return check_text(l, "body", json_str(l->step, "body", NULL));
}

static enum err check_step_headers(struct look *l)
{
	static const char *const ours[] = {"Host",       "Content-Length", "Transfer-Encoding",
					   "Connection", "Expect",         "Upgrade",
					   "TE",         "Trailer"};
	struct error why = {0};
	if (!check_headers(l->step, ours, ARRAY_LEN(ours), &why))
		return check_map(l, "headers");
	refuse(l, "headers", "%s", why.text + strcspn(why.text, " ") + 1);
	error_hint(l->e, "%s", why.hint);
	return ERR_INVALID;
}

/* Exactly one place to look in. */
static enum err check_source(struct look *l, const char *list, size_t at, const json_t *entry)
{
	static const char *const sources[] = {"css", "xpath", "jq", "pattern", "header", "cookie"};
	const char *first = NULL;
	char path[64];
	snprintf(path, sizeof path, "%s[%zu]", list, at);
	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		if (!json_object_get(entry, sources[i]))
			continue;
		if (first) {
			refuse(l, path, "%s and %s are two places to look in", first, sources[i]);
			error_hint(l->e, "give only one of them");
			return ERR_INVALID;
		}
		first = sources[i];
	}
	if (!first) {
		refuse(l, path, "does not say where to look");
		error_hint(l->e, "one of css, xpath, jq, pattern, header%s",
			   !strcmp(list, "save") ? ", cookie" : "");
		return ERR_INVALID;
	}
	if (json_object_get(entry, "attribute") && strcmp(first, "css") && strcmp(first, "xpath")) {
		refuse(l, path, "attribute goes with css or xpath, not with %s", first);
		error_hint(l->e, "leave attribute out");
		return ERR_INVALID;
	}
	struct error why = {0};
	if (!strcmp(first, "css") && !strstr(json_str(entry, "css", ""), "{{") &&
	    css_check(json_str(entry, "css", ""), &why)) {
		refuse(l, path, "css: %s", why.text);
		error_hint(l->e, "%s", why.hint[0] ? why.hint : "for example css: \"#price\"");
		return ERR_INVALID;
	}
	if (!strcmp(first, "header") && !header_token(json_str(entry, "header", ""))) {
		refuse(l, path, "\"%.40s\" is not the name of a header",
		       json_str(entry, "header", ""));
		return ERR_INVALID;
	}
	if (!strcmp(json_str(l->step, "method", "GET"), "HEAD") && strcmp(first, "header") &&
	    strcmp(first, "cookie")) {
		refuse(l, path, "the answer to HEAD has no body");
		error_hint(l->e, "method: GET");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static enum err check_lists(struct look *l)
{
	enum err err = ERR_NONE;
	size_t i;
	json_t *entry;
	json_array_foreach(json_object_get(l->step, "save"), i, entry)
	{
		if ((err = check_source(l, "save", i, entry)))
			return err;
	}
	json_array_foreach(json_object_get(l->step, "expect"), i, entry)
	{
		char path[64];
		if ((err = check_source(l, "expect", i, entry)))
			return err;
		snprintf(path, sizeof path, "expect[%zu]", i);
		bool says = json_object_get(entry, "equals") || json_object_get(entry, "contains");
		if (says && json_is_true(json_object_get(entry, "absent"))) {
			refuse(l, path, "what must be absent says nothing");
			error_hint(l->e, "leave equals and contains out, or absent");
			return ERR_INVALID;
		}
		if ((err = check_text(l, path, json_str(entry, "equals", NULL))) ||
		    (err = check_text(l, path, json_str(entry, "contains", NULL))))
			return err;
	}
	return ERR_NONE;
}

static enum err check_step_times(struct look *l)
{
	const struct field *steps = resource_field(&resource_monitor, &variant_steps, "steps");
	int64_t whole = spec_ms(&resource_monitor, l->spec, "timeout");
	int64_t timeout = member_ms(steps, l->step, "timeout");
	if (timeout > whole) {
		refuse(l, "timeout", "%s is longer than the whole timeout %s",
		       member_text(steps, l->step, "timeout"),
		       spec_text(&resource_monitor, l->spec, "timeout"));
		error_hint(l->e, "a step's deadline is at most timeout");
		return ERR_INVALID;
	}
	if (member_ms(steps, l->step, "slow") >= (timeout ? timeout : whole)) {
		refuse(l, "slow", "%s is never reached, the deadline comes before",
		       member_text(steps, l->step, "slow"));
		error_hint(l->e, "slow must be below timeout");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static enum err check_values(const json_t *spec, struct error *e)
{
	const char *name;
	json_t *value;
	json_object_foreach(json_object_get(spec, "values"), name, value)
	{
		if (name_valid(NULL, name, NULL))
			continue;
		error_field(e, ERR_INVALID, "values", "values: \"%.60s\" is not a name", name);
		error_hint(e, "small letters, digits, - _ . as in {{shop-user}}");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static enum err check(const json_t *spec, struct error *e)
{
	static enum err (*const rules[])(struct look * l) = {
		check_url, check_body, check_step_headers, check_lists, check_step_times,
	};
	struct look l = {.spec = spec, .steps = json_object_get(spec, "steps"), .e = e};
	enum err err = check_times(spec, e);
	if (!err)
		err = check_values(spec, e);
	for (; !err && l.at < json_array_size(l.steps); l.at++) {
		l.step = json_array_get(l.steps, l.at);
		for (size_t i = 0; i < ARRAY_LEN(rules) && !err; i++)
			err = rules[i](&l);
		if (!err)
			err = check_map(&l, "query");
		if (!err)
			err = check_map(&l, "form");
	}
	return err;
}

const struct variant variant_steps = {
	.name = "steps",
	.title = "Several requests in order: a way through the shop",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.examples = examples,
	.check = check,
};
