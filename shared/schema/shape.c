#include "shared/schema/shape.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "shared/mem.h"

enum { MEMBER_MAX = 64 };

struct member {
	char name[MEMBER_MAX];
	bool optional;
};

static const struct {
	const char *word, *type, *format;
} scalars[] = {
	{"str", "string", NULL},         {"int", "integer", NULL},
	{"num", "number", NULL},         {"bool", "boolean", NULL},
	{"time", "string", "date-time"}, {"uri", "string", "uri-reference"},
};

static const char *skip_space(const char *at)
{
	return at + strspn(at, " ");
}

/* Behind a value, before its "?". */
static const char *value_end(const char *at)
{
	int depth = 0;
	do {
		if (strchr("{[<", *at) && *at)
			depth++;
		else if (*at && strchr("}]>", *at))
			depth--;
		assert(*at);
		at++;
	} while (depth || (*at && !strchr(" }]?", *at)));
	return at;
}

static const char *write_value(struct json_writer *w, const char *at);

static const char *read_member(const char *at, struct member *m)
{
	size_t n = strcspn(at, "?:");
	assert(n && n < sizeof(m->name));
	memcpy(m->name, at, n);
	m->name[n] = '\0';
	at += n;
	m->optional = *at == '?';
	if (m->optional)
		at++;
	assert(*at == ':');
	return at + 1;
}

static void write_required(struct json_writer *w, const char *at)
{
	struct member m;
	for (at = skip_space(at); *at && *at != '}'; at = skip_space(at)) {
		at = value_end(read_member(at, &m));
		if (*at == '?')
			at++;
		if (!m.optional)
			jw_str(w, m.name);
	}
}

static void write_properties(struct json_writer *w, const char *at, bool read_only)
{
	struct member m;
	for (at = skip_space(at); *at && *at != '}'; at = skip_space(at)) {
		at = read_member(at, &m);
		jw_key(w, m.name);
		jw_object(w);
		at = write_value(w, at);
		if (read_only)
			jw_kv_bool(w, "readOnly", true);
		jw_object_end(w);
	}
}

static void write_type(struct json_writer *w, const char *type, bool nullable)
{
	jw_key(w, "type");
	if (nullable)
		jw_array(w);
	jw_str(w, type);
	if (nullable) {
		jw_str(w, "null");
		jw_array_end(w);
	}
}

static void write_choices(struct json_writer *w, const char *at, bool nullable)
{
	write_type(w, "string", nullable);
	jw_key(w, "enum");
	jw_array(w);
	while (*at != '>') {
		size_t n = strcspn(at, "|>");
		jw_strn(w, at, n);
		at += n + (at[n] == '|');
	}
	if (nullable)
		jw_null(w);
	jw_array_end(w);
}

static void write_reference(struct json_writer *w, const char *name, size_t n, bool nullable)
{
	char ref[MEMBER_MAX + 32];
	snprintf(ref, sizeof(ref), "#/components/schemas/%.*s", (int)n, name);
	if (nullable) {
		jw_key(w, "anyOf");
		jw_array(w);
		jw_object(w);
	}
	jw_kv_str(w, "$ref", ref);
	if (nullable) {
		jw_object_end(w);
		jw_object(w);
		jw_kv_str(w, "type", "null");
		jw_object_end(w);
		jw_array_end(w);
	}
}

static void write_scalar(struct json_writer *w, const char *word, size_t n, bool nullable)
{
	for (size_t i = 0; i < ARRAY_LEN(scalars); i++) {
		if (strlen(scalars[i].word) != n || strncmp(scalars[i].word, word, n))
			continue;
		write_type(w, scalars[i].type, nullable);
		if (scalars[i].format)
			jw_kv_str(w, "format", scalars[i].format);
		return;
	}
	assert(n == 3 && !strncmp(word, "any", 3));
}

static void write_object(struct json_writer *w, const char *at, bool nullable)
{
	write_type(w, "object", nullable);
	if (strncmp(at, "*:", 2)) {
		jw_key(w, "properties");
		jw_object(w);
		write_properties(w, at, false);
		jw_object_end(w);
		jw_key(w, "required");
		jw_array(w);
		write_required(w, at);
		jw_array_end(w);
		return;
	}
	jw_key(w, "additionalProperties");
	jw_object(w);
	write_value(w, at + 2);
	jw_object_end(w);
}

/* @return behind the value and its "?" */
static const char *write_value(struct json_writer *w, const char *at)
{
	const char *end = value_end(at);
	bool nullable = *end == '?';
	if (*at == '{') {
		write_object(w, at + 1, nullable);
	} else if (*at == '[') {
		write_type(w, "array", nullable);
		jw_key(w, "items");
		jw_object(w);
		write_value(w, at + 1);
		jw_object_end(w);
	} else if (*at == '<') {
		write_choices(w, at + 1, nullable);
	} else if (*at == '=') {
		write_reference(w, at + 1, (size_t)(end - at) - 1, nullable);
	} else {
		write_scalar(w, at, (size_t)(end - at), nullable);
	}
	return end + nullable;
}

void shape_write(struct json_writer *w, const char *shape)
{
	const char *end = write_value(w, shape);
	assert(!*end);
}

void shape_write_outputs(struct json_writer *w, const char *shape)
{
	write_properties(w, shape + 1, true);
}

void shape_write_query(struct json_writer *w, const char *members)
{
	struct member m;
	for (const char *at = skip_space(members); *at; at = skip_space(at)) {
		at = read_member(at, &m);
		jw_object(w);
		jw_kv_str(w, "name", m.name);
		jw_kv_str(w, "in", "query");
		if (!m.optional)
			jw_kv_bool(w, "required", true);
		jw_key(w, "schema");
		jw_object(w);
		at = write_value(w, at);
		jw_object_end(w);
		jw_object_end(w);
	}
}
