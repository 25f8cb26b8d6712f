#include "shared/schema/openapi.h"

#include <stdio.h>
#include <string.h>

#include "shared/schema/internal.h"

enum { WORDS_MAX = 160 };

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
	openapi_field(w, f);
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

/* A page: rows, and where it stands among all. ?fields= gives parts of rows. */
static void write_page(struct json_writer *w, const char *schema)
{
	char ref[128];
	snprintf(ref, sizeof(ref), "#/components/schemas/%s", schema);
	jw_key(w, "content");
	jw_object(w);
	jw_key(w, "application/json");
	jw_object(w);
	jw_key(w, "schema");
	jw_object(w);
	jw_kv_str(w, "type", "object");
	jw_key(w, "properties");
	jw_object(w);
	jw_key(w, "data");
	jw_object(w);
	jw_kv_str(w, "type", "array");
	jw_key(w, "items");
	jw_object(w);
	jw_kv_str(w, "$ref", ref);
	jw_object_end(w);
	jw_object_end(w);
	jw_key(w, "meta");
	jw_object(w);
	jw_kv_str(w, "type", "object");
	jw_kv_str(w, "description", "limit, prev, next; total and position where they are known");
	jw_object_end(w);
	for (int depth = 0; depth < 4; depth++)
		jw_object_end(w);
}

void openapi_refusal(struct json_writer *w)
{
	jw_key(w, "default");
	jw_object(w);
	jw_kv_str(w, "description", "Refused or failed");
	write_content(w, "application/problem+json", "Problem", false);
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
	openapi_schema_name(k, NULL, schema, sizeof(schema));
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
	if (o->list)
		write_page(w, schema);
	jw_object_end(w);
	openapi_refusal(w);
	jw_object_end(w);
	jw_object_end(w);
}

void openapi_ref_parameter(struct json_writer *w)
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
				      edit = {"patch", "edit", "Change members; null: default",
					      false, true},
				      put = {"put", "put", "Replace one as a whole", false, true},
				      rm = {"delete", "rm", "Remove; answers what was there", false,
					    false};
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
	openapi_ref_parameter(w);
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
		openapi_ref_parameter(w);
		write_operation(w, k, &(struct operation){method, a->verb, a->help, false, false},
				a);
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
	openapi_routes(w);
	jw_object_end(w);
	openapi_components(w);
	jw_object_end(w);
}
