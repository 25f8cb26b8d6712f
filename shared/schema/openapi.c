#include "shared/schema/openapi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/internal.h"

enum { WORDS_MAX = 160 };

/* ---- schemas ------------------------------------------------------------------------------ */

static void write_secret_ref(struct json_writer *w)
{
	jw_kv_str(w, "$ref", "#/components/schemas/SecretRef");
}

static void write_map_values(struct json_writer *w, const struct field *f)
{
	jw_kv_str(w, "type", "object");
	jw_key(w, "additionalProperties");
	jw_object(w);
	if (f->flags & FIELD_MAY_SECRET) {
		jw_key(w, "oneOf");
		jw_array(w);
		jw_object(w);
		jw_kv_str(w, "type", "string");
		jw_object_end(w);
		jw_object(w);
		write_secret_ref(w);
		jw_object_end(w);
		jw_array_end(w);
	} else {
		jw_kv_str(w, "type", "string");
	}
	jw_object_end(w);
	if (f->max)
		jw_kv_int(w, "maxProperties", f->max);
}

static const char *text_format(enum field_type type)
{
	switch (type) {
	case FIELD_URL:
		return "uri";
	case FIELD_DURATION:
		return "duration-with-unit";
	case FIELD_SIZE:
		return "size-with-unit";
	case FIELD_HOST_PORT:
		return "host-port";
	case FIELD_STATUS_SET:
		return "http-status-set";
	case FIELD_PATTERN:
		return "regex";
	case FIELD_CRON:
		return "cron";
	case FIELD_ZONE:
		return "iana-time-zone";
	case FIELD_NAME:
		return "name";
	case FIELD_TEXT:
	case FIELD_INT:
	case FIELD_BOOL:
	case FIELD_ENUM:
	case FIELD_TEXT_LIST:
	case FIELD_TEXT_MAP:
	case FIELD_SECRET:
		return NULL;
	}
	return NULL;
}

static void write_text(struct json_writer *w, const struct field *f)
{
	jw_kv_str(w, "type", "string");
	if (text_format(f->type))
		jw_kv_str(w, "format", text_format(f->type));
	if (f->type == FIELD_TEXT && f->min)
		jw_kv_int(w, "minLength", 1);
	/* Limits are bytes, maxLength counts characters: never fewer bytes than characters. */
	if (f->type == FIELD_TEXT && f->max)
		jw_kv_int(w, "maxLength", f->max);
	if (f->type == FIELD_ENUM) {
		jw_key(w, "enum");
		jw_array(w);
		for (size_t i = 0; f->choices[i]; i++)
			jw_str(w, f->choices[i]);
		jw_array_end(w);
	}
}

static void write_default(struct json_writer *w, const struct field *f)
{
	if (!f->dflt)
		return;
	jw_key(w, "default");
	if (f->type == FIELD_INT)
		jw_int(w, strtoll(f->dflt, NULL, 10));
	else if (f->type == FIELD_BOOL)
		jw_bool(w, !strcmp(f->dflt, "true"));
	else
		jw_str(w, f->dflt);
}

/* The members of one field's schema, inside an open object. */
static void write_field(struct json_writer *w, const struct field *f)
{
	char about[2 * WORDS_MAX], words[WORDS_MAX];
	field_describe(f, words, sizeof(words));
	snprintf(about, sizeof(about), "%s (%s)", f->help, words);
	switch (f->type) {
	case FIELD_INT:
		jw_kv_str(w, "type", "integer");
		if (f->min || f->max) {
			jw_kv_int(w, "minimum", f->min);
			jw_kv_int(w, "maximum", f->max);
		}
		break;
	case FIELD_BOOL:
		jw_kv_str(w, "type", "boolean");
		break;
	case FIELD_TEXT_LIST:
		jw_kv_str(w, "type", "array");
		jw_key(w, "items");
		jw_object(w);
		jw_kv_str(w, "type", "string");
		jw_object_end(w);
		break;
	case FIELD_TEXT_MAP:
		write_map_values(w, f);
		break;
	case FIELD_SECRET:
		write_secret_ref(w);
		break;
	case FIELD_TEXT:
	case FIELD_ENUM:
	case FIELD_DURATION:
	case FIELD_SIZE:
	case FIELD_URL:
	case FIELD_HOST_PORT:
	case FIELD_STATUS_SET:
	case FIELD_PATTERN:
	case FIELD_CRON:
	case FIELD_ZONE:
	case FIELD_NAME:
		write_text(w, f);
		break;
	}
	write_default(w, f);
	jw_kv_str(w, "description", about);
}

static void write_property(struct json_writer *w, const struct field *f)
{
	jw_key(w, f->name);
	jw_object(w);
	write_field(w, f);
	jw_object_end(w);
}

/* What every answer has besides fields; read-only. */
static void write_outputs(struct json_writer *w, const struct resource_kind *k)
{
	static const char *const common[] = {"id", "kind", "version", "created_at", "updated_at"};
	bool kept = k->ops & OP_ADD;
	for (size_t i = 0; i < ARRAY_LEN(common) - (kept ? 0 : 3); i++) {
		jw_key(w, common[i]);
		jw_object(w);
		jw_kv_str(w, "type", !strcmp(common[i], "version") ? "integer" : "string");
		if (strstr(common[i], "_at"))
			jw_kv_str(w, "format", "date-time");
		jw_kv_bool(w, "readOnly", true);
		jw_object_end(w);
	}
	for (size_t i = 0; k->outputs && k->outputs[i]; i++) {
		jw_key(w, k->outputs[i]);
		jw_object(w);
		jw_kv_bool(w, "readOnly", true);
		jw_object_end(w);
	}
}

static void schema_name(const struct resource_kind *k, const struct variant *v, char *out, size_t cap)
{
	snprintf(out, cap, "%s%s%s", k->kind, v ? "_" : "", v ? v->name : "");
	out[0] = (char)(out[0] >= 'a' && out[0] <= 'z' ? out[0] - 32 : out[0]);
}

static void write_schema(struct json_writer *w, const struct resource_kind *k, const struct variant *v)
{
	const struct field *fields[FIELDS_MAX];
	char name[64];
	size_t n = resource_fields(k, v, fields);
	schema_name(k, v, name, sizeof(name));
	jw_key(w, name);
	jw_object(w);
	jw_kv_str(w, "type", "object");
	jw_kv_str(w, "description", v ? v->title : k->help);
	jw_key(w, "properties");
	jw_object(w);
	if (k->ops & OP_ADD) {
		jw_key(w, "name");
		jw_object(w);
		jw_kv_str(w, "type", "string");
		jw_kv_int(w, "maxLength", NAME_MAX_BYTES);
		jw_object_end(w);
		write_property(w, resource_labels_field());
	}
	for (size_t i = 0; i < n; i++) {
		if (!v || strcmp(fields[i]->name, k->variant_field)) {
			write_property(w, fields[i]);
			continue;
		}
		jw_key(w, fields[i]->name);
		jw_object(w);
		jw_kv_str(w, "const", v->name);
		jw_object_end(w);
	}
	write_outputs(w, k);
	jw_object_end(w);
	jw_key(w, "required");
	jw_array(w);
	for (size_t i = 0; i < n; i++) {
		if (fields[i]->flags & FIELD_REQUIRED)
			jw_str(w, fields[i]->name);
	}
	jw_array_end(w);
	jw_object_end(w);
}

/* The kind itself, or one of its variants. */
static void write_schemas_of(struct json_writer *w, const struct resource_kind *k)
{
	char name[64], ref[128];
	if (!k->variants) {
		write_schema(w, k, NULL);
		return;
	}
	for (size_t i = 0; k->variants[i]; i++)
		write_schema(w, k, k->variants[i]);
	schema_name(k, NULL, name, sizeof(name));
	jw_key(w, name);
	jw_object(w);
	jw_kv_str(w, "description", k->help);
	jw_key(w, "oneOf");
	jw_array(w);
	for (size_t i = 0; k->variants[i]; i++) {
		schema_name(k, k->variants[i], name, sizeof(name));
		snprintf(ref, sizeof(ref), "#/components/schemas/%s", name);
		jw_object(w);
		jw_kv_str(w, "$ref", ref);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

static void write_string_members(struct json_writer *w, const char *const *names, size_t n)
{
	jw_kv_str(w, "type", "object");
	jw_key(w, "properties");
	jw_object(w);
	for (size_t i = 0; i < n; i++) {
		bool number = !strcmp(names[i], "status") || !strcmp(names[i], "line");
		jw_key(w, names[i]);
		jw_object(w);
		jw_kv_str(w, "type", number ? "integer" : "string");
		jw_object_end(w);
	}
	jw_object_end(w);
}

static void write_components(struct json_writer *w)
{
	static const char *const problem[] = {"type", "title", "status", "detail", "code",
					      "field", "hint", "line"};
	static const char *const secret[] = {"secret"};
	jw_key(w, "components");
	jw_object(w);
	jw_key(w, "schemas");
	jw_object(w);
	jw_key(w, "Problem");
	jw_object(w);
	write_string_members(w, problem, ARRAY_LEN(problem));
	jw_object_end(w);
	jw_key(w, "SecretRef");
	jw_object(w);
	write_string_members(w, secret, ARRAY_LEN(secret));
	jw_key(w, "required");
	jw_array(w);
	jw_str(w, "secret");
	jw_array_end(w);
	jw_kv_bool(w, "additionalProperties", false);
	jw_object_end(w);
	for (size_t i = 0; resource_table[i]; i++)
		write_schemas_of(w, resource_table[i]);
	jw_object_end(w);
	jw_object_end(w);
}

/* ---- routes ------------------------------------------------------------------------------- */

static void write_query(struct json_writer *w, const char *name, const char *type, const char *help)
{
	jw_object(w);
	jw_kv_str(w, "name", name);
	jw_kv_str(w, "in", "query");
	jw_kv_str(w, "description", help);
	jw_key(w, "schema");
	jw_object(w);
	jw_kv_str(w, "type", type);
	jw_object_end(w);
	jw_object_end(w);
}

static void write_param_field(struct json_writer *w, const struct field *f)
{
	jw_object(w);
	jw_kv_str(w, "name", f->name);
	jw_kv_str(w, "in", "query");
	jw_key(w, "schema");
	jw_object(w);
	write_field(w, f);
	jw_object_end(w);
	jw_object_end(w);
}

static void write_list_params(struct json_writer *w, const struct resource_kind *k)
{
	char words[WORDS_MAX] = "";
	jw_key(w, "parameters");
	jw_array(w);
	write_query(w, "q", "string", "Words that must occur");
	for (size_t i = 0; k->filters && k->filters[i]; i++) {
		snprintf(words, sizeof(words), "filter[%s]", k->filters[i]);
		write_query(w, words, "string", "Only rows with this value");
	}
	words[0] = '\0';
	for (size_t i = 0; k->sorts && k->sorts[i]; i++)
		words_add(words, sizeof(words), ", ", k->sorts[i]);
	write_query(w, "sort", "string", words);
	write_query(w, "fields", "string", "Only these members, parted by commas");
	write_query(w, "limit", "integer", "1..1000, default 100");
	write_query(w, "after", "string", "Rows after this id");
	write_query(w, "before", "string", "Rows before this id");
	write_query(w, "around", "string", "Rows around this id");
	write_query(w, "last", "integer", "1: the last rows");
	for (size_t i = 0; i < k->n_list_params; i++)
		write_param_field(w, &k->list_params[i]);
	jw_array_end(w);
}

/* "application/json": {"schema": {"$ref": ...}}, inside an open object. */
static void write_content(struct json_writer *w, const char *type, const char *schema, bool data)
{
	char ref[128];
	snprintf(ref, sizeof(ref), "#/components/schemas/%s", schema);
	jw_key(w, "content");
	jw_object(w);
	jw_key(w, type);
	jw_object(w);
	jw_key(w, "schema");
	jw_object(w);
	if (data) {
		jw_kv_str(w, "type", "object");
		jw_key(w, "properties");
		jw_object(w);
		jw_key(w, "data");
		jw_object(w);
	}
	jw_kv_str(w, "$ref", ref);
	if (data) {
		jw_object_end(w);
		jw_object_end(w);
	}
	jw_object_end(w);
	jw_object_end(w);
	jw_object_end(w);
}

struct operation {
	const char *method, *verb, *summary;
	bool list, body;
};

static void write_operation(struct json_writer *w, const struct resource_kind *k,
			    const struct operation *o, const struct action *a)
{
	char schema[64], id[96];
	schema_name(k, NULL, schema, sizeof(schema));
	snprintf(id, sizeof(id), "%s_%s", k->kind, o->verb);
	jw_key(w, o->method);
	jw_object(w);
	jw_kv_str(w, "operationId", id);
	jw_kv_str(w, "summary", o->summary);
	if (o->list)
		write_list_params(w, k);
	if (a && a->n_params) {
		jw_key(w, "parameters");
		jw_array(w);
		for (size_t i = 0; i < a->n_params; i++)
			write_param_field(w, &a->params[i]);
		jw_array_end(w);
	}
	if (o->body) {
		jw_key(w, "requestBody");
		jw_object(w);
		write_content(w, "application/json", schema, false);
		jw_object_end(w);
	}
	jw_key(w, "responses");
	jw_object(w);
	jw_key(w, !strcmp(o->verb, "add") ? "201" : "200");
	jw_object(w);
	jw_kv_str(w, "description", "Done");
	if (!a && !o->list)
		write_content(w, "application/json", schema, true);
	jw_object_end(w);
	jw_key(w, "default");
	jw_object(w);
	jw_kv_str(w, "description", "Refused or failed");
	write_content(w, "application/problem+json", "Problem", false);
	jw_object_end(w);
	jw_object_end(w);
	jw_object_end(w);
}

static void write_ref_parameter(struct json_writer *w)
{
	jw_key(w, "parameters");
	jw_array(w);
	jw_object(w);
	jw_kv_str(w, "name", "ref");
	jw_kv_str(w, "in", "path");
	jw_kv_bool(w, "required", true);
	jw_kv_str(w, "description", "Name or id");
	jw_key(w, "schema");
	jw_object(w);
	jw_kv_str(w, "type", "string");
	jw_object_end(w);
	jw_object_end(w);
	jw_array_end(w);
}

static void write_paths_of(struct json_writer *w, const struct resource_kind *k)
{
	static const struct operation list = {"get", "list", "A page of them", true, false},
				      add = {"post", "add", "Create one", false, true},
				      show = {"get", "show", "One of them", false, false},
				      edit = {"patch", "edit", "Change members; null: default", false, true},
				      put = {"put", "put", "Replace one as a whole", false, true},
				      rm = {"delete", "rm", "Remove; answers what was there", false, false};
	char path[128], method[8];
	snprintf(path, sizeof(path), "/v1/%s", k->plural);
	jw_key(w, path);
	jw_object(w);
	if (k->ops & OP_LIST)
		write_operation(w, k, &list, NULL);
	if (k->ops & OP_ADD)
		write_operation(w, k, &add, NULL);
	jw_object_end(w);
	snprintf(path, sizeof(path), "/v1/%s/{ref}", k->plural);
	jw_key(w, path);
	jw_object(w);
	write_ref_parameter(w);
	if (k->ops & OP_SHOW)
		write_operation(w, k, &show, NULL);
	if (k->ops & OP_EDIT) {
		write_operation(w, k, &edit, NULL);
		write_operation(w, k, &put, NULL);
	}
	if (k->ops & OP_RM)
		write_operation(w, k, &rm, NULL);
	jw_object_end(w);
	for (size_t i = 0; i < k->n_actions; i++) {
		const struct action *a = &k->actions[i];
		size_t n = 0;
		for (; a->method[n] && n + 1 < sizeof(method); n++)
			method[n] = (char)(a->method[n] | 0x20);
		method[n] = '\0';
		snprintf(path, sizeof(path), "/v1/%s/{ref}/%s", k->plural, a->verb);
		jw_key(w, path);
		jw_object(w);
		write_ref_parameter(w);
		write_operation(w, k, &(struct operation){method, a->verb, a->help, false, false}, a);
		jw_object_end(w);
	}
}

void schema_write_openapi(struct json_writer *w)
{
	jw_object(w);
	jw_kv_str(w, "openapi", "3.1.0");
	jw_key(w, "info");
	jw_object(w);
	jw_kv_str(w, "title", "SellerSmart");
	jw_kv_str(w, "version", SELLERSMART_VERSION);
	jw_object_end(w);
	jw_key(w, "paths");
	jw_object(w);
	for (size_t i = 0; resource_table[i]; i++)
		write_paths_of(w, resource_table[i]);
	jw_object_end(w);
	write_components(w);
	jw_object_end(w);
}
