#include "shared/schema/yaml_foreign.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct unfolding {
	yaml_document_t *document;
	size_t nodes;
	struct error *e;
};

static json_t *value_of(struct unfolding *u, int index, int depth);

static json_t *fault(struct unfolding *u, const yaml_node_t *n, const char *why)
{
	error_set(u->e, ERR_MALFORMED, "%s", why);
	if (u->e && n)
		u->e->line = (int)n->start_mark.line + 1;
	return NULL;
}

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (!strcmp(text, *words))
			return true;
	return false;
}

static json_t *scalar(struct unfolding *u, const yaml_node_t *n)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
	static const char *const trues[] = {"true", "True", "TRUE", NULL};
	static const char *const falses[] = {"false", "False", "FALSE", NULL};
	const char *text = (const char *)n->data.scalar.value;
	size_t len = n->data.scalar.length;
	if (n->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && strlen(text) == len) {
		const char *digits = text + (text[0] == '-');
		if (is_one_of(text, nulls))
			return json_null();
		if (is_one_of(text, trues))
			return json_true();
		if (is_one_of(text, falses))
			return json_false();
		if (*digits && strlen(digits) <= 15 && !digits[strspn(digits, "0123456789")] &&
		    (digits[0] != '0' || !digits[1]))
			return json_integer(strtoll(text, NULL, 10));
	}
	json_t *value = json_stringn(text, len);
	return value ? value : fault(u, n, "text that is not UTF-8");
}

static json_t *list(struct unfolding *u, const yaml_node_t *n, int depth)
{
	json_t *out = json_array();
	for (yaml_node_item_t *i = n->data.sequence.items.start; i < n->data.sequence.items.top;
	     i++) {
		json_t *one = value_of(u, *i, depth + 1);
		if (!one) {
			json_decref(out);
			return NULL;
		}
		json_array_append_new(out, one);
	}
	return out;
}

/* What "<<" brings: a mapping, or a list of them of which the first wins. */
static bool merge(json_t *into, const json_t *from)
{
	size_t i;
	const json_t *one;
	if (json_is_object(from))
		return !json_object_update_missing(into, (json_t *)from);
	if (!json_is_array(from))
		return false;
	json_array_foreach(from, i, one)
	{
		if (!json_is_object(one) || json_object_update_missing(into, (json_t *)one))
			return false;
	}
	return true;
}

static json_t *mapping(struct unfolding *u, const yaml_node_t *n, int depth)
{
	json_t *out = json_object(), *merged = json_array();
	bool ok = true;
	for (yaml_node_pair_t *p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top && ok;
	     p++) {
		const yaml_node_t *key = yaml_document_get_node(u->document, p->key);
		if (!key || key->type != YAML_SCALAR_NODE) {
			fault(u, key, "a key that is not text");
			ok = false;
			break;
		}
		json_t *value = value_of(u, p->value, depth + 1);
		const char *name = (const char *)key->data.scalar.value;
		if (!value)
			ok = false;
		else if (!strcmp(name, "<<") && key->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
			json_array_append_new(merged, value);
		else if (json_object_set_new(out, name, value)) {
			fault(u, key, "a key that is not UTF-8");
			ok = false;
		}
	}
	size_t i;
	const json_t *one;
	json_array_foreach(merged, i, one)
	{
		if (ok && !merge(out, one)) {
			fault(u, n, "<<: what is merged is no mapping");
			ok = false;
		}
	}
	json_decref(merged);
	if (ok)
		return out;
	json_decref(out);
	return NULL;
}

static json_t *value_of(struct unfolding *u, int index, int depth)
{
	const yaml_node_t *n = yaml_document_get_node(u->document, index);
	if (!n)
		return fault(u, NULL, "a node is missing");
	if (depth > YAML_FOREIGN_DEPTH)
		return fault(u, n, "nested too deep, or an alias that contains itself");
	if (++u->nodes > YAML_FOREIGN_NODES)
		return fault(u, n, "its aliases unfold to too much");
	switch (n->type) {
	case YAML_SCALAR_NODE: return scalar(u, n);
	case YAML_SEQUENCE_NODE: return list(u, n, depth);
	case YAML_MAPPING_NODE: return mapping(u, n, depth);
	case YAML_NO_NODE: break;
	}
	return fault(u, n, "an empty node");
}

json_t *yaml_read_foreign(const char *data, size_t len, struct error *e)
{
	yaml_parser_t parser;
	yaml_document_t document;
	json_t *out = NULL;
	if (!yaml_parser_initialize(&parser)) {
		error_set(e, ERR_INTERNAL, "no YAML parser");
		return NULL;
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)data, len);
	if (!yaml_parser_load(&parser, &document)) {
		error_set(e, ERR_MALFORMED, "YAML: %s",
			  parser.problem ? parser.problem : "not readable");
		if (e)
			e->line = (int)parser.problem_mark.line + 1;
		yaml_parser_delete(&parser);
		return NULL;
	}
	struct unfolding u = {.document = &document, .e = e};
	if (yaml_document_get_root_node(&document))
		out = value_of(&u, 1, 0);
	else
		error_set(e, ERR_MALFORMED, "YAML: the file is empty");
	yaml_document_delete(&document);
	yaml_parser_delete(&parser);
	return out;
}
