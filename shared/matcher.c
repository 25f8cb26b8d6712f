#include "shared/matcher_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/ids.h"
#include "shared/json.h"
#include "shared/mem.h"
#include "shared/schema/internal.h"
#include "shared/timefmt.h"

static const char blanks[] = " \t\r\n";
static const char operators[] = "=!~<>";
const char *const matcher_severities[MATCHER_SEVERITIES] = {"info", "warning", "critical"};

static const char *const source_names[] = {
	"topic", "severity", "text",     "rule",  "kind",   "subject",
	"tag",   "service",  "incident", "state", "labels", "data",
};

/* ---- reading ------------------------------------------------------------------------------- */

int matcher_severity(const char *word)
{
	for (int i = 0; i < MATCHER_SEVERITIES; i++) {
		if (!strcmp(word, matcher_severities[i]))
			return i;
	}
	return -1;
}

struct quantity matcher_quantity(const char *text)
{
	int64_t ms;
	char *end;

	/* strtod also reads "inf", "nan" and "0x1". */
	if (*text && !text[strspn(text, "0123456789+-.eE")]) {
		double v = strtod(text, &end);

		if (!*end && isfinite(v))
			return (struct quantity){A_NUMBER, v};
	}
	if (duration_parse(text, &ms))
		return (struct quantity){A_NUMBER, (double)ms};
	if (time_parse(text, &ms))
		return (struct quantity){A_TIME, (double)ms};
	return (struct quantity){.type = NOT_A_QUANTITY};
}

static bool key_valid(const char *key, const char *further)
{
	if (!*key || *key == '.' || key[strlen(key) - 1] == '.' || strstr(key, ".."))
		return false;
	for (; *key; key++) {
		bool usual = (*key >= 'a' && *key <= 'z') || (*key >= '0' && *key <= '9');

		if (!usual && !strchr("-_.", *key) && !(*key >= 'A' && *key <= 'Z' && *further))
			return false;
	}
	return true;
}

static enum err no_field(const char *name, struct error *e)
{
	char shown[QUOTED_MAX];
	const char *names[64], *near;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(source_names); i++)
		names[n++] = source_names[i];
	for (size_t i = 0; resource_table[i] && n < ARRAY_LEN(names); i++)
		names[n++] = resource_table[i]->kind;
	near = !strcmp(name, "name") ? "subject" : nearest(name, names, n);
	error_set(e, ERR_INVALID, "there is no field %s", quoted_text(shown, name));
	if (near)
		error_hint(e, "did you mean %s%s?", near,
			   !strcmp(near, "labels") ? ".KEY"
			   : !strcmp(near, "data") ? ".PATH"
						   : "");
	error_hint(e, "topic severity text rule kind subject tag service incident state, "
		      "labels.KEY, data.PATH, or a kind: monitor=garden");
	return ERR_INVALID;
}

static enum err read_name(struct condition *c, const char *name, struct error *e)
{
	const char *rest = NULL;

	if (!strncmp(name, "labels.", 7)) {
		c->source = OF_LABEL;
		rest = name + 7;
	} else if (!strncmp(name, "data.", 5)) {
		c->source = OF_DATA;
		rest = name + 5;
	}
	if (rest) {
		if (!key_valid(rest, c->source == OF_DATA ? "capitals" : "")) {
			error_set(e, ERR_INVALID, "\"%s\" is not followed by a %s",
				  c->source == OF_DATA ? "data." : "labels.",
				  c->source == OF_DATA ? "path" : "key");
			error_hint(
				e,
				c->source == OF_DATA
					? "for example data.status=502, data.changed.what=address"
					: "for example labels.region=eu");
			return ERR_INVALID;
		}
		c->name = mem_strdup(rest);
		return ERR_NONE;
	}
	if (!strcmp(name, "labels") || !strcmp(name, "data")) {
		error_set(e, ERR_INVALID, "%s has many members: say which one", name);
		error_hint(e, "%s.%s", name, *name == 'd' ? "PATH=VALUE" : "KEY=VALUE");
		return ERR_INVALID;
	}
	for (size_t i = 0; i < OF_LABEL; i++) {
		if (!strcmp(name, source_names[i])) {
			c->source = (enum source)i;
			return ERR_NONE;
		}
	}
	for (size_t i = 0; resource_table[i]; i++) {
		if (!strcmp(name, resource_table[i]->kind)) {
			c->source = OF_A_KIND;
			c->name = mem_strdup(name);
			return ERR_NONE;
		}
	}
	return no_field(name, e);
}

/* How many characters the operator has; 0: it is none that we have. */
static size_t read_operator(const char *at, enum comparison *op, struct error *e)
{
	static const struct {
		const char *text;
		enum comparison op;
		const char *instead;
	} table[] = {
		{"!==", IS_NOT, "!="},  {"!=~", HAS_NOT, "!~"}, {"==", IS, "="},
		{"=~", HAS, "~"},       {"<>", IS_NOT, "!="},   {"=>", AT_LEAST, ">="},
		{"=<", AT_MOST, "<="},  {"!=", IS_NOT, NULL},   {"!~", HAS_NOT, NULL},
		{">=", AT_LEAST, NULL}, {"<=", AT_MOST, NULL},  {"=", IS, NULL},
		{"~", HAS, NULL},       {">", ABOVE, NULL},     {"<", BELOW, NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		size_t n = strlen(table[i].text);

		if (strncmp(at, table[i].text, n))
			continue;
		if (table[i].instead) {
			error_set(e, ERR_INVALID, "there is no operator %s", table[i].text);
			error_hint(e, "write %s", table[i].instead);
			return 0;
		}
		*op = table[i].op;
		return n;
	}
	error_set(e, ERR_INVALID, "\"!\" is no operator");
	error_hint(e, "write != or !~");
	return 0;
}

static enum err check_severity(const char *word, struct error *e)
{
	char shown[QUOTED_MAX];
	const char *near;

	if (matcher_severity(word) >= 0)
		return ERR_NONE;
	near = nearest(word, matcher_severities, MATCHER_SEVERITIES);
	error_set(e, ERR_INVALID, "%s is not a severity", quoted_text(shown, word));
	if (near)
		error_hint(e, "did you mean %s?", near);
	error_hint(e, "info, warning or critical");
	return ERR_INVALID;
}

static enum err check_word(const struct condition *c, const char *word, struct error *e)
{
	char shown[QUOTED_MAX];
	uint64_t id;

	if (c->source == OF_SEVERITY && !strchr(word, '*'))
		return check_severity(word, e);
	if (c->source == OF_INCIDENT && !strchr(word, '*') && !id_parse(word, "inc", &id)) {
		error_set(e, ERR_INVALID, "%s is not the id of an incident",
			  quoted_text(shown, word));
		error_hint(e, "see `sellersmart incident list`");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static char *trimmed(const char *from, size_t n)
{
	while (n && strchr(blanks, from[n - 1]))
		n--;
	while (n && strchr(blanks, *from)) {
		from++;
		n--;
	}
	return mem_strndup(from, n);
}

static enum err read_words(struct condition *c, const char *value, struct error *e)
{
	struct buf words = BUF_INIT(MATCHER_MAX_BYTES + 2);
	enum err rc = ERR_NONE;

	for (const char *at = value; !rc; at++) {
		size_t n = strcspn(at, ",");
		char *word = trimmed(at, n);

		if (!*word) {
			rc = error_set(e, ERR_INVALID, "there is nothing between two commas");
			error_hint(e, "words are parted by one comma: down,flapping");
		} else {
			rc = check_word(c, word, e);
			buf_add(&words, word, strlen(word) + 1);
			c->n_words++;
		}
		free(word);
		at += n;
		if (!*at)
			break;
	}
	c->words = buf_take(&words);
	return rc;
}

static enum err read_value(struct condition *c, const char *value, struct error *e)
{
	char shown[QUOTED_MAX];

	if (!*value) {
		error_set(e, ERR_INVALID, "there is nothing after the operator");
		error_hint(e, "for example severity>=warning, tag=shop");
		return ERR_INVALID;
	}
	switch (c->op) {
	case IS:
	case IS_NOT: return read_words(c, value, e);
	case HAS:
	case HAS_NOT:
		c->pattern = pattern_compile(value, e);
		error_hint(e, "texts are compared with =, where * stands for anything");
		return c->pattern ? ERR_NONE : ERR_INVALID;
	case ABOVE:
	case AT_LEAST:
	case BELOW:
	case AT_MOST: break;
	}
	if (c->source == OF_SEVERITY) {
		c->limit = (struct quantity){A_NUMBER, matcher_severity(value)};
		return check_severity(value, e);
	}
	if (c->source != OF_DATA && c->source != OF_LABEL) {
		error_set(e, ERR_INVALID, "%s has no order",
			  c->source == OF_A_KIND ? c->name : source_names[c->source]);
		error_hint(e, "compare it with =, != or ~; < and > are for severity, data.PATH "
			      "and labels.KEY");
		return ERR_INVALID;
	}
	c->limit = matcher_quantity(value);
	if (c->limit.type != NOT_A_QUANTITY)
		return ERR_NONE;
	error_set(e, ERR_INVALID, "%s is neither a number nor a duration nor a time",
		  quoted_text(shown, value));
	error_hint(e, "for example 60000, 5m, 2026-11-23T07:00:00Z");
	return ERR_INVALID;
}

static enum err read_condition(struct condition *c, const char *text, struct error *e)
{
	size_t n = strcspn(text, operators), n_op;
	char *name, *value = NULL;
	enum err rc;

	if (strlen(text) > MATCHER_MAX_BYTES) {
		error_set(e, ERR_INVALID, "it has %zu bytes, at most %d are possible", strlen(text),
			  MATCHER_MAX_BYTES);
		error_hint(e, "two conditions may look at the same field");
		return ERR_INVALID;
	}
	name = trimmed(text, n);
	if (!text[n] || !*name) {
		rc = error_set(e, ERR_INVALID,
			       text[n] ? "there is no field before the operator"
				       : "there is no operator: = != ~ !~ > >= < <=");
		error_hint(e, "write FIELD=VALUE, for example severity>=warning or tag=shop");
		goto out;
	}
	rc = read_name(c, name, e);
	if (rc)
		goto out;
	n_op = read_operator(text + n, &c->op, e);
	if (!n_op) {
		rc = ERR_INVALID;
		goto out;
	}
	value = trimmed(text + n + n_op, strlen(text + n + n_op));
	rc = read_value(c, value, e);
out:
	free(name);
	free(value);
	return rc;
}

struct matchers *matchers_compile(const json_t *list, struct error *e)
{
	size_t n = json_array_size(list);
	struct matchers *m;

	if (list && !json_is_array(list)) {
		error_set(e, ERR_INVALID, "conditions are a list of texts");
		error_hint(e, "for example [\"severity>=warning\", \"tag=shop\"]");
		return NULL;
	}
	if (n > MATCHERS_MAX) {
		error_set(e, ERR_INVALID, "%zu conditions, at most %d are possible", n,
			  MATCHERS_MAX);
		error_hint(e, "one = takes several words: subject=a,b,c; ~ takes a pattern");
		return NULL;
	}
	m = mem_zalloc(sizeof(*m) + n * sizeof(m->items[0]));
	for (size_t i = 0; i < n; i++) {
		const char *text = json_string_value(json_array_get(list, i));
		char shown[QUOTED_MAX];

		m->n++;
		if (!text) {
			error_set(e, ERR_INVALID, "condition %zu is not a text", i + 1);
			error_hint(e, "for example severity>=warning");
		} else if (read_condition(&m->items[i], text, e)) {
			error_prefix(e, "condition %s: ", quoted_text(shown, text));
		} else {
			continue;
		}
		matchers_free(m);
		return NULL;
	}
	return m;
}

void matchers_free(struct matchers *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n; i++) {
		free(m->items[i].name);
		free(m->items[i].words);
		pattern_free(m->items[i].pattern);
	}
	free(m);
}

bool matchers_empty(const struct matchers *m)
{
	return !m || !m->n;
}

enum err matchers_check_field(const json_t *spec, const char *field, struct error *e)
{
	struct matchers *m = matchers_compile(json_object_get(spec, field), e);

	matchers_free(m);
	if (m)
		return ERR_NONE;
	if (e)
		snprintf(e->field, sizeof(e->field), "%s", field);
	error_prefix(e, "%s: ", field);
	return ERR_INVALID;
}
