/* Do conditions hold for an event or an alert? */
#include <stdio.h>
#include <string.h>

#include "shared/ids.h"
#include "shared/json.h"
#include "shared/matcher_internal.h"

enum { NAME_CAP = 128, VALUE_TEXT = 40 };

/* * stands for any text. */
static bool word_fits(const char *word, const char *text)
{
	const char *star = NULL, *back = NULL;

	while (*text) {
		if (*word == '*') {
			star = word++;
			back = text;
		} else if (*word == *text) {
			word++;
			text++;
		} else if (star) {
			word = star + 1;
			text = ++back;
		} else {
			return false;
		}
	}
	return !word[strspn(word, "*")];
}

/* One value against the condition as if it were not negated. */
enum fit { FITS, FITS_NOT, UNKNOWN };

static bool ordered(enum comparison op, double a, double b)
{
	switch (op) {
	case ABOVE: return a > b;
	case AT_LEAST: return a >= b;
	case BELOW: return a < b;
	case AT_MOST: return a <= b;
	case IS:
	case IS_NOT:
	case HAS:
	case HAS_NOT: break;
	}
	return false;
}

static enum fit value_fits(const struct condition *c, const char *text)
{
	if (c->pattern) {
		switch (pattern_match(c->pattern, text, strlen(text))) {
		case PATTERN_MATCHED: return FITS;
		case PATTERN_NOT_MATCHED: return FITS_NOT;
		case PATTERN_LIMIT: return UNKNOWN;
		}
	}
	if (c->words) {
		const char *word = c->words;

		for (size_t i = 0; i < c->n_words; i++, word += strlen(word) + 1) {
			if (word_fits(word, text))
				return FITS;
		}
		return FITS_NOT;
	}
	struct quantity q = c->source == OF_SEVERITY
				    ? (struct quantity){A_NUMBER, matcher_severity(text)}
				    : matcher_quantity(text);
	return q.type == c->limit.type && ordered(c->op, q.value, c->limit.value) ? FITS : FITS_NOT;
}

static enum fit text_fits(const struct condition *c, const char *text)
{
	return text ? value_fits(c, text) : FITS_NOT;
}

/* Of the entries of a list any may fit; a path goes on inside of each. */
static enum fit json_fits(const struct condition *c, const json_t *v, const char *path, int depth)
{
	char text[VALUE_TEXT], key[NAME_CAP];
	enum fit result = FITS_NOT;

	if (json_is_array(v) && depth < JSON_DEPTH_MAX) {
		for (size_t i = 0; i < json_array_size(v) && result != FITS; i++) {
			enum fit one = json_fits(c, json_array_get(v, i), path, depth + 1);

			result = one == FITS_NOT ? result : one;
		}
		return result;
	}
	if (path) {
		size_t n = strcspn(path, ".");

		if (n >= sizeof(key) || !json_is_object(v) || depth >= JSON_DEPTH_MAX)
			return FITS_NOT;
		memcpy(key, path, n);
		key[n] = '\0';
		return json_fits(c, json_object_get(v, key), path[n] ? path + n + 1 : NULL,
				 depth + 1);
	}
	if (json_is_string(v))
		return text_fits(c, json_string_value(v));
	if (json_is_integer(v))
		snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(v));
	else if (json_is_real(v))
		snprintf(text, sizeof(text), "%.15g", json_real_value(v));
	else if (json_is_boolean(v))
		snprintf(text, sizeof(text), "%s", json_is_true(v) ? "true" : "false");
	else
		return FITS_NOT;
	return text_fits(c, text);
}

static enum fit condition_fits(const struct condition *c, const struct matched *w)
{
	char id[ID_TEXT];

	switch (c->source) {
	case OF_TOPIC: return text_fits(c, w->topic);
	case OF_SEVERITY:
		if (w->severity < 0 || w->severity >= MATCHER_SEVERITIES)
			return FITS_NOT;
		return text_fits(c, matcher_severities[w->severity]);
	case OF_TEXT: return text_fits(c, w->text);
	case OF_RULE: return text_fits(c, w->rule);
	case OF_KIND: return text_fits(c, w->kind);
	case OF_SUBJECT: return text_fits(c, w->subject);
	case OF_TAG: return json_fits(c, w->tags, NULL, 0);
	case OF_SERVICE: return text_fits(c, w->service);
	case OF_INCIDENT:
		return text_fits(c, w->incident ? id_format(id, "inc", w->incident) : NULL);
	case OF_STATE: return text_fits(c, w->state);
	case OF_LABEL: return json_fits(c, json_object_get(w->labels, c->name), NULL, 0);
	case OF_DATA: return json_fits(c, w->data, c->name, 0);
	case OF_A_KIND:
		return text_fits(c, w->kind && !strcmp(w->kind, c->name) ? w->subject : NULL);
	}
	return FITS_NOT;
}

bool matchers_hold(const struct matchers *m, const struct matched *what)
{
	for (size_t i = 0; m && i < m->n; i++) {
		const struct condition *c = &m->items[i];
		bool negated = c->op == IS_NOT || c->op == HAS_NOT;

		if (condition_fits(c, what) != (negated ? FITS_NOT : FITS))
			return false;
	}
	return true;
}
