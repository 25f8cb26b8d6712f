/* From events to loose JSON (scalars are text), with the line of each member. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/internal.h"
#include "shared/schema/yaml_reader.h"

static json_t *build_list(struct yaml_build *b, const char *path)
{
	struct error e = {0};
	char entry[FIELD_PATH_MAX];
	json_t *list = json_array();
	for (;;) {
		struct yaml_token t = yaml_next(b->reader, &e);
		if (t.what == YAML_IS_LIST_END)
			return list;
		if (t.what == YAML_IS_FAULT)
			errors_add(b->errors, &e);
		snprintf(entry, sizeof(entry), "%.70s[%zu]", path, json_array_size(list));
		if (b->lines && t.what == YAML_IS_MAP)
			source_lines_add(b->lines, entry, t.line);
		json_t *v = t.what == YAML_IS_FAULT ? NULL : yaml_build_value(b, &t, entry);
		if (!v)
			break;
		json_array_append_new(list, v);
	}
	json_decref(list);
	return NULL;
}

static json_t *build_scalar(struct yaml_build *b, const struct yaml_token *t, const char *path)
{
	if (t->null)
		return json_null();
	json_t *text = memchr(t->text, 0, t->len) ? NULL : json_stringn(t->text, t->len);
	if (text)
		return text;
	/* Still a value, so that reading goes on with the next member. */
	struct error e = {0};
	error_field(&e, ERR_INVALID, path, "%s: the text holds a NUL byte", path);
	e.line = t->line;
	errors_add(b->errors, &e);
	return json_string("");
}

json_t *yaml_build_value(struct yaml_build *b, const struct yaml_token *token, const char *path)
{
	switch (token->what) {
	case YAML_IS_SCALAR: return build_scalar(b, token, path);
	case YAML_IS_LIST: return build_list(b, path);
	case YAML_IS_MAP: return yaml_build_map(b, path, NULL, 0);
	case YAML_IS_FAULT:
	case YAML_IS_END:
	case YAML_IS_DOCUMENT:
	case YAML_IS_DOCUMENT_END:
	case YAML_IS_MAP_END:
	case YAML_IS_LIST_END: break;
	}
	return NULL;
}

static void duplicate(struct yaml_build *b, const char *path, int line)
{
	struct error e = {0};
	int first = source_line(b->lines, path);
	if (first)
		error_field(&e, ERR_INVALID, path, "%s: given twice, first on line %d", path,
			    first);
	else
		error_field(&e, ERR_INVALID, path, "%s: given twice", path);
	error_hint(&e, "keep one of them");
	e.line = line;
	errors_add(b->errors, &e);
}

/* One member; false after a fault of YAML. key is ours to free. */
static bool build_member(struct yaml_build *b, json_t *map, const char *path, const char *key,
			 int line)
{
	char inner[FIELD_PATH_MAX], shown[QUOTED_MAX];
	struct error e = {0};
	quoted_text(shown, key);
	snprintf(inner, sizeof(inner), "%.47s%s%.46s", path, *path ? "." : "", key);
	struct yaml_token t = yaml_next(b->reader, &e);
	json_t *v = NULL;
	if (t.what == YAML_IS_FAULT)
		errors_add(b->errors, &e);
	else
		v = yaml_build_value(b, &t, inner);
	if (!v)
		return false;
	if (json_object_get(map, key)) {
		/* The path is shown, so what is not a plain word is made safe. */
		bool plain = strlen(shown) == strlen(key) + 2;
		duplicate(b, plain ? inner : path, line);
		json_decref(v);
		return true;
	}
	if (b->lines)
		source_lines_add(b->lines, inner, line);
	json_object_set_new(map, key, v);
	return true;
}

/* The next key as new memory; NULL at the end of the mapping or (*fault) after a fault. */
static char *next_key(struct yaml_build *b, int *line, bool *fault)
{
	struct error e = {0};
	struct yaml_token t = yaml_next(b->reader, &e);
	*line = t.line;
	if (t.what == YAML_IS_MAP_END)
		return NULL;
	*fault = t.what != YAML_IS_SCALAR || memchr(t.text, 0, t.len) != NULL;
	if (!*fault)
		return mem_strndup(t.text, t.len);
	if (t.what != YAML_IS_FAULT) {
		error_set(&e, ERR_MALFORMED, "a key is a word, not a list or a mapping");
		e.line = t.line;
	}
	errors_add(b->errors, &e);
	return NULL;
}

json_t *yaml_build_map(struct yaml_build *b, const char *path, const char *first_key,
		       int first_line)
{
	json_t *map = json_object();
	bool fault = false;
	int line = first_line;
	char *key = first_key ? mem_strdup(first_key) : next_key(b, &line, &fault);
	while (key && !fault) {
		fault = !build_member(b, map, path, key, line);
		free(key);
		key = fault ? NULL : next_key(b, &line, &fault);
	}
	if (!fault)
		return map;
	free(key);
	json_decref(map);
	return NULL;
}
