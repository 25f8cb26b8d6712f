/* The schemas of the OpenAPI document. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/internal.h"
#include "shared/schema/shape.h"

enum { WORDS_MAX = 160 };

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
	case FIELD_URL: return "uri";
	case FIELD_DURATION: return "duration-with-unit";
	case FIELD_SIZE: return "size-with-unit";
	case FIELD_HOST_PORT: return "host-port";
	case FIELD_HOST: return "host";
	case FIELD_STATUS_SET: return "http-status-set";
	case FIELD_PATTERN: return "regex";
	case FIELD_CRON: return "cron";
	case FIELD_ZONE: return "iana-time-zone";
	case FIELD_PERCENT: return "percent";
	case FIELD_NAME: return "name";
	case FIELD_TEXT:
	case FIELD_INT:
	case FIELD_BOOL:
	case FIELD_ENUM:
	case FIELD_TEXT_LIST:
	case FIELD_TEXT_MAP:
	case FIELD_SECRET:
	case FIELD_OBJECTS: return NULL;
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

static void write_the_default(struct json_writer *w, const struct field *f)
{
	if (!f->dflt)
		return;
	jw_key(w, "default");
	write_default(w, f);
}

static void write_property(struct json_writer *w, const struct field *f);

static void write_entries(struct json_writer *w, const struct field *f)
{
	jw_kv_str(w, "type", "array");
	if (f->min)
		jw_kv_int(w, "minItems", f->min);
	jw_kv_int(w, "maxItems", f->max ? f->max : ENTRIES_DEFAULT_MAX);
	jw_key(w, "items");
	jw_object(w);
	jw_kv_str(w, "type", "object");
	jw_key(w, "properties");
	jw_object(w);
	for (size_t i = 0; i < f->n_members; i++)
		write_property(w, &f->members[i]);
	jw_object_end(w);
	jw_key(w, "required");
	jw_array(w);
	for (size_t i = 0; i < f->n_members; i++) {
		if (f->members[i].flags & FIELD_REQUIRED)
			jw_str(w, f->members[i].name);
	}
	jw_array_end(w);
	jw_kv_bool(w, "additionalProperties", false);
	jw_object_end(w);
}

/* The members of one field's schema, inside an open object. */
void openapi_field(struct json_writer *w, const struct field *f)
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
	case FIELD_BOOL: jw_kv_str(w, "type", "boolean"); break;
	case FIELD_TEXT_LIST:
		jw_kv_str(w, "type", "array");
		jw_key(w, "items");
		jw_object(w);
		jw_kv_str(w, "type", "string");
		jw_object_end(w);
		break;
	case FIELD_TEXT_MAP: write_map_values(w, f); break;
	case FIELD_SECRET: write_secret_ref(w); break;
	case FIELD_OBJECTS: write_entries(w, f); break;
	case FIELD_TEXT:
	case FIELD_ENUM:
	case FIELD_DURATION:
	case FIELD_SIZE:
	case FIELD_URL:
	case FIELD_HOST_PORT:
	case FIELD_HOST:
	case FIELD_STATUS_SET:
	case FIELD_PATTERN:
	case FIELD_CRON:
	case FIELD_ZONE:
	case FIELD_PERCENT:
	case FIELD_NAME: write_text(w, f); break;
	}
	write_the_default(w, f);
	jw_kv_str(w, "description", about);
}

static void write_property(struct json_writer *w, const struct field *f)
{
	jw_key(w, f->name);
	jw_object(w);
	openapi_field(w, f);
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
	if (k->live)
		shape_write_outputs(w, k->live);
}

void openapi_schema_name(const struct resource_kind *k, const struct variant *v, bool input,
			 char *out, size_t cap)
{
	snprintf(out, cap, "%s%s%s%s", k->kind, v ? "_" : "", v ? v->name : "",
		 input ? "_input" : "");
	out[0] = (char)(out[0] >= 'a' && out[0] <= 'z' ? out[0] - 32 : out[0]);
}

static void write_name(struct json_writer *w, const char *member)
{
	jw_key(w, member);
	jw_object(w);
	jw_kv_str(w, "type", "string");
	jw_kv_int(w, "maxLength", NAME_MAX_BYTES);
	jw_object_end(w);
}

/* Only of an input: ?fields= takes parts of an answer. */
static void write_required_of(struct json_writer *w, const struct resource_kind *k,
			      const struct field *const *fields, size_t n)
{
	jw_key(w, "required");
	jw_array(w);
	for (size_t i = 0; i < n; i++) {
		if (fields[i]->flags & FIELD_REQUIRED)
			jw_str(w, fields[i]->name);
	}
	if (!k->name_propose)
		jw_str(w, "name");
	jw_array_end(w);
	jw_kv_bool(w, "additionalProperties", false);
}

/* What is answered; as input without what the daemon adds. */
static void write_schema(struct json_writer *w, const struct resource_kind *k,
			 const struct variant *v, bool input)
{
	const struct field *fields[FIELDS_MAX];
	char name[64];
	size_t n = resource_fields(k, v, fields);
	openapi_schema_name(k, v, input, name, sizeof(name));
	jw_key(w, name);
	jw_object(w);
	jw_kv_str(w, "type", "object");
	jw_kv_str(w, "description", v ? v->title : k->help);
	jw_key(w, "properties");
	jw_object(w);
	if (k->ops & OP_ADD) {
		write_name(w, "name");
		if (input)
			write_name(w, "renamed_from");
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
	if (!input)
		write_outputs(w, k);
	jw_object_end(w);
	if (input)
		write_required_of(w, k, fields, n);
	jw_object_end(w);
}

/* The kind itself, or one of its variants. */
static void write_schemas_of(struct json_writer *w, const struct resource_kind *k, bool input)
{
	char name[64], ref[128];
	if (!k->variants) {
		write_schema(w, k, NULL, input);
		return;
	}
	for (size_t i = 0; k->variants[i]; i++)
		write_schema(w, k, k->variants[i], input);
	openapi_schema_name(k, NULL, input, name, sizeof(name));
	jw_key(w, name);
	jw_object(w);
	jw_kv_str(w, "description", k->help);
	/* The variant of an input may be guessed: several fit then. */
	jw_key(w, "anyOf");
	jw_array(w);
	for (size_t i = 0; k->variants[i]; i++) {
		openapi_schema_name(k, k->variants[i], input, name, sizeof(name));
		snprintf(ref, sizeof(ref), "#/components/schemas/%s", name);
		jw_object(w);
		jw_kv_str(w, "$ref", ref);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

void openapi_components(struct json_writer *w)
{
	static const struct {
		const char *name, *shape;
	} shapes[] = {
		{"Problem",
		 "{type:str title:str status:int detail:str code:str field?:str hint?:str "
		 "line?:int request_id?:str errors?:[{*:any}] data?:any}"},
		{"Meta",
		 "{limit:int prev:str? next:str? total?:int position?:int counts?:{*:int}}"},
	};
	jw_key(w, "components");
	jw_object(w);
	jw_key(w, "schemas");
	jw_object(w);
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		jw_key(w, shapes[i].name);
		jw_object(w);
		shape_write(w, shapes[i].shape);
		jw_object_end(w);
	}
	jw_key(w, "SecretRef");
	jw_object(w);
	shape_write(w, "{secret:str}");
	jw_kv_bool(w, "additionalProperties", false);
	jw_object_end(w);
	for (size_t i = 0; resource_table[i]; i++) {
		write_schemas_of(w, resource_table[i], false);
		if (resource_table[i]->ops & OP_ADD)
			write_schemas_of(w, resource_table[i], true);
	}
	jw_object_end(w);
	jw_object_end(w);
}
